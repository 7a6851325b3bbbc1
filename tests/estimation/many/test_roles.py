"""Roles, combinations and the sample: which models there are, and what is refused."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

import sahelkit as sk
from sahelkit.errors import MissingColumnsError, ModelError, OptionError, UnknownNameError
from sahelkit.estimation.many.roles import Roles, control_sets, count_models, read_roles, sizes_of

BAD_FORMULAS = [
    ("attempt ~ a | x", "is not of the form"),
    ("attempt", "is not of the form"),
    ("log(attempt) ~ 1 | x | 1", "is not of the form"),
    ("attempt ~ a | 1 | b", "no focus variable"),
    ("attempt ~ a | x | C(decade)", "is not the name of a column"),
    ("attempt ~ a | x | b + b", "names b twice"),
    ("attempt ~ a | x | a + b", "a is both free and doubtful"),
    ("attempt ~ a | x | b + x", "x is both focus and doubtful"),
    ("attempt ~ attempt | x | b", "attempt is both outcome and free"),
]
# Formula, options, error, words of the message.
BAD_CALLS = [
    ("attempt ~ 1 | z | incme", {}, UnknownNameError, "Did you mean 'income'"),
    ("attempt ~ 1 | zz | income", {}, UnknownNameError, "unknown column 'zz'"),
    ("attempt ~ 1 | z | flat", {}, ModelError, "flat has the same value in all 720 rows used"),
    ("attempt ~ 1 | z | endless", {}, ModelError, "endless has infinite values"),
    ("attempt ~ 1 | z | iso3", {}, ModelError, "'iso3' does not hold numbers"),
    ("attempt ~ 1 | z | empty", {}, ModelError, "no row is left.*look at empty"),
    ("attempt ~ 1 | z | income", {"effects": "decad"}, UnknownNameError, "Did you mean 'decade'"),
    ("attempt ~ 1 | z | income", {"link": "probit"}, UnknownNameError, "unknown link 'probit'"),
    ("attempt ~ 1 | z | income", {"link": ("identity", "logit")}, OptionError, "Run them apart"),
    ("attempt ~ 1 | z | income", {"model_weights": "bic"}, UnknownNameError, "model weight 'bic'"),
    ("attempt ~ 1 | z | income", {"errors": "HC9"}, UnknownNameError, "kind of error"),
    ("attempt ~ 1 | z | income", {"errors": "CR1", "cluster": None}, OptionError, "need clusters"),
    ("attempt ~ 1 | z | income", {"cluster": "cow"}, MissingColumnsError, "cluster="),
    ("attempt ~ 1 | z | income", {"vif": 0.5}, OptionError, "at least 1"),
    ("attempt ~ 1 | z | income", {"k": -1}, OptionError, "at least 0"),
    ("attempt ~ 1 | z | income", {"k": 1.5}, OptionError, "whole number"),
    ("attempt ~ 1 | z | income", {"k": (4,)}, OptionError, "only 1 doubtful"),
    ("attempt ~ 1 | z | income", {"exclusive": ["income"]}, OptionError, "at least two columns"),
    ("attempt ~ 1 | z | income", {"exclusive": [("income", "growt")]}, UnknownNameError, "growt"),
    ("attempt ~ 1 | z | income + x", {"most": 3}, OptionError, r"k=3: that makes 4 models, more than most=3.*confirm"),
    ("attempt ~ 1 | lasting | income", {"effects": "country"}, OptionError, "absorb every focus variable"),
]


@pytest.fixture
def frame(months):
    """The small panel, with columns that cannot be used."""
    lasting = months["iso3"].astype("category").cat.codes.astype(float)
    income = np.sin(np.arange(len(months)))
    endless = np.where(months.index == 3, np.inf, income)
    return months.assign(income=income, flat=1.0, endless=endless, empty=np.nan, lasting=lasting)


@pytest.mark.parametrize(("formula", "message"), BAD_FORMULAS)
def test_formulas_that_cannot_be_read_are_refused(formula, message):
    with pytest.raises(ModelError, match=message):
        read_roles(formula)


@pytest.mark.parametrize(("formula", "options", "error", "message"), BAD_CALLS)
def test_bad_calls_are_refused_before_anything_is_fitted(frame, formula, options, error, message):
    with pytest.raises(error, match=message):
        sk.extreme_bounds(formula, frame, **options)


def test_confirming_runs_more_models_than_the_limit(frame):
    found = sk.extreme_bounds("attempt ~ 1 | z | income + x", frame, most=3, confirm=True)
    assert len(found.models) == 4


@pytest.mark.parametrize("sizes", [(0, 1, 2), (2,), (0, 3)])
def test_combinations_and_their_count_agree_with_brute_force(sizes):
    roles = Roles("y", ("f",), ("x", "w"), tuple("abcde"))
    rivals = [frozenset("ab"), frozenset("bce"), frozenset({"x", "d"})]
    total = 0
    for focus in roles.focus:
        wanted = {
            chosen
            for size in sizes
            for chosen in combinations(roles.doubtful, size)
            if not any(len(group & {focus, *chosen}) > 1 for group in rivals)
        }
        found = list(control_sets(roles, sizes, rivals, focus))
        assert set(found) == wanted
        assert len(found) == len(wanted)
        total += len(wanted)
    assert count_models(roles, sizes, rivals, branches=6) == 6 * total


@pytest.mark.reference
def test_the_number_of_models_is_that_of_two_million_regressions(reference):
    expected = reference("eba.combinatorics")["expected"]
    names = tuple(f"v{place}" for place in range(59))
    one = count_models(Roles("y", ("a", "b", "c"), names[:1], names[1:]), (3,))
    assert one == expected["per_var"]
    assert one * len(names) == expected["total"]


def test_sizes_are_cut_to_the_number_of_doubtful_controls():
    roles = Roles("y", (), ("x",), ("a", "b"))
    assert sizes_of(5, roles) == (0, 1, 2)
    assert sizes_of((1, 9), roles) == (1,)


def test_models_hold_the_columns_that_their_labels_say(frame):
    found = sk.extreme_bounds(
        "attempt ~ z | x + flag | income + a + b",
        frame.assign(flag=frame.index % 3 == 0, a=frame.index % 5, b=frame.index % 7),
        k=2,
        exclusive=[("a", "b"), ("flag", "income")],
        effects=("none", "country+decade"),
        link=("logit", "cloglog"),
        all_terms=True,
    )
    held = found.long.groupby("model")["term"].agg(set)
    for row in found.models.itertuples():
        controls = set(str(row.controls).split(" + ")) - {""}
        assert held[row.model] == {"1", "z", str(row.focus), *controls}
        assert not {"a", "b"} <= controls
        assert not (row.focus == "flag" and "income" in controls)
    assert set(found.models["size"]) == {0, 1, 2}
    assert len(found.models) == 4 * (6 + 3)


def test_rows_with_na_are_counted_and_named(frame):
    frame.loc[[2, 5], "income"] = np.nan
    frame.loc[[5, 130], "x"] = np.nan
    found = sk.extreme_bounds("attempt ~ 1 | z | income + x", frame)
    assert found.sample.n_dropped == 3
    assert set(found.models["n"]) == {717}
    dropped = found.sample.dropped.set_index(["column", "cluster"])["n_rows"].to_dict()
    assert dropped == {("income", "BFA"): 2, ("x", "BFA"): 1, ("x", "CIV"): 1}
    assert "3 rows left out because a value is NA: x in 2" in found.summary() or "income in 2" in found.summary()


def test_a_frame_without_time_has_no_decades(frame):
    with pytest.raises(ModelError, match="no time or no cluster"):
        sk.extreme_bounds("attempt ~ 1 | z | 1", frame.drop(columns="period"), effects="decade")


def test_effects_may_be_a_column_of_the_frame(frame):
    found = sk.extreme_bounds("attempt ~ 1 | z | 1", frame.assign(half=frame.index % 2), effects="half+decade")
    other = sk.fit_hazard(
        "attempt ~ z + C(half) + C(tens)",
        frame.assign(half=frame.index % 2, tens=pd.PeriodIndex(frame["period"]).year // 10),
    )
    assert found.models.loc[0, "coef"] == pytest.approx(other.tidy().set_index("term").loc["z", "coef"], abs=1e-7)
