"""`sahelkit risk`: how likely a coup attempt is, by what is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    pass


def risk_command(
    countries: Annotated[
        list[str] | None, typer.Argument(help="Codes, names or sets such as west_africa; focus when none is named.")
    ] = None,
    horizon: Annotated[int, typer.Option(help="Months, from 1 to 60.")] = 12,
    date: Annotated[str | None, typer.Option(help="Day of knowledge; the newest when absent.")] = None,
    outcome: Annotated[str, typer.Option(help="attempt or success.")] = "attempt",
    rule: Annotated[str, typer.Option(help="Whose list of attempts, as in load_coups.")] = "powell_thyne",
    level: Annotated[float, typer.Option(help="Level of the intervals.")] = 0.9,
    lang: Annotated[str, typer.Option(help="en or fr.")] = "en",
    as_json: Annotated[bool, typer.Option("--json", help="Print all of it as JSON.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print all of it as CSV.")] = False,
) -> None:
    """Say how likely a coup attempt is in the coming months, by what is known, and how far to trust it."""
    from sahelkit._commands._printing import print_frame, print_table
    from sahelkit.models.forecast import risk_table
    from sahelkit.models.forecast.risk_words import foot_line, table_rows
    from sahelkit.options import check_language

    spoken = check_language(lang)
    found = risk_table(date, horizon=horizon, countries=countries or "focus", outcome=outcome, rule=rule, level=level)
    if as_json or as_csv:
        print_frame(found.tidy(), shown=(), as_json=as_json, as_csv=as_csv)
        return
    head, source, *inputs = found.headline(lang=spoken).splitlines()
    print(f"{head}\n{source}")
    headers, rows = table_rows(found.frame, found.drivers, spoken)
    print_table(headers[:-1], [row[:-1] for row in rows])
    colon = ": " if lang == "en" else "\u00a0: "
    for row in rows:
        print(f"{row[0]}{colon}{row[-1]}")
    print("\n".join(inputs))
    print(found.says(lang=spoken))
    print(foot_line(found.n_past, spoken))
