from __future__ import annotations

import csv
import hashlib
import re
from contextlib import nullcontext

import pytest

from sahelkit.catalog import clear_caches, sources
from sahelkit.errors import RecordError


def test_every_source_is_pinned():
    for item in sources().values():
        # A branch would change under our feet; a commit does not.
        assert item.url == "" or re.search(r"/[0-9a-f]{40}/", item.url), item.name
        assert item.bytes > 0
        assert item.references, item.name
        assert item.licence, item.name
    files = [item.file for item in sources().values()]
    assert len(set(files)) == len(files)


@pytest.mark.sources
@pytest.mark.parametrize("name", sorted(sources()))
def test_sources_agree_with_the_files(name, sources_dir):
    item = sources()[name]
    body = (sources_dir / item.file).read_bytes()
    assert (len(body), hashlib.sha256(body).hexdigest()) == (item.bytes, item.sha256)


@pytest.mark.sources
def test_terms_are_those_that_were_looked_up(sources_dir):
    looked_up = sources_dir.path / "sources.csv"  # where a maintainer keeps it
    with looked_up.open(encoding="utf-8", newline="") if looked_up.exists() else nullcontext([]) as lines:
        rows = {row["name"]: row for row in csv.DictReader(lines)}
    assert set(rows) <= set(sources())
    for name, row in rows.items():
        assert (sources()[name].redistribute, sources()[name].url) == (row["redistribute"], row["url"])
        if len(row["notes"]) > 40:
            assert row["notes"] not in sources()[name].note, "notes are in our own words"


def test_damaged_source_is_named(own_datasets):
    path = own_datasets / "sources.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('redistribute = "no"', 'redistribute = "maybe"', 1))
    clear_caches()
    with pytest.raises(RecordError, match="redistribute must be one of yes, facts-with-citation"):
        sources()


def test_two_folders_may_not_pin_one_name(own_datasets):
    body = (own_datasets / "sources.toml").read_text(encoding="utf-8")
    start = body.index("[cline_2023]")
    (own_datasets / "states" / "sources.toml").write_text(body[start : body.index("\n\n", start)], encoding="utf-8")
    clear_caches()
    with pytest.raises(RecordError, match=r"\[cline_2023\] stands already in"):
        sources()
