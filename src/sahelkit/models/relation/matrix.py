"""How risk in one country relates to attempts in another: the relation matrix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from sahelkit._types import DateLike, Floats, Places, Rule
from sahelkit.dates import parse_date
from sahelkit.estimation.hawkes.observed import DAYS_PER_YEAR, years
from sahelkit.estimation.replicates import jackknife_error, quantile_errors
from sahelkit.exposure.weights import spatial_weights
from sahelkit.geography import places
from sahelkit.models.relation.average import Risks, average_risks
from sahelkit.models.relation.evidence import reach_of
from sahelkit.models.relation.options import check_day, check_horizons, check_members
from sahelkit.models.relation.posterior import Posterior, posterior_of
from sahelkit.models.relation.prior import Prior, given_prior, prior_excitation
from sahelkit.models.relation.result import QUANTILES, RelationMatrix
from sahelkit.models.relation.robust import robustness_table
from sahelkit.options import check_options, check_seed

_BINS = 20


def relation_matrix(
    *,
    source: Places = "focus",
    target: Places = "focus",
    horizon: int | Sequence[int] = (12, 24, 36),
    countries: Places = "west_africa",
    rule: Rule = "powell_thyne",
    start: DateLike = None,
    end: DateLike = None,
    on: DateLike = None,
    prior: Prior | None = None,
    draws: int = 1000,
    seed: int = 0,
    n_jobs: int | None = 1,
    robustness: bool = False,
    version: str | None = None,
) -> RelationMatrix:
    """Extra probability of an attempt in each target country after an attempt in each source country.

    The model is a network Hawkes process: the rate of attempts in country i is a baseline (country effect, smooth
    calendar time), plus what its own past attempts set off, plus what attempts of its land neighbours set off,
    ``alpha_ij = alpha_x W_ij exp(eta_ij)``. The deviations ``eta_ij`` of the pairs are pooled towards zero, with a
    spread learned from the data, because 36 attempts cannot tell 20 pairs apart; the diagonal is the country's own
    coup trap, pooled likewise. The posterior is drawn by Hamiltonian Monte Carlo. Given the parameters, the
    probability of at least one attempt within the horizon is computed exactly, chains through third countries
    included, without simulation (see `sahelkit.models.relation.chance`).

    Two comparisons are made. Interventional: the histories at the source's attempts, with the attempt and with it
    alone taken away (or, with ``on=``, an attempt inserted on that day). Conditional: the same histories with the
    attempt, against other times, the quarters before which the source had been quiet for a year. Their difference is
    what shared conditions explain. An intervention in the model is causal only as far as the model is: a cause shared
    by two countries that comes and goes within a few years looks like contagion.

    No attempt lowers a risk in this model, so the interventional extra is above zero by construction: an interval
    that stays above zero is no finding. Read how far up it reaches, and `prior_share`.

    Countries without a common border (Guinea and Niger, for example) have no direct tie in the model; what
    extra probability they have came through third countries.

    Parameters
    ----------
    source, target : str, int or sequence of these
        Countries or place sets, among those of the model.
    horizon : int or sequence of int
        Months, from 1 to 60.
    countries : str, int or sequence of these
        Countries of the model: those that the parameters are estimated from.
    rule : str
        Which attempts count, as in `sahelkit.load_coups`.
    start, end : date-like, optional
        Window of the estimation; 1960, or the coder's first day, to the coder's last day when absent.
    on : date-like, optional
        Day at the end of which an attempt is inserted, given the history to that day. The parameters are those of the
        whole window; set `end` to the same day to use only what had happened by then. The average over the source's
        actual attempts when absent. It lies in the window, and the sources and targets are states on it.
    prior : Prior, optional
        The documented prior (`sahelkit.models.relation.Prior`) when absent.
    draws : int
        Draws of the posterior, from 100.
    seed, n_jobs : int
        Seed, and processes; the numbers do not depend on the number of processes.
    robustness : bool
        Also estimate without each country in turn, under each coder, and against shuffled maps: about 21 further
        estimates, a minute or two.
    version : str, optional
        Data version.

    Returns
    -------
    RelationMatrix

    Raises
    ------
    OptionError
        If a horizon, `draws` or a scale of the prior is out of range, or a country is not in the model.
    UnknownPlaceError, UnknownNameError, DateError
        If a country, rule or date cannot be read, or `on` lies outside the window of the model.
    ModelError
        If there is no event or fewer than two countries, or hardly anything of the prior is stationary.

    References
    ----------
    Hawkes, A. G. (1971). Spectra of some self-exciting and mutually exciting point processes. Biometrika, 58(1),
    83-90. https://doi.org/10.1093/biomet/58.1.83

    Hawkes, A. G., & Oakes, D. (1974). A cluster process representation of a self-exciting process. Journal of Applied
    Probability, 11(3), 493-503. https://doi.org/10.2307/3212693

    Examples
    --------
    >>> found = relation_matrix(source="MLI", horizon=12, countries=["focus", "SEN"], draws=100)
    >>> found.to_xarray()["value"].dims
    ('source', 'target', 'horizon', 'quantity', 'quantile')
    >>> bool(found.tidy().query("target != 'MLI'")["extra"].between(0, 10).all())
    True
    """
    check_options(draws=draws, n_jobs=n_jobs)
    check_seed(seed, optional=False)
    horizons = check_horizons(horizon)
    day = parse_date(on, what="on", last=True)
    window = reach_of(rule, start, end, version=version)
    known = places.chosen(countries, default="west_africa", during=window)
    sources, targets = (check_members(*given, known, window) for given in (("source", source), ("target", target)))
    if day is not None:
        check_day("on", on, day, window, [*sources, *targets], version=version)
    # Before the long work: a prior that cannot be drawn from.
    prior_excitation(
        given_prior(prior), spatial_weights(known, version=version).to_numpy(), 100, np.random.SeedSequence(seed)
    )
    drawn = posterior_of(
        countries=countries,
        rule=rule,
        start=start,
        end=end,
        prior=prior,
        draws=draws,
        seed=seed,
        n_jobs=n_jobs,
        version=version,
    )
    origin = None if day is None else float(years(day.to_datetime64())) + 1.0 / DAYS_PER_YEAR
    found = replace(matrix_of(drawn, sources, targets, horizons, origin=origin, seed=seed), on=day)
    if not robustness:
        return found
    checks = robustness_table(found, rule=rule, start=start, end=end, prior=prior, on=day, seed=seed, n_jobs=n_jobs)
    return replace(found, robustness=checks)


def matrix_of(
    drawn: Posterior,
    sources: Sequence[str],
    targets: Sequence[str],
    horizons: tuple[int, ...],
    *,
    origin: float | None = None,
    seed: int = 0,
) -> RelationMatrix:
    """Relation matrix from draws of the posterior."""
    check_seed(seed, optional=False)
    evidence = drawn.evidence
    s, t = evidence.positions(sources), evidence.positions(targets)
    risks = average_risks(evidence, drawn.excitation, drawn.rates, s, t, horizons, on=origin)
    values, error, end_error = summarise(risks, independent_draws(drawn))
    entropy = np.random.SeedSequence([seed, 1])
    believed = prior_excitation(drawn.prior, evidence.weights, len(drawn), entropy)
    blind = average_risks(evidence, believed, drawn.rates, s, t, horizons, on=origin, others=False)
    before, after = blind.with_ - blind.without, risks.with_ - risks.without
    variance = drawn.deviation.var(axis=0)
    return RelationMatrix(
        sources=tuple(sources),
        targets=tuple(targets),
        horizons=horizons,
        values=values,
        mc_error=error,
        end_error=end_error,
        prior_extra=np.moveaxis(np.quantile(before, QUANTILES, axis=0), 0, -1),
        prior_share=overlap(before, after),
        prior_share_error=jackknife_error(
            lambda both: overlap(both[:, 0], both[:, 1]), np.stack([before, after], axis=1)
        ),
        pair_prior_share=np.minimum(variance[t][:, s].T, 1.0),
        borders=(evidence.weights[t][:, s] > 0).T,
        n_attempts=risks.n_attempts,
        n_events=evidence.observed.n_events,
        n_countries=len(evidence.countries),
        on=None,
        posterior=drawn,
    )


def independent_draws(drawn: Posterior) -> float:
    """Effective number of independent draws that the Monte Carlo errors are reckoned with."""
    return float(min(len(drawn), drawn.ess.min()))


def summarise(risks: Risks, independent: float) -> tuple[Floats, Floats, Floats]:
    """Quantiles, shape (S, T, H, 8, 5), and the Monte Carlo errors of median and ends, (S, T, H, 8) and (..., 2)."""
    with_, without, other = risks.with_, risks.without, risks.other
    parts = np.stack(
        [
            with_,
            without,
            with_ - without,
            with_ / without,
            other,
            with_ - other,
            with_ / other,
            without - other,
        ]
    )
    values = np.quantile(parts, QUANTILES, axis=1)
    low, error, high = (
        quantile_errors(np.moveaxis(parts, 1, 0), share, independent=independent).transpose(1, 2, 3, 0)
        for share in (QUANTILES[0], 0.5, QUANTILES[-1])
    )
    return np.ascontiguousarray(values.transpose(2, 3, 4, 1, 0)), error, np.stack([low, high], axis=-1)


def overlap(first: Floats, second: Floats) -> Floats:
    """Overlap coefficient of two samples, in bins that hold equal shares of both together.

    Parameters
    ----------
    first, second : array, shape (D, ...)

    Returns
    -------
    array, shape (...)
        From 0 (apart) to 1 (the same); two samples of 1,000 from one distribution give about 0.95. NaN where a
        sample has NaN.

    Examples
    --------
    >>> x = np.linspace(0, 1, 1000)[:, None]
    >>> float(overlap(x, x)[0]), float(overlap(x, x + 2)[0]), float(overlap(x, x + 0.5)[0].round(2))
    (1.0, 0.0, 0.5)
    """
    flat = [sample.reshape(len(sample), -1) for sample in (first, second)]
    out = np.full(flat[0].shape[1], np.nan)
    for column in range(len(out)):
        a, b = flat[0][:, column], flat[1][:, column]
        if np.isnan(a).any() or np.isnan(b).any():
            continue
        inner = np.quantile(np.concatenate([a, b]), np.linspace(0, 1, _BINS + 1)[1:-1])
        shares = [np.bincount(np.searchsorted(inner, x, side="right"), minlength=_BINS) / len(x) for x in (a, b)]
        out[column] = np.minimum(*shares).sum()
    return np.asarray(np.minimum(out, 1.0).reshape(first.shape[1:]))
