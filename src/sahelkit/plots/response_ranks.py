"""Cases in order, cases against what may explain them, and ranks under many weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sahelkit._types import Floats, Lang
from sahelkit.language.nouns import MEASURES, body_words
from sahelkit.language.numbers import decimal
from sahelkit.language.texts import words
from sahelkit.options import check_language
from sahelkit.plots.log_axes import days_axis, plain_log_axis
from sahelkit.plots.style import BLACK, BLUE, GREY, PALE, VERMILION, drawing, sign

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

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


def plot_rank(
    table: pd.DataFrame,
    *,
    coup_id: str,
    measure: str,
    body: str,
    ax: Axes | None = None,
    lang: Lang | None = None,
    source: str = "",
) -> Figure:
    """Draw the cases of a ranking in the order of their days, the ranked one in colour.

    Parameters
    ----------
    table : pandas.DataFrame
        The cases compared, as `sahelkit.record.responses.rank.Rank.table` holds them.
    coup_id, measure, body : str
        The case ranked, and what is timed.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure when absent.
    lang : {"en", "fr"}
        Language of the words in the figure.
    source : str
        Where the data come from; empty for data of the user's.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    UnknownNameError
        If the language is unknown.

    Examples
    --------
    >>> table = pd.DataFrame({"coup_id": ["a", "b"], "label_en": ["Mali 2012", "Togo 2005"], "days": [5.0, np.inf]})
    >>> table = table.assign(days_min=table["days"], days_max=table["days"], coup_date=pd.to_datetime(["2012", "2005"]))
    >>> plot_rank(table, coup_id="a", measure="suspension", body="ECOWAS").axes[0].get_title(loc="left")
    'How soon: suspension by ECOWAS'
    """
    lang = check_language(lang)
    say = words(_WORDS, lang)
    came = np.isfinite(table["days"].to_numpy())
    last = float(table.loc[came, "days_max"].max())
    years = table["coup_date"].dt.year
    with drawing(ax, 7.6, 1.6 + 0.3 * len(table)) as (figure, axes):
        for place, row in enumerate(table.itertuples()):
            mine = row.coup_id == coup_id
            colour = VERMILION if mine else BLACK
            if not came[place]:
                axes.text(last * 1.5, place, say["never"], color=GREY, fontsize=8.5, va="center", ha="right")
                continue
            axes.plot([row.days_min, row.days_max], [place, place], color=colour, lw=3, alpha=0.5)
            axes.plot(row.days, place, "D" if mine else "o", color=colour, ms=9 if mine else 7, mec="white")
            axes.text(row.days_max * 1.18 + 0.1, place, f"{row.days:.0f}", fontsize=9, va="center", color=colour)
        axes.set_yticks(range(len(table)), table[f"label_{lang}"])
        for text, name in zip(axes.get_yticklabels(), table["coup_id"], strict=True):
            text.set_fontweight("bold" if name == coup_id else "normal")
        axes.set_ylim(len(table) - 0.5, -0.5)
        days_axis(axes, lang, last=last)
        axes.set_xlim(-0.2, last * 1.7)
        axes.set_xlabel(say["days"])
        axes.set_title(say["rank"].format(f"{MEASURES[lang][measure]} {body_words(body, lang)}"))
        sign(figure, source=source, n=say["rank_n"].format(len(table), years.min(), years.max()), lang=lang, ax=ax)
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


def _above(values: Floats, *, days: bool) -> tuple[Floats, float, float]:
    """What never came stands above all that did: places, the line between them, and the largest that came."""
    top = float(values[np.isfinite(values)].max())
    line, above = (top * 2, top * 4) if days else (top * 1.12, top * 1.25)
    return np.where(np.isfinite(values), values, above), line, top


def plot_association(
    cases: pd.DataFrame,
    *,
    x: str,
    y: str,
    rho: tuple[float, float, float],
    log: bool = False,
    days: bool = False,
    title: str | None = None,
    ax: Axes | None = None,
    lang: Lang | None = None,
    source: str = "",
) -> Figure:
    """Draw the cases of a rank correlation with their names.

    Parameters
    ----------
    cases : pandas.DataFrame
        ``label``, ``x`` and ``y``, infinite where an answer never came.
    x, y : str
        Labels of the axes, with units.
    rho : tuple of float
        The rank correlation, and the smallest and largest when any one case is left out.
    log : bool
        True for a log scale of `x`.
    days : bool
        True where `y` is a number of days: a log scale with days and years.
    title : str, optional
        Replaces the title.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure when absent.
    lang : {"en", "fr"}
        Language of the words in the figure.
    source : str
        Where the data come from; empty for data of the user's.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    UnknownNameError
        If the language is unknown.

    Examples
    --------
    >>> cases = pd.DataFrame({"label": list("abc"), "x": [1.0, 2.0, 3.0], "y": [5.0, 3.0, float("inf")]})
    >>> figure = plot_association(cases, x="income", y="days", rho=(0.5, -1.0, 1.0))
    >>> figure.axes[0].get_title(loc="left")
    'days and income'
    """
    lang = check_language(lang)
    say = words(_WORDS, lang)
    across, along = (cases[name].to_numpy(dtype=float) for name in ("x", "y"))
    finite = np.isfinite(along)
    shown, line, top = _above(along, days=days)
    with drawing(ax, 8.6, 5.2) as (figure, axes):
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
        numbers = [decimal(value, 2, lang) for value in rho]
        sign(figure, source=source, n=say["pairs"].format(len(cases)) + say["rho"].format(*numbers), lang=lang, ax=ax)
        _place_names(figure, axes, list(cases["label"]), across, shown)
    return figure


def plot_contrast(
    cases: pd.DataFrame,
    *,
    names: tuple[str, str],
    p_value: float,
    smallest: float,
    x: str,
    days: bool = False,
    ax: Axes | None = None,
    lang: Lang | None = None,
    source: str = "",
) -> Figure:
    """Draw the cases of two groups, one row each, with their names.

    Parameters
    ----------
    cases : pandas.DataFrame
        ``label``, ``value`` (infinite where an answer never came) and ``first``, whether in the first group.
    names : tuple of str
        Names of the two groups.
    p_value, smallest : float
        The p-value over all groupings, and the smallest that they allow.
    x : str
        Label of the axis, with the unit.
    days : bool
        True where the values are days: a log scale with days and years.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure when absent.
    lang : {"en", "fr"}
        Language of the words in the figure.
    source : str
        Where the data come from; empty for data of the user's.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    UnknownNameError
        If the language is unknown.

    Examples
    --------
    >>> cases = pd.DataFrame({"label": list("abc"), "value": [1.0, 2.0, 5.0], "first": [True, True, False]})
    >>> figure = plot_contrast(cases, names=("early", "late"), p_value=0.67, smallest=0.67, x="days")
    >>> figure.axes[0].get_title(loc="left")
    'early against late'
    """
    lang = check_language(lang)
    say = words(_WORDS, lang)
    values = cases["value"].to_numpy(dtype=float)
    mine = cases["first"].to_numpy(dtype=bool)
    finite = np.isfinite(values)
    shown, line, top = _above(values, days=days)
    rows = np.where(mine, 0.0, 1.0)
    # Cases with the same value stand below each other.
    for index in range(len(shown)):
        rows[index] += 0.16 * int(((shown[:index] == shown[index]) & (mine[:index] == mine[index])).sum())
    with drawing(ax, 8.6, 3.6) as (figure, axes):
        for group, colour in ((mine, VERMILION), (~mine, BLUE)):
            axes.plot(shown[group & finite], rows[group & finite], "o", color=colour, ms=8, mec="white")
            axes.plot(shown[group & ~finite], rows[group & ~finite], "o", mec=colour, mfc="white", mew=1.6, ms=8)
        if days:
            days_axis(axes, lang, last=top)
        axes.margins(x=0.14)
        axes.set_ylim(max(rows.max() + 0.4, 1.5), -0.5)
        axes.set_yticks([0, 1], list(names))
        if not finite.all():
            axes.axvline(line, color=GREY, lw=0.8, ls=":")
            axes.text(line * 1.05, -0.42, say["late"], fontsize=8, color=GREY, va="top")
        axes.set_xlabel(x)
        axes.set_title(say["against"].format(*names))
        numbers = [decimal(value, 3, lang) for value in (p_value, smallest)]
        size = say["against_n"].format(int(mine.sum()), int((~mine).sum()), *numbers)
        sign(figure, source=source, n=size, lang=lang, ax=ax)
        _place_names(figure, axes, [str(name) for name in cases["label"]], shown, rows)
    return figure


def plot_rank_shares(
    shares: pd.DataFrame,
    *,
    label: str,
    n: int,
    window: int,
    replicates: int,
    ax: Axes | None = None,
    lang: Lang | None = None,
    source: str = "",
) -> Figure:
    """Draw how often each rank comes out when the weights of the levels are drawn anew.

    Parameters
    ----------
    shares : pandas.DataFrame
        ``rank`` and ``share`` (0 to 1) of the sets of weights that give it.
    label : str
        The case ranked.
    n, window, replicates : int
        Coups compared, days after the coup, and sets of weights.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure when absent.
    lang : {"en", "fr"}
        Language of the words in the figure.
    source : str
        Where the data come from; empty for data of the user's.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    UnknownNameError
        If the language is unknown.

    Examples
    --------
    >>> shares = pd.DataFrame({"rank": [1, 2], "share": [0.25, 0.75]})
    >>> figure = plot_rank_shares(shares, label="Mali 2012", n=3, window=90, replicates=200)
    >>> figure.axes[0].get_title(loc="left")
    'Rank of Mali 2012 under 200 sets of weights'
    """
    lang = check_language(lang)
    say = words(_WORDS, lang)
    with drawing(ax, 6.4, 3.4) as (figure, axes):
        axes.bar(shares["rank"], 100 * shares["share"], color=BLUE, width=0.7)
        for row in shares.itertuples():
            axes.text(row.rank, 100 * row.share + 1.5, decimal(100 * row.share, 0, lang), ha="center", fontsize=9)
        axes.set_xlim(0.4, n + 0.6)
        axes.set_xticks(range(1, n + 1))
        axes.set_ylim(0, 110)
        axes.set_xlabel(say["place"])
        axes.set_ylabel(say["share"])
        axes.set_title(say["weights"].format(label, replicates))
        sign(figure, source=source, n=say["weights_n"].format(n, window), lang=lang, ax=ax)
    return figure
