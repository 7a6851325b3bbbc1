"""Everything that users call: what the top level and the rooms export, figures, records, and the methods of classes."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from typing import Any

import sahelkit
from sahelkit.results.base import Result

# Rooms without a list of exports of their own: every public function of their modules is one.
OPEN_ROOMS = ("sahelkit.exposure", "sahelkit.record", "sahelkit.plots")
# Inside these rooms only the figures are for users.
FIGURES = "sahelkit.plots"
# Rooms in which nothing is called by users of the library.
CLOSED = ("build", "cli", "language", "study.templates")


def modules() -> Iterator[Any]:
    """Every public module of the package."""
    for found in pkgutil.walk_packages(sahelkit.__path__, "sahelkit."):
        inner = found.name.removeprefix("sahelkit.")
        if any(part.startswith("_") for part in inner.split(".")) or inner.startswith(CLOSED):
            continue
        yield importlib.import_module(found.name)


def _objects() -> Iterator[Any]:
    for name in sahelkit.__all__:
        value = getattr(sahelkit, name)
        yield value
        if inspect.ismodule(value):
            yield from (getattr(value, inner) for inner in getattr(value, "__all__", ()))
    for module in modules():
        if module.__name__.startswith(OPEN_ROOMS):
            for name, value in vars(module).items():
                mine = getattr(value, "__module__", "") == module.__name__ and not name.startswith("_")
                if mine and (not module.__name__.startswith(FIGURES) or name.startswith("plot_")):
                    yield value
        elif hasattr(module, "__path__"):
            yield from (getattr(module, name) for name in getattr(module, "__all__", ()))


def _subclasses(kind: type) -> Iterator[type]:
    for found in kind.__subclasses__():
        yield found
        yield from _subclasses(found)


def _methods(kind: type) -> Iterator[tuple[str, Callable[..., Any]]]:
    for holder in kind.__mro__:
        if not holder.__module__.startswith("sahelkit"):
            continue
        for name, value in vars(holder).items():
            function = getattr(value, "__func__", value)
            if not name.startswith("_") and inspect.isfunction(function):
                yield f"{holder.__module__}.{holder.__qualname__}.{name}", function


def signatures() -> dict[str, inspect.Signature]:
    """Signature of each function and method that users call, by its full name."""
    found: dict[str, Callable[..., Any]] = {}
    for value in [*_objects(), *_subclasses(Result)]:
        if inspect.isfunction(value):
            found[f"{value.__module__}.{value.__qualname__}"] = value
        elif inspect.isclass(value) and value.__module__.startswith("sahelkit"):
            found |= dict(_methods(value))
    return {name: inspect.signature(function) for name, function in sorted(found.items())}
