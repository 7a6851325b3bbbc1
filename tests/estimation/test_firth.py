"""Firth's method against R's logistf, closed forms and brute-force maximisation by other code."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, stats

from sahelkit.errors import UnknownNameError
from sahelkit.estimation.corrections import flac, flic, pseudo_events
from sahelkit.estimation.firth import firth_maximise, penalised_lr, profile_interval
from sahelkit.estimation.links import chances, row_terms
from sahelkit.estimation.newton import maximise

SEX2 = ("const", "age", "oc", "vic", "vicl", "vis", "dia")
FOUND_BY_NELDER_MEAD = 1e-5  # a simplex search stops when its points are this close


def _sex2(reference_dir):
    frame = pd.read_csv(reference_dir / "firth/sex2.csv").assign(const=1.0)
    return frame[list(SEX2)].to_numpy(float), frame["case"].to_numpy(float)


@pytest.mark.reference
def test_coefficients_errors_and_likelihood_of_sex2(reference, reference_dir):
    design, outcome = _sex2(reference_dir)
    fit = firth_maximise(design, outcome, link="logit")
    case = reference("firth.sex2")
    assert dict(zip(SEX2, fit.coef, strict=True)) == pytest.approx(case["expected"], abs=case["tol"])
    case = reference("firth.sex2.se_info")
    errors = np.sqrt(np.diag(np.linalg.inv(fit.information)))
    assert dict(zip(SEX2, errors, strict=True)) == pytest.approx(case["expected"], abs=case["tol"])
    case = reference("firth.sex2.loglik")
    assert fit.loglik == pytest.approx(case["expected"], abs=case["tol"])


@pytest.mark.reference
@pytest.mark.parametrize("term", SEX2)
def test_profile_intervals_and_tests_of_sex2(reference, reference_dir, term):
    design, outcome = _sex2(reference_dir)
    place = SEX2.index(term)
    case = reference("firth.sex2.pl_ci")
    found = profile_interval(design, outcome, place, link="logit")
    assert found == pytest.approx(tuple(case["expected"][term]), abs=case["tol"])
    case = reference("firth.sex2.lrt_p")
    _, freedom, p_value = penalised_lr(design, outcome, [place], link="logit")
    assert freedom == 1
    assert p_value == pytest.approx(case["expected"][term], abs=case["tol"])


@pytest.mark.reference
def test_table_of_the_reference_list(reference):
    case = reference("firth.closed_form")
    x = np.column_stack([np.ones(6), [0, 0, 0, 1, 1, 1]])
    fit = firth_maximise(x, np.array([0.0, 0, 0, 1, 1, 1]), link="logit")
    expected = [case["expected"]["intercept"], case["expected"]["slope"]]
    assert fit.coef == pytest.approx(expected, abs=case["tol"])


@pytest.mark.parametrize("cells", [(5, 0, 3, 4), (9, 1, 9, 1), (1, 30, 0, 40)])
def test_logit_on_a_table_adds_half_an_event_to_each_cell(cells):
    x = np.repeat([[1.0, 0], [1, 0], [1, 1], [1, 1]], cells, axis=0)
    y = np.repeat([0.0, 1.0, 0.0, 1.0], cells)
    a, b, c, d = (cell + 0.5 for cell in cells)
    fit = firth_maximise(x, y, link="logit")
    assert fit.coef == pytest.approx([np.log(b / a), np.log(d / c) - np.log(b / a)], abs=1e-8)


def _penalised_by_hand(coef, design, outcome, link):
    """Penalised log-likelihood written out with no code of the package."""
    total, information = 0.0, np.zeros((design.shape[1],) * 2)
    for row, event in zip(design, outcome, strict=True):
        eta = float(row @ coef)
        if link == "logit":
            chance = 1 / (1 + np.exp(-eta))
            slope = chance * (1 - chance)
        else:
            chance = 1 - np.exp(-np.exp(eta))
            slope = np.exp(eta - np.exp(eta))
        total += np.log(chance if event else 1 - chance)
        information += np.outer(row, row) * slope**2 / (chance * (1 - chance))
    return total + 0.5 * np.log(np.linalg.det(information))


@pytest.mark.parametrize("link", ["cloglog", "logit"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_is_the_maximum_found_by_brute_force(link, seed):
    rng = np.random.default_rng(seed)
    design = np.column_stack([np.ones(60), rng.normal(size=60), rng.integers(0, 2, 60)])
    outcome = (rng.random(60) < 0.15).astype(float)
    if seed == 3:
        outcome[design[:, 2] > 0] = 0.0  # separated: only the penalty keeps the estimate finite
    fit = firth_maximise(design, outcome, link=link)
    options = {"xatol": 1e-8, "fatol": 1e-12, "maxiter": 4000, "maxfev": 4000}
    best = optimize.minimize(
        lambda b: -_penalised_by_hand(b, design, outcome, link), [-1.5, 0, 0], method="Nelder-Mead", options=options
    )
    assert fit.coef == pytest.approx(best.x, abs=FOUND_BY_NELDER_MEAD)
    assert fit.loglik == pytest.approx(-best.fun, abs=1e-9)
    assert fit.hat.sum() == pytest.approx(3)


@pytest.mark.parametrize("link", ["cloglog", "logit"])
def test_profile_ends_lie_where_the_profile_found_by_brute_force_has_fallen(link):
    rng = np.random.default_rng(5)
    design = np.column_stack([np.ones(50), rng.normal(size=50)])
    outcome = (rng.random(50) < 0.2).astype(float)
    fit = firth_maximise(design, outcome, link=link)
    for end in profile_interval(design, outcome, 1, link=link, level=0.9):
        held = optimize.minimize_scalar(
            lambda a, end=end: -_penalised_by_hand([a, end], design, outcome, link), bounds=(-8, 4), method="bounded"
        )
        assert 2 * (fit.loglik + held.fun) == pytest.approx(stats.chi2.ppf(0.9, 1), abs=1e-5)


def test_weights_are_repeated_rows():
    x = np.array([[1.0, 0], [1, 1], [1, 2]])
    y, many = np.array([0.0, 1, 1]), np.array([4.0, 2, 3])
    plain = firth_maximise(np.repeat(x, [4, 2, 3], axis=0), np.repeat(y, [4, 2, 3]), link="cloglog")
    assert firth_maximise(x, y, link="cloglog", weights=many).coef == pytest.approx(plain.coef, abs=1e-9)


def test_two_conventions_of_the_ratio_test_differ_and_are_named():
    rng = np.random.default_rng(1)
    design = np.column_stack([np.ones(40), rng.normal(size=40), rng.normal(size=40)])
    outcome = (rng.random(40) < 0.3).astype(float)
    full = penalised_lr(design, outcome, [1, 2], link="logit")
    reduced = penalised_lr(design, outcome, [1, 2], link="logit", convention="reduced")
    best = firth_maximise(design, outcome, link="logit").loglik
    alone = firth_maximise(design[:, :1], outcome, link="logit").loglik
    assert full[1] == reduced[1] == 2
    assert reduced[0] == pytest.approx(2 * (best - alone))
    held = optimize.minimize_scalar(lambda a: -_penalised_by_hand([a, 0, 0], design, outcome, "logit"))
    assert full[0] == pytest.approx(2 * (best + held.fun), abs=1e-6)
    with pytest.raises(UnknownNameError, match="Did you mean 'reduced'"):
        penalised_lr(design, outcome, [1], link="logit", convention="reduce")


@pytest.mark.parametrize("link", ["cloglog", "logit"])
def test_penalty_equals_its_pseudo_rows(link):
    rng = np.random.default_rng(2)
    design = np.column_stack([np.ones(80), rng.normal(size=80)])
    outcome = (rng.random(80) < 0.1).astype(float)
    fit = firth_maximise(design, outcome, link=link)
    eta = design @ fit.coef
    rows = row_terms(link, eta, outcome)
    written = design.T @ (fit.hat * row_terms(link, eta, pseudo_events(link, eta)).score)
    assert written == pytest.approx(design.T @ (fit.score - rows.score), abs=1e-10)
    shares = pseudo_events(link, np.linspace(-30, 5, 200))
    assert shares.min() >= 0.5 - 1e-9
    assert shares.max() < 0.8


@pytest.mark.parametrize("link", ["cloglog", "logit"])
def test_corrections_give_back_the_observed_share(link):
    rng = np.random.default_rng(4)
    design = np.column_stack([np.ones(400), rng.normal(size=400), rng.integers(0, 2, 400)])
    outcome = (rng.random(400) < 0.03).astype(float)
    fit = firth_maximise(design, outcome, link=link)
    inflated = chances(link, design @ fit.coef).sum()
    assert inflated > outcome.sum() + 0.5  # what the corrections are for
    moved = flic(design, outcome, fit, 0, link=link)
    assert moved[1:].tolist() == fit.coef[1:].tolist()
    assert chances(link, design @ moved).sum() == pytest.approx(outcome.sum(), abs=1e-9)
    joined = flac(design, outcome, fit, link=link).coef[:-1]
    # exact for the logit link; for the cloglog link to the order of the squared chance
    assert chances(link, design @ joined).sum() == pytest.approx(outcome.sum(), abs=1e-8 if link == "logit" else 0.05)


@pytest.mark.parametrize("link", ["cloglog", "logit"])
def test_flac_maximises_the_augmented_likelihood(link):
    rng = np.random.default_rng(6)
    design = np.column_stack([np.ones(120), rng.normal(size=120)])
    outcome = (rng.random(120) < 0.08).astype(float)
    fit = firth_maximise(design, outcome, link=link)
    share = pseudo_events(link, design @ fit.coef)

    def loss(theta):
        real = chances(link, design @ theta[:2])
        extra = chances(link, design @ theta[:2] + theta[2])
        total = outcome @ np.log(real) + (1 - outcome) @ np.log(1 - real)
        total += (fit.hat * share) @ np.log(extra) + (fit.hat * (1 - share)) @ np.log(1 - extra)
        return -total

    best = optimize.minimize(
        loss, np.append(fit.coef, 0), method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-12}
    )
    assert flac(design, outcome, fit, link=link).coef == pytest.approx(best.x, abs=FOUND_BY_NELDER_MEAD)


SATURATED = [
    ((1, 0), (0, 26)),  # a country with one attempt as its own dummy: leverage 1
    ((2, 7), (2, 32), (1, 25), (1, 0), (0, 20)),
    ((1, 0), (3, 0), (0, 5), (1, 0)),
    ((0, 100), (0, 3), (1, 300)),
]


def _dummies(cells):
    """One dummy for each cell of (events, others) but the first, and the outcome."""
    place = np.repeat(np.arange(len(cells)), [sum(cell) for cell in cells])
    outcome = np.concatenate([np.repeat([1.0, 0.0], cell) for cell in cells])
    return np.column_stack([np.ones(len(place)), place[:, None] == np.arange(1, len(cells))]).astype(float), outcome


@pytest.mark.parametrize("cells", SATURATED)
def test_logit_with_a_dummy_for_each_cell_adds_half_an_event_to_each(cells):
    design, outcome = _dummies(cells)
    fit = firth_maximise(design, outcome, link="logit")
    odds = np.array([np.log((events + 0.5) / (others + 0.5)) for events, others in cells])
    assert fit.converged
    assert fit.coef == pytest.approx(np.append(odds[0], odds[1:] - odds[0]), abs=1e-8)
    for place in range(len(cells)):
        low, high = profile_interval(design, outcome, place, link="logit", best=fit)
        assert low < fit.coef[place] < high


@pytest.mark.parametrize("cells", SATURATED)
def test_cloglog_with_a_dummy_for_each_cell_maximises_each_alone(cells):
    design, outcome = _dummies(cells)
    fit = firth_maximise(design, outcome, link="cloglog")
    assert fit.converged
    for place, (events, others) in enumerate(cells):

        def loss(eta, events=events, others=others):
            rate = np.exp(eta)
            chance = -np.expm1(-rate)
            information = (events + others) * rate**2 * (1 - chance) / chance
            return -(events * np.log(chance) - others * rate + 0.5 * np.log(information))

        best = optimize.minimize_scalar(loss, bounds=(-12, 3), method="bounded", options={"xatol": 1e-10})
        assert fit.coef[0] + (fit.coef[place] if place else 0.0) == pytest.approx(best.x, abs=1e-6)


def test_random_saturated_designs_all_converge():
    rng = np.random.default_rng(0)
    for _ in range(60):
        size = rng.integers(2, 8)
        cells = [(int(a), int(b)) for a, b in zip(rng.integers(0, 3, size), rng.integers(0, 30, size), strict=True)]
        cells = [cell if sum(cell) else (1, 0) for cell in cells]
        design, outcome = _dummies(cells)
        for link in ("cloglog", "logit"):
            assert firth_maximise(design, outcome, link=link).converged


@pytest.mark.parametrize("link", ["cloglog", "logit"])
@pytest.mark.parametrize(("factor", "shift"), [(1e-8, 0.0), (1e8, 0.0), (1.0, 1e6)])
def test_units_change_nothing_but_the_unit_of_the_coefficient(link, factor, shift):
    rng = np.random.default_rng(9)
    design = np.column_stack([np.ones(300), rng.normal(size=300), rng.integers(0, 2, 300)])
    outcome = (rng.random(300) < 0.06).astype(float)
    other = design.copy()
    other[:, 1] = factor * other[:, 1] + shift
    for fit_by in (firth_maximise, maximise):
        plain, moved = fit_by(design, outcome, link=link), fit_by(other, outcome, link=link)
        assert moved.converged
        assert factor * moved.coef[1] == pytest.approx(plain.coef[1], rel=1e-6)
        assert moved.coef[2] == pytest.approx(plain.coef[2], rel=1e-6)
        volume = np.log(factor) if fit_by is firth_maximise else 0.0  # of the determinant of the information
        assert moved.loglik - volume == pytest.approx(plain.loglik, rel=1e-8)
    ends = np.array(profile_interval(other, outcome, 1, link=link)) * factor
    assert ends == pytest.approx(np.array(profile_interval(design, outcome, 1, link=link)), rel=1e-6)
    tests = [penalised_lr(x, outcome, [1], link=link)[0] for x in (design, other)]
    assert tests[0] == pytest.approx(tests[1], abs=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("link", ["cloglog", "logit"])
def test_penalty_removes_the_bias_of_small_samples_and_profiles_cover(link):
    """60 rows with about 7 events, 1,000 samples: Monte Carlo error 0.023 of the mean, 0.0095 of the coverage."""
    rng = np.random.default_rng(11)
    truth = np.array([-2.5, 1.0])
    design = np.column_stack([np.ones(60), rng.normal(size=60)])
    plain, penalised, covered = [], [], 0
    for _ in range(1000):
        outcome = (rng.random(60) < chances(link, design @ truth)).astype(float)
        if outcome.sum() < 2:
            continue
        plain.append(maximise(design, outcome, link=link).coef)
        fit = firth_maximise(design, outcome, link=link)
        penalised.append(fit.coef)
        low, high = profile_interval(design, outcome, 1, link=link, level=0.9, best=fit)
        covered += low <= truth[1] <= high
    assert (np.abs(np.mean(plain, axis=0) - truth) > 0.12).all()  # what the penalty is for
    assert np.mean(penalised, axis=0) == pytest.approx(truth, abs=0.06)
    assert covered / len(penalised) == pytest.approx(0.9, abs=0.025)
