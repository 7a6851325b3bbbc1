"""What several processes, a killed one, a read-only folder and a full disk do to the cache."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from sahelkit import store
from sahelkit.errors import CacheError
from sahelkit.store import lock as locks

TOY = "toy/toy.csv"
posix = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals and limits")

GET = """
try:
    path = store.data_path("toy", "toy.csv")
    print("GOT", len(path.read_bytes()))
except SahelkitError as error:
    print(type(error).__name__, error)
"""


@posix
def test_killed_during_a_download_then_a_clean_retry(catalogue, server, process, cache, everything_in, wait_until):
    server.script(TOY, server.stall(0.5))
    child = process(GET)
    wait_until(lambda: any(".part-" in name for name in everything_in(cache)) if cache.exists() else False)
    wait_until(lambda: any((cache / n).stat().st_size > 1000 for n in everything_in(cache)))
    child.send_signal(signal.SIGKILL)
    child.wait()
    left = everything_in(cache)
    assert "2026.1/toy/toy.csv" not in left
    assert any(".part-" in name for name in left)
    assert store.data_path("toy", "toy.csv").read_bytes() == catalogue.files[TOY]
    assert everything_in(cache) == ["2026.1/toy/toy.csv"]


def test_eight_processes_ask_for_one_file_at_once(catalogue, server, process, tmp_path, cache, everything_in):
    gate = tmp_path / "gate"
    waiting = f"""
import time
print("ready", flush=True)
while not os.path.exists({str(gate)!r}):
    time.sleep(0.001)
"""
    children = [process(waiting + GET) for _ in range(8)]
    for child in children:
        assert child.stdout.readline() == "ready\n"
    gate.touch()
    answers = [child.communicate(timeout=30) for child in children]
    assert answers == [(f"GOT {len(catalogue.files[TOY])}\n", "")] * 8
    assert server.paths() == [TOY]
    assert everything_in(cache) == ["2026.1/toy/toy.csv"]


@posix
def test_a_suspended_process_does_not_stop_the_others(catalogue, server, process, cache, monkeypatch, wait_until):
    server.script(TOY, server.stall(0.5))
    child = process(GET)
    wait_until(lambda: server.paths() == [TOY])
    child.send_signal(signal.SIGSTOP)
    monkeypatch.setattr(locks, "PATIENCE", 0.2)
    assert store.data_path("toy", "toy.csv").read_bytes() == catalogue.files[TOY]
    server.released.set()
    child.send_signal(signal.SIGCONT)
    # The first process finds its body cut short, asks again and ends well too.
    assert child.communicate(timeout=30)[0] == f"GOT {len(catalogue.files[TOY])}\n"
    assert (cache / "2026.1" / TOY).read_bytes() == catalogue.files[TOY]


# Root may write anywhere, so there the process becomes nobody before it asks. Nobody may be unable to read the modules
# of Python, so that they are imported before.
AS_NOBODY = """
store.data_path
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
"""


@posix
def test_a_read_only_cache(catalogue, process, cache, everything_in, tmp_path):
    cache.mkdir()
    cache.chmod(0o555)
    for folder in (tmp_path, *tmp_path.parents[:3]):  # one more where several processes run the tests
        if folder.stat().st_uid == os.geteuid():
            folder.chmod(folder.stat().st_mode | 0o055)
    answer, trouble = process(AS_NOBODY + GET).communicate(timeout=30)
    assert trouble == ""
    assert answer == (
        f"CacheError {cache / '2026.1' / TOY}: the cache folder is read-only or belongs to someone else. "
        "Set SAHELKIT_DATA_DIR to a folder that you may write.\n"
    )
    assert everything_in(cache) == []


@posix
def test_a_read_only_cache_that_holds_the_file(catalogue, process, cache, tmp_path):
    store.data_path("toy", "toy.csv")
    for folder in (cache / "2026.1" / "toy", cache / "2026.1", cache):
        folder.chmod(0o555)
    for folder in (tmp_path, *tmp_path.parents[:3]):  # one more where several processes run the tests
        if folder.stat().st_uid == os.geteuid():
            folder.chmod(folder.stat().st_mode | 0o055)
    answer, trouble = process(AS_NOBODY + GET).communicate(timeout=30)
    for folder in (cache, cache / "2026.1", cache / "2026.1" / "toy"):
        folder.chmod(0o755)
    assert (answer, trouble) == (f"GOT {len(catalogue.files[TOY])}\n", "")


@posix
def test_a_limit_on_file_sizes(catalogue, process, cache, everything_in):
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
    answer, trouble = process(limit + GET).communicate(timeout=30)
    assert trouble == ""
    assert answer == (
        f"CacheError {cache / '2026.1' / 'toy'}: the system does not allow a file of this size there. "
        "Free some space, or set SAHELKIT_DATA_DIR to a folder on another disk.\n"
    )
    assert everything_in(cache) == []


@posix
def test_no_space_left_on_a_real_disk(catalogue, tmp_path, monkeypatch, everything_in):
    disk = tmp_path / "disk"
    disk.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=128k", "none", str(disk)], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip("a small disk can only be mounted by root")
    try:
        monkeypatch.setenv("SAHELKIT_DATA_DIR", str(disk / "cache"))
        with pytest.raises(
            CacheError, match=r"no space left on the disk\. Free some space, or set SAHELKIT_DATA_DIR to a"
        ):
            store.data_path("toy", "toy.csv")
        assert everything_in(disk) == []
        assert store.data_path("mini", "mini.csv").read_bytes() == catalogue.files["mini/mini.csv"]
    finally:
        subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="the system has no /dev/full")
def test_no_space_left_as_the_system_reports_it(catalogue, cache, monkeypatch, everything_in):
    import builtins

    real = builtins.open

    def full(file, mode="r", *arguments, **options):
        # Each write to /dev/full fails as on a full disk.
        return real("/dev/full" if ".part-" in str(file) and mode == "wb" else file, mode, *arguments, **options)

    monkeypatch.setattr(builtins, "open", full)
    with pytest.raises(CacheError, match="no space left on the disk"):
        store.data_path("toy", "toy.csv")
    assert everything_in(cache) == []
