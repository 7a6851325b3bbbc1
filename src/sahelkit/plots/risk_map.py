"""Map of West Africa: the risk as colour, in steps that grey print keeps apart, and its uncertainty as hatching."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from sahelkit._types import Lang
from sahelkit.language.coders import rule_name
from sahelkit.language.dates import day_text
from sahelkit.language.numbers import decimal, number
from sahelkit.language.texts import words
from sahelkit.options import check_language
from sahelkit.plots.maps import draw_map, name_countries
from sahelkit.plots.risk import risk_title
from sahelkit.plots.style import BLACK, drawing, sign

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sahelkit._types import Ring

# From pale to dark in lightness as well as in colour, so that the order survives grey print.
STEPS = (0.0, 0.01, 0.02, 0.05, 0.1, 1.0)
SHADES = ("#FFF6DE", "#FBD68C", "#F2A03D", "#D55E00", "#7A2E00")
# An interval whose ends differ by more than this factor is hatched.
WIDE = 2.5
EXTENT = (-26.5, 16.5, 3.0, 25.5)
HATCH, EDGE = "////", "#6B6B6B"
# Names of small countries stand in the sea or beside.
BESIDE = {
    "CPV": (-23.6, 13.6),
    "GMB": (-19.2, 13.6),
    "GNB": (-19.4, 11.4),
    "SLE": (-14.2, 6.9),
    "LBR": (-11.3, 5.0),
    "TGO": (1.0, 5.4),
    "BEN": (3.6, 5.1),
    "CIV": (-5.6, 7.6),
    "GHA": (-1.2, 7.8),
}

_WORDS = {
    "en": {
        "title": "Risk of {event}, {span}",
        "legend": "probability",
        "under": "under {high} %",
        "between": "{low} to {high} %",
        "over": "{low} % and more",
        "wide": "{level} % interval: upper end more\nthan {times} times the lower",
        "n": "n = {count} countries; learnt from {n} country-months, {e} with an event; as known on {day}",
        "hazard": "penalised hazard",
        "source": "sahelkit, {model} (coups: {rule}); outlines: Natural Earth",
    },
    "fr": {
        "title": "Risque d’{event}, {span}",
        "legend": "probabilité",
        "under": "moins de {high} %",
        "between": "de {low} à {high} %",
        "over": "{low} % et plus",
        "wide": "intervalle à {level} % : borne haute\nplus de {times} fois la borne basse",
        "n": "n = {count} pays ; modèle estimé sur {n} mois-pays, dont {e} avec un événement ; état au {day}",
        "hazard": "modèle de risque pénalisé",
        "source": "sahelkit, {model} (coups : {rule}) ; contours : Natural Earth",
    },
}


def plot_risk_map(
    table: pd.DataFrame,
    shapes: Mapping[str, Sequence[Ring]],
    *,
    n_rows: int,
    n_events: int,
    model: str = "",
    ax: Axes | None = None,
    lang: Lang | None = None,
) -> Figure:
    """Draw the countries of a risk table.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per country, as `RiskTable.tidy` gives it.
    shapes : mapping of str to sequence of ndarray
        Rings by country, as `sahelkit.load_map` gives them.
    n_rows, n_events : int
        Rows learnt from, and those with an event.
    model : str
        Who forecasts, for the foot of the figure; the penalised hazard when empty.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure when absent.
    lang : {"en", "fr"}
        Language of the words.

    Returns
    -------
    matplotlib.figure.Figure
    """
    lang = check_language(lang)
    from matplotlib.patches import Patch

    say = words(_WORDS, lang)
    about, frame = table.iloc[0], table.set_index("iso3")
    step = np.clip(np.searchsorted(STEPS, frame["probability"], side="right") - 1, 0, len(SHADES) - 1)
    fill = {code: SHADES[k] for code, k in zip(frame.index, step, strict=True)}
    wide = frame.index[frame["high"] > WIDE * frame["low"]]
    with drawing(ax, 9.6, 5.9) as (figure, axes):
        draw_map(axes, shapes, extent=EXTENT, fill=fill, hatch=dict.fromkeys(wide, HATCH), edge=EDGE)
        figure.draw_without_rendering()
        _name(axes, {code: shapes[code] for code in shapes if code in frame.index}, frame["probability"], lang)
        axes.set_title(risk_title(about, say["title"], lang))
        keys = [
            Patch(facecolor=shade, edgecolor=EDGE, label=_between(low, high, say))
            for shade, low, high in zip(SHADES, STEPS[:-1], STEPS[1:], strict=True)
        ]
        label = say["wide"].format(level=f"{100 * about['level']:g}", times=decimal(WIDE, 1, lang))
        keys.append(Patch(facecolor="white", edgecolor=EDGE, hatch=HATCH, label=label))
        axes.legend(handles=keys, loc="lower left", fontsize=8, title=say["legend"], title_fontsize=9, frameon=True)
        day = day_text(about["date"], lang)
        n = say["n"].format(count=len(frame), n=number(n_rows, lang, digits=0), e=n_events, day=day)
        sign(
            figure,
            source=say["source"].format(model=model or say["hazard"], rule=rule_name(about["rule"], lang)),
            n=n,
            lang=lang,
            ax=ax,
        )
    return figure


def _between(low: float, high: float, say: Mapping[str, str]) -> str:
    key = "under" if low == 0 else "over" if high == 1 else "between"
    return say[key].format(low=f"{100 * low:g}", high=f"{100 * high:g}")


def _name(axes: Axes, shapes: Mapping[str, Sequence[Ring]], chance: pd.Series, lang: Lang) -> None:
    """Names, with the probability under each."""
    from matplotlib.patheffects import withStroke

    before = len(axes.texts)
    named = name_countries(axes, shapes, lang=lang, at=BESIDE, size=8.5, colour=BLACK)
    for code, text in zip(named, axes.texts[before:], strict=True):
        text.set_text(f"{text.get_text()}\n{decimal(100 * chance[code], 1, lang)} %")
        text.set_alpha(1.0)
        text.set_path_effects([withStroke(linewidth=2.5, foreground="white")])
