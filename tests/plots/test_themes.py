"""What users set with seaborn shows in our figures; without it they look as they always did."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
import seaborn as sns
from matplotlib.colors import to_hex

from sahelkit.plots.coups import plot_agreement
from sahelkit.plots.nulls import plot_null
from sahelkit.plots.ratios import plot_ratios
from sahelkit.plots.style import BLUE, SKY, VERMILION

DRAWS = np.random.default_rng(0).normal(size=500)
ROWS = pd.DataFrame({"label": ["a", "b"], "set": ["one", "two"], "ratio": [1.2, 0.8], "n_events": 9, "n_rows": 99})
ROWS = ROWS.assign(ratio_low=ROWS["ratio"] / 2, ratio_high=ROWS["ratio"] * 2, n_clusters=5)


def null():
    return plot_null(DRAWS, 2.0, p_value=0.02, title="t", axis="a", source="toy", n="n = 500")


def ratios():
    return plot_ratios(ROWS, label="label", group="set", source="toy")


def dots(figure):
    return [to_hex(dot.get_facecolors()[0]).upper() for dot in figure.axes[0].collections]


@pytest.fixture
def clean():
    with mpl.rc_context():
        mpl.rcdefaults()
        yield


def test_the_default_look_stays(clean):
    figure = null()
    assert to_hex(figure.axes[0].patches[-1].get_facecolor()).upper() == SKY
    assert not figure.axes[0].spines["top"].get_visible()
    assert tuple(figure.get_size_inches()) == (7.6, 3.9)
    assert figure.axes[0].get_ylabel() == "Draws"
    assert dots(ratios()) == [BLUE, VERMILION]
    assert mpl.rcParams["font.size"] == mpl.rcParamsDefault["font.size"]


def test_a_theme_a_palette_and_a_context_show(clean):
    sns.set_theme(style="darkgrid", palette="Set2", context="talk")
    wanted = [colour.upper() for colour in sns.color_palette("Set2").as_hex()]
    figure = null()
    assert to_hex(figure.axes[0].get_facecolor()).upper() == "#EAEAF2"
    assert to_hex(figure.axes[0].patches[-1].get_facecolor()).upper() == wanted[0]
    assert figure.axes[0].xaxis.label.get_fontsize() == mpl.rcParams["axes.labelsize"] == 18
    assert figure.get_size_inches()[0] > 7.6
    assert dots(ratios()) == wanted[:2]


def test_dots_stand_at_the_estimates(clean):
    places = [dot.get_offsets()[0].tolist() for dot in ratios().axes[0].collections]
    assert [x for x, _ in places] == pytest.approx([1.2, 0.8])
    assert [y for _, y in places] == ratios().axes[0].get_yticks().tolist()


def test_a_heat_map_has_one_cell_for_each_pair_and_says_where_there_is_none(clean):
    coders = pd.DataFrame({"prefix": ["x", "y"], "label_en": ["X", "Y"], "label_fr": ["X", "Y"]})
    pairs = pd.DataFrame({"coder_a": list("xxyy"), "coder_b": list("xyxy"), "n_either": 5.0, "n_both": 2.0})
    figure = plot_agreement(pairs.assign(share=[1.0, np.nan, np.nan, 0.4]), coders=coders)
    cells = figure.axes[0].collections[0].get_array()
    assert cells.filled(-1).ravel().tolist() == [100, -1, -1, 40]
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert sorted(texts) == ["100", "40", "n = 5", "n = 5", "no common\nevent", "no common\nevent"]
