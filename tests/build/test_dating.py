"""A series that stands in another year than its second copy is caught, in whole, in part, or in one place alone."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sahelkit.build.dating import LEAD, agreement, check_dating
from sahelkit.errors import TableError

YEARS = range(1960, 2020)


def frame(values: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(values, index=[f"P{i:02d}" for i in range(len(values))], columns=YEARS[: values.shape[1]])


def shifted(values: pd.DataFrame, years: int) -> pd.DataFrame:
    return values.rename(columns=lambda year: year + years)


def restless(*, places: int = 30, seed: int = 1) -> pd.DataFrame:
    return frame(np.random.default_rng(seed).normal(size=(places, len(YEARS))))


def smooth(*, places: int = 30, seed: int = 2) -> pd.DataFrame:
    """Levels whose changes resemble one another from year to year, as those of population or mortality do."""
    return frame(np.random.default_rng(seed).normal(size=(places, len(YEARS))).cumsum(axis=1).cumsum(axis=1))


def noisy(values: pd.DataFrame, *, share: float = 0.3, seed: int = 3) -> pd.DataFrame:
    return values + share * np.random.default_rng(seed).normal(size=values.shape)


def test_agreement_is_the_rank_correlation_of_changes():
    """Against scipy, place by place and lag by lag; a gap in one place takes two changes out."""
    ours = restless(places=4)
    copy = noisy(ours, share=1)
    ours.iloc[0, 20] = np.nan
    found = agreement(ours, copy)
    for place in ours.index:
        one, other = (values.loc[place].diff().rank() for values in (ours, copy))
        for lag in found:
            pairs = [(one.get(year + lag, np.nan), other[year]) for year in YEARS]
            pairs = [pair for pair in pairs if not np.isnan(pair).any()]
            assert found.loc[place, lag] == pytest.approx(stats.pearsonr(*zip(*pairs, strict=True)).statistic)


def test_no_unit_no_level_and_no_wild_year_enters():
    ours = restless()
    copy = noisy(ours)
    wild = copy.copy()
    wild.loc["P00"] = np.exp(wild.loc["P00"] * 20)
    pd.testing.assert_frame_equal(agreement(ours, copy), agreement(ours * 1e6 + 7, copy / 3))
    assert agreement(ours, wild).loc["P00", 0] > 0.5


def test_changes_of_changes_are_compared_where_changes_resemble_their_neighbours():
    ours = smooth()
    medians = agreement(ours, noisy(ours, share=0.1)).median()
    assert medians[0] > 0.9
    assert medians.drop(0).max() < 0.2
    levels = {lag: shifted(ours, -lag).corrwith(ours, axis=1).median() for lag in (0, 1)}
    assert levels[1] > 0.95, "levels agree at any lag"


@pytest.mark.parametrize("make", [restless, smooth])
@pytest.mark.parametrize(("years", "said"), [(1, "1 year late"), (-1, "1 year early"), (2, "2 years late")])
def test_a_series_shifted_in_all_years_is_caught_and_the_message_says_how(make, years, said):
    copy = make()
    assert check_dating("toy", "deaths", "registers", copy, copy)[0] == pytest.approx(1)
    with pytest.raises(TableError) as caught:
        check_dating("toy", "deaths", "registers", shifted(copy, years), copy)
    message = str(caught.value)
    assert f"deaths stands {said} against registers: agreement by lag is -2: " in message
    assert f"{years:+d}: 1.000" in message
    assert "Find out which of the two stands in the wrong year" in message


def test_a_shift_by_more_years_than_are_tried_is_caught():
    with pytest.raises(TableError):
        check_dating("toy", "deaths", "registers", shifted(restless(), 5), restless())


@pytest.mark.parametrize("make", [restless, smooth])
def test_a_series_shifted_from_some_year_on_is_caught(make):
    copy = make()
    ours = pd.concat([copy.loc[:, :1989], shifted(copy, 1).loc[:, 1990:2019]], axis=1)
    with pytest.raises(TableError, match=r"deaths after 19\d\d stands 1 year late"):
        check_dating("toy", "deaths", "registers", ours, copy)
    ours = pd.concat([shifted(copy, -1).loc[:, 1960:1989], copy.loc[:, 1990:]], axis=1)
    with pytest.raises(TableError, match=r"deaths to 19\d\d stands 1 year early"):
        check_dating("toy", "deaths", "registers", ours, copy)


def test_one_place_shifted_among_many_is_caught():
    copy = restless()
    ours = copy.copy()
    ours.loc["P07"] = shifted(copy, 1).loc["P07"].reindex(YEARS)
    with pytest.raises(TableError, match="deaths of P07 stands 1 year late"):
        check_dating("toy", "deaths", "registers", ours, copy)


@pytest.mark.parametrize(("years", "said"), [(1, "1 year late"), (-1, "1 year early")])
def test_one_place_that_falls_steadily_is_caught_by_its_values(years, said):
    """As mortality of one country: its changes agree nowhere, its values with those of the year before or after."""
    copy = restless()
    copy.loc["P07"] = [300.0 - 5 * n for n in range(len(YEARS))]
    ours = noisy(copy, share=0.2)
    check_dating("toy", "deaths", "registers", ours, copy)
    ours.loc["P07"] = shifted(ours, years).loc["P07"].reindex(YEARS)
    with pytest.raises(TableError, match=rf"deaths of P07 stands {said} against registers: distance by lag"):
        check_dating("toy", "deaths", "registers", ours, copy)
    # In another unit the values say nothing.
    check_dating("toy", "deaths", "registers", ours, copy * 1000)


def test_two_places_that_move_once_do_not_stop_the_build():
    copy = restless()
    ours = copy.copy()
    ours.loc["P07"], copy.loc["P07"] = 0.0, 0.0
    ours.loc["P07", 1990:], copy.loc["P07", 1991:] = 1.0, 1.0
    check_dating("toy", "deaths", "registers", ours, copy)


def test_what_has_no_power_is_refused_and_not_passed():
    copy = restless()
    with pytest.raises(TableError, match=r"registers cannot date deaths: only 0 places have 10 changes in common"):
        check_dating("toy", "deaths", "registers", copy * 0, copy)
    with pytest.raises(TableError, match="only 5 places"):
        check_dating("toy", "deaths", "registers", copy.head(5), copy)
    with pytest.raises(TableError, match="only 0 places"):
        check_dating("toy", "deaths", "registers", copy.loc[:, :1969], copy)
    with pytest.raises(TableError, match="only 0 places"):
        check_dating("toy", "deaths", "registers", copy.rename(index=str.lower), copy)
    noise = restless(seed=9)
    by_lag = agreement(noise, copy).median()
    assert by_lag[0] - by_lag.drop(0).max() < LEAD
    with pytest.raises(TableError):
        check_dating("toy", "deaths", "registers", noise, copy)


def test_a_copy_that_leads_by_little_is_refused_with_another_advice():
    copy = restless(places=200)
    weak = noisy(copy, share=25)
    by_lag = agreement(weak, copy).median()
    assert 0 < by_lag[0] - by_lag.drop(0).max() < LEAD
    with pytest.raises(TableError, match=r"agreement at lag 0 leads by less than 0.05 .* no copy dates"):
        check_dating("toy", "deaths", "registers", weak, copy)
