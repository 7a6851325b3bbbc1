"""A record is read whole or refused with the key at fault."""

from __future__ import annotations

import pytest

from sahelkit.catalog import record, records
from sahelkit.catalog.records import read_record
from sahelkit.errors import RecordError, UnknownNameError

GOOD = """
name = "toy"
title_en = "Toy"
title_fr = "Jouet"
description_en = "A toy."
description_fr = "Un jouet."
version = "2026.1"
unit_of_observation = "state"
licence = "CC-BY-4.0"
attribution = "sahelkit"
published = "+30d"
[coverage]
places = "study"
first = "1990"
last = "2020"
absent = "unknown"
[[tables]]
file = "toy.csv"
key = ["iso3"]
place = "iso3"
[[tables.fields]]
name = "iso3"
type = "string"
label_en = "Code"
label_fr = "Code"
"""

# what to replace, by what, what the message must say
DAMAGE = [
    ('title_fr = "Jouet"\n', "", "'title_fr' is missing or is not text"),
    ('version = "2026.1"', "version = 2026.1", "'version' is missing or is not text"),
    ('absent = "unknown"', 'absent = "perhaps"', r"\[coverage\] 'absent' must be 'zero' or 'unknown'"),
    ('published = "+30d"', 'published = "soon"', "publication rule 'soon' is not like"),
    ('published = "+30d"', 'published = "t+1-02-31"', "'published'"),
    ('type = "string"', 'type = "text"', r"fields\[iso3\] type 'text' is not one of string, integer"),
    ('key = ["iso3"]', 'key = ["code"]', "column 'code' is named as key, place, time or bound but has no entry"),
    ('file = "toy.csv"', 'file = "../toy.csv"', "must be a plain name ending in .csv"),
    ('place = "iso3"\n', 'place = "iso3"\ncolour = "red"\n', "unknown key 'colour'"),
    ('name = "toy"', 'name = "joy"', "name 'joy' differs from its folder 'toy'"),
    ("[coverage]", "[coverage", "not valid TOML"),
    ("[[tables]]", "[tables]", r"tables\[0\] +must be a table"),
]


def _write(tmp_path, text):
    folder = tmp_path / "toy"
    folder.mkdir()
    path = folder / "record.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_good_record_is_read(tmp_path):
    found = read_record(_write(tmp_path, GOOD))
    assert (found.name, found.table().name, found.table().field("iso3").label_fr) == ("toy", "toy", "Code")
    with pytest.raises(UnknownNameError, match="Did you mean 'iso3'"):
        found.table().field("iso")


@pytest.mark.parametrize(("old", "new", "message"), DAMAGE)
def test_damage_is_named_with_the_file_and_the_repair(tmp_path, old, new, message):
    assert old in GOOD
    path = _write(tmp_path, GOOD.replace(old, new, 1))
    with pytest.raises(RecordError, match=message) as caught:
        read_record(path)
    assert str(path) in str(caught.value)
    assert "Reinstall sahelkit" in str(caught.value)


def test_missing_file_is_named(tmp_path):
    with pytest.raises(RecordError, match="the file is missing"):
        read_record(tmp_path / "toy" / "record.toml")


def test_a_damaged_record_does_not_stop_the_others(tmp_path, monkeypatch):
    from sahelkit.catalog import locate

    path = _write(tmp_path, GOOD)
    broken = tmp_path / "broken" / "record.toml"
    broken.parent.mkdir()
    broken.write_text("name = ", encoding="utf-8")
    monkeypatch.setattr(locate, "datasets_dir", lambda: tmp_path)
    assert record("toy").folder == path.parent
    with pytest.raises(RecordError, match="broken"):
        record("broken")


@pytest.mark.parametrize("name", ["cuops", "../coups", "", "Coups"])
def test_unknown_dataset_is_named(name):
    with pytest.raises(UnknownNameError, match=r"unknown dataset .*sahelkit.datasets\(\) lists them"):
        record(name)


@pytest.mark.parametrize("name", sorted(records()))
def test_every_shipped_record_explains_each_column(name):
    found = record(name)
    for table in found.tables:
        for item in (*table.fields, *table.series):
            assert item.label_en.strip(), item.name
            assert item.label_fr.strip(), item.name
            assert item.missing.strip() or item.required or item.name in table.key, f"{item.name}: what does NA mean?"
