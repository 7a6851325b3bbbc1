"""Shared by all tests: no network but loopback, and where the upstream and reference files are, if anywhere."""

from __future__ import annotations

import ipaddress
import socket
from pathlib import Path

import numpy as np
import pandas as pd
import pinned
import pytest
import statsmodels.stats
from hypothesis import HealthCheck, settings

# A busy machine draws examples slowly; that says nothing about the code under test.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

_connect = socket.socket.connect


def _loopback_only(self, address):
    if self.family in (socket.AF_INET, socket.AF_INET6):
        host = address[0]
        try:
            local = host == "localhost" or ipaddress.ip_address(host).is_loopback
        except ValueError:
            local = False
        if not local:
            raise RuntimeError(f"a test tried to reach {host}; tests may only reach this machine")
    return _connect(self, address)


@pytest.fixture(autouse=True)
def _no_network(monkeypatch):
    monkeypatch.setattr(socket.socket, "connect", _loopback_only)


@pytest.fixture(autouse=True)
def _own_settings(monkeypatch, tmp_path_factory):
    """No test reads or fills the cache of the person who runs it."""
    for name in ("SAHELKIT_MIRRORS", "SAHELKIT_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SAHELKIT_DATA_DIR", str(tmp_path_factory.getbasetemp() / "cache"))


@pytest.fixture(scope="session")
def sources_dir() -> pinned.Folder:
    """Folder with the pinned upstream files; a test is skipped where its file is not."""
    return pinned.folder("SAHELKIT_TEST_SOURCES", pinned.upstream_files(), "sources")


@pytest.fixture(scope="session")
def reference_dir() -> pinned.Folder:
    """Folder with the data that published numbers were computed from; a test is skipped where its file is not."""
    return pinned.folder("SAHELKIT_TEST_REFERENCE", pinned.reference_files(), "references")


@pytest.fixture(scope="session")
def reference():
    """Published numbers that estimators must reproduce; ``reference("firth.sex2")`` gives a case."""
    return pinned.reference_values().__getitem__


@pytest.fixture(scope="session")
def petersen() -> pd.DataFrame:
    """Petersen's panel of 500 firms by 10 years, which statsmodels ships; y and x."""
    file = Path(statsmodels.stats.__file__).parent / "tests" / "test_data.txt"
    return pd.read_csv(file, sep=r"\s+", header=None, names=["firm", "year", "x", "y"])


@pytest.fixture
def months():
    """Six countries by 120 months with about 40 events; x is binary, z continuous."""
    rng = np.random.default_rng(7)
    codes = ["BFA", "CIV", "GIN", "MLI", "NER", "SEN"]
    periods = pd.period_range("2000-01", periods=120, freq="M")
    index = pd.MultiIndex.from_product([codes, periods], names=["iso3", "period"])
    frame = pd.DataFrame(index=index).reset_index()
    frame["x"] = rng.integers(0, 2, len(frame))
    frame["z"] = rng.normal(size=len(frame))
    frame["attempt"] = (rng.random(len(frame)) < 0.04 + 0.04 * frame["x"]).astype(int)
    return frame
