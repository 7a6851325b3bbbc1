"""A figure that shows itself in a notebook without being one of pyplot's open figures."""

from __future__ import annotations

import io

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure


class Canvas(Figure):
    """A matplotlib figure that Jupyter shows once, as a picture, when it ends a cell."""

    def _repr_png_(self) -> bytes:
        FigureCanvasAgg(self)
        sink = io.BytesIO()
        self.savefig(sink, format="png", dpi=110, bbox_inches="tight")
        return sink.getvalue()
