"""Heat maps of small tables whose cells hold texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sahelkit._types import Floats
from sahelkit.plots.style import BLACK, GREY

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def heat_map(
    axes: Axes,
    percent: Floats,
    *,
    rows: Sequence[str],
    columns: Sequence[str],
    empty: str,
    bar: str,
    **bar_options: Any,
) -> None:
    """Colour the cells of a table by its values from 0 to 100, and write each value, or `empty` where it is NA.

    The middles of the cells lie at 0.5, 1.5 ..., from the top and from the left.
    """
    import seaborn as sns

    sns.heatmap(
        percent,
        cmap="cividis",
        vmin=0,
        vmax=100,
        xticklabels=list(columns),
        yticklabels=list(rows),
        cbar_kws={"label": bar, **bar_options},
        ax=axes,
    )
    number: dict[str, Any] = {"fontsize": 13, "fontweight": "bold"}
    for i, j in np.ndindex(percent.shape):
        if np.isnan(percent[i, j]):
            axes.text(j + 0.5, i + 0.5, empty, ha="center", va="center", fontsize=8, color=GREY)
        else:
            colour = cell_colour(float(percent[i, j]))
            axes.text(j + 0.5, i + 0.4, f"{percent[i, j]:.0f}", ha="center", va="center", color=colour, **number)
    axes.grid(False)
    axes.tick_params(length=0)


def cell_colour(percent: float) -> str:
    """Colour of a text that is read on the colour of a value from 0 to 100."""
    return "white" if percent < 55 else BLACK
