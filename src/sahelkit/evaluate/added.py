"""Whether a column of one's own earned its place: the same forecasts with it and without it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sahelkit._types import Bools, Lang, Rule
from sahelkit.errors import ModelError, OptionError
from sahelkit.evaluate.backtest import read_origins
from sahelkit.evaluate.comparison import Comparison, compare
from sahelkit.evaluate.words import no_minus_zero, verdict_key
from sahelkit.language.numbers import number, percent, reach
from sahelkit.language.texts import words
from sahelkit.models.forecast.covariates import Covariates
from sahelkit.models.forecast.forecaster import HazardForecaster
from sahelkit.models.forecast.own import computed_columns, credits_of, own_values
from sahelkit.models.forecast.past import World, check_event, check_origin, newest_known, past_forecasts
from sahelkit.models.forecast.setup import Setup, setup
from sahelkit.options import as_names, check_language, check_options
from sahelkit.panels import Panel
from sahelkit.panels.coups import Coups
from sahelkit.tables.read import record_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_SINCE = 1991
_WORDS = {
    "en": {
        "with": "with {columns}",
        "several": "{count} columns",
        "own": "own data",
        "without": "without",
        "or": " or ",
        "head": "Forecasts with and without {columns}: {n} rows in which {it} was known, {events} with an event; "
        "{all} rows at the {origins} origins {first} to {last}",
        "says": "Of the same {n} forecasts from {first} to {last} in which {columns} was known ({events} followed by "
        "an event), the log score is {own} with {it} and {their} without (lower is better): {verdict}, difference "
        "{difference} ({level} interval {ends}); {caveat}.",
        "better": "{it} earned a place",
        "worse": "{it} earned no place, since the forecasts are worse for it",
        "tie": "{it} earned no place, since the data do not tell the two apart",
        "short": "{it} earned no place, since there are too few origins for an interval",
        "caveat": "the interval takes the origins as exchangeable, and of several columns that are tried the best "
        "looks better here than it is",
    },
    "fr": {
        "with": "avec {columns}",
        "several": "{count} variables",
        "own": "vos données",
        "without": "sans",
        "or": " ou ",
        "head": "Prévisions avec et sans {columns} : {n} lignes où {it} était connue, dont {events} avec un "
        "événement ; {all} lignes aux {origins} dates de prévision de {first} à {last}",
        "says": "Sur les mêmes {n} prévisions de {first} à {last} où la variable {columns} était connue (dont {events} "
        "suivies d’un événement), le score logarithmique est de {own} avec {it} et de {their} sans {it} (le plus bas "
        "est le meilleur) : {verdict}, écart {difference} (intervalle à {level} : {ends}) ; {caveat}.",
        "better": "{it} a mérité sa place",
        "worse": "{it} n’a pas mérité sa place, car les prévisions en deviennent moins bonnes",
        "tie": "{it} n’a pas mérité sa place, car les données ne permettent pas de départager les deux",
        "short": "{it} n’a pas mérité sa place, car il y a trop peu de dates de prévision pour un intervalle",
        "caveat": "l’intervalle suppose les dates de prévision interchangeables, et la meilleure de plusieurs "
        "variables essayées paraît ici meilleure qu’elle n’est",
    },
}
# What stands for the columns in a sentence: one, several.
_IT = {"en": ("it", "this set"), "fr": ("elle", "cette série")}


@dataclass(frozen=True, eq=False, repr=False)
class AddedValue(Comparison):
    """Scores of the same forecasts with columns of the user's and without them, and their paired differences.

    Attributes
    ----------
    columns : tuple of str
        The columns.
    n_all : int
        Rows that were forecast at these origins; those in which no column was known are left out.
    credits : tuple of str
        What the sources of the user's event files ask to be said; it stands in the figure.
    """

    columns: tuple[str, ...] = ()
    n_all: int = 0
    credits: tuple[str, ...] = ()

    @property
    def earned(self) -> bool:
        """Whether the log score is better with the columns, and the interval of the difference lies below zero."""
        return verdict_key(self._log["better"]) == "better"

    @property
    def _log(self) -> pd.Series[Any]:
        return self.frame.set_index("score").loc["log"]

    def _called(self, lang: Lang) -> str:
        return words(_WORDS, lang)["or"].join(self.columns)

    def _it(self, lang: Lang) -> str:
        return _IT[lang][len(self.columns) > 1]

    def headline(self, *, lang: Lang | None = None) -> str:
        """What is compared on which rows, as plain text."""
        return self._phrase("head", check_language(lang))

    def says(self, *, lang: Lang | None = None) -> str:
        """One sentence that may be quoted: whether the columns earned their place, by the log score."""
        lang = check_language(lang)
        row, say = self._log, words(_WORDS, lang)
        verdict = "short" if np.isnan(row["low"]) else verdict_key(row["better"])
        return self._phrase(
            "says",
            lang,
            own=number(row["model"], lang, digits=4),
            their=number(row["other"], lang, digits=4),
            verdict=say[verdict].format(it=self._it(lang)),
            difference=number(no_minus_zero(row["difference"]), lang, digits=4),
            level=percent(self.level, lang),
            ends=reach(row["low"], row["high"], lang, digits=4),
            caveat=say["caveat"],
        )

    def _phrase(self, key: str, lang: Lang, **more: object) -> str:
        sizes = {"n": self.n_rows, "events": self.n_events, "all": self.n_all}
        told = {name: number(value, lang, digits=0) for name, value in sizes.items()}
        told |= {"columns": self._called(lang), "it": self._it(lang), "first": self.span[0], "last": self.span[1]}
        text = words(_WORDS, lang)[key].format(origins=self.n_origins, **told, **more)
        return text.replace(" ;", "\u00a0;").replace(" :", "\u00a0:") if lang == "fr" else text

    def plot(self, *, ax: Axes | None = None, lang: Lang | None = None) -> Figure:
        """Draw by how much the forecasts are better with the columns, score by score, with intervals.

        Raises
        ------
        UnknownNameError
            If the language is unknown.
        """
        lang = check_language(lang)
        say = words(_WORDS, lang)
        count = len(self.columns)
        called = self.columns[0] if count == 1 else say["several"].format(count=count)
        names = (say["with"].format(columns=called), say["without"])
        source = ", ".join([self.source, say["own"], *self.credits])
        plain = Comparison(**{item.name: getattr(self, item.name) for item in fields(Comparison)})
        return replace(plain, names=names, source=source).plot(ax=ax, lang=lang)


def added_value(
    panel: Panel,
    columns: str | Sequence[str] | None = None,
    *,
    forecaster: Any = None,
    outcome: str = "attempt",
    horizon: int = 12,
    origins: tuple[Any, Any] | Sequence[Any] | None = None,
    level: float = 0.95,
    replicates: int = 1000,
    seed: int | None = 0,
) -> AddedValue:
    """Forecast at past origins with columns of one's own and without them, and compare the scores.

    Both forecasts of an origin are made by what was known on its first day, and scored on the same rows: those in which
    at least one of the columns was known, from the first origin at which there was a known value to learn from.

    Parameters
    ----------
    panel : Panel
        A `sahelkit.models.forecast.forecast_panel` with columns of your own.
    columns : str or sequence of str, optional
        The columns, such as ``"mycov_lag1"``; every lag, window and clock of your own when absent.
    forecaster : HazardForecaster or classifier of scikit-learn, optional
        Who forecasts; of the first, the terms without the columns are those of the forecast without them.
    outcome : {"attempt", "success"}
        Any attempt, or a successful coup.
    horizon : int
        Months.
    origins : tuple of two, or sequence, optional
        As in `backtest`; every twelve months since 1991 when absent.
    level : float
        Level of the intervals.
    replicates : int
        Resamples of the origins.
    seed : int or None
        Seed of the resamples.

    Returns
    -------
    AddedValue

    Raises
    ------
    OptionError
        If the panel or the forecaster cannot be used (see `sahelkit.risk_table`), a column has no rule of publication,
        or was not known at any of the origins.
    UnknownNameError
        If the panel has no such column.
    DateError
        If an origin cannot be read or lies outside the panel.

    Notes
    -----
    A difference of scores of the same rows is tested by resampling origins in blocks, as `Backtest.against` does: rows
    of one origin, and windows that overlap, hang together (Diebold and Mariano 1995).

    References
    ----------
    Diebold, F. X., & Mariano, R. S. (1995). Comparing predictive accuracy. Journal of Business & Economic Statistics,
    13(3), 253-263. https://doi.org/10.1080/07350015.1995.10524599

    Examples
    --------
    Half a minute at most; ``print(added_value(panel, "rain_lag1").says())`` gives the verdict.

    >>> from sahelkit.models.forecast import forecast_panel
    >>> added_value(forecast_panel())
    Traceback (most recent call last):
    sahelkit.errors.OptionError: columns=None: the panel has no lag, window or clock of a column of your own. Type
    forecast_panel().add_frame(mine, published='+30d').lag('mycov', periods=1).
    """
    check_options(horizon=horizon, level=level, replicates=replicates, seed=seed)
    event = check_event(outcome)
    if not isinstance(panel, Panel):
        raise OptionError("panel", type(panel).__name__, "not a panel", repair="Type panel=forecast_panel()")
    chosen = tuple(computed_columns(panel) if columns is None else as_names("columns", columns))
    if not chosen:
        repair = "Type forecast_panel().add_frame(mine, published='+30d').lag('mycov', periods=1)"
        why = "the panel has no lag, window or clock of a column of your own"
        raise OptionError("columns", columns, why, repair=repair)
    using, without = _pair(panel, chosen, forecaster)
    history = using.history
    known = _known(history, using, chosen)
    wanted = _origins(history, using, known, horizon, origins)
    if not wanted:
        first = pd.Period(ordinal=int(history.ordinal[known].min()), freq="M") if known.any() else None
        why = "at no origin was there a known value to learn from"
        why += "" if first is None else f" (the first was known in {first}, and {horizon} months must pass)"
        raise OptionError("columns", ", ".join(chosen), why, repair="Give a longer series, or later origins=")
    models = (using.model, without)
    own, other = (past_forecasts(history, wanted, model=one, event=event, horizon=horizon) for one in models)
    # In the order of `past_forecasts`: origin by origin.
    seen = np.concatenate([known[history.ordinal == origin] for origin in wanted])
    found = compare(
        own[seen],
        other.loc[seen, ["iso3", "origin", "probability"]],
        names=(f"with {', '.join(chosen)}", "without"),
        horizon=horizon,
        level=level,
        replicates=replicates,
        seed=seed,
        k=10,
        source=", ".join(f"{name} {record_of(name, panel.version).version}" for name in _datasets(panel)),
    )
    plain = {item.name: getattr(found, item.name) for item in fields(Comparison)}
    whole = int(other.notna().all(axis=1).sum())
    return AddedValue(**plain, columns=chosen, n_all=whole, credits=credits_of(using.panel, chosen))


def _datasets(panel: Panel) -> list[str]:
    return list(dict.fromkeys(name for step in panel.steps for name in step.datasets()))


def _pair(panel: Panel, columns: tuple[str, ...], forecaster: Any) -> tuple[Setup, Any]:
    """The setup with the columns, and the forecaster without them."""
    given = HazardForecaster() if forecaster is None else forecaster
    rule: Rule = next((step.rule for step in panel.steps if isinstance(step, Coups)), "powell_thyne")
    if isinstance(given, HazardForecaster):
        base = tuple(term for term in given.terms if term not in columns)
        whole = replace(given, terms=(*base, *columns))
        return setup(rule, panel.version, panel=panel, forecaster=whole), replace(given, terms=base)
    using = setup(rule, panel.version, panel=panel, forecaster=given)
    reads = getattr(using.model, "columns", None)
    names = (
        reads.terms
        if isinstance(reads, Covariates)
        else ()
        if callable(reads) or reads is None
        else as_names("columns", reads)
    )
    if not set(columns) <= set(names):
        why = "it does not say that it reads these columns"
        repair = "Give a classifier, or SklearnForecaster(classifier, columns=[...]) with them among its columns"
        raise OptionError("forecaster", type(given).__name__, why, repair=repair)
    left = tuple(name for name in names if name not in columns)
    return using, replace(using.model, columns=Covariates(left) if isinstance(reads, Covariates) else left)


def _known(history: World, using: Setup, columns: tuple[str, ...]) -> Bools:
    """Rows in which at least one of the columns was known."""
    if history.columns is None:
        raise ModelError("the rows of the panel are not at hand")
    return np.asarray(np.any([~np.isnan(own_values(history.columns, name)) for name in columns], axis=0))


def _origins(history: World, using: Setup, known: Bools, horizon: int, given: Any) -> list[int]:
    """Origins at which some row is known, and some row to learn from was."""
    if given is None:
        newest = newest_known(int(history.ordinal.max()) + 1, horizon, history.published)
        first = 12 * (_SINCE - 1970)
        numbers = list(range(newest - 12 * ((newest - first) // 12), newest + 1, 12))
    else:
        numbers = [origin.ordinal for origin in read_origins(using.panel, given)]
        for origin in numbers:
            check_origin(origin, history, horizon)
    if not known.any():
        return []
    earliest = int(history.ordinal[known].min())
    here = set(history.ordinal[known].tolist())
    return [
        origin for origin in numbers if origin in here and newest_known(origin, horizon, history.published) >= earliest
    ]
