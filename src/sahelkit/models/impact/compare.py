"""All coups by all methods in one table, so that nobody has to pick the one that suits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sahelkit._types import Lang
from sahelkit.errors import ModelError, UnknownNameError, is_known
from sahelkit.frames import FrameLike, check_frame
from sahelkit.language.numbers import percent
from sahelkit.models.impact.did import synthetic_did
from sahelkit.models.impact.donors import coup_windows
from sahelkit.models.impact.series import interrupted_series
from sahelkit.models.impact.synthetic import synthetic_control
from sahelkit.models.impact.synthetic_result import SyntheticControl
from sahelkit.models.impact.windows import EventWindow
from sahelkit.models.impact.words import counted_words, outcome_of
from sahelkit.options import check_language, check_options
from sahelkit.plots.impact_forest import plot_forest
from sahelkit.results.base import Result

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


METHODS = ("its_quasipoisson", "its_negative_binomial", "synthetic_control", "synthetic_did")
_SENTENCE = {
    "en": "Of {n} estimates for {coups} coups by {methods} methods, {above} put {outcome} above what would have been "
    "without the coup and {below} below; {up} of the {level} intervals exclude no change upwards and {down} downwards"
    "{less}; the estimates share data and are not independent tests.",
    "fr": "Sur {n} estimations pour {coups} coups d’État par {methods} méthodes, {above} situent le nombre {outcome} "
    "au-dessus de ce qu’il aurait été sans le coup d’État et {below} au-dessous ; {up} des intervalles à {level} "
    "excluent l’absence de changement vers le haut et {down} vers le bas{less} ; ces estimations partagent leurs "
    "données et ne sont pas des tests indépendants.",
}
_HEADLINE = {
    "en": "{made} of {n} estimates, {outcome}; {level} intervals",
    "fr": "{made} estimations sur {n}, {outcome} ; intervalles à {level}",
}
_LESS = {
    "en": {"unbounded": "{n} without a finite interval", "missing": "{n} could not be made"},
    "fr": {"unbounded": "{n} sans intervalle fini", "missing": "{n} n’ont pu être faites"},
}


@dataclass(frozen=True, repr=False)
class ImpactTable(Result):
    """Effects of several coups by several methods.

    Attributes
    ----------
    table : pandas.DataFrame
        One row per coup and method: ``coup, method, effect, effect_low, effect_high`` (logarithms of ratios; NA where
        no estimate can be made, an infinite interval where the donors are too few for the level), ``p_value`` (NA for
        the series), ``n_donors`` (0 for the series), ``n_after`` (months), ``why`` (the reason for a missing estimate
        or interval).
    outcome : str
        What is counted.
    level : float
        Confidence level of all intervals. Synthetic control: ranks of the donors' effects; the others: normal.
    """

    table: pd.DataFrame
    outcome: str
    level: float
    origin: str = ""

    _index = ("coup", "method")

    def tidy(self) -> pd.DataFrame:
        """The table, with ``ratio, ratio_low, ratio_high`` and the ``level``."""
        ends = {"ratio": "effect", "ratio_low": "effect_low", "ratio_high": "effect_high"}
        return self.table.assign(
            level=self.level, **{name: np.exp(self.table[column]) for name, column in ends.items()}
        )

    def to_xarray(self) -> xr.Dataset:
        """The numbers by coup and method."""
        return super().to_xarray().drop_vars("why")

    def headline(self, *, lang: Lang | None = None) -> str:
        """Outcome and sizes, as plain text."""
        lang = check_language(lang)
        made, level = int(self.table["effect"].notna().sum()), percent(self.level, lang)
        outcome = counted_words(self.outcome, lang)
        return _HEADLINE[lang].format(made=made, n=len(self.table), outcome=outcome, level=level)

    def counts(self) -> dict[str, int]:
        """How many estimates lie above and below no change; how many intervals exclude it, and have no finite end."""
        made = self.table.dropna(subset=["effect"])
        width = made["effect_high"] - made["effect_low"]
        return {
            "n": len(made),
            "above": int((made["effect"] > 0).sum()),
            "below": int((made["effect"] < 0).sum()),
            "up": int((made["effect_low"] > 0).sum()),
            "down": int((made["effect_high"] < 0).sum()),
            "unbounded": int((~np.isfinite(width)).sum()),
            "missing": len(self.table) - len(made),
        }

    def says(self, *, lang: Lang | None = None) -> str:
        """One sentence that may be quoted."""
        lang = check_language(lang)
        count = self.counts()
        less = ", ".join(text.format(n=count[name]) for name, text in _LESS[lang].items() if count[name])
        return _SENTENCE[lang].format(
            **{name: count[name] for name in ("n", "above", "below", "up", "down")},
            coups=self.table["coup"].nunique(),
            methods=self.table["method"].nunique(),
            outcome=outcome_of(self.outcome, lang),
            level=percent(self.level, lang),
            less=f" ({less})" if less else "",
        )

    def plot(self, *, ax: Axes | None = None, lang: Lang | None = None, source: str = "") -> Figure:
        """Draw all estimates with their intervals, on `ax` where axes are given."""
        return plot_forest(
            self.table,
            outcome=self.outcome,
            level=self.level,
            source=source or self.origin or "sahelkit",
            ax=ax,
            lang=check_language(lang),
        )


def impact_table(
    frame: FrameLike,
    events: FrameLike,
    *,
    coups: FrameLike,
    weights: xr.DataArray,
    outcome: str = "deaths",
    before: int = 60,
    after: int = 24,
    width: int = 3,
    steps: int = 1,
    exclude: str | int | Iterable[str | int] = (),
    harmonics: int = 1,
    methods: Sequence[str] = METHODS,
    level: float = 0.9,
    n_jobs: int | None = 1,
) -> ImpactTable:
    """Estimate what followed each coup by interrupted series, synthetic control and synthetic differences.

    The series is monthly, with step, slope and a yearly wave; the comparisons use logarithms of one plus the count in
    periods of `width` months. A method that cannot serve a coup says why instead of giving a number.

    Parameters
    ----------
    frame, events, coups, weights, outcome, before, after, width, steps, exclude
        As in `sahelkit.models.impact.coup_windows`.
    harmonics : int
        As in `sahelkit.models.impact.fit_series`.
    methods : sequence of str
        Which of ``"its_quasipoisson"``, ``"its_negative_binomial"``, ``"synthetic_control"``, ``"synthetic_did"``.
    level : float
        Confidence level.
    n_jobs : int or None
        Parallel workers, as in joblib.

    Returns
    -------
    ImpactTable

    Raises
    ------
    UnknownNameError, OptionError
        If a method or an option cannot be.
    ModelError
        If there is no coup, or a coup has no data after it, or too few before it.

    Examples
    --------
    >>> import sahelkit as sk
    >>> from sahelkit.exposure import spatial_weights
    >>> coups = sk.load_coups(countries="africa", rule="powell_thyne")
    >>> guinea = coups[(coups["iso3"] == "GIN") & (coups["date"] >= "2021")]
    >>> options = {"coups": coups, "weights": spatial_weights("africa")}
    >>> found = impact_table(sk.load_conflict(countries="africa"), guinea, **options)
    >>> found.counts()["missing"], found.table["why"].iloc[0]
    (2, 'GIN: nothing but zeros in the 24 months after the event, ... has no finite estimate.')
    """
    check_options(level=level, n_jobs=n_jobs)
    for method in methods:
        if not is_known(method, METHODS):
            raise UnknownNameError("method", method, METHODS)
    events = check_frame(events, where="impact_table", what="events")
    if events.empty:
        raise ModelError("there is no coup to study. Look at the rows of sahelkit.load_coups() that were chosen")
    options: dict[str, Any] = {"coups": coups, "weights": weights, "outcome": outcome, "before": before}
    options |= {"after": after, "steps": steps, "exclude": exclude}
    months = coup_windows(frame, events, width=1, scale="count", **options)
    periods = coup_windows(frame, events, width=width, **options)
    rows = []
    for by_month, by_period in zip(months, periods, strict=True):
        for method in methods:
            rows.append(_row(method, by_month, by_period, harmonics, level, n_jobs))
    table = pd.DataFrame(rows)
    return ImpactTable(table, outcome, level, periods[0].origin)


def _row(
    method: str, by_month: EventWindow, by_period: EventWindow, harmonics: int, level: float, n_jobs: int | None
) -> dict[str, Any]:
    series = method.startswith("its_")
    row: dict[str, Any] = {"coup": by_month.label, "method": method, "effect": np.nan, "effect_low": np.nan}
    row |= {"effect_high": np.nan, "p_value": np.nan, "n_donors": 0 if series else len(by_period.donors)}
    row |= {"n_after": by_month.n_after if series else by_period.n_after * by_period.width, "why": ""}
    makers: dict[str, Callable[[], Any]] = {
        "synthetic_control": lambda: synthetic_control(by_period, level=level, n_jobs=n_jobs),
        "synthetic_did": lambda: synthetic_did(by_period, level=level, n_jobs=n_jobs),
    }
    try:
        if series:
            found = interrupted_series(by_month, family=method[4:], harmonics=harmonics, level=level)
        else:
            found = makers[method]()
            row["p_value"] = found.p_value
    except ModelError as error:
        return row | {"why": str(error)}
    low, high = found.interval()
    why = found.no_interval if isinstance(found, SyntheticControl) else ""
    return row | {"effect": found.effect, "effect_low": low, "effect_high": high, "why": why}
