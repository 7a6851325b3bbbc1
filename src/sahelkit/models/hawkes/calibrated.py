"""Intervals of the excitation whose cut-off is taken from simulated histories, not from chi-squared."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sahelkit._deprecated import renamed
from sahelkit.errors import ModelError
from sahelkit.estimation.hawkes.integral import Process
from sahelkit.estimation.hawkes.likelihood import Point
from sahelkit.estimation.hawkes.profile import ENDLESS, profile_point, root_of, signed_root
from sahelkit.estimation.hawkes.units import Units
from sahelkit.estimation.replicates import quantile_error, replicate
from sahelkit.language.texts import words
from sahelkit.models.hawkes.bootstrap import refitted
from sahelkit.models.hawkes.words import sentence
from sahelkit.options import check_language, check_options

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sahelkit.models.hawkes.bound import ContagionBound
    from sahelkit.models.hawkes.result import HawkesFit

QUANTITIES = ("own", "cross")
_FIGURE = {
    "en": {
        "title": "Attempts set off: two kinds of interval",
        "axis": "attempts per attempt: estimate and {level} % interval",
        "own": "at home",
        "cross": "abroad",
        "calibrated": "calibrated",
        "profile": "profile",
        "none": "none",
        "n": "n = {countries} countries, {boot} simulated histories for each end",
    },
    "fr": {
        "title": "Tentatives entraînées : deux intervalles",
        "axis": "tentatives par tentative : estimation et intervalle à {level} %",
        "own": "dans le pays",
        "cross": "à l’étranger",
        "calibrated": "calibré",
        "profile": "profilé",
        "none": "aucune",
        "n": "n = {countries} pays, {boot} histoires simulées pour chaque borne",
    },
}


@dataclass(frozen=True)
class End:
    """One end of an interval.

    Attributes
    ----------
    value : float
        Where the signed root of the likelihood ratio meets the cut-off; 0 below, infinite above where it does not.
    profile : float
        Where it meets the normal quantile.
    cutoff : float
        Quantile of the root in histories drawn at `profile`; the normal one is 1.645 (low) or -1.645 (high) at 0.90.
        NaN where none are drawn: the profile reaches down to 0, or up to strengths at which attempts run away.
    mc_error : float
        Monte Carlo standard error of `value`; NaN where it does not come from replicates.
    """

    value: float
    profile: float
    cutoff: float
    mc_error: float = float("nan")


def strength_at(fit: HawkesFit, which: str, value: float) -> Process | None:
    """The process that fits best with a parameter held at a value (in standardised units); None where it runs away."""
    if not np.isfinite(value):
        return None
    point = Point.of(signed_root(fit.estimate, fit.settings, which, value)[1])
    if fit.radius_at(point.own, point.cross) >= 1.0:
        return None
    return Process(point, fit.baseline, fit.tie, fit.process.kernel)


def replicate_root(fit: HawkesFit, process: Process, which: str, value: float, rng: np.random.Generator) -> float:
    """Signed root of the likelihood ratio against the true value in one history drawn from a process."""
    _, found = refitted(fit, process, rng)
    return 0.0 if found is None else signed_root(found, fit.settings, which, value)[0]


def calibrated_end(
    fit: HawkesFit, which: str, *, upper: bool, replicates: int, seed: int | None, n_jobs: int | None
) -> End:
    """One end of the interval of own excitation or contagion, its cut-off found by parametric bootstrap.

    The parameter is held at the end of the profile-likelihood interval, all else is estimated there, and replicates
    from that process are estimated again in full. The quantile of their signed roots replaces the normal one.

    Parameters
    ----------
    fit : HawkesFit
    which : {"own", "cross"}
    upper : bool
    replicates, seed, n_jobs
        As in `contagion_test`.
    """
    from scipy.optimize import brentq

    tail = 0.5 - fit.level / 2
    unit, centre = fit.units.of(which), float(getattr(fit.estimate.point, which))
    anchor = fit.plain_interval(which)[1 if upper else 0]
    if not upper and anchor <= 0:
        return End(0.0, anchor, np.nan)  # whether there is any at all is a question for a test, not for an interval
    process = strength_at(fit, which, anchor)
    if process is None:
        return End(np.inf, anchor / unit, np.nan)
    roots = replicate(partial(replicate_root, fit, process, which, anchor), replicates, seed=seed, n_jobs=n_jobs)
    # The method of which a test by these replicates is the inverse: the data count as one of them.
    share = tail if upper else 1.0 - tail
    cutoff = float(np.quantile(roots, share, method="weibull"))
    best = profile_point(fit.estimate, fit.settings, which)

    def beyond(value: float) -> float:
        return root_of(fit.estimate, which, value, best(value)[1]) - cutoff

    if upper:
        edge = _edge(fit, which)
        if beyond(centre) <= 0:
            return End(centre / unit, anchor / unit, cutoff)
        if edge <= centre or beyond(edge) > 0:
            return End(np.inf, anchor / unit, cutoff)
    else:
        edge = 0.0
        if centre <= 0 or beyond(edge) <= 0:
            return End(0.0, anchor / unit, cutoff)
        if beyond(centre) >= 0:
            return End(centre / unit, anchor / unit, cutoff)
    value = float(brentq(beyond, centre, edge, xtol=1e-4, rtol=1e-4))
    # How far the end moves with the cut-off: by the slope of the root, which falls with the strength.
    step = max(0.05 * abs(value - centre), 1e-3)
    slope = abs(beyond(value + step) - beyond(value)) / step
    error = quantile_error(np.array(roots), share) / slope if slope > 0 else np.nan
    return End(value / unit, anchor / unit, cutoff, error / unit)


def _edge(fit: HawkesFit, which: str) -> float:
    """Strength from which on attempts run away, all else being as estimated."""
    point = fit.estimate.point
    rest = fit.radius_at(*(0.0 if name == which else float(getattr(point, name)) for name in QUANTITIES))
    alone = fit.radius_at(*(float(name == which) for name in QUANTITIES))
    return (1.0 - rest) / alone if alone > 0 else ENDLESS


@dataclass(frozen=True)
class ExcitationIntervals:
    """Calibrated intervals of own excitation and contagion.

    Attributes
    ----------
    own, cross : float
        Estimates.
    ends : dict
        ``(quantity, "low" | "high")`` to `End`.
    level : float
        Two-sided level; each end leaves out half of the rest.
    replicates, n_events, n_countries : int
        Replicates of each end, and size of the data.
    years : (int, int)
        First and last year.
    stationary : bool
        Whether the fitted process is.
    units : Units
        What leads from the strengths, which are in the units of the weights and marks, to attempts per mean attempt.
    """

    own: float
    cross: float
    ends: dict[tuple[str, str], End]
    level: float
    replicates: int
    n_events: int
    n_countries: int
    years: tuple[int, int]
    stationary: bool = True
    units: Units = field(default_factory=Units)

    def tidy(self) -> pd.DataFrame:
        """One row each for ``own`` and ``cross``.

        Returns
        -------
        pandas.DataFrame
            ``quantity, estimate, low, high, profile_low, profile_high, cutoff_low, cutoff_high, mc_error_low,
            mc_error_high, level, replicates, n_events, n_countries``. Cut-offs are those of the signed root of the
            likelihood ratio; the Monte Carlo errors are those of the ends.
        """
        rows = []
        for which in QUANTITIES:
            low, high = self.ends[which, "low"], self.ends[which, "high"]
            rows.append(
                {
                    "quantity": which,
                    "estimate": getattr(self, which),
                    "low": low.value,
                    "high": high.value,
                    "profile_low": low.profile,
                    "profile_high": high.profile,
                    "cutoff_low": low.cutoff,
                    "cutoff_high": high.cutoff,
                    "mc_error_low": low.mc_error,
                    "mc_error_high": high.mc_error,
                }
            )
        sizes = {name: getattr(self, name) for name in ("level", "replicates", "n_events", "n_countries")}
        return pd.DataFrame(rows).assign(**sizes)

    @property
    def bound(self) -> ContagionBound:
        """The upper end of contagion on its own, as `contagion_bound` gives it."""
        from sahelkit.models.hawkes.bound import ContagionBound

        sizes = {name: getattr(self, name) for name in ("cross", "level", "replicates", "n_events", "n_countries")}
        return ContagionBound.at(self.ends["cross", "high"], **sizes, unit=self.units.cross)

    def summary(self) -> str:
        """The intervals as plain text."""
        table = self.tidy().drop(columns=["level", "replicates", "n_events", "n_countries"])
        return (
            f"{self.level:.0%} intervals, cut-offs from {self.replicates} replicates at each end; "
            f"{self.n_events} events, {self.n_countries} countries\n{table.round(3).to_string(index=False)}"
        )

    def plot(self, *, source: str, lang: str | None = None) -> Figure:
        """Draw both intervals beside those of the profile likelihood.

        Raises
        ------
        UnknownNameError
            If the language is neither ``"en"`` nor ``"fr"``.
        """
        lang = check_language(lang)
        from sahelkit.plots.bounds import plot_bounds

        say, rows = words(_FIGURE, lang), []
        for row in self.tidy().itertuples():
            for kind, low, high in (
                ("calibrated", row.low, row.high),
                ("profile", row.profile_low, row.profile_high),
            ):
                label = f"{say[str(row.quantity)]}, {say[kind]}"
                rows.append({"label": label, "estimate": row.estimate, "low": low, "high": high})
        return plot_bounds(
            pd.DataFrame(rows).assign(n_events=self.n_events),
            source=source,
            n=say["n"].format(countries=self.n_countries, boot=self.replicates),
            lang=lang,
            title=say["title"],
            axis=say["axis"].format(level=f"{100 * self.level:.0f}"),
            none=say["none"],
            both_ends=True,
        )

    def says(self, *, lang: str | None = None) -> str:
        """One careful sentence about own excitation that may be quoted; `ContagionBound.says` has that of contagion.

        Raises
        ------
        UnknownNameError
            If the language is neither ``"en"`` nor ``"fr"``.
        """
        lang = check_language(lang)
        low, high = self.ends["own", "low"], self.ends["own", "high"]
        return sentence(
            lang,
            contagion=False,
            value=self.own * self.units.own,
            ends=(low.value * self.units.own, high.value * self.units.own),
            level=self.level,
            n_events=self.n_events,
            n_countries=self.n_countries,
            years=self.years,
            stationary=self.stationary,
        )


@renamed(n_boot="replicates")
def excitation_intervals(
    fit: HawkesFit, *, replicates: int = 199, seed: int | None = 0, n_jobs: int | None = 1
) -> ExcitationIntervals:
    """Intervals of own excitation and contagion whose coverage does not lean on large samples.

    Period and country effects take up part of the clustering, so that own excitation is estimated about a sixth too
    low and the profile-likelihood interval misses it too often. Here the cut-off of each end comes from histories
    drawn with the parameter at the end of the profile interval (test inversion with one step).

    In 200 simulated histories of West Africa each, with a contagion of 0 and of 0.2 (mean lag of a year), the 90 %
    intervals covered own excitation in 89 and 88 of 100, those of the profile likelihood in 78 and 78; contagion in 98
    and 96, against 98 and 80. The upper ends covered in 95 to 100 of 100. A lower end that the profile puts at 0 stays
    there: whether there is any contagion is for `contagion_test` to say.

    Parameters
    ----------
    fit : HawkesFit
        Fitted with own excitation and contagion; its `level` is that of the intervals.
    replicates : int
        Replicates of each of the four ends.
    seed, n_jobs
        As in `contagion_test`.

    Returns
    -------
    ExcitationIntervals
        The upper end of ``cross`` is that of `contagion_bound` with the same seed and number of replicates.

    Raises
    ------
    ModelError
        If the fit has no contagion, or its events bear on none.
    OptionError
        If `replicates` is not a whole number of at least 1.

    References
    ----------
    Carpenter, J. (1999). Test inversion bootstrap confidence intervals. Journal of the Royal Statistical Society:
    Series B, 61(1), 159-172. https://doi.org/10.1111/1467-9868.00169

    DiCiccio, T. J., Martin, M. A., & Stern, S. E. (2001). Simple and accurate one-sided inference from signed roots of
    likelihood ratios. Canadian Journal of Statistics, 29(1), 67-76. https://doi.org/10.2307/3316051
    """
    check_options(replicates=replicates, seed=seed, n_jobs=n_jobs)
    check_contagion(fit)
    ends = {
        (which, side): calibrated_end(
            fit, which, upper=side == "high", replicates=replicates, seed=_seed(seed, which, side), n_jobs=n_jobs
        )
        for which in QUANTITIES
        for side in ("low", "high")
    }
    return ExcitationIntervals(
        own=fit.own,
        cross=fit.cross,
        ends=ends,
        level=fit.level,
        replicates=replicates,
        n_events=fit.n_events,
        n_countries=len(fit.countries),
        years=(fit.start.year, fit.end.year),
        stationary=fit.stationary,
        units=fit.units,
    )


def check_contagion(fit: HawkesFit) -> None:
    """Raise ModelError where contagion cannot be bounded."""
    if not fit.settings.contagion:
        raise ModelError("the model was fitted without contagion. Fit it with contagion=True to bound it")
    if not np.isfinite(fit.cross_upper):
        raise ModelError("no attempt could have been followed by one abroad: nothing bounds contagion")


def _seed(seed: int | None, which: str, side: str) -> int | None:
    """Each end draws histories of its own."""
    return None if seed is None else seed + 2 * QUANTITIES.index(which) + (side == "high")


def upper_end(fit: HawkesFit, *, replicates: int, seed: int | None, n_jobs: int | None) -> End:
    """Upper end of contagion, with the histories that `excitation_intervals` draws for it."""
    return calibrated_end(
        fit, "cross", upper=True, replicates=replicates, seed=_seed(seed, "cross", "high"), n_jobs=n_jobs
    )
