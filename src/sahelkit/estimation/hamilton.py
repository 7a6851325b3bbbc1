"""Hamiltonian Monte Carlo for several chains at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sahelkit._types import Floats

Target = Callable[[Floats], tuple[Floats, Floats]]

# Length of a trajectory in posterior standard deviations, on average: a quarter turn of a harmonic oscillator.
_LENGTH = np.pi / 2
_MOST_STEPS = 64
# Higher than the usual 0.8: the spread of the pairs makes a funnel, which long steps jump over.
_ACCEPT = 0.9
# An error of the energy as large as this means that the trajectory left the typical set, not that it was unlucky.
_DIVERGED = 100.0


@dataclass(frozen=True)
class Chains:
    """Draws of one group of chains.

    Attributes
    ----------
    draws : array, shape (K, C, d)
        Kept iterations, chains, coordinates.
    accepted : float
        Mean acceptance probability after the warm-up.
    diverged : int
        Trajectories after the warm-up whose energy went astray.
    step : float
        Step size, in posterior standard deviations.
    """

    draws: Floats
    accepted: float
    diverged: int
    step: float


def run_chains(target: Target, start: Floats, *, warmup: int, keep: int, rng: np.random.Generator) -> Chains:
    """Draw from a density by Hamiltonian Monte Carlo with jittered trajectories.

    All chains of the group share the step size, the scale of each coordinate and the number of steps, which are
    learned from all of them during the warm-up and then held. The number of steps is drawn anew at each iteration, so
    that no trajectory length is a period of the target.

    Parameters
    ----------
    target : function
        Log density and gradient of C points of shape (C, d).
    start : array, shape (C, d)
        Where the chains begin.
    warmup, keep : int
        Iterations thrown away and kept.
    rng : numpy Generator

    References
    ----------
    Neal, R. M. (2011). MCMC using Hamiltonian dynamics. In Handbook of Markov chain Monte Carlo (ch. 5).
    https://doi.org/10.1201/b10905-6

    Hoffman, M. D., & Gelman, A. (2014). The No-U-Turn sampler. Journal of Machine Learning Research, 15, 1593-1623
    (step size by dual averaging).

    Examples
    --------
    >>> def normal(x):
    ...     return -0.5 * (x**2).sum(axis=1) / 9.0, -x / 9.0
    >>> found = run_chains(normal, np.ones((4, 2)), warmup=200, keep=800, rng=np.random.default_rng(1))
    >>> bool(abs(found.draws.std() - 3.0) < 0.2)
    True
    """
    count, size = start.shape
    scale = np.ones(size)
    here = start.copy()
    value, slope = target(here)
    step, mean_log, error, weight_step = 0.1, np.log(1.0), 0.0, 0.0
    since = 0
    renewals = {int(warmup * part) for part in (0.15, 0.3, 0.5, 0.75)}
    memory: list[Floats] = []
    kept = np.empty((keep, count, size))
    accepted, diverged = 0.0, 0
    for turn in range(warmup + keep):
        warming = turn < warmup
        if warming and turn in renewals:
            recent = np.concatenate(memory)
            # Shrunk a little towards 1, for the first windows are short.
            scale = np.sqrt((len(recent) * recent.var(axis=0) + 5.0) / (len(recent) + 5.0))
            memory, since, error, weight_step, mean_log = [], 0, 0.0, 0.0, np.log(5.0 * step)
        if turn == warmup:
            step = float(np.exp(weight_step)) if warmup else step
        most = min(max(int(2 * _LENGTH / step), 1), _MOST_STEPS)
        steps = int(rng.integers(1, most + 1))
        momentum = rng.standard_normal((count, size))
        there, push, new_value, new_slope = here, momentum + 0.5 * step * scale * slope, value, slope
        for number in range(steps):
            there = there + step * scale * push
            new_value, new_slope = target(there)
            push = push + (0.5 if number == steps - 1 else 1.0) * step * scale * new_slope
        with np.errstate(invalid="ignore", over="ignore"):
            energy = value - 0.5 * (momentum**2).sum(axis=1)
            change = new_value - 0.5 * (push**2).sum(axis=1) - energy
            change = np.where(np.isfinite(change), change, -np.inf)
            chance = np.exp(np.minimum(change, 0.0))
        taken = rng.random(count) < chance
        here = np.where(taken[:, None], there, here)
        slope = np.where(taken[:, None], new_slope, slope)
        value = np.where(taken, new_value, value)
        if warming:
            memory.append(here)
            since += 1
            error += ((_ACCEPT - float(chance.mean())) - error) / (since + 10.0)
            log_step = mean_log - np.sqrt(since) / 0.05 * error
            share = since**-0.75
            weight_step = share * log_step + (1.0 - share) * weight_step
            step = float(np.exp(np.clip(log_step, -8.0, 1.0)))
        else:
            kept[turn - warmup] = here
            accepted += float(chance.mean())
            diverged += int((change < -_DIVERGED).sum())
    return Chains(kept, accepted / max(keep, 1), diverged, step)


def effective_size(draws: Floats) -> Floats:
    """Effective number of independent draws of each coordinate, over all chains.

    Parameters
    ----------
    draws : array, shape (K, C, d)

    Returns
    -------
    array, shape (d,)

    References
    ----------
    Geyer, C. J. (1992). Practical Markov chain Monte Carlo. Statistical Science, 7(4), 473-483.
    https://doi.org/10.1214/ss/1177011137
    """
    length, chains = draws.shape[:2]
    centred = draws - draws.mean(axis=0)
    padded = np.fft.rfft(centred, 2 * length, axis=0)
    auto = np.fft.irfft(np.abs(padded) ** 2, axis=0)[:length].mean(axis=1) / length
    within = auto[0] * length / (length - 1.0)
    total = within * (length - 1.0) / length + draws.mean(axis=0).var(axis=0, ddof=1) if chains > 1 else auto[0]
    with np.errstate(invalid="ignore", divide="ignore"):
        rho = 1.0 - (within - auto * length / (length - 1.0)) / total
    pairs = rho[: 2 * (length // 2)].reshape(length // 2, 2, -1).sum(axis=1)
    positive = np.cumprod(pairs > 0, axis=0).astype(bool)
    falling = np.minimum.accumulate(np.where(positive, pairs, 0.0), axis=0)
    time = np.maximum(2.0 * falling.sum(axis=0) - 1.0, 1.0 / np.log10(max(length * chains, 10)))
    return np.asarray(length * chains / time)


def mixing(draws: Floats) -> Floats:
    """Split R-hat of each coordinate: 1 where the halves of all chains agree.

    Parameters
    ----------
    draws : array, shape (K, C, d)

    References
    ----------
    Gelman, A., & Rubin, D. B. (1992). Inference from iterative simulation using multiple sequences. Statistical
    Science, 7(4), 457-472. https://doi.org/10.1214/ss/1177011136
    """
    half = len(draws) // 2
    split = np.concatenate([draws[:half], draws[half : 2 * half]], axis=1)
    within = split.var(axis=0, ddof=1).mean(axis=0)
    between = split.mean(axis=0).var(axis=0, ddof=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.sqrt((half - 1.0) / half + between / within))
