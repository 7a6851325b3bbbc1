"""No function that takes a user's frame is forgotten by the tests of invariance."""

from __future__ import annotations

import inspect
import pkgutil
from importlib import import_module

from not_estimators import NOT_ESTIMATORS
from user_frames import CASES

import sahelkit

ROOMS = ("sahelkit.models", "sahelkit.record", "sahelkit.evaluate", "sahelkit.panels", "sahelkit.tables")


def _takes_a_frame(function) -> bool:
    given = inspect.signature(function).parameters.values()
    return any(kind in str(parameter.annotation) for parameter in given for kind in ("DataFrame", "FrameLike"))


def _functions():
    for found in pkgutil.walk_packages(sahelkit.__path__, "sahelkit."):
        if found.name.startswith(ROOMS) and "._" not in found.name:
            module = import_module(found.name)
            for name, function in vars(module).items():
                own = inspect.isfunction(function) and function.__module__ == found.name
                if own and not name.startswith("_") and _takes_a_frame(function):
                    yield f"{found.name}.{name}"


def _module_of(name: str):
    return import_module(name.rpartition(".")[0])


def test_every_function_that_takes_a_frame_is_tried_or_says_why_not():
    found = set(_functions())
    tried = {name.partition("[")[0] for name in CASES}
    assert len(found) > 60
    assert found - tried - set(NOT_ESTIMATORS) == set(), (
        "add a case to user_frames.py, or the reason why there is none to not_estimators.py"
    )
    gone = {name for name in {*tried, *NOT_ESTIMATORS} - found if not hasattr(_module_of(name), name.split(".")[-1])}
    assert gone == set(), "these functions are no longer there"
    assert tried & set(NOT_ESTIMATORS) == set()
