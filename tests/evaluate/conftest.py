"""A forecaster that remembers what it was shown."""

from __future__ import annotations

import numpy as np
import pytest


class Spy:
    """Forecasts a hash of all that it was shown, so that any change of a shown value changes the forecast."""

    def __init__(self):
        self.shown = []

    def fit(self, frame, outcome):
        self.shown.append(frame.assign(label=frame[outcome]))
        return Seen(_digest(frame), self)


class Seen:
    def __init__(self, seen, spy):
        self.seen, self.spy = seen, spy

    def predict(self, frame):
        self.spy.shown.append(frame)
        own = np.array([_digest(frame.iloc[[place]]) for place in range(len(frame))])
        return (own + self.seen) % 1


def _digest(frame):
    numbers = frame.select_dtypes("number").to_numpy(dtype=float)
    weights = np.sin(np.arange(1, numbers.size + 1)).reshape(numbers.shape)
    return float((np.nan_to_num(numbers, nan=-77.7) * weights).sum() % 1)


@pytest.fixture
def spy():
    return Spy()
