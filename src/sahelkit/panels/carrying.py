"""The newest known value of a column, as a step of a panel: what is published late or has ended is carried on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from sahelkit._types import Cells
from sahelkit.panels.layers import Context, Layer, Step, shifted


@dataclass(frozen=True)
class Newest(Step):
    """Newest known value of a column of numbers that is `periods` to `most` periods old, and its age in periods.

    Adds ``<column>_newest<periods>`` and ``<column>_newest<periods>_age``. Where the value of `periods` periods ago is
    known, the first is that of a lag of as many periods.

    Examples
    --------
    >>> import pandas as pd
    >>> from sahelkit.panels import panel
    >>> rain = pd.DataFrame({"iso3": "MLI", "month": ["2012-01", "2012-02"], "rain": [3.0, 5.0]})
    >>> mali = panel("Mali", "2012-02", "2012-05").add_frame(rain, published="+30d").add(Newest("rain", 1, 3))
    >>> mali.frame[["rain_newest1", "rain_newest1_age"]].to_numpy().tolist()
    [[3.0, 1.0], [5.0, 1.0], [5.0, 2.0], [5.0, 3.0]]
    """

    of: str
    periods: int
    most: int
    computed = True

    def made_from(self, name: str) -> str:
        """The column that is carried."""
        return self.of

    def named(self) -> tuple[str, str]:
        """Names of the two columns."""
        return f"{self.of}_newest{self.periods}", f"{self.of}_newest{self.periods}_age"

    def kinds(self, version: str | None, have: Mapping[str, str]) -> dict[str, str]:
        """Columns and their kinds."""
        return dict.fromkeys(self.named(), "level")

    def layers(self, context: Context, have: Mapping[str, Layer]) -> list[Layer]:
        """The columns on the raster."""
        old = have[self.of].values
        found = self.carried(lambda back: shifted(old, back, np.nan), context.grid.exists)
        return [
            Layer(
                name, cells, ~np.isnan(cells), np.zeros(cells.shape, dtype=bool), None, "level", "", context.grid.freq
            )
            for name, cells in zip(self.named(), found, strict=True)
        ]

    def carried(self, at: Callable[[int], Cells], exists: Any) -> tuple[Cells, Cells]:
        """Values and ages, each of shape (S, T); `at` gives the column as it was so many periods back."""
        values, age = np.full(exists.shape, np.nan), np.full(exists.shape, np.nan)
        for back in range(self.periods, max(self.most, self.periods) + 1):
            then = at(back)
            fills = np.isnan(values) & ~np.isnan(then) & exists & shifted(exists, back, False)
            values[fills], age[fills] = then[fills], back
        return values, age
