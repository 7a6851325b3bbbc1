"""How much the relation depends on one country, on the coder, and on the map."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from sahelkit._deprecated import renamed
from sahelkit._types import DateLike, Floats, Rule
from sahelkit.errors import ModelError
from sahelkit.estimation.hawkes.observed import DAYS_PER_YEAR, years
from sahelkit.estimation.replicates import on_one_thread, p_error
from sahelkit.models.relation.average import average_risks
from sahelkit.models.relation.evidence import Evidence, gather
from sahelkit.models.relation.posterior import Posterior, draw_posterior
from sahelkit.models.relation.prior import Prior
from sahelkit.models.relation.result import RelationMatrix
from sahelkit.options import check_options, check_seed

# Those that cover at least six decades of West Africa.
CODERS: tuple[Rule, ...] = ("powell_thyne", "cline", "csp", "colpus", "cam", "any", "majority")
_DRAWS, _GROUPS = 300, 1
_LAGS = (1 / 12, 1 / 4, 1 / 2, 1.0, 2.0, 3.0)
_STEPS = np.linspace(0.0, 0.6, 25)


def _medians(
    evidence: Evidence,
    prior: Prior | None,
    sources: tuple[str, ...],
    targets: tuple[str, ...],
    horizons: tuple[int, ...],
    on: pd.Timestamp | None,
    seed: int,
) -> pd.DataFrame:
    drawn = draw_posterior(evidence, prior=prior, draws=_DRAWS, seed=seed, groups=_GROUPS)
    of = [code for code in sources if code in evidence.countries]
    to = [code for code in targets if code in evidence.countries]
    at = [evidence.positions(codes) for codes in (of, to)]
    origin = None if on is None else float(years(on.to_datetime64())) + 1.0 / DAYS_PER_YEAR
    risks = average_risks(evidence, drawn.excitation, drawn.rates, at[0], at[1], horizons, on=origin, others=False)
    extra = np.median(risks.with_ - risks.without, axis=0)
    index = pd.MultiIndex.from_product([of, to, horizons], names=["source", "target", "horizon"])
    return pd.DataFrame({"extra": extra.ravel()}, index=index).reset_index()


@renamed(permutations="replicates")
def robustness_table(
    found: RelationMatrix,
    *,
    rule: Rule,
    start: DateLike,
    end: DateLike,
    prior: Prior | None,
    on: pd.Timestamp | None,
    seed: int,
    n_jobs: int | None,
    replicates: int = 999,
) -> pd.DataFrame:
    """Estimate again without each country, under each coder, and test the map.

    Parameters
    ----------
    found : RelationMatrix
        The estimate.
    rule, start, end, prior, on, seed, n_jobs
        As it was made with.
    replicates : int
        Shuffled maps.

    Returns
    -------
    pandas.DataFrame
        ``check`` (leave_one_out, coder, permutation), ``level`` (the country left out, the rule), ``source, target,
        horizon, extra`` (median, percentage points), ``p_value`` and ``p_error``, its Monte Carlo standard error
        (permutation only). A coder whose window holds no attempt of these countries, or not the day `on`, is left out.
    """
    from joblib import Parallel, delayed

    check_options(n_jobs=n_jobs)
    check_seed(seed, optional=False)
    check_options(replicates=replicates, n_jobs=n_jobs)
    codes = found.posterior.evidence.countries
    jobs: list[tuple[str, str, Evidence]] = []
    for code in codes:
        rest = [other for other in codes if other != code]
        if len(rest) > 1:
            jobs.append(("leave_one_out", code, gather(countries=rest, rule=rule, start=start, end=end)))
    for other in CODERS:
        if other == rule:
            continue
        try:
            seen = gather(countries=list(codes), rule=other, start=start, end=end)
        except ModelError:
            continue
        if on is None or seen.first <= on <= seen.last:  # a coder knows nothing of a day that it does not cover
            jobs.append(("coder", other, seen))
    asked = (found.sources, found.targets, found.horizons)
    answers = Parallel(n_jobs=n_jobs)(delayed(on_one_thread)(_medians, job[2], prior, *asked, on, seed) for job in jobs)
    parts: list[pd.DataFrame] = [
        rows.assign(check=check, level=level) for (check, level, _), rows in zip(jobs, answers, strict=True)
    ]
    same = found.tidy()[["source", "target", "horizon", "extra"]]
    parts.append(same.assign(check="coder", level=rule))
    p_value = map_p_value(found.posterior, replicates=replicates, seed=seed)
    error = p_error(p_value, replicates)
    parts.append(pd.DataFrame([{"check": "permutation", "level": "map", "p_value": p_value, "p_error": error}]))
    out = pd.concat(parts, ignore_index=True)
    out = out[(out["check"] != "leave_one_out") | ((out["level"] != out["source"]) & (out["level"] != out["target"]))]
    columns = ["check", "level", "source", "target", "horizon", "extra", "p_value", "p_error"]
    return out[columns].astype({"horizon": "Int64"}).reset_index(drop=True)


@renamed(permutations="replicates")
def map_p_value(drawn: Posterior, *, replicates: int = 999, seed: int = 0) -> float:
    """The p-value of contagion along the map, against maps whose country labels are shuffled.

    The statistic is the gain in log-likelihood of one pooled contagion coefficient, at the best of six mean lags from
    one month to three years, over the posterior mean of the baseline and own excitation, which is scaled so that the
    expected number of events stays. Shuffling the labels of the map keeps each country's events and the shape of the
    map, and breaks who borders whom.

    Parameters
    ----------
    drawn : Posterior
        Draws from the posterior.
    replicates : int
        Number of shuffled maps.
    seed : int
        Seed of the shuffles.

    Returns
    -------
    float
        Share of the maps, the real one included, that do at least as well.

    Examples
    --------
    >>> from sahelkit.models.relation.posterior import draw_posterior
    >>> map_p_value(draw_posterior(draws=200), replicates=99)  # doctest: +SKIP
    0.15
    """
    check_options(replicates=replicates)
    check_seed(seed, optional=False)
    rng = np.random.default_rng(np.random.SeedSequence([seed, 2]))
    weights = drawn.evidence.weights
    n = len(weights)
    orders = [np.arange(n), *(rng.permutation(n) for _ in range(replicates))]
    base = _without_contagion(drawn)
    best = np.zeros(len(orders))
    for lag in _LAGS:
        kernel, mass = _kernels(drawn.evidence, lag)
        maps = np.stack([weights[np.ix_(order, order)] for order in orders])
        best = np.maximum(best, _gain(drawn.evidence, base, maps, kernel, mass))
    return float((best >= best[0] - 1e-9).mean())


def _without_contagion(drawn: Posterior) -> Floats:
    """Posterior mean of baseline plus own excitation at each counted event, shape (N,)."""
    e, o = drawn.evidence, drawn.evidence.observed
    later = np.flatnonzero(o.counted)
    column = np.clip(np.searchsorted(e.edges, o.time[later], side="left") - 1, 0, drawn.rates.shape[2] - 1)
    out: Floats = drawn.rates[:, o.place[later], column].mean(axis=0)
    gap = o.time[later][:, None] - o.time
    own = np.where((o.place[later][:, None] == o.place) & (gap > 0), gap, np.inf)
    for row, k in enumerate(later):
        near = own[row][np.isfinite(own[row])]
        lag = drawn.excitation.own_lag[:, None]
        felt = (np.exp(-near / lag) / lag).sum(axis=1)
        out[row] += float((drawn.excitation.own[:, o.place[k]] * felt).mean())
    return out


def _kernels(evidence: Evidence, lag: float) -> tuple[Floats, Floats]:
    """Kernel between events, shape (N, K), and its integral over each country's windows, shape (n, K)."""
    o, w = evidence.observed, evidence.observed.windows
    gap = o.time[o.counted][:, None] - o.time
    kernel = np.where(gap > 0, np.exp(-np.maximum(gap, 0.0) / lag) / lag, 0.0)
    upper, lower = (np.maximum(edge[:, None] - o.time, 0.0) for edge in (w.end, w.start))
    mass = np.zeros((len(o.countries), len(o.time)))
    np.add.at(mass, w.place, np.exp(-lower / lag) - np.exp(-upper / lag))
    return kernel, mass


def _gain(evidence: Evidence, base: Floats, maps: Floats, kernel: Floats, mass: Floats) -> Floats:
    o: Any = evidence.observed
    later = o.place[o.counted]
    out = np.zeros(len(maps))
    for at, tie in enumerate(maps):
        felt = (tie[later][:, o.place] * kernel).sum(axis=1)
        total = (tie[:, o.place] * mass).sum()
        share = 1.0 - _STEPS * total / len(later)
        some = share > 0.05
        intensity = share[some, None] * base + _STEPS[some, None] * felt
        out[at] = (np.log(intensity).sum(axis=1) - np.log(base).sum()).max()
    return out
