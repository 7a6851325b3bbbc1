"""Which errors a hazard model gets: clustered where clusters can be compared, and what stands in where they cannot."""

from __future__ import annotations

import numpy as np

from sahelkit._types import Bools, Floats
from sahelkit.errors import ModelError
from sahelkit.estimation.clustered import Clustered, clustered_covariance
from sahelkit.estimation.design import Design
from sahelkit.estimation.few_clusters import clusters_with_events, rarer
from sahelkit.estimation.firth import Penalised, penalised_lr, profile_interval
from sahelkit.estimation.links import row_terms
from sahelkit.estimation.multiway import DYADIC, dyadic_covariance, multiway_covariance

INSTEAD = "Use method='firth', whose profile intervals need no clusters, or errors='model'"


def clustered_errors(data: Design, coef: Floats, *, link: str, kind: str, score: Floats | None = None) -> Clustered:
    """Clustered covariance of the coefficients of a model for 0 and 1.

    Parameters
    ----------
    data : Design
    coef : array, shape (k,)
    link, kind : str
    score : array, shape (n,), optional
        Score of each row where a penalty changes it; the information is then the expected one, else for CR0 and CR1
        the observed one.

    Returns
    -------
    Clustered
    """
    rows = row_terms(link, data.matrix @ coef, data.outcome)
    own, observed = (rows.score, rows.observed) if score is None else (score, None)
    arrays = data.matrix, own, rows.expected
    if kind == DYADIC:
        return dyadic_covariance(*arrays, *data.ways, observed=observed, outcome=data.outcome)
    if data.ways:
        return multiway_covariance(*arrays, data.ways, kind=kind, observed=observed, outcome=data.outcome)
    variance = rows.chance * (1.0 - rows.chance)
    return clustered_covariance(
        *arrays, data.groups, kind=kind, observed=observed, variance=variance, outcome=data.outcome
    )


def check_comparable(data: Design, weak: Bools) -> None:
    """Raise ModelError if there is no coefficient for which clusters can be compared."""
    if not weak.all():
        return
    if clusters_with_events(data.outcome, data.groups) < 2:
        held = rarer(data.outcome)
        what = "events" if data.outcome[held][0] > 0 else "non-events"
        where = data.names[data.groups[held][0]]
        raise ModelError(
            f"all {int(held.sum()):,} {what} of {data.response!r} lie in one cluster, {where}: clusters cannot be "
            f"compared, so that there are no clustered errors. {INSTEAD}"
        )
    raise ModelError(
        f"{data.formula!r}: one of the {len(data.names)} clusters bears nearly all that is known of each coefficient: "
        f"clusters cannot be compared, so that there are no clustered errors. {INSTEAD}"
    )


def profile_ends(data: Design, fit: Penalised, *, link: str, level: float, wanted: Bools) -> Floats:
    """Ends of the profile intervals of the wanted coefficients, shape (k, 2); else NaN."""
    ends = np.full((len(wanted), 2), np.nan)
    for place in map(int, np.flatnonzero(wanted)):
        ends[place] = profile_interval(data.matrix, data.outcome, place, link=link, level=level, best=fit)
    return ends


def ratio_tests(data: Design, *, link: str, wanted: Bools) -> Floats:
    """p-values of the penalised likelihood ratio tests of the wanted coefficients, shape (k,); else NaN."""
    found = np.full(len(wanted), np.nan)
    for place in map(int, np.flatnonzero(wanted)):
        found[place] = penalised_lr(data.matrix, data.outcome, [place], link=link)[2]
    return found


def patched(found: Clustered, model: Floats, weak: Bools) -> tuple[Floats, Floats]:
    """Covariance and degrees of freedom with the model's own variances where there is no clustered one.

    Covariances between both kinds do not exist and are NaN.
    """
    cov, freedom = found.cov.copy(), found.freedom.copy()
    cov[weak, weak], freedom[weak] = np.diag(model)[weak], np.inf
    return (model, freedom) if weak.all() else (cov, freedom)
