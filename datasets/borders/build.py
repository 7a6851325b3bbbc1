"""Who borders whom and when, and how far apart: COW direct contiguity and CEPII distances."""

from __future__ import annotations

import warnings
from pathlib import Path

import pandas as pd

from sahelkit.build import Sources
from sahelkit.errors import TableError

FIRST_DAY = pd.Timestamp("1945-01-01")
# The month in which the contiguity data end; a spell that reaches it is carried on.
LAST_MONTH = pd.Timestamp("2016-12-01")
# Correlates of War admits a state up to some months after Gleditsch-Ward does.
ADMISSION = pd.Timedelta(days=366)
FAR = pd.Timestamp("2200-12-31")
KINDS = {1: "land", 2: "water_12_miles", 3: "water_24_miles", 4: "water_150_miles", 5: "water_400_miles"}
# Alpha-3 codes that were withdrawn before or after the distances were made.
CEPII_CODES = {"ROM": "ROU", "TMP": "TLS", "ZAR": "COD"}
CEPII_COLUMNS = {
    "dist": "cepii_distance_km",
    "distcap": "cepii_capital_distance_km",
    "distw": "cepii_weighted_distance_km",
    "comlang_off": "cepii_common_official_language",
    "comlang_ethno": "cepii_common_spoken_language",
    "colony": "cepii_colonial_tie",
    "col45": "cepii_colonial_tie_after_1945",
    "comcol": "cepii_common_coloniser",
    "smctry": "cepii_same_country",
}


def _rda(path: Path) -> pd.DataFrame:
    import rdata

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pd.DataFrame(next(iter(rdata.read_rda(path).values())))


def _raw_spells(path: Path) -> pd.DataFrame:
    raw = _rda(path)
    raw = raw[raw["conttype"].isin(KINDS)]
    last = pd.to_datetime(raw["enddate"], unit="D")
    # The source knows months and writes each as its first day.
    return pd.DataFrame(
        {
            "a": raw["ccode1"].astype(int).astype(str),
            "b": raw["ccode2"].astype(int).astype(str),
            "cow_contiguity": raw["conttype"].astype(int).map(KINDS),
            "start": pd.to_datetime(raw["stdate"], unit="D"),
            "end": (last + pd.offsets.MonthEnd(0)).where(last < LAST_MONTH, FAR),
            "carried_on": last >= LAST_MONTH,
        }
    ).reset_index(drop=True)


def _between_states(spells: pd.DataFrame, codes: pd.DataFrame) -> pd.DataFrame:
    # A number may change its meaning, and a border needs its states: keep what overlaps a spell of both.
    for side, iso3, gwcode in (("a", "iso3", "gwcode"), ("b", "neighbour_iso3", "neighbour_gwcode")):
        renamed = {"code": side, "iso3": iso3, "gwcode": gwcode, "start": f"from_{side}", "end": f"to_{side}"}
        spells = spells.merge(codes.rename(columns=renamed), on=side)
    born = spells[["from_a", "from_b"]].max(axis=1)
    gone = spells[["to_a", "to_b", "end"]].min(axis=1)
    start = spells["start"].where(spells["start"] - born > ADMISSION, born)
    spells = spells.assign(start=start, end=gone)
    return spells.loc[start <= gone].drop(columns=["a", "b", "from_a", "from_b", "to_a", "to_b"])


def _ended(spells: pd.DataFrame, ends: pd.DataFrame) -> pd.DataFrame:
    spells = spells.copy()
    for row in ends.itertuples():
        for iso3, neighbour in ((row.iso3, row.neighbour_iso3), (row.neighbour_iso3, row.iso3)):
            pair = (spells["iso3"] == iso3) & (spells["neighbour_iso3"] == neighbour)
            pair &= spells["end"] == pd.Timestamp(row.listed)
            if pair.sum() != 1:
                raise TableError("borders", f"no border of {iso3} and {neighbour} ends on {row.listed}")
            spells.loc[pair, "end"] = pd.Timestamp(row.end)
    return spells


def _joined(spells: pd.DataFrame) -> pd.DataFrame:
    # Germany in 1990 and Yemen in 1990 change their number, not their borders.
    same = ["iso3", "neighbour_iso3", "cow_contiguity"]
    spells = spells.sort_values([*same, "start"]).reset_index(drop=True)
    gap = spells["start"] > spells.groupby(same)["end"].shift() + pd.Timedelta(days=1)
    block = (gap | ~spells.duplicated(same)).cumsum().rename("block")
    how = {"gwcode": "last", "neighbour_gwcode": "last", "start": "min", "end": "max", "carried_on": "last"}
    spells = spells.groupby([*same, block], as_index=False).agg(how).sort_values(["iso3", "neighbour_iso3", "start"])
    # Where the kind changes within a month, the source counts the month twice; here the later kind has it.
    until = spells.groupby(["iso3", "neighbour_iso3"])["start"].shift(-1) - pd.Timedelta(days=1)
    return spells.assign(end=spells["end"].where(until.isna() | (spells["end"] <= until), until))


def _contiguity(sources: Sources) -> pd.DataFrame:
    codes = sources.table("states", "codes")
    codes = codes.loc[codes["system"] == "cow", ["code", "iso3", "gwcode", "start", "end"]]
    codes["end"] = codes["end"].fillna(FAR)
    spells = _raw_spells(sources.path("cow_contiguity"))
    spells = _between_states(spells, codes)
    spells = _joined(spells[spells["end"] >= FIRST_DAY])
    spells = _ended(spells, pd.read_csv(sources.here / "hand_ends.csv", dtype=str))
    spells["carried_on"] &= spells["end"] == FAR
    spells["end"] = spells["end"].where(spells["end"] < FAR)
    return spells.drop(columns="block", errors="ignore")


def _distances(sources: Sources) -> pd.DataFrame:
    raw = _rda(sources.path("cepii_dist"))
    known = sources.table("states", "codes").query("system == 'gw'")
    known = known.drop_duplicates("iso3", keep="last").set_index("iso3")["gwcode"]
    pairs = pd.DataFrame(
        {"iso3": raw["iso_o"].replace(CEPII_CODES), "partner_iso3": raw["iso_d"].replace(CEPII_CODES)}
    ).astype(str)
    for column, name in CEPII_COLUMNS.items():
        # Not pd.to_numeric: before pandas 3 it reads some decimals one unit in the last place off.
        values = raw[column].map(lambda text: float("nan") if text == "." else float(text))
        pairs[name] = values.round(1) if name.endswith("_km") else values.astype(bool)
    pairs.insert(1, "gwcode", pairs["iso3"].map(known))
    pairs.insert(3, "partner_gwcode", pairs["partner_iso3"].map(known))
    states = pairs["gwcode"].notna() & pairs["partner_gwcode"].notna()
    return pairs[states & (pairs["iso3"] != pairs["partner_iso3"])]


def build(sources: Sources) -> dict[str, pd.DataFrame]:
    """Tables of the dataset by name."""
    return {"contiguity": _contiguity(sources), "distances": _distances(sources)}
