"""Formulas keep the meaning that they have in statsmodels, where patsy has read them for years."""

from __future__ import annotations

import numpy as np
import pandas as pd
import patsy
import pytest

from sahelkit.errors import ModelError
from sahelkit.estimation.formula import both_sides, evaluate, in_order

EXACT = {"rtol": 0, "atol": 1e-12}


@pytest.fixture(scope="module")
def rows():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"y": rng.integers(0, 2, 90) * 1.0, "x": rng.normal(size=90), "z": rng.random(90) + 0.1})
    frame = frame.assign(a=rng.choice(list("pqr"), 90), b=rng.choice(["u", "v"], 90), k=rng.integers(0, 4, 90))
    frame["flag"] = rng.random(90) > 0.5
    frame["my col"] = rng.normal(size=90)
    frame.loc[[4, 9], ["x", "a"]] = [[np.nan, "p"], [0.5, None]]
    return frame


SAME = """
x + C(a) + z | 0 + x + a | x - 1 | -1 + C(a) | 0 + a + b | x:z | x * z | x + x | 1 | 0 | x * a - x
C(k) | C(a) * C(b) | C(a):C(b) | a * x | x + a:x | a:x | (x + z + a)**2 | a / b | a / x | b:x + a
flag | flag * x | x:flag:a | 0 + flag
np.log(z**2) | np.log1p(z) + (x) | I(x**2) + I(x ** 3) | pow(x, 2) | np.maximum(x, 0) + abs(x) | I((z > 0.5) * 1)
np.array([0, 5, 7, 9])[k] | C(z > 0.5) + x | a.str.upper() | x.fillna(0) + I(x.isna() * 1)
C(a, Treatment('q')) | C(a, Treatment(reference='q')) * x | C(a, Sum) | C(a, Helmert) | C(a, levels=['r', 'q', 'p'])
Q('my col') + x | standardize(z) | center(z) + C(a)
"""
FORMULAS = [right.strip() for line in SAME.strip().splitlines() for right in line.split("|")]


@pytest.mark.parametrize("right", FORMULAS)
def test_columns_and_their_names_are_those_of_patsy(rows, right):
    left, expected = patsy.dmatrices(f"y ~ {right}", rows, return_type="dataframe")
    outcome, found, terms, recipe = both_sides(f"y ~ {right}", rows)
    assert list(terms) == list(expected.columns)
    np.testing.assert_allclose(found, expected.reindex(rows.index), **EXACT)
    np.testing.assert_allclose(outcome, left.reindex(rows.index), **EXACT)
    # Other rows, among which not each label is, are coded alike, and their own mean is not theirs.
    few = rows.iloc[20:26]
    again = patsy.dmatrix(expected.design_info, few, return_type="dataframe")
    new = in_order(evaluate(recipe, f"y ~ {right}", few, whom="the new rows"))
    assert list(new.columns) == list(terms)
    np.testing.assert_allclose(new, again, **EXACT)


@pytest.mark.parametrize("right", ["bs(z, df=4)", "bs(z, df=5, degree=2) + x", "cr(z, df=4) - 1", "cc(z, df=4)"])
def test_splines_are_those_of_patsy_but_for_the_number_they_begin_with(rows, right):
    expected = patsy.dmatrices(f"y ~ {right}", rows, return_type="dataframe")[1]
    _, found, terms, recipe = both_sides(f"y ~ {right}", rows)
    np.testing.assert_allclose(found, expected.reindex(rows.index), **EXACT)
    assert [term.partition("[")[0] for term in terms] == [name.partition("[")[0] for name in expected.columns]
    new = in_order(evaluate(recipe, f"y ~ {right}", rows.iloc[20:26], whom="the new rows"))
    np.testing.assert_allclose(new, patsy.dmatrix(expected.design_info, rows.iloc[20:26]), **EXACT)


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ("y ~ nope", "does not fit the frame .*nope"),
        ("y ~ x | z", "does not fit the frame"),
        ("y ~ .", "does not fit the frame"),
        ("y ~ x +", "does not fit the frame"),
        ("~ x", "has no outcome: write 'outcome ~ terms'"),
        ("x", "has no outcome"),
    ],
)
def test_what_is_no_formula_of_one_model_is_refused(rows, formula, message):
    with pytest.raises(ModelError, match=message):
        both_sides(formula, rows)


def test_a_label_that_the_fit_has_not_seen_is_refused(rows):
    recipe = both_sides("y ~ C(a)", rows)[3]
    with pytest.raises(ModelError, match=r"does not fit the new rows .*categories"):
        evaluate(recipe, "y ~ C(a)", rows.iloc[:3].assign(a="s"), whom="the new rows")
