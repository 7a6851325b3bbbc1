from __future__ import annotations

import re

import pytest

from sahelkit.catalog import clear_caches, records, sources
from sahelkit.catalog.references import Reference, reference, references
from sahelkit.errors import RecordError, UnknownNameError

DAMAGED = [
    ('type = "song"\nauthors = ["A, B"]\ntitle = "T"', "type must be one of article, dataset, book, report, software"),
    ('type = "book"\ntitle = "T"', "authors must be a list of names"),
    ('type = "book"\nauthors = []\ntitle = "T"', "authors must be a list of names"),
    ('type = "book"\nauthors = ["A, B"]', "title is missing"),
    ('type = "book"\nauthors = ["A, B"]\ntitle = "T"\nyear = "2020"', "year must be a whole number"),
    ('type = "book"\nauthors = ["A, B"]\ntitle = "T"\npage = "1"', "unknown key 'page'"),
    ('type = "book"\nauthors = ["A, B"]\ntitle = "T"\ndoi = ""', "doi must be text"),
]


def test_every_key_that_a_source_or_a_record_names_exists():
    named = {key for item in sources().values() for key in item.references}
    named |= {key for record in records().values() for key in record.references}
    assert named - set(references()) == set()


@pytest.mark.parametrize("work", references().values(), ids=lambda work: work.key)
def test_entry_is_in_form(work: Reference):
    assert re.fullmatch(r"[a-z][a-z0-9_]+", work.key)
    for name in work.authors:
        assert re.fullmatch(r"\{[^{}]+\}|[^{},]+, [^{},]+", name), name
    if work.type == "article":
        assert work.year, work.key
        assert work.journal, work.key
        assert re.fullmatch(r"\d+(-\d+)?|", work.pages)
    if work.doi:
        assert re.fullmatch(r"10\.\d{4,5}/[^\s]+", work.doi)
    assert "–" not in work.pages + work.title
    assert work.address == "" or work.address.startswith("https://")


def test_doi_is_named_once():
    dois = [work.doi.lower() for work in references().values() if work.doi]
    assert sorted(set(dois)) == sorted(dois)


def test_unknown_key_names_near_ones():
    with pytest.raises(UnknownNameError, match="Did you mean 'powell_thyne_2011'"):
        reference("powell_thyne_2012")


@pytest.mark.parametrize(("body", "why"), DAMAGED, ids=[why for _, why in DAMAGED])
def test_damaged_entry_is_named(own_datasets, body, why):
    path = own_datasets / "references.toml"
    path.write_text(path.read_text(encoding="utf-8") + f"\n[mine_2020]\n{body}\n", encoding="utf-8")
    clear_caches()
    with pytest.raises(RecordError, match=re.escape(f"{path}: [mine_2020] {why}.")):
        references()


def test_a_dataset_may_not_redefine_a_work(own_datasets):
    path = own_datasets / "states" / "references.toml"
    path.write_text('[powell_thyne_2011]\ntype = "book"\nauthors = ["A, B"]\ntitle = "T"\n', encoding="utf-8")
    clear_caches()
    with pytest.raises(RecordError, match=r"\[powell_thyne_2011\] stands already in .*references\.toml"):
        references()
