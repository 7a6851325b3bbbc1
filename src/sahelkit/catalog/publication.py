"""When a value becomes known: publication rules and the dates they give."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

_DAYS = re.compile(r"^\+(\d{1,4})d$")
_CALENDAR = re.compile(r"^t\+(\d)-(\d{2})-(\d{2})$")


@dataclass(frozen=True, slots=True)
class Publication:
    """A rule that says on which day a value is published.

    Attributes
    ----------
    text : str
        The rule as written in a record: ``"+30d"`` is 30 days after the value's own date (for a month or year:
        after its last day); ``"t+1-03-15"`` is 15 March of the year after; ``"none"`` means always known.
    """

    text: str

    def __post_init__(self) -> None:
        if self.text != "none" and not _DAYS.match(self.text) and not _CALENDAR.match(self.text):
            raise ValueError(f"publication rule {self.text!r} is not like '+30d', 't+1-03-15' or 'none'")
        if _CALENDAR.match(self.text):
            pd.Timestamp(f"2001-{self.text[-5:]}")  # an impossible day fails here, not later

    def dates(self, period_end: npt.ArrayLike) -> npt.NDArray[np.datetime64]:
        """Days on which values are published.

        Parameters
        ----------
        period_end : array of datetime64, shape (n,)
            Last day of the period (or the day of the event) that each value describes.

        Returns
        -------
        array of datetime64[D], shape (n,)
            Publication days; the beginning of time for the rule ``"none"``.

        Examples
        --------
        >>> Publication("t+1-03-15").dates(["2011-12-31"])
        array(['2012-03-15'], dtype='datetime64[D]')
        >>> Publication("+30d").dates(["2012-03-22"])
        array(['2012-04-21'], dtype='datetime64[D]')
        """
        ends: npt.NDArray[np.datetime64] = np.asarray(period_end, dtype="datetime64[D]")
        if self.text == "none":
            return np.full(ends.shape, np.datetime64("0001-01-01", "D"))
        days = _DAYS.match(self.text)
        if days:
            return np.asarray(ends + np.timedelta64(int(days.group(1)), "D"))
        calendar = _CALENDAR.match(self.text)
        assert calendar is not None
        years, month, day = (int(part) for part in calendar.groups())
        first_month = (ends.astype("datetime64[Y]") + np.timedelta64(years, "Y")).astype("datetime64[M]")
        offset = (first_month + np.timedelta64(month - 1, "M")).astype("datetime64[D]") + np.timedelta64(day - 1, "D")
        return np.asarray(offset, dtype="datetime64[D]")


@dataclass(frozen=True, slots=True)
class TwoRules:
    """One rule for what happened until a day, and another for what came after it.

    Attributes
    ----------
    before, after : Publication
    last : str
        Last day for which `before` holds.
    """

    before: Publication
    after: Publication
    last: str

    def dates(self, period_end: npt.ArrayLike) -> npt.NDArray[np.datetime64]:
        """Days on which values are published, as `Publication.dates`.

        Examples
        --------
        >>> TwoRules(Publication("+30d"), Publication("+1d"), "2025-12-31").dates(["2025-12-31", "2026-01-31"])
        array(['2026-01-30', '2026-02-01'], dtype='datetime64[D]')
        """
        ends: npt.NDArray[np.datetime64] = np.asarray(period_end, dtype="datetime64[D]")
        return np.where(ends <= np.datetime64(self.last, "D"), self.before.dates(ends), self.after.dates(ends))


Published: TypeAlias = Publication | TwoRules
