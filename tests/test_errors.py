"""Each error says what, where, why and what to type next."""

from __future__ import annotations

import copy
import inspect
import pickle
import re
from pathlib import Path

import numpy as np
import pandas as pd
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


OTHERS = [
    errors.OptionError("how", "mean", "unknown", row="row 1 of 2 (index 0)", repair="Type how='sum'"),
    errors.UnknownPlaceError.several("iso3", pd.Series(["AFE", "AFE"], index=[3, 4]), 9),
    errors.LackingError("ContagionBound", "plot", "it is one number"),
    errors.OfflineError("a.csv", ["here: nothing"], repair="Unset it"),
    errors.ModelError("nothing can be fitted"),
]


@pytest.mark.parametrize("error", [error for error, _ in CASES] + OTHERS, ids=lambda value: type(value).__name__)
def test_errors_come_back_from_a_worker_as_they_were(error):
    for again in (pickle.loads(pickle.dumps(error)), copy.deepcopy(error)):
        assert type(again) is type(error)
        assert str(again) == str(error)
        assert vars(again) == vars(error)


def test_a_value_is_shown_as_what_it_is_and_not_at_any_length():
    assert "=2011.5:" in str(errors.OptionError("year", np.float64(2011.5), "no"))
    assert "=20 days" not in str(errors.OptionError("day", np.timedelta64(20, "D"), "no"))
    long = str(errors.OptionError("rule", pd.DataFrame({"x": range(1000)}), "no name"))
    assert len(long) < 300
    assert "\n" not in long


@pytest.mark.parametrize("odd", [["x"], {"x": 1}, pd.NA, np.array(["x", "y"]), pd.DataFrame({"x": [1]}), b"x"])
def test_what_is_no_name_is_not_known(odd):
    assert not any(errors.is_known(odd, allowed) for allowed in (("x", "y"), {"x", "y"}, {"x": 1}))


def test_no_option_is_looked_up_in_a_way_that_lists_and_frames_break():
    root = Path(errors.__file__).parent
    pattern = re.compile(r"if [a-z_.]+ not in [A-Z_]+:\n\s+raise UnknownNameError\(")
    found = [path.name for path in root.rglob("*.py") if pattern.search(path.read_text(encoding="utf-8"))]
    assert found == [], "ask with errors.is_known"
