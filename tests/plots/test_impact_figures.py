"""Figures about an event: source, size, two languages, no word off the sheet, and what is drawn."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import sahelkit as sk
from sahelkit.errors import UnknownNameError
from sahelkit.exposure import spatial_weights
from sahelkit.models.impact import (
    Mark,
    break_dates,
    coup_windows,
    event_study,
    impact_table,
    interrupted_series,
    synthetic_control,
    synthetic_did,
)

MARKS = [
    Mark("2013-01-11", "French intervention", "intervention française"),
    Mark("2012-01-17", "rebellion begins", "début de la rébellion"),
]


@pytest.fixture(scope="module")
def results():
    coups = sk.load_coups(countries="africa", rule="powell_thyne")
    labels = coups["iso3"] + " " + coups["date"].dt.strftime("%Y-%m")
    events = coups[labels.isin(["MLI 2012-03", "GIN 2021-09", "NER 2023-07"])]
    frame, options = sk.load_conflict(countries="africa"), {"coups": coups, "weights": spatial_weights("africa")}
    months = {w.label: w for w in coup_windows(frame, events, width=1, **options)}
    periods = {w.label: w for w in coup_windows(frame, events, **options)}
    series = interrupted_series(months["MLI 2012-03"], harmonics=1)
    study = event_study(coup_windows(frame, events, before=24, **options), replicates=300, seed=1)
    return {
        "series": series,
        "breaks": break_dates(series),
        "synthetic": synthetic_control(periods["MLI 2012-03"]),
        "did": synthetic_did(periods["NER 2023-07"]),
        "study": study,
        "bounds": study.bounds(),
        "table": impact_table(frame, events, **options),
    }


def _figure(results, name, lang):
    if name == "gaps":
        return results["synthetic"].plot_placebos(lang=lang)
    more = {"marks": MARKS} if name in ("series", "breaks", "synthetic") else {}
    return results[name].plot(lang=lang, **more)


NAMES = ("series", "breaks", "synthetic", "gaps", "did", "study", "bounds", "table")


def _texts(figure):
    from matplotlib.text import Text

    return [item for item in figure.findobj(Text) if item.get_text().strip() and item.get_visible()]


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("name", NAMES)
def test_figure_names_source_and_size_and_loses_no_word(results, name, lang):
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    figure = _figure(results, name, lang)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    words = [item.get_text() for item in _texts(figure)]
    assert any(text.startswith("Source: " if lang == "en" else "Source : ") for text in words)
    assert any("n = " in text for text in words)
    for item in _texts(figure):
        box = item.get_window_extent(canvas.get_renderer())
        assert box.x1 > figure.bbox.x0, item.get_text()
        assert box.x0 < figure.bbox.x1, item.get_text()
        assert box.y0 < figure.bbox.y1, item.get_text()


@pytest.mark.parametrize("name", NAMES)
def test_french_differs_from_english_and_other_languages_are_named(results, name):
    english, french = ({text.get_text() for text in _texts(_figure(results, name, lang))} for lang in ("en", "fr"))
    assert len(french - english) >= 2
    with pytest.raises(UnknownNameError, match=r"unknown language 'de'.*Known: en, fr"):
        _figure(results, name, "de")


def test_other_events_are_numbered_in_the_order_of_time(results):
    words = [text.get_text() for text in _texts(_figure(results, "series", "en"))]
    assert any(text.startswith("1  rebellion begins (Jan 2012)") for text in words)
    assert any(text.startswith("2  French intervention (Jan 2013)") for text in words)


def test_forest_draws_every_estimate_and_names_those_that_are_missing(results):
    found = results["table"]
    axes = _figure(results, "table", "en").axes[0]
    made = found.table["effect"].dropna()
    drawn = [line.get_xdata()[0] for line in axes.lines if line.get_marker() in "sDo^" and len(line.get_xdata()) == 1]
    assert sorted(drawn) == pytest.approx(sorted(made))
    missing = [text for text in _texts(axes) if text.get_text().strip().startswith("no estimate")]
    assert len(missing) == found.table["effect"].isna().sum()


def test_event_study_draws_the_coefficients(results):
    study = results["study"]
    axes = _figure(results, "study", "en").axes[0]
    drawn = np.concatenate([line.get_ydata() for line in axes.lines if line.get_marker() in ("s", "o")])
    assert drawn == pytest.approx(study.estimate)


def test_synthetic_control_draws_both_paths(results):
    found = results["synthetic"]
    lines = [line.get_ydata() for line in _figure(results, "synthetic", "en").axes[0].lines]
    for path in (found.observed, found.synthetic):
        assert any(len(line) == len(path) and np.allclose(line, path) for line in lines)
    assert isinstance(found.months, pd.PeriodIndex)


RESULTS = [name for name in NAMES if name != "gaps"]


@pytest.mark.parametrize("name", RESULTS)
def test_every_result_is_text_and_arrays_too(results, name):
    found = results[name]
    arrays = found.to_xarray()
    assert arrays.sizes
    assert arrays.attrs["summary"] == found.headline()
    for lang in ("en", "fr"):
        assert found.headline(lang=lang) in found.summary(lang=lang)
        assert found.says(lang=lang).endswith(".")
        assert "{" not in found.says(lang=lang) + found.headline(lang=lang)
    assert found.headline(lang="en") != found.headline(lang="fr")
    with pytest.raises(UnknownNameError, match="unknown language 'de'"):
        found.says(lang="de")


@pytest.mark.parametrize("name", RESULTS)
def test_the_repr_of_every_result_fits_a_screen(results, name):
    lines = repr(results[name]).splitlines()
    assert lines[0].startswith(f"{type(results[name]).__name__}: ")
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 120


@pytest.mark.parametrize("name", NAMES)
def test_figures_are_drawn_on_given_axes(results, name):
    from matplotlib.figure import Figure

    figure = Figure()
    left, right = figure.subplots(1, 2)
    plot = results["synthetic"].plot_placebos if name == "gaps" else results[name].plot
    assert plot(ax=right) is figure
    assert right.get_title(loc="left") or right.get_title()
    assert right.has_data()
    assert not left.has_data()


def test_a_window_cut_short_says_so_in_both_languages():
    coups = sk.load_coups(countries="africa", rule="powell_thyne")
    first = coups[(coups["iso3"] == "MLI") & (coups["date"] >= "2020")]
    frame = sk.load_conflict(countries="africa")
    window = coup_windows(frame, first, coups=coups, weights=spatial_weights("africa"))[0]
    found = synthetic_control(window)
    assert found.headline(lang="en").endswith("; the window ends before the next event in 2021-05")
    assert found.headline(lang="fr").endswith(" ; la fenêtre s’arrête avant l’événement suivant, en 2021-05")
