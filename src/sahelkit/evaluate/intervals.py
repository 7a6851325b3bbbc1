"""Intervals of scores by resampling origins, and of differences between two forecasts of the same rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sahelkit.errors import OptionError
from sahelkit.evaluate import scores
from sahelkit.evaluate.scores import Floats

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


def block_weights(n_origins: int, *, block: int, n_boot: int, seed: int | None) -> npt.NDArray[np.float64]:
    """How often each origin is drawn in each replicate of a circular block bootstrap.

    Outcomes of neighbouring origins overlap when the horizon is longer than the step between origins; blocks as long as
    the overlap keep them together.

    Parameters
    ----------
    n_origins : int
        Origins in order of time.
    block : int
        Length of a block in origins; 1 draws single origins.
    n_boot : int
        Replicates.
    seed : int or None
        Seed of the draws.

    Returns
    -------
    array, shape (n_boot, n_origins)
        Each row adds up to `n_origins`, up to the last block, which is cut.

    References
    ----------
    Politis, D. N., & Romano, J. P. (1992). A circular block-resampling procedure for stationary data. In R. LePage & L.
    Billard (Eds.), Exploring the limits of bootstrap (pp. 263-270). Wiley.

    Examples
    --------
    >>> block_weights(5, block=2, n_boot=3, seed=1).sum(axis=1).tolist()
    [5.0, 5.0, 5.0]
    """
    if isinstance(n_boot, bool) or not isinstance(n_boot, (int, np.integer)) or n_boot < 1:
        raise OptionError("n_boot", n_boot, "the number of replicates is a whole number of at least 1")
    block = max(1, min(int(block), n_origins))
    rng = np.random.default_rng(seed)
    starts = rng.integers(0, n_origins, size=(n_boot, -(-n_origins // block)))
    drawn = ((starts[:, :, None] + np.arange(block)) % n_origins).reshape(n_boot, -1)[:, :n_origins]
    flat = drawn + n_origins * np.arange(n_boot)[:, None]
    counts = np.bincount(flat.ravel(), minlength=n_boot * n_origins)
    return counts.reshape(n_boot, n_origins).astype(np.float64)


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
    return found | _ranked(y, p, origin, weights)


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


def ends(draws: Mapping[str, Floats], level: float) -> dict[str, tuple[float, float]]:
    """Percentile interval of each score over the replicates in which it exists; NaN where it never does."""
    if not 0 < level < 1:
        raise OptionError("level", level, "not a share between 0 and 1")
    found = {}
    for name, values in draws.items():
        there = values[~np.isnan(values)]
        low, high = _quantiles(there, level) if len(there) else (np.nan, np.nan)
        found[name] = (low, high)
    return found


def _quantiles(values: Floats, level: float) -> tuple[float, float]:
    # Infinite scores are ordered, but cannot be interpolated.
    shares = [(1 - level) / 2, (1 + level) / 2]
    whole = bool(np.isfinite(values).all())
    low, high = np.quantile(values, shares) if whole else np.quantile(values, shares, method="nearest")
    return float(low), float(high)
