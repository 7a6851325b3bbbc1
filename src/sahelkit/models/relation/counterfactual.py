"""The risk with one coup and without it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd

from sahelkit._types import Bools, DateLike, Floats, Lang, Place, Places, Rule
from sahelkit.dates import parse_date
from sahelkit.errors import DateError, UnknownNameError
from sahelkit.estimation.hawkes.observed import DAYS_PER_YEAR, years
from sahelkit.estimation.replicates import quantile_errors
from sahelkit.geography import places
from sahelkit.language.coders import rule_text
from sahelkit.language.texts import words
from sahelkit.models.relation.chance import log_survival, reach
from sahelkit.models.relation.evidence import reach_of
from sahelkit.models.relation.matrix import independent_draws
from sahelkit.models.relation.options import check_day, check_horizons, check_members
from sahelkit.models.relation.posterior import Posterior, posterior_of
from sahelkit.models.relation.prior import Prior
from sahelkit.models.relation.result import QUANTILES, quantile_columns
from sahelkit.models.relation.words import HEADS, diagnostics_line, what_if_sentence
from sahelkit.options import check_language, check_options, check_seed
from sahelkit.plots.relation import plot_what_if
from sahelkit.results.base import Result
from sahelkit.tables.coups import load_coups

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PATHS = ("with", "without", "extra", "ratio")


@dataclass(frozen=True, repr=False)
class WhatIf(Result):
    """Risk paths of some countries with and without one attempt elsewhere, and what then happened.

    Attributes
    ----------
    source : str
        Country of the attempt.
    date : pandas.Timestamp
        Its day.
    targets : tuple of str, length T
        Countries whose risk is followed.
    months : array of int, shape (m + 1,)
        0, 1, ..., horizon.
    values : array, shape (T, m + 1, 4, 5)
        Posterior quantiles (`QUANTILES`) of the `PATHS`: chance of at least one attempt from the day after the
        attempt to so many months later, with and without the attempt (percent), their difference (percentage points)
        and ratio (NaN at month 0).
    mc_error : array, shape (T, m + 1, 4)
        Monte Carlo standard error of the posterior median.
    record : pandas.DataFrame
        Attempts of the source and the targets that followed within the horizon: ``iso3, country, date, outcome,
        months`` after the attempt. It is what happened, not part of the estimate.
    record_until : pandas.Timestamp
        Last day up to which the coder is known to cover the record.
    borders : array of bool, shape (T,)
        Whether the target borders the source.
    n_events, n_countries : int
        Attempts and countries that the parameters are estimated from.
    refit : bool
        Whether the parameters, too, use only what had happened by that day.
    posterior : Posterior
        Draws and diagnostics.
    """

    _index: ClassVar = ("target", "month")
    lacks: ClassVar = {"ax": "the figure has two panels for each country; plot() makes one of its own"}

    source: str
    date: pd.Timestamp
    targets: tuple[str, ...]
    months: Floats
    values: Floats
    mc_error: Floats
    record: pd.DataFrame
    record_until: pd.Timestamp
    borders: Bools
    n_events: int
    n_countries: int
    refit: bool
    posterior: Posterior

    @property
    def rule(self) -> str:
        """Whose list of attempts it rests on."""
        return self.posterior.evidence.rule

    @property
    def horizon(self) -> int:
        """Months followed."""
        return int(self.months[-1])

    def tidy(self) -> pd.DataFrame:
        """One row per target and month: medians and interval bounds of the paths, and sample sizes."""
        per_target = len(self.months)
        return pd.DataFrame(
            {
                "source": self.source,
                "date": self.date,
                "target": np.repeat(self.targets, per_target),
                "month": np.tile(self.months, len(self.targets)),
                "borders": self.borders.repeat(per_target),
                **quantile_columns(self.values, PATHS),
                "mc_error": self.mc_error[..., 2].ravel(),
                "n_events": self.n_events,
                "n_countries": self.n_countries,
                "rule": self.rule,
            }
        )

    def to_xarray(self) -> xr.Dataset:
        """Dataset with ``value`` (target, month, quantity, quantile) and its Monte Carlo error."""
        import xarray as xr

        return xr.Dataset(
            {
                "value": (("target", "month", "quantity", "quantile"), self.values),
                "mc_error": (("target", "month", "quantity"), self.mc_error),
                "borders": (("target",), self.borders),
            },
            coords={
                "target": np.array(self.targets, dtype=object),
                "month": self.months,
                "quantity": np.array(PATHS, dtype=object),
                "quantile": list(QUANTILES),
            },
            attrs={
                "summary": self.headline(),
                "source": self.source,
                "date": f"{self.date:%Y-%m-%d}",
                "rule": self.rule,
                "n_events": self.n_events,
                "n_countries": self.n_countries,
                **self.posterior.window,
                "units": "percent (risks), percentage points (extra), none (ratio)",
            },
        )

    def headline(self, *, lang: Lang | None = None) -> str:
        """Which attempt, what the parameters rest on, and how well the posterior was drawn."""
        lang = check_language(lang)
        say = words(HEADS, lang)
        head = say["path"].format(
            country=places.name(self.source, lang=lang),
            date=f"{self.date:%Y-%m-%d}",
            months=self.horizon,
            n=self.n_events,
            rule=rule_text(self.rule, lang),
            known=say["refit"] if self.refit else self.posterior.window["last"],
        )
        return f"{head}\n{diagnostics_line(self.posterior, lang)}"

    def summary(self, *, lang: Lang | None = None) -> str:
        """The paths at their end, and the record, as plain text."""
        say = words(HEADS, check_language(lang))
        last = self.tidy().query("month == @self.horizon").set_index("target")
        shown = ["without", "with", "extra", "extra_low90", "extra_high90", "ratio", "ratio_low90", "ratio_high90"]
        what = self.record[["country", "date", "outcome", "months"]].to_string(index=False)
        return "\n".join(
            [
                self.headline(lang=lang),
                last[shown].round(2).to_string(),
                say["then"],
                what if len(self.record) else say["nothing"],
            ]
        )

    def says(self, *, lang: Lang | None = None, target: Place | None = None) -> str:
        """One sentence that may be quoted, about one target over the whole horizon.

        Parameters
        ----------
        lang : {"en", "fr"}
            Language.
        target : str or int, optional
            Country; the first when absent.

        Raises
        ------
        UnknownNameError
            If the target is not followed or the language is unknown.
        """
        code = self.targets[0] if target is None else places.resolve(target)
        if code not in self.targets:
            raise UnknownNameError("target", code, self.targets)
        t = self.targets.index(code)
        whole = self.record_until >= self.date + pd.DateOffset(months=self.horizon)
        return what_if_sentence(
            check_language(lang),
            source=self.source,
            target=code,
            date=self.date,
            months=self.horizon,
            extra=self.values[t, -1, 2],
            without=self.values[t, -1, 1, 2],
            followed=list(self.record.loc[self.record["iso3"] == code, "date"]),
            known_until=None if whole else self.record_until,
            borders=bool(self.borders[t]),
            n_events=self.n_events,
            n_countries=self.n_countries,
            rule=self.rule,
        )

    def plot(self, *, ax: Axes | None = None, lang: Lang | None = None) -> Figure:
        """Risk paths with bands and event marks; see `sahelkit.plots.relation.plot_what_if`."""
        if ax is not None:
            raise self._lacking("ax")
        return plot_what_if(self.to_xarray(), self.record, lang=lang)

    def _shown(self, table: pd.DataFrame) -> pd.DataFrame:
        return super()._shown(table[[*self._index, "without", "extra", "extra_low90", "extra_high90"]])


def _day_of_attempt(source: str, date: DateLike, rule: Rule, version: str | None) -> pd.Timestamp:
    """The day of the only attempt in the source that the date names."""
    rows = load_coups(rule=rule, countries=source, version=version)
    known = [f"{day:%Y-%m-%d}" for day in rows["date"]]
    first, last = parse_date(date, what="date"), parse_date(date, what="date", last=True)
    if first is None or last is None:
        raise DateError("date", date, f"which attempt? {places.name(source)} had {', '.join(known) or 'none'}")
    named = rows.loc[rows["date"].between(first, last), "date"]
    if len(named) == 1:
        return pd.Timestamp(named.iloc[0])
    if len(named):
        days = ", ".join(f"{day:%Y-%m-%d}" for day in named)
        raise DateError("date", date, f"{places.name(source)} had {len(named)} attempts then ({days})")
    near = rows.iloc[(rows["date"] - first).abs().argsort()[:1]]["date"]
    close = f"The nearest is {near.iloc[0]:%Y-%m-%d}; other coders may differ, see rule=" if len(near) else ""
    raise UnknownNameError(f"attempt in {places.name(source)} (rule={rule!r})", str(date), known, repair=close)


def what_if(
    source: str | int,
    date: DateLike,
    *,
    horizon: int = 36,
    target: Places = None,
    countries: Places = "west_africa",
    rule: Rule = "powell_thyne",
    start: DateLike = None,
    end: DateLike = None,
    refit: bool = False,
    prior: Prior | None = None,
    draws: int = 1000,
    seed: int = 0,
    n_jobs: int | None = 1,
    version: str | None = None,
) -> WhatIf:
    """Risk paths of other countries after one attempt, and as they would have been without it.

    The history is that known at the end of the day of the attempt; without it, the same history less that one
    attempt. The parameters are those of the whole window, later events included, unless ``refit=True``: then they are
    estimated from what had happened by that day. The model is that of `relation_matrix`, and so are its limits: the
    difference is what the model ascribes to the attempt, not proof of a cause.

    Parameters
    ----------
    source : str or int
        Country of the attempt.
    date : date-like
        Its day under `rule`; a month or year will do where it names one attempt only.
    horizon : int
        Months to follow, from 1 to 60.
    target : str, int or sequence of these, optional
        Countries whose risk is followed; the focus countries but the source when absent.
    countries, rule, start, end, prior, draws, seed, n_jobs, version
        As in `relation_matrix`.
    refit : bool
        Estimate the parameters from the events up to the day of the attempt only.

    Returns
    -------
    WhatIf

    Raises
    ------
    UnknownNameError
        If the country had no attempt on that day under the rule (those it had are listed), or the rule is unknown.
    DateError
        If the date cannot be read or names several attempts.
    OptionError, UnknownPlaceError, ModelError
        As in `relation_matrix`.

    References
    ----------
    Hawkes, A. G., & Oakes, D. (1974). A cluster process representation of a self-exciting process. Journal of Applied
    Probability, 11(3), 493-503. https://doi.org/10.2307/3212693

    Examples
    --------
    >>> path = what_if("Mali", "2012-03-22", horizon=12, countries=["focus", "SEN"], draws=100)
    >>> path.targets
    ('BFA', 'GIN', 'NER', 'CIV')
    >>> path.record[["iso3", "date", "outcome"]].astype(str).to_numpy().tolist()
    [['MLI', '2012-05-01', 'failure']]
    """
    reach_months = check_horizons(horizon)[-1]
    check_options(horizon=horizon, draws=draws, n_jobs=n_jobs)
    check_seed(seed, optional=False)
    code = places.resolve(source)
    window = reach_of(rule, start, end, version=version)
    known = places.chosen(countries, default="west_africa", during=window)
    check_members("source", code, known, window)
    wanted = check_members("target", target, known, window)
    targets = wanted if target is not None else [name for name in wanted if name != code]
    day = _day_of_attempt(code, date, rule, version)
    check_day("date", date, day, window, [code, *targets], version=version)
    drawn = posterior_of(
        countries=countries,
        rule=rule,
        start=start,
        end=f"{day:%Y-%m-%d}" if refit else end,
        prior=prior,
        draws=draws,
        seed=seed,
        n_jobs=n_jobs,
        version=version,
    )
    evidence = drawn.evidence
    origin = float(years(day.to_datetime64())) + 0.5 / DAYS_PER_YEAR
    at = evidence.positions(targets)
    place = evidence.countries.index(code)
    o = evidence.observed
    event = np.flatnonzero((o.place == place) & (np.abs(o.time - origin) < 0.1 / DAYS_PER_YEAR))
    months = tuple(range(reach_months + 1))
    solved = reach(drawn.excitation, at, reach_months)
    survived = log_survival(
        drawn.excitation, drawn.rates, evidence.edges, solved, o, origin, months, without=int(event[0])
    )
    growth = solved.offspring[:, :, :, place].transpose(1, 2, 0)
    without, with_ = -100.0 * np.expm1(survived), -100.0 * np.expm1(survived - growth)
    with np.errstate(invalid="ignore"):
        parts = np.stack([with_, without, with_ - without, with_ / without])
    values = np.quantile(parts, QUANTILES, axis=1).transpose(2, 3, 1, 0)
    error = quantile_errors(np.moveaxis(parts, 1, 0), 0.5, independent=independent_draws(drawn))
    finish = day + pd.DateOffset(months=reach_months)
    return WhatIf(
        source=code,
        date=day,
        targets=tuple(targets),
        months=np.array(months),
        values=np.ascontiguousarray(values),
        mc_error=np.ascontiguousarray(error.transpose(1, 2, 0)),
        record=_record(code, targets, day, finish, rule, version),
        record_until=min(finish, reach_of(rule, None, None, version=version)[1]),
        borders=evidence.weights[at, place] > 0,
        n_events=o.n_events,
        n_countries=len(evidence.countries),
        refit=refit,
        posterior=drawn,
    )


def _record(
    source: str, targets: list[str], day: pd.Timestamp, finish: pd.Timestamp, rule: Rule, version: str | None
) -> pd.DataFrame:
    rows = load_coups(rule=rule, countries=list(dict.fromkeys([source, *targets])), version=version)
    rows = rows[(rows["date"] > day) & (rows["date"] <= finish)].sort_values("date", kind="stable")
    months = (rows["date"] - day).dt.days * 12 / DAYS_PER_YEAR
    out = rows[["iso3", "country", "date", "outcome"]].assign(months=months.round(1))
    return out.reset_index(drop=True)
