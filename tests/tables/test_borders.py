"""The borders tables: contiguity and distances."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

from sahelkit.errors import CoverageWarning, DateError, UnknownNameError, UnknownPlaceError
from sahelkit.tables.borders import KINDS, load_borders, load_distances, neighbours
from sahelkit.tables.read import read_table

FAR = pd.Timestamp("2200-01-01")
BORDERS = read_table("borders")

NEIGHBOURS = [
    ("MLI", "2012-03-22", ["BFA", "CIV", "DZA", "GIN", "MRT", "NER", "SEN"]),
    ("MLI", "1960-10-15", ["BFA", "CIV", "GIN", "NER", "SEN"]),
    ("BFA", "2012-03-22", ["BEN", "CIV", "GHA", "MLI", "NER", "TGO"]),
    ("GIN", "2012-03-22", ["CIV", "GNB", "LBR", "MLI", "SEN", "SLE"]),
    ("NER", "2012-03-22", ["BEN", "BFA", "DZA", "LBY", "MLI", "NGA", "TCD"]),
    ("CIV", "2012-03-22", ["BFA", "GHA", "GIN", "LBR", "MLI"]),
    ("GNQ", "2012-03-22", ["CMR", "GAB"]),
    ("GMB", "2012-03-22", ["SEN"]),
    ("CPV", "2012-03-22", []),
    ("SDN", "2011-07-08", ["CAF", "COD", "EGY", "ERI", "ETH", "KEN", "LBY", "TCD", "UGA"]),
    ("SDN", "2011-07-09", ["CAF", "EGY", "ERI", "ETH", "LBY", "SSD", "TCD"]),
    ("YMD", "1980", ["OMN", "SAU", "YEM"]),
    ("YEM", "2012", ["OMN", "SAU"]),
    ("SRB", "2012", ["BGR", "BIH", "HRV", "HUN", "MKD", "MNE", "ROU", "XKX"]),
]


@pytest.mark.parametrize(("iso3", "day", "expected"), NEIGHBOURS)
def test_land_neighbours_on_a_day(iso3, day, expected):
    assert neighbours(iso3, on=day) == expected


def test_contiguity_is_symmetric_and_nobody_borders_itself():
    columns = ["iso3", "neighbour_iso3", "gwcode", "neighbour_gwcode", "start", "end", "cow_contiguity", "carried_on"]
    flipped = BORDERS.rename(
        columns={
            "iso3": "neighbour_iso3",
            "neighbour_iso3": "iso3",
            "gwcode": "neighbour_gwcode",
            "neighbour_gwcode": "gwcode",
        }
    )
    by = ["iso3", "neighbour_iso3", "start"]
    pd.testing.assert_frame_equal(
        BORDERS[columns].sort_values(by, ignore_index=True), flipped[columns].sort_values(by, ignore_index=True)
    )
    assert (BORDERS["iso3"] != BORDERS["neighbour_iso3"]).all()


def test_a_border_lies_inside_the_spells_of_both_states():
    states = read_table("states")[["iso3", "start", "end"]]
    for side in ("iso3", "neighbour_iso3"):
        both = BORDERS.reset_index().merge(states, left_on=side, right_on="iso3", suffixes=("", "_state"))
        inside = (both["start"] >= both["start_state"]) & (both["end"].fillna(FAR) <= both["end_state"].fillna(FAR))
        assert set(both.loc[inside, "index"]) == set(range(len(BORDERS)))


def test_spells_of_a_pair_do_not_overlap_and_open_ends_are_marked():
    ordered = BORDERS.assign(end=BORDERS["end"].fillna(FAR)).sort_values(["iso3", "neighbour_iso3", "start"])
    before = ordered.groupby(["iso3", "neighbour_iso3"])["end"].shift()
    assert (before.isna() | (before < ordered["start"])).all()
    assert (BORDERS["end"].isna() == BORDERS["carried_on"]).all()
    assert (BORDERS["end"].dropna() >= pd.Timestamp("1945-01-01")).all()


def test_every_continental_african_state_has_a_neighbour():
    lonely = [
        iso3
        for iso3 in read_table("states").query("region == 'africa'")["iso3"].unique()
        if not neighbours(iso3, on="2012-03-22")
    ]
    assert sorted(lonely) == ["COM", "CPV", "MDG", "MUS", "STP", "SYC", "ZZB"]


def test_the_loader_selects_kind_country_and_day():
    assert set(load_borders(kind=None)["cow_contiguity"]) == set(KINDS)
    assert set(load_borders()["cow_contiguity"]) == {"land"}
    assert len(load_borders(kind=None)) == len(BORDERS)
    near = load_borders(countries="Guinée équatoriale", kind="water_150_miles", on="2012")
    assert near[["iso3", "neighbour_iso3"]].to_numpy().tolist() == [["GNQ", "NGA"], ["GNQ", "STP"]]
    assert near["gwcode"].tolist() == [411, 411]
    with pytest.raises(UnknownNameError, match="unknown kind of border 'sea'"):
        load_borders(kind="sea")
    with pytest.raises(UnknownPlaceError, match="names several countries"):
        neighbours("Congo")
    with pytest.raises(DateError, match="on='soon'"):
        neighbours("MLI", on="soon")
    with pytest.warns(CoverageWarning, match="borders begins on 1945-01-01"):
        load_borders(on="1939-09-01")


def test_a_border_that_touches_the_window_belongs_to_it():
    def of_sudan(**window):
        return set(load_borders(countries="SDN", **window)["neighbour_iso3"])

    assert {"KEN", "SSD"} <= of_sudan(start="2011-07-08", end="2011-07-09")
    assert "SSD" not in of_sudan(end="2011-07-08")
    assert "KEN" not in of_sudan(start="2011-07-09")
    with pytest.raises(DateError, match="it lies before start='2013'"):
        load_borders(start="2013", end="2012")
    with pytest.warns(CoverageWarning, match="borders covers 1945-01-01 to 2025-12-31") as caught:
        load_borders(end="2031")
    assert caught[0].filename == __file__


def test_distances_are_symmetric_and_in_kilometres():
    frame = load_distances(countries="africa", partners="africa")
    wide = frame.pivot(index="iso3", columns="partner_iso3", values="cepii_capital_distance_km")
    assert np.allclose(wide, wide.T, equal_nan=True)
    pair = load_distances(countries="Mali", partners="Sénégal").iloc[0]
    # Bamako (12.64 N, 8.00 W) to Dakar (14.69 N, 17.45 W) on a sphere of 6,371 km
    phi, psi = np.radians([12.64, 14.69])
    angle = np.arccos(np.sin(phi) * np.sin(psi) + np.cos(phi) * np.cos(psi) * np.cos(np.radians(17.45 - 8.00)))
    assert pair["cepii_capital_distance_km"] == pytest.approx(6371 * angle, rel=0.01)
    assert bool(pair["cepii_common_official_language"])
    assert bool(pair["cepii_common_coloniser"])
    assert not bool(pair["cepii_colonial_tie"])
    assert bool(load_distances(countries="FRA", partners="MLI")["cepii_colonial_tie_after_1945"].iloc[0])


def test_pairs_that_cepii_does_not_have_are_absent():
    frame = load_distances()
    assert not {"SSD", "SRB", "MNE", "XKX", "DDR"} & set(frame["iso3"])
    assert {"COD", "ROU", "TLS", "YUG"} <= set(frame["iso3"])
    assert (frame["iso3"] != frame["partner_iso3"]).all()
    assert load_distances(countries="SSD").empty
    assert load_distances(countries=[]).empty


@pytest.mark.sources
def test_land_borders_are_those_of_the_source(sources_dir):
    import rdata

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        raw = pd.DataFrame(next(iter(rdata.read_rda(sources_dir / "cow_contiguity.rda").values())))
    # On 22 March 2012 every number means the same state in both lists, but for six.
    other = {255: 260, 345: 340, 679: 678, 946: 970, 947: 973, 955: 972, 970: 971}
    day = (pd.Timestamp("2012-03-01") - pd.Timestamp("1970-01-01")).days
    raw = raw[(raw["conttype"] == 1) & (raw["stdate"] <= day) & (raw["enddate"] >= day)]
    pairs = zip(raw["ccode1"], raw["ccode2"], strict=True)
    expected = {(other.get(int(a), int(a)), other.get(int(b), int(b))) for a, b in pairs}
    found = load_borders(on="2012-03-22")
    assert set(zip(found["gwcode"], found["neighbour_gwcode"], strict=True)) == expected
