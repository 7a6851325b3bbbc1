"""Every published number of the relation room against a plain, slow computation written out here."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from sahelkit.estimation.hawkes.observed import DAYS_PER_YEAR, years
from sahelkit.models import relation
from sahelkit.models.relation import counterfactual, robust, sensitivity
from sahelkit.models.relation.average import quarters
from sahelkit.models.relation.evidence import gather
from sahelkit.models.relation.matrix import matrix_of, overlap
from sahelkit.models.relation.posterior import Posterior
from sahelkit.models.relation.prior import Excitation, Prior, prior_excitation
from sahelkit.models.relation.result import QUANTILES, QUANTITIES

CODES = ["MLI", "GIN", "NER"]
DRAWS, MONTHS = 5, 12
# The chances are solved in steps of half a month, here in steps of a day: they agree to the second order of the former.
SOLVED = {"rtol": 2e-3, "atol": 2e-3}


@pytest.fixture(scope="module")
def posterior():
    """A posterior made by hand: a few draws, none of them like another, so that no axis can be taken for another."""
    evidence = gather(countries=CODES, start="1974", end="2005-12-31")
    rng = np.random.default_rng(3)
    n, periods = len(CODES), len(evidence.edges) - 1
    drawn = Excitation(
        own=rng.uniform(0.1, 0.5, (DRAWS, n)),
        cross=rng.uniform(0.05, 0.4, (DRAWS, n, n)) * evidence.weights,
        own_lag=rng.uniform(0.5, 2.0, DRAWS),
        cross_lag=rng.uniform(0.2, 1.0, DRAWS),
    )
    deviation = rng.normal(size=(DRAWS, n, n)) * np.array([[0.3, 0.5, 0.7], [0.9, 0.4, 1.3], [0.6, 0.8, 0.2]])
    return Posterior(
        evidence=evidence,
        prior=Prior(),
        excitation=drawn,
        rates=rng.uniform(0.02, 0.3, (DRAWS, n, periods)),
        own_level=rng.uniform(size=DRAWS),
        cross_level=rng.uniform(size=DRAWS),
        deviation=deviation,
        spread=rng.uniform(size=(DRAWS, 2)),
        n_kept=100,
        ess=np.full(7, 50.0),
        rhat=1.0,
        diverged=0,
        explosive=0.0,
    )


_KNOWN = []


def _chances(drawn, *key):
    """`_solve`, once for each draw, target, horizon and step."""
    for of, known, p in _KNOWN:
        if of is drawn and known == key:
            return p
    _KNOWN.append((drawn, key, _solve(drawn, *key)))
    return _KNOWN[-1][2]


def _solve(drawn, draw, target, months, steps):
    """Chance that a cluster begun in each country holds an attempt in the target by each age, on a fine grid."""
    size = 1 / 12 / steps
    n = drawn.own.shape[1]
    p = np.zeros((months * steps + 1, n))
    p[0, target] = 1.0
    own, cross = np.zeros(n), np.zeros(n)  # means of the chance over the kernels: they follow it at the pace of the lag
    for at in range(1, len(p)):
        guess = p[at - 1]
        for _ in range(4):
            middle = (p[at - 1] + guess) / 2
            new_own = middle + (own - middle) * np.exp(-size / drawn.own_lag[draw])
            new_cross = middle + (cross - middle) * np.exp(-size / drawn.cross_lag[draw])
            guess = np.empty(n)
            for j in range(n):
                children = drawn.own[draw, j] * new_own[j]
                for k in range(n):
                    if k != j:
                        children += drawn.cross[draw, k, j] * new_cross[k]
                guess[j] = 1 - np.exp(-children)
            guess[target] = 1.0
        own, cross, p[at] = new_own, new_cross, guess
    return p


def _risk(posterior, draw, target, origin, months, *, without=None, extra=None, steps=30):
    """Percent chance of an attempt in the target within the horizon, by integrals over a grid."""
    drawn, e = posterior.excitation, posterior.evidence
    p = _chances(drawn, draw, target, months, steps)[::-1]  # by time: what begins now has the whole horizon before it
    times = np.linspace(0, months / 12, len(p))
    lost = 0.0
    for j in range(len(CODES)):
        column = [
            min(max(int(np.searchsorted(e.edges, origin + t + 1e-6)) - 1, 0), posterior.rates.shape[2] - 1)
            for t in (times[1:] + times[:-1]) / 2
        ]
        middle = (p[1:, j] + p[:-1, j]) / 2
        lost += (posterior.rates[draw, j, column] * middle * np.diff(times)).sum()
    events = [(t, c) for k, (t, c) in enumerate(zip(e.observed.time, e.observed.place, strict=True)) if k != without]
    for when, place in [*events, *([(origin, extra)] if extra is not None else [])]:
        if when > origin:
            continue
        for child in range(len(CODES)):
            alpha = drawn.own[draw, place] if child == place else drawn.cross[draw, child, place]
            lag = drawn.own_lag[draw] if child == place else drawn.cross_lag[draw]
            born = np.exp(-(origin - when + times) / lag)  # share of the children still to come
            lost += alpha * (-np.diff(born) * (p[1:, child] + p[:-1, child]) / 2).sum()
    return 100 * (1 - np.exp(-lost))


def _histories(posterior, source):
    """Attempts of a source, and the quarters before which it had none for a year."""
    o = posterior.evidence.observed
    events = [k for k in range(len(o.time)) if o.counted[k] and o.place[k] == source]
    quiet = [
        day
        for day in quarters(posterior.evidence)
        if not any(c == source and day - 1 < t <= day for t, c in zip(o.time, o.place, strict=True))
    ]
    return events, quiet


def _averages(posterior, source, target):
    """With, without and other times for each draw, averaged as the docstring of the matrix says."""
    o = posterior.evidence.observed
    events, quiet = _histories(posterior, source)
    out = np.zeros((DRAWS, 3))
    for draw in range(DRAWS):
        out[draw, 0] = np.mean([_risk(posterior, draw, target, o.time[k], MONTHS) for k in events])
        out[draw, 1] = np.mean([_risk(posterior, draw, target, o.time[k], MONTHS, without=k) for k in events])
        out[draw, 2] = np.mean([_risk(posterior, draw, target, day, MONTHS, steps=6) for day in quiet])
    return out.T, len(events)


@pytest.fixture(scope="module")
def matrix(posterior):
    return matrix_of(posterior, ["MLI", "NER"], CODES, (MONTHS,), seed=4)


@pytest.mark.parametrize(("source", "target"), [("MLI", "GIN"), ("NER", "NER"), ("NER", "MLI")])
def test_entries_of_the_matrix(posterior, matrix, source, target):
    s, t = CODES.index(source), CODES.index(target)
    (with_, without, other), attempts = _averages(posterior, s, t)
    wanted = {
        "with": with_,
        "without": without,
        "extra": with_ - without,
        "ratio": with_ / without,
        "other_times": other,
        "conditional_extra": with_ - other,
        "conditional_ratio": with_ / other,
        "shared": without - other,
    }
    row = matrix.to_xarray().sel(source=source, target=target, horizon=MONTHS)
    assert int(row["n_attempts"]) == attempts
    for name in QUANTITIES:
        np.testing.assert_allclose(
            row["value"].sel(quantity=name), np.quantile(wanted[name], QUANTILES), rtol=5e-3, atol=2e-2, err_msg=name
        )
    extra = row["value"].sel(quantity="extra").values
    np.testing.assert_allclose(extra, np.quantile(wanted["extra"], QUANTILES), **SOLVED)


def test_histories_averaged_over(posterior, matrix):
    from sahelkit.models.relation.average import average_risks

    places = np.array([0, 2])
    risks = average_risks(posterior.evidence, posterior.excitation, posterior.rates, places, places, (MONTHS,))
    for at, source in enumerate(places):
        assert (risks.n_attempts[at], risks.n_quarters[at]) == tuple(map(len, _histories(posterior, source)))
    first = pd.Timestamp("1974-01-01")
    days = [years(first + pd.DateOffset(months=3 * k)) for k in range(4 * 32)]
    np.testing.assert_allclose(quarters(posterior.evidence), np.array(days, dtype=float))


def test_inserted_attempt(posterior):
    day = float(years("1995-06-30")) + 1 / DAYS_PER_YEAR
    found = matrix_of(posterior, ["GIN"], ["NER"], (MONTHS,), origin=day).values[0, 0, 0]
    with_ = [_risk(posterior, draw, 2, day, MONTHS, extra=1) for draw in range(DRAWS)]
    without = [_risk(posterior, draw, 2, day, MONTHS) for draw in range(DRAWS)]
    np.testing.assert_allclose(found[0], np.quantile(with_, QUANTILES), **SOLVED)
    np.testing.assert_allclose(found[1], np.quantile(without, QUANTILES), **SOLVED)
    np.testing.assert_allclose(found[2], np.quantile(np.subtract(with_, without), QUANTILES), **SOLVED)
    assert np.isnan(found[4:]).all()


def test_share_of_the_prior(posterior, matrix, monkeypatch):
    """It compares the extra under draws of the prior with the extra under those of the posterior."""
    given = []
    monkeypatch.setattr(relation.matrix, "overlap", lambda *sides: given.append(sides) or overlap(*sides))
    matrix_of(posterior, ["NER"], ["MLI"], (MONTHS,), seed=4)
    believed = prior_excitation(posterior.prior, posterior.evidence.weights, DRAWS, np.random.SeedSequence([4, 1]))
    o = posterior.evidence.observed
    events = np.flatnonzero(o.counted & (o.place == 2))
    for side, found in zip((replace(posterior, excitation=believed), posterior), given[0], strict=True):
        extra = [
            np.mean(
                [
                    _risk(side, draw, 0, o.time[k], MONTHS) - _risk(side, draw, 0, o.time[k], MONTHS, without=k)
                    for k in events
                ]
            )
            for draw in range(DRAWS)
        ]
        np.testing.assert_allclose(found[:, 0, 0, 0], extra, rtol=5e-3, atol=5e-3)
        if side is not posterior:
            np.testing.assert_allclose(matrix.prior_extra[1, 0, 0], np.quantile(extra, QUANTILES), rtol=5e-3, atol=5e-3)


def test_overlap_is_what_two_histograms_have_in_common():
    rng = np.random.default_rng(2)
    first, second = rng.normal(size=(300, 1)), rng.normal(0.7, 1.5, size=(300, 1))
    cuts = np.quantile(np.concatenate([first, second]), np.arange(1, 20) / 20)
    shared = 0.0
    for low, high in pairwise([-np.inf, *cuts, np.inf]):
        shared += min(np.mean([low <= value < high for value in side[:, 0]]) for side in (first, second))
    assert overlap(first, second)[0] == pytest.approx(shared)
    assert 0.5 < shared < 0.9
    assert np.isnan(overlap(first * np.nan, second)[0])


def test_share_of_the_prior_in_a_pair_is_its_variance(posterior, matrix):
    for s, source in enumerate([0, 2]):
        for target in range(3):
            values = [posterior.deviation[draw, target, source] for draw in range(DRAWS)]
            variance = sum((value - sum(values) / DRAWS) ** 2 for value in values) / DRAWS
            assert matrix.pair_prior_share[s, target] == pytest.approx(min(variance, 1.0))
            assert matrix.borders[s, target] == (posterior.evidence.weights[target, source] > 0)


def test_paths_of_what_if(posterior, monkeypatch):
    monkeypatch.setattr(counterfactual, "posterior_of", lambda **_: posterior)
    path = counterfactual.what_if("NER", "1996-01-27", horizon=6, target=["MLI"], countries=CODES, end="2005-12-31")
    o = posterior.evidence.observed
    origin = float(years("1996-01-27")) + 0.5 / DAYS_PER_YEAR
    (event,) = np.flatnonzero((o.place == 2) & (np.abs(o.time - origin) < 1e-6))
    for month in (1, 6):
        with_ = np.array([_risk(posterior, draw, 0, origin, month) for draw in range(DRAWS)])
        without = np.array([_risk(posterior, draw, 0, origin, month, without=event) for draw in range(DRAWS)])
        for at, wanted in enumerate((with_, without, with_ - without, with_ / without)):
            np.testing.assert_allclose(path.values[0, month, at], np.quantile(wanted, QUANTILES), **SOLVED)
    assert path.values[0, 0, :3].tolist() == np.zeros((3, 5)).tolist()
    near = path.record.assign(days=(path.record["date"] - path.date).dt.days)
    assert near["months"].tolist() == pytest.approx((near["days"] * 12 / 365.25).round(1).tolist())
    assert near["days"].between(1, 183).all()


def _base(posterior):
    """Mean over the draws of what is expected at each attempt without contagion."""
    e, o, drawn = posterior.evidence, posterior.evidence.observed, posterior.excitation
    out = []
    for k in np.flatnonzero(o.counted):
        year = min(int(1970 + o.time[k]) - 1974, posterior.rates.shape[2] - 1)
        assert e.edges[year] < o.time[k] <= e.edges[year + 1]
        total = 0.0
        for draw in range(DRAWS):
            total += posterior.rates[draw, o.place[k], year]
            for j in range(len(o.time)):
                if o.place[j] == o.place[k] and o.time[j] < o.time[k]:
                    lag = drawn.own_lag[draw]
                    total += drawn.own[draw, o.place[k]] * np.exp(-(o.time[k] - o.time[j]) / lag) / lag
        out.append(total / DRAWS)
    return np.array(out)


LAGS = (1 / 12, 3 / 12, 6 / 12, 1.0, 2.0, 3.0)


def _gain_at(posterior, weights, base, lag):
    """Largest gain in log-likelihood by contagion with one lag along a map, over strengths."""
    o, w = posterior.evidence.observed, posterior.evidence.observed.windows
    later = np.flatnonzero(o.counted)
    best = 0.0
    felt = np.zeros(len(later))
    for at, k in enumerate(later):
        for j in range(len(o.time)):
            if o.time[j] < o.time[k]:
                felt[at] += weights[o.place[k], o.place[j]] * np.exp(-(o.time[k] - o.time[j]) / lag) / lag
    expected = 0.0
    for j in range(len(o.time)):
        for place, start, end in zip(w.place, w.start, w.end, strict=True):
            if end > o.time[j]:
                age = max(start - o.time[j], 0.0), end - o.time[j]
                expected += weights[place, o.place[j]] * (np.exp(-age[0] / lag) - np.exp(-age[1] / lag))
    for step in range(25):
        strength = 0.6 * step / 24
        share = 1 - strength * expected / len(later)  # the expected number of attempts stays as it was
        if share > 0.05:
            gain = sum(np.log(share * base[at] + strength * felt[at]) - np.log(base[at]) for at in range(len(base)))
            best = max(best, gain)
    return best


def test_p_value_of_the_map(posterior):
    """With three countries there are six orders; on a map with one tie they are six different maps."""
    weights = np.array([[0.0, 0.9, 0.0], [0.1, 0.0, 0.3], [0.0, 0.6, 0.0]])
    drawn = replace(posterior, evidence=replace(posterior.evidence, weights=weights))
    base = _base(drawn)
    np.testing.assert_allclose(robust._without_contagion(drawn), base, rtol=1e-12)
    rng = np.random.default_rng(np.random.SeedSequence([7, 2]))
    orders = [np.arange(3), *(rng.permutation(3) for _ in range(29))]
    gains = [max(_gain_at(drawn, weights[np.ix_(order, order)], base, lag) for lag in LAGS) for order in orders]
    assert len({round(gain, 9) for gain in gains}) > 3
    real = sum(gain >= gains[0] - 1e-9 for gain in gains) / len(gains)
    assert 0.1 < real < 0.9
    assert robust.map_p_value(drawn, replicates=29, seed=7) == pytest.approx(real)


@pytest.mark.parametrize("lag", LAGS)
def test_gain_of_each_map(posterior, lag):
    """The value itself, not only its rank, at every lag: the base is so low that long lags gain too."""
    weights = np.array([[0.0, 0.9, 0.0], [0.1, 0.0, 0.3], [0.0, 0.6, 0.0]])
    base = 0.2 * _base(posterior)
    maps = np.stack([weights, weights.T, 0.5 * weights, np.zeros((3, 3))])
    found = robust._gain(posterior.evidence, base, maps, *robust._kernels(posterior.evidence, lag))
    wanted = [_gain_at(posterior, tie, base, lag) for tie in maps]
    assert found.tolist() == pytest.approx(wanted, abs=1e-9)
    assert wanted[0] > wanted[3] == 0.0


def test_medians_of_the_checks(posterior, matrix, monkeypatch):
    """The refits behind the robustness table give the median of the same extra, in its place."""
    monkeypatch.setattr(robust, "draw_posterior", lambda *_, **__: posterior)
    table = robust._medians(posterior.evidence, None, ("MLI", "SEN", "NER"), ("NER", "GIN"), (MONTHS,), None, 0)
    assert table[["source", "target"]].agg("-".join, axis=1).tolist() == ["MLI-NER", "MLI-GIN", "NER-NER", "NER-GIN"]
    wanted = matrix.to_xarray()["value"].sel(quantity="extra", quantile=0.5, horizon=MONTHS)
    for row in table.itertuples():
        assert row.extra == pytest.approx(float(wanted.sel(source=row.source, target=row.target)))
    on = pd.Timestamp("1995-06-30")
    day = float(years("1995-06-30")) + 1 / DAYS_PER_YEAR
    dated = robust._medians(posterior.evidence, None, ("GIN",), ("NER",), (MONTHS,), on, 0)
    assert dated["extra"].tolist() == [
        pytest.approx(matrix_of(posterior, ["GIN"], ["NER"], (12,), origin=day).values[0, 0, 0, 2, 2])
    ]


def test_rows_of_the_sensitivity(posterior, monkeypatch):
    monkeypatch.setattr(sensitivity, "draw_posterior", lambda *_, **__: posterior)
    table = sensitivity.prior_sensitivity(
        source="NER", target=["MLI"], scales={"cross": (0.1,)}, countries=CODES, start="1974", end="2005-12-31", seed=4
    )
    found = matrix_of(posterior, ["NER"], ["MLI"], (12,), seed=4)
    assert table["scale"].tolist() == ["documented", "cross"]
    assert np.isnan(table["value"][0])
    assert table["value"][1] == 0.1
    for row in table.itertuples():
        contagion = [row.contagion_low90, row.contagion, row.contagion_high90]
        assert contagion == pytest.approx(np.quantile(posterior.cross_level, [0.05, 0.5, 0.95]).tolist())
        assert [row.extra_low90, row.extra, row.extra_high90] == found.values[0, 0, 0, 2, [0, 2, 4]].tolist()
        assert (row.prior_extra, row.prior_share) == (found.prior_extra[0, 0, 0, 2], found.prior_share[0, 0, 0])
