from __future__ import annotations

import pandas as pd
import pytest

from sahelkit import codebook
from sahelkit.catalog import records
from sahelkit.catalog.codebook import COLUMNS, near_words
from sahelkit.errors import OptionError, UnknownNameError
from sahelkit.tables.read import read_table


def test_everything_is_listed_without_a_query():
    found = codebook()
    assert found.columns.tolist() == COLUMNS
    tables = [(record.name, table) for record in records().values() for table in record.tables]
    assert len(found) == sum(len(table.fields) + len(table.series) for _, table in tables)
    assert found["label"].str.len().min() > 0
    assert codebook(lang="fr")["label"].tolist() != found["label"].tolist()


@pytest.mark.parametrize(
    "query", ["Gleditsch-Ward number", "gleditsch", "NUMÉRO GLEDITSCH", "numero   gleditsch", "gwcode", "gledit"]
)
def test_search_ignores_case_accents_and_language(query):
    found = codebook(query, dataset="states")
    assert "gwcode" in found["name"].tolist()
    assert "Gleditsch-Ward number" in found["label"].tolist()


def test_the_exact_name_comes_first_then_whole_words():
    assert codebook("outcome").loc[0, "name"] == "outcome"
    assert codebook("pt outcome").loc[0, "name"] == "pt_outcome"


@pytest.mark.parametrize("query", ["zzzz", "gleditsch zzzz", "%%"])
def test_nothing_found_is_an_empty_frame(query):
    found = codebook(query)
    assert found.empty
    assert found.columns.tolist() == COLUMNS


def test_near_words_help_a_search_that_found_nothing():
    assert near_words("gleditch number") == ["gleditsch"]
    assert near_words("number") == []


def test_dataset_limits_the_search():
    assert set(codebook("outcome", dataset="coups")["dataset"]) == {"coups"}
    with pytest.raises(UnknownNameError, match=r"unknown dataset 'cuops'. Did you mean 'coups'"):
        codebook("outcome", dataset="cuops")


def test_coverage_is_that_of_the_field_where_it_has_its_own():
    found = codebook(dataset="coups").drop_duplicates("name").set_index("name")
    assert found.loc["colpus_outcome", ["places", "last"]].tolist() == ["study", "2022-12-31"]
    assert found.loc["outcome", "places"] == "world"


def test_columns_of_a_frame_in_their_order():
    frame = read_table("coups")[["date", "coup_id", "cline_outcome"]].assign(mine=1)
    assert codebook(frame)["name"].tolist() == ["date", "coup_id", "cline_outcome"]


def test_columns_are_explained_after_a_merge_and_a_lag():
    frame = pd.DataFrame({"iso3": ["MLI"], "agreement_lag12": [0.5], "since_last_attempt": [3], "mine": [1]})
    found = codebook(frame).set_index("name")
    assert found.index.tolist() == ["iso3", "agreement_lag12", "since_last_attempt"]
    assert found.loc["agreement_lag12", "label"].endswith("[12 periods earlier]")
    assert (
        found.loc["since_last_attempt", "label"] == "Number of events whose kind is attempt [time since the last one]"
    )
    french = codebook(frame, lang="fr").set_index("name")
    assert french.loc["agreement_lag12", "label"].endswith("[12 périodes plus tôt]")
    assert french.loc["since_last_attempt", "label"].startswith("Nombre d’événements où kind vaut attempt")


def test_a_panel_is_explained_by_its_frame():
    class Panel:
        frame = pd.DataFrame({"pt_outcome": [1]})

    assert codebook(Panel())["name"].tolist() == ["pt_outcome"]


def test_other_objects_are_refused():
    with pytest.raises(OptionError, match=r"query='int': neither a text nor a frame. Type codebook"):
        codebook(3)
    with pytest.raises(UnknownNameError, match=r"unknown language 'de'. Known: en, fr."):
        codebook("coup", lang="de")
