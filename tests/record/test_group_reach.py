"""Armed groups across borders, on a small frame whose answer is known by hand, and on the real one."""

from __future__ import annotations

import pandas as pd
import pytest

import sahelkit as sk
from sahelkit.errors import MissingColumnsError, ModelError, OptionError, UnknownNameError
from sahelkit.record.group_reach import group_reach

# month, state, all states, sides, kinds, events
SMALL = [
    ("2009-01", "NER", "NER", "Government of Niger", "Band", "government", "organised", 2),
    ("2012-03", "MLI", "MLI", "Government of Mali", "Band", "government", "organised", 3),
    ("2012-04", "MLI", "MLI", "Band; Other", "Third", "organised", "organised", 1),
    ("2012-05", None, "MLI NER", "Band", "Third", "organised", "organised", 9),
    ("2012-06", "MLI", "MLI", "Herders", "Farmers", "communal", "communal", 4),
    ("2013-01", "NER", "NER", "Government of Niger", "Third", "government", "organised", 5),
    ("2013-02", "NGA", "NGA", "Government of Nigeria", "Third", "government", "organised", 7),
]


def _frame(rows=SMALL):
    names = ["month", "iso3", "states", "side_a", "side_b", "kind_a", "kind_b", "ucdp_events"]
    frame = pd.DataFrame(rows, columns=names).assign(ucdp_deaths=1)
    frame["month"] = pd.PeriodIndex(frame["month"], freq="M")
    return frame


@pytest.fixture
def small():
    return group_reach(_frame(), country="MLI", neighbours=["NER"], date="2012-03-22", window=12)


@pytest.fixture(scope="module")
def real():
    around = sk.neighbours("MLI", on="2012-03-22")
    return group_reach(sk.load_conflict_actors(), country="MLI", neighbours=around, date="2012-03-22")


def test_first_records_by_hand(small):
    table = small.tidy().set_index(["actor", "iso3"])
    assert set(table.index) == {("Band", "NER"), ("Band", "MLI"), ("Other", "MLI"), ("Third", "MLI"), ("Third", "NER")}
    assert table.loc[("Band", "NER"), "months_later"] == -38
    assert table.loc[("Third", "NER"), "months_later"] == 9
    assert table.loc[("Band", "MLI"), "events"] == 4
    assert table.loc[("Band", "NER"), ["months_before", "months_after"]].tolist() == [1, 0]
    assert set(small.shared()["actor"]) == {"Band", "Third"}
    assert small.unplaced == 1


def test_before_and_after_by_hand(small):
    table = small.compared().set_index("iso3")
    assert table.loc["MLI", ["groups_before", "groups_after", "events_before", "events_after"]].tolist() == [0, 3, 0, 6]
    assert table.loc["MLI", "new"] == "Band, Other, Third"
    assert table.loc["NER", "new"] == "Third"
    assert table.loc["NER", "events_before"] == 0  # 2009-01 lies before the twelve months


def test_months_by_hand(small):
    counts = small.by_month()
    assert (str(counts.index[0]), str(counts.index[-1])) == ("2009-01", "2013-02")
    assert counts.loc[pd.Period("2012-04")].tolist() == [3, 0, 1]
    assert counts.loc[pd.Period("2013-01")].tolist() == [0, 1, 1]
    assert counts.loc[pd.Period("2009-01")].tolist() == [0, 1, 0]


def test_sentence_names_who_came_and_who_went(small):
    assert "names 3 armed groups that fought there in the 12 months from March 2012 on, 0 in" in small.says()
    assert "Of the 3 groups first recorded there since March 2012, 1 (Band)" in small.says()
    assert "1 (Third) were afterwards" in small.says()
    assert "3 groupes qui y sont recensés pour la première fois depuis mars 2012, 1 (Band)" in small.says(lang="fr")
    assert "Islamic State" not in small.says()
    with pytest.raises(UnknownNameError):
        small.says(lang="de")


def test_cube_holds_every_event(small, real):
    cube = small.to_xarray()
    assert cube["events"].sel(actor="Band", iso3="MLI").sum() == 4
    assert int(real.to_xarray()["events"].sum()) == real.records["events"].sum()


def test_groups_of_mali_and_its_neighbours(real):
    """What is common knowledge: AQIM came from Algeria, JNIM went to Burkina Faso."""
    table = real.shared().set_index(["actor", "iso3"])
    assert table.loc[("AQIM", "DZA"), "months_later"] < 0
    assert table.loc[("JNIM", "BFA"), "months_later"] > 0
    assert str(table.loc[("JNIM", "MLI"), "first"]) == "2017-03"
    rows = sk.load_conflict_actors(countries="MLI", actors="AQIM").query("iso3 == 'MLI'")
    assert table.loc[("AQIM", "MLI"), "events"] == rows["ucdp_events"].sum()
    assert "another province" in real.says()
    assert "autre province" in real.says(lang="fr")
    assert "JNIM" in real.summary()


def test_bad_input(real):
    with pytest.raises(MissingColumnsError, match="load_conflict_actors"):
        group_reach(_frame().drop(columns="kind_a"), country="MLI", neighbours=["NER"], date="2012-01")
    with pytest.raises(OptionError, match="window=0"):
        group_reach(_frame(), country="MLI", neighbours=["NER"], date="2012-01", window=0)
    with pytest.raises(OptionError, match="must be given"):
        group_reach(_frame(), country="MLI", neighbours=["NER"], date=None)
    with pytest.raises(ModelError, match="no armed group is recorded in CPV, SEN"):
        group_reach(_frame(), country="SEN", neighbours=["CPV"], date="2012-01")
    alone = group_reach(_frame(), country="NGA", neighbours=["MLI"], date="2012-01")
    with pytest.raises(UnknownNameError, match="unknown groups 'some'"):
        alone.plot(groups="some")
    lonely = group_reach(_frame(SMALL[:2]), country="NER", neighbours=["BFA"], date="2012-01")
    with pytest.raises(ModelError, match="Type groups='all'"):
        lonely.plot()


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_lanes(real, lang):
    from matplotlib.text import Text

    for groups, lanes in (("both", len(real.shared())), ("home", None)):
        figure = real.plot(lang=lang, groups=groups)
        figure.canvas.draw()
        texts = [item.get_text() for item in figure.findobj(Text) if item.get_text()]
        assert any(("n = " in text) and ("UCDP, sahelkit conflict_actors 20" in text) for text in texts)
        assert ("AQMI" if lang == "fr" else "AQIM") in texts
        assert "03/2017" in texts
        if lanes is not None:
            assert sum(text.count("/") == 1 and len(text) == 7 for text in texts) == lanes + 1  # and the coup's month
