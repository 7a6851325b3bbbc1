"""Discrete-time hazard of an event in a panel of country-months or country-years."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

import numpy as np

from sahelkit._types import Repeats
from sahelkit.errors import ModelError, OptionError, UnknownNameError, is_known
from sahelkit.estimation.clustered import KINDS
from sahelkit.estimation.corrections import CORRECTIONS, Correction, flac, flac_covariance, flic
from sahelkit.estimation.design import Design, check_outcome, read_design
from sahelkit.estimation.firth import Penalised, firth_maximise
from sahelkit.estimation.links import LINKS, Link, check_link, row_terms
from sahelkit.estimation.multiway import DYADIC
from sahelkit.estimation.multiway import KINDS as SEVERAL
from sahelkit.estimation.newton import Maximum, inverse_gram, maximise
from sahelkit.estimation.separation import separated_terms
from sahelkit.estimation.splines import duration_terms
from sahelkit.frames import FrameLike
from sahelkit.models.hazard.clustering import check_comparable, clustered_errors, patched, profile_ends, ratio_tests
from sahelkit.models.hazard.result import HazardFit
from sahelkit.options import check_options

if TYPE_CHECKING:
    pass

__all__ = ["LINKS", "HazardFit", "duration_terms", "fit_hazard", "separated_terms"]

Method: TypeAlias = Literal["ml", "firth"]
METHODS: tuple[Method, ...] = get_args(Method)
ERRORS = (*KINDS, DYADIC, "model", "observed", "profile")

# Newton's method needs about six steps; under separation it goes on for ever, by one unit at a time. Fitted chances
# this close to 0 or 1 are the other sign to look for separation. The search itself is exact.
_SLOW = 15
_CERTAIN = 1e-6


def fit_hazard(
    formula: str,
    frame: FrameLike,
    *,
    link: Link = "cloglog",
    cluster: str | tuple[str, ...] = "iso3",
    level: float = 0.95,
    method: Method = "ml",
    errors: str | None = None,
    correction: Correction = "none",
    repeats: Repeats = "refuse",
) -> HazardFit:
    """Fit a discrete-time hazard model, with errors clustered by country.

    With the cloglog link the coefficients are those of a proportional-hazards model whose time is grouped into
    months or years. Duration dependence enters the formula as ``t + t2 + t3`` (see
    `sahelkit.estimation.splines.duration_terms`) or as a restricted cubic spline.

    Parameters
    ----------
    formula : str
        Model in the notation of statsmodels; the outcome is 0 or 1.
    frame : pandas.DataFrame or Panel
        One row per country and period. Rows with NA in a used column are left out and counted; the summary says
        which. Numbers held as text or as Python objects are read as numbers.
    link : {"cloglog", "logit"}
        Link function.
    cluster : str or tuple of str
        Column whose values may be correlated within. Several columns, such as ``("source", "target", "pair")``: rows
        that share a value of any of them may be correlated (multi-way).
    level : float
        Confidence level, between 0 and 1.
    method : {"ml", "firth"}
        Maximum likelihood, or Firth's penalised likelihood, which has less bias when events are rare and is finite
        under perfect separation.
    errors : str, optional
        ``"CR0"``, ``"CR1"``, ``"CR2"``, ``"CR3"``: clustered, see `sahelkit.estimation.clustered.clustered_covariance`.
        CR2 with Satterthwaite's degrees of freedom is the default for maximum likelihood, whatever the number of
        clusters: with many it gives what the others give. CR1 is the sandwich times G / (G - 1) for G clusters,
        without the factor for the number of coefficients, as in Stata, with G - 1 degrees of freedom; its intervals
        are too narrow when clusters are few (see Notes). A coefficient that one cluster alone tells of, and every
        coefficient if one cluster alone holds events, has no clustered error (`sahelkit.estimation.few_clusters`): with
        maximum likelihood it is NaN, with Firth's method the profile takes its place, and the summary says so.
        ``"model"``: the inverse expected information, as in R and in statsmodels' GLM, for every method and
        correction; ``"observed"``: the inverse observed information, as in Stata (the two differ for the cloglog
        link). Both do with one country. ``"profile"``: the default
        for Firth's method, intervals from the profile and p-values from the ratio of the penalised likelihood, by the
        convention of R's logistf (the restricted fit keeps the penalty of the full model). Like ``"model"`` it takes
        rows as independent, also within clusters, and says so; add ``errors="CR2"`` for covariates that vary between
        clusters rather than within.
    correction : {"none", "flic", "flac"}
        Firth's penalty makes the mean fitted chance too high when events are rare. FLIC corrects the intercept alone,
        FLAC all coefficients. Both need ``method="firth"``; FLAC has no profile, its errors are those of the model.
    repeats : {"refuse", "keep"}
        Two rows of one unit and period (``iso3`` and the time) are an error, since a merge of many rows with many
        makes such rows and each would count as an observation; or they are meant.

    Returns
    -------
    HazardFit

    Raises
    ------
    MissingColumnsError
        If `frame` lacks the cluster column.
    OptionError
        If `level` is not between 0 and 1, options do not go together, two rows describe one unit and period, or a
        column of numbers holds text.
    UnknownNameError
        If a link, method, kind of error, correction or `repeats` is unknown.
    ModelError
        If the formula does not fit the frame, columns repeat one another, there are fewer than two clusters, no
        event or no non-event; with maximum likelihood also if there is one event only, events separate perfectly, or
        errors are to be clustered and clusters cannot be compared.

    References
    ----------
    Carter, D. B., & Signorino, C. S. (2010). Back to the future: modeling time dependence in binary data.
    Political Analysis, 18(3), 271-292. doi:10.1093/pan/mpq013

    Firth, D. (1993). doi:10.1093/biomet/80.1.27; Heinze, G., & Schemper, M. (2002). doi:10.1002/sim.1047; Puhr, R.,
    et al. (2017). doi:10.1002/sim.7273

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"iso3": ["BFA", "MLI", "NER"] * 40, "x": [0, 0, 1, 1] * 30})
    >>> rows["event"] = [int(i % 10 == 0 or i % 14 == 2) for i in range(120)]
    >>> fit = fit_hazard("event ~ x", rows)
    >>> fit.n_events, fit.n_clusters
    (19, 3)
    >>> fit_hazard("event ~ x", rows, method="firth", correction="flic").predict().sum().round(6).item()
    19.0
    """
    check_options(level=level)
    kind = _check_options(link, method, errors, correction, cluster)
    data = read_design(formula, frame, cluster=cluster, where="fit_hazard", repeats=repeats, several=True)
    check_outcome(data, one_is_enough=method == "firth", errors=kind)
    plain = maximise(data.matrix, data.outcome, link=link)
    guilty = _separated(data, plain, link)
    if method == "ml":
        if guilty:
            raise ModelError(
                f"{formula!r}: {', '.join(guilty)} separates events from non-events perfectly, so that no finite "
                "estimate exists. Leave the term out, pool its categories, or use method='firth'"
            )
        if not plain.converged:
            raise ModelError(f"{formula!r}: the fit did not converge. Leave some terms out, or use method='firth'")
        return _fitted(data, plain, link=link, kind=kind, level=level)
    fit = firth_maximise(data.matrix, data.outcome, link=link)
    if not fit.converged:
        raise ModelError(f"{formula!r}: the penalised fit did not converge. Leave some terms out")
    found = _fitted(data, fit, link=link, kind=kind, level=level)
    found = replace(found, separated=guilty)
    return found if correction == "none" else _corrected(found, data, fit, correction)


def _check_options(link: str, method: str, errors: str | None, correction: str, cluster: str | tuple[str, ...]) -> str:
    check_link(link)
    choices = [("method", method, METHODS), ("correction", correction, CORRECTIONS)]
    for what, given, allowed in [*choices, ("kind of error", errors, (*ERRORS, None))]:
        if not is_known(given, allowed):
            raise UnknownNameError(what, given, [name for name in allowed if name])
    if method == "ml" and correction != "none":
        raise OptionError("correction", correction, "it corrects Firth's method", repair="Add method='firth'")
    if method == "firth" and errors == "observed":
        raise OptionError("errors", errors, "the penalised fit has the expected information", repair="Type 'model'")
    if method == "ml" and errors == "profile":
        raise OptionError("errors", errors, "profiles are of the penalised likelihood", repair="Add method='firth'")
    if correction == "flac" and errors not in (None, "model"):
        raise OptionError("errors", errors, "FLAC gives the errors of its model only", repair="Leave errors= out")
    several = isinstance(cluster, tuple) and len(cluster) > 1
    if several and errors in KINDS and errors not in SEVERAL:
        why = "with several kinds of clusters there are CR0, CR1 and CR3"
        raise OptionError("errors", errors, why, repair="Type errors='CR1'")
    if errors == DYADIC and not (several and len(cluster) == 2):
        why = "they are those of pairs, which have two members"
        raise OptionError("errors", errors, why, repair="Add cluster=('source', 'target')")
    usual = "CR1" if several else "CR2"
    return errors or (usual if method == "ml" else "model" if correction == "flac" else "profile")


def _separated(data: Design, plain: Maximum, link: str) -> tuple[str, ...]:
    if plain.converged and plain.steps < _SLOW:
        chance = row_terms(link, data.matrix @ plain.coef, data.outcome).chance
        if chance.min() >= _CERTAIN and chance.max() <= 1 - _CERTAIN:
            return ()
    found = separated_terms(data.outcome, data.matrix, data.terms)
    return tuple(term for term in found if term != "Intercept")


def _fitted(data: Design, fit: Maximum | Penalised, *, link: str, kind: str, level: float) -> HazardFit:
    rows = row_terms(link, data.matrix @ fit.coef, data.outcome)
    penalised = fit if isinstance(fit, Penalised) else None
    cov = inverse_gram(data.matrix, rows.observed if kind == "observed" else rows.expected)
    freedom = np.full(len(data.terms), np.inf)
    weak, unclustered = np.full(len(data.terms), kind == "profile"), np.zeros(len(data.terms), dtype=bool)
    repaired = False
    if kind in (*KINDS, DYADIC):
        score = penalised.score if penalised else None
        clustered = clustered_errors(data, fit.coef, link=link, kind=kind, score=score)
        weak, repaired = np.isnan(clustered.freedom), clustered.repaired
        unclustered = weak
        if penalised:
            cov, freedom = patched(clustered, cov, weak)
            kind = "profile" if weak.all() else kind
        else:
            check_comparable(data, weak)
            cov, freedom = clustered.cov, clustered.freedom
    profiled = penalised if weak.any() else None
    return HazardFit(
        **HazardFit.of_design(data),
        link=link,
        coef=fit.coef,
        cov=cov,
        level=level,
        loglik=fit.loglik,
        method="firth" if penalised else "ml",
        errors=kind,
        freedom=freedom,
        profile=profile_ends(data, profiled, link=link, level=level, wanted=weak) if profiled else None,
        profile_p=ratio_tests(data, link=link, wanted=weak) if profiled else None,
        unclustered=tuple(term for term, yes in zip(data.terms, unclustered, strict=True) if yes),
        repaired=repaired,
    )


def _corrected(found: HazardFit, data: Design, fit: Penalised, correction: str) -> HazardFit:
    if "Intercept" not in data.terms:
        raise OptionError("correction", correction, "it needs a model with an intercept")
    place = data.terms.index("Intercept")
    if correction == "flac":
        joined = flac(data.matrix, data.outcome, fit, link=found.link)
        cov = flac_covariance(data.matrix, data.outcome, fit, joined, link=found.link)
        return replace(found, coef=joined.coef[:-1], cov=cov, correction="flac")
    coef = flic(data.matrix, data.outcome, fit, place, link=found.link)
    # The error of the intercept is that at its corrected value, as in logistf; those of the others are Firth's.
    rows = row_terms(found.link, data.matrix @ coef, data.outcome)
    moved = inverse_gram(data.matrix, rows.expected)
    if found.errors in (*KINDS, DYADIC) and data.terms[place] not in found.unclustered:
        moved = clustered_errors(data, coef, link=found.link, kind=found.errors, score=rows.score).cov
    factor = np.ones(len(coef))
    factor[place] = np.sqrt(moved[place, place] / found.cov[place, place])
    found = replace(found, cov=found.cov * np.outer(factor, factor), coef=coef, correction="flic")
    if found.profile is None or found.profile_p is None:
        return found
    # The profile is that of the uncorrected intercept; the corrected one gets a Wald interval, as in logistf.
    profile, p_values = found.profile.copy(), found.profile_p.copy()
    profile[place], p_values[place] = np.nan, np.nan
    return replace(found, profile=profile, profile_p=p_values)
