"""Who fought whom, by month, in the study region."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from sahelkit._types import DateLike, Places
from sahelkit.dates import period_days
from sahelkit.errors import UnknownNameError
from sahelkit.geography.place_index import key
from sahelkit.options import as_names
from sahelkit.tables.read import read_table
from sahelkit.tables.select import kept
from sahelkit.tables.study_region import study_window

DATASET = "conflict_actors"


def conflict_actor_names(*, version: str | None = None) -> pd.DataFrame:
    """Every name by which `load_conflict_actors` knows an actor.

    Parameters
    ----------
    version : str, optional
        Data version; the bundled one when absent.

    Returns
    -------
    pandas.DataFrame
        ``name``, ``actor`` (as the source names it), ``kind`` (source, full, acronym, variant, former, part,
        province), ``language`` (en, fr; NA: both), ``states`` (codes, separated by blanks, of the only states in which
        the actor goes by this name; NA: everywhere), ``organisation`` (government, organised, informal, communal),
        ``note_en``, ``note_fr``.

    Examples
    --------
    >>> names = conflict_actor_names().set_index("name")
    >>> names.loc[["AQMI", "EIGS", "MNLA"], ["actor", "states"]].fillna("").to_numpy().tolist()
    [['AQIM', ''], ['IS', 'BFA MLI NER'], ['CMA', '']]
    """
    actors = read_table(DATASET, "actors", version=version)
    own = actors[["actor"]].assign(name=actors["actor"], kind="source")
    names = pd.concat([own, read_table(DATASET, "actor_names", version=version)], ignore_index=True)
    names["organisation"] = names["actor"].map(actors.set_index("actor")["kind"])
    columns = ["name", "actor", "kind", "language", "states", "organisation", "note_en", "note_fr"]
    return names[columns].sort_values(["actor", "name"], ignore_index=True)


def _wanted(actors: str | Sequence[str], names: pd.DataFrame) -> list[tuple[str, set[str] | None]]:
    """Actors as the source names them, each with the states to which the name given belongs (None: all)."""
    by_key = names.assign(key=names["name"].map(key)).drop_duplicates("key").set_index("key")
    out = []
    for given in as_names("actors", actors):
        if not isinstance(given, str) or key(given) not in by_key.index:
            raise UnknownNameError(
                "actor", given, names["name"], repair="sahelkit.tables.conflict_actor_names() lists every name"
            )
        row = by_key.loc[key(given)]
        out.append((str(row["actor"]), None if pd.isna(row["states"]) else set(row["states"].split())))
    return out


def load_conflict_actors(
    *,
    countries: Places = None,
    actors: str | Sequence[str] | None = None,
    start: DateLike = None,
    end: DateLike = None,
    version: str | None = None,
) -> pd.DataFrame:
    """Months in which two actors fought, 1989-01 to 2026-05, from UCDP's pairs of actors that touch the study region.

    One row is a pair of actors (a government and a group, two governments, or two groups) and a month in which it had
    an event. The source lists a pair once it has caused 25 deaths in some year; small groups are not followed. A month
    without a row had no event of a listed pair. Licence CC BY 4.0. ``datasets/conflict_actors/README.md`` tells how
    states are given to pairs and why violence against civilians is left out.

    Parameters
    ----------
    countries : str, int or sequence of these, optional
        Countries or place sets, as in `sahelkit.places.resolve_many`: pairs for which the source names one of them.
        The study region when absent.
    actors : str or sequence of str, optional
        Actors on either side, by any name that `conflict_actor_names` lists ("AQIM", "AQMI", "Boko Haram", "EIGS",
        "Katiba Macina", "MNLA"). All when absent. A name that belongs to some states (ISGS) gives the rows of these.
    start, end : date-like, optional
        First and last day, month or year, inclusive.
    version : str, optional
        Data version; the bundled one when absent.

    Returns
    -------
    pandas.DataFrame
        ``ucdp_dyad_id``; ``month`` (Period); ``violence`` (state_based, non_state); ``iso3``, ``gwcode`` (the state of
        the government that fights, or the one state named for two groups; NA where several are named or two
        governments fight: it is not the place of each event); ``states`` (all that are named, separated by blanks);
        ``side_a``, ``side_b`` (actors as the source names them; several that fought side by side are separated by
        ``"; "``); ``kind_a``, ``kind_b`` (government, organised, informal, communal); ``ucdp_events``;
        ``ucdp_deaths`` (best estimate); ``provisional`` (True from January 2026 on).
        Sorted by pair and month.

    Raises
    ------
    UnknownPlaceError
        If a country is unknown or means several.
    UnknownNameError
        If an actor or the version is unknown.
    DateError
        If a date cannot be read, or `end` lies before `start`.

    Warns
    -----
    CoverageWarning
        If the window reaches outside the coverage, or a country lies outside the study region.

    References
    ----------
    Davies, S., Pettersson, T., & Öberg, M. (2026). Organized violence 1989-2025, and violent political protests.
    Journal of Peace Research, 63(4), 705-723. doi:10.1093/jopres/xjag046

    Sundberg, R., & Melander, E. (2013). Introducing the UCDP Georeferenced Event Dataset. Journal of Peace
    Research, 50(4), 523-532. doi:10.1177/0022343313484347

    Examples
    --------
    >>> jnim = load_conflict_actors(actors="GSIM", end=2019)
    >>> jnim.dropna(subset="iso3").groupby("iso3")["month"].min().astype(str).to_dict()
    {'BFA': '2017-07', 'MLI': '2017-03', 'NER': '2017-07'}
    >>> rebels = load_conflict_actors(countries="Mali", actors=["MNLA", "Ansar Dine"], start=2012, end="2012-02")
    >>> rebels[["month", "side_a", "side_b", "ucdp_events"]].astype(str).to_numpy().tolist()[:2]
    [['2012-01', 'Government of Mali', 'CMA', '6'], ['2012-02', 'Government of Mali', 'CMA', '7']]
    """
    wanted, first, last = study_window(DATASET, countries, start, end)
    frame = read_table(DATASET, version=version)
    states = frame["states"].str.split()
    keep = states.map(lambda codes: any(code in wanted for code in codes))
    if first is not None or last is not None:
        begins, ends = period_days(frame["month"])
        keep &= (ends >= first if first is not None else True) & (begins <= last if last is not None else True)
    if actors is not None:
        sides = frame["side_a"].str.split("; ") + frame["side_b"].str.split("; ")
        mine = pd.Series(False, index=frame.index)
        for actor, only in _wanted(actors, conflict_actor_names(version=version)):
            found = sides.map(lambda names, actor=actor: actor in names)
            if only is not None:
                found &= states.map(lambda codes, only=only: not only.isdisjoint(codes))
            mine |= found
        keep &= mine
    return kept(frame, keep, by=["ucdp_dyad_id", "month"])
