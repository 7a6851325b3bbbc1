"""Split-population Weibull model: some countries are not at risk at all, the others fail after a Weibull time."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar, Literal, TypeAlias, get_args

import numpy as np
import pandas as pd

from sahelkit._deprecated import renamed
from sahelkit._types import Floats, Lang, Repeats
from sahelkit.columns import read_columns
from sahelkit.errors import ModelError, OptionError, UnknownNameError, is_known
from sahelkit.estimation.design import Design, read_design
from sahelkit.estimation.newton import scaled
from sahelkit.estimation.split_likelihood import likelihood_hessian, likelihood_peaks
from sahelkit.frames import FrameLike, check_frame, check_repeats
from sahelkit.language.nouns import independence_words, sample_line, sample_words, unit_words
from sahelkit.language.numbers import number, percent, reach
from sahelkit.language.samples import missing_words
from sahelkit.models.hazard.words import remark
from sahelkit.options import check_language, check_name, check_options
from sahelkit.results.estimates import Estimates

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


Starts: TypeAlias = Literal["several", "weibull"]
STARTS: tuple[Starts, ...] = get_args(Starts)
_CLOSE = 1.92  # half the 95 % quantile of chi-squared: peaks this near one another are equally well supported

_SENTENCE = {
    "en": "In {who} ({rows} {unit}, {events} {what}) a split-population model counts {risk} of the rows as exposed at "
    "all and gives a Weibull shape of {shape} ({level} interval {ends}{alone}; 1 means a risk constant over time); ",
    "fr": "Dans {who} ({rows} {unit}, {events} {what}), un modèle à population partagée compte {risk} des lignes comme "
    "exposées et donne une forme de Weibull de {shape} (intervalle à {level} : {ends}{alone} ; 1 signifie un risque "
    "constant dans le temps) ; ",
}
_CAVEATS = {
    "en": {
        "peaks": "but its likelihood has {n} peaks of nearly equal height, which may disagree even in sign.",
        "shape": "the split rests on the assumed shape, so this is a second opinion and not a finding of its own.",
    },
    "fr": {
        "peaks": "mais sa vraisemblance a {n} maxima presque égaux, qui peuvent diverger jusque dans le signe.",
        "shape": "ce partage repose sur la forme supposée : c’est un second avis, non un résultat en soi.",
    },
}


_HEADS = {
    "en": "split-population Weibull, log-likelihood {loglik} ({n} peaks found), shape {shape}",
    "fr": "Weibull à population partagée, log-vraisemblance {loglik} ({n} maxima trouvés), forme {shape}",
}
_GROUPS = {
    "en": {"duration": "Time to failure", "risk": "Odds of being at risk", "shape": "Weibull alpha"},
    "fr": {"duration": "Durée avant l’événement", "risk": "Cote d’être exposé", "shape": "Alpha de Weibull"},
}
_TITLES = {"en": "Split-population Weibull", "fr": "Weibull à population partagée"}
_AXES = {"en": "Ratio (log scale; {} interval)", "fr": "Rapport (échelle log ; intervalle à {})"}


@dataclass(frozen=True, repr=False)
class SplitPopulationFit(Estimates):
    """A fitted split-population Weibull model.

    It also speaks statsmodels, see `sahelkit.results.estimates.Estimates`; there terms are named by their equation,
    ``duration_x`` and ``risk_x``.

    Attributes
    ----------
    duration_terms, risk_terms : tuple of str
        Covariates of the duration and of the risk equation.
    coef : array, shape (k,)
        Duration coefficients, risk coefficients, then the logarithm of alpha in the parametrisation of the R package
        spduration, in which the Weibull shape is ``exp(-log_alpha)``. A positive duration coefficient means a longer
        time to failure; a positive risk coefficient a higher chance of being at risk.
    cov : array, shape (k, k)
        Inverse of the observed information.
    loglik : float
        Log-likelihood, conditional on having lasted to the start of each row.
    at_risk : array, shape (n,)
        Chance that a row's country is at risk, given its covariates alone.
    level : float
        Confidence level of the intervals.
    n_rows, n_dropped, n_events, n_clusters : int
        Rows used, rows left out because a value is NA, failures, countries.
    outcome, cluster, origin : str
        Name of the event, column of the countries, and where the rows come from.
    peaks : tuple of float
        Log-likelihoods of the different peaks that the search found, highest first.
    """

    duration_terms: tuple[str, ...]
    risk_terms: tuple[str, ...]
    coef: Floats
    cov: Floats
    loglik: float
    at_risk: Floats = field(repr=False)
    level: float
    n_rows: int
    n_dropped: int
    n_events: int
    n_clusters: int
    outcome: str
    cluster: str
    origin: str = ""
    peaks: tuple[float, ...] = ()

    _index = ("equation", "term")
    lacks: ClassVar = {"predict": "a row has two chances, to be at risk (in `at_risk`) and then to fail"}

    @property
    def terms(self) -> tuple[str, ...]:
        """Names of the coefficients with their equations, length k."""
        named = [(kind, name) for kind, name in zip(self._equations, self._terms, strict=True) if kind != "shape"]
        return (*("_".join(pair) for pair in named), "log_alpha")

    @property
    def _terms(self) -> list[str]:
        return [*self.duration_terms, *self.risk_terms, "log_alpha"]

    @property
    def _equations(self) -> list[str]:
        return ["duration"] * len(self.duration_terms) + ["risk"] * len(self.risk_terms) + ["shape"]

    @property
    def _sizes(self) -> tuple[int, int, int]:
        return self.n_rows, self.n_events, self.n_clusters

    def _outcome(self) -> str:
        return self.outcome

    @property
    def shape(self) -> float:
        """Weibull shape: above 1 the hazard rises with time, below 1 it falls."""
        return float(np.exp(-self.coef[-1]))

    def tidy(self) -> pd.DataFrame:
        """One row per coefficient: ``equation, term, coef, std_error, low, high, p_value`` and sample sizes."""
        ends = self._ends(self.level)
        return pd.DataFrame(
            {
                "equation": self._equations,
                "term": self._terms,
                "coef": self.coef,
                "std_error": self.std_error,
                "low": ends[:, 0],
                "high": ends[:, 1],
                "p_value": self.p_values(),
                "n_rows": self.n_rows,
                "n_events": self.n_events,
                "n_clusters": self.n_clusters,
            }
        )

    def headline(self, *, lang: Lang | None = None) -> str:
        """Model and sample, as plain text."""
        lang = check_language(lang)
        numbers = {"loglik": number(self.loglik, lang, digits=4), "shape": number(self.shape, lang, digits=3)}
        lines = [
            _HEADS[lang].format(n=len(self.peaks), **numbers),
            sample_line(lang, *self._sizes),
            missing_words(pd.DataFrame({"column": []}), self.n_dropped, lang),
            remark("alone", lang, cluster=self.cluster),
        ]
        return "\n".join(lines)

    def says(self, *, lang: Lang | None = None) -> str:
        """One sentence that may be quoted; see `HazardFit.says`."""
        lang = check_language(lang)
        low, high = np.exp(-self._ends(self.level)[-1])[::-1]
        close = sum(self.loglik - level < _CLOSE for level in self.peaks)
        text = _SENTENCE[lang] + _CAVEATS[lang]["peaks" if close > 1 else "shape"]
        sample = sample_words(lang, *self._sizes, cluster=self.cluster, outcome=self.outcome)
        return text.format(
            **sample,
            risk=percent(float(self.at_risk.mean()), lang),
            shape=number(self.shape, lang),
            level=percent(self.level, lang),
            ends=reach(float(low), float(high), lang),
            alone=independence_words(sample["unit"], self.cluster, lang),
            n=close,
        )

    def plot(
        self,
        *,
        ax: Axes | None = None,
        lang: Lang | None = None,
        source: str = "",
        title: str | None = None,
        axis: str | None = None,
    ) -> Figure:
        """Draw the exponentials of the coefficients, intercepts left out, by equation; options as in `HazardFit`."""
        from sahelkit.plots.ratios import plot_ratios

        lang = check_language(lang)
        rows = self.tidy().query("term != 'Intercept'")
        logs = {"ratio": rows["coef"], "ratio_low": rows["low"], "ratio_high": rows["high"]}
        return plot_ratios(
            rows.assign(label=rows["term"], group=rows["equation"].map(_GROUPS[lang]), **np.exp(pd.DataFrame(logs))),
            group="group",
            source=source or self.origin or "sahelkit",
            title=title or _TITLES[lang],
            axis=axis or _AXES[lang].format(percent(self.level, lang)),
            rows=unit_words("", lang),
            lang=lang,
            ax=ax,
        )


@renamed(start="starts")
def fit_split_population(
    duration: str,
    risk: str,
    frame: FrameLike,
    *,
    time: str = "duration",
    before: str | None = None,
    cluster: str = "iso3",
    starts: Starts = "several",
    level: float = 0.95,
    repeats: Repeats = "refuse",
) -> SplitPopulationFit:
    """Fit a split-population Weibull model: a second opinion on the hazard, in which some are never at risk.

    Parameters
    ----------
    duration, risk : str
        Formulas of both equations, ``"attempt ~ x"``; the left side, the same in both, is 1 where a spell ends in an
        event in the row, 0 where it goes on or is cut off.
    frame : pandas.DataFrame
        One row per country and period; a new spell begins after each event.
    time : str
        Column with the duration of the spell at the end of the row, above 0.
    before : str, optional
        Column with the duration at the start of the row; `time` less 1 when absent.
    cluster : str
        Column of the countries, to count them.
    starts : {"several", "weibull"}
        The likelihood may have several peaks. ``"several"`` starts from four points and takes the highest peak;
        ``"weibull"`` starts from the Weibull model in which all are at risk, as the R package spduration does, and
        takes the peak that this leads to. For the successful coups of 1979-2010 that come with that package the two
        differ: its published peak is the lower one by 0.67, and the effect of democracy has the opposite sign.
    level : float
        Confidence level.
    repeats : {"refuse", "keep"}
        As in `sahelkit.fit_hazard`.

    Returns
    -------
    SplitPopulationFit

    Raises
    ------
    MissingColumnsError
        If a column is missing.
    UnknownNameError
        If `starts` is unknown.
    OptionError
        If `level` is not between 0 and 1, or durations are not above 0 and rising.
    ModelError
        If the formulas do not fit, there are too few events, or the likelihood has no maximum that can be found.

    References
    ----------
    Beger, A., et al. (2017). doi:10.32614/RJ-2017-056

    Svolik, M. (2008). Authoritarian reversals and democratic consolidation. American Political Science Review,
    102(2), 153-168. doi:10.1017/S0003055408080143

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> safe = np.repeat(rng.random(400) < 0.5, 20)
    >>> rows = pd.DataFrame({"iso3": np.repeat(range(400), 20), "duration": np.tile(range(1, 21), 400)})
    >>> rows["event"] = ((rng.random(8000) < 0.1) & ~safe).astype(int)
    >>> rows = rows[rows.groupby("iso3")["event"].cumsum() - rows["event"] == 0]
    >>> fit = fit_split_population("event ~ 1", "event ~ 1", rows)
    >>> bool(0.4 < fit.at_risk.mean() < 0.6)
    True
    """
    check_options(level=level)
    check_name("duration", duration)
    check_name("risk", risk)
    check_name("cluster", cluster)
    if not is_known(starts, STARTS):
        raise UnknownNameError("starts", starts, STARTS)
    frame = check_frame(frame, where="fit_split_population")
    frame = read_columns(frame, where="fit_split_population", numbers=[time, *([before] if before else [])])
    check_repeats(frame, where="fit_split_population", repeats=repeats)
    left, right = _matched(duration, risk, frame, cluster)
    ends = pd.to_numeric(frame[time]).to_numpy(dtype=float, na_value=np.nan)[left.rows]
    begins = ends - 1 if before is None else frame[before].to_numpy(dtype=float, na_value=np.nan)[left.rows]
    if not ((begins >= 0) & (ends > begins) & (ends < np.inf)).all():
        why = "durations must be known and finite, begin at 0 or later and end later than they begin"
        raise OptionError("time", time, why)
    k = len(left.terms) + len(right.terms) + 1
    if not np.isin(left.outcome, (0.0, 1.0)).all() or left.outcome.sum() < 2:
        raise ModelError(f"the outcome {left.response!r} must be 0 and 1 with at least two events")
    inner = scaled(left.matrix), scaled(right.matrix)
    near, far = (replace(side, matrix=other.design) for side, other in zip((left, right), inner, strict=True))
    peaks = likelihood_peaks(near, far, ends, begins, start=starts)
    loglik, theta = peaks[0]
    data = (near.matrix, far.matrix, ends, begins, left.outcome)
    information = -likelihood_hessian(theta, data)
    values = np.linalg.eigvalsh(information)
    if values.min() <= 1e-9 * values.max():
        raise ModelError(
            f"the split-population likelihood is flat: the data do not tell who is at risk ({int(left.outcome.sum())} "
            f"events for {k} parameters). Take fewer terms, or fit_hazard()"
        )
    back = np.eye(k)
    for place, side in ((0, inner[0]), (len(left.terms), inner[1])):
        back[place : place + len(side.back), place : place + len(side.back)] = side.back
    theta = back @ theta
    return SplitPopulationFit(
        duration_terms=left.terms,
        risk_terms=right.terms,
        coef=theta,
        cov=np.asarray(back @ np.linalg.inv(information) @ back.T),
        loglik=loglik,
        at_risk=np.asarray(1 / (1 + np.exp(-right.matrix @ theta[len(left.terms) : -1]))),
        level=level,
        n_rows=len(left.outcome),
        n_dropped=len(frame) - len(left.outcome),
        n_events=int(left.outcome.sum()),
        n_clusters=len(left.names),
        outcome=left.response,
        cluster=cluster,
        origin=left.origin,
        peaks=tuple(level for level, _ in peaks),
    )


def _matched(duration: str, risk: str, frame: pd.DataFrame, cluster: str) -> tuple[Design, Design]:
    """Both designs over the rows in which all their columns are known."""
    where = "fit_split_population"
    twice: Repeats = "keep"  # repeated rows were refused before, if they are not meant
    sides = [read_design(formula, frame, cluster=cluster, where=where, repeats=twice) for formula in (duration, risk)]
    if sides[0].response != sides[1].response:
        raise ModelError(
            f"both formulas need the same left side; they have {sides[0].response} and {sides[1].response}"
        )
    common = np.intersect1d(sides[0].rows, sides[1].rows)
    whole = frame.iloc[common]
    left, right = (
        read_design(formula, whole, cluster=cluster, where=where, repeats=twice) for formula in (duration, risk)
    )
    return replace(left, rows=common), right
