"""What followed each coup, by whom and after how many days; and how long a measure was waited for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sahelkit._types import Lang
from sahelkit.frames import FrameLike, check_columns, origin_of
from sahelkit.language.nouns import MEASURES
from sahelkit.language.numbers import decimal
from sahelkit.language.texts import words
from sahelkit.options import check_language
from sahelkit.plots.log_axes import DAYS, days_axis
from sahelkit.plots.style import BLACK, BLUE, GREY, PALE, VERMILION, drawing, legend_above, sign

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WORDS = {
    "en": {
        "title": "How soon each coup was answered",
        "axis": "Days since the coup (log scale)",
        "suspension": "suspension",
        "threat": "threat of sanctions or force",
        "sanctions": "sanctions on arms, persons or the economy",
        "force": "force decided or used",
        "easing": "first easing or lifting",
        "before": "suspended already",
        "open": "no suspension found (observed so long)",
        "AU": "African Union",
        "ECOWAS": "ECOWAS",
        "UEMOA": "UEMOA",
        "n": "n = {} coups; no mark: nothing found; acts of one day stand side by side",
        "wait": "How long until {}?",
        "share": "Share of coups that it had followed (%)",
        "wait_n": "n = {}; ticks: observation ended without it; bands: 95% intervals",
    },
    "fr": {
        "title": "Combien de temps avant une réponse à chaque coup d’État",
        "axis": "Jours depuis le coup d’État (échelle log)",
        "suspension": "suspension",
        "threat": "menace de sanctions ou de force",
        "sanctions": "sanctions (armes, personnes, économie)",
        "force": "force décidée ou employée",
        "easing": "premier allègement ou levée",
        "before": "déjà suspendu",
        "open": "aucune suspension trouvée (durée observée)",
        "AU": "Union africaine",
        "ECOWAS": "CEDEAO",
        "UEMOA": "UEMOA",
        "n": "n = {} coups d’État ; sans marque : rien de trouvé ; actes du même jour côte à côte",
        "wait": "Combien de temps avant {} ?",
        "share": "Part des coups d’État suivis (%)",
        "wait_n": "n = {} ; traits : fin d’observation sans suite ; bandes : intervalles à 95 %",
    },
}
# Two letters of type apart: shape tells the measure, filling and colour the body, so that grey print keeps both.
_MARKS: dict[str, tuple[str, float]] = {
    "threat": ("D", 6.0),
    "suspension": ("s", 8.0),
    "sanctions": ("^", 9.0),
    "force": ("*", 12.0),
    "easing": ("o", 7.5),
}
_COLOURS = {"AU": BLUE, "ECOWAS": VERMILION, "UEMOA": BLACK}


def _draw_case(axes: Axes, case: pd.Series[Any], height: float) -> None:
    colour = _COLOURS[case["body"]]
    if pd.isna(case["at_risk"]):
        pass
    elif not case["at_risk"]:
        axes.plot(0, height, "<", color=colour, ms=7, mfc="white", mew=1.5, zorder=4)
    elif pd.isna(case["suspension_days_min"]):
        axes.plot([0, case["censored_days"]], [height, height], color=colour, lw=1, ls=":", zorder=1)
        axes.plot(case["censored_days"], height, ">", color=colour, ms=5, mfc="white", zorder=2)
    drawn: dict[float, int] = {}
    for measure, (mark, size) in _MARKS.items():
        low, day, high = (case[f"{measure}_{name}"] for name in ("days_min", "days", "days_max"))
        if pd.isna(low):
            continue
        at = float(low if pd.isna(day) else day)
        if high > low:
            axes.plot([low, high], [height, height], color=colour, lw=3, alpha=0.35, zorder=2, solid_capstyle="butt")
        hollow = measure in ("easing", "threat")
        # Measures of one day stand side by side, to the right of the day.
        axes.plot(
            at,
            height,
            mark,
            ms=size,
            color=colour,
            mfc="white" if hollow else colour,
            mec=colour if hollow else "white",
            mew=1.6 if hollow else 0.7,
            zorder=4 if hollow else 3,
            transform=_beside(axes, drawn.get(at, 0)),
        )
        drawn[at] = drawn.get(at, 0) + 1


def _beside(axes: Axes, place: int) -> Any:
    """The axes' own transform, moved to the right by some widths of a mark."""
    from matplotlib.transforms import ScaledTranslation

    figure = axes.get_figure()
    assert figure is not None
    return axes.transData + ScaledTranslation(place * 9.5 / 72, 0, figure.dpi_scale_trans)


def _handles(bodies: Sequence[str], say: Any) -> list[Any]:
    from matplotlib.lines import Line2D

    handles = []
    for measure, (mark, size) in _MARKS.items():
        hollow = measure in ("easing", "threat")
        face = "white" if hollow else BLACK
        handles.append(Line2D([], [], ls="", marker=mark, ms=size, color=BLACK, mfc=face, label=say[measure]))
    handles.append(Line2D([], [], ls="", marker="<", ms=7, color=BLACK, mfc="white", label=say["before"]))
    handles.append(Line2D([], [], ls=":", marker=">", ms=5, color=BLACK, mfc="white", label=say["open"]))
    return [*handles, *(Line2D([], [], lw=5, color=_COLOURS[body], label=say[body]) for body in bodies)]


def plot_responses(
    cases: FrameLike,
    *,
    highlight: str | None = None,
    title: str | None = None,
    ax: Axes | None = None,
    lang: Lang | None = None,
    source: str | None = None,
) -> Figure:
    """Draw one row per coup with a mark for each first measure, on an axis of days since the coup.

    Parameters
    ----------
    cases : pandas.DataFrame
        As `sahelkit.panels.responses.response_cases` gives them.
    highlight : str, optional
        ``coup_id`` of the coup whose row is shaded.
    title : str, optional
        Replaces the title.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure when absent.
    lang : {"en", "fr"}
        Language of the words in the figure.
    source : str, optional
        Where the data come from; what the attributes of the frame say when absent.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    MissingColumnsError, UnknownNameError
        If a column is missing or the language is unknown.

    Examples
    --------
    >>> from sahelkit.panels import response_cases
    >>> cases = response_cases(countries="MLI")
    >>> [text.get_text() for text in plot_responses(cases).axes[0].get_yticklabels()]
    ['Mali 2012', 'Mali 2020', 'Mali 2021']
    """
    lang = check_language(lang)
    say = words(_WORDS, lang)
    columns = [f"{measure}_{name}" for measure in _MARKS for name in ("days", "days_min", "days_max")]
    needed = ["coup_id", f"label_{lang}", "coup_date", "body", "at_risk", "censored_days", *columns]
    cases = check_columns(cases, needed, where="plot_responses", repair="Use response_cases()")
    coups = cases.drop_duplicates("coup_id")
    bodies = [body for body in _COLOURS if body in set(cases["body"])]
    with drawing(ax, 9.0, 2.2 + 0.36 * len(coups)) as (figure, axes):
        for place, (_, coup) in enumerate(coups.iterrows()):
            if coup["coup_id"] == highlight:
                axes.axhspan(place - 0.48, place + 0.48, color=PALE, zorder=0)
            own = cases[cases["coup_id"] == coup["coup_id"]]
            for _, case in own.iterrows():
                offset = 0.17 * (2 * bodies.index(case["body"]) - len(bodies) + 1)
                _draw_case(axes, case, place + offset)
        axes.set_yticks(range(len(coups)), coups[f"label_{lang}"])
        for text, coup_id in zip(axes.get_yticklabels(), coups["coup_id"], strict=True):
            text.set_fontweight("bold" if coup_id == highlight else "normal")
        axes.set_ylim(len(coups) - 0.4, -0.6)
        days_axis(axes, lang, last=float(cases["censored_days"].max()))
        axes.set_xlim(-0.25, float(cases["censored_days"].max()) * 1.6)
        for tick in DAYS[1:]:
            axes.axvline(tick, color=PALE, lw=0.8, zorder=0)
        axes.set_xlabel(say["axis"])
        axes.set_title(title or say["title"])
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="y", length=0)
        legend_above(figure, axes, own=ax is not None, handles=_handles(bodies, say), ncols=3, fontsize=8.5)
        sign(figure, source=source or origin_of(cases), n=say["n"].format(len(coups)), lang=lang, ax=ax)
    return figure


def plot_waiting(waits: FrameLike, *, ax: Axes | None = None, lang: Lang | None = None, source: str = "") -> Figure:
    """Draw the share of coups that a measure had followed by each day, one curve per body.

    Parameters
    ----------
    waits : pandas.DataFrame
        One row per body and day, as `sahelkit.record.responses.waiting.WaitingTimes.life_table` gives them, of one
        measure.
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
    MissingColumnsError, UnknownNameError
        If a column is missing or the language is unknown.

    Examples
    --------
    >>> waits = pd.DataFrame({"body": "AU", "measure": "suspension", "days": [3.0, 9.0], "events": [1, 0]})
    >>> waits = waits.assign(censored=[0, 1], done=0.5, low=0.1, high=0.9)
    >>> plot_waiting(waits).axes[0].get_legend().get_texts()[0].get_text()
    'African Union (1/2)'
    """
    lang = check_language(lang)
    say = words(_WORDS, lang)
    needed = ["body", "measure", "days", "events", "censored", "done", "low", "high"]
    waits = check_columns(waits, needed, where="plot_waiting")
    last = float(waits["days"].max())
    sizes = []
    with drawing(ax, 7.6, 4.2) as (figure, axes):
        for place, (body, wait) in enumerate(waits.groupby("body", sort=False)):
            colour, line = _COLOURS.get(str(body), GREY), ("-", "--")[place % 2]
            days = np.concatenate([[0.0], wait["days"]])
            done, low, high = (100 * np.concatenate([[0.0], wait[name]]) for name in ("done", "low", "high"))
            came, ended = int(wait["events"].sum()), wait["censored"].to_numpy()
            sizes.append(f"{came + int(ended.sum())}")
            axes.fill_between(days, low, high, step="post", color=colour, alpha=0.13, lw=0)
            label = f"{say.get(str(body), str(body))} ({came}/{sizes[-1]})"
            axes.step(days, done, where="post", label=label, color=colour, lw=2.2, ls=line)
            axes.plot(np.repeat(days[1:], ended), np.repeat(done[1:], ended), "|", color=colour, ms=11, mew=1.8)
        days_axis(axes, lang, last=last)
        axes.set_xlim(-0.2, last * 1.2)
        axes.set_ylim(0, 103)
        axes.set_yticks(range(0, 101, 25), [decimal(value, 0, lang) for value in range(0, 101, 25)])
        axes.set_xlabel(say["axis"])
        axes.set_ylabel(say["share"])
        axes.set_title(say["wait"].format(MEASURES[lang][waits["measure"].iloc[0]]))
        axes.legend(loc="upper left")
        sign(figure, source=source, n=say["wait_n"].format(" / ".join(sizes)), lang=lang, ax=ax)
    return figure
