"""The method of a panel that adds spells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from sahelkit._types import DateLike, Places
from sahelkit.frames import FrameLike
from sahelkit.panels.declared import Declared
from sahelkit.panels.spells import Closed, Measure, Overlaps, read_spells


class Spanning(Declared):
    """Spells that a panel can join."""

    def add_spells(
        self,
        frame: FrameLike,
        *,
        start: str = "start",
        end: str = "end",
        name: str = "spell",
        measure: Measure | Sequence[Measure] = "share",
        label: str | None = None,
        coverage: tuple[DateLike, DateLike] | None = None,
        countries: Places = None,
        overlaps: Overlaps = "refuse",
        closed: Closed = "both",
        published: str | None = None,
    ) -> Self:
        """Add spells, such as regimes, leaders, sanctions or missions, that have a first and a last day.

        Adds ``<name>_<measure>`` for each measure, 0 in covered periods without a spell and NA outside the coverage.

        Parameters
        ----------
        frame : pandas.DataFrame
            One row per spell: ``iso3``, the first and the last day. An empty last day is a spell that goes on, to
            the end of the coverage. A bound that names a month or a year reaches as far as it may: a start stands for
            its first day, an end for its last.
        start, end : str
            Columns of the first and the last day.
        name : str
            Beginning of the names of the new columns.
        measure : {"share", "count", "first_day"} or sequence of these
            Share of the days of the period with a spell (0 to 1); number of spells that hold on some day of it; number
            that hold on its first day, which nothing within the period can change.
        label : str, optional
            Column of text that names the spells: the name of the spell in force on the first day is added under
            this name; NA where none is.
        coverage : tuple of two date-likes
            First and last day for which the list is complete. Periods that do not lie wholly between them are NA (for
            what is read on the first day: those whose first day lies outside).
        countries : str, int or sequence of these, optional
            States for which the list is complete; those in it when absent. Others are NA.
        overlaps : {"refuse", "count", "union"}
            What to do when two spells of a state hold on one day: an error; count each (a share then is the mean
            number of spells, and may pass 1); or take spells that share a day as one, which lasts from the first of
            their days to the last.
        closed : {"both", "left"}
            Whether the last day belongs to the spell, or is the day on which it no longer holds.
        published : str, optional
            When it becomes known that a spell has begun or ended: a rule such as ``"+14d"`` (days after it, and after
            a quiet period), or ``"none"`` for always. A bound that is a month or a year is known so long after its last
            day. Needed for `as_of`.

        Raises
        ------
        MissingColumnsError
            If the frame lacks one of the columns.
        UnknownPlaceError
            If ``iso3`` holds something else than codes of states.
        DateError
            If a day cannot be read, a first day is empty, or a spell ends before it starts.
        OptionError
            If no coverage is declared, spells overlap, `published` is no rule, or the panel has a column already.
        UnknownNameError
            If a measure, or what to do with overlaps or bounds, is unknown.

        Warns
        -----
        CoverageWarning
            When the panel is read, if spells find no place in it, or states of the panel are not covered.

        Examples
        --------
        >>> import pandas as pd
        >>> from sahelkit import panel
        >>> sanctions = pd.DataFrame({"iso3": ["MLI", "MLI"], "start": ["2012-04-02", "2022-01-09"],
        ...                           "end": ["2012-04-08", "2022-07-03"], "by": ["ECOWAS", "ECOWAS and UEMOA"]})
        >>> mali = panel("Mali", "2022-01", "2022-08").add_spells(
        ...     sanctions, name="sanctions", measure=("share", "first_day"), label="by", coverage=("2010", "2022"))
        >>> mali.frame["sanctions_share"].round(2).tolist()
        [0.74, 1.0, 1.0, 1.0, 1.0, 1.0, 0.1, 0.0]
        >>> mali.frame["sanctions_first_day"].tolist(), mali.frame["by"].tolist()[1]
        ([0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0], 'ECOWAS and UEMOA')
        """
        step = read_spells(
            frame,
            start=start,
            end=end,
            name=name,
            measure=measure,
            label=label,
            coverage=coverage,
            countries=countries,
            overlaps=overlaps,
            closed=closed,
            published=published,
        )
        return self._with(step)
