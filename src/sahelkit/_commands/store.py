"""``sahelkit fetch`` and ``sahelkit cache``: data for this machine, and for machines without a network."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

cache_app = typer.Typer(
    name="cache", help="Where fetched data lies; check, empty, export and import it.", no_args_is_help=True
)


def _size(count: int) -> str:
    return f"{count / 1e6:,.1f} MB" if count >= 100_000 else f"{count:,} bytes"


def _files(count: int) -> str:
    return f"{count} file" if count == 1 else f"{count} files"


def fetch_command(
    names: Annotated[list[str] | None, typer.Argument(help="Datasets or upstream files.", show_default=False)] = None,
    every: Annotated[bool, typer.Option("--all", help="Every dataset.")] = False,
    version: Annotated[
        str | None, typer.Option(help="Data version; the one that came with sahelkit when absent.", show_default=False)
    ] = None,
    sources: Annotated[bool, typer.Option("--sources", help="Their upstream files too.")] = False,
) -> None:
    """Bring datasets, and with --sources their upstream files, into the cache."""
    from sahelkit.errors import OptionError
    from sahelkit.store import fetch, where

    if every == bool(names):
        why = "name datasets or type --all, not both" if every else "nothing is named"
        raise OptionError(
            "NAMES", " ".join(names or []), why, repair="Type 'sahelkit fetch coups' or 'sahelkit fetch --all'"
        )
    paths = fetch(None if every else names, version=version, sources=sources)
    for name, path in paths.items():
        typer.echo(f"{name}  {_size(path.stat().st_size)}")
    typer.echo(f"{_files(len(paths))} in {where()}")


@cache_app.command("where")
def where_command() -> None:
    """Print the folder of the cache."""
    from sahelkit.store import where

    typer.echo(where())


@cache_app.command("verify")
def verify_command() -> None:
    """Check the sha256 of every bundled and cached file; exit code 1 if one is wrong."""
    from sahelkit.store import verify

    frame = verify()
    for row in frame.loc[frame["status"] != "ok"].itertuples():
        typer.echo(f"{row.status}: {row.path}")
    counts = frame.groupby("place")["status"].agg(lambda status: int((status == "ok").sum()))
    typer.echo(f"sound: {counts.get('bundled', 0)} bundled, {counts.get('cache', 0)} cached")
    if frame["status"].isin(["damaged", "missing", "unreadable"]).any():
        typer.echo("A wrong file is never read: its next use fetches it again. Type: sahelkit fetch --all", err=True)
        raise typer.Exit(1)


@cache_app.command("clear")
def clear_command() -> None:
    """Remove every file that sahelkit put into the cache, and nothing else."""
    from sahelkit.store import clear, where

    count, size = clear()
    typer.echo(f"removed {_files(count)} ({_size(size)}) from {where()}")


@cache_app.command("export")
def export_command(
    file: Annotated[Path, typer.Argument(help="Archive to write (.zip).", show_default=False)],
    bundled: Annotated[
        bool, typer.Option("--bundled", help="The tables that came with sahelkit too, not only the cache.")
    ] = False,
) -> None:
    """Write the cache into one archive, for machines without a network."""
    from sahelkit.store import export

    made = export(file, bundled=bundled)
    for name in made.damaged:
        typer.echo(f"left out, damaged: {name}", err=True)
    for name in made.withheld:
        typer.echo(f"left out, its terms do not let us pass it on: {name}", err=True)
    typer.echo(f"{_files(len(made.files))} ({_size(made.path.stat().st_size)}) in {made.path}")


@cache_app.command("import")
def import_command(file: Annotated[Path, typer.Argument(help="Archive to read.", show_default=False)]) -> None:
    """Bring the files of an archive into the cache: all of them, or none."""
    from sahelkit.store import import_, where

    names = import_(file)
    typer.echo(f"{_files(len(names))} checked and now in {where()}")
