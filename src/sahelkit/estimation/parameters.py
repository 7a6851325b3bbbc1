"""Parameters that are read and set as scikit-learn does it, without importing scikit-learn."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, Self

from sahelkit.errors import UnknownNameError


class Parameters:
    """What `sklearn.base.clone` and a search over parameters ask of an object.

    For dataclasses whose fields are their parameters: kept as they were given, and checked when they are used.

    Examples
    --------
    >>> from sklearn.base import clone
    >>> from sahelkit.evaluate import BaseRate
    >>> clone(BaseRate(years=15)).set_params(years=20)
    BaseRate(years=20)
    """

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The parameters by name; with `deep`, those of a parameter that has its own stand there as ``name__its``."""
        found = {field.name: getattr(self, field.name) for field in fields(self)}  # type: ignore[arg-type]
        for name, value in list(found.items()) if deep else ():
            if hasattr(value, "get_params") and not isinstance(value, type):
                found |= {f"{name}__{key}": inner for key, inner in value.get_params().items()}
        return found

    def set_params(self, **given: Any) -> Self:
        """Set parameters by name, those of a parameter as ``name__its``, and return the object.

        Raises
        ------
        UnknownNameError
            If there is no such parameter.
        """
        known = self.get_params(deep=False)
        inner: dict[str, dict[str, Any]] = {}
        for name, value in given.items():
            own, _, rest = name.partition("__")
            if own not in known:
                raise UnknownNameError(f"parameter of {type(self).__name__}", own, known)
            if rest:
                inner.setdefault(own, {})[rest] = value
            else:
                setattr(self, name, value)
        for own, values in inner.items():
            getattr(self, own).set_params(**values)
        return self
