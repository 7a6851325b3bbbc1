"""Hashes: computed at the first read, remembered, never trusted after a change."""

from __future__ import annotations

import hashlib
import os

import pytest

from sahelkit.store import digest


@pytest.fixture
def reads(monkeypatch):
    """Counts how often a file is read through."""
    digest.forget()
    counted = []
    real = hashlib.file_digest
    monkeypatch.setattr(hashlib, "file_digest", lambda stream, name: counted.append(stream.name) or real(stream, name))
    return counted


def test_a_file_is_read_once(tmp_path, reads):
    path = tmp_path / "a"
    path.write_bytes(b"mali")
    expected = hashlib.sha256(b"mali").hexdigest()
    assert [digest.sha256_of(path) for _ in range(3)] == [expected] * 3
    assert len(reads) == 1


def test_a_change_of_equal_size_and_time_is_noticed(tmp_path, reads):
    path = tmp_path / "a"
    path.write_bytes(b"mali")
    before = path.stat()
    digest.sha256_of(path)
    path.write_bytes(b"male")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert digest.sha256_of(path) == hashlib.sha256(b"male").hexdigest()
    assert len(reads) == 2


def test_what_is_not_there_matches_nothing(tmp_path):
    (tmp_path / "a").touch()
    assert not digest.matches(tmp_path / "b", "0" * 64)
    assert not digest.matches(tmp_path / "a" / "b", "0" * 64)
    assert not digest.matches(tmp_path, "0" * 64)
