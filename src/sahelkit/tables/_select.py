"""Options that every loader shares: countries, start, end, and what lies outside coverage."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

import pandas as pd

from sahelkit._options import check_frame, check_name
from sahelkit.catalog import Coverage, Record
from sahelkit.dates import DateLike, parse_date, parse_window
from sahelkit.errors import CoverageWarning, MissingColumnsError, OptionError, UnknownNameError
from sahelkit.tables._bounds import known_days

__all__ = [
    "DateLike",
    "Places",
    "check_columns",
    "chosen_names",
    "coverage_days",
    "parse_date",
    "parse_window",
    "period_days",
    "select",
    "warn_outside",
]

Places: TypeAlias = "str | int | Sequence[str | int] | None"


def coverage_days(coverage: Coverage) -> tuple[pd.Timestamp, pd.Timestamp]:
    """First and last day that a dataset covers."""
    first = parse_date(coverage.first, what="first")
    last = parse_date(coverage.last, what="last", last=True)
    assert first is not None
    assert last is not None
    return first, last


def warn_outside(
    name: str, first: pd.Timestamp | None, last: pd.Timestamp | None, coverage: Coverage, *, stacklevel: int = 3
) -> None:
    """Warn when a window reaches outside the coverage of `name`."""
    begins, ends = coverage_days(coverage)
    # A window that is open at one end may still lie wholly outside.
    if (first is not None and not begins <= first <= ends) or (last is not None and not begins <= last <= ends):
        warnings.warn(
            f"{name} covers {coverage.first} to {coverage.last}; there is no value outside (NA, not zero).",
            CoverageWarning,
            stacklevel=stacklevel,
        )


def chosen_names(kind: str, wanted: str | Sequence[str] | None, known: Sequence[str], *, repair: str = "") -> list[str]:
    """Return one name or several as a list, all of `known` when None; raise `UnknownNameError` for any other name.

    Examples
    --------
    >>> chosen_names("body", "AU", ["AU", "ECOWAS"]), chosen_names("body", None, ["AU", "ECOWAS"])
    (['AU'], ['AU', 'ECOWAS'])
    """
    if not isinstance(wanted, str | Iterable | None) or isinstance(wanted, bytes):
        raise OptionError(kind, wanted, "one name or a list of names is wanted")
    names = [wanted] if isinstance(wanted, str) else list(known if wanted is None else wanted)
    for name in names:
        if name not in known:
            raise UnknownNameError(kind, name, known, repair=repair)
    return names


def check_columns(frame: pd.DataFrame, needed: Sequence[str], *, where: str, repair: str = "") -> None:
    """Raise `MissingColumnsError` unless `frame` has all of `needed`."""
    frame = check_frame(frame, where=where)
    for name in needed:
        check_name("column", name)
    missing = [name for name in needed if name not in frame.columns]
    if missing:
        raise MissingColumnsError(where, missing, frame.columns, repair=repair)


def period_days(times: pd.Series[Any]) -> tuple[pd.Series[Any], pd.Series[Any]]:
    """First and last day of each value of a date, month (Period) or year (integer) column."""
    if isinstance(times.dtype, pd.PeriodDtype):
        return times.dt.start_time, times.dt.end_time.dt.normalize()
    if pd.api.types.is_datetime64_any_dtype(times.dtype):
        return times, times
    years = times.astype("int64").astype("str")
    return pd.to_datetime(years + "-01-01"), pd.to_datetime(years + "-12-31")


def select(
    frame: pd.DataFrame,
    description: Record,
    *,
    countries: Places = None,
    start: DateLike = None,
    end: DateLike = None,
    table: str | None = None,
    stacklevel: int = 4,
) -> pd.DataFrame:
    """Rows of the wanted countries whose period overlaps the window, inclusive at both ends.

    Where a table says that some of its days are placeholders, a row belongs to every window that its bounds touch.

    Raises
    ------
    UnknownPlaceError, DateError
        If a country or date cannot be read.

    Warns
    -----
    CoverageWarning
        If the window reaches outside the coverage of the dataset.
    """
    from sahelkit import places

    layout = description.table(table)
    keep = pd.Series(True, index=frame.index)
    if countries is not None:
        keep &= frame[layout.place].isin(places.resolve_many(countries))
    first, last = parse_window(start, end)
    if (first is not None or last is not None) and layout.time:
        warn_outside(description.name, first, last, description.coverage, stacklevel=stacklevel)
        begins, ends = known_days(frame, layout) if layout.bounds else period_days(frame[layout.time])
        if first is not None:
            keep &= ends >= first
        if last is not None:
            keep &= begins <= last
    attrs = frame.attrs
    out = frame if bool(keep.all()) else frame.loc[keep]
    out = out.reset_index(drop=True)
    out.attrs = attrs
    return out
