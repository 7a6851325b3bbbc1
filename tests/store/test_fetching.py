"""fetch(): names, versions, upstream files, and what happens when some fail."""

from __future__ import annotations

import pytest

import sahelkit
from sahelkit import store
from sahelkit.errors import DataUnavailableError, OptionError, UnknownNameError


def test_fetch_brings_tables_and_records_into_the_cache(catalogue, cache):
    paths = sahelkit.fetch("toy")
    assert list(paths) == ["toy/record.toml", "toy/toy.csv"]
    assert paths["toy/toy.csv"] == cache / "2026.1" / "toy" / "toy.csv"
    assert paths["toy/toy.csv"].read_bytes() == catalogue.files["toy/toy.csv"]


def test_fetch_copies_the_bundled_tables_without_a_network(catalogue, server, cache, monkeypatch):
    catalogue.show_tables()
    monkeypatch.setenv("SAHELKIT_OFFLINE", "1")
    paths = store.fetch()
    assert list(paths) == ["mini/record.toml", "mini/mini.csv", "toy/record.toml", "toy/toy.csv"]
    assert all(cache in path.parents for path in paths.values())
    assert server.paths() == []


def test_an_older_version(catalogue, cache):
    paths = store.fetch(["mini"], version="2025.1")
    assert paths["mini/mini.csv"].read_bytes() == catalogue.files["versions/2025.1/mini/mini.csv"]
    assert paths["mini/mini.csv"].parent == cache / "2025.1" / "mini"


def test_upstream_files_of_a_dataset(catalogue, cache):
    paths = store.fetch("toy", sources=True)
    assert list(paths)[2:] == ["sources/up_small.csv", "sources/cut_only.csv"]
    assert paths["sources/up_small.csv"] == cache / "sources" / "up_small.csv"


def test_upstream_files_of_an_older_version(catalogue):
    assert "sources/cut_only.csv" in store.fetch("toy", version="2025.1", sources=True)


def test_upstream_files_by_name(catalogue):
    assert list(store.fetch(["up_small", "mini"])) == ["mini/record.toml", "mini/mini.csv", "sources/up_small.csv"]


def test_every_upstream_file(catalogue):
    named = {name for name in store.fetch(sources=True) if name.startswith("sources/")}
    assert named == {f"sources/{name}.csv" for name in ("up_small", "up_big", "cut_only", "private")}


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["toy", "tpy"], "unknown dataset or source 'tpy'. Did you mean 'toy'"),
        (["toy", "up_smal"], "unknown dataset or source 'up_smal'. Did you mean 'up_small'"),
    ],
)
def test_an_unknown_name_fetches_nothing(catalogue, server, cache, names, message):
    with pytest.raises(UnknownNameError, match=message):
        store.fetch(names)
    assert server.paths() == []
    assert not cache.exists()


def test_a_name_that_is_no_text(catalogue):
    with pytest.raises(OptionError, match="names are texts"):
        store.fetch([2026])


def test_what_can_be_had_is_kept_when_one_file_fails(catalogue, server, cache):
    del server.files["sources/cut_only.csv"]
    with pytest.raises(
        DataUnavailableError, match=r"could not get cut_only\.csv.*no public address gives exactly this"
    ):
        store.fetch("toy", sources=True)
    assert (cache / "2026.1" / "toy" / "toy.csv").exists()
    assert (cache / "sources" / "up_small.csv").exists()


def test_several_failures_make_one_message(catalogue, server, cache):
    for name in ("sources/cut_only.csv", "toy/toy.csv"):
        del server.files[name]
    with pytest.raises(DataUnavailableError) as caught:
        store.fetch("toy", sources=True)
    assert str(caught.value).startswith("could not get 2 of 4 files. Tried: toy/toy.csv (")
    assert str(caught.value).endswith(
        "The other 2 are in the cache; the same command tries again for those that are missing."
    )


def test_a_server_that_does_not_answer_is_asked_once(catalogue, server, start, monkeypatch):
    silent = start()
    for name in catalogue.files:
        silent.script(name, [silent.stall(0)])
    monkeypatch.setenv("SAHELKIT_MIRRORS", f"{silent.address} {server.address}")
    assert len(store.fetch()) == 4
    assert silent.paths() == ["mini/mini.csv"] * 2


def test_larger_files_show_a_bar_on_request(catalogue, capfd):
    store.fetch(["up_big", "up_small"], progress=True)
    shown = capfd.readouterr().err
    assert "up_big.csv" in shown
    assert "up_small.csv" not in shown


def test_no_bar_where_nobody_looks_on(catalogue, capfd):
    store.fetch("up_big")
    assert capfd.readouterr() == ("", "")
