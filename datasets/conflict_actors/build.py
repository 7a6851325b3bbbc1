"""Who fought whom in the study region, by month, from the registers of pairs of actors."""

from __future__ import annotations

from typing import Any

import pandas as pd

from sahelkit.build import Sources
from sahelkit.errors import TableError
from sahelkit.geography import places
from sahelkit.geography.codes import gwcode_of, iso3_of_gw

VIOLENCE = {"sb": "state_based", "ns": "non_state"}
# How organised a side of the non-state register is; sides of the state-based one are governments or organised groups.
LEVELS = {1: "organised", 2: "informal", 3: "communal"}
ORDER = ["government", *LEVELS.values()]
PROVISIONAL = pd.Period("2026-01", freq="M")
# The one name of a single actor with a comma: the others join actors that fought side by side.
ONE_NAME = {549}


def _register(sources: Sources, name: str) -> list[dict[str, Any]]:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    with sources.path(name).open(encoding="utf-8") as file:
        return list(yaml.load(file, loader))


def _split(side: str, number: int) -> list[str]:
    parts = [side] if number in ONE_NAME else side.split(",")
    return [" ".join(part.split()) for part in parts]


def _pairs(sources: Sources) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Pairs that touch the study region, and their actors."""
    study = {gwcode_of(code) for code in places.members("study")}
    pairs, actors = [], []
    for violence, name in (("sb", "ucdp_dyads"), ("ns", "ucdp_nonstate")):
        for row in _register(sources, name):
            codes = row["gwno"]["a"] + row["gwno"]["b"] if violence == "sb" else row["countries"]
            if not study & set(codes):
                continue
            states = sorted({iso3_of_gw(code) for code in codes})
            pair = {"dyad_id": row["id"], "type": violence, "states": " ".join(states)}
            pair["iso3"] = states[0] if len(states) == 1 else None
            for side in "ab":
                (number,) = row[f"side_{side}_id"]
                names = _split(row[f"side_{side}"], number)
                pair[f"side_{side}"] = "; ".join(names)
                kind = "organised" if violence == "sb" else LEVELS[row["organization_level"]]
                kind = "government" if names[0].startswith("Government of ") else kind
                pair[f"kind_{side}"] = kind
                actors.extend((one, number if len(names) == 1 else None, kind) for one in names)
            pairs.append(pair)
    return pd.DataFrame(pairs), pd.DataFrame(actors, columns=["actor", "ucdp_actor_id", "kind"])


def _actors(found: pd.DataFrame) -> pd.DataFrame:
    """One row per actor; how organised it is at most, for a group may appear at several levels."""
    numbers = found.dropna(subset="ucdp_actor_id").drop_duplicates(["actor", "ucdp_actor_id"])
    twice = numbers.loc[numbers["actor"].duplicated(), "actor"].tolist()
    if twice:
        raise TableError("conflict_actors", f"one name stands for several actors: {twice}")
    level = found["kind"].map(ORDER.index).groupby(found["actor"]).min()
    table = level.map(dict(enumerate(ORDER))).rename("kind").reset_index()
    table = table.merge(numbers[["actor", "ucdp_actor_id"]], on="actor", how="left")
    return table.astype({"ucdp_actor_id": "Int64"}).sort_values("actor", ignore_index=True)


def build(sources: Sources) -> dict[str, pd.DataFrame]:
    """Tables of the dataset by name."""
    pairs, found = _pairs(sources)
    raw = pd.read_csv(sources.path("ucdp_dyad_month"))
    rows = raw.merge(pairs, on=["dyad_id", "type"], how="inner")
    rows = rows.rename(columns={"dyad_id": "ucdp_dyad_id", "events": "ucdp_events", "deaths": "ucdp_deaths"})
    rows["violence"] = rows["type"].map(VIOLENCE)
    rows["month"] = pd.PeriodIndex.from_fields(year=rows["year"], month=rows["month"], freq="M")
    marked = rows["provisional"].astype(bool)
    if not ((rows["month"] >= PROVISIONAL) == marked).all():
        raise TableError("conflict_actors", "other months than those from January 2026 on are provisional")
    rows["provisional"] = marked
    rows["gwcode"] = rows["iso3"].map(gwcode_of, na_action="ignore").astype("Int64")
    present = {name for side in ("side_a", "side_b") for names in rows[side] for name in names.split("; ")}
    actors = _actors(found)
    actors = actors[actors["actor"].isin(present)].reset_index(drop=True)
    names = pd.read_csv(sources.here / "hand_actor_names.csv", dtype=str, keep_default_na=False).replace("", None)
    strangers = sorted(set(names["actor"]) - present)
    if strangers:
        raise TableError("conflict_actors", f"names were given to actors without a row: {strangers}")
    return {"conflict_actors": rows.drop(columns=["type", "year"]), "actors": actors, "actor_names": names}
