"""Formulas of plain columns and others, and the record of rows that are left out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sahelkit.errors import MissingColumnsError, ModelError, OptionError
from sahelkit.estimation.design import read_design, repeated_columns
from sahelkit.language.samples import missing_words


def _read(formula, frame, **more):
    return read_design(formula, frame, cluster="iso3", where="test", **more)


@pytest.mark.parametrize("formula", ["attempt ~ x + z", "attempt~z", "attempt ~ z + x + z"])
def test_fast_way_gives_the_columns_of_patsy(months, formula):
    import patsy

    months.loc[[3, 50], "z"] = np.nan
    _, right = patsy.dmatrices(formula, months, return_type="dataframe")
    data = _read(formula, months)
    assert data.recipe is None
    assert list(data.terms) == list(right.columns)
    assert data.matrix.tolist() == right.to_numpy().tolist()


@pytest.mark.parametrize("formula", ["attempt ~ x + z", "attempt ~ x + C(iso3) + z"])
def test_rows_left_out_are_named_by_column_and_country(months, formula):
    months.loc[(months["iso3"] == "MLI") & (months["period"] >= pd.Period("2001-01", "M")), "z"] = np.nan
    months.loc[(months["iso3"] == "NER") & (months["period"] < pd.Period("2000-04", "M")), "z"] = np.nan
    months["x"] = months["x"].astype(float)
    months.loc[5, "x"] = np.nan  # BFA 2000-06
    data = _read(formula, months)
    assert data.n_dropped == 108 + 3 + 1 == len(months) - len(data.outcome)
    found = data.dropped.set_index(["column", "cluster"])
    assert found.loc[("z", "MLI"), "n_rows"] == 108
    assert str(found.loc[("z", "NER"), "last"]) == "2000-03"
    assert str(found.loc[("x", "BFA"), "first"]) == "2000-06"
    words = missing_words(data.dropped, data.n_dropped, "en")
    assert words.startswith("112 rows left out because a value is NA: ")
    assert "z in 111 (2 clusters, 2000-01 to 2009-12)" in words
    assert "x in 1 (BFA, 2000-06 to 2000-06)" in words
    assert months["period"].array[data.rows].equals(data.times)


def test_na_in_the_outcome_or_the_country_costs_the_row(months):
    months["attempt"] = months["attempt"].astype(float)
    months.loc[0, "attempt"] = np.nan
    months.loc[1, "iso3"] = None
    data = _read("attempt ~ x", months)
    assert data.n_dropped == 2
    assert set(data.dropped["column"]) == {"attempt", "iso3"}


def test_na_made_by_the_formula_itself_is_said(months):
    months.loc[:, "z"] = months["z"].abs() + 1
    months.loc[4, "z"] = -1.0
    with np.errstate(invalid="ignore"):
        data = _read("attempt ~ np.log(z)", months)
    assert data.dropped["column"].tolist() == ["the formula"]


@pytest.mark.parametrize("formula", ["attempt ~ x + z", "attempt ~ C(iso3) + z"])
def test_new_rows_are_built_alike(months, formula):
    data = _read(formula, months)
    assert data.new(months) == pytest.approx(data.matrix)
    few = months.iloc[[3, 200]].assign(z=[np.nan, 1.0])
    assert np.isnan(data.new(few)).any(axis=1).tolist() == [True, False]


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda f: f.assign(z=np.nan), ModelError, r"no row is left.*look at z"),
        (lambda f: f.assign(z=f["z"].where(f.index > 3, np.inf)), ModelError, "z has infinite values"),
        (
            lambda f: f.assign(z=2 * f["x"] + 1),
            ModelError,
            r"1 of 3 columns repeat others or are 0 throughout. Leave out z",
        ),
        (lambda f: f.assign(z=0.0), ModelError, "Leave out z"),
        (lambda f: f.drop(columns="iso3"), MissingColumnsError, "test needs the column 'iso3'"),
    ],
)
def test_what_cannot_be_fitted_is_named(months, change, error, message):
    with pytest.raises(error, match=message):
        _read("attempt ~ x + z", change(months))


def test_text_outcome_is_refused(months):
    with pytest.raises(ModelError, match="not one numeric column"):
        _read("iso3 ~ x", months)
    with pytest.raises(MissingColumnsError, match="predict needs the column 'z'"):
        _read("attempt ~ z", months).new(months.drop(columns="z"))


def test_repeated_columns_agree_with_the_rank():
    rng = np.random.default_rng(0)
    base = rng.normal(size=(50, 4))
    wide = np.column_stack([base, base @ rng.normal(size=(4, 2)), 1e-6 * rng.normal(size=50)])
    assert repeated_columns(wide, tuple("abcdefg")) == ["e", "f"]
    assert np.linalg.matrix_rank(wide) == 5


@pytest.mark.parametrize(
    "kind",
    ["int8", "uint8", "int16", "Int8", "UInt8", "Int64", "float16", "float32", "int8[pyarrow]", "float[pyarrow]"],
)
@pytest.mark.parametrize("square", ["I(t**2)", "I(t * t)", "np.square(t)", "np.power(t, 2)"])
def test_whole_numbers_of_any_size_are_squared_as_numbers(months, kind, square):
    months["t"] = np.arange(len(months)) % 101
    plain = _read(f"attempt ~ t + {square}", months)
    small = months.assign(t=months["t"].astype(kind))
    data = _read(f"attempt ~ t + {square}", small)
    assert data.matrix[:, 2].max() == 100**2
    assert data.matrix.tolist() == plain.matrix.tolist()
    assert data.new(small.head(3)).tolist() == plain.matrix[:3].tolist()


def test_labels_of_categories_stay_whole_numbers(months):
    months["zone"] = (np.arange(len(months)) % 3).astype("int8")
    assert _read("attempt ~ C(zone) + I(x**2)", months).terms[1:3] == ("C(zone)[T.1]", "C(zone)[T.2]")
    assert _read("attempt ~ C((zone // 2))", months).terms == ("Intercept", "C(zone // 2)[T.1]")
    assert _read("attempt ~ np.array([0, 5, 7])[zone]", months).matrix[:, 1].max() == 7  # an index wants integers


@pytest.mark.parametrize("kind", ["bool", "boolean", "bool[pyarrow]"])
@pytest.mark.parametrize("formula", ["attempt ~ x + z", "attempt ~ x + C(iso3)"])
def test_booleans_are_outcomes_and_covariates(months, kind, formula):
    plain = _read(formula, months.assign(x=months["x"].astype(bool)))
    data = _read(
        formula,
        months.assign(attempt=months["attempt"].astype(bool).astype(kind), x=months["x"].astype(bool).astype(kind)),
    )
    assert data.terms == plain.terms
    assert data.matrix.tolist() == plain.matrix.tolist()
    assert data.outcome.tolist() == plain.outcome.tolist()


@pytest.mark.parametrize("kind", ["boolean", "bool[pyarrow]"])
def test_an_unknown_boolean_costs_its_row(months, kind):
    for column in ("attempt", "x"):
        months[column] = months[column].astype(bool).astype(kind)
    months.loc[[0, 1], "attempt"] = pd.NA
    months.loc[[5], "x"] = pd.NA
    data = _read("attempt ~ x + z", months)
    assert (len(data.outcome), data.n_dropped) == (len(months) - 3, 3)
    assert data.dropped.groupby("column")["n_rows"].sum().to_dict() == {"attempt": 2, "x": 1}


@pytest.mark.parametrize("formula", ["attempt ~ C(z > 0) + x", "attempt ~ I((z > 0) * 1)", "I((attempt > 0) * 1) ~ z"])
@pytest.mark.parametrize("kind", ["float64", "Float64"])
def test_a_comparison_makes_no_answer_of_an_unknown_value(months, formula, kind):
    months["z"] = months["z"].astype(kind)
    months["attempt"] = months["attempt"].astype(kind)
    months.loc[[3, 4], "z"] = None
    months.loc[[9], "attempt"] = None
    data = _read(formula, months)
    assert data.n_dropped == 3
    assert np.isnan(data.new(months.iloc[[3]])).any()


def test_a_formula_may_speak_of_what_is_not_known(months):
    months.loc[[3, 4], "z"] = np.nan
    data = _read("attempt ~ z.fillna(0) + I(z.isna() * 1)", months)
    assert (data.n_dropped, data.matrix[:, 2].sum()) == (0, 2)


@pytest.mark.parametrize("formula", ["attempt ~ x + z", "attempt ~ C(iso3) + z"])
def test_an_infinite_value_is_named_with_its_row(months, formula):
    months.index = [f"row {number}" for number in range(len(months))]
    months.loc["row 7", "z"] = -np.inf
    with pytest.raises(
        ModelError, match=r"z has infinite values in 1 of 720 rows, first in row 8 of 720 \(index 'row 7'\)"
    ):
        _read(formula, months)


@pytest.mark.parametrize("shift", [0.0, 1e6])
@pytest.mark.parametrize("factor", [1e-8, 1.0, 1e8])
def test_no_unit_makes_a_column_repeat_another(months, shift, factor):
    months["z"] = factor * (months["z"] + shift)
    assert _read("attempt ~ x + z", months).terms == ("Intercept", "x", "z")
    with pytest.raises(ModelError, match="Leave out w"):
        _read("attempt ~ x + z + w", months.assign(w=3 * months["z"] - 2 * factor))


def test_two_columns_of_one_name_are_refused(months):
    with pytest.raises(OptionError, match="cannot tell columns of one name apart"):
        _read("attempt ~ x", pd.concat([months, months[["x"]]], axis=1))


def test_categories_that_no_row_has_are_no_columns(months):
    """A frame cut down to a few countries keeps the categories of the whole."""
    from sahelkit.models.hazard.fitting import fit_hazard

    codes = [*months["iso3"].unique()]
    whole = months.assign(who=pd.Categorical(months["iso3"], categories=["AAA", *codes[::-1], "ZZZ"]))
    data = _read("attempt ~ who + x", whole)
    assert data.terms == _read("attempt ~ who + x", whole.assign(who=whole["who"].cat.remove_unused_categories())).terms
    assert not any("ZZZ" in term or "AAA" in term for term in data.terms)
    fit = fit_hazard("attempt ~ who + x", whole, errors="model", method="firth")
    few = whole.iloc[:5]
    for other in (
        few,
        few.assign(who=few["who"].astype(str)),
        few.assign(who=few["who"].cat.remove_unused_categories()),
    ):
        assert fit.predict(other) == pytest.approx(fit.predict()[:5])
