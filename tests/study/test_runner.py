"""Notebooks run for real, in kernels of their own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from sahelkit.errors import NotebookError, OptionError, OutputError, RecordError, UnknownNameError
from sahelkit.study import reproduce
from sahelkit.study.runner import _jobs

STATUSES = {
    "01_good": {
        **dict.fromkeys(["attempts", "share", "unknown", "effort", "threads", "files"], "same"),
        **dict.fromkeys(["python", "folder"], "new"),
    },
    "02_differs": {"rate": "repeated", "extra": "new", "gone": "missing"},
    "03_stops": {"before": "same", "after": "not_run"},
    "04_dies": {},
}


def found(run, name):
    return {item["name"]: item.get("found", {}).get("value") for item in run.results[name]["findings"]}


@pytest.mark.parametrize("name", STATUSES)
def test_every_finding_has_its_status(mixed, name):
    assert {item["name"]: item["status"] for item in mixed.results[name]["findings"]} == STATUSES[name]


def test_first_of_two_findings_of_one_name_is_compared_as_well(mixed):
    assert [item["status"] for item in mixed.results["02_differs"]["findings"]][:3] == ["differs", "new", "repeated"]


def test_findings_carry_their_words_and_bounds(mixed):
    first, second = mixed.results["01_good"]["findings"][:2]
    assert first["found"] == {
        "value": 8,
        "text_en": "Attempts in Mali",
        "text_fr": "Tentatives au Mali",
        "unit": "attempts",
        "interval": None,
        "n": 66,
        "mc_error": None,
        "interval_mc_error": None,
        "replicates": None,
    }
    assert second["found"]["interval"] == [0.3, 0.86]
    assert second["expected"] == {"value": 0.6, "allowed": 0.03, "mc_error": None}


def test_kernel_is_this_python_whatever_kernels_are_installed(mixed):
    assert found(mixed, "01_good")["python"] == sys.executable


def test_each_notebook_has_an_empty_folder_of_its_own_that_goes_away(mixed):
    folder = found(mixed, "01_good")["folder"]
    assert os.path.basename(os.path.dirname(folder)).startswith("sahelkit-")
    assert not os.path.exists(folder)


def test_failed_cell_is_named_with_its_error(mixed):
    assert mixed.code == 1
    assert mixed.results["03_stops"]["failure"] == {
        "cell": 2,
        "line": "[inverse(x) for x in (1, 0)]",
        "error": "ZeroDivisionError: division by zero",
    }
    line = "03_stops: code cell 2 ([inverse(x) for x in (1, 0)]) failed: ZeroDivisionError: division by zero"
    assert line in mixed.stderr.splitlines()


def test_dead_kernel_is_told(mixed):
    assert mixed.results["04_dies"]["failure"]["error"] == "the kernel died (often: not enough memory)"
    assert "Traceback" not in mixed.stderr


def test_one_table_and_a_verdict_are_printed(mixed):
    lines = mixed.stdout.splitlines()
    assert lines[0].split() == ["notebook", "finding", "found", "recorded", "tolerance", "result"]
    rows = {tuple(line.split()[:2]): line.split()[2:] for line in lines[1:]}
    assert rows["01_good", "share"] == ["0.625", "0.6", "±", "0.03", "as", "recorded"]
    assert rows["01_good", "unknown"] == ["NA", "NA", "exact", "as", "recorded"]
    assert rows["02_differs", "gone"] == ["—", "1", "exact", "NOT", "FOUND"]
    sentences = (
        "2 of 4 notebooks stopped before the end. 3 of 14 numbers did not come out as recorded. "
        "3 of 14 numbers are not recorded yet. ("
    )
    assert lines[-2].startswith(sentences)
    assert lines[-1] == f"Report: {mixed.out / 'index.html'}"


def test_what_succeeded_is_kept_and_what_failed_too(mixed):
    names = {path.name for path in mixed.out.iterdir()}
    assert names == {
        "index.html",
        "results.json",
        "figures",
        *(f"{name}.{kind}" for name in STATUSES for kind in ("ipynb", "html")),
    }
    cells = json.loads(mixed.page("03_stops.ipynb"))["cells"]
    assert cells[2]["outputs"][0]["ename"] == "ZeroDivisionError"
    assert cells[3]["execution_count"] is None


def test_figures_are_kept_as_files(mixed):
    files = sorted((mixed.out / "figures").iterdir())
    assert [file.name for file in files] == ["01_good-1.png", "01_good-2.png"]
    assert all(file.read_bytes().startswith(b"\x89PNG") for file in files)


MEET = """import os, pathlib, time
here = pathlib.Path({folder!r})
(here / {own!r}).touch()
end = time.monotonic() + 30
while not (here / {other!r}).exists():
    assert time.monotonic() < end, "the other notebook did not run at the same time"
    time.sleep(0.05)
from sahelkit.study import effort, finding
finding("effort", effort())
finding("third", 1 / 3)"""


def test_notebooks_run_side_by_side_and_values_are_recorded_on_request(tmp_path, write_notebook):
    folder = tmp_path / "books"
    folder.mkdir()
    for own, other in (("a", "b"), ("b", "a")):
        write_notebook(folder, f"01_{own}", MEET.format(folder=str(tmp_path), own=own, other=other))
    expected = folder / "findings.toml"
    expected.write_text("# Kept.\n\n[01_a.effort]\nvalue = 'quick'\n[01_a.gone]\nvalue = 1\n", encoding="utf-8")
    seen = []
    result = reproduce(
        out=tmp_path / "out",
        effort="full",
        n_jobs=2,
        folder=folder,
        record_found=True,
        progress=lambda *step: seen.append(step),
    )
    assert [run.failure for run in result.runs] == [None, None]
    assert {step for step in seen if step[0] == "01_a"} == {("01_a", 0, 1), ("01_a", 1, 1)}
    assert result.recorded == 5
    assert expected.read_text(encoding="utf-8") == (
        '# Kept.\n\n[01_a.effort]\nvalue = "quick"\n\n[01_a.effort.full]\nvalue = "full"\n\n'
        "[01_a.third]\nvalue = 0.3333333333\nrtol = 0.0001\n\n"
        '[01_b.effort]\nvalue = "full"\n\n[01_b.third]\nvalue = 0.3333333333\nrtol = 0.0001\n'
    )
    again = reproduce(["01_b"], out=tmp_path / "out", effort="full", folder=folder)
    assert again.ok
    assert again.recorded is None
    assert again.tidy().to_dict("list") == {
        "notebook": ["01_b", "01_b"],
        "finding": ["effort", "third"],
        "found": ["full", 1 / 3],
        "expected": ["full", 0.3333333333],
        "mc_error": [None, None],
        "allowed": [None, 0.3333333333 * 1e-4],
        "status": ["same", "same"],
    }


@pytest.mark.skipif(os.name != "posix", reason="signals as on Linux and macOS")
def test_ctrl_c_ends_kernels_and_keeps_what_is_done(tmp_path, write_notebook):
    folder = tmp_path / "books"
    folder.mkdir()
    mark = tmp_path / "pid"
    write_notebook(folder, "01_done", "1 + 1")
    write_notebook(
        folder, "02_long", f"import os, time\nopen({str(mark)!r}, 'w').write(str(os.getpid()))\ntime.sleep(60)"
    )
    command = [sys.executable, "-m", "sahelkit", "reproduce", "--jobs", "1", "--notebooks", str(folder), "--out", "out"]
    process = subprocess.Popen(
        command,
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # A shell starts what it sends to the background with SIGINT ignored, and a child would inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    end = time.monotonic() + 60
    while not (mark.exists() and mark.read_text()):
        assert time.monotonic() < end
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the command and to its kernels
    _, stderr = process.communicate(timeout=20)
    assert process.returncode == 130
    assert stderr.splitlines()[-1] == "Interrupted."
    assert "Traceback" not in stderr
    assert sorted(path.name for path in (tmp_path / "out").glob("*.*")) == ["01_done.html", "01_done.ipynb"]
    with pytest.raises(ProcessLookupError):
        os.kill(int(mark.read_text()), 0)


def test_processors_bound_the_notebooks_that_run_at_once():
    assert _jobs(None, 1) == 1
    assert _jobs(4, 3) == 3
    assert _jobs(2, 3) == 2


BAD = [
    ({"names": ["07"]}, UnknownNameError, r"unknown notebook '07'\. Known: 00_demarrage_rapide, 00_quickstart"),
    ({"effort": "fast"}, UnknownNameError, r"unknown effort 'fast'\. Known: full, quick\."),
    ({"lang": "de"}, UnknownNameError, r"unknown language 'de'\. Known: en, fr\."),
    ({"n_jobs": 0}, OptionError, r"n_jobs=0: at least one notebook must run at a time\. Give 1 or more\."),
    ({"folder": "nowhere"}, NotebookError, r"nowhere: there is no such folder\."),
]


@pytest.mark.parametrize(("options", "error", "message"), BAD)
def test_bad_requests_are_refused_before_anything_runs(shipped, tmp_path, options, error, message):
    with pytest.raises(error, match=message):
        reproduce(**{"out": tmp_path / "out", **options})
    assert not (tmp_path / "out").exists()


def test_output_folder_that_is_a_file_is_refused(shipped, tmp_path):
    (tmp_path / "out").write_text("", encoding="utf-8")
    with pytest.raises(OutputError, match=r"cannot write .*out: it is not a folder\. Choose another folder with --out"):
        reproduce(out=tmp_path / "out")


def test_damaged_expectations_are_refused(shipped, tmp_path):
    (shipped / "findings.toml").write_text("[01_what_counts.x]\nvalu = 1\n", encoding="utf-8")
    with pytest.raises(RecordError, match=r"\[01_what_counts\.x\] has the unknown key 'valu'\. Known keys:"):
        reproduce(out=tmp_path / "out")


def test_installed_package_is_not_recorded_into(shipped, tmp_path, monkeypatch):
    from sahelkit.catalog import locate

    inside = tmp_path / "_share" / "notebooks"
    shipped.rename(inside.parent.mkdir() or inside)
    monkeypatch.setattr(locate, "notebooks_dir", lambda: inside)
    with pytest.raises(NotebookError, match=r"belongs to the installed package\. Record in a checkout"):
        reproduce(out=tmp_path / "out", record_found=True)
