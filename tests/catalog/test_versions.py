"""A data version that was once published can be loaded for ever, with no network."""

from __future__ import annotations

import hashlib
import warnings

import pandas as pd
import pytest

import sahelkit as sk
from sahelkit import store
from sahelkit.catalog import locate, records
from sahelkit.store import settings
from sahelkit.store.curated import data_files, dataset_names
from sahelkit.store.registry import current_version, released, versions

OLDER = [version for version in versions() if version != current_version()]
LOADERS = [name for name in sk.__all__ if name.startswith("load_") and name != "load_map"]


def test_all_records_are_of_the_current_version():
    assert {record.version for record in records().values()} == {current_version()}


def test_a_published_version_is_not_the_one_being_written():
    registry = (locate.datasets_dir() / "registry.txt").read_bytes()
    digest = released().get(current_version())
    assert digest in (None, hashlib.sha256(registry).hexdigest())


@pytest.mark.parametrize("version", OLDER)
def test_every_table_of_an_older_version_travels(version, monkeypatch, tmp_path):
    monkeypatch.setenv("SAHELKIT_OFFLINE", "1")
    monkeypatch.setenv("SAHELKIT_DATA_DIR", str(tmp_path / "cache"))
    names = dataset_names(version)
    assert len(names) > 10
    for name in names:
        for file in data_files(name, version):
            dataset, _, table = file.partition("/")
            assert store.data_path(dataset, table, version).is_file()
    assert not settings.cache_root().exists()


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize("version", OLDER)
def test_every_loader_reads_an_older_version(version, loader):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        older, today = (getattr(sk, loader)(version=given) for given in (version, None))
    assert set(older.columns) == set(today.columns)
    assert older.empty is (loader == "load_response_searches")
    if loader != "load_events":
        assert set(older.attrs["sahelkit"]["datasets"].values()) == {version}


def test_what_was_wrong_in_2026_1_stays_as_it_was_published():
    def deaths(version):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            rows = sk.load_indicators(indicators="igme_under5_mortality", countries="BFA", version=version)
        return rows.set_index("year")["value"]

    old, new = deaths("2026.1"), deaths(None)
    assert old[2012] == new[2011] == pytest.approx(116.83)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tunisia = {v: sk.load_coups(rule="any", countries="TUN", version=v)["date"] for v in ("2026.1", "2026.2")}
    assert pd.Timestamp("2019-01-14") in set(tunisia["2026.1"])
    assert pd.Timestamp("2019-01-14") not in set(tunisia["2026.2"])
