"""Weights of predictors: published values, other searches, a grid, what must not move them, what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sahelkit.errors import ModelError, OptionError, UnknownNameError
from sahelkit.estimation.simplex import simplex_weights
from sahelkit.models.impact import synthetic_control
from sahelkit.models.impact.predictors import matched_weights
from sahelkit.models.impact.windows import EventWindow

SECTORS = ("agriculture", "energy", "industry", "construction", "services.venta", "services.nonventa")
SCHOOLS = ("illit", "prim", "med", "high", "post.high")


def _window(values, n_before, names):
    times = np.array([*range(-n_before, 0), *range(1, len(values) - n_before + 1)])
    months = pd.period_range("2000-01", periods=len(values), freq="M")
    table = pd.DataFrame(values, index=months, columns=names)
    return EventWindow(names[0], months[n_before].to_timestamp(), "deaths", "count", 1, times, months, table, table)


def _arrays(predictors, outcome):
    """What `matched_weights` takes, from predictors by unit and an outcome by time and unit, the one studied first."""
    table, path = predictors.loc[outcome.columns].to_numpy(dtype=float).T, outcome.to_numpy(dtype=float)
    return table[:, 0], table[:, 1:], path[:, 0], path[:, 1:]


def _first(table, name):
    return table[[name, *(other for other in table.columns if other != name)]]


@pytest.fixture
def basque(reference_dir):
    frame = pd.read_csv(reference_dir / "synth/basque.csv")
    years = {"gdpcap": range(1960, 1970), "popdens": [1969], "invest": range(1964, 1970)}
    years |= {f"sec.{name}": range(1961, 1970, 2) for name in SECTORS}
    years |= {f"school.{name}": range(1964, 1970) for name in SCHOOLS}
    means = {n: frame[frame["year"].isin(y)].groupby("regionname")[n].mean() for n, y in years.items()}
    income = frame.pivot_table(index="year", columns="regionname", values="gdpcap")
    return pd.DataFrame(means), _first(income, "Basque Country (Pais Vasco)")


@pytest.mark.reference
def test_the_basque_country(basque, reference):
    predictors, income = basque
    wanted, tol = reference("synth.basque")["expected"], reference("synth.basque")["tol"]
    found = matched_weights(*_arrays(predictors, income.loc[1960:1969]))
    weights = dict(zip(income.columns[1:], found.weights, strict=True))
    assert weights["Cataluna"] == pytest.approx(wanted["Cataluna"], abs=tol)
    assert weights["Madrid (Comunidad De)"] == pytest.approx(wanted["Madrid"], abs=tol)
    assert found.loss == pytest.approx(wanted["mspe"], abs=tol)
    later = income.loc[1975:1997].to_numpy()
    gaps = later[:, 0] - later[:, 1:] @ found.weights
    assert gaps.mean() == pytest.approx(wanted["att"], abs=tol)
    assert gaps.std(ddof=1) / np.sqrt(len(gaps)) == pytest.approx(wanted["se"], abs=tol)
    assert {"equal", "predictor 2"} <= {start.name for start in found.starts if start.loss < 1.01 * found.loss}


@pytest.mark.reference
def test_predictors_reach_the_result(basque, reference):
    predictors, income = basque
    own = matched_weights(*_arrays(predictors, income.loc[1960:1969])).importance
    window = _window(income.loc[1960:1997].to_numpy(), 10, list(income.columns))
    found = synthetic_control(window, predictors=predictors, importance=own)
    assert found.donor_weights["Cataluna"] == pytest.approx(reference("synth.basque")["expected"]["Cataluna"], abs=2e-4)
    assert found.loss == pytest.approx(reference("synth.basque")["expected"]["mspe"], abs=2e-4)
    assert found.importance.sum() == pytest.approx(1.0)
    assert found.search is None
    by_name = dict(zip(predictors.columns[::-1], own[::-1], strict=True))
    assert synthetic_control(window, predictors=predictors, importance=by_name).effect == pytest.approx(found.effect)
    with pytest.raises(OptionError, match=r"Aragon.*predictor is unknown"):
        synthetic_control(window, predictors=predictors.drop(index="Aragon"))


@pytest.mark.slow
@pytest.mark.reference
def test_the_basque_country_with_a_search_for_every_region(basque, reference):
    predictors, income = basque
    window = _window(income.loc[1960:1997].to_numpy(), 10, list(income.columns))
    found = synthetic_control(window, predictors=predictors, n_jobs=1)
    assert found.donor_weights["Cataluna"] == pytest.approx(reference("synth.basque")["expected"]["Cataluna"], abs=2e-4)
    assert found.search["settled"].all()
    assert f"loss {found.loss:.4g} (least possible {found.least:.4g}), reached from 2 of 4" in found.headline()


@pytest.mark.reference
def test_german_reunification(reference_dir):
    """Abadie, Diamond & Hainmueller (2015), table 1: weights of predictors from 1971-1980 and 1981-1990, then fixed."""
    frame = pd.read_csv(reference_dir / "synth/germany.csv")

    def means(**years):
        return {name: frame[frame["year"].isin(span)].groupby("country")[name].mean() for name, span in years.items()}

    early, late = range(1971, 1981), range(1981, 1991)
    train = means(gdp=early, trade=early, infrate=early, industry=early, schooling=[1970, 1975], invest70=[1980])
    main = means(gdp=late, trade=late, infrate=late, industry=late, schooling=[1980, 1985], invest80=[1980])
    income = _first(frame.pivot_table(index="year", columns="country", values="gdp"), "West Germany")
    trained = matched_weights(*_arrays(pd.DataFrame(train), income.loc[1981:1990]))
    window = _window(income.loc[1960:2003].to_numpy(), 31, list(income.columns))
    found = synthetic_control(window, predictors=pd.DataFrame(main), importance=trained.importance)
    published = {"Austria": 0.42, "USA": 0.22, "Japan": 0.16, "Switzerland": 0.11, "Netherlands": 0.09}
    assert found.donor_weights[list(published)].to_dict() == pytest.approx(published, abs=0.011)
    assert found.donor_weights.drop(list(published)).max() < 0.005


@pytest.mark.reference
def test_prisons_in_texas(reference_dir):
    """Cunningham (2021), Causal Inference: The Mixtape, section 10.3: weights of predictors by regression."""
    frame = pd.read_csv(reference_dir / "synth/texas.csv")
    table = frame[frame["year"].between(1985, 1993)].groupby("state")[["poverty", "income"]].mean()
    years = {"bmprison": (1988, 1990, 1991, 1992), "alcohol": (1990,), "aidscapita": (1990, 1991)}
    years |= {"black": (1990, 1991, 1992), "perc1519": (1990,)}
    for name, chosen in years.items():
        for year in chosen:
            table[f"{name}{year}"] = frame[frame["year"] == year].set_index("state")[name]
    prisoners = _first(frame.pivot_table(index="year", columns="state", values="bmprison"), "Texas")
    arrays = _arrays(table, prisoners.loc[1985:1993])
    found = matched_weights(*arrays, importance="regression")
    weights = pd.Series(found.weights, index=prisoners.columns[1:])
    published = {"California": 0.408, "Florida": 0.109, "Illinois": 0.36, "Louisiana": 0.122}
    assert weights[list(published)].to_dict() == pytest.approx(published, abs=0.006)
    searched = matched_weights(*arrays)
    assert searched.loss < 0.5 * found.loss
    assert searched.loss == pytest.approx(searched.least, rel=1e-4)


def _problem(seed, *, k=2, donors=6, m=8):
    rng = np.random.default_rng(seed)
    table, paths = rng.normal(size=(k, donors + 1)), rng.normal(size=(m, donors + 1)).cumsum(axis=0)
    return table[:, 0], table[:, 1:], paths[:, 0], paths[:, 1:]


@pytest.mark.parametrize("seed", range(6))
def test_no_weights_of_two_predictors_on_a_grid_do_better(seed):
    unit, donors, path, others = _problem(seed)
    found = matched_weights(unit, donors, path, others)
    spread = np.column_stack([donors, unit]).std(axis=1, ddof=1)
    losses = []
    for share in np.linspace(0.0, 1.0, 401)[1:-1]:  # with one predictor alone the donor weights are not unique
        root = np.sqrt([share, 1 - share]) / spread
        losses.append(((path - others @ simplex_weights(donors * root[:, None], unit * root)) ** 2).mean())
    assert found.loss <= min(losses) * 1.01
    assert found.loss == pytest.approx(((path - others @ found.weights) ** 2).mean())
    assert found.least <= found.loss * (1 + 1e-9)
    assert all(start.loss >= found.loss / 1.0101 for start in found.starts)
    assert len(found.starts) >= 2 or found.loss == pytest.approx(found.least, rel=1e-3)


@pytest.mark.parametrize("what", ["predictors", "outcome", "level", "donors"])
def test_units_and_order_make_no_difference(what):
    unit, donors, path, others = _problem(3, k=4)
    order = np.array([3, 1, 5, 0, 2, 4]) if what == "donors" else np.arange(6)
    one = matched_weights(unit, donors, path, others)
    for scale in (1e-8, 1e8):
        size = {"predictors": (scale, 1.0, 0.0), "outcome": (1.0, scale, 0.0), "level": (1.0, 1.0, 1e6)}
        by, to, plus = size.get(what, (1.0, 1.0, 0.0))
        two = matched_weights(unit * by, (donors * by)[:, order], path * to + plus, (others * to + plus)[:, order])
        assert two.weights == pytest.approx(one.weights[order], abs=1e-4)
        assert two.loss == pytest.approx(one.loss * to**2, rel=1e-4)


def test_the_search_is_reported_and_the_training_window_is_what_is_judged():
    rng = np.random.default_rng(5)
    values = rng.normal(size=(20, 9)).cumsum(axis=0)
    names = [f"C{place}" for place in range(9)]
    predictors = pd.DataFrame(rng.normal(size=(9, 2)), index=names, columns=["rain", "roads"])
    found = synthetic_control(_window(values, 14, names), predictors=predictors, training=(-6, -1))
    assert found.loss == pytest.approx((found.gaps[8:14] ** 2).mean())
    alone = matched_weights(
        predictors.loc["C0"].to_numpy(), predictors[1:].to_numpy().T, values[8:14, 0], values[8:14, 1:]
    )
    assert found.donor_weights.to_numpy() == pytest.approx(alone.weights)
    assert set(found.search["name"]) <= {"equal", "regression", "rain", "roads"}
    assert "starting points" in found.headline()
    plain = synthetic_control(_window(values, 14, names), training=(-6, -1))
    assert plain.donor_weights.to_numpy() == pytest.approx(simplex_weights(values[8:14, 1:], values[8:14, 0]))
    again = synthetic_control(_window(values, 14, names), predictors=predictors, importance=found.importance)
    assert again.donor_weights.to_numpy() == pytest.approx(found.donor_weights.to_numpy(), abs=1e-6)


@pytest.mark.parametrize(
    ("options", "error", "match"),
    [
        ({"importance": [1.0]}, OptionError, "2 finite weights of at least 0"),
        ({"importance": [1.0, np.nan]}, OptionError, "2 finite weights of at least 0"),
        ({"importance": [1.0, -1.0]}, OptionError, "2 finite weights of at least 0"),
        ({"importance": [0.0, 0.0]}, OptionError, "a weight above 0"),
        ({"importance": {"rain": 1.0, "road": 2.0}}, OptionError, r"importance=\['road', 'roads'\]"),
        ({"importance": "regresion"}, UnknownNameError, "Did you mean 'regression'"),
        ({"training": (-6, 1)}, OptionError, r"Type training=\(-14, -1\)"),
        ({"training": (-3, -3)}, OptionError, "at least two of them"),
        ({"training": 5}, OptionError, "training=5"),
        ({"training": (-1.5, -1)}, OptionError, "at least two of them"),
        ({"training": ("a", "b")}, OptionError, "at least two of them"),
        ({"importance": 3}, OptionError, "one weight per predictor is wanted"),
        ({"importance": ["a", "b"]}, OptionError, "one weight per predictor is wanted"),
    ],
)
def test_options_of_the_search_are_checked(options, error, match):
    rng = np.random.default_rng(6)
    names = [f"C{place}" for place in range(9)]
    predictors = pd.DataFrame(rng.normal(size=(9, 2)), index=names, columns=["rain", "roads"])
    with pytest.raises(error, match=match):
        synthetic_control(_window(rng.normal(size=(20, 9)), 14, names), predictors=predictors, **options)


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda p: p.assign(rain=p["rain"].where(p.index != "C3", np.inf)), "rain=inf"),
        (lambda p: p.astype(object).where(p != p.iloc[2, 0], "wet"), "rain='wet'"),
        (lambda p: pd.concat([p, p[:1]]), "more than one unit of this name"),
        (lambda p: p.set_axis(["rain", "rain"], axis=1), "more than one predictor of this name"),
        (lambda p: p["rain"], "synthetic_control takes a frame"),
        (lambda p: p * 1e200, "Measure it in another unit"),
    ],
)
def test_predictors_that_cannot_be_read_are_refused(change, match):
    rng = np.random.default_rng(6)
    names = [f"C{place}" for place in range(9)]
    predictors = pd.DataFrame(rng.normal(size=(9, 2)), index=names, columns=["rain", "roads"])
    with pytest.raises((ModelError, OptionError), match=match):
        synthetic_control(_window(rng.normal(size=(20, 9)), 14, names), predictors=change(predictors))
    with pytest.raises(OptionError, match="there are no predictors to weigh"):
        synthetic_control(_window(rng.normal(size=(20, 9)), 14, names), importance=[1.0])
