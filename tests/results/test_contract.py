"""The contract of all results: signatures of every class, and that a small example of each does as it says.

The classes are found by walking the package, so that a new one is tested as soon as it is written; it needs an example
in `tests/support/results.py`. What a class cannot give stands in its `lacks` and nowhere else.
"""

from __future__ import annotations

import dataclasses
import inspect
import pkgutil
import re
from html.parser import HTMLParser
from importlib import import_module

import matplotlib as mpl
import pandas as pd
import pytest
import xarray as xr
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

import sahelkit as sk
from results import EXAMPLES, example
from sahelkit.errors import LackingError, UnknownNameError
from sahelkit.results.base import Result
from sahelkit.results.estimates import Estimates

CLASSES = 40
# Beside these, what estimated models speak of statsmodels.
MAY_LACK = {"says", "plot", "to_xarray", "ax", *(name for name in vars(Estimates) if not name.startswith("_"))}
# The options that stand first, in this order, with their defaults; a class may have more after them.
ASKED = {
    "tidy": {},
    "headline": {"lang": None},
    "summary": {"lang": None},
    "says": {"lang": None},
    "plot": {"ax": None, "lang": None},
    "to_xarray": {},
}
LINES, WIDTH = 24, 120


def _kinds():
    for found in pkgutil.walk_packages(sk.__path__, "sahelkit."):
        if not found.name.endswith("__main__"):
            import_module(found.name)
    waiting, kinds = [Result], {}
    while waiting:
        for kind in waiting.pop().__subclasses__():
            waiting.append(kind)
            ours = kind.__module__.startswith("sahelkit.") and dataclasses.is_dataclass(kind)
            if ours and kind.headline is not Result.headline:  # else it is what several classes share
                kinds[kind.__name__] = kind
    return kinds


KINDS = _kinds()


def each(function):
    return pytest.mark.parametrize("name", EXAMPLES)(function)


def test_every_class_has_an_example():
    assert set(KINDS) == set(EXAMPLES)
    assert len(EXAMPLES) == CLASSES


@each
def test_signatures(name):
    kind = KINDS[name]
    for method, asked in ASKED.items():
        options = list(inspect.signature(getattr(kind, method)).parameters.values())[1:]
        assert [item.name for item in options if item.kind is not item.KEYWORD_ONLY] == [], method
        assert {item.name: item.default for item in options[: len(asked)]} == asked, method
        assert [item.name for item in options[: len(asked)]] == list(asked), method
        assert [item.name for item in options if item.default is item.empty] == [], method


@each
def test_class_is_a_plain_frozen_record(name):
    kind = KINDS[name]
    assert kind.__dataclass_params__.frozen
    assert kind.__repr__ is Result.__repr__
    assert kind._repr_html_ is Result._repr_html_


@each
def test_what_is_lacking_is_declared(name):
    kind = KINDS[name]
    assert set(kind.lacks) <= MAY_LACK
    assert all(isinstance(why, str) and why for why in kind.lacks.values())
    assert "lacks" not in {item.name for item in dataclasses.fields(kind)}
    made = example(name)
    for what, call in (("says", made.says), ("plot", made.plot), ("to_xarray", made.to_xarray)):
        if what in kind.lacks:
            with pytest.raises(LackingError, match=f"{name} has no {what}: "):
                call()


@each
def test_table(name):
    table = example(name).tidy()
    assert isinstance(table, pd.DataFrame)
    assert len(table) > 0
    assert set(KINDS[name]._index) <= set(table.columns)
    assert all(isinstance(column, str) for column in table.columns)


@each
def test_two_languages(name):
    made = example(name)
    asked = ["headline", "summary", *(["says"] if "says" not in made.lacks else [])]
    for method in asked:
        said = {lang: getattr(made, method)(lang=lang) for lang in ("en", "fr")}
        assert said["en"] != said["fr"], method
        assert getattr(made, method)() == said["en"], method
        assert not any("{" in text or text != text.strip() for text in said.values()), method
        with pytest.raises(UnknownNameError, match="unknown language 'de'"):
            getattr(made, method)(lang="de")
    # A summary begins with what was done, or with the sentence that says what came out.
    heads = tuple(getattr(made, method)(lang="fr") for method in asked if method != "summary")
    assert made.summary(lang="fr").startswith(heads)


@each
def test_figure(name):
    made = example(name)
    if "plot" in made.lacks:
        return
    texts = {}
    for lang in ("en", "fr"):
        figure = made.plot(lang=lang)
        assert isinstance(figure, Figure)
        FigureCanvasAgg(figure).draw()
        texts[lang] = _texts(figure)
        # Where the data come from, and how many cases stand behind the figure.
        assert any(re.match(r"Source ?: .+\.  .*\d", text, re.DOTALL) for text in texts[lang]), lang
    assert texts["en"] != texts["fr"]
    with pytest.raises(UnknownNameError, match="unknown language 'de'"):
        made.plot(lang="de")


@each
def test_given_axes(name):
    made = example(name)
    if "plot" in made.lacks:
        return
    figure, settings = Figure(), dict(mpl.rcParams)
    axes = figure.subplots(1, 2)[1]
    if "ax" in made.lacks:
        with pytest.raises(LackingError, match=f"{name} has no ax: "):
            made.plot(ax=axes)
        return
    assert made.plot(ax=axes) is figure
    FigureCanvasAgg(figure).draw()
    assert axes.has_data() or axes.texts
    assert not figure.axes[0].has_data()
    assert any(text.startswith("Source: ") for text in _texts(axes))
    assert dict(mpl.rcParams) == settings


def _texts(artist):
    from matplotlib.text import Text

    found = [item.get_text() for item in artist.findobj(Text) if item.get_text()]
    return [text for text in found if not text.isdigit()]


@each
def test_arrays(name):
    made = example(name)
    if "to_xarray" in made.lacks:
        return
    found = made.to_xarray()
    assert isinstance(found, xr.Dataset)
    assert len(found.data_vars) > 0
    assert found.attrs["summary"] == made.headline()
    assert {values.dtype.kind for values in found.variables.values()} <= set("biufMOU")


@each
def test_a_screen_shows_it(name):
    lines = repr(example(name)).splitlines()
    assert lines[0].startswith(f"{name}: ")
    assert len(lines) <= LINES
    assert max(map(len, lines)) <= WIDTH


class _Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.text = [], ""

    def handle_starttag(self, tag, attrs):
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


@each
def test_a_notebook_shows_it(name):
    made = example(name)
    tags = _Tags()
    tags.feed(made._repr_html_())
    tags.close()
    assert tags.open == []
    assert made.headline().splitlines()[0][:60] in tags.text


def test_the_base_asks_for_what_a_class_must_give():
    with pytest.raises(NotImplementedError):
        Result().tidy()
    with pytest.raises(NotImplementedError):
        Result().headline()
