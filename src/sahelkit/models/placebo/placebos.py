"""Placebos for the hazard model: is as much found where there is nothing to find."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

import numpy as np
import pandas as pd

from sahelkit._deprecated import renamed
from sahelkit._types import Floats, Ints
from sahelkit.dates import frequency
from sahelkit.errors import ModelError, OptionError, UnknownNameError, is_known
from sahelkit.estimation.design import Design, check_outcome, read_design
from sahelkit.estimation.links import Link, check_link
from sahelkit.estimation.newton import maximise
from sahelkit.estimation.replicates import on_one_thread
from sahelkit.exposure import spatial_weights
from sahelkit.frames import FrameLike
from sahelkit.models.placebo.draws import (
    EventGrid,
    Map,
    ScoreStage,
    calendars,
    far_weights,
    read_history,
    relabelled,
    remote_countries,
    score_stage,
    statistics_of,
    window_sums,
)
from sahelkit.models.placebo.result import Placebo
from sahelkit.options import check_options, check_whole_number

if TYPE_CHECKING:
    import xarray as xr


Kind: TypeAlias = Literal["geography", "leads", "far", "calendar"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Alternative: TypeAlias = Literal["greater", "two-sided"]
ALTERNATIVES: tuple[Alternative, ...] = get_args(Alternative)
# Draws per task. A task has a seed of its own, so that neither the number of workers nor their order changes a draw.
_TASK = 250


@renamed(draws="replicates")
def placebo_test(
    formula: str,
    frame: FrameLike,
    *,
    kind: Kind = "geography",
    event: str = "attempt",
    weights: xr.DataArray | None = None,
    window: int = 12,
    replicates: int = 10_000,
    link: Link = "cloglog",
    cluster: str = "iso3",
    alternative: Alternative = "greater",
    block: int | None = 10,
    seed: int | None = 0,
    n_jobs: int | None = 1,
) -> Placebo:
    """Test a country's exposure to events next door against exposures that cannot matter.

    The exposure of a country in a period is the weighted sum of other countries' events in the `window` periods
    before. Its score statistic comes from one fit of the model without it: each draw then costs two products of
    arrays and no fit. Kinds of placebo:

    * ``"geography"``: all countries trade places on the map; numbers of neighbours and all histories stay.
    * ``"leads"``: exposure to the events of the `window` periods *after*, which cannot cause anything today; its own
      null distribution is that of ``"geography"``. Large leads speak of shared conditions. But with symmetric weights
      and the outcome's own events, each pair of events is a lead for one country and a lag for the other, so that
      leads and lags are the same number but for the covariates: the comparison then shows little. Take weights that
      are not symmetric (normalised by column), or another event such as ``event="success"``.
    * ``"far"``: each country gets as many far-away countries for neighbours, from the farther half of the others by
      distance between capitals. Its p-value is a place among such maps, not the size of a test: far countries have
      histories of their own.
    * ``"calendar"``: the calendar years of each source trade places within blocks of years. A source's number of
      events in the block stays; their timing goes.

    Parameters
    ----------
    formula : str
        The model without the exposure, e.g. ``"onset ~ t + t2 + t3 + never_attempt"``; the outcome is 0 or 1.
    frame : pandas.DataFrame or Panel
        Panel with one row per country and period (column ``period``, ``month`` or ``year``).
    kind : {"geography", "leads", "far", "calendar"}
        Placebo.
    event : str
        Column that counts the events to which countries are exposed; known in every row.
    weights : xarray.DataArray, optional
        Dimensions ``target`` and ``source``, as `sahelkit.exposure.spatial_weights` gives them; today's land borders,
        1 for each neighbour, when absent. Countries outside the panel count neither as source nor as target.
    window : int
        Periods. The first `window` periods of the panel (for leads the last) are left out, for their exposure is not
        known.
    replicates : int
        Placebo draws, at least 99.
    link, cluster
        As in `sahelkit.fit_hazard`.
    alternative : {"greater", "two-sided"}
        Contagion is looked for, so that large values count by default.
    block : int or None
        Years within which the calendar is mixed, counted from the first whole year; None for all years.
    seed : int or None
        Seed. The same seed gives the same draws for any `n_jobs`.
    n_jobs : int or None
        Parallel workers, as in joblib; None leaves the choice to ``joblib.parallel_config``, which can send the tasks
        to a Dask cluster.

    Returns
    -------
    Placebo

    Raises
    ------
    UnknownNameError
        If the kind, alternative or link is unknown.
    OptionError
        If `replicates`, `window`, `block` or `weights` cannot be.
    MissingColumnsError
        If a column is missing.
    ModelError
        If the event is NA somewhere, rows repeat, no country is exposed, there is no event, or the fit fails.

    References
    ----------
    Good, P. I. (2005). Permutation, Parametric and Bootstrap Tests of Hypotheses (3rd ed.). Springer.
    doi:10.1007/b138696

    Miller, M. K., Joseph, M., & Ohl, D. (2018). Are coups really contagious? Journal of Conflict Resolution, 62(2),
    410-441. doi:10.1177/0022002716649232

    Examples
    --------
    >>> import sahelkit as sk
    >>> panel = sk.panel("west_africa", "1970", "2020", freq="Y").add_coups(rule="powell_thyne").frame
    >>> panel["onset"] = panel["attempt"].clip(upper=1)
    >>> test = placebo_test("onset ~ 1", panel, window=1, replicates=199, seed=1)
    >>> bool(0 < test.p_value <= 1), len(test.null)
    (True, 199)
    """
    check_options(replicates=replicates, seed=seed, n_jobs=n_jobs)
    _check_options(kind, alternative, replicates, window, block)
    check_link(link)
    frame, grid, ties = read_history(frame, event, weights, cluster=cluster, where="placebo_test")
    lags, later = window_sums(grid.counts, window), window_sums(grid.counts, window, lead=True)
    data, stage, rows = _stage(formula, frame, grid, window, link=link, cluster=cluster, lead=False)
    exposure = (ties @ lags)[grid.country[rows], grid.column[rows]]
    lagged = float(stage.statistics(exposure[None])[0])
    if kind == "leads":
        data, stage, rows = _stage(formula, frame, grid, window, link=link, cluster=cluster, lead=True)
        exposure = (ties @ later)[grid.country[rows], grid.column[rows]]
    statistic = float(stage.statistics(exposure[None])[0])
    if not np.isfinite(statistic):
        raise ModelError("exposure is the same in all rows, or repeats the covariates: there is nothing to test")
    country, column = grid.country[rows], grid.column[rows]
    felt = later if kind == "leads" else lags
    remote = remote_countries(ties, _distances(grid), grid.codes) if kind == "far" else []

    def task(child: np.random.SeedSequence, size: int) -> Floats:
        rng = np.random.default_rng(child)
        maps = _maps(kind, rng, ties, felt, grid, remote, window, block)
        return statistics_of(maps, size, stage, country, column)

    null = _parallel(task, replicates, seed, n_jobs)
    return Placebo(
        kind=kind,
        statistic=statistic,
        null=null,
        p_value=permutation_p(statistic, null, alternative=alternative),
        alternative=alternative,
        lagged=lagged,
        ratio=_ratio(data, exposure, link),
        window=window,
        n_rows=len(data.outcome),
        n_events=int(data.outcome.sum()),
        n_clusters=len(data.names),
        link=link,
        cluster=cluster,
        freq=frequency(data.times),
        event=event,
        mirrored=kind == "leads" and _mirrored(ties, frame.iloc[rows][event], data),
        origin=data.origin,
    )


def permutation_p(statistic: float, null: Floats, *, alternative: str = "greater") -> float:
    """p-value of an observed statistic among placebo draws, the observed one counted as a draw.

    References
    ----------
    Phipson, B., & Smyth, G. K. (2010). Permutation p-values should never be zero. Statistical Applications in
    Genetics and Molecular Biology, 9(1), 39. doi:10.2202/1544-6115.1585

    Examples
    --------
    >>> permutation_p(2.0, np.arange(9.0) / 2)
    0.6
    >>> permutation_p(5.0, np.arange(9.0) / 2, alternative="two-sided")
    0.2
    """
    known = null[np.isfinite(null)]
    above = (1 + int(np.sum(known >= statistic - 1e-12))) / (1 + len(known))
    if alternative == "greater":
        return above
    below = (1 + int(np.sum(known <= statistic + 1e-12))) / (1 + len(known))
    return min(1.0, 2 * min(above, below))


_BLOCKS = "years trade places within blocks of at least two"


def _check_options(kind: str, alternative: str, replicates: int, window: int, block: int | None) -> None:
    for what, given, allowed in (("placebo", kind, KINDS), ("alternative", alternative, ALTERNATIVES)):
        if not is_known(given, allowed):
            raise UnknownNameError(what, given, allowed)
    if replicates < 99:
        raise OptionError("replicates", replicates, "too few to give a p-value", repair="Type replicates=10_000")
    check_whole_number("window", window, example=12, why="a window has at least one period, and only whole ones")
    check_whole_number("block", block, least=2, optional=True, example=10, why=_BLOCKS)


def _stage(
    formula: str, frame: pd.DataFrame, grid: EventGrid, window: int, *, link: str, cluster: str, lead: bool
) -> tuple[Design, ScoreStage, Ints]:
    last = grid.counts.shape[1]
    inside = grid.column < last - window if lead else grid.column >= window
    if not inside.any():
        raise OptionError("window", window, f"the panel has {last} periods only")
    rows = np.flatnonzero(inside)
    kept = frame.iloc[rows]
    kept.attrs = frame.attrs
    data = read_design(formula, kept, cluster=cluster, where="placebo_test")
    check_outcome(data)
    stage = score_stage(data.matrix, data.outcome, link=link)
    return data, stage, rows[data.rows]


def _distances(grid: EventGrid) -> Floats:
    inverse = spatial_weights(list(grid.codes), kind="inverse_distance", normalise=None).to_numpy()
    return np.asarray(1000.0 / np.where(inverse > 0, inverse, np.inf), dtype=np.float64)


def _maps(
    kind: str,
    rng: np.random.Generator,
    ties: Floats,
    felt: Floats,
    grid: EventGrid,
    remote: list[Ints],
    window: int,
    block: int | None,
) -> Iterator[Map]:
    if kind == "far":
        return far_weights(rng, ties, felt, remote)
    if kind == "calendar":
        return calendars(rng, ties, grid, block=block, felt=lambda counts: window_sums(counts, window))
    return relabelled(rng, ties, felt)


def _parallel(task: object, replicates: int, seed: int | None, n_jobs: int | None) -> Floats:
    from joblib import Parallel, delayed

    sizes = [min(_TASK, replicates - begin) for begin in range(0, replicates, _TASK)]
    children = np.random.SeedSequence(seed).spawn(len(sizes))
    done = Parallel(n_jobs=n_jobs)(
        delayed(on_one_thread)(task, child, size) for child, size in zip(children, sizes, strict=True)
    )
    return np.concatenate(list(done))


def _mirrored(ties: Floats, counts: pd.Series, data: Design) -> bool:
    """Whether the weights are symmetric and the events those of the outcome."""
    happened = counts.to_numpy(dtype=float) > 0
    return bool(np.allclose(ties, ties.T, atol=1e-8 * float(ties.max())) and (happened == (data.outcome > 0)).all())


def _ratio(data: Design, exposure: Floats, link: str) -> float:
    joined = np.asfortranarray(np.column_stack([data.matrix, exposure]))
    return float(np.exp(maximise(joined, data.outcome, link=link).coef[-1]))
