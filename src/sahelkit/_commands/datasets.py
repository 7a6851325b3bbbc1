"""`sahelkit datasets`: what there is."""

from __future__ import annotations

from typing import Annotated

import typer

_SHOWN = ("name", "title", "places", "years", "version", "licence")


def datasets_command(
    lang: Annotated[str, typer.Option(help="Language of titles and labels: en or fr.")] = "en",
    as_json: Annotated[bool, typer.Option("--json", help="Print all of it as JSON.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print all of it as CSV.")] = False,
) -> None:
    """List the datasets: what each is, its version, coverage and licence."""
    from sahelkit._commands._printing import print_frame
    from sahelkit.catalog.listing import datasets
    from sahelkit.options import check_language

    found = datasets(lang=check_language(lang))
    if not (as_json or as_csv):
        found["years"] = found["first"].str[:4] + "–" + found["last"].str[:4]
    print_frame(found, shown=_SHOWN, as_json=as_json, as_csv=as_csv)
