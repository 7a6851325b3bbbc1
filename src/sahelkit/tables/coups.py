"""Coup events with every coder's verdict, by the rule that counts them."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from sahelkit._types import TEXT, DateLike, Places, Rule
from sahelkit.catalog import Coverage, Record
from sahelkit.dates import parse_window
from sahelkit.errors import CoverageWarning, OptionError
from sahelkit.options import check_flag
from sahelkit.tables.coup_coverage import uneven_text
from sahelkit.tables.coup_releases import known_wrong, of_vintage
from sahelkit.tables.own_coders import DATASET as DATASET
from sahelkit.tables.own_coders import JOINT_RULES as JOINT_RULES
from sahelkit.tables.own_coders import OwnCoder, coders_of, noted, places_text, session, speaking, states_of
from sahelkit.tables.own_table import coups_table
from sahelkit.tables.read import record_of
from sahelkit.tables.select import coverage_days, select

_ATTEMPT = ("success", "failure")


def coup_coders(*, version: str | None = None) -> pd.DataFrame:
    """Coders whose verdicts stand side by side in the coups table: where, when and what each of them records.

    Own lists that `sahelkit.add_coder` put beside them in this session stand at the end.

    Parameters
    ----------
    version : str, optional
        Data version; the bundled one when absent.

    Returns
    -------
    pandas.DataFrame
        One row per coder: ``prefix`` (of its columns), ``rule`` (its name for ``load_coups(rule=...)``), ``label_en``,
        ``label_fr``, ``source`` (name in ``sahelkit.licences()``, empty for our own verdicts and own lists), ``places``
        (set of countries covered in the shipped table, or codes with commas between them), ``first`` and ``last``
        (days), ``plots`` (whether it records plots), ``scope_en``, ``scope_fr`` (what counts as a coup for it). Inside
        this coverage an event that the coder does not list is ``absent``; outside it is ``not_covered``.

    Examples
    --------
    >>> coders = coup_coders().set_index("prefix")
    >>> coders.loc["cam", ["rule", "places"]].tolist(), coders.index[coders["plots"]].tolist()
    (['cam', 'study'], ['cline', 'csp', 'sahelkit'])
    """
    frame = pd.DataFrame(
        [{"prefix": prefix, **entry} for prefix, entry in coders_of(record_of(DATASET, version)).items()]
    )
    for column in ("first", "last"):
        frame[column] = pd.to_datetime(frame[column], format="%Y-%m-%d").astype("datetime64[ns]")
    frame = frame.drop(columns="places_when_built")
    text = [name for name in frame.columns if name not in ("first", "last", "plots")]
    return frame.astype(dict.fromkeys(text, TEXT))


def _joint(frame: pd.DataFrame, rule: Rule, prefixes: Iterable[str], *, include_plots: bool) -> pd.Series:
    """Rows that enough coders list as what the event is: an attempt, or (only if wanted) a plot; no steps of others."""
    attempt = frame["kind"] == "attempt"
    listing = frame["n_listing"].where(~attempt, 0)
    for prefix in prefixes:
        listing = listing + (frame[f"{prefix}_outcome"].isin(_ATTEMPT) & attempt)
    enough = {"any": listing > 0, "majority": 2 * listing > frame["n_covering"], "all": listing == frame["n_covering"]}
    # An event of an own list that extends a coder may lie where no coder that counts has looked.
    return enough[rule] & (listing > 0) & (attempt | include_plots) & frame["part_of"].isna()


def _as_coded(frame: pd.DataFrame, prefix: str, *, include_plots: bool, base: str = "") -> pd.DataFrame:
    """Rows that one coder lists, with its own day, kind and outcome.

    A day that is known to be wrong stays the coder's within its month; in another month than the event it would put an
    attempt where there was none, and the event's day takes its place, as it does where the coder gives no day.
    """
    verdict = frame[f"{prefix}_outcome"]
    rows = frame[verdict.isin((*_ATTEMPT, "plot") if include_plots else _ATTEMPT)].copy()
    verdict = rows[f"{prefix}_outcome"]
    is_plot = verdict == "plot"
    own, day = rows[f"{prefix}_date"], rows["date"]
    elsewhere = own.dt.to_period("M") != day.dt.to_period("M")
    # A row that names a month only has the day of the event.
    rows["date"] = own.mask(known_wrong(rows, prefix, base) & elsewhere, day).fillna(day)
    rows["kind"] = pd.Series("attempt", index=rows.index, dtype=TEXT).where(~is_plot, "plot")
    rows["outcome"] = verdict.where(~is_plot)
    return rows.sort_values(["iso3", "date", "coup_id"], kind="stable")


def _coverage_of(description: Record, coder: Mapping[str, Any], vintage: str | None) -> Record:
    """The record, with the coverage of one coder in place of the dataset's."""
    last = min(coder["last"], vintage) if vintage else coder["last"]
    coverage = Coverage(places=coder["places"], first=coder["first"], last=last, absent=description.coverage.absent)
    return replace(description, name=f"coups (rule={coder['rule']!r})", coverage=coverage)


def _widened(description: Record, coders: Mapping[str, Mapping[str, Any]]) -> Record:
    """The record, with a coverage that reaches as far as the coders."""
    first, last = description.coverage.first, description.coverage.last
    first = min(first, *(coder["first"] for coder in coders.values()))
    last = max(last, *(coder["last"] for coder in coders.values()))
    return replace(description, coverage=replace(description.coverage, first=first, last=last))


def _warn_uneven(
    description: Record,
    rule: Rule,
    coders: Mapping[str, Mapping[str, Any]],
    countries: Places,
    start: DateLike,
    end: DateLike,
) -> None:
    """Warn where a rule that counts coders has more of them in one part of the window than in another."""
    from sahelkit.geography import places

    codes = places.chosen(countries)
    begins, ends = coverage_days(description.coverage)
    first, last = parse_window(start, end)
    first, last = max(first or begins, begins), min(last or ends, ends)
    text = uneven_text(rule, coders, codes, first, last) if first <= last else ""
    if text:
        warnings.warn(text, CoverageWarning, stacklevel=4)


def _warn_places(description: Record, countries: Places) -> None:
    from sahelkit.geography import places

    known = description.coverage.places
    if countries is None or known == "world":
        return
    outside = sorted(set(places.resolve_many(countries)) - set(states_of({"places": known})))
    if outside:
        what = f"the place set {known!r} only" if known in places.sets() else f"only {places_text(known)}"
        warnings.warn(
            f"{description.name} covers {what}; no row for {', '.join(outside[:5])}"
            f"{' …' if len(outside) > 5 else ''} means unknown, not zero.",
            CoverageWarning,
            stacklevel=4,
        )


def load_coups(
    *,
    rule: Rule = "powell_thyne",
    include_plots: bool = False,
    countries: Places = None,
    start: DateLike = None,
    end: DateLike = None,
    version: str | None = None,
    vintage: str | None = None,
) -> pd.DataFrame:
    """Coup events of the world, 1945 to 2025, with the verdict of each coder side by side.

    One row is one event. Coders, listed by `coup_coders`: Powell and Thyne (``pt_``), the Cline Center (``cline_``),
    the Center for Systemic Peace to 2014 (``csp_``), Colpus (``colpus_``) and CAM (``cam_``), the last two for the
    study region only, and our own verdicts (``sahelkit_``) for the study region from 2019 on. Reports of one country
    within ten days are one event, unless a link made by hand says otherwise; ``datasets/coups/README.md`` gives the
    rules. Licence CC BY 4.0; cite the coders (``sahelkit.cite``).

    Parameters
    ----------
    rule : str
        Which events count; ``attrs["sahelkit"]["rule"]`` of the frame repeats it. Powell and Thyne's list is the
        default since it covers the world, is kept up to date and changes its coders nowhere in a window;
        ``rule="any"`` puts all coders side by side. The coders of an event are those that cover its country and day
        (for a plot: and that record plots); ``n_covering`` is their number.

        - ``"any"``: at least one of them lists it;
        - ``"majority"``: more than half of them list it;
        - ``"all"``: each of them lists it;
        - ``"powell_thyne"``, ``"cline"``, ``"csp"``, ``"colpus"``, ``"cam"``, ``"sahelkit"``: that coder lists it. Then
          ``date``, ``kind`` and ``outcome`` are that coder's own, so that its list comes back as published; only a day
          that is known to be wrong and lies in another month or year is put right in ``date``, never in
          ``<coder>_date``;
        - the name of an own list that `sahelkit.add_coder` put beside them: that list, as typed.

        ``"majority"`` and ``"all"`` mean less where fewer coders cover: outside the study region the Center for
        Systemic Peace ends in 2014, Cline stands alone before 1946 (in states that never had 500,000 inhabitants before
        1950) and Powell and Thyne from 2023 on, and then the rule is that coder's list. A warning says where.
        Steps of a takeover that a coder lists on their own (``part_of``) count under that coder's rule only.

        To list an attempt is to call it a success or a failure. A coder that calls it a plot does not list it.
    include_plots : bool
        Add plots, which are left out otherwise: events that no coder calls more than a plot (under a coder's rule,
        those that this coder calls a plot). A plot has no outcome.
    countries : str, int or sequence of these, optional
        Countries or place sets, as in `sahelkit.places.resolve_many`; all when absent.
    start, end : date-like, optional
        First and last day, both inclusive; a year or month stands for all its days.
    version : str, optional
        Data version; the bundled one when absent.
    vintage : str, optional
        Release of Powell and Thyne's list, by its date (``"2015-05-20"``, ``"2022-11-29"``, ``"2026-01-13"``), only
        with ``rule="powell_thyne"``. An event that only an older release lists has NA in the other coders' columns.

    Returns
    -------
    pandas.DataFrame
        Sorted by country and date, with ``coup_id``, ``iso3``, ``gwcode`` (NA where the state was not yet in the
        system), ``country``; ``date`` (the day most coders give, the earliest of several such days), ``date_min``,
        ``date_max`` (of the days that coders give, without those known to be wrong), ``date_precision`` (day; month or
        year, of which ``date`` is then the first day); ``kind`` (attempt, plot); ``outcome`` (success or failure by the
        majority of the coders that list an attempt; a tie goes to Powell and Thyne, else it is a failure; NA for a
        plot); ``<coder>_outcome`` (success, failure, plot, absent, not_covered) and ``<coder>_date`` (NaT where the
        coder does not list the event, or gives no day: the Center for Systemic Peace has reports of a month, and two of
        a year) for each coder; ``n_covering``; ``n_listing`` (coders that list it as an attempt or a plot);
        ``agreement`` (share of the ``n_covering`` coders whose verdict is that of the event: 1 when all list it with
        one outcome; a coder that leaves it out disagrees); ``ruler_change`` (a coder lists a success, and the list of
        leaders shows no new ruler within 60 days: changed all the same, none, undone, restored, later; else NA);
        ``part_of`` (``coup_id`` of the event of which the row is a step, under a coder's rule only); ``former_id``
        (``coup_id`` of earlier versions, where it changed); ``note_en``, ``note_fr``.
        No row inside a coder's coverage means that it lists no event; outside it nothing is known.

    Raises
    ------
    UnknownNameError
        If the rule, version or vintage is unknown.
    OptionError
        If a vintage is asked for with another rule than ``"powell_thyne"``.
    UnknownPlaceError
        If a country is unknown or means several.
    DateError
        If a date cannot be read, or `end` lies before `start`.

    Warns
    -----
    CoverageWarning
        If the window or the countries reach outside the coverage of the dataset or, under a coder's rule, of the
        coder; or if ``"majority"`` or ``"all"`` weighs more coders in one part of the window than in another, or one.

    References
    ----------
    Powell, J. M., & Thyne, C. L. (2011). Global instances of coups from 1950 to 2010: A new dataset. Journal of Peace
    Research, 48(2), 249-259. https://doi.org/10.1177/0022343310397436

    Peyton, B., et al. (2023). Cline Center Coup d'État Project Dataset (v2.1.2). University of Illinois
    Urbana-Champaign. https://doi.org/10.13012/B2IDB-9651987_V6

    Chin, J. J., Carter, D. B., & Wright, J. G. (2021). The varieties of coups d'état: Introducing the Colpus dataset.
    International Studies Quarterly, 65(4), 1040-1051. https://doi.org/10.1093/isq/sqab058

    Albrecht, H., Koehler, K., & Schutz, A. (2021). Coup agency and prospects for democracy. International Studies
    Quarterly, 65(4), 1052-1063. https://doi.org/10.1093/isq/sqab079

    Marshall, M. G., & Marshall, D. R. (2015). Coup d'État Events, 1946-2014. Center for Systemic Peace.
    https://www.systemicpeace.org/inscrdata.html

    Examples
    --------
    >>> guinea = load_coups(countries="Guinea", start="2008", rule="any")
    >>> guinea[["coup_id", "outcome", "cline_outcome", "agreement"]].to_string(index=False, header=False).splitlines()
    ['GIN-2008-12-23 success success 1.00', 'GIN-2009-12-03 failure failure 0.20',
     'GIN-2011-07-19 failure failure 0.80', 'GIN-2021-09-05 success  absent 0.75']
    >>> load_coups()["outcome"].value_counts().to_dict()
    {'failure': 249, 'success': 248}
    >>> coups = load_coups(rule="any")
    >>> coups.loc[coups["former_id"] == "TUN-2019-01-14", "coup_id"].item()
    'TUN-2011-01-14'
    >>> years = {"start": 1960, "end": 2017, "countries": "study"}
    >>> [len(load_coups(rule=rule, **years)) for rule in ("any", "majority", "all")]
    [191, 117, 79]
    """
    return counted(
        rule,
        include_plots=include_plots,
        countries=countries,
        start=start,
        end=end,
        version=version,
        vintage=vintage,
    )


def counted(
    rule: Rule,
    *,
    include_plots: bool = False,
    countries: Places = None,
    start: DateLike = None,
    end: DateLike = None,
    version: str | None = None,
    vintage: str | None = None,
    lists: Sequence[OwnCoder] | None = None,
) -> pd.DataFrame:
    """Coup events that a rule counts, as `load_coups` gives them, with the own lists that are given.

    Parameters
    ----------
    rule, include_plots, countries, start, end, version, vintage
        As in `load_coups`.
    lists : sequence of OwnCoder, optional
        Own lists that stand beside the coders; those of the session when absent. A panel keeps those with which it was
        declared.

    Returns
    -------
    pandas.DataFrame
        As `load_coups`.
    """
    check_flag("include_plots", include_plots)
    description = record_of(DATASET, version)
    coders = speaking(rule, description, lists)
    prefix = "" if rule in JOINT_RULES else next(iter(coders))
    if vintage is not None and prefix != "pt":
        raise OptionError(
            "vintage", vintage, "only Powell and Thyne's list has vintages", repair="Add rule='powell_thyne'"
        )
    frame = coups_table(version, () if vintage is not None else lists)
    attrs = frame.attrs
    if not prefix:
        frame = frame[_joint(frame, rule, coders, include_plots=include_plots)]
        description = _widened(description, coders)
        _warn_uneven(description, rule, coders, countries, start, end)
    else:
        if vintage is not None:
            frame = of_vintage(frame, vintage, version)
        base = _base(rule, description, lists)
        frame = _as_coded(frame, prefix, include_plots=include_plots, base=base)
        description = _coverage_of(description, coders[prefix], vintage)
        _warn_places(description, countries)
    behind = [coder for coder in (session() if lists is None else lists) if coder.name in coders]
    chosen = {"rule": rule} | ({} if vintage is None else {"vintage": vintage}) | noted(rule, behind)
    frame.attrs = {"sahelkit": attrs["sahelkit"] | chosen}
    return select(frame, description, countries=countries, start=start, end=end, stacklevel=5)


def _base(rule: Rule, description: Record, lists: Sequence[OwnCoder] | None) -> str:
    """Prefix of the coder that an own list extends; "" for every other rule."""
    extends = next((c.extends for c in (session() if lists is None else lists) if c.name == rule), "")
    return next((p for p, coder in coders_of(description, ()).items() if coder["rule"] == extends), "")
