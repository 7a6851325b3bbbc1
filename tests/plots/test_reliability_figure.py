"""The figure of a back-test: source, size, two languages, no word off the sheet, and what is drawn."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

from sahelkit.errors import UnknownNameError
from sahelkit.evaluate import Backtest


@pytest.fixture(scope="module")
def done():
    rng = np.random.default_rng(4)
    origins = pd.PeriodIndex([pd.Period(str(year), "Y") for year in range(1995, 2015)])
    models = ("a model", "base_rate", "base_rate_15y", "time_since", "own_history")
    risk = rng.beta(0.4, 12, (20, 80)).round(2) + 0.001
    happened = (rng.random((20, 80)) < risk).astype(float)
    parts = []
    for number, model in enumerate(models):
        given = risk if number == 0 else np.full((20, 80), 0.03 + 0.002 * number)
        frame = pd.DataFrame({"model": model, "origin": np.repeat(origins, 80), "iso3": list(range(80)) * 20})
        parts.append(frame.assign(probability=given.ravel(), outcome=happened.ravel(), scored=True, why=""))
    sizes = {"n_own": 1, "outcome": "attempt", "freq": "Y", "horizon": 1, "refit": 1, "vintages": False}
    frame = pd.concat(parts, ignore_index=True)
    return Backtest(frame=frame, models=models, **sizes, source="a toy", seed=0)


def _texts(figure):
    return [item for item in figure.findobj(Text) if item.get_text().strip() and item.get_visible()]


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_it_names_source_and_size_and_loses_no_word(done, lang):
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    figure = done.plot(lang=lang)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    text = " ".join(item.get_text() for item in _texts(figure))
    assert ("Source: a toy" if lang == "en" else "Source : a toy") in text
    assert "n = 1" in text
    assert ("time since last event" if lang == "en" else "temps depuis le dernier") in text
    ticks = {label for axes in figure.axes for label in (*axes.get_xticklabels(), *axes.get_yticklabels())}
    for item in set(_texts(figure)) - ticks:  # ticks beyond the end of an axis are there and not drawn
        box = item.get_window_extent(canvas.get_renderer())
        assert box.x0 >= figure.bbox.x0 - 1, item.get_text()
        assert box.x1 <= figure.bbox.x1 + 1, item.get_text()
        assert box.y1 <= figure.bbox.y1 + 1, item.get_text()


def test_the_curve_is_the_isotonic_fit_and_the_bars_count_all_rows(done):
    figure = done.plot()
    curve = done.reliability()
    left, below, right = figure.axes
    drawn = next(line for line in left.lines if line.get_label().startswith("observed"))
    np.testing.assert_allclose(drawn.get_ydata(), curve["observed"])
    assert sum(bar.get_height() for bar in below.patches) == 1600
    marks = [container for container in right.containers if hasattr(container, "lines")]
    assert len(marks) == 5
    table = done.by_decade()
    np.testing.assert_allclose(list(marks[0].lines[0].get_ydata()), table.loc[table["model"] == "a model", "estimate"])


def test_other_languages_are_refused(done):
    with pytest.raises(UnknownNameError, match=r"unknown language 'de'.*Known: en, fr"):
        done.plot(lang="de")
