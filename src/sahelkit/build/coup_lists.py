"""Reads the lists of the coders of coups, each report with the day that its own record gives a second time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd

from sahelkit.errors import TableError
from sahelkit.geography.codes import iso3_of_cow
from sahelkit.tables.linking import Report

# States of the past share today's two-letter code in the 2026 file, which tells them apart by name only.
PT_NAMES = {"Republic of Vietnam": "VDR", "Yemen People's Republic; S. Yemen": "YMD"}
# Cline uses numbers of its own for Russia after 1991 and Serbia before 2006.
CLINE_CODES = {393: 365, 340: 345}


def _dates(frame: pd.DataFrame) -> Iterator[dt.date]:
    return (
        dt.date(int(y), int(m), int(d)) for y, m, d in zip(frame["year"], frame["month"], frame["day"], strict=True)
    )


def _day(text: object) -> dt.date:
    return dt.date.fromisoformat(str(text)[:10])


def powell_thyne_2026(path: Path, iso2: Mapping[str, str]) -> list[Report]:
    """Reports of the vintage of January 2026, which names countries by two-letter codes."""
    raw = pd.read_excel(path, sheet_name="coups_enriched", keep_default_na=False)
    verdicts = {"successful": "success", "failed": "failure"}
    return [
        Report(
            PT_NAMES.get(name) or iso2[code],
            "pt",
            day,
            verdicts[outcome],
            stated=dt.date.fromisoformat(str(again)[:10]),
        )
        for name, code, day, outcome, again in zip(
            raw["country"], raw["countryCode"], _dates(raw), raw["outcome"], raw["date"], strict=True
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


def _cline_day(name: str, code: int) -> dt.date:
    """Day inside one of Cline's identifiers: country in three digits, month, day, year, a number."""
    country, day = name[:3], name[3:11]
    if country != f"{code:03d}":
        raise TableError("cline_2023", f"{name} stands at the country number {code}")
    return dt.datetime.strptime(day, "%m%d%Y").date()


def cline(path: Path) -> list[Report]:
    """Reports of the Cline Center, the only upstream coder of plots."""
    raw = pd.read_csv(path, dtype={"coup_id": str})
    verdicts = {"coup": "success", "attempted": "failure", "conspiracy": "plot"}
    return [
        Report(
            iso3_of_cow(CLINE_CODES.get(int(code), int(code)), day),
            *("cline", day, verdicts[kind], name),
            stated=_cline_day(name, int(code)),
        )
        for code, day, kind, name in zip(raw["cowcode"], _dates(raw), raw["event_type"], raw["coup_id"], strict=True)
    ]


def _colpus_day(name: str, code: int) -> dt.date:
    """Day inside one of the identifiers of Colpus: country, year, month, day, and a number where two agree."""
    country, *day = name.split("-")
    if int(country) != code:
        raise TableError("colpus_1_1", f"{name} stands at the country number {code}")
    return dt.date(*(int(part) for part in day[:3]))


def colpus(path: Path) -> list[Report]:
    """Reports of Colpus; ambiguous and staged coups are among its published totals and stay in."""
    raw = pd.read_excel(path)
    verdicts = {1: "success", 2: "failure"}
    return [
        Report(
            iso3_of_cow(int(code), day.date()),
            *("colpus", day.date(), verdicts[success], str(name)),
            stated=_colpus_day(str(name), int(code)),
        )
        for code, day, success, name in zip(raw["ccode"], raw["date"], raw["success"], raw["id"], strict=True)
    ]


def cam(path: Path) -> list[Report]:
    """Reports of CAM, which holds up to four coups in the columns of a country-year."""
    raw = pd.read_csv(path, low_memory=False)
    verdicts = {1: "success", 0: "failure"}
    found = []
    for number in "1234":
        here = raw[raw[f"coup{number}"] == 1]
        for code, year, date, success in zip(
            here["cowcode"], here["year"], here[f"date{number}"], here[f"successful{number}"], strict=True
        ):
            day = _day(date)
            # The row is a country-year, so only the year is said twice.
            again = day if day.year == int(year) else dt.date(int(year), 1, 1)
            found.append(Report(iso3_of_cow(int(code), day), "cam", day, verdicts[int(success)], stated=again))
    return found
