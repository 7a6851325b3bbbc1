"""What stands beside a headline estimate: each country left out, each coder, and the placebo."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import numpy as np
import pandas as pd

from sahelkit.errors import OptionError, SahelkitError
from sahelkit.estimation.corrections import Correction
from sahelkit.estimation.design import repeated_columns
from sahelkit.estimation.firth import firth_maximise
from sahelkit.estimation.links import Link
from sahelkit.estimation.newton import maximise
from sahelkit.models.hazard.fitting import Method, fit_hazard
from sahelkit.models.hazard.result import HazardFit, check_fit
from sahelkit.models.placebo.result import Placebo


def leave_one_out(fit: HazardFit, term: str) -> pd.DataFrame:
    """Estimate of one coefficient without each cluster in turn.

    Parameters
    ----------
    fit : HazardFit
        A fit that holds its data.
    term : str
        Coefficient.

    Returns
    -------
    pandas.DataFrame
        One row per cluster, in the order of the panel: the cluster left out, ``coef``, ``ratio`` and the ``n_events``
        that remain. NA where the rest cannot be fitted, because no event is left or events are separated.

    Raises
    ------
    OptionError
        If `fit`, or what is given besides, is something else.
    UnknownNameError
        If the model has no such term.
    ModelError
        If the fit does not hold its data.

    Examples
    --------
    >>> rows = pd.DataFrame({"iso3": list("ABCD") * 50, "x": [0, 0, 1, 1] * 50})
    >>> rows["event"] = [int(i % 9 == 0 or i % 14 == 2) for i in range(200)]
    >>> leave_one_out(fit_hazard("event ~ x", rows), "x").shape
    (4, 4)
    """
    fit = check_fit(fit, where="leave_one_out")
    place, data, found = fit.position(term), fit.held(), []
    data.check_one_way(where="leave_one_out")
    for group, name in enumerate(data.names):
        kept = data.groups != group
        design, outcome = data.matrix[kept], data.outcome[kept]
        lost = set(repeated_columns(design, data.terms))  # a dummy of the country that is left out
        used = [index for index, other in enumerate(data.terms) if other not in lost]
        slope = np.nan
        if place in used and 0 < outcome.sum() < len(outcome):
            slope = _refit(fit, np.asfortranarray(design[:, used]), outcome, used.index(place))
        found.append({fit.cluster: name, "coef": slope, "ratio": np.exp(slope), "n_events": int(outcome.sum())})
    return pd.DataFrame(found)


def _refit(fit: HazardFit, design: np.ndarray, outcome: np.ndarray, place: int) -> float:
    again = (firth_maximise if fit.method == "firth" else maximise)(design, outcome, link=fit.link)
    return float(again.coef[place]) if again.converged else float("nan")


def beside(
    fit: HazardFit,
    term: str,
    *,
    by_rule: Mapping[str, pd.DataFrame] | None = None,
    placebo: Placebo | None = None,
) -> pd.DataFrame:
    """Put beside an estimate, in one row, what it becomes without each country, under each coder, and its placebo.

    Parameters
    ----------
    fit : HazardFit
        A fit that holds its data.
    term : str
        Coefficient.
    by_rule : mapping of str to pandas.DataFrame, optional
        For each rule or coder the panel to fit the same formula to, with the same options.
    placebo : Placebo, optional
        Placebo of the same exposure, see `sahelkit.models.placebo.placebos.placebo_test`.

    Returns
    -------
    pandas.DataFrame
        One row: that of `HazardFit.tidy`, then ``without_low, without_low_of, without_high, without_high_of`` (lowest
        and highest ratio without one country, and which), ``p_placebo`` and, for each rule, ``ratio_<rule>,
        ratio_low_<rule>, ratio_high_<rule>, n_events_<rule>``; NA where the model cannot be fitted under a rule.

    Raises
    ------
    OptionError
        If `fit`, or what is given besides, is something else.
    UnknownNameError
        If the model has no such term.
    ModelError
        If the fit does not hold its data.

    Examples
    --------
    >>> from sahelkit.models.hazard import fit_hazard
    >>> rows = pd.DataFrame({"iso3": list("ABCDE") * 40, "x": [0, 0, 1, 1] * 50})
    >>> rows["event"] = [int(i % 10 == 0 or i % 14 == 2) for i in range(200)]
    >>> beside(fit_hazard("event ~ x", rows), "x")[["term", "without_low_of", "without_high_of"]].values.tolist()
    [['x', 'D', 'E']]
    """
    fit = check_fit(fit, where="beside")
    for what, given, kind, repair in (
        ("by_rule", by_rule, Mapping, "Type by_rule={'any': frame}"),
        ("placebo", placebo, Placebo, "Type placebo=placebo_test(formula, frame)"),
    ):
        if given is not None and not isinstance(given, kind):
            raise OptionError(what, type(given), f"beside takes a {kind.__name__}", repair=repair)
    data = fit.held()
    row = fit.tidy().iloc[[fit.position(term)]].reset_index(drop=True)
    each = leave_one_out(fit, term).dropna(subset=["ratio"]).sort_values("ratio")
    for end, position in (("low", 0), ("high", -1)):
        row[f"without_{end}"] = each["ratio"].iloc[position] if len(each) else np.nan
        row[f"without_{end}_of"] = str(each.iloc[position, 0]) if len(each) else ""
    row["p_placebo"] = np.nan if placebo is None else placebo.p_value
    for rule, frame in (by_rule or {}).items():
        try:
            again = fit_hazard(
                fit.formula,
                frame,
                link=cast("Link", fit.link),
                cluster=data.cluster,
                level=fit.level,
                method=cast("Method", fit.method),
                errors=fit.errors,
                correction=cast("Correction", fit.correction),
                repeats=data.repeats,
            )
            values = again.tidy().set_index("term").loc[term]
        except SahelkitError:
            values = pd.Series({"ratio": np.nan, "ratio_low": np.nan, "ratio_high": np.nan, "n_events": np.nan})
        for name in ("ratio", "ratio_low", "ratio_high", "n_events"):
            row[f"{name}_{rule}"] = values[name]
    return row
