"""Docstrings of public names: numpydoc's rules, an example that runs, the errors that are raised, and papers by DOI."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
import textwrap
from functools import cache

import pytest
from numpydoc.docscrape import get_doc_object
from numpydoc.validate import validate

import sahelkit

# Why a rule of numpydoc does not hold here.
EXCEPT = {
    "SA01": "names stand beside one another in the codebook and in the table of public names",
    "ES01": "one line says it, where one line does",
    "RT03": "what a result holds stands in the docstring of its class",
    "SS05": "takes every plural for a verb",
    "PR03": "options are keywords: those that belong together stand together",
}


@cache
def public() -> tuple[str, ...]:
    """Functions and classes that the front door and the rooms hand out, by the place where they are written."""
    found = {}
    rooms = [sahelkit]
    for module in pkgutil.walk_packages(sahelkit.__path__, "sahelkit."):
        inner = module.name.split(".")[1:]
        if module.ispkg and inner[0] not in ("build", "_commands", "_share"):
            rooms.append(importlib.import_module(module.name))
    for room in rooms:
        for name in getattr(room, "__all__", ()):
            thing = getattr(room, name)
            if inspect.isroutine(thing) or inspect.isclass(thing):
                found[f"{thing.__module__}.{thing.__qualname__}"] = thing
    return tuple(sorted(name for name in found if name.startswith("sahelkit.")))


def _thing(name: str):
    module, _, inner = name.rpartition(".")
    return getattr(importlib.import_module(module), inner)


def _methods(name: str) -> list[str]:
    thing = _thing(name)
    if not inspect.isclass(thing):
        return []
    own = {key: value for key, value in vars(thing).items() if not key.startswith("_")}
    return [f"{name}.{key}" for key, value in own.items() if inspect.isfunction(value)]


def faults(name: str) -> list[str]:
    """What numpydoc says of a docstring, and what it does not look for."""
    thing = _thing(name)
    found = [
        f"{code}: {text}"
        for code, text in validate(name)["errors"]
        if code not in EXCEPT
        # A result is made by its function; its fields stand under Attributes.
        and not (inspect.isclass(thing) and code in ("PR01", "EX01"))
        # Figures are drawn by results and in the notebooks, which are run.
        and not (name.startswith("sahelkit.plots.") and code == "EX01")
    ]
    # An option that is described elsewhere has its type there.
    elsewhere = {
        part.strip()
        for item in get_doc_object(thing)["Parameters"]
        if not item.type and " ".join(item.desc).startswith("As in ")
        for part in item.name.split(",")
    }
    found = [fault for fault in found if not (fault.startswith("PR04") and fault.split('"')[1] in elsewhere)]
    text = inspect.getdoc(thing) or ""
    cited = text.partition("References\n---")[2]
    if cited and not re.search(r"doi|https?://|thesis|[Aa]s in ", cited):
        found.append("a reference has neither DOI nor address")
    if inspect.isfunction(thing):
        tree = ast.parse(textwrap.dedent(inspect.getsource(thing)))
        raises = {
            node.exc.func.id
            for node in ast.walk(tree)
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and isinstance(node.exc.func, ast.Name)
        }
        section = re.search(r"Raises\n-+\n(.*?)(?=\n\n[A-Z]\w+\n-|\Z)", text, flags=re.DOTALL)
        said = section.group(1) if section else ""
        found += [
            f"raises {kind} and does not say so" for kind in sorted(raises) if kind[0] != "_" and kind not in said
        ]
    return found


@pytest.mark.parametrize("name", public())
def test_docstring_says_all(name):
    assert faults(name) == []


@pytest.mark.parametrize("name", [name for name in public() if inspect.isclass(_thing(name))])
def test_methods_say_what_they_take(name):
    missing = []
    for method in _methods(name):
        doc = get_doc_object(_thing(name).__dict__[method.rpartition(".")[2]])
        if not "".join(doc["Summary"]).strip():
            missing.append(method)
    assert missing == []
