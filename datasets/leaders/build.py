"""Spells of leaders in the study region: the continued REIGN list, with hand-made names and corrections."""

from __future__ import annotations

import re
import unicodedata

import pandas as pd

from sahelkit.build import Sources
from sahelkit.errors import TableError
from sahelkit.geography.codes import gwcode_of, translate

DATASET = "leaders"


def _hand(sources: Sources, name: str) -> pd.DataFrame:
    return pd.read_csv(sources.here / name, dtype=str, keep_default_na=False)


def _day(year: pd.Series, month: pd.Series, day: pd.Series) -> pd.Series:
    parts = [part.astype(int).astype(str).str.zfill(2) for part in (year, month, day)]
    return parts[0] + "-" + parts[1] + "-" + parts[2]


def _upstream(sources: Sources) -> pd.DataFrame:
    """Rows of the study region as text, each under a name made of its country and first day."""
    raw = pd.read_csv(sources.path("leaders_2026"))
    sets = sources.table("states", "sets")
    start = _day(raw["syear"], raw["smonth"], raw["sdate"])
    rows = raw.assign(start=start, iso3=translate(raw["ccode"], system="cow", dates=start))
    rows = rows[rows["iso3"].isin(sets.loc[sets["set"] == "study", "iso3"])]
    known = rows["eyear"].notna() & rows["emonth"].notna()
    ends = (
        rows.loc[known, "eyear"].astype(int).astype(str)
        + "-"
        + rows.loc[known, "emonth"].astype(int).astype(str).str.zfill(2)
    )
    out = pd.DataFrame(
        {
            "upstream_spell": rows["iso3"] + "-" + rows["start"],
            "iso3": rows["iso3"],
            "reign_leader": rows["leader"].str.strip(),
            "start": rows["start"],
            "end": ends.reindex(rows.index).fillna(""),
            "military_career": rows["militarycareer"].map("{:g}".format).replace("nan", ""),
            "reign_birth_year": rows["birthyear"],
            "reign_gender": rows["gender"].map({0: "female", 1: "male"}),
        }
    )
    if out["upstream_spell"].duplicated().any():
        raise TableError(DATASET, "two upstream spells of a country begin on one day")
    return out.set_index("upstream_spell")


def _corrected(rows: pd.DataFrame, corrections: pd.DataFrame) -> pd.DataFrame:
    """Apply each correction to the value that it was written for; any other value upstream is an error."""
    rows = rows.assign(end_corrected=False, note_en="", note_fr="")
    for fix in corrections.itertuples():
        if fix.upstream_spell not in rows.index:
            raise TableError(DATASET, f"hand_corrections.csv: there is no spell {fix.upstream_spell} upstream")
        if fix.field == "row":
            rows = rows.drop(index=fix.upstream_spell)
            continue
        found = rows.loc[fix.upstream_spell, fix.field]
        if found != fix.old:
            raise TableError(DATASET, f"hand_corrections.csv: {fix.upstream_spell} {fix.field} is {found!r} upstream")
        rows.loc[fix.upstream_spell, fix.field] = fix.new
        if fix.field == "end":
            rows.loc[fix.upstream_spell, "end_corrected"] = True
        for note in ("note_en", "note_fr"):
            before = rows.loc[fix.upstream_spell, note]
            rows.loc[fix.upstream_spell, note] = f"{before} {getattr(fix, note)}".strip()
    return rows.sort_values(["iso3", "start"])


def _ends(rows: pd.DataFrame) -> pd.DataFrame:
    """Days of leaving office: as corrected, else the successor's first day, which must lie in the month given."""
    successor = rows.groupby("iso3")["start"].shift(-1).fillna("")
    is_month = rows["end"].str.len() == len("1960-01")
    handed_over = is_month & (successor.str[:7] == rows["end"])
    end = rows["end"].mask(handed_over, successor)
    late = (successor != "") & ((end == "") | (end.str[:7] > successor.str[:7]) | (~is_month & (end > successor)))
    if late.any():
        raise TableError(DATASET, f"spells that overlap with the next or do not end: {rows.index[late].tolist()}")
    month_only = is_month & ~handed_over
    if month_only.any():
        # A placeholder would act as the day on which the leader left, in every filter and panel.
        raise TableError(
            DATASET,
            f"spells of which only the month of leaving is known: {rows.index[month_only].tolist()}. "
            "Find the day and write it into hand_corrections.csv",
        )
    basis = pd.Series("", index=rows.index).mask(handed_over, "successor")
    basis = basis.mask(rows["end_corrected"] & (end != ""), "corrected")
    precision = basis.map({"successor": "day", "corrected": "day"})
    return rows.assign(end=end.replace("", None), end_precision=precision, end_basis=basis.replace("", None))


def _identifier(iso3: str, name: str) -> str:
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c)).lower()
    return f"{iso3}-" + re.sub(r"[^a-z]+", "-", plain.replace("'", "")).strip("-")


def build(sources: Sources) -> dict[str, pd.DataFrame]:
    """Tables of the dataset by name."""
    corrections = _hand(sources, "hand_corrections.csv")
    rows = _ends(_corrected(_upstream(sources), corrections))
    names = _hand(sources, "hand_names.csv").set_index("upstream_spell")["leader"]
    rows["leader"] = names.reindex(rows.index)
    if rows["leader"].isna().any():
        raise TableError(DATASET, f"hand_names.csv lacks {rows.index[rows['leader'].isna()].tolist()}")
    rows["leader_id"] = [_identifier(iso3, name) for iso3, name in zip(rows["iso3"], rows["leader"], strict=True)]
    rows["spell_id"] = rows["iso3"] + "-" + rows["start"]
    rows["gwcode"] = rows["iso3"].map(gwcode_of)
    rows["start_precision"] = "day"
    rows["reign_military_career"] = rows["military_career"].map({"0": False, "1": True})
    rows = rows.replace({"note_en": {"": None}, "note_fr": {"": None}})
    leaders = rows.reset_index().drop(columns=["upstream_spell", "military_career", "end_corrected"])
    tidy = corrections.rename(columns={"source": "evidence"}).replace("", None)
    tidy["iso3"] = tidy["upstream_spell"].str[:3]
    return {"leaders": leaders, "corrections": tidy}
