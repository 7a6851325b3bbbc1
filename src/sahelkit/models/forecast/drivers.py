"""What moves a forecast away from that of the average state, in numbers and in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sahelkit._types import Floats, Lang
from sahelkit.language.numbers import number
from sahelkit.models.forecast.covariates import BUILT_IN, GROUPS, TRIED, covariates, newest, unit_of
from sahelkit.models.forecast.forecaster import FittedForecaster
from sahelkit.models.forecast.inputs import INTENSITY

# Group of the user's columns.
OWN = "own data"

_WHAT = {
    "income": ("income and mortality", "revenu et mortalité"),
    "growth": ("growth", "croissance"),
    "population": ("population", "population"),
    "regime": ("regime", "régime"),
    "change": ("change of regime", "évolution du régime"),
    "military": ("military dimension of the regime", "dimension militaire du régime"),
    "conflict": ("armed conflict", "conflit armé"),
}
_WORDS = {
    "en": {
        "never": "no attempt known since {entry}",
        "since": "last attempt {years} years ago, {count} in fifteen years",
        "month": "last attempt within the year, {count} in fifteen years",
        "region": "{rate} attempts per 100 state-years in its region over ten years",
        "income": "under-five mortality {mortality} per 1,000, income {income} dollars a head",
        "growth": "income per head changed by {growth}% in {year}",
        "population": "{people} million people",
        "regime": "electoral democracy {index} of 1 in {year}",
        "change": "electoral democracy {change} in three years",
        "military": "military dimension of the regime {index} of 1 in {year}",
        "conflict 0": "no armed conflict in {year}",
        "conflict 1": "minor armed conflict in {year}",
        "conflict 2": "war in {year}",
        "world": "attempts in the world",
        "own": "{name} {value}",
        "own unknown": "{name} not known",
    },
    "fr": {
        "never": "aucune tentative connue depuis {entry}",
        "since": "dernière tentative il y a {years} ans, {count} en quinze ans",
        "month": "dernière tentative il y a moins d’un an, {count} en quinze ans",
        "region": "{rate} tentatives pour 100 années-pays dans sa région en dix ans",
        "income": "mortalité avant cinq ans de {mortality} pour 1\u202f000, revenu de {income} dollars par habitant",
        "growth": "revenu par habitant : {growth}\u00a0% en {year}",
        "population": "{people} millions d’habitants",
        "regime": "démocratie électorale : {index} sur 1 en {year}",
        "change": "démocratie électorale : {change} en trois ans",
        "military": "dimension militaire du régime : {index} sur 1 en {year}",
        "conflict 0": "aucun conflit armé en {year}",
        "conflict 1": "conflit armé mineur en {year}",
        "conflict 2": "guerre en {year}",
        "world": "tentatives dans le monde",
        "own": "{name} {value}",
        "own unknown": "{name}\u00a0: inconnu",
    },
}


@dataclass(frozen=True)
class Driver:
    """One thing that moves a forecast.

    Attributes
    ----------
    group : str
        What it is: ``"history"``, ``"regime"`` ...; ``"own data"`` for a column of the user's.
    factor : float
        The odds are so many times those of a state that is average in this respect.
    en, fr : str
        In words.
    column : str
        Name of the user's column.
    """

    group: str
    factor: float
    en: str
    fr: str
    column: str = ""

    @property
    def name(self) -> str:
        """Group, and the column where it is the user's."""
        return f"{self.group}: {self.column}" if self.column else self.group

    def text(self, lang: Lang) -> str:
        """Words and factor."""
        times = number(self.factor, lang, digits=1 if self.factor >= 1 else 2)
        return f"{self.en if lang == 'en' else self.fr} (×{times})"


def drivers(fit: FittedForecaster, frame: pd.DataFrame, values: Floats, *, most: int = 3) -> list[list[Driver]]:
    """The groups of covariates that move each row's forecast most, largest first.

    Parameters
    ----------
    fit : FittedForecaster
    frame : pandas.DataFrame
        All states of one period; the factors compare with their mean.
    values : array, shape (n, k)
        Their covariates.
    most : int
        How many to name.
    """
    return drivers_of(fit.contributions(values), fit.preparation.terms, frame, values=values, most=most)


def drivers_of(
    parts: Floats, terms: Sequence[str], frame: pd.DataFrame, *, values: Floats | None = None, most: int = 3
) -> list[list[Driver]]:
    """As `drivers`, from what each covariate adds to the log odds.

    Parameters
    ----------
    parts : array, shape (n, k)
    terms : sequence of str, length k
        Covariates; each column of the user's is a group of its own.
    frame, most
        As in `drivers`.
    values : array, shape (n, k), optional
        Covariates; computed where absent.
    """
    owners = [GROUPS.get(term, "leader" if term in TRIED else f"{OWN}: {term}") for term in terms]
    groups = list(dict.fromkeys(owners))
    sums = np.column_stack([parts[:, [owner == group for owner in owners]].sum(axis=1) for group in groups])
    order = np.argsort(-np.abs(sums), axis=1, kind="stable")[:, :most]
    rows = frame.reset_index(drop=True)
    if values is None:
        wanted = [term for term in terms if term in BUILT_IN or term in frame.columns]
        known = pd.DataFrame(covariates(rows, wanted), columns=wanted).reindex(columns=list(terms)).to_numpy()
    else:
        known = values
    found = []
    for row, chosen in enumerate(order):
        facts = dict(zip(terms, known[row], strict=True))
        found.append([_driver(groups[g], float(np.exp(sums[row, g])), rows.iloc[[row]], facts) for g in chosen])
    return found


def _driver(group: str, factor: float, one: pd.DataFrame, known: dict[str, float]) -> Driver:
    _, own, column = group.partition(f"{OWN}: ")
    if not own:
        return Driver(group, factor, *_words(one, known, group))
    value = known[column]
    key = "own unknown" if np.isnan(value) else "own"
    size = ("−" if value < 0 else "") + "{}"
    digits = 0 if abs(value) >= 100 else 2
    en = _WORDS["en"][key].format(name=column, value=size.format(number(abs(value), "en", digits=digits)))
    fr = _WORDS["fr"][key].format(name=column, value=size.format(number(abs(value), "fr", digits=digits)))
    return Driver(OWN, factor, en, fr, column)


def _words(one: pd.DataFrame, known: dict[str, float], group: str) -> tuple[str, str]:
    """The figures behind a group of covariates of one row, in English and French."""
    facts = _facts(one, known, group)
    if any(np.isnan(value) for value in facts.values()):
        english, french = _WHAT[group]
        return f"{english} not known", f"{french} : inconnu"
    return _say(group, facts, "en"), _say(group, facts, "fr")


_COLUMNS = {
    "income": {"income": "wdi_gdp_per_capita", "mortality": "igme_under5_mortality"},
    "growth": {"growth": "wdi_gdp_per_capita_growth"},
    "population": {"people": "owid_population"},
    "regime": {"index": "vdem_polyarchy"},
    "change": {"index": "vdem_polyarchy"},
    "military": {"index": "vdem12_ex_military"},
    "conflict": {"intensity": INTENSITY},
}


def _facts(one: pd.DataFrame, known: dict[str, float], group: str) -> dict[str, float]:
    unit, row = unit_of(one), one.iloc[0]
    if group == "history":
        years = float(np.nan_to_num(row["since_last_attempt"] / unit))
        count = np.nan_to_num(row[f"attempt_past{15 * unit}_known"])
        entry = np.nan if row["never_attempt"] != 1 else row["period"].year - np.floor(years)
        return {"years": years, "count": count} if np.isnan(entry) else {"entry": entry}
    if group == "region":
        return {"rate": 100 * (np.exp(known["region_10y"]) - 0.003)}
    found: dict[str, float] = {}
    for name, column in _COLUMNS.get(group, {}).items():
        value, age = newest(one, column, unit)
        found |= {name: float(value[0]), "year": row["period"].year - float(age[0])}
    return found | ({"change": known["polyarchy_change"]} if group == "change" else {})


# Figures are written with so many decimals, none where nothing is said here; some with their sign.
_DIGITS = {"rate": 1, "growth": 1, "people": 1, "index": 2, "change": 2}


def _say(group: str, facts: dict[str, float], lang: Lang) -> str:
    key = group
    if group == "history":
        key = "never" if "entry" in facts else "since" if facts["years"] >= 1 else "month"
    if group == "conflict":
        key = f"conflict {facts['intensity']:.0f}"
    shown = {}
    for name, value in facts.items():
        size = abs(value) if name in ("growth", "change") else value / 1e6 if name == "people" else value
        sign = ("+" if value >= 0 else "−") if name in ("growth", "change") else ""
        plain = name in ("year", "entry")
        shown[name] = f"{value:.0f}" if plain else sign + number(size, lang, digits=_DIGITS.get(name, 0))
    return _WORDS[lang][key].format(**shown)
