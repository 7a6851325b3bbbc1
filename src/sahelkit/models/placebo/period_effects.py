"""Why a dummy for each year must not be put beside the neighbours' events: it makes their coefficient negative."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from sahelkit._deprecated import OldAttribute, renamed
from sahelkit._types import Floats, Ints, Lang
from sahelkit.errors import ModelError
from sahelkit.estimation.clustered import clustered_covariance
from sahelkit.estimation.links import Link, row_terms
from sahelkit.estimation.newton import maximise
from sahelkit.estimation.replicates import quantile_error, replicate
from sahelkit.frames import FrameLike, origin_of
from sahelkit.language.numbers import number, percent
from sahelkit.models.placebo.draws import read_history
from sahelkit.models.placebo.like import (
    HistoryRows,
    Likeness,
    check_simulation,
    history_rows,
    likeness,
    simulate_counts,
    year_blocks,
)
from sahelkit.models.placebo.result import Simulated
from sahelkit.options import check_language, check_options
from sahelkit.results.estimates import t_quantile

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


# Years that share a dummy; None stands for no dummies.
EFFECTS: dict[str, int | None] = {"none": None, "decade": 10, "5-year": 5, "year": 1}

_SENTENCE = {
    "en": "With a dummy for each year {label} seems to go with a hazard {observed} times as high ({countries} "
    "countries, {events} events), but in {sims} simulated histories without any contagion the same method gives "
    "{middle} (central 80%: {low} to {high}): a ratio below 1 is made by the dummies, and {share} of these histories "
    "lie below the observed one.",
    "fr": "Avec une indicatrice par année, {label} semble aller de pair avec un rapport de risque de {observed} "
    "({countries} pays, {events} événements), mais dans {sims} histoires simulées sans aucune contagion la même "
    "méthode donne {middle} (80 % centraux : de {low} à {high}) : un rapport inférieur à 1 vient des indicatrices, et "
    "{share} de ces histoires se situent sous la valeur observée.",
}
_LABEL = {"en": "an attempt next door", "fr": "une tentative chez un voisin"}


_HEADS = {
    "en": "hazard ratio per neighbour's event in {window} periods, by period dummies; {replicates} histories "
    "without contagion",
    "fr": "rapport de risque par événement voisin en {window} périodes, selon les indicatrices ; {replicates} "
    "histoires sans contagion",
}


@dataclass(frozen=True, repr=False, kw_only=True)
class FixedEffectsTrap(Simulated):
    """Neighbours' hazard ratio under several period dummies, in the data and where there is no contagion.

    Attributes
    ----------
    table : pandas.DataFrame
        One row per kind of dummy (``effects``: none, decade, 5-year, year): ``ratio, ratio_low, ratio_high`` observed,
        with its interval (CR2 errors, t distribution with Satterthwaite's degrees of freedom; NA where one country
        bears nearly all that is known); ``null_median, null_low, null_high`` (central 80 %), ``null_median_error``
        (Monte Carlo standard error of the median) and
        ``null_quartile_low, null_quartile_high`` in simulated histories without contagion; ``share_below`` (share of
        those that lie below the observed ratio).
    draws : array, shape (B, 4)
        The simulated ratios.
    window, replicates, n_events, n_clusters : int
        Periods of exposure, histories, events in the panel, countries.
    level : float
        Confidence level of the observed interval.
    """

    draws: Floats
    level: float

    n_sims = OldAttribute("replicates")
    _index = ("effects",)

    def to_xarray(self) -> xr.Dataset:
        """The table with dimension ``effects``, and ``draws`` with dimensions ``draw`` and ``effects``."""
        found = super().to_xarray().reindex(effects=list(EFFECTS))
        return found.assign(draws=(("draw", "effects"), self.draws))

    def headline(self, *, lang: Lang | None = None) -> str:
        """Settings, as plain text."""
        return _HEADS[check_language(lang)].format(window=self.window, replicates=self.replicates)

    def says(self, *, lang: Lang | None = None, label: str | None = None) -> str:
        """One sentence that may be quoted; `label` says what an event of the exposure is, see `HazardFit.says`."""
        lang = check_language(lang)
        row = self.table.set_index("effects").loc["year"]
        return _SENTENCE[lang].format(
            label=label or _LABEL[lang],
            observed=number(row["ratio"], lang),
            countries=self.n_clusters,
            events=number(self.n_events, lang, digits=0),
            sims=number(self.replicates, lang, digits=0),
            middle=number(row["null_median"], lang),
            low=number(row["null_low"], lang),
            high=number(row["null_high"], lang),
            share=percent(row["share_below"], lang),
        )

    def plot(
        self, *, ax: Axes | None = None, lang: Lang | None = None, source: str = "", axis: str | None = None
    ) -> Figure:
        """Draw, for each kind of dummy, the observed ratio over the simulated ones; `axis` replaces the axis label."""
        from sahelkit.plots.trap import plot_trap

        return plot_trap(self.tidy(), source=source or self.origin or "sahelkit", axis=axis, lang=lang, ax=ax)


def with_dummies(rows: HistoryRows, labels: Ints | None) -> tuple[Floats, Floats, npt.NDArray[np.bool_]]:
    """Design with the exposure last, the outcome, and the rows kept: periods without an event leave with their dummy.

    A dummy of a period without an event has no finite estimate; at its limit its rows say nothing.

    Parameters
    ----------
    rows : HistoryRows
    labels : array of int, shape (n,), optional
        Number of each row's period; no dummies when absent.
    """
    plain = np.column_stack([rows.design, rows.exposure])
    if labels is None:
        return np.asfortranarray(plain), rows.outcome, np.ones(len(rows.outcome), dtype=bool)
    events = np.bincount(labels, weights=rows.outcome)
    keep = events[labels] > 0
    used = np.flatnonzero(events > 0)
    dummies = (labels[keep][:, None] == used[1:]).astype(float)
    wide = np.column_stack([rows.design[keep], dummies, rows.exposure[keep]])
    return np.asfortranarray(wide), rows.outcome[keep], keep


def _slopes(
    rng: np.random.Generator, like: Likeness, exposed: Floats, window: int, link: str, blocks: list[Ints | None]
) -> list[float]:
    """Log ratio of the exposure under each kind of dummy, in one simulated history."""
    rows = history_rows(simulate_counts(like, rng), like.grid, exposed, window)
    return [_slope(rows, None if block is None else block[rows.column], link) for block in blocks]


def _slope(rows: HistoryRows, labels: Ints | None, link: str) -> float:
    design, outcome, _ = with_dummies(rows, labels)
    if outcome.sum() < 2:
        return float("nan")
    fit = maximise(design, outcome, link=link)
    return float(fit.coef[-1]) if fit.converged else float("nan")


@renamed(sims="replicates")
def fixed_effects_trap(
    frame: FrameLike,
    *,
    event: str = "attempt",
    weights: xr.DataArray | None = None,
    window: int = 24,
    own: float = 0.35,
    own_lag: float = 24.0,
    block: int | None = 10,
    link: Link = "cloglog",
    level: float = 0.95,
    replicates: int = 200,
    cluster: str = "iso3",
    seed: int | None = 0,
    n_jobs: int | None = 1,
) -> FixedEffectsTrap:
    """Show by simulation how period dummies bias the neighbours' coefficient downwards.

    With few events a year, a dummy for each year compares the country that had the year's event with its neighbours,
    whose exposure that very event will raise: their coefficient comes out negative without anything to find. Histories
    like those of the panel, without contagion, show by how much.

    Parameters
    ----------
    frame, event, weights, own, own_lag, block, cluster
        As in `sahelkit.models.placebo.like.simulate_like`. The wider the net of neighbours, the larger the bias:
        weights of 1 between all countries of a region show more of it than land borders do.
    window, link
        As in `sahelkit.models.placebo.placebos.placebo_test`.
    level : float
        Confidence level of the observed intervals.
    replicates : int
        Simulated histories, at least 20.
    seed : int or None
        Seed. The same seed gives the same draws for any `n_jobs`.
    n_jobs : int or None
        Parallel workers, as in joblib; None leaves the choice to ``joblib.parallel_config``.

    Returns
    -------
    FixedEffectsTrap

    Raises
    ------
    OptionError
        If a number cannot be.
    MissingColumnsError, ModelError
        As in `sahelkit.models.placebo.placebos.placebo_test`.

    References
    ----------
    Nickell, S. (1981). Biases in dynamic models with fixed effects. Econometrica, 49(6), 1417-1426.
    doi:10.2307/1911408

    Examples
    --------
    >>> import sahelkit as sk
    >>> panel = sk.panel("west_africa", "1970", "2020", freq="Y").add_coups(rule="powell_thyne").frame
    >>> trap = fixed_effects_trap(panel, window=2, own_lag=2, replicates=20, seed=1)
    >>> middle = trap.table.set_index("effects")["null_median"]
    >>> bool(middle["year"] < middle["none"])
    True
    """
    check_options(level=level)
    check_simulation(window=window, block=block, link=link, replicates=replicates, seed=seed, n_jobs=n_jobs)
    frame, grid, exposed = read_history(frame, event, weights, cluster=cluster, where="fixed_effects_trap")
    blocks = [None if width is None else year_blocks(grid, width) for width in EFFECTS.values()]
    like = likeness(grid, exposed, own=own, cross=0.0, own_lag=own_lag, cross_lag=1.0, block=block)
    task = partial(_slopes, like=like, exposed=exposed, window=window, link=link, blocks=blocks)
    draws = np.exp(np.array(replicate(task, replicates, seed=seed, n_jobs=n_jobs)))
    rows = history_rows(grid.counts, grid, exposed, window)
    table = []
    for place, (name, labels) in enumerate(zip(EFFECTS, blocks, strict=True)):
        slope, error, freedom = _observed(rows, None if labels is None else labels[rows.column], link, name)
        half = float(t_quantile(level, np.array(freedom))) * error
        known = draws[np.isfinite(draws[:, place]), place]
        low, first, middle, third, high = np.quantile(known, [0.1, 0.25, 0.5, 0.75, 0.9])
        table.append(
            {
                "effects": name,
                "ratio": float(np.exp(slope)),
                "ratio_low": float(np.exp(slope - half)),
                "ratio_high": float(np.exp(slope + half)),
                "null_median": middle,
                "null_median_error": quantile_error(known, 0.5),
                "null_low": low,
                "null_high": high,
                "null_quartile_low": first,
                "null_quartile_high": third,
                "share_below": float(np.mean(known < np.exp(slope))),
            }
        )
    return FixedEffectsTrap(
        table=pd.DataFrame(table),
        draws=draws,
        window=window,
        replicates=replicates,
        n_events=int(grid.counts.sum()),
        n_clusters=len(grid.codes),
        level=level,
        origin=origin_of(frame),
    )


def _observed(rows: HistoryRows, labels: Ints | None, link: str, name: str) -> tuple[float, float, float]:
    design, outcome, keep = with_dummies(rows, labels)
    fit = maximise(design, outcome, link=link)
    if not fit.converged:
        raise ModelError(f"the model with effects {name!r} does not converge in the data: its events may be separated")
    terms = row_terms(link, design @ fit.coef, outcome)
    groups = np.unique(rows.country[keep], return_inverse=True)[1].ravel()
    variance = terms.chance * (1.0 - terms.chance)
    found = clustered_covariance(design, terms.score, terms.expected, groups, variance=variance, outcome=outcome)
    return float(fit.coef[-1]), float(np.sqrt(found.cov[-1, -1])), float(found.freedom[-1])
