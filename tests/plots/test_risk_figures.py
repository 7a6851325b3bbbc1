"""Figures of the forecast: words in both languages, marks where the numbers are, no text out of the picture."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure

from sahelkit.errors import OptionError, UnknownNameError
from sahelkit.models.forecast import risk_path, risk_table
from sahelkit.plots.risk_map import SHADES, STEPS


@pytest.fixture(scope="module")
def table():
    return risk_table(countries="west_africa")


@pytest.fixture(scope="module")
def path():
    return risk_path("Mali", horizons=(1, 12, 36))


def _texts(figure):
    found = [text.get_text() for text in figure.findobj(lambda item: hasattr(item, "get_text"))]
    return " ".join(found)


def _inside(figure):
    figure.draw_without_rendering()
    frame = figure.bbox
    for axes in figure.axes:
        box = axes.title.get_window_extent(), axes._left_title.get_window_extent()
        for part in box:
            assert part.x1 <= frame.x1 + 1
        for text in axes.texts:
            part = text.get_window_extent()
            assert frame.x0 - 1 <= part.x0
            assert part.x1 <= frame.x1 + 1


@pytest.mark.parametrize(
    ("lang", "parts"),
    [
        ("en", ["Risk of a coup attempt", "Powell and Thyne", "Benin"]),
        ("fr", ["Risque d’une tentative", "Bénin", "mois"]),
    ],
)
@pytest.mark.parametrize("kind", ["plot", "map"])
def test_the_table_and_the_map_speak_the_language(table, lang, parts, kind):
    figure = getattr(table, kind)(lang=lang)
    said = _texts(figure)
    for part in parts:
        assert part in said
    _inside(figure)


def test_points_stand_at_the_probabilities(table):
    axes = table.plot().axes[0]
    np.testing.assert_allclose(axes.lines[0].get_xdata(), 100 * table.frame["probability"])


def test_the_map_colours_by_steps_and_hatches_wide_intervals(table):
    axes = table.map().axes[0]
    frame = table.frame
    drawn = [tuple(np.round(np.array(part.get_facecolor()[0][:3]) * 255).astype(int)) for part in axes.collections]
    for low, high, shade in zip(STEPS[:-1], STEPS[1:], SHADES, strict=True):
        inside = ((frame["probability"] >= low) & (frame["probability"] < high)).sum()
        colour = tuple(int(shade[k : k + 2], 16) for k in (1, 3, 5))
        assert drawn.count(colour) == inside
    hatched = sum(part.get_hatch() is not None for part in axes.collections)
    assert hatched == (frame["high"] > 2.5 * frame["low"]).sum() > 0


def test_shades_grow_darker_so_that_grey_print_keeps_their_order():
    light = [0.299 * int(s[1:3], 16) + 0.587 * int(s[3:5], 16) + 0.114 * int(s[5:7], 16) for s in SHADES]
    assert (np.diff(light) < -25).all()


@pytest.mark.parametrize(
    ("lang", "parts"),
    [("en", ["months ahead", "90 % band", "in Mali"]), ("fr", ["mois à venir", "bande à 90 %", "au Mali"])],
)
def test_the_fan_has_both_bands_and_the_base_rate(path, lang, parts):
    figure = path.plot(lang=lang)
    said = _texts(figure)
    for part in parts:
        assert part in said
    axes = figure.axes[0]
    assert len(axes.collections) == 2
    np.testing.assert_allclose(axes.lines[1].get_ydata(), 100 * path.base_rate)
    _inside(figure)


@pytest.mark.parametrize("kind", ["plot", "map", "fan"])
def test_figures_are_drawn_on_given_axes_in_the_style_of_the_user(table, path, kind):
    draw = path.plot if kind == "fan" else getattr(table, kind)
    own = Figure()
    left, right = own.subplots(1, 2)
    with mpl.rc_context({"axes.titleweight": "light"}):
        assert draw(ax=right, lang="fr") is own
    assert "Risque d’une tentative" in right.get_title()
    assert right.title.get_fontweight() != "bold"
    assert "Source" in " ".join(text.get_text() for text in right.texts)
    assert not left.has_data()
    assert own.get_supxlabel() == ""


def test_a_map_needs_all_of_west_africa():
    with pytest.raises(OptionError, match="risk_table\\(countries='west_africa'\\)"):
        risk_table(countries="focus").map()


def test_an_unknown_language_is_refused(table, path):
    for draw in (table.plot, table.map, path.plot):
        with pytest.raises(UnknownNameError, match="language"):
            draw(lang="es")
