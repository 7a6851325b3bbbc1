"""Units in which the likelihood is maximised, so that nothing depends on those in which weights and marks are given."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sahelkit._types import Floats
from sahelkit.estimation.hawkes.observed import Observed


@dataclass(frozen=True)
class Units:
    """What the standardised excitation is divided by to give that in the user's units.

    Attributes
    ----------
    own, cross : float
        Mean pull of an event at home and abroad per unit of coefficient: its mark, and its mark times the sum of its
        weights. In standardised units a coefficient is the number of events that a mean event sets off.
    """

    own: float = 1.0
    cross: float = 1.0

    def of(self, quantity: str) -> float:
        """Divisor of a quantity; 1 for what has none, such as the lags."""
        return float(getattr(self, quantity, 1.0))


def standardised(observed: Observed, weights: Floats) -> tuple[Observed, Floats, Units]:
    """Events and weights of which a mean event pulls with strength 1, and the units that were taken out.

    Parameters
    ----------
    observed : Observed
        Marks as given.
    weights : array, shape (n, n)
        W[target, source] as given.

    Examples
    --------
    >>> import numpy as np
    >>> from sahelkit.estimation.hawkes.observed import Windows
    >>> w = Windows(np.array([0, 1]), np.zeros(2), np.ones(2))
    >>> seen = Observed(("MLI", "NER"), np.array([0.2, 0.4]), np.array([0, 1]), *np.array([[3.0, 1.0], [1.0, 1.0]]),
    ...                 np.ones(2, bool), w)
    >>> standardised(seen, np.array([[0.0, 50.0], [50.0, 0.0]]))[2]
    Units(own=2.0, cross=50.0)
    """
    # The largest weight comes first, so that no sum over weights overflows or is lost among denormal numbers.
    top = _unit(weights.max(initial=0.0))
    own, cross = (_unit(marks.mean() if len(marks) else 1.0) for marks in (observed.own_mark, observed.cross_mark))
    marks = observed.cross_mark / cross
    given = (weights / top).sum(axis=0)[observed.place] * marks
    spread = _unit(given.mean() if len(given) else 1.0)
    plain = replace(observed, own_mark=observed.own_mark / own, cross_mark=marks)
    return plain, weights / top / spread, Units(own, cross * top * spread)


def _unit(value: float) -> float:
    return float(value) if value > 0 else 1.0
