"""A user's frame as columns that every file has: whole numbers, numbers, flags, texts, days, times, months, years."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from sahelkit.catalog.described import Description
from sahelkit.errors import OptionError
from sahelkit.options import LANGUAGES
from sahelkit.values import distinct_values, is_blank, row_words

_WORDS = {
    "year": {"en": "Year{}", "fr": "Année{}"},
    "month": {"en": "Month{}, from 1 to 12", "fr": "Mois{}, de 1 à 12"},
}
# Types of pandas that no file of these has, and what to type instead.
_REPAIRS = {
    "m": "Type frame[{0!r}] = frame[{0!r}].dt.total_seconds() / 86400, in days",
    "c": "Type frame[{0!r}] = frame[{0!r}].abs(), or write both parts as columns of their own",
}


@dataclass(frozen=True)
class Column:
    """A column as it is written.

    Attributes
    ----------
    name : str
        Its name in the file.
    kind : str
        ``integer``, ``number``, ``boolean``, ``text``, ``date``, ``time``, ``month`` or ``year`` (a period).
    values : pandas.Series
        Whole numbers as int64, Int64 or UInt64; numbers as float64; flags as boolean; texts as objects with None; days
        and times as datetime64 without a zone; periods as Period. The index counts from 0.
    codes : tuple of str
        The allowed values of a coded text, in order; empty for any other.
    about : Description
        What it is.
    note : str
        What was done to it, in English, for the codebook; empty when nothing was.
    """

    name: str
    kind: str
    values: pd.Series[Any]
    about: Description
    codes: tuple[str, ...] = ()
    note: str = ""


def wrong(column: Column, position: int, why: str, repair: str) -> OptionError:
    """The error for one cell of a column that a file cannot hold."""
    value = column.values.iloc[position]
    value = value.item() if isinstance(value, np.generic) else value
    shown = value if isinstance(value, str | int | float) else str(value)
    return OptionError(column.name, shown, why, row=row_words(column.values, position), repair=repair)


def _refuse_type(name: str, kind: str, repair: str) -> OptionError:
    return OptionError("frame", f"{name} ({kind})", "no file holds a column of this type", repair=repair)


def _objects(name: str, values: pd.Series[Any]) -> pd.Series[Any]:
    """A column of Python objects in the type that all of its values have."""
    found = pd.api.types.infer_dtype(values, skipna=True)
    if found in ("string", "empty"):
        return values
    if found == "boolean":
        return values.astype("boolean")
    if found in ("integer", "floating", "mixed-integer-float", "decimal"):
        try:
            return values.astype("Int64") if found == "integer" else values.astype("float64")
        except (OverflowError, TypeError, ValueError):
            repair = f"Type frame[{name!r}] = frame[{name!r}].map(str)"
            raise OptionError(
                "frame", name, "a whole number of the column has too many digits", repair=repair
            ) from None
    if found in ("date", "datetime", "datetime64"):
        try:
            return pd.to_datetime(values, utc=found == "datetime" and _zoned(values))
        except (pd.errors.OutOfBoundsDatetime, OverflowError):
            return values.astype("datetime64[us]")
    if found == "period":
        return pd.Series(pd.PeriodIndex(values), index=values.index)
    kinds = [(at, type(value).__name__) for at, value in enumerate(values) if not is_blank(value)]
    first = kinds[0][1]
    position, kind = next((pair for pair in kinds if pair[1] != first), kinds[0])
    why = f"a {kind}, in a column whose first value is a {first}" if kind != first else f"a {kind}"
    repair = f"Type frame[{name!r}] = frame[{name!r}].map(str, na_action='ignore'), or leave the column out"
    shown = str(values.iloc[position])
    raise OptionError(
        name, shown, f"no file holds such a value: it is {why}", row=row_words(values, position), repair=repair
    )


def _zoned(values: pd.Series[Any]) -> bool:
    return any(getattr(value, "tzinfo", None) is not None for value in values.dropna())


def _read(name: str, values: pd.Series[Any]) -> tuple[str, pd.Series[Any], tuple[str, ...], str]:
    """Kind, values, codes and note of a column of pandas."""
    dtype, codes, note = values.dtype, tuple[str, ...](), ""
    if isinstance(dtype, pd.SparseDtype):
        values = values.astype(dtype.subtype)
        dtype = values.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        if all(isinstance(value, str) for value in dtype.categories):
            codes = tuple(dtype.categories)
        values = values.astype(dtype.categories.dtype if len(dtype.categories) and not values.isna().any() else object)
        dtype = values.dtype
    if isinstance(dtype, pd.ArrowDtype):
        values = _from_arrow(values)
        dtype = values.dtype
    if pd.api.types.is_object_dtype(dtype):
        values = _objects(name, values)
        dtype = values.dtype
    if isinstance(dtype, pd.PeriodDtype):
        unit = str(dtype).removeprefix("period[").rstrip("]")
        if unit == "M":
            return "month", values, codes, note
        if unit in ("Y-DEC", "A-DEC"):
            return "year", values, codes, note
        if unit == "D":
            return "date", values.dt.to_timestamp(), codes, note
        raise _refuse_type(name, str(dtype), f"Type frame[{name!r}] = frame[{name!r}].dt.to_timestamp()")
    if pd.api.types.is_bool_dtype(dtype):
        return "boolean", values.astype("boolean"), codes, note
    if pd.api.types.is_integer_dtype(dtype):
        return "integer", values, codes, note
    if pd.api.types.is_float_dtype(dtype):
        return "number", pd.Series(values.to_numpy(dtype="float64", na_value=np.nan)), codes, note
    if pd.api.types.is_datetime64_any_dtype(dtype):
        if getattr(dtype, "tz", None) is not None:
            values, note = values.dt.tz_convert("UTC").dt.tz_localize(None), "UTC"
        days = note == "" and bool((values.dropna().dt.normalize() == values.dropna()).all())
        return "date" if days else "time", values, codes, note
    if pd.api.types.is_object_dtype(dtype) or pd.api.types.is_string_dtype(dtype):
        texts = values.astype(object)
        return "text", texts.where(texts.notna(), None), codes, note
    repair = _REPAIRS.get(getattr(dtype, "kind", ""), "Type frame[{0!r}] = frame[{0!r}].astype(str)").format(name)
    raise _refuse_type(name, str(dtype), repair)


def _from_arrow(values: pd.Series[Any]) -> pd.Series[Any]:
    """A column of pandas that Arrow holds, in the type that pandas has for it."""
    import pyarrow as pa

    array = pa.chunked_array(values.array.__arrow_array__())
    if pa.types.is_integer(array.type) or pa.types.is_boolean(array.type):
        kind = str(array.type).replace("uint", "UInt").replace("int", "Int").replace("bool", "boolean")
        return values.astype(kind.replace("UInt", "UInt"))
    return pd.Series(array.to_pandas(date_as_object=False).to_numpy(), index=values.index)


def _check_texts(name: str, column: Column) -> None:
    """Refuse text that no file can hold: half a character, or the sign that ends a text."""
    codes, distinct = distinct_values(column.values)
    for code, text in enumerate(distinct):
        try:
            text.encode("utf-8")
            bad = "\0" in text
        except UnicodeEncodeError:
            bad = True
        if bad:
            position = int((codes == code).argmax())
            repair = (
                f"Type frame[{name!r}] = frame[{name!r}].str.replace('\\x00', '')"
                ".str.encode('utf-8', 'ignore').str.decode('utf-8')"
            )
            raise wrong(column, position, "it holds a sign that is no character", repair)


def flat_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame with one text for each column's name, and with its named index as columns.

    Raises
    ------
    OptionError
        If two columns have one name as text.
    """
    plain = isinstance(frame.index, pd.RangeIndex) or (
        frame.index.nlevels == 1 and frame.index.name is None and pd.api.types.is_integer_dtype(frame.index.dtype)
    )
    attrs = frame.attrs
    if not plain:
        names = [str(name) if name is not None else f"level_{at}" for at, name in enumerate(frame.index.names)]
        if frame.index.nlevels == 1 and frame.index.name is None:
            names = ["index"]
        frame = frame.reset_index(names=[name if name not in frame.columns else f"{name}_index" for name in names])
    parts = [label if isinstance(label, tuple) else (label,) for label in frame.columns]
    names = ["_".join(str(part) for part in label if str(part) != "") or "unnamed" for label in parts]
    twice = next((name for at, name in enumerate(names) if name in names[:at]), None)
    if twice is not None:
        raise OptionError(
            "frame", twice, "two columns have this name as text", repair="Rename one: frame.columns = [...]"
        )
    flat = frame.set_axis(names, axis=1).reset_index(drop=True)
    flat.attrs = attrs
    return flat


def read_columns(frame: pd.DataFrame, descriptions: Sequence[Description]) -> list[Column]:
    """The columns of a flat frame, with numbers of year and month beside each period.

    Raises
    ------
    OptionError
        If a column has a type, or a value, that no file holds.
    """
    read: list[Column] = []
    for name, about in zip(frame.columns, descriptions, strict=True):
        kind, values, codes, note = _read(name, frame[name])
        column = Column(name, kind, values.reset_index(drop=True), about, codes, note)
        if kind == "text":
            _check_texts(name, column)
            present = set(codes or column.values.dropna()) if about.values else set()
            if about.values and present <= set(about.values):
                column = replace(column, codes=about.values)
        elif kind == "number" and about.type in ("integer", "boolean", "year"):
            column = _whole(column)
        read.append(column)
    return _with_parts(read)


def _whole(column: Column) -> Column:
    """A column of whole numbers that a panel holds as fractions, as what it is."""
    values = column.values.to_numpy()
    known = values[~np.isnan(values)]
    if not len(known) or not (np.isfinite(known).all() and (known % 1 == 0).all() and (abs(known) < 2**53).all()):
        return column
    return replace(column, kind="integer", values=column.values.astype("Int64"))


def _with_parts(columns: list[Column]) -> list[Column]:
    """The columns, and the numbers of year and month beside each period, where they do not stand there already."""
    there = {column.name: column for column in columns}
    beside: list[Column] = []
    for column in columns:
        beside.append(column)
        if column.kind not in ("month", "year"):
            continue
        for part in ("year", "month") if column.kind == "month" else ("year",):
            own = column.values.dt.year if part == "year" else column.values.dt.month
            numbers = own.astype("Int64").where(column.values.notna())
            names = (part, "month_of_year" if column.name == part == "month" else f"{column.name}_{part}")
            free = next((name for name in names if name not in there or _same(there[name], numbers)), None)
            if free is None or free in there:
                continue
            of = {"en": f" of {column.name}", "fr": f" de {column.name}"} if free == names[1] else {"en": "", "fr": ""}
            labels: dict[str, str] = {lang: _WORDS[part][lang].format(of[lang]) for lang in LANGUAGES}
            about = Description("", labels, type="integer", dataset=column.about.dataset, licence=column.about.licence)
            made = Column(free, "integer", numbers, about)
            there[free] = made
            beside.append(made)
    return beside


def _same(column: Column, numbers: pd.Series[Any]) -> bool:
    if column.kind not in ("integer", "number"):
        return False
    one, other = (values.to_numpy(dtype="float64", na_value=np.nan) for values in (column.values, numbers))
    return bool(np.array_equal(one, other, equal_nan=True))


def first_bad(mask: Any) -> int | None:
    """Position of the first True, None when there is none."""
    bad = np.asarray(mask, dtype=bool)
    return int(bad.argmax()) if bad.any() else None
