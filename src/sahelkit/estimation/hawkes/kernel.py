"""Kernels: how the pull of an event is spread over the time after it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sahelkit._types import Floats
from sahelkit.errors import UnknownNameError, is_known


@dataclass(frozen=True)
class Kernel:
    """A probability density of the lag, with mean lag 1; a mean lag L stretches it: ``g(d) = shape(d / L) / L``.

    Attributes
    ----------
    name : str
        Its name.
    shape : function of an array
        Density at x >= 0.
    slope : function of an array, or None
        Derivative of the density; None where the density jumps: the lag must then be given.
    mass : function of an array
        Share of the pull that falls within x.
    quantile : function of an array
        Inverse of `mass`.
    """

    name: str
    shape: Callable[[Floats], Floats]
    slope: Callable[[Floats], Floats] | None
    mass: Callable[[Floats], Floats]
    quantile: Callable[[Floats], Floats]

    def __reduce__(self) -> tuple[Callable[[str], Kernel], tuple[str]]:
        # Pickled by its name: its functions cannot be.
        return kernel_named, (self.name,)


def _exp(x: Floats) -> Floats:
    return np.exp(-x)


KERNELS = {
    "exponential": Kernel(
        "exponential",
        shape=_exp,
        slope=lambda x: -np.exp(-x),
        mass=lambda x: -np.expm1(-x),
        quantile=lambda u: -np.log1p(-u),
    ),
    # Lomax with tail exponent 2: the heaviest whole exponent that leaves the mean lag finite.
    "power_law": Kernel(
        "power_law",
        shape=lambda x: 2.0 * (1.0 + x) ** -3,
        slope=lambda x: -6.0 * (1.0 + x) ** -4,
        mass=lambda x: 1.0 - (1.0 + x) ** -2,
        quantile=lambda u: (1.0 - u) ** -0.5 - 1.0,
    ),
    "step": Kernel(
        "step",
        shape=lambda x: np.where(x <= 2.0, 0.5, 0.0),
        slope=None,
        mass=lambda x: np.minimum(x / 2.0, 1.0),
        quantile=lambda u: 2.0 * u,
    ),
}


def kernel_named(name: str) -> Kernel:
    """Kernel of a name.

    Raises
    ------
    UnknownNameError
        If there is no such kernel.

    Examples
    --------
    >>> float(kernel_named("power_law").mass(np.array(1.0)))
    0.75
    """
    if not is_known(name, KERNELS):
        raise UnknownNameError("kernel", name, KERNELS)
    return KERNELS[name]
