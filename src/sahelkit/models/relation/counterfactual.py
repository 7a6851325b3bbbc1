"""The risk with one coup and without it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sahelkit._types import DateLike, Floats, Lang, Places, Rule
from sahelkit.dates import parse_date
from sahelkit.errors import DateError, UnknownNameError
from sahelkit.estimation.hawkes.observed import DAYS_PER_YEAR, years
from sahelkit.estimation.replicates import quantile_errors
from sahelkit.geography import places
from sahelkit.models.relation.chance import log_survival, reach
from sahelkit.models.relation.evidence import reach_of
from sahelkit.models.relation.matrix import independent_draws, positions
from sahelkit.models.relation.options import check_day, check_horizons, check_members, model_countries
from sahelkit.models.relation.posterior import Posterior, posterior_of
from sahelkit.models.relation.prior import Prior
from sahelkit.models.relation.result import QUANTILES
from sahelkit.options import check_language, check_options, check_seed
from sahelkit.tables.coups import load_coups

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

PATHS = ("with", "without", "extra", "ratio")


@dataclass(frozen=True)
class WhatIf:
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

    source: str
    date: pd.Timestamp
    targets: tuple[str, ...]
    months: Floats = field(repr=False)
    values: Floats = field(repr=False)
    mc_error: Floats = field(repr=False)
    record: pd.DataFrame = field(repr=False)
    record_until: pd.Timestamp
    borders: np.ndarray[tuple[int, ...], np.dtype[np.bool_]] = field(repr=False)
    n_events: int
    n_countries: int
    refit: bool
    posterior: Posterior = field(repr=False)

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
        rows = []
        for t, target in enumerate(self.targets):
            for at, month in enumerate(self.months):
                row: dict[str, object] = {
                    "source": self.source,
                    "date": self.date,
                    "target": target,
                    "month": int(month),
                    "borders": bool(self.borders[t]),
                }
                for q, name in enumerate(PATHS):
                    for label, value in zip(
                        ("_low90", "_low50", "", "_high50", "_high90"), self.values[t, at, q], strict=True
                    ):
                        row[f"{name}{label}"] = value
                row |= {
                    "mc_error": self.mc_error[t, at, 2],
                    "n_events": self.n_events,
                    "n_countries": self.n_countries,
                    "rule": self.rule,
                }
                rows.append(row)
        return pd.DataFrame(rows)

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
                "target": list(self.targets),
                "month": self.months,
                "quantity": list(PATHS),
                "quantile": list(QUANTILES),
            },
            attrs={
                "source": self.source,
                "date": f"{self.date:%Y-%m-%d}",
                "rule": self.rule,
                "units": "percent (risks), percentage points (extra), none (ratio)",
            },
        )

    def summary(self) -> str:
        """The paths at their end, and the record, as plain text."""
        from sahelkit.models.relation.wording import diagnostics_line

        last = self.tidy().query("month == @self.horizon").set_index("target")
        shown = ["without", "with", "extra", "extra_low90", "extra_high90", "ratio", "ratio_low90", "ratio_high90"]
        known = "that day" if self.refit else f"{self.posterior.evidence.last:%Y-%m-%d}"
        what = self.record[["country", "date", "outcome", "months"]].to_string(index=False)
        return "\n".join(
            [
                f"{places.name(self.source)}, {self.date:%Y-%m-%d}: chance of an attempt within {self.horizon} "
                "months (percent)",
                f"history to that day; parameters from {self.n_events} attempts ({self.rule}) known on {known}",
                diagnostics_line(self.posterior),
                last[shown].round(2).to_string(),
                "what then happened:",
                what if len(self.record) else "no further attempt in these countries",
            ]
        )

    def says(self, *, lang: Lang | None = None, target: str | None = None) -> str:
        """One sentence that may be quoted, about one target (the first when absent) over the whole horizon."""
        lang = check_language(lang)
        from sahelkit.models.relation.wording import what_if_sentence

        return what_if_sentence(self, places.resolve(target) if target else self.targets[0], lang)

    def plot(self, *, lang: Lang | None = None) -> Figure:
        """Risk paths with bands and event marks; see `sahelkit.plots.relation.plot_what_if`."""
        lang = check_language(lang)
        from sahelkit.plots.relation import plot_what_if

        figure: Figure = plot_what_if(self, lang=lang)
        return figure


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
    known = model_countries(countries)
    check_members("source", code, known)
    wanted = check_members("target", target, known)
    targets = wanted if target is not None else [name for name in wanted if name != code]
    day = _day_of_attempt(code, date, rule, version)
    opens, closes = (pd.Timestamp(bound) for bound in reach_of(rule, start, end, version=version))
    check_day("date", date, day, (opens, closes), [code, *targets], version=version)
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
    at = positions(evidence.countries, targets)
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
        record_until=min(finish, _covered_until(rule, version)),
        borders=evidence.weights[at, place] > 0,
        n_events=o.n_events,
        n_countries=len(evidence.countries),
        refit=refit,
        posterior=drawn,
    )


def _covered_until(rule: Rule, version: str | None) -> pd.Timestamp:
    return pd.Timestamp(reach_of(rule, None, None, version=version)[1])


def _record(
    source: str, targets: list[str], day: pd.Timestamp, finish: pd.Timestamp, rule: Rule, version: str | None
) -> pd.DataFrame:
    rows = load_coups(rule=rule, countries=list(dict.fromkeys([source, *targets])), version=version)
    rows = rows[(rows["date"] > day) & (rows["date"] <= finish)].sort_values("date", kind="stable")
    months = (rows["date"] - day).dt.days * 12 / DAYS_PER_YEAR
    out = rows[["iso3", "country", "date", "outcome"]].assign(months=months.round(1))
    return out.reset_index(drop=True)
