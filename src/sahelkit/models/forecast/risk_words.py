"""The risk table and the risk path in words, in English and in French."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from sahelkit._types import Floats, Lang, Rule
from sahelkit.geography import places
from sahelkit.language.coders import rule_name
from sahelkit.language.countries import in_country
from sahelkit.language.dates import day_text, month_text, span_text
from sahelkit.language.nouns import coup_words
from sahelkit.language.numbers import chance_text, number, ordinal_text, percent
from sahelkit.language.texts import words
from sahelkit.models.forecast.drivers import Driver

# Column of the panel -> words, in English and French.
INPUTS = {
    "attempt": ("coup attempts", "tentatives de coup d’État"),
    "vdem_polyarchy": ("electoral democracy (V-Dem 15)", "démocratie électorale (V-Dem 15)"),
    "vdem12_ex_military": ("military dimension of the regime (V-Dem 12)", "dimension militaire du régime (V-Dem 12)"),
    "wdi_gdp_per_capita": ("income per head (World Bank)", "revenu par habitant (Banque mondiale)"),
    "wdi_gdp_per_capita_growth": ("growth (World Bank)", "croissance (Banque mondiale)"),
    "igme_under5_mortality": ("under-five mortality (UN)", "mortalité avant cinq ans (ONU)"),
    "owid_population": ("population (UN)", "population (ONU)"),
    "ucdp_intensity": ("intensity of armed conflict (UCDP)", "intensité des conflits armés (UCDP)"),
}
_WORDS = {
    "en": {
        "head": "Risk of {event}{where} {span}, by what was known on {day}\n"
        "  list of coups: {rule}; learnt from {n} rows, {e} with an event",
        "late": "; {months} of the {horizon} months had passed by that day, unseen",
        "input": "  {what}, newest datum: {when}",
        "old": " ({days} days old: STALE)",
        "none": "none yet",
        "columns": "country|risk|interval|rank|West Africa|year before|world rate|own rate|came true|drivers",
        "join": "; ",
        "west": " and {place} of {count} in West Africa",
        "says": "By what was known on {day} (coups: {rule}), the chance of {event} {where} {span} is {p} ({interval}), "
        "{rank} of {n} states in the world{west}; a year before it was {before}, and the "
        "base rate of the world is {base}; {record}{caveat}.",
        "interval": "{level} interval {low} to {high}",
        "record": "of {n} past forecasts between {low} and {high}, {hits} ({share}) came true",
        "no record": "no past forecast of that size is known",
        "caveat": "; most states with such a number see none, so it ranks risks and does not announce events",
        "stale": "; stale inputs ({which}) make it describe, in part, an older situation",
        "own input": "{name} (own data)",
        "own": "  columns of your own in the forecast: {names}; the newest published value counts for five years",
        "too late": "  {name} is never known on the first day of a month: values {months} months old stand for it; "
        "type .lag({source!r}, periods={months})",
        "model": "  model: {model}; it gives no interval (NA): that of the penalised hazard is not its own",
        "driven": "; ×: odds against the same state with the median value",
        "undriven": "; what moves it is not known: its class does not say which columns it reads",
        "hazard": "penalised hazard",
        "with own": "{model} with {names} (own data)",
        "says no interval": "no interval",
        "foot": "Interval: error of estimation alone. World and own rate: share of the windows of the last 15 years "
        "with an event. Came true: past forecasts of that size, of {past} made since 1991 by what was known then. ×: "
        "odds against the average state.",
        "path": "By what was known on {day} (coups: {rule}), the chance of {event} {where} {span} is {steps}; the "
        "bands say how well the model's probability is known, not whether the model is right.",
        "step": "{p} within {months} months (90% band {low} to {high})",
        "bare step": "{p} within {months} months (no band)",
    },
    "fr": {
        "head": "Risque d’{event}{where} {span}, d’après ce que l’on savait le {day}\n"
        "  liste des coups : {rule} ; modèle estimé sur {n} lignes, dont {e} avec un tel événement",
        "late": " ; {months} des {horizon} mois étaient déjà passés ce jour-là, sans être vus",
        "input": "  {what}, donnée la plus récente : {when}",
        "old": " (vieille de {days} jours : PÉRIMÉE)",
        "none": "aucune encore",
        "columns": "pays|risque|intervalle|rang|Afrique de l’Ouest|un an avant|taux mondial|taux propre|réalisées"
        "|facteurs",
        "join": " ; ",
        "west": " et au {place} sur {count} en Afrique de l’Ouest",
        "says": "D’après ce que l’on savait le {day} (coups : {rule}), la probabilité d’{event} {where} {span} est de "
        "{p} ({interval}), au {rank} rang sur {n} États dans le monde{west} ; elle était "
        "de {before} un an avant, et la fréquence moyenne dans le monde est de {base} ; {record}{caveat}.",
        "interval": "intervalle à {level} : de {low} à {high}",
        "record": "sur {n} prévisions passées entre {low} et {high}, {hits} ({share}) se sont réalisées",
        "no record": "aucune prévision passée de cet ordre n’est connue",
        "caveat": " ; la plupart des États de ce niveau n’en connaissent pas : ce chiffre classe des risques, il "
        "n’annonce rien",
        "stale": " ; des données périmées ({which}) font qu’elle décrit en partie une situation plus ancienne",
        "own input": "{name} (vos données)",
        "own": "  vos colonnes dans la prévision : {names} ; la dernière valeur publiée vaut cinq ans",
        "too late": "  {name} n’est jamais connue le premier du mois : des valeurs de {months} mois la remplacent ; "
        "tapez .lag({source!r}, periods={months})",
        "model": "  modèle : {model} ; il ne donne pas d’intervalle (NA), celui du modèle de risque pénalisé n’étant "
        "pas le sien",
        "driven": " ; × : cote rapportée à celle du même État à la valeur médiane",
        "undriven": " ; on ne sait pas ce qui le fait varier : sa classe ne dit pas quelles colonnes il lit",
        "hazard": "modèle de risque pénalisé",
        "with own": "{model} avec {names} (vos données)",
        "says no interval": "sans intervalle",
        "foot": "Intervalle : erreur d’estimation seule. Taux mondial et propre : part des fenêtres des 15 dernières "
        "années avec un événement. Réalisées : prévisions passées de cet ordre, sur {past} faites depuis 1991 d’après "
        "ce que l’on savait alors. × : cote rapportée à celle de l’État moyen.",
        "path": "D’après ce que l’on savait le {day} (coups : {rule}), la probabilité d’{event} {where} {span} est de "
        "{steps} ; les intervalles disent à quel point la probabilité du modèle est connue, et non si le modèle est "
        "juste.",
        "step": "{p} dans les {months} mois (bande à 90 % : de {low} à {high})",
        "bare step": "{p} dans les {months} mois (sans bande)",
    },
}


def head_line(
    *,
    outcome: str,
    rule: Rule,
    date: pd.Timestamp,
    first: pd.Period,
    last: pd.Period | None,
    n_rows: int,
    n_events: int,
    lang: Lang,
    iso3: str = "",
    passed: tuple[int, int] = (0, 0),
) -> str:
    """What is forecast, for when, from what; `passed` is how many months of the window had passed, and of how many."""
    say = words(_WORDS, lang)
    text = say["head"].format(
        **_about(outcome, rule, date, first, last, lang),
        where=f" {in_country(iso3, lang)}" if iso3 else "",
        n=number(n_rows, lang, digits=0),
        e=number(n_events, lang, digits=0),
    )
    late = say["late"].format(months=passed[0], horizon=passed[1]) if passed[0] else ""
    return _spaced(text + late, lang)


def _about(
    outcome: str, rule: Rule, date: pd.Timestamp, first: pd.Period, last: pd.Period | None, lang: Lang
) -> dict[str, str]:
    span, day = span_text(first, last, lang), day_text(date, lang)
    return {"event": coup_words(outcome, lang), "rule": rule_name(rule, lang), "span": span, "day": day}


def input_lines(inputs: pd.DataFrame, lang: Lang) -> list[str]:
    """One line per input with its newest datum; `inputs` as `sahelkit.models.forecast.sources.input_ages` gives it."""
    say = words(_WORDS, lang)
    lines = []
    for row in inputs.to_dict("records"):
        when = month_text(pd.Period(row["newest"]), lang) if len(row["newest"]) > 4 else row["newest"]
        text = say["input"].format(what=_input(row["input"], lang), when=when or say["none"])
        old = say["old"].format(days=f"{row['days_behind']:.0f}") if row["stale"] and when else ""
        lines.append(_spaced(text + old, lang))
    return lines


def _input(name: str, lang: Lang) -> str:
    return INPUTS[name][lang == "fr"] if name in INPUTS else words(_WORDS, lang)["own input"].format(name=name)


def own_lines(
    model: str, own: Sequence[str], explained: bool | None, lang: Lang, *, late: Sequence[tuple[str, int]] = ()
) -> list[str]:
    """What is not sahelkit's own in a forecast: columns, and the model with what it cannot say.

    `explained` tells whether drivers of the model are known, None where no drivers are shown; `late` names lags that
    are never known in time, and the months after which their source is.
    """
    say = words(_WORDS, lang)
    lines = [say["own"].format(names=", ".join(own))] if own else []
    for name, months in late:
        lines.append(say["too late"].format(name=name, source=name.rpartition("_lag")[0], months=months))
    if model:
        more = "" if explained is None else say["driven" if explained else "undriven"]
        lines.append(say["model"].format(model=model) + more)
    return [_spaced(line, lang) for line in lines]


def source_words(model: str, own: Sequence[str], lang: Lang, credits: Sequence[str] = ()) -> str:
    """The model, the user's columns, and what their sources ask to be said, for the foot of a figure."""
    say = words(_WORDS, lang)
    named = model or say["hazard"]
    text = say["with own"].format(model=named, names=", ".join(own)) if own else named
    return "; ".join([text, *credits]) if lang == "en" else _spaced(" ; ".join([text, *credits]), lang)


def foot_line(n_past: int, lang: Lang) -> str:
    """What the columns of the printed table mean; `n_past` is the number of past forecasts."""
    return _spaced(words(_WORDS, lang)["foot"].format(past=number(n_past, lang, digits=0)), lang)


def table_rows(
    frame: pd.DataFrame, drivers: Iterable[Sequence[Driver]], lang: Lang
) -> tuple[list[str], list[list[str]]]:
    """Headers and cells of the table as it is printed, from the rows of `RiskTable.tidy` and their drivers."""
    say = words(_WORDS, lang)
    rows = []
    for record, named in zip(frame.to_dict("records"), drivers, strict=True):
        chances = {key: chance_text(record[key], lang) for key in _CHANCES}
        ends = " – ".join(number(100 * record[key], lang, digits=1) for key in ("low", "high"))
        west = record["rank_west_africa"]
        rows.append(
            [
                places.name(record["iso3"], lang=lang),
                chances["probability"],
                "NA" if pd.isna(record["low"]) else ends,
                f"{record['rank']}/{record['n_states']}",
                "" if pd.isna(west) else f"{west}/{record['n_west_africa']}",
                *(chances[key] for key in ("year_before", "base_rate", "own_rate")),
                f"{record['band_events']}/{record['band_n']} ({chances['band_share']})",
                _spaced(say["join"], lang).join(driver.text(lang) for driver in named),
            ]
        )
    return say["columns"].split("|"), rows


_CHANCES = ("probability", "low", "high", "year_before", "base_rate", "own_rate", "band_share")


def risk_sentence(row: Mapping[str, Any], lang: Lang) -> str:
    """One sentence on one country, from its row of `RiskTable.tidy`."""
    say = words(_WORDS, lang)
    p, low, high, before, base, _, share = (chance_text(row[key], lang) for key in _CHANCES)
    west, record = "", say["no record"]
    if not pd.isna(row["rank_west_africa"]):
        place = ordinal_text(int(row["rank_west_africa"]), lang)
        west = say["west"].format(place=place, count=row["n_west_africa"])
    if row["band_n"]:
        ends = {key: percent(row[f"band_{key}"], lang, digits=1) for key in ("low", "high")}
        record = say["record"].format(n=row["band_n"], hits=row["band_events"], share=share, **ends)
    old = [name for name in row["stale"].split(", ") if name]
    which = ", ".join(_input(name, lang).split(" (")[0] for name in (["attempt"] if "attempt" in old else old))
    interval = say["interval"].format(level=percent(row["level"], lang), low=low, high=high)
    text = say["says"].format(
        **_about(row["outcome"], row["rule"], row["date"], pd.Period(row["first"]), pd.Period(row["last"]), lang),
        where=in_country(row["iso3"], lang),
        p=p,
        interval=say["says no interval"] if pd.isna(row["low"]) else interval,
        rank=ordinal_text(int(row["rank"]), lang),
        n=row["n_states"],
        west=west,
        before=before,
        base=base,
        record=record,
        caveat=(say["stale"].format(which=which) if old else "") + say["caveat"],
    )
    return _spaced(text, lang)


def path_sentence(
    horizons: Sequence[int],
    quantiles: Floats,
    *,
    iso3: str,
    date: pd.Timestamp,
    first: pd.Period,
    outcome: str,
    rule: Rule,
    lang: Lang,
) -> str:
    """One sentence on the first, second and third year, or on the first, middle and last horizon.

    `quantiles` holds one row of `sahelkit.models.forecast.path.QUANTILES` per horizon.
    """
    say = words(_WORDS, lang)
    count = len(horizons)
    wanted = [horizons.index(months) for months in (12, 24, 36) if months in horizons]
    steps = []
    for place in wanted or sorted({0, count // 2, count - 1}):
        low, _, middle, _, high = (chance_text(value, lang) for value in quantiles[place])
        key = "bare step" if np.isnan(quantiles[place][0]) else "step"
        steps.append(say[key].format(p=middle, months=horizons[place], low=low, high=high))
    text = say["path"].format(
        **_about(outcome, rule, date, first, None, lang),
        where=in_country(iso3, lang),
        steps=", ".join(steps),
    )
    return _spaced(text, lang)


def _spaced(text: str, lang: Lang) -> str:
    return text.replace(" ;", "\u00a0;").replace(" :", "\u00a0:").replace(" %", "\u00a0%") if lang == "fr" else text
