"""What stands beside an estimate, against refits by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sahelkit.errors import ModelError, UnknownNameError
from sahelkit.models.hazard.fitting import fit_hazard
from sahelkit.models.hazard.robustness import beside, leave_one_out


@pytest.mark.parametrize("method", ["ml", "firth"])
def test_each_country_left_out_is_a_fit_of_the_others(months, method):
    options = {"method": method, "errors": "model"}
    found = leave_one_out(fit_hazard("attempt ~ x + z", months, **options), "x").set_index("iso3")
    assert list(found.index) == ["BFA", "CIV", "GIN", "MLI", "NER", "SEN"]
    for code in ("BFA", "SEN"):
        rest = fit_hazard("attempt ~ x + z", months[months["iso3"] != code], **options)
        assert found.loc[code, "coef"] == pytest.approx(rest.coef[1], abs=1e-8)
        assert found.loc[code, "n_events"] == rest.n_events


def test_country_dummies_leave_with_their_country(months):
    found = leave_one_out(fit_hazard("attempt ~ C(iso3) + x", months), "x").set_index("iso3")
    rest = fit_hazard("attempt ~ C(iso3) + x", months[months["iso3"] != "MLI"])
    assert found.loc["MLI", "coef"] == pytest.approx(rest.coef[-1], abs=1e-7)


def test_a_country_with_all_events_leaves_nothing(months):
    months.loc[months["iso3"] != "MLI", "attempt"] = 0
    found = leave_one_out(fit_hazard("attempt ~ x", months, errors="model"), "x").set_index("iso3")
    assert np.isnan(found.loc["MLI", "coef"])
    assert found.drop(index="MLI")["coef"].notna().all()


def test_row_holds_the_range_the_coders_and_the_placebo(months):
    fit = fit_hazard("attempt ~ x + z", months)
    other = months.assign(attempt=(months["attempt"] * (months.index % 2 == 0)).astype(int))
    row = beside(fit, "x", by_rule={"half": other, "none": months.assign(attempt=0)}).iloc[0]
    each = leave_one_out(fit, "x")
    assert row["ratio"] == pytest.approx(np.exp(fit.coef[1]))
    assert (row["without_low"], row["without_high"]) == (each["ratio"].min(), each["ratio"].max())
    assert row["without_low_of"] == each.loc[each["ratio"].idxmin(), "iso3"]
    again = fit_hazard("attempt ~ x + z", other).tidy().set_index("term").loc["x"]
    assert row["ratio_high_half"] == pytest.approx(again["ratio_high"])
    assert row["n_events_half"] == other["attempt"].sum()
    assert np.isnan(row["ratio_none"])
    assert np.isnan(row["p_placebo"])


def test_bad_requests_are_named(months):
    fit = fit_hazard("attempt ~ x", months)
    with pytest.raises(UnknownNameError, match="unknown term 'y'"):
        leave_one_out(fit, "y")
    with pytest.raises(ModelError, match="does not hold its data"):
        leave_one_out(replace(fit, data=None), "x")
