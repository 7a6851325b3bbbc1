"""Draws from the posterior of the pooled network Hawkes process."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sahelkit._types import DateLike, Floats, Places, Rule
from sahelkit.errors import ModelError, OptionError
from sahelkit.estimation.hamilton import Chains, effective_size, mixing, run_chains
from sahelkit.estimation.replicates import on_one_thread
from sahelkit.geography import places
from sahelkit.models.relation.density import SCALARS, Density, baseline_rates, density_of, excitation, log_density
from sahelkit.models.relation.evidence import Evidence, gather, reach_of
from sahelkit.models.relation.prior import Excitation, Prior, given_prior
from sahelkit.options import check_options, check_seed
from sahelkit.tables.own_coders import token_of

# Chains come in groups that learn their step size together; the number of groups is fixed, so that the numbers do not
# depend on how many processes share them.
GROUPS, CHAINS, WARMUP = 2, 16, 250
_MOST_DRAWS = 20_000
# Chains as far apart as this have not found one posterior; below it the summary shows the number.
_APART = 2.0


@dataclass(frozen=True)
class Posterior:
    """Draws of the parameters, and how well they were drawn.

    Attributes
    ----------
    evidence : Evidence
        Events, windows and weights.
    prior : Prior
        Prior in use.
    excitation : Excitation
        How attempts set off attempts, D draws.
    rates : array, shape (D, n, P)
        Attempts per year without excitation by draw, country and calendar year; 0 where the state did not exist.
    own_level, cross_level : array, shape (D,)
        Pooled number of attempts that one attempt sets off at home, and abroad in all: what the countries and pairs
        scatter about.
    deviation : array, shape (D, n, n)
        Deviation of each ordered pair [target, source] (of each country, on the diagonal) from the pooled value, as a
        standard normal of the prior; NaN where there is no tie.
    spread : array, shape (D, 2)
        Standard deviation of the deviations at home and abroad, on the log.
    n_kept : int
        Draws kept after the warm-up, before thinning.
    ess : array, shape (7,)
        Effective number of independent draws of the parameters in `SCALARS` from the second on.
    rhat : float
        Largest split R-hat of all coordinates.
    diverged : int
        Trajectories that went astray.
    explosive : float
        Share of the draws whose branching ratio is 1 or more; the prior excludes them and they are left out.
    """

    evidence: Evidence = field(repr=False)
    prior: Prior
    excitation: Excitation = field(repr=False)
    rates: Floats = field(repr=False)
    own_level: Floats = field(repr=False)
    cross_level: Floats = field(repr=False)
    deviation: Floats = field(repr=False)
    spread: Floats = field(repr=False)
    n_kept: int
    ess: Floats = field(repr=False)
    rhat: float
    diverged: int
    explosive: float

    def __len__(self) -> int:
        return len(self.excitation)

    @property
    def window(self) -> dict[str, str]:
        """First and last day of the events, as texts."""
        return {name: f"{getattr(self.evidence, name):%Y-%m-%d}" for name in ("first", "last")}


def _group(density: Density, seed: np.random.SeedSequence, keep: int) -> Chains:
    rng = np.random.default_rng(seed)
    start = 0.3 * rng.standard_normal((CHAINS, density.size))
    start[:, 1 : len(SCALARS)] += np.log([0.5, 0.3, 0.05, density.prior.lag, density.prior.lag, 0.3, 0.3])
    return run_chains(lambda points: log_density(density, points), start, warmup=WARMUP, keep=keep, rng=rng)


def draw_posterior(
    evidence: Evidence,
    *,
    prior: Prior | None = None,
    draws: int = 1000,
    seed: int = 0,
    n_jobs: int | None = 1,
    groups: int = GROUPS,
) -> Posterior:
    """Draw from the posterior by Hamiltonian Monte Carlo.

    Parameters
    ----------
    evidence : Evidence
    prior : Prior, optional
        The documented one when absent.
    draws : int
        Draws wanted, from 100; they are thinned out of about eight times as many.
    seed : int
    n_jobs : int
        Processes; the numbers do not depend on it.
    groups : int
        Groups of chains; the numbers depend on it.

    Raises
    ------
    OptionError
        If `draws` is out of range.
    ModelError
        If every draw is explosive, or the chains do not come together.
    """
    from joblib import Parallel, delayed

    check_options(draws=draws, n_jobs=n_jobs)
    check_seed(seed, optional=False)
    if not (isinstance(draws, (int, np.integer)) and 100 <= draws <= _MOST_DRAWS):
        raise OptionError("draws", draws, f"from 100 to {_MOST_DRAWS:,} draws are made", repair="Type draws=1000")
    prior = given_prior(prior)
    density = density_of(evidence, prior)
    seeds = np.random.SeedSequence(seed).spawn(groups)
    keep = max(-(-8 * int(draws) // (groups * CHAINS)), 50)
    found = Parallel(n_jobs=n_jobs)(delayed(on_one_thread)(_group, density, child, keep) for child in seeds)
    chains = np.concatenate([group.draws for group in found], axis=1)
    worst = float(mixing(chains).max())
    if not worst < _APART:
        raise ModelError(
            f"the chains do not come together (R-hat {worst:.3g}, 1 where they agree): the posterior was not drawn. "
            "Use a prior nearer to the documented one, or more draws"
        )
    points = chains.reshape(-1, density.size)
    # One draw in so many of each chain, in the order of the iterations: the chains are equally present.
    points = points[np.linspace(0, len(points) - 1, int(draws)).round().astype(int)]
    felt = excitation(density, points)
    tame = np.flatnonzero(felt.branching() < 1.0)
    if not len(tame):
        raise ModelError("every draw of the posterior is explosive: attempts would multiply without end")
    points = points[tame]
    head, _, _, own, cross = density.parts(points)
    n = len(evidence.countries)
    deviation = np.full((len(points), n, n), np.nan)
    deviation[:, density.tie[:, 0], density.tie[:, 1]] = cross
    deviation[:, np.arange(n), np.arange(n)] = own
    return Posterior(
        evidence=evidence,
        prior=prior,
        excitation=felt.pick(tame),
        rates=baseline_rates(density, points) * (evidence.exposure > 0),
        own_level=np.exp(head[:, 2]),
        cross_level=np.exp(head[:, 3]),
        deviation=deviation,
        spread=np.exp(head[:, 6:8]),
        n_kept=chains.shape[0] * chains.shape[1],
        ess=effective_size(chains[:, :, 1 : len(SCALARS)]),
        rhat=worst,
        diverged=sum(group.diverged for group in found),
        explosive=1.0 - len(tame) / int(draws),
    )


_REMEMBERED: dict[object, Posterior] = {}
_MOST_REMEMBERED = 8


def posterior_of(
    *,
    countries: Places,
    rule: Rule,
    start: DateLike,
    end: DateLike,
    prior: Prior | None,
    draws: int,
    seed: int,
    n_jobs: int | None,
    version: str | None,
) -> Posterior:
    """Posterior for the bundled events; the last few are remembered, for several answers rest on one posterior.

    Raises
    ------
    UnknownNameError, UnknownPlaceError, DateError, OptionError, ModelError
        If an option cannot be, or there is nothing to estimate from.
    """
    window = reach_of(rule, start, end, version=version)
    codes = tuple(places.chosen(countries, default="west_africa", during=window))
    prior = given_prior(prior)
    key = (codes, rule, token_of(rule), str(start), str(end), prior, draws, seed, version)
    if key not in _REMEMBERED:
        evidence = gather(countries=codes, rule=rule, start=start, end=end, version=version)
        drawn = draw_posterior(evidence, prior=prior, draws=draws, seed=seed, n_jobs=n_jobs)
        if len(_REMEMBERED) >= _MOST_REMEMBERED:
            _REMEMBERED.pop(next(iter(_REMEMBERED)))
        _REMEMBERED[key] = drawn
    found = _REMEMBERED[key] = _REMEMBERED.pop(key)  # the last used stays longest
    return found
