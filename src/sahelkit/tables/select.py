"""Options that every loader shares: countries, start, end, and what lies outside coverage."""

from __future__ import annotations

import warnings

import pandas as pd

from sahelkit._types import DateLike, Places
from sahelkit.catalog import Coverage, Record
from sahelkit.dates import parse_date, parse_window, period_days
from sahelkit.errors import CoverageWarning
from sahelkit.tables.day_bounds import known_days


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
    from sahelkit.geography import places

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
    return kept(frame, keep)


def kept(frame: pd.DataFrame, keep: pd.Series[bool], *, by: list[str] | None = None) -> pd.DataFrame:
    """Rows of a table, in their order or sorted by columns, with what the table says of itself in ``attrs``."""
    out = frame if bool(keep.all()) else frame.loc[keep]
    out = out.sort_values(by, ignore_index=True) if by else out.reset_index(drop=True)
    out.attrs = frame.attrs
    return out
