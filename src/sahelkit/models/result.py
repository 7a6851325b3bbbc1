"""What all results of models have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    import xarray as xr


class Result:
    """A result that can be read as a table, as text and as labelled arrays.

    Subclasses are frozen dataclasses; they give `tidy`, `headline` and the names of the columns that index it. Where a
    table has the columns ``effect_low`` and ``effect_high``, they are the ends of the confidence interval of ``effect``
    (that of `interval`), and its confidence level is in the column ``level``.
    """

    _index: tuple[str, ...] = ("term",)

    def tidy(self) -> pd.DataFrame:
        """One row per quantity."""
        raise NotImplementedError

    def headline(self) -> str:
        """The lines above the table in `summary`."""
        raise NotImplementedError

    def summary(self) -> str:
        """The result as plain text."""
        table = self.tidy()
        if len(table) == 1:
            return f"{self.headline()}\n{table.iloc[0].to_string()}"
        kept = [name for name in table.columns if len(table[name].unique()) > 1 or name in self._index]
        shown = table[kept or list(table.columns)]
        numbers = {name: shown[name].round(4) for name in shown.select_dtypes("number").columns}
        return f"{self.headline()}\n{shown.assign(**numbers).to_string(index=False)}"

    def to_xarray(self) -> xr.Dataset:
        """The columns of `tidy` as labelled arrays."""
        table = self.tidy().set_index(list(self._index))
        text = table.select_dtypes(exclude="number").columns
        table[text] = table[text].astype("object")
        found: xr.Dataset = table.to_xarray()
        return found.assign_attrs(summary=self.headline())
