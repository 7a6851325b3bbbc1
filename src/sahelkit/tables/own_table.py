"""The table of coups with the own lists of this session in it: matched events, new ones, and what then is counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from sahelkit._types import TEXT, Bools
from sahelkit.catalog.publication import Published
from sahelkit.errors import OptionError
from sahelkit.geography import places
from sahelkit.tables.own_coders import DATASET, Coders, OwnCoder, coders_of, session, states_of
from sahelkit.tables.own_matching import Placement, listed, place_rows
from sahelkit.tables.read import read_table, record_of

_ATTEMPT = ("success", "failure")
_LISTED = (*_ATTEMPT, "plot")


@dataclass(frozen=True)
class Joined:
    """The table with own lists.

    Attributes
    ----------
    frame : pandas.DataFrame
        As the table of coups, with two columns more for each list.
    rows : mapping of str to tuple of (Placement, str)
        For each list where its rows were put, and the ``coup_id`` of each.
    """

    frame: pd.DataFrame
    rows: Mapping[str, tuple[tuple[Placement, str], ...]]


def coups_table(version: str | None, lists: Iterable[OwnCoder] | None = None) -> pd.DataFrame:
    """The table of coups with own lists: those of the session when none are given."""
    own = session() if lists is None else tuple(lists)
    if not own:
        return read_table(DATASET, version=version)
    found = joined(version, own).frame
    out = found.copy()
    out.attrs = {"sahelkit": dict(found.attrs["sahelkit"])}
    return out


@lru_cache(maxsize=8)
def joined(version: str | None, lists: tuple[OwnCoder, ...]) -> Joined:
    """The table of coups with some lists, one after the other."""
    frame = read_table(DATASET, version=version)
    attrs = frame.attrs
    shipped = coders_of(record_of(DATASET, version), ())
    # What a coder took back stays in its own column and decides nothing.
    withdrawn = (frame["kind"] == "plot") & _any(frame, shipped, _ATTEMPT)
    frame = frame.assign(_withdrawn=withdrawn)
    coders, rows = dict(shipped), {}
    for coder in lists:
        frame, rows[coder.name] = _with(frame, coder, coders)
        coders[coder.name] = {**coder.entry(), "extends": coder.extends}
    frame = frame.drop(columns="_withdrawn").sort_values(["iso3", "date", "coup_id"], kind="stable", ignore_index=True)
    frame.attrs = attrs
    return Joined(frame, rows)


def known_days(name: str, version: str | None, lists: tuple[OwnCoder, ...], rule: Published) -> pd.Series[Any]:
    """Days on which events of an own list became known, by ``coup_id``, where the rule would say another day.

    A row may state its day. One that names a month only is known when the month is over.
    """
    placed = joined(version, lists).rows.get(name, ())
    found = {
        name: np.datetime64(item.row.known, "D") if item.row.known else rule.dates([np.datetime64(item.row.last)])[0]
        for item, name in placed
        if item.row.known or item.row.precision != "day"
    }
    return pd.Series(found, dtype="datetime64[s]")


def covers(coder: Mapping[str, Any], frame: pd.DataFrame) -> Bools:
    """Events that happened where and when a coder looked."""
    there = frame["iso3"].isin(states_of(coder)) & frame["gwcode"].notna()
    return np.asarray(there & (frame["date"] >= coder["first"]) & (frame["date"] <= coder["last"]))


def _any(frame: pd.DataFrame, coders: Iterable[str], verdicts: tuple[str, ...]) -> pd.Series[bool]:
    return frame[[f"{prefix}_outcome" for prefix in coders]].isin(verdicts).any(axis=1)


def _with(
    frame: pd.DataFrame, coder: OwnCoder, coders: Coders
) -> tuple[pd.DataFrame, tuple[tuple[Placement, str], ...]]:
    """The table with one more list."""
    found = place_rows(coder.rows, listed(frame, list(coders)), source=coder.name, links=dict(coder.links))
    frame, names = _with_new(frame, coder, coders, found)
    base = next((prefix for prefix, entry in coders.items() if entry["rule"] == coder.extends), "")
    silent = np.where(covers(coder.entry(), frame), "absent", "not_covered")
    verdict, day = f"{coder.name}_outcome", f"{coder.name}_date"
    if base:
        frame[verdict] = frame[f"{base}_outcome"].where(frame[f"{base}_outcome"].isin(_LISTED), silent)
        frame[day] = frame[f"{base}_date"]
    else:
        frame[verdict], frame[day] = pd.Series(silent, index=frame.index, dtype=TEXT), pd.NaT
        frame[day] = frame[day].astype("datetime64[ns]")
    at = pd.Index(frame["coup_id"]).get_indexer(pd.Index(names))
    frame.iloc[at, frame.columns.get_loc(verdict)] = [item.row.verdict for item in found]
    days = [pd.Timestamp(item.row.first) if item.row.precision == "day" else pd.NaT for item in found]
    frame.iloc[at, frame.columns.get_loc(day)] = pd.Series(days, dtype="datetime64[ns]").to_numpy()
    frame[verdict] = frame[verdict].astype(TEXT)
    counting = {prefix: entry for prefix, entry in coders.items() if not entry.get("extends")}
    changed = frame["n_covering"].isna()
    if not base:
        counting[coder.name] = coder.entry()
        changed |= frame[verdict] != "not_covered"
        given = frame[day].notna()
        frame["date_min"] = frame["date_min"].where(~given | (frame["date_min"] <= frame[day]), frame[day])
        frame["date_max"] = frame["date_max"].where(~given | (frame["date_max"] >= frame[day]), frame[day])
    told = weighed(frame, counting, frame["_withdrawn"])
    alone = frame["n_covering"].isna() & (told["n_listing"] == 0)
    for column in told:
        frame[column] = frame[column].where(~changed, told[column])
    is_plot = frame[verdict] == "plot"
    frame["kind"] = frame["kind"].where(~alone, pd.Series(np.where(is_plot, "plot", "attempt"), index=frame.index))
    frame["outcome"] = frame["outcome"].where(~alone, frame[verdict].where(~is_plot))
    kinds = {"n_covering": "int64", "n_listing": "int64", "agreement": "float64", "kind": TEXT, "outcome": TEXT}
    return frame.astype(kinds), tuple(zip(found, names, strict=True))


def _with_new(
    frame: pd.DataFrame, coder: OwnCoder, coders: Coders, found: list[Placement]
) -> tuple[pd.DataFrame, list[str]]:
    """The table with a row for each event that it lacked, and the ``coup_id`` of each row of the list."""
    taken = {*frame["coup_id"], *frame["former_id"].dropna()}
    names, rows = [], []
    for item in found:
        row = item.row
        if item.event is not None:
            names.append(str(frame["coup_id"].iloc[item.event]))
            continue
        if row.precision == "year":
            why = "no one event of the table is meant, and a new event needs its month"
            repair = f"Type its month or day, or link it: links={{{row.name!r}: 'coup_id'}}"
            raise OptionError("date", f"{row.first:%Y}", why, row=f"row {row.row} ({row.name})", repair=repair)
        stem = f"{row.iso3}-{row.first}"
        number = next(n for n in range(1, len(taken) + 2) if (stem if n == 1 else f"{stem}-{n}") not in taken)
        names.append(stem if number == 1 else f"{stem}-{number}")
        taken.add(names[-1])
        rows.append(
            {
                "coup_id": names[-1],
                "iso3": row.iso3,
                "country": places.name(row.iso3, lang="en"),
                "date": pd.Timestamp(row.first),
                "date_min": pd.Timestamp(row.first),
                "date_max": pd.Timestamp(row.last),
                "date_precision": row.precision,
                "note_en": f"Row {row.row} of the {coder.described('en')}.",
                "note_fr": f"Ligne {row.row} de la {coder.described('fr')}.",
                "_withdrawn": False,
            }
        )
    if not rows:
        return frame.copy(), names
    new = pd.DataFrame(rows).reindex(columns=frame.columns)
    new["gwcode"] = _numbers(new)
    for prefix, entry in coders.items():
        new[f"{prefix}_outcome"] = np.where(covers(entry, new), "absent", "not_covered")
    kinds = {name: kind for name, kind in frame.dtypes.items() if name not in ("n_covering", "n_listing")}
    whole = {"n_covering": "Int64", "n_listing": "Int64"}
    joint = [frame.astype(whole), new.astype(kinds | whole)]
    return pd.concat(joint, ignore_index=True), names


def _numbers(new: pd.DataFrame) -> pd.Series[Any]:
    """Gleditsch-Ward number of each state on the day; NA where it was not in the system."""
    states = read_table("states", columns=["iso3", "gwcode", "start", "end"])
    beside = new.reset_index()[["index", "iso3", "date"]].merge(states, on="iso3")
    alive = beside[(beside["start"] <= beside["date"]) & ~(beside["end"] < beside["date"])]
    return alive.drop_duplicates("index").set_index("index")["gwcode"].reindex(new.index).astype("Int64")


def weighed(frame: pd.DataFrame, coders: Coders, withdrawn: pd.Series[bool]) -> dict[str, pd.Series[Any]]:
    """What the verdicts of some coders come to: kind, outcome, ``n_covering``, ``n_listing`` and ``agreement``.

    The rules of ``datasets/coups/README.md``: the outcome is that of most coders that list an attempt, a tie goes to
    Powell and Thyne, else it is a failure; a coder that records no plots says nothing about one.

    Parameters
    ----------
    frame : pandas.DataFrame
        With ``<coder>_outcome`` for each coder.
    coders : mapping
    withdrawn : Series of bool
        Events of which coders took back that they were attempts.
    """
    given = pd.DataFrame({prefix: frame[f"{prefix}_outcome"] for prefix in coders}).astype(object)
    holds = given.mask(given.isin(_ATTEMPT) & withdrawn.to_numpy()[:, None], "plot")
    success, failure = ((holds == verdict).sum(axis=1) for verdict in _ATTEMPT)
    attempt = success + failure > 0
    tied = holds["pt"].where(holds["pt"].isin(_ATTEMPT), "failure") if "pt" in holds else "failure"
    voted = pd.Series(np.where(success > failure, "success", "failure"), index=frame.index)
    outcome = voted.where(success != failure, tied).where(attempt)
    is_listed = given.isin(_LISTED)
    weighs = pd.DataFrame({prefix: attempt | entry["plots"] for prefix, entry in coders.items()})
    covering = (is_listed | ((given == "absent") & weighs)).sum(axis=1)
    agreeing = holds.eq(outcome.fillna("plot"), axis=0).sum(axis=1)
    return {
        "kind": pd.Series(np.where(attempt, "attempt", "plot"), index=frame.index, dtype=TEXT),
        "outcome": outcome.astype(TEXT),
        "n_covering": covering,
        "n_listing": is_listed.sum(axis=1),
        "agreement": (agreeing / covering.where(covering > 0)).round(4),
    }
