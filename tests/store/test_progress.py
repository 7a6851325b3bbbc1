"""Where a progress bar is shown."""

from __future__ import annotations

import os
import sys

import pytest

from sahelkit.store.progress import bar

BIG = 1_000_001


def shown(capfd, total, **options) -> bool:
    with bar("coups.csv", total, **options) as advance:
        advance(total or 10)
    return "coups.csv" in capfd.readouterr().err


def test_on_request_above_one_megabyte(capfd):
    assert shown(capfd, BIG, wanted=True)
    assert not shown(capfd, BIG - 1, wanted=True)
    assert not shown(capfd, None, wanted=True)


def test_not_in_a_log_file(capfd):
    assert not shown(capfd, BIG)


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
@pytest.mark.parametrize(("wanted", "expected"), [(None, True), (False, False)])
def test_on_a_terminal(monkeypatch, wanted, expected):
    monkeypatch.setenv("TERM", "xterm")
    ours, theirs = os.openpty()
    with os.fdopen(theirs, "w") as terminal:
        monkeypatch.setattr(sys, "stderr", terminal)
        with bar("coups.csv", BIG, wanted=wanted) as advance:
            advance(BIG)
        terminal.write("end")
        terminal.flush()
        text = b""
        while b"end" not in text:
            text += os.read(ours, 4096)
    os.close(ours)
    assert (b"coups.csv" in text) is expected
