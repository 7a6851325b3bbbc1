"""The risk table in words, in English and in French."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from sahelkit._types import Lang
from sahelkit.geography import places
from sahelkit.language.countries import in_country
from sahelkit.language.dates import day_text, month_text
from sahelkit.language.numbers import chance_text, number, ordinal_text, percent
from sahelkit.models.forecast.sources import INPUTS
from sahelkit.options import check_language

if TYPE_CHECKING:
    from sahelkit.models.forecast.path import RiskPath
    from sahelkit.models.forecast.risk_result import RiskTable

_EVENT = {
    "attempt": ("a coup attempt", "une tentative de coup d’État"),
    "success": ("a successful coup", "un coup d’État réussi"),
}
_HEAD = {
    "en": "Risk of {event} from {first} to {last}, by what was known on {day}; learnt from {n} rows, {e} with an "
    "event.",
    "fr": "Risque d’{event} de {first} à {last}, d’après ce que l’on savait le {day} ; modèle estimé sur {n} lignes, "
    "dont {e} avec un tel événement.",
}
_INPUT = {
    "en": (
        "newest datum",
        " ({days} days old: STALE)",
        "{months} of the {horizon} months had passed by that day, unseen.",
    ),
    "fr": (
        "donnée la plus récente",
        " (vieille de {days} jours : PÉRIMÉE)",
        "{months} des {horizon} mois étaient déjà passés ce jour-là, sans être vus.",
    ),
}
_COLUMNS = {
    "en": (
        "country",
        "risk",
        "interval",
        "rank",
        "West Africa",
        "year before",
        "world rate",
        "own rate",
        "came true",
        "drivers",
    ),
    "fr": (
        *("pays", "risque", "intervalle", "rang", "Afrique de l’Ouest", "un an avant"),
        *("taux mondial", "taux propre", "réalisées", "facteurs"),
    ),
}
_SAYS = {
    "en": "By what was known on {day}, the chance of {event} {where} from {first} to {last} is {p} ({level} interval "
    "{low} to {high}), {rank} of {n} states in the world{west}; a year before it was {before}, and the base rate of "
    "the world is {base}; of {band_n} past forecasts between {band_low} and {band_high}, {hits} ({share}) came true"
    "{caveat}.",
    "fr": "D’après ce que l’on savait le {day}, la probabilité d’{event} {where} de {first} à {last} est de {p} "
    "(intervalle à {level} : de {low} à {high}), au {rank} rang sur {n} États dans le monde{west} ; elle était de "
    "{before} un an avant, et la fréquence moyenne dans le monde est de {base} ; sur {band_n} prévisions passées entre "
    "{band_low} et {band_high}, {hits} ({share}) se sont réalisées{caveat}.",
}
_NO_BAND = {
    "en": "; no past forecast of that size is known",
    "fr": " ; aucune prévision passée de cet ordre n’est connue",
}
_CAVEAT = {
    "en": (
        "; most states with such a number see none, so it ranks risks and does not announce events",
        "; stale inputs ({which}) make it describe, in part, an older situation",
    ),
    "fr": (
        " ; la plupart des États de ce niveau n’en connaissent pas : ce chiffre classe des risques, il n’annonce rien",
        " ; des données périmées ({which}) font qu’elle décrit en partie une situation plus ancienne",
    ),
}


_JOIN = {"en": "; ", "fr": "\u00a0; "}
_FOOT = {
    "en": "Interval: error of estimation alone. World and own rate: share of the windows of the last 15 years with an "
    "event. Came true: past forecasts of that size, of {past} made since 1991 by what was known then. ×: odds against "
    "the average state.",
    "fr": "Intervalle : erreur d’estimation seule. Taux mondial et propre : part des fenêtres des 15 dernières années "
    "avec un événement. Réalisées : prévisions passées de cet ordre, sur {past} faites depuis 1991 d’après ce que l’on "
    "savait alors. × : cote rapportée à celle de l’État moyen.",
}
_PATH = {
    "en": "By what was known on {day}, the chance of {event} {where} from {first} on is {steps}; the bands say how "
    "well the model's probability is known, not whether the model is right.",
    "fr": "D’après ce que l’on savait le {day}, la probabilité d’{event} {where} à partir de {first} est de {steps} ; "
    "les intervalles disent à quel point la probabilité du modèle est connue, et non si le modèle est juste.",
}
_STEP = {
    "en": "{p} within {months} months (90% band {low} to {high})",
    "fr": "{p} dans les {months} mois (bande à 90 % : de {low} à {high})",
}


def event_text(table: RiskTable | RiskPath, lang: Lang) -> str:
    """What is forecast, with its article."""
    return _EVENT[table.outcome][check_language(lang) == "fr"]


def head_line(table: RiskTable, lang: Lang) -> str:
    """What is forecast, for when, from what."""
    return _HEAD[check_language(lang)].format(
        event=event_text(table, lang),
        first=month_text(table.first, lang),
        last=month_text(table.last, lang),
        day=day_text(table.date, lang),
        n=number(table.n_rows, lang, digits=0),
        e=number(table.n_events, lang, digits=0),
    )


def input_lines(table: RiskTable, lang: Lang) -> list[str]:
    """One line per input with its newest datum, and one if part of the window had passed."""
    newest, stale, late = _INPUT[check_language(lang)]
    colon = ": " if lang == "en" else "\u00a0: "
    lines = []
    for row in table.inputs.to_dict("records"):
        what = INPUTS[row["input"]][lang == "fr"]
        when = month_text(pd.Period(row["newest"]), lang) if len(row["newest"]) > 4 else row["newest"]
        lines.append(f"  {what}, {newest}{colon}{when}{stale.format(days=row['days_behind']) if row['stale'] else ''}")
    if table.late:
        lines.append(f"  {late.format(months=table.late, horizon=table.horizon)}")
    return lines


def foot_line(table: RiskTable, lang: Lang) -> str:
    """What the columns of the printed table mean."""
    return _spaced(_FOOT[check_language(lang)].format(past=number(table.n_past, lang, digits=0)), lang)


def table_rows(table: RiskTable, lang: Lang) -> tuple[list[str], list[list[str]]]:
    """Headers and cells of the table as it is printed."""
    rows = []
    for record, named in zip(table.frame.to_dict("records"), table.drivers, strict=True):
        ends = " – ".join(number(100 * record[key], lang, digits=1) for key in ("low", "high"))
        west = record["rank_west_africa"]
        rows.append(
            [
                places.name(record["iso3"], lang=lang),
                chance_text(record["probability"], lang),
                ends,
                f"{record['rank']}/{record['n_states']}",
                "" if pd.isna(west) else f"{west}/{record['n_west_africa']}",
                chance_text(record["year_before"], lang),
                chance_text(record["base_rate"], lang),
                chance_text(record["own_rate"], lang),
                f"{record['band_events']}/{record['band_n']} ({chance_text(record['band_share'], lang)})",
                _JOIN[lang].join(driver.text(lang) for driver in named),
            ]
        )
    return list(_COLUMNS[check_language(lang)]), rows


def sentence(table: RiskTable, row: int, lang: Lang) -> str:
    """The sentence of `RiskTable.says`."""
    check_language(lang)
    record = table.frame.iloc[row]
    west = ""
    if not pd.isna(record["rank_west_africa"]):
        place, count = ordinal_text(int(record["rank_west_africa"]), lang), record["n_west_africa"]
        west = (
            f" and {place} of {count} in West Africa"
            if lang == "en"
            else f" et au {place} sur {count} en Afrique de l’Ouest"
        )
    plain, stale = _CAVEAT[lang]
    caveat = plain
    old = [name for name in table.stale if name == "attempt"] or list(table.stale)
    if old:
        caveat = stale.format(which=", ".join(INPUTS[name][lang == "fr"].split(" (")[0] for name in old)) + plain
    text = _SAYS[lang].format(
        day=day_text(table.date, lang),
        event=event_text(table, lang),
        where=in_country(record["iso3"], lang),
        first=month_text(table.first, lang),
        last=month_text(table.last, lang),
        p=chance_text(record["probability"], lang),
        level=percent(table.level, lang),
        low=chance_text(record["low"], lang),
        high=chance_text(record["high"], lang),
        rank=ordinal_text(int(record["rank"]), lang),
        n=record["n_states"],
        west=west,
        before=chance_text(record["year_before"], lang),
        base=chance_text(record["base_rate"], lang),
        band_n=record["band_n"],
        band_low=percent(record["band_low"], lang, digits=1),
        band_high=percent(record["band_high"], lang, digits=1),
        hits=record["band_events"],
        share=chance_text(record["band_share"], lang),
        caveat=caveat,
    )
    if record["band_n"] == 0:
        start = text.index("; of 0 " if lang == "en" else "; sur 0 ")
        text = text[:start].rstrip() + _NO_BAND[lang] + caveat + "."
    return _spaced(text, lang)


def path_sentence(path: RiskPath, lang: Lang) -> str:
    """The sentence of `RiskPath.says`: one, twelve and thirty-six months, or the first, middle and last horizon."""
    check_language(lang)
    count = len(path.horizons)
    wanted = [path.horizons.index(months) for months in (12, 24, 36) if months in path.horizons]
    steps = []
    for place in wanted or sorted({0, count // 2, count - 1}):
        low, _, middle, _, high = (chance_text(value, lang) for value in path.quantiles[place])
        steps.append(_STEP[lang].format(p=middle, months=path.horizons[place], low=low, high=high))
    text = _PATH[lang].format(
        day=day_text(path.date, lang),
        event=event_text(path, lang),
        where=in_country(path.iso3, lang),
        first=month_text(path.first, lang),
        steps=", ".join(steps),
    )
    return _spaced(text, lang)


def _spaced(text: str, lang: Lang) -> str:
    return text.replace(" ;", "\u00a0;").replace(" :", "\u00a0:").replace(" %", "\u00a0%") if lang == "fr" else text
