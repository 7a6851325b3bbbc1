"""What had another name in the version before: the old name still works for one minor version, and warns.

Three kinds, each in one place: names of modules in ``_MODULES``, public names in ``NAMES``, keyword options at the
function itself, with `renamed`. CONTRIBUTING.md has the policy; a test checks that every new name is there.
"""

from __future__ import annotations

import sys
import warnings
from functools import wraps
from importlib import import_module
from importlib.machinery import ModuleSpec

TYPE_CHECKING = False  # `import sahelkit` reads this file, and `typing` would take longer than all the rest
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import ModuleType
    from typing import Any, TypeVar

    F = TypeVar("F", bound=Callable[..., Any])

__all__ = ["MODULES", "NAMES", "Finder", "OldAttribute", "old_name", "renamed"]

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
        "arithmetic chunk effects engine fitting kernel plan prepare progress rescue roles sample storage",
    ),
    ("models", "models.hazard", "random_intercepts robustness split_population wild"),
    ("models", "models.placebo", "like period_effects power simulate"),
    ("models", "record", "agreement captures group_reach place_history responses"),
    ("models.responses", "record.responses", "association rank severity waiting words"),
]


def _path(*parts: str) -> str:
    return ".".join(["sahelkit", *filter(None, parts)])


MODULES = {_path(old, name): _path(new, name) for old, new, names in _MODULES for name in names.split()} | {
    "sahelkit.models.bounds.combine": "sahelkit.estimation.many.roles",
    "sahelkit.models.bounds.lazily": "sahelkit.estimation.many.storage",
    "sahelkit.models.bounds.leamer": "sahelkit.estimation.many.spread",
    "sahelkit.models.bounds.planning": "sahelkit.estimation.many.plan",
    "sahelkit.models.bounds.salaimartin": "sahelkit.estimation.many.spread",
    "sahelkit.models.duration": "sahelkit.estimation.splines",
    "sahelkit.models.fragility": "sahelkit.record.standing",
    "sahelkit.models.hawkes.bound": "sahelkit.models.hawkes.calibrated",
    "sahelkit.models.hazard_errors": "sahelkit.models.hazard.clustering",
    "sahelkit.models.hazard_fit": "sahelkit.models.hazard.result",
    "sahelkit.models.hazard_words": "sahelkit.models.hazard.words",
    "sahelkit.models.outcome": "sahelkit.models.hazard.success",
    "sahelkit.models.placebo_draws": "sahelkit.models.placebo.draws",
    "sahelkit.models.placebo_result": "sahelkit.models.placebo.result",
    "sahelkit.models.placebo_words": "sahelkit.models.placebo.words",
    "sahelkit.models.result": "sahelkit.results.base",
}

# Old room, new room, and the public names that moved; in 0.2.
_NAMES = [
    (
        "",
        "tables",
        "conflict_actor_names crisis_actors crisis_types load_distances load_leader_months load_places "
        "load_regime_episodes load_response_searches map_geojson",
    ),
    ("", "models.forecast", "forecast_panel"),
    ("", "models.impact", "impact_table"),
    ("", "models.placebo", "simulate_panel"),
    ("", "models.relation", "prior_sensitivity"),
    ("", "panels", "response_cases"),
    ("", "store", "fetch_source"),
    ("", "study", "effort finding show"),
    ("models.hazard", "estimation", "duration_terms restricted_cubic_spline separated_terms spline_knots"),
    ("models.impact", "plots", "Mark"),
]
# Public names that are called otherwise; in 0.2.
NAMES = {_path(old, name): _path(new, name) for old, new, names in _NAMES for name in names.split()}


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
        return import_module(MODULES[old])
    if old in NAMES:
        _warn(old, NAMES[old], level=4)
        home, _, new = NAMES[old].rpartition(".")
        return getattr(import_module(home), new)
    raise AttributeError(f"module {room!r} has no attribute {name!r}")


class _Alias:
    """Puts the module of the new name where the old one is wanted, so that both are one."""

    def create_module(self, spec: ModuleSpec) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        old = module.__name__
        sys.modules[old] = import_module(MODULES[old])
        _warn(old, MODULES[old])


class Finder:
    """Finds modules under their old names."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The way to a module that has moved; None for any other."""
        return ModuleSpec(fullname, _Alias()) if fullname in MODULES else None  # type: ignore[arg-type]


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
    OptionError
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
        @wraps(function)
        def call(*args: Any, **given: Any) -> Any:
            for old in changes.keys() & given.keys():
                from inspect import signature

                new, made = changes[old]
                value = given.pop(old)
                if new in given or new in signature(function).bind_partial(*args).arguments:
                    from sahelkit.errors import OptionError

                    why = f"{function.__name__} was given {new}= as well, which is its new name"
                    raise OptionError(old, value, why, repair=f"Type {new}= alone")
                _warn(f"{old}= of {function.__name__}", f"{new}=")
                given[new] = made(value)
            return function(*args, **given)

        return call  # type: ignore[return-value]

    return decorate


def _same(value: Any) -> Any:
    return value


class OldAttribute:
    """An attribute of a class under its old name: reading it warns and gives what the new name has.

    Parameters
    ----------
    new : str
        New name.

    Examples
    --------
    >>> class Fit:
    ...     donor_weights = (0.4, 0.6)
    ...     weights = OldAttribute("donor_weights")
    >>> with warnings.catch_warnings(record=True) as caught:
    ...     warnings.simplefilter("always")
    ...     Fit().weights
    (0.4, 0.6)
    >>> print(caught[0].message)
    Fit.weights is called donor_weights since sahelkit 0.2, and the old name goes with 0.3. Type donor_weights.
    """

    def __init__(self, new: str) -> None:
        self.new = new
        self.old = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.old = f"{owner.__name__}.{name}"

    def __get__(self, made: object, owner: type | None = None) -> Any:
        if made is None:
            return self
        _warn(self.old, self.new)
        return getattr(made, self.new)
