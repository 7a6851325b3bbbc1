"""What many models say together, in figures: which of them count, and how they are summed up."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from sahelkit.estimation.many.spread import cdf0_generic, cdf0_normal, leamer_bounds, model_weights, share_significant
from sahelkit.models.bounds.measures import Measures


@dataclass(frozen=True)
class Settings:
    """How the models were made and are summed up; see `sahelkit.extreme_bounds`."""

    formula: str
    k: tuple[int, ...]
    exclusive: tuple[frozenset[str], ...]
    errors: str
    vif: float | None
    model_weights: str
    level: float
    cluster: str | None
    folder: Path | None = None

    @property
    def error(self) -> str:
        """Column of the errors of the coefficients."""
        return "se_cluster" if self.errors == "CR1" else "se"


def complete(models: pd.DataFrame, settings: Settings, measures: Measures | None) -> pd.DataFrame:
    """Add effects, whether a model counts, and what its measure of exposure is."""
    error = models[settings.error]
    known = np.isfinite(models["coef"]) & np.isfinite(error) & (error > 0)
    used = known & models["converged"] & ~models["singular"]
    if settings.vif is not None:
        used &= models["vif"] <= settings.vif
    found = models.assign(
        effect=models["coef"] * models["spread"],
        effect_se=error * models["spread"],
        effect_freedom=models["freedom"] if settings.errors == "CR1" else np.inf,
        used=used,
    )
    if measures is not None:
        kinds = measures.table.set_index("focus")
        focus = found["focus"].cat
        inside = kinds.reindex(focus.categories)
        for name in ("weights", "event", "window", "fade"):
            values = pd.Categorical(inside[name])
            found[name] = pd.Categorical.from_codes(values.codes[focus.codes], values.categories)
    return found


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
    error = error or ("effect_se" if column == "effect" else settings.error)
    coef, se = used[column].to_numpy(dtype=float), used[error].to_numpy(dtype=float)
    freedom = used["freedom"].to_numpy(dtype=float) if settings.errors == "CR1" else np.inf
    weights = model_weights(used["loglik"].to_numpy(), used["lri"].to_numpy(), how=settings.model_weights)
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
