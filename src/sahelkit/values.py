"""What a column of a user's frame holds: numbers however they are written, texts, labels; and where a value stands."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable
from decimal import Decimal
from numbers import Real
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sahelkit._types import Floats
from sahelkit.errors import OptionError

UNITS = ("iso3", "country", "gwcode")

_NUMBER = re.compile(r"\s*[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?\s*")
_MARKS = re.compile(r"[\s,'’%$€£]")  # what people write into numbers


def is_blank(value: Any) -> bool:
    """Whether a value stands for none: None, NaN, NaT or NA."""
    if isinstance(value, Decimal):  # pandas stumbles over a signalling NaN
        return value.is_nan()
    return value is None or (pd.api.types.is_scalar(value) and bool(pd.isna(value)))


def row_words(column: pd.Series[Any], position: int, owner: pd.Series[Any] | None = None) -> str:
    """Where a value stands: its row counted from 1, its index label and, if given, its country.

    Examples
    --------
    >>> row_words(pd.Series([1, 2], index=["a", "b"]), 1, pd.Series(["MLI", "NER"]))
    "row 2 of 2 (index 'b', NER)"
    """
    label: Any = column.index[position]
    label = label.item() if isinstance(label, np.generic) else label
    whose = "" if owner is None or is_blank(owner.iloc[position]) else f", {owner.iloc[position]}"
    return f"row {position + 1:,} of {len(column):,} (index {label!r}{whose})"


def owner_of(frame: pd.DataFrame) -> pd.Series[Any] | None:
    """The countries of the rows, for messages."""
    return frame["iso3"] if "iso3" in frame.columns else None


def numbers_of(column: pd.Series[Any], *, owner: pd.Series[Any] | None = None) -> Floats | None:
    """Values of a column as numbers, NaN where empty; None for a column without numbers, such as text for real.

    Numbers that are held as text or as Python objects of several types are read as the numbers they are. In a column
    of which a part is numbers, what is no number is an error: it would make the whole column a set of labels.

    Parameters
    ----------
    column : pandas.Series
    owner : pandas.Series, optional
        Country of each row, for messages.

    Raises
    ------
    OptionError
        If a column of numbers holds something else too, or numbers are written with a comma or another sign. The
        message names the first such value and its row.

    Examples
    --------
    >>> numbers_of(pd.Series(["1", "2.5", None])).tolist()
    [1.0, 2.5, nan]
    >>> numbers_of(pd.Series(["calm", "tense"])) is None
    True
    >>> numbers_of(pd.Series(["1", "n/a"], name="score"))
    Traceback (most recent call last):
        ...
    sahelkit.errors.OptionError: score='n/a' in row 2 of 2 (index 1): not a number, in a column of numbers. Set it to NA
    if it is unknown: frame['score'].replace('n/a', None); or name the values in words if they are labels.
    """
    dtype = column.dtype
    if pd.api.types.is_complex_dtype(dtype):
        raise OptionError(str(column.name), str(dtype), "complex numbers are no values of a country")
    if pd.api.types.is_numeric_dtype(dtype) or pd.api.types.is_bool_dtype(dtype):
        return np.asarray(column.to_numpy(dtype="float64", na_value=np.nan))
    codes, values = distinct_values(column)
    if not values and pd.api.types.is_object_dtype(dtype):  # nothing but empty values
        return np.full(len(column), np.nan)
    kinds = [kind_of(value) for value in values]
    if not {"number", "written"} & set(kinds):
        blank = next((code for code, value in enumerate(values) if isinstance(value, str) and not value.strip()), None)
        if blank is not None:  # it would become a label beside the others, and count as known
            raise _not_a_number(column, codes, blank, values[blank], owner, "not a label: the text is empty")
        return None
    wrong = next((code for code, kind in enumerate(kinds) if kind != "number"), None)
    if wrong is not None:
        why = "not a number, in a column of numbers" if kinds[wrong] != "written" else "a number in another notation"
        raise _not_a_number(column, codes, wrong, values[wrong], owner, why)
    return np.array([*map(as_float, values), np.nan])[codes]


def _marks(written: str) -> str:
    """The first mark in a number that is written with one."""
    found = _MARKS.search(written.strip())
    return found.group() if found else ""


def texts_of(
    column: pd.Series[Any], *, owner: pd.Series[Any] | None = None, repair: str = ""
) -> npt.NDArray[np.object_]:
    """Values of a column of text, None where empty.

    Raises
    ------
    OptionError
        If a value is no text: a date, a list.
    """
    codes, values = distinct_values(column)
    odd = next((code for code, value in enumerate(values) if not isinstance(value, str)), None)
    if odd is not None:
        raise _not_a_number(column, codes, odd, values[odd], owner, "neither a number nor text", repair)
    return np.array([*values, None], dtype=object)[codes]


def with_numbers(frame: pd.DataFrame, names: Iterable[str]) -> pd.DataFrame:
    """The frame with numbers where the named columns hold them as text or as Python objects.

    Text for real, categories, and columns of True and False stay what they are.

    Raises
    ------
    OptionError
        As `numbers_of`.

    Examples
    --------
    >>> with_numbers(pd.DataFrame({"x": ["1", "2.0"], "who": ["a", "b"]}), ["x", "who"])["x"].tolist()
    [1.0, 2.0]
    """
    owner, changed = owner_of(frame), dict[str, Any]()
    for name in names:
        column = frame[name]
        if pd.api.types.is_complex_dtype(column.dtype):
            numbers_of(column, owner=owner)
        if not (pd.api.types.is_object_dtype(column.dtype) or pd.api.types.is_string_dtype(column.dtype)):
            continue
        if isinstance(column.dtype, pd.CategoricalDtype):
            continue
        values = distinct_values(column)[1]
        if values and all(isinstance(value, bool | np.bool_) for value in values):
            changed[name] = column.astype("boolean")
            continue
        numbers = numbers_of(column, owner=owner)
        if numbers is not None:
            changed[name] = numbers
    return frame.assign(**changed) if changed else frame


def distinct_values(column: pd.Series[Any]) -> tuple[npt.NDArray[np.intp], list[Any]]:
    """Number of each row's value (-1 where empty), and the values."""
    try:
        codes, distinct = pd.factorize(column)
    except (TypeError, NotImplementedError):  # what cannot be hashed, such as lists; those of pyarrow too
        return np.arange(len(column)), list(column)
    return codes, list(distinct.astype("object"))


def as_float(value: Any) -> float:
    """A number as a float, infinite where it is too large for one."""
    try:
        return float(value)
    except OverflowError:  # a whole number of more than 308 digits
        return np.inf if value > 0 else -np.inf


def kind_of(value: Any) -> str:
    """What a value is for a column of numbers: ``number``, ``written`` in another notation, ``text`` or ``other``."""
    if isinstance(value, str):
        if _NUMBER.fullmatch(value):
            return "number"
        return "written" if _NUMBER.fullmatch(_MARKS.sub("", value)) else "text"
    number = isinstance(value, Real | Decimal | np.bool_) and not isinstance(value, np.timedelta64)
    return "number" if number else "other"


def _not_a_number(
    column: pd.Series[Any],
    codes: npt.NDArray[np.intp],
    code: int,
    value: Any,
    owner: pd.Series[Any] | None,
    why: str,
    repair: str = "",
) -> OptionError:
    name, position = str(column.name), int((codes == code).argmax())
    if repair:
        pass
    elif why.startswith("a number"):
        repair = (
            "Write 1234.5 for it; pandas.read_csv(path, decimal=',') reads decimal commas, thousands=',' the other ones"
            if "," in value
            else f"Write 1234.5 for it: pandas.to_numeric(frame[{name!r}].str.replace({_marks(value)!r}, ''))"
        )
    elif why.startswith("not"):
        repair = (
            f"Set it to NA if it is unknown: frame[{name!r}].replace({value!r}, None); "
            "or name the values in words if they are labels"
        )
    else:
        repair = f"Leave the column out: frame.drop(columns={name!r})"
    return OptionError(name, value, why, row=row_words(column, position, owner), repair=repair)


def check_labels(column: pd.Series[Any]) -> None:
    """Raise OptionError at the first value of a column of units that cannot be one, such as a list."""
    odd = next((place for place, value in enumerate(column) if not isinstance(value, Hashable)), None)
    if odd is not None:
        repair = "Give each row the name of its unit"
        raise OptionError(str(column.name), column.iloc[odd], "not a name", row=row_words(column, odd), repair=repair)
