"""Reads the lists of the coders of coups, each report with the day that its own record gives a second time."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd

from sahelkit.errors import TableError
from sahelkit.geography import places
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


_CSP_VERDICTS = {1: "success", 2: "failure", 3: "plot", 4: "alleged"}
# Stands for a number of deaths that is not known.
_CSP_UNKNOWN = 999
_CSP_COLUMNS = ["country", "scode", "mth", "day", "year", "success", "leader", "deaths", "arc"]


def _csp_deaths(text: object) -> tuple[int | None, int | None]:
    """Least and greatest number: one number, a range such as 10-20, or nothing known."""
    numbers = [int(float(part)) for part in str(text).strip().split("-") if part]
    if not numbers or _CSP_UNKNOWN in numbers:
        return None, None
    return numbers[0], numbers[-1]


def _csp_day(year: object, month: object, day: object) -> tuple[dt.date, str]:
    """First day that a report may mean, and how much of the day it gives."""
    known = [int(float(str(part))) for part in (year, month, day) if str(part).strip()]
    return dt.date(*known, *[1] * (3 - len(known))), ("year", "month", "day")[len(known) - 1]


def csp_list(path: Path) -> pd.DataFrame:
    """The list of the Center for Systemic Peace, one row per report, in our own columns.

    Returns
    -------
    pandas.DataFrame
        ``report`` (place in the published list, from 1), ``iso3``, ``date``, ``date_precision``, ``verdict`` (success,
        failure, plot, alleged), ``leaders`` (as the list writes them), ``deaths_low``, ``deaths_high``,
        ``regime_change`` (whether the list counts it as an adverse change of regime).

    Raises
    ------
    TableError
        If the columns, or a code of the outcome, are others than those known.
    """
    from python_calamine import CalamineWorkbook

    head, *rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    if head != _CSP_COLUMNS:
        raise TableError("csp_coups_2014", f"the columns are {head}, not {_CSP_COLUMNS}")
    found = []
    for number, (country, _, month, day, year, success, leaders, deaths, change) in enumerate(rows, start=1):
        if success not in _CSP_VERDICTS:
            raise TableError("csp_coups_2014", f"row {number + 1}: success is {success!r}, none of 1 to 4")
        date, precision = _csp_day(year, month, day)
        low, high = _csp_deaths(deaths)
        place = places.resolve(str(country), on=f"{date}")
        verdict = _CSP_VERDICTS[int(str(success).removesuffix(".0"))]
        found.append((number, place, date, precision, verdict, str(leaders), low, high, bool(str(change).strip())))
    columns = ["report", "iso3", "date", "date_precision", "verdict", "leaders", "deaths_low", "deaths_high"]
    return pd.DataFrame(found, columns=[*columns, "regime_change"])


def leader_names(text: str) -> str:
    """Names among what a list writes of those who led, without remarks; empty where it names nobody.

    Examples
    --------
    >>> leader_names("incl. Col. Gordillo Martinez, Maj. Ponciano and 86 others (in question)")
    'Col. Gordillo Martinez; Maj. Ponciano'
    >>> leader_names("unspecified")
    ''
    """
    pieces = re.split(r"[,;]|\band\b|&", re.sub(r"\(.*?\)|\bincl\.", "", text))
    kept = [piece.strip().strip('"') for piece in pieces if re.search(r"[A-Z]", piece)]
    return "; ".join(piece for piece in kept if not re.search(r"\d|others", piece))


def csp(listed: pd.DataFrame) -> list[Report]:
    """Attempts and plots of the Center for Systemic Peace; what it calls alleged is neither."""
    rows = listed[listed["verdict"] != "alleged"]
    return [
        Report(place, "csp", day, verdict, record=f"{number:03d}", precision=precision)
        for number, place, day, precision, verdict in zip(
            rows["report"], rows["iso3"], rows["date"], rows["date_precision"], rows["verdict"], strict=True
        )
    ]
