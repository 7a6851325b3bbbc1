"""Own lists of coups: what they hold, what of it is an event of the table, and what the joint rules then count."""

import doctest
import os
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sahelkit as sk
from sahelkit.errors import MissingColumnsError, OptionError, SahelkitError, UnknownNameError
from sahelkit.tables.own_coders import coders_of, lists_for, remembered, session, token_of
from sahelkit.tables.own_list import read_own
from sahelkit.tables.own_table import weighed
from sahelkit.tables.read import read_table, record_of


@pytest.fixture(autouse=True)
def _no_list_stays():
    yield
    for coder in session():
        sk.remove_coder(coder.name)


def coups(*rows, **columns):
    """A list with one row for each text such as "MLI 2012-03-22 success"."""
    frame = pd.DataFrame([row.split() for row in rows], columns=["country", "date", "outcome"])
    return frame.assign(**columns)


MALI = coups("MLI 2012-03-22 success", "MLI 2020-08-18 success", "MLI 2021-05-24 success")
NIGHT = coups("TGO 2026-11-30 failure")


def test_the_arithmetic_of_the_joint_rules_gives_the_shipped_columns():
    shipped = read_table("coups")
    coders = coders_of(record_of("coups", None), ())
    listed = shipped[[f"{prefix}_outcome" for prefix in coders]].isin(["success", "failure"]).any(axis=1)
    found = weighed(shipped, coders, (shipped["kind"] == "plot") & listed)
    for name, column in found.items():
        pd.testing.assert_series_equal(column, shipped[name], check_names=False, check_dtype=False)


@pytest.mark.parametrize(
    ("given", "outcome"),
    [
        *((word, "success") for word in ("success", "Successful", " réussi ", "RÉUSSIE", 1, 1.0, True, "1")),
        *((word, "failure") for word in ("failed", "unsuccessful", "Échec", "échouée", "manqué", 0, False)),
        *((word, "plot") for word in ("plot", "Complot", "conspiracy")),
    ],
)
def test_words_for_an_outcome(given, outcome):
    frame = pd.DataFrame({"iso3": ["MLI"], "date": ["2012-03-22"], "outcome": [given]})
    assert read_own(frame, where="here")[1][0].verdict == outcome


def test_countries_by_name_code_and_day_and_dates_of_every_precision():
    frame = pd.DataFrame(
        {
            "country": ["Haute-Volta", "Côte d'Ivoire", "ML", "Niger"],
            "date": [pd.Timestamp("1966-01-03"), "1999-12", 1968, "2023-07-26"],
            "outcome": "success",
        }
    )
    rows = read_own(frame, where="here")[1]
    assert [row.iso3 for row in rows] == ["BFA", "CIV", "MLI", "NER"]
    assert [row.precision for row in rows] == ["day", "month", "year", "day"]
    assert [row.name for row in rows] == ["BFA-1966-01-03", "CIV-1999-12", "MLI-1968", "NER-2023-07-26"]
    parts = pd.DataFrame({"iso3": ["MLI"], "year": [2012], "month": [3], "day": [22], "outcome": [1]})
    assert str(read_own(parts, where="here")[1][0].first) == "2012-03-22"


@pytest.mark.parametrize(
    ("frame", "error", "text"),
    [
        (
            MALI.drop(columns="outcome"),
            MissingColumnsError,
            "needs the column 'outcome'.*'country' .or 'iso3'., 'date'",
        ),
        (
            MALI.rename(columns={"country": "Pays", "date": "jour", "outcome": "résultat"}),
            MissingColumnsError,
            r"rename\(columns=\{'Pays': 'country', 'jour': 'date', 'résultat': 'outcome'\}\)",
        ),
        (MALI.rename(columns={"date": "jour"}), MissingColumnsError, r"'date'.*columns=\{'jour': 'date'\}"),
        (MALI.rename(columns={"outcome": "issue"}), MissingColumnsError, r"'outcome'.*columns=\{'issue': 'outcome'\}"),
        (MALI.iloc[:0], OptionError, "at least one coup"),
        (
            MALI.assign(outcome=["success", "won", "success"]),
            OptionError,
            r"outcome='won' in row 2 of 3 .index 1.: it is none of .*Type 'success', 'failure' or 'plot'",
        ),
        (MALI.assign(outcome=[2, 1, 1]), OptionError, r"outcome=2 in row 1.*map\(\{2: 'success', 1: 'failure'\}\)"),
        (MALI.assign(outcome=["success", None, "success"]), OptionError, "outcome=None in row 2 of 3.*it is empty"),
        (MALI.assign(kind=["attempt", "plot", "attempt"]), OptionError, "outcome='success' in row 2.*kind='plot'"),
        (MALI.assign(kind=["x", "", ""]), OptionError, "kind='x' in row 1"),
        (
            MALI.assign(country=["MLI", "Malia", "Guinee Equatorial"]),
            OptionError,
            "country='Malia' in row 2 of 3 .*did you mean .*1 more rows cannot be read.*Type a code such as 'MLI'",
        ),
        (MALI.assign(country=["MLI", None, "MLI"]), OptionError, "country=None in row 2 of 3.*it is empty"),
        (MALI.assign(date=["2012-03-22", "soon", "2021"]), SahelkitError, "date='soon' in row 2 of 3"),
        (
            pd.concat([MALI, MALI.iloc[[1]]], ignore_index=True),
            OptionError,
            r"date='2020-08-18' in row 4 of 4 .*rows 2 and 4 .MLI, 2020-08-18.* are one row twice.*'event_id'",
        ),
        (MALI.assign(event_id=["a", "b", "a"]), OptionError, "event_id='a' in row 3.*rows 1 and 3"),
        (MALI.assign(coup_id="MLI-2012-03-22"), OptionError, "coup_id='MLI-2012-03-22' in row 2.*rows 1 and 2"),
        (MALI.assign(coup_id=["MLI-1999-01-01", "", ""]), UnknownNameError, "unknown coup_id.*Row 1 .*leave coup_id"),
        (MALI.assign(coup_id=["NER-1996-01-27", "", ""]), OptionError, "row 1 is of MLI.*its own country"),
        (coups("TGO 1997 failure"), OptionError, r"row 1 .TGO-1997.*no one event.*links=\{'TGO-1997'"),
    ],
)
def test_what_cannot_be_read_is_refused_by_row_and_nothing_is_added(frame, error, text):
    with pytest.raises(error, match=text):
        sk.add_coder("mine", frame)
    assert session() == ()


@pytest.mark.parametrize(
    "name",
    [
        *("any", "powell_thyne", "pt", "cline", "vdem", "coup", "2x", "a b", "Mine", "if"),
        *("attempt", "success", "failure", "plot", "iso3", "country", "date", "outcome", "kind", "period", "absent"),
    ],
)
def test_names_that_are_taken_or_none(name):
    with pytest.raises(OptionError, match="Type name='mine'"):
        sk.add_coder(name, MALI)


def test_options_that_cannot_be():
    with pytest.raises(UnknownNameError, match=r"unknown coder 'any'.*extends a shipped coder"):
        sk.add_coder("mine", MALI, extends="any")
    with pytest.raises(OptionError, match=r"date='2012-03-22' in row 1 of 3.*Widen first="):
        sk.add_coder("mine", MALI, first="2013")
    with pytest.raises(OptionError, match=r"country='MLI' in row 1 of 3.*Widen places="):
        sk.add_coder("mine", MALI, places=["NER"])
    with pytest.raises(OptionError, match="published='soon': neither a publication rule nor a column"):
        sk.add_coder("mine", MALI, published="soon")
    with pytest.raises(UnknownNameError, match="unknown row of the list 'x'"):
        sk.add_coder("mine", MALI, links={"x": None})


def test_a_day_in_the_future_is_a_warning():
    slip = coups("TGO 2020-11-30 failure", "TGO 2199-11-30 failure")
    with pytest.warns(sk.CoverageWarning, match="date='2199-11-30' in row 2 of 2 .* it lies in the future"):
        sk.add_coder("mine", slip, extends="powell_thyne")
    assert [coder.name for coder in session()] == ["mine"]
    with warnings.catch_warnings(action="error"):
        sk.add_coder("mine", slip.iloc[:1])


def test_two_coups_of_one_day_are_told_apart_by_their_names():
    twice = pd.concat([MALI.iloc[[0]], MALI.iloc[[0]]]).assign(event_id=["a", "b"], outcome=["success", "failure"])
    with sk.add_coder("mine", twice) as added:
        table = added.tidy()
        mine = sk.load_coups(rule="mine")
    assert table["status"].tolist()[:2] == ["matched", "near"]
    assert mine["coup_id"].tolist() == ["MLI-2012-03-22", "MLI-2012-03-22-2"]


def test_matched_near_new_and_missing():
    rows = coups(
        *("MLI 2012-03-25 success", "MLI 2012-05-20 failure", "MLI 2015-01-01 failure", "MLI 2021-05 success"),
        who=list("abcd"),
    )
    with sk.add_coder("mine", rows) as added:
        table = added.tidy()
        row = sk.load_coups(rule="any", countries="MLI", start=2012, end=2012).set_index("coup_id")
    assert table["status"].tolist() == ["matched", "near", "new", "matched", "missing"]
    assert table["other_id"].tolist()[:2] == ["MLI-2012-03-22", "MLI-2012-05-01"]
    assert table["days_apart"].tolist()[:2] == [3, 19]
    assert table["days_apart"].isna().tolist()[2:] == [True, True, True]
    assert table["other_id"].tolist()[3:] == ["MLI-2021-05-24", "MLI-2020-08-18"]
    assert table["who"].tolist()[:4] == list("abcd")
    # What a near row may be is no new event beside it for those who read the table, and one of its own until a link.
    assert row.loc["MLI-2012-05-01", "mine_outcome"] == "absent"
    assert row.loc["MLI-2012-05-20", ["mine_outcome", "pt_outcome"]].tolist() == ["failure", "absent"]
    assert row.loc["MLI-2012-03-22", "mine_date"] == pd.Timestamp("2012-03-25")


def test_a_link_decides():
    rows = coups("MLI 2012-05-20 failure", "MLI 2020-08-18 success")
    links = {"MLI-2012-05-20": "MLI-2012-05-01", "MLI-2020-08-18": None}
    with sk.add_coder("mine", rows, links=links) as added:
        table = added.tidy().query("status != 'missing'")
        mine = sk.load_coups(rule="mine")
    assert table["status"].tolist() == ["matched", "new"]
    assert table["by"].tolist() == ["link", "link"]
    assert mine["coup_id"].tolist() == ["MLI-2012-05-01", "MLI-2020-08-18-2"]
    given = rows.assign(coup_id=["MLI-2012-05-01", ""])
    assert sk.match_coups(given).tidy()["other_id"].tolist()[:2] == ["MLI-2012-05-01", "MLI-2020-08-18"]


def test_a_month_is_the_one_event_in_it():
    # Benin had an attempt in June 1963 only; Togo two in October 1991, both failures.
    rows = coups("MLI 2012-03 success", "TGO 1991-10 failure", "MLI 2014-02 failure")
    with sk.add_coder("mine", rows, first=1990) as added:
        table = added.tidy()
        mine = sk.load_coups(rule="mine").set_index("coup_id")
    assert table["status"].tolist()[:3] == ["matched", "near", "new"]
    assert mine.loc["MLI-2012-03-22", "date"] == pd.Timestamp("2012-03-22")
    assert pd.isna(mine.loc["MLI-2012-03-22", "mine_date"])
    new = mine.loc["MLI-2014-02-01"]
    assert (new["date_precision"], f"{new['date_max']:%d}") == ("month", "28")


def test_rules_of_distance_are_those_of_the_table():
    """A success and a failure more than three days apart are two events; ten days are the limit otherwise."""
    near = coups("MLI 2020-08-28 success", "MLI 2021-05-28 failure", "MLI 2012-04-02 success")
    assert sk.match_coups(near).tidy()["status"].tolist()[:3] == ["matched", "near", "near"]


def test_an_independent_list_counts_like_any_coder():
    before = sk.load_coups(rule="any", include_plots=True).set_index("coup_id")
    plot = "MLI-2020-12-21"
    rows = coups("MLI 2012-03-22 failure", "MLI 2015-01-01 failure", "MLI 2020-12-21 failure")
    sk.add_coder("mine", rows, places="MLI", first=2012, last=2022)
    after = sk.load_coups(rule="any", include_plots=True).set_index("coup_id")
    assert set(after.index) - set(before.index) == {"MLI-2015-01-01"}
    same = after.loc["MLI-2012-03-22"]
    assert same["n_covering"] == before.loc["MLI-2012-03-22", "n_covering"] + 1
    assert (same["outcome"], same["agreement"]) == ("success", 0.8333)  # five of six
    left_out = after.loc["MLI-2021-05-24"]
    assert (left_out["mine_outcome"], left_out["n_listing"], left_out["agreement"]) == ("absent", 4, 0.8)
    # A plot that one coder calls an attempt is one; those who record no plots then disagree.
    assert before.loc[plot, "kind"] == "plot"
    assert after.loc[plot, ["kind", "outcome"]].tolist() == ["attempt", "failure"]
    assert after.loc[plot, "n_covering"] > before.loc[plot, "n_covering"]
    new = after.loc["MLI-2015-01-01"]
    assert new[["pt_outcome", "cam_outcome", "sahelkit_outcome"]].tolist() == ["absent", "absent", "not_covered"]
    assert (new["n_covering"], new["n_listing"], new["agreement"], new["gwcode"]) == (5, 1, 0.2, 432)
    assert "MLI-2015-01-01" not in set(sk.load_coups(rule="majority", countries="MLI", start=2015, end=2017)["coup_id"])
    untouched = after.loc[after["iso3"] != "MLI", before.columns]
    pd.testing.assert_frame_equal(untouched, before[before["iso3"] != "MLI"], check_like=True)


def test_a_list_that_extends_a_coder_is_that_list_with_its_rows():
    pt, joint = sk.load_coups(), sk.load_coups(rule="any")
    rows = coups("TGO 2026-11-30 success", "MLI 2012-05-02 success", "MLI 2015-01-01 failure", "GIN 2009-12-03 plot")
    sk.add_coder("mine", rows, extends="powell_thyne")
    mine = sk.load_coups(rule="mine").set_index("coup_id")
    assert set(mine.index) == {*pt["coup_id"], "TGO-2026-11-30", "MLI-2015-01-01"}
    assert mine.loc["MLI-2012-05-01", ["outcome", "date"]].tolist() == ["success", pd.Timestamp("2012-05-02")]
    others = mine.index.intersection(pt["coup_id"]).drop("MLI-2012-05-01")
    columns = ["iso3", "date", "kind", "outcome"]
    pd.testing.assert_frame_equal(mine.loc[others, columns], pt.set_index("coup_id").loc[others, columns])
    for rule in ("any", "majority", "all"):
        with warnings.catch_warnings(action="ignore", category=sk.CoverageWarning):
            counted = sk.load_coups(rule=rule)
        assert not {"TGO-2026-11-30", "MLI-2015-01-01"} & set(counted["coup_id"])
    again = sk.load_coups(rule="any")
    pd.testing.assert_frame_equal(again[joint.columns], joint)
    shipped = sk.load_coups()
    pd.testing.assert_frame_equal(shipped[pt.columns], pt)
    coder = sk.coup_coders().set_index("prefix").loc["mine"]
    assert coder[["rule", "places"]].tolist() == ["mine", "world"]
    assert str(coder["last"].date()) == "2026-11-30"


def test_a_plot_takes_an_attempt_out_of_the_list_that_is_extended():
    sk.add_coder("mine", coups("GIN 2021-09-05 plot"), extends="powell_thyne")
    assert "GIN-2021-09-05" not in set(sk.load_coups(rule="mine")["coup_id"])
    assert "GIN-2021-09-05" in set(sk.load_coups(rule="mine", include_plots=True)["coup_id"])


def test_messages_name_the_first_countries_of_a_long_list():
    rows = coups(*(f"{code} 2001-01-01 failure" for code in ("BEN", "BFA", "CIV", "GHA", "GIN", "MLI", "NER", "TGO")))
    added = sk.add_coder("mine", rows)
    few = "8 states: BEN, BFA, CIV, GHA, GIN …"
    with pytest.warns(sk.CoverageWarning, match=f"covers only {few}; no row for SEN means unknown, not zero"):
        sk.load_coups(rule="mine", countries=["MLI", "SEN"])
    with pytest.warns(sk.CoverageWarning, match=rf"covers .* \({few}\) for attempt"):
        assert len(sk.panel("SEN", "2001-01", "2001-02").add_coups(rule="mine").frame) == 2
    assert f"speaks of {few}" in added.headline()
    assert "8 États\u00a0: BEN, BFA, CIV, GHA, GIN …" in added.headline(lang="fr")
    with pytest.raises(OptionError, match=rf"a part of it \({few}\) alone"):
        sk.risk_table(rule="mine")


def test_two_lists_share_a_new_event():
    sk.add_coder("a", NIGHT)
    sk.add_coder("b", NIGHT.assign(date="2026-11-28", outcome="failure"))
    row = sk.load_coups(rule="any", start=2026).set_index("coup_id").loc["TGO-2026-11-30"]
    assert row[["a_outcome", "b_outcome", "n_listing", "agreement"]].tolist() == ["failure", "failure", 2, 1.0]
    sk.remove_coder("a")
    assert sk.load_coups(rule="any", start=2026)["coup_id"].tolist() == ["TGO-2026-11-28"]


def test_removal_and_replacement_are_seen_at_once():
    added = sk.add_coder("mine", MALI)
    assert len(sk.load_coups(rule="mine")) == 3
    first = token_of("mine")
    sk.add_coder("mine", MALI.iloc[:1])
    assert len(sk.load_coups(rule="mine")) == 1
    assert token_of("mine") != first
    with added:
        sk.add_coder("mine", MALI.iloc[:2])
    assert session() == ()  # the block ends the name, whose list is another one now
    with pytest.raises(UnknownNameError, match=r"unknown rule 'mine'.*sahelkit.add_coder adds a list of your own"):
        sk.load_coups(rule="mine")
    assert "mine_outcome" not in sk.load_coups().columns


def test_what_is_remembered_by_rule_knows_the_lists():
    seen = []

    @remembered(maxsize=4)
    def count(rule="any"):
        seen.append(rule)
        return len(sk.load_coups(rule=rule))

    count(), count("any"), count("powell_thyne")
    plain = len(seen)
    with sk.add_coder("mine", coups("TGO 2015-01-01 failure"), places="world"):
        assert count("any") == len(sk.load_coups(rule="any"))
        assert count("powell_thyne") == 497
        assert len(seen) == plain + 1  # a list of its own concerns the joint rules, and no coder
    count("any")
    assert len(seen) == plain + 1


def test_versions_and_vintages():
    sk.add_coder("mine", NIGHT, extends="powell_thyne")
    older = sk.load_coups(rule="mine", version="2026.1")
    assert "TGO-2026-11-30" in set(older["coup_id"])
    with pytest.raises(OptionError, match="only Powell and Thyne's list has vintages"):
        sk.load_coups(rule="mine", vintage="2015-05-20")
    assert "mine_outcome" not in sk.load_coups(vintage="2015-05-20").columns


def test_lists_say_whose_they_are():
    sk.add_coder("mine", NIGHT, extends="powell_thyne")
    frame = sk.load_coups(rule="mine", countries="TGO")
    about = frame.attrs["sahelkit"]["own_lists"]["mine"]
    assert about["en"] == "own list 'mine' (1 row, extends Powell and Thyne)"
    assert about["fr"] == "liste personnelle «\u00a0mine\u00a0» (1 ligne, prolonge Powell et Thyne)"
    assert "own_lists" not in sk.load_coups(rule="any").attrs["sahelkit"]
    counted = sk.panel("TGO", "2026-10", "2026-11").add_coups(rule="mine").frame
    cited = sk.cite(counted, style="text")
    assert about["en"] in cited
    assert "Powell and Clayton" in cited
    assert "Cline" not in cited
    sk.add_coder("mine", NIGHT)
    alone = sk.cite(sk.panel("TGO", "2026-11", "2026-11").add_coups(rule="mine").frame, style="text")
    assert "own list 'mine' (1 row)" in alone
    assert "Powell" not in alone


def test_nothing_is_written(tmp_path):
    code = (
        "import pandas as pd, sahelkit as sk;"
        "rows = pd.DataFrame({'iso3': ['TGO'], 'date': ['2026-11-30'], 'outcome': [0]});"
        "print(sk.add_coder('mine', rows).counts['new'], len(sk.load_coups(rule='mine')))"
    )
    home = {**os.environ, "HOME": str(tmp_path), "SAHELKIT_DATA_DIR": str(tmp_path / "data")}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=tmp_path, env=home, capture_output=True, text=True, check=True)
    assert done.stdout == "1 1\n"
    assert list(tmp_path.iterdir()) == []


def test_lists_for_a_rule():
    sk.add_coder("a", MALI)
    sk.add_coder("b", MALI, extends="cline")
    assert [[coder.name for coder in lists_for(rule)] for rule in ("any", "a", "b", "cline")] == [
        ["a"],
        ["a"],
        ["b"],
        [],
    ]
    assert np.isin(["a", "b"], sk.coup_coders()["rule"]).all()


def test_the_page_about_own_lists():
    page = Path(__file__).parents[2] / "docs" / "own_coups.md"
    flags = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    done = doctest.testfile(str(page), module_relative=False, optionflags=flags, encoding="utf-8")
    assert (done.failed, done.attempted > 10) == (0, True)
