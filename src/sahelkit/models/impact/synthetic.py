"""Synthetic control: a weighted mean of unexposed countries that resembles one country before an event."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from numbers import Integral
from typing import NamedTuple

import numpy as np
import pandas as pd

from sahelkit._types import Floats
from sahelkit.errors import ModelError, OptionError, UnknownNameError
from sahelkit.estimation.design import check_size
from sahelkit.estimation.replicates import on_one_thread
from sahelkit.estimation.simplex import simplex_weights
from sahelkit.frames import FrameLike, check_columns
from sahelkit.models.impact.outcomes import numbers
from sahelkit.models.impact.paths import FEWEST
from sahelkit.models.impact.predictors import Matched, matched_weights
from sahelkit.models.impact.synthetic_result import SyntheticControl
from sahelkit.models.impact.windows import EventWindow, check_scatter, check_window
from sahelkit.options import check_options

_USED = 1e-4  # a donor with less weight is not missed when it is left out


class _Fit(NamedTuple):
    matched: Matched
    path: Floats


def synthetic_control(
    window: EventWindow,
    *,
    predictors: FrameLike | None = None,
    importance: Mapping[str, float] | Sequence[float] | pd.Series | str | None = None,
    training: tuple[int, int] | None = None,
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
        One row per unit, named by the index, one column per predictor, known for all; matched instead of the outcome.
        A frame of another library names its units in a column ``iso3``.
    importance : mapping, series, sequence or "regression", optional
        Weights of the predictors, by name or in the order of the columns, for the country and all placebos alike; or
        the squared coefficients of a regression of the outcome on them. When absent they are searched for, for each
        country anew, so that the outcome in `training` is matched best: see
        `sahelkit.models.impact.predictors.matched_weights`, and `SyntheticControl.search` for how that went.
    training : tuple of int, optional
        First and last of the periods before the event, counted from it, in which the outcome is matched (without
        predictors) or in which the weights of the predictors are judged; all when absent. To choose the weights on
        early predictors and a later outcome, and to match late predictors with them, call the function twice and give
        ``importance=first.importance``.
    level : float
        Confidence level of the interval and the bands. They rest on ranks among the donors: fewer than
        ``1 / (1 - level) - 1`` donors (9 for 0.9, 19 for 0.95) have no finite interval.
    n_jobs : int or None
        Parallel workers, as in joblib; None leaves the choice to ``joblib.parallel_config``.

    Returns
    -------
    SyntheticControl

    Raises
    ------
    ModelError
        If there are fewer than five donors, the donors do not scatter, or the weights of the predictors cannot be
        found.
    OptionError
        If a predictor is unknown for a unit, or an option cannot be.

    Notes
    -----
    Published weights that it gives: the Basque Country, Catalonia 0.85 and Madrid 0.15 (Abadie and Gardeazabal 2003);
    German reunification, Austria 0.41, United States 0.22, Japan 0.16, Switzerland 0.11, Netherlands 0.10 (Abadie,
    Diamond and Hainmueller 2015: 0.42, 0.22, 0.16, 0.11, 0.09), with weights of the predictors trained on 1971-1980
    and 1981-1990; prisons in Texas with ``importance="regression"``, California 0.41, Illinois 0.36, Louisiana 0.12,
    Florida 0.11. The search finds weights for Texas whose loss is less than half of that, and by which predictors no
    longer count. These data are not part of this package.

    References
    ----------
    Abadie, A., Diamond, A., & Hainmueller, J. (2010). Synthetic control methods for comparative case studies. Journal
    of the American Statistical Association, 105(490), 493-505. doi:10.1198/jasa.2009.ap08746

    Abadie, A., Diamond, A., & Hainmueller, J. (2015). Comparative politics and the synthetic control method. American
    Journal of Political Science, 59(2), 495-510. doi:10.1111/ajps.12116

    Examples
    --------
    >>> import sahelkit as sk
    >>> from sahelkit.models.impact import event_window
    >>> donors = ["NGA", "TCD", "UGA", "KEN", "ETH", "AGO", "COD", "SOM"]
    >>> window = event_window(
    ...     sk.load_conflict(countries="africa"), "MLI", "2012-03-22", width=3, donors=donors, outcome="events"
    ... )
    >>> found = synthetic_control(window)
    >>> round(found.smallest_p, 3), bool(0 <= found.p_value <= 1), round(float(found.donor_weights.sum()), 9)
    (0.111, True, 1.0)
    """
    from joblib import Parallel, delayed

    check_options(level=level, n_jobs=n_jobs)
    donors = check_window(window, where="synthetic_control").donors
    if len(donors) < FEWEST:
        raise ModelError(
            f"{window.label} has {len(donors)} donors ({', '.join(donors) or 'none'}) and a synthetic control wants "
            f"{FEWEST} at least. Left out: {_reasons(window)}"
        )
    predictors = None if predictors is None else _by_unit(predictors)
    table = None if predictors is None else _predictors(predictors, window)
    given = _importance(importance, predictors)
    judged = _judged(window, training)
    values = window.values.to_numpy(dtype=float)
    columns = np.arange(values.shape[1])
    own = _fit(values, judged, 0, columns[1:], table, given)
    used = [place for place in columns[1:] if own.matched.weights[place - 1] > _USED]
    # The country with the event is no donor to the placebos: its outcome after the event may carry the effect.
    jobs = [(place, columns[(columns != place) & (columns != 0)]) for place in columns[1:]]
    jobs += [(0, columns[(columns != place) & (columns != 0)]) for place in used]
    done = Parallel(n_jobs=n_jobs)(
        delayed(on_one_thread)(_fit, values, judged, unit, pool, table, given) for unit, pool in jobs
    )
    fits = list(done)
    placebos = np.column_stack([values[:, place] - fit.path for place, fit in zip(columns[1:], fits, strict=False)])
    check_scatter(window, placebos)
    without = np.column_stack([fit.path for fit in fits[len(donors) :]])
    names = [] if predictors is None else [str(name) for name in predictors.columns]
    return SyntheticControl(
        **SyntheticControl.of(window),
        observed=values[:, 0],
        synthetic=own.path,
        donor_weights=pd.Series(own.matched.weights, index=donors, name="weight"),
        importance=pd.Series(own.matched.importance, index=names, name="importance") if names else None,
        placebo_gaps=pd.DataFrame(placebos, index=window.times, columns=donors),
        without=pd.DataFrame(without, index=window.times, columns=[donors[place - 1] for place in used]),
        level=level,
        loss=own.matched.loss,
        least=own.matched.least,
        search=_search_table(own.matched, names) if own.matched.starts else None,
        rounding=window.rounding,
        provisional=window.provisional,
    )


def _reasons(window: EventWindow) -> str:
    if window.left_out.empty:
        return "none; give donors="
    return "; ".join(f"{name} ({why})" for name, why in window.left_out.items())


def _by_unit(predictors: FrameLike) -> pd.DataFrame:
    """Predictors with units as their index, which frames of other libraries do not have."""
    if isinstance(predictors, pd.DataFrame):
        return predictors
    return check_columns(predictors, ["iso3"], where="synthetic_control", what="predictors").set_index("iso3")


def _predictors(predictors: pd.DataFrame, window: EventWindow) -> Floats:
    if predictors.empty:
        raise OptionError("predictors", "DataFrame", "a frame with one row per unit is wanted")
    for axis, names in (("unit", predictors.index), ("predictor", predictors.columns)):
        if not names.is_unique:
            twice = list(dict.fromkeys(map(str, names[names.duplicated()])))
            raise OptionError(
                "predictors", twice, f"there is more than one {axis} of this name", repair="Keep one of each"
            )
    table = predictors.reindex(list(window.values.columns))
    if table.isna().any(axis=None):
        gaps = sorted(table.index[table.isna().any(axis=1)])
        raise OptionError("predictors", gaps, "a predictor is unknown for these units", repair="Leave them out")
    found = {str(name): numbers(table[name], str(name)) for name in table.columns}
    check_size(found)
    return np.array(list(found.values()))


def _importance(
    importance: Mapping[str, float] | Sequence[float] | pd.Series | str | None, predictors: pd.DataFrame | None
) -> Floats | str | None:
    if importance is None:
        return None
    if predictors is None:
        raise OptionError("importance", importance, "there are no predictors to weigh", repair="Give predictors= too")
    if isinstance(importance, str):
        if importance != "regression":
            raise UnknownNameError("importance", importance, ["regression"], repair="Or give one weight per predictor")
        return importance
    wanted = [str(name) for name in predictors.columns]
    if not isinstance(importance, (Mapping, pd.Series)):
        try:
            return np.array([float(weight) for weight in importance])
        except (TypeError, ValueError):
            raise OptionError("importance", importance, "one weight per predictor is wanted") from None
    named = {str(name): weight for name, weight in importance.items()}
    odd = sorted(set(named) ^ set(wanted))
    if odd:
        raise OptionError("importance", odd, f"the predictors are {', '.join(wanted)}", repair="Give a weight to each")
    return np.array([named[name] for name in wanted], dtype=float)


def _judged(window: EventWindow, training: tuple[int, int] | None) -> np.ndarray:
    if training is None:
        return window.times < 0
    fault = "first and last of the periods before the event are wanted, at least two of them"
    repair = f"Type training=({window.times[0]}, -1)"
    if isinstance(training, str) or not isinstance(training, Sequence) or len(training) != 2:
        raise OptionError("training", training, fault, repair=repair)
    first, last = training
    whole = all(isinstance(end, Integral) for end in training)
    if not whole or not window.times[0] <= first < last <= -1:
        raise OptionError("training", training, fault, repair=repair)
    return (window.times >= first) & (window.times <= last)


def _search_table(matched: Matched, names: list[str]) -> pd.DataFrame:
    table = pd.DataFrame(matched.starts)
    return table.replace({"name": {f"predictor {place}": name for place, name in enumerate(names, start=1)}})


def _fit(
    values: Floats, judged: np.ndarray, unit: int, pool: np.ndarray, table: Floats | None, given: Floats | str | None
) -> _Fit:
    path, others = values[judged, unit], values[np.ix_(judged, pool)]
    if table is None:
        weights = simplex_weights(others, path)
        loss = float(np.mean((path - others @ weights) ** 2))
        found = Matched(weights, np.ones(0), loss, loss, ())
    else:
        found = matched_weights(table[:, unit], table[:, pool], path, others, importance=given)
    return _Fit(found, np.asarray(values[:, pool] @ found.weights))
