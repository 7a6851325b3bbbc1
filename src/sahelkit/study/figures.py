"""Figures with captions inside notebooks."""

from __future__ import annotations

import base64
import io
import sys
from html import escape
from typing import Any

from sahelkit.errors import OptionError
from sahelkit.study.recorded import _shell, notebook_language

METADATA_KEY = "sahelkit"


def show(figure: Any, *, caption_en: str = "", caption_fr: str = "", dpi: int = 150) -> None:
    """Display a figure with its caption in a notebook, and close it.

    The caption is shown under the figure, serves as its text for people who cannot see it, and goes with the figure
    into the report of ``sahelkit reproduce``. Outside a notebook nothing is displayed.

    Parameters
    ----------
    figure : matplotlib Figure or Axes, or seaborn grid
        What to show.
    caption_en, caption_fr : str
        One or two sentences: what is seen, units, source, sample size.
    dpi : int
        Pixels per inch.

    Raises
    ------
    OptionError
        If `figure` cannot be drawn, or there is no caption in either language.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> show(Figure(), caption_en="An empty figure.")
    """
    drawn = figure if hasattr(figure, "canvas") else getattr(figure, "figure", None)
    if not hasattr(drawn, "savefig"):
        kind = type(figure).__name__
        raise OptionError(
            "figure", kind, "is not a matplotlib figure", repair="Give a Figure, an Axes or a seaborn grid"
        )
    if not (caption_en or caption_fr):
        raise OptionError("caption_en", "", "a figure needs a caption", repair="Say in a sentence what is seen")
    if _shell() is not None:
        _display(drawn, caption_en, caption_fr, dpi)
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        pyplot.close(drawn)  # else the notebook shows every open figure a second time at the end of the cell


def _display(figure: Any, caption_en: str, caption_fr: str, dpi: int) -> None:
    from IPython.display import display

    both = (caption_en, caption_fr) if notebook_language() == "en" else (caption_fr, caption_en)
    caption = both[0] or both[1]
    buffer = io.BytesIO()
    # The date is left out of the file, so that the same figure gives the same bytes.
    figure.savefig(buffer, format="png", dpi=dpi, bbox_inches="tight", metadata={"Software": None})
    png = buffer.getvalue()
    width, height = (int.from_bytes(png[at : at + 4], "big") for at in (16, 20))
    metadata = {
        "image/png": {"alt": caption, "width": round(width * 96 / dpi), "height": round(height * 96 / dpi)},
        METADATA_KEY: {"caption_en": caption_en, "caption_fr": caption_fr},
    }
    bundle = {"image/png": base64.b64encode(png).decode("ascii"), "text/plain": caption}
    display(bundle, metadata=metadata, raw=True)
    style = "max-width:46em;font-family:sans-serif;font-size:.9em;opacity:.8"
    display({"text/html": f'<p style="{style}">{escape(caption)}</p>', "text/plain": caption}, raw=True)
