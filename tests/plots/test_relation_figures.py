"""The figures of the relation say in both languages what they show, and show the uncertainty."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from sahelkit.errors import UnknownNameError
from sahelkit.models.relation import relation_matrix, what_if
from sahelkit.plots.relation import plot_relation, plot_what_if

SMALL = {"countries": ["focus", "SEN"], "draws": 100}


@pytest.fixture(scope="module")
def matrix():
    return relation_matrix(horizon=(36, 12), **SMALL)


@pytest.fixture(scope="module")
def path():
    return what_if("MLI", "2012-03-22", horizon=36, **SMALL)


def _texts(figure):
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.text import Text

    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a layout that does not fit only warns
        FigureCanvasAgg(figure).draw()
    return {item.get_text() for item in figure.findobj(Text) if item.get_text().strip() and item.get_visible()}


@pytest.mark.parametrize("form", ["interventional", "conditional", "shared"])
def test_heatmap_writes_every_median_and_interval_in_both_languages(matrix, form):
    english, french = (_texts(plot_relation(matrix.to_xarray(), form=form, lang=lang)) for lang in ("en", "fr"))
    quantity = {"interventional": 2, "conditional": 5, "shared": 7}[form]
    low, _, _, _, high = np.round(matrix.values[0, 0, 0, quantity], 1)
    assert f"[{low:.1f}, {high:.1f}]".replace("-", "−") in english
    assert f"[{low:.1f} ; {high:.1f}]".replace("-", "−").replace(".", ",") in french
    assert any(text.startswith("Source: Powell and Thyne") and "n = " in text for text in english)
    assert any(text.startswith("Source : Powell et Thyne") for text in french)
    assert {"Guinea", "Niger"} <= english
    assert {"Guinée", "Niger"} <= french


def test_heatmap_draws_intervals_of_posterior_and_prior(matrix):
    figure = plot_relation(matrix.to_xarray(), horizon=12)
    lengths = [line.get_xdata() for line in figure.axes[0].lines if len(line.get_xdata()) == 2]
    # Thick and thin bar for posterior and prior in each of the 25 cells.
    assert len(lengths) == 4 * 25


def test_paths_draw_two_risks_a_difference_and_the_record(path):
    figure = plot_what_if(path.to_xarray(), path.record, lang="fr")
    texts = _texts(figure)
    assert "Et sans la tentative de coup du 22 mars 2012 au Mali ?" in texts
    marks = [line for line in figure.axes[0].lines if line.get_marker() == "^"]
    drawn = sorted(float(x) for line in marks for x in line.get_xdata())
    record = path.record[path.record["iso3"].isin(["MLI", "BFA"])]
    assert drawn == sorted(record["months"])
    assert len(figure.axes) == 8
    assert len(figure.axes[0].collections) == 4  # two bands for each of the two paths
    assert len(figure.axes[4].collections) == 2
    assert all(axis.get_ylim()[0] == 0 for axis in figure.axes[:4])  # a chance is drawn from zero


def test_english_title_names_source_and_day(path):
    assert "Had the attempt of 22 March 2012 in Mali not been made" in _texts(path.plot())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"form": "causal"}, "unknown form 'causal'.*Known: conditional, interventional, shared"),
        ({"horizon": 24}, "unknown horizon 24.*Known: 12, 36"),
        ({"lang": "de"}, "unknown language 'de'"),
    ],
)
def test_what_cannot_be_drawn_is_named(matrix, options, message):
    with pytest.raises(UnknownNameError, match=message):
        plot_relation(matrix.to_xarray(), **options)
