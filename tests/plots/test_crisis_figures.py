"""The timeline, the map of the north and the lags: every event drawn once, in place, and nothing drawn from nothing."""

from __future__ import annotations

from functools import cache

import pytest

import sahelkit as sk
from sahelkit.errors import MissingColumnsError, ModelError, OptionError, UnknownNameError
from sahelkit.plots.north import plot_north
from sahelkit.plots.timeline import LANES, lane_of, plot_timeline
from sahelkit.record.captures import capture_lags
from sahelkit.record.place_history import place_history

WINDOW = {"start": "2012-03-10", "end": "2012-04-12"}


def _clashes(texts):
    """Pairs of texts whose boxes overlap by more than the air around the letters."""
    boxes = [(item.get_text(), item.get_window_extent()) for item in texts]
    return [
        (a, b)
        for i, (a, one) in enumerate(boxes)
        for b, two in boxes[i + 1 :]
        if min(one.x1, two.x1) - max(one.x0, two.x0) > 2 and min(one.y1, two.y1) - max(one.y0, two.y0) > 4
    ]


@cache
def _events():
    return sk.load_crisis(countries="MLI", **WINDOW)


def _texts(figure):
    from matplotlib.text import Text

    return [item for item in figure.findobj(Text) if item.get_text().strip()]


def _said(figure):
    return " ".join(item.get_text() for item in _texts(figure)).replace("\n", " ")


def _timeline(lang="en", **options):
    return plot_timeline(_events(), lang=lang, **(WINDOW | options))


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ["30 Mar Kidal falls", "Those in power", "Mar 2012", "c. 20 Mar°"]),
        ("fr", ["1er avr.", "Ceux qui gouvernent", "v. 20 mars°", "Source : sahelkit"]),
    ],
)
def test_timeline_writes_every_event(lang, words):
    figure = _timeline(lang)
    said = " ".join(_said(figure).split())
    for word in [*words, f"n = {len(_events())} "]:
        assert word in said, word
    for text in _events()[f"description_{lang}"]:
        assert all(part in said for part in text.split()), text


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_no_two_texts_of_the_timeline_cover_each_other(lang):
    figure = _timeline(lang, rules={"2012-03-22": "the coup"}, bands=[("2012-03-30", "2012-04-01", "the fall")])
    figure.canvas.draw()
    axes = figure.axes[0]
    assert _clashes(axes.texts) == []
    page = axes.get_window_extent()
    assert max(item.get_window_extent().x1 for item in axes.texts) <= page.x1 + 2


def test_events_of_a_day_stand_at_one_depth_and_later_days_below():
    events = _events()
    figure = _timeline()
    dots = [line for line in figure.axes[0].lines if line.get_marker() in ("s", "o") and len(line.get_xdata()) == 1]
    assert len(dots) == len(events)
    depth = [float(line.get_ydata()[0]) for line in dots]
    day = dict(zip(events["date"], depth, strict=True))
    assert list(day.values()) == sorted(day.values())
    filled = [line for line in dots if line.get_marker() == "s"]
    assert len(filled) == events["control"].notna().sum()


def test_lanes_follow_type_and_actor():
    assert lane_of("territorial_capture", "lost", "mnla") == "north"
    assert lane_of("declaration", None, "cnrdre") == "army"
    assert lane_of("declaration", None, "mnla") == "groups"
    assert lane_of("international_act", None, "au") == "abroad"
    assert lane_of("appointment", float("nan"), float("nan")) == "power"
    assert {lane_of(*row) for row in _events()[["event_type", "control", "actors"]].itertuples(index=False)} <= set(
        LANES
    )


def test_timeline_of_nothing_is_refused():
    with pytest.raises(ModelError, match="no event from 1999 to 2000; there is no timeline to draw"):
        plot_timeline(_events(), start="1999", end="2000")
    with pytest.raises(OptionError, match="is not the day of an event"):
        _timeline(rules={"2012-03-24": "a quiet day"})
    with pytest.raises(UnknownNameError, match="unknown language 'de'"):
        _timeline("de")
    with pytest.raises(MissingColumnsError, match="plot_timeline needs the column 'control'"):
        plot_timeline(_events().drop(columns="control"), **WINDOW)


@cache
def _history():
    return place_history(sk.load_crisis(countries="MLI"), start="2012-01-16", end="2013-07-31")


def _map(lang="en", **options):
    settings = {"coup": "2012-03-22", "until": "2012-04-30", "start": "2012-01-16", "end": "2013-07-31"}
    return plot_north(_history(), sk.load_map(), lang=lang, **(settings | options))


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        (
            "en",
            ["Timbuktu", "▼ 1 Apr 12 ▲ 28 Jan 13", "lost before the coup of 22 Mar 12", "coordinates: Anéfis"],
        ),
        ("fr", ["Tombouctou", "▼ 01.04.12 ▲ 28.01.13", "perdue avant le coup d’État du 22.03.12", "Source : sahelkit"]),
    ],
)
def test_map_names_every_place_with_its_days(lang, words):
    said = _said(_map(lang))
    for word in words:
        assert word in said, word
    for place in _history().dropna(subset="latitude")[f"place_{lang}"]:
        assert place in said, place


def test_signs_stand_on_their_places_and_words_do_not_cover_each_other():
    figure = _map()
    figure.canvas.draw()
    axes = figure.axes[0]
    drawn = {tuple(map(float, line.get_xydata()[0])) for line in axes.lines if len(line.get_xdata()) == 1}
    placed = _history().dropna(subset="latitude")
    assert set(zip(placed["longitude"], placed["latitude"], strict=True)) <= drawn
    assert _clashes([item for item in axes.texts if not item.get_clip_on()]) == []


def test_map_of_nothing_is_refused():
    with pytest.raises(ModelError, match="no place of the history has coordinates"):
        plot_north(
            _history().assign(latitude=float("nan")), sk.load_map(countries="MLI"),
            coup="2012-03-22", until="2012-04-30", start="2012", end="2013",
        )  # fmt: skip
    with pytest.raises(OptionError, match="holds no country"):
        plot_north(_history(), {}, coup="2012-03-22", until="2012-04-30", start="2012", end="2013")


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ["6 of 11 places were lost before the coup", "Timbuktu", "days from the coup of 22 March 2012"]),
        ("fr", ["6 localités sur 11", "Tombouctou", "jours depuis le coup d’État du 22 mars 2012"]),
    ],
)
def test_lags_are_drawn_at_their_days(lang, words):
    found = capture_lags(sk.load_crisis(countries="MLI"), coup="2012-03-22", start="2012-01-16", end="2012-04-30")
    figure = found.plot(lang=lang)
    said = _said(figure)
    for word in words:
        assert word in said, word
    drawn = {
        (int(x), int(y))
        for line in figure.axes[0].lines
        if line.get_marker() in ("s", "o")
        for x, y in line.get_xydata()
    }
    assert drawn == set(zip(found.lags["days"], range(len(found.lags)), strict=True))
