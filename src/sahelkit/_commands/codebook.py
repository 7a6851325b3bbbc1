"""`sahelkit codebook`: what the columns mean."""

from __future__ import annotations

from typing import Annotated

import typer

_SHOWN = ("name", "label", "unit", "table", "years")


def codebook_command(
    search: Annotated[
        list[str] | None, typer.Argument(help="Words to look for in names and in English and French labels.")
    ] = None,
    dataset: Annotated[str | None, typer.Option(help="Only the columns of this dataset.")] = None,
    lang: Annotated[str, typer.Option(help="Language of the labels: en or fr.")] = "en",
    as_json: Annotated[bool, typer.Option("--json", help="Print all of it as JSON.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print all of it as CSV.")] = False,
) -> None:
    """Say what columns mean. --json and --csv add the sources and the meaning of a missing value."""
    from sahelkit._commands._printing import print_frame
    from sahelkit.catalog.codebook import codebook, near_words
    from sahelkit.errors import OptionError
    from sahelkit.options import check_language

    query = " ".join(search or ())
    found = codebook(query or None, dataset=dataset, lang=check_language(lang))
    if query and found.empty:
        near = near_words(query)
        hint = f"Did you mean {' or '.join(map(repr, near))}? " if near else ""
        repair = f"{hint}'sahelkit codebook' lists every column"
        raise OptionError("search", query, "no column has these words in its name or label", repair=repair)
    if not (as_json or as_csv):
        same = found["dataset"] == found["table"]
        found["table"] = found["dataset"].where(same, found["dataset"] + "/" + found["table"])
        found["years"] = found["first"].str[:4] + "–" + found["last"].str[:4]
    print_frame(found, shown=_SHOWN, as_json=as_json, as_csv=as_csv)
