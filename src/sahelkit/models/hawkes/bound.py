"""How strong contagion could be at most: an upper bound whose confidence is checked by simulation."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from sahelkit.errors import ModelError
from sahelkit.models._replicates import replicate
from sahelkit.models.hawkes.bootstrap import refitted
from sahelkit.models.hawkes.estimate import Estimate, Settings, best_with_cross, settled
from sahelkit.models.hawkes.integral import Process
from sahelkit.models.hawkes.kernel import Array
from sahelkit.models.hawkes.likelihood import Point
from sahelkit.models.hawkes.result import HawkesFit
from sahelkit.plots.style import decimal, words

# Strengths tried, in units of the profile bound, until one is refuted.
_STEPS = (0.7, 1.0, 1.3, 1.7, 2.2, 3.0)

_WORDS = {
    "en": {
        "text": "Had one attempt set off more than {upper} others in neighbouring countries, the {events} attempts in "
        "{countries} countries would seldom look as they do ({confidence} confidence); anything weaker, none included, "
        "cannot be told apart here.",
        "endless": "The {events} attempts in {countries} countries set no upper limit to how many others one attempt "
        "sets off in neighbouring countries, for slow contagion looks like a lasting risk.",
    },
    "fr": {
        "text": "Si une tentative en avait provoqué plus de {upper} autre dans les pays voisins, les {events} "
        "tentatives relevées dans {countries} pays auraient rarement cette allure (confiance de {confidence}) ; en "
        "deçà, jusqu’à l’absence de contagion, ces données ne permettent pas de trancher.",
        "endless": "Les {events} tentatives relevées dans {countries} pays ne fixent aucune limite au nombre de celles "
        "qu’une tentative provoque dans les pays voisins, car une contagion lente ressemble à un risque durable.",
    },
}


def signed_root(found: Estimate, settings: Settings, cross: float) -> tuple[float, Array]:
    """Signed root of the likelihood ratio against a strength of contagion, and the best point that has it.

    Parameters
    ----------
    found : Estimate
    settings : Settings
    cross : float
        Attempts abroad per attempt.

    Returns
    -------
    root : float
        Below 0 where the estimate lies below `cross`.
    vector : array, shape (p + 4,)
    """
    vector, height = best_with_cross(found.problem, found.null.vector(), found.null_loglik, settings, cross=cross)
    side = np.sign(found.point.cross - cross)
    return settled(side * np.sqrt(max(0.0, 2.0 * (found.loglik - height)))), vector


def _root(fit: HawkesFit, process: Process, cross: float, rng: np.random.Generator) -> float:
    _, found = refitted(fit, process, rng)
    return float("nan") if found is None else signed_root(found, fit.settings, cross)[0]


@dataclass(frozen=True)
class ContagionBound:
    """Upper bound of contagion by test inversion.

    Attributes
    ----------
    upper : float
        Strength (attempts abroad per attempt) above which histories give an estimate this low too seldom; infinite
        where the bound reaches strengths at which attempts would run away.
    confidence : float
        One-sided confidence.
    profile_upper : float
        Profile-likelihood bound of the fit, for comparison.
    estimate : float
        Strength estimated.
    tried : pandas.DataFrame
        One row per strength tried: ``cross, cross_lag`` (years, that fits best at this strength), ``p_value``.
    n_boot, n_events, n_countries : int
        Replicates of each strength, and size of the data.
    """

    upper: float
    confidence: float
    profile_upper: float
    estimate: float
    tried: pd.DataFrame
    n_boot: int
    n_events: int
    n_countries: int

    def tidy(self) -> pd.DataFrame:
        """One row: estimate, bound, profile bound, confidence, size."""
        names = ("estimate", "upper", "profile_upper", "confidence", "n_boot", "n_events", "n_countries")
        return pd.DataFrame({"quantity": ["cross"], **{name: [getattr(self, name)] for name in names}})

    def summary(self) -> str:
        """The bound as plain text."""
        return (
            f"Contagion at most {self.upper:.3f} attempts abroad per attempt (one-sided {self.confidence:.0%}, test "
            f"inversion with {self.n_boot} replicates; profile likelihood {self.profile_upper:.3f}); "
            f"{self.n_events} events, {self.n_countries} countries\n{self.tried.round(3).to_string(index=False)}"
        )

    def says(self, lang: str = "en") -> str:
        """One careful sentence that may be quoted.

        Raises
        ------
        UnknownNameError
            If the language is neither ``"en"`` nor ``"fr"``.
        """
        text = words(_WORDS, lang)["text" if np.isfinite(self.upper) else "endless"]
        return text.format(
            upper=decimal(self.upper, 2, lang),
            events=self.n_events,
            countries=self.n_countries,
            confidence=f"{100 * self.confidence:.0f} %",
        )


def contagion_bound(
    fit: HawkesFit, *, n_boot: int = 199, seed: int | None = None, n_jobs: int | None = None
) -> ContagionBound:
    """Find the strength of contagion that the data refute, by parametric bootstrap.

    At each strength tried, everything else is estimated with contagion held there, and replicates are drawn from that
    process and estimated again in full. The strength is refuted when few of them have a signed root of the likelihood
    ratio as low as the data's. In simulations of this design (one hundred attempts, lags from three months to three
    years) the bound covered the truth in 92 to 95 of 100 samples, the profile-likelihood bound in 77 to 96.

    Parameters
    ----------
    fit : HawkesFit
        Fitted with contagion; its `level` L gives the one-sided confidence (1 + L) / 2.
    n_boot : int
        Replicates of each strength.
    seed, n_jobs
        As in `contagion_test`.

    Returns
    -------
    ContagionBound
        The bound is interpolated between the strengths tried.

    Raises
    ------
    ModelError
        If the fit has no contagion, or its events bear on none.
    OptionError
        If `n_boot` is not a whole number of at least 1.

    References
    ----------
    Carpenter, J. (1999). Test inversion bootstrap confidence intervals. Journal of the Royal Statistical Society:
    Series B, 61(1), 159-172. https://doi.org/10.1111/1467-9868.00169
    """
    if not fit.settings.contagion:
        raise ModelError("the model was fitted without contagion. Fit it with contagion=True to bound it")
    profile = fit.cross_upper
    if not np.isfinite(profile):
        raise ModelError("no attempt could have been followed by one abroad: nothing bounds contagion")
    rejects = 0.5 - fit.level / 2
    rows: list[tuple[float, float, float]] = []
    for number, step in enumerate(_STEPS):
        cross = profile * step
        observed, vector = signed_root(fit.estimate, fit.settings, cross)
        point = Point.of(vector)
        if point.own + cross >= 1.0:
            break
        process = Process(point, fit.baseline, fit.weights, fit.process.kernel)
        own_seed = None if seed is None else seed + number
        roots = np.array(replicate(partial(_root, fit, process, cross), n_boot, seed=own_seed, n_jobs=n_jobs))
        rows.append((cross, point.cross_lag, (1 + int((roots <= observed).sum())) / (1 + len(roots))))
        if rows[-1][2] < rejects:
            break
    tried = pd.DataFrame(rows, columns=["cross", "cross_lag", "p_value"])
    return ContagionBound(
        upper=_crossing(tried, fit.cross, rejects),
        confidence=0.5 + fit.level / 2,
        profile_upper=profile,
        estimate=fit.cross,
        tried=tried,
        n_boot=n_boot,
        n_events=fit.n_events,
        n_countries=len(fit.countries),
    )


def _crossing(tried: pd.DataFrame, estimate: float, rejects: float) -> float:
    """Where the p-value falls below `rejects`, linear in its log between the strengths tried."""
    below = np.flatnonzero(tried["p_value"].to_numpy() < rejects)
    if len(below) == 0:
        return float("inf")
    last = int(below[0])
    # Half of the replicates of the fitted strength itself are as low.
    left, chance = (estimate, 0.5) if last == 0 else (tried["cross"].iloc[last - 1], tried["p_value"].iloc[last - 1])
    right, small = tried["cross"].iloc[last], tried["p_value"].iloc[last]
    share = (np.log(chance) - np.log(rejects)) / (np.log(chance) - np.log(small))
    return float(left + share * (right - left))
