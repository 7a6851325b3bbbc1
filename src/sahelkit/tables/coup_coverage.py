"""How many coders speak on a country-day, and a warning where a rule that counts them changes its meaning."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

import pandas as pd

from sahelkit.tables.own_coders import states_of
from sahelkit.tables.read import read_table

# Rules whose bar depends on how many coders there are.
WEIGHING_RULES = ("majority", "all")
_DAY = pd.Timedelta(days=1)


def coder_counts(
    coders: Mapping[str, Mapping[str, Any]],
    codes: Iterable[str],
    first: pd.Timestamp,
    last: pd.Timestamp,
    *,
    version: str | None = None,
) -> pd.DataFrame:
    """Which coders cover attempts in which part of a window, and in how many of the countries.

    Parameters
    ----------
    coders : mapping
        Column prefix of each coder and what the record says of it.
    codes : iterable of str
        ISO 3166 codes.
    first, last : pandas.Timestamp
        Window, both days inclusive.
    version : str, optional
        Data version.

    Returns
    -------
    pandas.DataFrame
        One row per part of the window and set of coders: ``first``, ``last`` (days), ``coders`` (labels), ``n``
        (their number), ``countries`` (states that exist on a day of the part).

    Examples
    --------
    >>> from sahelkit.catalog import record
    >>> coders = record("coups").details["coders"]
    >>> ends = pd.Timestamp("2022-01-01"), pd.Timestamp("2023-12-31")
    >>> coder_counts(coders, ["THA"], *ends)[["coders", "n"]].to_numpy().tolist()
    [['Powell and Thyne, Cline Center', 2], ['Powell and Thyne', 1]]
    """
    spans = {
        prefix: (
            pd.Timestamp(coder["first"]),
            pd.Timestamp(coder["last"]),
            None if coder["places"] == "world" else set(states_of(coder)),
        )
        for prefix, coder in coders.items()
    }
    cuts = {first, last + _DAY}
    for begins, ends, _ in spans.values():
        cuts |= {day for day in (begins, ends + _DAY) if first < day <= last}
    edges = sorted(cuts)
    states = read_table("states", version=version, columns=["iso3", "start", "end"])
    states = states[states["iso3"].isin(list(codes))]
    gone = states["end"].fillna(last)
    rows = []
    for start, stop in pairwise(edges):
        there = states.loc[(states["start"] < stop) & (gone >= start), "iso3"].unique()
        speaking = {p: where for p, (begins, ends, where) in spans.items() if begins <= start and stop - _DAY <= ends}
        sets = Counter(tuple(p for p, where in speaking.items() if where is None or code in where) for code in there)
        for prefixes, number in sorted(sets.items(), key=lambda item: (-len(item[0]), item[0])):
            labels = ", ".join(str(coders[p]["label_en"]) for p in prefixes)
            rows.append((start, stop - _DAY, labels, len(prefixes), number))
    return pd.DataFrame(rows, columns=["first", "last", "coders", "n", "countries"])


def _years(first: pd.Timestamp, last: pd.Timestamp) -> str:
    return f"{first.year}" if first.year == last.year else f"{first.year}-{last.year}"


def _few(coders: int, countries: int) -> str:
    where = f" in {countries} {'country' if countries == 1 else 'countries'}" if countries else ""
    return f"{coders} coder{'' if coders == 1 else 's'}{where}"


def uneven_text(
    rule: str,
    coders: Mapping[str, Mapping[str, Any]],
    codes: Iterable[str],
    first: pd.Timestamp,
    last: pd.Timestamp,
    *,
    version: str | None = None,
) -> str:
    """What to warn of: the rule weighs more coders in one part of the window than in another, or one alone.

    Returns
    -------
    str
        ``""`` where the rule does not count coders, or where the same number, two or more, covers all the window.

    Examples
    --------
    >>> from sahelkit.catalog import record
    >>> coders = record("coups").details["coders"]
    >>> ends = pd.Timestamp("1960-01-01"), pd.Timestamp("2014-12-31")
    >>> uneven_text("majority", coders, ["THA"], *ends)
    ''
    >>> uneven_text("majority", coders, ["THA"], ends[0], pd.Timestamp("2022-12-31"))[:83]
    "rule='majority' does not mean the same all over this window, since coders begin and"
    """
    if rule not in WEIGHING_RULES:
        return ""
    counts = coder_counts(coders, codes, first, last, version=version)
    numbers = set(counts["n"])
    if len(numbers) < 2 and 1 not in numbers:
        return ""
    parts: list[tuple[pd.Timestamp, pd.Timestamp, str]] = []
    for (start, stop), rows in counts.groupby(["first", "last"], sort=True):
        words = " and ".join(_few(row.n, row.countries if len(rows) > 1 else 0) for row in rows.itertuples())
        if parts and parts[-1][2] == words:
            start = parts.pop()[0]
        parts.append((start, stop, words))
    spans = "; ".join(f"{_years(start, stop)}: {words}" for start, stop, words in parts)
    alone = counts[counts["n"] == 1].groupby("coders", sort=False).agg({"first": "min", "last": "max"})
    lists = "; ".join(f"{row.Index}, {_years(row.first, row.last)}" for row in alone.itertuples())
    only = f" Where one alone covers, the rule is that coder's list ({lists})." if lists else ""
    varies = f"does not mean the same all over this window, since coders begin and end: {spans}.{only}"
    return (
        f"rule={rule!r} {varies if len(numbers) > 1 else f'weighs nothing here: one coder alone covers ({lists}).'}"
        " n_covering gives the number for each event; a coder's own rule, such as rule='powell_thyne', or a "
        "window that the same coders cover throughout, means one thing."
    )
