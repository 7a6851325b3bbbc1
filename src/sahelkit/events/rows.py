"""Events as rows of a frame of pandas, for small use."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from sahelkit._types import TEXT
from sahelkit.catalog.publication import Publication
from sahelkit.events.canonical import DAYS, NUMBERS, canonical, columns_of, unit_of
from sahelkit.events.extent import as_days
from sahelkit.events.meaning import Meanings, plain
from sahelkit.events.passing import collected
from sahelkit.events.reading import Source

ROW = (
    *("event_id", "date", "last", "date_precision", "iso3", "country", "admin1", "place", "latitude", "longitude"),
    *("place_precision", "event_type", "sub_type", "actor1", "actor2", "fatalities", "fatalities_low"),
    *("fatalities_high", "published", "file", "row"),
)


def rows_of(
    source: Source,
    meanings: Meanings,
    published: str,
    *,
    countries: Collection[str] | None = None,
    first: pd.Timestamp | None = None,
    last: pd.Timestamp | None = None,
    most: int | None = None,
) -> pd.DataFrame:
    """Rows with the columns `ROW`; those without a day or a state are left out."""
    layout = source.layout
    names = [name for name in ROW if name in layout.columns]
    wanted = [*names, "date", "last", "code"]
    columns = list(dict.fromkeys(column for name in wanted for column in columns_of(layout, name)))
    found: list[pd.DataFrame] = []
    left = most
    with source.reading():
        for frame in source.frames(columns, numbered=True):
            typed = canonical(frame, source, wanted, also=["file", "row"])
            days = [name for name in DAYS if name in wanted]
            typed = typed.with_columns(**{name: unit_of(typed, name, "date") for name in days})
            if first is not None:
                typed = typed.filter(nw.col("date") >= int(f"{first:%Y%m%d}"))
            if last is not None:
                typed = typed.filter(nw.col("date") <= int(f"{last:%Y%m%d}"))
            if left is not None:
                typed = typed.filter(~nw.col("date").is_null()).head(left)
            found.append(_canonical(collected(typed).to_pandas(), source, meanings))
            if countries is not None:
                found[-1] = found[-1][found[-1]["iso3"].isin(list(countries))]
            if left is not None:
                left -= len(found[-1])
                if left <= 0:
                    break
    made = pd.concat(found, ignore_index=True)
    if published and len(made):
        days = made["last"].to_numpy().astype("datetime64[D]")
        if "published" in made:  # the source says when it took the event in
            days = np.fmax(days, made["published"].to_numpy().astype("datetime64[D]"))
        made["published"] = Publication(published).dates(days).astype("datetime64[s]")
    made = made.reindex(columns=list(ROW))
    made.attrs["sahelkit"] = {"events": {layout.name: {**source.note(), "rows": True}}}
    return made


def _canonical(given: pd.DataFrame, source: Source, meanings: Meanings) -> pd.DataFrame:
    out: dict[str, Any] = {}
    dated = given["date"].notna() & given["last"].notna()
    given = given[dated]
    for name in ("date", "last"):
        out[name] = as_days(given[name]).astype("datetime64[s]")
    if "published" in given:
        stamps = given["published"].fillna(19000101).clip(lower=19000101)
        out["published"] = as_days(stamps).astype("datetime64[s]")
    days = given["date"].to_numpy(dtype=np.int64)
    eras = sum(((days >= cut).astype(int) for cut in meanings.cuts), np.zeros(len(days), dtype=int))
    states: dict[tuple[Any, int], str | None] = {}
    for key in zip(given["code"], eras, strict=True):
        if key not in states:
            states[key] = meanings.iso3(*key)
    out["iso3"] = pd.Series([states[key] for key in zip(given["code"], eras, strict=True)], dtype=TEXT)
    for name in given.columns.difference([*DAYS, "code"]):
        column = given[name].reset_index(drop=True)
        if name in NUMBERS:
            whole = name.startswith("fatalities")
            out[name] = column.astype("Float64").astype(
                "Int64" if whole and (column.dropna() % 1 == 0).all() else "Float64"
            )
        elif name == "row":
            out[name] = column.astype("Int64")
        else:
            words = source.layout.labels.get(name, {})
            texts = column.map(plain)
            out[name] = texts.map(lambda text, words=words: words.get(text, text) or None).astype(TEXT)
    frame = pd.DataFrame(out)
    return frame[frame["iso3"].notna()]
