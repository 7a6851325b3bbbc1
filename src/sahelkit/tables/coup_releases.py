"""Releases of Powell and Thyne's list: the table as it stood with an older one, and what changed between two."""

from __future__ import annotations

import pandas as pd

from sahelkit._types import TEXT
from sahelkit.errors import UnknownNameError
from sahelkit.tables.own_coders import DATASET
from sahelkit.tables.read import read_table, record_of


def known_wrong(frame: pd.DataFrame, prefix: str, base: str = "") -> pd.Series:
    """Rows on which the coder's day is known to be wrong: ``date_min`` and ``date_max`` leave such days out.

    An own list that extends the coder `base` is wrong where it repeats that coder's day; what its user typed stands.
    """
    day = frame[f"{prefix}_date"]
    wrong = day.notna() & ((day < frame["date_min"]) | (day > frame["date_max"]))
    return wrong & (day == frame[f"{base}_date"]) if base else wrong


def of_vintage(frame: pd.DataFrame, vintage: str, version: str | None) -> pd.DataFrame:
    """The table as it would stand with an older release of Powell and Thyne in its column."""
    listed = _vintage(vintage, version).set_index("coup_id")
    frame = frame.set_index("coup_id")
    only_then = listed.index.difference(frame.index, sort=True)
    facts = ["iso3", "gwcode", "country"]
    frame = frame.reindex(frame.index.append(only_then))
    frame.loc[only_then, facts] = listed.loc[only_then, facts]
    frame.loc[only_then, "date_precision"] = "day"
    for column in ("date_min", "date_max"):
        frame.loc[only_then, column] = listed.loc[only_then, "date"]
    then = listed["date"].reindex(frame.index)
    # Another day in another release is no error; the day that is known to be one stays one.
    other = then.notna() & ~(known_wrong(frame, "pt") & (then == frame["pt_date"]))
    frame["date_min"] = frame["date_min"].mask(other & (then < frame["date_min"]), then)
    frame["date_max"] = frame["date_max"].mask(other & (then > frame["date_max"]), then)
    frame["pt_outcome"] = listed["outcome"].reindex(frame.index)
    frame["pt_date"] = then
    return frame.reset_index().astype({"n_covering": "Int64", "n_listing": "Int64"})


def releases(version: str | None) -> list[str]:
    """Releases of Powell and Thyne's list that the dataset holds, by their days, oldest first."""
    return sorted(read_table(DATASET, "vintages", version=version)["vintage"].unique().tolist())


def _vintage(vintage: str, version: str | None) -> pd.DataFrame:
    listed = read_table(DATASET, "vintages", version=version)
    known = listed["vintage"].unique().tolist()
    if str(vintage) not in known:
        raise UnknownNameError("vintage", vintage, known)
    return listed[listed["vintage"] == str(vintage)]


def diff_coups(old: str, new: str, *, version: str | None = None) -> pd.DataFrame:
    """Events that were added, removed or changed between two releases of Powell and Thyne's list.

    An event keeps its identity when its day was corrected by at most ten days.

    Parameters
    ----------
    old, new : str
        Releases by their dates: ``"2015-05-20"``, ``"2022-11-29"``, ``"2026-01-13"``.
    version : str, optional
        Data version; the bundled one when absent.

    Returns
    -------
    pandas.DataFrame
        One row per event that differs: ``coup_id``, ``iso3``, ``gwcode``, ``country``, ``change`` (added, removed,
        changed), ``date_old``, ``date_new``, ``outcome_old``, ``outcome_new`` (NA on the side that lacks the event).
        Sorted by country and date.

    Raises
    ------
    UnknownNameError
        If there is no such release or version.

    References
    ----------
    Powell, J. M., & Thyne, C. L. (2011). Global instances of coups from 1950 to 2010: A new dataset. Journal of Peace
    Research, 48(2), 249-259. https://doi.org/10.1177/0022343310397436

    Examples
    --------
    >>> since = diff_coups("2022-11-29", "2026-01-13")
    >>> since["change"].value_counts().to_dict()
    {'added': 9}
    >>> since.loc[since["iso3"] == "NER", "coup_id"].tolist()
    ['NER-2023-07-26']
    """
    before, after = (_vintage(release, version).set_index("coup_id") for release in (old, new))
    ids = before.index.union(after.index, sort=True)
    facts = after.reindex(ids).combine_first(before.reindex(ids))
    sides = {
        f"{column}_{side}": release[column].reindex(ids)
        for column in ("date", "outcome")
        for side, release in (("old", before), ("new", after))
    }
    frame = facts[["iso3", "gwcode", "country"]].assign(**sides)
    frame["change"] = "changed"
    frame.loc[frame["date_old"].isna(), "change"] = "added"
    frame.loc[frame["date_new"].isna(), "change"] = "removed"
    differs = (
        (frame["change"] != "changed")
        | (frame["date_old"] != frame["date_new"])
        | (frame["outcome_old"] != frame["outcome_new"])
    )
    columns = ["coup_id", "iso3", "gwcode", "country", "change", *sides]
    out = frame[differs].rename_axis("coup_id").reset_index()[columns]
    out = out.astype({"gwcode": "Int64", "change": TEXT, "iso3": TEXT})
    out.attrs = {"sahelkit": {"datasets": {DATASET: record_of(DATASET, version).version}}}
    return out
