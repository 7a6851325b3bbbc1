"""The columns that a function needs of a user's frame: there, and of the kind that it computes with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from sahelkit.dates import read_column
from sahelkit.errors import OptionError
from sahelkit.frames import FrameLike, check_columns, numbers_of, texts_of
from sahelkit.values import row_words


def read_columns(
    frame: FrameLike,
    *,
    where: str,
    texts: Sequence[str] = (),
    numbers: Sequence[str] = (),
    days: Sequence[str] = (),
    months: Sequence[str] = (),
    flags: Sequence[str] = (),
    endless: bool = False,
    repair: str = "",
) -> pd.DataFrame:
    """The frame with the named columns read: numbers that are held as text, days and months that are written out.

    Parameters
    ----------
    frame : pandas.DataFrame or Panel
    where : str
        The calling function, for messages.
    texts, numbers, days, months, flags : sequence of str
        Columns by what they hold; empty values are allowed but for months. Flags are True and False.
    endless : bool
        Whether numbers may be infinite, such as a wait that never ended.
    repair : str
        Where such a frame comes from.

    Raises
    ------
    OptionError
        If it is no frame, or a value is not of its kind or infinite; the message names value and row.
    MissingColumnsError
        If a column is missing.
    DateError
        If a day or a month cannot be read.

    Examples
    --------
    >>> rows = pd.DataFrame({"coup_id": ["a", "b"], "wait": ["3", None], "date": ["2012-03-22", "2020-08-18"]})
    >>> read = read_columns(rows, where="here", texts=["coup_id"], numbers=["wait"], days=["date"])
    >>> read["wait"].tolist(), read["date"].dt.year.tolist()
    ([3.0, nan], [2012, 2020])
    """
    frame = check_columns(frame, [*texts, *numbers, *days, *months, *flags], where=where, repair=repair)
    read: dict[str, Any] = {}
    for name in texts:
        texts_of(frame[name], repair="Make text of it")
    for name in numbers:
        found = numbers_of(frame[name])
        if found is None:
            texts_of(frame[name], repair="Make a number of it")
            if frame[name].notna().any():
                raise _refused(frame[name], frame[name].notna().to_numpy(), "not a number")
            found = np.full(len(frame), np.nan)
        if not endless and np.isinf(found).any():
            raise _refused(frame[name], np.isinf(found), "infinite")
        if not pd.api.types.is_numeric_dtype(frame[name].dtype):
            read[name] = found
    for name in days:
        if not pd.api.types.is_datetime64_dtype(frame[name].dtype):
            times = read_column(frame[name], what=name, declared="D", blanks=True)
            read[name] = times.first.astype("datetime64[ns]")
    for name in months:
        if frame[name].dtype != pd.PeriodDtype("M") or frame[name].isna().any():
            times = read_column(frame[name], what=name, declared="M")
            read[name] = pd.PeriodIndex(times.first.astype("datetime64[ns]"), freq="M")
    for name in flags:
        values = frame[name].astype(object)
        odd = [not (isinstance(value, bool | np.bool_) or _is_na(value)) for value in values]
        if any(odd):
            raise _refused(frame[name], np.array(odd), "neither True nor False")
        read[name] = (
            values.where(values.notna(), None).astype("boolean") if frame[name].dtype == object else frame[name]
        )
    return frame.assign(**read) if read else frame


def _is_na(value: object) -> bool:
    return pd.api.types.is_scalar(value) and bool(pd.isna(value))


def _refused(column: pd.Series[Any], where: Any, why: str) -> OptionError:
    position = int(np.argmax(where))
    repair = "Mend it, or set it to NA if it is unknown"
    return OptionError(str(column.name), column.iloc[position], why, row=row_words(column, position), repair=repair)
