"""`sahelkit cite`: what to cite."""

from __future__ import annotations

from typing import Annotated

import typer


def cite_command(
    names: Annotated[list[str] | None, typer.Argument(help="Datasets or columns; everything when none.")] = None,
    style: Annotated[str, typer.Option(help="bibtex, apa or text.")] = "bibtex",
) -> None:
    """Print what to cite: the package, the datasets and every source behind them."""
    from sahelkit.catalog.citation import cite

    print(cite(names or None, style=style).rstrip())
