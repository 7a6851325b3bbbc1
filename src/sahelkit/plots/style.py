"""The look that all figures share: colours that colour-blind readers tell apart, plain axes, a source line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sahelkit._types import Lang
from sahelkit.errors import OptionError
from sahelkit.language.texts import words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


# Okabe & Ito (2008): eight colours that stay apart under the common kinds of colour blindness and in grey print.
BLACK, ORANGE, SKY, GREEN = "#222222", "#E69F00", "#56B4E9", "#009E73"
YELLOW, BLUE, VERMILION, PURPLE = "#F0E442", "#0072B2", "#D55E00", "#CC79A7"
GREY, PALE = "#8A8A8A", "#EDEDED"

OUTCOME_COLOURS = {"success": VERMILION, "failure": BLUE, "plot": GREY}

_SOURCE = {
    "en": {"head": "Source: ", "own": "user's data"},
    "fr": {"head": "Source : ", "own": "données de l’utilisateur"},
}
_RC: dict[str, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "axes.titlesize": 12,
    "axes.labelcolor": BLACK,
    "axes.edgecolor": GREY,
    "xtick.color": BLACK,
    "ytick.color": BLACK,
    "legend.frameon": False,
    "figure.dpi": 110,
    "savefig.dpi": 200,
    "savefig.bbox": "tight",
    "svg.hashsalt": "sahelkit",
}


def series_colours(*ours: str) -> list[str]:
    """Colours of series that have no meaning of their own: the user's cycle where they have set one, else ours.

    Examples
    --------
    >>> series_colours(BLUE, VERMILION)
    ['#0072B2', '#D55E00']
    """
    import matplotlib as mpl

    cycle = mpl.rcParams["axes.prop_cycle"]
    changed = cycle != mpl.rcParamsDefault["axes.prop_cycle"]
    return list(cycle.by_key()["color"]) if changed and "color" in cycle.keys else list(ours)


@contextmanager
def house_style() -> Iterator[None]:
    """Use the house style inside a ``with`` block only; what the user has set keeps their value.

    Yields
    ------
    None

    Examples
    --------
    >>> import matplotlib as mpl
    >>> with house_style():
    ...     mpl.rcParams["axes.titlelocation"]
    'left'
    """
    import matplotlib as mpl

    ours = {key: value for key, value in _RC.items() if mpl.rcParams[key] == mpl.rcParamsDefault[key]}
    with mpl.rc_context(ours):
        yield


def blank(width: float, height: float) -> tuple[Figure, Axes]:
    """Return an empty figure, outside pyplot's list of open figures, with one pair of axes; size in inches."""
    from sahelkit.plots.canvas import Canvas

    figure = Canvas(figsize=(width, height), layout="constrained")
    return figure, figure.add_subplot()


@contextmanager
def drawing(ax: Axes | None, width: float, height: float) -> Iterator[tuple[Figure, Axes]]:
    """Axes to draw on: those that are given, in the user's own style, or a new figure in that of the house.

    Examples
    --------
    >>> with drawing(None, 6, 4) as (figure, axes):
    ...     sign(figure, source="sahelkit", n="n = 3", lang="fr")
    >>> figure.get_supxlabel()
    'Source : sahelkit.  n = 3.'
    """
    if ax is not None:
        if not hasattr(ax, "get_figure"):
            raise OptionError("ax", ax, "one pair of axes is wanted", repair="Type ax=axes[0], or leave it out")
        yield ax.figure.figure, ax  # the whole figure, where the axes stand in a part of one
        return
    with house_style():
        yield blank(width, height)


def own_data(lang: Lang) -> str:
    """What a source line says of a frame that does not tell where it comes from.

    Examples
    --------
    >>> own_data("en")
    "user's data"
    """
    return words(_SOURCE, lang)["own"]


def sign(figure: Figure, *, source: str, n: str, lang: Lang, ax: Axes | None = None) -> None:
    """Write the source line and the sample size under a figure, or under the axes that the user gave.

    Without a source the data are the user's own, which the line says.
    """
    text = f"{words(_SOURCE, lang)['head']}{source or own_data(lang)}.  {n}."
    if ax is None:
        figure.supxlabel(text, x=0.01, ha="left", fontsize=8, color=GREY, wrap=True)
    else:
        note = ax.annotate(
            text,
            (0, 0),
            xytext=(0, -38),
            xycoords="axes fraction",
            textcoords="offset points",
            va="top",
            fontsize=7,
            color=GREY,
            annotation_clip=False,
        )
        note.set_in_layout(False)  # else a constrained layout makes room for the whole line beside the axes


def legend_above(figure: Figure, axes: Axes, *, own: bool, side: str = "left", **options: Any) -> None:
    """Put the legend of a figure above its axes; inside them where they are the user's (`own`)."""
    if own:
        axes.legend(**{**options, "ncols": 1})
    else:
        figure.legend(loc=f"outside upper {side}", **options)
