"""What a model makes of a user's frame: numbers held as text, repeated rows, a panel, and the advice of a message."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from sahelkit.errors import ModelError, OptionError
from sahelkit.estimation.design import read_design
from sahelkit.models.bounds import extreme_bounds
from sahelkit.models.hazard.fitting import fit_hazard
from sahelkit.models.hazard.random_intercepts import fit_random_intercepts
from sahelkit.models.hazard.split_population import fit_split_population
from sahelkit.models.hazard.success import fit_success
from sahelkit.panels import panel


def _read(formula, frame, **more):
    return read_design(formula, frame, cluster="iso3", where="test", **more)


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


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (pd.Timestamp("2012-03-22"), r"z=Timestamp\('2012-03-22 00:00:00'\) in row 1 of .*labels by C\(z\)"),
        (pd.Period("2012-03", "M"), r"z=Period\('2012-03', 'M'\) in row 1 of "),
        (pd.Timedelta(days=3), r"z=Timedelta\('3 days 00:00:00'\) in row 1 of "),
        ((1, 2), r"z=\(1, 2\) in row 1 of "),
        (1 + 2j, "complex numbers"),
        ("", "the text is empty"),
    ],
)
@pytest.mark.parametrize("formula", ["attempt ~ z", "attempt ~ w * z", "attempt ~ np.log1p(w) + (z)"])
def test_what_is_neither_number_nor_label_is_no_term_with_a_category_for_each_value(months, formula, values, message):
    frame = months.assign(w=1.0 + np.arange(len(months)), z=pd.Series([values] * len(months), index=months.index))
    with pytest.raises(OptionError, match=message):
        _read(formula, frame)


def test_periods_are_labels_when_they_are_called_so(months):
    found = _read("attempt ~ C(year)", months.assign(year=months["period"].dt.year))
    same = _read("attempt ~ C(year)", months.assign(year=months["period"].dt.asfreq("Y")))
    np.testing.assert_array_equal(found.matrix, same.matrix)
    assert found.terms == same.terms
    numbers = _read("attempt ~ I(period.dt.year - 2000)", months)
    np.testing.assert_array_equal(numbers.matrix[:, 1], months["period"].dt.year - 2000)


@pytest.mark.parametrize("name", ["attempt", "z"])
def test_a_column_without_values_is_named(months, name):
    frame = months.assign(z=np.arange(len(months))).assign(**{name: pd.Series([None] * len(months), dtype=object)})
    with pytest.raises(ModelError, match=rf"no row is left, .*look at {name}\)"):
        _read("attempt ~ np.log1p(z)" if name == "attempt" else "attempt ~ z", frame)


def test_true_false_and_unknown_held_as_objects_are_an_outcome(months):
    held = pd.Series([True, False, None] * len(months), dtype=object).iloc[: len(months)]
    frame = months.assign(attempt=held.to_numpy(), z=np.sin(np.arange(len(months))))
    found, wanted = (
        _read("attempt ~ z", frame.assign(attempt=frame["attempt"].astype(to))) for to in ("object", "boolean")
    )
    np.testing.assert_array_equal(found.outcome, wanted.outcome)
    assert found.n_dropped == len(months) // 3
