"""Who borders whom, and how far apart: the borders dataset."""

from __future__ import annotations

import pandas as pd

from sahelkit._types import DateLike, Places
from sahelkit.catalog import record
from sahelkit.dates import parse_date, parse_window
from sahelkit.errors import UnknownNameError
from sahelkit.geography import places
from sahelkit.tables.read import read_table
from sahelkit.tables.select import kept, select, warn_outside
from sahelkit.tables.states import existing, touching, warn_outside_spells

# From the closest to the farthest; "land" includes borders along a river.
KINDS = ("land", "water_12_miles", "water_24_miles", "water_150_miles", "water_400_miles")


def load_borders(
    *,
    countries: Places = None,
    start: DateLike = None,
    end: DateLike = None,
    on: DateLike = None,
    kind: str | None = "land",
    version: str | None = None,
) -> pd.DataFrame:
    """Neighbouring states since 1945, one row per state, neighbour and spell; each pair appears from both sides.

    From Correlates of War direct contiguity 3.2, cut to the spells of both states; licence CC BY 4.0. The source ends
    in December 2016: later days rest on the rule that nothing has changed since (column ``carried_on``; see
    ``datasets/borders/README.md``).

    Parameters
    ----------
    countries : str, int or sequence of these, optional
        States whose neighbours are wanted, as in `sahelkit.places.resolve_many`; all when absent.
    start, end : date-like, optional
        First and last day; a spell that touches the window belongs to it.
    on : date-like, optional
        Only spells that hold on that day (of a year or month: on its last day).
    kind : str or None
        ``"land"`` (land or river border), ``"water_12_miles"``, ``"water_24_miles"``, ``"water_150_miles"``,
        ``"water_400_miles"`` (at most that much water between), or None for all kinds.
    version : str, optional
        Data version; the bundled one when absent.

    Returns
    -------
    pandas.DataFrame
        ``iso3``, ``gwcode``, ``neighbour_iso3``, ``neighbour_gwcode``, ``start``, ``end`` (days, inclusive, known to
        the month; an empty ``end`` means still so), ``cow_contiguity`` (the kind), ``carried_on``.
        A pair without a row is not contiguous, or one of the two was not yet admitted by Correlates of War.

    Raises
    ------
    UnknownPlaceError
        If a country is unknown or means several.
    UnknownNameError
        If the kind or the version is unknown.
    DateError
        If a date cannot be read, or `end` lies before `start`.

    Warns
    -----
    CoverageWarning
        If the window or `on` reaches before 1945 or beyond the last revision.

    References
    ----------
    Stinnett, D. M., Tir, J., Schafer, P., Diehl, P. F., & Gochman, C. (2002). The Correlates of War project direct
    contiguity data, version 3. Conflict Management and Peace Science, 19(2), 59-67.
    https://doi.org/10.1177/073889420201900203

    Examples
    --------
    >>> load_borders(countries="Mali", on="2012-03-22")["neighbour_iso3"].tolist()
    ['BFA', 'CIV', 'DZA', 'GIN', 'MRT', 'NER', 'SEN']
    """
    if kind is not None and kind not in KINDS:
        raise UnknownNameError("kind of border", kind, KINDS)
    description = record("borders")
    first, last = parse_window(start, end)
    warn_outside("borders", first, last, description.coverage)
    frame = select(read_table("borders", version=version), description, countries=countries)
    keep = touching(frame, first, last)
    if kind is not None:
        keep &= frame["cow_contiguity"] == kind
    day = parse_date(on, what="on", last=True)
    if day is not None:
        warn_outside_spells("borders", day)
        keep &= existing(frame, day)
    return kept(frame, keep)


def load_distances(*, countries: Places = None, partners: Places = None, version: str | None = None) -> pd.DataFrame:
    """Distances, shared languages and colonial ties of states, one row per ordered pair.

    From CEPII GeoDist (2011), without date; licence CC BY 4.0.

    Parameters
    ----------
    countries, partners : str, int or sequence of these, optional
        First and second state of the pair, as in `sahelkit.places.resolve_many`; all when absent.
    version : str, optional
        Data version; the bundled one when absent.

    Returns
    -------
    pandas.DataFrame
        ``iso3``, ``gwcode``, ``partner_iso3``, ``partner_gwcode``; ``cepii_distance_km`` (most populous cities),
        ``cepii_capital_distance_km`` and ``cepii_weighted_distance_km`` (city populations as weights), in km;
        booleans ``cepii_common_official_language``, ``cepii_common_spoken_language`` (by at least 9 % in both),
        ``cepii_colonial_tie``, ``cepii_colonial_tie_after_1945``, ``cepii_common_coloniser``, ``cepii_same_country``.
        States that CEPII does not have (South Sudan, Serbia ...) have no row: unknown.

    Raises
    ------
    UnknownPlaceError
        If a country is unknown or means several.
    UnknownNameError
        If there is no such version.

    References
    ----------
    Mayer, T., & Zignago, S. (2011). Notes on CEPII's distances measures: The GeoDist database. CEPII Working Paper
    2011-25. https://doi.org/10.2139/ssrn.1994531

    Examples
    --------
    >>> load_distances(countries="Mali", partners="Niger")["cepii_capital_distance_km"].round().tolist()
    [1095.0]
    """
    first = None if countries is None else places.resolve_many(countries)
    second = None if partners is None else places.resolve_many(partners)
    filters = [("iso3", "in", first)] if first else []
    frame = read_table("borders", "distances", version=version, filters=filters or None)
    keep = pd.Series(True, index=frame.index)
    if first is not None:
        keep &= frame["iso3"].isin(first)
    if second is not None:
        keep &= frame["partner_iso3"].isin(second)
    return kept(frame, keep)


def neighbours(place: str | int, *, on: DateLike = None) -> list[str]:
    """States that share a land or river border with a state.

    Parameters
    ----------
    place : str or int
        Country, as in `sahelkit.places.resolve`.
    on : date-like, optional
        Day (of a year or month: its last day); today's borders when absent.

    Returns
    -------
    list of str
        ISO 3166 alpha-3 codes in alphabetical order; empty for an island, or for a day on which the state did not
        exist.

    Raises
    ------
    UnknownPlaceError
        If the country is unknown or means several.
    DateError
        If `on` cannot be read.

    Warns
    -----
    CoverageWarning
        If `on` lies before 1945 or after the last revision.

    References
    ----------
    Stinnett, D. M., et al. (2002), as in `load_borders`.

    Examples
    --------
    >>> neighbours("Mali", on="2012-03-22")
    ['BFA', 'CIV', 'DZA', 'GIN', 'MRT', 'NER', 'SEN']
    >>> neighbours("Mali", on="1961-06-01")
    ['BFA', 'CIV', 'GIN', 'MRT', 'NER', 'SEN']
    """
    frame = load_borders(countries=places.resolve(place, on=on), on=on)
    if on is None:
        frame = frame[frame["end"].isna()]
    return sorted(set(frame["neighbour_iso3"]))
