"""Shared by all tests: no network but loopback, and where the upstream and reference files are, if anywhere."""

from __future__ import annotations

import ipaddress
import os
import socket
from pathlib import Path

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
