"""How large a contagion would have to be for the hazard model to see it in a sample like the one at hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sahelkit._deprecated import OldAttribute, renamed
from sahelkit._types import Floats, Lang
from sahelkit.errors import ModelError
from sahelkit.estimation.links import Link
from sahelkit.estimation.newton import maximise
from sahelkit.estimation.replicates import power_error, quantile_error, replicate, share_error, tried
from sahelkit.frames import FrameLike, origin_of
from sahelkit.language.numbers import number, percent
from sahelkit.models.placebo.draws import read_history, score_stage
from sahelkit.models.placebo.like import Likeness, check_simulation, history_rows, likeness, simulate_counts
from sahelkit.models.placebo.result import Simulated
from sahelkit.options import check_language, check_options

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


_SENTENCE = {
    "en": "In a sample like this ({countries} countries, {events} events), a hazard model would find a contagion of "
    "{size} attempts abroad per attempt with probability {power} at the {level} level; {caveat}.",
    "fr": "Dans un échantillon comme celui-ci ({countries} pays, {events} événements), un modèle de risque décèlerait "
    "une contagion de {size} tentative à l’étranger par tentative avec une probabilité de {power} au seuil de {level} "
    "; {caveat}.",
}
_CAVEATS = {
    "en": {
        "found": "a smaller one may go unseen, so that finding none does not mean that there is none",
        "never": "no size that was tried reaches {aim}, so that this model cannot show that there is no contagion",
    },
    "fr": {
        "found": "une contagion plus faible peut passer inaperçue : n’en pas trouver ne prouve pas qu’il n’y en a pas",
        "never": "aucune des tailles essayées n’atteint {aim} : ce modèle ne peut montrer qu’il n’y a pas de contagion",
    },
}


_HEADS = {
    "en": "power of the hazard model's test for contagion, window of {window} periods, {replicates} samples each\n"
    "own excitation {own:g} (mean lag {own_lag:g}), contagion with mean lag {cross_lag:g}; critical value {critical}",
    "fr": "puissance du test de contagion du modèle de risque, fenêtre de {window} périodes, {replicates} échantillons "
    "chacune\nexcitation propre {own:g} (délai moyen {own_lag:g}), contagion de délai moyen {cross_lag:g} ; valeur "
    "critique {critical}",
}


@dataclass(frozen=True, repr=False, kw_only=True)
class ContagionPower(Simulated):
    """Power and size of the hazard model's test for contagion.

    Attributes
    ----------
    table : pandas.DataFrame
        One row per true size: ``cross`` (events set off abroad by one event), ``power`` (share of samples in which the
        score test rejects, one-sided), ``power_calibrated`` (the same with the critical value from the samples
        without contagion, so that the size is right), ``power_error, power_calibrated_error`` (their Monte Carlo
        standard errors, that of the critical value included), ``ratio_median, ratio_low, ratio_high`` (median and
        central 80 % of the estimated hazard ratio per neighbour's event in the window), ``events`` (mean number).
    alpha : float
        Size of the test: how often it may reject where nothing is to be found.
    critical : float
        Calibrated critical value of the score statistic; the nominal one is a normal quantile.
    replicates, n_events, n_clusters, window : int
        Samples per size, events in the panel, countries, periods of exposure.
    own, own_lag, cross_lag : float
        Settings of the simulation.
    """

    alpha: float
    critical: float
    own: float
    own_lag: float
    cross_lag: float

    n_sims = OldAttribute("replicates")
    level = OldAttribute("alpha")
    _index = ("cross",)

    def headline(self, *, lang: Lang | None = None) -> str:
        """Settings, as plain text."""
        lang = check_language(lang)
        settings = {name: getattr(self, name) for name in ("window", "own", "own_lag", "cross_lag")}
        return _HEADS[lang].format(**settings, replicates=self.replicates, critical=number(self.critical, lang))

    def detectable(self, *, power: float = 0.8) -> float:
        """Smallest contagion that the calibrated test finds with the given probability, between the sizes by a line.

        Infinite where no size that was tried suffices.
        """
        sizes, reached = self.table["cross"].to_numpy(), self.table["power_calibrated"].to_numpy()
        enough = np.flatnonzero(reached >= power)
        if not enough.size:
            return float("inf")
        at = int(enough[0])
        if at == 0:
            return float(sizes[0])
        share = (power - reached[at - 1]) / (reached[at] - reached[at - 1])
        return float(sizes[at - 1] + share * (sizes[at] - sizes[at - 1]))

    def says(self, *, lang: Lang | None = None, power: float = 0.8) -> str:
        """One sentence that may be quoted; see `HazardFit.says`."""
        lang = check_language(lang)
        size = self.detectable(power=power)
        largest = self.table.iloc[-1]
        found = np.isfinite(size)
        caveat = _CAVEATS[lang]["found" if found else "never"]
        return _SENTENCE[lang].format(
            countries=self.n_clusters,
            events=number(self.n_events, lang, digits=0),
            size=number(size if found else float(largest["cross"]), lang),
            power=percent(power, lang) if found else self._reached(lang),
            level=percent(self.alpha, lang),
            caveat=caveat.format(aim=percent(power, lang)),
        )

    def _reached(self, lang: Lang) -> str:
        largest = self.table.iloc[-1]
        return f"{percent(largest['power_calibrated'], lang)} ± {percent(largest['power_calibrated_error'], lang)}"

    def plot(self, *, ax: Axes | None = None, lang: Lang | None = None, source: str = "") -> Figure:
        """Draw the power against the size of the contagion; options as in `HazardFit.plot`."""
        from sahelkit.plots.power import plot_power

        return plot_power(self.tidy(), level=self.alpha, source=source or self.origin or "sahelkit", lang=lang, ax=ax)


def _sample(
    rng: np.random.Generator, like: Likeness, exposed: Floats, window: int, link: str
) -> tuple[float, float, float]:
    """Score statistic, estimated log ratio and number of events of one simulated history."""
    counts = simulate_counts(like, rng)
    rows = history_rows(counts, like.grid, exposed, window)
    if rows.outcome.sum() < 5:
        return np.nan, np.nan, float(counts.sum())
    try:
        stage = score_stage(rows.design, rows.outcome, link=link)
    except ModelError:  # separated by the clock: a sample that no one could fit rejects nothing
        return np.nan, np.nan, float(counts.sum())
    wide = np.asfortranarray(np.column_stack([rows.design, rows.exposure]))
    slope = float(maximise(wide, rows.outcome, link=link).coef[-1])
    return float(stage.statistics(rows.exposure[None])[0]), slope, float(counts.sum())


@renamed(sims="replicates", level="alpha")
def contagion_power(
    frame: FrameLike,
    *,
    event: str = "attempt",
    weights: xr.DataArray | None = None,
    sizes: Sequence[float] = (0.0, 0.05, 0.1, 0.2, 0.3),
    window: int = 12,
    own: float = 0.35,
    own_lag: float = 24.0,
    cross_lag: float = 12.0,
    block: int | None = 10,
    link: Link = "cloglog",
    alpha: float = 0.05,
    replicates: int = 300,
    cluster: str = "iso3",
    seed: int | None = 0,
    n_jobs: int | None = 1,
) -> ContagionPower:
    """Tabulate how often the hazard model finds a contagion of known size in histories like those of a panel.

    Each history has the panel's countries, its levels of risk by country and block of years, and a given own
    excitation. The model is the hazard of an event with t, t2, t3 and never, and the neighbours' events in the window;
    the test is its one-sided score test.

    Parameters
    ----------
    frame, event, weights, own, own_lag, cross_lag, block, cluster
        As in `sahelkit.models.placebo.like.simulate_like`.
    sizes : sequence of float
        Events that one event sets off abroad; 0 is added where it is missing, for it gives the size.
    window, link
        As in `sahelkit.models.placebo.placebos.placebo_test`.
    alpha : float
        Size of the test: how often it may reject where nothing is to be found.
    replicates : int
        Histories for each size, at least 20.
    seed : int or None
        Seed. The same seed gives the same table for any `n_jobs`.
    n_jobs : int or None
        Parallel workers, as in joblib; None leaves the choice to ``joblib.parallel_config``.

    Returns
    -------
    ContagionPower

    Raises
    ------
    OptionError
        If a number cannot be.
    MissingColumnsError, ModelError
        As in `sahelkit.models.placebo.placebos.placebo_test`.

    References
    ----------
    Morris, T. P., White, I. R., & Crowther, M. J. (2019). Using simulation studies to evaluate statistical methods.
    Statistics in Medicine, 38(11), 2074-2102. doi:10.1002/sim.8086

    Examples
    --------
    >>> import sahelkit as sk
    >>> panel = sk.panel("west_africa", "1970", "2020", freq="Y").add_coups(rule="powell_thyne").frame
    >>> power = contagion_power(panel, sizes=[0, 0.6], window=2, own_lag=2, cross_lag=1, replicates=40, seed=1)
    >>> power.table["power_calibrated"].is_monotonic_increasing
    True
    """
    from scipy import stats

    check_options(alpha=alpha)
    check_simulation(window=window, block=block, link=link, replicates=replicates, seed=seed, n_jobs=n_jobs)
    ranked = sorted({0.0, *tried("sizes", sizes, least=0.0)})
    frame, grid, exposed = read_history(frame, event, weights, cluster=cluster, where="contagion_power")
    likes = [
        likeness(grid, exposed, own=own, cross=size, own_lag=own_lag, cross_lag=cross_lag, block=block)
        for size in ranked
    ]
    seeds = np.random.SeedSequence(seed).generate_state(len(ranked))
    tasks = [partial(_sample, like=like, exposed=exposed, window=window, link=link) for like in likes]
    found = [
        np.array(replicate(task, replicates, seed=int(own_seed), n_jobs=n_jobs))
        for task, own_seed in zip(tasks, seeds, strict=True)
    ]
    if not all(np.isfinite(values[:, 0]).any() for values in found):
        raise ModelError("no simulated sample could be fitted, as events are too few. Take more countries or years")
    critical = float(np.nanquantile(found[0][:, 0], 1 - alpha))
    known = found[0][np.isfinite(found[0][:, 0]), 0]
    critical_error = quantile_error(known, 1 - alpha)
    rows = []
    for size, values in zip(ranked, found, strict=True):
        plain = float(np.mean(values[:, 0] > stats.norm.ppf(1 - alpha)))
        calibrated = float(np.mean(values[:, 0] > critical))
        low, middle, high = np.exp(np.nanquantile(values[:, 1], [0.1, 0.5, 0.9]))
        rows.append(
            {
                "cross": size,
                "power": plain,
                "power_error": share_error(plain, replicates),
                "power_calibrated": calibrated,
                "power_calibrated_error": power_error(values[:, 0], calibrated, critical, critical_error),
                "ratio_median": middle,
                "ratio_low": low,
                "ratio_high": high,
                "events": float(values[:, 2].mean()),
            }
        )
    return ContagionPower(
        table=pd.DataFrame(rows),
        alpha=alpha,
        critical=critical,
        replicates=replicates,
        n_events=int(grid.counts.sum()),
        n_clusters=len(grid.codes),
        window=window,
        own=own,
        own_lag=own_lag,
        cross_lag=cross_lag,
        origin=origin_of(frame),
    )
