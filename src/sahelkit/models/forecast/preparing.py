"""From covariates with gaps to a design matrix: what is learnt from the rows to learn from, and from no others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sahelkit._types import Floats

# A gap gets a flag of its own if the share of gaps lies between these; outside, the flag would tell next to nothing.
_FLAGGED = (0.01, 0.99)


@dataclass(frozen=True)
class Preparation:
    """Medians, scales and flags learnt from some rows.

    Attributes
    ----------
    terms : tuple of str, length k
        Covariates.
    median, mean, scale : arrays, shape (k,)
        What replaces a gap; centre and spread after that.
    flagged : tuple of int
        Positions of the covariates whose gaps have a flag.
    flag_mean, flag_scale : arrays, shape (f,)
        Centre and spread of the flags.
    """

    terms: tuple[str, ...]
    median: Floats
    mean: Floats
    scale: Floats
    flagged: tuple[int, ...]
    flag_mean: Floats
    flag_scale: Floats

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns of the design after the intercept."""
        return (*self.terms, *(f"{self.terms[place]}_unknown" for place in self.flagged))

    def design(self, values: Floats) -> Floats:
        """Design matrix with an intercept, shape (n, 1 + k + f), in Fortran order."""
        gaps = np.asarray(np.isnan(values))
        filled = (np.where(gaps, self.median, values) - self.mean) / self.scale
        flags = (gaps[:, list(self.flagged)] - self.flag_mean) / self.flag_scale
        return np.asfortranarray(np.column_stack([np.ones(len(values)), filled, flags]))


def prepare(values: Floats, terms: Sequence[str], weights: Floats) -> Preparation:
    """Learn medians, scales and flags.

    Parameters
    ----------
    values : array, shape (n, k)
        Covariates of the rows to learn from, NaN where unknown.
    terms : sequence of str, length k
    weights : array, shape (n,)
        Weights of the rows, for means and spreads.

    Examples
    --------
    >>> learnt = prepare(np.array([[1.0], [3.0], [np.nan], [3.0]]), ["x"], np.ones(4))
    >>> learnt.median.tolist(), learnt.columns
    ([3.0], ('x', 'x_unknown'))
    >>> learnt.design(np.array([[np.nan]])).round(3).tolist()
    [[1.0, 0.577, 1.732]]
    """
    gaps = np.isnan(values)
    median = np.nanmedian(np.where(gaps.all(axis=0), 0.0, values), axis=0)
    mean, scale = _moments(np.where(gaps, median, values), weights)
    share = gaps.mean(axis=0)
    flagged = _different(gaps, np.flatnonzero((share > _FLAGGED[0]) & (share < _FLAGGED[1])))
    flag_mean, flag_scale = _moments(gaps[:, list(flagged)].astype(float), weights)
    return Preparation(tuple(terms), median, mean, scale, flagged, flag_mean, flag_scale)


def _different(gaps: npt.NDArray[np.bool_], places: npt.NDArray[np.intp]) -> tuple[int, ...]:
    """The first of the columns that share one pattern of gaps, as two covariates from one source do."""
    found: dict[bytes, int] = {}
    for place in places:
        found.setdefault(gaps[:, place].tobytes(), int(place))
    return tuple(found.values())


def _moments(values: Floats, weights: Floats) -> tuple[Floats, Floats]:
    share = weights / weights.sum()
    mean = share @ values
    spread = np.sqrt(share @ (values - mean) ** 2)
    return mean, np.where(spread > 1e-9, spread, 1.0)
