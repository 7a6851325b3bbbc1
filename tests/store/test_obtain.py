"""Which place is asked, in which order, and what becomes of a damaged file."""

from __future__ import annotations

import os
import stat

import pytest

from sahelkit import store
from sahelkit.errors import CacheError, DataUnavailableError, OfflineError
from sahelkit.store import digest

TOY = "toy/toy.csv"


def get():
    return store.data_path("toy", "toy.csv")


def flip_a_byte(path):
    body = bytearray(path.read_bytes())
    body[len(body) // 2] ^= 1
    path.write_bytes(body)


def test_the_bundled_copy_needs_neither_cache_nor_network(catalogue, server, cache):
    catalogue.show_tables()
    assert get() == catalogue.folder / TOY
    assert not cache.exists()
    assert server.paths() == []


def test_a_damaged_bundled_copy_is_never_read(catalogue, server, cache):
    catalogue.show_tables()
    flip_a_byte(catalogue.folder / TOY)
    assert get() == cache / "2026.1" / TOY
    assert get().read_bytes() == catalogue.files[TOY]


def test_a_bundled_copy_damaged_between_two_reads_is_noticed(catalogue, cache):
    catalogue.show_tables()
    assert get() == catalogue.folder / TOY
    before = (catalogue.folder / TOY).stat()
    flip_a_byte(catalogue.folder / TOY)
    os.utime(catalogue.folder / TOY, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert get() == cache / "2026.1" / TOY


def test_a_damaged_bundled_copy_without_mirrors_says_so(catalogue, monkeypatch, cache):
    catalogue.show_tables()
    flip_a_byte(catalogue.folder / TOY)
    monkeypatch.delenv("SAHELKIT_MIRRORS")
    with pytest.raises(DataUnavailableError, match="the copy that came with sahelkit: not the recorded bytes"):
        get()
    assert not cache.exists()


def test_no_place_to_ask(catalogue, monkeypatch):
    monkeypatch.delenv("SAHELKIT_MIRRORS")
    with pytest.raises(DataUnavailableError) as caught:
        get()
    assert str(caught.value) == (
        f"could not get toy/toy.csv. Tried: {catalogue.folder / TOY}, the copy that came with sahelkit: not there; "
        f"{store.where() / '2026.1' / TOY}: not in the cache. Set SAHELKIT_MIRRORS to an address or folder that holds "
        "it, or bring it in with 'sahelkit cache import FILE'."
    )


def test_offline_without_a_cached_copy(catalogue, server, cache, monkeypatch):
    monkeypatch.setenv("SAHELKIT_OFFLINE", "1")
    with pytest.raises(
        OfflineError, match=r"the network: not asked, because SAHELKIT_OFFLINE is on\. Unset SAHELKIT_OFF"
    ):
        get()
    assert server.paths() == []
    assert not cache.exists()


def test_offline_with_a_cached_copy(catalogue, server, monkeypatch):
    path = get()
    monkeypatch.setenv("SAHELKIT_OFFLINE", "1")
    digest.forget()
    assert get() == path
    assert server.paths() == [TOY]


@pytest.mark.parametrize("as_url", [False, True], ids=["folder", "file address"])
def test_offline_folders_are_still_read(catalogue, server, tmp_path, monkeypatch, as_url):
    stick = tmp_path / "USB STICK, réseau"
    (stick / "toy").mkdir(parents=True)
    (stick / TOY).write_bytes(catalogue.files[TOY])
    monkeypatch.setenv("SAHELKIT_MIRRORS", stick.as_uri().replace(",", "%2C") if as_url else str(stick))
    monkeypatch.setenv("SAHELKIT_OFFLINE", "1")
    assert get().read_bytes() == catalogue.files[TOY]
    assert server.paths() == []


def test_a_folder_with_a_damaged_copy_means_the_next_mirror(catalogue, server, tmp_path, monkeypatch):
    stick = tmp_path / "stick"
    (stick / "toy").mkdir(parents=True)
    (stick / TOY).write_bytes(catalogue.files[TOY][:-1])
    monkeypatch.setenv("SAHELKIT_MIRRORS", f"{stick} {server.address}")
    assert get().read_bytes() == catalogue.files[TOY]


def test_a_mirror_that_moved_on_still_serves_the_version_of_this_installation(catalogue, server):
    server.files["versions/2026.1/toy/toy.csv"] = server.files[TOY]
    server.files[TOY] = b"code,word\n1,newer\n"
    assert get().read_bytes() == catalogue.files[TOY]


def test_a_damaged_cached_file_is_set_aside_and_fetched_again(catalogue, server, cache, everything_in):
    path = get()
    flip_a_byte(path)
    damaged = path.read_bytes()
    assert get().read_bytes() == catalogue.files[TOY]
    assert path.with_name("toy.csv.corrupt-1").read_bytes() == damaged
    flip_a_byte(path)
    assert get().read_bytes() == catalogue.files[TOY]
    assert everything_in(cache / "2026.1" / "toy") == ["toy.csv", "toy.csv.corrupt-1", "toy.csv.corrupt-2"]


def test_a_damaged_cached_file_offline_is_an_error_and_is_kept(catalogue, monkeypatch):
    path = get()
    flip_a_byte(path)
    monkeypatch.setenv("SAHELKIT_OFFLINE", "yes")
    with pytest.raises(OfflineError, match=r"damaged \(sha256 [0-9a-f]{12}…\), kept as toy\.csv\.corrupt-1"):
        get()
    assert not path.exists()
    assert path.with_name("toy.csv.corrupt-1").exists()
    with pytest.raises(OfflineError, match=r"only a damaged copy, toy\.csv\.corrupt-1"):
        get()


def test_a_truncated_cached_file_is_fetched_again(catalogue):
    path = get()
    os.truncate(path, 100)
    assert get().read_bytes() == catalogue.files[TOY]


def test_a_cache_below_a_file(catalogue, tmp_path, monkeypatch):
    (tmp_path / "notes.txt").write_text("mine")
    monkeypatch.setenv("SAHELKIT_DATA_DIR", str(tmp_path / "notes.txt" / "cache"))
    with pytest.raises(CacheError, match="Set SAHELKIT_DATA_DIR to a folder that you may write"):
        get()
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_cached_files_have_the_rights_of_their_folder(catalogue):
    path = get()
    wanted = path.parent.stat().st_mode & 0o666
    assert stat.S_IMODE(path.stat().st_mode) == wanted


def test_upstream_files_come_from_mirrors_before_their_own_address(catalogue, server, monkeypatch, start):
    folder = start({"up_small.csv": catalogue.files["sources/up_small.csv"]})
    monkeypatch.setenv("SAHELKIT_MIRRORS", folder.address)
    assert store.fetch_source("up_small").read_bytes() == catalogue.files["sources/up_small.csv"]
    assert server.paths() == []


def test_upstream_files_come_from_their_own_address_last(catalogue, server, monkeypatch, cache):
    monkeypatch.delenv("SAHELKIT_MIRRORS")
    assert store.fetch_source("up_small") == cache / "sources" / "up_small.csv"
    assert server.paths() == ["upstream/up_small.csv"]


def test_upstream_files_lie_below_sources_on_a_full_mirror(catalogue, server):
    store.fetch_source("cut_only")
    assert server.paths() == ["cut_only.csv", "sources/cut_only.csv"]


def test_an_extract_without_address_needs_a_mirror(catalogue, monkeypatch):
    monkeypatch.delenv("SAHELKIT_MIRRORS")
    with pytest.raises(DataUnavailableError, match=r"no public address gives exactly this file.*Set SAHELKIT_MIRRORS"):
        store.fetch_source("cut_only")
