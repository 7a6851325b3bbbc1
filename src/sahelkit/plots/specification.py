"""Many models in one figure: the specification curve, the histogram against its null, and the verdict's null."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sahelkit._types import Lang
from sahelkit.language.numbers import count_text, decimal
from sahelkit.language.samples import effect_words
from sahelkit.language.texts import words
from sahelkit.options import check_language
from sahelkit.plots.nulls import plot_null
from sahelkit.plots.style import BLACK, BLUE, GREY, ORANGE, SKY, VERMILION, drawing, house_style, sign

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_SHOWN = 400  # models whose intervals are drawn; more cannot be told apart on paper
_BINS = 50  # columns of the choices' shares
_WORDS = {
    "en": {
        "curve": "Every model of the question, from the lowest coefficient to the highest",
        "effect": "log ratio per s.d.\n(95 % interval)",
        "rank": "models, ordered by their coefficient (dark: where the models with this choice are)",
        "zero": "no effect",
        "positive": "significantly positive",
        "negative": "significantly negative",
        "other": "neither",
        "histogram": "What the models find, against what they find where there is nothing",
        "alone": "What the models find",
        "z": "coefficient / standard error",
        "share": "share of models",
        "data": "in the data",
        "geography": "on shuffled maps",
        "simulated": "in histories without contagion",
        "marks": "5 % significance",
        "verdict": "The verdict, and what it would be without contagion",
        "above": "weight of the coefficient above zero, %",
        "robust": "called robust from 95",
        "n": "n = {models} models, {events} events in {clusters} countries",
        "draws": "n = {draws} draws of {models} models, {events} events in {clusters} countries",
        "effects": "effects",
        "link": "link",
        "weights": "tie",
        "event": "event",
        "window": "periods",
        "fade": "fading",
        "size": "controls",
    },
    "fr": {
        "curve": "Tous les modèles de la question, du plus petit coefficient au plus grand",
        "effect": "log du rapport par écart type\n(intervalle à 95 %)",
        "rank": "modèles, rangés selon leur coefficient (foncé : là où se trouvent les modèles de ce choix)",
        "zero": "aucun effet",
        "positive": "significativement positif",
        "negative": "significativement négatif",
        "other": "ni l’un ni l’autre",
        "histogram": "Ce que trouvent les modèles, et ce qu’ils trouvent quand il n’y a rien",
        "alone": "Ce que trouvent les modèles",
        "z": "coefficient / erreur type",
        "share": "part des modèles",
        "data": "dans les données",
        "geography": "sur des cartes mélangées",
        "simulated": "dans des histoires sans contagion",
        "marks": "seuil de 5 %",
        "verdict": "Le verdict, et ce qu’il serait sans contagion",
        "above": "poids du coefficient au-dessus de zéro, en %",
        "robust": "dit robuste dès 95",
        "n": "n = {models} modèles, {events} événements dans {clusters} pays",
        "draws": "n = {draws} tirages de {models} modèles, {events} événements dans {clusters} pays",
        "effects": "effets",
        "link": "lien",
        "weights": "proximité",
        "event": "événement",
        "window": "périodes",
        "fade": "déclin",
        "size": "contrôles",
    },
}
_CHOICES_FR = {
    "land": "frontière",
    "inverse_distance": "distance inverse",
    "language": "langue",
    "coloniser": "colonisateur",
    "organisation": "organisations",
    "region": "région entière",
    "attempt": "tentative",
    "success": "réussite",
    "failure": "échec",
    "window": "fenêtre plate",
    "decay": "progressif",
}
_CHOICES_EN = {
    "land": "border",
    "inverse_distance": "inverse distance",
    "organisation": "organisations",
    "region": "whole region",
    "window": "flat window",
    "decay": "gradual",
}


def plot_curve(
    models: pd.DataFrame,
    *,
    n_events: int,
    n_countries: int,
    lang: Lang | None = None,
    source: str,
    title: str | None = None,
) -> Figure:
    """Draw the specification curve: all models in the order of their coefficient, with the choices under it.

    Of many models 400, evenly spaced in that order, are drawn with their intervals; the shades below count all.

    Parameters
    ----------
    models : pandas.DataFrame
        One row per model: ``effect, effect_se, effect_freedom``, its ``focus``, and those of ``effects, link, weights,
        event, window, fade, size`` that were chosen.
    n_events, n_countries : int
        Of the sample.
    lang : {"en", "fr"}
    source : str
        Where the data come from.
    title : str, optional
        Title of the figure; one of its own when absent.

    Returns
    -------
    matplotlib.figure.Figure

    References
    ----------
    Simonsohn, U., Simmons, J. P., & Nelson, L. D. (2020). Specification curve analysis. Nature Human Behaviour, 4,
    1208-1214. doi:10.1038/s41562-020-0912-z
    """
    lang = check_language(lang)
    from sahelkit.plots.canvas import Canvas

    say = words(_WORDS, lang)
    models = models.sort_values("effect", kind="stable", ignore_index=True)
    rows = _choice_rows(models, lang)
    with house_style():
        figure = Canvas(figsize=(9.2, 3.4 + 0.21 * len(rows)), layout="constrained")
        upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[3.0, max(0.21 * len(rows), 0.5)])
        _draw_curve(upper, models, say, lang)
        _draw_choices(lower, models, rows)
        lower.set_xlabel(say["rank"])
        upper.set_title(title or say["curve"])
        sign(figure, source=source, n=say["n"].format(**_sizes(len(models), n_events, n_countries, lang)), lang=lang)
    return figure


def _draw_curve(axes: Axes, models: pd.DataFrame, say: Mapping[str, str], lang: Lang) -> None:
    from scipy.special import stdtrit

    count = len(models)
    shown = np.unique(np.linspace(0, count - 1, min(count, _SHOWN)).round().astype(int))
    part = models.iloc[shown]
    effect = part["effect"].to_numpy()
    reach = stdtrit(part["effect_freedom"].to_numpy(), 0.975) * part["effect_se"].to_numpy()
    kind = np.where(effect - reach > 0, "positive", np.where(effect + reach < 0, "negative", "other"))
    for name, colour in (("other", GREY), ("positive", VERMILION), ("negative", BLUE)):
        here = kind == name
        axes.vlines(shown[here], (effect - reach)[here], (effect + reach)[here], color=colour, lw=0.6, alpha=0.45)
        axes.plot(shown[here], effect[here], ".", color=colour, ms=3.5 if name != "other" else 2.5, label=say[name])
    axes.axhline(0.0, color=BLACK, lw=0.8)
    ends = np.quantile(np.concatenate([effect - reach, effect + reach]), [0.01, 0.99])
    margin = 0.15 * (ends[1] - ends[0])
    axes.set_ylim(min(ends[0] - margin, -margin), max(ends[1] + margin, margin))
    low, high = axes.get_ylim()
    ticks = [float(tick) for tick in axes.get_yticks() if low <= tick <= high]
    digits = 1 if all(round(tick, 1) == round(tick, 6) for tick in ticks) else 2
    axes.set_yticks(ticks, [decimal(tick, digits, lang).replace("-", "−") for tick in ticks])
    axes.set_ylabel(say["effect"])
    axes.legend(loc="lower right", fontsize=8, markerscale=3)


def _draw_choices(axes: Axes, models: pd.DataFrame, rows: list[tuple[str, str, np.ndarray]]) -> None:
    count = len(models)
    edges = np.linspace(0, count, min(_BINS, count) + 1)
    middle = np.searchsorted(edges, np.arange(count), side="right") - 1
    sizes = np.bincount(middle, minlength=len(edges) - 1)
    shade = np.array([np.bincount(middle, weights=inside, minlength=len(edges) - 1) / sizes for *_, inside in rows])
    heads = [head for head, *_ in rows]
    # Each row is shaded against its own darkest column, so that it shows where a rare choice ends up, too.
    shade /= np.maximum(shade.max(axis=1, keepdims=True), 1e-9)
    axes.pcolormesh(edges - 0.5, np.arange(len(rows) + 1), shade, cmap="Greys", vmin=0, vmax=1.1, rasterized=True)
    labels = [
        f"{head}: {name}" if place == 0 or heads[place - 1] != head else name
        for place, (head, name, _) in enumerate(rows)
    ]
    axes.set_yticks(np.arange(len(rows)) + 0.5, labels, fontsize=8)
    for place in range(1, len(rows)):
        axes.axhline(place, color="white" if heads[place] == heads[place - 1] else GREY, lw=0.8)
    axes.set_ylim(len(rows), 0)
    axes.set_xlim(-0.5, count - 0.5)
    axes.tick_params(axis="both", length=0)
    axes.set_xticks([])


def _choice_rows(models: pd.DataFrame, lang: Lang) -> list[tuple[str, str, np.ndarray]]:
    say, rows = _WORDS[lang], []
    colon = "\u00a0" if lang == "fr" else ""
    for name in ("effects", "link", "weights", "event", "window", "fade", "size"):
        if name not in models.columns or models[name].nunique() < 2:
            continue
        values: list[object] = sorted(models[name].unique()) if name in ("window", "size") else _ordered(models[name])
        rows += [
            (say[name] + colon, choice_words(name, value, lang), (models[name] == value).to_numpy(float))
            for value in values
        ]
    if not rows:
        rows = [("", str(name), (models["focus"] == name).to_numpy(float)) for name in models["focus"].unique()]
    return rows


def _ordered(column: pd.Series) -> list[object]:
    present = set(column.unique())
    return [value for value in column.cat.categories if value in present]


def choice_words(dimension: str, value: object, lang: Lang) -> str:
    """Name of a choice in a language.

    Examples
    --------
    >>> choice_words("weights", "land", "fr"), choice_words("window", 3, "en")
    ('frontière', '3')
    """
    if dimension == "effects":
        return effect_words(str(value), lang)
    table = _CHOICES_FR if lang == "fr" else _CHOICES_EN
    return table.get(str(value), str(value))


def plot_histogram(
    models: pd.DataFrame,
    *,
    null_z: np.ndarray | None = None,
    null_kind: str = "geography",
    n_events: int,
    n_countries: int,
    ax: Axes | None = None,
    lang: Lang | None = None,
    source: str,
    title: str | None = None,
) -> Figure:
    """Draw the histogram of all models' coefficients over their errors, and of those of a null distribution.

    Parameters
    ----------
    models : pandas.DataFrame
        One row per model: ``effect, effect_se, effect_freedom``.
    null_z : array, any shape, optional
        Coefficients over their errors where there is nothing to find.
    null_kind : {"geography", "simulated"}
        Where these come from.
    n_events, n_countries, lang, source, title
        As in `plot_curve`.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure when absent.

    Returns
    -------
    matplotlib.figure.Figure
    """
    lang = check_language(lang)
    from scipy.special import stdtrit

    say = words(_WORDS, lang)
    z = (models["effect"] / models["effect_se"]).to_numpy()
    other = np.zeros(0) if null_z is None else null_z[np.isfinite(null_z)]
    ends = [np.quantile(values, [0.001, 0.999]) for values in (z, other) if len(values)]
    edges = np.linspace(min(-2.5, *(low for low, _ in ends)), max(2.5, *(high for _, high in ends)), 61)
    with drawing(ax, 7.6, 3.9) as (figure, axes):
        axes.stairs(_shares(z, edges), edges, color=SKY, fill=True, label=say["data"])
        if null_z is not None:
            axes.stairs(_shares(other, edges), edges, color=BLACK, lw=1.6, label=say[null_kind])
        middle = float(stdtrit(models["effect_freedom"].median(), 0.975))
        for place, mark in enumerate((-middle, middle)):
            axes.axvline(mark, color=ORANGE, lw=1.2, ls="--", label=say["marks"] if place else None)
        axes.axvline(0.0, color=GREY, lw=0.8)
        axes.set_ylim(0, 1.15 * axes.get_ylim()[1])
        step = 0.01 * max(1, round(100 * axes.get_ylim()[1] / 5))
        axes.set_yticks(np.arange(0.0, axes.get_ylim()[1], step))
        axes.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f}{' ' if lang == 'fr' else ''}%")
        axes.xaxis.set_major_formatter(lambda value, _: decimal(value, 0, lang).replace("-", "−"))
        axes.set_xlabel(say["z"])
        axes.set_ylabel(say["share"])
        axes.set_title(title or say["histogram" if null_z is not None else "alone"])
        axes.legend(loc="upper right", fontsize=8, frameon=True, facecolor="white", edgecolor="none", framealpha=0.9)
        sign(
            figure,
            source=source,
            n=say["n"].format(**_sizes(len(models), n_events, n_countries, lang)),
            lang=lang,
            ax=ax,
        )
    return figure


def _shares(values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Share of the values in each bin; what lies outside counts in the outermost."""
    return np.asarray(np.histogram(np.clip(values, edges[0], edges[-1]), edges)[0] / len(values))


def plot_verdict(
    draws: np.ndarray,
    observed: float,
    *,
    kind: str,
    p_value: float,
    p_error: float,
    n_models: int,
    n_events: int,
    n_countries: int,
    ax: Axes | None = None,
    lang: Lang | None = None,
    source: str,
    title: str | None = None,
) -> Figure:
    """Draw the weight above zero in each draw without contagion, and in the data.

    Parameters
    ----------
    draws : array, shape (B,)
        Share of the weight above zero in each draw.
    observed : float
        The same in the data.
    kind : {"geography", "simulated"}
        Where the draws come from.
    p_value, p_error : float
        The p-value of the data among the draws and its Monte Carlo error.
    n_models, n_events, n_countries : int
        Sizes.
    ax, lang, source, title
        As in `plot_histogram`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    lang = check_language(lang)
    say = words(_WORDS, lang)
    return plot_null(
        100 * draws,
        100 * observed,
        p_value=p_value,
        p_error=p_error,
        title=title or say["verdict"],
        axis=f"{say['above']} ({say[kind]})",
        source=source,
        n=say["draws"].format(draws=count_text(len(draws), lang), **_sizes(n_models, n_events, n_countries, lang)),
        lang=lang,
        others={say["robust"]: 95.0},
        ax=ax,
    )


def _sizes(models: int, events: int, countries: int, lang: Lang) -> dict[str, str]:
    return {"models": count_text(models, lang), "events": count_text(events, lang), "clusters": str(countries)}
