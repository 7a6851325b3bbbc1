"""Coups as the coders see them: a timeline by country and coder, and how far the coders agree."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sahelkit._types import Lang, Places
from sahelkit.frames import FrameLike, check_columns, origin_of
from sahelkit.geography import places
from sahelkit.language.coders import coup_coders, own_lists
from sahelkit.language.texts import words
from sahelkit.options import check_language
from sahelkit.plots.heat import cell_colour, heat_map
from sahelkit.plots.style import BLACK, GREY, OUTCOME_COLOURS, PALE, blank, house_style, sign

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_WORDS = {
    "en": {
        "success": "success",
        "failure": "failed attempt",
        "plot": "plot only",
        "absent": "listed by others only",
        "covered": "years covered",
        "never": "no common\nevent",
        "timeline": "Which coups there were depends on whom you ask",
        "events": "events",
        "agree": "Of the events that either coder lists,\nhow many do both list?",
        "cell": "n = events listed by either, where both cover",
        "share": "share listed by both (%)",
    },
    "fr": {
        "success": "coup réussi",
        "failure": "tentative échouée",
        "plot": "complot seulement",
        "absent": "recensé par d’autres seulement",
        "covered": "années couvertes",
        "never": "aucun événement\ncommun",
        "timeline": "Le nombre de coups d’État dépend de la source interrogée",
        "events": "événements",
        "agree": "Parmi les événements recensés par l’une ou l’autre\nsource, combien le sont par les deux ?",
        "cell": "n = événements recensés par l’une ou l’autre, là où les deux couvrent",
        "share": "part recensée par les deux (%)",
    },
}


_STYLES: dict[str, dict[str, Any]] = {
    "success": {"marker": "o", "ms": 8, "mfc": OUTCOME_COLOURS["success"], "mec": "white"},
    "failure": {"marker": "o", "ms": 6.5, "mfc": "none", "mec": OUTCOME_COLOURS["failure"], "mew": 1.8},
    "plot": {"marker": "o", "ms": 4, "mfc": GREY, "mec": "white"},
    "absent": {"marker": "x", "ms": 4.5, "mec": GREY, "mew": 1.0},
}
# Successes sit a little above the lane and failures a little below, so that two events of one spring are both seen.
_SHIFT = {"success": -0.16, "failure": 0.16, "plot": 0.0, "absent": 0.0}


def _year(days: pd.Series) -> pd.Series:
    return days.dt.year + (days.dt.day_of_year - 1) / 366


def _lanes(coders: pd.DataFrame | None, there: Sequence[str]) -> pd.DataFrame:
    """The coders to draw: those that are given, else all but own lists that came after the frame was made."""
    if coders is not None:
        return coders.set_index("prefix")
    late = set(own_lists("en")) - set(there)
    found = coup_coders()
    return found[~found["prefix"].isin(late)].set_index("prefix")


def _names(lanes: pd.DataFrame, lang: Lang) -> list[str]:
    """What a source line says of the coders: an own list is said to be one."""
    own = own_lists(lang)
    return [own.get(str(prefix), label) for prefix, label in lanes[f"label_{lang}"].items()]


def _source(coups: pd.DataFrame, lanes: pd.DataFrame, lang: Lang) -> str:
    """What a source line says of a frame and of the coders that are drawn: every list once, in one language."""
    note = coups.attrs.get("sahelkit", {})
    bare = pd.DataFrame()
    bare.attrs = {"sahelkit": {key: value for key, value in note.items() if key != "own_lists"}}
    origin = origin_of(bare)
    if lang == "fr" and "rule" in note:
        origin = origin.replace(f"rule {note['rule']}", f"règle {note['rule']}", 1)
    others = [about[lang] for name, about in note.get("own_lists", {}).items() if name not in lanes.index]
    said = "; ".join(filter(None, [origin, *_names(lanes, lang), *others]))
    return said.replace("; ", "\u00a0; ") if lang == "fr" else said


def plot_coup_timeline(
    coups: FrameLike,
    *,
    countries: Places,
    coders: pd.DataFrame | None = None,
    lang: Lang | None = None,
) -> Figure:
    """Draw every coup of some countries, one lane per coder.

    Parameters
    ----------
    coups : pandas.DataFrame
        As ``load_coups(rule="any", include_plots=True)`` gives it: ``iso3, date`` and ``<prefix>_outcome`` for each
        coder, own lists (`sahelkit.add_coder`) among them.
    countries : str, int or sequence of these
        Countries and place sets, top to bottom, as in `sahelkit.places.resolve_many`.
    coders : pandas.DataFrame, optional
        One row per coder as `coup_coders` gives it; all coders when absent.
    lang : {"en", "fr"}
        Language of the words in the figure.

    Returns
    -------
    matplotlib.figure.Figure
        Filled dots are successes, rings failed attempts, small grey dots plots, grey crosses events that others list
        and this coder, though it covers that place and day, does not. A lane is drawn only where the coder covers.

    Raises
    ------
    MissingColumnsError, UnknownNameError, UnknownPlaceError
        If a column is missing, or the language or a country is unknown.
    """
    lang = check_language(lang)
    say = words(_WORDS, lang)
    coups = check_columns(coups, ["iso3", "date"], where="plot_coup_timeline")
    there = [name.removesuffix("_outcome") for name in coups.columns]
    lanes = _lanes(coders, there)
    coups = check_columns(coups, [f"{coder}_outcome" for coder in lanes.index], where="plot_coup_timeline")
    codes = places.chosen(countries)
    # A lane without a ground says that nothing is known, one with a ground and no mark that nothing happened.
    covered = {name: set(places.resolve_many(text.split(", "))) for name, text in lanes["places"].items()}
    shown = coups[coups["iso3"].isin(codes)]
    years = _year(shown["date"])
    first = float(np.floor(years.min() / 10) * 10) if len(shown) else 1960.0
    with house_style():
        from matplotlib.lines import Line2D

        gap = len(lanes) + 1.2
        figure, axes = blank(10.5, 0.9 + 0.205 * gap * len(codes))
        for block, iso3 in enumerate(codes):
            here = shown["iso3"] == iso3
            middle = block * gap + (len(lanes) - 1) / 2
            axes.text(
                -0.145,
                middle,
                places.name(iso3, lang=lang),
                transform=axes.get_yaxis_transform(),
                ha="right",
                va="center",
                fontweight="bold",
                fontsize=10.5,
            )
            for lane, coder in enumerate(lanes.itertuples()):
                level = block * gap + lane
                if iso3 in covered[coder.Index]:
                    reach = [max(first, pd.Timestamp(coder.first).year), pd.Timestamp(coder.last).year + 1.0]
                    axes.plot(reach, [level, level], color=PALE, lw=5, solid_capstyle="butt", zorder=0)
                verdict = shown.loc[here, f"{coder.Index}_outcome"]
                for outcome, style in _STYLES.items():
                    at = years[here][verdict == outcome]
                    axes.plot(at, np.full(len(at), level + _SHIFT[outcome]), ls="none", **style)
        axes.set_yticks(
            [block * gap + lane for block in range(len(codes)) for lane in range(len(lanes))],
            [*lanes[f"label_{lang}"]] * len(codes),
            fontsize=8,
            color=BLACK,
        )
        axes.set_ylim(gap * len(codes) - 1.2, -0.8)
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        axes.grid(axis="x", color=PALE, lw=0.8)
        axes.set_axisbelow(True)
        handles = [Line2D([], [], ls="none", label=say[key], **style) for key, style in _STYLES.items()]
        handles.append(Line2D([], [], color=PALE, lw=5, label=say["covered"]))
        axes.legend(
            handles=handles,
            loc="lower left",
            bbox_to_anchor=(-0.12, 1.0),
            ncols=5,
            borderaxespad=0.2,
            handletextpad=0.4,
            columnspacing=1.2,
            fontsize=9,
        )
        figure.suptitle(say["timeline"], x=0.01, ha="left", fontweight="bold", fontsize=13)
        sign(figure, source=_source(coups, lanes, lang), n=f"n = {len(shown)} {say['events']}", lang=lang)
    return figure


def plot_agreement(agreement: FrameLike, *, coders: pd.DataFrame | None = None, lang: Lang | None = None) -> Figure:
    """Draw how often two coders list the same events.

    Parameters
    ----------
    agreement : pandas.DataFrame
        One row per ordered pair: ``coder_a, coder_b, n_either, n_both, share`` with the share between 0 and 1, as
        `sahelkit.record.agreement.coder_agreement` gives it.
    coders : pandas.DataFrame, optional
        One row per coder as `coup_coders` gives it; all coders when absent.
    lang : {"en", "fr"}
        Language of the words in the figure.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    MissingColumnsError, UnknownNameError
        If a column is missing or the language is unknown.
    """
    lang = check_language(lang)
    agreement = check_columns(agreement, ["coder_a", "coder_b", "n_either", "n_both", "share"], where="plot_agreement")
    say = words(_WORDS, lang)
    lanes = _lanes(coders, agreement["coder_a"].tolist())
    order, names = list(lanes.index), list(lanes[f"label_{lang}"])
    grid = agreement.set_index(["coder_a", "coder_b"])
    wanted = pd.MultiIndex.from_product([order, order])
    share = grid["share"].reindex(wanted).to_numpy(dtype=float).reshape(len(order), -1)
    number = grid["n_either"].reindex(wanted).to_numpy(dtype=float).reshape(len(order), -1)
    with house_style():
        figure, axes = blank(2.4 + len(order), 2.6 + 0.6 * len(order))
        heat_map(axes, 100 * share, rows=names, columns=names, empty=say["never"], bar=say["share"], shrink=0.8)
        for i, j in np.argwhere(np.isfinite(share)):
            text, colour = f"n = {number[i, j]:.0f}", cell_colour(100 * share[i, j])
            axes.text(j + 0.5, i + 0.74, text, ha="center", va="center", fontsize=8, color=colour)
        axes.tick_params(axis="y", rotation=0)
        axes.set_xticklabels(names, rotation=20, ha="right")
        figure.suptitle(say["agree"], x=0.01, ha="left", fontweight="bold", fontsize=12)
        sign(figure, source="; ".join(_names(lanes, lang)), n=say["cell"], lang=lang)
    return figure
