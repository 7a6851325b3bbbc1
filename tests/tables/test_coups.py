"""What load_coups() and diff_coups() promise."""

from __future__ import annotations

import warnings

import pandas as pd
import pytest

from sahelkit import panel
from sahelkit.catalog import locate
from sahelkit.errors import CoverageWarning, DateError, OptionError, UnknownNameError, UnknownPlaceError
from sahelkit.tables.coup_releases import diff_coups
from sahelkit.tables.coups import coup_coders, load_coups
from sahelkit.tables.read import read_table

CODERS = {
    "powell_thyne": "pt",
    "cline": "cline",
    "csp": "csp",
    "colpus": "colpus",
    "cam": "cam",
    "sahelkit": "sahelkit",
}
# Limit of the project, with room for a machine that is busy with other things.


# What Cline withdrew in a later release: a failed attempt in its own list of 2.1.2, a plot as an event.
WITHDRAWN = "BRA-2022-12-29"

# These tests ask for open windows on purpose; test_coup_coverage.py looks at the warning.
pytestmark = pytest.mark.filterwarnings("ignore:rule='(majority|all)':sahelkit.errors.CoverageWarning")


@pytest.fixture(scope="module")
def everything() -> pd.DataFrame:
    """Every row of the table, steps that a coder lists on their own included."""
    return read_table("coups")


def test_columns_and_types(everything):
    coders = [column for prefix in CODERS.values() for column in (f"{prefix}_outcome", f"{prefix}_date")]
    assert everything.columns.tolist() == [
        *("coup_id", "iso3", "gwcode", "country", "date", "date_min", "date_max", "date_precision", "kind", "outcome"),
        *coders,
        *("n_covering", "n_listing", "agreement", "ruler_change", "part_of", "former_id", "note_en", "note_fr"),
    ]
    dates = everything.dtypes[[c for c in everything.columns if c == "date" or c.endswith("_date")]]
    assert set(dates.astype(str)) == {"datetime64[ns]"}
    assert everything.attrs["sahelkit"]["datasets"].keys() == {"coups"}


@pytest.mark.parametrize(("rule", "share"), [("any", 0), ("majority", 0.5), ("all", 1)])
def test_joint_rules_count_the_coders_that_list_an_attempt(everything, rule, share):
    attempts = everything[(everything["kind"] == "attempt") & everything["part_of"].isna()]
    listing = sum(attempts[f"{prefix}_outcome"].isin(["success", "failure"]) for prefix in CODERS.values())
    fraction = listing / attempts["n_covering"]
    expected = attempts[fraction >= share if rule == "all" else fraction > share]
    assert load_coups(rule=rule)["coup_id"].tolist() == expected["coup_id"].tolist()


@pytest.mark.parametrize("rule", ["any", "majority", "all"])
def test_plots_are_added_and_nothing_else_changes(rule):
    without, with_plots = load_coups(rule=rule), load_coups(rule=rule, include_plots=True)
    assert set(without["kind"]) == {"attempt"}
    added = with_plots[~with_plots["coup_id"].isin(without["coup_id"])]
    assert set(added["kind"]) == {"plot"}
    assert added["outcome"].isna().all()
    assert len(with_plots) == len(without) + len(added)


def test_a_plot_is_weighed_among_the_coders_that_record_plots(everything):
    claimed = everything.set_index("coup_id").loc["BFA-2022-01-08"]
    assert (claimed["pt_outcome"], claimed["cline_outcome"], claimed["sahelkit_outcome"]) == ("absent", "plot", "plot")
    assert (claimed["n_covering"], claimed["n_listing"], claimed["agreement"]) == (2, 2, 1)
    assert "BFA-2022-01-08" in set(load_coups(rule="all", include_plots=True)["coup_id"])


@pytest.mark.parametrize(("rule", "prefix"), CODERS.items())
def test_a_coders_rule_gives_its_own_list(everything, rule, prefix):
    own = load_coups(rule=rule, include_plots=True)
    listed = everything[everything[f"{prefix}_outcome"].isin(["success", "failure", "plot"])]
    assert sorted(own["coup_id"]) == sorted(listed["coup_id"])
    # A day that is known to be wrong is put right under the coder's own rule where it lies in another month.
    own_day = own[f"{prefix}_date"]
    moved = own[(own["date"] != own_day) & own_day.notna()].set_index("coup_id")
    wrong = pd.read_csv(locate.datasets_dir() / "coups" / "hand_dates.csv").query("source == @prefix")
    wrong = wrong[wrong["date"].str[:7] != wrong["date_given"].str[:7]]
    given = dict(zip(wrong["iso3"] + "-" + wrong["date"], wrong["date_given"], strict=True))
    assert moved[f"{prefix}_date"].dt.strftime("%Y-%m-%d").to_dict() == given
    assert (moved["date"].dt.strftime("%Y-%m-%d") == moved.index.str[4:]).all()
    assert (own["outcome"].fillna("plot") == own[f"{prefix}_outcome"]).all()
    assert (own["kind"] == own["outcome"].notna().map({True: "attempt", False: "plot"})).all()
    assert own.sort_values(["iso3", "date"], kind="stable")["coup_id"].tolist() == own["coup_id"].tolist()


def test_the_readme_counts_the_coders_right():
    words = {5: "Five", 6: "Six", 7: "Seven"}
    readme = locate.datasets_dir().parent / "README.md"
    if readme.is_file():
        assert f"{words[len(coup_coders())]} lists of coups" in readme.read_text(encoding="utf-8")


def test_the_coders_day_decides_what_a_window_holds():
    # Powell and Thyne date the coup of 24 January 2022 to the day before.
    window = {"countries": "BFA", "start": "2022-01-23", "end": "2022-01-23"}
    assert load_coups(rule="powell_thyne", **window)["coup_id"].tolist() == ["BFA-2022-01-24"]
    assert load_coups(rule="any", **window).empty


def test_a_month_belongs_to_every_window_that_it_touches():
    october = {"countries": "NPL", "rule": "csp", "end": "1960-10-31"}
    assert load_coups(start="1960-10-09", **october)["coup_id"].tolist() == ["NPL-1960-10"]
    assert load_coups(start="1960-11", end="1960-11", countries="NPL", rule="csp").empty


def test_small_states_are_not_covered_by_the_center():
    grenada = load_coups(rule="any", countries="GRD")
    assert set(grenada["csp_outcome"]) == {"not_covered"}
    with pytest.warns(CoverageWarning, match="covers the place set 'half_million' only; no row for GRD"):
        assert load_coups(rule="csp", countries="GRD").empty


def test_a_year_that_a_coder_mistook_is_put_right_in_every_list_and_panel():
    for rule in ("any", "cline"):
        fall = load_coups(rule=rule, countries="TUN", start="2011", end="2011")
        assert fall["date"].tolist() == [pd.Timestamp("2011-01-14")]
        assert fall["cline_date"].tolist() == [pd.Timestamp("2019-01-14")]
        assert load_coups(rule=rule, countries="TUN", start="2019", end="2019").empty
        assert panel("TUN", "2011", "2019", freq="Y").add_coups(rule=rule).frame["success"].tolist() == [1, *[0] * 8]


def test_what_a_coder_withdrew_later_is_a_plot_but_stays_in_its_own_list():
    assert WITHDRAWN not in set(load_coups(rule="any", countries="BRA")["coup_id"])
    event = load_coups(rule="any", countries="BRA", include_plots=True).set_index("coup_id").loc[WITHDRAWN]
    assert (event["kind"], event["cline_outcome"], event["n_covering"], event["agreement"]) == ("plot", "failure", 1, 1)
    own = load_coups(rule="cline", countries="BRA").set_index("coup_id")
    assert own.loc[WITHDRAWN, "outcome"] == "failure"


TAKEOVERS = {
    "Chad, April 1975": ("TCD", "1975", "TCD-1975-04-13", "TCD-1975-04-15", "cline"),
    "Sierra Leone, April 1992": ("SLE", "1992-04", "SLE-1992-04-30", "SLE-1992-04-30-2", "cam"),
    "Togo, 1967": ("TGO", "1967", "TGO-1967-01-13", "TGO-1967-04-14", "cline"),
    "Brazil, 1964": ("BRA", "1964", "BRA-1964-04-01", "BRA-1964-03-30", "powell_thyne"),
}


@pytest.mark.parametrize(("country", "when", "event", "step", "coder"), TAKEOVERS.values(), ids=TAKEOVERS.keys())
@pytest.mark.parametrize("rule", ["any", "majority"])
def test_a_takeover_counts_once_and_its_coder_keeps_both_rows(rule, country, when, event, step, coder):
    found = load_coups(rule=rule, countries=country, start=when, end="1967" if country == "TGO" else when[:4])
    assert event in set(found["coup_id"])
    assert step not in set(found["coup_id"])
    own = load_coups(rule=coder, countries=country).set_index("coup_id")
    assert {event, step} <= set(own.index)
    assert own.loc[step, "part_of"] == event


def test_who_holds_an_old_identifier_finds_the_event(everything):
    moved = everything.dropna(subset=["former_id"]).set_index("former_id")["coup_id"]
    assert moved["TUN-2019-01-14"] == "TUN-2011-01-14"
    assert moved["GMB-1994-07-23"] == "GMB-1994-07-22"
    assert moved["SLE-1992-05-02"] == "SLE-1992-04-30"
    assert moved.index.is_unique
    assert not set(moved.index) & set(everything["coup_id"])


def test_windows_and_countries():
    assert load_coups(countries="ML", start="2012-03", end=2012)["coup_id"].tolist() == [
        "MLI-2012-03-22",
        "MLI-2012-05-01",
    ]
    focus = load_coups(countries="focus", start=pd.Timestamp("2020-01-01"))
    assert set(focus["iso3"]) == {"MLI", "BFA", "GIN", "NER"}


def test_old_releases_are_lists_of_their_own():
    counts = {v: len(load_coups(rule="powell_thyne", vintage=v)) for v in ("2015-05-20", "2022-11-29", "2026-01-13")}
    assert counts == {"2015-05-20": 473, "2022-11-29": 488, "2026-01-13": 497}
    latest = load_coups(rule="powell_thyne", vintage="2026-01-13")
    pd.testing.assert_frame_equal(latest, load_coups(rule="powell_thyne"), check_dtype=False)


def test_an_event_that_only_an_old_release_lists_says_nothing_of_other_coders():
    old = load_coups(rule="powell_thyne", vintage="2015-05-20", countries="UGA", start="1966", end="1966")
    assert old["coup_id"].tolist() == ["UGA-1966-02-22"]
    row = old.iloc[0]
    assert (row["outcome"], row["kind"], row["date"]) == ("success", "attempt", pd.Timestamp("1966-02-22"))
    assert old[["cline_outcome", "n_covering", "agreement"]].isna().all(axis=None)


def test_diff_between_the_two_latest_releases():
    since = diff_coups("2022-11-29", "2026-01-13")
    assert set(since["change"]) == {"added"}
    assert since["coup_id"].tolist() == [
        *("BEN-2025-12-07", "BGD-2024-08-05", "BOL-2024-06-26", "GAB-2023-08-30", "GNB-2025-11-26", "GNQ-1986-07-19"),
        *("MDG-2025-10-12", "NER-2023-07-26", "SDN-2023-04-15"),
    ]
    assert since["date_old"].isna().all()
    assert since["outcome_new"].value_counts().to_dict() == {"success": 5, "failure": 4}


def test_diff_tells_corrections_from_additions():
    changes = diff_coups("2015-05-20", "2022-11-29").set_index("coup_id")
    redated = changes.loc["COG-1968-09-04"]
    assert (redated["change"], redated["date_old"], redated["date_new"]) == (
        "changed",
        pd.Timestamp("1968-08-30"),
        pd.Timestamp("1968-09-04"),
    )
    assert changes.loc["COG-1968-08-03", ["outcome_old", "outcome_new"]].tolist() == ["success", "failure"]
    # The event of 5 February 1976 was moved from Chad to the Central African Republic.
    assert changes.loc[["TCD-1976-02-05", "CAF-1976-02-05"], "change"].tolist() == ["removed", "added"]
    assert changes["change"].value_counts().to_dict() == {"added": 20, "removed": 5, "changed": 2}


def test_diff_of_a_release_with_itself_is_empty_and_the_reverse_mirrors():
    assert diff_coups("2022-11-29", "2022-11-29").empty
    back = diff_coups("2026-01-13", "2022-11-29")
    assert set(back["change"]) == {"removed"}
    assert len(back) == 9


BAD_OPTIONS = {
    "rule": (
        {"rule": "powel_thyne"},
        UnknownNameError,
        r"unknown rule 'powel_thyne'\. Did you mean 'powell_thyne'\?",
    ),
    "vintage": (
        {"rule": "powell_thyne", "vintage": "2020"},
        UnknownNameError,
        r"unknown vintage '2020'.*2015-05-20, 2022-11-29, 2026-01-13",
    ),
    "vintage of another coder": (
        {"rule": "cline", "vintage": "2022-11-29"},
        OptionError,
        r"only Powell and Thyne's list has vintages\. Add rule='powell_thyne'",
    ),
    "country": ({"countries": "Atlantis"}, UnknownPlaceError, r"unknown country or place set 'Atlantis'"),
    "date": ({"start": "soon"}, DateError, r"start='soon': not a date"),
    "reversed window": ({"start": "2020", "end": "2012"}, DateError, r"end='2012': it lies before start='2020'"),
}


@pytest.mark.parametrize(("options", "error", "message"), BAD_OPTIONS.values(), ids=BAD_OPTIONS.keys())
def test_bad_input(options, error, message):
    with pytest.raises(error, match=message):
        load_coups(**options)


def test_an_unknown_release_has_no_diff():
    with pytest.raises(UnknownNameError, match=r"unknown vintage '2021'"):
        diff_coups("2021", "2026-01-13")


OUTSIDE = {
    "the dataset's years": ({"rule": "any", "end": "2030"}, r"coups covers 1945-01-01 to 2025-12-31"),
    "the coder's years": (
        {"rule": "cam", "start": "2000", "end": "2020"},
        r"rule='cam'\) covers 1950-01-01 to 2017-12-31",
    ),
    "the release's years": (
        {"rule": "powell_thyne", "vintage": "2015-05-20", "end": "2016"},
        r"covers 1950-01-01 to 2015-05-20",
    ),
    "the coder's countries": ({"rule": "colpus", "countries": ["MLI", "FRA"]}, r"'study' only; no row for FRA"),
}


@pytest.mark.parametrize(("options", "message"), OUTSIDE.values(), ids=OUTSIDE.keys())
def test_a_request_outside_coverage_warns_where_it_was_made(options, message):
    with pytest.warns(CoverageWarning, match=message) as caught:
        load_coups(**options)
    assert caught[0].filename == __file__


def test_a_request_inside_coverage_is_silent():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        load_coups(rule="colpus", countries="study", start="1946", end="2022")


def test_coders_are_listed_with_what_they_cover():
    coders = coup_coders().set_index("rule")
    assert coders["prefix"].to_dict() == CODERS
    assert coders.loc[["colpus", "cam", "sahelkit"], "places"].tolist() == ["study"] * 3
    assert coders.loc["cline", "last"] == pd.Timestamp("2022-12-31")


def test_a_result_may_be_changed_without_harm():
    mine = load_coups(countries="MLI")
    mine["outcome"] = "none"
    assert set(load_coups(countries="MLI")["outcome"]) == {"success", "failure"}


def test_the_frame_says_by_which_rule_it_was_made():
    assert load_coups().attrs["sahelkit"] == {"datasets": {"coups": "2026.3"}, "rule": "powell_thyne"}
    assert load_coups(rule="any", countries="MLI").attrs["sahelkit"]["rule"] == "any"
    assert load_coups(vintage="2022-11-29").attrs["sahelkit"]["vintage"] == "2022-11-29"


def test_one_rule_is_the_default_of_all_doors():
    africa = {"countries": "africa", "start": 1960, "end": 2025}
    counted = panel("africa", 1960, 2025, freq="Y").add_coups().frame["attempt"].sum()
    assert len(load_coups(**africa)) == counted == 218
