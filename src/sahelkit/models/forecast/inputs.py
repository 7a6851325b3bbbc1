"""The panel that the forecaster reads: what may carry a sign of a coming attempt, and could be known in time."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import pandas as pd

from sahelkit._types import DateLike, Freq, Rule
from sahelkit.catalog import record
from sahelkit.errors import CoverageWarning, OptionError
from sahelkit.geography import places
from sahelkit.panels import Panel, panel
from sahelkit.panels.coups import Coups
from sahelkit.tables.conflict import load_conflict
from sahelkit.tables.coups import DATASET
from sahelkit.tables.own_coders import coders_of, own_named, places_text, speaking, states_of
from sahelkit.tables.read import record_of

# Earlier rows have few states and hardly any covariate; coups are listed from 1950 on.
FIRST_YEAR = 1955
DEMOCRACY = ("vdem_polyarchy", "vdem12_ex_military")
INDICATORS = ("wdi_gdp_per_capita", "wdi_gdp_per_capita_growth", "igme_under5_mortality", "owid_population")
INTENSITY = "ucdp_intensity"
YEARLY = (*DEMOCRACY, *INDICATORS, INTENSITY)
# A yearly value is carried for at most so many years; what is older counts as unknown.
CARRIED = 5
# Change of the electoral democracy index is taken over so many years.
CHANGE = 3
# Leaders and elections are known for the study region only; how far their monthly values are lagged.
LEADERS = ("reign_months_in_office", "reign_until_election")
SETTLED = 2
# Windows, in years, over which past attempts are counted.
WINDOWS = (5, 10, 15)


def forecast_panel(
    *,
    freq: Freq = "M",
    start: DateLike = FIRST_YEAR,
    end: DateLike = None,
    rule: Rule = "powell_thyne",
    leaders: bool = False,
    version: str | None = None,
) -> Panel:
    """Panel of the world with the columns that `HazardForecaster` reads.

    Own history of attempts (clock, and counts over 5, 10 and 15 years), the electoral democracy index and the military
    dimension of the regime (V-Dem), income, growth, under-five mortality, population, and the intensity of armed
    conflict (UCDP). Yearly columns are there with lags of one to five years, the democracy index to eight, so that on
    every day the newest published value can be found.

    Parameters
    ----------
    freq : {"M", "Y"}
        Country-months or country-years.
    start, end : date-like
        First and last period; the last is that of the list of coups when absent.
    rule : str
        Whose list of attempts, as in `sahelkit.load_coups`.
    leaders : bool
        Add time in office and time to the next election (study region), which were tried and left out.
    version : str, optional
        Data version; the bundled one when absent.

    Returns
    -------
    Panel
        For `sahelkit.panels.realtime.real_time` and the back-test; nothing is loaded before it is read.

    Raises
    ------
    UnknownNameError, DateError, OptionError
        As `sahelkit.panel` and `Panel.add_coups`.

    Examples
    --------
    >>> world = forecast_panel(freq="Y", end=2012)
    >>> len(world.countries) > 190, "vdem_polyarchy_lag2" in world.columns
    (True, True)
    """
    last = last_month(rule, version) if end is None else end
    found = panel("world", start, last, freq=freq, version=version).add_coups(rule=rule).since_last("attempt")
    for years in WINDOWS:
        found = found.past("attempt", years=years, partial=True)
    found = found.add_democracy(DEMOCRACY).add_indicators(INDICATORS)
    found = found.add_frame(_intensity(version, found.end.year), published=record("conflict").published.text)
    for years in range(1, CARRIED + 1):
        found = found.lag(YEARLY, years=years)
    for years in range(CARRIED + 1, CARRIED + CHANGE + 1):
        found = found.lag("vdem_polyarchy", years=years)
    if not leaders:
        return found
    back = SETTLED if freq == "M" else 1
    return found.add_leaders().add_elections().lag(LEADERS, periods=back)


def last_month(rule: Rule = "powell_thyne", version: str | None = None) -> pd.Period:
    """Last month that the list of coups of a rule covers in the world.

    Raises
    ------
    UnknownNameError
        If the rule is unknown.
    OptionError
        If the list covers the study region only: the forecaster learns from the world.
    """
    chosen = speaking(rule, record_of(DATASET, version))
    everywhere = [coder["last"] for coder in chosen.values() if _wide(coder)]
    if not everywhere:
        coders = coders_of(record_of(DATASET, version)).values()
        worldly = ", ".join(repr(coder["rule"]) for coder in coders if _wide(coder))
        region = next(iter(chosen.values()))["places"]
        where = "the study region" if region == "study" else f"a part of it ({places_text(region)})"
        why = f"its list holds {where} alone, and the forecaster learns from the world"
        own = ", or add your list with extends='powell_thyne'" if own_named(rule) else ""
        raise OptionError("rule", rule, why, repair=f"Choose one of {worldly}, or 'any', 'majority', 'all'{own}")
    return pd.Period(max(everywhere), freq="M")


def _wide(coder: Mapping[str, Any]) -> bool:
    """Whether a coder lists the world, or nearly: a list of some countries teaches the forecaster nothing of others."""
    return 2 * len(states_of(coder)) > len(places.members("world"))


def warn_of_rule(rule: Rule, origin: pd.Period, version: str | None = None, *, stacklevel: int = 2) -> None:
    """Warn where a rule weighs more coders in one part of the forecaster's rows than in another.

    The forecaster reads its panel in silence, since it meets gaps with a flag; it has none for such a rule.
    """
    step = Coups(rule=rule, include_plots=False)
    first = pd.Timestamp(year=FIRST_YEAR, month=1, day=1)
    text = step.caution(places.members("world"), first, origin.end_time.normalize(), version)
    if text:
        warnings.warn(text, CoverageWarning, stacklevel=stacklevel + 1)


def _intensity(version: str | None, until: int) -> pd.DataFrame:
    frame = load_conflict(freq="Y", version=version)[["iso3", "year", INTENSITY]]
    return frame[frame[INTENSITY].notna() & (frame["year"] <= until)]


def silent() -> warnings.catch_warnings:
    """Context in which gaps of coverage, which the forecaster meets with a flag, raise no warning."""
    return warnings.catch_warnings(action="ignore", category=CoverageWarning)
