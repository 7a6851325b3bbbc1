"""A small catalogue, a scripted HTTP server on this machine, and Python processes that use both."""

from __future__ import annotations

import hashlib
import os
import random
import socket
import struct
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path

import pytest

from sahelkit.catalog import locate
from sahelkit.store import digest, transfer

RECORD = """
name = "{name}"
title_en = "T"
title_fr = "T"
description_en = "D"
description_fr = "D"
version = "{version}"
unit_of_observation = "row"
licence = "CC-BY-4.0"
attribution = "A"
references = []
[coverage]
places = "world"
first = "2000"
last = "2001"
absent = "unknown"
[[tables]]
file = "{name}.csv"
key = ["code"]
[[tables.fields]]
name = "code"
type = "integer"
label_en = "Code"
label_fr = "Code"
sources = {sources}
[[tables.fields]]
name = "word"
type = "string"
label_en = "Word"
label_fr = "Mot"
sources = []
"""


def sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def table(rows: int, seed: int) -> bytes:
    draw = random.Random(seed)
    lines = ["code,word", *(f"{i},{draw.getrandbits(128):032x}" for i in range(rows))]
    return ("\n".join(lines) + "\n").encode()


@dataclass
class Catalogue:
    """A datasets folder whose tables are hidden, and the bytes that a mirror of it serves."""

    folder: Path
    files: dict[str, bytes]
    current: str = "2026.1"
    older: str = "2025.1"

    def show_tables(self) -> None:
        """Put the bundled copies where an installation has them."""
        for name, body in self.files.items():
            if name.count("/") == 1 and not name.startswith("sources/"):
                (self.folder / name).write_bytes(body)


def _source(name: str, body: bytes, url: str, redistribute: str = "yes") -> str:
    return (
        f'[{name}]\nfile = "{name}.csv"\nurl = "{url}"\nsha256 = "{sha256(body)}"\nbytes = {len(body)}\n'
        f'title = "T"\nvintage = "2026"\noriginal = ""\nlicence = "L"\nredistribute = "{redistribute}"\n'
        "references = []\n"
    )


def make_catalogue(folder: Path, origin: str) -> Catalogue:
    """Datasets ``toy`` (300 kB) and ``mini``; sources pinned at `origin`; one older version."""
    folder.mkdir()
    upstream = {
        "up_small": table(2_000, 1),
        "up_big": table(40_000, 2),
        "cut_only": table(50, 3),
        "private": table(60, 4),
    }
    redistribute = {"private": "no"}
    (folder / "sources.toml").write_text(
        "\n".join(
            _source(n, b, "" if n == "cut_only" else f"{origin}/upstream/{n}.csv", redistribute.get(n, "yes"))
            for n, b in upstream.items()
        )
    )
    files = {f"sources/{name}.csv": body for name, body in upstream.items()}
    registries = {}
    for version, seed in (("2026.1", 10), ("2025.1", 20)):
        tables = {
            "toy/toy.csv": table(8_000, seed),
            "toy/record.toml": RECORD.format(name="toy", version=version, sources='["up_small", "cut_only"]').encode(),
            "mini/mini.csv": table(5, seed + 1),
            "mini/record.toml": RECORD.format(name="mini", version=version, sources="[]").encode(),
        }
        registries[version] = "".join(f"{n} sha256:{sha256(b)}\n" for n, b in sorted(tables.items())).encode()
        below = "" if version == "2026.1" else f"versions/{version}/"
        files.update({f"{below}{name}": body for name, body in tables.items()})
        files[f"{below}registry.txt"] = registries[version]
    (folder / "registry.txt").write_bytes(registries["2026.1"])
    (folder / "versions.toml").write_text(
        f'current = "2026.1"\n[released]\n"2025.1" = "{sha256(registries["2025.1"])}"\n'
    )
    for name in ("toy", "mini"):
        (folder / name).mkdir()
        (folder / name / "record.toml").write_bytes(files[f"{name}/record.toml"])
    return Catalogue(folder, files)


def status(code: int, headers: dict[str, str] | None = None, body: bytes = b"no"):
    def answer(handler, _body):
        handler.reply(body, code=code, headers=headers)

    return answer


def other(body: bytes, headers: dict[str, str] | None = None):
    """Status 200 with these bytes in place of the right ones."""

    def answer(handler, _body):
        handler.reply(body, headers=headers)

    return answer


def cut(share: float):
    """Announce the whole body, send part of it, close."""

    def answer(handler, body):
        handler.reply(body[: int(len(body) * share)], length=len(body))

    return answer


def chunked_cut(handler, body):
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    handler.wfile.write(b"%x\r\n" % len(body) + body[: len(body) // 2])
    handler.close_connection = True


def reset(handler, body):
    """Send half of the body, then break the connection."""
    handler.reply(body[: len(body) // 2], length=len(body))
    handler.wfile.flush()
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()


def stall(share: float):
    """Send part of the answer (0: not even a status line), then fall silent until the test ends."""

    def answer(handler, body):
        if share:
            handler.reply(body[: int(len(body) * share)], length=len(body))
            handler.wfile.flush()
        handler.server.of.released.wait(30)
        handler.close_connection = True

    return answer


@dataclass
class Server:
    """An HTTP server whose answers follow a script, then what `files` holds."""

    address: str
    files: dict[str, bytes] = field(default_factory=dict)
    scripts: dict[str, list] = field(default_factory=dict)
    asked: list[tuple[str, float, dict[str, str]]] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)
    stop: object = None

    def script(self, path: str, *answers) -> None:
        """Answers for the next requests of `path`; the last one stays if it is wrapped in a list."""
        self.scripts[path] = list(answers)

    def paths(self) -> list[str]:
        return [path for path, _, _ in self.asked]

    def pauses(self) -> list[float]:
        times = [moment for _, moment, _ in self.asked]
        return [after - before for before, after in pairwise(times)]

    status = staticmethod(status)
    other = staticmethod(other)
    cut = staticmethod(cut)
    stall = staticmethod(stall)
    chunked_cut = staticmethod(chunked_cut)
    reset = staticmethod(reset)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_arguments) -> None:
        pass

    def reply(self, body, *, code=200, headers=None, length=None) -> None:
        self.send_response(code)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    def do_GET(self) -> None:
        of = self.server.of
        path = self.path.lstrip("/")
        of.asked.append((path, time.monotonic(), dict(self.headers)))
        body = of.files.get(path.split("?")[0])
        script = of.scripts.get(path)
        try:
            if script:
                answer = script[0] if isinstance(script[0], list) else script.pop(0)
                (answer[0] if isinstance(answer, list) else answer)(self, body or b"")
            elif body is None:
                self.reply(b"nothing here", code=404)
            else:
                self.reply(body)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request, client_address) -> None:
        pass


@pytest.fixture
def start():
    """Starts servers; they end with the test."""
    running = []

    def begin(files: dict[str, bytes] | None = None) -> Server:
        http = _Quiet(("127.0.0.1", 0), _Handler)
        server = Server(f"http://127.0.0.1:{http.server_address[1]}", files or {})
        http.of = server
        threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

        def stop() -> None:
            server.released.set()
            http.shutdown()
            http.server_close()

        server.stop = stop
        running.append(server)
        return server

    yield begin
    for server in running:
        server.stop()


@pytest.fixture
def server(start) -> Server:
    return start()


@pytest.fixture
def catalogue(server, tmp_path, monkeypatch) -> Catalogue:
    """The small catalogue in place of the real one, its tables hidden; `server` is its mirror; an empty cache."""
    made = make_catalogue(tmp_path / "datasets", server.address)
    server.files.update(made.files)
    server.files.update({f"upstream/{n.removeprefix('sources/')}": b for n, b in made.files.items() if "sources/" in n})
    monkeypatch.setattr(locate, "datasets_dir", lambda: made.folder)
    monkeypatch.setenv("SAHELKIT_DATA_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("SAHELKIT_MIRRORS", server.address)
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setattr(transfer, "PATIENCE", replace(transfer.PATIENCE, connect=2, read=0.4, pause=0.02))
    digest.forget()
    return made


@pytest.fixture
def cache(catalogue, tmp_path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def everything_in():
    """Lists every file below a folder, hidden ones too."""
    return lambda folder: sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


PRELUDE = """
import os, sys
from pathlib import Path
from sahelkit.catalog import locate
locate.datasets_dir = lambda: Path({folder!r})
from sahelkit import store
from sahelkit.errors import SahelkitError
import pooch, requests, rich, random, tempfile, shutil  # before rights are given up
"""


@pytest.fixture
def process(catalogue):
    """Starts a Python process that sees the small catalogue; killed at the end of the test if still alive."""
    started = []

    def begin(code: str, **environment: str) -> subprocess.Popen:
        child = subprocess.Popen(
            [sys.executable, "-c", PRELUDE.format(folder=str(catalogue.folder)) + code],
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(child)
        return child

    yield begin
    for child in started:
        if child.poll() is None:
            child.kill()
        child.communicate()


@pytest.fixture
def wait_until():
    """Waits until a condition holds, at most 20 seconds."""

    def wait(condition) -> None:
        deadline = time.monotonic() + 20
        while not condition():
            assert time.monotonic() < deadline, "waited 20 seconds in vain"
            time.sleep(0.01)

    return wait
