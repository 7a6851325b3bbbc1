"""How long after the coup: Kaplan-Meier, for acts that may never come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from sahelkit._types import Lang
from sahelkit.columns import read_columns
from sahelkit.errors import ModelError, UnknownNameError, is_known
from sahelkit.frames import FrameLike, origin_of
from sahelkit.language.nouns import MEASURES, body_words
from sahelkit.language.numbers import cases_words, number, reach
from sahelkit.language.texts import words
from sahelkit.options import check_language
from sahelkit.record.responses.words import MEASURE_WORDS
from sahelkit.results.base import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WORDS = {
    "en": {
        "text": "Of {n} coups, {events} were followed by {measure} {body}; {median}. {censored}; a coup without a row "
        "is one for which nothing was found.",
        "median": "it took a median of {0} days (95% interval {1} to {2})",
        "not_reached": "fewer than half had been when observation ended",
        "open": "no upper end",
        "left_0": "It came in every case",
        "left_1": "In one it had not come when observation ended",
        "left_2": "In {} it had not come when observation ended",
        "head": "days from coup to {measure} {body}: {events} of {n} cases, median {median} (95% {ends})",
    },
    "fr": {
        "text": "Sur {n} coups d’État, {events} ont été suivis {measure} {body} ; {median}. {censored} ; un coup "
        "d’État sans ligne est un coup pour lequel rien n’a été trouvé.",
        "median": "délai médian de {0} jours (intervalle à 95 % de {1} à {2})",
        "not_reached": "moins de la moitié l’avaient été à la fin de l’observation",
        "open": "sans borne supérieure",
        "left_0": "Aucun cas n’est resté sans suite",
        "left_1": "Dans un cas, rien n’était venu à la fin de l’observation",
        "left_2": "Dans {} cas, rien n’était venu à la fin de l’observation",
        "head": "jours écoulés avant {measure} {body} : {events} cas sur {n}, médiane {median} (95 % : {ends})",
    },
}


@dataclass(frozen=True, repr=False)
class WaitingTimes(Result):
    """Share of coups that a measure had followed, by days since the coup.

    Attributes
    ----------
    measure, body : str
        What is waited for, and from whom.
    days : array of float, shape (k,)
        Days on which the measure came in some case.
    at_risk, events : array of int, shape (k,)
        Cases still without it just before, and cases in which it came.
    done, low, high : array of float, shape (k,)
        Share of cases that it had followed by that day, and its 95 % interval (log-log).
    median, median_low, median_high : float
        Day by which half the cases had it; infinite where it was not reached.
    censored : array of float
        Days at which cases ended without it.
    n, n_events : int
        Cases, and those in which it came.
    origin : str
        Dataset and version of the cases; empty for a frame of the user's.
    """

    measure: str
    body: str
    days: npt.NDArray[np.float64] = field(repr=False)
    at_risk: npt.NDArray[np.int64] = field(repr=False)
    events: npt.NDArray[np.int64] = field(repr=False)
    done: npt.NDArray[np.float64] = field(repr=False)
    low: npt.NDArray[np.float64] = field(repr=False)
    high: npt.NDArray[np.float64] = field(repr=False)
    censored: npt.NDArray[np.float64] = field(repr=False)
    median: float
    median_low: float
    median_high: float
    n: int
    n_events: int
    origin: str = ""

    _index = ("days",)

    def tidy(self) -> pd.DataFrame:
        """One row per day on which the measure came in some case."""
        names = ("days", "at_risk", "events", "done", "low", "high")
        return pd.DataFrame({name: getattr(self, name) for name in names})

    def life_table(self) -> pd.DataFrame:
        """One row per day on which the measure came or observation ended in some case.

        Returns
        -------
        pandas.DataFrame
            ``body``, ``measure``, ``days``, ``events`` and ``censored`` (cases in which it came, and in which
            observation ended without it), ``done``, ``low`` and ``high`` as they stand from that day on.
        """
        days, left = np.unique(self.censored, return_counts=True)
        ended = pd.DataFrame({"days": days, "censored": left})
        table = self.tidy().drop(columns="at_risk").merge(ended, on="days", how="outer").sort_values("days")
        counts = table[["events", "censored"]].fillna(0).astype("int64")
        shares = table[["done", "low", "high"]].ffill().fillna(0.0)
        return table[["days"]].assign(**counts, **shares, body=self.body, measure=self.measure).reset_index(drop=True)

    def headline(self, *, lang: Lang | None = None) -> str:
        """Counts and median, as plain text."""
        lang = check_language(lang)
        return words(_WORDS, lang)["head"].format(
            measure=MEASURES[lang][self.measure],
            body=body_words(self.body, lang),
            events=self.n_events,
            n=self.n,
            median=number(self.median, lang, digits=0),
            ends=reach(self.median_low, self.median_high, lang, digits=0),
        )

    def says(self, *, lang: Lang | None = None) -> str:
        """One careful sentence."""
        lang = check_language(lang)
        say, left = words(_WORDS, lang), self.n - self.n_events
        median = [
            number(end, lang, digits=0) if np.isfinite(end) else say["open"]
            for end in (self.median, self.median_low, self.median_high)
        ]
        return say["text"].format(
            n=self.n,
            events=self.n_events,
            measure=MEASURE_WORDS[lang][self.measure],
            body=body_words(self.body, lang),
            median=say["median" if np.isfinite(self.median) else "not_reached"].format(*median),
            censored=say[f"left_{min(left, 2)}"].format(cases_words(left, lang)),
        )

    def plot(
        self,
        *,
        ax: Axes | None = None,
        lang: Lang | None = None,
        source: str | None = None,
        beside: Sequence[WaitingTimes] = (),
    ) -> Figure:
        """Draw the share of coups that the measure had followed, and those of other bodies beside it."""
        from sahelkit.plots.responses import plot_waiting

        table = pd.concat([wait.life_table() for wait in (self, *beside)], ignore_index=True)
        return plot_waiting(table, ax=ax, lang=check_language(lang), source=source or self.origin)


def waiting_times(cases: FrameLike, measure: str, *, body: str, only_at_risk: bool = True) -> WaitingTimes:
    """Estimate the wait from coup to a measure, with cases in which it never came.

    Parameters
    ----------
    cases : pandas.DataFrame
        As `sahelkit.panels.responses.response_cases` gives them.
    measure : {"suspension", "sanctions", "threat", "force", "easing"}
        What is waited for. Easing is waited for only in the cases that had something to ease.
    body : str
        Whose measure.
    only_at_risk : bool
        True to leave out states that the body had suspended before the coup (matters for ``"suspension"``).

    Returns
    -------
    WaitingTimes

    Raises
    ------
    MissingColumnsError
        If a column is missing.
    UnknownNameError
        If the measure or the body is unknown.
    ModelError
        If no case is left, or none in which the measure came.

    References
    ----------
    Kaplan, E. L. & Meier, P. (1958). Nonparametric estimation from incomplete observations. *Journal of the American
    Statistical Association* 53, 457-481. https://doi.org/10.1080/01621459.1958.10501452

    Examples
    --------
    >>> cases = pd.DataFrame({"coup_id": list("abcd"), "body": "AU", "at_risk": True, "censored_days": 100})
    >>> cases["suspension_days"] = [1.0, 5.0, None, 7.0]
    >>> cases["suspension_days_min"] = cases["suspension_days"]
    >>> waiting_times(cases, "suspension", body="AU").done.round(3).tolist()
    [0.25, 0.5, 0.75]
    """
    from statsmodels.duration.survfunc import SurvfuncRight

    known = tuple(MEASURE_WORDS["en"])
    if measure not in known:
        raise UnknownNameError("measure", measure, known)
    cases = read_columns(
        cases,
        where="waiting_times",
        texts=["coup_id", "body"],
        numbers=["censored_days", f"{measure}_days", f"{measure}_days_min"],
        flags=["at_risk"],
        repair="Use response_cases()",
    )
    if not is_known(body, bodies := set(cases["body"].dropna())):
        raise UnknownNameError("body", body, bodies, repair="response_cases(bodies=...) chooses them")
    # A case whose acts were not looked for has no end of observation: nothing is known to be missing there.
    chosen = cases[(cases["body"] == body) & cases["censored_days"].notna()]
    if measure == "suspension" and only_at_risk:
        chosen = chosen[chosen["at_risk"]]
    if measure == "easing":
        had = chosen["suspension_days_min"].notna() | chosen["sanctions_days_min"].notna() | ~chosen["at_risk"]
        chosen = chosen[had]
    # Where only the month is known, the first day that it allows.
    days = chosen[f"{measure}_days"].astype("Float64").fillna(chosen[f"{measure}_days_min"].astype("Float64"))
    came = days.notna().to_numpy()
    if not came.any():
        raise ModelError(f"no case of {body} was followed by {measure}, so that there is no wait to estimate")
    times = np.where(came, days.fillna(0).to_numpy(dtype=float), chosen["censored_days"].to_numpy(dtype=float))
    fitted = SurvfuncRight(times, came.astype(int))
    done, low, high = _interval(fitted)
    ends = fitted.quantile_ci(0.5, method="cloglog")
    at = np.asarray(fitted.n_events) > 0
    return WaitingTimes(
        measure=measure,
        body=body,
        days=np.asarray(fitted.surv_times, dtype=float)[at],
        at_risk=np.asarray(fitted.n_risk, dtype=np.int64)[at],
        events=np.asarray(fitted.n_events, dtype=np.int64)[at],
        done=done[at],
        low=low[at],
        high=high[at],
        censored=np.sort(times[~came]),
        median=_quantile(fitted.quantile(0.5)),
        median_low=_quantile(ends[0]),
        median_high=_quantile(ends[1]),
        n=len(times),
        n_events=int(came.sum()),
        origin=origin_of(cases),
    )


def _quantile(value: float) -> float:
    return float(value) if np.isfinite(value) else float("inf")


def _interval(fitted: object) -> tuple[npt.NDArray[np.float64], ...]:
    """Share done by each day with the log-log interval of the survival function."""
    from scipy.stats import norm

    kept = np.asarray(getattr(fitted, "surv_prob"), dtype=float)  # noqa: B009
    error = np.asarray(getattr(fitted, "surv_prob_se"), dtype=float)  # noqa: B009
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.exp(norm.ppf(0.975) * error / (kept * np.log(kept)))
        low, high = 1 - kept ** (1 / spread), 1 - kept**spread
    inner = (kept > 0) & (kept < 1)
    ends = (np.where(inner, np.minimum(low, high), 1 - kept), np.where(inner, np.maximum(low, high), 1 - kept))
    return 1 - kept, ends[0], ends[1]
