"""What a coup's country and its fellow members were like at the time, as far as it was known then."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sahelkit._types import Rule
from sahelkit.catalog import record
from sahelkit.errors import DataUnavailableError
from sahelkit.frames import FrameLike, check_columns
from sahelkit.tables.coups import load_coups
from sahelkit.tables.day_bounds import holds
from sahelkit.tables.indicators import load_indicators
from sahelkit.tables.memberships import load_memberships

POWER = {"population": "owid_population", "armed_forces": "wdi_armed_forces", "gdp_per_capita": "wdi_gdp_per_capita"}


def _known(series: str, version: str | None) -> pd.DataFrame:
    """Values of a yearly series with the day from which each was published."""
    frame = load_indicators(indicators=series, countries="study", version=version)
    assert isinstance(frame, pd.DataFrame)
    description = record("indicators")
    rule = next((s.published for s in description.table().series if s.name == series), None) or description.published
    ends = np.array([f"{year}-12-31" for year in frame["year"]], dtype="datetime64[D]")
    return frame.assign(published=pd.to_datetime(rule.dates(ends))).dropna(subset=["value"])


def _latest(values: pd.DataFrame, iso3: str, day: pd.Timestamp) -> float:
    known = values[(values["iso3"] == iso3) & (values["published"] <= day)]
    return float(known.sort_values("year")["value"].iloc[-1]) if len(known) else float("nan")


def _product(one: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """Product of two series in the years that both have, known when both are."""
    both = one.merge(other, on=["iso3", "year"], suffixes=("", "_other"))
    both["value"] *= both["value_other"]
    return both.assign(published=both[["published", "published_other"]].max(axis=1))


def fellow_members(
    body: str, day: pd.Timestamp, *, without: str, rule: Rule = "powell_thyne", version: str | None = None
) -> pd.DataFrame:
    """Members of a body on a day, but one, with their last coup attempt before it.

    Parameters
    ----------
    body : str
        Organisation of the table of memberships.
    day : pandas.Timestamp
        Day of the coup that they answer.
    without : str
        Code of the country where it was.
    rule : str
        Whose list of attempts, as in `load_coups`.
    version : str, optional
        Data version of memberships.

    Returns
    -------
    pandas.DataFrame
        ``iso3``, ``suspended`` (on that day), ``last_attempt`` (NaT: none since 1950), ``months_since``
        (whole months, NA likewise); sorted by the last attempt, latest first.

    Examples
    --------
    >>> near = fellow_members("ECOWAS", pd.Timestamp("2012-03-22"), without="MLI")
    >>> near[["iso3", "months_since"]].head(2).to_numpy().tolist()
    [['GIN', 8.0], ['GNB', 23.0]]
    """
    spells = load_memberships(organisations=body, version=version)
    return _fellows(spells, load_coups(rule=rule, countries="study"), day, without)


def _fellows(spells: pd.DataFrame, attempts: pd.DataFrame, day: pd.Timestamp, without: str) -> pd.DataFrame:
    """As `fellow_members`, from the spells of one body and the attempts of the study region."""
    state = holds(spells, day)
    on_day = {
        status: state[spells["status"] == status].groupby(spells["iso3"]).any(skipna=False)
        for status in ("member", "suspended")
    }
    # A spell that may or may not hold on the day: neither a member nor a stranger can be made of it.
    unsure = sorted(code for status in on_day.values() for code in status[status.isna()].index if code != without)
    if unsure:
        raise DataUnavailableError(
            f"fellow members on {day:%Y-%m-%d}",
            [f"memberships: it is not known whether a spell of {', '.join(unsure)} holds on that day"],
            repair="load_memberships(on=...) shows the spells; take another body or another day",
        )
    members = sorted(set(on_day["member"].index[on_day["member"]]) - {without})
    suspended = on_day["suspended"].reindex(members, fill_value=False)
    before = attempts[attempts["date"] < day].groupby("iso3")["date"].max().reindex(members)
    months = (day - before).dt.days // 30.4375
    table = pd.DataFrame({"iso3": members, "suspended": suspended.to_numpy(dtype=bool)})
    table["last_attempt"] = before.to_numpy()
    table["months_since"] = months.to_numpy()
    return table.sort_values("last_attempt", ascending=False, na_position="last", ignore_index=True)


def add_context(
    cases: FrameLike, *, months: Sequence[int] = (24, 60), rule: Rule = "powell_thyne", version: str | None = None
) -> pd.DataFrame:
    """Add the power of the country and the coup risk of its fellow members, both as known on the day of the coup.

    Parameters
    ----------
    cases : pandas.DataFrame
        As `sahelkit.panels.responses.response_cases` gives them: ``iso3``, ``coup_date``, ``body``.
    months : sequence of int
        Windows before the coup in which an attempt at a fellow member's counts.
    rule : str
        Whose list of attempts, as in `load_coups`.
    version : str, optional
        Data version of indicators and memberships.

    Returns
    -------
    pandas.DataFrame
        The cases with ``population`` (persons), ``armed_forces`` (persons), ``gdp`` (constant US dollars) of the last
        year published by that day, NA where none was; ``n_fellows``; and for each window ``attempts_<m>m`` and
        ``share_<m>m``, the number and share of fellow members, suspended ones left out, that saw an attempt.

    Raises
    ------
    MissingColumnsError
        If a needed column is missing.

    Examples
    --------
    >>> day = pd.Timestamp("2012-03-22")
    >>> row = add_context(pd.DataFrame({"iso3": ["MLI"], "coup_date": [day], "body": ["ECOWAS"]})).iloc[0]
    >>> int(row["armed_forces"]), int(row["n_fellows"]), int(row["attempts_24m"])
    (12150, 14, 2)
    """
    cases = check_columns(cases, ["iso3", "coup_date", "body"], where="add_context", repair="Use response_cases()")
    values = {name: _known(series, version) for name, series in POWER.items()}
    values["gdp"] = _product(values.pop("gdp_per_capita"), values["population"])
    bodies = {str(body): load_memberships(organisations=str(body), version=version) for body in set(cases["body"])}
    attempts = load_coups(rule=rule, countries="study")
    rows = []
    for case in cases.itertuples():
        found = {name: _latest(table, str(case.iso3), case.coup_date) for name, table in values.items()}
        fellows = _fellows(bodies[str(case.body)], attempts, case.coup_date, str(case.iso3))
        # A suspended state does not sit at the table where the answer is decided.
        fellows = fellows[~fellows["suspended"]]
        found["n_fellows"] = len(fellows)
        for window in months:
            hit = int((fellows["last_attempt"] >= case.coup_date - pd.DateOffset(months=window)).sum())
            found[f"attempts_{window}m"] = hit
            found[f"share_{window}m"] = hit / len(fellows)
        rows.append(found)
    out = pd.concat([cases.reset_index(drop=True), pd.DataFrame(rows)], axis=1)
    out.attrs = cases.attrs
    return out
