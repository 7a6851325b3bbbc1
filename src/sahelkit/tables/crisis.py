"""The chronology of the crisis in Mali and of its sequels."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from sahelkit._types import DateLike, Places
from sahelkit.catalog import record
from sahelkit.frames import chosen_names
from sahelkit.tables.day_bounds import known_days
from sahelkit.tables.read import read_table
from sahelkit.tables.select import kept
from sahelkit.tables.study_region import study_window

DATASET = "crisis"


def crisis_actors(*, version: str | None = None) -> pd.DataFrame:
    """Codes of those who take part in the events of the crisis: ``actor``, ``name_en``, ``name_fr``, ``kind``.

    Parameters
    ----------
    version : str, optional
        Data version; the bundled one when absent.

    Returns
    -------
    pandas.DataFrame
        One row per actor.

    Examples
    --------
    >>> crisis_actors().set_index("actor").loc["mnla", "name_fr"]
    'Mouvement national de libération de l’Azawad (MNLA)'
    """
    return read_table(DATASET, "actors", version=version)


def crisis_types(*, version: str | None = None) -> pd.DataFrame:
    """Types of event, each with its definition, in English and French.

    Parameters
    ----------
    version : str, optional
        Data version; the bundled one when absent.

    Returns
    -------
    pandas.DataFrame
        ``event_type``, ``label_en``, ``label_fr``, ``definition_en``, ``definition_fr``.

    Examples
    --------
    >>> crisis_types().set_index("event_type").loc["mutiny", "label_en"]
    'Mutiny'
    """
    return read_table(DATASET, "types", version=version)


def load_crisis(
    *,
    countries: Places = None,
    types: str | Sequence[str] | None = None,
    actors: str | Sequence[str] | None = None,
    start: DateLike = None,
    end: DateLike = None,
    version: str | None = None,
) -> pd.DataFrame:
    """Events of the crisis of 2012 in Mali, of what led to it and of its sequels, 2007 to January 2026.

    Coded by hand from public pages, one or two of which each row names; a random fifth of the rows was checked a
    second time. Dense for Mali from January 2012 to mid-2013, selective elsewhere: no row does not mean that nothing
    happened. ``datasets/crisis/README.md`` holds the coding rules and the doubtful rows. Licence CC BY 4.0.

    Parameters
    ----------
    countries : str, int or sequence of these, optional
        Countries concerned, as in `sahelkit.places.resolve_many`; the study region when absent.
    types : str or sequence of str, optional
        Types of event (`crisis_types` lists them); all when absent.
    actors : str or sequence of str, optional
        Codes of actors (`crisis_actors` lists them), of which an event must name one; all when absent.
    start, end : date-like, optional
        First and last day; an event that touches the window belongs to it. An event whose first day is unsure belongs
        to every window that its range (``date_min`` to ``date_max``) touches.
    version : str, optional
        Data version; the bundled one when absent.

    Returns
    -------
    pandas.DataFrame
        ``event_id``, ``iso3`` (country concerned), ``gwcode``, ``date``, ``date_min``, ``date_max`` (first day, and
        the range the pages allow), ``date_precision`` (day, day_unverified, month), ``end`` (last day; NA for an event
        of one day), ``place_id``, ``place_en``, ``place_fr``, ``place_iso3``, ``latitude``, ``longitude``,
        ``event_type``, ``control`` (lost, regained, shared, between_groups; captures only), ``coup_id``, ``outcome``
        (coup attempts only), ``actors`` (codes joined by semicolons), ``deaths_reported`` (one figure among several;
        NA when none was collected), ``description_en``, ``description_fr``, ``note_en``, ``note_fr``, ``confidence``
        (one_source, two_sources), ``source_1``, ``source_2``. Sorted by date and identifier.

    Raises
    ------
    UnknownPlaceError
        If a country is unknown or means several.
    UnknownNameError
        If a type, an actor or the version is unknown.
    DateError
        If a date cannot be read, or `end` lies before `start`.

    Warns
    -----
    CoverageWarning
        If the window reaches outside the coverage, or a country lies outside the study region.

    Examples
    --------
    >>> events = load_crisis(countries="Mali", start="2012-03-21", end="2012-04-02")
    >>> lost = events[events["control"] == "lost"]
    >>> lost.loc[lost["date_precision"] == "day", ["place_en", "date"]].astype(str).values.tolist()
    [['Anéfis', '2012-03-23'], ['Kidal', '2012-03-30'], ['Gao', '2012-03-31'], ['Timbuktu', '2012-04-01']]
    >>> lost.loc[lost["date_precision"] != "day", ["place_en", "date_min", "date_max"]].astype(str).values.tolist()
    [['Douentza', '2012-04-01', '2012-04-05']]
    >>> load_crisis(types="coup_attempt", countries="Mali")["outcome"].tolist()
    ['success', 'failure', 'success', 'success', 'plot']
    """
    wanted, first, last = study_window(DATASET, countries, start, end)
    frame = read_table(DATASET, version=version)
    keep = frame["iso3"].isin(wanted)
    if types is not None:
        known = crisis_types(version=version)["event_type"].tolist()
        keep &= frame["event_type"].isin(
            chosen_names("type of event", types, known, repair="sahelkit.tables.crisis_types() lists them")
        )
    if actors is not None:
        known = crisis_actors(version=version)["actor"].tolist()
        codes = set(chosen_names("actor", actors, known, repair="sahelkit.tables.crisis_actors() lists them"))
        keep &= frame["actors"].fillna("").map(lambda text: bool(codes & set(text.split(";"))))
    begins, latest = known_days(frame, record(DATASET).table())
    if first is not None:
        # An event whose first day is unsure may last longer than its end says.
        keep &= latest.where(frame["end"].isna() | (frame["end"] < latest), frame["end"]) >= first
    if last is not None:
        keep &= begins <= last
    return kept(frame, keep, by=["date", "event_id"])
