"""Files that may not be redistributed come from a folder, or through the store; a test without its file is skipped."""

from __future__ import annotations

import functools
import hashlib
import http.server
import threading

import pinned
import pytest

BODIES = {"one.csv": b"x,y\n1,2\n", "deep/two.csv": b"x,y\n3,4\n"}


@pytest.fixture
def served(tmp_path, monkeypatch):
    """Pins of files on a server of this machine; one has other bytes there, one has no address."""
    for name, body in {**BODIES, "changed.csv": b"changed"}.items():
        (tmp_path / "web" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "web" / name).write_bytes(body)
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=tmp_path / "web")
    monkeypatch.setattr(http.server.SimpleHTTPRequestHandler, "log_message", lambda *_: None)
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setenv("SAHELKIT_DATA_DIR", str(tmp_path / "cache"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        bodies = {**BODIES, "changed.csv": b"as pinned", "nowhere.csv": b"nowhere"}
        lines = []
        for name, body in bodies.items():
            url = "" if name == "nowhere.csv" else f"http://127.0.0.1:{server.server_address[1]}/{name}"
            lines.append(f'[files."{name}"]\nurl = "{url}"\nsha256 = "{hashlib.sha256(body).hexdigest()}"\n')
        (tmp_path / "pins.toml").write_text("".join(lines))
        yield tmp_path
        server.shutdown()


def test_the_switch_fetches_into_the_cache_and_says_what_is_not_to_be_had(served, monkeypatch):
    wanted = pinned.reference_files(served / "pins.toml")
    monkeypatch.delenv("SAHELKIT_TEST_REFERENCE", raising=False)
    monkeypatch.delenv(pinned.SWITCH, raising=False)
    with pytest.raises(pytest.skip.Exception, match="SAHELKIT_TEST_FETCH=1 fetches them"):
        pinned.folder("SAHELKIT_TEST_REFERENCE", wanted, "references")
    monkeypatch.setenv(pinned.SWITCH, "1")
    found = pinned.folder("SAHELKIT_TEST_REFERENCE", wanted, "references")
    assert {name: (found / name).read_bytes() for name in BODIES} == BODIES
    assert (served / "cache" / "references" / "deep" / "two.csv").is_file()
    for name in ("changed.csv", "nowhere.csv"):
        with pytest.raises(pytest.skip.Exception, match=name):
            found / name


def test_a_mirror_gives_what_has_no_address(served, monkeypatch):
    mirror = served / "mirror" / "references"
    mirror.mkdir(parents=True)
    (mirror / "nowhere.csv").write_bytes(b"nowhere")
    monkeypatch.setenv("SAHELKIT_MIRRORS", str(mirror.parent))
    found = pinned.fetched(pinned.reference_files(served / "pins.toml"), served / "cache" / "references")
    assert (found / "nowhere.csv").read_bytes() == b"nowhere"


def test_the_references_are_pinned_and_each_value_that_needs_a_file_names_one():
    files = {wanted.label: wanted for wanted in pinned.reference_files()}
    assert all(not url or "/raw.githubusercontent.com/" in url for wanted in files.values() for url in wanted.last)
    values = pinned.reference_values()
    assert {case["data"] for case in values.values() if "data" in case} <= set(files)
    assert all(case["source"] for case in values.values())
