"""A covariate in another unit, or counted from another origin, changes its own coefficient and nothing else."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from user_frames import CASES

UNITS = {"times 1e-8": (1e-8, 0.0), "times 1e8": (1e8, 0.0), "plus 1e6": (1.0, 1e6)}
SCALED = ("coef", "std_error", "se", "se_cluster", "low", "high")  # in units of the outcome per unit of the covariate
INVERSE = ("spread",)  # in units of the covariate
ROUNDING = 1e-9  # numbers below this are rounding
FAR = 100  # a covariate far from its origin has lost six digits


def _in_the_old_unit(found: object, covariate: str, factor: float, shift: float) -> pd.DataFrame:
    """The result with the rows on the covariate turned back; what has to differ is left out."""
    frame = found if isinstance(found, pd.DataFrame) else found.tidy()
    # exp(coef) has no digits left when the coefficient is small
    frame = frame.drop(columns=[name for name in frame if name.startswith("ratio")]).copy()
    for name in frame.columns.intersection(INVERSE):
        frame[name] = frame[name] / factor
    about = next((name for name in ("term", "focus") if name in frame), None)
    if about is not None:
        rows = frame[about] == covariate
        for name in frame.columns.intersection(SCALED):
            frame.loc[rows, name] = frame.loc[rows, name] * factor
        if shift:
            frame = frame[frame[about] != "Intercept"]
    return frame


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.covariate])
def test_a_covariate_in_another_unit(name, unit):
    case, (factor, shift) = CASES[name], UNITS[unit]
    frame = case.make()
    changed = frame.assign(**{case.covariate: frame[case.covariate] * factor + shift})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        one = _in_the_old_unit(case.run(changed), case.covariate, factor, shift)
        other = _in_the_old_unit(case.run(frame), case.covariate, 1.0, shift)
    far = FAR if shift else 1
    for column in one.columns.difference(case.moves):
        if pd.api.types.is_numeric_dtype(one[column].dtype):
            pair = (frame[column].astype("float64") for frame in (one, other))
            np.testing.assert_allclose(*pair, rtol=case.rtol * far, atol=ROUNDING * far, err_msg=column)
