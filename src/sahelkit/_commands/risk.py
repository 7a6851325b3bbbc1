"""`sahelkit risk`: how likely a coup attempt is, by what is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from sahelkit._types import Lang, Rule
    from sahelkit.models.forecast.risk_result import RiskTable


def risk_command(
    countries: Annotated[
        list[str] | None, typer.Argument(help="Codes, names or sets such as west_africa; focus when none is named.")
    ] = None,
    horizon: Annotated[int, typer.Option(help="Months, from 1 to 60.")] = 12,
    date: Annotated[str | None, typer.Option(help="Day of knowledge; the newest when absent.")] = None,
    outcome: Annotated[str, typer.Option(help="attempt or success.")] = "attempt",
    rule: Annotated[str, typer.Option(help="Whose list of attempts, as in load_coups.")] = "powell_thyne",
    level: Annotated[float, typer.Option(help="Level of the intervals.")] = 0.9,
    own: Annotated[
        str | None,
        typer.Option("--with", help="CSV file of your own: iso3 or country, a period, date or year, and numbers."),
    ] = None,
    published: Annotated[
        str | None, typer.Option(help="When its values became known: +30d, t+1-03-15, none, or a column of days.")
    ] = None,
    terms: Annotated[
        str | None, typer.Option(help="Covariates, with commas between; all built-in ones and yours when absent.")
    ] = None,
    lang: Annotated[str, typer.Option(help="en or fr.")] = "en",
    as_json: Annotated[bool, typer.Option("--json", help="Print all of it as JSON.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print all of it as CSV.")] = False,
) -> None:
    """Say how likely a coup attempt is in the coming months, by what is known, and how far to trust it.

    With a file of your own (--with), its columns enter the forecast a month late, and one sentence says whether they
    earned their place: the score of past forecasts with them and without.
    """
    from sahelkit._commands._printing import print_frame
    from sahelkit.models.forecast import risk_table
    from sahelkit.options import check_language

    spoken = check_language(lang)
    panel, forecaster, columns = _own(own, published, terms, rule)
    found = risk_table(
        date,
        horizon=horizon,
        countries=countries or "focus",
        outcome=outcome,
        rule=rule,
        level=level,
        panel=panel,
        forecaster=forecaster,
    )
    if as_json or as_csv:
        print_frame(found.tidy(), shown=(), as_json=as_json, as_csv=as_csv)
        return
    _print(found, spoken)
    if columns:
        from sahelkit.evaluate import added_value

        value = added_value(panel, columns, forecaster=forecaster, outcome=outcome, horizon=horizon)
        print(value.says(lang=spoken))


def _own(path: str | None, published: str | None, terms: str | None, rule: Rule) -> tuple[Any, Any, list[str]]:
    """Panel, forecaster and columns of the user's; nothing where there is no file."""
    from sahelkit.errors import OptionError
    from sahelkit.models.forecast import HazardForecaster, forecast_panel
    from sahelkit.models.forecast.covariates import TERMS, own_terms
    from sahelkit.panels.userfile import read_user_csv

    named = None if terms is None else tuple(term.strip() for term in terms.split(",") if term.strip())
    if path is None:
        if published is not None:
            raise OptionError("--published", published, "there is no file", repair="Type --with my.csv too")
        return None, None if named is None else HazardForecaster(terms=named), []
    frame = read_user_csv(path)
    when = published or ("published" if "published" in frame.columns else None)
    if when is None:
        why = "past forecasts must know when the values became known"
        repair = "Type --published +30d (30 days after each period), t+1-03-15 (15 March of the year after), none"
        raise OptionError("--published", None, why, repair=repair)
    values = [name for name in frame.columns if name not in ("iso3", "published", "period", "month", "date", "year")]
    panel = forecast_panel(rule=rule).add_frame(frame, published=when).lag(values, periods=1)
    lags = [f"{name}_lag1" for name in values]
    chosen = (*TERMS, *lags) if named is None else named
    return panel, HazardForecaster(terms=chosen), own_terms(chosen)


def _print(found: RiskTable, lang: Lang) -> None:
    from sahelkit._commands._printing import print_table
    from sahelkit.models.forecast.risk_words import foot_line, table_rows

    head, source, *inputs = found.headline(lang=lang).splitlines()
    print(f"{head}\n{source}")
    headers, rows = table_rows(found.frame, found.drivers, lang)
    print_table(headers[:-1], [row[:-1] for row in rows])
    colon = ": " if lang == "en" else "\u00a0: "
    for row in rows:
        print(f"{row[0]}{colon}{row[-1]}")
    print("\n".join(inputs))
    print(found.says(lang=lang))
    print(foot_line(found.n_past, lang))
