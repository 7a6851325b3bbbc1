"""Stacked event study: several events laid over one another, each against its own unexposed countries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sahelkit._deprecated import renamed
from sahelkit._types import Floats, Ints64, Lang
from sahelkit.errors import ModelError, OptionError
from sahelkit.estimation.replicates import jackknife_error, p_error
from sahelkit.language.numbers import ends_of, number, p_words, percent
from sahelkit.models.impact.honest import TrendBounds, trend_bounds
from sahelkit.models.impact.paths import normal_half
from sahelkit.models.impact.windows import EventWindow, check_scatter, check_window
from sahelkit.models.impact.words import change_words, counted_words, outcome_of
from sahelkit.models.placebo.placebos import permutation_p
from sahelkit.options import check_language, check_options
from sahelkit.plots.impact_study import plot_event_study
from sahelkit.results.base import Result

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_SENTENCE = {
    "en": "After {n} coups in {countries} countries, {outcome} {change} what unexposed countries suggest, on average "
    "over up to {after} months ({level} interval {ends}, {p}); {pre}, and the coups are few and share "
    "neighbours, insurgencies and years.",
    "fr": "Après {n} coups d’État dans {countries} pays, le nombre {outcome} {change} l’évolution des pays non "
    "exposés, en moyenne sur {after} mois au plus (intervalle à {level} : {ends}, {p}) ; {pre}, et ces coups "
    "d’État sont peu nombreux et ont en commun voisins, insurrections et années.",
}
_PRE = {
    "en": (
        "trends before the coups already differed ({p})",
        "no difference of trends before the coups was found ({p})",
    ),
    "fr": (
        "les évolutions antérieures différaient déjà ({p})",
        "aucune différence d’évolution n’a été décelée avant les coups d’État ({p})",
    ),
}
_HEADLINE = {
    "en": "stacked event study: {n} events in {countries} countries, {outcome} ({scale}); mean effect {effect} "
    "({low} to {high}), p {p}; pre-trends p {pre}",
    "fr": "étude d’événements superposés : {n} événements dans {countries} pays, {outcome} ({scale}) ; effet moyen "
    "{effect} (de {low} à {high}), p {p} ; évolutions antérieures p {pre}",
}
_SHORTER = {
    "en": "; fewer than {after} periods after: {named}",
    "fr": " ; moins de {after} périodes après : {named}",
}
_SHARP = 1e-9  # share of the largest error below which one is rounding


@dataclass(frozen=True, repr=False)
class EventStudy(Result):
    """Mean path of several countries around their events, against unexposed countries.

    Every event that was given is in the mean; those with fewer periods after it are in `shortened`.

    Attributes
    ----------
    times : array of int, shape (T,)
        Periods counted from the event.
    estimate : array, shape (T,)
        Mean over the events of the difference in differences to period -1; 0 there.
    draws : array, shape (D, T)
        The same for placebo events: unexposed countries in the place of the ones with the event.
    paths : pandas.DataFrame, shape (T, E)
        Difference in differences by event; NA after the end of a shortened window.
    outcome, scale, width
        As in `EventWindow`.
    level : float
        Confidence level.
    """

    times: Ints64
    estimate: Floats
    draws: Floats
    paths: pd.DataFrame
    outcome: str
    scale: str
    width: int
    level: float
    origin: str = ""

    _index = ("time",)

    @property
    def n_coups(self) -> int:
        """Events in the stack."""
        return len(self.paths.columns)

    @property
    def n_countries(self) -> int:
        """Countries behind the events."""
        return len({str(name).split(" ")[0] for name in self.paths.columns})

    @property
    def std_error(self) -> Floats:
        """Standard deviation of the placebo events, shape (T,); 0 in the reference period."""
        return np.asarray(self.draws.std(axis=0))

    @property
    def n_after(self) -> int:
        """Periods after the event."""
        return int(np.sum(self.times > 0))

    @property
    def logs(self) -> bool:
        """Whether the outcome is the logarithm of one plus the count."""
        return self.scale == "log1p"

    def _after(self) -> Floats:
        return np.asarray((self.times > 0) / self.n_after)

    @property
    def effect(self) -> float:
        """Mean of the coefficients after the event."""
        return float(self._after() @ self.estimate)

    @property
    def effect_error(self) -> float:
        """Standard deviation of the same mean among placebo events."""
        return float((self.draws @ self._after()).std())

    @property
    def shortened(self) -> pd.Series:
        """Periods after the event, of the events whose window ends before the last period: they count until then."""
        held = self.paths[self.times > 0].notna().sum()
        return held[held < len(self.paths[self.times > 0])].rename("periods")

    def interval(self) -> tuple[float, float]:
        """Normal interval of the effect."""
        half = normal_half(self.level) * self.effect_error
        return self.effect - half, self.effect + half

    @property
    def p_value(self) -> float:
        """Share of placebo events, the true ones included, with a mean at least as large in size."""
        null = np.abs(self.draws @ self._after())
        return permutation_p(abs(self.effect) / float(null.max()), null / null.max())

    @property
    def pre_trend_p(self) -> float:
        """Share of placebo events with a coefficient before the event at least as many errors from zero."""
        lead = self.times < -1
        known = self.std_error[lead] > _SHARP * self.std_error.max()
        error, tiny = np.where(known, self.std_error[lead], 1.0), _SHARP * float(self.std_error.max())
        # Where no placebo event strays, any difference is beyond all of them, and none is no difference.
        own, null = (
            np.max(np.where(known, np.abs(path) / error, np.where(np.abs(path) > tiny, np.inf, 0.0)), axis=-1)
            for path in (self.estimate[lead], self.draws[:, lead])
        )
        return permutation_p(float(own), null)

    @property
    def p_error(self) -> float:
        """Monte Carlo standard error of `p_value`."""
        return p_error(self.p_value, len(self.draws))

    @property
    def pre_trend_p_error(self) -> float:
        """Monte Carlo standard error of `pre_trend_p`."""
        return p_error(self.pre_trend_p, len(self.draws))

    @property
    def interval_error(self) -> float:
        """Monte Carlo standard error of the ends of `interval`, which rest on the scatter of the placebo events."""
        means = self.draws @ self._after()
        return normal_half(self.level) * float(jackknife_error(lambda part: float(part.std()), means))

    @property
    def breakdown_error(self) -> float:
        """Monte Carlo standard error of the breakdown of `bounds`; 0 where it is 0 however the draws fall."""
        return float(jackknife_error(lambda part: replace(self, draws=part).bounds().breakdown, self.draws))

    def bounds(self, *, grid: Sequence[float] = (0.0, 0.5, 1.0, 1.5, 2.0)) -> TrendBounds:
        """Bounds of the mean effect when trends after the events may stray as they did before; see `trend_bounds`."""
        lead, later = self.times < -1, self.times > 0
        return trend_bounds(
            self.estimate[lead],
            self.estimate[later],
            self.draws[:, lead | later],
            grid=grid,
            level=self.level,
            n_coups=self.n_coups,
            logs=self.logs,
            origin=self.origin,
        )

    def tidy(self) -> pd.DataFrame:
        """One row per period: ``time, estimate, std_error, low, high, n_coups``."""
        half = normal_half(self.level) * self.std_error
        return pd.DataFrame(
            {
                "time": self.times,
                "estimate": self.estimate,
                "std_error": self.std_error,
                "low": self.estimate - half,
                "high": self.estimate + half,
                "n_coups": self.paths.notna().sum(axis=1).to_numpy(),
            }
        )

    def to_xarray(self) -> xr.Dataset:
        """The table by period, and the path of each event."""
        found = super().to_xarray()
        return found.assign_coords(event=self.paths.columns.to_numpy(dtype=object)).assign(
            path=(("time", "event"), self.paths.to_numpy(dtype=float))
        )

    def headline(self, *, lang: Lang | None = None) -> str:
        """Stack, effect and pre-trends, as plain text."""
        lang = check_language(lang)
        effect, low, high = (number(value, lang) for value in (self.effect, *self.interval()))
        text = _HEADLINE[lang].format(
            n=self.n_coups,
            countries=self.n_countries,
            outcome=counted_words(self.outcome, lang),
            scale=self.scale,
            effect=effect,
            low=low,
            high=high,
            p=number(self.p_value, lang, digits=3),
            pre=number(self.pre_trend_p, lang, digits=3),
        )
        named = ", ".join(f"{name} ({periods})" for name, periods in self.shortened.items())
        return text + (_SHORTER[lang].format(after=self.n_after, named=named) if named else "")

    def says(self, *, lang: Lang | None = None) -> str:
        """One sentence that may be quoted."""
        lang = check_language(lang)
        differ = self.pre_trend_p < 1 - self.level
        return _SENTENCE[lang].format(
            n=self.n_coups,
            countries=self.n_countries,
            outcome=outcome_of(self.outcome, lang),
            change=change_words(self.effect, lang, logs=self.logs),
            after=self.n_after * self.width,
            level=percent(self.level, lang),
            ends=ends_of(*self.interval(), lang, logs=self.logs),
            p=p_words(self.p_value, lang, error=self.p_error),
            pre=_PRE[lang][0 if differ else 1].format(p=p_words(self.pre_trend_p, lang, error=self.pre_trend_p_error)),
        )

    def plot(self, *, ax: Axes | None = None, lang: Lang | None = None, source: str = "") -> Figure:
        """Draw the coefficients by period, before and after, on `ax` where axes are given."""
        return plot_event_study(
            self.tidy(),
            self.paths,
            width=self.width,
            logs=self.logs,
            n_countries=self.n_countries,
            level=self.level,
            pre_trend_p=self.pre_trend_p,
            source=source or self.origin or "sahelkit",
            ax=ax,
            lang=check_language(lang),
        )


@renamed(draws="replicates")
def event_study(
    windows: Sequence[EventWindow],
    *,
    clusters: Mapping[str, str] | None = None,
    replicates: int = 2000,
    level: float = 0.95,
    seed: int | None = 0,
) -> EventStudy:
    """Stack events and compare each with its own unexposed countries.

    For each event and period: the change since the last period before it, minus the mean change of its donors. Events
    are averaged with equal weights, over those whose window holds the period. For a balanced stack with equal numbers
    of donors this is the least-squares event study with unit-by-event and period-by-event effects. Events are few, so
    that errors come from placebo events: for each cluster a donor is drawn, and takes the place of its countries in
    all their windows of which it is a donor (in others, a fresh one).

    Parameters
    ----------
    windows : sequence of EventWindow
        With the same periods before the event, width, outcome and scale.
    clusters : mapping of str to str, optional
        Cluster of each country with an event, for events that share their shocks; each country alone when absent.
    replicates : int
        Placebo draws, at least 199.
    level : float
        Confidence level.
    seed : int or None
        Seed.

    Returns
    -------
    EventStudy

    Raises
    ------
    OptionError
        If the windows differ in width, outcome, scale or periods before, or `replicates` is too small.
    ModelError
        If there is no window, fewer than two periods before, a window with fewer than five donors, or donors that do
        not scatter.

    References
    ----------
    Cengiz, D., Dube, A., Lindner, A., & Zipperer, B. (2019). The effect of minimum wages on low-wage jobs. Quarterly
    Journal of Economics, 134(3), 1405-1454. doi:10.1093/qje/qjz014

    Conley, T. G., & Taber, C. R. (2011). Inference with "difference in differences" with a small number of policy
    changes. Review of Economics and Statistics, 93(1), 113-125. doi:10.1162/REST_a_00049

    Examples
    --------
    >>> import sahelkit as sk
    >>> from sahelkit.models.impact import event_window
    >>> frame, donors = sk.load_conflict(countries="africa"), ["NGA", "TCD", "UGA", "KEN", "ETH", "AGO", "COD", "SOM"]
    >>> options = {"before": 24, "width": 3, "donors": donors}
    >>> stack = [event_window(frame, "MLI", "2012-03", **options), event_window(frame, "NER", "2023-07", **options)]
    >>> study = event_study(stack, seed=1)
    >>> study.n_coups, study.times.tolist()[:3], float(study.estimate[study.times == -1][0])
    (2, [-8, -7, -6], 0.0)
    """
    check_options(replicates=replicates, level=level, seed=seed)
    _check(windows, replicates, level)
    times = np.array(sorted({int(time) for window in windows for time in window.times}))
    observed = pd.DataFrame({window.label: _path(window, times) for window in windows}, index=times)
    placebos = [_placebo_paths(window, times) for window in windows]
    for window, paths in zip(windows, placebos, strict=True):
        check_scatter(window, np.nan_to_num(paths))
    rng = np.random.default_rng(seed)
    # Draws go by date and by name, so that they do not depend on the order of events and donors.
    order = sorted(range(len(windows)), key=lambda place: (windows[place].date, windows[place].unit))
    group = [(clusters or {}).get(windows[place].unit, windows[place].unit) for place in order]
    chosen = _draw(rng, [windows[place] for place in order], group, replicates)
    total = np.zeros((replicates, len(times)))
    for column, place in enumerate(order):
        total += np.nan_to_num(placebos[place][:, chosen[:, column]].T)
    held = observed.notna().sum(axis=1).to_numpy()
    return EventStudy(
        times=times,
        estimate=observed.mean(axis=1).to_numpy(),
        draws=total / held,
        paths=observed,
        outcome=windows[0].outcome,
        scale=windows[0].scale,
        width=windows[0].width,
        level=level,
        origin=windows[0].origin,
    )


def _check(windows: Sequence[EventWindow], replicates: int, level: float) -> None:
    if isinstance(windows, EventWindow) or not isinstance(windows, Sequence):
        raise OptionError("windows", type(windows).__name__, "a list of windows is wanted", repair="Type [window]")
    if not windows:
        raise ModelError("there is no event to study. Give windows, as coup_windows() makes them")
    for window in windows:
        check_window(window, where="event_study")
    for what in ("width", "outcome", "scale", "n_before"):
        found = {getattr(window, what) for window in windows}
        if len(found) > 1:
            raise OptionError("windows", sorted(found), f"they differ in {what} and cannot be stacked")
    if len({window.label for window in windows}) < len(windows):
        raise OptionError("windows", [window.label for window in windows], "an event is there twice")
    if windows[0].n_before < 2:
        raise ModelError("one period before the event: trends before it cannot be seen. Type before= or width=")
    for window in windows:
        if len(window.donors) < 5:
            raise ModelError(f"{window.label} has {len(window.donors)} donors, and placebo events want 5 at least")
    if replicates < 199:
        raise OptionError("replicates", replicates, "too few to give a p-value", repair="Type replicates=2000")


def _changes(window: EventWindow, times: Ints64) -> Floats:
    """Change since period -1, shape (T, 1 + J); NaN outside the window."""
    table = window.values.set_axis(window.times, axis=0)
    return np.asarray((table - table.loc[-1]).reindex(times).to_numpy(dtype=float))


def _path(window: EventWindow, times: Ints64) -> Floats:
    change = _changes(window, times)
    return np.asarray(change[:, 0] - change[:, 1:].mean(axis=1))


def _placebo_paths(window: EventWindow, times: Ints64) -> Floats:
    """Each donor's change minus the mean of the others', shape (T, J)."""
    change = _changes(window, times)[:, 1:]
    size = change.shape[1]
    return np.asarray((change - change.mean(axis=1, keepdims=True)) * size / (size - 1))


def _draw(rng: np.random.Generator, windows: Sequence[EventWindow], group: Sequence[str], replicates: int) -> Ints64:
    """Number of the donor that stands in for each window's country, shape (D, windows)."""
    by_name = [np.argsort(window.donors) for window in windows]
    chosen = np.column_stack([places[rng.integers(0, len(places), size=replicates)] for places in by_name])
    for name in dict.fromkeys(group):
        members = [place for place, label in enumerate(group) if label == name]
        first = np.array(windows[members[0]].donors)[chosen[:, members[0]]]
        for place in members[1:]:
            index = pd.Index(windows[place].donors).get_indexer(first)
            chosen[:, place] = np.where(index >= 0, index, chosen[:, place])
    return np.asarray(chosen, dtype=np.int64)
