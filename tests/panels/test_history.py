"""Lags, windows and clocks, worked by hand, then against a plain loop."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sahelkit.errors import OptionError
from sahelkit.panels.history import clock, last_before, past_sum, periods_in

NAN = np.nan


def _row(text):
    """'.' no event, 'x' event, '?' not observed, '-' state does not exist."""
    cells = np.array([list(text)])
    return cells == "x", ~np.isin(cells, ["?", "-"]), cells != "-"


CLOCKS = [
    # no event: the clock runs from the first observed period
    ("...", [0, 1, 2], [1, 1, 1]),
    # an event does not count in its own period; the period after it is 1
    (".x..x.", [0, 1, 1, 2, 3, 1], [1, 1, 0, 0, 0, 0]),
    ("x.", [0, 1], [1, 0]),
    ("xx.", [0, 1, 1], [1, 0, 0]),
    # the source begins late: nothing is known before, and the first observed period is 0
    ("??.x.", [NAN, NAN, 0, 1, 1], [NAN, NAN, 1, 1, 0]),
    # the source ends: the first period outside is still known, the next is not
    ("x.??", [0, 1, 2, NAN], [1, 0, 0, NAN]),
    # a gap in the source hides what happened; the next event starts the clock again
    ("x.?..x.", [0, 1, 2, NAN, NAN, NAN, 1], [1, 0, 0, NAN, NAN, NAN, 0]),
    ("..?..x.", [0, 1, 2, NAN, NAN, NAN, 1], [1, 1, 1, NAN, NAN, NAN, 0]),
    # no state, no event: the clock goes on by the calendar
    ("-.x-.", [NAN, 0, 1, NAN, 2], [NAN, 1, 1, NAN, 0]),
    (".--.", [0, NAN, NAN, 3], [1, NAN, NAN, 1]),
    ("????", [NAN] * 4, [NAN] * 4),
]


@pytest.mark.parametrize(("cells", "since", "never"), CLOCKS)
def test_clock(cells, since, never):
    got_since, got_never = clock(*_row(cells))
    np.testing.assert_array_equal(got_since[0], since)
    np.testing.assert_array_equal(got_never[0], never)


def _clock_by_hand(cells):
    since, never = [], []
    for t, cell in enumerate(cells):
        before = cells[:t]
        entry = next((s for s, c in enumerate(cells) if c in ".x"), None)
        value = (NAN, NAN)
        if cell != "-" and entry is not None and t >= entry:
            event = max((s for s, c in enumerate(before) if c == "x"), default=None)
            begin = entry if event is None else event
            if "?" not in before[begin:]:
                value = (t - begin, float(event is None))
        since.append(value[0])
        never.append(value[1])
    return since, never


@settings(deadline=None)
@given(st.text(alphabet=".x?-", min_size=1, max_size=15))
def test_clock_is_the_plain_loop(cells):
    since, never = clock(*_row(cells))
    wanted = _clock_by_hand(cells)
    np.testing.assert_array_equal(since[0], wanted[0])
    np.testing.assert_array_equal(never[0], wanted[1])


@given(st.lists(st.booleans(), min_size=1, max_size=12))
def test_last_before_looks_strictly_back(marks):
    got = last_before(np.array([marks]))[0]
    assert got.tolist() == [max((s for s in range(t) if marks[s]), default=-1) for t in range(len(marks))]


@given(
    st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=1, max_size=12),
    st.integers(1, 14),
)
def test_past_sum_leaves_out_its_own_period_and_stops_at_the_unknown(cells, periods):
    values = np.array([[float(v) for v, _ in cells]])
    unknown = np.array([[u for _, u in cells]])
    got = past_sum(values, unknown, periods)[0]
    for t in range(len(cells)):
        window = cells[max(t - periods, 0) : t]
        whole = t >= periods and not any(u for _, u in window)
        np.testing.assert_array_equal(got[t], sum(v for v, _ in window) if whole else NAN)


@pytest.mark.parametrize(
    ("freq", "length", "periods"),
    [
        ("M", {"periods": 3}, 3),
        ("M", {"months": 3}, 3),
        ("M", {"years": 2}, 24),
        ("Y", {"years": 2}, 2),
        ("Y", {"months": 24}, 2),
        ("Y", {"periods": 2}, 2),
    ],
)
def test_lengths(freq, length, periods):
    given_lengths = {"periods": None, "months": None, "years": None} | length
    assert periods_in(freq, **given_lengths) == periods


@pytest.mark.parametrize(
    ("freq", "length", "message"),
    [
        ("M", {}, "give exactly one of periods=, months= or years="),
        ("M", {"months": 1, "years": 1}, "give exactly one of periods=, months= or years="),
        (
            "M",
            {"months": -1},
            "months=-1: a length is at least one period. lag() and past() look back, lead() looks ahead.",
        ),
        ("M", {"periods": 0}, "periods=0: a length is at least one period"),
        ("M", {"years": 0.5}, "years=0.5: not a whole number."),
        ("M", {"years": True}, "years=True: not a whole number."),
        ("Y", {"months": 6}, "months=6: not a whole number of years. This panel is yearly: use years=."),
    ],
)
def test_bad_lengths(freq, length, message):
    with pytest.raises(OptionError) as error:
        periods_in(freq, **({"periods": None, "months": None, "years": None} | length))
    assert message in str(error.value)
