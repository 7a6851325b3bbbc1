"""The table of all models: in memory, or a folder of Parquet files that is opened lazily."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sahelkit.errors import MissingExtraError

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class ModelTable:
    """One row per model, in the order of the plan.

    Attributes
    ----------
    dataset : pyarrow.dataset.Dataset
        The rows, read when they are asked for. Columns: ``model``, ``focus`` (number of the focus column), ``link``,
        ``effects``, ``coef``, ``se`` (from the model; HC0 for the identity link), ``se_cluster`` (CR1), ``n``,
        ``events``, ``loglik``, ``lri`` (McFadden's, 1 - loglik / loglik of the intercept alone), ``vif`` (of the focus
        column), ``converged``, ``separated``, ``singular`` (a column is a combination of others: no numbers),
        ``method`` (``"ml"`` or ``"firth"``). Kept on request: ``columns`` (list), and the lists ``all_coef``,
        ``all_se``, ``all_se_cluster``, ``all_vif`` in the order of ``columns``, which ends with the fixed effects.
    folder : pathlib.Path, optional
        Where the files are; absent when the table is held in memory.
    """

    dataset: Any
    folder: Path | None = None

    def __len__(self) -> int:
        """Models."""
        return int(self.dataset.count_rows())

    def to_frame(self, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Read some columns, or all, into a pandas frame."""
        table = self.dataset.to_table(columns=None if columns is None else list(columns))
        frame: pd.DataFrame = table.to_pandas()
        return frame

    def to_dask(self) -> Any:
        """Open the folder as a dask.dataframe, for tables that outgrow the memory.

        Raises
        ------
        MissingExtraError
            If Dask is not installed.
        """
        try:
            import dask.dataframe as dd
        except ImportError:
            raise MissingExtraError("a Dask table", "scale", "dask") from None
        if self.folder is None:
            return dd.from_pandas(self.to_frame(), npartitions=1)
        return dd.read_parquet([str(path) for path in sorted(self.folder.glob("part-*.parquet"))])
