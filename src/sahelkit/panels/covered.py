"""What a panel's sources cover: existing, known and missing cells by column and year."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from sahelkit._types import TEXT, Bools, Lang
from sahelkit.errors import OptionError
from sahelkit.options import check_language
from sahelkit.panels.builder import Panel
from sahelkit.panels.evaluate import Raster
from sahelkit.panels.placing import COLUMNS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COUNTS = ("existing", "covered", "missing", "unpublished", "outside")


@dataclass(frozen=True)
class Coverage:
    """How far each column of a panel is known.

    Attributes
    ----------
    frame : pandas.DataFrame
        One row per column and calendar year, with numbers of cells (country-months or country-years):
        ``existing`` (the state exists), and of these ``covered`` (a value is there), ``missing`` (the source covers
        the cell and has no value), ``unpublished`` (not yet known on the day of `Panel.as_of`) and ``outside`` (the
        source does not cover the cell). The last four add up to the first.
    freq : str
        ``"M"`` or ``"Y"``.
    n_states : int
        States with at least one cell.
    datasets : tuple of str
        Datasets behind the columns.
    unplaced : pandas.DataFrame
        Rows of the user's own frames that find no place in the panel, one line per reason and state: ``reason``
        (``"country"``: the state is not in the panel; ``"no_state"``: it did not exist then; ``"time"``: the period
        lies outside; ``"repeated"``: a state and period outside the panel stand there twice), ``iso3``, ``n_rows``,
        ``first`` and ``last`` (periods described), ``hint``.
    """

    frame: pd.DataFrame
    freq: str
    n_states: int
    datasets: tuple[str, ...]
    unplaced: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(COLUMNS)), repr=False)

    def summary(self) -> pd.DataFrame:
        """One row per column: the counts over all years, ``share`` covered (0 to 1), first and last covered year."""
        out = self.frame.groupby("column", sort=False)[list(COUNTS)].sum()
        out["share"] = out["covered"] / out["existing"]
        years = self.frame[self.frame["covered"] > 0].groupby("column", sort=False)["year"]
        out["first_year"] = years.min().astype("Int64")
        out["last_year"] = years.max().astype("Int64")
        return out.reset_index().astype({"first_year": "Int64", "last_year": "Int64"})

    def plot(self, *, lang: Lang | None = None) -> Figure:
        """Heat strip of each column over the years: which share of the existing cells has a value.

        Parameters
        ----------
        lang : {"en", "fr"}
            Language of the words in the figure.

        Raises
        ------
        UnknownNameError
            If the language is unknown.
        """
        lang = check_language(lang)
        from sahelkit.plots.coverage import plot_coverage

        return plot_coverage(
            self.frame, freq=self.freq, n_states=self.n_states, source=", ".join(self.datasets), lang=lang
        )


def coverage(panel: Panel) -> Coverage:
    """Count existing, known and missing cells of each source column of a panel, year by year.

    Computed columns (lags, clocks, neighbours) are left out: they are known where their sources are.

    Parameters
    ----------
    panel : Panel
        A panel with at least one source.

    Returns
    -------
    Coverage
        ``.frame``, ``.summary()`` and ``.plot()``.

    Raises
    ------
    OptionError
        If the panel has no columns yet, or is not a panel.

    Examples
    --------
    >>> from sahelkit.panels import panel
    >>> known = coverage(panel("focus", "2021", "2022", freq="Y").add_coups(rule="cline"))
    >>> known.frame.loc[known.frame["column"] == "attempt", ["year", "existing", "covered"]].to_numpy().tolist()
    [[2021, 5, 5], [2022, 5, 5]]
    """
    if not isinstance(panel, Panel):
        raise OptionError("panel", type(panel).__name__, "not a panel", repair="Pass what sahelkit.panel returns")
    if not panel.columns:
        raise OptionError("panel", panel, "it has no columns yet", repair="Add a source, e.g. .add_coups()")
    raster = panel._raster
    shown = raster.shown
    names = [name for name, layer in raster.layers.items() if layer.published is not None]
    frames = [_by_year(raster, name, shown) for name in names]
    return Coverage(
        frame=pd.concat(frames, ignore_index=True),
        freq=panel.freq,
        n_states=int(shown.any(axis=1).sum()),
        datasets=tuple(dict.fromkeys(raster.layers[name].source or "user" for name in names)),
        unplaced=pd.concat(raster.unplaced, ignore_index=True)
        if raster.unplaced
        else pd.DataFrame(columns=list(COLUMNS)),
    )


def _by_year(raster: Raster, name: str, shown: Bools) -> pd.DataFrame:
    layer = raster.layers[name]
    known = shown & layer.known
    outside = shown & ~layer.covered
    hidden = shown & layer.hidden & ~known
    years = raster.grid.years[raster.columns]
    first, slots = int(years[0]), int(years[-1] - years[0]) + 1

    def count(cells: Bools) -> npt.NDArray[np.int64]:
        per_period = cells[:, raster.columns].sum(axis=0)
        return np.bincount(years - first, weights=per_period, minlength=slots).astype(np.int64)

    existing, covered, away, veiled = count(shown), count(known), count(outside), count(hidden)
    return pd.DataFrame(
        {
            "column": pd.Series([name] * slots, dtype=TEXT),
            "year": np.arange(first, first + slots),
            "existing": existing,
            "covered": covered,
            "missing": existing - covered - away - veiled,
            "unpublished": veiled,
            "outside": away,
        }
    )
