"""Simple forecasters that any model must beat: base rates, the time since the last event, and own history.

Each has the form of `sahelkit.evaluate.Forecaster`, and each stands beside the model in every back-test.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sahelkit._types import Floats
from sahelkit.dates import frequency
from sahelkit.errors import OptionError
from sahelkit.estimation.parameters import Parameters
from sahelkit.models.forecast.classifiers import SklearnForecaster
from sahelkit.models.forecast.protocol import Constant, Fitted, event_share
from sahelkit.options import check_whole_number

# How far back own history is counted, in years.
WINDOWS = (5, 10)


def windows(freq: str) -> tuple[int, ...]:
    """Windows of own history in periods of the panel."""
    return tuple(years * (12 if freq == "M" else 1) for years in WINDOWS)


@dataclass
class BaseRate(Parameters):
    """Share of rows with an event among the rows known at the origin, or among those of the last years.

    Half an event and half a quiet row are added, so that no probability is 0 (Jeffreys' prior).

    Parameters
    ----------
    years : int, optional
        Only rows of so many years before the newest known one; all when None.
    """

    years: int | None = None

    def fit(self, frame: pd.DataFrame, outcome: str) -> Constant:
        """Count.

        Raises
        ------
        OptionError
            If `years` is no whole number of at least 1.
        """
        check_whole_number("years", self.years, optional=True, example=15)
        rows = frame[outcome].to_numpy(dtype=float)
        if self.years is not None:
            numbers = pd.PeriodIndex(frame["period"]).asi8
            length = self.years * (12 if frequency(frame["period"]) == "M" else 1)
            rows = rows[numbers > numbers.max() - length]
        return Constant(event_share(rows))


@dataclass
class OwnHistory(Parameters):
    """Logit on the logarithm of the time since the state's last event and on how many events it had.

    Rows in which one of these is NA get the share of events.

    Parameters
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

    def fit(self, frame: pd.DataFrame, outcome: str) -> Fitted:
        """Fit by penalised maximum likelihood.

        Raises
        ------
        OptionError
            If the penalty is not positive.
        """
        from sklearn.linear_model import LogisticRegression

        if not self.penalty > 0:
            raise OptionError("penalty", self.penalty, "it is a positive number", repair="Type penalty=1e-3")
        logit = LogisticRegression(C=1 / self.penalty, tol=1e-8, max_iter=2000)
        return SklearnForecaster(logit, self._history, missing="base_rate").fit(frame, outcome)

    def _history(self, frame: pd.DataFrame) -> Floats:
        counted = windows(frequency(frame["period"])) if self.counts else ()
        names = [f"since_last_{self.event}", *(f"{self.event}_past{length}_known" for length in counted)]
        since, *past = (np.log1p(frame[name].to_numpy(dtype=float)) for name in names)
        return np.column_stack([since, frame[f"never_{self.event}"].to_numpy(dtype=float), *past])


def time_since(event: str = "attempt") -> OwnHistory:
    """Forecaster that knows only how long ago the state's last event was, or that there was none.

    Parameters
    ----------
    event : str
        Count column whose past is used.

    Returns
    -------
    OwnHistory
        Without the numbers of events.

    Examples
    --------
    >>> time_since("success")
    OwnHistory(event='success', counts=False, penalty=0.001)
    """
    return OwnHistory(event=event, counts=False)


def baselines(event: str) -> dict[str, Any]:
    """The forecasters that stand beside every model, by name."""
    return {
        "base_rate": BaseRate(),
        "base_rate_15y": BaseRate(years=15),
        "time_since": time_since(event),
        "own_history": OwnHistory(event=event),
    }
