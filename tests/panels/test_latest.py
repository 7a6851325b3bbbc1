"""The last known values, and the panel as an xarray Dataset."""

import numpy as np
import pandas as pd
import pytest

from sahelkit.panels import panel

pytestmark = pytest.mark.filterwarnings("ignore::sahelkit.errors.CoverageWarning")

TOY = pd.DataFrame(
    {
        "iso3": ["MLI", "MLI", "MLI", "NER"],
        "month": ["2011-06", "2012-01", "2012-02", "2011-01"],
        "raids": [5.0, 1.0, None, 3.0],
        "mood": ["calm", None, "tense", None],
    }
)


def _latest(day=None):
    toy = panel(["Mali", "Niger"], "2012-01", "2012-03").add_frame(TOY, published="+30d")
    return (toy.as_of(day) if day else toy).latest()


def _row(table, iso3, column):
    return table.set_index(["iso3", "column"]).loc[(iso3, column)]


def test_the_last_value_is_found_before_the_panel_begins():
    table = _latest()
    assert table.columns.tolist() == ["iso3", "column", "value", "text", "year", "period", "published"]
    assert table["iso3"].tolist() == ["MLI", "MLI", "NER", "NER"]
    mali, niger = _row(table, "MLI", "raids"), _row(table, "NER", "raids")
    assert (mali["value"], mali["period"], mali["year"]) == (1.0, "2012-01", 2012)
    assert (niger["value"], niger["period"], niger["year"]) == (3.0, "2011-01", 2011)
    assert _row(table, "MLI", "mood")["text"] == "tense"


def test_what_was_never_known_is_na():
    never = _row(_latest(), "NER", "mood")
    assert never[["value", "text", "year", "period", "published"]].isna().all()


def test_as_of_steps_back_to_the_value_known_then():
    # January's value came out on 1 March
    before, after = (_row(_latest(day), "MLI", "raids") for day in ("2012-02-29", "2012-03-01"))
    assert (before["value"], before["period"], before["published"]) == (5.0, "2011-06", pd.Timestamp("2011-07-30"))
    assert (after["value"], after["period"], after["published"]) == (1.0, "2012-01", pd.Timestamp("2012-03-01"))


def test_yearly_values_name_their_year_and_day_of_release():
    table = panel("Mali", "2012-01", "2012-06").add_democracy("vdem_polyarchy").as_of("2012-03-21").latest()
    row = table.iloc[0]
    assert (row["period"], row["year"], row["published"]) == ("2011", 2011, pd.Timestamp("2012-03-15"))
    assert "text" not in table


def test_nothing_was_out_after_the_day_of_knowledge():
    names = ["wdi_gdp_per_capita", "undp_hdi", "wpp_median_age"]
    built = panel("africa", "2012-01", "2012-12").add_coups().add_conflict().add_indicators(names)
    table = built.as_of("2012-03-21").latest()
    assert table["published"].max() <= pd.Timestamp("2012-03-21")
    assert table["published"].notna().sum() > 400


def test_only_states_that_still_exist_have_a_row():
    assert panel(["Sudan", "East Germany"], "1980", "2000").add_coups().latest()["iso3"].unique().tolist() == ["SDN"]


def test_a_panel_without_columns_has_no_values():
    assert panel("Mali", 2010, 2012).latest().empty


def test_xarray_has_the_same_values_with_names_for_both_dimensions():
    built = panel(["Mali", "South Sudan"], "2010-01", "2012-06").add_coups().since_last("attempt")
    cube, frame = built.to_xarray(), built.frame
    assert dict(cube.sizes) == {"iso3": 2, "period": 30}
    assert int(cube["exists"].sum()) == len(frame)
    assert cube["attempt"].dims == ("iso3", "period")
    long = cube.to_dataframe().reset_index()
    long = long[long["exists"]].reset_index(drop=True)
    assert long["period"].tolist() == frame["period"].dt.start_time.tolist()
    for name in ("attempt", "since_last_attempt"):
        np.testing.assert_array_equal(long[name], frame[name])
    assert cube["attempt"].attrs["source"] == "coups"
    assert cube.attrs["dataset_coups"] == frame.attrs["sahelkit"]["datasets"]["coups"]
    assert np.isnan(cube["attempt"].sel(iso3="SSD", period="2011-06").item())
    assert cube["attempt"].sel(iso3="MLI", period="2012-03").item() == 1
