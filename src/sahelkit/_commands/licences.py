"""`sahelkit licences`: what you may do with the data."""

from __future__ import annotations

from typing import Annotated

import typer

_SHOWN = ("kind", "name", "licence", "redistribute", "title")


def licences_command(
    lang: Annotated[str, typer.Option(help="Language of titles and labels: en or fr.")] = "en",
    as_json: Annotated[bool, typer.Option("--json", help="Print all of it as JSON.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print all of it as CSV.")] = False,
) -> None:
    """List the licences of the code, of the datasets and of their sources."""
    from sahelkit._commands._printing import print_frame
    from sahelkit.catalog.licences import licences
    from sahelkit.options import check_language

    print_frame(licences(lang=check_language(lang)), shown=_SHOWN, as_json=as_json, as_csv=as_csv)
