"""What is believed of contagion before the data are seen."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from sahelkit._types import Floats, Ints
from sahelkit.errors import ModelError, OptionError

# Draws of the prior that attempts would multiply under are drawn anew so often and no more.
_ROUNDS = 100


@dataclass(frozen=True)
class Prior:
    """Scales of the prior.

    They were set before this model was first fitted and not changed after. They are not blind: simpler models had
    been fitted to the same events before, and had found a strong coup trap and little contagion. `prior_sensitivity`
    shows what other scales give.

    The defaults say: one attempt sets off between 0.01 and 1 further attempts at home (median 0.34) and between 0.006
    and 0.6 abroad, over all neighbours (median 0.17; 90 % of the prior lies below 0.41). Strong contagion is possible
    but not presumed, and none is the most likely single value. Half of what an attempt sets off comes within
    about eight months (a mean lag of one year, give or take a factor of four). Pairs differ from the common value by a
    factor of about 1.4 (median spread 0.34), seldom by more than 3.

    On the scale of the answer, with baselines as high as they are in West Africa: before the data are seen, an attempt
    in Mali adds 1.5 points (90 % between 0.1 and 7) to the risk of a neighbour within 12 months, and 10 points
    (between 1 and 31) to its own.

    Attributes
    ----------
    own, cross : float
        Half-normal scale of the number of attempts that one attempt sets off at home, and abroad in all.
    pair : float
        Half-normal scale of the two standard deviations (of countries at home, of ordered pairs abroad) on the log.
    lag, lag_sd : float
        Median of both mean lags in years, and standard deviation of their logs.
    rate, rate_sd : float
        Median rate per country and year without excitation, and standard deviation of its log.
    country : float
        Half-normal scale of the standard deviation of the country effects on the log rate.
    period : float
        Standard deviation of the coefficients of calendar time on the log rate.
    """

    own: float = 0.5
    cross: float = 0.25
    pair: float = 0.5
    lag: float = 1.0
    lag_sd: float = 0.75
    rate: float = 0.05
    rate_sd: float = 1.5
    country: float = 1.0
    period: float = 0.5

    def __post_init__(self) -> None:
        for item in fields(self):
            value = getattr(self, item.name)
            if not (np.isfinite(value) and value > 0):
                raise OptionError(f"prior.{item.name}", value, "a scale of the prior is above 0")


@dataclass(frozen=True)
class Excitation:
    """Draws of how attempts set off attempts.

    Attributes
    ----------
    own : array, shape (D, n)
        Expected number that one attempt in a country sets off there, directly.
    cross : array, shape (D, n, n)
        Expected number that one attempt in the source sets off in the target, directly: [draw, target, source], zero
        on the diagonal and between countries without a tie.
    own_lag, cross_lag : array, shape (D,)
        Mean lags in years.
    """

    own: Floats
    cross: Floats
    own_lag: Floats
    cross_lag: Floats

    def __len__(self) -> int:
        return len(self.own)

    def matrix(self) -> Floats:
        """Direct effects with the diagonal filled in, shape (D, n, n)."""
        return self.cross + self.own[:, :, None] * np.eye(self.own.shape[1])

    def branching(self) -> Floats:
        """Spectral radius of the matrix of direct effects; from 1 on attempts would multiply without end."""
        with np.errstate(invalid="ignore"):
            direct = self.matrix()
        finite = np.isfinite(direct).all(axis=(1, 2))  # under a wild prior a spread may overflow
        out = np.full(len(direct), np.inf)
        out[finite] = np.abs(np.linalg.eigvals(direct[finite])).max(axis=1)
        return out

    def pick(self, rows: Ints) -> Excitation:
        """Some of the draws."""
        return Excitation(self.own[rows], self.cross[rows], self.own_lag[rows], self.cross_lag[rows])


def given_prior(prior: Prior | None) -> Prior:
    """The prior that a caller gave, or the documented one.

    Raises
    ------
    OptionError
        If it is no prior.

    Examples
    --------
    >>> given_prior(None) == Prior()
    True
    """
    if prior is not None and not isinstance(prior, Prior):
        repair = "Type prior=sahelkit.models.relation.Prior(own=0.5)"
        raise OptionError("prior", type(prior).__name__, "it is no prior", repair=repair)
    return prior or Prior()


def prior_excitation(prior: Prior, weights: Floats, draws: int, seed: np.random.SeedSequence) -> Excitation:
    """Draws from the prior, those with a branching ratio of 1 or more left out and drawn anew.

    Parameters
    ----------
    prior : Prior
    weights : array, shape (n, n)
        W[target, source].
    draws : int
    seed : SeedSequence

    Raises
    ------
    ModelError
        If hardly one draw in a hundred has a branching ratio below 1.

    Examples
    --------
    >>> one_way = np.array([[0.0, 1.0], [0.0, 0.0]])
    >>> drawn = prior_excitation(Prior(), one_way, 400, np.random.SeedSequence(1))
    >>> drawn.cross.shape, bool((drawn.branching() < 1).all())
    ((400, 2, 2), True)
    """
    rng = np.random.default_rng(seed)
    n = len(weights)
    kept: list[Excitation] = []
    for _ in range(_ROUNDS):
        spread = np.abs(rng.normal(0.0, prior.pair, (2, draws)))
        level = np.abs(rng.normal(0.0, 1.0, (2, draws))) * np.array([[prior.own], [prior.cross]])
        lags = prior.lag * np.exp(prior.lag_sd * rng.normal(size=(2, draws)))
        with np.errstate(over="ignore", invalid="ignore"):
            own = level[0][:, None] * np.exp(spread[0][:, None] * rng.normal(size=(draws, n)))
            eta = np.exp(spread[1][:, None, None] * rng.normal(size=(draws, n, n)))
            part = Excitation(own, level[1][:, None, None] * weights * eta, lags[0], lags[1])
        kept.append(part.pick(np.flatnonzero(part.branching() < 1.0)))
        if sum(map(len, kept)) >= draws:
            break
    else:
        raise ModelError(
            f"of {_ROUNDS * draws:,} draws from this prior {sum(map(len, kept)):,} have a branching ratio below 1: in "
            f"nearly all of it attempts would multiply without end. Lower own={prior.own:g}, cross={prior.cross:g} "
            f"or pair={prior.pair:g}"
        )
    joined = [np.concatenate([getattr(part, item.name) for part in kept])[:draws] for item in fields(Excitation)]
    return Excitation(*joined)
