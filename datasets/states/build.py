"""Who exists when: system spells from the Gleditsch-Ward list, codes and names of our own."""

from __future__ import annotations

import warnings
from pathlib import Path

import pandas as pd

from sahelkit.build import Sources
from sahelkit.errors import TableError

FIRST_DAY = "1945-01-01"
# Stands for "always": earlier than anything that a source of ours describes.
ALWAYS = "1789-01-01"
# The list writes 31 December 9999 for a state that is still a member on the day of the list.
STILL_A_MEMBER = 2932896
ECOWAS_AND = ["MRT"]
STUDY_AND = ["MRT", "TCD", "CMR", "GAB", "SDN", "DZA"]
# Never had 500,000 inhabitants up to 2014, and are no microstates by the Gleditsch-Ward list (250,000).
BELOW_HALF_A_MILLION = {"BHS", "BLZ", "BRB", "BRN", "ISL", "MDV", "MLT", "ZZB"}


def _hand(here: Path, name: str) -> pd.DataFrame:
    # Namibia's ISO code is "NA", so only an empty cell is empty.
    return pd.read_csv(here / name, dtype=str, keep_default_na=False, na_values=[""])


def _day(days: pd.Series) -> pd.Series:
    return pd.to_datetime(days, unit="D").dt.strftime("%Y-%m-%d")


def _spells(path: Path) -> pd.DataFrame:
    import rdata

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        raw = next(iter(rdata.read_rda(path).values()))
    spells = pd.DataFrame(
        {
            "gwcode": raw["gwcode"].astype(int).to_numpy(),
            "start": _day(raw["start"]).to_numpy(),
            "end": _day(raw["end"].where(raw["end"] < STILL_A_MEMBER)).to_numpy(),
            "microstate": raw["microstate"].astype(bool).to_numpy(),
        }
    )
    recent = spells.loc[spells["end"].isna() | (spells["end"] >= FIRST_DAY), "gwcode"]
    return spells[spells["gwcode"].isin(recent)]


def _corrected(spells: pd.DataFrame, corrections: pd.DataFrame) -> pd.DataFrame:
    spells = spells.copy()
    for row in corrections.itertuples():
        slip = (spells["gwcode"] == int(row.gwcode)) & (spells["start"] == row.listed)
        if slip.sum() != 1:
            raise TableError("states", f"the list no longer starts {row.gwcode} on {row.listed}")
        spells.loc[slip, "start"] = row.start
    return spells


def _gw_codes(spells: pd.DataFrame) -> pd.DataFrame:
    codes = spells[["gwcode", "iso3", "start", "end"]].copy()
    return codes.assign(system="gw", code=codes["gwcode"].astype(str))


def _cow_codes(spells: pd.DataFrame, differences: pd.DataFrame) -> pd.DataFrame:
    iso3 = dict(zip(spells["gwcode"], spells["iso3"], strict=True))
    different = differences.assign(gwcode=differences["gwcode"].astype(int))
    same = spells[~spells["gwcode"].isin(different["gwcode"])]
    same = same.assign(code=same["gwcode"].astype(str))
    different = different.rename(columns={"cowcode": "code"}).dropna(subset=["code"])
    different["iso3"] = different["gwcode"].map(iso3)
    columns = ["gwcode", "iso3", "start", "end", "code"]
    return pd.concat([same[columns], different[columns]]).assign(system="cow")


def _vdem_codes(spells: pd.DataFrame, vdem: pd.DataFrame) -> pd.DataFrame:
    latest = spells.sort_values("start").drop_duplicates("iso3", keep="last")
    gw = dict(zip(latest["iso3"], latest["gwcode"], strict=True))
    codes = vdem.rename(columns={"vdem_text_id": "code"})
    codes["gwcode"] = codes["iso3"].map(gw)
    # V-Dem also codes the time before independence, so its rows begin before the state does.
    codes["start"] = codes["start"].fillna(ALWAYS)
    return codes[["gwcode", "iso3", "start", "end", "code"]].assign(system="vdem")


def _names(identity: pd.DataFrame, former: pd.DataFrame, aliases: pd.DataFrame) -> pd.DataFrame:
    def both(frame: pd.DataFrame, kind: str) -> list[pd.DataFrame]:
        return [frame.assign(name=frame[f"name_{language}"], language=language, kind=kind) for language in ("en", "fr")]

    current = identity.drop_duplicates("iso3").assign(start=None, end=None)
    parts = [*both(current, "current"), *both(former, "former"), aliases.assign(kind="alias")]
    names = pd.concat(parts)[["iso3", "language", "name", "kind", "start", "end"]]
    names = names.assign(start=names["start"].fillna(ALWAYS))
    # A state may change its name in one language only (Cape Verde, always Cap-Vert in French).
    return names.drop_duplicates(["iso3", "language", "name", "start"], keep="first")


def _sets(spells: pd.DataFrame, written: pd.DataFrame) -> pd.DataFrame:
    def rows(name: str, members: list[str]) -> pd.DataFrame:
        return pd.DataFrame({"set": name, "position": range(1, len(members) + 1), "iso3": members})

    ecowas = written.loc[written["set"] == "ecowas_2012", "iso3"].tolist()
    larger = set(spells.loc[~spells["microstate"].astype(bool), "iso3"]) - BELOW_HALF_A_MILLION
    return pd.concat(
        [
            written,
            rows("west_africa", sorted([*ecowas, *ECOWAS_AND])),
            rows("study", sorted([*ecowas, *STUDY_AND])),
            rows("africa", sorted(set(spells.loc[spells["region"] == "africa", "iso3"]))),
            rows("half_million", sorted(larger)),
            rows("world", sorted(set(spells["iso3"]))),
        ]
    )


def build(sources: Sources) -> dict[str, pd.DataFrame]:
    """Tables of the dataset by name."""
    here = sources.here
    identity = _hand(here, "hand_identity.csv").astype({"gwcode": int})
    vdem = _hand(here, "hand_vdem.csv")
    spells = _corrected(_spells(sources.path("gw_states")), _hand(here, "hand_corrections.csv"))
    spells = spells.merge(identity, on="gwcode", how="left", validate="many_to_one")
    cow = _cow_codes(spells, _hand(here, "hand_cow.csv"))
    latest_cow = cow.sort_values("start").drop_duplicates(["gwcode"], keep="last").set_index("gwcode")["code"]
    ids = vdem.assign(id=vdem["vdem_id"]).dropna(subset=["iso3"]).set_index("iso3")["id"]
    states = spells.assign(
        cowcode=pd.to_numeric(spells["gwcode"].map(latest_cow)),
        ucdpcode=spells["gwcode"],
        vdem_id=pd.to_numeric(spells["iso3"].map(ids)),
        wbcode=spells["iso3"].where(spells["iso2"].notna()),
    )
    names = _names(identity, _hand(here, "hand_former.csv"), _hand(here, "hand_aliases.csv"))
    sets = _sets(spells, _hand(here, "hand_sets.csv"))
    codes = pd.concat([_gw_codes(spells), cow, _vdem_codes(spells, vdem)])
    return {"states": states, "codes": codes, "names": names, "sets": sets}
