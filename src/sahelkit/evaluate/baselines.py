"""Simple forecasters that any model must beat: base rates, the time since the last event, and own history.

Each has the form of `sahelkit.evaluate.Forecaster`, and each stands beside the model in every back-test.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sahelkit._types import Floats
from sahelkit.dates import frequency

# How far back own history is counted, in years.
WINDOWS = (5, 10)


def windows(freq: str) -> tuple[int, ...]:
    """Windows of own history in periods of the panel."""
    return tuple(years * (12 if freq == "M" else 1) for years in WINDOWS)


@dataclass(frozen=True)
class Constant:
    """The same probability for every row."""

    rate: float

    def predict(self, frame: pd.DataFrame) -> Floats:
        """Probability of each row."""
        return np.full(len(frame), self.rate)


@dataclass(frozen=True)
class BaseRate:
    """Share of rows with an event among the rows known at the origin, or among those of the last years.

    Half an event and half a quiet row are added, so that no probability is 0 (Jeffreys' prior).

    Attributes
    ----------
    years : int or None
        Only rows of so many years before the newest known one; all when None.
    """

    years: int | None = None

    def fit(self, frame: pd.DataFrame, outcome: str) -> Constant:
        """Count."""
        rows = frame[outcome].to_numpy(dtype=float)
        if self.years is not None:
            numbers = pd.PeriodIndex(frame["period"]).asi8
            length = self.years * (12 if frequency(frame["period"]) == "M" else 1)
            rows = rows[numbers > numbers.max() - length]
        return Constant((rows.sum() + 0.5) / (len(rows) + 1))


@dataclass(frozen=True)
class FittedHistory:
    """A logit on columns of own history; rows in which one is NA get the share of events."""

    columns: tuple[str, ...]
    counts: tuple[str, ...]
    logit: Any
    rate: float

    def predict(self, frame: pd.DataFrame) -> Floats:
        """Probability of each row."""
        x, whole = _design(frame, self.columns, self.counts)
        out = np.full(len(frame), self.rate)
        if whole.any() and self.logit is not None:
            out[whole] = self.logit.predict_proba(x[whole])[:, 1]
        return out


@dataclass(frozen=True)
class OwnHistory:
    """Logit on the logarithm of the time since the state's last event and on how many events it had.

    Attributes
    ----------
    event : str
        Count column whose past is used: ``since_last_<event>`` and ``never_<event>``, and ``<event>_past<k>_known``
        for 5 and 10 years if `counts`.
    counts : bool
        Whether the numbers of events are used beside the time since the last one.
    penalty : float
        Weight of the ridge penalty on the coefficients.
    """

    event: str = "attempt"
    counts: bool = True
    penalty: float = 1e-3

    def fit(self, frame: pd.DataFrame, outcome: str) -> FittedHistory:
        """Fit by penalised maximum likelihood."""
        from sklearn.linear_model import LogisticRegression

        clock = (f"since_last_{self.event}", f"never_{self.event}")
        known = windows(frequency(frame["period"])) if self.counts else ()
        names = tuple(f"{self.event}_past{length}_known" for length in known)
        x, whole = _design(frame, clock, names)
        y = frame[outcome].to_numpy(dtype=float)
        rate = BaseRate().fit(frame, outcome).rate
        if len(np.unique(y[whole])) < 2:
            return FittedHistory(clock, names, None, rate)
        logit = LogisticRegression(C=1 / self.penalty, tol=1e-8, max_iter=2000)
        return FittedHistory(clock, names, logit.fit(x[whole], y[whole]), rate)


def time_since(event: str = "attempt") -> OwnHistory:
    """Forecaster that knows only how long ago the state's last event was, or that there was none."""
    return OwnHistory(event=event, counts=False)


def _design(
    frame: pd.DataFrame, clock: tuple[str, ...], counts: tuple[str, ...]
) -> tuple[Floats, npt.NDArray[np.bool_]]:
    since, never = (frame[name].to_numpy(dtype=float) for name in clock)
    x = np.column_stack([np.log1p(since), never, *(np.log1p(frame[name].to_numpy(dtype=float)) for name in counts)])
    return x, ~np.isnan(x).any(axis=1)


def baselines(event: str) -> dict[str, Any]:
    """The forecasters that stand beside every model, by name."""
    return {
        "base_rate": BaseRate(),
        "base_rate_15y": BaseRate(years=15),
        "time_since": time_since(event),
        "own_history": OwnHistory(event=event),
    }
