"""Methods of a panel that add sources."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from sahelkit._types import Rule
from sahelkit.errors import OptionError, UnknownNameError
from sahelkit.events import Events
from sahelkit.frames import FrameLike
from sahelkit.options import check_flag
from sahelkit.panels.conflict import DATASET as CONFLICT
from sahelkit.panels.conflict import Conflict, counts
from sahelkit.panels.coups import Coups
from sahelkit.panels.declared import Declared
from sahelkit.panels.elections import Elections
from sahelkit.panels.eventcounts import count_events
from sahelkit.panels.layers import KINDS, Step, as_names
from sahelkit.panels.leaders import Leaders
from sahelkit.panels.military import MilitaryRule
from sahelkit.panels.userframe import How, Window, read_user_frame
from sahelkit.panels.yearly import Yearly
from sahelkit.tables.own_coders import lists_for
from sahelkit.tables.read import record_of
from sahelkit.tables.series import find_series


class Adding(Declared):
    """The sources that a panel can join."""

    def add(self, step: Step) -> Self:
        """Add a step of your own; see `sahelkit.panels.Step`, which has an example.

        Parameters
        ----------
        step : Step
            What gives the columns.

        Raises
        ------
        OptionError
            If it is no step, names a column of an unknown kind, or the panel has one of its columns already.

        Examples
        --------
        >>> from sahelkit import panel
        >>> from sahelkit.panels.military import MilitaryRule
        >>> panel("Mali", "2020-07", "2020-09").add(MilitaryRule()).frame["reign_military"].tolist()
        [0.0, 1.0, 1.0]
        """
        if not isinstance(step, Step):
            repair = "Make a subclass of sahelkit.panels.Step, or give a frame to add_frame"
            raise OptionError("step", type(step).__name__, "not a step of a panel", repair=repair)
        for name, kind in step.kinds(self.version, self._kinds).items():
            if kind not in KINDS:
                raise OptionError("step", type(step).__name__, f"{name!r} is a {kind!r}, not one of {', '.join(KINDS)}")
        return self._with(step)

    def add_coups(self, *, rule: Rule = "powell_thyne", include_plots: bool = False) -> Self:
        """Add counts of coups: ``attempt``, ``success``, ``failure`` and, if wanted, ``plot``.

        ``attempt`` is the sum of the other two. Several attempts in one period count as several;
        ``frame["attempt"].clip(upper=1)`` makes a 0/1 column and leaves NA as it is.

        Parameters
        ----------
        rule : str
            Which events count, as in `sahelkit.load_coups`, or an own list that `sahelkit.add_coder` added, which the
            panel keeps as it is now. A period is 0 where at least one of the coders that the rule asks covers it, NA
            where none does: ``"cline"`` ends in 2022, ``"cam"`` in 2017 and knows the study region only.
            ``"majority"`` and ``"all"`` mean less where fewer coders cover; the frame of a panel that holds such
            periods comes with a warning.
        include_plots : bool
            Add ``plot``; NA where no coder that records plots speaks.

        Raises
        ------
        UnknownNameError
            If the rule is unknown.
        OptionError
            If the panel has coups already.

        Examples
        --------
        >>> from sahelkit import panel
        >>> mali = panel("Mali", "2012-02", "2012-05").add_coups().frame
        >>> mali[["attempt", "success", "failure"]].to_numpy().tolist()
        [[0.0, 0.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 0.0], [1.0, 0.0, 1.0]]
        """
        check_flag("include_plots", include_plots)
        return self._with(Coups(rule=rule, include_plots=include_plots, lists=lists_for(rule)))

    def add_conflict(self, columns: str | Sequence[str] | None = None) -> Self:
        """Add events and deaths of organised violence (UCDP), as in `sahelkit.load_conflict`.

        Months without an event are 0. A yearly panel holds the sums over the months; NA unless the source covers
        all twelve.

        Parameters
        ----------
        columns : str or sequence of str, optional
            ``ucdp_events_state_based``, ``ucdp_deaths_one_sided`` ...; all six when absent.

        Raises
        ------
        UnknownNameError
            If there is no such column.
        OptionError
            If the panel has one of the columns already.

        Examples
        --------
        >>> from sahelkit import panel
        >>> mali = panel("Mali", "2011-12", "2012-02").add_conflict("ucdp_deaths_state_based")
        >>> mali.frame["ucdp_deaths_state_based"].tolist()
        [0.0, 153.0, 31.0]
        """
        known = counts(record_of(CONFLICT, self.version))
        names = known if columns is None else as_names(columns)
        for name in names:
            if name not in known:
                raise UnknownNameError("conflict column", name, known)
        return self._with(Conflict(names))

    def add_indicators(self, indicators: str | Sequence[str]) -> Self:
        """Add yearly indicators, as in `sahelkit.load_indicators`.

        In a monthly panel the value of a year stands on each of its months, so that in January it tells what the
        year was to bring: lag it by a year, or read the panel `as_of` a day. Projections are left out.

        Parameters
        ----------
        indicators : str or sequence of str
            Names such as ``"undp_hdi"``, names without prefix (``"hdi"``) or World Bank codes;
            ``sahelkit.codebook("indicators")`` lists them. Columns have the full name.

        Raises
        ------
        UnknownNameError
            If there is no such indicator, or a name without prefix means several.
        OptionError
            If none is named, or the panel has one of them already.

        Examples
        --------
        >>> from sahelkit import panel
        >>> mali = panel("Mali", 2010, 2012, freq="Y").add_indicators(["undp_hdi", "wdi_gdp_per_capita_growth"])
        >>> mali.frame["undp_hdi"].tolist()
        [0.41, 0.415, 0.411]
        """
        names = self._named(indicators, "indicators")
        found = find_series(names, record_of("indicators", self.version))
        return self._with(Yearly("indicators", tuple(item.name for item in found)))

    def add_democracy(self, variables: str | Sequence[str]) -> Self:
        """Add yearly variables of democracy, as in `sahelkit.load_democracy`.

        In a monthly panel the value of a year stands on each of its months, as with `add_indicators`. The licence
        of these columns (CC BY-SA 4.0) then holds for the whole panel.

        Parameters
        ----------
        variables : str or sequence of str
            Names such as ``"vdem_polyarchy"``; ``sahelkit.codebook("democracy")`` lists them.

        Raises
        ------
        UnknownNameError
            If there is no such variable.
        OptionError
            If none is named, or the panel has one of them already.

        Examples
        --------
        >>> from sahelkit import panel
        >>> panel("Mali", 2011, 2013, freq="Y").add_democracy("vdem_regime").frame["vdem_regime"].tolist()
        [2.0, 1.0, 1.0]
        """
        return self._with(Yearly("democracy", self._named(variables, "variables")))

    def add_leaders(self) -> Self:
        """Add the leader in office on the first day of each period; study region, NA elsewhere.

        ``leader`` (name), ``reign_military_career`` (1 for a leader with a military career, else 0) and
        ``reign_months_in_office`` (months since the month of entry), as
        `sahelkit.tables.leader_months.load_leader_months` gives them with ``at="start"``. The first day is taken, so
        that a coup within the period cannot change what explains it. NA in the period of independence, and where
        the list names nobody (Liberia in late 1990, Sierra Leone in February 1998).

        Raises
        ------
        OptionError
            If the panel has one of the columns already.

        Examples
        --------
        >>> from sahelkit import panel
        >>> mali = panel("Mali", "2012-03", "2012-05").add_leaders().frame
        >>> mali["leader"].tolist()
        ['Amadou Toumani Touré', 'Amadou Haya Sanogo', 'Dioncounda Traoré']
        """
        return self._with(Leaders())

    def add_elections(self) -> Self:
        """Add elections that decide who governs; study region, NA elsewhere.

        ``reign_election`` counts the rounds of executive and legislative elections that took place (held, or held and
        annulled). ``reign_election_due`` counts those and the ones that were cancelled, postponed or not held, at
        the day for which they were due. For the time since the last vote type ``.since_last("reign_election")``.

        ``reign_until_election`` counts the periods until the next vote held or due (0 in its own), scheduled votes
        after the end of the list included; NA when none is listed. It looks ahead: under `as_of` a vote counts only
        from 30 days after its announcement, and the source gives no announcement for most votes held by the calendar.
        Without `as_of` it holds what nobody may have known.

        Raises
        ------
        OptionError
            If the panel has one of the columns already.

        Examples
        --------
        >>> from sahelkit import panel
        >>> mali = panel("Mali", "2012-03", "2012-05").add_elections().frame
        >>> mali[["reign_election", "reign_election_due", "reign_until_election"]].to_numpy().tolist()
        [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [0.0, 0.0, 14.0]]
        """
        return self._with(Elections())

    def add_military_rule(self) -> Self:
        """Add ``reign_military``: 1 when a military regime governs, else 0; study region, NA elsewhere.

        In a monthly panel it is the month's own value: 1 already in the month of a successful coup, so lag it when a
        coup is to be explained. In a yearly panel it is the value of January.

        Raises
        ------
        OptionError
            If the panel has the column already.

        Examples
        --------
        >>> from sahelkit import panel
        >>> panel("Mali", "2020-07", "2020-09").add_military_rule().frame["reign_military"].tolist()
        [0.0, 1.0, 1.0]
        """
        return self._with(MilitaryRule())

    def add_events(
        self,
        events: Events,
        *,
        by: str | None = "event_type",
        values: str | Sequence[str] | None = "fatalities",
        published: str | None = None,
        prefix: str | None = None,
    ) -> Self:
        """Add counts of the user's events, as `sahelkit.read_events` opens them.

        With ``by="event_type"`` one column for each kind that occurs, such as ``acled_battles``, and one for the
        deaths in each, ``acled_fatalities_battles``; with None ``acled_events`` and ``acled_fatalities``. 0 where the
        files cover state and period and hold no event, NA where they do not cover it. The events are counted here,
        for all states in the files, so that neighbours can be asked; of the rows nothing is kept.

        Parameters
        ----------
        events : Events
            What `sahelkit.read_events` gives; its coverage says where no event means none.
        by : {"event_type", "sub_type"}, optional
            Kinds that have a column each; None for all in one.
        values : str or sequence of str, optional
            What is added up, as in `Events.tally`; None for nothing.
        published : str, optional
            When a period was wholly known: ``"+30d"`` is 30 days after its end. Absent: the rule of `read_events`,
            that of the layout. Needed for `as_of`.
        prefix : str, optional
            Begins the names of the columns; the name of the layout when absent, nothing for a layout of your own.

        Raises
        ------
        OptionError
            If it is something else, `published` is no rule, or the panel has one of the columns already.
        UnknownNameError
            If the layout has no such kind or value.

        Examples
        --------
        >>> import pandas as pd
        >>> from sahelkit import panel, read_events
        >>> rows = {"event_date": ["1 March 2012", "31 May 2012"], "event_type": "Battles", "country": "Mali"}
        >>> events = read_events(pd.DataFrame(rows).assign(fatalities=[3, 1]), layout="acled")
        >>> mali = panel("Mali", "2012-02", "2012-05").add_events(events)
        >>> mali.frame[["acled_battles", "acled_fatalities_battles"]].to_numpy().tolist()
        [[nan, nan], [1.0, 3.0], [0.0, 0.0], [1.0, 1.0]]
        >>> mali.as_of("2012-05-14").frame["acled_battles"].tolist()
        [nan, 1.0, 0.0, nan]
        """
        return self._with(count_events(events, self.freq, by=by, values=values, published=published, prefix=prefix))

    def add_frame(self, frame: FrameLike, *, published: str | None = None, how: How = "one") -> Self:
        """Add the columns of a user's own frame.

        Parameters
        ----------
        frame : pandas.DataFrame
            One row per state and period: ``iso3``; the time; and the columns to add. The time is one of ``period``,
            ``month``, ``date`` or ``year`` (pandas periods, dates, or text such as ``"2012-03"``), or ``year`` and
            ``month`` as two columns of numbers; `sahelkit.dates` says what is read and what is refused. A yearly value
            stands on every month of its year. A period without a row is NA. Numbers that are held as text are read
            as numbers; a column of text becomes one of text.
        published : str, optional
            When the values became known: a rule (``"+30d"``: 30 days after the end of the period, or the date;
            ``"t+1-03-15"``: 15 March of the year after; ``"none"``: always) or the name of a column of days, without
            gaps. Needed for `as_of`.
        how : {"one", "sum"}
            What several rows of one state and period are: an error, or parts to be added up, such as events. A sum is
            NA where a part is NA, and known when its last part was. Months are summed to a year if it has all twelve.

        Warns
        -----
        CoverageWarning
            When the panel is read, if rows find no place in it: states outside it or not existing then, periods
            outside it, rows that repeat a state and period outside it. `sahelkit.coverage` lists them in `unplaced`.

        Raises
        ------
        MissingColumnsError
            If the frame lacks ``iso3``, a time column, or values.
        UnknownPlaceError
            If ``iso3`` holds something else than codes of states.
        DateError
            If a time or a day of publication cannot be read or is empty, or if columns of time contradict each other.
        OptionError
            If two rows describe one state and period; if months meet a yearly panel; if `published` is
            no rule and no column; if a column of numbers holds text; if the panel has one of the columns already.
        UnknownNameError
            If `how` is unknown.

        Examples
        --------
        >>> import pandas as pd
        >>> from sahelkit import panel
        >>> rain = pd.DataFrame({"iso3": ["MLI", "MLI"], "month": ["2012-01", "2012-03"], "rain_mm": [0.0, 2.5]})
        >>> panel("Mali", "2012-01", "2012-03").add_frame(rain).frame["rain_mm"].tolist()
        [0.0, nan, 2.5]
        >>> raids = pd.DataFrame({"iso3": ["MLI", "MLI"], "date": ["2012-03-21", "2012-03-22"], "dead": [3, 4]})
        >>> panel("Mali", "2012-03", "2012-03").add_frame(raids, how="sum").frame["dead"].tolist()
        [7.0]
        """
        first, last = self.start.start_time.to_numpy(), self.end.end_time.to_numpy()
        window = Window(self.countries, self.freq, first.astype("datetime64[D]"), last.astype("datetime64[D]"))
        return self._with(read_user_frame(frame, published=published, how=how, window=window))
