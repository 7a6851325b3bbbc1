"""Stacked event study: several events laid over one another, each against its own unexposed countries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from sahelkit._deprecated import renamed
from sahelkit._types import Floats, Ints64
from sahelkit.errors import ModelError, OptionError
from sahelkit.models.impact.event_study_result import EventStudy
from sahelkit.models.impact.windows import EventWindow, check_scatter, check_window
from sahelkit.options import check_options, check_whole_number


@renamed(draws="replicates")
def event_study(
    windows: Sequence[EventWindow],
    *,
    clusters: Mapping[str, str] | None = None,
    replicates: int = 2000,
    level: float = 0.95,
    seed: int | None = 0,
) -> EventStudy:
    """Stack events and compare each with its own unexposed countries.

    For each event and period: the change since the last period before it, minus the mean change of its donors. Events
    are averaged with equal weights, over those whose window holds the period. For a balanced stack with equal numbers
    of donors this is the least-squares event study with unit-by-event and period-by-event effects. Events are few, so
    that errors come from placebo events: for each cluster a donor is drawn, and takes the place of its countries in
    all their windows of which it is a donor (in others, a fresh one).

    Parameters
    ----------
    windows : sequence of EventWindow
        With the same periods before the event, width, outcome and scale.
    clusters : mapping of str to str, optional
        Cluster of each country with an event, for events that share their shocks; each country alone when absent.
    replicates : int
        Placebo draws, at least 199.
    level : float
        Confidence level.
    seed : int or None
        Seed.

    Returns
    -------
    EventStudy

    Raises
    ------
    OptionError
        If the windows differ in width, outcome, scale or periods before, or `replicates` is too small.
    ModelError
        If there is no window, fewer than two periods before, a window with fewer than five donors, or donors that do
        not scatter.

    References
    ----------
    Cengiz, D., Dube, A., Lindner, A., & Zipperer, B. (2019). The effect of minimum wages on low-wage jobs. Quarterly
    Journal of Economics, 134(3), 1405-1454. doi:10.1093/qje/qjz014

    Conley, T. G., & Taber, C. R. (2011). Inference with "difference in differences" with a small number of policy
    changes. Review of Economics and Statistics, 93(1), 113-125. doi:10.1162/REST_a_00049

    Examples
    --------
    >>> import sahelkit as sk
    >>> from sahelkit.models.impact import event_window
    >>> frame, donors = sk.load_conflict(countries="africa"), ["NGA", "TCD", "UGA", "KEN", "ETH", "AGO", "COD", "SOM"]
    >>> options = {"before": 24, "width": 3, "donors": donors}
    >>> stack = [event_window(frame, "MLI", "2012-03", **options), event_window(frame, "NER", "2023-07", **options)]
    >>> study = event_study(stack, seed=1)
    >>> study.n_coups, study.times.tolist()[:3], float(study.estimate[study.times == -1][0])
    (2, [-8, -7, -6], 0.0)
    """
    check_options(replicates=replicates, level=level, seed=seed)
    _check(windows, replicates)
    times = np.array(sorted({int(time) for window in windows for time in window.times}))
    observed = pd.DataFrame({window.label: _path(window, times) for window in windows}, index=times)
    placebos = [_placebo_paths(window, times) for window in windows]
    for window, paths in zip(windows, placebos, strict=True):
        check_scatter(window, np.nan_to_num(paths))
    rng = np.random.default_rng(seed)
    # Draws go by date and by name, so that they do not depend on the order of events and donors.
    order = sorted(range(len(windows)), key=lambda place: (windows[place].date, windows[place].unit))
    group = [(clusters or {}).get(windows[place].unit, windows[place].unit) for place in order]
    chosen = _draw(rng, [windows[place] for place in order], group, replicates)
    total = np.zeros((replicates, len(times)))
    for column, place in enumerate(order):
        total += np.nan_to_num(placebos[place][:, chosen[:, column]].T)
    held = observed.notna().sum(axis=1).to_numpy()
    return EventStudy(
        times=times,
        estimate=observed.mean(axis=1).to_numpy(),
        draws=total / held,
        paths=observed,
        outcome=windows[0].outcome,
        scale=windows[0].scale,
        width=windows[0].width,
        level=level,
        origin=windows[0].origin,
    )


def _check(windows: Sequence[EventWindow], replicates: int) -> None:
    if isinstance(windows, EventWindow) or not isinstance(windows, Sequence):
        raise OptionError("windows", type(windows).__name__, "a list of windows is wanted", repair="Type [window]")
    if not windows:
        raise ModelError("there is no event to study. Give windows, as coup_windows() makes them")
    for window in windows:
        check_window(window, where="event_study")
    for what in ("width", "outcome", "scale", "n_before"):
        found = {getattr(window, what) for window in windows}
        if len(found) > 1:
            raise OptionError("windows", sorted(found), f"they differ in {what} and cannot be stacked")
    if len({window.label for window in windows}) < len(windows):
        raise OptionError("windows", [window.label for window in windows], "an event is there twice")
    if windows[0].n_before < 2:
        raise ModelError("one period before the event: trends before it cannot be seen. Type before= or width=")
    for window in windows:
        if len(window.donors) < 5:
            raise ModelError(f"{window.label} has {len(window.donors)} donors, and placebo events want 5 at least")
    check_whole_number("replicates", replicates, least=199, example=2000, why="too few to give a p-value")


def _changes(window: EventWindow, times: Ints64) -> Floats:
    """Change since period -1, shape (T, 1 + J); NaN outside the window."""
    table = window.values.set_axis(window.times, axis=0)
    return np.asarray((table - table.loc[-1]).reindex(times).to_numpy(dtype=float))


def _path(window: EventWindow, times: Ints64) -> Floats:
    change = _changes(window, times)
    return np.asarray(change[:, 0] - change[:, 1:].mean(axis=1))


def _placebo_paths(window: EventWindow, times: Ints64) -> Floats:
    """Each donor's change minus the mean of the others', shape (T, J)."""
    change = _changes(window, times)[:, 1:]
    size = change.shape[1]
    return np.asarray((change - change.mean(axis=1, keepdims=True)) * size / (size - 1))


def _draw(rng: np.random.Generator, windows: Sequence[EventWindow], group: Sequence[str], replicates: int) -> Ints64:
    """Number of the donor that stands in for each window's country, shape (D, windows)."""
    by_name = [np.argsort(window.donors) for window in windows]
    chosen = np.column_stack([places[rng.integers(0, len(places), size=replicates)] for places in by_name])
    for name in dict.fromkeys(group):
        members = [place for place, label in enumerate(group) if label == name]
        first = np.array(windows[members[0]].donors)[chosen[:, members[0]]]
        for place in members[1:]:
            index = pd.Index(windows[place].donors).get_indexer(first)
            chosen[:, place] = np.where(index >= 0, index, chosen[:, place])
    return np.asarray(chosen, dtype=np.int64)
