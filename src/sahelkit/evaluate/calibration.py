"""Whether probabilities come true: the CORP reliability curve and its decomposition of the Brier score."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd

from sahelkit._deprecated import renamed
from sahelkit._types import Floats
from sahelkit.estimation.replicates import replicate
from sahelkit.evaluate.checks import check_forecasts
from sahelkit.evaluate.scores import brier_score
from sahelkit.options import check_options


@dataclass(frozen=True)
class Corp:
    """Brier score and its parts; ``mean = miscalibration - discrimination + uncertainty``.

    Attributes
    ----------
    mean : float
        Brier score.
    miscalibration : float
        What recalibration would gain; 0 is best.
    discrimination : float
        What the recalibrated forecast gains over a constant one; higher is better.
    uncertainty : float
        Brier score of the constant forecast of the share of events.
    """

    mean: float
    miscalibration: float
    discrimination: float
    uncertainty: float


def recalibrated(happened: npt.ArrayLike, probability: npt.ArrayLike) -> Floats:
    """Share of events as a non-decreasing function of the forecast, fitted to the rows (isotonic regression).

    Rows with equal probabilities get equal values.

    Parameters
    ----------
    happened : array-like, shape (n,)
        Outcomes, 0 or 1.
    probability : array-like, shape (n,)
        Forecasts, from 0 to 1.

    Returns
    -------
    array, shape (n,)
        Shares, from 0 to 1.

    Examples
    --------
    >>> recalibrated([0, 1, 0, 1], [0.1, 0.2, 0.3, 0.4]).tolist()
    [0.0, 0.5, 0.5, 1.0]
    """
    y, p = check_forecasts(happened, probability)
    _, where, size = np.unique(p, return_inverse=True, return_counts=True)
    return _isotonic(np.bincount(where, weights=y) / size, size)[where]


def _isotonic(share: Floats, size: npt.NDArray[np.intp]) -> Floats:
    from sklearn.isotonic import isotonic_regression

    return np.asarray(isotonic_regression(share, sample_weight=size.astype(np.float64)), dtype=np.float64)


def corp(happened: npt.ArrayLike, probability: npt.ArrayLike) -> Corp:
    """Decompose the Brier score into miscalibration, discrimination and uncertainty.

    Parameters
    ----------
    happened : array-like, shape (n,)
        Outcomes, 0 or 1.
    probability : array-like, shape (n,)
        Forecasts, from 0 to 1.

    Returns
    -------
    Corp
        The score and its parts.

    References
    ----------
    Dimitriadis, T., Gneiting, T., & Jordan, A. I. (2021). Stable reliability diagrams for probabilistic classifiers.
    Proceedings of the National Academy of Sciences, 118(8), e2016191118. https://doi.org/10.1073/pnas.2016191118

    Examples
    --------
    >>> parts = corp([0, 1, 0, 1], [0.1, 0.2, 0.3, 0.4])
    >>> [round(part, 3) for part in (parts.mean, parts.miscalibration, parts.discrimination, parts.uncertainty)]
    [0.275, 0.15, 0.125, 0.25]
    """
    y, p = check_forecasts(happened, probability)
    whole = brier_score(y, p)
    best = brier_score(y, recalibrated(y, p))
    flat = brier_score(y, np.full(len(y), y.mean()))
    return Corp(mean=whole, miscalibration=whole - best, discrimination=flat - best, uncertainty=flat)


@renamed(n_boot="replicates")
def reliability_curve(
    happened: npt.ArrayLike,
    probability: npt.ArrayLike,
    *,
    level: float = 0.9,
    replicates: int = 500,
    seed: int | None = 0,
    n_jobs: int | None = 1,
) -> pd.DataFrame:
    """Observed share of events against the forecast, with the band in which a calibrated forecast would lie.

    The band is drawn from outcomes simulated with the forecast probabilities, one row independent of the other. Where
    windows of outcomes overlap, or events come in clusters, it is too narrow.

    Parameters
    ----------
    happened, probability : array-like, shape (n,)
        Outcomes (0 or 1) and forecasts.
    level : float
        Share of the simulated curves inside the band, point by point.
    replicates : int
        Simulated curves.
    seed : int or None
        The same seed gives the same band for any `n_jobs`.
    n_jobs : int or None
        Processes, as joblib counts them.

    Returns
    -------
    pandas.DataFrame
        One row per distinct forecast, ascending: ``probability``, ``n`` (rows), ``n_events``, ``observed`` (fitted
        share of events, non-decreasing), ``low`` and ``high`` (band).

    References
    ----------
    Dimitriadis, T., Gneiting, T., & Jordan, A. I. (2021). https://doi.org/10.1073/pnas.2016191118

    Examples
    --------
    >>> curve = reliability_curve([0, 1, 0, 1], [0.1, 0.2, 0.3, 0.4], replicates=20)
    >>> curve["observed"].tolist()
    [0.0, 0.5, 0.5, 1.0]
    """
    check_options(level=level, replicates=replicates, seed=seed, n_jobs=n_jobs)
    y, p = check_forecasts(happened, probability)
    given, where, size = np.unique(p, return_inverse=True, return_counts=True)
    events = np.bincount(where, weights=y)
    drawn = replicate(partial(_simulated, given, size), replicates, seed=seed, n_jobs=n_jobs)
    low, high = np.quantile(np.array(drawn), [(1 - level) / 2, (1 + level) / 2], axis=0)
    return pd.DataFrame(
        {
            "probability": given,
            "n": size,
            "n_events": events.astype(np.int64),
            "observed": _isotonic(events / size, size),
            "low": low,
            "high": high,
        }
    )


def _simulated(given: Floats, size: npt.NDArray[np.intp], rng: np.random.Generator) -> Floats:
    return _isotonic(rng.binomial(size, given) / size, size)
