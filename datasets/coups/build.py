"""Every coder's verdict on every coup event, side by side: reports linked into events, and Powell-Thyne vintages."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from sahelkit.build import Sources
from sahelkit.build.linking import Decision, Event, Report, link
from sahelkit.catalog import record
from sahelkit.codes import iso3_of_cow
from sahelkit.errors import TableError

DATASET = "coups"
# The dataset ends here; coders that go on are cut.
LAST_DAY = dt.date(2025, 12, 31)
# Coders whose lists may be shown for the study region only (sources.toml: study-region-facts).
STUDY_ONLY = ("colpus", "cam")
# States of the past share today's two-letter code in the 2026 file, which tells them apart by name only.
PT_NAMES = {"Republic of Vietnam": "VDR", "Yemen People's Republic; S. Yemen": "YMD"}
# Cline uses numbers of its own for Russia after 1991 and Serbia before 2006.
CLINE_CODES = {393: 365, 340: 345}


def _day(value: object) -> dt.date:
    return dt.date.fromisoformat(str(value))


def _hand(here: Path, name: str) -> list[dict[str, str]]:
    frame = pd.read_csv(here / name, dtype=str, keep_default_na=False)
    return [{str(key): str(value) for key, value in row.items()} for row in frame.to_dict("records")]


@dataclass(frozen=True)
class States:
    """Which state a code means, and whether it exists on a day."""

    spells: dict[str, list[tuple[dt.date, dt.date, int]]]
    names: dict[str, str]
    iso2: dict[str, str]
    study: frozenset[str]

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
        study=frozenset(sets.loc[sets["set"] == "study", "iso3"]),
    )


def _dates(frame: pd.DataFrame) -> Iterator[dt.date]:
    return (
        dt.date(int(y), int(m), int(d)) for y, m, d in zip(frame["year"], frame["month"], frame["day"], strict=True)
    )


def powell_thyne_2026(path: Path, states: States) -> list[Report]:
    """Reports of the vintage of January 2026, which names countries by two-letter codes."""
    raw = pd.read_excel(path, sheet_name="coups_enriched", keep_default_na=False)
    verdicts = {"successful": "success", "failed": "failure"}
    return [
        Report(PT_NAMES.get(name) or states.iso2[iso2], "pt", day, verdicts[outcome])
        for name, iso2, day, outcome in zip(
            raw["country"], raw["countryCode"], _dates(raw), raw["outcome"], strict=True
        )
    ]


def powell_thyne(path: Path, *, separator: str) -> list[Report]:
    """Reports of the vintages of 2015 and 2022, which name countries by Correlates of War numbers."""
    raw = pd.read_csv(path, sep=separator)
    verdicts = {2: "success", 1: "failure"}
    return [
        Report(iso3_of_cow(int(code), day), "pt", day, verdicts[coup])
        for code, day, coup in zip(raw["ccode"], _dates(raw), raw["coup"], strict=True)
    ]


def cline(path: Path) -> list[Report]:
    """Reports of the Cline Center, the only upstream coder of plots."""
    raw = pd.read_csv(path)
    verdicts = {"coup": "success", "attempted": "failure", "conspiracy": "plot"}
    return [
        Report(iso3_of_cow(CLINE_CODES.get(int(code), int(code)), day), "cline", day, verdicts[kind], str(name))
        for code, day, kind, name in zip(raw["cowcode"], _dates(raw), raw["event_type"], raw["coup_id"], strict=True)
    ]


def colpus(path: Path) -> list[Report]:
    """Reports of Colpus; ambiguous and staged coups are among its published totals and stay in."""
    raw = pd.read_excel(path)
    verdicts = {1: "success", 2: "failure"}
    return [
        Report(iso3_of_cow(int(code), day.date()), "colpus", day.date(), verdicts[success], str(name))
        for code, day, success, name in zip(raw["ccode"], raw["date"], raw["success"], raw["id"], strict=True)
    ]


def cam(path: Path) -> list[Report]:
    """Reports of CAM, which holds up to four coups in the columns of a country-year."""
    raw = pd.read_csv(path, low_memory=False)
    verdicts = {1: "success", 0: "failure"}
    found = []
    for number in "1234":
        here = raw[raw[f"coup{number}"] == 1]
        for code, date, success in zip(
            here["cowcode"], here[f"date{number}"], here[f"successful{number}"], strict=True
        ):
            found.append(Report(iso3_of_cow(int(code), _day(date)), "cam", _day(date), verdicts[int(success)]))
    return found


def _own(here: Path) -> list[dict[str, str]]:
    return _hand(here, "hand_verdicts.csv")


def reports(sources: Sources, states: States, *, world: bool) -> list[Report]:
    """All reports that may be linked: Colpus and CAM outside the study region only in the world's table."""
    found = [
        *powell_thyne_2026(sources.path("powell_thyne_2026"), states),
        *cline(sources.path("cline_2023")),
        *colpus(sources.path("colpus_1_1")),
        *cam(sources.path("cam_3_0")),
    ]
    for row in _own(sources.here):
        if row["verdict"] != "absent":
            found.append(Report(row["iso3"], "sahelkit", _day(row["date"]), row["verdict"]))
    return [r for r in found if r.day <= LAST_DAY and (world or r.source not in STUDY_ONLY or r.place in states.study)]


def _decisions(here: Path) -> list[Decision]:
    return [
        Decision(
            place=row["iso3"],
            first=(row["source_1"], _day(row["date_1"])),
            second=(row["source_2"], _day(row["date_2"])),
            same={"true": True, "false": False}[row["same"]],
        )
        for row in _hand(here, "hand_links.csv")
    ]


def _event_day(event: Event, moved: dict[tuple[str, str, dt.date], dt.date]) -> dt.date:
    """The day that most coders give; of several such days the earliest, since coups begin before they are known."""
    votes = Counter(moved.get((r.place, r.source, r.day), r.day) for r in event)
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
    inside = coder["places"] == "world" or (world and coder["places_when_built"] == "world") or iso3 in states.study
    return inside and _day(coder["first"]) <= day <= _day(coder["last"])


def _row(event: Event, day: dt.date, coders: dict[str, Any], states: States, *, world: bool) -> dict[str, Any]:
    iso3 = event[0].place
    gwcode = states.gwcode(iso3, day)
    verdict = {r.source: r.verdict for r in event}
    given = {r.source: r.day for r in event}
    outcome = _outcome(event)
    row: dict[str, Any] = {
        "iso3": iso3,
        "gwcode": gwcode,
        "country": states.names[iso3],
        "date": day,
        "date_min": min(day, *given.values()),
        "date_max": max(day, *given.values()),
        "date_precision": "day",
        "kind": "plot" if outcome is None else "attempt",
        "outcome": outcome,
        "n_listing": len(event),
    }
    agreeing = covering = 0
    for source, coder in coders.items():
        covers = gwcode is not None and _covers(coder, iso3, day, states=states, world=world)
        if source in given and not _covers(coder, iso3, given[source], states=states, world=world):
            raise TableError(DATASET, f"{source} lists {iso3} {given[source]}, outside the coverage in record.toml")
        row[f"{source}_outcome"] = verdict.get(source, "absent" if covers else "not_covered")
        row[f"{source}_date"] = given.get(source)
        # A coder that records no plots says nothing about one by leaving it out.
        covering += source in given or (covers and (outcome is not None or coder["plots"]))
        agreeing += verdict.get(source) == (outcome or "plot")
    return row | {"n_covering": covering, "agreement": round(agreeing / covering, 4)}


def _with_ids(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Country and day, with a number behind it from the second event of the day on, the most listed first."""
    rows = sorted(rows, key=lambda row: (row["iso3"], row["date"], -row["n_listing"], row["outcome"] != "success"))
    seen: Counter[str] = Counter()
    for row in rows:
        base = f"{row['iso3']}-{row['date']}"
        seen[base] += 1
        row["coup_id"] = base if seen[base] == 1 else f"{base}-{seen[base]}"
    return rows


def _nearest(rows: Iterable[dict[str, Any]], iso3: str, day: dt.date, *, column: str, days: int) -> str | None:
    gaps = [
        (abs((row[column] - day).days), row["coup_id"])
        for row in rows
        if row["iso3"] == iso3 and row[column] is not None
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


def _add_notes(rows: list[dict[str, Any]], notes: list[dict[str, str]], verdicts: pd.DataFrame) -> None:
    texts = {row["coup_id"]: (row["note_en"], row["note_fr"]) for row in notes}
    unknown = set(texts) - {row["coup_id"] for row in rows}
    if unknown:
        raise TableError(DATASET, f"hand_notes.csv: no event {', '.join(sorted(unknown))}")
    for name, en, fr in zip(verdicts["coup_id"], verdicts["note_en"], verdicts["note_fr"], strict=True):
        texts.setdefault(name, (en, fr))
    for row in rows:
        row["note_en"], row["note_fr"] = texts.get(row["coup_id"], (None, None))


def _tables(sources: Sources, *, world: bool) -> dict[str, pd.DataFrame]:
    states = _states(sources)
    coders: dict[str, Any] = record(DATASET).details["coders"]
    moved = {
        (row["iso3"], row["source"], _day(row["date_given"])): _day(row["date"])
        for row in _hand(sources.here, "hand_dates.csv")
    }
    found = reports(sources, states, world=world)
    events = link(found, order=list(coders), decisions=_decisions(sources.here))
    rows = _with_ids([_row(event, _event_day(event, moved), coders, states, world=world) for event in events])
    verdicts = _verdicts(_own(sources.here), rows)
    _add_notes(rows, _hand(sources.here, "hand_notes.csv"), verdicts)
    by_vintage = {
        "2015-05-20": powell_thyne(sources.path("powell_thyne_2015"), separator="\t"),
        "2022-11-29": powell_thyne(sources.path("powell_thyne_2022"), separator=","),
        "2026-01-13": [report for report in found if report.source == "pt"],
    }
    return {"coups": pd.DataFrame(rows), "vintages": vintages(by_vintage, rows, states), "verdicts": verdicts}


def build(sources: Sources) -> dict[str, pd.DataFrame]:
    """The shipped tables: Colpus and CAM in the study region only."""
    return _tables(sources, world=False)


def build_world(sources: Sources) -> dict[str, pd.DataFrame]:
    """The same with Colpus and CAM for the whole world, for the user's own machine only."""
    return _tables(sources, world=True)
