"""Elections and referendums of the study region: the steps of the continued REIGN list drawn together."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from sahelkit.build import Sources
from sahelkit.errors import TableError
from sahelkit.geography.codes import gwcode_of

DATASET = "elections"
# The file calls itself that of 11 September 2025. Votes after it are held only where a correction confirms them.
FILE_DATE = "2025-09-11"
FIRST_DAY = "1950-01-01"

# The steps of the source in our words; the fourth spelling of a delay is the source's, too.
STEPS = {
    "Announced": "announced",
    "Announcement Assumed": "announced",
    "Vote, As Scheduled": "as scheduled",
    "Vote, Early": "early",
    "Deadline Not Met": "deadline not met",
    "Delay Announced": "delay",
    "Delayed": "delay",
    "Delay": "delay",
    "Voided": "voided",
    "Voided by Regime Change": "voided by regime change",
    "Regime Failure": "regime failure",
    "Upcoming, Scheduled": "upcoming",
}
STATUS = {
    "as scheduled": "held",
    "early": "held",
    "deadline not met": "not_held",
    "delay": "postponed",
    "voided": "cancelled",
    "voided by regime change": "cancelled",
    "regime failure": "cancelled",
    "upcoming": "scheduled",
}
TYPES = {"X": "executive", "L": "legislative", "R": "referendum", "": ""}
YES = {"Y": True, "N": False}
# The list gives the outcome of an election in two rounds to both; it is that of the second.
FIRST_OF_TWO = "1"


def _hand(sources: Sources, name: str) -> pd.DataFrame:
    return pd.read_csv(sources.here / name, dtype=str, keep_default_na=False)


def _dates(raw: pd.DataFrame) -> pd.Series:
    """Dates as exact as the source has them: 2012, 2012-04 or 2012-04-29."""
    text = raw["elec_year"].copy()
    for column in ("elec_month", "elec_day"):
        text = text.where(raw[column] == "", text + "-" + raw[column].str.zfill(2))
    return text


def _upstream(sources: Sources) -> pd.DataFrame:
    """Rows of the study region as text, each under a name made of its country, date, type and step."""
    raw = pd.read_csv(sources.path("elections_2025"), dtype=str, keep_default_na=False)
    dates = _dates(raw)
    states, sets = sources.table("states"), sources.table("states", "sets")
    states = states[states["iso3"].isin(sets.loc[sets["set"] == "study", "iso3"])].drop_duplicates("iso3")
    # Elsewhere the file has numbers that no state has (Malawi as 533).
    iso3 = raw["ccode"].map(dict(zip(states["cowcode"].astype(str), states["iso3"], strict=True)))
    study = iso3.notna()
    unknown = set(raw.loc[study, "event"]) - {*STEPS, ""}
    if unknown:
        raise TableError(DATASET, f"the upstream file has steps of an unknown kind: {sorted(unknown)}")
    rows = pd.DataFrame(
        {
            "iso3": iso3,
            "date": dates,
            "number": raw["electionnumber"],
            "step": raw["event"].map({**STEPS, "": ""}),
            "type": raw["type"].map(TYPES),
            "runoff": raw["runoff"].replace("", "N"),
            "victory": raw["victory"],
            "change": raw["change"],
            "direct": raw["direct"],
            "regular": raw["regular"],
        }
    )[study]
    names = (rows["iso3"] + "-" + rows["date"] + " " + (rows["type"] + " " + rows["step"]).str.strip()).str.strip()
    # Two steps of one election may share a day (a run-off is announced, and held, that day).
    twice = names.groupby(names).cumcount()
    rows.index = pd.Index(names.where(twice == 0, names + " (" + (twice + 1).astype(str) + ")"), name="upstream_row")
    return rows


def _corrected(rows: pd.DataFrame, corrections: pd.DataFrame) -> pd.DataFrame:
    """Apply each correction to the value that it was written for; any other value upstream is an error."""
    rows = rows.assign(status="", note_en="", note_fr="")
    for fix in corrections.itertuples():
        if fix.upstream_row not in rows.index:
            raise TableError(DATASET, f"hand_corrections.csv: there is no row {fix.upstream_row!r} upstream")
        found = rows.loc[fix.upstream_row, fix.field]
        if found != fix.old:
            raise TableError(DATASET, f"hand_corrections.csv: {fix.upstream_row} {fix.field} is {found!r} upstream")
        rows.loc[fix.upstream_row, fix.field] = fix.new
        for note in ("note_en", "note_fr"):
            if getattr(fix, note) not in rows.loc[fix.upstream_row, note]:
                rows.loc[fix.upstream_row, note] = f"{rows.loc[fix.upstream_row, note]} {getattr(fix, note)}".strip()
    return rows


def _elections(rows: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Steps of each election (or round), from its announcement to its vote, or to what came of it."""
    for _, state in rows.groupby("iso3", sort=False):
        waiting: dict[tuple[str, str], list[str]] = {}
        for (_, kind, runoff), group in state.groupby(["number", "type", "runoff"], sort=False):
            # In Benin the list numbers an announcement apart from its vote.
            names = waiting.pop((kind, runoff), [])
            for name, step in group["step"].items():
                names.append(name)
                # Two votes under one number are two elections (Gabon 2023 and 2025).
                if STATUS.get(step) == "held":
                    yield state.loc[names]
                    names = []
            if names and (state.loc[names, "step"] == "announced").all():
                waiting[kind, runoff] = names
            elif names:
                yield state.loc[names]
        if waiting:
            raise TableError(DATASET, f"announced, and nothing came of it: {list(waiting.values())}")


def _last_day(date: str) -> str:
    """The day itself, or the last day of the month or year: never early, whatever the day was."""
    return pd.Period(date).end_time.strftime("%Y-%m-%d")


def _precision(date: str) -> str:
    return {4: "year", 7: "month", 10: "day"}[len(date)]


def _row(steps: pd.DataFrame) -> dict[str, object]:
    """One election from its steps; the last of them tells what came of it."""
    last = steps.iloc[-1]
    status = last["status"] or STATUS[last["step"]]
    if status == "held" and last["date"] > FILE_DATE and not last["status"]:
        status = "scheduled"
    announced = min(steps.loc[steps["step"] == "announced", "date"], default=None)
    known = status == "held" and last["runoff"] != FIRST_OF_TWO
    return {
        "iso3": last["iso3"],
        "date": last["date"],
        "date_precision": _precision(last["date"]),
        "type": last["type"],
        "round": 2 if last["runoff"] == "2" else 1,
        "decisive": last["runoff"] != FIRST_OF_TWO,
        "status": status,
        "reign_step": last["step"],
        # A month alone may end after the vote that it announced.
        "reign_announced": announced and min(_last_day(announced), _last_day(last["date"])),
        "reign_announced_precision": announced and _precision(announced),
        "reign_delayed": bool((steps["step"] == "delay").any()),
        "reign_incumbent_won": YES.get(last["victory"]) if known and last["type"] != "referendum" else None,
        "reign_leader_change": YES.get(last["change"]) if known and last["type"] != "referendum" else None,
        "reign_direct": YES.get(last["direct"]),
        "reign_regular": YES.get(last["regular"]),
        **{
            note: " ".join(dict.fromkeys(text for text in steps[note] if text)) or None
            for note in ("note_en", "note_fr")
        },
    }


def build(sources: Sources) -> dict[str, pd.DataFrame]:
    """Tables of the dataset by name."""
    corrections = _hand(sources, "hand_corrections.csv")
    rows = _corrected(_upstream(sources), corrections)
    elections = pd.DataFrame([_row(steps) for steps in _elections(rows)])
    added = _hand(sources, "hand_additions.csv")
    plain = {"date_precision": "day", "round": 1, "decisive": True, "status": "held", "reign_delayed": False}
    elections = pd.concat([elections, added.drop(columns="evidence").assign(**plain)], ignore_index=True)
    short = elections["type"].str[0].str.upper() + elections["round"].astype(str)
    elections["election_id"] = elections["iso3"] + "-" + elections["date"] + "-" + short
    elections["date"] = elections["date"].map(_last_day)
    elections["gwcode"] = elections["iso3"].map(gwcode_of)
    begins = sources.table("states").drop_duplicates("iso3", keep="last").set_index("iso3")["start"]
    begins = elections["iso3"].map(begins.dt.strftime("%Y-%m-%d")).clip(lower=FIRST_DAY)
    elections = elections[elections["date"] >= begins]
    tidy = corrections.rename(columns={"source": "evidence"}).replace("", None)
    tidy["iso3"] = tidy["upstream_row"].str[:3]
    return {"elections": elections, "corrections": tidy}
