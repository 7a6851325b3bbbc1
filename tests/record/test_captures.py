"""Lags of captures against counts by hand, on toy events and on the crisis of 2012."""

from __future__ import annotations

import pandas as pd
import pytest

import sahelkit as sk
from sahelkit.errors import DateError, MissingColumnsError, ModelError, UnknownNameError
from sahelkit.record.captures import capture_lags
from sahelkit.record.place_history import place_history

COUP = "2000-06-15"


def _events(*rows):
    # place, control, date, and the range of the date where it is unsure
    table = [(*row, row[2], row[2])[:5] if len(row) == 3 else row for row in rows]
    frame = pd.DataFrame(table, columns=["place_en", "control", "date", "date_min", "date_max"])
    for name in ("date", "date_min", "date_max"):
        frame[name] = pd.to_datetime(frame[name])
    precision = (frame["date_min"] == frame["date_max"]).map({True: "day", False: "day_unverified"})
    return frame.assign(
        place_fr=frame["place_en"].str.upper(),
        event_id=[f"E{number}" for number in range(len(frame))],
        date_precision=precision,
        latitude=1.0,
        longitude=2.0,
    )


def _lags(*rows, **options):
    return capture_lags(_events(*rows), **{"coup": COUP, "start": "2000-01-01", "end": "2000-12-31"} | options)


def test_days_are_counted_from_the_coup():
    found = _lags(("a", "lost", "2000-06-05"), ("b", "lost", "2000-06-15"), ("c", "lost", "2000-07-01"))
    assert found.lags[["place_en", "days", "relative"]].values.tolist() == [
        ["a", -10, "before"],
        ["b", 0, "after"],
        ["c", 16, "after"],
    ]
    assert (found.n_before, found.n_places, found.lag("B")) == (1, 3, 0)
    assert found.share_before == pytest.approx(1 / 3)


def test_unsure_days_widen_the_count_and_not_its_middle():
    found = _lags(
        ("a", "lost", "2000-06-05", "2000-06-01", "2000-06-14"),
        ("b", "lost", "2000-06-14", "2000-06-10", "2000-06-20"),
        ("c", "lost", "2000-06-16", "2000-06-12", "2000-06-18"),
    )
    assert found.lags["relative"].tolist() == ["before", "unsure", "unsure"]
    assert (found.n_before, found.n_before_min, found.n_before_max) == (2, 1, 3)
    assert "2 (between 1 and 3)" in found.says()
    assert "2 (entre 1 et 3)" in found.says(lang="fr")


def test_a_place_retaken_before_the_coup_is_lost_before_and_not_held_on_its_eve():
    found = _lags(
        ("a", "lost", "2000-02-01"), ("a", "regained", "2000-03-01"), ("a", "lost", "2000-07-01"),
        ("b", "lost", "2000-02-01"), ("b", "shared", "2000-03-01"),
        ("c", "lost", "2000-02-01"), ("c", "regained", "2000-06-14", "2000-06-10", "2000-06-20"),
        ("d", "lost", "2000-02-01"), ("d", "between_groups", "2000-03-01"),
    )  # fmt: skip
    assert found.lags.set_index("place_en")["held_on_eve"].to_dict() == {
        "a": "no", "b": "unsure", "c": "unsure", "d": "yes",
    }  # fmt: skip
    assert (found.n_held_on_eve, found.n_held_min, found.n_held_max) == (1, 1, 3)
    assert found.lags.set_index("place_en")["n_losses"].to_dict() == {"a": 2, "b": 1, "c": 1, "d": 1}


def test_losses_outside_the_window_do_not_count_and_later_recaptures_are_told():
    found = _lags(
        ("a", "lost", "2000-05-01"), ("a", "regained", "2001-02-03"), ("a", "lost", "2005-01-01"),
        ("b", "lost", "2001-01-01"), ("z", "regained", "2000-05-01"),
    )  # fmt: skip
    assert found.lags["place_en"].tolist() == ["a"]
    assert str(found.lags["regained"].iloc[0].date()) == "2001-02-03"


def test_the_crisis_of_2012_by_hand():
    events = sk.load_crisis(countries="MLI")
    found = capture_lags(events, coup="2012-03-22", start="2012-01-16", end="2012-04-30")
    assert [found.lag(place) for place in ("Aguelhok", "Ménaka", "Tessalit", "Kidal", "Gao", "Tombouctou")] == [
        -58, -50, -12, 8, 9, 10,
    ]  # fmt: skip
    assert (found.n_before, found.n_places, found.n_held_on_eve) == (6, 11, 5)
    douentza = found.lags.set_index("place_en").loc["Douentza"]
    assert (douentza["days_min"], douentza["days_max"]) == (10, 14)
    assert "6 were first lost before the coup of 22 March 2012 (55%" in found.says()
    assert "11 places lost" in found.summary()
    assert found.to_xarray()["days"].sel(place_en="Kidal") == 8


def test_history_of_a_place_has_its_last_loss_and_the_recapture_after_it():
    table = place_history(
        _events(
            ("a", "lost", "2000-01-01"), ("a", "regained", "2000-02-01"), ("a", "lost", "2000-03-01"),
            ("a", "between_groups", "2000-04-01"), ("a", "shared", "2000-05-01"), ("a", "regained", "2000-06-01"),
            ("b", "regained", "2000-03-01"), ("c", "lost", "2000-03-05"),
        ),
        start=2000, end=2000,
    ).set_index("place_en")  # fmt: skip
    days = table[["lost", "first_lost", "regained"]].apply(lambda column: column.dt.strftime("%Y-%m-%d")).fillna("NaT")
    assert days.loc["a"].tolist() == ["2000-03-01", "2000-01-01", "2000-05-01"]
    assert days.loc["b"].tolist() == ["NaT", "NaT", "2000-03-01"]
    assert days.loc["c"].tolist() == ["2000-03-05", "2000-03-05", "NaT"]
    assert table["n_between"].to_dict() == {"a": 1, "b": 0, "c": 0}
    assert table.loc["a", "regained_how"] == "shared"


def test_bad_input_is_refused_in_words():
    with pytest.raises(ModelError, match="no place is lost from 2000-01-01 to 2000-12-31"):
        _lags(("a", "regained", "2000-05-01"))
    with pytest.raises(ModelError, match="the coup of 1999-06-15 lies outside the window"):
        _lags(("a", "lost", "2000-05-01"), coup="1999-06-15")
    with pytest.raises(ModelError, match="Paris is not among the places lost: a"):
        _lags(("a", "lost", "2000-05-01")).lag("Paris")
    with pytest.raises(MissingColumnsError, match="capture_lags needs the column 'control'"):
        capture_lags(_events(("a", "lost", "2000-05-01")).drop(columns="control"), coup=COUP, start=2000, end=2000)
    with pytest.raises(DateError, match="end"):
        _lags(("a", "lost", "2000-05-01"), start="2001", end="2000")
    with pytest.raises(UnknownNameError, match="unknown language"):
        _lags(("a", "lost", "2000-05-01")).says(lang="de")
    with pytest.raises(ModelError, match="no place changes hands"):
        place_history(_events(("a", "lost", "2000-05-01")), start=2001, end=2002)
    with pytest.raises(ModelError, match="needs a coup, a start and an end"):
        _lags(("a", "lost", "2000-05-01"), coup=None)
