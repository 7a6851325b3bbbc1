"""Figures shown with a caption."""

from __future__ import annotations

import base64

import pytest

from sahelkit.errors import OptionError
from sahelkit.study import figures, show


@pytest.fixture
def displayed(monkeypatch):
    shown = []
    monkeypatch.setattr(figures, "_shell", object)
    monkeypatch.setattr("IPython.display.display", lambda *bundle, **more: shown.append((*bundle, more)))
    return shown


@pytest.fixture
def axes():
    import matplotlib as mpl

    mpl.use("agg")
    import matplotlib.pyplot as plt

    figure, drawn = plt.subplots(figsize=(2, 1))
    yield drawn
    plt.close(figure)


def test_figure_carries_captions_and_size(displayed, axes):
    show(axes, caption_en="A & B", caption_fr="A et B", dpi=100)
    bundle, more = displayed[0]
    png = base64.b64decode(bundle["image/png"])
    width = int.from_bytes(png[16:20], "big")
    assert more["metadata"]["sahelkit"] == {"caption_en": "A & B", "caption_fr": "A et B"}
    assert more["metadata"]["image/png"]["alt"] == "A & B"
    assert more["metadata"]["image/png"]["width"] == round(width * 0.96)
    assert displayed[1][0]["text/html"].endswith(">A &amp; B</p>")


def test_same_figure_gives_the_same_bytes_and_is_closed(displayed, axes):
    import matplotlib.pyplot as plt

    show(axes, caption_fr="Une figure")
    assert not plt.fignum_exists(axes.figure.number)
    show(axes.figure, caption_fr="Une figure")
    assert displayed[0][0] == displayed[2][0]
    assert displayed[0][1]["metadata"]["image/png"]["alt"] == "Une figure"


def test_seaborn_grid(displayed):
    class Grid:  # what a seaborn grid offers
        def __init__(self, figure):
            self.figure = figure

        def savefig(self):
            raise AssertionError("the figure itself is to be saved")

    from matplotlib.figure import Figure

    show(Grid(Figure(figsize=(1, 1))), caption_en="A grid")
    assert displayed[0][0]["text/plain"] == "A grid"


def test_no_caption_no_figure(axes):
    with pytest.raises(OptionError, match=r"a figure needs a caption\. Say in a sentence what is seen"):
        show(axes)


def test_what_is_no_figure():
    with pytest.raises(OptionError, match=r"figure='int': is not a matplotlib figure"):
        show(3, caption_en="x")
