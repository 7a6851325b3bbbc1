"""Versions and registries."""

from __future__ import annotations

import hashlib

import pytest

from sahelkit import store
from sahelkit.errors import DataUnavailableError, RecordError, UnknownNameError
from sahelkit.store import contents, registry


def test_an_older_version_comes_from_its_own_place(catalogue, server, cache):
    path = store.data_path("toy", "toy.csv", "2025.1")
    assert path == cache / "2025.1" / "toy" / "toy.csv"
    assert path.read_bytes() == catalogue.files["versions/2025.1/toy/toy.csv"]
    assert server.paths() == ["versions/2025.1/registry.txt", "versions/2025.1/toy/toy.csv"]
    store.data_path("toy", "record.toml", "2025.1")
    assert len(server.paths()) == 3


def _keep(catalogue, *files):
    """Put files of the older version where an installation carries them."""
    for name in ("registry.txt", *files):
        path = catalogue.folder / "versions" / "2025.1" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(catalogue.files[f"versions/2025.1/{name}"])


def test_what_changed_since_an_older_version_travels_with_the_newer_one(catalogue, server, monkeypatch):
    monkeypatch.setenv("SAHELKIT_OFFLINE", "1")
    _keep(catalogue, "toy/toy.csv", "toy/record.toml")
    path = store.data_path("toy", "toy.csv", "2025.1")
    assert path == catalogue.folder / "versions" / "2025.1" / "toy" / "toy.csv"
    assert registry.read_registry(catalogue.folder / "registry.txt")["toy/toy.csv"] != contents.sha256_of(path)
    assert server.paths() == []


def test_what_did_not_change_is_read_from_the_newer_version(catalogue, server, monkeypatch):
    monkeypatch.setenv("SAHELKIT_OFFLINE", "1")
    old, new = catalogue.files["versions/2025.1/mini/mini.csv"], catalogue.files["mini/mini.csv"]
    assert old != new
    listed = catalogue.folder / "registry.txt"
    listed.write_text(listed.read_text().replace(hashlib.sha256(new).hexdigest(), hashlib.sha256(old).hexdigest()))
    (catalogue.folder / "mini" / "mini.csv").write_bytes(old)
    _keep(catalogue)
    assert store.data_path("mini", "mini.csv", "2025.1") == catalogue.folder / "mini" / "mini.csv"
    assert server.paths() == []


def test_a_damaged_copy_of_an_older_table_is_never_read(catalogue, server):
    _keep(catalogue, "toy/toy.csv")
    kept = catalogue.folder / "versions" / "2025.1" / "toy" / "toy.csv"
    kept.write_bytes(kept.read_bytes()[:-9])
    assert store.data_path("toy", "toy.csv", "2025.1").read_bytes() == catalogue.files["versions/2025.1/toy/toy.csv"]
    assert server.paths() == ["versions/2025.1/toy/toy.csv"]


def test_the_bundled_version_may_be_named(catalogue):
    assert store.data_path("toy", "toy.csv", "2026.1") == store.data_path("toy", "toy.csv")


def test_an_unknown_version_lists_those_that_exist(catalogue, server):
    with pytest.raises(UnknownNameError, match=r"unknown data version '2024\.1'\..* Known: 2025\.1, 2026\.1\."):
        store.data_path("toy", "toy.csv", "2024.1")
    assert server.paths() == []


def test_a_forged_registry_is_refused(catalogue, server):
    server.files["versions/2025.1/registry.txt"] += b"\n"
    with pytest.raises(DataUnavailableError, match=r"could not get 2025\.1/registry\.txt.*not the recorded one"):
        store.data_path("toy", "toy.csv", "2025.1")
    assert "versions/2025.1/toy/toy.csv" not in server.paths()


@pytest.mark.parametrize(
    ("dataset", "file", "message"),
    [
        ("tpy", "toy.csv", r"unknown dataset 'tpy'\. Did you mean 'toy'\?"),
        ("toy", "toi.csv", r"unknown file of dataset 'toy' 'toi\.csv'\. Did you mean 'toy\.csv'\?"),
        ("toy", "../sources.toml", "unknown file of dataset 'toy'"),
    ],
)
def test_unknown_names(catalogue, dataset, file, message):
    with pytest.raises(UnknownNameError, match=message):
        store.data_path(dataset, file)


@pytest.mark.parametrize(
    "line",
    [
        "toy/toy.csv",
        "toy/toy.csv sha256:12",
        "toy/toy.csv md5:" + "0" * 32,
        "../toy.csv " + "0" * 64,
        "/etc/passwd " + "0" * 64,
        "toy/../../x " + "0" * 64,
        "C:/x " + "0" * 64,
        "a b " + "0" * 64,
    ],
)
def test_a_damaged_registry_names_the_line(catalogue, line):
    (catalogue.folder / "registry.txt").write_text(f"# files\n\n{line}\n")
    with pytest.raises(RecordError, match=r"registry\.txt: line 3 is not a file name with its sha256"):
        store.data_path("toy", "toy.csv")


def test_a_registry_that_pooch_writes_is_read(tmp_path):
    path = tmp_path / "registry.txt"
    path.write_text("# made by pooch\na/b.csv " + "A" * 64 + "\n")
    assert dict(registry.read_registry(path)) == {"a/b.csv": "a" * 64}


def test_a_missing_registry(catalogue):
    (catalogue.folder / "registry.txt").unlink()
    with pytest.raises(RecordError, match=r"registry\.txt: the file is missing\. Reinstall sahelkit"):
        store.data_path("toy", "toy.csv")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("current = 2026.1", "'current' must be a version"),
        ('current = "latest"', "'current' must be a version"),
        ('current = "2026.1"\nreleased = 1', "'released' must be a table"),
        (
            'current = "2026.1"\n[released]\n"2025.1" = "abc"',
            r"\[released\] '2025\.1' must be a version with the sha256",
        ),
        ("current = ", "not valid TOML"),
    ],
)
def test_a_damaged_list_of_versions(catalogue, text, why):
    (catalogue.folder / "versions.toml").write_text(text)
    with pytest.raises(RecordError, match=why):
        store.data_path("toy", "toy.csv")


def test_versions_are_in_order_of_time(catalogue):
    (catalogue.folder / "versions.toml").write_text(
        'current = "2026.10"\n[released]\n'
        + "".join(f'"{v}" = "{"0" * 64}"\n' for v in ("2026.9", "2026.2", "2025.11"))
    )
    assert registry.versions() == ["2025.11", "2026.2", "2026.9", "2026.10"]
