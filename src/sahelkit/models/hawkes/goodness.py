"""Goodness of fit: under the model, waiting times measured by expected events are exponential with mean 1."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from sahelkit._deprecated import renamed
from sahelkit._types import Floats
from sahelkit.errors import ModelError
from sahelkit.estimation.hawkes.estimate import settled
from sahelkit.estimation.hawkes.integral import Process, cumulative
from sahelkit.estimation.hawkes.observed import Observed
from sahelkit.estimation.replicates import p_error, replicate
from sahelkit.models.hawkes.bootstrap import check_replicates, refitted
from sahelkit.models.hawkes.result import HawkesFit, check_fit
from sahelkit.models.hawkes.verdicts import GoodnessOfFit
from sahelkit.options import check_options, check_whole_number

# Fewer gaps than this show nothing about their distribution or order.
_FEWEST = 4


def rescaled_gaps(process: Process, observed: Observed) -> dict[str, Floats]:
    """Expected events between consecutive events, per country and for all countries as one process.

    Parameters
    ----------
    process : Process
    observed : Observed

    Returns
    -------
    dict of str to array
        By country code: the gaps in order of time, the first from the beginning of observation. The time after the
        last event is left out. ``"all"``: the gaps of the events of all countries in one order, in expected events of
        all countries.

    References
    ----------
    Ogata, Y. (1988). Statistical models for earthquake occurrences and residual analysis for point processes. Journal
    of the American Statistical Association, 83(401), 9-27. https://doi.org/10.1080/01621459.1988.10478560
    """
    times = np.sort(observed.time[observed.counted])
    total = np.zeros(len(times))
    gaps = {}
    for place, code in enumerate(observed.countries):
        risen = cumulative(process, observed, place, times).sum(axis=0)
        total += risen
        mine = np.sort(observed.time[observed.counted & (observed.place == place)])
        at = risen[np.searchsorted(times, mine)]
        gaps[code] = np.diff(at, prepend=0.0)
    gaps["all"] = np.diff(total, prepend=0.0)
    return gaps


def kolmogorov(gaps: Floats) -> float:
    """Largest distance between the distribution of the gaps and the unit exponential, scaled for their number.

    Stephens' scaling makes the statistic comparable between samples of different size.

    References
    ----------
    Stephens, M. A. (1974). EDF statistics for goodness of fit and some comparisons. Journal of the American
    Statistical Association, 69(347), 730-737. https://doi.org/10.1080/01621459.1974.10480196

    Examples
    --------
    >>> kolmogorov(-np.log1p(-(np.arange(100) + 0.5) / 100)) < 0.06
    True
    """
    n = len(gaps)
    if n < _FEWEST:
        return float("nan")
    level = np.sort(-np.expm1(-gaps))
    steps = np.arange(n + 1) / n
    distance = max(float((steps[1:] - level).max()), float((level - steps[:-1]).max()))
    return settled(distance * (np.sqrt(n) + 0.12 + 0.11 / np.sqrt(n)))


def ljung_box(series: list[Floats], lags: int) -> float:
    """Ljung-Box statistic of one or several series, products being taken within each series only.

    Parameters
    ----------
    series : list of arrays
        Gaps; they are turned into uniform numbers first, so that one long gap does not decide.
    lags : int
        Lags summed.

    References
    ----------
    Ljung, G. M., & Box, G. E. P. (1978). On a measure of lack of fit in time series models. Biometrika, 65(2),
    297-303. https://doi.org/10.1093/biomet/65.2.297

    Examples
    --------
    >>> ljung_box([np.tile([0.1, 3.0], 20)], 1) > 30
    True
    """
    check_options(lags=lags)
    n = sum(map(len, series))
    if n < _FEWEST:
        return float("nan")
    uniform = [-np.expm1(-gaps) for gaps in series]
    middle = float(np.concatenate(uniform).mean())
    centred = [values - middle for values in uniform]
    power = sum(float((values**2).sum()) for values in centred)
    out = 0.0
    for lag in range(1, min(lags, n - 2) + 1):
        product = sum(float((values[lag:] * values[:-lag]).sum()) for values in centred)
        out += (product / power) ** 2 / (n - lag)
    return settled(n * (n + 2) * out)


def _statistics(
    process: Process, observed: Observed, lags: int
) -> tuple[dict[str, int], dict[str, tuple[float, float]]]:
    gaps = rescaled_gaps(process, observed)
    by_country = [gaps[code] for code in observed.countries]
    out = {code: (kolmogorov(values), ljung_box([values], lags)) for code, values in gaps.items()}
    out["pooled"] = kolmogorov(np.concatenate(by_country)), ljung_box(by_country, lags)
    sizes = {code: len(values) for code, values in gaps.items()}
    sizes["pooled"] = sizes["all"]
    return sizes, out


def _replicate(fit: HawkesFit, lags: int, rng: np.random.Generator) -> dict[str, tuple[float, float]]:
    observed, found = refitted(fit, fit.process, rng)
    if found is None:
        return {}
    process = Process(found.point, fit.baseline, fit.tie, fit.process.kernel)
    return _statistics(process, observed, lags)[1]


@renamed(n_boot="replicates")
def goodness_of_fit(
    fit: HawkesFit, *, lags: int = 3, replicates: int = 199, seed: int | None = 0, n_jobs: int | None = 1
) -> GoodnessOfFit:
    """Test the fit by time rescaling, with p-values by parametric bootstrap.

    Parameters
    ----------
    fit : HawkesFit
        As `fit_hawkes` gives it.
    lags : int
        Lags of the Ljung-Box statistic.
    replicates : int
        Replicates, each simulated from the fit and estimated again: tables of the two statistics do not hold when the
        parameters were estimated from the same few events.
    seed, n_jobs
        As in `contagion_test`.

    Returns
    -------
    GoodnessOfFit
        The p-value of a country counts only replicates in which it has at least four gaps too.

    Raises
    ------
    OptionError
        If `fit` is none, `replicates` is not a whole number of at least 19, or `lags` is not one from 1 to half the
        number of gaps.
    ModelError
        If there are fewer than four gaps, or the fitted process runs away.

    References
    ----------
    Ogata, Y. (1988). Statistical models for earthquake occurrences and residual analysis for point processes. Journal
    of the American Statistical Association, 83(401), 9-27. https://doi.org/10.1080/01621459.1988.10478560

    Ljung, G. M., & Box, G. E. P. (1978). On a measure of lack of fit in time series models. Biometrika, 65(2),
    297-303. https://doi.org/10.1093/biomet/65.2.297

    Examples
    --------
    >>> from sahelkit import load_coups
    >>> from sahelkit.models.hawkes import fit_hawkes
    >>> coups = load_coups(rule="powell_thyne", countries="west_africa")
    >>> fit = fit_hawkes(coups, countries="west_africa", start=1960, end=2025)
    >>> check = goodness_of_fit(fit, replicates=19, seed=1)
    >>> check.table.set_index("scope").loc["pooled", "n_gaps"].item()
    105
    """
    check_options(lags=lags, replicates=replicates, seed=seed, n_jobs=n_jobs)
    check_fit(fit)
    check_replicates(replicates)
    sizes, seen = _statistics(fit.process, fit.observed, lags)
    if sizes["pooled"] < _FEWEST:
        raise ModelError(
            f"there are {sizes['pooled']} waiting times between attempts, and the distribution of fewer than "
            f"{_FEWEST} says nothing. Take a longer window or more countries"
        )
    most = max(sizes["pooled"] // 2, 1)
    check_whole_number("lags", lags, most=most, example=min(3, most))
    drawn = replicate(partial(_replicate, fit, lags), replicates, seed=seed, n_jobs=n_jobs)
    rows = []
    for scope, pair in seen.items():
        row: list[Any] = [scope, sizes[scope]]
        for k, value in enumerate(pair):
            null = np.array([one[scope][k] for one in drawn if scope in one])
            null = null[~np.isnan(null)]
            p_value = np.nan if np.isnan(value) else (1 + int((null >= value).sum())) / (1 + len(null))
            row += [value, p_value, p_error(p_value, len(null))]
        rows.append(row)
    columns = ["scope", "n_gaps", "ks", "ks_p", "ks_p_error", "ljung_box", "ljung_box_p", "ljung_box_p_error"]
    return GoodnessOfFit(
        table=pd.DataFrame(rows, columns=columns),
        gaps=rescaled_gaps(fit.process, fit.observed),
        lags=lags,
        replicates=replicates,
        **fit.sizes,
    )
