"""Checks of what a score is computed from: outcomes, probabilities, weights."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sahelkit._types import Floats
from sahelkit.errors import OptionError

Weights = npt.ArrayLike | None


def check_forecasts(happened: npt.ArrayLike, probability: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Outcomes and probabilities as arrays, or an error that says what is wrong with them.

    Parameters
    ----------
    happened : array-like, shape (n,)
        0 or 1.
    probability : array-like, shape (n,)
        Numbers from 0 to 1.

    Raises
    ------
    OptionError
        If the lengths differ or there is no row; if an outcome is NA or neither 0 nor 1; if a probability is NA or
        lies outside 0 to 1.

    Examples
    --------
    >>> check_forecasts([0, float("nan")], [0.1, 0.2])
    Traceback (most recent call last):
    sahelkit.errors.OptionError: happened=nan: unknown outcomes in 1 of 2 rows. Leave such rows out: they are no zeros.
    """
    y, p = numbers("happened", happened), numbers("probability", probability)
    if y.ndim != 1 or y.shape != p.shape:
        raise OptionError("probability", p.shape, f"not one value for each of {y.shape} outcomes")
    if not len(y):
        raise OptionError("happened", "[]", "there is no row to score")
    missing = int(np.isnan(y).sum())
    if missing:
        why = f"unknown outcomes in {missing:,} of {len(y):,} rows"
        raise OptionError("happened", np.nan, why, repair="Leave such rows out: they are no zeros")
    strange = y[(y != 0) & (y != 1)]
    if len(strange):
        raise OptionError("happened", float(strange[0]), "an outcome is 0 or 1", repair="Clip counts to 1")
    outside = p[~((p >= 0) & (p <= 1))]
    if len(outside):
        raise OptionError("probability", float(outside[0]), "a probability lies between 0 and 1")
    return y, p


def numbers(what: str, values: Any) -> Floats:
    """Values as numbers, the missing ones of a pandas column as NaN."""
    try:
        if isinstance(values, pd.Series | pd.Index | pd.api.extensions.ExtensionArray):
            values = pd.Series(values).to_numpy(dtype="float64", na_value=np.nan)
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise OptionError(what, type(values).__name__, f"it does not hold numbers ({error})") from error


def check_weights(sample_weight: Weights, number: int) -> Floats:
    """Weights of rows as an array whose mean is 1; all 1 when absent.

    Parameters
    ----------
    sample_weight : array-like, shape (n,), optional
        What each row counts, in any unit: only ratios matter. A row of weight 0 does not count.
    number : int
        n.

    Raises
    ------
    OptionError
        If there is not one weight for each row, one is NA, infinite or negative, or all are 0.

    Examples
    --------
    >>> check_weights([2, 6], 2).tolist()
    [0.5, 1.5]
    >>> check_weights([1, -1], 2)
    Traceback (most recent call last):
    sahelkit.errors.OptionError: sample_weight=-1.0: a weight is a number of at least 0. Leave such rows out, or type 0.
    """
    if sample_weight is None:
        return np.ones(number)
    values = numbers("sample_weight", sample_weight)
    if values.shape != (number,):
        raise OptionError("sample_weight", values.shape, f"not one weight for each of {number:,} rows")
    strange = values[~(np.isfinite(values) & (values >= 0))]
    if strange.size:
        why = "a weight is a number of at least 0"
        raise OptionError("sample_weight", float(strange[0]), why, repair="Leave such rows out, or type 0")
    if not values.any():
        raise OptionError(
            "sample_weight", 0.0, "all weights are 0, so that no row counts", repair="Leave sample_weight= out"
        )
    values = values / values.max()
    return np.asarray(values / values.mean())
