"""What became of each place in a war: when the state lost it, who took it from whom, when it came back."""

from __future__ import annotations

import pandas as pd

from sahelkit._types import DateLike
from sahelkit.columns import read_columns
from sahelkit.dates import parse_window
from sahelkit.errors import ModelError
from sahelkit.frames import FrameLike


def place_history(events: FrameLike, *, start: DateLike, end: DateLike) -> pd.DataFrame:
    """Return one row per place that changed hands in a window.

    Parameters
    ----------
    events : pandas.DataFrame
        As `sahelkit.load_crisis` gives them; rows without ``control`` or a place are passed over.
    start, end : date-like
        First and last day.

    Returns
    -------
    pandas.DataFrame
        ``place_en``, ``place_fr``, ``latitude``, ``longitude``; ``lost`` (day on which the state lost the place for the
        last time; NaT when the events have no loss), ``first_lost``; ``regained`` (first recapture after ``lost``, or
        the first of all where no loss is known; NaT when there is none), ``regained_how`` (regained, shared);
        ``lost_sure`` and ``regained_sure`` (False where the pages give only a range of days); ``n_between`` (times
        that one armed group took the place from another).
        Sorted by ``lost``, then ``regained``.

    Raises
    ------
    MissingColumnsError
        If a column is missing.
    DateError
        If a date cannot be read, or `end` lies before `start`.
    ModelError
        If no place changes hands in the window.

    Examples
    --------
    >>> from sahelkit import load_crisis
    >>> table = place_history(load_crisis(countries="MLI"), start="2012-01-16", end="2013-07-31")
    >>> table.set_index("place_en").loc["Gao", ["lost", "regained"]].astype(str).tolist()
    ['2012-03-31', '2013-01-26']
    """
    events = read_columns(
        events,
        where="place_history",
        texts=["date_precision", "control", "place_en", "place_fr"],
        numbers=["latitude", "longitude"],
        days=["date"],
        repair="sahelkit.load_crisis() has them",
    )
    first, last = parse_window(start, end)
    moves = events[events["control"].notna() & events["place_en"].notna()]
    if first is not None:
        moves = moves[moves["date"] >= first]
    if last is not None:
        moves = moves[moves["date"] <= last]
    if moves.empty:
        raise ModelError(f"no place changes hands from {start} to {end}; there is nothing to draw or count")
    rows = [_history(steps) for _, steps in moves.sort_values("date", kind="stable").groupby("place_en")]
    table = pd.DataFrame(rows).sort_values(["lost", "regained", "place_en"], ignore_index=True)
    table.attrs = events.attrs
    return table


def _history(steps: pd.DataFrame) -> dict[str, object]:
    losses = steps[steps["control"] == "lost"]
    loss = None if losses.empty else losses.iloc[-1]
    back = steps[steps["control"].isin(["regained", "shared"])]
    if loss is not None:
        back = back[back["date"] >= loss["date"]]
    found = None if back.empty else back.iloc[0]
    head = steps.iloc[0]
    return {
        "place_en": head["place_en"],
        "place_fr": head["place_fr"],
        "latitude": head["latitude"],
        "longitude": head["longitude"],
        "lost": pd.NaT if loss is None else loss["date"],
        "lost_sure": loss is None or loss["date_precision"] == "day",
        "first_lost": pd.NaT if losses.empty else losses["date"].iloc[0],
        "regained": pd.NaT if found is None else found["date"],
        "regained_sure": found is None or found["date_precision"] == "day",
        "regained_how": None if found is None else found["control"],
        "n_between": int((steps["control"] == "between_groups").sum()),
    }
