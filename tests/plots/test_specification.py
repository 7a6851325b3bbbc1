"""Figures of many models: their words, and that what they draw is what the result says."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

import sahelkit as sk
from sahelkit.models.bounds import exposure_measures
from sahelkit.plots.specification import choice_words


@pytest.fixture(scope="module")
def found():
    panel = sk.panel("west_africa", "1955", "2020", freq="Y").add_coups(rule="powell_thyne").add_leaders().frame
    measures = exposure_measures(panel, windows=[1, 3], weights=["land", "language"])
    return sk.extreme_bounds(
        f"onset ~ never | {measures.terms} | reign_military_career",
        panel,
        measures=measures,
        effects=("none", "decade"),
        link=("cloglog", "logit"),
    )


@pytest.fixture(scope="module")
def null(found):
    return found.null("geography", replicates=19, models=6, seed=1)


def _figure(name, found, null, lang):
    if name == "verdict":
        return null.plot(lang=lang)
    return found.plot(
        kind="curve" if name == "curve" else "histogram", null=null if name == "histogram" else None, lang=lang
    )


def _texts(figure):
    FigureCanvasAgg(figure).draw()
    return [item for item in figure.findobj(Text) if item.get_text().strip() and item.get_visible()]


@pytest.mark.parametrize("name", ["curve", "histogram", "alone", "verdict"])
def test_figures_name_their_source_and_size_and_stay_inside(found, null, name):
    figure = _figure(name, found, null, "en")
    texts = _texts(figure)
    words = [item.get_text() for item in texts]
    assert any("Source: sahelkit" in word and "n = " in word and "16 countries" in word for word in words)
    for item in texts:
        box = item.get_window_extent()
        assert box.x1 > figure.bbox.x0, item.get_text()
        assert box.y0 < figure.bbox.y1, item.get_text()


@pytest.mark.parametrize("name", ["curve", "histogram", "alone", "verdict"])
def test_french_figures_share_only_numbers_and_names_with_english_ones(found, null, name):
    english, french = ({item.get_text() for item in _texts(_figure(name, found, null, lang))} for lang in ("en", "fr"))
    shared = {word for word in english & french if sum(letter.isalpha() for letter in word) > 2}
    assert shared <= {"cloglog", "logit"}


def test_the_curve_draws_every_model_in_order(found):
    figure = found.plot(kind="curve")
    upper = figure.axes[0]
    drawn = np.concatenate([line.get_ydata() for line in upper.lines if line.get_marker() == "."])
    assert np.sort(drawn) == pytest.approx(np.sort(found.models.loc[found.used, "effect"].to_numpy()))


def test_shades_of_the_choices_count_the_models(found):
    lower = found.plot(kind="curve").axes[1]
    labels = [label.get_text() for label in lower.get_yticklabels()]
    assert labels[:2] == ["effects: none", "decade"]
    shade = lower.collections[0].get_array().reshape(len(labels), -1)
    effects = found.models[found.used].sort_values("effect", kind="stable")["effects"]
    edges = np.linspace(0, len(effects), shade.shape[1] + 1)
    bins = np.searchsorted(edges, np.arange(len(effects)), side="right")
    for place, name in enumerate(("none", "decade")):
        share = (effects == name).groupby(bins).mean().to_numpy()
        np.testing.assert_allclose(shade[place], share / share.max())


def test_histograms_hold_all_models(found, null):
    axes = found.plot(kind="histogram", null=null).axes[0]
    for patch in axes.patches[:2]:
        assert patch.get_data().values.sum() == pytest.approx(1.0)


def test_choices_have_names_in_both_languages():
    assert choice_words("effects", "country+5-year", "fr") == "pays + cinq ans"
    assert choice_words("weights", "region", "en") == "whole region"
