"""Windows: one country around its event, the countries it is compared with, and time counted from the event."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from sahelkit._types import Floats, Ints64
from sahelkit.errors import ModelError, OptionError
from sahelkit.options import check_whole_number

FEWEST = 4  # periods before the event: with fewer no trend and no comparison can be checked
_SHARP = 1e-9  # share of the outcome's size below which a difference is rounding


class Around:
    """What holds of all that counts periods from an event."""

    times: Ints64
    scale: str

    @property
    def n_before(self) -> int:
        """Periods before the event."""
        return int(np.sum(self.times < 0))

    @property
    def n_after(self) -> int:
        """Periods after the event."""
        return int(np.sum(self.times > 0))

    @property
    def logs(self) -> bool:
        """Whether the outcome is the logarithm of one plus the count."""
        return self.scale == "log1p"


@dataclass(frozen=True)
class EventWindow(Around):
    """An outcome in the periods around an event, of the country concerned and of the countries it is compared with.

    All values are known: a window that holds an unknown one cannot be made.

    Attributes
    ----------
    unit : str
        ISO 3166 alpha-3 code of the country with the event.
    date : pandas.Timestamp
        Day of the event.
    outcome : str
        Name of the outcome.
    scale : str
        ``"log1p"``: `values` are logarithms of one plus the count; ``"count"``: counts.
    width : int
        Months per period.
    times : array of int, shape (T,)
        Periods counted from the event (last before: -1, first after: 1); its own month, on neither side, is left out.
    months : pandas.PeriodIndex, length T
        First month of each period.
    values : pandas.DataFrame, shape (T, 1 + J)
        The outcome, `unit` first.
    counts : pandas.DataFrame, shape (T, 1 + J)
        The same before the logarithm.
    left_out : pandas.Series
        Reason by country, for countries that were asked for and cannot serve.
    provisional : int
        Periods after the event with figures that the source will revise.
    cut : str
        Why there are fewer periods after the event than asked for; empty when there are not.
    origin : str
        Datasets and versions.
    """

    unit: str
    date: pd.Timestamp
    outcome: str
    scale: str
    width: int
    times: Ints64
    months: pd.PeriodIndex
    values: pd.DataFrame = field(repr=False)
    counts: pd.DataFrame = field(repr=False)
    left_out: pd.Series = field(default_factory=lambda: pd.Series(dtype=object), repr=False)
    provisional: int = 0
    cut: str = ""
    origin: str = ""

    def __post_init__(self) -> None:
        names, size = self.values.columns, (len(self.times), len(self.months))
        if not names.is_unique or names[0] != self.unit or size != (len(self.values), len(self.values)):
            raise ModelError(
                f"{self.unit} {self.date}: a window has one row per period, and one column per country, {self.unit} "
                f"first; it has {size[0]} times, {size[1]} months, {len(self.values)} rows, columns {list(names)[:5]}"
            )
        for row, column in np.argwhere(~np.isfinite(self.values.to_numpy(dtype=float))):
            raise ModelError(
                f"{self.label}: {names[column]} has no finite value in the period from {self.months[row]}. "
                "Unknown is not zero; leave the country out or choose another window"
            )

    @property
    def donors(self) -> list[str]:
        """Countries of comparison."""
        return [str(name) for name in self.values.columns[1:]]

    @property
    def label(self) -> str:
        """Country and month of the event."""
        return f"{self.unit} {self.date:%Y-%m}"

    @property
    def rounding(self) -> float:
        """Differences of the outcome that are no larger than this are not told from rounding."""
        return float(_SHARP * np.ptp(self.values.to_numpy(dtype=float)))


def check_window(window: EventWindow, *, where: str) -> EventWindow:
    """Return a window, or raise `OptionError` for anything else.

    Examples
    --------
    >>> check_window(None, where="synthetic_control")
    Traceback (most recent call last):
    sahelkit.errors.OptionError: window=None: synthetic_control takes a window. Make one with event_window().
    """
    if not isinstance(window, EventWindow):
        shown = None if window is None else type(window).__name__
        raise OptionError("window", shown, f"{where} takes a window", repair="Make one with event_window()")
    return window


def check_scatter(window: EventWindow, placebos: Floats) -> None:
    """Raise `ModelError` where the donors' own effects tell nothing of how far a country strays by chance."""
    still = np.ptp(window.values.to_numpy(dtype=float)[:, 1:], axis=0).max() <= window.rounding
    if still or np.abs(placebos).max() <= window.rounding:
        how = "each donor has the same value throughout" if still else "the donors move as one"
        raise ModelError(
            f"{window.label}: {how}, so that nothing tells how far a country strays without an event: no error, no "
            "interval and no p-value can be had. Give other donors="
        )


def backdate(window: EventWindow, periods: int) -> EventWindow:
    """Pretend that the event came so many periods earlier, and forget everything after the true one.

    A placebo in time: whatever is found after the pretended event cannot be the work of the true one, unless that one
    was felt before it came.

    Parameters
    ----------
    window : EventWindow
        The window of the true event.
    periods : int
        Periods by which the event is moved; they become those after the pretended event.

    Returns
    -------
    EventWindow

    Raises
    ------
    OptionError
        If `periods` is not a whole number of at least 1, or fewer than four would be left before the pretended event.

    Examples
    --------
    >>> import sahelkit as sk
    >>> from sahelkit.models.impact import event_window
    >>> window = event_window(sk.load_conflict(countries="africa"), "MLI", "2012-03-22", width=3, donors=["NGA"])
    >>> earlier = backdate(window, 8)
    >>> earlier.label, earlier.n_before, earlier.n_after
    ('MLI 2010-03', 12, 8)
    """
    check_whole_number("periods", periods)
    left = window.n_before - periods
    if left < FEWEST:
        raise OptionError("periods", periods, f"it leaves {left} periods before, of {window.n_before}")
    keep = window.times < 0
    times = window.times[keep] + periods
    month = window.months[keep][times == 0][0]
    rows = window.values.loc[keep]
    counts = window.counts.loc[keep]
    same = [window.unit, *(name for name in window.donors if counts[name].to_numpy()[times < 0].any())]
    return replace(
        window,
        date=month.to_timestamp(),
        times=np.where(times >= 0, times + 1, times).astype(np.int64),
        months=window.months[keep],
        values=rows[same],
        counts=counts[same],
        provisional=0,
        cut="",
    )
