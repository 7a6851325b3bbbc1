"""Faults of a server, each against a real one."""

from __future__ import annotations

import gzip
import re
from dataclasses import replace
from email.utils import formatdate
from time import time

import pytest

from sahelkit import __version__, store
from sahelkit.errors import DataUnavailableError
from sahelkit.store import failures, transfer

TOY = "toy/toy.csv"


def get():
    return store.data_path("toy", "toy.csv")


def test_a_file_comes_from_the_mirror_once(catalogue, server, cache, everything_in):
    first = get()
    assert first == cache / "2026.1" / "toy" / "toy.csv"
    assert first.read_bytes() == catalogue.files[TOY]
    assert get() == first
    assert server.paths() == [TOY]
    assert everything_in(cache) == ["2026.1/toy/toy.csv"]


def test_requests_name_the_package(catalogue, server):
    get()
    assert server.asked[0][2]["User-Agent"] == f"sahelkit/{__version__}"


def test_nothing_is_printed(catalogue, capfd):
    get()
    assert capfd.readouterr() == ("", "")


def test_503_twice_then_success(catalogue, server):
    server.script(TOY, server.status(503), server.status(503))
    assert get().read_bytes() == catalogue.files[TOY]
    assert server.paths() == [TOY] * 3
    first, second = server.pauses()
    assert first >= 0.02
    assert second >= 0.04


def test_503_for_ever_is_given_up(catalogue, server, cache, everything_in):
    server.script(TOY, [server.status(503)])
    with pytest.raises(DataUnavailableError, match=r"HTTP 503 Service Unavailable \(4 attempts\)"):
        get()
    assert server.paths() == [TOY] * 4
    assert everything_in(cache) == []


@pytest.mark.parametrize("header", ["1", lambda: formatdate(time() + 2.5, usegmt=True)], ids=["seconds", "date"])
def test_429_waits_as_long_as_it_is_asked_to(catalogue, server, header):
    text = header if isinstance(header, str) else header()
    server.script(TOY, server.status(429, {"Retry-After": text}))
    assert get().read_bytes() == catalogue.files[TOY]
    assert server.paths() == [TOY] * 2
    # A date has whole seconds: asked for 2.5 seconds ahead, it lies at least 1.5 ahead.
    assert server.pauses()[0] >= (1.0 if header == "1" else 1.4)


def test_a_wait_beyond_our_patience_means_the_next_mirror(catalogue, server, start, monkeypatch):
    busy = start()
    busy.script(TOY, [busy.status(429, {"Retry-After": "3600"})])
    monkeypatch.setenv("SAHELKIT_MIRRORS", f"{busy.address} {server.address}")
    before = time()
    assert get().read_bytes() == catalogue.files[TOY]
    assert time() - before < 5
    assert busy.paths() == [TOY]


def test_a_retry_after_that_nobody_can_read_is_ignored(catalogue, server):
    server.script(TOY, server.status(503, {"Retry-After": "soon"}))
    assert get().read_bytes() == catalogue.files[TOY]


@pytest.mark.parametrize("fault", ["cut", "chunked_cut", "reset"])
def test_a_body_cut_short_is_asked_for_again(catalogue, server, fault, everything_in, cache):
    server.script(TOY, server.cut(0.6) if fault == "cut" else getattr(server, fault))
    assert get().read_bytes() == catalogue.files[TOY]
    assert server.paths() == [TOY] * 2
    assert everything_in(cache) == ["2026.1/toy/toy.csv"]


def test_a_body_always_cut_short_leaves_nothing_behind(catalogue, server, cache, everything_in):
    server.script(TOY, [server.cut(0.5)])
    size = len(catalogue.files[TOY])
    with pytest.raises(DataUnavailableError, match=rf"cut short at {size // 2:,} of {size:,} bytes \(4 attempts\)"):
        get()
    assert everything_in(cache) == []


def test_a_complete_body_with_the_wrong_hash_means_the_next_mirror(catalogue, server, start, monkeypatch):
    stale = start({TOY: catalogue.files["versions/2025.1/toy/toy.csv"]})
    monkeypatch.setenv("SAHELKIT_MIRRORS", f"{stale.address},{server.address}")
    assert get().read_bytes() == catalogue.files[TOY]
    assert stale.paths().count(TOY) == 1
    assert server.paths() == [TOY]


def test_a_wrong_hash_is_named_and_never_written(catalogue, server, cache, everything_in):
    server.script(TOY, [server.other(b"code,word\n1,forged\n")])
    with pytest.raises(
        DataUnavailableError, match=r"a complete file came, but not the recorded one \(sha256 [0-9a-f]{12}…"
    ):
        get()
    assert server.paths().count(TOY) == 1
    assert everything_in(cache) == []


@pytest.mark.parametrize(
    "page",
    [b"<!DOCTYPE html><html>log in</html>", b"\xef\xbb\xbf \n<html lang='fr'>connexion</html>", b"<HTML><BODY>x"],
)
def test_a_web_page_is_recognised(catalogue, server, start, monkeypatch, page):
    portal = start()
    portal.script(TOY, [portal.other(page, {"Content-Type": "text/html"})])
    monkeypatch.setenv("SAHELKIT_MIRRORS", portal.address)
    with pytest.raises(DataUnavailableError, match=r"a web page \(HTML\) came instead of the file: a login page or"):
        get()
    assert portal.paths().count(TOY) == 1
    monkeypatch.setenv("SAHELKIT_MIRRORS", f"{portal.address} {server.address}")
    assert get().read_bytes() == catalogue.files[TOY]


@pytest.mark.parametrize("share", [0, 0.5], ids=["before the answer", "within the body"])
def test_a_stalled_server_times_out(catalogue, server, start, monkeypatch, cache, everything_in, share):
    slow = start(dict(catalogue.files))
    slow.script(TOY, [slow.stall(share)])
    monkeypatch.setenv("SAHELKIT_MIRRORS", slow.address)
    before = time()
    with pytest.raises(DataUnavailableError, match=r"the server fell silent for 0.4 seconds \(2 attempts\)"):
        get()
    assert time() - before < 5
    assert everything_in(cache) == []
    monkeypatch.setenv("SAHELKIT_MIRRORS", f"{slow.address} {server.address}")
    assert get().read_bytes() == catalogue.files[TOY]


def test_first_mirror_dead_second_good(catalogue, server, start, monkeypatch):
    dead = start()
    dead.stop()
    monkeypatch.setenv("SAHELKIT_MIRRORS", f"{dead.address} {server.address}")
    assert get().read_bytes() == catalogue.files[TOY]


def test_the_message_says_what_happened_at_each_place(catalogue, server, start, monkeypatch):
    dead, empty = start(), start()
    dead.stop()
    monkeypatch.setenv("SAHELKIT_MIRRORS", f"{dead.address} {empty.address}")
    with pytest.raises(DataUnavailableError) as caught:
        get()
    assert caught.value.tried[1:3] == [
        f"{dead.address}/{TOY}: no connection (unknown host, or nothing listens there)",
        f"{empty.address}/{TOY}: HTTP 404 Not Found",
    ]
    assert str(caught.value).endswith(
        "Check the network and SAHELKIT_MIRRORS, or bring the file in with 'sahelkit cache import FILE'."
    )


def test_passwords_and_tokens_stay_out_of_messages(catalogue, start, monkeypatch):
    empty = start()
    secret = empty.address.replace("http://", "http://amadou:sesame@") + "/data?token=sesame"
    monkeypatch.setenv("SAHELKIT_MIRRORS", secret)
    with pytest.raises(DataUnavailableError) as caught:
        get()
    assert "sesame" not in str(caught.value)
    assert empty.paths()[0] == f"data/{TOY}?token=sesame"
    assert empty.asked[0][2]["Authorization"].startswith("Basic ")


def test_a_body_packed_by_the_server_is_unpacked(catalogue, server):
    packed = gzip.compress(catalogue.files[TOY])
    server.script(TOY, server.other(packed, {"Content-Encoding": "gzip"}))
    assert get().read_bytes() == catalogue.files[TOY]


def test_a_body_longer_than_recorded_is_not_read_to_its_end(catalogue, server):
    server.script("up_small.csv", [server.other(catalogue.files["sources/up_big.csv"])])
    server.script("upstream/up_small.csv", [server.status(404)])
    del server.files["sources/up_small.csv"]
    size = len(catalogue.files["sources/up_small.csv"])
    with pytest.raises(DataUnavailableError, match=f"the body goes on after {size:,} bytes, so it is another file"):
        store.fetch_source("up_small")


def test_the_pause_grows(catalogue, server, monkeypatch):
    monkeypatch.setattr(transfer, "PATIENCE", replace(transfer.PATIENCE, pause=0.1, attempts=3))
    server.script(TOY, [server.status(500)])
    with pytest.raises(DataUnavailableError, match="HTTP 500"):
        get()
    first, second = server.pauses()
    assert first >= 0.1
    assert second >= 0.2


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_a_file_of_certificates_that_is_not_there_is_named(catalogue, monkeypatch, tmp_path, name):
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    monkeypatch.setenv(name, str(tmp_path / "bundle.pem"))
    monkeypatch.setenv("SAHELKIT_MIRRORS", "https://127.0.0.1:9")
    message = (
        f"the certificate file that {name} names, {tmp_path / 'bundle.pem'}, does not exist: mend {name} or unset it"
    )
    with pytest.raises(DataUnavailableError, match=re.escape(message)):
        get()
    (tmp_path / "bundle.pem").write_text("no certificate", encoding="utf-8")
    assert "cannot be used: mend" in str(failures.no_certificates(OSError("no certificate found")))
