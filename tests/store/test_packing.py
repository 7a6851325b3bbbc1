"""export(): what goes into the archive and what does not."""

from __future__ import annotations

import zipfile

import pytest

from sahelkit import store
from sahelkit.catalog import clear_caches
from sahelkit.errors import ArchiveError, OutputError


def test_the_same_files_make_the_same_archive(catalogue, tmp_path, monkeypatch):
    store.fetch(["toy", "up_small"])
    store.fetch("mini", version="2025.1")
    first = store.export(tmp_path / "one.zip")
    monkeypatch.setenv("SAHELKIT_DATA_DIR", str(tmp_path / "another cache"))
    store.fetch("mini", version="2025.1")
    store.fetch(["up_small", "toy"])
    second = store.export(tmp_path / "two.zip")
    assert first.files == second.files
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    assert first.files == (
        "2025.1/mini/mini.csv",
        "2025.1/mini/record.toml",
        "2025.1/registry.txt",
        "2026.1/registry.txt",
        "2026.1/toy/record.toml",
        "2026.1/toy/toy.csv",
        "sources/up_small.csv",
    )
    with zipfile.ZipFile(first.path) as archive:
        assert tuple(archive.namelist()) == first.files
        assert archive.read("2026.1/toy/toy.csv") == catalogue.files["toy/toy.csv"]


def test_damaged_files_stay_out_and_are_named(catalogue, cache, tmp_path):
    store.fetch(["toy", "mini"])
    (cache / "2026.1" / "toy" / "toy.csv").write_bytes(b"damaged")
    made = store.export(tmp_path / "x.zip")
    assert made.damaged == ("2026.1/toy/toy.csv",)
    assert "2026.1/toy/toy.csv" not in made.files


@pytest.mark.parametrize("terms", ["no", "facts-with-citation", "study-region-facts"])
def test_upstream_files_that_may_not_be_passed_on_stay_out(catalogue, tmp_path, terms):
    path = catalogue.folder / "sources.toml"
    path.write_text(path.read_text().replace('redistribute = "no"', f'redistribute = "{terms}"'))
    clear_caches()
    store.fetch(["private"])
    with pytest.raises(ArchiveError, match="only files that are damaged or may not be passed on"):
        store.export(tmp_path / "x.zip")
    store.fetch(["up_small"])
    made = store.export(tmp_path / "x.zip")
    assert made.withheld == ("sources/private.csv",)
    assert made.files == ("sources/up_small.csv",)


def test_bundled_tables_on_request(catalogue, server, tmp_path):
    catalogue.show_tables()
    made = store.export(tmp_path / "x.zip", bundled=True)
    assert made.files == (
        "2026.1/mini/mini.csv",
        "2026.1/mini/record.toml",
        "2026.1/registry.txt",
        "2026.1/toy/record.toml",
        "2026.1/toy/toy.csv",
    )
    assert server.paths() == []


def test_nothing_to_export(catalogue, tmp_path):
    with pytest.raises(
        ArchiveError, match=r"there is nothing to export: the cache is empty\. Type 'sahelkit fetch --all'"
    ):
        store.export(tmp_path / "x.zip")
    assert not (tmp_path / "x.zip").exists()


def test_another_ending(catalogue, tmp_path):
    with pytest.raises(ArchiveError, match=r"the name of an archive ends in \.zip\. Type thesis\.docx\.zip"):
        store.export(tmp_path / "thesis.docx")


def test_a_folder_that_is_not_there(catalogue, tmp_path, everything_in):
    store.fetch("mini")
    with pytest.raises(OutputError, match=r"cannot write .*x\.zip: No such file or directory\. Choose another folder"):
        store.export(tmp_path / "nowhere" / "x.zip")


def test_a_failed_export_keeps_the_older_archive(catalogue, tmp_path, monkeypatch):
    store.fetch("mini")
    (tmp_path / "out").mkdir()
    store.export(tmp_path / "out" / "x.zip")
    before = (tmp_path / "out" / "x.zip").read_bytes()

    def full(*_arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(zipfile.ZipFile, "writestr", full)
    with pytest.raises(OutputError, match="No space left on device"):
        store.export(tmp_path / "out" / "x.zip")
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["x.zip"]
    assert (tmp_path / "out" / "x.zip").read_bytes() == before
