"""The look that all figures share: colours that colour-blind readers tell apart, plain axes, a source line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sahelkit.errors import UnknownNameError, is_known

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LANGUAGES = ("en", "fr")

# Okabe & Ito (2008): eight colours that stay apart under the common kinds of colour blindness and in grey print.
BLACK, ORANGE, SKY, GREEN = "#222222", "#E69F00", "#56B4E9", "#009E73"
YELLOW, BLUE, VERMILION, PURPLE = "#F0E442", "#0072B2", "#D55E00", "#CC79A7"
GREY, PALE = "#8A8A8A", "#EDEDED"

OUTCOME_COLOURS = {"success": VERMILION, "failure": BLUE, "plot": GREY}

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


def words(table: Mapping[str, Mapping[str, str]], lang: str) -> Mapping[str, str]:
    """Words of a figure in one language.

    Raises
    ------
    UnknownNameError
        If `lang` is not ``"en"`` or ``"fr"``.

    Examples
    --------
    >>> words({"en": {"year": "year"}, "fr": {"year": "année"}}, "fr")["year"]
    'année'
    """
    if not is_known(lang, LANGUAGES):
        raise UnknownNameError("language", lang, LANGUAGES)
    return table[lang]


def decimal(value: float, digits: int, lang: str) -> str:
    """Return a number as it is written in the language: a decimal comma in French.

    Examples
    --------
    >>> decimal(1.064, 2, "fr")
    '1,06'
    """
    text = f"{value:.{digits}f}"
    return text.replace(".", ",") if lang == "fr" else text


@contextmanager
def house_style() -> Iterator[None]:
    """Use the house style inside a ``with`` block only, so that a user's own settings stay as they are."""
    import matplotlib as mpl

    with mpl.rc_context(_RC):
        yield


def blank(width: float, height: float) -> tuple[Figure, Axes]:
    """Return an empty figure, outside pyplot's list of open figures, with one pair of axes; size in inches."""
    from sahelkit.plots.canvas import Canvas

    figure = Canvas(figsize=(width, height), layout="constrained")
    return figure, figure.add_subplot()


def sign(figure: Figure, *, source: str, n: str, lang: str) -> None:
    """Write the source line and the sample size under a figure."""
    head = words({"en": {"source": "Source: "}, "fr": {"source": "Source : "}}, lang)["source"]
    figure.supxlabel(f"{head}{source}.  {n}.", x=0.01, ha="left", fontsize=8, color=GREY, wrap=True)
