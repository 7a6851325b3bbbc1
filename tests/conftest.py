"""Shared by all tests: no network but loopback, and where the upstream and reference files are, if anywhere."""

from __future__ import annotations

import ipaddress
import json
import os
import socket
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
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


def _folder(variable: str) -> Path:
    where = os.environ.get(variable, "")
    if not where:
        pytest.skip(f"{variable} is not set: it names the folder with files that the project may not redistribute")
    folder = Path(where)
    assert folder.is_dir(), f"{variable}={where} is not a folder"
    return folder


@pytest.fixture(scope="session")
def sources_dir() -> Path:
    """Folder with the pinned upstream files; the test is skipped where there is none."""
    return _folder("SAHELKIT_TEST_SOURCES")


@pytest.fixture(scope="session")
def reference_dir() -> Path:
    """Folder with reference values that estimators must reproduce; the test is skipped where there is none."""
    return _folder("SAHELKIT_TEST_REFERENCE")


@pytest.fixture(scope="session")
def reference(reference_dir):
    """Reference cases by their id; ``reference("firth.sex2")`` gives the case."""
    cases = {case["id"]: case for case in json.loads((reference_dir / "reference_values.json").read_text("utf-8"))}
    return cases.__getitem__


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
