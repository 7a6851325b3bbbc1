"""`sahelkit export`: a table or a panel as a file for Stata, SPSS, Excel, R or any program."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sahelkit.panels import Panel

# Steps of a panel that need no names, and those that do.
_PLAIN = ("coups", "conflict", "leaders", "elections", "military_rule")
_NAMED = ("indicators", "democracy")


def export_command(
    what: Annotated[str, typer.Argument(help="A table, such as coups or conflict, or 'panel'.")],
    file: Annotated[str, typer.Argument(help="File to write: .dta, .sav, .xlsx, .parquet or .csv.")],
    countries: Annotated[str | None, typer.Option(help="Codes, names or sets, separated by commas.")] = None,
    start: Annotated[str | None, typer.Option(help="First day, month or year.")] = None,
    end: Annotated[str | None, typer.Option(help="Last day, month or year.")] = None,
    freq: Annotated[str | None, typer.Option(help="M for months or Y for years.")] = None,
    rule: Annotated[str | None, typer.Option(help="Whose list of coups, as in load_coups.")] = None,
    with_: Annotated[
        str | None,
        typer.Option("--with", help="What a panel holds: coups,conflict,leaders,indicators:undp_hdi ..."),
    ] = None,
    lang: Annotated[str, typer.Option(help="Language of the labels: en or fr.")] = "en",
    dialect: Annotated[str, typer.Option(help="How a CSV is written: plain or excel_fr.")] = "plain",
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace files that are there already.")] = False,
) -> None:
    """Write a table or a panel as a file, with its codebook and what to cite beside it."""
    import sys
    import warnings

    from sahelkit.errors import CoverageWarning, OptionError
    from sahelkit.formats import export
    from sahelkit.options import check_language

    spoken = check_language(lang)
    chosen = {
        "countries": [name.strip() for name in countries.split(",")] if countries else None,
        "start": start,
        "end": end,
        "freq": freq,
        "rule": rule,
    }
    if what != "panel" and with_ is not None:
        raise OptionError("--with", with_, "only a panel is joined from several tables", repair="Type 'panel' for it")
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always", CoverageWarning)
        frame: Any = _panel(chosen, with_) if what == "panel" else _table(what, chosen)
        made = export(frame, file, lang=spoken, dialect=dialect, overwrite=overwrite)  # type: ignore[arg-type]
    for warning in heard:
        print(f"Note: {warning.message}", file=sys.stderr)
    print(made)


def _table(name: str, chosen: Mapping[str, Any]) -> Any:
    import inspect

    from sahelkit import tables
    from sahelkit.errors import OptionError, UnknownNameError

    loaders = {
        loader.removeprefix("load_"): getattr(tables, loader)
        for loader in dir(tables)
        if loader.startswith("load_") and loader != "load_map"  # outlines are no table
    }
    if name not in loaders:
        raise UnknownNameError("table", name, ["panel", *loaders])
    given = {option: value for option, value in chosen.items() if value is not None}
    taken = inspect.signature(loaders[name]).parameters
    for option in given:
        if option not in taken:
            has = ", ".join(f"--{option}" for option in chosen if option in taken)
            raise OptionError(
                f"--{option}", given[option], f"the table {name!r} has no such option", repair=f"It has {has}"
            )
    return loaders[name](**given)


def _panel(chosen: Mapping[str, Any], steps: str | None) -> Panel:
    from sahelkit.errors import OptionError, UnknownNameError
    from sahelkit.panels import panel

    if chosen["start"] is None or chosen["end"] is None:
        raise OptionError(
            "panel", "no window", "a panel has a first and a last period", repair="Type --start 1990 --end 2024"
        )
    made = panel(chosen["countries"], chosen["start"], chosen["end"], freq=chosen["freq"] or "M")
    named: dict[str, list[str]] = {}
    for step in (steps or "").split(","):
        kind, _, name = step.strip().partition(":")
        if kind:
            named.setdefault(kind, []).extend([name] if name else [])
    if chosen["rule"] is not None and "coups" not in named:
        raise OptionError("--rule", chosen["rule"], "the panel counts no coups", repair="Type --with coups")
    for kind, names in named.items():
        if kind in _NAMED and names:
            made = getattr(made, f"add_{kind}")(names)
        elif kind in _NAMED:
            repair = f"Type --with {kind}:NAME; 'sahelkit codebook --dataset {kind}' lists the names"
            raise OptionError("--with", kind, "it has many columns: name those that you want", repair=repair)
        elif kind in _PLAIN and not names:
            made = (
                made.add_coups(rule=chosen["rule"] or "powell_thyne")
                if kind == "coups"
                else getattr(made, f"add_{kind}")()
            )
        elif kind in _PLAIN:
            raise OptionError("--with", f"{kind}:{names[0]}", "it is added as a whole", repair=f"Type --with {kind}")
        else:
            raise UnknownNameError("part of a panel", kind, [*_PLAIN, *(f"{name}:NAME" for name in _NAMED)])
    return made
