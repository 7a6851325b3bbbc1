"""Results of the Hawkes tests can be drawn and taken to xarray."""

from __future__ import annotations

import numpy as np
import pytest

import sahelkit as sk
from sahelkit.errors import UnknownNameError
from sahelkit.models.hawkes import contagion_test, fit_hawkes, goodness_of_fit


@pytest.fixture(scope="module")
def fit():
    events = sk.load_coups(rule="powell_thyne", countries="west_africa")
    return fit_hawkes(events, countries="west_africa", start=1960, end=2025)


def _texts(figure):
    from matplotlib.text import Text

    return [item.get_text() for item in figure.findobj(Text)]


def test_contagion_test(fit):
    found = contagion_test(fit, n_boot=9, seed=1)
    data = found.to_xarray()
    np.testing.assert_array_equal(data["null"], found.null)
    assert data.attrs["p_value"] == found.p_value
    for lang, words in {"en": "9 simulated histories", "fr": "9 histoires simulées"}.items():
        assert any(words in text for text in _texts(found.plot(lang=lang)))
    with pytest.raises(UnknownNameError, match="unknown language"):
        found.plot(lang="de")


def test_goodness_of_fit(fit):
    found = goodness_of_fit(fit, n_boot=5, seed=1)
    data = found.to_xarray()
    table = found.table.set_index("scope")
    assert data["ks"].sel(scope="pooled").item() == table.loc["pooled", "ks"]
    figure = found.plot(lang="fr")
    assert any("temps d’attente, 16 pays" in text for text in _texts(figure))
    (dots,) = [line for line in figure.axes[0].lines if line.get_marker() == "o"]
    assert len(dots.get_xdata()) == int(table.loc["pooled", "n_gaps"])
    assert (np.diff(dots.get_ydata()) >= 0).all()
