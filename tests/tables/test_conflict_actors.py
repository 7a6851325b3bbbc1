"""load_conflict_actors: names in two languages, states, windows."""

from __future__ import annotations

import pytest

import sahelkit as sk
from sahelkit.errors import CoverageWarning, DateError, UnknownNameError

SAME = [
    ("AQIM", "AQMI"), ("AQIM", "GSPC"), ("JNIM", "GSIM"), ("JAS", "Boko Haram"), ("FLM", "Katiba Macina"),
    ("CMA", "MNLA"), ("CMA", "Coordination des mouvements de l'Azawad"), ("Ansar Dine", "ansar eddine"),
    ("MUJAO", "MOJWA"), ("Dan na Ambassagou", "Dan Nan Ambassagou"), ("Government of Mali", "Gouvernement du Mali"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "other"), SAME)
def test_other_names_find_the_same_actor(name, other):
    frame = sk.load_conflict_actors(actors=name)
    assert len(frame) > 5
    assert frame.equals(sk.load_conflict_actors(actors=[other]))
    sides = frame["side_a"] + "; " + frame["side_b"]
    assert sides.str.split("; ").map(lambda names: name in names).all()


def test_provinces_of_the_islamic_state_are_cut_to_their_states():
    sahel = sk.load_conflict_actors(actors="EIGS")
    assert sahel.equals(sk.load_conflict_actors(actors="Islamic State Sahel Province"))
    assert sahel["states"].str.contains("MLI|BFA|NER").all()
    assert set(sahel["iso3"].dropna()) == {"MLI", "BFA", "NER"}
    assert set(sk.load_conflict_actors(actors="ISWAP")["iso3"].dropna()) == {"CMR", "NER", "NGA", "TCD"}
    assert {"DZA", "NGA", "MLI"} <= set(sk.load_conflict_actors(actors="IS")["iso3"].dropna())


def test_actors_side_by_side_are_found_by_each_name():
    june = sk.load_conflict_actors(countries="MLI", start="2012-06", end="2012-06")
    both = june[june["side_a"] == "AQIM; JAS; MUJAO"]
    assert len(both) == 1
    for name in ("AQIM", "Boko Haram", "MUJAO"):
        found = sk.load_conflict_actors(countries="MLI", actors=name, start="2012-06", end="2012-06")
        assert both["ucdp_dyad_id"].item() in set(found["ucdp_dyad_id"])


def test_country_finds_pairs_for_which_it_is_one_of_several_states():
    burkina = sk.load_conflict_actors(countries="Burkina Faso", actors="JNIM")
    assert burkina["states"].str.contains("BFA").all()
    assert burkina["iso3"].isna().any()
    assert (burkina["iso3"].dropna() == "BFA").all()


def test_everything_is_sorted_and_named():
    frame = sk.load_conflict_actors()
    assert frame.equals(frame.sort_values(["ucdp_dyad_id", "month"], ignore_index=True))
    assert frame.attrs == {"sahelkit": {"datasets": {"conflict_actors": "2026.3"}}}
    window = sk.load_conflict_actors(start="2012-03-22", end="2012-04-01")
    assert set(window["month"].astype(str)) == {"2012-03", "2012-04"}
    assert sk.load_conflict_actors(actors=[]).empty


def test_names_have_notes_where_a_name_is_not_the_whole_actor():
    names = sk.tables.conflict_actor_names()
    partial = names[names["kind"].isin(["part", "province", "former"])]
    assert partial[["note_en", "note_fr"]].notna().all().all()
    assert names["organisation"].notna().all()


def test_errors_and_warnings():
    with pytest.raises(UnknownNameError, match=r"unknown actor 'Ansar Din'\. Did you mean 'Ansar Dine'"):
        sk.load_conflict_actors(actors="Ansar Din")
    with pytest.raises(UnknownNameError, match=r"conflict_actor_names\(\) lists every name"):
        sk.load_conflict_actors(actors=["JNIM", 6716])
    with pytest.raises(DateError, match="start='soon'"):
        sk.load_conflict_actors(start="soon")
    with pytest.warns(CoverageWarning, match="it has no row for FRA"):
        assert sk.load_conflict_actors(countries="FRA").empty
    with pytest.warns(CoverageWarning, match="conflict_actors covers 1989-01-01 to 2026-05-31"):
        sk.load_conflict_actors(start=1980, end=1990)
