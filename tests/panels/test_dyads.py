"""sahelkit.dyads: which pairs there are, what stands on both sides and between them, and when it was known."""

from __future__ import annotations

import pickle
import re
from itertools import permutations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sahelkit as sk
from sahelkit.errors import CoverageWarning, OptionError, UnknownNameError
from sahelkit.exposure import spatial_weights
from sahelkit.panels import Dyads, pairs
from sahelkit.tables import load_distances, load_refugees

SAHEL = ["Mali", "Niger", "Burkina Faso", "Guinea"]


@pytest.fixture(scope="module")
def sahel() -> Dyads:
    built = sk.dyads(SAHEL, "2011-10", "2012-06").add_coups().past("attempt", months=12).since_last("attempt")
    return built.add_borders().add_distances(None).add_ties().add_organisations().add_weights()


def test_both_sides_are_those_of_the_panel_of_the_states(sahel):
    frame = sahel.frame
    states = sk.panel(SAHEL, "2011-10", "2012-06").add_coups().past("attempt", months=12).since_last("attempt").frame
    assert len(frame) == 4 * 3 * 9
    assert frame[["source", "target", "period"]].equals(
        frame[["source", "target", "period"]].sort_values(["source", "target", "period"], ignore_index=True)
    )
    for side in ("source", "target"):
        beside = frame.merge(states.rename(columns={"iso3": side}), on=[side, "period"], how="left", validate="m:1")
        for name in ("attempt", "attempt_past12", "since_last_attempt", "never_attempt"):
            assert beside[f"{side}_{name}"].equals(beside[name].rename(f"{side}_{name}"))
        assert (beside[f"{side}_gwcode"] == beside["gwcode"]).all()
        assert (beside[f"{side}_country"] == beside["country"]).all()
    assert (
        frame["pair"] == ["-".join(sorted(both)) for both in zip(frame["source"], frame["target"], strict=True)]
    ).all()


def test_columns_of_pairs_are_those_of_their_tables(sahel):
    frame = sahel.frame
    frame = frame[frame["period"] == pd.Period("2012-03")].set_index(["source", "target"])
    assert len(frame) == 12
    land = sk.load_borders(on="2012-03-15")
    bordering = set(zip(land["iso3"], land["neighbour_iso3"], strict=True))
    assert frame["border"].to_dict() == {pair: float(pair in bordering) for pair in frame.index}
    known = load_distances(countries=SAHEL, partners=SAHEL).set_index(["iso3", "partner_iso3"])
    for name in ("cepii_capital_distance_km", "cepii_weighted_distance_km", "cepii_common_official_language"):
        assert frame[name].to_dict() == known.loc[frame.index, name].astype(float).to_dict()
    weights = spatial_weights(SAHEL)
    assert frame["weight"].to_dict() == {
        (source, target): float(weights.sel(source=source, target=target)) for source, target in frame.index
    }


def _belongs(spells: pd.DataFrame, iso3: str, day: pd.Timestamp, suspended: str) -> dict[bool, set[str]]:
    """Organisations of a state on a day: those that it surely, and those that it perhaps belongs to."""
    own = spells[spells["iso3"] == iso3]
    surely = own[(own["start_max"] <= day) & (own["end_max"].isna() | (own["end_min"] > day))]
    maybe = own[~(own["end_max"] <= day) & ~(own["start_min"] > day)]
    held = {
        sure: set(part.query("status == 'member'")["organisation"]) for sure, part in ((True, surely), (False, maybe))
    }
    if suspended == "leave_out":
        held[True] -= set(maybe.query("status == 'suspended'")["organisation"])
        held[False] -= set(surely.query("status == 'suspended'")["organisation"])
    return held


@pytest.mark.parametrize("suspended", ["count", "leave_out"])
def test_shared_organisations_are_counted_by_hand(suspended):
    members = sk.load_memberships()
    frame = sk.dyads("study", "2012-03", "2012-05").add_organisations(suspended=suspended).frame
    assert 0 < frame["shared_organisations"].isna().mean() < 0.5
    for row in frame.sample(15, random_state=1).itertuples():
        here, there = (_belongs(members, iso3, row.period.start_time, suspended) for iso3 in (row.source, row.target))
        surely, maybe = (len(here[sure] & there[sure]) for sure in (True, False))
        assert row.shared_organisations == surely if surely == maybe else np.isnan(row.shared_organisations)
    # The African Union suspended Mali on 23 March 2012 and ECOWAS soon after; on 1 March neither had.
    mali = frame.query("source == 'MLI' and target == 'SEN'")["shared_organisations"].tolist()
    assert (mali[1] < mali[0]) is (suspended == "leave_out")


def test_organisations_are_unknown_outside_the_study_region_and_where_a_day_is():
    frame = sk.dyads(["Mali", "Ghana", "Kenya"], "2012-03", "2012-03").add_organisations().frame
    assert frame["shared_organisations"].isna().tolist() == [
        "KEN" in pair for pair in zip(frame["source"], frame["target"], strict=True)
    ]
    early = sk.dyads(["Mali", "Niger"], "1973-08", "1973-11").add_organisations().frame["shared_organisations"]
    assert early.isna().tolist()[:2] == [True, True]  # the table begins on 12 September 1973


def test_only_states_that_exist_are_paired():
    frame = sk.dyads(["Sudan", "South Sudan", "Chad"], "2011-06", "2011-08").frame
    counts = frame.groupby(frame["period"].astype(str)).size()
    assert counts.to_dict() == {"2011-06": 2, "2011-07": 6, "2011-08": 6}
    years = sk.dyads("africa", 1955, 1965, freq="Y").frame
    states = sk.panel("africa", 1955, 1965, freq="Y").frame.groupby("period").size()
    assert years.groupby("period").size().tolist() == (states * (states - 1)).tolist()
    assert not (years["source"] == years["target"]).any()


def test_undirected_pairs_have_the_ends_of_what_each_side_has():
    built = {
        directed: sk.dyads(SAHEL, "2011-10", "2012-06", directed=directed)
        .add_coups()
        .add_borders()
        .add_weights()
        .add_refugees()
        .frame
        for directed in (True, False)
    }
    once, twice = built[False], built[True]
    assert len(once) * 2 == len(twice)
    assert (once["state_1"] < once["state_2"]).all()
    from_both = twice.groupby(["pair", "period"], sort=False)
    for name in ("attempt", "weight", "unhcr_refugees"):
        column = f"source_{name}" if name == "attempt" else name
        ends = from_both[column].agg(["min", "max"])
        found = once.set_index(["pair", "period"])
        assert found[f"{name}_min"].equals(ends["min"].rename(f"{name}_min"))
        assert found[f"{name}_max"].equals(ends["max"].rename(f"{name}_max"))
    assert once["border"].tolist() == from_both["border"].first().tolist()


def test_refugees_go_from_source_to_target_and_wait_for_their_publication():
    built = sk.dyads(["Mali", "Niger", "Togo"], "2011", "2013", freq="Y").add_refugees().lag("unhcr_refugees", years=1)
    frame = built.frame.set_index(["source", "target"])
    known = load_refugees(countries="Mali", asylum="Niger", start=2011, end=2013).set_index("year")["unhcr_refugees"]
    # Niger's table of 2011 has refugees from elsewhere and none from Mali.
    assert frame.loc[("MLI", "NER"), "unhcr_refugees"].tolist() == [0.0, known[2012], known[2013]]
    assert frame.loc[("MLI", "NER"), "unhcr_refugees_lag1"].tolist()[1:] == [0.0, known[2012]]
    day = built.as_of("2013-06-19").frame.set_index(["source", "target"]).loc[("MLI", "NER")]
    assert np.isnan(day["unhcr_refugees"].tolist()[1:]).all()
    assert day["unhcr_refugees_lag1"].tolist()[1] == 0.0
    assert np.isnan(day["unhcr_refugees_lag1"].tolist()[2])
    after = built.as_of("2013-06-20").frame.set_index(["source", "target"]).loc[("MLI", "NER")]
    assert after["unhcr_refugees"].tolist()[1] == known[2012]
    old = sk.dyads(["Mali", "Togo"], "1985", "1985", freq="Y").add_refugees().frame
    assert old["unhcr_refugees"].isna().all()  # a pair without a row before 2000 is unknown


def test_no_later_day_changes_what_was_known():
    """as_of at an earlier day agrees with the later one wherever both know a value, or is NA."""
    built = sk.dyads(["Mali", "Niger"], "2011-01", "2012-12").add_coups().add_refugees().add_borders()
    built = built.add_organisations().lag(["unhcr_refugees", "attempt"], months=1)
    late, early = built.frame, built.as_of("2012-04-25").frame
    keys = ["source", "target", "period"]
    both = early.merge(late, on=keys, suffixes=("", "_late"))
    assert len(both) == len(early) < len(late)
    for name in early.columns.difference([*keys, "pair"]):
        known = both[name].notna()
        assert (both.loc[known, name] == both.loc[known, f"{name}_late"]).all()
    cut = sk.panel(["Mali", "Niger"], "2011-01", "2012-12").add_coups().as_of("2012-04-25").frame
    mine, panel = early.query("source == 'MLI'")["source_attempt"], cut.query("iso3 == 'MLI'")["attempt"]
    assert mine.reset_index(drop=True).equals(panel.reset_index(drop=True).rename("source_attempt"))
    assert mine.isna().any()


def test_lags_of_pairs_are_the_values_of_before_and_unknown_before_the_state():
    built = sk.dyads(["Sudan", "South Sudan"], "2011-07", "2012-01").add_borders().lag("border", months=2)
    frame = built.frame.query("source == 'SDN'")
    assert frame["border_lag2"].isna().tolist() == [True, True, False, False, False, False, False]
    assert frame["border_lag2"].tolist()[2:] == frame["border"].tolist()[:-2]
    mixed = (
        sk.dyads(["Mali", "Niger"], "2012-04", "2012-04").add_coups().add_borders().lag(["attempt", "border"], months=1)
    )
    assert mixed.columns == (
        *("border", "border_lag1", "source_attempt", "target_attempt", "source_success", "target_success"),
        *("source_failure", "target_failure", "source_attempt_lag1", "target_attempt_lag1"),
    )


def test_every_method_of_a_panel_that_gives_a_panel_is_there():
    names = {name for name in dir(sk.panels.Panel) if name.startswith("add_")} | {"as_of", "past", "since_last", "add"}
    built = sk.dyads("focus", "2012-01", "2012-02")
    assert names <= set(dir(built))
    assert isinstance(built.add_indicators("hdi"), Dyads)
    assert "The panel as it could be known" in built.as_of.__doc__
    with pytest.raises(AttributeError, match="add_coups"):
        built.add_cups()
    again = pickle.loads(pickle.dumps(built.add_coups().add_borders()))
    assert again.frame.equals(built.add_coups().add_borders().frame)
    own = pd.DataFrame({"iso3": ["MLI", "NER"], "month": ["2012-01", "2012-01"], "rain_mm": [1.0, 2.0]})
    pair = sk.dyads(["Mali", "Niger"], "2012-01", "2012-01").add_frame(own).frame
    assert pair[["source_rain_mm", "target_rain_mm"]].to_numpy().tolist() == [[1.0, 2.0], [2.0, 1.0]]


def test_leads_spells_and_calendars_come_from_the_panel():
    rule = pd.DataFrame({"iso3": ["MLI"], "begins": ["2012-03-22"], "ends": ["2012-04-12"]})
    built = sk.dyads(["Mali", "Niger"], "2012-02", "2012-04").add_coups().lead("attempt", months=1)
    frame = built.with_calendar().frame
    assert frame["source_attempt_lead1"].tolist()[:3] == [1.0, 0.0, 1.0]
    assert frame[["year", "month"]].to_numpy().tolist()[:2] == [[2012, 2], [2012, 3]]
    stamps = built.with_calendar(timestamps=True).frame
    assert stamps["period"].tolist()[0] == pd.Timestamp("2012-02-01")
    sure = ("2012-01-01", "2012-12-31")
    junta = built.add_spells(rule, start="begins", end="ends", name="junta", coverage=sure, countries=["Mali", "Niger"])
    added = set(junta.frame.columns) - set(built.frame.columns)
    assert added == {
        f"{side}_{name}" for side in ("source", "target") for name in junta.states.columns if "junta" in name
    }
    assert added
    once = sk.dyads(["Mali", "Niger"], 2012, 2012, freq="Y", directed=False).with_calendar().add_coups()
    assert once.columns[:2] == ("attempt_min", "attempt_max")


def test_arrays_say_the_same_as_the_frame(sahel):
    cube, frame = sahel.to_xarray(), sahel.frame
    assert cube["border"].dims == ("source", "target", "period")
    assert cube["cepii_capital_distance_km"].dims == ("source", "target")
    for row in frame.sample(25, random_state=2).itertuples():
        at = {"source": row.source, "target": row.target, "period": row.period.start_time}
        cell = cube.sel(at)
        assert bool(cell["exists"])
        for name in ("border", "weight", "shared_organisations", "source_attempt", "target_since_last_attempt"):
            assert np.array_equal(float(cell[name]), getattr(row, name), equal_nan=True)
    assert int(cube["exists"].sum()) == len(frame)
    assert np.isnan(cube["border"].sel(source="MLI", target="MLI")).all()
    assert cube.attrs["dataset_memberships"] == frame.attrs["sahelkit"]["datasets"]["memberships"]
    once = sk.dyads(SAHEL, 2011, 2012, freq="Y", directed=False).add_coups().add_borders()
    assert dict(once.to_xarray().sizes) == {"pair": 6, "period": 2}


def test_the_frame_says_where_it_comes_from(sahel):
    notes = sahel.frame.attrs["sahelkit"]
    assert set(notes["datasets"]) == {"states", "coups", "borders", "memberships"}
    assert (notes["rule"], notes["pairs"]) == ("powell_thyne", "directed")
    assert "suspended members count" in notes["shared_organisations"]
    assert notes["weight"] == "weights land, normalised: column"
    assert sk.dyads("focus", 2012, 2012).as_of("2012-06-01").frame.attrs["sahelkit"]["as_of"] == "2012-06-01"
    assert "directed pairs of 4 states" in repr(sahel)


def test_coverage_counts_pairs():
    built = sk.dyads(["Mali", "Ghana", "Kenya"], "2011", "2012", freq="Y").add_coups(rule="cline").add_organisations()
    built = built.add_refugees()
    known = sk.coverage(built)
    table = known.tidy().set_index("column")
    assert table["existing"].unique().tolist() == [12]
    assert table.loc["attempt", "covered"] == 12
    assert table.loc["shared_organisations", ["covered", "outside"]].tolist() == [4, 8]
    frame = built.frame
    assert table.loc["unhcr_refugees", "covered"] == frame["unhcr_refugees"].notna().sum()
    assert "12 pair-years" in known.headline()
    assert "12 paires-années" in known.headline(lang="fr")
    cut = sk.coverage(built.as_of("2012-12-31")).tidy().set_index("column")
    assert cut.loc["unhcr_refugees", "unpublished"] == 6
    once = sk.coverage(sk.dyads("focus", 2011, 2012, freq="Y", directed=False).add_coups()).tidy()
    assert once["existing"].unique().tolist() == [20]
    assert known.plot().axes


def test_parts_are_the_frame_in_pieces(sahel):
    whole = sahel.frame
    order = ["source", "target", "period"]
    joined = pd.concat(list(sahel.parts(periods=4))).sort_values(order, ignore_index=True)
    assert joined.equals(whole)
    for directed in (True, False):
        built = sk.dyads(SAHEL, 1995, 2012, freq="Y", directed=directed).add_refugees().add_weights()
        parts = [part.columns.tolist() for part in built.parts(periods=3)]
        assert parts == [parts[0]] * 6
        assert len(set(parts[0])) == len(parts[0])


def test_the_world_by_months_is_refused_with_the_line_to_type():
    world = sk.dyads(None, "1955-01", "2024-12").add_borders().add_ties().add_distances(None)
    with pytest.raises(OptionError, match=r"Type for part in dyads\.parts\(periods=12\)"):
        _ = world.frame
    with pytest.raises(OptionError, match=r"dyads\.states\.to_xarray\(\)"):
        world.to_xarray()
    first = next(iter(sk.dyads(None, "1955-01", "2024-12").add_borders().parts(periods=1)))
    assert first["period"].astype(str).unique().tolist() == ["1955-01"]
    assert len(first) == len(set(permutations(first["source"].unique(), 2)))


def test_a_size_above_the_limit_is_refused(sahel, monkeypatch):
    monkeypatch.setattr(pairs, "MOST", 20_000)
    with pytest.raises(OptionError, match="108 rows"):
        _ = sahel.frame


@pytest.mark.parametrize(
    ("make", "kind", "text"),
    [
        (lambda: sk.dyads("Mali", 2012, 2012), OptionError, "a pair needs two states"),
        (lambda: sk.dyads("focus", 2012, 2012, directed="yes"), OptionError, "directed"),
        (lambda: sk.dyads("focus", 2012, 2012).add_borders().add_borders(), OptionError, "the pairs have it already"),
        (lambda: sk.dyads("focus", 2012, 2012).add_ties("cepii_langage"), UnknownNameError, "tie"),
        (lambda: sk.dyads("focus", 2012, 2012).add_distances("miles"), UnknownNameError, "distance"),
        (lambda: sk.dyads("focus", 2012, 2012).add_organisations("UN"), UnknownNameError, "organisation"),
        (lambda: sk.dyads("focus", 2012, 2012).add_organisations(suspended="no"), UnknownNameError, "leave_out"),
        (lambda: sk.dyads("focus", 2012, 2012).add_borders().lag("bordr", months=1), UnknownNameError, "bordr"),
        (lambda: sk.dyads("focus", 2012, 2012).add_borders().lag("border"), OptionError, "exactly one"),
        (lambda: sk.dyads("focus", 2012, 2012).add_coups().add_weights(name="attempt"), OptionError, "one name"),
        (lambda: list(sk.dyads("focus", 2012, 2012).parts(periods=0)), OptionError, "periods"),
    ],
)
def test_errors_say_what_to_do(make, kind, text):
    with pytest.raises(kind, match=text):
        make()


def test_a_source_that_ends_early_is_warned_of():
    with pytest.warns(CoverageWarning, match="coups covers"):
        _ = sk.dyads(["Mali", "Niger"], "2022", "2024", freq="Y").add_coups(rule="cline").frame


def test_a_hazard_of_pairs_takes_them_as_they_are():
    built = sk.dyads("west_africa", "1990", "2019", freq="Y").add_coups().past("attempt", years=1).add_borders()
    frame = built.frame.assign(event=lambda rows: rows["target_attempt"].clip(upper=1))
    fit = sk.fit_hazard("event ~ source_attempt_past1 + border", frame, cluster=("source", "target", "pair"))
    assert (fit.n_rows, fit.n_clusters) == (len(frame), 16)
    assert "coups" in fit.origin
    pairwise = sk.fit_hazard(fit.formula, frame, cluster=("source", "target"), errors="dyadic")
    assert pairwise.coef == pytest.approx(fit.coef)
    assert not np.allclose(pairwise.std_error, fit.std_error)
    with pytest.raises(OptionError, match="Fit again with cluster='pair'"):
        sk.wild_score_test(fit, "border")


def test_the_page_of_pairs_runs():
    text = (Path(__file__).parents[2] / "docs" / "dyads.md").read_text(encoding="utf-8")
    names: dict[str, object] = {}
    for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
        exec(block, names)
    assert names["fit"].errors == "dyadic"
    columns = set(names["frame"].columns)
    assert {"shared_organisations", "unhcr_refugees_lag12", "target_never_attempt", "cepii_common_coloniser"} <= columns
