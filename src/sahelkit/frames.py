"""Checks of a user's own frame: when its rows are, what its columns hold, and whether a row is there twice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, runtime_checkable

import numpy as np
import pandas as pd

from sahelkit._types import Floats, Repeats
from sahelkit.dates import NAMES, Times, read_column
from sahelkit.errors import DateError, MissingColumnsError, OptionError, UnknownNameError, is_known, near_matches
from sahelkit.options import as_names, check_name
from sahelkit.values import (
    UNITS,
    as_float,
    check_labels,
    distinct_values,
    kind_of,
    numbers_of,
    owner_of,
    row_words,
    texts_of,
    with_numbers,
)

if TYPE_CHECKING:
    from narwhals.typing import IntoFrame

__all__ = [
    "TIMES",
    "FrameLike",
    "HasFrame",
    "beside",
    "check_columns",
    "check_frame",
    "check_labels",
    "check_repeats",
    "chosen_names",
    "numbers_of",
    "origin_of",
    "texts_of",
    "time_of",
    "with_numbers",
]

TIMES = ("period", "month", "date", "year")
REPEATS = ("refuse", "keep")
PAIRS = (("source", "target"), ("state_1", "state_2"))  # columns that name both states of a pair


@runtime_checkable
class HasFrame(Protocol):
    """What holds a frame of its own, as a panel does; it stands wherever a frame is taken."""

    def as_frame(self) -> pd.DataFrame:
        """The frame."""


# What stands for a frame: one of pandas, polars, pyarrow or another library that narwhals reads, and what holds one.
FrameLike: TypeAlias = "pd.DataFrame | HasFrame | IntoFrame"


def time_of(frame: pd.DataFrame, *, where: str, check: bool = True) -> tuple[list[str], Times]:
    """When the rows of a frame are, from its column ``period``, ``month``, ``date`` or ``year``, or from several.

    ``year`` and ``month`` may be two columns of numbers, with ``day`` as a third. Where a frame has more columns of
    time than one, the first of period, month, date and year counts, and the others must agree with it.

    Parameters
    ----------
    frame : pandas.DataFrame
    where : str
        Name of the calling function, for messages.
    check : bool
        Whether further columns of time are read and must agree. Models do without: there ``year`` may be a covariate,
        scaled as one likes, beside ``period``.

    Returns
    -------
    names : list of str
        The columns that were read.
    times : Times
        All of one unit.

    Raises
    ------
    MissingColumnsError
        If there is no column of time, or a number of a month without its year.
    DateError
        If a value cannot be read, units are mixed, or two columns contradict each other.

    Examples
    --------
    >>> names, times = time_of(pd.DataFrame({"year": [2012], "month": [3]}), where="here")
    >>> names, times.first.astype(str).tolist(), times.unit.tolist()
    (['year', 'month'], ['2012-03-01'], ['M'])
    """
    there = [name for name in TIMES if name in frame.columns]
    owner = owner_of(frame)
    parts = "month" in there and _is_part(frame["month"])
    if not check and there:
        best = next((name for name in there if name != "month" or not parts), "month")
        there = [best] if best != "year" or not parts else ["month", "year"]
        parts = parts and "month" in there
    if not there or (there == ["month"] and parts):
        near = next((name for name in TIMES if near_matches(name, map(str, frame.columns), n=1)), "period")
        missing = ["year" if there else near]
        repair = "Rows need one of the columns 'period', 'month', 'date' and 'year', or 'year' and 'month' as numbers"
        raise MissingColumnsError(where, missing, frame.columns, repair=repair)
    declared = {"month": "M", "year": "Y"}
    read = {
        name: read_column(frame[name], what=name, declared=declared.get(name), owner=owner)
        for name in there
        if name != "month" or not parts
    }
    names = there
    if parts:
        joined = ["month", *(["day"] if "day" in frame.columns and _is_part(frame["day"]) else [])]
        if "year" in read:
            names = ["year", *joined, *(name for name in there if name not in ("year", "month"))]
            whole = _from_parts(frame, read.pop("year"), joined, owner)
        else:
            whole = _from_parts(frame, next(iter(read.values())).floor("Y"), ["month"], owner)
        read["month"] = whole
    first = next(iter(read))
    times = read[first]
    mixed = times.unit != times.unit[:1]
    if mixed.any():
        position = int(mixed.argmax())
        units = NAMES[str(times.unit[position])], NAMES[str(times.unit[0])]
        why = f"it names a {units[0]}, and the first row a {units[1]}"
        where_it_is = row_words(frame[first], position, owner)
        raise DateError(first, frame[first].iloc[position], why, row=where_it_is, repair="Keep one of them in a column")
    for name, other in read.items():
        _agree(frame, (first, times), (name, other), owner)
    return names, times


def _is_part(column: pd.Series[Any]) -> bool:
    """Whether a column holds numbers of months or days: all are numbers, and one is short."""
    values = [value for value in distinct_values(column)[1] if not isinstance(value, float) or not np.isnan(value)]
    if any(isinstance(value, bool | np.bool_) or kind_of(value) != "number" for value in values):
        return False
    return any(abs(as_float(value)) < 100 for value in values)


def _from_parts(frame: pd.DataFrame, years: Times, parts: list[str], owner: pd.Series[Any] | None) -> Times:
    """Months or days from a year and their numbers in it."""
    numbers = {name: numbers for name in parts if (numbers := numbers_of(frame[name], owner=owner)) is not None}
    year = years.first.astype("datetime64[Y]").astype("int64") + 1970
    first = years.first.copy()
    for position, given in enumerate(zip(*numbers.values(), strict=True)):
        for name, number in zip(parts, given, strict=True):
            most = 12 if name == "month" else 31
            if not 1 <= number <= most or number % 1:
                why = "it is empty" if np.isnan(number) else f"it is no whole number between 1 and {most}"
                raise _wrong(frame, name, position, why, owner)
        month, day = (*(int(number) for number in given), 1)[:2]
        try:
            dt.date(max(int(year[position]), 1), month, day)
        except ValueError:
            raise _wrong(frame, "day", position, "this month has no such day", owner) from None
        first[position] = np.datetime64(f"{year[position]:04d}-{month:02d}-{day:02d}", "D")
    return Times(first, np.full(len(first), "D" if "day" in parts else "M"))


def _wrong(frame: pd.DataFrame, name: str, position: int, why: str, owner: pd.Series[Any] | None) -> DateError:
    repair = f"Beside 'year', {name!r} is the number of the {name}: give each row its own"
    return DateError(name, frame[name].iloc[position], why, row=row_words(frame[name], position, owner), repair=repair)


def _agree(frame: pd.DataFrame, main: tuple[str, Times], other: tuple[str, Times], owner: Any) -> None:
    """Of each two dates of a row one must hold the other."""
    (name, times), (other_name, others) = main, other
    holds = (times.first <= others.first) & (others.last <= times.last)
    held = (others.first <= times.first) & (times.last <= others.last)
    apart = ~(holds | held)
    if apart.any():
        position = int(apart.argmax())
        why = f"it contradicts {name}={frame[name].iloc[position]!s}"
        repair = f"Mend the row, or leave one of the columns {name!r} and {other_name!r} out"
        raise DateError(
            other_name,
            frame[other_name].iloc[position],
            why,
            row=row_words(frame[other_name], position, owner),
            repair=repair,
        )


def _one_spelling(column: pd.Series[Any]) -> pd.Series[Any]:
    """A key in which what is written in two ways, such as ``2012`` and ``"2012"``, is the same."""
    if not pd.api.types.is_object_dtype(column.dtype):
        return column
    try:
        times = read_column(column, what=str(column.name), blanks=True)
    except DateError:
        return column.where(column.isna(), column.map(str))
    return pd.Series(list(zip(times.first.astype("int64"), times.unit, strict=True)), index=column.index)


def check_repeats(frame: pd.DataFrame, *, where: str, repeats: Repeats = "refuse") -> None:
    """Raise OptionError when two rows describe one unit and period.

    A merge of many rows with many leaves such rows, and each of them would count as an observation of its own.

    Parameters
    ----------
    frame : pandas.DataFrame
        Units are read from ``iso3``, else ``country`` or ``gwcode``, else (pairs) from ``source`` and ``target`` or
        ``state_1`` and ``state_2``; periods from ``period``, ``month``, ``date`` or ``year``, the first of them that is
        there. Nothing is checked when one of the two is missing.
    where : str
        Name of the calling function.
    repeats : {"refuse", "keep"}
        With ``"keep"`` nothing is checked.

    Raises
    ------
    OptionError
        If a unit has two rows for a period.
    UnknownNameError
        If `repeats` is something else.

    Examples
    --------
    >>> rows = pd.DataFrame({"iso3": ["MLI", "MLI"], "year": [2012, 2012]})
    >>> check_repeats(rows, where="fit_hazard", repeats="keep")
    >>> check_repeats(rows, where="fit_hazard")
    Traceback (most recent call last):
        ...
    sahelkit.errors.OptionError: frame='MLI 2012': fit_hazard takes one row for each iso3 and year, and 1 of 2 rows
    repeats another (rows 1 and 2). Look at the merge that made them, or type repeats='keep' if they are meant.
    """
    if not is_known(repeats, REPEATS):
        raise UnknownNameError("treatment of repeated rows", repeats, REPEATS)
    units = [*((name,) for name in UNITS), *PAIRS]
    unit = next((names for names in units if set(names) <= set(frame.columns)), None)
    time = next((name for name in TIMES if name in frame.columns), None)
    if repeats == "keep" or unit is None or time is None:
        return
    keys = [*unit, time, *(["year"] if time == "month" and "year" in frame.columns else [])]
    known = frame[keys].notna().all(axis=1).to_numpy()
    double = frame[keys].apply(_one_spelling).duplicated().to_numpy() & known
    if double.any():
        position = int(double.argmax())
        row = frame[keys].iloc[position]
        spelled = frame[keys].apply(_one_spelling)
        same = (spelled == spelled.iloc[position]).all(axis=1).to_numpy()
        raise OptionError(
            "frame",
            " ".join(str(value) for value in row),
            f"{where} takes one row for each {' and '.join(keys)}, and {int(double.sum()):,} of {len(frame):,} rows "
            f"{'repeats another' if double.sum() == 1 else 'repeat others'} "
            f"(rows {int(same.argmax()) + 1} and {position + 1})",
            repair="Look at the merge that made them, or type repeats='keep' if they are meant",
        )


def check_frame(frame: Any, *, where: str, what: str = "frame") -> pd.DataFrame:
    """Return a pandas frame whose columns have different names, or say how to make one.

    Parameters
    ----------
    frame : object
        What the caller gave: a frame of pandas, polars, pyarrow or another library that narwhals reads, or a panel. A
        lazy frame (polars, DuckDB, Dask ...) is collected. Categories stay categories; whole numbers with empty values
        become ``Int64`` and the like, so that none is rounded.
    where : str
        The calling function.
    what : str
        Name of the argument.

    Raises
    ------
    OptionError
        If it is no frame, or two columns have one name.

    Examples
    --------
    >>> check_frame({"iso3": ["MLI"]}, where="fit_hazard")
    Traceback (most recent call last):
    sahelkit.errors.OptionError: frame=dict: fit_hazard takes a frame of pandas, polars or Arrow. Type
    pandas.DataFrame(frame).
    """
    if isinstance(frame, HasFrame):
        return frame.as_frame()
    keep = f", or keep the first of each: {what}.loc[:, ~{what}.columns.duplicated()]"
    if not isinstance(frame, pd.DataFrame):
        frame, keep = _from_arrow(frame), ""
    if not isinstance(frame, pd.DataFrame):
        kind = "None" if frame is None else type(frame).__name__
        if hasattr(frame, "to_frame"):
            repair = f"Type {what}.to_frame()"
        elif hasattr(frame, "to_dataframe"):
            repair = f"Type {what}.to_dataframe().reset_index()"
        elif hasattr(frame, "to_pandas"):
            repair = f"Type {what}.to_pandas()"
        else:
            repair = "Type pandas.read_csv(path)" if isinstance(frame, str) else f"Type pandas.DataFrame({what})"
        if frame is None:
            repair = "Give the frame that holds the columns of the model"
        raise OptionError(what, _Bare(kind), f"{where} takes a frame of pandas, polars or Arrow", repair=repair)
    if not frame.columns.is_unique:
        twice = list(dict.fromkeys(map(str, frame.columns[frame.columns.duplicated()])))
        raise OptionError(
            what,
            _Bare("columns " + ", ".join(map(repr, twice))),
            f"{where} cannot tell columns of one name apart",
            repair=f"Rename one{keep}",
        )
    return frame


def _from_arrow(frame: Any) -> Any:
    """A frame of another library, over Arrow, as one of pandas; anything else as it is."""
    import narwhals.stable.v2 as narwhals
    import pyarrow

    table = frame
    if not isinstance(table, pyarrow.Table):
        given = narwhals.from_native(frame, pass_through=True)
        if isinstance(given, narwhals.LazyFrame):
            given = given.collect()
        if not isinstance(given, narwhals.DataFrame):
            return frame
        table = given.to_arrow()
    made = table.to_pandas(date_as_object=False, ignore_metadata=True)
    for position, (field, column) in enumerate(zip(table.schema, table.columns, strict=True)):
        # numpy has no empty whole number and would make a fraction of it.
        if column.null_count and (pyarrow.types.is_integer(field.type) or pyarrow.types.is_boolean(field.type)):
            name = str(field.type).replace("int", "Int").replace("uI", "UI").replace("bool", "boolean")
            made.isetitem(position, column.to_pandas(types_mapper={field.type: pd.api.types.pandas_dtype(name)}.get))
    return made


class _Bare(str):
    """A text that messages show without quotation marks."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def chosen_names(kind: str, wanted: str | Sequence[str] | None, known: Sequence[str], *, repair: str = "") -> list[str]:
    """Return one name or several as a list, all of `known` when None; raise `UnknownNameError` for any other name.

    Examples
    --------
    >>> chosen_names("body", "AU", ["AU", "ECOWAS"]), chosen_names("body", None, ["AU", "ECOWAS"])
    (['AU'], ['AU', 'ECOWAS'])
    """
    names = as_names(kind, known if wanted is None else wanted)
    for name in names:
        if name not in known:
            raise UnknownNameError(kind, name, known, repair=repair)
    return names


def check_columns(
    frame: FrameLike, needed: Sequence[str], *, where: str, what: str = "frame", repair: str = ""
) -> pd.DataFrame:
    """Return the frame, as `check_frame` does; raise `MissingColumnsError` unless it has all of `needed`."""
    found = check_frame(frame, where=where, what=what)
    for name in needed:
        check_name("column", name)
    missing = [name for name in needed if name not in found.columns]
    if missing:
        raise MissingColumnsError(where, missing, found.columns, repair=repair)
    return found


def origin_of(frame: pd.DataFrame) -> str:
    """Datasets, versions and rule of a frame, from its attributes, and what own event files ask to be said; else empty.

    Examples
    --------
    >>> frame, files = pd.DataFrame(), {"acled": {"attribution": "ACLED (acleddata.com)", "accessed": "2026-11-30"}}
    >>> frame.attrs["sahelkit"] = {"datasets": {"coups": "2026.3"}, "rule": "any", "events": files}
    >>> origin_of(frame), origin_of(pd.DataFrame())
    ('sahelkit coups 2026.3; rule any; ACLED (acleddata.com), 2026-11-30', '')
    """
    note = frame.attrs.get("sahelkit", {})
    parts = [", ".join(f"{name} {version}" for name, version in note.get("datasets", {}).items())]
    if parts[0]:
        lists = [about["en"] for about in note.get("own_lists", {}).values()]
        parts = [f"sahelkit {parts[0]}", *([f"rule {note['rule']}", *lists] if "rule" in note else [])]
    own = [(files.get("attribution"), files.get("accessed")) for files in note.get("events", {}).values()]
    return "; ".join(filter(None, [*parts, *(", ".join(filter(None, said)) for said in own)]))


def beside(frame: pd.DataFrame, columns: Mapping[str, Floats]) -> pd.DataFrame:
    """The frame with further columns, all put there at once."""
    joined = pd.concat([frame, pd.DataFrame(dict(columns), index=frame.index)], axis=1)
    joined.attrs = frame.attrs
    return joined
