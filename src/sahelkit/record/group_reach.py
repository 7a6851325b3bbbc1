"""Which armed groups are recorded in a country and across its borders, where first, and how long after."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from sahelkit._types import DateLike, Lang, Place
from sahelkit.columns import read_columns
from sahelkit.dates import parse_date
from sahelkit.errors import ModelError, OptionError, UnknownNameError, is_known
from sahelkit.frames import FrameLike, origin_of
from sahelkit.geography import places
from sahelkit.language.dates import month_text
from sahelkit.language.nouns import group_name
from sahelkit.language.texts import words
from sahelkit.options import check_language
from sahelkit.results.base import Result

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Armed groups with a name; identity groups (Fulani, Dogon) are not actors that move.
ARMED = ("organised", "informal")
GROUPS = ("both", "home", "all")
_WORDS = {
    "en": {
        "text": "{country}: UCDP names {after} armed groups that fought there in the {window} months from {month} on, "
        "{before} in the {window} months before. Of the {new} groups first recorded there since {month}, {came} had "
        "been recorded across a border before and {went} were afterwards. A first record dates the fighting of a pair "
        "of actors that caused 25 deaths in some year; it does not tell when fighters arrived, nor why.",
        "provinces": " The source gives all provinces of the Islamic State one name, so that its earlier record "
        "next door may be another province.",
        "none": "none",
        "head": "{n} armed groups recorded in {country} and {around} to {last}; before and after {month}; {unplaced} "
        "rows name several states and are left out",
    },
    "fr": {
        "text": "{country} : l’UCDP nomme {after} groupes armés qui y ont combattu dans les {window} mois à partir de "
        "{month}, {before} dans les {window} mois précédents. Sur les {new} groupes qui y sont recensés pour la "
        "première fois depuis {month}, {came} l’avaient déjà été de l’autre côté d’une frontière et {went} l’ont été "
        "ensuite. Une première mention date les combats d’une paire d’acteurs qui a causé 25 morts en une année ; elle "
        "ne dit ni quand des combattants sont arrivés, ni pourquoi.",
        "provinces": " La source donne un seul nom à toutes les provinces de l’État islamique : sa mention "
        "antérieure chez un voisin peut être celle d’une autre province.",
        "none": "aucun",
        "head": "{n} groupes armés recensés ({country}, {around}) jusqu’en {last} ; avant et après {month} ; "
        "{unplaced} lignes nomment plusieurs États et sont laissées de côté",
    },
}


@dataclass(frozen=True, repr=False)
class GroupReach(Result):
    """Armed groups in a country and its neighbours, by month.

    Attributes
    ----------
    country : str
        ISO 3166 alpha-3 code.
    neighbours : tuple of str
        Codes of the states across its borders.
    month : pandas.Period
        Month that parts before (earlier months) from after (it and later ones).
    window : int
        Months compared on each side.
    records : pandas.DataFrame
        One row per group, state and month with an event: ``actor, iso3, month, events, deaths``.
    unplaced : int
        Rows of the frame that name the country or a neighbour among several states, and so none of them: left out.
    last : pandas.Period
        Last month of the frame.
    origin : str
        Dataset and version of the frame; empty for one of the user's.
    """

    country: str
    neighbours: tuple[str, ...]
    month: pd.Period
    window: int
    records: pd.DataFrame
    unplaced: int
    last: pd.Period
    origin: str = ""

    _index = ("actor", "iso3")

    def tidy(self) -> pd.DataFrame:
        """One row per group and state in which it is recorded.

        Returns
        -------
        pandas.DataFrame
            ``actor``, ``iso3``, ``first``, ``last`` (months), ``months_before``, ``months_after`` (months with an
            event, over all years), ``events``, ``deaths``, ``first_home`` (first month in the country; NaT: never),
            ``months_later`` (from then to `first`; negative: recorded across the border before; NA: never in the
            country). Sorted by the group's first month anywhere, then by `first`.
        """
        r = self.records.assign(before=self.records["month"] < self.month)
        table = (
            r.groupby(["actor", "iso3"])
            .agg(
                first=("month", "min"),
                last=("month", "max"),
                months_before=("before", "sum"),
                months_after=("before", lambda early: int((~early).sum())),
                events=("events", "sum"),
                deaths=("deaths", "sum"),
            )
            .reset_index()
        )
        home = table[table["iso3"] == self.country].set_index("actor")["first"]
        table["first_home"] = pd.PeriodIndex(table["actor"].map(home), freq="M")
        known = table["first_home"].notna()
        lag = pd.Series(pd.NA, index=table.index, dtype="Int64")
        both = zip(table.loc[known, "first"], table.loc[known, "first_home"], strict=True)
        lag[known] = pd.array([later.ordinal - home.ordinal for later, home in both], dtype="Int64")
        table["months_later"] = lag
        order = table.groupby("actor")["first"].transform("min")
        return table.assign(order=order).sort_values(["order", "actor", "first", "iso3"], ignore_index=True)[
            [*table.columns]
        ]

    def shared(self) -> pd.DataFrame:
        """Rows of `tidy` of the groups recorded both in the country and across a border."""
        table = self.tidy()
        both = table.groupby("actor")["iso3"].agg(lambda codes: self.country in set(codes) and len(codes) > 1)
        return table[table["actor"].isin(both[both].index)].reset_index(drop=True)

    def by_month(self) -> pd.DataFrame:
        """Number of groups with an event, each month from the first record to the last month of the frame.

        Returns
        -------
        pandas.DataFrame
            Index ``month``; ``home`` (in the country), ``next_door`` (in a neighbour), ``both`` (groups recorded in
            both by then and active in one of them).
        """
        r = self.records
        months = pd.period_range(r["month"].min(), self.last, freq="M")
        away = r["iso3"] != self.country
        since = pd.DataFrame(
            {"home": r[~away].groupby("actor")["month"].min(), "away": r[away].groupby("actor")["month"].min()}
        )
        since = since.dropna().max(axis=1)
        linked = r["month"] >= r["actor"].map(since).astype(r["month"].dtype)
        counts = {
            name: r[rows].groupby("month")["actor"].nunique().reindex(months, fill_value=0)
            for name, rows in {"home": ~away, "next_door": away, "both": linked}.items()
        }
        return pd.DataFrame(counts).rename_axis("month")

    def compared(self) -> pd.DataFrame:
        """The same number of months before and after, per state.

        Returns
        -------
        pandas.DataFrame
            One row per state, the country first: ``iso3``, ``groups_before``, ``groups_after`` (armed groups with an
            event), ``events_before``, ``events_after`` (summed over groups), ``new`` (groups of the months after that
            the state had no record of before, separated by commas).
        """
        month, r = self.month, self.records
        earlier = r[(r["month"] < month) & (r["month"] >= month - self.window)]
        later = r[(r["month"] >= month) & (r["month"] < month + self.window)]
        rows = []
        for iso3 in (self.country, *self.neighbours):
            here, old, new = (x[x["iso3"] == iso3] for x in (r, earlier, later))
            seen = set(here.loc[here["month"] < month, "actor"])
            rows.append(
                {
                    "iso3": iso3,
                    "groups_before": old["actor"].nunique(),
                    "groups_after": new["actor"].nunique(),
                    "events_before": int(old["events"].sum()),
                    "events_after": int(new["events"].sum()),
                    "new": ", ".join(sorted(set(new["actor"]) - seen)),
                }
            )
        return pd.DataFrame(rows)

    def headline(self, *, lang: Lang | None = None) -> str:
        """What is compared, and what is left out."""
        return words(_WORDS, check_language(lang))["head"].format(
            n=self.records["actor"].nunique(),
            country=self.country,
            around=", ".join(self.neighbours),
            last=self.last,
            month=self.month,
            unplaced=self.unplaced,
        )

    def says(self, *, lang: Lang | None = None) -> str:
        """One careful sentence that may be quoted.

        Raises
        ------
        UnknownNameError
            If the language is neither ``"en"`` nor ``"fr"``.
        """
        lang = check_language(lang)
        say, home, table = words(_WORDS, lang), self.compared().iloc[0], self.shared()
        away = table[(table["iso3"] != self.country) & (table["first_home"] >= self.month)]
        earliest = away.groupby("actor")["months_later"].min()
        came, went = sorted(earliest[earliest < 0].index), sorted(earliest[earliest >= 0].index)

        def some(names: list[str]) -> str:
            shown = ", ".join(group_name(name, lang) for name in names)
            return f"{len(names)} ({shown})" if names else say["none"]

        return (say["text"] + (say["provinces"] if "IS" in came else "")).format(
            country=places.name(self.country, lang=lang),
            after=home["groups_after"],
            before=home["groups_before"],
            window=self.window,
            month=month_text(self.month, lang),
            new=int((self.tidy().query("iso3 == @self.country")["first"] >= self.month).sum()),
            came=some(came),
            went=some(went),
        )

    def summary(self, *, lang: Lang | None = None) -> str:
        """The groups on both sides of the border as plain text."""
        table = self.shared().astype({"first": str, "last": str, "first_home": str})
        return f"{self._head(lang)}\n{table.to_string(index=False)}"

    def to_xarray(self) -> xr.Dataset:
        """Events and deaths (actor, iso3, time: first day of the month); 0 where the source records none."""
        months = pd.period_range(self.records["month"].min(), self.last, freq="M")
        flat = self.records.set_index(["actor", "iso3", "month"])
        every = pd.MultiIndex.from_product(
            [sorted(set(self.records["actor"])), [self.country, *self.neighbours], months],
            names=["actor", "iso3", "time"],
        )
        cube = flat.reindex(every, fill_value=0).reset_index()
        cube["time"] = pd.PeriodIndex(cube["time"]).to_timestamp()
        cube = cube.astype({"actor": "object", "iso3": "object"})
        found: xr.Dataset = cube.set_index(["actor", "iso3", "time"]).to_xarray()
        return found.assign_attrs(summary=self.headline())

    def plot(
        self, *, ax: Axes | None = None, lang: Lang | None = None, source: str | None = None, groups: str = "both"
    ) -> Figure:
        """Draw one lane per group and state, with a block for each half-year with an event and the first month.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Axes to draw on; a new figure when absent.
        lang : {"en", "fr"}, optional
            Language of the words in the figure.
        source : str, optional
            Where the records come from; UCDP and what the frame says when absent.
        groups : {"both", "home", "all"}
            Groups recorded on both sides of the border, all those recorded in the country, or all.

        Raises
        ------
        ModelError
            If there is no such group.
        UnknownNameError
            If the language or the groups are unknown.
        """
        lang = check_language(lang)
        from sahelkit.plots.group_lanes import plot_group_lanes

        if not is_known(groups, GROUPS):
            raise UnknownNameError("groups", groups, GROUPS)
        table = self.shared() if groups == "both" else self.tidy()
        if groups == "home":
            table = table[table["first_home"].notna()]
        if table.empty:
            raise ModelError("no group is recorded on both sides of the border. Type groups='all'")
        records = self.records[self.records["actor"].isin(table["actor"])]
        source = source or (self.origin and f"UCDP, {self.origin}")
        return plot_group_lanes(
            records, country=self.country, month=self.month, until=self.last, ax=ax, lang=lang, source=source
        )


def group_reach(
    actors: FrameLike, *, country: str, neighbours: Place | Iterable[Place], date: DateLike, window: int = 36
) -> GroupReach:
    """Follow armed groups in a country and across its borders, before and after a date.

    A group is recorded in a state in a month in which it fought that state's government there or, against another
    group, in a pair for which the source names this state alone. It is not known where exactly an event happened.
    Groups without a formal or informal organisation (identity groups) are not followed. Pairs count from the year in
    which they caused 25 deaths on, in all their months: a first record dates the fighting, not the arrival.

    Parameters
    ----------
    actors : pandas.DataFrame
        As `sahelkit.load_conflict_actors` gives it, all states and years.
    country : str
        Country, as in `sahelkit.places.resolve`.
    neighbours : str, int or sequence of these
        States across its borders, such as ``sahelkit.neighbours("MLI", on="2012-03-22")``.
    date : date-like
        Day whose month begins "after".
    window : int
        Months compared on each side, at least 1.

    Returns
    -------
    GroupReach

    Raises
    ------
    MissingColumnsError, UnknownPlaceError, DateError
        If a column is missing, or a country or the date cannot be read.
    OptionError
        If `window` is not a whole number of at least 1.
    ModelError
        If no armed group is recorded in these states.

    References
    ----------
    Sundberg, R., & Melander, E. (2013). Introducing the UCDP Georeferenced Event Dataset. Journal of Peace
    Research, 50(4), 523-532. https://doi.org/10.1177/0022343313484347

    Examples
    --------
    >>> import sahelkit as sk
    >>> reach = group_reach(
    ...     sk.load_conflict_actors(),
    ...     country="MLI",
    ...     neighbours=sk.neighbours("MLI", on="2012-03-22"),
    ...     date="2012-03-22",
    ... )
    >>> reach.shared().query("actor == 'AQIM'")[["iso3", "first", "months_later"]].astype(str).to_numpy().tolist()
    [['DZA', '1998-12', '-126'], ['MRT', '2008-09', '-9'], ['MLI', '2009-06', '0']]
    """
    actors = read_columns(
        actors,
        where="group_reach",
        texts=["iso3", "states", "side_a", "side_b", "kind_a", "kind_b"],
        numbers=["ucdp_events", "ucdp_deaths"],
        months=["month"],
        repair="sahelkit.load_conflict_actors() gives them",
    )
    if isinstance(window, bool) or not isinstance(window, int) or window < 1:
        raise OptionError("window", window, "it is a whole number of months, at least 1", repair="Type window=36")
    home, around = places.resolve(country), tuple(places.resolve_many(neighbours))
    day = parse_date(date, what="date", least="M")
    if day is None:
        raise OptionError("date", date, "the day that parts before from after must be given")
    region = {home, *around}
    actors = actors.reset_index(drop=True)  # a row is told from another by its label below
    named = actors["states"].astype(object).fillna("").str.split().map(lambda codes: not region.isdisjoint(codes))
    armed = actors["kind_a"].isin(ARMED) | actors["kind_b"].isin(ARMED)
    placed = actors[actors["iso3"].isin(region)]
    sides = pd.concat(
        [
            placed.loc[placed[f"kind_{side}"].isin(ARMED)].assign(actor=placed[f"side_{side}"].str.split("; "))
            for side in "ab"
        ]
    ).explode("actor")
    if sides.empty:
        raise ModelError(f"no armed group is recorded in {', '.join(sorted(region))}. Look at the countries and years")
    records = (
        sides.groupby(["actor", "iso3", "month"])
        .agg(events=("ucdp_events", "sum"), deaths=("ucdp_deaths", "sum"))
        .reset_index()
    )
    return GroupReach(
        country=home,
        neighbours=around,
        month=day.to_period("M"),
        window=window,
        records=records,
        unplaced=int((named & armed & actors["iso3"].isna()).sum()),
        last=actors["month"].max(),
        origin=origin_of(actors),
    )
