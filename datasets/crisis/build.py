"""Events of the crisis in Mali and of its sequels, as collected by hand and checked against the other tables."""

from __future__ import annotations

import pandas as pd

from sahelkit.build import Sources
from sahelkit.build.second_checks import check_second_look
from sahelkit.errors import TableError
from sahelkit.geography.codes import gwcode_of

# A coup lies this close to the day that the table coups gives, or inside its range.
COUP_DAYS = 3
CAPTURES = ("territorial_capture", "territorial_recapture")


def _days(values: pd.Series) -> pd.Series:
    return pd.to_datetime(values, format="%Y-%m-%d")


def _refuse(rows: pd.DataFrame, wrong: pd.Series, why: str) -> None:
    if wrong.any():
        raise TableError("crisis", f"{', '.join(rows.loc[wrong, 'event_id'])}: {why}")


def _located(rows: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    known = places.set_index("place_id")
    _refuse(rows, rows["place_id"].notna() & ~rows["place_id"].isin(known.index), "the place is not in map/places.csv")
    for column, name in (
        ("name_en", "place_en"),
        ("name_fr", "place_fr"),
        ("iso3", "place_iso3"),
        ("latitude", "latitude"),
        ("longitude", "longitude"),
    ):
        rows[name] = rows["place_id"].map(known[column])
    for name in ("place_en", "place_fr"):
        rows[name] = rows[name].fillna(rows["place"])
    return rows.drop(columns="place")


def _check_dates(rows: pd.DataFrame) -> None:
    first, least, most = (_days(rows[name]) for name in ("date", "date_min", "date_max"))
    _refuse(rows, (least > first) | (first > most), "the day lies outside its range")
    _refuse(rows, _days(rows["end"]) <= first, "ends before it begins")
    _refuse(rows, _days(rows["end"]) < most, "may begin after its end: narrow the range of its first day")
    month = rows["date_precision"] == "month"
    _refuse(rows, month & (first.dt.day != 1), "known to the month, yet not written as its first day")
    _refuse(rows, (rows["date_precision"] != "day") & (least == most), "an unsure day without a range")


def _check_coups(rows: pd.DataFrame, coups: pd.DataFrame) -> None:
    known = coups.set_index("coup_id")
    linked = rows[rows["coup_id"].notna()]
    _refuse(linked, ~linked["coup_id"].isin(known.index), "the coup is not in coups/coups.csv")
    attempts = linked[linked["event_type"] == "coup_attempt"]
    day = _days(attempts["date"])
    low, high = attempts["coup_id"].map(known["date_min"]), attempts["coup_id"].map(known["date_max"])
    near = (day >= low - pd.Timedelta(days=COUP_DAYS)) & (day <= high + pd.Timedelta(days=COUP_DAYS))
    # A plot is dated by its announcement here and by the plan there.
    _refuse(
        attempts, ~near & (attempts["outcome"] != "plot"), "more than three days from the coup that it is linked to"
    )
    theirs = attempts["coup_id"].map(known["outcome"]).fillna("plot")
    _refuse(attempts, theirs != attempts["outcome"], "another outcome than in coups/coups.csv")
    _refuse(attempts, attempts["coup_id"].map(known["iso3"]) != attempts["iso3"], "linked to a coup elsewhere")
    needs = rows["event_type"] == "coup_attempt"
    _refuse(rows, needs != rows["outcome"].notna(), "an outcome belongs to coup attempts, and to each of them")
    late = _days(rows["date"]) > pd.Timestamp("2025-12-31")
    _refuse(rows, needs & rows["coup_id"].isna() & ~late, "a coup attempt that coups/coups.csv does not know")


def _check_elections(rows: pd.DataFrame, elections: pd.DataFrame) -> None:
    votes = rows[(rows["event_type"] == "election") & (rows["event_id"] != "NER-2009-002")]
    held = set(zip(elections["iso3"], elections["date"].dt.strftime("%Y-%m-%d"), strict=True))
    missing = [pair not in held for pair in zip(votes["iso3"], votes["date"], strict=True)]
    # NER-2009-002 elects a parliament under a president, which elections does not cover.
    _refuse(votes, pd.Series(missing, index=votes.index), "no vote on that day in elections/elections.csv")


def build(sources: Sources) -> dict[str, pd.DataFrame]:
    """Tables of the dataset by name."""
    rows = pd.read_csv(sources.here / "hand_crisis.csv", dtype=str)
    actors = pd.read_csv(sources.here / "hand_actors.csv", dtype=str)
    types = pd.read_csv(sources.here / "hand_types.csv", dtype=str)
    checks = pd.read_csv(sources.here / "hand_checks.csv", dtype=str)
    check_second_look("crisis", checks, rows.rename(columns={"event_id": "row_id"}))
    rows = _located(rows, sources.table("map", "places"))
    _check_dates(rows)
    _check_coups(rows, sources.table("coups"))
    _check_elections(rows, sources.table("elections"))
    used = {code for codes in rows["actors"].dropna() for code in codes.split(";")}
    if used != set(actors["actor"]):
        raise TableError("crisis", f"codes of actors differ: {sorted(used ^ set(actors['actor']))}")
    if set(rows["event_type"]) != set(types["event_type"]):
        raise TableError("crisis", "codes of types and those in use differ")
    _refuse(rows, rows["event_type"].isin(CAPTURES) != rows["control"].notna(), "control belongs to captures only")
    rows["gwcode"] = rows["iso3"].map(gwcode_of)
    rows["deaths_reported"] = pd.to_numeric(rows["deaths_reported"]).astype("Int64")
    return {"crisis": rows, "actors": actors, "types": types}
