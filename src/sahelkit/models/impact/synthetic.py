"""Synthetic control: a weighted mean of unexposed countries that resembles one country before an event."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from sahelkit._options import check_options
from sahelkit.errors import ModelError, OptionError
from sahelkit.models._replicates import on_one_thread
from sahelkit.models.impact.predictors import matched_weights
from sahelkit.models.impact.simplex import simplex_weights
from sahelkit.models.impact.synthetic_result import SyntheticControl
from sahelkit.models.impact.windows import EventWindow
from sahelkit.models.links import Floats

_USED = 1e-4  # a donor with less weight is not missed when it is left out
_FEWEST = 5  # donors: with fewer the smallest possible p-value is above 0.15


class _Fit(NamedTuple):
    weights: Floats
    importance: Floats | None
    path: Floats


def synthetic_control(
    window: EventWindow,
    *,
    predictors: pd.DataFrame | None = None,
    level: float = 0.9,
    n_jobs: int | None = 1,
) -> SyntheticControl:
    """Compare a country after an event with a weighted mean of donors that resembled it before.

    Without predictors the weights match the outcome in every period before the event. The same is then done for every
    donor, as if it had had the event (placebo in space), and for the country without each donor that matters.

    Parameters
    ----------
    window : EventWindow
        With donors that the event did not reach.
    predictors : pandas.DataFrame, optional
        One row per unit, one column per predictor, known for all; matched instead of the outcome, with the weights of
        the predictors chosen so that the outcome before the event is matched best.
    level : float
        Share of the donors' gaps that bands and intervals hold. With some twenty donors 0.9 is as far as ranks go.
    n_jobs : int or None
        Parallel workers, as in joblib; None leaves the choice to ``joblib.parallel_config``.

    Returns
    -------
    SyntheticControl

    Raises
    ------
    ModelError
        If there are fewer than five donors.
    OptionError
        If a predictor is unknown for a unit, or the level cannot be.

    References
    ----------
    Abadie, A., Diamond, A., & Hainmueller, J. (2010). Synthetic control methods for comparative case studies. Journal
    of the American Statistical Association, 105(490), 493-505. doi:10.1198/jasa.2009.ap08746

    Examples
    --------
    >>> import sahelkit as sk
    >>> from sahelkit.models.impact import event_window
    >>> donors = ["NGA", "TCD", "UGA", "KEN", "ETH", "AGO", "COD", "SOM"]
    >>> window = event_window(
    ...     sk.load_conflict(countries="africa"), "MLI", "2012-03-22", width=3, donors=donors, outcome="events"
    ... )
    >>> found = synthetic_control(window)
    >>> round(found.smallest_p, 3), bool(0 <= found.p_value <= 1), round(float(found.weights.sum()), 9)
    (0.111, True, 1.0)
    """
    from joblib import Parallel, delayed

    check_options(level=level, n_jobs=n_jobs)
    donors = window.donors
    if len(donors) < _FEWEST:
        raise ModelError(
            f"{window.label} has {len(donors)} donors ({', '.join(donors) or 'none'}) and a synthetic control wants "
            f"{_FEWEST} at least. Left out: {_reasons(window)}"
        )
    table = None if predictors is None else _predictors(predictors, window)
    values = window.values.to_numpy(dtype=float)
    n_before = window.n_before
    columns = np.arange(values.shape[1])
    own = _fit(values, n_before, 0, columns[1:], table)
    used = [place for place in columns[1:] if own.weights[place - 1] > _USED]
    # The country with the event is no donor to the placebos: its outcome after the event may carry the effect.
    jobs = [(place, columns[(columns != place) & (columns != 0)]) for place in columns[1:]]
    jobs += [(0, columns[(columns != place) & (columns != 0)]) for place in used]
    done = Parallel(n_jobs=n_jobs)(
        delayed(on_one_thread)(_fit, values, n_before, unit, pool, table) for unit, pool in jobs
    )
    fits = list(done)
    placebos = np.column_stack([values[:, place] - fit.path for place, fit in zip(columns[1:], fits, strict=False)])
    without = np.column_stack([fit.path for fit in fits[len(donors) :]])
    return SyntheticControl(
        unit=window.unit,
        date=window.date,
        outcome=window.outcome,
        scale=window.scale,
        width=window.width,
        times=window.times,
        months=window.months,
        observed=values[:, 0],
        synthetic=own.path,
        weights=pd.Series(own.weights, index=donors, name="weight"),
        importance=None if table is None else pd.Series(own.importance, index=predictors.columns),  # type: ignore[union-attr]
        placebo_gaps=pd.DataFrame(placebos, index=window.times, columns=donors),
        without=pd.DataFrame(without, index=window.times, columns=[donors[place - 1] for place in used]),
        level=level,
        provisional=window.provisional,
        cut=window.cut,
        origin=window.origin,
    )


def _reasons(window: EventWindow) -> str:
    if window.left_out.empty:
        return "none; give donors="
    return "; ".join(f"{name} ({why})" for name, why in window.left_out.items())


def _predictors(predictors: pd.DataFrame, window: EventWindow) -> Floats:
    wanted = list(window.values.columns)
    table = predictors.reindex(wanted).astype("float64")
    if table.isna().any(axis=None):
        gaps = sorted(table.index[table.isna().any(axis=1)])
        raise OptionError("predictors", gaps, "a predictor is unknown for these units", repair="Leave them out")
    return np.asarray(table.to_numpy().T)


def _fit(values: Floats, n_before: int, unit: int, pool: np.ndarray, table: Floats | None) -> _Fit:
    path, others = values[:n_before, unit], values[:n_before, pool]
    if table is None:
        weights, importance = simplex_weights(others, path), None
    else:
        found = matched_weights(table[:, unit], table[:, pool], path, others)
        weights, importance = found.weights, found.importance
    return _Fit(weights, importance, np.asarray(values[:, pool] @ weights))
