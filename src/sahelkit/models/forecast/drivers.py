"""What moves a forecast away from that of the average state, in numbers and in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sahelkit._types import Floats, Lang
from sahelkit.language.numbers import number
from sahelkit.models.forecast.covariates import GROUPS, newest, unit_of
from sahelkit.models.forecast.forecaster import FittedForecaster

_GAP = {"en": "{what} not known", "fr": "{what} : inconnu"}
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
    },
}


@dataclass(frozen=True)
class Driver:
    """One thing that moves a forecast.

    Attributes
    ----------
    group : str
        What it is: ``"history"``, ``"regime"`` ...
    factor : float
        The odds are so many times those of a state that is average in this respect.
    en, fr : str
        In words.
    """

    group: str
    factor: float
    en: str
    fr: str

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
    terms = fit.preparation.terms
    parts = fit.contributions(values)
    groups = list(dict.fromkeys(GROUPS.get(term, "leader") for term in terms))
    sums = np.column_stack(
        [parts[:, [GROUPS.get(term, "leader") == group for term in terms]].sum(axis=1) for group in groups]
    )
    order = np.argsort(-np.abs(sums), axis=1, kind="stable")[:, :most]
    facts = _Facts(frame.reset_index(drop=True), values, terms)
    return [
        [Driver(groups[g], float(np.exp(sums[row, g])), *facts.words(row, groups[g])) for g in chosen]
        for row, chosen in enumerate(order)
    ]


class _Facts:
    """The figures behind each row's covariates, as words."""

    def __init__(self, frame: pd.DataFrame, values: Floats, terms: Sequence[str]) -> None:
        self.frame, self.unit = frame, unit_of(frame)
        self.values = dict(zip(terms, values.T, strict=True))

    def words(self, row: int, group: str) -> tuple[str, str]:
        facts = self._known(row, group)
        if facts is None:
            english, french = _WHAT[group]
            return _GAP["en"].format(what=english), _GAP["fr"].format(what=french)
        return self._say(row, group, facts, "en"), self._say(row, group, facts, "fr")

    def _known(self, row: int, group: str) -> dict[str, float] | None:
        columns = {
            "income": ("wdi_gdp_per_capita", "igme_under5_mortality"),
            "growth": ("wdi_gdp_per_capita_growth",),
            "population": ("owid_population",),
            "regime": ("vdem_polyarchy",),
            "change": ("vdem_polyarchy",),
            "military": ("vdem12_ex_military",),
            "conflict": ("ucdp_intensity",),
        }.get(group, ())
        one = self.frame.iloc[[row]]
        found: dict[str, float] = {}
        for column in columns:
            value, age = newest(one, column, self.unit)
            found |= {column: float(value[0]), "year": one["period"].iloc[0].year - float(age[0])}
        if group == "change":
            found["change"] = float(self.values["polyarchy_change"][row])
        return None if any(np.isnan(value) for value in found.values()) else found

    def _say(self, row: int, group: str, facts: dict[str, float], lang: Lang) -> str:
        say = _WORDS[lang]

        def n(value: float, digits: int = 0) -> str:
            return number(value, lang, digits=digits)

        year = f"{facts.get('year', 0):.0f}"
        if group == "history":
            one = self.frame.iloc[row]
            years = one["since_last_attempt"] / self.unit
            if one["never_attempt"] == 1:
                return say["never"].format(entry=int(one["period"].year - np.floor(years)))
            count = n(np.nan_to_num(one[f"attempt_past{15 * self.unit}_known"]))
            return say["since" if years >= 1 else "month"].format(years=n(years), count=count)
        if group == "region":
            return say["region"].format(rate=n(100 * (np.exp(self.values["region_10y"][row]) - 0.003), 1))
        if group == "conflict":
            return say[f"conflict {facts['ucdp_intensity']:.0f}"].format(year=year)
        signed = f"{'+' if facts.get('change', 0) >= 0 else '−'}{n(abs(facts.get('change', 0)), 2)}"
        growth = facts.get("wdi_gdp_per_capita_growth", 0.0)
        return say[group].format(
            year=year,
            mortality=n(facts.get("igme_under5_mortality", 0)),
            income=n(facts.get("wdi_gdp_per_capita", 0)),
            growth=f"{'+' if growth >= 0 else '−'}{n(abs(growth), 1)}",
            people=n(facts.get("owid_population", 0) / 1e6, 1),
            index=n(facts.get("vdem_polyarchy", facts.get("vdem12_ex_military", 0)), 2),
            change=signed,
        )
