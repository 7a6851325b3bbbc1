"""where, verify, clear."""

from __future__ import annotations

import pytest

from sahelkit import store
from sahelkit.errors import CacheError


def states() -> dict[str, str]:
    frame = store.verify()
    return {f"{row.place}:{row.file}": row.status for row in frame.itertuples()}


def test_where_is_an_absolute_folder_that_need_not_exist(catalogue, cache):
    assert store.where() == cache
    assert not cache.exists()


def test_verify_sees_every_state(catalogue, cache):
    store.fetch(["toy", "up_small"])
    toy = cache / "2026.1" / "toy" / "toy.csv"
    toy.write_bytes(b"damaged")
    store.fetch("toy")
    (cache / "sources" / "up_small.csv").write_bytes(b"damaged")
    catalogue.show_tables()
    (catalogue.folder / "mini" / "mini.csv").unlink()
    (catalogue.folder / "toy" / "toy.csv").write_bytes(b"edited")
    assert states() == {
        "bundled:mini/mini.csv": "missing",
        "bundled:mini/record.toml": "ok",
        "bundled:toy/record.toml": "ok",
        "bundled:toy/toy.csv": "damaged",
        "cache:2026.1/toy/record.toml": "ok",
        "cache:2026.1/toy/toy.csv": "set aside",
        "cache:sources/up_small.csv": "damaged",
    }
    frame = store.verify().set_index("path")
    assert frame.loc[str(toy), "status"] == "ok"
    assert frame.loc[str(toy), "bytes"] == len(catalogue.files["toy/toy.csv"])


def test_verify_changes_nothing_and_asks_nobody(catalogue, server, cache, everything_in):
    store.fetch("toy", version="2025.1")
    (cache / "2025.1" / "toy" / "toy.csv").write_bytes(b"damaged")
    asked, there = len(server.asked), everything_in(cache)
    assert states()["cache:2025.1/toy/toy.csv"] == "damaged"
    assert (len(server.asked), everything_in(cache)) == (asked, there)


def test_clear_removes_what_is_ours_and_nothing_else(catalogue, cache, everything_in):
    store.fetch(["toy", "up_small"])
    store.fetch("mini", version="2025.1")
    (cache / "2026.1" / "toy" / "toy.csv").write_bytes(b"damaged")
    store.data_path("toy", "toy.csv")
    stage = cache / "sources" / ".up_big.csv.part-x1"
    stage.mkdir()
    (stage / "tmp").touch()
    (cache / ".sahelkit-import-x2").mkdir()
    (cache / "sources" / ".up_big.csv.lock").touch()
    for mine in ("thesis.txt", "sources/mine.csv", "2026.1/toy/notes.md", "2026.1/toy/toy.csv.corrupt-mine"):
        (cache / mine).write_text("mine")
    removed, size = store.clear()
    assert everything_in(cache) == [
        "2026.1/toy/notes.md",
        "2026.1/toy/toy.csv.corrupt-mine",
        "sources/mine.csv",
        "thesis.txt",
    ]
    assert removed == 7
    assert size > len(catalogue.files["toy/toy.csv"])
    assert not (cache / "2025.1").exists()
    assert not stage.exists()


def test_clear_of_an_empty_cache(catalogue, cache):
    assert store.clear() == (0, 0)
    store.fetch("mini")
    store.clear()
    assert not cache.exists()


def test_after_clear_the_file_is_fetched_anew(catalogue, server):
    for _ in range(2):
        assert store.data_path("mini", "mini.csv").read_bytes() == catalogue.files["mini/mini.csv"]
        store.clear()
    assert server.paths() == ["mini/mini.csv"] * 2


def test_a_cache_that_is_a_file(catalogue, tmp_path, monkeypatch):
    (tmp_path / "x").touch()
    monkeypatch.setenv("SAHELKIT_DATA_DIR", str(tmp_path / "x"))
    for function in (store.where, store.verify, store.clear):
        with pytest.raises(CacheError, match="SAHELKIT_DATA_DIR names a file"):
            function()
