"""What regional and international bodies did after coups in the study region."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from sahelkit._types import DateLike, Places
from sahelkit.catalog import record
from sahelkit.frames import chosen_names
from sahelkit.tables.read import read_table
from sahelkit.tables.select import kept, select
from sahelkit.tables.study_region import study_states

DATASET = "responses"
_REPAIRS = {
    "body": "In English: CEDEAO is ECOWAS, CEEAC is ECCAS, UA is AU, ONU is UN, UE is EU",
    "act": "datasets/responses/README.md defines each",
}


def known_names(column: str) -> tuple[str, ...]:
    """Values that a column of the table may have."""
    return record(DATASET).table().field(column).enum


def load_responses(
    *,
    countries: Places = None,
    bodies: str | Sequence[str] | None = None,
    acts: str | Sequence[str] | None = None,
    start: DateLike = None,
    end: DateLike = None,
    version: str | None = None,
) -> pd.DataFrame:
    """Acts of regional and international bodies after coups, study region, since 1990.

    One row is one act of one body. Collected by hand from public pages and linked to `load_coups` by ``coup_id``;
    coding rules, and how they differ from those of Shannon, Thyne, Hayden and Dugan (2015) and Hohlstein (2022), in
    ``datasets/responses/README.md``. **No row does not mean no response**: `load_response_searches` says for which
    attempts and bodies acts were looked for, and where none was found. Several acts of one body on one day share a
    ``package_id``; count packages where decisions are counted. Licence CC BY 4.0.

    Parameters
    ----------
    countries : str, int or sequence of these, optional
        Countries in which the coup was, as in `sahelkit.places.resolve_many`; the study region when absent.
    bodies : str or sequence of str, optional
        ``"AU"``, ``"OAU"`` (before July 2002), ``"ECOWAS"``, ``"UEMOA"``, ``"ECCAS"``, ``"UN"``, ``"EU"``, ``"OIF"``
        (La Francophonie), and the states ``"FR"`` and ``"US"``; all when absent.
    acts : str or sequence of str, optional
        Kinds of act, such as ``"suspension"`` or ``"economic_sanctions"``; all when absent.
    start, end : date-like, optional
        First and last day of the act, both inclusive; a year or month stands for all its days. An act whose day is
        not known belongs to every window that its bounds (``date_min`` to ``date_max``) touch.
    version : str, optional
        Data version; the bundled one when absent.

    Returns
    -------
    pandas.DataFrame
        ``response_id``, ``iso3``, ``gwcode``, ``trigger`` (coup; refusal_to_leave and term_extension are no coups),
        ``coup_id`` (NA for these), ``coup_date`` (as the pages state it), ``body``, ``body_kind``, ``act``, ``phase``
        (reaction, relief, exit), ``date``, ``date_precision``, ``date_min``, ``date_max``, ``reaction_days`` with
        ``reaction_days_min`` and ``reaction_days_max`` (NA for reliefs, exits and triggers that are no coup),
        ``duration_days`` (reliefs and exits), ``package_id``, ``description_en``, ``description_fr``, ``note_en``,
        ``note_fr``, ``confidence`` (one_source, two_sources), ``source_1``, ``source_2``. Sorted by day of the
        trigger, day of the act and identifier.

    Raises
    ------
    UnknownPlaceError
        If a country is unknown or means several.
    UnknownNameError
        If a body, an act or the version is unknown.
    DateError
        If a date cannot be read, or `end` lies before `start`.

    Warns
    -----
    CoverageWarning
        If the window reaches outside 1990 to January 2026, or a country lies outside the study region.

    References
    ----------
    Shannon, M., Thyne, C., Hayden, S. & Dugan, A. (2015). The international community's reaction to coups. *Foreign
    Policy Analysis* 11(4), 363-376. https://doi.org/10.1111/fpa.12043

    Hohlstein, F. (2022). *Regional Organizations and Their Responses to Coups*. Bristol University Press.

    Examples
    --------
    >>> acts = load_responses(countries="Mali", bodies="ECOWAS", acts="suspension")
    >>> acts[["coup_id", "reaction_days"]].to_numpy().tolist()
    [['MLI-2012-03-22', 5], ['MLI-2020-08-18', 0], ['MLI-2021-05-24', 6]]
    """
    who = chosen_names("body", bodies, known_names("body"), repair=_REPAIRS["body"])
    what = chosen_names("act", acts, known_names("act"), repair=_REPAIRS["act"])
    places = study_states(DATASET, countries)
    frame = read_table(DATASET, version=version)
    keep = frame["iso3"].isin(places) & frame["body"].isin(who) & frame["act"].isin(what)
    return select(kept(frame, keep, by=["coup_date", "date", "response_id"]), record(DATASET), start=start, end=end)


def load_response_searches(
    *,
    countries: Places = None,
    bodies: str | Sequence[str] | None = None,
    version: str | None = None,
) -> pd.DataFrame:
    """For which coup attempts, and of which bodies, acts were looked for, and what came of it.

    One row is one attempt and one body. A pair that is not here was **not searched**: nothing can be said of it. A pair
    with ``outcome`` none_found was searched in vain, in the pages named.

    Parameters
    ----------
    countries : str, int or sequence of these, optional
        Countries in which the attempt was; the study region when absent.
    bodies : str or sequence of str, optional
        As in `load_responses`; all when absent.
    version : str, optional
        Data version; the bundled one when absent.

    Returns
    -------
    pandas.DataFrame
        ``coup_id``, ``iso3``, ``gwcode``, ``body``, ``outcome`` (acts_coded, none_found), ``extent`` (full: all acts;
        first_reaction: what the body said or did first, suspension and sanctions), ``searched`` (day of the last
        search), ``source_1``, ``source_2`` (pages on the attempt that name no act of the body; NA where acts were
        found), ``note_en``, ``note_fr``. Sorted by attempt and body.

    Raises
    ------
    UnknownPlaceError
        If a country is unknown or means several.
    UnknownNameError
        If a body or the version is unknown.

    Warns
    -----
    CoverageWarning
        If a country lies outside the study region.

    Examples
    --------
    >>> load_response_searches(countries="Mali", bodies=["OAU", "AU"])[["coup_id", "outcome"]].to_numpy().tolist()[:3]
    [['MLI-1991-03-26', 'none_found'], ['MLI-1991-07-14', 'none_found'], ['MLI-2012-03-22', 'acts_coded']]
    """
    who = chosen_names("body", bodies, known_names("body"), repair=_REPAIRS["body"])
    places = study_states(DATASET, countries)
    frame = read_table(DATASET, "searches", version=version)
    return kept(frame, frame["iso3"].isin(places) & frame["body"].isin(who))
