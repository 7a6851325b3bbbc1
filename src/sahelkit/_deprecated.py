"""What had another name in the version before: the old name still works for one minor version, and warns.

Three kinds, each in one place: names of modules in ``_MODULES``, public names in ``NAMES``, keyword options at the
function itself, with `renamed`. CONTRIBUTING.md has the policy; a test checks that every new name is there.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import sys
import warnings
from collections.abc import Callable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, TypeVar

__all__ = ["MODULES", "NAMES", "Finder", "old_name", "renamed"]

F = TypeVar("F", bound=Callable[..., Any])

# Old room, new room, and the modules that kept their name in it; in 0.2.
_MODULES = [
    ("", "geography", "codes places shapes"),
    (
        "models",
        "estimation",
        "cluster_parts clustered corrections design exact few_clusters firth inverse_root links mixed_likelihood "
        "newton separation split_likelihood wild_scores",
    ),
    ("models.impact", "estimation", "did_weights simplex"),
    ("models.relation", "estimation", "hamilton"),
    ("models.forecast", "estimation", "ridge"),
    (
        "models.hawkes",
        "estimation.hawkes",
        "baseline estimate integral kernel likelihood observed profile pull search simulate units",
    ),
    (
        "models.bounds",
        "estimation.many",
        "arithmetic chunk combine effects engine fitting kernel lazily leamer plan planning prepare progress rescue "
        "roles salaimartin sample storage",
    ),
    ("models", "models.hazard", "random_intercepts robustness split_population wild"),
    ("models", "models.placebo", "like period_effects power simulate"),
    ("models", "record", "agreement captures captures_words group_reach group_reach_words place_history responses"),
    ("models.responses", "record.responses", "association rank severity waiting words"),
]


def _path(*parts: str) -> str:
    return ".".join(["sahelkit", *filter(None, parts)])


MODULES = {_path(old, name): _path(new, name) for old, new, names in _MODULES for name in names.split()} | {
    "sahelkit.models.duration": "sahelkit.estimation.splines",
    "sahelkit.models.fragility": "sahelkit.record.standing",
    "sahelkit.models.hazard_errors": "sahelkit.models.hazard.clustering",
    "sahelkit.models.hazard_fit": "sahelkit.models.hazard.result",
    "sahelkit.models.hazard_words": "sahelkit.models.hazard.words",
    "sahelkit.models.outcome": "sahelkit.models.hazard.success",
    "sahelkit.models.placebo_draws": "sahelkit.models.placebo.draws",
    "sahelkit.models.placebo_result": "sahelkit.models.placebo.result",
    "sahelkit.models.placebo_words": "sahelkit.models.placebo.words",
    "sahelkit.models.result": "sahelkit.results.base",
}

# Public names that a room gave away, or that are called otherwise; in 0.2.
NAMES: dict[str, str] = {}


def _warn(old: str, new: str, *, level: int = 3) -> None:
    text = f"{old} is called {new} since sahelkit 0.2, and the old name goes with 0.3. Type {new}."
    warnings.warn(text, DeprecationWarning, stacklevel=level)


def old_name(room: str, name: str) -> Any:
    """What a room had under a name, with a warning that says where it is now; AttributeError if it never had it.

    Parameters
    ----------
    room : str
        Full name of the module that was asked.
    name : str
        What was asked for.
    """
    old = f"{room}.{name}"
    if old in MODULES:
        _warn(old, MODULES[old], level=4)
        return importlib.import_module(MODULES[old])
    if old in NAMES:
        _warn(old, NAMES[old], level=4)
        home, _, new = NAMES[old].rpartition(".")
        return getattr(importlib.import_module(home), new)
    raise AttributeError(f"module {room!r} has no attribute {name!r}")


class _Alias(Loader):
    """Puts the module of the new name where the old one is wanted, so that both are one."""

    def create_module(self, spec: ModuleSpec) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        old = module.__name__
        sys.modules[old] = importlib.import_module(MODULES[old])
        _warn(old, MODULES[old])


class Finder(MetaPathFinder):
    """Finds modules under their old names."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The way to a module that has moved; None for any other."""
        return ModuleSpec(fullname, _Alias()) if fullname in MODULES else None


# In front: a module of a package that moved would else be found in its new place and be loaded twice.
if not any(type(finder).__name__ == "Finder" and type(finder).__module__ == __name__ for finder in sys.meta_path):
    sys.meta_path.insert(0, Finder())


def renamed(**options: str | tuple[str, Callable[[Any], Any]]) -> Callable[[F], F]:
    """Let a function or method take keyword options under their old names too, with a warning at the caller's line.

    Parameters
    ----------
    **options : str or (str, callable)
        Old name = new name, or the new name and what makes the new value from the old one.

    Returns
    -------
    callable
        A decorator; inspect and type checkers see the signature with the new names alone.

    Raises
    ------
    TypeError
        By the function made: if an option is given under both names.

    Examples
    --------
    >>> @renamed(n_boot="draws", alpha=("level", lambda alpha: 1 - alpha))
    ... def interval(*, draws=999, level=0.95):
    ...     return draws, level
    >>> with warnings.catch_warnings(record=True) as caught:
    ...     warnings.simplefilter("always")
    ...     interval(n_boot=99)
    (99, 0.95)
    >>> print(caught[0].message)
    n_boot= of interval is called draws= since sahelkit 0.2, and the old name goes with 0.3. Type draws=.
    """
    changes = {old: (new, _same) if isinstance(new, str) else new for old, new in options.items()}

    def decorate(function: F) -> F:
        @functools.wraps(function)
        def call(*args: Any, **given: Any) -> Any:
            for old in changes.keys() & given.keys():
                new, made = changes[old]
                value = given.pop(old)
                if new in given or new in inspect.signature(function).bind_partial(*args).arguments:
                    raise TypeError(f"{function.__name__} got {new}= and {old}=, its old name. Type {new}= alone.")
                _warn(f"{old}= of {function.__name__}", f"{new}=")
                given[new] = made(value)
            return function(*args, **given)

        return call  # type: ignore[return-value]

    return decorate


def _same(value: Any) -> Any:
    return value
