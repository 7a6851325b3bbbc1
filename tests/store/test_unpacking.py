"""import_(): all files of a sound archive, nothing of any other."""

from __future__ import annotations

import stat
import struct
import zipfile

import pytest

from sahelkit import store
from sahelkit.errors import ArchiveError, CacheError

MINI = "2026.1/mini/mini.csv"


@pytest.fixture
def pack(catalogue, tmp_path):
    """Writes an archive from (name or ZipInfo, body) pairs."""

    def write(*entries, compression=zipfile.ZIP_STORED):
        path = tmp_path / "in.zip"
        with zipfile.ZipFile(path, "w", compression) as archive:
            for name, body in entries:
                archive.writestr(name, body)
        return path

    return write


def entry(name: str, kind: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = (kind | 0o777) << 16
    return info


def test_from_one_machine_to_another(catalogue, server, tmp_path, monkeypatch, everything_in):
    store.fetch(["toy", "mini", "up_small", "cut_only"])
    store.fetch("toy", version="2025.1")
    made = store.export(tmp_path / "class.zip")
    there = everything_in(store.where())
    monkeypatch.setenv("SAHELKIT_DATA_DIR", str(tmp_path / "second"))
    monkeypatch.setenv("SAHELKIT_OFFLINE", "1")
    monkeypatch.delenv("SAHELKIT_MIRRORS")
    assert store.import_(tmp_path / "class.zip") == made.files
    assert set(everything_in(tmp_path / "second")) == {*there, "2026.1/registry.txt"}
    asked = len(server.asked)
    assert store.data_path("toy", "toy.csv").read_bytes() == catalogue.files["toy/toy.csv"]
    assert store.data_path("toy", "toy.csv", "2025.1").read_bytes() == catalogue.files["versions/2025.1/toy/toy.csv"]
    assert store.fetch_source("cut_only").read_bytes() == catalogue.files["sources/cut_only.csv"]
    assert len(server.asked) == asked


def test_an_archive_packed_anew_by_hand(catalogue, pack, cache):
    path = pack(("2026.1/", b""), (MINI, catalogue.files["mini/mini.csv"]), compression=zipfile.ZIP_DEFLATED)
    assert store.import_(path) == (MINI,)
    assert (cache / MINI).read_bytes() == catalogue.files["mini/mini.csv"]


def test_a_damaged_cached_file_is_replaced_and_kept(catalogue, pack, cache, everything_in):
    store.fetch("mini")
    (cache / MINI).write_bytes(b"damaged")
    store.import_(pack((MINI, catalogue.files["mini/mini.csv"])))
    assert (cache / MINI).read_bytes() == catalogue.files["mini/mini.csv"]
    assert "2026.1/mini/mini.csv.corrupt-1" in everything_in(cache)


UNSAFE = [
    ("../evil.csv", "unsafe path"),
    ("2026.1/../../evil.csv", "unsafe path"),
    ("2026.1/mini/..", "unsafe path"),
    ("../", "unsafe path"),
    ("./2026.1/mini/mini.csv", "unsafe path"),
    ("2026.1//mini.csv", "unsafe path"),
    ("2026.1\\mini\\mini.csv", "unsafe path"),
    ("/etc/passwd", "absolute path"),
    ("//server/share", "absolute path"),
    ("C:/evil.csv", "absolute path"),
    ("C:\\evil.csv", "absolute path"),
    ("\\\\server\\share", "absolute path"),
]


@pytest.mark.parametrize(("name", "why"), UNSAFE)
def test_unsafe_paths_are_refused(catalogue, pack, cache, tmp_path, name, why):
    before = {p.name for p in tmp_path.iterdir()} | {"in.zip"}
    path = pack((MINI, catalogue.files["mini/mini.csv"]), (name, b"evil"))
    with pytest.raises(ArchiveError, match=rf"it holds the {why} .* so nothing was imported"):
        store.import_(path)
    assert not cache.exists()
    assert {p.name for p in tmp_path.iterdir()} <= before


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFIFO, stat.S_IFSOCK, stat.S_IFDIR])
def test_links_and_devices_are_refused(catalogue, pack, cache, kind):
    path = pack((MINI, catalogue.files["mini/mini.csv"]), (entry("2026.1/toy/toy.csv", kind), b"/etc/passwd"))
    with pytest.raises(ArchiveError, match="is a link or device, not a file, so nothing was imported"):
        store.import_(path)
    assert not cache.exists()


def test_one_wrong_file_means_none(catalogue, pack, cache, everything_in):
    path = pack((MINI, catalogue.files["mini/mini.csv"]), ("2026.1/toy/toy.csv", b"forged"))
    with pytest.raises(ArchiveError, match=r"'2026\.1/toy/toy\.csv' does not have the recorded sha256, so nothing was"):
        store.import_(path)
    assert everything_in(cache) == []


@pytest.mark.parametrize("name", ["2026.1/toy/extra.csv", "2031.1/toy/toy.csv", "sources/unknown.csv", "setup.py"])
def test_files_in_no_registry_are_refused(catalogue, pack, cache, everything_in, name):
    path = pack((MINI, catalogue.files["mini/mini.csv"]), (name, b"x"))
    with pytest.raises(ArchiveError, match=r"is in no registry of this installation.* Install the version of sahelkit"):
        store.import_(path)
    assert not cache.exists() or everything_in(cache) == []


def test_an_older_version_without_its_registry_is_refused(catalogue, pack):
    path = pack(("2025.1/mini/mini.csv", catalogue.files["versions/2025.1/mini/mini.csv"]))
    with pytest.raises(ArchiveError, match="in no registry"):
        store.import_(path)


def test_a_forged_registry_does_not_vouch_for_forged_files(catalogue, pack, cache, everything_in):
    import hashlib

    forged = b"code,word\n1,forged\n"
    listing = f"mini/mini.csv sha256:{hashlib.sha256(forged).hexdigest()}\n".encode()
    path = pack(("2025.1/registry.txt", listing), ("2025.1/mini/mini.csv", forged))
    with pytest.raises(ArchiveError, match="nothing was imported"):
        store.import_(path)
    assert not cache.exists() or everything_in(cache) == []


def test_a_name_twice_is_refused(catalogue, tmp_path, pack):
    body = catalogue.files["mini/mini.csv"]
    with pytest.warns(UserWarning, match="Duplicate name"):
        path = pack((MINI, body), (MINI, body))
    with pytest.raises(ArchiveError, match="twice, so nothing was imported"):
        store.import_(path)


def test_a_password_is_refused(catalogue, pack):
    path = pack((MINI, catalogue.files["mini/mini.csv"]))
    raw = bytearray(path.read_bytes())
    start = raw.index(b"PK\x01\x02")
    raw[start + 8 : start + 10] = struct.pack("<H", 1)
    path.write_bytes(raw)
    with pytest.raises(ArchiveError, match="is locked with a password"):
        store.import_(path)


def test_a_damaged_archive(catalogue, pack, cache, everything_in):
    path = pack((MINI, catalogue.files["mini/mini.csv"]))
    raw = bytearray(path.read_bytes())
    raw[60] ^= 1
    path.write_bytes(raw)
    with pytest.raises(ArchiveError, match="not a sound zip archive"):
        store.import_(path)
    assert everything_in(cache) == []


def test_no_archive_at_all(catalogue, tmp_path):
    (tmp_path / "x.zip").write_text("hello")
    with pytest.raises(ArchiveError, match="not a sound zip archive"):
        store.import_(tmp_path / "x.zip")
    with pytest.raises(ArchiveError, match="there is no such file"):
        store.import_(tmp_path / "y.zip")
    with pytest.raises(ArchiveError, match="the file cannot be read"):
        store.import_(tmp_path)


def test_a_cache_that_cannot_be_made(catalogue, pack, tmp_path, monkeypatch):
    path = pack((MINI, catalogue.files["mini/mini.csv"]))
    monkeypatch.setenv("SAHELKIT_DATA_DIR", str(path / "cache"))
    with pytest.raises(CacheError, match="SAHELKIT_DATA_DIR"):
        store.import_(path)
