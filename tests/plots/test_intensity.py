"""The stacked intensity: the parts drawn are the parts given, in both languages."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from sahelkit.errors import OptionError, UnknownNameError
from sahelkit.plots.intensity import plot_intensity

MONTHS = pd.date_range("1990-01-01", periods=48, freq="MS")


def _parts():
    values = np.stack([np.full(48, 0.1), np.linspace(0.3, 0.0, 48), np.linspace(0.0, 0.05, 48)])
    values[:, :6] = np.nan
    coords = {"part": ["baseline", "own", "neighbours"], "time": MONTHS, "iso3": "CIV"}
    return xr.DataArray(values, dims=("part", "time"), coords=coords)


def _figure(lang="en"):
    return plot_intensity(_parts(), events=["1991-03-26", "1991-07-14"], source="toy", lang=lang)


def _words(figure):
    from matplotlib.text import Text

    return [item.get_text() for item in figure.findobj(Text) if item.get_text().strip()]


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ["Côte d’Ivoire", "Source: toy", "n = 2 attempts", "after neighbours’ attempts", "1990-1993"]),
        ("fr", ["Côte d’Ivoire", "Source : toy", "n = 2 tentatives", "après les tentatives des voisins", "par an"]),
    ],
)
def test_figure_says_what_it_shows(lang, words):
    found = " ".join(_words(_figure(lang))).replace("'", "’")
    for word in words:
        assert word in found, word


def test_stack_is_as_high_as_the_sum_of_the_parts():
    figure = _figure()
    bands = figure.axes[0].collections
    assert len(bands) == 3
    top = max(path.vertices[:, 1].max() for path in bands[2].get_paths())
    assert top == pytest.approx(float(_parts().sum("part", skipna=False).max()))
    highest_own = max(path.vertices[:, 1].max() for path in bands[1].get_paths())
    assert highest_own == pytest.approx(0.1 + 0.3 * 41 / 47)


def test_unobserved_months_are_left_empty():
    left = min(path.vertices[:, 0].min() for band in _figure().axes[0].collections for path in band.get_paths())
    import matplotlib.dates as dates

    assert left == dates.date2num(MONTHS[6])


def test_attempts_stand_at_their_days():
    line = next(line for line in _figure().axes[0].lines if line.get_marker() == "|")
    assert [str(pd.Timestamp(day).date()) for day in line.get_xdata()] == ["1991-03-26", "1991-07-14"]


def test_bad_input_is_named():
    with pytest.raises(OptionError, match="Choose one country"):
        plot_intensity(_parts().expand_dims("iso3"), source="toy")
    with pytest.raises(UnknownNameError, match="unknown language 'de'"):
        _figure("de")
