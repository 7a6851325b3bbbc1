"""A timeline to print: one column per kind of actor, time running down the page, every event in words.

Days are spaced by what has to be written, so that no text covers another: a month of many events is tall, an idle one
short. Rules across the page keep the months and the great dates in line.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sahelkit._types import DateLike, Lang
from sahelkit.dates import full_day, parse_window
from sahelkit.errors import ModelError, OptionError
from sahelkit.frames import FrameLike, check_columns, origin_of
from sahelkit.language.dates import SHORT, month_text
from sahelkit.language.texts import words
from sahelkit.options import check_language
from sahelkit.plots.style import BLACK, GREEN, GREY, PALE, PURPLE, VERMILION, blank, house_style, sign

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LANES = ("army", "power", "north", "groups", "abroad")
_NEEDED = ("date", "date_precision", "end", "event_type", "control", "actors", "confidence")
_WORDS = {
    "en": {
        "title": "Mali, {start} to {end}: the crisis day by day",
        "army": "Army, junta, street",
        "power": "Those in power",
        "north": "The north: lost and regained",
        "groups": "The north: armed groups",
        "abroad": "The region, the UN, France",
        "lost": "lost by the state",
        "regained": "regained",
        "between": "taken by one group from another, or shared",
        "event": "event",
        "about": "c. ",
        "n": "n = {n} events; ° one source only; c. day not certain; the spacing of days follows the text",
    },
    "fr": {
        "title": "Mali, {start} à {end} : la crise au jour le jour",
        "army": "Armée, junte, rue",
        "power": "Ceux qui gouvernent",
        "north": "Le Nord : pertes et reprises",
        "groups": "Le Nord : groupes armés",
        "abroad": "La région, l’ONU, la France",
        "lost": "perdue par l’État",
        "regained": "reprise",
        "between": "prise par un groupe à un autre, ou partagée",
        "event": "événement",
        "about": "v. ",
        "n": "n = {n} événements ; ° une seule source ; v. (vers) jour incertain ; "
        "l’espacement des jours suit le texte",
    },
}
_ABROAD = {"international_act", "military_intervention", "mission_start", "mission_end"}
_ARMY = {"coup_attempt", "mutiny", "mass_protest"}
_POWER = {"appointment", "leader_exit", "election", "peace_agreement", "state_measure", "ruling", "other"}
_JUNTA = {"cnrdre", "cnsp_mli"}
# Inches: height of a line of text, the least gap between two days, of an idle month, and the width of a column.
LINE, GAP, IDLE, COLUMN, LEFT = 0.122, 0.07, 0.12, 2.78, 0.78
# Inches: margin left and right, above the first day (title and headings), for the headings alone, and below.
EDGE, ABOVE, HEAD, BELOW = 0.15, 1.05, 0.42, 0.4
# Size of the letters of events, in points.
SIZE = 7.4


def lane_of(event_type: str, control: object, actors: object) -> str:
    """Column of an event: one of ``LANES``, by its type, its part in captures and its actors."""
    who = set(actors.split(";")) if isinstance(actors, str) else set()
    if isinstance(control, str):
        return "north"
    if event_type in _ABROAD:
        return "abroad"
    if event_type in _ARMY or (event_type == "declaration" and who & _JUNTA):
        return "army"
    return "power" if event_type in _POWER else "groups"


def _layout(frame: pd.DataFrame, clear: Iterable[pd.Timestamp]) -> tuple[np.ndarray, dict[pd.Timestamp, float]]:
    """Depth of each event in inches from the top, and of each day; no two texts of a lane overlap.

    Above the days in `clear` every lane ends, so that a rule across the page cuts no text.
    """
    bottom = dict.fromkeys(LANES, 0.0)
    lanes, lines = frame["lane"].tolist(), frame["lines"].tolist()
    depth = np.zeros(len(frame))
    days: dict[pd.Timestamp, float] = {}
    last: pd.Timestamp | None = None
    for day, here in frame.groupby("date", sort=True):
        assert isinstance(day, pd.Timestamp)
        at = max(bottom[lane] for lane in (LANES if day in clear else here["lane"])) + (GAP if day in clear else 0.0)
        if last is not None:
            months = (day.year - last.year) * 12 + day.month - last.month
            at = max(at, days[last] + GAP + IDLE * months)
        days[day] = at
        for position in here.index:
            lane = lanes[position]
            depth[position] = max(at, bottom[lane])
            bottom[lane] = depth[position] + LINE * lines[position] + GAP
        last = day
    return depth, days


def _month_depths(days: Mapping[pd.Timestamp, float]) -> dict[pd.Timestamp, float]:
    """Depth at which each month begins, between the last day before it and the first day in it."""
    known = sorted(days)
    found = {known[0]: days[known[0]]}
    for month in pd.date_range(known[0].normalize().replace(day=1), known[-1], freq="MS"):
        after = [day for day in known if day >= month]
        before = [day for day in known if day < month]
        if not before or not after:
            continue
        gap = [m for m in pd.date_range(before[-1], after[0], freq="MS") if m > before[-1]]
        step = IDLE * (gap.index(month) - len(gap) + 1) if month in gap else 0.0
        found[month] = days[after[0]] - GAP + step
    return found


def _bold(row: Mapping[Any, Any]) -> bool:
    return bool(row["control"] == "lost" or row["event_type"] == "coup_attempt")


def _wrapped(text: str, *, bold: bool) -> list[str]:
    """Lines of a text that fit a column, by the width of its letters."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(family="DejaVu Sans", size=SIZE, weight="bold" if bold else "normal")
    room = (COLUMN - 0.26) * 72
    lines: list[str] = []
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_to_path.get_text_width_height_descent(longer, font, ismath=False)[0] <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _texts(frame: pd.DataFrame, lang: Lang, say: Mapping[str, str]) -> list[list[str]]:
    lines = []
    for row in frame.to_dict("records"):
        day = f"{row['date'].day} {SHORT[lang][row['date'].month - 1]}"
        if lang == "fr" and row["date"].day == 1:
            day = day.replace("1 ", "1er ", 1)
        head = day if row["date_precision"] == "day" else say["about"] + day
        mark = "°" if row["confidence"] == "one_source" else ""
        text = f"{head}{mark}  {row[f'description_{lang}']}"
        lines.append(_wrapped(text, bold=_bold(row)))
    return lines


def plot_timeline(
    events: FrameLike,
    *,
    start: DateLike,
    end: DateLike,
    rules: Mapping[str, str] | None = None,
    bands: Sequence[tuple[str, str, str]] = (),
    source: str | None = None,
    lang: Lang | None = None,
) -> Figure:
    """Draw the events of a window as a timeline in five columns, on a page as tall as they need.

    Parameters
    ----------
    events : pandas.DataFrame
        As `sahelkit.load_crisis` gives them; the caller chooses countries.
    start, end : date-like
        First and last day of the window.
    rules : mapping of str to str, optional
        Days that get a rule across the page, with its words: ``{"2012-03-22": "the coup"}``.
    bands : sequence of tuple of str
        First day, last day and words of stretches that get a tint across the page.
    source : str, optional
        Where the events come from; what the attributes of the frame say when absent.
    lang : {"en", "fr"}
        Language of the words in the figure and of the descriptions.

    Returns
    -------
    matplotlib.figure.Figure
        Filled squares are places lost by the state, hollow squares places regained, half-filled ones those that one
        armed group took from another or shares; dots are other events.

    Raises
    ------
    MissingColumnsError
        If a column is missing.
    DateError
        If a date cannot be read, or `end` lies before `start`.
    ModelError
        If no event lies in the window: no figure is drawn from nothing.
    OptionError
        If a rule or a band lies outside the events drawn.
    UnknownNameError
        If the language is unknown.

    Examples
    --------
    >>> import sahelkit as sk
    >>> figure = plot_timeline(sk.load_crisis(countries="MLI"), start="2012-03-20", end="2012-04-10")
    >>> figure.axes[0].get_title(loc="left")
    'Mali, Mar 2012 to Apr 2012: the crisis day by day'
    """
    lang = check_language(lang)
    say = words(_WORDS, lang)
    events = check_columns(events, [*_NEEDED, f"description_{lang}"], where="plot_timeline")
    first, last = parse_window(start, end)
    chosen = events[(events["date"] >= first) & (events["date"] <= last)]
    if chosen.empty:
        raise ModelError(f"no event from {start} to {end}; there is no timeline to draw")
    frame = chosen.sort_values(["date", "event_id"], ignore_index=True)
    texts = _texts(frame, lang, say)
    frame["lane"] = [lane_of(*row) for row in frame[["event_type", "control", "actors"]].itertuples(index=False)]
    frame["lines"] = [len(lines) for lines in texts]
    clear = {full_day(day, what="rules") for day in (rules or {})}
    clear |= {full_day(band[0], what="bands") for band in bands}
    clear |= {frame.loc[frame["date"] > full_day(band[1], what="bands"), "date"].min() for band in bands}
    depth, days = _layout(frame, clear)
    height = float((depth + LINE * frame["lines"]).max()) + 0.15
    with house_style():
        width = LEFT + COLUMN * len(LANES)
        figure, axes = blank(width + 2 * EDGE, height + ABOVE + BELOW)
        # One unit of the axes is one inch of the page, so that what was measured as text fits as text.
        figure.set_layout_engine("none")
        page = np.array([*figure.get_size_inches()])
        axes.set_position((EDGE / page[0], BELOW / page[1], width / page[0], 1 - (ABOVE - HEAD + BELOW) / page[1]))
        _page(axes, width, height, say, _month_depths(days), lang)
        _marks(axes, width, days, rules or {}, bands)
        for position, lines in enumerate(texts):
            _event(axes, frame.loc[position], depth[position], lines)
        axes.set_title(
            say["title"].format(start=month_text(first, lang, short=True), end=month_text(last, lang, short=True)),
            fontsize=15,
            pad=6,
            loc="left",
        )
        _legend(axes, say)
        sign(figure, source=source or origin_of(events), n=say["n"].format(n=len(frame)), lang=lang)
    return figure


def _left(lane: str) -> float:
    return LEFT + COLUMN * LANES.index(lane)


def _page(
    axes: Axes, width: float, height: float, say: Mapping[str, str], months: Mapping[pd.Timestamp, float], lang: Lang
) -> None:
    axes.set_xlim(0, width)
    axes.set_ylim(height, -HEAD)
    axes.set_axis_off()
    for lane in LANES:
        axes.text(_left(lane), -0.2, say[lane], fontsize=9.2, fontweight="bold", va="center")
        axes.plot([_left(lane) - 0.1] * 2, [-0.05, height], color=PALE, lw=1, zorder=0)
    for month, at in months.items():
        axes.plot([0, width], [at, at], color=PALE, lw=1, zorder=0)
        name = SHORT[lang][month.month - 1]
        year = f" {month.year}" if month.month == 1 or month == min(months) else ""
        axes.text(0, at + 0.02, name + year, fontsize=8, color=BLACK, va="top")


def _marks(
    axes: Axes,
    width: float,
    days: Mapping[pd.Timestamp, float],
    rules: Mapping[str, str],
    bands: Sequence[tuple[str, str, str]],
) -> None:
    def at(text: str) -> float:
        day = full_day(text, what="rules")
        if day not in days:
            raise OptionError("rules", text, "is not the day of an event in the timeline")
        return days[day]

    for begin, finish, text in bands:
        later = [day for day in sorted(days) if day > full_day(finish, what="bands")]
        low = days[later[0]] - 0.05 if later else at(finish) + 0.3
        axes.fill_between([0, width], at(begin) - 0.05, low, color="#F3E3C2", lw=0, zorder=-1)
        axes.text(
            0, at(begin) + 0.2, textwrap.fill(text, 11, break_long_words=False), fontsize=8, va="top", style="italic"
        )
    for day, text in rules.items():
        axes.plot([0, width], [at(day) - 0.045] * 2, color=VERMILION, lw=1.8, zorder=1)
        axes.text(
            0,
            at(day) - 0.02,
            textwrap.fill(text, 11, break_long_words=False),
            fontsize=8,
            va="top",
            color=VERMILION,
            fontweight="bold",
        )


_MARKERS: dict[str, dict[str, Any]] = {
    "lost": {"marker": "s", "mfc": BLACK, "mec": BLACK, "ms": 5.5},
    "regained": {"marker": "s", "mfc": "white", "mec": GREEN, "mew": 1.6, "ms": 5.5},
    "between": {"marker": "s", "fillstyle": "top", "mfc": PURPLE, "mec": PURPLE, "ms": 5.5},
    "event": {"marker": "o", "mfc": GREY, "mec": GREY, "ms": 3.2},
}


def _kind(control: object) -> str:
    return {"lost": "lost", "regained": "regained"}.get(
        str(control), "between" if isinstance(control, str) else "event"
    )


def _event(axes: Axes, row: pd.Series[Any], depth: float, lines: list[str]) -> None:
    left = _left(row["lane"])
    bold = _bold(row.to_dict())
    axes.plot([left], [depth + LINE / 2], ls="none", zorder=3, **_MARKERS[_kind(row["control"])])
    for number, line in enumerate(lines):
        axes.text(
            left + 0.11,
            depth + LINE * number,
            line,
            fontsize=SIZE,
            va="top",
            fontweight="bold" if bold else "normal",
            zorder=3,
        )


def _legend(axes: Axes, say: Mapping[str, str]) -> None:
    for name, style in _MARKERS.items():
        axes.plot([], [], ls="none", label=say[name], **style)
    axes.legend(
        loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=4, fontsize=8.5, handletextpad=0.2, columnspacing=1.2
    )
