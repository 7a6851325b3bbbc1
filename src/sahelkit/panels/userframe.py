"""A user's own frame as a source of a panel."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from sahelkit._types import Bools, Cells, Days
from sahelkit.catalog.publication import Publication
from sahelkit.dates import Times, read_column
from sahelkit.errors import MissingColumnsError, OptionError, UnknownNameError, UnknownPlaceError, is_known
from sahelkit.frames import TIMES, FrameLike, check_frame, numbers_of, texts_of, time_of
from sahelkit.geography import places
from sahelkit.options import check_name
from sahelkit.panels.annual import spread
from sahelkit.panels.layers import Context, Layer, Step, settle
from sahelkit.values import row_words

WHERE = "panel.add_frame"
How: TypeAlias = Literal["one", "sum"]
HOW: tuple[How, ...] = get_args(How)
_NOT_VALUES = {"iso3", "country", "gwcode", *TIMES}


@dataclass(frozen=True)
class Window:
    """The states and periods that a panel shows: codes, frequency, first and last day."""

    countries: tuple[str, ...]
    freq: str
    first: np.datetime64
    last: np.datetime64


@dataclass(frozen=True, eq=False)
class UserFrame(Step):
    """Values of a user's frame, read and checked.

    Attributes
    ----------
    iso3 : Series of str, length n
    starts : array of datetime64[D], shape (n,)
        First day that each row describes.
    yearly : bool
        True when each row describes a calendar year.
    published : array of datetime64[D], shape (n,), or None
    values : mapping of str to array, each of shape (n,)
    rows : pandas.DataFrame
        The rows as they were given: ``iso3, first, last, repeated``.
    """

    iso3: pd.Series[Any]
    starts: Days
    yearly: bool
    published: Days | None
    values: Mapping[str, npt.NDArray[Any]]
    rows: pd.DataFrame

    def kinds(self, version: str | None, have: Mapping[str, str]) -> dict[str, str]:
        """Columns and their kinds."""
        return {name: "text" if array.dtype == object else "count" for name, array in self.values.items()}

    def layers(self, context: Context, have: Mapping[str, Layer]) -> list[Layer]:
        """The columns on the raster."""
        grid = context.grid
        rows = grid.rows_of(self.iso3)
        stamps = np.full(len(rows), np.datetime64("0001-01-01")) if self.published is None else self.published
        numbers = stamps.astype("datetime64[D]").astype("float64")
        if self.yearly:
            years = self.starts.astype("datetime64[Y]").astype("int64") + 1970
            place = self._years(context, rows, years)
        else:
            columns = grid.columns_of(self.starts)
            place = self._periods(context, rows, columns)
        published = np.nan_to_num(place(numbers), nan=0.0).astype("int64").astype("datetime64[D]")
        found = []
        for name, array in self.values.items():
            values = place(array)
            has: Bools = np.asarray(values != None) if values.dtype == object else ~np.isnan(values)  # noqa: E711
            found.append(
                settle(
                    context,
                    name,
                    values,
                    covered=has,
                    published=published,
                    kind=self.kinds(None, {})[name],
                    source="",
                    native="Y" if self.yearly else grid.freq,
                )
            )
        return found

    @staticmethod
    def _years(context: Context, rows: npt.NDArray[np.intp], years: npt.NDArray[np.int64]) -> Any:
        def place(array: npt.NDArray[Any]) -> Cells:
            return spread(context.grid, rows, years, array, None if array.dtype == object else np.nan)

        return place

    @staticmethod
    def _periods(context: Context, rows: npt.NDArray[np.intp], columns: npt.NDArray[np.int64]) -> Any:
        inside = (rows >= 0) & (columns >= 0)

        def place(array: npt.NDArray[Any]) -> Cells:
            text = array.dtype == object
            out: Cells = np.full(context.grid.shape, None if text else np.nan, dtype=object if text else np.float64)
            out[rows[inside], columns[inside]] = array[inside]
            return out

        return place


def check_published(steps: Iterable[Step]) -> None:
    """Raise OptionError if data of the user's have no rule of publication, where a day of knowledge is asked for."""
    for step in steps:
        if getattr(step, "published", "") is not None:
            continue
        name = type(step).__name__
        call = {"EventCounts": "add_events(events", "Spells": "add_spells(frame"}.get(name, "add_frame(frame")
        what, framed = call.partition("(")[2], name == "UserFrame"
        names = [*step.kinds(None, {})]
        listed = ", ".join(names[:4]) + (" …" if len(names) > 4 else "")
        raise OptionError(
            "published",
            None,
            f"as_of and back-tests must know when the values of your {what} became known ({listed})",
            repair=f"Type {call}, published='+30d'), 't+1-03-15',{' a column of days,' * framed} or 'none'",
        )


def read_user_frame(frame: FrameLike, *, published: str | None, how: str, window: Window) -> UserFrame:
    """Check a user's frame and take what a panel needs.

    Raises
    ------
    MissingColumnsError
        Without ``iso3`` or without a time column, or with nothing else.
    UnknownPlaceError
        If values of ``iso3`` are not the codes of states.
    DateError
        If a time column or the column of publication cannot be read, or time columns contradict each other.
    OptionError
        If two rows describe the same state and period of the panel, months would have to be summed up to years, a
        column of numbers holds text, or text would have to be added up.
    UnknownNameError
        If `how` is unknown.
    """
    if not is_known(how, HOW):
        raise UnknownNameError("treatment of several rows", how, HOW, repair="how='sum' adds them up")
    frame = check_frame(frame, where=WHERE)
    check_name("published", published, optional=True)
    odd = next((name for name in frame.columns if not isinstance(name, str)), None)
    if odd is not None:
        raise OptionError("columns", odd, "the name of a column is a text", repair="Type frame.rename(columns=str)")
    if "iso3" not in frame.columns:
        repair = (
            "Each row describes one state in one period: columns 'iso3' and one of 'period', 'month', 'date', 'year'"
        )
        missing = ["iso3", *([] if any(name in frame.columns for name in TIMES) else ["period"])]
        raise MissingColumnsError(WHERE, missing, frame.columns, repair=repair)
    used, times = time_of(frame, where=WHERE)
    names = [name for name in frame.columns if name not in {*_NOT_VALUES, *used, published}]
    if not names:
        raise MissingColumnsError(WHERE, ["a column of values"], frame.columns)
    check_states(frame["iso3"])
    unit = str(times.unit[0]) if len(times.unit) else "Y"
    if unit == "M" and window.freq == "Y" and how != "sum":
        repair = "Type how='sum' to add up whole years, or give one row for each year"
        raise OptionError("frame", used[0], "monthly rows do not fit a yearly panel", repair=repair)
    known = _published(frame, published, times)
    values = {name: _array(frame[name], frame["iso3"]) for name in names}
    step = "Y" if unit == "Y" else window.freq if unit == "D" or how == "sum" else "M"
    keys = pd.DataFrame({"iso3": frame["iso3"].to_numpy(), "time": times.floor(step).first.astype("int64")})
    double = keys.duplicated(keep=False).to_numpy()
    repeated = np.zeros(len(keys), dtype=bool)
    if how == "sum":
        whole = 12 if unit == "M" and step == "Y" else 0
        keys, known, values = _summed(keys, known, values, times, whole)
    elif double.any():
        _check_repeats(frame, keys, double, times, step, window)
        repeated, kept = double, ~keys.duplicated().to_numpy()
        keys, values = keys[kept], {name: _blanked(array, double)[kept] for name, array in values.items()}
        known = None if known is None else known[kept]
    return UserFrame(
        iso3=keys["iso3"].reset_index(drop=True),
        starts=keys["time"].to_numpy().astype("datetime64[D]"),
        yearly=unit == "Y",
        published=known,
        values=values,
        rows=pd.DataFrame(
            {"iso3": frame["iso3"].to_numpy(), "first": times.first, "last": times.last, "repeated": repeated}
        ),
    )


def check_states(codes: pd.Series[Any]) -> None:
    """Refuse a column in which something else stands than codes of states."""
    blank = codes.isna().to_numpy()
    if blank.any():
        where = row_words(codes, int(blank.argmax()))
        raise OptionError("iso3", None, "it is empty", row=where, repair="Give each row the code of its state")
    lists = next((place for place, code in enumerate(codes) if not isinstance(code, Hashable)), None)
    if lists is not None:
        raise OptionError("iso3", codes.iloc[lists], "not an ISO code", row=row_words(codes, lists))
    known = set(places.members("world"))
    odd = [code for code in codes.unique() if code not in known]
    if not odd:
        return
    unknown = [code for code in odd if not _is_name(code)]
    if unknown:
        near = _near(unknown[0]) if len(unknown) == 1 else []
        raise UnknownPlaceError.several("iso3", codes[codes.isin(unknown)], len(codes), near=near)
    where = row_words(codes, int((codes == odd[0]).to_numpy().argmax()))
    one = f"{places.resolve(odd[0])!r}, as places.resolve does"
    each = "frame.assign(iso3=frame['iso3'].map(sahelkit.places.resolve))"
    repair = f"Type {one if len(odd) == 1 else each}"
    raise OptionError("iso3", odd[0], "not an ISO code", row=where, repair=repair)


def _near(code: object) -> list[str]:
    try:
        places.resolve(code)  # type: ignore[arg-type]
    except UnknownPlaceError as error:
        return [] if error.ambiguous and "…" in error.suggestions else error.suggestions
    return []


def _is_name(code: object) -> bool:
    """Whether a text names a country; a number may be that of several systems, and is not guessed."""
    try:
        return isinstance(code, str) and not code.strip().isdigit() and bool(places.resolve(code))
    except UnknownPlaceError:
        return False


def _check_repeats(
    frame: pd.DataFrame, keys: pd.DataFrame, double: Bools, times: Times, step: str, window: Window
) -> None:
    """Refuse rows that repeat a state and period of the panel; what lies outside is counted when the panel is read."""
    inside = (
        keys["iso3"].isin(window.countries).to_numpy() & (times.last >= window.first) & (times.first <= window.last)
    )
    guilty = double & inside
    if not guilty.any():
        return
    first = int(guilty.argmax())
    same = np.flatnonzero(keys.eq(keys.iloc[first]).all(axis=1).to_numpy())
    what = f"{keys['iso3'].iloc[first]} {pd.Period(pd.Timestamp(times.first[first]), freq=step)}"
    others = keys[guilty].drop_duplicates()
    more = f"; in all {len(others):,} states and periods have several rows" if len(others) > 1 else ""
    raise OptionError(
        "frame",
        what,
        f"{len(same)} rows describe this state and period (rows {same[0] + 1} and {same[1] + 1} first){more}",
        repair="If they are parts of a whole, such as events, type how='sum' to add them up; else keep the right one",
    )


def _summed(
    keys: pd.DataFrame, known: Days | None, values: Mapping[str, npt.NDArray[Any]], times: Times, whole: int
) -> tuple[pd.DataFrame, Days | None, dict[str, npt.NDArray[Any]]]:
    """Sums over the rows of each state and period: NA where a part is, known when the last part was.

    With `whole` a sum stands for so many months, and is NA where one of them has no row.
    """
    texts = [name for name, array in values.items() if array.dtype == object]
    if texts:
        raise OptionError(
            "how", "sum", f"text cannot be added up ({', '.join(texts)})", repair=f"Type frame.drop(columns={texts!r})"
        )
    grouped = keys.groupby(["iso3", "time"], sort=False)
    number = grouped.ngroup().to_numpy()
    sums = {name: np.bincount(number, weights=array) for name, array in values.items()}
    if whole:
        months = keys.assign(month=times.first.astype("datetime64[M]").astype("int64")).groupby(
            ["iso3", "time"], sort=False
        )
        part = months["month"].nunique().to_numpy() < whole
        sums = {name: np.where(part, np.nan, array) for name, array in sums.items()}
    last = None
    if known is not None:
        stamps = pd.Series(known.astype("int64")).groupby(number).max()
        last = stamps.to_numpy().astype("datetime64[D]")
    return keys.drop_duplicates(), last, sums


def _published(frame: pd.DataFrame, rule: str | None, times: Times) -> Days | None:
    if rule is None:
        return None
    if rule in frame.columns:
        return read_column(frame[rule], what=rule, declared="D", owner=frame["iso3"]).first
    try:
        return Publication(rule).dates(times.last)
    except ValueError:
        raise OptionError(
            "published", rule, "neither a publication rule nor a column", repair="Type '+30d', 't+1-03-15' or 'none'"
        ) from None


def _blanked(array: npt.NDArray[Any], where: Bools) -> npt.NDArray[Any]:
    out = array.copy()
    out[where] = None if array.dtype == object else np.nan
    return out


def _array(values: pd.Series[Any], owner: pd.Series[Any]) -> npt.NDArray[Any]:
    numbers = numbers_of(values, owner=owner)
    if numbers is None:
        return texts_of(values, owner=owner)
    endless = np.isinf(numbers)
    if endless.any():
        name, place = str(values.name), int(endless.argmax())
        repair = f"Set it to NA if it is unknown: frame[{name!r}].replace([numpy.inf, -numpy.inf], None)"
        raise OptionError(name, numbers[place], "infinite", row=row_words(values, place, owner), repair=repair)
    return numbers
