"""Formulas read by the fast way and by patsy, and the record of rows that are left out."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from sahelkit.errors import MissingColumnsError, ModelError, OptionError
from sahelkit.models.bounds import extreme_bounds
from sahelkit.models.design import read_design, repeated_columns
from sahelkit.models.hazard import fit_hazard
from sahelkit.models.outcome import fit_success
from sahelkit.models.random_intercepts import fit_random_intercepts
from sahelkit.models.split_population import fit_split_population
from sahelkit.panels import panel


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


@pytest.mark.parametrize("formula", ["attempt ~ C(iso3)", "attempt ~ x:z", "attempt ~ 0 + x", "attempt ~ np.log(z**2)"])
def test_other_formulas_are_patsys(months, formula):
    import patsy

    _, right = patsy.dmatrices(formula, months, return_type="dataframe")
    data = _read(formula, months)
    assert list(data.terms) == list(right.columns)
    assert data.matrix == pytest.approx(right.to_numpy())


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
    words = data.missing_words()
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


HELD = {
    "numbers": lambda x: x.astype(float),
    "objects": lambda x: x.astype(object),
    "integers and floats": lambda x: pd.Series(
        [v if i % 2 else float(v) for i, v in enumerate(x)], x.index, dtype=object
    ),
    "text": lambda x: x.astype(str),
    "text with points": lambda x: x.astype(float).astype(str).astype(object),
    "text of a nullable type": lambda x: x.astype(str).astype("string"),
    "text of arrow": lambda x: x.astype(str).astype("string[pyarrow]"),
}


@pytest.mark.parametrize("held", HELD)
@pytest.mark.parametrize("formula", ["attempt ~ score + z", "attempt ~ score + C(iso3)", "attempt ~ np.log1p(score)"])
def test_numbers_are_numbers_and_never_labels(months, formula, held):
    months["score"] = np.random.default_rng(0).integers(1, 4, len(months))
    plain = _read(formula, months)
    data = _read(formula, months.assign(score=HELD[held](months["score"]), attempt=HELD[held](months["attempt"])))
    assert data.terms == plain.terms
    np.testing.assert_array_equal(data.matrix, plain.matrix)
    np.testing.assert_array_equal(data.outcome, plain.outcome)
    np.testing.assert_array_equal(data.new(months.assign(score=HELD[held](months["score"]))), plain.new(months))


def test_text_for_real_and_declared_categories_stay_labels(months):
    months["mood"] = np.where(months["x"] > 0, "calm", "tense")
    assert _read("attempt ~ mood", months).terms == ("Intercept", "mood[T.tense]")
    assert _read("attempt ~ flag", months.assign(flag=(months["x"] > 0).astype(object))).terms[1] == "flag[T.True]"
    assert _read("attempt ~ x", months.assign(x=months["x"].astype("category"))).terms[1] == "x[T.1]"


@pytest.mark.parametrize("formula", ["attempt ~ score + z", "attempt ~ C(score)", "attempt ~ Q('score')"])
@pytest.mark.parametrize(
    ("value", "why"), [("n/a", "not a number, in a column"), ("2,5", "a number in another notation")]
)
def test_stray_text_among_numbers_is_named_with_its_row(months, formula, value, why):
    months["score"] = pd.Series("3", index=months.index, dtype=object)
    months.loc[7, "score"] = value
    with pytest.raises(OptionError, match=f"score='{value}' in row 8 of 720 \\(index 7, BFA\\): {why}"):
        _read(formula, months)
    _read("attempt ~ x", months)  # a column that the formula does not name is not looked at


def test_repeated_rows_are_refused_in_every_model_of_a_panel(months):
    """A merge with a table of several rows for a month would count these months several times."""
    several = pd.DataFrame({"iso3": "MLI", "period": pd.period_range("2000-01", periods=3, freq="M").repeat(2)})
    merged = months.merge(several, on=["iso3", "period"], how="left")
    assert len(merged) == len(months) + 3
    models = {
        "fit_hazard": lambda frame, **more: fit_hazard("attempt ~ x", frame, **more),
        "fit_random_intercepts": lambda frame, **more: fit_random_intercepts("attempt ~ x", frame, **more),
        "fit_success": lambda frame, **more: fit_success("won ~ x", frame, **more),
        "fit_split_population": lambda frame, **more: fit_split_population("attempt ~ 1", "attempt ~ 1", frame, **more),
        "extreme_bounds": lambda frame, **more: extreme_bounds("attempt ~ 1 | x | z", frame, k=1, **more),
    }
    extra = {"won": lambda frame: frame["attempt"] * (frame["z"] > 0), "duration": 1.0}
    for where, model in models.items():
        with pytest.raises(OptionError, match=rf"'MLI 2000-01': {where} takes one row.*3 of 723 rows repeat others"):
            model(merged.assign(**extra))
    assert models["fit_hazard"](merged, repeats="keep").n_rows == 723
    assert models["fit_hazard"](months).n_rows == 720


def test_a_panel_stands_for_its_frame():
    built = panel("focus", 1990, 2000, freq="Y").add_coups(rule="powell_thyne").lag("success", years=1)
    built = built.add_frame(built.frame.assign(hit=lambda f: f["attempt"].clip(upper=1))[["iso3", "period", "hit"]])
    for formula in ("hit ~ success_lag1", "hit ~ np.log1p(success_lag1)"):
        own, theirs = (fit_hazard(formula, given, method="firth") for given in (built, built.frame))
        pd.testing.assert_frame_equal(own.tidy(), theirs.tidy())
        np.testing.assert_array_equal(own.predict(built), theirs.predict(built.frame))
    with pytest.raises(OptionError, match="frame=dict: fit_hazard takes a frame of pandas"):
        fit_hazard("hit ~ success_lag1", {"iso3": ["MLI"]})


def test_the_advice_for_counts_keeps_na(months):
    """Whoever takes the advice of the message keeps the rows that are unknown unknown."""
    counts = months.assign(attempt=months["attempt"].astype(float) * 2)
    counts.loc[:9, "attempt"] = np.nan
    with pytest.raises(ModelError) as error:
        fit_hazard("attempt ~ x", counts)
    advised = re.search(r"frame\['attempt'\]\.\S+", str(error.value).replace(",", " ")).group(0)
    binary = eval(advised, {"frame": counts})
    assert binary.isna().sum() == 10
    assert fit_hazard("attempt ~ x", counts.assign(attempt=binary)).n_rows == len(months) - 10
