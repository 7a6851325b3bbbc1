"""The panel as an object: declared, immutable, cut at the day of knowledge, and clear about mistakes."""

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sahelkit.errors import CoverageWarning, DateError, OptionError, UnknownNameError, UnknownPlaceError
from sahelkit.panels import Panel, coverage, panel


def _coups(start="2012-01", end="2012-06", **options):
    return panel("Mali", start, end).add_coups(rule="powell_thyne", **options)


def test_every_method_returns_a_new_panel_and_leaves_the_old_one():
    bare = panel("Mali", "2012-01", "2012-06")
    more = bare.add_coups()
    cut = more.as_of("2012-05-01")
    assert (bare.columns, more.columns, cut.columns) == ((), more.columns, more.columns)
    assert more.columns == ("attempt", "success", "failure")
    assert (more.known_on, cut.known_on) == (None, pd.Timestamp("2012-05-01"))
    assert bare.frame.columns.tolist() == ["iso3", "country", "gwcode", "period"]


def test_panels_with_the_same_steps_are_equal():
    assert _coups() == _coups()
    assert hash(_coups()) == hash(_coups())
    assert _coups() != _coups().as_of("2012-05-01")


def test_changing_the_frame_does_not_change_the_panel():
    mali = _coups()
    frame = mali.frame
    frame.loc[:, "attempt"] = 99.0
    frame["more"] = 1
    assert mali.frame["attempt"].tolist() == [0, 0, 1, 0, 1, 0]
    assert "more" not in mali.frame


def test_repr_says_what_it_holds():
    assert repr(panel("focus", 2010, 2012, freq="Y")) == ("Panel(5 states, 2010 to 2012, freq='Y': no columns yet)")
    assert repr(_coups().as_of("2012-05-01")) == (
        "Panel(1 states, 2012-01 to 2012-06, freq='M', as of 2012-05-01: attempt, success, failure)"
    )


def test_the_window_holds_the_periods_of_its_first_and_last_day():
    assert panel("Mali", "2012-01-31", "2012-03-01").frame["period"].astype(str).tolist() == [
        "2012-01",
        "2012-02",
        "2012-03",
    ]
    assert panel("Mali", 2011, "2012-03", freq="Y").frame["period"].astype(str).tolist() == ["2011", "2012"]


def test_attrs_tell_what_the_frame_is_made_of():
    assert _coups().as_of("2012-05-01").frame.attrs == {
        "sahelkit": {
            "datasets": {"states": "2026.3", "coups": "2026.3"},
            "rule": "powell_thyne",
            "as_of": "2012-05-01",
        }
    }


# The coup of 22 March 2012 is known from 21 April, that of 1 May from 31 May; March is over and known by 30 April.
AS_OF = [
    ("2012-04-20", [0, 0, np.nan, np.nan]),
    ("2012-04-21", [0, 0, 1, np.nan]),
    ("2012-04-30", [0, 0, 1, np.nan]),
    ("2012-05-29", [0, 0, 1, np.nan, np.nan]),
    ("2012-05-30", [0, 0, 1, 0, np.nan]),
    ("2012-05-31", [0, 0, 1, 0, 1]),
    ("2012-07-29", [0, 0, 1, 0, 1, np.nan]),
    ("2012-07-30", [0, 0, 1, 0, 1, 0]),
]


@pytest.mark.parametrize(("day", "attempts"), AS_OF)
def test_as_of_shows_events_from_their_day_and_zeros_from_the_end_of_the_month(day, attempts):
    np.testing.assert_array_equal(_coups().as_of(day).frame["attempt"], attempts)


def test_as_of_may_stand_anywhere_and_the_last_one_holds():
    steps = _coups().lag("attempt", months=2).since_last("attempt").add_neighbours("attempt").past("attempt", years=1)
    first = panel("Mali", "2012-01", "2012-06").as_of("2012-05-01").add_coups(rule="powell_thyne")
    first = first.lag("attempt", months=2).since_last("attempt").add_neighbours("attempt").past("attempt", years=1)
    pd.testing.assert_frame_equal(steps.as_of("2012-05-01").frame, first.frame)
    pd.testing.assert_frame_equal(first.as_of("2012-03-01").as_of("2012-05-01").frame, first.frame)


def test_the_clock_runs_on_what_was_known():
    # On 20 April nobody could know of 22 March: the clock of April still counts from 26 March 1991.
    before = _coups().since_last("attempt").as_of("2012-04-20").frame
    assert before["since_last_attempt"].tolist() == [246, 247, 248, 249]
    after = _coups().since_last("attempt").as_of("2012-04-21").frame
    assert after["since_last_attempt"].tolist() == [246, 247, 248, 1]


def test_years_count_the_events_of_their_months():
    yearly = panel("Mali", 2011, 2013, freq="Y").add_coups(rule="powell_thyne").since_last("attempt").frame
    assert yearly["attempt"].tolist() == [0, 2, 0]
    assert yearly["since_last_attempt"].tolist() == [20, 21, 1]
    assert yearly["period"].dtype == pd.PeriodDtype("Y")


def test_one_warning_per_source_points_at_this_file_and_comes_once():
    cline = panel("focus", "2020", "2024").add_coups(rule="cline").since_last("attempt")
    with pytest.warns(CoverageWarning) as caught:
        assert len(cline.frame) == 300
    assert len(caught) == 1
    assert caught[0].filename == __file__
    assert str(caught[0].message) == (
        "coups covers 1945-01-01 to 2022-12-31 (world) for attempt, success, failure (120 of 300 country-months lie "
        "outside). Outside, the value is NA, not zero."
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert cline.frame["attempt"].isna().sum() == 120
        assert panel("focus", "2020", "2022").add_coups(rule="cline").frame["attempt"].notna().all()


@pytest.mark.parametrize("ask", [Panel.latest, Panel.to_xarray, coverage], ids=["latest", "to_xarray", "coverage"])
def test_the_warning_points_here_whatever_asks_first(ask):
    with pytest.warns(CoverageWarning, match="cline|2022-12-31") as caught:
        ask(panel("focus", "2020", "2024").add_coups(rule="cline"))
    assert [warning.filename for warning in caught] == [__file__]


@settings(max_examples=15, deadline=None)
@given(
    st.dates(pd.Timestamp("2011-06-01").date(), pd.Timestamp("2013-12-31").date()),
    st.dates(pd.Timestamp("2011-06-01").date(), pd.Timestamp("2013-12-31").date()),
)
def test_what_is_known_stays_known(one, other):
    """A later day of knowledge hides nothing and takes no event back."""
    built = (
        panel("focus", "2011", "2013")
        .add_coups(rule="majority", include_plots=True)
        .add_conflict()
        .add_leaders()
        .add_democracy("vdem_polyarchy")
        .add_neighbours("attempt")
    )
    early, late = (built.as_of(day.isoformat()).frame.set_index(["iso3", "period"]) for day in sorted((one, other)))
    now = late.loc[early.index]
    counts = ["attempt", "success", "failure", "plot", "neighbours_attempt"]
    for name in built.columns:
        seen = early[name].notna()
        assert now.loc[seen, name].notna().all(), name
        if name in counts:
            assert (now.loc[seen, name] >= early.loc[seen, name]).all(), name
        else:
            assert (now.loc[seen, name] == early.loc[seen, name]).all(), name


BAD_CALLS = [
    (lambda: panel("Malli", 2010, 2012), UnknownPlaceError, "Did you mean Mali (MLI)"),
    (lambda: panel("Mali", 2012, 2010), DateError, "end=2010: it lies before start=2012"),
    (lambda: panel("Mali", None, 2010), DateError, "start=None: a panel needs its first and last period"),
    (lambda: panel("Mali", "2012-13", 2013), DateError, "start='2012-13': not a date"),
    (lambda: panel("Mali", 2010, 2012, freq="W"), UnknownNameError, "unknown freq 'W'. Known: M, Y. M is months, Y is"),
    (lambda: panel("East Germany", 2010, 2012), OptionError, "none of these states exists between 2010 and 2012"),
    (lambda: _coups().as_of("2011-12-31"), DateError, "it lies before the panel begins (2012-01)"),
    (lambda: _coups().as_of("2012-03"), DateError, "what is known changes from day to day: give a full day"),
    (lambda: _coups().as_of("soon"), DateError, "as_of='soon': not a date"),
    (
        lambda: _coups().lag("atempt", months=1),
        UnknownNameError,
        "unknown panel column 'atempt'. Did you mean 'attempt'",
    ),
    (lambda: _coups().since_last("coups"), UnknownNameError, "unknown panel column 'coups'"),
    (lambda: _coups().lag([], months=1), OptionError, "columns=[]: nothing is named"),
    (lambda: _coups().add_coups(), OptionError, "column='attempt': the panel has it already. Use a second panel."),
    (lambda: _coups().lag("attempt", months=1).lag("attempt", periods=1), OptionError, "the panel has it already"),
    (lambda: panel("Mali", 2010, 2012).add_coups(rule="pt"), UnknownNameError, "unknown rule 'pt'"),
    (lambda: panel("Mali", 2010, 2012).add_conflict("ucdp_death"), UnknownNameError, "unknown conflict column"),
    (lambda: panel("Mali", 2010, 2012, version="1999.1").frame, Exception, "1999.1"),
]


@pytest.mark.parametrize(("call", "kind", "message"), BAD_CALLS)
def test_mistakes_get_one_clear_sentence(call, kind, message):
    with pytest.raises(kind) as error:
        call()
    assert message in str(error.value)
