"""One tidy table of annual indicators from many files, states only, with projections and repeated values marked."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pandas as pd

from sahelkit.build import Sources
from sahelkit.build.dating import check_dating
from sahelkit.catalog import Field, record
from sahelkit.errors import TableError

YEARS = (1960, 2025)
KEYS = ["indicator", "iso3", "year"]
# Codes of the Gapminder files that differ from ISO 3166 where the place is a state.
GAPMINDER_CODES = {"KOS": "XKX"}
# Series whose copy stands late, by years: the file has Haiti's earthquake of January 2010 in 2011.
LATE = {"igme_under5_mortality": 1}
COVARIATES = {
    "wdi_cpi_inflation": "inflation",
    "wdi_infant_mortality": "infant_mort",
    "wdi_population_0_14": "pop_0014",
    "wdi_population_15_64": "pop_1564",
}
RENTS = {"wdi_resource_rents": "NaturalResourceRents", "wdi_aid_received": "NetAidReceived"}
WGI = {
    "wgi_voice_accountability": "GOV_WGI_VA",
    "wgi_political_stability": "GOV_WGI_PV",
    "wgi_government_effectiveness": "GOV_WGI_GE",
    "wgi_regulatory_quality": "GOV_WGI_RQ",
    "wgi_rule_of_law": "GOV_WGI_RL",
    "wgi_control_of_corruption": "GOV_WGI_CC",
}
INFORM = {
    "inform_risk": "INFORM",
    "inform_hazard_exposure": "HA",
    "inform_vulnerability": "VU",
    "inform_lack_of_coping": "CC",
}


def _csv(sources: Sources, name: str, *, empty: str = "") -> pd.DataFrame:
    # As text: pandas' own list of empty marks would take Namibia's ISO code, "NA", for one, and its reader of
    # numbers is off in the last digit in some versions.
    return pd.read_csv(sources.path(name), dtype=str, keep_default_na=False, na_values=[empty], encoding="utf-8")


def _tidy(wide: pd.DataFrame, columns: dict[str, str]) -> pd.DataFrame:
    named = wide[["iso3", "year", *columns.values()]].rename(columns={old: new for new, old in columns.items()})
    return named.melt(["iso3", "year"], var_name="indicator", value_name="value")


def _gapminder(sources: Sources, item: Field) -> pd.DataFrame:
    raw = _csv(sources, item.sources[0])
    raw.columns = ["iso3", "year", "value"]
    codes = raw["iso3"].str.upper().replace(GAPMINDER_CODES)
    years = raw["year"].astype("int64") - LATE.get(item.name, 0)
    return raw.assign(iso3=codes, year=years, indicator=item.name)


def _by_number(sources: Sources, name: str, columns: dict[str, str], states: pd.DataFrame) -> pd.DataFrame:
    raw = _csv(sources, name)
    iso3 = dict(zip(states["gwcode"].astype(str), states["iso3"], strict=True))
    return _tidy(raw.assign(iso3=raw["gwno"].map(iso3)), columns)


def _rents(sources: Sources) -> pd.DataFrame:
    # Places go by three letters here, so that "NA" can only be a number that is not known.
    raw = _csv(sources, "wdi_rents", empty="NA")
    return _tidy(raw.rename(columns={"ISO3": "iso3", "Year": "year"}), RENTS)


def _wgi(sources: Sources) -> pd.DataFrame:
    # The sheet "Sc" is the same estimates on a scale of 0 to 100: a straight line, nothing new.
    raw = pd.read_excel(sources.path("wgi_2025"), sheet_name="Est", keep_default_na=False, na_values=[""])
    long = raw.melt(["iso3c", "INDICATOR"], var_name="year").rename(columns={"iso3c": "iso3"})
    long["indicator"] = long["INDICATOR"].map({code: name for name, code in WGI.items()})
    return long


def _inform(sources: Sources) -> pd.DataFrame:
    raw = _csv(sources, "inform_trends")
    raw = raw.rename(columns={"Iso3": "iso3", "GNAYear": "year", "IndicatorScore": "value"})
    return raw.assign(indicator=raw["IndicatorId"].map({code: name for name, code in INFORM.items()}))


def _raw(sources: Sources, series: tuple[Field, ...], states: pd.DataFrame) -> pd.DataFrame:
    gapminder = [_gapminder(sources, item) for item in series if item.sources[0].startswith("sg_")]
    others = [
        _by_number(sources, "covariates_tocsin", COVARIATES, states),
        _by_number(sources, "population_owid", {"owid_population": "population"}, states),
        _rents(sources),
        _wgi(sources),
        _inform(sources),
    ]
    table = pd.concat([frame[[*KEYS, "value"]] for frame in [*gapminder, *others]], ignore_index=True)
    table = table.dropna(subset=["value"])
    return table.assign(year=table["year"].astype("int64"), value=[float(value) for value in table["value"]])


def only_states(table: pd.DataFrame, states: pd.DataFrame, left_out: list[str]) -> pd.DataFrame:
    """Rows of states, up to the year in which a dissolved one ended; a place that nobody decided on is refused."""
    last = states.assign(end=states["end"].fillna(pd.Timestamp("2200-12-31"))).groupby("iso3")["end"].max().dt.year
    strange = sorted(set(table["iso3"]) - set(last.index) - set(left_out))
    if strange:
        raise TableError("indicators", f"places that are no states, and not named in details.left_out: {strange}")
    table = table[table["iso3"].isin(last.index)]
    return table[table["year"] <= table["iso3"].map(last)]


def corrected(table: pd.DataFrame, corrections: pd.DataFrame) -> pd.DataFrame:
    """Table without the values that hand_corrections.csv names; a correction that meets no value is refused."""
    for row in corrections.itertuples(index=False):
        hit = (table["indicator"] == row.indicator) & table["year"].between(row.first, row.last)
        if isinstance(row.iso3, str):
            hit &= table["iso3"] == row.iso3
        if not hit.any():
            raise TableError("indicators", f"the correction of {row.indicator} {row.iso3} {row.first} meets no value")
        table = table[~hit]
    return table


def repeated(table: pd.DataFrame, not_marked: list[str]) -> pd.Series:
    """True where a value equals that of the year before to the last digit, as when a source carries one forward.

    Zero and 100 can stand for years, and series of few digits repeat by chance; they are never marked.
    """
    table = table.sort_values(KEYS)
    before = table.shift()
    same = (
        (table["indicator"] == before["indicator"])
        & (table["iso3"] == before["iso3"])
        & (table["year"] == before["year"] + 1)
        & (table["value"] == before["value"])
    )
    return same & ~table["value"].isin([0, 100]) & ~table["indicator"].isin(not_marked)


def _sg_infant(sources: Sources) -> pd.DataFrame:
    raw = _csv(sources, "sg_infant_mortality_rate_per_1000_births").set_axis(["iso3", "year", "value"], axis=1)
    return raw.assign(iso3=raw["iso3"].str.upper().replace(GAPMINDER_CODES))


def _vdem12(sources: Sources) -> pd.DataFrame:
    import rdata

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pd.DataFrame(rdata.read_rds(sources.path("vdem_v12_detail"))).rename(columns={"gwcode": "gwno"})


# Files that hold a second copy of a series, or a relative; those by number of the state have a column of that name.
SECOND: dict[str, Callable[[Sources], pd.DataFrame]] = {
    "covariates_tocsin": lambda sources: _csv(sources, "covariates_tocsin"),
    "population_owid": lambda sources: _csv(sources, "population_owid"),
    "wdi_rents": lambda sources: (
        _csv(sources, "wdi_rents", empty="NA").drop(columns="iso3c").rename(columns={"ISO3": "iso3", "Year": "year"})
    ),
    "sg_infant_mortality_rate_per_1000_births": _sg_infant,
    "vdem_v12_detail": _vdem12,
    "powell_2012_determinants": lambda sources: pd.read_stata(sources.path("powell_2012_determinants")).rename(
        columns={"ccode": "cowno"}
    ),
}


def _wide(long: pd.DataFrame, column: str) -> pd.DataFrame:
    rows = long[["iso3", "year", column]].dropna()
    rows = rows.assign(year=rows["year"].astype("int64"), value=rows[column].astype("float64"))
    wide = rows.pivot(index="iso3", columns="year", values="value")
    return wide.reindex(columns=range(wide.columns.min(), wide.columns.max() + 1))


def _second(sources: Sources, table: pd.DataFrame, states: pd.DataFrame) -> Callable[[str, str], pd.DataFrame]:
    read: dict[str, pd.DataFrame] = {}
    numbers = {"gwno": "gwcode", "cowno": "cowcode"}

    def wide(source: str, column: str) -> pd.DataFrame:
        if source == "indicators":
            return _wide(table[table["indicator"] == column], "value")
        if source not in read:
            frame = SECOND[source](sources)
            for number, ours in numbers.items():
                if number in frame:
                    iso3 = dict(zip(states[ours].astype("Float64"), states["iso3"], strict=True))
                    frame = frame.assign(iso3=frame[number].astype("float64").map(iso3))
            read[source] = frame
        return _wide(read[source], column)

    return wide


def pairs(
    sources: Sources, table: pd.DataFrame, states: pd.DataFrame, dating: Mapping[str, Any]
) -> Iterator[tuple[str, str, pd.DataFrame, pd.DataFrame]]:
    """Each series and what dates it, as details.dating says: name, name of the copy, values of both."""
    second = _second(sources, table, states)
    for copy in dating["copies"]:
        ours = second("indicators", copy["series"])
        theirs = second(copy["source"], copy["column"])
        theirs = theirs.set_axis(theirs.columns - copy.get("late", 0), axis=1)
        if copy.get("falls"):
            theirs = -theirs
        if copy.get("growth") == "ours":
            ours = ours.pct_change(axis=1, fill_method=None)
        elif copy.get("growth") == "theirs":
            theirs = theirs.pct_change(axis=1, fill_method=None)
        yield copy["series"], f"{copy['source']} ({copy['column']})", ours, theirs


def check_years(sources: Sources, table: pd.DataFrame, states: pd.DataFrame, dating: Mapping[str, Any]) -> None:
    """Stop at a series that stands in another year than its second copy, and at one that details.dating omits."""
    listed, without = {copy["series"] for copy in dating["copies"]}, set(dating["without"])
    wrong = sorted((set(table["indicator"]) ^ (listed | without)) | (listed & without))
    if wrong:
        raise TableError("indicators", f"details.dating must name each series either in copies or in without: {wrong}")
    for series, name, ours, theirs in pairs(sources, table, states, dating):
        check_dating("indicators", series, name, ours, theirs)


def build(sources: Sources) -> dict[str, pd.DataFrame]:
    """Tables of the dataset by name."""
    description = record("indicators")
    series, details = description.table().series, description.details
    states = sources.table("states")
    table = only_states(_raw(sources, series, states), states, details["left_out"]["places"])
    table = table[table["year"].between(*YEARS)]
    study = set(sources.table("states", "sets").query("set == 'study'")["iso3"])
    restricted = [item.name for item in series if item.places == "study"]
    table = table[~table["indicator"].isin(restricted) | table["iso3"].isin(study)]
    corrections = pd.read_csv(sources.here / "hand_corrections.csv")
    table = corrected(table, corrections).reset_index(drop=True)
    after = details["projections"]["after"]
    table["projection"] = table["indicator"].isin(details["projections"]["series"]) & (table["year"] > after)
    table["repeated"] = repeated(table, details["repeated"]["not_marked"])
    check_years(sources, table, states, details["dating"])
    return {"indicators": table}
