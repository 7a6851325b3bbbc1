"""Every shipped dataset, through a mirror and then with the mirror gone; and what the shipped lists say."""

from __future__ import annotations

import hashlib
import shutil
import time

import pandas as pd
import pytest

from sahelkit import store
from sahelkit.catalog import locate, records, sources
from sahelkit.store import digest, registry
from sahelkit.tables import read as _read

REAL = locate.datasets_dir()
TABLES = [(record.name, table.name, table.file) for record in records().values() for table in record.tables]


def load_everything() -> dict[str, pd.DataFrame]:
    # Nothing may be answered from what this process remembers.
    digest.forget()
    _read._parsed_csv.cache_clear()
    return {
        f"{dataset}/{file}": _read.read_table(dataset, name)
        for dataset, name, file in TABLES
        if not file.endswith(".geojson")
    }


@pytest.fixture
def hidden_tables(tmp_path, monkeypatch):
    """The catalogue of this installation without a single table."""
    folder = tmp_path / "datasets"
    names = ["registry.txt", "versions.toml", "sources.toml", "references.toml"]
    for path in [*(REAL / name for name in names), *REAL.glob("*/record.toml")]:
        to = folder / path.relative_to(REAL)
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, to)
    bundled = load_everything()
    monkeypatch.setattr(locate, "datasets_dir", lambda: folder)
    return bundled


def test_every_dataset_through_a_mirror_then_without_it(hidden_tables, server, tmp_path, monkeypatch):
    bundled = hidden_tables
    server.files.update({p.relative_to(REAL).as_posix(): p.read_bytes() for p in REAL.rglob("*") if p.is_file()})
    monkeypatch.setenv("SAHELKIT_DATA_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("SAHELKIT_MIRRORS", server.address)
    monkeypatch.setenv("NO_PROXY", "*")
    files = sorted(f"{dataset}/{file}" for dataset, _, file in TABLES)

    fetched = load_everything()
    for dataset, _, file in TABLES:
        path = store.data_path(dataset, file)
        assert path == tmp_path / "cache" / registry.current_version() / dataset / file
        assert path.read_bytes() == (REAL / dataset / file).read_bytes()
    assert sorted(server.paths()) == files

    server.stop()
    again = load_everything()
    assert list(fetched) == list(again) == list(bundled)
    for name in bundled:
        pd.testing.assert_frame_equal(fetched[name], bundled[name])
        pd.testing.assert_frame_equal(again[name], bundled[name])


def test_the_bundled_tables_are_the_recorded_ones():
    frame = store.verify().query("place == 'bundled'")
    assert frame.loc[frame["status"] != "ok", ["file", "status"]].values.tolist() == []
    assert {f"{dataset}/{file}" for dataset, _, file in TABLES} <= set(frame["file"])


def test_a_released_version_keeps_its_registry():
    listed = registry.released().get(registry.current_version())
    assert listed in (None, hashlib.sha256((REAL / "registry.txt").read_bytes()).hexdigest())


def test_records_have_the_version_of_the_data():
    assert {record.version for record in records().values()} == {registry.current_version()}


def test_datasets_and_sources_share_no_name():
    assert set(records()) & set(sources()) == set()
    assert len({item.file for item in sources().values()}) == len(sources())


def test_a_second_request_for_a_bundled_file_is_cheap():
    dataset, _, file = TABLES[0]
    store.data_path(dataset, file)
    started = time.perf_counter()
    for _ in range(200):
        store.data_path(dataset, file)
    # Some stat calls: about 0.1 ms; reading the file through would take longer on any table of a megabyte.
    assert (time.perf_counter() - started) / 200 < 0.002


@pytest.mark.sources
def test_the_pinned_upstream_files_are_the_recorded_ones(sources_dir, tmp_path, monkeypatch):
    monkeypatch.setenv("SAHELKIT_DATA_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("SAHELKIT_MIRRORS", str(sources_dir))
    monkeypatch.setenv("SAHELKIT_OFFLINE", "1")
    for name, item in sources().items():
        path = store.fetch_source(name)
        assert path == tmp_path / "cache" / "sources" / item.file
        assert path.stat().st_size == item.bytes
