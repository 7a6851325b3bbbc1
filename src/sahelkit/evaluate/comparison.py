"""Two forecasts of the same rows: which is better, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from sahelkit._types import Lang
from sahelkit.dates import read_column
from sahelkit.errors import MissingColumnsError, OptionError
from sahelkit.estimation.replicates import quantile_error
from sahelkit.evaluate.intervals import NAMES, Rows, blocks_of, ends, estimates, resampled
from sahelkit.evaluate.scores import LOWER_IS_BETTER
from sahelkit.evaluate.words import no_minus_zero, verdict_key
from sahelkit.frames import check_frame, numbers_of
from sahelkit.language.numbers import number, percent, reach
from sahelkit.language.texts import words
from sahelkit.options import check_language, check_options
from sahelkit.plots.comparison import plot_comparison
from sahelkit.results.base import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WORDS = {
    "en": {
        "head": "{model} against {other}: {n} rows with {events} events, {origins} origins {first} to {last} "
        "({left_out} rows left out)",
        "says": "Of the same {n} forecasts from {first} to {last} ({events} followed by an event), the log score of "
        "{model} is {own} and that of {other} {their} (lower is better): {verdict}, difference {difference} ({level} "
        "interval {ends}); all that is known of it comes from {events} events, and the interval takes the origins as "
        "exchangeable.",
        "better": "it is the better one",
        "worse": "it is the worse one",
        "tie": "the data do not tell them apart",
        "quoted": "“{}”",
    },
    "fr": {
        "head": "{model} face à {other} : {n} prévisions, dont {events} suivies d’un événement, {origins} origines "
        "de {first} à {last} ({left_out} prévisions laissées de côté)",
        "says": "Sur les mêmes {n} prévisions de {first} à {last} (dont {events} suivies d’un événement), le score "
        "logarithmique de {model} est de {own} et celui de {other} de {their} (le plus bas est le meilleur) : "
        "{verdict}, écart {difference} (intervalle à {level} : {ends}) ; tout ce qu’on en sait tient à {events} "
        "événements, et l’intervalle suppose les dates de prévision interchangeables.",
        "better": "il est meilleur",
        "worse": "il est moins bon",
        "tie": "les données ne permettent pas de les départager",
        "quoted": "« {} »",
    },
}


@dataclass(frozen=True, eq=False, repr=False)
class Comparison(Result):
    """Scores of two forecasts on the rows that both forecast, and their paired differences.

    Attributes
    ----------
    frame : pandas.DataFrame
        One row per score: ``score, model, other`` (the two values), ``difference`` (model minus other), ``low, high``
        (interval of the difference), ``low_error, high_error`` (Monte Carlo standard errors of its ends), ``better``
        (True where the interval lies wholly on the side of the model, False where it lies on the other side, NA where
        it holds 0).
    names : tuple of str
        The model and the other.
    n_rows, n_events, n_origins : int
        Rows that both forecast and that are scored, those with an event, and origins.
    n_left_out : int
        Rows of the same origins that only one of the two forecasts, or of which the outcome is not known.
    n_disagree : int
        Rows in which the other forecast came with another outcome than ours; they are scored by ours.
    level : float
        Level of the intervals.
    span : tuple of str
        First and last origin.
    source : str
        Datasets and versions.
    """

    frame: pd.DataFrame
    names: tuple[str, str]
    n_rows: int
    n_events: int
    n_origins: int
    n_left_out: int
    n_disagree: int
    level: float
    span: tuple[str, str]
    source: str

    _index = ("score",)

    def tidy(self) -> pd.DataFrame:
        """One row per score, see `frame`, with the numbers of rows, events and origins."""
        return self.frame.assign(n=self.n_rows, n_events=self.n_events, n_origins=self.n_origins, level=self.level)

    def headline(self, *, lang: Lang | None = None) -> str:
        """What is compared on which rows, as plain text."""
        lang = check_language(lang)
        more = {"origins": self.n_origins, "left_out": number(self.n_left_out, lang, digits=0)}
        return self._told("head", lang, model=self.names[0], other=self.names[1], **more)

    def _told(self, key: str, lang: Lang, **more: object) -> str:
        sizes = {"n": number(self.n_rows, lang, digits=0), "events": number(self.n_events, lang, digits=0)}
        return words(_WORDS, lang)[key].format(first=self.span[0], last=self.span[1], **sizes, **more)

    def gains(self) -> pd.DataFrame:
        """By how many percent of the other's score the model is better, score by score; below 0: worse.

        Returns
        -------
        pandas.DataFrame
            ``score, gain, low, high`` in percent. The Brier skill is left out: it is a ratio already.
        """
        rows = self.frame[self.frame["score"] != "brier_skill"]
        factor = np.where(rows["score"].isin(LOWER_IS_BETTER), -100.0, 100.0) / rows["other"].abs()
        reach = np.sort(np.column_stack([rows["low"] * factor, rows["high"] * factor]), axis=1)
        gain = rows["difference"] * factor
        out = pd.DataFrame({"score": rows["score"], "gain": gain, "low": reach[:, 0], "high": reach[:, 1]})
        return out.reset_index(drop=True)

    def plot(self, *, ax: Axes | None = None, lang: Lang | None = None) -> Figure:
        """Draw the gains with their intervals.

        Raises
        ------
        UnknownNameError
            If the language is unknown.
        """
        return plot_comparison(
            self.gains(),
            names=self.names,
            level=self.level,
            n_rows=self.n_rows,
            n_events=self.n_events,
            span=self.span,
            source=self.source,
            ax=ax,
            lang=check_language(lang),
        )

    def says(self, *, lang: Lang | None = None) -> str:
        """One sentence that may be quoted, on the log score."""
        lang = check_language(lang)
        say = words(_WORDS, lang)
        row = self.frame.set_index("score").loc["log"]
        model, other = (say["quoted"].format(name) for name in self.names)
        return self._told(
            "says",
            lang,
            model=model,
            other=other,
            own=number(row["model"], lang, digits=4),
            their=number(row["other"], lang, digits=4),
            verdict=say[verdict_key(row["better"])],
            difference=number(no_minus_zero(row["difference"]), lang, digits=4),
            level=percent(self.level, lang),
            ends=reach(row["low"], row["high"], lang, digits=4),
        )


def other_frame(given: pd.DataFrame, *, freq: str) -> pd.DataFrame:
    """Forecasts of a user's frame as ``iso3, origin, probability`` and, if there, ``observed``.

    Raises
    ------
    MissingColumnsError
        If there is no ``iso3``, ``probability`` or time (``origin``, ``period`` or ``year``).
    OptionError
        If a row is there twice, or probabilities are no numbers.
    DateError
        If a time cannot be read.
    """
    given = check_frame(given, where="against", what="other")
    time = next((name for name in ("origin", "period", "year") if name in given.columns), None)
    missing = [name for name in ("iso3", "probability") if name not in given.columns]
    if time is None or missing:
        raise MissingColumnsError("against", [*missing, *([] if time else ["year"])], given.columns)
    # A forecast for a year was made for the months from January on.
    days = read_column(given[time], what=time, declared="Y" if time == "year" else None, owner=given["iso3"]).first
    origin = pd.PeriodIndex(days.astype("datetime64[ns]"), freq=freq)
    out = pd.DataFrame({"iso3": given["iso3"].to_numpy(), "origin": origin})
    for name in ("probability", "observed"):
        if name in given.columns:
            values = numbers_of(given[name], owner=given["iso3"])
            if values is None:
                raise OptionError("other", name, "the column holds no numbers")
            out[name] = values
    twice = out.duplicated(["iso3", "origin"])
    if twice.any():
        row = out[twice].iloc[0]
        why = "the frame has two forecasts of this row"
        raise OptionError("other", f"{row['iso3']} {row['origin']}", why, repair="Choose one run, outcome and method")
    return out


def compare(
    own: pd.DataFrame,
    other: pd.DataFrame,
    *,
    names: tuple[str, str],
    horizon: int,
    level: float,
    replicates: int,
    seed: int | None,
    k: int,
    source: str,
) -> Comparison:
    """Score both on the rows that both forecast.

    Parameters
    ----------
    own : pandas.DataFrame
        Columns ``iso3, origin, probability, outcome``; rows with a NA are left out.
    other : pandas.DataFrame
        Columns ``iso3, origin, probability`` and perhaps ``observed``.

    Raises
    ------
    OptionError
        If there is no common row.
    """
    check_options(horizon=horizon, level=level, replicates=replicates, seed=seed)
    both = own.merge(other, on=["iso3", "origin"], how="outer", suffixes=("", "_other"))
    whole = both[["probability", "probability_other", "outcome"]].notna().all(axis=1)
    rows = both[whole]
    beside = both["origin"].isin(rows["origin"]) & ~whole
    if rows.empty:
        raise OptionError("other", names[1], "it forecasts none of the scored rows")
    happened = rows["outcome"].to_numpy(dtype=float)
    disagree = (
        int((rows["observed"].notna() & (rows["observed"] != rows["outcome"])).sum()) if "observed" in rows else 0
    )
    origins, number_of = np.unique(pd.PeriodIndex(rows["origin"]).asi8, return_inverse=True)
    blocks = blocks_of(origins, horizon=horizon)
    weights = blocks.weights(replicates=replicates, seed=seed)
    sides = [rows[name].to_numpy(dtype=float) for name in ("probability", "probability_other")]
    scored = [Rows(happened, side, number_of, k=k) for side in sides]
    model, rival = (pd.Series(estimates(one)) for one in scored)
    draws = [resampled(one, weights) for one in scored]
    stretch = blocks.stretch(level)
    with np.errstate(invalid="ignore"):
        gaps = {name: draws[0][name] - draws[1][name] for name in NAMES}
        table = pd.DataFrame({"model": model, "other": rival, "difference": model - rival})
        table = table.join(ends(gaps, table["difference"], level, stretch=stretch))
        for end, share in (("low_error", 0.5 - level / 2), ("high_error", 0.5 + level / 2)):
            table[end] = [stretch * _end_error(gaps[name], share) for name in NAMES]
    table = table.rename_axis("score").reset_index()
    lower = table["score"].isin(LOWER_IS_BETTER)
    good = np.where(lower, table["high"] < 0, table["low"] > 0)
    bad = np.where(lower, table["low"] > 0, table["high"] < 0)
    table["better"] = pd.Series(good, dtype="boolean").where(good | bad)
    periods = pd.PeriodIndex(rows["origin"])
    return Comparison(
        frame=table,
        names=names,
        n_rows=len(rows),
        n_events=int(happened.sum()),
        n_origins=len(origins),
        n_left_out=int(beside.sum()),
        n_disagree=disagree,
        level=level,
        span=(str(periods.min()), str(periods.max())),
        source=source,
    )


def _end_error(gaps: npt.NDArray[np.float64], share: float) -> float:
    known = gaps[~np.isnan(gaps)]
    return quantile_error(known, share) if len(known) else float("nan")
