"""Each error says what, where, why and what to type next."""

from __future__ import annotations

import inspect

import pytest

from sahelkit import errors

CASES = [
    (
        errors.UnknownNameError("rule", "majorty", ["any", "majority"]),
        "unknown rule 'majorty'. Did you mean 'majority'? Known: any, majority.",
    ),
    (
        errors.UnknownNameError("style", "x", ["apa", "text"], repair="Leave style= out"),
        "unknown style 'x'. Known: apa, text. Leave style= out.",
    ),
    (
        errors.UnknownPlaceError("Congo", ["Congo (COG)", "Congo (COD)"], ambiguous=True),
        "'Congo' names several countries: Congo (COG), Congo (COD). Type the code of the one you mean.",
    ),
    (
        errors.DateError("start", "hier", "not a date"),
        "start='hier': not a date. Type a year, month or day such as '2012', '2012-03' or '2012-03-22'.",
    ),
    (
        errors.MissingColumnsError("panel.add_frame", ["iso3"], ["iso", "x"]),
        "panel.add_frame needs the column 'iso3'; the frame has iso, x. Is 'iso' meant to be 'iso3'? Rename it.",
    ),
    (
        errors.MissingExtraError("sahelkit lab", "lab", "jupyterlab"),
        "sahelkit lab needs jupyterlab, which is not installed. Type: python -m pip install 'sahelkit[lab]'",
    ),
]


@pytest.mark.parametrize(("error", "text"), CASES, ids=lambda value: type(value).__name__)
def test_text(error, text):
    assert str(error) == text


def test_every_error_is_of_the_family_and_documented():
    classes = [item for _, item in inspect.getmembers(errors, inspect.isclass) if item.__module__ == "sahelkit.errors"]
    for item in classes:
        assert item.__doc__
        assert issubclass(item, errors.SahelkitError | UserWarning), item


def test_near_matches_ignore_accents_and_case():
    assert errors.near_matches("cote d ivoire", ["Côte d'Ivoire", "Ghana"]) == ["Côte d'Ivoire"]
    assert errors.near_matches("INFLATION", ["wdi_cpi_inflation", "wgi_rule_of_law"]) == ["wdi_cpi_inflation"]
    assert errors.near_matches("zz", ["Ghana"]) == []
