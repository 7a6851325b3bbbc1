"""Country-years of democracy: V-Dem v15 and its episodes, V-Dem v12 detail, Regimes of the World to 2025."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from sahelkit.build import Sources
from sahelkit.build.dating import check_dating
from sahelkit.catalog import record
from sahelkit.errors import TableError
from sahelkit.geography.codes import gwcode_of, translate

FIRST_YEAR = 1900

# V-Dem v15: name in the file -> ours; each comes with the ends of its 68 percent interval.
INDICES = {
    "v2x_polyarchy": "vdem_polyarchy",
    "v2x_libdem": "vdem_liberal",
    "v2x_partipdem": "vdem_participatory",
    "v2x_delibdem": "vdem_deliberative",
    "v2x_egaldem": "vdem_egalitarian",
    "v2x_api": "vdem_additive_polyarchy",
    "v2x_mpi": "vdem_multiplicative_polyarchy",
}
ENDS = {"": "", "_codelow": "_low", "_codehigh": "_high"}

# Kinds of episode and what the file's outcome codes mean; 0 stands in years without an episode.
KINDS = {"dem": "democratization", "aut": "autocratization"}
OUTCOMES = {
    "dem": {
        1: "democratic transition",
        2: "preempted transition",
        3: "stabilized electoral autocracy",
        4: "failed liberalization",
        5: "deepened democracy",
        6: "unknown",
    },
    "aut": {
        1: "democratic breakdown",
        2: "preempted breakdown",
        3: "diminished democracy",
        4: "averted regression",
        5: "regressed autocracy",
        6: "unknown",
    },
}

# V-Dem v12. The file turns v2x_pubcorr round and fills gaps, so that one and the election series are left out.
DETAIL = {
    "lag0_v2x_ex_military": "vdem12_ex_military",
    "lag0_v2x_ex_party": "vdem12_ex_party",
    "lag0_v2x_ex_direlect": "vdem12_ex_direlect",
    "lag0_v2x_ex_confidence": "vdem12_ex_confidence",
    "lag0_v2x_ex_hereditary": "vdem12_ex_hereditary",
    "lag0_v2x_corr": "vdem12_corr",
    "lag0_v2x_execorr": "vdem12_execorr",
    "lag0_v2x_neopat": "vdem12_neopat",
    "lag0_v2x_clphy": "vdem12_clphy",
    "lag0_v2clkill": "vdem12_clkill",
    "lag0_v2cltort": "vdem12_cltort",
    "lag0_v2x_civlib": "vdem12_civlib",
    "lag0_v2x_rule": "vdem12_rule",
    "lag0_v2x_jucon": "vdem12_jucon",
    "v2x_horacc_osp": "vdem12_horacc",
    "v2x_veracc_osp": "vdem12_veracc",
    "lag0_v2x_diagacc": "vdem12_diagacc",
    "v2x_freexp_altinf": "vdem12_freexp_altinf",
    "lag0_v2x_frassoc_thick": "vdem12_frassoc_thick",
    "v2xcs_ccsi": "vdem12_ccsi",
    "lag0_v2csreprss": "vdem12_csreprss",
    "lag0_v2csantimv": "vdem12_csantimv",
    "lag0_v2mecenefm": "vdem12_mecenefm",
    "lag0_v2svstterr": "vdem12_svstterr",
    "lag0_v2clrgunev": "vdem12_clrgunev",
    "lag0_v2pepwrsoc": "vdem12_pepwrsoc",
    "lag0_v2pepwrses": "vdem12_pepwrses",
}
# An older edition of vdem_polyarchy: read to date the newer one, and given to nobody.
POLYARCHY_12 = "lag0_v2x_polyarchy"
# Runs against democracy; all other indices that are compared rise with it.
FALLS = "vdem12_neopat"


def _from_r(path: Path, read: Callable[[Path], Any]) -> pd.DataFrame:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        raw = read(path)
    return pd.DataFrame(raw if path.suffix == ".rds" else next(iter(raw.values())))


def _keyed(frame: pd.DataFrame, code: str, system: str) -> pd.DataFrame:
    """The frame by iso3 and year, without what is not a state (V-Dem: Hong Kong, Palestine, Somaliland)."""
    years = frame["year"].astype(int)
    iso3 = translate(frame[code], system=system, dates=years.astype(str) + "-12-31")
    keyed = frame.assign(iso3=iso3, year=years)
    keyed = keyed[keyed["iso3"].notna() & (years >= FIRST_YEAR)].set_index(["iso3", "year"])
    if not keyed.index.is_unique:
        raise TableError(
            "democracy", f"two {system} codes mean one state: {keyed.index[keyed.index.duplicated()][:3].tolist()}"
        )
    return keyed


def _core(path: Path) -> pd.DataFrame:
    import rdata

    names = {old + end: new + ours for old, new in INDICES.items() for end, ours in ENDS.items()}
    # Years before 1900 belong to states whose codes our list does not hold.
    frame = _from_r(path, rdata.read_rda)
    frame = frame[frame["year"] >= FIRST_YEAR]
    return _keyed(frame, "country_text_id", "vdem")[list(names)].rename(columns=names)


def _ert(path: Path) -> pd.DataFrame:
    return _keyed(pd.read_csv(path, low_memory=False), "country_text_id", "vdem")


def _yearly(ert: pd.DataFrame) -> pd.DataFrame:
    """Regime and, per year, whether an episode is under way (the year before it begins not counted)."""
    episodes = {f"ert_{kind}_ep": ert[f"{kind}_ep"] == 1 for kind in KINDS}
    return pd.DataFrame({"vdem_regime": ert["v2x_regime"], **episodes})


def _episodes(ert: pd.DataFrame, kind: str) -> pd.DataFrame:
    """One row per episode."""
    years = ert[ert[f"{kind}_ep"] == 1].reset_index()
    first = years.drop_duplicates(f"{kind}_ep_id")
    start, end = (first[f"{kind}_ep_{side}_year"].astype(int) for side in ("start", "end"))
    polyarchy = ert["v2x_polyarchy"]
    out = pd.DataFrame(
        {
            "iso3": first["iso3"],
            "ert_kind": KINDS[kind],
            "ert_start": start,
            "ert_end": end,
            "ert_ongoing": first[f"{kind}_ep_censored"] == 1,
            "ert_outcome": first[f"{kind}_ep_outcome"].astype(int).map(OUTCOMES[kind]),
            "vdem_polyarchy_before": polyarchy.reindex(list(zip(first["iso3"], start - 1, strict=True))).to_numpy(),
            "vdem_polyarchy_end": polyarchy.reindex(list(zip(first["iso3"], end, strict=True))).to_numpy(),
        }
    )
    out["episode_id"] = out["iso3"] + "-" + out["ert_kind"].str[:3] + "-" + start.astype(str)
    return out


def _detail(path: Path) -> pd.DataFrame:
    import rdata

    frame = _from_r(path, rdata.read_rds)
    frame = frame.assign(gwcode=frame["gwcode"].astype(int))
    return _keyed(frame, "gwcode", "gw")[[*DETAIL, POLYARCHY_12]].rename(columns=DETAIL)


def _owid(path: Path) -> pd.DataFrame:
    frame = _keyed(pd.read_csv(path), "gwno", "gw")
    return frame[["regime"]].rename(columns={"regime": "owid_regime"})


def _gwcodes(iso3: pd.Series, years: pd.Series) -> list[int]:
    return [gwcode_of(code, f"{year}-12-31") for code, year in zip(iso3, years, strict=True)]


def _members(keys: pd.MultiIndex, states: pd.DataFrame) -> list[bool]:
    """Whether a state belonged to the system on 31 December of the year."""
    spells: dict[str, list[tuple[pd.Timestamp, pd.Timestamp]]] = {}
    ends = states["end"].fillna(pd.Timestamp("2200-12-31"))
    for iso3, start, end in zip(states["iso3"], states["start"], ends, strict=True):
        spells.setdefault(iso3, []).append((start, end))
    last_days = {year: pd.Timestamp(int(year), 12, 31) for year in keys.unique("year")}
    return [any(start <= last_days[year] <= end for start, end in spells[iso3]) for iso3, year in keys]


def pairs(frame: pd.DataFrame, without: list[str]) -> Iterator[tuple[str, str, pd.DataFrame, pd.DataFrame]]:
    """Each index and one from another file that measures the same or its like: names, and values of both.

    Two editions of V-Dem date each other. A detail of the older one is compared with an index of the newer, since
    its file holds columns of the year before beside those of the year.
    """
    named = [(name, POLYARCHY_12) for name in INDICES.values()] + [("vdem_regime", "owid_regime")]
    named += [(name, "vdem_liberal") for name in DETAIL.values() if name not in without]
    for name, copy in named:
        theirs = frame[copy].unstack("year")
        yield name, copy, frame[name].unstack("year"), -theirs if name == FALLS else theirs


def build(sources: Sources) -> dict[str, pd.DataFrame]:
    """Tables of the dataset by name."""
    ert = _ert(sources.path("ert_v15"))
    core = _core(sources.path("vdem_v15_core"))
    frame = pd.concat([core, _yearly(ert), _detail(sources.path("vdem_v12_detail"))], axis=1, sort=True)
    frame = frame.join(_owid(sources.path("owid_regime")), how="outer").sort_index()
    for name, copy, ours, theirs in pairs(frame, record("democracy").details["dating"]["without"]):
        check_dating("democracy", name, copy, ours, theirs)
    frame = frame.drop(columns=POLYARCHY_12)
    keys = frame.index
    member = pd.Series(_members(keys, sources.table("states")), index=keys)
    # Our World in Data writes the value of the Soviet Union, say, in the rows of the states that came after it.
    own = member | keys.isin(core.index)
    frame = frame.assign(independent=member)[own].reset_index()
    frame["gwcode"] = _gwcodes(frame["iso3"], frame["year"])
    episodes = pd.concat([_episodes(ert, kind) for kind in KINDS], ignore_index=True)
    episodes["gwcode"] = _gwcodes(episodes["iso3"], episodes["ert_start"])
    return {"democracy": frame, "episodes": episodes}
