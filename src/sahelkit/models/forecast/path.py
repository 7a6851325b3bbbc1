"""How the risk of one country builds up with the horizon."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sahelkit._types import DateLike, Floats, Lang, Rule
from sahelkit.errors import DateError, OptionError
from sahelkit.geography import places
from sahelkit.models.forecast.inputs import warn_of_rule
from sahelkit.models.forecast.own import credits_of
from sahelkit.models.forecast.past import check_event
from sahelkit.models.forecast.risk import check_horizon
from sahelkit.models.forecast.risk_words import head_line, own_lines, path_sentence, source_words
from sahelkit.models.forecast.setup import moment, setup
from sahelkit.options import check_language
from sahelkit.panels import Panel
from sahelkit.plots.fan import plot_fan
from sahelkit.results.base import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

HORIZONS = (1, 3, 6, 12, 18, 24, 30, 36)
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True, repr=False)
class RiskPath(Result):
    """Risk of an attempt in one country within one month, two months, and so on.

    Attributes
    ----------
    iso3 : str
        The country.
    horizons : tuple of int, length H
        Months.
    quantiles : array, shape (H, 5)
        Ends of the 90 and 50 % bands of the probability, and its middle: `QUANTILES`.
    base_rate : array, shape (H,)
        Share of the windows of the last fifteen years, in all states, that held an event.
    date : pandas.Timestamp
        Day of knowledge.
    first : pandas.Period
        First month of the windows.
    outcome, rule : str
    n_rows, n_events : int
        Rows learnt from at the longest horizon, and those with an event.
    model : str
        Name of the model where it is not the penalised hazard; it gives no bands then.
    own : tuple of str
        Columns of the user's that the forecast reads.
    credits : tuple of str
        What the sources of the user's event files ask to be said; it stands in the figure.
    """

    iso3: str
    horizons: tuple[int, ...]
    quantiles: Floats
    base_rate: Floats
    date: pd.Timestamp
    first: pd.Period
    outcome: str
    rule: Rule
    n_rows: int
    n_events: int
    model: str = ""
    own: tuple[str, ...] = ()
    credits: tuple[str, ...] = ()
    _index = ("horizon",)

    def tidy(self) -> pd.DataFrame:
        """One row per horizon: ``horizon, low90, low50, probability, high50, high90, base_rate``."""
        names = ["low90", "low50", "probability", "high50", "high90"]
        out = pd.DataFrame(self.quantiles, columns=names)
        out.insert(0, "horizon", self.horizons)
        return out.assign(base_rate=self.base_rate)

    def _facts(self, *more: str) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("iso3", "date", "first", "outcome", "rule", *more)}

    def headline(self, *, lang: Lang | None = None) -> str:
        """What is forecast, where, from when on, and from what."""
        lang = check_language(lang)
        head = head_line(**self._facts("n_rows", "n_events"), last=None, lang=lang)
        return "\n".join([head, *own_lines(self.model, self.own, None, lang)])

    def says(self, *, lang: Lang | None = None) -> str:
        """One sentence that may be quoted."""
        return path_sentence(self.horizons, self.quantiles, **self._facts(), lang=check_language(lang))

    def plot(self, *, ax: Axes | None = None, lang: Lang | None = None) -> Figure:
        """Fan chart: the risk by horizon with bands of 50 and 90 %, beside the base rate of the world."""
        lang = check_language(lang)
        source = source_words(self.model, self.own, lang, self.credits)
        return plot_fan(self.tidy(), **self._facts("n_rows", "n_events"), model=source, ax=ax, lang=lang)


def risk_path(
    country: str | int,
    date: DateLike = None,
    *,
    horizons: tuple[int, ...] = HORIZONS,
    outcome: str = "attempt",
    rule: Rule = "powell_thyne",
    version: str | None = None,
    panel: Panel | None = None,
    forecaster: Any = None,
) -> RiskPath:
    """Risk of an attempt in one country within each of several horizons.

    One model is fitted per horizon, as in `risk_table`. A longer window cannot hold fewer attempts: where a probability
    came out below that of a shorter horizon it is raised to it (the rearrangement of Chernozhukov and others does the
    like), and so are the ends of its bands.

    Parameters
    ----------
    country : str or int
        As in `sahelkit.places.resolve`.
    date : date-like, optional
        Day of knowledge, as in `risk_table`.
    horizons : tuple of int
        Months, increasing, each from 1 to 60.
    outcome : {"attempt", "success"}
        Any attempt, or a successful coup.
    rule : str
        Whose list of attempts, as in `sahelkit.load_coups`.
    version : str, optional
        Data version; the bundled one when absent.
    panel, forecaster : optional
        A panel with columns of your own, and who forecasts, as in `risk_table`.

    Returns
    -------
    RiskPath

    Raises
    ------
    UnknownPlaceError, UnknownNameError, DateError
        As `risk_table`.
    OptionError
        If the horizons do not increase or one is out of range, or the state does not exist then; for `panel` and
        `forecaster` as `risk_table`.

    Warns
    -----
    CoverageWarning
        As `risk_table`.

    References
    ----------
    Chernozhukov, V., Fernandez-Val, I., & Galichon, A. (2010). Quantile and probability curves without crossing.
    Econometrica, 78(3), 1093-1125. https://doi.org/10.3982/ECTA7880

    Examples
    --------
    >>> risk_path("Mali", horizons=(12, 6))
    Traceback (most recent call last):
    sahelkit.errors.OptionError: horizons=(12, 6): they increase. Type horizons=(1, 6, 12, 24, 36).
    """
    steps = tuple(check_horizon(horizon) for horizon in horizons)
    if not steps or list(steps) != sorted(set(steps)):
        raise OptionError("horizons", horizons, "they increase", repair="Type horizons=(1, 6, 12, 24, 36)")
    code, event = places.resolve(country), check_event(outcome)
    using = setup(rule, version, panel=panel, forecaster=forecaster)
    at = moment(date, rule=rule, version=using.version)
    warn_of_rule(rule, at.origin, using.version)
    rows, base = [], []
    last = None
    for horizon in steps:
        last = using.at(at, event, horizon)
        here = np.flatnonzero(last.frame["iso3"].to_numpy() == code)
        if not here.size:
            raise OptionError("country", country, f"this state does not exist in {at.origin}")
        rows.append(last.quantiles(int(here[0]), _Z))
        base.append(using.history.base_rate(at.origin.ordinal, event, horizon))
    assert last is not None
    using.check_known(at)
    if np.isnan([row[2] for row in rows]).any():
        raise DateError("date", date, f"the list of coups does not cover {places.name(code)} then")
    return RiskPath(
        iso3=code,
        horizons=steps,
        quantiles=np.maximum.accumulate(np.array(rows), axis=0),
        base_rate=np.array(base),
        date=at.day,
        first=at.origin,
        outcome=event,
        rule=rule,
        n_rows=last.fit.n_rows,
        n_events=last.fit.n_events,
        model=using.name,
        own=using.own,
        credits=credits_of(using.panel, using.own),
    )


# Standard normal quantiles of `QUANTILES`.
_Z = (-1.6448536269514722, -0.6744897501960817, 0.0, 0.6744897501960817, 1.6448536269514722)
