"""What the fit says, and what it does with odd input: no events, one event, isolated countries, NA, explosion."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import sahelkit as sk
from sahelkit.errors import DateError, MissingColumnsError, ModelError, OptionError, UnknownNameError, UnknownPlaceError
from sahelkit.estimation.hawkes.profile import profile_point
from sahelkit.exposure import spatial_weights
from sahelkit.models.hawkes import fit_hawkes

WINDOW = {"start": 1960, "end": 2025}


@pytest.fixture(scope="module")
def coups():
    return sk.load_coups(rule="powell_thyne", countries="west_africa")


@pytest.fixture(scope="module")
def fit(coups):
    return fit_hawkes(coups, countries="west_africa", **WINDOW)


def _events(*rows):
    frame = pd.DataFrame(rows, columns=["iso3", "date"])
    return frame.assign(date=pd.to_datetime(frame["date"]))


def test_window_is_that_of_the_states(fit):
    """Country-years from the spells of the states table, written out."""
    spells = sk.load_states(countries="west_africa")
    begin = spells["start"].clip(lower=pd.Timestamp("1960-01-01"))
    size = ((pd.Timestamp("2026-01-01") - begin).dt.days / 365.25).sum()
    assert fit.baseline.exposure.sum() == pytest.approx(size, abs=1e-9)


def test_expected_events_equal_those_observed(fit):
    """At the maximum the free intercept makes the integral of the whole intensity the number of events."""
    o = fit.observed
    from sahelkit.estimation.hawkes.integral import cumulative

    total = sum(cumulative(fit.process, o, place, o.windows.end.max()[None]).sum() for place in range(16))
    assert total == pytest.approx(fit.n_events, abs=1e-3)


def test_intensity_sums_to_the_expected_events(fit):
    parts = fit.intensity()
    days = np.diff(np.append(parts["time"].values, np.datetime64("2026-01-01"))).astype("timedelta64[D]").astype(int)
    inside = fit.observed.windows.exposure(
        np.append(parts["time"].values.astype("datetime64[D]").astype(int), 20454) / 365.25, 16
    )
    assert inside.max() * 365.25 <= days.max() + 1e-6
    assert float((parts.fillna(0.0).sum("part").values * inside).sum()) == pytest.approx(fit.n_events, abs=1e-3)
    assert np.isnan(parts.sel(iso3="CPV", time="1970-01-01").values).all()
    assert float(parts.sel(part="neighbours", iso3="CPV").max()) == 0.0
    assert fit.intensity(freq="Y").sizes["time"] == 66


def test_order_of_rows_and_countries_does_not_matter(coups, fit):
    mixed = coups.sample(frac=1, random_state=1)
    order = list(np.random.default_rng(2).permutation(fit.countries))
    other = fit_hawkes(mixed, countries=order, weights=spatial_weights(fit.countries), **WINDOW)
    assert other.own == pytest.approx(fit.own, rel=1e-4)
    assert other.cross == pytest.approx(fit.cross, rel=1e-3)
    assert other.loglik == pytest.approx(fit.loglik, abs=1e-3)


def test_branching_matrix_is_own_on_the_diagonal_and_cross_times_weights(fit):
    data = fit.to_xarray()
    w = spatial_weights("west_africa")
    assert data["branching"].values == pytest.approx(fit.own * np.eye(16) + fit.cross * w.values)
    assert fit.spectral_radius == pytest.approx(fit.own + fit.cross, abs=1e-9)
    assert data["weights"].sel(target="MLI", source="NER").item() == w.sel(target="MLI", source="NER").item()


def test_isolated_country_is_named_and_gives_nothing(fit):
    assert fit.isolated == ("CPV",)
    assert fit.branching[:, fit.countries.index("CPV")].sum() == pytest.approx(fit.own)
    assert "Without ties, so outside contagion: CPV" in fit.summary()


def test_ends_of_an_interval_lie_where_the_profile_has_fallen(fit):
    """Half the 90 % quantile of chi-squared(1), 2.7055, on both sides; none below the end of the range."""
    table = fit.tidy().set_index("quantity")
    for which in ("own", "cross", "own_lag"):
        best = profile_point(fit.estimate, fit.settings, which)
        for side in ("low", "high"):
            value = table.loc[which, side]
            if value > 0 and not (which.endswith("lag") and value in fit.settings.own_lag):
                assert fit.loglik - best(value)[1] == pytest.approx(2.7055 / 2, abs=0.03), (which, side)
        assert table.loc[which, "low"] <= table.loc[which, "estimate"] <= table.loc[which, "high"]


def test_bounds_by_lag_are_no_wider_than_the_one_for_any_lag_when_the_gain_is_the_same(fit):
    table = fit.bounds_by_lag()
    assert (table["lr"] <= fit.lr + 1e-4).all()
    assert (table["high"] > table["cross"]).all()


def test_more_contagion_in_the_events_more_in_the_estimate():
    """Pairs of neighbours' attempts five weeks apart are found as such."""
    rng = np.random.default_rng(0)
    rows = []
    for start in pd.date_range("1962", "2024", periods=60):
        source = rng.choice(["MLI", "BFA", "NER", "CIV"])
        near = [code for code in sk.neighbours(source) if code in sk.places.members("west_africa")]
        rows += [(source, start), (rng.choice(near), start + pd.Timedelta(days=int(rng.integers(20, 50))))]
    fit = fit_hawkes(_events(*rows), countries="west_africa", **WINDOW)
    assert fit.cross > 0.25
    assert fit.lr > 20
    low = fit.tidy().set_index("quantity").loc["cross", "low"]
    assert 0 < low < fit.cross


@pytest.mark.parametrize("kernel", ["power_law", "exponential", "step"])
def test_other_kernels_and_given_lags(coups, kernel):
    fit = fit_hawkes(coups, countries="west_africa", kernel=kernel, own_lag=2.0, cross_lag=1.0, **WINDOW)
    assert 0.2 < fit.own < 0.6
    assert fit.own_lag == 2.0
    assert fit.tidy().set_index("quantity").loc["own_lag", ["low", "high"]].isna().all()


def test_marks_multiply_and_marks_that_say_nothing_are_refused(coups):
    marked = coups.assign(nothing=0.0, twice=2.0)
    for option in ("own_mark", "cross_mark"):
        with pytest.raises(ModelError, match="'nothing' are all 0: no event could set off another"):
            fit_hawkes(marked, countries="west_africa", **{option: "nothing"}, **WINDOW)
    plain = fit_hawkes(marked, countries="west_africa", **WINDOW)
    double = fit_hawkes(marked, countries="west_africa", own_mark="twice", cross_mark="twice", **WINDOW)
    assert double.own == pytest.approx(plain.own / 2, rel=1e-3)
    assert double.branching == pytest.approx(plain.branching, rel=1e-2, abs=1e-4)
    for bad, text in (
        (np.nan, "NA or negative"),
        (np.inf, "infinite"),
        (-1.0, "negative"),
        ("much", "not all numbers"),
    ):
        with pytest.raises(ModelError, match=text):
            fit_hawkes(coups.assign(bad=bad), countries="west_africa", own_mark="bad", **WINDOW)


def test_contagion_that_no_event_bears_on_is_open():
    """The one country with events has no tie: the data say nothing of contagion, and its bound is infinite."""
    fit = fit_hawkes(_events(("CPV", "1980-05-05"), ("CPV", "1991-05-05")), countries="west_africa", **WINDOW)
    assert (fit.lr, fit.cross, fit.cross_upper) == (0.0, 0.0, math.inf)


def test_covariate_multiplies_the_rate():
    """One country, no excitation possible: the rate ratio is the ratio of the two rates."""
    rows = [
        ("MLI", f"{year}-{month:02}-15") for year in range(1970, 1990) for month in ((3, 9) if year >= 1980 else (6,))
    ]
    years = pd.DataFrame({"iso3": "MLI", "year": range(1970, 1990)})
    years["late"] = (years["year"] >= 1980) * 1.0
    fit = fit_hawkes(
        _events(*rows), countries="MLI", start=1970, end=1989, covariates=years, period="none", contagion=False
    )
    row = fit.tidy().set_index("quantity").loc["late"]
    days = [(pd.Timestamp(f"{b}-01-01") - pd.Timestamp(f"{a}-01-01")).days for a, b in ((1970, 1980), (1980, 1990))]
    assert fit.own == pytest.approx(0.0, abs=1e-6)
    assert row["estimate"] == pytest.approx(20 / 10 * days[0] / days[1], rel=1e-4)
    # Poisson: variance of the log ratio is 1/10 + 1/20
    assert math.log(row["high"] / row["low"]) / 2 == pytest.approx(1.6449 * math.sqrt(0.15), rel=1e-3)


def test_unknown_covariates_shorten_the_window_and_are_counted(coups):
    rng = np.random.default_rng(4)
    grid = pd.MultiIndex.from_product([sk.places.members("west_africa"), range(1960, 2026)], names=["iso3", "year"])
    years = pd.DataFrame({"growth": rng.normal(size=len(grid))}, index=grid).reset_index()
    gone = (years["iso3"] == "MLI") & years["year"].between(1990, 1992)
    years.loc[gone, "growth"] = np.nan
    years = years[~((years["iso3"] == "SEN") & (years["year"] == 2000))]
    fit = fit_hawkes(coups, countries="west_africa", covariates=years, **WINDOW)
    assert fit.dropped == {"MLI": 3, "SEN": 1}
    assert fit.n_events == 103
    assert fit.observed.n_history == 2
    assert "MLI 3, SEN 1" in fit.summary()
    assert "growth" in fit.tidy()["quantity"].tolist()
    with pytest.raises(ModelError, match="no country and period has all its covariates"):
        fit_hawkes(coups, countries="west_africa", covariates=years.assign(growth=np.nan), **WINDOW)


def test_monthly_covariates(coups):
    months = pd.period_range("1960-01", "2025-12", freq="M")
    frame = pd.DataFrame({"iso3": "MLI", "month": months, "dry": [(m.month in (1, 2, 3)) * 1.0 for m in months]})
    fit = fit_hawkes(coups, countries="MLI", covariates=frame, period="none", contagion=False, **WINDOW)
    assert len(fit.baseline.edges) == 793
    assert fit.n_events == 8
    assert fit.tidy().set_index("quantity").loc["dry", "estimate"] > 0


@pytest.mark.parametrize(
    ("frame", "text"),
    [
        ({"iso3": ["MLI"] * 2, "year": [1990, 1990], "x": [1.0, 2.0]}, "several rows for one iso3 and year"),
        ({"iso3": ["MLI"], "year": [1990], "x": ["high"]}, "these are not: x"),
        ({"iso3": ["MLI"], "year": [1990]}, "these are not: .no column."),
        ({"iso3": ["MLI"] * 2, "year": [1990, 1991], "x": [1.0, np.inf]}, "'x' is infinite in 1 rows, first MLI 1991"),
    ],
)
def test_unusable_covariates_are_named(coups, frame, text):
    with pytest.raises(ModelError, match=text):
        fit_hawkes(coups, countries="west_africa", covariates=pd.DataFrame(frame), **WINDOW)


def test_singular_covariates_are_named(coups):
    grid = pd.MultiIndex.from_product([sk.places.members("west_africa"), range(1960, 2026)], names=["iso3", "year"])
    years = pd.DataFrame({"a": np.arange(len(grid)) % 7.0, "b": 2 * (np.arange(len(grid)) % 7.0)}, index=grid)
    with pytest.raises(ModelError, match=r"1 of the columns .* a, b repeat others or never vary"):
        fit_hawkes(coups, countries="west_africa", covariates=years.reset_index(), **WINDOW)


def test_no_event_and_one_event():
    with pytest.raises(ModelError, match="none of the 0 events lies in the window"):
        fit_hawkes(_events(), countries="focus", **WINDOW)
    with pytest.raises(ModelError, match="none of the 1 events lies in the window"):
        fit_hawkes(_events(("MLI", "1959-01-01")), countries="focus", **WINDOW)
    one = fit_hawkes(_events(("MLI", "1991-03-26")), countries="focus", **WINDOW)
    assert (one.n_events, one.own, one.cross, one.lr) == (1, 0.0, 0.0, 0.0)
    assert math.isnan(one.own_lag)
    # Nothing followed the one event: e^-bound = e^-1.353, and less where the lag lets part of it fall later.
    assert 1.35 < one.cross_upper < 1.6
    rates = np.exp(one.baseline.design @ one.estimate.point.coef)
    assert rates @ one.baseline.exposure == pytest.approx(1.0, rel=1e-4)


def test_events_outside_are_counted_never_dropped_in_silence(coups):
    extra = _events(("GMB", "1963-05-05"), ("FRA", "1990-01-01"), ("MLI", "2026-05-01"), ("TGO", "1958-01-01"))
    fit = fit_hawkes(pd.concat([coups, extra]), countries="west_africa", **WINDOW)
    o = fit.observed
    assert (o.n_events, o.n_history, o.n_elsewhere, o.n_later) == (105, 2, 1, 1)
    assert "2 earlier events as history; left out: 1 of other countries, 1 later" in fit.summary()


def test_history_pulls_but_is_not_explained(coups):
    late = fit_hawkes(coups, countries="west_africa", start=1975, end=2025)
    cut = fit_hawkes(coups[coups["date"] >= "1975"], countries="west_africa", start=1975, end=2025)
    assert late.n_events == cut.n_events
    assert late.observed.n_history == 105 - late.n_events
    assert float(late.intensity().sel(part="own", iso3="GHA").isel(time=0)) > 0
    assert float(cut.intensity().sel(part="own", iso3="GHA").isel(time=0)) == 0


def test_events_of_one_day_do_not_set_one_another_off():
    rows = [(code, day) for day in ("1980-05-05", "1991-05-05", "2005-05-05") for code in ("MLI", "BFA", "NER")]
    fit = fit_hawkes(_events(*rows), countries="focus", **WINDOW)
    assert fit.observed.n_ties == 9
    assert fit.cross == 0.0
    assert "9 events share their day" in fit.summary()


def test_process_that_runs_away_is_reported():
    rng = np.random.default_rng(1)
    dates = pd.Timestamp("1980-01-01") + pd.to_timedelta(np.sort(12000 - 1000 * rng.exponential(1, 400)).clip(0), "D")
    events = pd.DataFrame({"iso3": "MLI", "date": dates.normalize()}).drop_duplicates()
    with pytest.warns(RuntimeWarning, match=r"not stationary: its branching ratio is 1\.\d+, not below 1"):
        fit = fit_hawkes(events, countries="MLI", start=1980, end=2012, period="none", contagion=False, own_lag=1.0)
    assert not fit.stationary
    assert "NOT below 1" in fit.summary()
    assert "not stationary" in fit.says()
    assert "pas stationnaire" in fit.says(lang="fr")


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"period": "decades"}, UnknownNameError, "Did you mean 'decade'"),
        ({"period": 0}, OptionError, "from 1 to 20 columns"),
        ({"kernel": "gamma"}, UnknownNameError, "unknown kernel 'gamma'"),
        ({"kernel": "step"}, OptionError, "cannot be searched. Give own_lag= and cross_lag="),
        ({"own_lag": -1.0}, OptionError, "a number of years above 0"),
        ({"cross_lag": (2.0, 1.0)}, OptionError, "or two that rise"),
        ({"level": 90}, OptionError, "a share between 0 and 1"),
        ({"country_sd": 0.0}, OptionError, "a standard deviation is above 0"),
        ({"country_sd": math.inf}, OptionError, "a standard deviation is above 0"),
        ({"own_lag": "1"}, OptionError, "a number of years above 0"),
        ({"own_lag": True}, OptionError, "a number of years above 0"),
        ({"cross_lag": (0.1, 1.0, 2.0)}, OptionError, "or two that rise"),
        ({"cross_lag": math.nan}, OptionError, "or two that rise"),
        ({"start": None}, DateError, "absent means none"),
        ({"end": 1950}, DateError, "it lies before start"),
        ({"countries": "west_afrika"}, UnknownPlaceError, "unknown country"),
        ({"countries": ["MLI"]}, ModelError, "no country is tied to another"),
        (
            {"countries": ["MLI", "BFA"], "start": 1900, "end": 1950},
            ModelError,
            "did not exist between 1900-01-01 and 1950-12-31",
        ),
    ],
)
def test_bad_option_is_named(coups, options, error, text):
    with pytest.raises(error, match=text):
        fit_hawkes(coups, **{"countries": "west_africa", **WINDOW, **options})


def test_bad_weights_are_named(coups):
    w = spatial_weights("focus")
    with pytest.raises(OptionError, match="dimensions target and source"):
        fit_hawkes(coups, countries="focus", weights=w.rename(target="a"), **WINDOW)
    with pytest.raises(ModelError, match="weights of BFA, CIV"):
        fit_hawkes(coups, countries=["MLI", "BFA", "CIV"], weights=w.sel(target=["MLI"], source=["MLI"]), **WINDOW)
    with pytest.raises(ModelError, match="must not be negative"):
        fit_hawkes(coups, countries="focus", weights=-w, **WINDOW)
    with pytest.raises(ModelError, match="no weight for itself"):
        fit_hawkes(coups, countries="focus", weights=w + xr.ones_like(w), **WINDOW)
    for odd, error, text in (
        (w.values, OptionError, "a DataArray with the dimensions target and source"),
        (w.drop_vars("source"), OptionError, "each source has one label"),
        (xr.concat([w, w], "source"), OptionError, "each source has one label"),
        (w.astype(str), OptionError, "they are numbers"),
        (w.where(w == 0, np.inf), ModelError, "negative or infinite"),
        (w.where(w == 0), ModelError, "are NA or missing"),
        (0 * w, ModelError, "no country is tied to another"),
    ):
        with pytest.raises(error, match=text):
            fit_hawkes(coups, countries="focus", weights=odd, **WINDOW)
    raw = fit_hawkes(coups, countries="focus", weights=spatial_weights("focus", normalise=None), **WINDOW)
    assert "do not sum to 1" in raw.summary()


def test_missing_column_and_date(coups):
    with pytest.raises(MissingColumnsError, match="fit_hawkes needs the column 'date'"):
        fit_hawkes(coups[["iso3"]], countries="focus", **WINDOW)
    with pytest.raises(DateError, match=r"date=NaT in row 2 of 2 \(index 1, MLI\): it is empty"):
        fit_hawkes(_events(("MLI", "1991-03-26"), ("MLI", None)), countries="focus", **WINDOW)


def test_sentences_give_estimate_bound_events_and_countries(fit, coups):
    for lang, head, mark in (
        ("en", "Across 16 countries, 1960-2025 (105 coup attempts)", "."),
        ("fr", "105 tentatives", ","),
    ):
        text = fit.says(lang=lang)
        assert head in text
        assert f"{fit.cross:.2f}".replace(".", mark) in text
        assert f"{fit.cross_upper:.2f}".replace(".", mark) in text
        assert text.count(". ") == 0
    assert "alone does not show that there is any contagion" in fit.says()
    alone = fit_hawkes(coups, countries="west_africa", contagion=False, **WINDOW)
    assert f"{alone.own:.2f} further attempts in the same country" in alone.says()
    with pytest.raises(UnknownNameError, match="unknown language 'de'"):
        fit.says(lang="de")


@pytest.mark.parametrize(
    ("window", "lags"),
    [
        (WINDOW, {"own_lag": 1e9}),
        (WINDOW, {"cross_lag": (100, 200)}),
        ({"start": "2012-03-22", "end": "2012-03-22"}, {}),
    ],
)
def test_lags_longer_than_the_window_are_refused(coups, window, lags):
    with pytest.raises(OptionError, match="years shows no event that follows another by so long"):
        fit_hawkes(coups, countries="west_africa", **window, **lags)


def test_a_set_is_cut_to_the_states_of_the_window():
    events = sk.load_coups(countries="africa", start=2015, end=2020)
    fit = fit_hawkes(events, countries="africa", start=2015, end=2020, contagion=False)
    assert len(fit.countries) == 54
    with pytest.raises(ModelError, match="did not exist between"):
        fit_hawkes(events, countries=["MLI", "YUG"], start=2015, end=2020, contagion=False)
