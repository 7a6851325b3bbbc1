"""Figures of the hazard models: source, size, two languages, no word off the sheet, and what is drawn."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sahelkit.errors import UnknownNameError
from sahelkit.models.hazard.fitting import fit_hazard
from sahelkit.models.hazard.random_intercepts import fit_random_intercepts
from sahelkit.models.hazard.split_population import SplitPopulationFit
from sahelkit.models.hazard.wild import wild_score_test
from sahelkit.models.placebo.period_effects import EFFECTS, FixedEffectsTrap
from sahelkit.models.placebo.power import ContagionPower
from sahelkit.models.placebo.result import Placebo


def _rows():
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"iso3": np.repeat(list("ABCDEFGH"), 60), "x": rng.integers(0, 2, 480)})
    frame["event"] = (rng.random(480) < 0.05 + 0.1 * frame["x"]).astype(int)
    return frame


def _split():
    coef, cov = np.array([3.0, 0.2, 1.0, 0.5, 0.1]), 0.04 * np.eye(5)
    terms, sizes = ("Intercept", "x"), {"n_rows": 900, "n_dropped": 0, "n_events": 60, "n_clusters": 16}
    return SplitPopulationFit(
        terms, terms, coef, cov, -300.0, np.full(9, 0.6), 0.95, **sizes, outcome="attempt", cluster="iso3"
    )


def _placebo(kind):
    null = np.random.default_rng(2).normal(size=500)
    values = {"kind": kind, "statistic": 1.2, "null": null, "p_value": 0.11, "alternative": "greater", "lagged": 0.9}
    sizes = {"ratio": 1.1, "window": 12, "n_rows": 9000, "n_events": 103, "n_clusters": 16}
    return Placebo(**values, **sizes, link="cloglog", cluster="iso3", freq="M")


def _power():
    table = pd.DataFrame({"cross": [0.0, 0.1, 0.3], "power": [0.08, 0.4, 0.9], "power_calibrated": [0.05, 0.35, 0.88]})
    table = table.assign(ratio_median=[1.0, 1.2, 1.4], ratio_low=0.9, ratio_high=1.6, events=103.0)
    settings = {"alpha": 0.05, "critical": 1.9, "window": 12, "own": 0.35, "own_lag": 24.0, "cross_lag": 12.0}
    return ContagionPower(table=table, **settings, replicates=200, n_events=105, n_clusters=16)


def _trap():
    table = pd.DataFrame({"effects": list(EFFECTS), "ratio": [1.0, 0.95, 0.9, 0.5]})
    table = table.assign(ratio_low=table["ratio"] * 0.8, ratio_high=table["ratio"] * 1.2)
    for name, factor in (
        ("low", 0.85),
        ("quartile_low", 0.93),
        ("median", 1.0),
        ("quartile_high", 1.05),
        ("high", 1.15),
    ):
        table[f"null_{name}"] = table["ratio"] * factor
    sizes = {"replicates": 200, "n_events": 105, "n_clusters": 16}
    return FixedEffectsTrap(table=table.assign(share_below=0.5), draws=np.ones((9, 4)), window=24, level=0.95, **sizes)


FIGURES = {
    "hazard": lambda lang: fit_hazard("event ~ x", _rows()).plot(lang=lang),
    "wild": lambda lang: wild_score_test(fit_hazard("event ~ x", _rows()), "x").plot(lang=lang),
    "intercepts": lambda lang: fit_random_intercepts("event ~ x", _rows()).plot(lang=lang),
    "split": lambda lang: _split().plot(lang=lang),
    "geography": lambda lang: _placebo("geography").plot(lang=lang),
    "leads": lambda lang: _placebo("leads").plot(lang=lang),
    "far": lambda lang: _placebo("far").plot(lang=lang),
    "calendar": lambda lang: _placebo("calendar").plot(lang=lang),
    "power": lambda lang: _power().plot(lang=lang),
    "trap": lambda lang: _trap().plot(lang=lang),
}


def _texts(figure):
    from matplotlib.text import Text

    return [item for item in figure.findobj(Text) if item.get_text().strip() and item.get_visible()]


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("name", FIGURES)
def test_figure_names_source_and_size_and_loses_no_word(name, lang):
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    figure = FIGURES[name](lang)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    words = [item.get_text() for item in _texts(figure)]
    assert any(text.startswith("Source: " if lang == "en" else "Source : ") for text in words)
    assert any("n = " in text for text in words)
    for item in _texts(figure):
        box = item.get_window_extent(canvas.get_renderer())
        assert box.x1 > figure.bbox.x0, item.get_text()
        assert box.y0 < figure.bbox.y1, item.get_text()


@pytest.mark.parametrize("name", FIGURES)
def test_french_differs_from_english_and_other_languages_are_named(name):
    english, french = ({text.get_text() for text in _texts(FIGURES[name](lang))} for lang in ("en", "fr"))
    assert any(text not in english for text in french)
    with pytest.raises(UnknownNameError, match=r"unknown language 'de'.*Known: en, fr"):
        FIGURES[name]("de")


def test_placebo_marks_the_observed_value_and_the_lags():
    lines = [line.get_xdata()[0] for line in _placebo("leads").plot().axes[0].lines]
    assert lines == [1.2, 0.9]


def test_trap_draws_the_observed_ratios():
    dots = [line.get_xdata()[0] for line in _trap().plot().axes[0].lines if line.get_marker() == "o"]
    assert dots == [1.0, 0.95, 0.9, 0.5]
