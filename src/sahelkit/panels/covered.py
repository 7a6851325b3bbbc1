"""What a panel's sources cover: existing, known and missing cells by column and year."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from sahelkit._types import TEXT, Bools, Lang
from sahelkit.errors import OptionError
from sahelkit.language.nouns import unit_words
from sahelkit.language.numbers import count_text, percent
from sahelkit.language.texts import words
from sahelkit.options import check_language
from sahelkit.panels.builder import Panel
from sahelkit.panels.evaluate import Raster
from sahelkit.panels.pair_columns import PairLayer
from sahelkit.panels.pairs import Dyads
from sahelkit.panels.placing import COLUMNS
from sahelkit.results.base import Result
from sahelkit.tables.read import record_of

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COUNTS = ("existing", "covered", "missing", "unpublished", "outside")
_WORDS = {
    "en": {
        "head": "{columns} columns over {states} states, {cells} {unit}; {datasets}",
        "text": "Of the {cells} {unit} of {states} states, {least} has a value in {low} and {most} in {high}; what has "
        "none is missing in its source, outside it or not yet published, and is not zero.",
        "alone": "Of the {cells} {unit} of {states} states, {least} has a value in {low}; what has none is missing in "
        "its source, outside it or not yet published, and is not zero.",
    },
    "fr": {
        "head": "{columns} colonnes pour {states} États, {cells} {unit} ; {datasets}",
        "text": "Sur les {cells} {unit} de {states} États, {least} a une valeur dans {low} et {most} dans {high} ; ce "
        "qui n’en a pas manque dans la source, lui est extérieur ou n’est pas encore publié, et n’est pas zéro.",
        "alone": "Sur les {cells} {unit} de {states} États, {least} a une valeur dans {low} ; ce qui n’en a pas manque "
        "dans la source, lui est extérieur ou n’est pas encore publié, et n’est pas zéro.",
    },
}


@dataclass(frozen=True, repr=False)
class Coverage(Result):
    """How far each column of a panel is known.

    Attributes
    ----------
    frame : pandas.DataFrame
        One row per column and calendar year, with numbers of cells (country-months or country-years, or pairs):
        ``existing`` (the state exists), and of these ``covered`` (a value is there), ``missing`` (the source covers
        the cell and has no value), ``unpublished`` (not yet known on the day of `Panel.as_of`) and ``outside`` (the
        source does not cover the cell). The last four add up to the first.
    freq : str
        ``"M"`` or ``"Y"``; ``"pairs M"`` or ``"pairs Y"`` where cells are pairs of states.
    n_states : int
        States with at least one cell.
    datasets : tuple of str
        Datasets behind the columns, each with its version; "user" for a user's own frame.
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

    _index: ClassVar[tuple[str, ...]] = ("column",)
    _shows: ClassVar[tuple[str, ...]] = ("existing", "covered", "share", "first_year", "last_year")

    def tidy(self) -> pd.DataFrame:
        """One row per column: the counts over all years, ``share`` covered (0 to 1), first and last covered year."""
        out = self.frame.groupby("column", sort=False)[list(COUNTS)].sum()
        out["share"] = out["covered"] / out["existing"]
        years = self.frame[self.frame["covered"] > 0].groupby("column", sort=False)["year"]
        out["first_year"] = years.min().astype("Int64")
        out["last_year"] = years.max().astype("Int64")
        return out.reset_index().astype({"first_year": "Int64", "last_year": "Int64"})

    def _facts(self, lang: Lang) -> dict[str, object]:
        return {
            "cells": count_text(self.tidy()["existing"].max(), lang),
            "unit": unit_words(self.freq, lang),
            "states": self.n_states,
        }

    def headline(self, *, lang: Lang | None = None) -> str:
        """What was counted."""
        lang = check_language(lang)
        return words(_WORDS, lang)["head"].format(
            columns=self.frame["column"].nunique(), datasets=", ".join(self.datasets), **self._facts(lang)
        )

    def says(self, *, lang: Lang | None = None) -> str:
        """One sentence on the columns that are known least and best."""
        lang = check_language(lang)
        table = self.tidy().sort_values("share", kind="stable")
        low, high = table.iloc[0], table.iloc[-1]
        return words(_WORDS, lang)["text" if len(table) > 1 else "alone"].format(
            least=percent(low["share"], lang),
            low=low["column"],
            most=percent(high["share"], lang),
            high=high["column"],
            **self._facts(lang),
        )

    def to_xarray(self) -> xr.Dataset:
        """The counts of `frame` with dimensions ``column`` and ``year``."""
        found: xr.Dataset = self.frame.astype({"column": object}).set_index(["column", "year"]).to_xarray()
        return found.assign_attrs(summary=self.headline())

    def plot(self, *, ax: Axes | None = None, lang: Lang | None = None) -> Figure:
        """Heat strip of each column over the years: which share of the existing cells has a value.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Axes to draw on; a new figure when absent.
        lang : {"en", "fr"}, optional
            Language of the words in the figure.

        Raises
        ------
        UnknownNameError
            If the language is unknown.
        """
        from sahelkit.plots.coverage import plot_coverage

        source = "" if set(self.datasets) == {"user"} else ", ".join(self.datasets)
        return plot_coverage(
            self.frame, freq=self.freq, n_states=self.n_states, ax=ax, lang=check_language(lang), source=source
        )


def coverage(panel: Panel | Dyads) -> Coverage:
    """Count existing, known and missing cells of each source column of a panel, year by year.

    Computed columns (lags, clocks, neighbours) are left out: they are known where their sources are.

    Parameters
    ----------
    panel : Panel or Dyads
        A panel, or pairs, with at least one source. Of pairs, cells are pairs in a month or year; a column of the
        states is known in a pair when it is known of the source (that of the target is known in as many).

    Returns
    -------
    Coverage
        ``.frame``, ``.tidy()``, ``.summary()`` and ``.plot()``.

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
    pairs = panel if isinstance(panel, Dyads) else None
    states = panel.states if isinstance(panel, Dyads) else panel
    if not isinstance(states, Panel):
        raise OptionError("panel", type(panel).__name__, "not a panel", repair="Pass what sahelkit.panel returns")
    if not (states.columns or (pairs and pairs.steps)):
        raise OptionError("panel", panel, "it has no columns yet", repair="Add a source, e.g. .add_coups()")
    raster = states._raster
    shown = raster.shown
    named = {name: layer for name, layer in raster.layers.items() if layer.published is not None}
    weight = np.maximum(shown[:, raster.columns].sum(axis=0) - 1, 0) if pairs else np.ones(1, dtype=np.int64)
    if pairs and not pairs.directed:
        weight = weight / 2
    frames = [_by_year(raster, name, shown, weight) for name in named]
    sources = [layer.source for layer in named.values()]
    for name, layer, there in pairs.cells() if pairs else ():
        frames.append(_pairs_by_year(raster, name, layer, there))
        sources.append(layer.source)
    return Coverage(
        frame=pd.concat(frames, ignore_index=True),
        freq=f"pairs {states.freq}" if pairs else states.freq,
        n_states=int(shown.any(axis=1).sum()),
        datasets=tuple(dict.fromkeys(_named(source, states.version) for source in sources)),
        unplaced=pd.concat(raster.unplaced, ignore_index=True)
        if raster.unplaced
        else pd.DataFrame(columns=list(COLUMNS)),
    )


def _named(dataset: str, version: str | None) -> str:
    return f"{dataset} {record_of(dataset, version).version}" if dataset else "user"


def _by_year(raster: Raster, name: str, shown: Bools, weight: npt.NDArray[Any]) -> pd.DataFrame:
    layer = raster.layers[name]
    known = shown & layer.known
    away, veiled = shown & ~layer.covered, shown & layer.hidden & ~known
    counts = [cells[:, raster.columns].sum(axis=0) * weight for cells in (shown, known, away, veiled)]
    return _counted(raster, name, *counts)


def _pairs_by_year(raster: Raster, name: str, layer: PairLayer, there: Bools) -> pd.DataFrame:
    known = there & ~np.isnan(layer.values)
    counts = [cells.sum(axis=(0, 1)) for cells in (there, known, there & ~layer.covered, there & layer.hidden & ~known)]
    return _counted(raster, name, *counts)


def _counted(raster: Raster, name: str, *per_period: npt.NDArray[Any]) -> pd.DataFrame:
    """Existing, known, uncovered and unpublished cells of each period, as a table by years."""
    years = raster.grid.years[raster.columns]
    first, slots = int(years[0]), int(years[-1] - years[0]) + 1
    existing, covered, away, veiled = (
        np.bincount(years - first, weights=counts, minlength=slots).round().astype(np.int64) for counts in per_period
    )
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
