"""How much the answer depends on one country, on the coder, and on who borders whom."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from sahelkit._deprecated import renamed
from sahelkit._types import DateLike, Floats, Lang, Places, Rule
from sahelkit.dates import parse_window
from sahelkit.errors import CoverageWarning, ModelError
from sahelkit.estimation.hawkes.estimate import best_with_cross, settled
from sahelkit.estimation.hawkes.likelihood import pose
from sahelkit.estimation.replicates import on_one_thread, p_error, replicate
from sahelkit.exposure.weights import normalised
from sahelkit.geography import places
from sahelkit.language.coders import rule_name
from sahelkit.language.numbers import number
from sahelkit.language.texts import words
from sahelkit.models.hawkes.fit import fit_hawkes
from sahelkit.models.hawkes.result import HawkesFit
from sahelkit.models.hawkes.words import ROBUST
from sahelkit.options import check_language, check_options
from sahelkit.plots.nulls import plot_null
from sahelkit.results.base import Result
from sahelkit.tables.coups import JOINT_RULES, coup_coders, load_coups

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# A coder that covers less of the window than this says little about it.
_MOST = 0.75


@dataclass(frozen=True, repr=False)
class Robustness(Result):
    """The fit, and what becomes of it.

    Attributes
    ----------
    fit : HawkesFit
        The main fit.
    rule : str
        Coder or rule behind it.
    refits : pandas.DataFrame
        One row per refit: ``check`` (leave_one_out, coder), ``level`` (country left out, rule), ``own, own_lag, cross,
        cross_lag, lr, n_events, start, end``.
    permuted : array, shape (replicates,)
        Likelihood ratio statistics of contagion under maps with shuffled labels.
    """

    _index: ClassVar = ("quantity",)

    fit: HawkesFit
    rule: str
    refits: pd.DataFrame
    permuted: Floats

    @property
    def p_permuted(self) -> float:
        """Share of the maps, the real one included, whose statistic is as large as the real one's."""
        return float((1 + (self.permuted >= self.fit.lr).sum()) / (1 + len(self.permuted)))

    @property
    def p_error(self) -> float:
        """Monte Carlo standard error of `p_permuted`."""
        return p_error(self.p_permuted, len(self.permuted))

    def tidy(self) -> pd.DataFrame:
        """One row for ``own`` and one for ``cross``.

        Returns
        -------
        pandas.DataFrame
            Columns of `HawkesFit.tidy` and: ``rule``; ``leave_one_out_low``, ``leave_one_out_high`` (range of the
            estimates) and the countries whose absence gives these, ``without_low``, ``without_high``; ``p_permuted``
            and its Monte Carlo error ``p_error`` (``cross`` only); ``rule_<name>`` (estimate under each coder or rule).
        """
        refits = {check: rows.set_index("level")[["own", "cross"]] for check, rows in self.refits.groupby("check")}
        one_out = refits["leave_one_out"]
        table = self.fit.tidy().set_index("quantity").loc[["own", "cross"]]
        table = table.assign(
            rule=self.rule,
            leave_one_out_low=one_out.min(),
            leave_one_out_high=one_out.max(),
            without_low=one_out.idxmin(),
            without_high=one_out.idxmax(),
            **refits["coder"].T.add_prefix("rule_"),
        )
        table["p_permuted"] = [np.nan, self.p_permuted]
        table["p_error"] = [np.nan, self.p_error]
        return table.reset_index()

    @property
    def origin(self) -> str:
        """Datasets, versions and rule of the fit."""
        return self.fit.origin

    def headline(self, *, lang: Lang | None = None) -> str:
        """Both estimates with the range over fits without one country, and the test of the map."""
        lang = check_language(lang)
        return "\n".join(self._text(key, lang) for key in ("head", "own", "cross", "maps"))

    def summary(self, *, lang: Lang | None = None) -> str:
        """The headline and the estimates under each coder, as plain text."""
        coders = self.refits[self.refits["check"] == "coder"].drop(columns="check")
        return f"{self._head(lang)}\n{coders.to_string(index=False, float_format='{:.3f}'.format)}"

    def says(self, *, lang: Lang | None = None) -> str:
        """Two sentences that may be quoted: the range over fits without one country, and the test of the map.

        Raises
        ------
        UnknownNameError
            If the language is neither ``"en"`` nor ``"fr"``.
        """
        return self._text("says", check_language(lang))

    def _text(self, key: str, lang: Lang) -> str:
        facts: dict[str, str] = {}
        digits = 2 if key == "says" else 3
        for row in self.tidy().to_dict("records"):
            name = row["quantity"]
            # Of a mean event in a sentence; in the units of the weights and marks beside the table.
            unit = self.fit.units.of(name) if key == "says" else 1.0
            ends = {"": "estimate", "_low": "leave_one_out_low", "_high": "leave_one_out_high"}
            facts |= {f"{name}{end}": number(unit * row[column], lang, digits=digits) for end, column in ends.items()}
            facts |= {f"{name}_less": row["without_low"], f"{name}_more": row["without_high"]}
        return words(ROBUST, lang)[key].format(
            rule=self.rule,
            name=rule_name(self.rule, lang),
            events=self.fit.n_events,
            countries=len(self.fit.countries),
            n=len(self.permuted),
            p=number(self.p_permuted, lang, digits=3),
            error=number(self.p_error, lang, digits=3),
            **facts,
        )

    def plot(self, *, ax: Axes | None = None, lang: Lang | None = None, source: str = "") -> Figure:
        """Draw the likelihood ratio of contagion against those along maps with shuffled labels.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where to draw; a new figure when absent.
        lang : {"en", "fr"}
            Language of the words in the figure.
        source : str
            Where the events come from; what their frame tells when empty.

        Raises
        ------
        UnknownNameError
            If the language is neither ``"en"`` nor ``"fr"``.
        """
        lang = check_language(lang)
        texts: dict[str, Any] = {key: self._text(key, lang) for key in ("title", "axis", "n")}
        return plot_null(
            self.permuted,
            self.fit.lr,
            p_value=self.p_permuted,
            p_error=self.p_error,
            source=source or self.origin or "sahelkit",
            lang=lang,
            ax=ax,
            **texts,
        )


@renamed(permutations="replicates")
def robustness(
    *,
    rule: Rule = "powell_thyne",
    countries: Places,
    start: DateLike,
    end: DateLike,
    rules: Sequence[str] | None = None,
    replicates: int = 999,
    seed: int | None = 0,
    n_jobs: int | None = 1,
    **options: Any,
) -> Robustness:
    """Fit to the attempts of one coder; fit again without each country and under each coder; shuffle the map.

    Parameters
    ----------
    rule : str
        Coder or rule of the main fit, as in `sahelkit.load_coups`.
    countries, start, end
        As in `fit_hawkes`.
    rules : sequence of str, optional
        Coders and rules to compare; when absent those that cover the countries and three quarters of the window. The
        window of a coder is cut to what it covers.
    replicates : int
        Maps whose country labels are shuffled: each keeps the events and the shape of the map.
    seed, n_jobs
        As in `sahelkit.models.hawkes.contagion_test`.
    **options
        Further options of `fit_hawkes`. Weights that are given lose the country left out and, where their columns
        summed to 1, are made to do so again.

    Returns
    -------
    Robustness

    Raises
    ------
    SahelkitError
        Whatever `fit_hawkes` and `sahelkit.load_coups` raise.

    References
    ----------
    Hawkes, A. G. (1971), as in `fit_hawkes`.

    Examples
    --------
    >>> checks = robustness(countries="focus", start=1960, end=2025, rules=["cline"], replicates=19, seed=1)
    >>> checks.refits["level"].tolist()
    ['MLI', 'BFA', 'GIN', 'NER', 'CIV', 'powell_thyne', 'cline']
    """
    from joblib import Parallel, delayed

    check_options(replicates=replicates, seed=seed, n_jobs=n_jobs)

    codes = places.chosen(countries, during=parse_window(start, end))
    events = _events(rule, codes)
    fit = fit_hawkes(events, countries=codes, start=start, end=end, **options)
    jobs = []
    for code in codes:
        rest = [other for other in codes if other != code]
        jobs.append(("leave_one_out", code, events, rest, fit.start, fit.end, _without(options, code)))
    for name, first, last in _coverages(rules, rule, codes, fit.start, fit.end):
        jobs.append(("coder", name, _events(name, codes), codes, first, last, options))
    rows = Parallel(n_jobs=n_jobs)(delayed(on_one_thread)(_refit, *job) for job in jobs)
    permuted = replicate(partial(_shuffled, fit), replicates, seed=seed, n_jobs=n_jobs)
    refits = pd.DataFrame([row for row in rows if row is not None])
    return Robustness(fit=fit, rule=rule, refits=refits, permuted=np.array(permuted))


def _events(rule: str, codes: Sequence[str]) -> pd.DataFrame:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CoverageWarning)  # the window is cut to what the coder covers
        return load_coups(rule=rule, countries=list(codes))


def _coverages(
    rules: Sequence[str] | None, rule: Rule, codes: Sequence[str], first: pd.Timestamp, last: pd.Timestamp
) -> list[tuple[str, pd.Timestamp, pd.Timestamp]]:
    coders = coup_coders().set_index("rule")
    names = [*coders.index, *JOINT_RULES] if rules is None else list(rules)
    out = []
    for name in dict.fromkeys([rule, *names]):
        begin, end = first, last
        if name in coders.index:
            begin, end = max(first, coders.loc[name, "first"]), min(last, coders.loc[name, "last"])
            enough = (end - begin) / (last - first) >= _MOST and set(codes) <= set(
                places.members(coders.loc[name, "places"])
            )
            if rules is None and not enough:
                continue
        out.append((name, begin, end))
    return out


def _without(options: dict[str, Any], code: str) -> dict[str, Any]:
    weights = options.get("weights")
    if weights is None:
        return options
    given = weights.transpose("target", "source")
    total = given.sum("target").to_numpy()
    rest = given.drop_sel(target=code, source=code)
    if np.isclose(total[total > 0], 1.0).all():
        rest = rest.copy(data=normalised(rest.to_numpy(), "column"))
    return {**options, "weights": rest}


def _refit(
    check: str,
    level: str,
    events: pd.DataFrame,
    codes: Sequence[str],
    start: pd.Timestamp,
    end: pd.Timestamp,
    options: dict[str, Any],
) -> dict[str, Any] | None:
    parse_window(start, end)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # the spectral radius is in the row's own and cross
            fit = fit_hawkes(events, countries=list(codes), start=start, end=end, **options)
    except ModelError:
        return None  # a coder without an event of these countries in the window, or two countries that do not touch
    return {
        "check": check,
        "level": level,
        "own": fit.own,
        "own_lag": fit.own_lag,
        "cross": fit.cross,
        "cross_lag": fit.cross_lag,
        "lr": fit.lr,
        "n_events": fit.n_events,
        "start": fit.start,
        "end": fit.end,
    }


def _shuffled(fit: HawkesFit, rng: np.random.Generator) -> float:
    """Likelihood ratio statistic of contagion along a map whose labels are shuffled; the fit without it stays."""
    order = rng.permutation(len(fit.tie))
    found = fit.estimate
    problem = pose(
        fit.observed, fit.baseline, fit.tie[np.ix_(order, order)], fit.process.kernel, found.problem.precision
    )
    _, value = best_with_cross(problem, found.null.vector(), found.null_loglik, fit.settings)
    return max(0.0, settled(2.0 * (value - found.null_loglik)))
