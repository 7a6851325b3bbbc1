"""Lags of captures in one careful sentence, in English and French."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from sahelkit._types import Lang
from sahelkit.language.dates import day_text
from sahelkit.language.numbers import percent
from sahelkit.options import check_language

if TYPE_CHECKING:
    from sahelkit.record.captures import CaptureLags


def _between(low: int, high: int, lang: Lang) -> str:
    if low == high:
        return ""
    return f" (between {low} and {high})" if lang == "en" else f" (entre {low} et {high})"


def _days(lags: pd.DataFrame, lang: Lang) -> str:
    after = lags[lags["days"] >= 0]
    if after.empty:
        return "none after it" if lang == "en" else "aucune après"
    low, high = int(after["days"].min()), int(after["days"].max())
    if lang == "en":
        return f"the others {low} to {high} days after it" if low < high else f"the others {low} days after it"
    return f"les autres {low} à {high} jours après" if low < high else f"les autres {low} jours après"


def say_captures(found: CaptureLags, lang: Lang) -> str:
    """One sentence on a set of capture lags."""
    check_language(lang)
    coup, start = day_text(found.coup, lang), day_text(found.start, lang)
    last = day_text(pd.Timestamp(found.lags["date"].max()), lang)
    before = f"{found.n_before}{_between(found.n_before_min, found.n_before_max, lang)}"
    held = f"{found.n_held_on_eve}{_between(found.n_held_min, found.n_held_max, lang)}"
    share, days = percent(found.share_before, lang), _days(found.lags, lang)
    if lang == "en":
        return (
            f"Of the {found.n_places} places in the chronology that the state lost from {start} to {last}, {before} "
            f"were first lost before the coup of {coup} ({share}; {held} were in rebel hands on its eve) and {days}; "
            "this counts the places that the chronology names, not people or land, and an order in time is not a "
            "cause."
        )
    return (
        f"Sur les {found.n_places} localités de la chronologie que l’État a perdues du {start} au {last}, {before} "
        f"l’ont été une première fois avant le coup d’État du {coup} ({share}\u00a0; {held} étaient aux mains des "
        f"rebelles la veille) et {days}\u00a0; ce décompte porte sur les localités que nomme la chronologie, non sur "
        "la population ou le territoire, et un ordre dans le temps n’est pas une cause."
    )
