"""Formulas that formulaic evaluates: what it is given, and what is kept of it."""

from __future__ import annotations

import re
import warnings
from typing import Any

import numpy as np
import pandas as pd

from sahelkit._types import Floats
from sahelkit.errors import ModelError
from sahelkit.frames import texts_of

_WORD = re.compile(r"\w+")
_QUOTED = re.compile(r"Q\(['\"](.+?)['\"]\)")
_LABELS = re.compile(r"\bC\((?:[^()]|\([^()]*\))*\)")
_SPEAKS_OF_NA = re.compile(r"\b(isna|isnull|notna|notnull|fillna|isnan|isfinite|nan_to_num|combine_first|where)\b")
_CALL = re.compile(r"[\w.]+\((?:[^()]|\([^()]*\))*\)")


def used(formula: str, frame: pd.DataFrame) -> list[str]:
    """Columns of the frame that a formula names."""
    words = {*_WORD.findall(formula), *_QUOTED.findall(formula)}
    return [name for name in frame.columns if name in words]


def both_sides(formula: str, frame: pd.DataFrame) -> tuple[Floats, Floats, tuple[str, ...], Any]:
    """Values of both sides of a formula, NaN where a value is NA; names of the right one, and what makes it anew.

    Raises
    ------
    OptionError
        If a column stands as it is in the formula and holds neither numbers nor labels.
    ModelError
        If the formula does not fit the frame.
    """
    _check_kinds(formula, frame)
    sides = evaluate(formula, formula, frame, whom="the frame")
    if not hasattr(sides, "lhs"):
        raise ModelError(f"the formula {formula!r} has no outcome: write 'outcome ~ terms'")
    right, rows = in_order(sides.rhs), range(len(frame))
    values = (side.reindex(rows).to_numpy(dtype=float) for side in (sides.lhs, right))
    return *values, tuple(right.columns), sides.rhs.model_spec


def in_order(right: Any) -> Any:
    """The right side of a formula, with terms of labels before terms of numbers, as in statsmodels."""
    spec = right.model_spec
    numbers = {name for name, (kind, _) in spec.encoder_state.items() if kind.value == "numerical"}
    parts = sorted(spec.structure, key=lambda part: any(factor.expr in numbers for factor in part.term.factors))
    return right[[name for part in parts for name in part.columns]]


def blanked(values: Floats, frame: pd.DataFrame, side: str) -> Floats:
    """Values with NaN in the rows in which a column of the formula is NA: a comparison would make "no" of it.

    A side of the formula that speaks of NA itself is left as it is.
    """
    if not _SPEAKS_OF_NA.search(side):
        values = np.array(values)
        for name in set(_WORD.findall(side)).intersection(map(str, frame.columns)):
            values[frame[name].isna().to_numpy()] = np.nan
    return values


def _terms(formula: str) -> str:
    """A formula without its calls of functions."""
    while (shorter := _CALL.sub("", formula)) != formula:
        formula = shorter
    return formula


def _check_kinds(formula: str, frame: pd.DataFrame) -> None:
    """Refuse days, lists and their like as terms, of which there would be one category for each value."""
    rest = _terms(formula)
    for name in used(rest, frame):
        column = frame[name]
        if _SPEAKS_OF_NA.search(formula) is None and len(column) and column.isna().all():
            raise ModelError(f"{formula!r}: no row is left, because a value is NA in each of them (look at {name})")
        term = re.search(rf"(?<![\w.]){re.escape(name)}(?![\w.])", rest)
        kind = column.dtype
        plain = pd.api.types.is_numeric_dtype(kind) or pd.api.types.is_bool_dtype(kind)
        if term is not None and not plain and not isinstance(kind, pd.CategoricalDtype):
            texts_of(column, repair=f"Make a number of it, such as {name}.dt.year of dates, or labels by C({name})")


def evaluate(wanted: Any, formula: str, frame: pd.DataFrame, *, whom: str) -> Any:
    """What formulaic makes of the rows without NA, numbered; whole numbers become floats.

    Parameters
    ----------
    wanted : str or formulaic.ModelSpec
        A formula, or what was made of its right side.
    formula : str
    frame : pandas.DataFrame
    whom : str
        What the formula may not fit, for the message.
    """
    problem: Exception | None = None
    for whole_as in ("float64", "int64"):  # or integers of 64 bits, where the formula wants integers
        try:
            return _evaluate(wanted, _promoted(frame, formula, whole_as))
        except Exception as error:  # many types for one cause: a formula that does not fit the frame
            problem = problem or error
    raise ModelError(f"the formula {formula!r} does not fit {whom} ({str(problem).splitlines()[0]})") from problem


def _evaluate(wanted: Any, rows: pd.DataFrame) -> Any:
    from formulaic import Formula
    from formulaic.errors import DataMismatchWarning
    from formulaic.parser import DefaultFormulaParser

    if isinstance(wanted, str):
        wanted = Formula(wanted, _parser=DefaultFormulaParser(feature_flags={"twosided"}))
    options = {"na_action": "drop", "output": "pandas", "cluster_by": "numerical_factors"}
    with warnings.catch_warnings():
        warnings.simplefilter("error", DataMismatchWarning)  # labels that no row had when the model was fitted
        return wanted.get_model_matrix(rows, context={"np": np, "pd": pd}, **options)


def _promoted(frame: pd.DataFrame, formula: str, whole_as: str) -> pd.DataFrame:
    """Columns of a formula in types of which arithmetic neither overflows nor refuses NA; C() keeps its labels."""
    whole = frame.reset_index(drop=True)
    labels, outcome = set(_WORD.findall(" ".join(_LABELS.findall(formula)))), formula.split("~")[0].strip()
    alone = {*_WORD.findall(_terms(formula))} - {
        *_WORD.findall(" ".join(_CALL.findall(formula)))
    }  # True, False: labels
    for name in set(_WORD.findall(formula)).intersection(map(str, whole.columns)):
        column = whole[name]
        if isinstance(column.dtype, pd.PeriodDtype) and re.search(rf"\bC\(\s*{re.escape(name)}\s*[,)]", formula):
            whole[name] = column.astype(str).astype(object).where(column.notna(), None)  # no labels otherwise
            continue
        kind, known = column.dtype, bool(column.notna().all())
        if pd.api.types.is_bool_dtype(kind) and not isinstance(kind, pd.CategoricalDtype):
            # As a term, True and False are labels, which objects are.
            plain = "float64" if name == outcome else "object" if name in alone or not known else "bool"
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
