"""Every public function that has a shared option refuses what that option cannot be, before it does anything else."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest

import sahelkit.evaluate
import sahelkit.models
from sahelkit.errors import OptionError, SahelkitError
from sahelkit.frames import check_frame
from sahelkit.options import check_name, check_whole_number

_BAD: dict[str, tuple[Any, ...]] = {
    "level": (-1, 0, 1, 2.5, float("nan"), "x", True),
    "seed": (-1, 2.5, float("nan"), "x", True),
    "n_jobs": (0, 2.5, float("nan"), "x", True),
    "lags": (-1, 2.5, float("nan"), "x"),
    **{name: (-1, 0, 2.5, float("nan"), "x", True) for name in ("draws", "replicates", "horizon")},
}

_GOOD = {"level": 0.9, "seed": 1, "n_jobs": 1, "horizon": 12, "lags": 3, "draws": 199, "replicates": 199, "number": 199}

# Parts of one public function, which has checked the option already, or that get arrays under the same name.
_INNER = {
    "models.impact.paths.normal_half",
    "models.forecast.past.check_origin",
    "models.forecast.past.newest_known",
    "models.hawkes.calibrated.calibrated_end",
    "models.hawkes.words.sentence",
    "models.hazard.clustering.profile_ends",
    "models.hazard.words.axis_words",
    "models.hazard.words.head_line",
    "models.impact.series.estimate",
    "models.relation.posterior.posterior_of",
    "models.relation.prior.prior_excitation",
    "evaluate.words.backtest_sentence",
    "evaluate.words.window_words",
}


def _functions() -> Iterator[tuple[str, Callable[..., Any]]]:
    for room in (sahelkit.models, sahelkit.evaluate):
        for module in pkgutil.walk_packages(room.__path__, room.__name__ + "."):
            if "._" in module.name:
                continue
            held = importlib.import_module(module.name)
            for name, value in vars(held).items():
                where = f"{module.name.removeprefix('sahelkit.')}.{name}"
                public = not name.startswith("_")
                if public and inspect.isfunction(value) and value.__module__ == module.name:
                    yield where, value


def _cases() -> Iterator[Any]:
    for where, function in _functions():
        for name, parameter in inspect.signature(function).parameters.items():
            kind = str(parameter.annotation)
            if where in _INNER or name not in _BAD or "Floats" in kind or "Array" in kind:
                continue
            optional = "None" in kind or name == "n_jobs"  # joblib takes None wherever it takes a number
            for bad in (*_BAD[name], *(() if optional else (None,))):
                yield pytest.param(function, name, bad, id=f"{where}-{name}-{bad}")


@pytest.mark.parametrize(("function", "name", "bad"), list(_cases()))
def test_a_value_that_cannot_be_is_refused_with_what_to_type(function: Any, name: str, bad: Any) -> None:
    needed = {
        other: _GOOD.get(other, object())
        for other, parameter in inspect.signature(function).parameters.items()
        if parameter.default is inspect.Parameter.empty
        and parameter.kind not in (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
    }
    with pytest.raises(OptionError) as found:
        function(**{**needed, name: bad})
    assert str(found.value).startswith(f"{name}={bad!r}")
    assert "Type " in str(found.value)


def test_the_walk_finds_the_functions_that_it_is_about() -> None:
    found = {where for where, _ in _functions()}
    assert set(_INNER) <= found, "these functions are no longer there"
    assert {
        "models.hazard.fitting.fit_hazard",
        "models.placebo.placebos.placebo_test",
        "evaluate.backtest.backtest",
    } <= found
    assert len({case.values[0] for case in _cases()}) > 40


@pytest.mark.parametrize(
    ("given", "advice"),
    [
        (None, "Give the frame"),
        ({"x": [1]}, "pandas.DataFrame(frame)"),
        (pd.Series([1.0], name="x"), "frame.to_frame()"),
        ([1, 2], "pandas.DataFrame(frame)"),
        ("panel.csv", "pandas.read_csv"),
        (pd.DataFrame([[1, 2]], columns=["x", "x"]), "'x'"),
    ],
)
def test_what_is_no_frame_is_refused_with_the_way_to_one(given: Any, advice: str) -> None:
    with pytest.raises(SahelkitError) as found:
        check_frame(given, where="fit_hazard")
    assert advice in str(found.value)


def test_a_frame_of_another_library_says_how_it_becomes_one_of_pandas() -> None:
    class Other:
        def to_pandas(self) -> pd.DataFrame:
            return pd.DataFrame()

    with pytest.raises(OptionError, match=r"frame\.to_pandas\(\)"):
        check_frame(Other(), where="fit_hazard")


def test_numpys_whole_numbers_are_whole_numbers() -> None:
    check_whole_number("draws", np.int64(5))
    with pytest.raises(OptionError, match="from 1 to 3"):
        check_whole_number("draws", np.int8(5), most=3)


def test_one_name_in_a_list_is_told_how_to_stand_alone() -> None:
    with pytest.raises(OptionError, match="Type cluster='iso3'"):
        check_name("cluster", ["iso3"])
    with pytest.raises(OptionError):
        check_name("cluster", None)


@pytest.mark.parametrize("name", ["country_sd", "decade_sd", "rate", "own", "cross", "own_lag", "cross_lag"])
@pytest.mark.parametrize("bad", [None, "x", [], {"a": 1}, True, float("nan")])
def test_what_is_no_number_is_refused_by_a_simulation(name, bad):
    with pytest.raises(OptionError, match=f"^{name}="):
        sahelkit.models.placebo.simulate_panel(**{name: bad})


@pytest.mark.parametrize(
    ("name", "bad"),
    [("vif", "7"), ("most", "x"), ("folder", 7), ("measures", {}), ("exclusive", None), ("effects", []), ("link", 3)],
)
def test_extreme_bounds_refuses_what_an_option_cannot_be(name, bad):
    rows = pd.DataFrame({"onset": [0, 1], "z": [1.0, 2.0], "w": [1.0, 3.0], "iso3": ["MLI", "NER"]})
    with pytest.raises(OptionError, match=f"^{name}="):
        sahelkit.extreme_bounds("onset ~ 1 | z | w", rows, **{"k": 1, name: bad})


@pytest.mark.parametrize("bad", [None, 3, [], b"AU"])
def test_names_of_bodies_are_names(bad):
    with pytest.raises(OptionError, match=r"^bodies="):
        sahelkit.panels.response_cases(bodies=bad)


@pytest.mark.parametrize("bad", [None, "yes", 1])
def test_a_switch_is_true_or_false(bad):
    with pytest.raises(OptionError, match=r"it is True or False\. Type include_plots=True"):
        sahelkit.load_coups(include_plots=bad)


@pytest.mark.parametrize("bad", [7, b"x", ["x"]])
def test_a_folder_is_a_text_or_a_path(bad):
    with pytest.raises(OptionError, match=r"^folder="):
        sahelkit.scoreboard(folder=bad)
