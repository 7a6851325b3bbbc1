"""Acts of regional and international bodies after coups, as collected by hand, linked to the table of coups."""

from __future__ import annotations

import pandas as pd

from sahelkit.build import Sources
from sahelkit.build.second_checks import check_second_look
from sahelkit.errors import TableError
from sahelkit.geography.codes import gwcode_of

RELIEF = ("sanctions_eased", "sanctions_lifted", "suspension_lifted")
EXIT = ("exit_announced", "exit_effective")
AFRICAN = ("AU", "ECCAS", "ECOWAS", "OAU", "UEMOA")
STATES = ("FR", "US")
# The pages and the coders of the table of coups may differ by some days on when a coup was.
FARTHEST_LINK = 3


def _fail(rows: pd.DataFrame, wrong: pd.Series, why: str) -> None:
    if wrong.any():
        raise TableError("responses", f"{why}: {', '.join(rows.loc[wrong, 'response_id'].head(5))}")


def _check(rows: pd.DataFrame, coups: pd.DataFrame) -> None:
    """Stop at rows that contradict themselves or the table of coups."""
    coup = rows["trigger"] == "coup"
    _fail(rows, coup != rows["coup_id"].notna(), "a coup_id stands on a row whose trigger is no coup, or is missing")
    _fail(rows, coup & ~rows["coup_id"].isin(coups.index), "coup_id is not in the table of coups")
    linked = rows[coup]
    event = coups.loc[linked["coup_id"]]
    _fail(linked, linked["iso3"] != event["iso3"].to_numpy(), "coup_id is of another country")
    apart = (linked["coup_date"] - event["date"].to_numpy()).dt.days.abs()
    _fail(linked, apart > FARTHEST_LINK, f"coup_id lies more than {FARTHEST_LINK} days from coup_date")
    _fail(rows, rows["date"] < rows["coup_date"], "the act comes before its trigger")
    inside = (rows["date_min"] <= rows["date"]) & (rows["date"] <= rows["date_max"])
    _fail(rows, ~inside, "date lies outside date_min and date_max")
    vague = rows["date_precision"] == "month"
    _fail(rows, vague & (rows["date_min"] == rows["date_max"]), "a day that is not known has no bounds")
    twice = rows["confidence"] == "two_sources"
    _fail(rows, twice & (rows["source_2"].isna() | (rows["source_1"] == rows["source_2"])), "two sources are not two")
    _fail(rows, rows["note_en"].isna() != rows["note_fr"].isna(), "a note is in one language only")


def _days(rows: pd.DataFrame, coups: pd.DataFrame) -> pd.DataFrame:
    """Days since the coup, and the fewest and most that the days of act and coup allow."""
    event = coups.reindex(rows["coup_id"])
    earliest = event["date_min"].set_axis(rows.index)
    latest = event["date_max"].set_axis(rows.index)
    begins = earliest.where(earliest < rows["coup_date"], rows["coup_date"])
    ends = latest.where(latest > rows["coup_date"], rows["coup_date"])
    known = rows["coup_id"].notna()
    exact = (rows["date"] - rows["coup_date"]).dt.days.where(known & (rows["date_precision"] == "day"))
    reaction = rows["phase"] == "reaction"
    return rows.assign(
        reaction_days=exact.where(reaction),
        # An act on the day of the coup is not an act before it, whichever day a coder gives.
        reaction_days_min=(rows["date_min"] - ends).dt.days.clip(lower=0).where(known & reaction),
        reaction_days_max=(rows["date_max"] - begins).dt.days.where(known & reaction),
        duration_days=exact.where(~reaction),
    )


def _searches(searches: pd.DataFrame, rows: pd.DataFrame, coups: pd.DataFrame) -> pd.DataFrame:
    """For which coups and bodies acts were looked for; stops where that contradicts the acts coded."""
    named = searches.assign(response_id=searches["coup_id"] + " " + searches["body"])
    _fail(named, named["response_id"].duplicated(), "a search stands twice")
    _fail(named, ~named["coup_id"].isin(coups.index), "a search names a coup that is not in the table of coups")
    coded = set((rows["coup_id"] + " " + rows["body"]).dropna())
    none = named["outcome"] == "none_found"
    _fail(named, none == named["response_id"].isin(coded), "the outcome of a search contradicts the acts coded")
    _fail(named, none & named["source_1"].isna(), "a search that found nothing names no page")
    african = rows[rows["coup_id"].notna() & rows["body"].isin(AFRICAN)]
    listed = (african["coup_id"] + " " + african["body"]).isin(named["response_id"])
    _fail(african, ~listed, "acts of an African organisation are coded, and no search names it")
    iso3 = coups["iso3"].reindex(searches["coup_id"]).to_numpy()
    return searches.assign(iso3=iso3, gwcode=[gwcode_of(code) for code in iso3])


def build(sources: Sources) -> dict[str, pd.DataFrame]:
    """Tables of the dataset by name."""
    rows = pd.read_csv(sources.here / "hand_responses.csv", dtype=str)
    for name in ("coup_date", "date", "date_min", "date_max"):
        rows[name] = pd.to_datetime(rows[name])
    exact = rows["date_precision"] == "day"
    rows["date_min"] = rows["date_min"].fillna(rows["date"].where(exact))
    rows["date_max"] = rows["date_max"].fillna(rows["date"].where(exact))
    coups = sources.table("coups").set_index("coup_id")
    _check(rows, coups)
    rows["gwcode"] = [gwcode_of(code) for code in rows["iso3"]]
    kinds = {**dict.fromkeys(AFRICAN, "african_organisation"), **dict.fromkeys(STATES, "state")}
    rows["body_kind"] = rows["body"].map(kinds).fillna("other_organisation")
    phases = {**dict.fromkeys(RELIEF, "relief"), **dict.fromkeys(EXIT, "exit")}
    rows["phase"] = rows["act"].map(phases).fillna("reaction")
    day = rows["date"].dt.strftime("%Y-%m-%d")
    rows["package_id"] = rows["body"] + "-" + rows["response_id"].str.slice(2, 11) + "-" + day
    checks = pd.read_csv(sources.here / "hand_checks.csv", dtype=str)
    check_second_look("responses", checks, rows.rename(columns={"response_id": "row_id"}))
    searches = _searches(pd.read_csv(sources.here / "hand_searches.csv", dtype=str), rows, coups)
    return {
        "responses": _days(rows, coups).drop(columns="origin").sort_values("response_id"),
        "searches": searches.sort_values(["coup_id", "body"]),
    }
