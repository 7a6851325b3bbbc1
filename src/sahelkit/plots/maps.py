"""Maps drawn with matplotlib alone: outlines of countries, filled, framed and named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from sahelkit._types import Lang
from sahelkit.errors import OptionError
from sahelkit.geography import places
from sahelkit.geography.shapes import country_at
from sahelkit.options import LANGUAGES
from sahelkit.plots.style import BLACK, GREY

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import PatchCollection

    from sahelkit._types import Ring

LAND, SEA = "#F7F5EF", "#FFFFFF"


def draw_map(
    axes: Axes,
    shapes: Mapping[str, Sequence[Ring]],
    *,
    extent: tuple[float, float, float, float],
    fill: Mapping[str, str] | None = None,
    hatch: Mapping[str, str] | None = None,
    edge: str = GREY,
    width: float = 0.7,
) -> None:
    """Draw outlines of countries into a pair of axes, without ticks, with one degree as long either way at the middle.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Where to draw; its limits and aspect are set.
    shapes : mapping of str to sequence of ndarray
        Rings by country, as `sahelkit.load_map` gives them.
    extent : tuple of float
        West, east, south and north of the picture, in degrees.
    fill, hatch : mapping of str to str, optional
        Colour and hatching by country; the others have the colour of land and no hatching. Hatching tells two
        colours apart in grey print.
    edge : str
        Colour of the borders.
    width : float
        Width of the borders in points.

    Raises
    ------
    OptionError
        If there is nothing to draw, or the extent is empty.
    """
    west, east, south, north = extent
    if not (west < east and south < north):
        raise OptionError("extent", extent, "must be west, east, south, north, with west < east and south < north")
    if not shapes:
        raise OptionError("shapes", {}, "holds no country", repair="sahelkit.load_map() gives the whole region")
    for code, rings in shapes.items():
        axes.add_collection(_patches(rings, (fill or {}).get(code, LAND), (hatch or {}).get(code), edge, width))
    axes.set_xlim(west, east)
    axes.set_ylim(south, north)
    # Equirectangular, true at the middle parallel: shapes of this size are not visibly bent.
    axes.set_aspect(1 / np.cos(np.radians((south + north) / 2)))
    axes.set_facecolor(SEA)
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_visible(True)
        spine.set_color(GREY)
        spine.set_linewidth(0.8)


def _patches(rings: Sequence[Ring], face: str, hatch: str | None, edge: str, width: float) -> PatchCollection:
    from matplotlib.collections import PatchCollection
    from matplotlib.patches import Polygon

    patches = [Polygon(ring, closed=True) for ring in rings]
    return PatchCollection(patches, facecolor=face, edgecolor=edge, linewidth=width, hatch=hatch, zorder=1)


def name_countries(
    axes: Axes,
    shapes: Mapping[str, Sequence[Ring]],
    *,
    lang: Lang,
    at: Mapping[str, tuple[float, float]] | None = None,
    size: float = 9,
    colour: str = BLACK,
) -> list[str]:
    """Write the name of each country in the middle of what is seen of it; return the codes that were named.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Axes after `draw_map`.
    shapes : mapping of str to sequence of ndarray
        Rings by country.
    lang : {"en", "fr"}
        Language of the names.
    at : mapping of str to tuple of float, optional
        Longitude and latitude of names that are to stand elsewhere.
    size : float
        Size of the letters in points.
    colour : str
        Colour of the letters.

    Notes
    -----
    The middle is the mean of the points of a fine grid over the picture that fall into the country. A name that would
    be much wider than what is seen of its country is left out.
    """
    if lang not in LANGUAGES:
        raise OptionError("lang", lang, "must be 'en' or 'fr'")
    (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
    grid = [(x, y) for x in np.linspace(west, east, 62)[1:-1] for y in np.linspace(south, north, 62)[1:-1]]
    inside: dict[str, list[tuple[float, float]]] = {}
    for point in grid:
        code = country_at(shapes, *point)
        if code is not None:
            inside.setdefault(code, []).append(point)
    inches = axes.bbox.width / axes.figure.dpi
    named = []
    for code, points in inside.items():
        text = places.name(code, lang=lang)
        # Letters are about 0.58 of their size wide.
        needed = len(text) * size * 0.58 / 72 / inches * (east - west)
        if code not in (at or {}) and (len(points) < 12 or needed > 1.15 * np.ptp(np.array(points)[:, 0])):
            continue
        middle = np.mean(points, axis=0)
        nearest = points[int(np.argmin(((np.array(points) - middle) ** 2).sum(axis=1)))]
        x, y = (at or {}).get(code, nearest)
        axes.text(x, y, text, ha="center", va="center", fontsize=size, color=colour, zorder=2, alpha=0.8, clip_on=True)
        named.append(code)
    return named
