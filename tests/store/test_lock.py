"""Locks between processes, here between threads: each opens the file for itself."""

from __future__ import annotations

import threading
import time

import pytest

from sahelkit.store.lock import lock


def test_one_at_a_time(tmp_path):
    inside, most = 0, 0
    guard = threading.Lock()

    def work():
        nonlocal inside, most
        with lock(tmp_path / ".l") as held:
            assert held
            with guard:
                inside += 1
                most = max(most, inside)
            time.sleep(0.02)
            with guard:
                inside -= 1

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert most == 1
    assert list(tmp_path.iterdir()) == []


def test_after_some_time_one_goes_ahead_without(tmp_path):
    with lock(tmp_path / ".l") as first, lock(tmp_path / ".l", patience=0.1) as second:
        assert (first, second) == (True, False)


def test_a_lock_file_left_by_a_dead_process_holds_nobody_up(tmp_path):
    (tmp_path / ".l").touch()
    with lock(tmp_path / ".l", patience=0.0) as held:
        assert held


def test_the_lock_ends_with_an_error_inside(tmp_path):
    with pytest.raises(RuntimeError, match="inside"), lock(tmp_path / ".l"):
        raise RuntimeError("inside")
    with lock(tmp_path / ".l", patience=0.0) as held:
        assert held
