"""Cases in order, cases against what may explain them, and ranks under many weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sahelkit._types import Floats
from sahelkit.language.numbers import decimal
from sahelkit.language.texts import words
from sahelkit.plots.log_axes import days_axis, plain_log_axis
from sahelkit.plots.style import BLACK, BLUE, GREY, PALE, VERMILION, blank, house_style, sign

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sahelkit.record.responses.association import Association, Contrast
    from sahelkit.record.responses.rank import Rank
    from sahelkit.record.responses.severity import SeverityRanks

_WORDS = {
    "en": {
        "rank": "How soon: {}",
        "days": "Days since the coup (log scale)",
        "never": "never, as far as found",
        "rank_n": "n = {} coups, {} to {}; lines: what the days leave open",
        "together": "{} and {}",
        "rho": "; rank correlation {} ({} to {} with one coup left out)",
        "pairs": "n = {} coups",
        "late": "never",
        "against": "{} against {}",
        "against_n": "n = {} and {} coups; p = {} by all groupings, smallest possible {}",
        "weights": "Rank of {} under {} sets of weights",
        "place": "Rank by weight of the answer (1: heaviest)",
        "share": "Share of the sets of weights (%)",
        "weights_n": "n = {} coups; within {} days",
    },
    "fr": {
        "rank": "Délai avant {}",
        "days": "Jours depuis le coup d’État (échelle log)",
        "never": "jamais, pour autant qu’on ait trouvé",
        "rank_n": "n = {} coups d’État, de {} à {} ; traits : incertitude des dates",
        "together": "{} et {}",
        "rho": " ; corrélation de rang {} (de {} à {} selon le coup laissé de côté)",
        "pairs": "n = {} coups d’État",
        "late": "jamais",
        "against": "{} contre {}",
        "against_n": "n = {} et {} coups d’État ; p = {} sur tous les regroupements, minimum possible {}",
        "weights": "Rang de {} selon {} jeux de poids",
        "place": "Rang selon la sévérité de la réponse (1 : la plus lourde)",
        "share": "Part des jeux de poids (%)",
        "weights_n": "n = {} coups d’État ; dans les {} jours",
    },
}


def plot_rank(rank: Rank, *, lang: str = "en", source: str) -> Figure:
    """Draw the cases of a ranking in the order of their days, the ranked one in colour.

    Parameters
    ----------
    rank : Rank
        Result of `sahelkit.record.responses.rank_among`.
    lang : {"en", "fr"}
        Language of the words in the figure.
    source : str
        Where the data come from.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    UnknownNameError
        If the language is unknown.
    """
    from sahelkit.language.nouns import MEASURES, body_words

    say = words(_WORDS, lang)
    table = rank.table
    came = np.isfinite(table["days"].to_numpy())
    last = float(table.loc[came, "days_max"].max())
    with house_style():
        figure, axes = blank(7.6, 1.6 + 0.3 * len(table))
        for place, row in enumerate(table.itertuples()):
            mine = row.coup_id == rank.coup_id
            colour = VERMILION if mine else BLACK
            if not came[place]:
                axes.text(last * 1.5, place, say["never"], color=GREY, fontsize=8.5, va="center", ha="right")
                continue
            axes.plot([row.days_min, row.days_max], [place, place], color=colour, lw=3, alpha=0.5)
            axes.plot(row.days, place, "D" if mine else "o", color=colour, ms=9 if mine else 7, mec="white")
            axes.text(row.days_max * 1.18 + 0.1, place, f"{row.days:.0f}", fontsize=9, va="center", color=colour)
        axes.set_yticks(range(len(table)), table[f"label_{lang}"])
        for text, coup_id in zip(axes.get_yticklabels(), table["coup_id"], strict=True):
            text.set_fontweight("bold" if coup_id == rank.coup_id else "normal")
        axes.set_ylim(len(table) - 0.5, -0.5)
        days_axis(axes, lang, last=last)
        axes.set_xlim(-0.2, last * 1.7)
        axes.set_xlabel(say["days"])
        axes.set_title(say["rank"].format(f"{MEASURES[lang][rank.measure]} {body_words(rank.body, lang)}"))
        sign(figure, source=source, n=say["rank_n"].format(rank.n, rank.first, rank.last), lang=lang)
    return figure


def _place_names(figure: Figure, axes: Axes, names: list[str], x: Floats, y: Floats) -> None:
    """Write the names of points so that they cover neither each other nor a point, as far as there is room."""
    figure.draw_without_rendering()
    scale = 72 / float(figure.dpi)
    spots: Floats = np.asarray(axes.transData.transform(np.column_stack([x, y])), dtype=np.float64) * scale
    boxes = [(h - 5, v - 5, h + 5, v + 5) for h, v in spots]
    inside = np.asarray(axes.get_window_extent().extents, dtype=np.float64) * scale
    for name, at, height, (h, v) in zip(names, x, y, spots, strict=True):
        half = 2.35 * len(name)
        tries = [(0, 12), (0, -12), (half + 9, 0), (-half - 9, 0), (half, 12), (-half, 12), (half, -12), (-half, -12)]
        tries += [(right, up * row) for row in (2, 3, 4) for right in (0, half, -half) for up in (12, -12)]
        for right, up in tries:
            box = (h + right - half, v + up - 5, h + right + half, v + up + 5)
            out = box[0] < inside[0] or box[2] > inside[2] or box[1] < inside[1] or box[3] > inside[3]
            if not out and not any(_meet(box, other) for other in boxes):
                break
        boxes.append(box)
        far = abs(up) > 12
        line = {"arrowstyle": "-", "color": GREY, "lw": 0.6, "shrinkB": 4} if far else None
        axes.annotate(
            name,
            (float(at), float(height)),
            xytext=(right, up),
            textcoords="offset points",
            ha="center",
            va="center",
            fontsize=8,
            color=BLACK,
            arrowprops=line,
        )


def _meet(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def plot_association(
    found: Association,
    *,
    x: str,
    y: str,
    lang: str = "en",
    log: bool = False,
    days: bool = False,
    source: str,
    title: str | None = None,
) -> Figure:
    """Draw the cases of a rank correlation with their names.

    Parameters
    ----------
    found : Association
        Result of `sahelkit.record.responses.association`.
    x, y : str
        Labels of the axes, with units.
    lang : {"en", "fr"}
        Language of the words in the figure.
    log : bool
        True for a log scale of `x`.
    days : bool
        True where `y` is a number of days: a log scale with days and years.
    source : str
        Where the data come from.
    title : str, optional
        Replaces the title.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    UnknownNameError
        If the language is unknown.
    """
    say = words(_WORDS, lang)
    across, along = (found.cases[name].to_numpy(dtype=float) for name in ("x", "y"))
    finite = np.isfinite(along)
    top = float(along[finite].max())
    # What never came stands above all that did.
    line, above = (top * 2, top * 4) if days else (top * 1.12, top * 1.25)
    shown = np.where(finite, along, above)
    with house_style():
        figure, axes = blank(8.6, 5.2)
        axes.plot(across[finite], shown[finite], "o", color=BLUE, ms=8, mec="white", zorder=3)
        axes.plot(across[~finite], shown[~finite], "o", mec=BLUE, mfc="white", mew=1.6, ms=8, zorder=3)
        if log:
            plain_log_axis(axes, lang)
        if days:
            days_axis(axes, lang, last=top, which="y")
        axes.margins(x=0.16, y=0.14)
        axes.grid(color=PALE, zorder=0)
        axes.set_axisbelow(True)
        if not finite.all():
            axes.axhline(line, color=GREY, lw=0.8, ls=":")
            axes.text(0.005, line * 1.03, say["late"], transform=axes.get_yaxis_transform(), fontsize=8, color=GREY)
        axes.set_xlabel(x)
        axes.set_ylabel(y)
        axes.set_title(title or say["together"].format(y, x))
        numbers = [decimal(value, 2, lang) for value in (found.rho, found.low, found.high)]
        sign(figure, source=source, n=f"{say['pairs'].format(found.n)}{say['rho'].format(*numbers)}", lang=lang)
        _place_names(figure, axes, list(found.cases["label"]), across, shown)
    return figure


def plot_contrast(found: Contrast, *, x: str, lang: str = "en", days: bool = False, source: str) -> Figure:
    """Draw the cases of two groups, one row each, with their names.

    Parameters
    ----------
    found : Contrast
        Result of `sahelkit.record.responses.contrast`.
    x : str
        Label of the axis, with the unit.
    lang : {"en", "fr"}
        Language of the words in the figure.
    days : bool
        True where the values are days: a log scale with days and years.
    source : str
        Where the data come from.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    UnknownNameError
        If the language is unknown.
    """
    say = words(_WORDS, lang)
    values = found.cases["value"].to_numpy(dtype=float)
    mine = found.cases["first"].to_numpy(dtype=bool)
    finite = np.isfinite(values)
    top = float(values[finite].max())
    line, above = (top * 2, top * 4) if days else (top * 1.12, top * 1.25)
    shown, rows = np.where(finite, values, above), np.where(mine, 0.0, 1.0)
    # Cases with the same value stand below each other.
    for index in range(len(shown)):
        rows[index] += 0.16 * int(((shown[:index] == shown[index]) & (mine[:index] == mine[index])).sum())
    with house_style():
        figure, axes = blank(8.6, 3.6)
        for group, colour in ((mine, VERMILION), (~mine, BLUE)):
            axes.plot(shown[group & finite], rows[group & finite], "o", color=colour, ms=8, mec="white")
            axes.plot(shown[group & ~finite], rows[group & ~finite], "o", mec=colour, mfc="white", mew=1.6, ms=8)
        if days:
            days_axis(axes, lang, last=top)
        axes.margins(x=0.14)
        axes.set_ylim(max(rows.max() + 0.4, 1.5), -0.5)
        axes.set_yticks([0, 1], [found.first, found.second])
        if not finite.all():
            axes.axvline(line, color=GREY, lw=0.8, ls=":")
            axes.text(line * 1.05, -0.42, say["late"], fontsize=8, color=GREY, va="top")
        axes.set_xlabel(x)
        axes.set_title(say["against"].format(found.first, found.second))
        numbers = [decimal(value, 3, lang) for value in (found.p_value, found.smallest)]
        size = say["against_n"].format(found.n_first, found.n_second, *numbers)
        sign(figure, source=source, n=size, lang=lang)
        _place_names(figure, axes, [str(name) for name in found.cases["label"]], shown, rows)
    return figure


def plot_rank_shares(ranks: SeverityRanks, *, lang: str = "en", source: str) -> Figure:
    """Draw how often each rank comes out when the weights of the levels are drawn anew.

    Parameters
    ----------
    ranks : SeverityRanks
        Result of `sahelkit.record.responses.severity_ranks`.
    lang : {"en", "fr"}
        Language of the words in the figure.
    source : str
        Where the data come from.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    UnknownNameError
        If the language is unknown.
    """
    say = words(_WORDS, lang)
    table = ranks.tidy()
    with house_style():
        figure, axes = blank(6.4, 3.4)
        axes.bar(table["rank"], 100 * table["share"], color=BLUE, width=0.7)
        for row in table.itertuples():
            axes.text(row.rank, 100 * row.share + 1.5, decimal(100 * row.share, 0, lang), ha="center", fontsize=9)
        axes.set_xlim(0.4, ranks.n + 0.6)
        axes.set_xticks(range(1, ranks.n + 1))
        axes.set_ylim(0, 110)
        axes.set_xlabel(say["place"])
        axes.set_ylabel(say["share"])
        axes.set_title(say["weights"].format(ranks.label, ranks.replicates))
        sign(figure, source=source, n=say["weights_n"].format(ranks.n, ranks.window), lang=lang)
    return figure
