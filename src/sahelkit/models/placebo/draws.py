"""The arrays behind the placebos: exposure to events elsewhere, its score statistic, and maps and calendars by lot."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sahelkit._types import Floats, Ints
from sahelkit.errors import MissingColumnsError, ModelError, OptionError
from sahelkit.estimation.links import row_terms
from sahelkit.estimation.newton import gram, maximise
from sahelkit.exposure import spatial_weights
from sahelkit.frames import FrameLike, check_frame, check_labels, numbers_of, time_of
from sahelkit.options import check_name
from sahelkit.values import row_words

if TYPE_CHECKING:
    import xarray as xr


_BATCH = 32  # draws whose exposures stand in memory at once
_SPARSE = 0.2  # share of pairs with a weight below which a map is multiplied as a sparse matrix


@dataclass(frozen=True)
class EventGrid:
    """Events of countries by period.

    Attributes
    ----------
    codes : tuple of str, length G
        Countries.
    counts : array, shape (G, T)
        Events; 0 where the country does not exist.
    exists : array of bool, shape (G, T)
        Where the panel has a row.
    per_year : int
        Periods in a year: 12 or 1.
    first_year : int
        Calendar year of the first period.
    phase : int
        Place of the first period in its year.
    country, column : arrays of int, shape (rows of the frame,)
        Where each row of the frame lies.
    """

    codes: tuple[str, ...]
    counts: Floats
    exists: npt.NDArray[np.bool_]
    per_year: int
    first_year: int
    phase: int
    country: Ints
    column: Ints


def event_grid(frame: pd.DataFrame, event: str, *, cluster: str) -> EventGrid:
    """Spread the events of a panel over countries and periods.

    Raises
    ------
    MissingColumnsError
        If the event, the country or the time is missing.
    ModelError
        If a country has two rows for a period, or the event is NA somewhere: exposure would not be known there.
    """
    check_name("event", event)
    check_name("cluster", cluster)
    missing = [name for name in (event, cluster) if name not in frame.columns]
    if missing:
        raise MissingColumnsError("placebo_test", missing, frame.columns)
    if frame.empty:
        raise ModelError("the frame has no rows. Choose other countries or another window")
    check_labels(frame[cluster])
    blank = frame[cluster].isna().to_numpy()
    if blank.any():  # it would count for the last country
        where = row_words(frame[cluster], int(blank.argmax()))
        raise OptionError(cluster, None, "it is empty", row=where, repair="Give each row its country")
    ordinal, per_year = _ordinals(frame)
    values = numbers_of(frame[event])
    if values is None:
        raise ModelError(f"{event!r} holds no numbers. Name a column that counts events")
    if np.isnan(values).any():
        who = ", ".join(sorted(frame.loc[np.isnan(values), cluster].astype(str).unique())[:5])
        raise ModelError(
            f"{event!r} is NA in {int(np.isnan(values).sum()):,} rows ({who}), so that exposure to it is not known. "
            "Choose a rule and a period that cover all countries"
        )
    if np.isinf(values).any():
        where = row_words(frame[event], int(np.isinf(values).argmax()))
        raise OptionError(event, np.inf, "infinite", row=where, repair="Give each row its number of events")
    country, names = pd.factorize(frame[cluster].to_numpy(), sort=True)
    column = (ordinal - ordinal.min()).astype(np.intp)
    shape = (len(names), int(column.max()) + 1)
    exists = np.zeros(shape, dtype=bool)
    exists[country, column] = True
    if exists.sum() < len(frame):
        raise ModelError(
            f"{len(frame) - int(exists.sum())} rows repeat a country and period. Look at the merge that made them, or "
            "add up the events of each period"
        )
    counts = np.zeros(shape)
    counts[country, column] = values
    codes = tuple(str(name) for name in names)
    first = int(ordinal.min())
    return EventGrid(codes, counts, exists, per_year, first // per_year + 1970, first % per_year, country, column)


def read_history(
    frame: FrameLike, event: str, weights: xr.DataArray | None, *, cluster: str, where: str
) -> tuple[pd.DataFrame, EventGrid, Floats]:
    """The frame of a panel, its events by country and period, and the weights of its countries."""
    frame = check_frame(frame, where=where)
    grid = event_grid(frame, event, cluster=cluster)
    return frame, grid, weights_of(weights, grid)


def weights_of(weights: xr.DataArray | None, grid: EventGrid) -> Floats:
    """Weights of a panel's countries as an array, shape (G, G): target, source; land borders when absent.

    Raises
    ------
    OptionError
        If the weights lack a dimension or a country.
    ModelError
        If there is no tie at all.
    """
    table = spatial_weights(list(grid.codes), normalise=None) if weights is None else weights
    if not hasattr(table, "dims"):
        raise OptionError("weights", type(table), "they are an array of xarray", repair="Type spatial_weights(codes)")
    if set(table.dims) != {"target", "source"}:
        raise OptionError("weights", table.dims, "they have the dimensions target and source")
    absent = sorted(set(grid.codes) - {str(code) for code in table["target"].values})
    if absent:
        raise OptionError("weights", absent, "these countries of the panel have no weights")
    codes = list(grid.codes)
    ties = np.asarray(table.transpose("target", "source").sel(target=codes, source=codes).to_numpy(), dtype=np.float64)
    strange = ties[~(np.isfinite(ties) & (ties >= 0))]
    if strange.size:
        raise OptionError("weights", float(strange[0]), "a weight is a number of at least 0")
    if not ties.any():
        raise ModelError("no country of the panel has a neighbour in it, so that none is exposed. Take more countries")
    return ties


def _ordinals(frame: pd.DataFrame) -> tuple[npt.NDArray[np.int64], int]:
    """Months or years since 1970, and how many of them are a year."""
    _, times = time_of(frame, where="placebo_test", check=False)
    unit = "Y" if (times.unit == "Y").all() else "M"
    return times.first.astype(f"datetime64[{unit}]").astype("int64"), 12 if unit == "M" else 1


def window_sums(counts: Floats, window: int, *, lead: bool = False) -> Floats:
    """Sum over the `window` periods before each period, itself left out; with `lead` those after it.

    Examples
    --------
    >>> window_sums(np.array([[1.0, 0, 0, 2, 0]]), 2).tolist()
    [[0.0, 1.0, 1.0, 0.0, 2.0]]
    >>> window_sums(np.array([[1.0, 0, 0, 2, 0]]), 2, lead=True).tolist()
    [[0.0, 2.0, 2.0, 0.0, 0.0]]
    """
    if lead:
        return np.asarray(window_sums(counts[:, ::-1], window)[:, ::-1])
    total = np.concatenate([np.zeros((len(counts), 1)), np.cumsum(counts, axis=1)], axis=1)
    columns = np.arange(counts.shape[1])
    return np.asarray(total[:, columns] - total[:, np.maximum(columns - window, 0)])


@dataclass(frozen=True)
class ScoreStage:
    """A model fitted without the exposure, ready to test any exposure.

    Attributes
    ----------
    score : array, shape (n,)
        Derivative of each row's log-likelihood by its linear predictor.
    weight : array, shape (n,)
        Expected information of each row.
    weighted : array, shape (k, n)
        Covariates times the weights.
    inverse : array, shape (k, k)
        Inverse information of the covariates.
    """

    score: Floats
    weight: Floats
    weighted: Floats
    inverse: Floats

    def statistics(self, exposures: Floats) -> Floats:
        """Score statistic of each exposure, standard normal in large samples if it has no effect.

        Parameters
        ----------
        exposures : array, shape (B, n)

        Returns
        -------
        array, shape (B,)
            NaN where an exposure is constant or repeats the covariates.

        References
        ----------
        Rao, C. R. (1948). Large sample tests of statistical hypotheses concerning several parameters with
        applications to problems of estimation. Mathematical Proceedings of the Cambridge Philosophical Society,
        44(1), 50-57. doi:10.1017/S0305004100023987
        """
        # einsum sums in one order; products by BLAS would differ in the last bits with the number of its threads.
        up = np.einsum("bn,n->b", exposures, self.score)
        whole = np.einsum("bn,bn,n->b", exposures, exposures, self.weight)
        cross = np.einsum("bn,kn->bk", exposures, self.weighted)
        left = whole - np.einsum("bi,ij,bj->b", cross, self.inverse, cross)
        enough = left > 1e-9 * np.maximum(whole, 1e-300)
        return np.where(enough, up / np.sqrt(np.where(enough, left, 1.0)), np.nan)


def score_stage(design: Floats, outcome: Floats, *, link: str) -> ScoreStage:
    """Fit the model without the exposure.

    Raises
    ------
    ModelError
        If it does not converge.
    """
    fit = maximise(design, outcome, link=link)
    if not fit.converged:
        raise ModelError("the model without the exposure does not converge: events may be separated. Try fit_hazard()")
    rows = row_terms(link, design @ fit.coef, outcome)
    weighted = np.ascontiguousarray((design * rows.expected[:, None]).T)
    return ScoreStage(rows.score, rows.expected, weighted, np.asarray(np.linalg.inv(gram(design, rows.expected))))


Map = tuple[Floats, Floats]  # weights (G, G) and felt events (G, T)


def statistics_of(maps: Iterator[Map], count: int, stage: ScoreStage, country: Ints, column: Ints) -> Floats:
    """Score statistics of exposures ``weights @ felt``, read at the rows of the model, shape (count,)."""
    found = np.empty(count)
    for begin in range(0, count, _BATCH):
        size = min(_BATCH, count - begin)
        batch = np.empty((size, len(country)))
        for place in range(size):
            weights, felt = next(maps)
            batch[place] = _product(weights, felt)[country, column]
        found[begin : begin + size] = stage.statistics(batch)
    return found


def _product(weights: Floats, felt: Floats) -> Floats:
    if len(weights) > 40 and np.count_nonzero(weights) < _SPARSE * weights.size:
        from scipy.sparse import csr_array

        return np.asarray(csr_array(weights) @ felt)
    return np.asarray(np.einsum("ij,jt->it", weights, felt))


def relabelled(rng: np.random.Generator, weights: Floats, felt: Floats) -> Iterator[Map]:
    """Maps on which all countries have traded places: rows and columns of the weights in one random order."""
    while True:
        order = rng.permutation(len(weights))
        yield weights[np.ix_(order, order)], felt


def far_weights(rng: np.random.Generator, weights: Floats, felt: Floats, remote: list[Ints]) -> Iterator[Map]:
    """Maps on which each country's neighbours are replaced by as many of its remote countries, by lot."""
    count = len(weights)
    banned = np.ones((count, count), dtype=bool)
    for target, choices in enumerate(remote):
        banned[target, choices] = False
    own = -np.sort(-weights, axis=1)  # each target's weights, largest first
    while True:
        order = np.argsort(np.where(banned, 2.0, rng.random((count, count))), axis=1)
        drawn = np.zeros_like(weights)
        np.put_along_axis(drawn, order, own, axis=1)
        yield drawn, felt


def remote_countries(weights: Floats, distance: Floats, codes: tuple[str, ...]) -> list[Ints]:
    """For each country, the farther half of those that are not its neighbours, or as many as it has neighbours.

    Raises
    ------
    ModelError
        If a country has more neighbours than others that are not.
    """
    found = []
    for target, code in enumerate(codes):
        near = weights[target] > 0
        others = np.flatnonzero(~near & (np.arange(len(codes)) != target))
        needed = int(near.sum())
        if len(others) < needed:
            raise ModelError(
                f"{code} borders {needed} of the {len(codes)} countries, so that there are too few far ones to put in "
                "their place. Take more countries, such as 'west_africa'"
            )
        ranked = others[np.argsort(-distance[target, others], kind="stable")]
        found.append(ranked[: max(needed, (len(others) + 1) // 2)])
    return found


def calendars(
    rng: np.random.Generator, weights: Floats, grid: EventGrid, *, block: int | None, felt: Callable[[Floats], Floats]
) -> Iterator[Map]:
    """Histories in which the calendar years of each source trade places within blocks of years."""
    whole = _whole_years(grid)
    years, per_year = whole.shape[1], grid.per_year
    cut = slice(-grid.phase % per_year, -grid.phase % per_year + years * per_year)
    history = grid.counts[:, cut].reshape(len(grid.codes), years, per_year)
    places = np.arange(years, dtype=float)
    blocks = np.floor(places / (years if block is None else block))
    apart = np.where(whole, 2.0 * blocks, 4.0 * years + places)  # years that stay sort behind all that move
    home = np.argsort(apart, axis=1, kind="stable")
    while True:
        away = np.argsort(apart + np.where(whole, rng.random(whole.shape), 0.0), axis=1, kind="stable")
        moved = np.empty_like(history)
        np.put_along_axis(moved, home[:, :, None], np.take_along_axis(history, away[:, :, None], axis=1), axis=1)
        counts = grid.counts.copy()
        counts[:, cut] = moved.reshape(len(grid.codes), -1)
        yield weights, felt(counts)


def _whole_years(grid: EventGrid) -> npt.NDArray[np.bool_]:
    """Calendar years in which a country has all its rows, shape (G, Y)."""
    first = -grid.phase % grid.per_year
    years = (grid.exists.shape[1] - first) // grid.per_year
    part: npt.NDArray[Any] = grid.exists[:, first : first + years * grid.per_year]
    return np.asarray(part.reshape(len(part), years, grid.per_year).all(axis=2))
