"""What estimates from so few events are off by, seen in replicates whose truth is the fit."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from sahelkit._deprecated import renamed
from sahelkit.estimation.hawkes.estimate import settled
from sahelkit.estimation.replicates import replicate
from sahelkit.models.hawkes.bootstrap import refitted
from sahelkit.models.hawkes.result import HawkesFit, check_fit
from sahelkit.options import check_options

# The lag of contagion that may be none has no bias to speak of: it is not there in half the replicates.
_QUANTITIES = ("own", "own_lag", "cross")


def _again(fit: HawkesFit, rng: np.random.Generator) -> tuple[float, float, float]:
    _, found = refitted(fit, fit.process, rng)
    if found is None:
        return 0.0, np.nan, 0.0
    p = found.point
    own = settled(p.own)
    return own / fit.units.own, settled(p.own_lag) if own > 0 else np.nan, settled(p.cross) / fit.units.cross


@renamed(n_boot="replicates")
def bias_corrected(
    fit: HawkesFit, *, replicates: int = 499, seed: int | None = 0, n_jobs: int | None = 1
) -> pd.DataFrame:
    """Estimates less their bootstrap bias, with basic bootstrap intervals.

    With about a hundred events, flexible time and country effects take up part of the clustering, so that ``own`` is
    found too small. Replicates are drawn from the fit and estimated again in full.

    Parameters
    ----------
    fit : HawkesFit
        As `fit_hawkes` gives it.
    replicates, seed, n_jobs
        As in `contagion_test`.

    Returns
    -------
    pandas.DataFrame
        One row for each of ``own, own_lag, cross``: ``quantity, estimate, bias`` (mean of the replicates
        less the estimate), ``corrected, low, high`` (estimate less the bias; basic interval at the level of the fit;
        all at least 0), ``level, replicates``. The lag averages over the replicates that have one (NA: none).

    Raises
    ------
    OptionError
        If `fit` is none, or `replicates` is not a whole number of at least 1.
    ModelError
        If the fitted process runs away.

    References
    ----------
    Davison, A. C., & Hinkley, D. V. (1997). Bootstrap methods and their application. Cambridge University Press.
    https://doi.org/10.1017/CBO9780511802843

    Examples
    --------
    >>> import sahelkit as sk
    >>> fit = sk.fit_hawkes(sk.load_coups(countries="focus"), countries="focus", start=1960, end=2025)
    >>> bias_corrected(fit, replicates=19)["quantity"].tolist()  # doctest: +SKIP
    ['own', 'own_lag', 'cross']
    """
    check_options(replicates=replicates, seed=seed, n_jobs=n_jobs)
    check_fit(fit)
    drawn = np.array(replicate(partial(_again, fit), replicates, seed=seed, n_jobs=n_jobs))
    tails = (0.5 + fit.level / 2, 0.5 - fit.level / 2)
    rows = []
    for column, quantity in enumerate(_QUANTITIES):
        estimate = float(getattr(fit, quantity))
        values = drawn[:, column]
        values = values[~np.isnan(values)]
        known = len(values) > 0 and not np.isnan(estimate)
        bias = float(values.mean()) - estimate if known else np.nan
        ends = 2 * estimate - np.quantile(values, tails) if known else np.full(2, np.nan)
        rows.append(
            {
                "quantity": quantity,
                "estimate": estimate,
                "bias": bias,
                "corrected": np.maximum(estimate - bias, 0.0),
                "low": np.maximum(ends[0], 0.0),
                "high": np.maximum(ends[1], 0.0),
            }
        )
    return pd.DataFrame(rows).assign(level=fit.level, replicates=replicates)
