"""The `sahelkit` command: a thin face over the library.

Exit codes: 0 done; 1 a reproduced number differs or a notebook stopped; 2 a request that cannot be met, said in one
sentence on standard error; 130 interrupted.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from sahelkit import __version__
from sahelkit._commands.cite import cite_command
from sahelkit._commands.claims import claims_command
from sahelkit._commands.codebook import codebook_command
from sahelkit._commands.datasets import datasets_command
from sahelkit._commands.export import export_command
from sahelkit._commands.lab import lab_command
from sahelkit._commands.licences import licences_command
from sahelkit._commands.notebooks import notebooks_app
from sahelkit._commands.relate import relate_command
from sahelkit._commands.reproduce import reproduce_command
from sahelkit._commands.risk import risk_command
from sahelkit._commands.store import cache_app, fetch_command
from sahelkit.errors import SahelkitError, near_matches

app = typer.Typer(
    name="sahelkit",
    help="Coups in Mali and West Africa: data, notebooks and what to cite.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

_WORDS, _WORK, _BYTES = "What there is and what to cite", "Notebooks", "Data for this machine"

app.command("datasets", rich_help_panel=_WORDS)(datasets_command)
app.command("codebook", rich_help_panel=_WORDS)(codebook_command)
app.command("licences", rich_help_panel=_WORDS)(licences_command)
app.command("cite", rich_help_panel=_WORDS)(cite_command)
app.command("export", rich_help_panel=_WORDS)(export_command)
app.command("claims", rich_help_panel=_WORDS)(claims_command)
app.command("relate", rich_help_panel=_WORDS)(relate_command)
app.command("risk", rich_help_panel=_WORDS)(risk_command)
app.add_typer(notebooks_app, name="notebooks", rich_help_panel=_WORK)
app.command(
    "lab",
    rich_help_panel=_WORK,
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
)(lab_command)
app.command("reproduce", rich_help_panel=_WORK)(reproduce_command)
app.command("fetch", rich_help_panel=_BYTES)(fetch_command)
app.add_typer(cache_app, name="cache", rich_help_panel=_BYTES)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"sahelkit {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


def main() -> None:
    """Entry point of the command."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show "ô" shows "?" rather than a traceback.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run the command line and return the exit code."""
    try:
        code: Any = app(list(arguments), prog_name="sahelkit", standalone_mode=False)
        sys.stdout.flush()
    except SahelkitError as error:
        return _complain(str(error))
    except KeyboardInterrupt:
        return _interrupted()
    except BrokenPipeError:
        # The reader of our output has gone (`| head`). Nobody is left to write to, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except typer.Abort as error:
        return _interrupted() if isinstance(error.__cause__, KeyboardInterrupt) else 1
    except Exception as error:
        # Wrong options: typer's own family of errors has had two homes, but always this method.
        if not hasattr(error, "format_message"):
            raise
        if type(error).__name__ == "NoArgsIsHelpError":  # older versions print the help and raise nothing
            print(error.format_message(), end="")
            return 0
        return _complain(_wrong_usage(error))
    if code == 130:
        return _interrupted()
    return code if isinstance(code, int) else 0


def _wrong_usage(error: Any) -> str:
    message = error.format_message().rstrip(".")
    context: Any = getattr(error, "ctx", None)
    unknown = re.search(r"No such command '([^']*)'$", message)
    if unknown:  # newer versions make a suggestion themselves
        near = near_matches(unknown.group(1), getattr(context.command, "commands", ()))
        message += f". Did you mean {' or '.join(map(repr, near))}?" if near else ""
    path = getattr(context, "command_path", "") or "sahelkit"
    return f"{message if message.endswith('?') else message + '.'} '{path} --help' shows what there is."


def _complain(message: str) -> int:
    label = "\033[1;31mError:\033[0m" if sys.stderr.isatty() and "NO_COLOR" not in os.environ else "Error:"
    print(f"{label} {message}", file=sys.stderr)
    return 2


def _interrupted() -> int:
    print("Interrupted.", file=sys.stderr)
    return 130
