"""What the tables of the study region share: which countries they know, and the months in which those exist."""

from __future__ import annotations

import warnings

import pandas as pd

from sahelkit._types import DateLike, Places
from sahelkit.catalog import record
from sahelkit.dates import parse_window
from sahelkit.errors import CoverageWarning
from sahelkit.tables.read import read_table
from sahelkit.tables.select import warn_outside


def study_states(name: str, countries: Places, *, stacklevel: int = 3) -> list[str]:
    """The wanted states that lie in the study region, all of it when none is named.

    Parameters
    ----------
    name : str
        Dataset, for the warning.
    countries : str, int or sequence of these, optional
        As in `sahelkit.places.resolve_many`.
    stacklevel : int
        For the warning.

    Warns
    -----
    CoverageWarning
        If some of them lie outside: nothing is known of them there, which an empty frame would not say.
    """
    from sahelkit.geography import places

    study = places.members("study")
    if countries is None:
        return study
    wanted = places.resolve_many(countries)
    outside = [code for code in wanted if code not in study]
    if outside:
        shown = ", ".join(outside[:6]) + (f" … ({len(outside)} in all)" if len(outside) > 6 else "")
        warnings.warn(
            f"{name} covers the study region only; it has no row for {shown} (unknown, not zero).",
            CoverageWarning,
            stacklevel=stacklevel,
        )
    return [code for code in wanted if code in study]


def study_window(
    name: str, countries: Places, start: DateLike, end: DateLike
) -> tuple[list[str], pd.Timestamp | None, pd.Timestamp | None]:
    """The wanted states, as `study_states` gives them, and the days of the window; warns of what lies outside."""
    wanted = study_states(name, countries, stacklevel=4)
    first, last = parse_window(start, end)
    warn_outside(name, first, last, record(name).coverage, stacklevel=4)
    return wanted, first, last


def state_months(countries: list[str], first: pd.Timestamp, last: pd.Timestamp) -> pd.DataFrame:
    """Every month of a window in which a state exists on at least one day: ``iso3``, ``gwcode``, ``month``."""
    states = read_table("states", columns=["iso3", "gwcode", "start", "end"])
    ends = states["end"].fillna(last)
    states = states[states["iso3"].isin(countries) & (states["start"] <= last) & (ends >= first)]
    begins = states["start"].clip(lower=first).dt.to_period("M")
    ends = ends[states.index].clip(upper=last).dt.to_period("M")
    spans = [pd.period_range(begin, end, freq="M") for begin, end in zip(begins, ends, strict=True)]
    grid = states[["iso3", "gwcode"]].loc[states.index.repeat([len(span) for span in spans])].reset_index(drop=True)
    ordinals = [month.ordinal for span in spans for month in span]
    return grid.assign(month=pd.PeriodIndex.from_ordinals(ordinals, freq="M"))
