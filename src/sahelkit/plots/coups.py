"""Coups as the coders see them: a timeline by country and coder, and how far the coders agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sahelkit.plots.style import BLACK, GREY, OUTCOME_COLOURS, PALE, blank, house_style, sign, words
from sahelkit.tables._select import check_columns

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_WORDS = {
    "en": {
        "success": "success",
        "failure": "failed attempt",
        "plot": "plot only",
        "absent": "listed by others, not by this coder",
        "timeline": "Which coups there were depends on whom you ask",
        "events": "events",
        "agree": "Of the events that either coder lists, how many do both list?",
        "cell": "n = events listed by either, where both cover",
        "share": "share listed by both (%)",
    },
    "fr": {
        "success": "coup réussi",
        "failure": "tentative échouée",
        "plot": "complot seulement",
        "absent": "recensé par d’autres, pas par cette source",
        "timeline": "Le nombre de coups d’État dépend de la source interrogée",
        "events": "événements",
        "agree": "Parmi les événements recensés par l’une ou l’autre source, combien le sont par les deux ?",
        "cell": "n = événements recensés par l’une ou l’autre, là où les deux couvrent",
        "share": "part recensée par les deux (%)",
    },
}


def plot_coup_timeline(
    coups: pd.DataFrame,
    *,
    coders: Mapping[str, str],
    countries: Mapping[str, str],
    source: str,
    lang: str = "en",
) -> Figure:
    """Draw every coup of some countries, one lane per coder.

    Parameters
    ----------
    coups : pandas.DataFrame
        As `load_coups(rule="any", include_plots=True)` gives it: ``iso3, date`` and ``<prefix>_outcome`` for each
        coder.
    coders : mapping of str to str
        Column prefix and name of each coder, in the order of the lanes.
    countries : mapping of str to str
        ISO code and name of each country, top to bottom.
    source : str
        Where the data come from.
    lang : {"en", "fr"}
        Language of the words in the figure.

    Returns
    -------
    matplotlib.figure.Figure
        Filled dots are successes, rings failed attempts, small grey dots plots, grey crosses events that others list
        and this coder, though it covers that place and day, does not. A lane is drawn only where the coder covers.
    """
    check_columns(coups, ["iso3", "date", *(f"{c}_outcome" for c in coders)], where="plot_coup_timeline")
    say = words(_WORDS, lang)
    shown = coups[coups["iso3"].isin(list(countries))]
    years = shown["date"].dt.year + (shown["date"].dt.dayofyear - 1) / 366
    styles: dict[str, dict[str, Any]] = {
        "success": {"marker": "o", "ms": 8, "mfc": OUTCOME_COLOURS["success"], "mec": "white"},
        "failure": {"marker": "o", "ms": 7, "mfc": "white", "mec": OUTCOME_COLOURS["failure"], "mew": 1.8},
        "plot": {"marker": "o", "ms": 4, "mfc": GREY, "mec": "white"},
        "absent": {"marker": "x", "ms": 4.5, "mec": GREY, "mew": 1.0},
    }
    with house_style():
        from matplotlib.lines import Line2D

        gap = len(coders) + 1.2
        figure, axes = blank(10.5, 0.9 + 0.205 * gap * len(countries))
        for block, (iso3, name) in enumerate(countries.items()):
            here = shown["iso3"] == iso3
            axes.text(
                -0.145,
                block * gap + (len(coders) - 1) / 2,
                name,
                transform=axes.get_yaxis_transform(),
                ha="right",
                va="center",
                fontweight="bold",
                fontsize=10.5,
            )
            for lane, prefix in enumerate(coders):
                level = block * gap + lane
                verdict = shown.loc[here, f"{prefix}_outcome"]
                when = years[here]
                known = verdict != "not_covered"
                if known.any():
                    axes.plot(
                        [when[known].min() - 0.5, when[known].max() + 0.5],
                        [level, level],
                        color=PALE,
                        lw=5,
                        solid_capstyle="round",
                        zorder=0,
                    )
                for outcome, style in styles.items():
                    at = when[verdict == outcome]
                    axes.plot(at, np.full(len(at), level), ls="none", **style)
        axes.set_yticks(
            [block * gap + lane for block in range(len(countries)) for lane in range(len(coders))],
            [*coders.values()] * len(countries),
            fontsize=8,
            color=GREY,
        )
        axes.set_ylim(gap * len(countries) - 1.2, -0.8)
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        axes.grid(axis="x", color=PALE, lw=0.8)
        axes.set_axisbelow(True)
        handles = [Line2D([], [], ls="none", label=say[key], **style) for key, style in styles.items()]
        axes.legend(
            handles=handles,
            loc="lower left",
            bbox_to_anchor=(0, 1.0),
            ncols=4,
            borderaxespad=0.2,
            handletextpad=0.2,
            columnspacing=1.4,
            fontsize=9,
        )
        figure.suptitle(say["timeline"], x=0.01, ha="left", fontweight="bold", fontsize=13)
        sign(figure, source=source, n=f"n = {len(shown)} {say['events']}", lang=lang)
    return figure


def plot_agreement(agreement: pd.DataFrame, *, coders: Mapping[str, str], source: str, lang: str = "en") -> Figure:
    """Draw how often two coders list the same events.

    Parameters
    ----------
    agreement : pandas.DataFrame
        One row per ordered pair: ``coder_a, coder_b, n_either, n_both, share`` with the share between 0 and 1, as
        `sahelkit.models.agreement.coder_agreement` gives it.
    coders : mapping of str to str
        Column prefix and name of each coder.
    source : str
        Where the data come from.
    lang : {"en", "fr"}
        Language of the words in the figure.

    Returns
    -------
    matplotlib.figure.Figure
    """
    check_columns(agreement, ["coder_a", "coder_b", "n_either", "n_both", "share"], where="plot_agreement")
    say = words(_WORDS, lang)
    order: Sequence[str] = list(coders)
    share = agreement.pivot(index="coder_a", columns="coder_b", values="share").reindex(index=order, columns=order)
    number = agreement.pivot(index="coder_a", columns="coder_b", values="n_either").reindex(index=order, columns=order)
    with house_style():
        figure, axes = blank(7.4, 5.4)
        picture = axes.imshow(np.ma.masked_invalid(100 * share.to_numpy(dtype=float)), cmap="cividis", vmin=0, vmax=100)
        for i, j in np.ndindex(len(order), len(order)):
            value, n = share.iloc[i, j], number.iloc[i, j]
            if pd.isna(value):
                axes.text(j, i, "–", ha="center", va="center", color=GREY)
                continue
            dark = value < 0.55
            axes.text(
                j,
                i - 0.1,
                f"{100 * value:.0f}",
                ha="center",
                va="center",
                fontsize=13,
                fontweight="bold",
                color="white" if dark else BLACK,
            )
            axes.text(
                j, i + 0.24, f"n = {int(n)}", ha="center", va="center", fontsize=8, color="white" if dark else BLACK
            )
        axes.set_xticks(range(len(order)), [coders[c] for c in order], rotation=20, ha="right")
        axes.set_yticks(range(len(order)), [coders[c] for c in order])
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
        figure.colorbar(picture, ax=axes, label=say["share"], shrink=0.8)
        axes.set_title(say["agree"], fontsize=11, loc="center", wrap=True)
        sign(figure, source=source, n=say["cell"], lang=lang)
    return figure
