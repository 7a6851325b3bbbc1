"""Run all models of a plan."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from sahelkit.models.bounds.plan import LINKS, Plan, columns_of
from sahelkit.models.bounds.storage import ModelTable
from sahelkit.models.clustered import clustered_covariance
from sahelkit.models.firth import firth_maximise
from sahelkit.models.links import row_terms
from sahelkit.models.newton import maximise
from sahelkit.models.separation import separated_terms


def run(
    plan: Plan, *, folder: str | Path | None = None, n_jobs: int | None = None, progress: bool = False
) -> ModelTable:
    """Fit every model of a plan."""
    import pyarrow as pa
    import pyarrow.dataset as ds

    rows = [_one(plan, model) for model in range(len(plan))]
    return ModelTable(ds.dataset(pa.Table.from_pylist(rows)))


def _one(plan: Plan, model: int) -> dict[str, Any]:
    columns = list(columns_of(plan, model))
    x, y, link = plan.pool[:, columns], plan.outcome, LINKS[plan.link[model]]
    n = len(y)
    corr = np.linalg.inv(x.T @ x)
    vif = np.diag(corr) * ((x - x.mean(0)) ** 2).sum(0)
    out: dict[str, Any] = {"model": model, "focus": columns[1], "link": link, "effects": int(plan.effects[model])}
    separated, method, converged = False, "ml", True
    if link == "identity":
        coef = np.linalg.solve(x.T @ x, x.T @ y)
        r = y - x @ coef
        meat = (x * r[:, None]).T @ (x * r[:, None])
        se = np.sqrt(np.diag(corr @ meat @ corr))
        cov = clustered_covariance(x, r, np.ones(n), plan.groups, kind="CR1").cov

        def gauss(s: float) -> float:
            return -n / 2 * (np.log(2 * np.pi * s / n) + 1)

        loglik, null = gauss(float(r @ r)), gauss(float(((y - y.mean()) ** 2).sum()))
    else:
        separated = bool(separated_terms(y, x, tuple(map(str, columns))))
        if separated:
            method = "firth"
            fit = firth_maximise(x, y, link=link)
            coef, info, score, converged = fit.coef, fit.information, fit.score, fit.converged
        else:
            best = maximise(x, y, link=link)
            coef, info, converged = best.coef, best.information, best.converged
            score = row_terms(link, x @ coef, y).score
        se = np.sqrt(np.diag(np.linalg.inv(info)))
        cov = clustered_covariance(x, score, np.ones(n), plan.groups, kind="CR1", bread=info).cov
        loglik = float(row_terms(link, x @ coef, y).loglik.sum())
        share = y.mean()
        null = n * (share * np.log(share) + (1 - share) * np.log(1 - share))
    clustered = np.sqrt(np.diag(cov))
    out |= {
        "coef": coef[1],
        "se": se[1],
        "se_cluster": clustered[1],
        "n": n,
        "events": int((y > 0).sum()),
        "loglik": loglik,
        "lri": 1 - loglik / null,
        "vif": vif[1],
        "converged": converged,
        "separated": separated,
        "singular": False,
        "method": method,
    }
    if "columns" in plan.keep:
        out["columns"] = columns
    if "all_coefficients" in plan.keep:
        out |= {
            "columns": columns,
            "all_coef": coef.tolist(),
            "all_se": se.tolist(),
            "all_se_cluster": clustered.tolist(),
            "all_vif": vif.tolist(),
        }
    return out
