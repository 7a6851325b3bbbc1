"""A country after an event beside what it is compared with: what synthetic controls and differences share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sahelkit._types import Floats, Ints64, Lang
from sahelkit.language.countries import country_of
from sahelkit.language.dates import month_text
from sahelkit.language.numbers import p_words, percent
from sahelkit.models.impact.windows import EventWindow
from sahelkit.models.impact.words import change_words, counted_words, outcome_of

FEWEST = 5  # donors: with fewer the smallest possible p-value is above 0.15


def normal_half(level: float) -> float:
    """Standard errors from the middle of a normal interval to its end.

    Examples
    --------
    >>> round(normal_half(0.95), 4)
    1.96
    """
    from scipy import stats

    return float(stats.norm.ppf(0.5 + level / 2))


@dataclass(frozen=True, repr=False, kw_only=True)
class Compared:
    """Fields that both results have; see `SyntheticControl`."""

    unit: str
    date: pd.Timestamp
    outcome: str
    scale: str
    width: int
    times: Ints64
    months: pd.PeriodIndex
    observed: Floats
    synthetic: Floats
    donor_weights: pd.Series
    level: float
    cut: str = ""
    origin: str = ""

    @staticmethod
    def of(window: EventWindow) -> dict[str, Any]:
        """The fields that are those of a window."""
        names = ("unit", "date", "outcome", "scale", "width", "times", "months", "cut", "origin")
        return {name: getattr(window, name) for name in names}

    @property
    def logs(self) -> bool:
        """Whether the outcome is the logarithm of one plus the count."""
        return self.scale == "log1p"

    @property
    def n_before(self) -> int:
        """Periods before the event."""
        return int(np.sum(self.times < 0))

    @property
    def n_after(self) -> int:
        """Periods after the event."""
        return int(np.sum(self.times > 0))

    def path(self) -> pd.DataFrame:
        """One row per period: ``time, month, observed, synthetic``."""
        columns = {"time": self.times, "month": self.months, "observed": self.observed, "synthetic": self.synthetic}
        return pd.DataFrame(columns)

    def _told(self, effect: float, p_value: float, lang: Lang) -> dict[str, Any]:
        """What both sentences say."""
        return {
            "country": country_of(self.unit, lang),
            "outcome": outcome_of(self.outcome, lang),
            "after": self.n_after * self.width,
            "month": month_text(self.date, lang),
            "change": change_words(effect, lang, logs=self.logs),
            "level": percent(self.level, lang),
            "p": p_words(p_value, lang),
        }

    def _window_words(self, lang: Lang) -> str:
        return f"{self.unit} {self.date:%Y-%m-%d}, {counted_words(self.outcome, lang)} ({self.scale})"

    def _drawn(self, *, source: str, **more: Any) -> dict[str, Any]:
        """What both figures are told."""
        own = {name: getattr(self, name) for name in ("unit", "date", "width", "logs")}
        return {**own, "source": source or self.origin or "sahelkit", **more}
