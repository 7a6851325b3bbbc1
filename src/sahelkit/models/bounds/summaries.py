"""What many models say together, in figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sahelkit.estimation.many.leamer import leamer_bounds
from sahelkit.estimation.many.salaimartin import cdf0_generic, cdf0_normal, model_weights, share_significant

if TYPE_CHECKING:
    from sahelkit.models.bounds.result import Settings


def digest(
    models: pd.DataFrame, settings: Settings, *, column: str = "effect", error: str | None = None
) -> dict[str, float]:
    """Sum up models; see `ExtremeBounds.pooled` for the figures.

    Parameters
    ----------
    models : pandas.DataFrame
        Columns ``used, loglik, lri``, and the coefficient, its error and, where errors are clustered, ``freedom``.
    settings : Settings
        Weights, level and kind of error.
    column : {"effect", "coef"}
        Coefficient per standard deviation, or per unit.
    error : str, optional
        Column of the errors; the one that belongs to `column` and `settings` when absent.
    """
    used = models[models["used"].to_numpy()]
    if error is None:
        error = "effect_se" if column == "effect" else ("se_cluster" if settings.errors == "CR1" else "se")
    coef, se = used[column].to_numpy(dtype=float), used[error].to_numpy(dtype=float)
    freedom = used["freedom"].to_numpy(dtype=float) if settings.errors == "CR1" else np.inf
    weights = model_weights(used["loglik"].to_numpy(), used["lri"].to_numpy(), how=settings.weights)
    low, high = leamer_bounds(coef, se, level=settings.level, freedom=freedom)
    more, less = share_significant(coef, se, level=settings.level, freedom=freedom)
    generic = cdf0_generic(coef, se, weights, freedom=freedom)
    return {
        "n_models": len(models),
        "n_used": len(used),
        "mean": float(weights @ coef) if len(used) else float("nan"),
        "median": float(np.median(coef)) if len(used) else float("nan"),
        "low": low,
        "high": high,
        "cdf0_generic": generic,
        "cdf0_normal": cdf0_normal(coef, se, weights),
        "above": 1.0 - generic,
        "share_positive": float(np.mean(coef > 0)) if len(used) else float("nan"),
        "share_significant_positive": more,
        "share_significant_negative": less,
    }
