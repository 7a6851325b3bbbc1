"""`sahelkit claims`: the claims of 2012 and what the data say of them."""

from __future__ import annotations

from typing import Annotated

import typer


def claims_command(
    lang: Annotated[str, typer.Option(help="en or fr.")] = "en",
    why: Annotated[bool, typer.Option("--why", help="Say why, a paragraph a claim.")] = False,
    effort: Annotated[str, typer.Option(help="Whose recorded numbers: quick or full.")] = "quick",
    as_json: Annotated[bool, typer.Option("--json", help="Print all of it as JSON.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print all of it as CSV.")] = False,
) -> None:
    """Print each claim of 2012 with its verdict, the number that carries it, and its notebook."""
    from sahelkit._commands._printing import print_frame, print_table
    from sahelkit.options import check_language
    from sahelkit.study.recorded import check_effort
    from sahelkit.study.scoreboard import HEADERS, scoreboard

    spoken, board = check_language(lang), scoreboard(effort=check_effort(effort))
    table = board.tidy(lang=spoken)
    if as_json or as_csv:
        print_frame(table, shown=(), as_json=as_json, as_csv=as_csv)
        return
    if why:
        colon = "\u00a0:" if lang == "fr" else ":"
        for row in table.itertuples():
            print(f"{row.claim_id}  {row.claim}")
            print(f"{row.verdict_words}{colon} {row.figure} ({row.notebook})\n{row.why}\n")
    else:
        rows = table[["short", "verdict_words", "figure", "n", "notebook"]]
        print_table(HEADERS[spoken], rows.assign(notebook=rows["notebook"].str[:2]).itertuples(index=False))
    print(board.says(lang=spoken))
