"""The command: exit codes, errors in one sentence, tables for people and machines."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

import sahelkit
from sahelkit import cli

SCRIPT = Path(sysconfig.get_path("scripts")) / ("sahelkit.exe" if os.name == "nt" else "sahelkit")


HEAVY = {"pandas", "numpy", "matplotlib", "pooch", "requests", "statsmodels", "xarray", "nbclient", "IPython"}


def command(*arguments: str, **options) -> subprocess.CompletedProcess[str]:
    """The installed command in a process of its own."""
    return subprocess.run(
        [str(SCRIPT), *arguments], capture_output=True, text=True, encoding="utf-8", timeout=60, check=False, **options
    )


def test_help_is_quick_to_import():
    code = (
        "import sys; from sahelkit.cli import run; run(['--help']); run(['reproduce', '--help']);"
        f"sys.exit(', '.join(sorted({HEAVY!r} & set(sys.modules))) or None)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    for name in ("datasets", "codebook", "licences", "cite", "notebooks", "lab", "reproduce", "fetch", "cache"):
        assert name in done.stdout


def test_version():
    done = command("--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"sahelkit {sahelkit.__version__}\n", "")


def test_no_command_shows_the_help(capsys):
    assert cli.run([]) == 0
    captured = capsys.readouterr()
    assert "reproduce" in captured.out
    assert captured.err == ""


REFUSED = [
    (["reprodce"], "No such command 'reprodce'. Did you mean 'reproduce'? 'sahelkit --help' shows what there is."),
    (
        ["notebooks", "lst"],
        "No such command 'lst'. Did you mean 'list'? 'sahelkit notebooks --help' shows what there is.",
    ),
    (["cite", "cuops"], "unknown dataset or column 'cuops'. Did you mean 'coups'?"),
    (["cite", "--style", "apax"], "unknown style 'apax'. Did you mean 'apa'? Known: apa, bibtex, text."),
    (["datasets", "--json", "--csv"], "--json='--csv': only one of the two can be printed. Take one away."),
    (["datasets", "--lang", "de"], "unknown language 'de'. Known: en, fr."),
    (["codebook", "zzzz"], "search='zzzz': no column has these words in its name or label."),
    (["codebook", "--dataset", "coup"], "unknown dataset 'coup'. Did you mean 'coups'?"),
    (["notebooks", "copy"], "Missing argument 'DIR'. 'sahelkit notebooks copy --help' shows what there is."),
    (["reproduce", "--jobs", "two"], "Invalid value for '--jobs': "),
    (["reproduce", "--notebooks", "nowhere"], "nowhere: there is no such folder. Give one that holds notebooks"),
]


@pytest.mark.parametrize(("arguments", "message"), REFUSED, ids=[" ".join(case[0]) for case in REFUSED])
def test_bad_requests_get_one_sentence_and_exit_2(capsys, arguments, message):
    assert cli.run(arguments) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith(f"Error: {message}")
    assert captured.err.count("\n") == 1
    assert captured.out == ""


def test_installed_command_exits_with_2_and_no_traceback():
    done = command("cite", "cuops")
    assert done.returncode == 2
    assert done.stderr.startswith("Error: unknown dataset or column 'cuops'.")
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="permissions as on Linux and macOS")
def test_unwritable_folder(tmp_path):
    (tmp_path / "01_x.ipynb").write_text('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}')
    (tmp_path / "file").touch()
    done = command("reproduce", "--notebooks", str(tmp_path), "--out", str(tmp_path / "file" / "in"))
    assert done.returncode == 2
    assert done.stderr.startswith(f"Error: cannot write {tmp_path / 'file' / 'in'}: it is not a folder.")
    assert done.stderr.count("\n") == 1


def test_damaged_notebook(tmp_path):
    (tmp_path / "01_x.ipynb").write_text("{", encoding="utf-8")
    done = command("reproduce", "--notebooks", str(tmp_path))
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "01_x.ipynb: not a notebook file" in done.stderr


def test_interrupt_inside_a_command(capsys, monkeypatch):
    def interrupted(*names, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr("sahelkit.catalog.citation.cite", interrupted)
    assert cli.run(["cite"]) == 130
    assert capsys.readouterr().err.lstrip() == "Interrupted.\n"


def test_reader_that_goes_away(tmp_path):
    # 200 kB do not fit into a pipe: the command writes after the reader has gone.
    code = (
        "import sys; import sahelkit.catalog.citation as c; from sahelkit.cli import main;"
        "c.cite = lambda *a, **k: 'x\\n' * 100_000; sys.argv = ['sahelkit', 'cite']; main()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    process.stdout.read(2)
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait(timeout=30) == 1


def test_tables_are_plain_where_nobody_looks(capsys):
    assert cli.run(["datasets"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["name", "title", "places", "years", "version", "licence"]
    states = next(line for line in lines if line.startswith("states "))
    assert states.split()[-4:] == ["world", "1816–2025", "2026.3", "CC-BY-4.0"]


def test_json_and_csv_hold_every_column(capsys):
    frame = sahelkit.datasets()
    assert cli.run(["datasets", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert rows == frame.to_dict("records")
    assert cli.run(["licences", "--csv"]) == 0
    table = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["name"] for row in table] == sahelkit.licences()["name"].tolist()


def test_tables_are_framed_on_a_terminal(capsys, monkeypatch):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "120")
    assert cli.run(["codebook", "gleditsch"]) == 0
    shown = capsys.readouterr().out
    assert "─" in shown
    assert "gwcode" in shown
    assert "borders/contiguity" in shown
    assert "1945–2025" in shown


def test_codebook_answers_in_french(capsys):
    assert cli.run(["codebook", "gleditsch", "--lang", "fr", "--dataset", "states", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {row["dataset"] for row in rows} == {"states"}
    assert rows == sahelkit.codebook("gleditsch", dataset="states", lang="fr").to_dict("records")


def test_cite_prints_what_the_library_says(capsys):
    assert cli.run(["cite", "states", "--style", "apa"]) == 0
    assert capsys.readouterr().out.rstrip("\n") == sahelkit.cite("states", style="apa").rstrip("\n")
    assert cli.run(["cite"]) == 0
    assert capsys.readouterr().out.rstrip("\n") == sahelkit.cite().rstrip("\n")


def test_cache_is_where_the_setting_says(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("SAHELKIT_DATA_DIR", str(tmp_path / "here"))
    assert cli.run(["cache", "where"]) == 0
    assert capsys.readouterr().out == f"{tmp_path / 'here'}\n"


LAB = [
    ([], "sahelkit-notebooks", []),
    (["mine"], "mine", []),
    (["--no-browser", "--port=9"], "sahelkit-notebooks", ["--no-browser", "--port=9"]),
    (["mine", "--no-browser", "--port", "9"], "mine", ["--no-browser", "--port", "9"]),
]


@pytest.mark.parametrize(("arguments", "folder", "options"), LAB, ids=[" ".join(case[0]) for case in LAB])
def test_lab_gives_its_options_to_jupyterlab(monkeypatch, tmp_path, capsys, arguments, folder, options):
    started = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sahelkit.study.lab.start_lab", lambda *given: started.append(given) or 7)
    assert cli.run(["lab", *arguments]) == 7
    assert started == [(Path(folder), options)]
    assert (tmp_path / folder / "findings.toml").is_file()
    assert f"{folder}: copied" in capsys.readouterr().out
    assert cli.run(["notebooks", "copy", folder]) == 0
    assert "were there already, unchanged" in capsys.readouterr().out


def test_notebooks_are_listed_for_machines(capsys):
    assert cli.run(["notebooks", "list", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {"name", "title", "language", "answers"} == set(rows[0])
    assert cli.run(["notebooks", "list"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()[1:]] == [row["name"] for row in rows]
