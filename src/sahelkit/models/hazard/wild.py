"""Wild score bootstrap: tests and intervals for likelihood models with few clusters."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

import numpy as np
import pandas as pd

from sahelkit._deprecated import renamed
from sahelkit._types import Floats, Lang
from sahelkit.errors import ModelError, UnknownNameError, is_known
from sahelkit.estimation.cluster_parts import cluster_information, unit_basis
from sahelkit.estimation.few_clusters import uncomparable
from sahelkit.estimation.links import row_terms
from sahelkit.estimation.newton import maximise
from sahelkit.estimation.replicates import p_error
from sahelkit.estimation.wild_scores import bootstrap_p, effective_scores, signed_sums
from sahelkit.language.nouns import sample_words
from sahelkit.language.numbers import number, p_words, percent, reach
from sahelkit.models.hazard.result import HazardFit, check_fit
from sahelkit.options import check_language, check_level, check_options, check_whole_number
from sahelkit.results.base import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["WEIGHTS", "WildTest", "bootstrap_p", "effective_scores", "signed_sums", "wild_score_test"]

Multipliers: TypeAlias = Literal["rademacher", "webb"]
WEIGHTS: tuple[Multipliers, ...] = get_args(Multipliers)
_COARSE = 8  # clusters up to which the smallest possible p-value is worth saying
_STEPS = 30  # standard errors that the interval is followed before its end is called infinite

_SENTENCE = {
    "en": "Over {who} and {events} {what}, {label} has a ratio of {ratio} ({level} interval {ends}; {p}) by a "
    "bootstrap made for few clusters; ",
    "fr": "Sur {who} et {events} {what}, {label} a un rapport de {ratio} (intervalle à {level} : {ends} ; {p}) "
    "d’après un rééchantillonnage qui convient à peu de groupes ; ",
}
_SEPARATED = {
    "en": "Over {who} and {events} {what}, {label} tells events from non-events perfectly, so that no estimate exists "
    "({p} by a bootstrap made for few clusters); ",
    "fr": "Sur {who} et {events} {what}, {label} sépare parfaitement les événements des autres cas, si bien qu’aucune "
    "estimation n’existe ({p} d’après un rééchantillonnage qui convient à peu de groupes) ; ",
}
_CAVEATS = {
    "en": {
        "floor": "with so few clusters p cannot fall below {least}.",
        "unseen": "the interval includes no difference, which is no proof of absence.",
        "association": "it is an association, not proof of a cause.",
    },
    "fr": {
        "floor": "avec si peu de groupes, p ne peut descendre sous {least}.",
        "unseen": "l’intervalle comprend l’absence de différence, ce qui n’est pas une preuve d’absence.",
        "association": "il s’agit d’une association, non de la preuve d’une cause.",
    },
}


_HEADS = {
    "en": {
        "test": "wild score bootstrap ({weights}, {how}) of {term} = {null:g}, {n} clusters",
        "all": "all {} sign patterns",
        "some": "{} draws",
        "separated": "; events are separated: no estimate exists",
    },
    "fr": {
        "test": "rééchantillonnage des scores ({weights}, {how}) pour {term} = {null:g}, {n} groupes",
        "all": "toutes les {} combinaisons de signes",
        "some": "{} tirages",
        "separated": " ; séparation parfaite : aucune estimation n’existe",
    },
}
_FIGURE = {
    "en": ("Could this be chance?", "Statistic under no effect", "n = {events} {what}, {who}"),
    "fr": ("Est-ce le hasard ?", "Statistique sans effet", "n = {events} {what}, {who}"),
}


@dataclass(frozen=True, repr=False)
class WildTest(Result):
    """Wild score bootstrap test of one coefficient.

    Attributes
    ----------
    term : str
        Coefficient.
    null : float
        Its value under the hypothesis.
    coef : float
        Its estimate by maximum likelihood; NaN where events are separated, so that none exists.
    statistic : float
        Sum of the clusters' effective scores at the restricted fit, divided by the root of their sum of squares.
    draws : array, shape (B,)
        The statistic under the hypothesis; all sign patterns when `exact`.
    p_value : float
        Two-sided.
    interval : tuple of float
        Values of the coefficient that the test does not reject at 1 - `level`; NaN where no estimate exists.
    level : float
        Confidence level.
    exact : bool
        Whether all sign patterns were counted, so that the p-value has no Monte Carlo error.
    weights : str
        ``"rademacher"`` or ``"webb"``.
    n_clusters, n_events, n_rows : int
        Sample sizes.
    link, outcome, cluster, origin : str
        Of the hazard model, and where its rows come from.
    """

    term: str
    null: float
    coef: float
    statistic: float
    draws: Floats = field(repr=False)
    p_value: float
    interval: tuple[float, float]
    level: float
    exact: bool
    weights: str
    n_clusters: int
    n_events: int
    n_rows: int
    link: str
    outcome: str
    cluster: str = "iso3"
    origin: str = ""

    @property
    def p_error(self) -> float:
        """Monte Carlo standard error of the p-value; 0 when `exact`."""
        return 0.0 if self.exact else p_error(self.p_value, len(self.draws))

    def tidy(self) -> pd.DataFrame:
        """One row: estimate, ratio and its interval, statistic, p-value, its error, whether it is exact, sizes."""
        low, high = np.exp(self.interval)
        return pd.DataFrame(
            {
                "term": [self.term],
                "coef": self.coef,
                "ratio": np.exp(self.coef),
                "ratio_low": low,
                "ratio_high": high,
                "statistic": self.statistic,
                "p_value": self.p_value,
                "p_error": self.p_error,
                "exact": self.exact,
                "replicates": len(self.draws),
                "n_rows": self.n_rows,
                "n_events": self.n_events,
                "n_clusters": self.n_clusters,
            }
        )

    def headline(self, *, lang: Lang | None = None) -> str:
        """Test, weights and sample, as plain text."""
        say = _HEADS[check_language(lang)]
        how = say["all" if self.exact else "some"].format(number(len(self.draws), check_language(lang), digits=0))
        text = say["test"].format(weights=self.weights, how=how, term=self.term, null=self.null, n=self.n_clusters)
        return text + (say["separated"] if np.isnan(self.coef) else "")

    def _sample(self, lang: Lang) -> dict[str, str]:
        sizes = self.n_rows, self.n_events, self.n_clusters
        return sample_words(lang, *sizes, cluster=self.cluster, outcome=self.outcome)

    def says(self, *, lang: Lang | None = None, label: str | None = None) -> str:
        """One sentence that may be quoted; see `HazardFit.says`."""
        lang = check_language(lang)
        low, high = np.exp(self.interval)
        floor = self.n_clusters <= _COARSE
        unseen = low <= 1 <= high
        facts = {
            **self._sample(lang),
            "label": label or ("« {} »" if lang == "fr" else "“{}”").format(self.term),
            "ratio": number(float(np.exp(self.coef)), lang),
            "level": percent(self.level, lang),
            "ends": reach(float(low), float(high), lang),
            "p": p_words(self.p_value, lang, error=self.p_error),
        }
        caveat = _CAVEATS[lang]["floor" if floor else "unseen" if unseen else "association"]
        sentence = _SEPARATED if np.isnan(self.coef) else _SENTENCE
        return sentence[lang].format(**facts) + caveat.format(
            least=number(2.0 ** (1 - self.n_clusters), lang, digits=3)
        )

    def plot(
        self, *, ax: Axes | None = None, lang: Lang | None = None, source: str = "", title: str | None = None
    ) -> Figure:
        """Draw the bootstrap distribution with the observed statistic; options as in `HazardFit`."""
        from sahelkit.plots.nulls import plot_null

        lang = check_language(lang)
        usual, axis, size = _FIGURE[lang]
        return plot_null(
            self.draws,
            self.statistic,
            p_value=self.p_value,
            p_error=self.p_error,
            title=title or usual,
            axis=axis,
            source=source or self.origin or "sahelkit",
            n=size.format(**self._sample(lang)),
            lang=lang,
            ax=ax,
        )


@renamed(draws="replicates", weights="multipliers")
def wild_score_test(
    fit: HazardFit,
    term: str,
    *,
    null: float = 0.0,
    multipliers: Multipliers = "rademacher",
    replicates: int = 9999,
    seed: int | None = 0,
    level: float | None = None,
) -> WildTest:
    """Test one coefficient by a bootstrap that multiplies the scores of whole clusters by random signs.

    The scores are those of the model refitted with the coefficient at its null, so that no model is fitted again for
    each draw. Keeps its size with few clusters, where t tests with CR0 or CR1 reject too often. With up to 17
    clusters and Rademacher weights all sign patterns are counted: the p-value is exact and needs no seed. The
    interval holds the values that the test does not reject.

    Parameters
    ----------
    fit : HazardFit
        A fit that holds its data. The test is one of its likelihood, also when the fit is Firth's; it needs no
        estimate, and gives none where events are separated.
    term : str
        Coefficient.
    null : float
        Value under the hypothesis.
    multipliers : {"rademacher", "webb"}
        Signs, or Webb's six-point distribution, which is finer with fewer than about ten clusters.
    replicates : int
        Draws where patterns are not counted.
    seed : int or None
        Seed of the draws.
    level : float, optional
        Confidence level of the interval; that of the fit when absent.

    Returns
    -------
    WildTest

    Raises
    ------
    UnknownNameError
        If the term or the multipliers are unknown.
    OptionError
        If `fit` is no fit, `replicates` is below 99 or `level` not between 0 and 1.
    ModelError
        If the fit does not hold its data, the restricted fit does not converge, or one cluster bears nearly all that
        is known of the coefficient (see `sahelkit.estimation.few_clusters`), whose score by itself has no spread.

    References
    ----------
    Kline, P., & Santos, A. (2012). A score based approach to wild bootstrap inference. Journal of Econometric
    Methods, 1(1), 23-41. doi:10.1515/2156-6674.1006

    Webb, M. D. (2023). Reworking wild bootstrap-based inference for clustered errors. Canadian Journal of
    Economics, 56(3), 839-858. doi:10.1111/caje.12661

    Examples
    --------
    >>> from sahelkit.models.hazard.fitting import fit_hazard
    >>> rows = pd.DataFrame({"iso3": list("ABCDE") * 40, "x": [0, 0, 1, 1] * 50})
    >>> rows["event"] = [int(i % 10 == 0 or i % 14 == 2) for i in range(200)]
    >>> test = wild_score_test(fit_hazard("event ~ x", rows), "x")
    >>> test.exact, len(test.draws)
    (True, 32)
    """
    check_options(replicates=replicates, seed=seed)
    check_level(level, optional=True)
    fit = check_fit(fit, where="wild_score_test")
    data, place = fit.held(), fit.position(term)
    data.check_one_way(where="wild_score_test")
    if not is_known(multipliers, WEIGHTS):
        raise UnknownNameError("multipliers", multipliers, WEIGHTS)
    check_whole_number("replicates", replicates, least=99, example=9999, why="too few to give a p-value")
    confidence = fit.level if level is None else level
    _check_comparable(fit, place)

    def at(value: float) -> tuple[float, float, Floats, bool]:
        scores = effective_scores(data.matrix, data.outcome, data.groups, place, link=fit.link, null=value)
        return bootstrap_p(scores, weights=multipliers, replicates=replicates, seed=seed)

    centre = _estimate(fit, place)
    error = float(fit.std_error[place])

    def end(unit: float) -> float:
        if np.isnan(centre):
            return centre
        inner, outer = 0.0, 1.0
        while at(centre + outer * unit)[1] >= 1 - confidence:
            inner, outer = outer, outer + 1.0
            if outer > _STEPS:
                return float(np.sign(unit) * np.inf)
        for _ in range(24):
            middle = (inner + outer) / 2
            if at(centre + middle * unit)[1] >= 1 - confidence:
                inner = middle
            else:
                outer = middle
        return centre + inner * unit

    statistic, p_value, found, exact = at(null)
    return WildTest(
        term=term,
        null=null,
        coef=centre,
        statistic=statistic,
        draws=found,
        p_value=p_value,
        interval=(end(-error), end(error)),
        level=confidence,
        exact=exact,
        weights=multipliers,
        n_clusters=fit.n_clusters,
        n_events=fit.n_events,
        n_rows=fit.n_rows,
        link=fit.link,
        outcome=data.response,
        cluster=fit.cluster,
        origin=data.origin,
    )


def _check_comparable(fit: HazardFit, place: int) -> None:
    data = fit.held()
    weights = row_terms(fit.link, data.matrix @ fit.coef, data.outcome).expected
    turn = unit_basis(data.matrix, weights)
    basis = data.matrix @ turn
    parts = cluster_information(basis, weights, data.groups)
    if uncomparable(basis, turn, parts, data.groups, data.outcome)[place]:
        raise ModelError(
            f"one of the {fit.n_clusters} clusters bears nearly all that is known of {fit.terms[place]!r} (or nearly "
            "all events): signs of clusters cannot test it. Use fit_hazard(..., method='firth'), whose profile "
            "intervals need no clusters"
        )


def _estimate(fit: HazardFit, place: int) -> float:
    """Estimate by maximum likelihood, or NaN where it does not exist."""
    if fit.method == "ml":
        return float(fit.coef[place])
    if fit.separated:
        return float("nan")
    plain = maximise(fit.held().matrix, fit.held().outcome, link=fit.link)
    return float(plain.coef[place]) if plain.converged else float("nan")
