"""Every figure says in both languages what it shows, where it comes from and how many cases stand behind it."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

import sahelkit as sk
from sahelkit.errors import MissingColumnsError, UnknownNameError
from sahelkit.plots import style
from sahelkit.plots.bounds import plot_bounds
from sahelkit.plots.coups import plot_agreement, plot_coup_timeline
from sahelkit.plots.curves import plot_hazard_curves
from sahelkit.plots.fragility import plot_fragility
from sahelkit.plots.ratios import plot_ratios
from sahelkit.record.agreement import coder_agreement
from sahelkit.record.standing import standing

FOCUS = ["MLI", "BFA", "GIN", "NER", "CIV"]


def _timeline(lang):
    return plot_coup_timeline(sk.load_coups(rule="any", include_plots=True), countries=FOCUS, lang=lang)


def _agreement(lang):
    events = sk.load_coups(rule="any", include_plots=True, countries="study")
    return plot_agreement(coder_agreement(events, list(sk.coup_coders()["prefix"])), lang=lang)


def _fragility(lang):
    values = pd.DataFrame({"iso3": FOCUS * 2, "column": ["a"] * 5 + ["b"] * 5, "value": range(10), "year": 2011})
    values["value"] = values["value"].astype(float)
    values.loc[3, "value"] = np.nan
    table = standing(values, higher_is_worse={"a": True, "b": False})
    return plot_fragility(
        table, countries=FOCUS, labels={"a": "income", "b": "growth"}, date="2012-03-21", source="toy", lang=lang
    )


def _ratios(lang):
    rows = pd.DataFrame({"label": ["12", "24"], "ratio": [1.1, 0.9], "ratio_low": [0.9, 0.5], "ratio_high": [1.3, 1.6]})
    return plot_ratios(rows.assign(n_events=102, n_rows=12_169, n_clusters=16), source="toy", lang=lang)


def _bounds(lang):
    rows = pd.DataFrame({"label": ["land", "language"], "estimate": [0.04, 0.0], "low": [0.0, 0.0], "high": [0.1, 0.2]})
    return plot_bounds(rows.assign(n_events=105), source="toy", n="n = 16", lang=lang)


def _curves(lang):
    rows = pd.DataFrame({"label": "cubic", "months": [6.0, 120.0, 240.0], "ratio": [3.0, 1.0, 0.5]})
    rows = rows.assign(ratio_low=rows["ratio"] / 2, ratio_high=rows["ratio"] * 2)
    return plot_hazard_curves(rows, reference=120, source="toy", n="n = 105", lang=lang)


FIGURES = {
    "bounds": _bounds,
    "curves": _curves,
    "timeline": _timeline,
    "agreement": _agreement,
    "fragility": _fragility,
    "ratios": _ratios,
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
    frame = figure.bbox
    for item in _texts(figure):
        box = item.get_window_extent(canvas.get_renderer())
        # bbox="tight" saves what hangs over; a word that starts outside the sheet on the left or top is a mistake
        assert box.x1 > frame.x0, item.get_text()
        assert box.y0 < frame.y1, item.get_text()


@pytest.mark.parametrize("name", FIGURES)
def test_french_differs_from_english(name):
    english, french = ({t.get_text() for t in _texts(FIGURES[name](lang))} for lang in ("en", "fr"))
    assert any(text not in english for text in french)


@pytest.mark.parametrize("name", FIGURES)
def test_unknown_language_is_named(name):
    with pytest.raises(UnknownNameError, match=r"unknown language 'de'.*Known: en, fr"):
        FIGURES[name]("de")


def test_figure_shows_itself_as_a_picture_and_leaves_no_open_figure():
    import matplotlib.pyplot as plt

    assert _ratios("en")._repr_png_().startswith(b"\x89PNG")
    assert plt.get_fignums() == []


def test_users_own_settings_stay():
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    _ratios("en")
    assert dict(mpl.rcParams) == before


def test_timeline_draws_each_verdict_once():
    events = sk.load_coups(rule="any", include_plots=True, countries="MLI")
    figure = plot_coup_timeline(events, countries=["MLI"])
    colour = style.OUTCOME_COLOURS["success"]
    marks = [line for line in figure.axes[0].lines if line.get_markerfacecolor() == colour and line.get_marker() == "o"]
    drawn = sum(len(line.get_xdata()) for line in marks)
    verdicts = sum((events[f"{prefix}_outcome"] == "success").sum() for prefix in sk.coup_coders()["prefix"])
    assert drawn == verdicts


@pytest.mark.parametrize("countries", ["focus", ["focus"], ["Mali", 439, "GIN", "Niger", "Ivory Coast"]])
def test_timeline_takes_countries_as_loaders_do(countries):
    events = sk.load_coups(rule="any", include_plots=True, countries="focus")
    axes = plot_coup_timeline(events, countries=countries).axes[0]
    names = {text.get_text() for text in axes.texts}
    words = " ".join(text.get_text() for text in axes.figure.texts)
    assert "sahelkit coups 2026.3; rule any" in " ".join(words.split())
    assert {"Mali", "Burkina Faso", "Guinea", "Niger", "Côte d’Ivoire"} <= {name.replace("'", "’") for name in names}


def test_frame_without_columns_is_named():
    with pytest.raises(MissingColumnsError, match="plot_ratios needs the column"):
        plot_ratios(pd.DataFrame({"ratio": [1.0]}), source="toy")


def test_colours_stay_apart_for_colour_blind_readers_and_in_grey():
    """Luminance of success, failure and background differ enough to be told apart in grey print."""

    def luminance(colour):
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    assert abs(luminance(style.VERMILION) - luminance(style.BLUE)) > 0.03
    assert luminance(style.PALE) - luminance(style.VERMILION) > 0.3


def test_a_timeline_has_ground_only_where_a_coder_covers():
    events = sk.load_coups(rule="any", include_plots=True)
    grounds = {}
    for iso3 in ("MLI", "FRA", "GRD"):
        axes = plot_coup_timeline(events, countries=[iso3]).axes[0]
        grounds[iso3] = sum(line.get_linewidth() == 5 for line in axes.lines)
        plt.close(axes.figure)
    coders = sk.coup_coders()
    everywhere = (coders["places"] == "world").sum()
    # Outside the study region three coders speak; one of them leaves out states that stayed small.
    assert grounds == {"MLI": len(coders), "FRA": everywhere + 1, "GRD": everywhere}
