"""Columns of the user's own as covariates: which step makes them, how they are carried, why one cannot be read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from sahelkit._types import Floats
from sahelkit.errors import OptionError, UnknownNameError
from sahelkit.models.forecast.inputs import CARRIED, YEARLY
from sahelkit.panels import Panel, Step
from sahelkit.panels.carrying import Newest
from sahelkit.panels.history import Lag
from sahelkit.panels.userframe import UserFrame

_LAGGED = re.compile(r"(.+)_lag([0-9]+)")
# What a panel holds without the user's doing.
_UNITS = ("iso3", "country", "gwcode", "period")
_SHIPPED = (*_UNITS, "attempt", "success", "failure", "since_last_attempt", "never_attempt")


def own_columns(columns: Iterable[str]) -> list[str]:
    """Columns of a forecast panel that are not its own doing.

    Examples
    --------
    >>> own_columns(["iso3", "owid_population_lag12", "attempt_past60_known", "rain", "rain_lag1", "rain_newest1"])
    ['rain', 'rain_lag1']
    """
    shipped = re.compile(rf"({'|'.join(map(re.escape, (*_SHIPPED, *YEARLY)))})(_lag\d+|_past\d+(_known)?)?")
    return [name for name in columns if not shipped.fullmatch(name) and "_newest" not in name]


def unknown_term(term: object, built_in: Sequence[str], columns: Iterable[str]) -> UnknownNameError:
    """The error for a covariate that is neither built in nor a column."""
    own = own_columns(columns)
    lagged = _LAGGED.fullmatch(str(term))
    if lagged and lagged[1] in own:
        repair = f"The panel has {lagged[1]!r}: type .lag({lagged[1]!r}, periods={lagged[2]})"
        return UnknownNameError("covariate", term, (*built_in, *own), repair=repair)
    has = f"Columns of the panel: {', '.join(own)}" if own else "The panel has no column of your own"
    example = own[0] if own else "mycov"
    repair = f"{has}. A column is added with .add_frame(frame, published='+30d').lag({example!r}, periods=1)"
    return UnknownNameError("covariate", term, (*built_in, *own), repair=repair)


def own_values(frame: pd.DataFrame, term: str) -> Floats:
    """Values of a column of the user's, shape (n,): the newest known one where the panel carries it (`widened`).

    Raises
    ------
    OptionError
        If the column holds no numbers.
    """
    lagged = _LAGGED.fullmatch(term)
    carried = f"{lagged[1]}_newest{lagged[2]}" if lagged else ""
    column = frame[carried if carried in frame.columns else term]
    try:
        return np.asarray(column.to_numpy(dtype="float64", na_value=np.nan))
    except (TypeError, ValueError):
        repair = "A covariate is a column of numbers; make one of 0 and 1 for each label"
        raise OptionError("terms", term, "the column holds text", repair=repair) from None


def maker(panel: Panel, name: str) -> tuple[Step, str]:
    """The step that makes a column of a panel, and the kind of the column."""
    have: dict[str, str] = {}
    for step in panel.steps:
        new = step.kinds(panel.version, have)
        if name in new:
            return step, new[name]
        have |= new
    raise UnknownNameError("panel column", name, panel.columns)


def source_of(panel: Panel, name: str) -> str:
    """The column of a source from which a column was computed, through lags, windows and clocks."""
    old = maker(panel, name)[0].made_from(name)
    return name if old is None else source_of(panel, old)


def sources_alone(panel: Panel) -> tuple[Step, ...]:
    """Steps that bring values from outside."""
    return tuple(step for step in panel.steps if not step.computed)


def credits_of(panel: Panel, names: Iterable[str]) -> tuple[str, ...]:
    """What the sources of the user's event files ask to be said wherever numbers made of them are shown."""
    found = []
    for name in names:
        step, _ = maker(panel, source_of(panel, name))
        files = step.settings().get("events", {})
        found += [str(file["attribution"]) for file in files.values() if file.get("attribution")]
    return tuple(dict.fromkeys(found))


def computed_columns(panel: Panel) -> list[str]:
    """The user's columns of numbers that are lags, windows or clocks, which a model may read as they are."""
    found = [(name, *maker(panel, name)) for name in own_columns(panel.columns)]
    return [name for name, step, kind in found if step.computed and kind != "text"]


def _is_late(step: Step) -> bool:
    """Whether what a source says of a period is never known on the first day of that period."""
    if isinstance(step, UserFrame):
        return step.published is not None and bool((step.published > step.starts).all())
    return not step.computed and type(step).__module__.startswith("sahelkit.")


def widened(panel: Panel, terms: Iterable[str], *, built_in: Sequence[str] = ()) -> Panel:
    """The panel with the newest known value of the last five years beside each lag that is a term.

    Parameters
    ----------
    panel : Panel
    terms : iterable of str
        Columns of the user's.
    built_in : sequence of str
        Names of the built-in covariates, for messages.

    Raises
    ------
    UnknownNameError
        If the panel has no such column.
    OptionError
        If a column holds text, or its value is never known on the first day of the period that it describes.
    """
    for term in terms:
        if term not in panel.columns:
            raise unknown_term(term, built_in, panel.columns)
        step, kind = maker(panel, term)
        if kind == "text":
            own_values(pd.DataFrame({term: ["text"]}), term)
        if _is_late(step):
            why = "its value is not yet known when the period that it describes begins"
            repair = f"Type .lag({term!r}, periods=1) and the term '{term}_lag1'"
            raise OptionError("terms", term, why, repair=repair)
        if isinstance(step, Lag):
            most = CARRIED * (12 if panel.freq == "M" else 1)
            newest = Newest(step.made_from(term), step.periods, max(most, step.periods))
            panel = panel if newest.named()[0] in panel.columns else panel.add(newest)
    return panel
