"""`sahelkit relate`: how risk in other countries relates to a coup in one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from sahelkit._types import Lang
    from sahelkit.models.relation import RelationMatrix

_WORDS = {
    "en": {
        "head": "Risk of a coup attempt within {months} months of an attempt {where} ({n} attempts {first}–{last}, "
        "list: {rule}); median [90 %]",
        "country": "country",
        "without": "without it (%)",
        "extra": "extra (points)",
        "ratio": "ratio",
        "shared": "shared conditions (points)",
        "prior": "prior",
        "foot": "shared conditions: risk at those times without the attempt, less the risk at quiet times. prior: "
        "share of the extra that is belief and not data.",
    },
    "fr": {
        "head": "Risque d’une tentative de coup dans les {months} mois suivant une tentative {where} ({n} tentatives, "
        "{first}–{last}, liste : {rule}) ; médiane [90 %]",
        "country": "pays",
        "without": "sans elle (%)",
        "extra": "écart (points)",
        "ratio": "rapport",
        "shared": "conditions communes (points)",
        "prior": "a priori",
        "foot": "conditions communes : risque à ces moments sans la tentative, moins le risque en temps calme. "
        "a priori : part de l’écart qui tient à l’hypothèse de départ et non aux données.",
    },
}


def relate_command(
    source: Annotated[str, typer.Argument(help="Country of the attempt: code or name.", show_default=False)],
    horizon: Annotated[int, typer.Option(help="Months, from 1 to 60.")] = 12,
    rule: Annotated[str, typer.Option(help="Whose list of attempts, as in load_coups.")] = "powell_thyne",
    lang: Annotated[str, typer.Option(help="en or fr.")] = "en",
    draws: Annotated[int, typer.Option(help="Draws of the posterior.")] = 1000,
    seed: Annotated[int, typer.Option(help="Seed of the draws.")] = 0,
    jobs: Annotated[int, typer.Option(help="Processes; the numbers do not depend on it.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print all of it as JSON.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print all of it as CSV.")] = False,
) -> None:
    """Say how the risk of an attempt elsewhere, and at home, relates to an attempt in a country."""
    from sahelkit._commands._printing import print_frame, print_table
    from sahelkit.language.texts import words
    from sahelkit.models.relation import relation_matrix
    from sahelkit.options import check_language

    spoken = check_language(lang)
    say = words(_WORDS, spoken)
    found = relation_matrix(source=source, horizon=horizon, rule=rule, draws=draws, seed=seed, n_jobs=jobs)
    if as_json or as_csv:
        print_frame(found.tidy(), shown=(), as_json=as_json, as_csv=as_csv)
        return
    code = found.sources[0]
    print(say["head"].format(**_facts(found, code, spoken)))
    print_table([say[key] for key in ("country", "without", "extra", "ratio", "shared", "prior")], _rows(found, spoken))
    target = next(name for name in found.targets if name != code)
    print(found.says(source=code, target=target, lang=spoken))
    print(say["foot"])


def _facts(found: RelationMatrix, code: str, lang: Lang) -> dict[str, object]:
    from sahelkit.language.coders import rule_name
    from sahelkit.language.countries import in_country

    evidence = found.posterior.evidence
    return {
        "where": in_country(code, lang),
        "months": found.horizons[0],
        "n": int(found.n_attempts[0]),
        "rule": rule_name(found.rule, lang),
        "first": evidence.first.year,
        "last": evidence.last.year,
    }


def _rows(found: RelationMatrix, lang: Lang) -> list[list[str]]:
    from sahelkit.geography import places
    from sahelkit.language.numbers import decimal
    from sahelkit.models.relation.words import interval_text

    return [
        [
            places.name(target, lang=lang),
            decimal(found.values[0, t, 0, 1, 2], 1, lang),
            interval_text(found.values[0, t, 0, 2], lang),
            interval_text(found.values[0, t, 0, 3], lang),
            interval_text(found.values[0, t, 0, 7], lang),
            f"{100 * found.prior_share[0, t, 0]:.0f} %",
        ]
        for t, target in enumerate(found.targets)
    ]
