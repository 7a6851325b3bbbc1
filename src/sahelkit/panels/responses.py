"""Cases: one row per coup and body, with the days to its first acts and where observation ends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

import pandas as pd

from sahelkit._types import TEXT, DateLike, Lang, Places, Rule
from sahelkit.catalog import record
from sahelkit.errors import DataUnavailableError, UnknownNameError
from sahelkit.geography import places
from sahelkit.options import as_names
from sahelkit.tables.coups import load_coups
from sahelkit.tables.day_bounds import holds
from sahelkit.tables.memberships import load_memberships
from sahelkit.tables.own_coders import lists_for
from sahelkit.tables.read import record_of
from sahelkit.tables.responses import load_response_searches, load_responses

# Which acts count as what is timed. Aid and diplomatic measures are no sanctions here.
MEASURES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "suspension": ("suspension",),
        "sanctions": ("arms_embargo", "personal_sanctions", "border_closure", "economic_sanctions"),
        "threat": ("ultimatum", "threat_of_force"),
        "force": ("force_decided", "force_used"),
        "easing": ("sanctions_eased", "sanctions_lifted", "suspension_lifted"),
    }
)
BODIES = ("AU", "ECOWAS")
# The African Union came into being in July 2002, and the protocol of ECOWAS on democracy dates from December 2001.
FIRST = "2002-07-09"


def _first_days(acts: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Days to the first act of a measure per coup: central value (NA if its day is not known), fewest and most."""
    chosen = acts[acts["act"].isin(MEASURES[measure])]
    days = (chosen["date"] - chosen["coup_date"]).dt.days.where(chosen["date_precision"] == "day")
    fewest = chosen["reaction_days_min"].fillna((chosen["date_min"] - chosen["coup_date"]).dt.days)
    most = chosen["reaction_days_max"].fillna((chosen["date_max"] - chosen["coup_date"]).dt.days)
    table = pd.DataFrame({"coup_id": chosen["coup_id"], "days": days, "days_min": fewest, "days_max": most})
    found = table.astype({"days": "Float64", "days_min": "Float64", "days_max": "Float64"}).groupby("coup_id").min()
    return found.add_prefix(f"{measure}_")


def _members(body: str, events: pd.DataFrame, version: str | None) -> pd.DataFrame:
    """For each coup: whether the state belongs to the body on that day, is suspended already, and leaves when.

    NA where the days of its membership or suspension are not known well enough.
    """
    spells = load_memberships(organisations=body, version=version)
    rows = []
    for event in events.itertuples():
        own = spells[spells["iso3"] == event.iso3]
        now = holds(own, event.coup_date)
        # A suspension that begins on the day of the coup answers it, and was not there before.
        before = now & holds(own, event.coup_date - pd.Timedelta(days=1))
        is_member = own["status"] == "member"
        possible = own[is_member & now.fillna(True)]
        rows.append(
            {
                "coup_id": event.coup_id,
                "member": now[is_member].any(skipna=False),
                "suspended_before": before[~is_member].any(skipna=False),
                "left": possible["end"].iloc[0] if len(possible) else pd.NaT,
            }
        )
    table = pd.DataFrame(rows, columns=["coup_id", "member", "suspended_before", "left"]).set_index("coup_id")
    return table.astype({"member": "boolean", "suspended_before": "boolean"})


def _events(countries: Places, start: DateLike, end: DateLike, rule: Rule, version: str | None) -> pd.DataFrame:
    """Successful coups under a rule and other attempts answered by suspension, with the day that pages give."""
    wanted = "study" if countries is None else countries
    everything = load_coups(rule="any", countries=wanted, start=start, end=end)
    under = load_coups(rule=rule, countries=wanted, start=start, end=end)
    known = set(under.query("outcome == 'success'")["coup_id"])
    if lists_for(rule):  # what an own list adds to a coder's is in no joint rule
        added = under[~under["coup_id"].isin(everything["coup_id"]) & under["part_of"].isna()]
        everything = pd.concat([everything, added], ignore_index=True)
    acts = load_responses(countries=wanted, version=version).dropna(subset=["coup_id"])
    treated = set(acts.loc[acts["act"] == "suspension", "coup_id"])
    chosen = everything[everything["coup_id"].isin(known | treated)].copy()
    if chosen.empty:
        return chosen
    stated = acts.groupby("coup_id")["coup_date"].first()
    chosen["coup_date"] = chosen["coup_id"].map(stated).fillna(chosen["date"])
    chosen["succeeded"] = chosen["coup_id"].isin(known)
    return chosen.sort_values("coup_date", ignore_index=True)


def _next_success(events: pd.DataFrame, last: pd.Timestamp) -> pd.Series:
    """Day of the country's next successful coup, or the last day covered."""
    ends = []
    for event in events.itertuples():
        later = events[(events["iso3"] == event.iso3) & (events["coup_date"] > event.coup_date) & events["succeeded"]]
        ends.append(later["coup_date"].min() if len(later) else last)
    return pd.Series(ends, index=events.index, dtype="datetime64[ns]")


def case_label(iso3: str, day: pd.Timestamp, lang: Lang = "en") -> str:
    """Country and year of a coup.

    Examples
    --------
    >>> case_label("MLI", pd.Timestamp("2012-03-22"), "fr")
    'Mali 2012'
    """
    return f"{places.name(iso3, lang=lang)} {day.year}"


def _labels(events: pd.DataFrame, lang: Lang) -> list[str]:
    plain = [case_label(iso3, day, lang) for iso3, day in zip(events["iso3"], events["coup_date"], strict=True)]
    months = events["coup_date"].dt.strftime("-%m")
    # A country with two coups in a year: the month tells them apart.
    return [text + month if plain.count(text) > 1 else text for text, month in zip(plain, months, strict=True)]


def response_cases(
    *,
    countries: Places = None,
    bodies: str | Iterable[str] = BODIES,
    start: DateLike = FIRST,
    end: DateLike = None,
    rule: Rule = "powell_thyne",
    version: str | None = None,
) -> pd.DataFrame:
    """One row per coup and body: how many days to its first suspension, sanctions, threat, force and easing.

    Cases are the successful coups of members of the body, and the attempts that a body answered by suspension although
    they failed (``succeeded`` is False: Burkina Faso 2015). A state that the body had suspended already is a case, but
    not at risk of suspension (``at_risk`` is False; NA where it is not known). A measure that never came is censored:
    its days are NA, and ``censored_days`` says how long it could have come, until the country's next successful coup,
    the exit from the body or the end of the table. Where the acts of a body were not looked for (``searched`` is
    False), nothing is known to be missing: ``at_risk`` and ``censored_days`` are NA.

    Parameters
    ----------
    countries : str, int or sequence of these, optional
        Countries in which the coup was; the study region when absent.
    bodies : str or iterable of str
        ``"AU"``, ``"ECOWAS"``, ``"UEMOA"``: the bodies whose memberships are known.
    start, end : date-like, optional
        First and last day of the coup. Before July 2002 the body is the Organisation of African Unity, which is no
        body of the table of memberships.
    rule : str
        Whose list says which coups succeeded, as in `load_coups`.
    version : str, optional
        Data version of responses and memberships; the bundled one when absent.

    Returns
    -------
    pandas.DataFrame
        ``coup_id``, ``iso3``, ``label_en``, ``label_fr``, ``coup_date`` (as the pages state it), ``succeeded``,
        ``body``, ``searched``, ``at_risk``, ``censored_days``, and for each measure ``<measure>_days`` (NA: censored,
        or known by month only), ``<measure>_days_min``, ``<measure>_days_max``. Sorted by day of the coup, then body.

    Raises
    ------
    UnknownNameError
        If a body has no known membership, or the rule or version is unknown.
    UnknownPlaceError, DateError
        If a country or date cannot be read.
    DataUnavailableError
        If no coup of the window is a case.

    Examples
    --------
    >>> cases = response_cases(countries="Mali", bodies="ECOWAS")
    >>> cases[["label_en", "suspension_days", "sanctions_days", "easing_days"]].to_numpy().tolist()
    [['Mali 2012', 5.0, 11.0, 17.0], ['Mali 2020', 0.0, 0.0, 49.0], ['Mali 2021', 6.0, 167.0, 405.0]]
    """
    names = as_names("bodies", bodies, least=1)
    known = ("AU", "ECOWAS", "UEMOA")
    for name in names:
        if name not in known:
            raise UnknownNameError("body", name, known, repair="Other bodies: load_responses(bodies=...)")
    events = _events(countries, start, end, rule, version)
    tried = [f"coups of {rule} from {start or 'the beginning'} to {end or 'the end'}, bodies {', '.join(names)}"]
    nothing = DataUnavailableError(
        "cases of responses",
        tried,
        repair="Widen the window or the countries; load_responses() shows what there is",
    )
    if events.empty:
        raise nothing
    last = pd.Timestamp(record("responses").coverage.last)
    follow = _next_success(events, last)
    frames = [_of_body(name, events.assign(follow=follow), version) for name in names]
    cases = pd.concat(frames, ignore_index=True)
    if cases.empty:
        raise nothing
    out = cases.sort_values(["coup_date", "body"], ignore_index=True)
    datasets = {name: record_of(name, version).version for name in ("responses", "coups", "memberships")}
    out.attrs = {"sahelkit": {"datasets": datasets, "rule": rule}}
    return out


def _of_body(body: str, events: pd.DataFrame, version: str | None) -> pd.DataFrame:
    acts = load_responses(bodies=body, version=version).dropna(subset=["coup_id"])
    state = _members(body, events, version)
    table = events.assign(label_en=_labels(events, "en"), label_fr=_labels(events, "fr")).set_index("coup_id")
    table = table.join(state)
    table = table[table["member"].fillna(True)]
    ends = table["follow"].where(table["left"].isna() | (table["follow"] < table["left"]), table["left"])
    looked = load_response_searches(bodies=body, version=version)
    table["searched"] = table.index.isin(looked["coup_id"])
    table["censored_days"] = (ends - table["coup_date"]).dt.days.astype("Int64").where(table["searched"])
    table["at_risk"] = (table["member"] & ~table["suspended_before"]).where(table["searched"])
    for measure in MEASURES:
        table = table.join(_first_days(acts, measure))
    kept = [f"{measure}_{name}" for measure in MEASURES for name in ("days", "days_min", "days_max")]
    table = table.assign(body=pd.Series(body, index=table.index, dtype=TEXT)).reset_index()
    front: Sequence[str] = ("coup_id", "iso3", "label_en", "label_fr", "coup_date", "succeeded", "body", "searched")
    return table[[*front, "at_risk", "censored_days", *kept]]
