"""Spells as a source of a panel: from first and last days to counts, shares and states by period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from sahelkit._types import Cells, DateLike, Days, Places
from sahelkit.catalog.publication import Publication
from sahelkit.dates import parse_date, read_column
from sahelkit.errors import DateError, OptionError, UnknownNameError, is_known
from sahelkit.frames import FrameLike, check_columns, chosen_names
from sahelkit.geography import places
from sahelkit.options import check_name
from sahelkit.panels.layers import Context, Layer, Step, settle
from sahelkit.panels.universe import Grid
from sahelkit.panels.userframe import check_states
from sahelkit.values import row_words, texts_of

WHERE = "panel.add_spells"
Measure: TypeAlias = Literal["count", "share", "first_day"]
Overlaps: TypeAlias = Literal["refuse", "count", "union"]
Closed: TypeAlias = Literal["both", "left"]
MEASURES: tuple[Measure, ...] = get_args(Measure)
OVERLAPS: tuple[Overlaps, ...] = get_args(Overlaps)
CLOSED: tuple[Closed, ...] = get_args(Closed)
_KINDS = {"count": "count", "share": "level", "first_day": "level"}
_DAY = np.timedelta64(1, "D")


@dataclass(frozen=True, eq=False)
class Spells(Step):
    """Spells of states, read and checked.

    Attributes
    ----------
    name : str
        Beginning of the names of the columns.
    measures : tuple of str
    label : str
        Column of text that names the spell in force; empty for none.
    rows : pandas.DataFrame
        One row per spell: ``iso3``, ``first`` (first day), ``until`` (first day on which it no longer holds),
        ``label``.
    vague : pandas.DataFrame
        Bounds that are no days: ``iso3``, ``first`` and ``last``, the days on which the bound may lie.
    first, last : numpy.datetime64
        Declared coverage, both days included.
    countries : tuple of str
        States that the list covers.
    published : str or None
        Rule of publication.
    rules : str
        How the list was read, for ``frame.attrs``.
    """

    name: str
    measures: tuple[str, ...]
    label: str
    rows: pd.DataFrame
    vague: pd.DataFrame
    first: np.datetime64
    last: np.datetime64
    countries: tuple[str, ...]
    published: str | None
    rules: str

    def kinds(self, version: str | None, have: Mapping[str, str]) -> dict[str, str]:
        """Columns and their kinds."""
        found = {f"{self.name}_{measure}": _KINDS[measure] for measure in self.measures}
        return found | ({self.label: "text"} if self.label else {})

    def settings(self) -> dict[str, str]:
        """How the list was read."""
        return {f"spells_{self.name}": self.rules}

    def layers(self, context: Context, have: Mapping[str, Layer]) -> list[Layer]:
        """The columns on the raster."""
        grid = context.grid
        whole = grid.within(self.countries, str(self.first), str(self.last))
        begun = (grid.starts >= self.first) & (grid.starts <= self.last)
        begins = np.isin(grid.iso3, list(self.countries))[:, None] & begun[None, :]
        values = on_raster(self.rows, grid, label=bool(self.label))
        found = []
        for name, kind in self.kinds(None, {}).items():
            measure = "label" if name == self.label else name.removeprefix(f"{self.name}_")
            early = measure in ("label", "first_day")
            known = self._known(grid, grid.starts if early else grid.ends)
            cover = begins if early else whole
            found.append(settle(context, name, values[measure], covered=cover, published=known, kind=kind))
        return found

    def _known(self, grid: Grid, days: Days) -> Days:
        """Day on which the value of each cell is known: what is vague, when the last day that it may be has passed."""
        rule = Publication(self.published or "none")
        known = np.broadcast_to(rule.dates(days), grid.shape).copy()
        spans = zip(grid.rows_of(self.vague["iso3"]), self.vague["first"], self.vague["last"], strict=True)
        for row, first, last in spans:
            if row >= 0:
                bound = first.to_datetime64().astype("datetime64[D]"), last.to_datetime64().astype("datetime64[D]")
                cells = slice(int(np.searchsorted(grid.ends, bound[0])), int(np.searchsorted(days, bound[1], "right")))
                known[row, cells] = np.maximum(known[row, cells], rule.dates([bound[1]])[0])
        return known

    def caution(self, countries: Sequence[str], first: pd.Timestamp, last: pd.Timestamp, version: str | None) -> str:
        """Warn of spells without a place, and of states that the list does not cover."""
        parts = []
        given = self.rows
        out = ~given["iso3"].isin(countries)
        late = ~out & ((given["until"] <= first) | (given["first"] > last))
        uncovered = ~out & ~late & ((given["until"] <= self.first) | (given["first"] > self.last))
        for rows, text in (
            (out, "of states outside the panel"),
            (late, "outside its window"),
            (uncovered, f"outside the coverage {self.first} to {self.last}"),
        ):
            if rows.any():
                parts.append(f"{int(rows.sum()):,} {text} ({', '.join(given.loc[rows, 'iso3'].unique()[:6])})")
        text = f"of {len(given):,} spells {'; '.join(parts)} have no place in the panel. " if parts else ""
        unknown = sorted(set(countries) - set(self.countries))
        if unknown:
            text += (
                f"{len(unknown):,} of {len(countries):,} states of the panel are not covered ({', '.join(unknown[:6])}"
                f"{' …' if len(unknown) > 6 else ''}): NA, not zero. If the list is complete for them, name them in "
                "countries=. "
            )
        return f"{self.name}: {text.strip()}" if text else ""


def on_raster(rows: pd.DataFrame, grid: Grid, *, label: bool = False) -> dict[str, Cells]:
    """Spells by states and periods: number that touch each period, share of its days, number on its first day.

    Parameters
    ----------
    rows : pandas.DataFrame
        ``iso3``, ``first`` and ``until`` (datetime64; the first day on which the spell no longer holds), ``label``.
    grid : Grid
    label : bool
        Whether to give the labels of the spells on the first day too, joined by ``"; "`` where there are several.

    Returns
    -------
    dict of str to array, each of shape (S, T)
        ``count``, ``share`` (days of all spells by days of the period), ``first_day`` and, if wanted, ``label``.
    """
    starts, stops = grid.starts, grid.ends + _DAY
    count, days, begun = (np.zeros(grid.shape) for _ in range(3))
    labels: Cells = np.full(grid.shape, None, dtype=object)
    firsts, untils = (rows[name].to_numpy().astype("datetime64[D]") for name in ("first", "until"))
    place = grid.rows_of(rows["iso3"])
    low = np.searchsorted(stops, firsts, side="right")
    inner = np.searchsorted(starts, firsts, side="left")
    high = np.searchsorted(starts, untils, side="left")
    for number in np.flatnonzero((place >= 0) & (high > low)):
        row, touched, held = place[number], slice(low[number], high[number]), slice(inner[number], high[number])
        count[row, touched] += 1
        inside = np.minimum(stops[touched], untils[number]) - np.maximum(starts[touched], firsts[number])
        days[row, touched] += inside.astype("int64")
        begun[row, held] += 1
        if label:
            text = rows["label"].iloc[number]
            labels[row, held] = [text if old is None else old if text is None else f"{old}; {text}"
                                 for old in labels[row, held]]  # fmt: skip
    share = days / (stops - starts).astype("int64")
    return {"count": count, "share": share, "first_day": begun, "label": labels}


def read_spells(
    frame: FrameLike,
    *,
    start: str,
    end: str,
    name: str,
    measure: Measure | Sequence[Measure],
    label: str | None,
    coverage: tuple[DateLike, DateLike] | None,
    countries: Places,
    overlaps: str,
    closed: str,
    published: str | None,
) -> Spells:
    """Check a frame of spells and take what a panel needs; see `Panel.add_spells`."""
    for what, value in (("start", start), ("end", end), ("name", name)):
        check_name(what, value)
    check_name("label", label, optional=True)
    check_name("published", published, optional=True)
    if not is_known(overlaps, OVERLAPS):
        raise UnknownNameError("treatment of overlaps", overlaps, OVERLAPS)
    if not is_known(closed, CLOSED):
        raise UnknownNameError("kind of bounds", closed, CLOSED, repair="closed='left' if the last day is not held")
    measures = tuple(dict.fromkeys(chosen_names("measure", measure, MEASURES)))
    if not measures:
        raise OptionError("measure", measure, "nothing is named", repair="Type measure='share'")
    taken = {"iso3", "country", "gwcode", "period", "year", "month", *(f"{name}_{one}" for one in measures)}
    if label in taken:
        raise OptionError("label", label, "the panel has another column of this name", repair="Rename the column")
    table = check_columns(frame, ["iso3", start, end, *([label] if label else [])], where=WHERE)
    check_states(table["iso3"])
    if published is not None:
        try:
            Publication(published)
        except ValueError:
            raise OptionError("published", published, "no publication rule", repair="Type '+30d' or 'none'") from None
    rows, vague, newest = _rows(table, start, end, label, closed)
    if coverage is None or not isinstance(coverage, tuple | list) or len(coverage) != 2 or None in coverage:
        begin = f"{rows['first'].min():%Y-%m-%d}" if len(rows) else "1990-01-01"
        repair = f"Type coverage=('{begin}', '{newest}') if the list is complete between these days"
        raise OptionError("coverage", coverage, "the first and the last day that the list covers are wanted",
                          repair=repair)  # fmt: skip
    first, last = _covered_days(*coverage)
    covered = tuple(sorted(places.chosen(countries) if countries is not None else rows["iso3"].unique()))
    open_to = np.datetime64(last, "D") + _DAY
    # A spell that goes on is taken to hold to the last covered day, and one that begins after it for its first day.
    ongoing = np.isnat(rows["until"].to_numpy())
    rows.loc[ongoing, "until"] = np.maximum(
        rows.loc[ongoing, "first"].to_numpy().astype("datetime64[D]") + _DAY, open_to
    )
    rows = rows.sort_values(["iso3", "first", "until"], kind="stable")
    rows = _checked(table, rows, start, end) if overlaps == "refuse" else _merged(rows) if overlaps == "union" else rows
    rules = (
        f"{' and '.join(measures)}; bounds {closed}; overlaps {overlaps}; covered {first:%Y-%m-%d} to {last:%Y-%m-%d}"
    )
    return Spells(
        name=name,
        measures=measures,
        label=label or "",
        rows=rows.reset_index(drop=True),
        vague=vague,
        first=np.datetime64(first, "D"),
        last=np.datetime64(last, "D"),
        countries=covered,
        published=published,
        rules=rules + ("" if published is None else f"; published {published}"),
    )


def _covered_days(start: DateLike, end: DateLike) -> tuple[pd.Timestamp, pd.Timestamp]:
    first, last = parse_date(start, what="coverage"), parse_date(end, what="coverage", last=True)
    assert first is not None
    assert last is not None
    if last < first:
        raise DateError("coverage", (start, end), "it ends before it begins")
    return first, last


def _rows(
    table: pd.DataFrame, start: str, end: str, label: str | None, closed: str
) -> tuple[pd.DataFrame, pd.DataFrame, np.datetime64]:
    owner = table["iso3"]
    begins = read_column(table[start], what=start, owner=owner)
    ends = read_column(table[end], what=end, owner=owner, blanks=True)
    # A year or a month reaches as far as it may: a start from its first day, an end to its last.
    until = ends.last + np.where((ends.unit == "D") & (closed == "left"), 0, 1).astype("timedelta64[D]")
    empty = until <= begins.first
    if empty.any():
        row = int(empty.argmax())
        same = closed == "left" and until[row] == begins.first[row]
        why = "the spell holds on no day" if same else f"the spell ends before it starts ({table[start].iloc[row]})"
        repair = "Type closed='both' if the last day belongs to the spell, or leave such rows out" if same else ""
        raise DateError(end, table[end].iloc[row], why, row=row_words(table[end], row, owner), repair=repair)
    as_text = f"Type frame.astype({{{label!r}: str}})"
    rows = pd.DataFrame(
        {
            "iso3": owner.to_numpy(dtype=object),
            "first": begins.first.astype("datetime64[s]"),
            "until": until.astype("datetime64[s]"),
            "label": texts_of(table[label], owner=owner, repair=as_text) if label else None,
            "row": np.arange(len(table)),
        }
    )
    bounds = [
        pd.DataFrame(
            {"iso3": owner.to_numpy(dtype=object)[rough], "first": times.first[rough], "last": times.last[rough]}
        )
        for times in (begins, ends)
        for rough in [np.isin(times.unit, ["Y", "M"])]
    ]
    known = [times.last[~np.isnat(times.last)] for times in (begins, ends)]
    newest = max((days.max() for days in known if len(days)), default=np.datetime64("2020-12-31"))
    return rows, pd.concat(bounds, ignore_index=True), newest


def _checked(table: pd.DataFrame, rows: pd.DataFrame, start: str, end: str) -> pd.DataFrame:
    """The spells; an error if two of one state hold on one day."""
    reach = rows.groupby("iso3")["until"].cummax().groupby(rows["iso3"]).shift()
    twice = (reach > rows["first"]).to_numpy()
    if not twice.any():
        return rows
    later = rows.iloc[int(twice.argmax())]
    before = rows[(rows["iso3"] == later["iso3"]) & (rows["until"] > later["first"]) & (rows["row"] != later["row"])]
    earlier = before.iloc[0]
    one_day = twice.sum() and (reach[twice] - rows["first"][twice] == pd.Timedelta(days=1)).all()
    repair = (
        f"Type closed='left' if {end!r} is the day on which a spell no longer holds"
        if one_day
        else "Type overlaps='union' to count such days once, or overlaps='count' to count each spell"
    )
    where = ", ".join(f"row {int(row['row']) + 1} from {row['first']:%Y-%m-%d}" for row in (earlier, later))
    more = f"; in all {int(twice.sum()):,} rows begin within another spell" if twice.sum() > 1 else ""
    why = f"two spells of {later['iso3']} hold on {later['first']:%Y-%m-%d} ({where}){more}"
    raise OptionError(start, str(table[start].iloc[int(later["row"])]), why, repair=repair)


def _merged(rows: pd.DataFrame) -> pd.DataFrame:
    """Spells of one state that share a day as one, whose label is that of the spells in the order of their starts."""
    reach = rows.groupby("iso3")["until"].cummax().groupby(rows["iso3"]).shift()
    number = (~(reach > rows["first"])).cumsum()

    def joined(texts: pd.Series[Any]) -> str | None:
        named = list(dict.fromkeys(text for text in texts if text is not None))
        return "; ".join(named) or None

    grouped = rows.groupby(number, sort=False)
    out = grouped.agg(iso3=("iso3", "first"), first=("first", "min"), until=("until", "max"), row=("row", "first"))
    labels: npt.NDArray[Any] = np.array([joined(group) for _, group in grouped["label"]] or [], dtype=object)
    return out.assign(label=labels)
