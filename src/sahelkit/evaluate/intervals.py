"""Intervals of scores by resampling origins, and of differences between two forecasts of the same rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from sahelkit._types import Floats
from sahelkit.evaluate import scores
from sahelkit.options import check_options

NAMES = ("log", "brier", "brier_skill", "roc_auc", "average_precision", "pr_auc_trapezoid", "top_recall")


@dataclass(frozen=True)
class Rows:
    """Scored rows, numbered by their origins.

    Attributes
    ----------
    happened, probability : arrays, shape (n,)
        Outcomes (0 or 1) and forecasts.
    origin : array of int, shape (n,)
        Number of the origin of each row, from 0 in order of time.
    reference : array, shape (n,), or None
        Forecasts of the reference of the Brier skill; the share of events among the rows when None.
    k : int
        Length of the list in ``top_recall``.
    """

    happened: Floats
    probability: Floats
    origin: npt.NDArray[np.int64]
    reference: Floats | None = None
    k: int = 10


@dataclass(frozen=True)
class Blocks:
    """How origins are drawn, and how far their intervals are stretched.

    Attributes
    ----------
    n_origins : int
        Origins in order of time.
    overlap : int
        Over how many origins in a row the windows of outcomes overlap; 1 for windows that do not.
    """

    n_origins: int
    overlap: int

    @property
    def length(self) -> int:
        """Origins in a block: twice the overlap, for blocks just as long would lose a third of the variance."""
        return 1 if self.overlap == 1 else max(1, min(2 * self.overlap, self.n_origins // 2))

    def weights(self, *, replicates: int, seed: int | None) -> npt.NDArray[np.float64]:
        """Weights of the origins in each replicate, see `block_weights`."""
        return block_weights(self.n_origins, block=self.length, replicates=replicates, seed=seed)

    def stretch(self, level: float) -> float:
        """Factor by which the reach of an interval on either side of the estimate falls short; NaN with one block.

        Three things make percentile intervals of few blocks too short: overlap across the ends of blocks is lost, drawn
        blocks vary around their own mean instead of the true one, and few blocks call for a t instead of a normal
        quantile. Simulated coverage is in ``tests/evaluate/test_intervals.py``.
        """
        from scipy import stats

        blocks = self.n_origins / self.length
        if blocks < 2:
            return float("nan")
        steps = np.arange(1, self.overlap)
        apart = 1 - steps / self.overlap
        kept = (1 + 2 * (apart * np.clip(1 - steps / self.length, 0, None)).sum()) / (1 + 2 * apart.sum())
        share = 0.5 + level / 2
        return float(stats.t.ppf(share, blocks - 1) / stats.norm.ppf(share) / np.sqrt(kept * (1 - 1 / blocks)))


def blocks_of(origins: npt.NDArray[np.int64], *, horizon: int) -> Blocks:
    """Blocks for origins, given by their ordinals in order, whose windows are `horizon` periods long.

    Examples
    --------
    >>> blocks_of(np.arange(300), horizon=12), blocks_of(np.arange(0, 300, 12), horizon=12).overlap
    (Blocks(n_origins=300, overlap=12), 1)
    """
    check_options(horizon=horizon)
    step = int(np.median(np.diff(origins))) if len(origins) > 1 else horizon
    return Blocks(n_origins=len(origins), overlap=max(1, -(-horizon // max(step, 1))))


def block_weights(n_origins: int, *, block: int, replicates: int, seed: int | None) -> npt.NDArray[np.float64]:
    """How often each origin is drawn in each replicate of a circular block bootstrap.

    Outcomes of neighbouring origins overlap when the horizon is longer than the step between origins; blocks as long as
    the overlap keep them together.

    Parameters
    ----------
    n_origins : int
        Origins in order of time.
    block : int
        Length of a block in origins; 1 draws single origins.
    replicates : int
        Replicates.
    seed : int or None
        Seed of the draws.

    Returns
    -------
    array, shape (replicates, n_origins)
        Each row adds up to `n_origins`, up to the last block, which is cut.

    References
    ----------
    Politis, D. N., & Romano, J. P. (1992). A circular block-resampling procedure for stationary data. In R. LePage & L.
    Billard (Eds.), Exploring the limits of bootstrap (pp. 263-270). Wiley.

    Examples
    --------
    >>> block_weights(5, block=2, replicates=3, seed=1).sum(axis=1).tolist()
    [5.0, 5.0, 5.0]
    """
    check_options(replicates=replicates, seed=seed)
    block = max(1, min(int(block), n_origins))
    rng = np.random.default_rng(seed)
    starts = rng.integers(0, n_origins, size=(replicates, -(-n_origins // block)))
    drawn = ((starts[:, :, None] + np.arange(block)) % n_origins).reshape(replicates, -1)[:, :n_origins]
    flat = drawn + n_origins * np.arange(replicates)[:, None]
    counts = np.bincount(flat.ravel(), minlength=replicates * n_origins)
    return counts.reshape(replicates, n_origins).astype(np.float64)


def estimates(rows: Rows) -> dict[str, float]:
    """Every score of the rows as they are."""
    y, p = rows.happened, rows.probability
    return {
        "log": scores.log_score(y, p),
        "brier": scores.brier_score(y, p),
        "brier_skill": scores.brier_skill(y, p, rows.reference),
        "roc_auc": scores.roc_auc(y, p),
        "average_precision": scores.average_precision(y, p),
        "pr_auc_trapezoid": scores.pr_auc_trapezoid(y, p),
        "top_recall": scores.top_recall(y, p, rows.origin, k=rows.k),
    }


def resampled(rows: Rows, weights: npt.NDArray[np.float64]) -> dict[str, Floats]:
    """Every score in each replicate.

    Parameters
    ----------
    weights : array, shape (B, T)
        How often each origin counts in each replicate.

    Returns
    -------
    dict of str to array, each of shape (B,)
        NaN in replicates without events (or without anything else) where the score needs both.
    """
    y, p, origin = rows.happened, rows.probability, rows.origin
    n_origins = weights.shape[1]

    def total(values: Floats) -> Floats:
        # An origin that is not drawn must not turn an infinite loss into 0 times infinity.
        per_origin = np.bincount(origin, weights=values, minlength=n_origins)
        lost = np.isinf(per_origin)
        sums = weights @ np.where(lost, 0.0, per_origin)
        return np.where((weights[:, lost] > 0).any(axis=1), np.inf, sums)

    with np.errstate(divide="ignore", invalid="ignore"):
        size, events = total(np.ones(len(y))), total(y)
        share = events / size
        base = size * share * (1 - share) if rows.reference is None else total((rows.reference - y) ** 2)
        found = {
            "log": total(scores.log_losses(y, p)) / size,
            "brier": total((p - y) ** 2) / size,
            "brier_skill": 1 - total((p - y) ** 2) / base,
            "top_recall": total(scores.listed(p, origin, rows.k) * y) / events,
        }
    found |= _ranked(y, p, origin, weights)
    return {name: found[name] for name in NAMES}


def _ranked(y: Floats, p: Floats, origin: npt.NDArray[np.int64], weights: npt.NDArray[np.float64]) -> dict[str, Floats]:
    """Areas under curves in each replicate; the rows are put in order once."""
    order = np.argsort(-p, kind="stable")
    ends = np.flatnonzero(np.diff(p[order], append=-1.0))
    hit, place = y[order], origin[order]
    out = {name: np.full(len(weights), np.nan) for name in ("roc_auc", "average_precision", "pr_auc_trapezoid")}
    for number, row in enumerate(weights):
        weight = row[place]
        true = np.cumsum(weight * hit)[ends]
        every = np.cumsum(weight)[ends]
        events, others = true[-1], every[-1] - true[-1]
        if events <= 0:
            continue
        recall = true / events
        with np.errstate(divide="ignore", invalid="ignore"):
            precision = np.where(every > 0, true / every, 1.0)
        steps = np.diff(recall, prepend=0.0)
        out["average_precision"][number] = float(steps @ precision)
        # The curve starts at recall 0 with precision 1.
        before = np.concatenate([[1.0], precision[:-1]])
        out["pr_auc_trapezoid"][number] = float(steps @ (precision + before)) / 2
        if others > 0:
            false = (every - true) / others
            area = np.diff(false, prepend=0.0) @ (recall + np.concatenate([[0.0], recall[:-1]])) / 2
            out["roc_auc"][number] = float(area)
    return out


def ends(
    draws: Mapping[str, Floats], values: Mapping[str, float] | pd.Series[float], level: float, *, stretch: float
) -> pd.DataFrame:
    """Percentile interval of each score over the replicates in which it exists, stretched; NaN where there is none.

    Parameters
    ----------
    draws : mapping of str to array, each of shape (B,)
        Replicates of each score, or of a difference of scores.
    values : mapping of str to float
        Estimates.
    level : float
        Share of the replicates inside, before stretching.
    stretch : float
        See `Blocks.stretch`.

    Returns
    -------
    pandas.DataFrame
        ``low, high``; one row per score, in the order of `draws`.
    """
    check_options(level=level)
    found = pd.DataFrame(np.nan, index=list(draws), columns=["low", "high"])
    for name, drawn in draws.items():
        there = drawn[~np.isnan(drawn)]
        if len(there) and not np.isnan(stretch):
            reach, middle = _quantiles(there, level), values[name]
            finite = np.isfinite([*reach, middle]).all()
            found.loc[name] = middle + stretch * (reach - middle) if finite else reach
    return found


def within_range(reaches: pd.DataFrame) -> pd.DataFrame:
    """Intervals of scores, cut at the values that a score can have."""
    floors = pd.Series({"brier_skill": -np.inf}).reindex(reaches.index, fill_value=0.0)
    tops = pd.Series({"log": np.inf}).reindex(reaches.index, fill_value=1.0)
    return reaches.assign(low=np.maximum(reaches["low"], floors), high=np.minimum(reaches["high"], tops))


def _quantiles(values: Floats, level: float) -> Floats:
    # Infinite scores are ordered, but cannot be interpolated.
    method: Literal["linear", "nearest"] = "linear" if np.isfinite(values).all() else "nearest"
    return np.quantile(values, [(1 - level) / 2, (1 + level) / 2], method=method)
