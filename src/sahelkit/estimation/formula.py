"""Formulas that patsy evaluates: what it is given, and what is kept of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from sahelkit._types import Floats
from sahelkit.errors import ModelError
from sahelkit.frames import texts_of

T = TypeVar("T")

_WORD = re.compile(r"\w+")
_QUOTED = re.compile(r"Q\(['\"](.+?)['\"]\)")
_LABELS = re.compile(r"\bC\((?:[^()]|\([^()]*\))*\)")
_SPEAKS_OF_NA = re.compile(r"\b(isna|isnull|notna|notnull|fillna|isnan|isfinite|nan_to_num|combine_first|where)\b")
_CALL = re.compile(r"[\w.]+\((?:[^()]|\([^()]*\))*\)")


class Recipe:
    """How patsy turns rows into covariates; it can be pickled, which what patsy makes cannot.

    Parameters
    ----------
    formula : str
    frame : pandas.DataFrame
        The columns from which the recipe was made, to make it again.
    info : patsy.DesignInfo
    """

    def __init__(self, formula: str, frame: pd.DataFrame, info: Any) -> None:
        self.formula, self.frame, self._info = formula, frame, info

    @property
    def info(self) -> Any:
        """What patsy made of the right side of the formula."""
        if self._info is None:
            self._info = both_sides(self.formula, self.frame)[2]
        return self._info

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_info": None}

    def __deepcopy__(self, memo: Any) -> Recipe:
        return self  # nothing in it changes


def used(formula: str, frame: pd.DataFrame) -> list[str]:
    """Columns of the frame that a formula names."""
    words = {*_WORD.findall(formula), *_QUOTED.findall(formula)}
    return [name for name in frame.columns if name in words]


def both_sides(formula: str, frame: pd.DataFrame) -> tuple[Floats, Floats, Any]:
    """Values of both sides of a formula, NaN where a value is NA, and what patsy made of the right one.

    Raises
    ------
    OptionError
        If a column stands as it is in the formula and holds neither numbers nor labels.
    ModelError
        If the formula does not fit the frame.
    """
    import patsy

    _check_kinds(formula, frame)

    return by_patsy(
        lambda rows: _sides(patsy.dmatrices(formula, rows, return_type="dataframe"), rows), frame, formula, "the frame"
    )


def blanked(values: Floats, frame: pd.DataFrame, side: str) -> Floats:
    """Values with NaN in the rows in which a column of the formula is NA: a comparison would make "no" of it.

    A side of the formula that speaks of NA itself is left as it is.
    """
    if not _SPEAKS_OF_NA.search(side):
        values = np.array(values)
        for name in set(_WORD.findall(side)).intersection(map(str, frame.columns)):
            values[frame[name].isna().to_numpy()] = np.nan
    return values


def _check_kinds(formula: str, frame: pd.DataFrame) -> None:
    """Refuse days, lists and their like as terms, of which patsy would make one category for each value."""
    rest = formula
    while (shorter := _CALL.sub("", rest)) != rest:
        rest = shorter
    for name in used(rest, frame):
        column = frame[name]
        if _SPEAKS_OF_NA.search(formula) is None and len(column) and column.isna().all():
            raise ModelError(f"{formula!r}: no row is left, because a value is NA in each of them (look at {name})")
        term = re.search(rf"(?<![\w.]){re.escape(name)}(?![\w.])", rest)
        kind = column.dtype
        plain = pd.api.types.is_numeric_dtype(kind) or pd.api.types.is_bool_dtype(kind)
        if term is not None and not plain and not isinstance(kind, pd.CategoricalDtype):
            texts_of(column, repair=f"Make a number of it, such as {name}.dt.year of dates, or labels by C({name})")


def _sides(both: tuple[pd.DataFrame, pd.DataFrame], rows: pd.DataFrame) -> tuple[Floats, Floats, Any]:
    left, right = (side.reindex(rows.index).to_numpy(dtype=float) for side in both)
    return left, right, both[1].design_info


def by_patsy(evaluate: Callable[[pd.DataFrame], T], frame: pd.DataFrame, formula: str, whom: str) -> T:
    """What patsy makes of the rows; whole numbers become floats, or integers of 64 bits where it wants integers."""
    problem: Exception | None = None
    for whole_as in ("float64", "int64"):
        try:
            return evaluate(_promoted(frame, formula, whole_as))
        except Exception as error:  # patsy raises many types for one cause: a formula that does not fit the frame
            problem = problem or error
    raise ModelError(f"the formula {formula!r} does not fit {whom} ({str(problem).splitlines()[0]})") from problem


def _promoted(frame: pd.DataFrame, formula: str, whole_as: str) -> pd.DataFrame:
    """Columns of a formula in types of which arithmetic neither overflows nor refuses NA; C() keeps its labels."""
    whole = frame.reset_index(drop=True)
    labels, outcome = set(_WORD.findall(" ".join(_LABELS.findall(formula)))), formula.split("~")[0].strip()
    for name in set(_WORD.findall(formula)).intersection(map(str, whole.columns)):
        column = whole[name]
        if isinstance(column.dtype, pd.PeriodDtype) and re.search(rf"\bC\(\s*{re.escape(name)}\s*[,)]", formula):
            whole[name] = column.astype(str).astype(object).where(column.notna(), None)  # patsy knows no periods
            continue
        kind, known = column.dtype, bool(column.notna().all())
        if pd.api.types.is_bool_dtype(kind) and not isinstance(kind, pd.CategoricalDtype):
            plain = "float64" if name == outcome else "bool" if known else "object"
        elif pd.api.types.is_integer_dtype(kind):
            plain = "int64" if known and (name in labels or whole_as == "int64") else "float64"
        elif pd.api.types.is_float_dtype(kind):
            plain = "float64"
        elif isinstance(kind, pd.StringDtype | pd.ArrowDtype):
            plain = "object"
        else:
            continue
        if kind != plain:
            gap = None if plain == "object" else np.nan
            whole[name] = column.to_numpy(dtype=plain) if known else column.to_numpy(dtype=plain, na_value=gap)
    return whole
