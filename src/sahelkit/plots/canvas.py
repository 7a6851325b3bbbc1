"""A figure that shows itself in a notebook without being one of pyplot's open figures."""

from __future__ import annotations

import io
from typing import Any

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure


class Canvas(Figure):
    """A matplotlib figure that Jupyter shows once, as a picture, when it ends a cell.

    Its size is meant for letters of 10 points; where the user's are larger, so is the figure.
    """

    def __init__(self, figsize: tuple[float, float], **options: Any) -> None:
        scale = max(1.0, mpl.rcParams["font.size"] / 10)
        super().__init__(figsize=(scale * figsize[0], scale * figsize[1]), **options)

    def _repr_png_(self) -> bytes:
        FigureCanvasAgg(self)
        sink = io.BytesIO()
        self.savefig(sink, format="png", dpi=110, bbox_inches="tight")
        return sink.getvalue()
