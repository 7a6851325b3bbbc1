"""Maps: as many shapes as rings, degrees as long either way, names inside their countries."""

from __future__ import annotations

import numpy as np
import pytest

from sahelkit.errors import OptionError
from sahelkit.geography.shapes import country_at
from sahelkit.plots.maps import draw_map, name_countries
from sahelkit.plots.style import ORANGE, blank
from sahelkit.tables.maps import load_map

SAHEL = (-13.0, 5.0, 10.0, 26.0)


def _drawn(**options):
    figure, axes = blank(6, 5)
    shapes = load_map(countries=["MLI", "NER", "BFA", "SLE"])
    draw_map(axes, shapes, extent=SAHEL, **options)
    return figure, axes, shapes


def test_every_ring_is_drawn_in_its_colour():
    from matplotlib.colors import to_rgba

    _, axes, shapes = _drawn(fill={"MLI": ORANGE}, hatch={"MLI": "//"})
    assert [len(each.get_paths()) for each in axes.collections] == [len(rings) for rings in shapes.values()]
    colours = dict(zip(shapes, (tuple(each.get_facecolor()[0]) for each in axes.collections), strict=True))
    assert colours["MLI"] == to_rgba(ORANGE)
    assert len({colours[code] for code in ("NER", "BFA", "SLE")}) == 1
    assert axes.collections[list(shapes).index("MLI")].get_hatch() == "//"


def test_a_degree_is_as_long_east_as_north_in_the_middle():
    _, axes, _ = _drawn()
    assert axes.get_aspect() == pytest.approx(1 / np.cos(np.radians(18.0)))
    assert axes.get_xlim() == (-13.0, 5.0)


@pytest.mark.parametrize(("lang", "mali", "niger"), [("en", "Mali", "Niger"), ("fr", "Mali", "Niger")])
def test_names_stand_inside_their_countries_and_what_is_not_seen_is_not_named(lang, mali, niger):
    _, axes, shapes = _drawn()
    named = name_countries(axes, shapes, lang=lang, at={"NER": (3.5, 14.5)})
    assert set(named) == {"MLI", "NER", "BFA"}
    found = {text.get_text(): text.get_position() for text in axes.texts}
    assert country_at(shapes, *found[mali]) == "MLI"
    assert found[niger] == (3.5, 14.5)


def test_nothing_is_drawn_from_nothing():
    _, axes = blank(3, 3)
    with pytest.raises(OptionError, match=r"holds no country\. sahelkit\.load_map"):
        draw_map(axes, {}, extent=SAHEL)
    with pytest.raises(OptionError, match="west < east"):
        draw_map(axes, load_map(countries="MLI"), extent=(5, -13, 10, 26))
    with pytest.raises(OptionError, match="must be 'en' or 'fr'"):
        name_countries(axes, load_map(countries="MLI"), lang="de")
