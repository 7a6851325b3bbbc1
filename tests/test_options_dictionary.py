"""Every public signature keeps to the dictionary of options, and the page of the dictionary says what it holds.

Run as a script it writes docs/options.md anew.
"""

from __future__ import annotations

import inspect
import sys
from pathlib import Path
from typing import get_args

import pytest
from public import signatures

from sahelkit import _types
from sahelkit.dictionary import OPTIONS, OWN, Option
from sahelkit.tables.coups import JOINT_RULES, coup_coders

ANEW = "PYTHONPATH=tests/support python tests/test_options_dictionary.py"
PAGE = Path(__file__).parents[1] / "docs" / "options.md"
# Types of data that happen to have the name of an option: they are what a function is about, not how it works.
DATA = ("NDArray", "ndarray", "Floats", "pd.Series", "Sequence[str]", "list[str]")
# Public by their place, but called by other functions only, with all that they need.
INNER = {
    "ContagionBound.at": "made by contagion_bound",
    "Mark.name": "called by figures",
    "Step.kinds": "called by the panel",
    "Step.caution": "called by the panel",
    "places.chosen": "the reader of the option",
    "weights.aligned": "the reader of the option",
    "HazardForecaster.fit_arrays": "called by fit and by backtest",
    "plot_comparison": "draws a comparison that has its level",
    "plot_capture_lags": "draws lags that have their window",
    "p_error": "the number is an argument of the formula",
    "share_error": "the number is an argument of the formula",
    "plot_coverage": "draws a coverage that has its frequency",
}
# Kinds under which an option may stand in a signature beside that of the dictionary.
ALSO = {
    "frame": ("FrameLike", "FrameLike | None", "pd.DataFrame", "pd.DataFrame | Panel", "pd.DataFrame | None"),
    "weights": ("xr.DataArray", "xr.DataArray | None"),
    "cluster": ("str", "str | None"),  # None: rows hang together nowhere
    "seed": ("int | None", "int"),
    "level": ("float", "float | None"),
    "replicates": ("int", "int | None"),
    "freq": ("Freq", "Freq | None"),
    "horizon": ("int", "int | None", "int | Sequence[int]"),
    "ax": ("Axes | None",),
    "repeats": ("Repeats", "EventRepeats"),
}


def _is(name: str, full: str) -> bool:
    return full == name or full.endswith(f".{name}")


def _cases() -> list[tuple[str, inspect.Parameter]]:
    return [
        (full, parameter)
        for full, signature in signatures().items()
        if not any(_is(inner, full) for inner in INNER) and "words." not in full
        for parameter in signature.parameters.values()
        if parameter.name in OPTIONS and not any(kind in str(parameter.annotation) for kind in DATA)
    ]


def _fault(full: str, parameter: inspect.Parameter, option: Option) -> str:
    if any(_is(name, full) for name in option.but):
        return ""
    if option.keyword and parameter.kind is not parameter.KEYWORD_ONLY:
        return "it is given by name only"
    kinds = ALSO.get(parameter.name, (option.kind,))
    if str(parameter.annotation) not in kinds:
        return f"its type is {parameter.annotation}, not {' or '.join(kinds)}"
    own = option.default is OWN or parameter.default is parameter.empty
    if not own and (parameter.default != option.default or isinstance(parameter.default, bool)):
        return f"its default is {parameter.default!r}, not {option.default!r}"
    return ""


@pytest.mark.parametrize("name", OPTIONS)
def test_an_option_is_the_same_everywhere(name):
    faults = {
        f"{full}({name}=)": fault
        for full, parameter in _cases()
        if parameter.name == name and (fault := _fault(full, parameter, OPTIONS[name]))
    }
    assert not faults


@pytest.mark.parametrize("name", OPTIONS)
def test_every_exception_is_needed(name):
    option = OPTIONS[name]
    mine = [(full, parameter) for full, parameter in _cases() if parameter.name == name]
    assert mine, "no function has this option"
    for excepted in option.but:
        held = [(full, parameter) for full, parameter in mine if _is(excepted, full)]
        assert held, f"{excepted} has no {name}="
        plain = option._replace(but={})
        odd = [parameter for full, parameter in held if _fault(full, parameter, plain) or option.default is OWN]
        same = ALSO.get(name, (option.kind,))[0]
        assert odd or any(str(p.annotation) != same for _, p in held), f"{excepted} keeps to the dictionary"


def test_the_walk_sees_what_users_call():
    found = signatures()
    for name in (
        *("tables.coups.load_coups", "panels.adding.Adding.add_coups", "models.hazard.fitting.fit_hazard"),
        *("plots.coups.plot_coup_timeline", "record.captures.capture_lags", "geography.places.name"),
        *("models.hazard.result.HazardFit.says", "results.base.Result.plot", "evaluate.result.Backtest.scores"),
    ):
        assert f"sahelkit.{name}" in found
    assert len(found) > 400


def test_old_words_for_replicates_are_gone():
    old = {"n_boot", "n_sim", "sims", "n_draws", "n_paths", "permutations", "n_rep"}
    assert not {full for full, signature in signatures().items() if old & set(signature.parameters)}


def test_the_rules_are_those_of_the_coders():
    assert set(get_args(_types.CoderRule)) == {*JOINT_RULES, *coup_coders()["rule"]}


def page() -> str:
    """The dictionary as a page of Markdown."""
    lines = [
        "# One dictionary of options",
        "",
        "An option has one name, one meaning and one default in all of sahelkit, and is given by name. What deviates",
        "is listed with its reason. The table is `sahelkit.dictionary.OPTIONS`; a test holds every public signature,",
        f"and this page, against it (`{ANEW}` writes the page anew).",
        "",
        "| option | type | default | meaning |",
        "| --- | --- | --- | --- |",
    ]
    for name, option in OPTIONS.items():
        default = option.default if option.default is OWN else f"`{option.default!r}`"
        kind = option.kind.replace("|", "\\|")
        lines.append(f"| `{name}` | `{kind}` | {default} | {option.says.replace('|', chr(92) + '|')} |")
    lines += ["", "## What deviates, and why", ""]
    for name, option in OPTIONS.items():
        lines += [f"- `{name}` in `{where.rpartition('builder.')[2]}`: {why}." for where, why in option.but.items()]
    lines += [
        "",
        "## Options with few values",
        "",
        "| type | values |",
        "| --- | --- |",
        *(
            f"| `{name}` | {', '.join(f'`{value!r}`' for value in get_args(getattr(_types, name)))} |"
            for name in ("Lang", "Freq", "CoderRule", "Repeats")
        ),
        "",
    ]
    return "\n".join(lines)


def test_the_page_is_the_dictionary():
    assert PAGE.read_text(encoding="utf-8") == page(), f"write it anew: {ANEW}"


if __name__ == "__main__":
    sys.exit(PAGE.write_text(page(), encoding="utf-8") < 1)
