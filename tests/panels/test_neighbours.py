"""Events next door."""

import numpy as np
import pytest

from sahelkit.errors import OptionError
from sahelkit.panels import panel
from sahelkit.panels.neighbours import neighbour_sum
from sahelkit.tables.borders import neighbours
from sahelkit.tables.coups import load_coups

NAN = np.nan
ALL = slice(0, 3)


def _sum(values, borders, *, uncovered=None, hidden=None, exists=None):
    values = np.array(values, dtype=float)
    no = np.zeros(values.shape, dtype=bool)
    return neighbour_sum(
        values,
        no if uncovered is None else np.array(uncovered, dtype=bool),
        no if hidden is None else np.array(hidden, dtype=bool),
        ~no if exists is None else np.array(exists, dtype=bool),
        borders,
    )


def test_own_events_do_not_count_and_two_neighbours_add_up():
    # 0 borders 1 and 2; 1 and 2 do not border each other
    borders = [(0, 1, ALL), (1, 0, ALL), (0, 2, ALL), (2, 0, ALL)]
    total, covered, hidden = _sum([[5, 0, 0], [1, 0, 2], [1, 0, 0]], borders)
    assert total.tolist() == [[2, 0, 2], [5, 0, 0], [5, 0, 0]]
    assert covered.all()
    assert not hidden.any()


def test_a_border_counts_while_it_lasts():
    total, _, _ = _sum([[0, 0, 0], [1, 1, 1]], [(0, 1, slice(1, 2))])
    assert total[0].tolist() == [0, 1, 0]


def test_a_neighbour_that_does_not_exist_has_no_events():
    exists = [[1, 1, 1], [0, 1, 1]]
    total, covered, _ = _sum([[0, 0, 0], [NAN, 1, 0]], [(0, 1, ALL)], exists=exists, uncovered=[[0] * 3, [1, 0, 0]])
    assert total[0].tolist() == [0, 1, 0]
    assert covered[0].all()


def test_one_uncovered_neighbour_makes_the_sum_unknown_even_with_events_elsewhere():
    uncovered = [[0] * 3, [0, 1, 0], [0] * 3]
    total, covered, _ = _sum([[0] * 3, [0, NAN, 0], [1, 1, 1]], [(0, 1, ALL), (0, 2, ALL)], uncovered=uncovered)
    np.testing.assert_array_equal(total[0], [1, NAN, 1])
    assert covered[0].tolist() == [True, False, True]


def test_before_publication_known_events_show_and_zero_does_not():
    hidden = [[0] * 3, [0, 1, 1], [0, 1, 1]]
    total, _, veiled = _sum([[0] * 3, [0, NAN, NAN], [0, NAN, 1]], [(0, 1, ALL), (0, 2, ALL)], hidden=hidden)
    np.testing.assert_array_equal(total[0], [0, NAN, 1])
    assert veiled[0].tolist() == [False, True, True]


def test_real_neighbours_outside_the_panel_count():
    # A panel of Niger alone: attempts of Mali, Burkina Faso, Chad, Nigeria ... in 2020 to 2022
    frame = panel("Niger", "2020", "2022").add_coups(rule="powell_thyne").add_neighbours("attempt").frame
    events = load_coups(rule="powell_thyne", countries=neighbours("Niger", on="2021"), start="2020", end="2022")
    assert len(events) >= 5
    wanted = events["date"].dt.to_period("M").value_counts().sort_index()
    got = frame.set_index("period")["neighbours_attempt"]
    assert got[got > 0].to_dict() == wanted.to_dict()


def test_bad_requests():
    coups = panel("focus", 2010, 2012).add_coups()
    with pytest.raises(OptionError, match="neighbours of neighbours are not computed"):
        coups.add_neighbours("attempt").add_neighbours("neighbours_attempt")
    with pytest.raises(OptionError, match=r"not a count of events \(counts in this panel: attempt, success, failure\)"):
        coups.since_last("attempt").add_neighbours("since_last_attempt")
