"""Months around an event: one country, the countries that it is compared with, and time counted from the event."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

import numpy as np
import pandas as pd

from sahelkit._types import DateLike, Floats, Ints64
from sahelkit.dates import parse_date
from sahelkit.errors import ModelError, OptionError, UnknownNameError, is_known
from sahelkit.frames import FrameLike, check_frame, origin_of
from sahelkit.geography import places
from sahelkit.models.impact.outcomes import ROWLESS, VIOLENCE, Monthly, monthly, months_of, numbers
from sahelkit.options import check_whole_number

if TYPE_CHECKING:
    pass

Scale: TypeAlias = Literal["log1p", "count"]
SCALES: tuple[Scale, ...] = get_args(Scale)
_FEWEST = 4  # periods before the event: with fewer no trend and no comparison can be checked
_SHARP = 1e-9  # share of the outcome's size below which a difference is rounding


@dataclass(frozen=True)
class EventWindow:
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
    def n_before(self) -> int:
        """Periods before the event."""
        return int(np.sum(self.times < 0))

    @property
    def n_after(self) -> int:
        """Periods after the event."""
        return int(np.sum(self.times > 0))

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


def event_window(
    frame: FrameLike,
    unit: str | int,
    date: DateLike,
    *,
    outcome: str = "deaths",
    before: int = 60,
    after: int = 24,
    width: int = 1,
    scale: Scale = "log1p",
    donors: str | int | Iterable[str | int] = (),
    until: DateLike = None,
) -> EventWindow:
    """Cut the months around an event out of a monthly frame.

    Periods of `width` months are counted from the event in both directions; their counts are sums. The month of the
    event holds days of both sides and belongs to neither. Countries of comparison need a value in every month, and
    one value at least that is not zero before the event: a country without any violence is not at risk of more.

    Parameters
    ----------
    frame : pandas.DataFrame or Panel
        As `sahelkit.load_conflict` gives it: ``iso3``, ``month`` (or ``period``, monthly), the outcome, and if present
        ``provisional``. A month without a row is unknown, not zero.
    unit : str or int
        Country with the event.
    date : date-like
        Day or month of the event.
    outcome : str
        Column, or ``"deaths"`` or ``"events"`` for all kinds of organised violence together.
    before, after : int
        Months wanted on each side.
    width : int
        Months per period.
    scale : {"log1p", "count"}
        Whether `values` are logarithms of one plus the count. They do not exist for values of -1 or less.
    donors : str, int or iterable of these
        Countries of comparison, by any name or code, and names of sets, as in `sahelkit.places.resolve_many`; see
        `sahelkit.models.impact.unexposed_donors`. Those that cannot serve are in `EventWindow.left_out`, with the
        reason.
    until : date-like, optional
        The periods after the event end before this month, e.g. that of the next coup.

    Returns
    -------
    EventWindow

    Raises
    ------
    MissingColumnsError, UnknownNameError, OptionError
        If a column or an option cannot be.
    UnknownPlaceError
        If a country is unknown, the one with the event or a donor.
    ModelError
        If the country has no rows, no whole period after the event or fewer than four before it, an unknown value, or
        the same value throughout; if a logarithm is asked for that does not exist.

    Examples
    --------
    >>> import sahelkit as sk
    >>> window = event_window(sk.load_conflict(countries="africa"), "MLI", "2012-03-22", width=3, donors=["NGA", "TZA"])
    >>> window.n_before, window.n_after, window.donors, str(window.months[window.times == 1][0])
    (20, 8, ['NGA'], '2012-04')
    """
    code, candidates = places.resolve(unit), places.resolve_many(donors)
    if not is_known(scale, SCALES):
        raise UnknownNameError("scale", scale, SCALES)
    for what, given in (("width", width), ("before", before), ("after", after)):
        check_whole_number(what, given)
    frame = check_frame(frame, where="event_window")
    known = monthly(frame, outcome)
    wide, month = known.values, event_day(date).to_period("M")
    if code not in wide.columns:
        raise ModelError(f"the frame has no rows of {code}. {_other_codes(wide.columns)}")
    last, cut = _last_month(wide.index, month, after, until)
    periods = (last - month).n // width
    if periods < 1:
        raise ModelError(
            f"there is no whole period of {width} months after {month} in {code}: {cut or f'after={after}'}. Without "
            "data after an event nothing can be said about what followed it"
        )
    had = (month - wide.index[0]).n // width
    wanted = before // width
    if wanted < _FEWEST or had < wanted:
        raise ModelError(
            f"{code} {month}: {min(wanted, had)} periods of {width} months before the event, and at least "
            f"{max(_FEWEST, wanted)} are wanted (the frame begins in {wide.index[0]}). Type another before= or width="
        )
    times = np.concatenate([np.arange(-wanted, 0), np.arange(1, periods + 1)]).astype(np.int64)
    firsts = [month + int(time * width if time < 0 else 1 + (time - 1) * width) for time in times]
    summed = _summed(wide, firsts, width)
    _check_own(summed[code], known, width)
    others = [name for name in candidates if name != code]
    left_out = {name: why for name in others if (why := _reason(summed, name, times, known, outcome, width))}
    counts = summed[[code, *(name for name in others if name not in left_out)]]
    if scale == "log1p":
        _check_logarithms(counts)
    return EventWindow(
        unit=code,
        date=event_day(date),
        outcome=outcome,
        scale=scale,
        width=width,
        times=times,
        months=pd.PeriodIndex(firsts, freq="M"),
        values=np.log1p(counts) if scale == "log1p" else counts,
        counts=counts,
        left_out=pd.Series(left_out, dtype=object),
        provisional=_provisional(frame, firsts, times, width),
        cut=cut,
        origin=origin_of(frame),
    )


def _other_codes(codes: pd.Index) -> str:
    """What to do about a country that is not among the codes of a frame."""
    odd = next((code for code in codes if code not in places.members("world")), None)
    if odd is None:
        return "Load it with countries='africa' or without countries"
    each = "frame.assign(iso3=frame['iso3'].map(sahelkit.places.resolve))"
    return f"Its iso3 holds {odd!r}, which is no ISO code: type {each}"


def event_day(date: DateLike) -> pd.Timestamp:
    """Day of an event, the first one of a month; a year or None names none."""
    day = parse_date(date, what="date", least="M")
    if day is None:
        raise OptionError("date", date, "an event has a day or a month", repair="Type date='2012-03-22'")
    return day


def _last_month(months: pd.Index, month: pd.Period, after: int, until: DateLike) -> tuple[pd.Period, str]:
    wanted, cut = month + after, ""
    if until is not None and (following := event_day(until).to_period("M")) - 1 < wanted:
        wanted, cut = following - 1, f"the window ends before the next event in {following}"
    if months[-1] < wanted:
        wanted, cut = months[-1], f"the frame ends in {months[-1]}"
    return wanted, cut


def _summed(wide: pd.DataFrame, firsts: Sequence[pd.Period], width: int) -> pd.DataFrame:
    rows = pd.PeriodIndex([first + step for first in firsts for step in range(width)], freq="M")
    blocks = wide.reindex(rows).to_numpy(dtype=float).reshape(len(firsts), width, wide.shape[1])
    return pd.DataFrame(blocks.sum(axis=1), index=pd.PeriodIndex(firsts, freq="M"), columns=list(wide.columns))


def _without_row(code: str, firsts: pd.Index, known: Monthly, width: int) -> str:
    """Months of these periods of which the frame has no row; empty where it has all."""
    months = pd.PeriodIndex([first + step for first in firsts for step in range(width)], freq="M")
    gone = months[~known.listed[code].reindex(months, fill_value=False).to_numpy(dtype=bool)]
    more = f" and {len(gone) - 1} other months" if len(gone) > 1 else ""
    return f"no row in {gone[0]}{more}. {ROWLESS}" if len(gone) else ""


def _check_own(own: pd.Series[float], known: Monthly, width: int) -> None:
    if own.isna().any():
        gone = _without_row(str(own.name), own.index, known, width)
        raise ModelError(
            f"{own.name} has no value in the period from {own.index[own.isna()][0]}. Unknown is not zero; choose "
            "another window" + (f". It has {gone}" if gone else "")
        )
    if np.ptp(own.to_numpy()) == 0:
        raise ModelError(
            f"{own.name} has the same value ({own.iloc[0]:g}) in all {len(own)} periods: nothing changed at the event"
        )


def _reason(summed: pd.DataFrame, name: str, times: Ints64, known: Monthly, outcome: str, width: int) -> str:
    """Why a country cannot be compared with; empty if it can."""
    if name not in summed.columns:
        return "no rows in the frame"
    if summed[name].isna().any():
        return _without_row(name, summed.index, known, width) or "unknown values in the window"
    if not summed[name].to_numpy()[times < 0].any():
        quiet = "no violence" if outcome in VIOLENCE or outcome.startswith("ucdp_") else "nothing but zeros"
        return f"{quiet} before the event"
    return ""


def _check_logarithms(counts: pd.DataFrame) -> None:
    lowest = counts.min()
    if (lowest <= -1).any():
        name = str(lowest.idxmin())
        raise ModelError(
            f"{name} has {lowest[name]:g} in the period from {counts[name].idxmin()}, and the logarithm of one plus a "
            "value of -1 or less does not exist. Type scale='count'"
        )


def _provisional(frame: pd.DataFrame, firsts: Sequence[pd.Period], times: Ints64, width: int) -> int:
    if "provisional" not in frame.columns:
        return 0
    marked = set(months_of(frame)[numbers(frame["provisional"], "provisional") == 1])
    inside = ({first + step for step in range(width)} for first in firsts)
    return sum(bool(marked & months) for months, when in zip(inside, times, strict=True) if when > 0)


def follow_ups(coups: pd.DataFrame) -> Mapping[int, pd.Timestamp]:
    """For each row of a table of coups, the day of the next one in the same country, where there is one.

    Examples
    --------
    >>> rows = pd.DataFrame({"iso3": ["MLI", "MLI"], "date": pd.to_datetime(["2020-08-18", "2021-05-21"])})
    >>> follow_ups(rows)
    {0: Timestamp('2021-05-21 00:00:00')}
    """
    ordered = coups.sort_values("date")
    nexts = ordered.groupby("iso3")["date"].shift(-1).dropna()
    return {int(place): day for place, day in nexts.items()}


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
    >>> window = event_window(sk.load_conflict(countries="africa"), "MLI", "2012-03-22", width=3, donors=["NGA"])
    >>> earlier = backdate(window, 8)
    >>> earlier.label, earlier.n_before, earlier.n_after
    ('MLI 2010-03', 12, 8)
    """
    check_whole_number("periods", periods)
    left = window.n_before - periods
    if left < _FEWEST:
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
