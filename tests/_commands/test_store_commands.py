"""`sahelkit fetch` and `sahelkit cache`, on the bundled tables."""

from __future__ import annotations

import pytest
import typer
from typer.testing import CliRunner

from sahelkit._commands.store import cache_app, fetch_command
from sahelkit.catalog import record
from sahelkit.errors import ArchiveError, OptionError, SahelkitError, UnknownNameError


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Runs a command line; a SahelkitError is raised, as the root command expects it."""
    monkeypatch.setenv("SAHELKIT_DATA_DIR", str(tmp_path / "cache"))
    app = typer.Typer()
    app.add_typer(cache_app, name="cache")
    app.command("fetch")(fetch_command)

    def call(*words: str):
        result = CliRunner().invoke(app, list(words))
        if isinstance(result.exception, SahelkitError):
            raise result.exception
        return result

    return call


def test_fetch_export_clear_import(run, tmp_path):
    fetched = run("fetch", "states")
    assert fetched.exit_code == 0
    count = 1 + len(record("states").tables)
    assert fetched.output.splitlines()[-1] == f"{count} files in {tmp_path / 'cache'}"
    assert "states/states.csv  " in fetched.output
    stick = tmp_path / "stick.zip"
    assert run("cache", "export", str(stick)).output.startswith(f"{count + 1} files (")
    assert run("cache", "clear").output.startswith(f"removed {count} files (")
    assert run("cache", "import", str(stick)).output == f"{count + 1} files checked and now in {tmp_path / 'cache'}\n"
    assert (tmp_path / "cache").is_dir()


def test_where(run, tmp_path):
    assert run("cache", "where").output == f"{tmp_path / 'cache'}\n"


def test_verify_ends_with_1_when_a_file_is_wrong(run, tmp_path):
    run("fetch", "states")
    sound = run("cache", "verify")
    assert sound.exit_code == 0
    assert sound.output.endswith(f", {1 + len(record('states').tables)} cached\n")
    (damaged,) = (tmp_path / "cache").rglob("states.csv")
    damaged.write_bytes(b"x")
    wrong = run("cache", "verify")
    assert wrong.exit_code == 1
    assert f"damaged: {damaged}\n" in wrong.output


@pytest.mark.parametrize(
    ("words", "error", "message"),
    [
        (("fetch",), OptionError, "nothing is named. Type 'sahelkit fetch coups' or 'sahelkit fetch --all'"),
        (("fetch", "--all", "states"), OptionError, "name datasets or type --all, not both"),
        (("fetch", "stats"), UnknownNameError, "unknown dataset or source 'stats'. Did you mean 'states'"),
        (("fetch", "states", "--version", "1999.1"), UnknownNameError, "unknown data version '1999.1'"),
        (("cache", "export", "x.tar"), ArchiveError, "ends in .zip"),
        (("cache", "import", "nowhere.zip"), ArchiveError, "there is no such file"),
    ],
)
def test_what_goes_wrong_is_said_in_words(run, words, error, message):
    with pytest.raises(error, match=message):
        run(*words)
