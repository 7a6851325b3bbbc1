"""Every coder's verdict on every coup event, side by side: reports linked into events, and Powell-Thyne vintages."""

from __future__ import annotations

import datetime as dt
import warnings
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from sahelkit.build import Sources
from sahelkit.build.coup_lists import cam, cline, colpus, csp, csp_list, leader_names, powell_thyne, powell_thyne_2026
from sahelkit.build.nearby import pairs_of, parts, undecided
from sahelkit.build.rulers import Key, corrected, findings, first_days
from sahelkit.build.vague import attach, bounds
from sahelkit.catalog import record
from sahelkit.errors import CoverageWarning, TableError
from sahelkit.tables.linking import SAME_EVENT_DAYS, Event, Report, link

DATASET = "coups"
# The dataset ends here; coders that go on are cut.
LAST_DAY = dt.date(2025, 12, 31)
# Coders whose lists may be shown for the study region only (sources.toml: study-region-facts).
STUDY_ONLY = ("colpus", "cam")
# Identifiers hold no more of the day than is known: MLI-2020-08-18, NPL-1960-10, CIV-1980.
ID_LENGTH = {"day": 14, "month": 11, "year": 8}
# How much of a page that a hand-made table names was read by whoever decided.
SEEN = ("page_read", "copy_read", "in_part", "not_read")


def _day(value: object) -> dt.date:
    return dt.date.fromisoformat(str(value))


def _hand(here: Path, name: str) -> list[dict[str, str]]:
    frame = pd.read_csv(here / name, dtype=str, keep_default_na=False)
    for column in [c for c in frame.columns if c.startswith("seen")]:
        strange = sorted(set(frame[column]) - set(SEEN))
        if strange:
            raise TableError(DATASET, f"{name}: {strange[0]!r} in {column} is none of {', '.join(SEEN)}")
    return [{str(key): str(value) for key, value in row.items()} for row in frame.to_dict("records")]


@dataclass(frozen=True)
class States:
    """Which state a code means, and whether it exists on a day."""

    spells: dict[str, list[tuple[dt.date, dt.date, int]]]
    names: dict[str, str]
    iso2: dict[str, str]
    sets: dict[str, frozenset[str]]

    @property
    def study(self) -> frozenset[str]:
        """The study region."""
        return self.sets["study"]

    def gwcode(self, iso3: str, day: dt.date) -> int | None:
        """Gleditsch-Ward number on a day; None where the state is not in the system."""
        return next((code for start, end, code in self.spells[iso3] if start <= day <= end), None)


def _states(sources: Sources) -> States:
    states = sources.table("states")
    sets = sources.table("states", "sets")
    spells: dict[str, list[tuple[dt.date, dt.date, int]]] = {}
    ends = states["end"].fillna(pd.Timestamp("2200-12-31"))
    for iso3, start, end, code in zip(states["iso3"], states["start"], ends, states["gwcode"], strict=True):
        spells.setdefault(iso3, []).append((start.date(), end.date(), int(code)))
    return States(
        spells=spells,
        names=dict(zip(states["iso3"], states["name_en"], strict=True)),
        iso2={k: v for k, v in zip(states["iso2"], states["iso3"], strict=True) if isinstance(k, str)},
        sets={str(name): frozenset(members) for name, members in sets.groupby("set")["iso3"]},
    )


def _beyond(report: Report, states: States) -> bool:
    """Whether a report may be seen by the user who builds the world's table, and by nobody else."""
    return report.source in STUDY_ONLY and report.place not in states.study


def reports(sources: Sources, states: States, listed: pd.DataFrame, *, world: bool) -> list[Report]:
    """All reports that may be linked: Colpus and CAM outside the study region only in the world's table."""
    days: dict[Key, dt.date] = {
        (row["iso3"], row["source"], _day(row["date_given"])): _day(row["date"])
        for row in _hand(sources.here, "hand_dates.csv")
    }
    found = [
        *powell_thyne_2026(sources.path("powell_thyne_2026"), states.iso2),
        *cline(sources.path("cline_2023")),
        *colpus(sources.path("colpus_1_1")),
        *cam(sources.path("cam_3_0")),
        *csp(listed),
    ]
    for row in _hand(sources.here, "hand_verdicts.csv"):
        if row["verdict"] != "absent":
            found.append(Report(row["iso3"], "sahelkit", _day(row["date"]), row["verdict"]))
    kept = [r for r in corrected(found, days) if r.day <= LAST_DAY]
    return [r for r in kept if world or not _beyond(r, states)]


def _withdrawn(here: Path, found: Iterable[Report]) -> set[Report]:
    """Reports of an attempt that the coder itself calls a plot in a later release."""
    wanted = {(row["iso3"], row["source"], _day(row["date"])) for row in _hand(here, "hand_withdrawn.csv")}
    met = {r for r in found if (r.place, r.source, r.said) in wanted and r.verdict != "plot"}
    if len(met) != len(wanted):
        raise TableError(DATASET, f"hand_withdrawn.csv names {len(wanted)} attempts, of which {len(met)} are there")
    return met


def _event_day(event: Event) -> dt.date:
    """The day that most coders give; of several such days the earliest, since coups begin before they are known.

    Where all that is known is a month or a year, its first day stands for it.
    """
    votes = Counter(r.day for r in event if r.precision == "day") or Counter(r.day for r in event)
    most = max(votes.values())
    return min(day for day, number in votes.items() if number == most)


def _outcome(event: Event) -> str | None:
    """The verdict of most coders that list an attempt; a tie goes to Powell and Thyne, else it is a failure."""
    votes = [r.verdict for r in event if r.verdict != "plot"]
    if not votes:
        return None
    successes = votes.count("success")
    if 2 * successes == len(votes):
        return next((r.verdict for r in event if r.source == "pt" and r.verdict != "plot"), "failure")
    return "success" if 2 * successes > len(votes) else "failure"


def _covers(coder: dict[str, Any], iso3: str, day: dt.date, *, states: States, world: bool) -> bool:
    inside = iso3 in states.sets[coder["places_when_built" if world else "places"]]
    return inside and _day(coder["first"]) <= day <= _day(coder["last"])


def _row(
    event: Event, day: dt.date, coders: dict[str, Any], states: States, *, world: bool, withdrawn: set[Report]
) -> dict[str, Any]:
    iso3 = event[0].place
    gwcode = states.gwcode(iso3, day)
    given = {r.source: r for r in event}
    exact = [r for r in event if r.precision == "day"]
    spans = [bounds(r) for r in exact or event]
    verdict = {r.source: r.verdict for r in event}
    # What a coder withdrew later stays in its own column and decides nothing.
    holds = tuple(replace(r, verdict="plot") if r in withdrawn else r for r in event)
    outcome = _outcome(holds)
    row: dict[str, Any] = {
        "iso3": iso3,
        "gwcode": gwcode,
        "country": states.names[iso3],
        "date": day,
        "date_min": min(first for first, _ in spans),
        "date_max": max(last for _, last in spans),
        "date_precision": "day" if exact else event[0].precision,
        "kind": "plot" if outcome is None else "attempt",
        "outcome": outcome,
        "n_listing": len(event),
    }
    covering = 0
    for source, coder in coders.items():
        covers = gwcode is not None and _covers(coder, iso3, day, states=states, world=world)
        if source in given and not _covers(coder, iso3, given[source].said, states=states, world=world):
            raise TableError(DATASET, f"{source} lists {iso3} {given[source].said}, which record.toml does not cover")
        row[f"{source}_outcome"] = verdict.get(source, "absent" if covers else "not_covered")
        row[f"{source}_date"] = given[source].said if source in given and given[source] in exact else None
        # A coder that records no plots says nothing about one by leaving it out.
        covering += source in given or (covers and (outcome is not None or coder["plots"]))
    agreeing = sum(r.verdict == (outcome or "plot") for r in holds)
    return row | {"n_covering": covering, "agreement": round(agreeing / covering, 4)}


def _with_ids(rows: list[dict[str, Any]]) -> None:
    """Country and day, or what is known of it, and a number from the second event on, the most listed first."""
    seen: Counter[str] = Counter()
    for row in sorted(rows, key=lambda r: (r["iso3"], r["date"], -r["n_listing"], r["outcome"] != "success")):
        base = f"{row['iso3']}-{row['date']}"[: ID_LENGTH[row["date_precision"]]]
        seen[base] += 1
        row["coup_id"] = base if seen[base] == 1 else f"{base}-{seen[base]}"


def _refuse_undecided(pairs: list[str]) -> None:
    if pairs:
        why = "events that may be one, on which hand_links.csv decides nothing"
        raise TableError(DATASET, f"{len(pairs)} pairs of {why}: {'; '.join(pairs)}")


def _refuse_silence(rows: list[dict[str, Any]], events: list[Event]) -> None:
    silent = [
        row["coup_id"]
        for row, event in zip(rows, events, strict=True)
        if not row["note_en"] and any(r.said != r.day for r in event)
    ]
    if silent:
        raise TableError(DATASET, f"a day is corrected and hand_notes.csv does not say so: {', '.join(silent)}")


def _by_report(rows: list[dict[str, Any]], events: list[Event]) -> dict[Key, dict[str, Any]]:
    """The row of the event that each report belongs to."""
    return {(r.place, r.source, r.said): row for row, event in zip(rows, events, strict=True) for r in event}


def _add_links(
    rows: list[dict[str, Any]], events: list[Event], steps: dict[int, int], moved: list[dict[str, str]]
) -> None:
    """Which event a row is a step of, and the identifier that it had before."""
    for n, row in enumerate(rows):
        row["part_of"] = rows[steps[n]]["coup_id"] if n in steps else None
        row["former_id"] = None
    of = _by_report(rows, events)
    for entry in moved:
        row = of[(entry["iso3"], entry["source"], _day(entry["date_given"]))]
        # With the world's Colpus and CAM the vote on the day may give the old identifier again.
        if entry["former_id"] != row["coup_id"]:
            row["former_id"] = entry["former_id"]
        if entry["former_id"] in {other["coup_id"] for other in rows if other is not row}:
            raise TableError(DATASET, f"hand_moved.csv: {entry['former_id']} is the identifier of another event now")


def _decided(ruled: list[dict[str, str]]) -> dict[Key, str]:
    return {(row["iso3"], row["source"], _day(row["date"])): row["finding"] for row in ruled}


def _add_rulers(
    rows: list[dict[str, Any]], events: list[Event], found: dict[int, str], ruled: list[dict[str, str]]
) -> None:
    """What is known of successes without a new ruler, and why, behind the remark that a row has already."""
    for n, row in enumerate(rows):
        row["ruler_change"] = found.get(n)
    of = _by_report(rows, events)
    for entry in ruled:
        if not entry["address"].startswith("http"):
            raise TableError(DATASET, f"hand_rulers.csv: {entry['iso3']} {entry['date']} has no address")
        row = of[(entry["iso3"], entry["source"], _day(entry["date"]))]
        for note in ("note_en", "note_fr"):
            row[note] = " ".join(text for text in (row[note], entry[note]) if text)


def _nearest(rows: Iterable[dict[str, Any]], iso3: str, day: dt.date, *, column: str, days: int) -> str | None:
    gaps = [
        (abs((row[column] - day).days), row["coup_id"])
        for row in rows
        if row["iso3"] == iso3 and row[column] is not None and row["date_precision"] == "day"
    ]
    near = [(gap, name) for gap, name in gaps if gap <= days]
    return min(near)[1] if near else None


def vintages(found: dict[str, list[Report]], rows: list[dict[str, Any]], states: States) -> pd.DataFrame:
    """Events of each vintage of Powell and Thyne, under the event's name in the main table where it stands there.

    Same country and day as in the latest vintage first; then, for days that were corrected, the nearest event within
    ten days that the latest vintage lists, else one that another coder lists; else a name of its own.
    """
    out = []
    for vintage, listed in found.items():
        taken: set[str] = set()
        waiting = sorted(listed, key=lambda r: (r.place, r.day))
        for column, days in (("pt_date", 0), ("pt_date", 10), ("date", 10), ("", 0)):
            rest = []
            for report in waiting:
                free = [row for row in rows if row["coup_id"] not in taken]
                own = f"{report.place}-{report.day}"
                name = _nearest(free, report.place, report.day, column=column, days=days) if column else own
                if name is None:
                    rest.append(report)
                    continue
                if name in taken:
                    raise TableError(DATASET, f"vintage {vintage}: two events are called {name}")
                taken.add(name)
                out.append(
                    {
                        "vintage": vintage,
                        "coup_id": name,
                        "iso3": report.place,
                        "gwcode": states.gwcode(report.place, report.day),
                        "country": states.names[report.place],
                        "date": report.day,
                        "outcome": report.verdict,
                    }
                )
            waiting = rest
    return pd.DataFrame(out)


def _verdicts(own: list[dict[str, str]], rows: list[dict[str, Any]]) -> pd.DataFrame:
    out = []
    for row in own:
        day = _day(row["date"])
        column = "sahelkit_date" if row["verdict"] != "absent" else "date"
        name = _nearest(rows, row["iso3"], day, column=column, days=0)
        if name is None:
            raise TableError(DATASET, f"hand_verdicts.csv: no event {row['iso3']} {day}")
        out.append({"coup_id": name, **row})
    return pd.DataFrame(out)


def _csp_table(
    listed: pd.DataFrame, rows: list[dict[str, Any]], events: list[Event], states: States, written: dict[str, str]
) -> pd.DataFrame:
    """Every report of the Center for Systemic Peace, with its event; an alleged plot goes with what others list."""
    own = [(r, row["coup_id"]) for row, event in zip(rows, events, strict=True) for r in event if r.source == "csp"]
    of = {int(report.record): name for report, name in own}
    others = [row for row in rows if row["csp_outcome"] == "absent"]
    out = []
    for entry in listed.to_dict("records"):
        event = of.get(entry["report"])
        if entry["verdict"] == "alleged" and entry["date_precision"] == "day":
            event = _nearest(others, entry["iso3"], entry["date"], column="date", days=SAME_EVENT_DAYS)
        facts = {
            "coup_id": event,
            "gwcode": states.gwcode(entry["iso3"], entry["date"]),
            "country": states.names[entry["iso3"]],
            "leaders": written.get(str(entry["report"]), leader_names(entry["leaders"])) or None,
        }
        out.append(entry | facts)
    return pd.DataFrame(out)


def _add_notes(rows: list[dict[str, Any]], notes: list[dict[str, str]], verdicts: pd.DataFrame) -> None:
    texts = {row["coup_id"]: (row["note_en"], row["note_fr"]) for row in notes}
    unknown = set(texts) - {row["coup_id"] for row in rows}
    if unknown:
        raise TableError(DATASET, f"hand_notes.csv: no event {', '.join(sorted(unknown))}")
    for name, en, fr in zip(verdicts["coup_id"], verdicts["note_en"], verdicts["note_fr"], strict=True):
        texts.setdefault(name, (en, fr))
    for row in rows:
        step = (f"A step of {row['part_of']}.", f"Une étape de {row['part_of']}.") if row["part_of"] else (None, None)
        row["note_en"], row["note_fr"] = texts.get(row["coup_id"], step)


def _tables(sources: Sources, *, world: bool) -> dict[str, pd.DataFrame]:
    states = _states(sources)
    coders: dict[str, Any] = record(DATASET).details["coders"]
    pairs = pairs_of(_hand(sources.here, "hand_links.csv"))
    listed = csp_list(sources.path("csp_coups_2014"))
    found = reports(sources, states, listed, world=world)
    beyond = {report for report in found if _beyond(report, states)}
    vague = [report for report in found if report.precision != "day"]
    unsure = {(r.place, r.source, r.said) for r in vague}
    links = [p.link for p in pairs if not {(p.place, *p.first), (p.place, *p.second)} & unsure]
    events = link([r for r in found if r.precision == "day"], order=list(coders), decisions=links)
    events = attach(events, vague, order=list(coders), unseen=beyond)
    days = [_event_day(event) for event in events]
    dated = list(zip(events, days, strict=True))
    named = (tuple(r for r in event if r not in beyond) for event in events)
    _refuse_undecided(undecided([(event, _event_day(event)) for event in named if event], pairs))
    unseen = undecided(dated, pairs)
    if unseen:
        text = f"{len(unseen)} pairs of near events with Colpus or CAM outside the study region are not reviewed: "
        warnings.warn(text + "; ".join(unseen), CoverageWarning, stacklevel=2)
    ruled = _hand(sources.here, "hand_rulers.csv")
    starts = first_days(pd.read_csv(sources.path("leaders_2026")))
    rulers = findings(events, starts, _decided(ruled), beyond)
    withdrawn = _withdrawn(sources.here, found)
    rows = [_row(event, day, coders, states, world=world, withdrawn=withdrawn) for event, day in dated]
    _with_ids(rows)
    _add_links(rows, events, parts(events, pairs), _hand(sources.here, "hand_moved.csv"))
    verdicts = _verdicts(_hand(sources.here, "hand_verdicts.csv"), rows)
    _add_notes(rows, _hand(sources.here, "hand_notes.csv"), verdicts)
    _add_rulers(rows, events, rulers, ruled)
    _refuse_silence(rows, events)
    by_vintage = {
        "2015-05-20": powell_thyne(sources.path("powell_thyne_2015"), separator="\t"),
        "2022-11-29": powell_thyne(sources.path("powell_thyne_2022"), separator=","),
        "2026-01-13": [replace(report, day=report.said) for report in found if report.source == "pt"],
    }
    written = {row["report"]: row["leaders"] for row in _hand(sources.here, "hand_leaders.csv")}
    return {
        "coups": pd.DataFrame(rows),
        "vintages": vintages(by_vintage, rows, states),
        "verdicts": verdicts,
        "csp": _csp_table(listed, rows, events, states, written),
    }


def build(sources: Sources) -> dict[str, pd.DataFrame]:
    """The shipped tables: Colpus and CAM in the study region only."""
    return _tables(sources, world=False)


def build_world(sources: Sources) -> dict[str, pd.DataFrame]:
    """The same with Colpus and CAM for the whole world, for the user's own machine only.

    Warns
    -----
    CoverageWarning
        Of near events that only these two lists split: hand_links.csv may not name them.
    """
    return _tables(sources, world=True)
