"""Windows, donors, the stacked event study and its bounds: by hand, by least squares, by linear programming."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import sahelkit as sk
from sahelkit.errors import MissingColumnsError, ModelError, OptionError, UnknownNameError
from sahelkit.models.impact import coup_windows, event_study, event_window, impact_table, unexposed_donors, violence
from sahelkit.models.impact.honest import reach_of_violations, relative_bounds, trend_bounds

CODES = ["MLI", "NGA", "TCD", "UGA", "KEN", "ETH", "AGO", "COD"]


def _frame(months=72, seed=0, codes=CODES):
    rng = np.random.default_rng(seed)
    index = pd.MultiIndex.from_product([codes, pd.period_range("2000-01", periods=months, freq="M")])
    frame = pd.DataFrame(index=index.set_names(["iso3", "month"])).reset_index()
    return frame.assign(x=rng.poisson(5, size=len(frame)).astype(float))


def _window(frame=None, date="2004-01-15", **options):
    return event_window(
        _frame() if frame is None else frame,
        options.pop("unit", "MLI"),
        date,
        **{"outcome": "x", "before": 24, "after": 12, "width": 3, "donors": CODES, **options},
    )


def test_periods_are_counted_from_the_event_and_leave_out_its_month():
    window = _window(scale="count")
    assert window.times.tolist() == [*range(-8, 0), *range(1, 5)]
    assert [str(month) for month in window.months[7:9]] == ["2003-10", "2004-02"]
    own = _frame().query("iso3 == 'MLI'").set_index("month")["x"]
    assert window.counts["MLI"].iloc[7] == own["2003-10":"2003-12"].sum()
    assert window.counts["MLI"].iloc[8] == own["2004-02":"2004-04"].sum()
    assert window.values.equals(window.counts)
    assert np.allclose(_window().values, np.log1p(window.counts))


def test_a_window_ends_before_the_next_event_and_says_so():
    window = _window(until="2004-10-02")
    assert window.n_after == 2
    assert window.cut == "the window ends before the next event in 2004-10"


def test_provisional_figures_are_counted():
    frame = _frame().assign(provisional=lambda f: f["month"] >= pd.Period("2004-11", "M"))
    assert _window(frame).provisional == 1


def test_donors_that_cannot_serve_are_named():
    frame = _frame()
    frame.loc[(frame["iso3"] == "UGA") & (frame["month"] < pd.Period("2004-01", "M")), "x"] = 0
    frame.loc[(frame["iso3"] == "KEN") & (frame["month"] == pd.Period("2003-05", "M")), "x"] = np.nan
    window = _window(frame)
    assert window.left_out.to_dict() == {
        "UGA": "nothing but zeros before the event",
        "KEN": "unknown values in the window",
    }
    assert "UGA" not in window.donors


@pytest.mark.parametrize(
    ("change", "options", "match"),
    [
        ({}, {"date": "2005-12-15"}, "no whole period of 3 months after 2005-12 in MLI: the frame ends in 2005-12"),
        ({}, {"before": 60, "date": "2001-01"}, r"MLI 2001-01: 4 periods .* at least 20 are wanted"),
        ({}, {"before": 6}, "at least 4 are wanted"),
        ({"x": 3.0}, {}, r"same value \(9\) in all 12 periods"),
        ({"x": np.nan}, {}, "no value in the period from 2002-01. Unknown is not zero"),
        ({}, {"unit": "BFA"}, "the frame has no rows of BFA"),
    ],
)
def test_windows_from_nothing_are_refused(change, options, match):
    with pytest.raises(ModelError, match=match):
        _window(_frame().assign(**change), options.pop("date", "2004-01-15"), **options)


def test_options_and_columns_are_checked():
    with pytest.raises(MissingColumnsError, match="violence needs the columns 'ucdp_deaths_state_based'"):
        _window(outcome="deaths")
    with pytest.raises(MissingColumnsError, match="event_window needs the column 'y'"):
        _window(outcome="y")
    with pytest.raises(MissingColumnsError, match="'month'"):
        _window(_frame().assign(month=2000).rename(columns={"month": "year"}))
    with pytest.raises(OptionError, match="width=0"):
        _window(width=0)
    with pytest.raises(UnknownNameError, match="Did you mean 'log1p'"):
        _window(scale="log")
    with pytest.raises(ModelError, match="two rows in a month"):
        _window(pd.concat([_frame(), _frame()]))
    with pytest.raises(UnknownNameError, match="unknown measure"):
        violence(_frame(), "wounded")


def test_an_unknown_kind_of_violence_makes_the_sum_unknown():
    row = sk.load_conflict(countries="MLI", start="2012-01", end="2012-02").astype({"ucdp_deaths_non_state": "Float64"})
    row.loc[0, "ucdp_deaths_non_state"] = pd.NA
    assert np.isnan(violence(row)[0])
    assert violence(row)[1] == 32


def _line(codes):
    """Weights of countries in a row, each a neighbour of the next."""
    ties = np.eye(len(codes), k=1) + np.eye(len(codes), k=-1)
    return xr.DataArray(ties, dims=("target", "source"), coords={"target": codes, "source": codes})


def test_neighbours_and_countries_with_a_coup_of_their_own_are_no_donors():
    coups = pd.DataFrame({"iso3": ["KEN", "ETH"], "date": pd.to_datetime(["2003-06-01", "1990-01-01"])})
    options = {"coups": coups, "weights": _line(CODES)}
    assert unexposed_donors("MLI", "2004-01", **options) == ["AGO", "COD", "ETH", "TCD", "UGA"]
    assert unexposed_donors("MLI", "2004-01", steps=2, **options) == ["AGO", "COD", "ETH", "UGA"]
    assert unexposed_donors("MLI", "2004-01", before=3, **options) == ["AGO", "COD", "ETH", "KEN", "TCD", "UGA"]
    with pytest.raises(OptionError, match="weights='BFA'"):
        unexposed_donors("BFA", "2004-01", **options)


def _stack(width=3, **options):
    frame = _frame(seed=3, codes=[*CODES, "NER", "SOM"])
    donors = [*CODES[1:], "SOM"]
    return [
        event_window(frame, unit, date, outcome="x", before=24, after=12, width=width, donors=donors, **options)
        for unit, date in (("MLI", "2003-06"), ("NER", "2004-05"))
    ]


def test_the_stack_is_least_squares_with_unit_and_period_effects_by_event():
    """Balanced stack, equal numbers of donors: the coefficients of the dummies of the event times."""
    windows = _stack()
    study = event_study(windows, replicates=199, seed=1)
    columns, target = [], []
    shown = [time for time in study.times if time != -1]
    for number, window in enumerate(windows):
        for place, name in enumerate(window.values.columns):
            for row, time in enumerate(window.times):
                columns.append((f"u{number}{name}", f"t{number}{time}", time if place == 0 else None))
                target.append(window.values[name].iloc[row])
    units, periods, times = zip(*columns, strict=True)
    effects = pd.concat([pd.get_dummies(pd.Series(units)), pd.get_dummies(pd.Series(periods))], axis=1)
    own = np.column_stack([[value == time for value in times] for time in shown])
    design = np.column_stack([effects.to_numpy(dtype=float), own.astype(float)])
    theirs = np.linalg.lstsq(design, np.array(target), rcond=None)[0][-len(shown) :]
    assert study.estimate[study.times != -1] == pytest.approx(theirs, abs=1e-8)


def test_placebo_events_are_donors_against_the_other_donors():
    window = _stack()[0]
    study = event_study([window], replicates=500, seed=2)
    change = (window.values - window.values[window.times == -1].iloc[0]).to_numpy()[:, 1:]
    paths = {tuple((change[:, j] - np.delete(change, j, 1).mean(1)).round(9)) for j in range(change.shape[1])}
    assert {tuple(draw.round(9)) for draw in study.draws} == paths


def test_a_cluster_gets_one_donor_for_all_its_events():
    windows = _stack()
    together = event_study(windows, clusters={"MLI": "a", "NER": "a"}, replicates=400, seed=1)
    apart = event_study(windows, replicates=400, seed=1)
    assert len(np.unique(together.draws.round(9), axis=0)) == 8
    assert len(np.unique(apart.draws.round(9), axis=0)) > 8
    assert (event_study(windows, replicates=400, seed=1).draws == apart.draws).all()


def test_the_order_of_events_and_donors_makes_no_difference():
    windows = _stack()
    one = event_study(windows, replicates=300, seed=1)
    turned = [replace(w, values=w.values[[w.unit, *w.donors[::-1]]]) for w in windows[::-1]]
    two = event_study(turned, replicates=300, seed=1)
    assert two.draws == pytest.approx(one.draws)
    assert two.interval() == pytest.approx(one.interval())
    assert (two.p_value, two.pre_trend_p) == (one.p_value, one.pre_trend_p)


def test_an_outcome_without_logarithm_never_reaches_a_study():
    """One of two events fell out in silence, and the other was called no difference with p = 1."""
    frame = _frame(seed=3, codes=[*CODES, "NER", "SOM"])
    frame.loc[(frame["iso3"] == "NER") & (frame["month"] == pd.Period("2004-01", "M")), "x"] = -40.0
    options = {"outcome": "x", "before": 24, "after": 12, "width": 3, "donors": CODES[1:]}
    with pytest.raises(ModelError, match=r"NER has -\d+ in the period from .* of -1 or less does not exist"):
        event_window(frame, "NER", "2004-05", **options)
    stack = [event_window(frame, unit, "2004-05", **options, scale="count") for unit in ("MLI", "NER")]
    assert event_study(stack, seed=1).n_coups == 2


def test_every_event_is_counted_and_those_with_fewer_periods_are_named():
    windows = _stack()
    short = event_window(
        _frame(seed=3, codes=[*CODES, "NER", "SOM"]),
        "NER",
        "2004-05",
        outcome="x",
        before=24,
        after=12,
        width=3,
        donors=[*CODES[1:], "SOM"],
        until="2004-12",
    )
    study = event_study([windows[0], short], seed=1)
    assert study.shortened.to_dict() == {"NER 2004-05": 2}
    assert "fewer than 4 periods after: NER 2004-05 (2)" in study.summary()
    assert study.tidy()["n_coups"].tolist() == [2] * 10 + [1] * 2
    assert event_study(windows, seed=1).shortened.empty


def test_a_period_in_which_no_donor_strays_makes_no_p_value_of_one():
    window = _window(scale="count")
    values = window.values.copy()
    values.iloc[2, 1:] = values.iloc[7, 1:] + 3.0
    study = event_study([replace(window, values=values)], replicates=500, seed=1)
    assert study.std_error[2] == pytest.approx(0.0)
    assert study.pre_trend_p == pytest.approx(1 / 501)
    with pytest.raises(ModelError, match="draws of a step do not scatter"):
        trend_bounds(study.estimate[:7], study.estimate[8:], np.zeros((500, 11)))
    with pytest.raises(ModelError, match="no finite number"):
        trend_bounds(np.array([np.nan, 0.1]), np.array([1.0]), _noise(3))


def test_pre_trends_are_seen():
    frame = _frame(seed=4)
    frame["x"] = np.where(
        frame["iso3"] == "MLI", 5.0 * 1.1 ** ((frame["month"] - frame["month"].iloc[0]).map(lambda d: d.n)), frame["x"]
    )
    study = event_study([_window(frame)], replicates=500, seed=1)
    assert study.pre_trend_p <= 1 / 7 + 0.02
    assert "trends before the coups" in study.says()


def test_unequal_windows_are_not_stacked():
    with pytest.raises(OptionError, match="differ in width"):
        event_study([_stack()[0], _stack(width=2)[1]])
    with pytest.raises(OptionError, match="twice"):
        event_study([_stack()[0], _stack()[0]])
    with pytest.raises(ModelError, match="no event"):
        event_study([])
    with pytest.raises(OptionError, match="replicates=10"):
        event_study(_stack(), replicates=10)


def _by_programme(before, after, weights, m):
    """The same bounds by linear programming over all paths that the restriction allows."""
    from scipy.optimize import linprog

    largest = m * np.abs(np.diff(np.append(before, 0.0))).max()
    steps = np.eye(len(after)) - np.eye(len(after), k=-1)
    limits = np.full(2 * len(after), largest)
    ends = [
        linprog(side * weights, A_ub=np.vstack([steps, -steps]), b_ub=limits, bounds=(None, None)).fun
        for side in (1, -1)
    ]
    return weights @ after + ends[1], weights @ after - ends[0]


@pytest.mark.parametrize("m", [0.0, 0.5, 1.0, 2.0])
def test_bounds_are_those_of_the_linear_programme(m):
    rng = np.random.default_rng(8)
    for _ in range(10):
        before, after, weights = rng.normal(size=5), rng.normal(size=4), rng.normal(size=4)
        found = relative_bounds(before, after, weights, m=m)
        assert found == pytest.approx(_by_programme(before, after, weights, m), abs=1e-8)


def test_bounds_by_hand():
    """0.1 and 0.4 before (steps 0.3 and -0.4), 2 and 3 after: 0.4 and 0.8 may be violation, 0.6 on average."""
    found = trend_bounds(np.array([0.1, 0.4]), np.array([2.0, 3.0]), np.zeros((200, 4)) + 1e-9 * _noise(4), grid=[1.0])
    assert found.table[["set_low", "set_high"]].to_numpy()[0] == pytest.approx([1.9, 3.1])
    assert found.table[["low", "high"]].to_numpy()[0] == pytest.approx([1.9, 3.1], abs=1e-6)
    assert found.breakdown == pytest.approx(2.5 / 0.6, abs=1e-6)
    assert reach_of_violations(np.array([0.0, 1.0])) == 2.0


def _noise(size, draws=200, seed=0):
    return np.random.default_rng(seed).normal(size=(draws, size))


def test_bounds_refuse_what_they_cannot_say():
    with pytest.raises(OptionError, match="a period before the reference"):
        trend_bounds(np.array([]), np.array([1.0]), _noise(1))
    found = trend_bounds(np.array([0.1]), np.array([1.0]), 0.01 * _noise(2))
    with pytest.raises(OptionError, match=r"the table has 0, 0\.5, 1, 1\.5, 2"):
        found.says(m=7)
    assert "means more violence" in found.says(m=0.5)
    assert "davantage de violence" in found.says(lang="fr", m=0.5)


@pytest.fixture(scope="module")
def africa():
    coups = sk.load_coups(countries="africa", rule="powell_thyne")
    from sahelkit.exposure import spatial_weights

    return sk.load_conflict(countries="africa"), {"coups": coups, "weights": spatial_weights("africa")}


def test_all_coups_by_all_methods(africa):
    frame, options = africa
    coups = options["coups"]
    events = coups[coups["iso3"].isin(["MLI", "GIN"]) & (coups["date"] >= "2020") & (coups["outcome"] == "success")]
    found = impact_table(frame, events, **options)
    assert len(found.table) == 12
    gone = found.table[found.table["effect"].isna()]
    assert set(gone["coup"]) == {"GIN 2021-09"}
    assert gone["why"].str.contains("no finite estimate").all()
    assert found.counts() == {**found.counts(), "n": 10, "missing": 2}
    assert "(1 without a finite interval, 2 could not be made)" in found.says()
    assert "(1 sans intervalle fini, 2 n’ont pu être faites)" in found.says(lang="fr")
    endless = found.table[np.isinf(found.table["effect_high"])]
    assert endless["why"].str.contains("no finite 90% interval").all()
    assert found.counts()["unbounded"] == len(endless) == 1
    windows = coup_windows(frame, events, **options)
    from sahelkit.models.impact import synthetic_did

    own = found.table.set_index(["coup", "method"]).loc[("MLI 2021-05", "synthetic_did"), "effect"]
    assert own == pytest.approx(synthetic_did({w.label: w for w in windows}["MLI 2021-05"]).effect)
    assert not set(windows[1].donors) & {"BFA", "CIV", "DZA", "GIN", "MRT", "NER", "SEN", "MLI", "GAB", "SDN"}


@pytest.mark.slow
def test_coverage_of_the_study_and_of_its_bounds():
    """Six events, 25 donors, a true effect of 0.5, and then a drifting trend. Figures are printed."""
    plain = bounded = drifting = 0
    for seed in range(300):
        rng = np.random.default_rng([seed, 5])
        windows = [_simulated(rng, number, drift=0.0) for number in range(6)]
        study = event_study(windows, replicates=500, seed=seed)
        plain += study.interval()[0] <= 0.5 <= study.interval()[1]
        row = study.bounds(grid=[1.0]).table.iloc[0]
        bounded += row["low"] <= 0.5 <= row["high"]
        rng = np.random.default_rng([seed, 6])
        study = event_study([_simulated(rng, number, drift=0.3) for number in range(6)], replicates=500, seed=seed)
        row = study.bounds(grid=[1.0]).table.iloc[0]
        drifting += row["low"] <= 0.5 <= row["high"]
    print(f"\ncoverage: plain {plain / 300:.3f}, bounds {bounded / 300:.3f}, bounds under drift {drifting / 300:.3f}")
    assert 0.9 <= plain / 300 <= 0.99
    assert bounded / 300 >= 0.95
    assert drifting / 300 >= 0.95


def _simulated(rng, number, *, drift):
    from sahelkit.models.impact.windows import EventWindow

    times = np.array([*range(-8, 0), *range(1, 9)])
    names = [f"E{number}", *(f"C{place:02d}" for place in range(25))]
    values = rng.normal(scale=0.4, size=(16, 26)) + rng.normal(size=26) + rng.normal(size=16)[:, None]
    values[:, 0] += 0.5 * (times > 0) + drift * np.arange(16)
    months = pd.period_range("2000-01", periods=16, freq="M")
    table = pd.DataFrame(values, index=months, columns=names)
    return EventWindow(names[0], months[8].to_timestamp(), "x", "count", 1, times, months, table, table)


def test_no_coup_and_unknown_methods_are_named(africa):
    frame, options = africa
    with pytest.raises(ModelError, match="there is no coup to study"):
        impact_table(frame, options["coups"].head(0), **options)
    with pytest.raises(UnknownNameError, match="Did you mean 'synthetic_did'"):
        impact_table(frame, options["coups"].tail(1), methods=["synthetic_dd"], **options)
