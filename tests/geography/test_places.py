"""Names and codes to countries: every listed name, every trap, and whatever else may be typed."""

from __future__ import annotations

import csv
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sahelkit.catalog import locate
from sahelkit.errors import DateError, OptionError, UnknownNameError, UnknownPlaceError
from sahelkit.geography import places


def rows(name: str) -> list[dict[str, str]]:
    with (locate.datasets_dir() / "states" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


STATES, NAMES = rows("states"), rows("names")
CURRENT = sorted({(row["iso3"], row["name_en"], row["name_fr"]) for row in STATES if not row["end"]})
OWNERS: dict[str, set[str]] = {}
for _row in NAMES:
    OWNERS.setdefault(places.key(_row["name"]), set()).add(_row["iso3"])
UNAMBIGUOUS = sorted((row["name"], row["iso3"]) for row in NAMES if len(OWNERS[places.key(row["name"])]) == 1)

TRAPS = [
    ("Guinea", "GIN"),
    ("Guinée", "GIN"),
    ("GUINEE", "GIN"),
    ("Guinea-Conakry", "GIN"),
    ("Guinea (GIN)", "GIN"),
    ("Guinea, Equatorial", "GNQ"),
    ("Guinée équatoriale", "GNQ"),
    ("Guinea Bissau", "GNB"),
    ("Papua New Guinea", "PNG"),
    ("Niger", "NER"),
    ("le Niger", "NER"),
    ("Nigeria", "NGA"),
    ("Nigéria", "NGA"),
    ("Ivory Coast", "CIV"),
    ("Côte d'Ivoire", "CIV"),
    ("Côte d’Ivoire", "CIV"),
    ("Cote d Ivoire", "CIV"),
    ("COTE DIVOIRE", "CIV"),
    ("Upper Volta", "BFA"),
    ("Haute-Volta", "BFA"),
    ("Burkina Faso (Upper Volta)", "BFA"),
    ("Dahomey", "BEN"),
    ("French Sudan", "MLI"),
    ("Soudan français", "MLI"),
    ("Soudan", "SDN"),
    ("South Sudan", "SSD"),
    ("Zaïre", "COD"),
    ("Congo, Democratic Republic of (Zaire)", "COD"),
    ("Congo-Brazzaville", "COG"),
    ("Korea, Republic of", "KOR"),
    ("Corée du Nord", "PRK"),
    ("l'Algérie", "DZA"),
    ("The Gambia", "GMB"),
    ("Gambia, The", "GMB"),
    ("Iran (Islamic Republic of)", "IRN"),
    ("St. Lucia", "LCA"),
    ("Trinidad & Tobago", "TTO"),
    ("Dominica", "DMA"),
    ("République dominicaine", "DOM"),
    ("East Germany", "DDR"),
    ("NA", "NAM"),
    ("na", "NAM"),
    ("mli", "MLI"),
    (" ML ", "MLI"),
    (432, "MLI"),
    ("432", "MLI"),
    (np.int64(436), "NER"),
    (475.0, "NGA"),
    (411, "GNQ"),
    (438, "GIN"),
    (255, "DEU"),
    (260, "DEU"),
    (679, "YEM"),
    (678, "YEM"),
    (680, "YMD"),
    (345, "YUG"),
    (340, "SRB"),
    (970, "KIR"),
    (816, "VNM"),
    (817, "VDR"),
    (530, "ETH"),
    (626, "SSD"),
    (986, "PLW"),
]


@pytest.mark.parametrize(("place", "iso3"), TRAPS)
def test_the_known_traps_resolve_to_the_right_country(place, iso3):
    assert places.resolve(place) == iso3


@pytest.mark.parametrize(("place", "day", "iso3"), [
    ("Congo", "1985-06-30", "COG"),
    ("Upper Volta", "1983-08-04", "BFA"),
    ("Upper Volta", "2012-03-22", "BFA"),
    (345, "1991-06-25", "YUG"),
    (345, "2012", "SRB"),
    (970, "2012", "KIR"),
    (970, "1975", "NRU"),
])  # fmt: skip
def test_a_day_settles_what_has_several_meanings(place, day, iso3):
    assert places.resolve(place, on=day) == iso3


@pytest.mark.parametrize(("place", "listed"), [
    ("Congo", ["COG", "COD"]),
    ("le Congo", ["COG", "COD"]),
    ("Korea", ["KOR", "PRK"]),
    ("Corée", ["KOR", "PRK"]),
    ("Mali Federation", ["MLI", "SEN"]),
    ("focus", ["MLI", "BFA", "GIN", "NER", "CIV"]),
])  # fmt: skip
def test_a_name_of_several_countries_is_refused_and_all_are_listed(place, listed):
    with pytest.raises(UnknownPlaceError, match="names several countries") as caught:
        places.resolve(place)
    assert all(f"({iso3})" in str(caught.value) for iso3 in listed)


def test_congo_stays_ambiguous_on_a_day_when_both_had_the_name():
    with pytest.raises(UnknownPlaceError, match="names several countries"):
        places.resolve("Congo", on="1965-11-25")


@pytest.mark.parametrize(("typed", "meant"), [
    ("Guinee Konakry", "Guinea (GIN)"),
    ("NIG", "Niger (NER) or Nigeria (NGA)"),
    ("Nigger", "Niger (NER)"),
    ("Burkino Faso", "Burkina Faso (BFA)"),
    ("Cote dIvore", "Côte d'Ivoire (CIV)"),
    ("Mauretania", "Mauritania (MRT)"),
    ("Senagal", "Senegal (SEN)"),
    ("west_afrika", "'west_africa'"),
    ("Afrique de l'Ouset", "'west_africa'"),
])  # fmt: skip
def test_near_matches_are_listed_with_their_codes(typed, meant):
    with pytest.raises(UnknownPlaceError, match=re.escape(f"Did you mean {meant}")):
        places.resolve(typed)


@pytest.mark.parametrize("place", [
    "", "   ", "Atlantis", "Guinea, Mali", "Niger (Nigeria)", "Guinea (Atlantis)", "the", "393", 393, 0, -432, 432.5,
    None, True, float("nan"), b"MLI", ("MLI",), "4 3 2", "M LI", "٤٣٢",
])  # fmt: skip
def test_what_is_not_a_place_is_refused(place):
    with pytest.raises(UnknownPlaceError, match="unknown country or place set"):
        places.resolve(place)


def test_the_message_says_what_to_type():
    with pytest.raises(UnknownPlaceError) as caught:
        places.resolve("Malli")
    assert str(caught.value) == (
        "unknown country or place set 'Malli'. Did you mean Mali (MLI) or Malawi (MWI)? Type an ISO code "
        "('MLI', 'ML'), a Gleditsch-Ward number (432), an English or French name, or a set ('focus', "
        "'west_africa', 'africa', 'world'); sahelkit.places.sets() lists the sets."
    )


@pytest.mark.parametrize(("iso3", "name_en", "name_fr"), CURRENT)
def test_a_state_is_found_by_its_own_names(iso3, name_en, name_fr):
    assert places.resolve(name_en) == places.resolve(name_fr) == iso3
    assert (places.name(iso3), places.name(iso3, lang="fr")) == (name_en, name_fr)


def test_no_name_hides_behind_a_code_of_another_state():
    iso3 = {row["iso3"] for row in STATES}
    iso2 = {row["iso2"]: row["iso3"] for row in STATES if row["iso2"]}
    for key, owners in OWNERS.items():
        code = key.upper()
        assert code not in iso3 or owners == {code}, key
        assert code not in iso2 or owners == {iso2[code]}, key


def disguised(draw: st.DrawFn, text: str) -> str:
    """The same name with other case, accents and punctuation."""
    import unicodedata

    if draw(st.booleans()):
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    elif draw(st.booleans()):
        text = unicodedata.normalize("NFD", text)
    text = draw(st.sampled_from([str.upper, str.lower, str.title, str.swapcase, str]))(text)
    for mark in " -'’.":
        text = text.replace(mark, draw(st.sampled_from([" ", "-", "'", "’", "  ", "_", mark])))
    return draw(st.sampled_from(["", " ", "\t"])) + text + draw(st.sampled_from(["", " ", ".", "\n"]))


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_case_accents_and_punctuation_do_not_matter(data):
    name, iso3 = data.draw(st.sampled_from(UNAMBIGUOUS))
    typed = data.draw(st.composite(disguised)(name))
    assert places.resolve(typed) == iso3, (name, typed)


@settings(max_examples=100, deadline=None)
@given(st.one_of(st.text(max_size=12), st.text("abcdeéginoru -'(),", max_size=9), st.integers(-2000, 2000)))
def test_anything_typed_is_exact_or_refused(typed):
    try:
        found = places.resolve(typed)
    except UnknownPlaceError:
        return
    # Nothing may be guessed: what resolves is a code, a number or the whole of a listed name.
    text = str(typed).strip()
    codes = {row[column] for row in STATES for column in ("iso3", "iso2", "gwcode", "cowcode")} - {""}
    exact = text.upper() in codes or text.lstrip("0") in codes
    words = places.words(text)
    named = {"".join(words), "".join(words[1:]), "".join(words[::-1])} & set(OWNERS)
    assert exact or named or "(" in text or "," in text, typed
    assert found in {row["iso3"] for row in STATES}


def test_many_places_keep_their_order_and_come_once():
    given_ = pd.Series(["Senegal", "focus", "ML", 432, "Sénégal"])
    assert places.resolve_many(given_) == ["SEN", "MLI", "BFA", "GIN", "NER", "CIV"]
    assert places.resolve_many(np.array([432, 436])) == ["MLI", "NER"]
    assert places.resolve_many(iter(["Togo"])) == places.resolve_many("Togo") == ["TGO"]
    assert places.resolve_many([]) == []


@pytest.mark.parametrize("given_", [None, b"MLI", ["MLI", None], [["MLI"]]])
def test_many_places_refuse_what_is_not_a_place(given_):
    with pytest.raises(UnknownPlaceError, match="unknown country or place set"):
        places.resolve_many(given_)


def test_the_sets_hold_what_they_say():
    ecowas = ["BEN", "BFA", "CIV", "CPV", "GHA", "GIN", "GMB", "GNB", "LBR", "MLI", "NER", "NGA", "SEN", "SLE", "TGO"]
    assert places.members("focus") == ["MLI", "BFA", "GIN", "NER", "CIV"]
    assert places.members("ecowas_2012") == ecowas
    assert places.members("west_africa") == sorted([*ecowas, "MRT"])
    assert places.members("study") == sorted([*ecowas, "MRT", "TCD", "CMR", "GAB", "SDN", "DZA"])
    assert places.members("sahel") == ["BFA", "MLI", "MRT", "NER", "TCD"]
    africa = {row["iso3"] for row in STATES if row["region"] == "africa"}
    # The 54 members of the United Nations in Africa, and Zanzibar of 1963-64.
    assert set(places.members("africa")) == africa
    assert len(africa) == 55
    assert set(places.members("world")) == {row["iso3"] for row in STATES}
    assert list(places.sets()) == list(places.sets(lang="fr"))
    organisations = {"ecowas", "uemoa", "aes", "african_union", "g5_sahel"}
    assert set(places.sets()) == {row["set"] for row in rows("sets")} | organisations


@pytest.mark.parametrize("typed", ["west_africa", "West Africa", "WEST-AFRICA", "Afrique de l’Ouest"])
def test_a_set_is_found_by_its_label(typed):
    assert places.resolve_many(typed) == places.members(typed) == places.members("west_africa")


def test_an_unknown_set_or_language_is_named():
    with pytest.raises(UnknownNameError, match=r"unknown place set 'west_afrika'\. Did you mean 'west_africa'"):
        places.members("west_afrika")
    with pytest.raises(UnknownNameError, match="unknown language 'de'"):
        places.name("MLI", lang="de")
    with pytest.raises(UnknownNameError, match="unknown language 'de'"):
        places.sets(lang="de")


@pytest.mark.parametrize(("iso3", "lang", "day", "name"), [
    ("BFA", "fr", "1984-08-03", "Haute-Volta"),
    ("BFA", "fr", "1984-08-04", "Burkina Faso"),
    ("BFA", "en", None, "Burkina Faso"),
    ("BEN", "en", "1972-10-26", "Dahomey"),
    ("COD", "fr", "1980", "Zaïre"),
    ("COD", "en", "1965", "Democratic Republic of the Congo"),
    ("CIV", "en", "1999-12-24", "Côte d'Ivoire"),
    ("CPV", "fr", "2012", "Cap-Vert"),
    ("CPV", "en", "2012", "Cape Verde"),
    ("YUG", "en", "2005", "Serbia and Montenegro"),
])  # fmt: skip
def test_a_state_has_the_name_of_the_day(iso3, lang, day, name):
    assert places.name(iso3, lang=lang, on=day) == name


def test_a_bad_day_is_refused():
    with pytest.raises(DateError, match="on='yesterday': not a date"):
        places.resolve("Congo", on="yesterday")


def test_a_number_may_be_declared_to_be_of_one_system():
    assert places.resolve(345, on=2012, system="gw") == "YUG"
    assert places.resolve(345, on=2012, system="cow") == places.resolve(345, on=2012) == "SRB"
    with pytest.raises(UnknownNameError, match="unknown code system 'iso3n'"):
        places.resolve(694, system="iso3n")
    with pytest.raises(UnknownPlaceError, match="Gleditsch-Ward number MLI"):
        places.resolve("MLI", system="gw")
    with pytest.raises(UnknownPlaceError, match="V-Dem country_text_id HKG"):
        places.resolve("HKG", system="vdem")


def test_sets_are_cut_to_a_window_but_named_countries_stay():
    window = pd.Timestamp(2010, 1, 1), pd.Timestamp(2020, 12, 31)
    assert "YUG" in places.chosen("world")
    assert "YUG" not in places.chosen("world", during=window)
    assert "SSD" in places.chosen(None, during=window)
    assert places.chosen(["YUG", "sahel"], during=window)[0] == "YUG"
    assert places.chosen("africa", during=(None, pd.Timestamp(1959, 1, 1))) != places.chosen("africa")
    with pytest.raises(OptionError, match=r"target=\[\]: no country is named\. Type target='focus', or leave it out"):
        places.chosen([], what="target")
