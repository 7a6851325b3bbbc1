"""Weights between countries, against the tables that they are made of."""

from __future__ import annotations

import numpy as np
import pytest

import sahelkit as sk
from sahelkit.errors import CoverageWarning, DateError, ModelError, OptionError, UnknownNameError, UnknownPlaceError
from sahelkit.exposure import spatial_weights
from sahelkit.exposure.weights import KINDS

EXACT = 1e-12


@pytest.mark.parametrize("kind", KINDS)
def test_columns_sum_to_one_except_those_of_the_isolated(kind):
    w = spatial_weights("west_africa", kind=kind)
    lonely = [code in w.attrs["isolated"] for code in w["source"].values]
    assert w.sum("target").values == pytest.approx(np.where(lonely, 0.0, 1.0), abs=EXACT)
    assert w.values.min() == 0
    assert np.diag(w.values).max() == 0


def test_land_weights_are_the_borders():
    codes = sk.places.members("west_africa")
    w = spatial_weights(codes, normalise=None)
    for code in codes:
        tied = [str(name) for name in w["target"].values[w.sel(source=code).values > 0]]
        assert tied == [name for name in codes if name in sk.neighbours(code)], code
    assert (w.values == w.values.T).all()


def test_cabo_verde_is_alone_by_land_but_not_by_distance():
    assert spatial_weights("west_africa").attrs["isolated"] == ["CPV"]
    assert spatial_weights("west_africa", normalise="row").sel(target="CPV").values.max() == 0
    assert spatial_weights("west_africa", kind="inverse_distance").attrs["isolated"] == []


def test_row_normalisation_is_that_of_the_targets():
    w = spatial_weights("focus", normalise="row")
    assert w.sum("source").values == pytest.approx(np.ones(5), abs=EXACT)


def test_inverse_distance_is_relative_to_the_table():
    w = spatial_weights(["MLI", "NER", "BFA"], kind="inverse_distance", normalise=None)
    km = sk.tables.load_distances(countries="MLI", partners="NER")["cepii_capital_distance_km"].item()
    assert w.sel(target="MLI", source="NER").item() == pytest.approx(1000 / km)


def test_borders_follow_the_day():
    with_border = spatial_weights(["DZA", "MLI"], on="1970", normalise=None)
    without = spatial_weights(["DZA", "MLI"], on="1961-06-01", normalise=None)
    assert (with_border.values.sum(), without.values.sum()) == (2, 0)


def test_shared_organisations_are_counted_on_the_day():
    pair = {"kind": "organisation", "normalise": None}
    three = ["MLI", "BFA", "GHA"]
    # Suspended from 27 March to 8 April 2012, and a member all the while.
    for day in ("2012-03-22", "2012-04-01"):
        w = spatial_weights(three, on=day, **pair)
        assert w.values.tolist() == [[0, 2, 1], [2, 0, 1], [1, 1, 0]]
    assert spatial_weights(three, on="1990", **pair).values.tolist() == [[0, 1, 1], [1, 0, 1], [1, 1, 0]]
    assert spatial_weights(three, **pair).values.tolist() == [[0, 1, 0], [1, 0, 0], [0, 0, 0]]
    assert spatial_weights(three, organisations=["AES", "AES", "AU"], **pair).values.tolist() == [
        [0, 2, 1], [2, 0, 1], [1, 1, 0],
    ]  # fmt: skip
    assert spatial_weights(three, kind="organisation").attrs["isolated"] == ["GHA"]
    assert spatial_weights(three, organisations=["AES"], on="2012", **pair).values.max() == 0


def test_organisations_that_are_not_known_for_the_day_are_refused():
    with (
        pytest.warns(CoverageWarning, match="CILSS CPV"),
        pytest.raises(ModelError, match=r"whether these memberships held on 1990 is not known: CILSS CPV"),
    ):
        spatial_weights(["MLI", "CPV"], kind="organisation", organisations=["CILSS"], on="1990")


def test_unsure_memberships_are_left_out_on_demand():
    # Cabo Verde joined ECOWAS on some day of 1977.
    pair = {"kind": "organisation", "normalise": None, "unsure": "leave_out"}
    with pytest.warns(CoverageWarning, match="ECOWAS CPV"):
        assert spatial_weights(["MLI", "CPV"], on="1977-06-01", **pair).values.max() == 0
    assert spatial_weights(["MLI", "CPV"], on="1978", **pair).values.max() == 1
    with pytest.raises(UnknownNameError, match="unknown treatment of unsure memberships 'drop'"):
        spatial_weights(["MLI", "CPV"], kind="organisation", unsure="drop")


def test_organisations_are_unknown_outside_the_study_region():
    with pytest.raises(ModelError, match=r"the memberships of FRA are not known. Leave these countries out"):
        spatial_weights(["MLI", "FRA"], kind="organisation")


def test_unknown_distance_is_named_not_filled():
    with pytest.raises(ModelError, match="the weight 'inverse_distance' of ETH-SSD is not known"):
        spatial_weights(["ETH", "SSD"], kind="inverse_distance")


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"kind": "lnad"}, UnknownNameError, "unknown kind of weight 'lnad'. Did you mean 'land'"),
        ({"kind": "organization"}, UnknownNameError, "Did you mean 'organisation'"),
        ({"kind": "organisation", "organisations": "ECOWSA"}, UnknownNameError, "Did you mean 'ECOWAS'"),
        ({"organisations": "AES"}, OptionError, "the kind 'land' has none. Add kind='organisation'"),
        ({"normalise": "columns"}, UnknownNameError, "Did you mean 'column'"),
        ({"on": "yesterday"}, DateError, "on='yesterday'"),
    ],
)
def test_bad_option_is_named(options, error, text):
    with pytest.raises(error, match=text):
        spatial_weights("focus", **options)


def test_unknown_country_is_named():
    with pytest.raises(UnknownPlaceError, match="Did you mean Mali"):
        spatial_weights(["Malli", "NER"])
