"""The map of a war over places: when the state lost each, and when it came back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from sahelkit._types import DateLike, Lang
from sahelkit.dates import full_day, parse_window
from sahelkit.errors import ModelError
from sahelkit.frames import FrameLike, check_columns, origin_of
from sahelkit.language.texts import words
from sahelkit.options import check_language
from sahelkit.plots.maps import draw_map, name_countries
from sahelkit.plots.style import BLACK, BLUE, GREY, VERMILION, blank, house_style, own_data, sign

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sahelkit._types import Ring

NORTH = (-8.6, 5.6, 12.0, 21.4)
_NEEDED = ("latitude", "longitude", "lost", "lost_sure", "first_lost", "regained", "regained_sure", "regained_how")
_WORDS = {
    "en": {
        "title": "Northern Mali: when the state lost each place, and when it came back",
        "before": "lost before the coup of {coup}",
        "after": "lost after it, to {until}",
        "later": "lost later",
        "unknown": "loss not dated in the chronology",
        "read": "▼ lost (for the last time), ▲ regained (s: shared with an armed group), c. day not certain, "
        "? no day in the chronology",
        "about": "c. ",
        "shared": " (s)",
        "source": "{0}; outlines: Natural Earth",
        "n": "n = {n} places that the chronology names, {start} to {end}",
    },
    "fr": {
        "title": "Nord du Mali : quand l’État a perdu chaque localité, et quand il y est revenu",
        "before": "perdue avant le coup d’État du {coup}",
        "after": "perdue après, jusqu’au {until}",
        "later": "perdue plus tard",
        "unknown": "perte non datée dans la chronologie",
        "read": "▼ perte (la dernière), ▲ reprise (p\u00a0: partagée avec un groupe armé),"
        " v. (vers) jour incertain, ? aucun jour dans la chronologie",
        "about": "v. ",
        "shared": " (p)",
        "source": "{0} ; contours : Natural Earth",
        "n": "n = {n} localités que nomme la chronologie, {start} à {end}",
    },
}
_STYLES: dict[str, dict[str, Any]] = {
    "before": {"marker": "s", "mfc": BLUE, "mec": BLACK, "ms": 8},
    "after": {"marker": "o", "mfc": VERMILION, "mec": BLACK, "ms": 9},
    "later": {"marker": "^", "mfc": "white", "mec": BLACK, "ms": 9, "mew": 1.4},
    "unknown": {"marker": "x", "mec": BLACK, "ms": 7, "mew": 1.8},
}
# Where the words stand: side of the sign and shift in degrees, so that no two cover each other.
_SIDES = {
    "Léré": ("right", 0.18, 0.0),
    "Konna": ("left", -0.16, 0.08),
    "Douentza": ("right", -0.1, 0.44),
    "Hombori": ("right", 0.1, -0.42),
    "Diabaly": ("left", -0.18, 0.0),
    "Timbuktu": ("left", -0.18, 0.1),
    "Tessalit": ("left", -0.18, 0.0),
    "Aguelhok": ("left", -0.18, 0.0),
    "Kidal": ("right", 0.18, 0.0),
    "Ansongo": ("left", -0.14, -0.16),
    "Gao": ("left", -0.18, 0.0),
    "Andéramboukane": ("left", -0.1, -0.22),
    "Ménaka": ("left", -0.18, 0.06),
    "Tinzaouaten": ("left", -0.18, -0.12),
}


def _day(day: pd.Timestamp, sure: bool, lang: Lang, say: Mapping[str, str]) -> str:
    text = f"{day:%d.%m.%y}" if lang == "fr" else f"{day.day} {day:%b} {day:%y}"
    return text if sure else say["about"] + text


def _phase(row: Any, coup: pd.Timestamp, until: pd.Timestamp) -> str:
    if pd.isna(row.first_lost):
        return "unknown"
    if row.first_lost < coup:
        return "before"
    return "after" if row.first_lost <= until else "later"


def _words(row: Any, lang: Lang, say: Mapping[str, str]) -> str:
    lost = "?" if pd.isna(row.lost) else _day(row.lost, row.lost_sure, lang, say)
    back = "?"
    if not pd.isna(row.regained):
        shared = say["shared"] if row.regained_how == "shared" else ""
        back = _day(row.regained, row.regained_sure, lang, say) + shared
    return f"▼ {lost}\n▲ {back}"


def plot_north(
    history: FrameLike,
    shapes: Mapping[str, Sequence[Ring]],
    *,
    coup: str,
    until: str,
    start: DateLike,
    end: DateLike,
    towns: pd.DataFrame | None = None,
    extent: tuple[float, float, float, float] = NORTH,
    country: str = "MLI",
    source: str | None = None,
    lang: Lang | None = None,
) -> Figure:
    """Draw the places that changed hands, with the days of loss and recapture beside each.

    Parameters
    ----------
    history : pandas.DataFrame
        As `sahelkit.record.place_history.place_history` gives it. A place without coordinates is left out and
        counted in the line under the figure.
    shapes : mapping of str to sequence of ndarray
        Rings by country, as `sahelkit.load_map` gives them.
    coup : str
        Day of the coup: places first lost before it have a sign of their own.
    until : str
        Last day of the losses that are shown as following the coup; later ones have a third sign.
    start, end : date-like
        Window of the history, for the words.
    towns : pandas.DataFrame, optional
        Other places to find the way by: ``name_en``, ``name_fr``, ``longitude``, ``latitude``.
    extent : tuple of float
        West, east, south and north of the picture, in degrees.
    country : str
        Country that is set off in colour.
    source : str, optional
        Where the events and the shapes come from; what the attributes of `history` say when absent.
    lang : {"en", "fr"}
        Language of the words in the figure.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    MissingColumnsError
        If a column is missing.
    ModelError
        If no place has coordinates: no map is drawn from nothing.
    OptionError
        If the extent is empty or there are no shapes.
    UnknownNameError
        If the language is unknown.

    Examples
    --------
    >>> import sahelkit as sk
    >>> from sahelkit.record import place_history
    >>> span = {"start": "2012-01-16", "end": "2013-07-31"}
    >>> history = place_history(sk.load_crisis(countries="MLI"), **span)
    >>> figure = plot_north(history, sk.load_map(countries="MLI"), coup="2012-03-22", until="2012-04-30", **span)
    >>> figure.axes[0].get_title(loc="left")
    'Northern Mali: when the state lost each place, and when it came back'
    """
    lang = check_language(lang)
    say = words(_WORDS, lang)
    history = check_columns(history, [*_NEEDED, f"place_{lang}"], where="plot_north")
    placed = history.dropna(subset=["latitude", "longitude"])
    if placed.empty:
        raise ModelError("no place of the history has coordinates; there is no map to draw")
    opens, closes = parse_window(start, end)
    first, last = full_day(coup, what="coup"), full_day(until, what="until")
    with house_style():
        figure, axes = blank(10.6, 8.3)
        draw_map(axes, shapes, extent=extent, fill={country: "#F1E6CF"})
        name_countries(axes, shapes, lang=lang, size=11, colour=GREY, at={country: (-1.6, 19.6)})
        for row in placed.itertuples():
            style = _STYLES[_phase(row, first, last)]
            axes.plot(row.longitude, row.latitude, ls="none", zorder=5, **style)
            _label(axes, row, lang, say)
        if towns is not None:
            west, east, south, north = extent
            inside = towns["longitude"].between(west, east) & towns["latitude"].between(south, north)
            _towns(axes, towns[inside], lang)
        _legend(axes, placed, first, last, say, lang)
        axes.set_title(say["title"])
        n = say["n"].format(
            n=len(placed),
            start=_day(opens, True, lang, say),
            end=_day(closes, True, lang, say),
        )
        without = history.loc[history["latitude"].isna(), f"place_{lang}"].tolist()
        if without:
            n += (" ; sans coordonnées : " if lang == "fr" else "; without coordinates: ") + ", ".join(without)
        source = source or say["source"].format(origin_of(history) or own_data(lang))
        sign(figure, source=source, n=f"{n}. {say['read']}", lang=lang)
    return figure


def _label(axes: Axes, row: Any, lang: Lang, say: Mapping[str, str]) -> None:
    side, right, up = _SIDES.get(row.place_en, ("right", 0.18, 0.0))
    from matplotlib.patheffects import withStroke

    halo = [withStroke(linewidth=2.5, foreground="white", alpha=0.7)]
    here: dict[str, Any] = {
        "path_effects": halo,
        "ha": "right" if side == "left" else "left",
        "zorder": 6,
        "linespacing": 1.05,
    }
    x, y = row.longitude + right, row.latitude + up
    axes.text(
        x, y + 0.02, getattr(row, f"place_{lang}"), va="bottom", fontsize=9.5, fontweight="bold", color=BLACK, **here
    )
    axes.text(x, y + 0.02, _words(row, lang, say), va="top", fontsize=8.5, color=BLACK, **here)


def _towns(axes: Axes, towns: pd.DataFrame, lang: Lang) -> None:
    for town in towns.itertuples():
        axes.plot(town.longitude, town.latitude, ".", color=GREY, ms=5, zorder=4)
        axes.text(
            town.longitude + 0.12,
            town.latitude - 0.06,
            getattr(town, f"name_{lang}"),
            fontsize=8.5,
            color=GREY,
            zorder=4,
            va="top",
        )


def _legend(
    axes: Axes, placed: pd.DataFrame, coup: pd.Timestamp, until: pd.Timestamp, say: Mapping[str, str], lang: Lang
) -> None:
    shown = {_phase(row, coup, until) for row in placed.itertuples()}
    days = {"coup": _day(coup, True, lang, say), "until": _day(until, True, lang, say)}
    for name, style in _STYLES.items():
        if name in shown:
            axes.plot([], [], ls="none", label=say[name].format(**days), **style)
    axes.legend(loc="upper left", fontsize=9.5, frameon=True, framealpha=0.95, edgecolor=GREY)
