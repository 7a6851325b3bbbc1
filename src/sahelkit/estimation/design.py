"""From a formula and a frame to arrays, with a record of the rows that unknown values cost."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sahelkit._types import Floats, Ints, Repeats
from sahelkit.errors import MissingColumnsError, ModelError, OptionError
from sahelkit.estimation.clustered import KINDS
from sahelkit.estimation.formula import blanked, both_sides, evaluate, in_order, used
from sahelkit.estimation.newton import scaled
from sahelkit.frames import FrameLike, check_frame, check_labels, check_repeats, origin_of, with_numbers
from sahelkit.options import check_name
from sahelkit.values import row_words

_PLAIN = re.compile(r"\s*(\w+)\s*~\s*(\w+(?:\s*\+\s*\w+)*)\s*$")
_WORD = re.compile(r"\w+")
_TIMES = ("period", "month", "year", "date")
# Columns this close to a combination of the others (share of their variance that is left over) repeat them.
_REPEATED = 1e-9
_HUGE = 1e100
_PART = 4000  # rows among which that is looked for first


@dataclass(frozen=True)
class Design:
    """The arrays of a model.

    Attributes
    ----------
    formula : str
        The model in the notation of statsmodels.
    terms : tuple of str, length k
        Names of the columns.
    matrix : array, shape (n, k)
        Covariates, in Fortran order.
    outcome : array, shape (n,)
        0 and 1.
    groups : array of int, shape (n,)
        Number of each row's cluster; of several kinds of clusters, the kind with the fewest.
    names : tuple of str, length G
        Clusters, in the order of their numbers.
    times : array, shape (n,)
        Period of each row; row numbers where the frame has no column ``period``, ``month``, ``year`` or ``date``.
    rows : array of int, shape (n,)
        Position of each row in the frame.
    dropped : pandas.DataFrame
        Rows left out because a value is NA, one line per column and cluster: ``column, cluster, n_rows, first,
        last``. A row with NA in several columns is counted under each of them.
    n_dropped : int
        Rows left out.
    cluster : str or tuple of str
        Column of the clusters, or columns of several kinds of them.
    origin : str
        Datasets, versions and rule of the frame, if it comes from `sahelkit.panel`.
    recipe : formulaic.ModelSpec or None
        How to build the columns for other rows; None for a formula of plain columns.
    repeats : str
        Whether two rows of one unit and period were refused or kept.
    ways : tuple of arrays of int, each of shape (n,)
        With several kinds of clusters the numbers of each kind; equal values have one number in all of them.
    """

    formula: str
    terms: tuple[str, ...]
    matrix: Floats
    outcome: Floats
    groups: npt.NDArray[np.intp]
    names: tuple[str, ...]
    times: npt.NDArray[Any]
    rows: npt.NDArray[np.intp]
    dropped: pd.DataFrame
    n_dropped: int
    cluster: str | tuple[str, ...] = "iso3"
    origin: str = ""
    recipe: Any = field(default=None, repr=False)
    repeats: Repeats = "refuse"
    ways: tuple[Ints, ...] = field(default=(), repr=False)

    @property
    def response(self) -> str:
        """Name of the outcome."""
        return self.formula.split("~")[0].strip()

    def check_one_way(self, *, where: str) -> None:
        """Raise OptionError where rows hang together in several ways, for what knows clusters of one kind only."""
        if self.ways:
            why = f"{where} knows one kind of clusters"
            raise OptionError("cluster", self.cluster, why, repair=f"Fit again with cluster={self.cluster[-1]!r}")

    def new(self, frame: pd.DataFrame) -> Floats:
        """Covariates of other rows, built by the same recipe, shape (m, k); NaN where a value is NA."""
        frame = check_frame(frame, where="predict")
        if self.recipe is None:
            names = [name for name in self.terms if name != "Intercept"]
            _require(frame, names, "predict")
            rows = with_numbers(frame, names)
            columns = [np.ones(len(rows)) if name == "Intercept" else _numbers(rows[name]) for name in self.terms]
            return np.column_stack(columns)
        names = used(self.formula, frame)
        rows = _as_labels(with_numbers(frame, names), names)
        found = in_order(evaluate(self.recipe, self.formula, rows, whom="the new rows")).reindex(range(len(rows)))
        return blanked(found.to_numpy(dtype=float), frame, self.formula.partition("~")[2])


def read_design(
    formula: str,
    frame: FrameLike,
    *,
    cluster: str | tuple[str, ...],
    where: str,
    repeats: Repeats = "refuse",
    several: bool = False,
) -> Design:
    """Arrays of a model: evaluates the formula and leaves out rows with NA.

    Parameters
    ----------
    formula : str
        ``"outcome ~ x + z"``. A formula of plain column names is read as it stands, which is faster; any other is
        evaluated by formulaic.
    frame : pandas.DataFrame or Panel
        One row per unit and period.
    cluster : str or tuple of str
        Column of the clusters, or columns of several kinds of them.
    where : str
        Name of the calling function, for messages.
    repeats : {"refuse", "keep"}
        Whether two rows may describe one unit and period, see `sahelkit.frames.check_repeats`.
    several : bool
        Whether there may be several kinds of clusters.

    Returns
    -------
    Design

    Raises
    ------
    MissingColumnsError
        If the cluster column is missing.
    OptionError
        If it is no frame, two rows describe one unit and period, or a column of numbers holds text.
    ModelError
        If the formula does not fit the frame, a value is infinite or too far from 1, no row is left, or columns
        repeat others.
    """
    check_name("formula", formula)
    given: tuple[Any, ...] = cluster if several and isinstance(cluster, tuple) and len(cluster) > 1 else (cluster,)
    for name in given:
        check_name("cluster", name)
    columns = [str(name) for name in given]
    if len(set(columns)) < len(columns):
        raise OptionError("cluster", cluster, "a column stands there twice", repair="Name each kind of clusters once")
    frame = check_frame(frame, where=where)
    absent = [name for name in columns if name not in frame.columns]
    if absent:
        raise MissingColumnsError(where, absent, frame.columns, repair="Name the column in cluster=")
    for name in columns:
        if frame[name].dtype == object:
            check_labels(frame[name])
    check_repeats(frame, where=where, repeats=repeats)
    outcome, matrix, terms, recipe = _evaluate(formula, frame)
    # The sum of a column is finite when the whole column is: one quick pass for the usual case.
    suspect = [column for column in (outcome, *matrix.T) if not np.isfinite(column.sum())]
    known = ~np.any([frame[name].isna().to_numpy() for name in columns], axis=0)
    for column in suspect:
        known &= ~np.isnan(column)
    rows = np.flatnonzero(known)
    dropped = account_missing(formula, frame, ~known, columns[0])
    if not rows.size:
        guilty = ", ".join(dropped["column"].unique()) or "the formula"
        raise ModelError(f"{formula!r}: no row is left, because a value is NA in each of them (look at {guilty})")
    if rows.size < len(frame):
        outcome, matrix = outcome[rows], matrix[rows]
    if suspect:
        _check_finite(
            formula, frame, rows, {formula.split("~")[0].strip(): outcome, **dict(zip(terms, matrix.T, strict=True))}
        )
    matrix = np.asfortranarray(matrix)
    check_size(dict(zip(terms, matrix.T, strict=True)))
    # More rows cannot make columns more alike: when a part of the rows tells them apart, all of them do.
    repeated = repeated_columns(matrix[:: max(1, len(matrix) // _PART)], terms) and repeated_columns(matrix, terms)
    if repeated:
        raise ModelError(
            f"{formula!r}: {len(repeated)} of {len(terms)} columns repeat others or are 0 throughout. "
            f"Leave out {', '.join(repeated)} (or, if it is a power of a large number such as a year, centre it)"
        )
    held = frame[columns] if rows.size == len(frame) else frame[columns].iloc[rows]
    kinds = [pd.factorize(held[name]) for name in columns]
    numbers, names = min(kinds, key=lambda kind: len(kind[1]))
    alike = pd.factorize(pd.concat([held[name].astype(object) for name in columns]))[0] if len(columns) > 1 else None
    time = next((name for name in _TIMES if name in frame.columns), None)
    return Design(
        formula=formula,
        terms=terms,
        matrix=matrix,
        outcome=outcome,
        groups=numbers,
        names=tuple(str(name) for name in names),
        times=rows if time is None else frame[time].array[rows],
        rows=rows,
        dropped=dropped,
        n_dropped=int((~known).sum()),
        cluster=cluster,
        origin=origin_of(frame),
        recipe=recipe,
        repeats=repeats,
        ways=() if alike is None else tuple(np.split(alike, len(columns))),
    )


def _check_finite(formula: str, frame: pd.DataFrame, rows: npt.NDArray[np.intp], columns: dict[str, Floats]) -> None:
    for name, column in columns.items():
        endless = np.flatnonzero(~np.isfinite(column))
        if endless.size:
            where = row_words(frame.iloc[:, 0], int(rows[endless[0]]))
            raise ModelError(
                f"{formula!r}: {name} has infinite values in {endless.size:,} of {len(column):,} rows, "
                f"first in {where}. Set such values to NA, or mend the formula"
            )


def check_size(columns: Mapping[str, Floats]) -> None:
    """Raise ModelError where the square of a column, and so its error, is beyond what a float holds."""
    for name, column in columns.items():
        value = max(column.max(), -column.min())
        if value > _HUGE or 0 < value < 1 / _HUGE:
            raise ModelError(f"{name} reaches {value:.3g}, too far from 1 to compute with. Measure it in another unit")


def _evaluate(formula: str, given: pd.DataFrame) -> tuple[Floats, Floats, tuple[str, ...], Any]:
    named = used(formula, given)
    frame = with_numbers(given, named)
    plain = _PLAIN.match(formula)
    if plain:
        left, right = plain.group(1), _WORD.findall(plain.group(2))
        names = [name for name in dict.fromkeys(right) if name != "1"]
        numeric = all(
            name in frame.columns and pd.api.types.is_numeric_dtype(frame[name]) and not name.isdigit()
            for name in [left, *names]
        )
        if numeric and not any(pd.api.types.is_bool_dtype(frame[name]) for name in names):
            columns = [np.ones(len(frame)), *(_numbers(frame[name]) for name in names)]
            return _numbers(frame[left]), np.array(columns).T, ("Intercept", *names), None
    frame = _present(frame, named)
    left_side, right_side, terms, recipe = both_sides(formula, frame)
    if left_side.shape[1] != 1:
        raise ModelError(f"the outcome of {formula!r} is not one numeric column. Make it 0 or 1")
    before, _, after = formula.partition("~")
    outcome = blanked(left_side[:, 0], frame, before)
    return outcome, blanked(right_side, frame, after), terms, recipe


def _present(frame: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """The frame without categories that no row has: each would be a column of zeros."""
    kinds = {name: frame[name].dtype for name in names}
    labels = [name for name, kind in kinds.items() if isinstance(kind, pd.CategoricalDtype)]
    return frame.assign(**{name: frame[name].cat.remove_unused_categories() for name in labels}) if labels else frame


def _as_labels(frame: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """New rows need not declare the categories of the rows of the fit."""
    labels = [name for name in names if isinstance(frame[name].dtype, pd.CategoricalDtype)]
    return frame.astype(dict.fromkeys(labels, object)) if labels else frame


def _numbers(column: pd.Series) -> Floats:
    return np.asarray(column.to_numpy(dtype="float64", na_value=np.nan))


def _require(frame: pd.DataFrame, names: list[str], where: str) -> None:
    missing = [name for name in names if name not in frame.columns]
    if missing:
        raise MissingColumnsError(where, missing, frame.columns)


def account_missing(formula: str, frame: pd.DataFrame, lost: npt.NDArray[np.bool_], cluster: str) -> pd.DataFrame:
    """Rows left out because a value is NA, by column and cluster; see `Design.dropped`."""
    if not lost.any():
        return pd.DataFrame({"column": [], "cluster": [], "n_rows": [], "first": [], "last": []})
    gone = frame.loc[lost]
    time = next((name for name in _TIMES if name in frame.columns), None)
    when = pd.Series(np.flatnonzero(lost) if time is None else gone[time].array, index=range(len(gone)))
    who = pd.Series(
        ["NA" if absent else str(name) for name, absent in zip(gone[cluster], gone[cluster].isna(), strict=True)]
    )
    used = [name for name in frame.columns if str(name) in set(_WORD.findall(formula)) | {cluster}]
    tables = []
    for name in used:
        empty = gone[name].isna().to_numpy()
        if empty.any():
            grouped = when[empty].groupby(who[empty])
            table = grouped.agg(n_rows="size", first="min", last="max").rename_axis("cluster").reset_index()
            tables.append(table.assign(column=str(name)))
    if not tables:  # NA made by the formula itself, e.g. the logarithm of a negative number
        tables = [when.groupby(who).agg(n_rows="size", first="min", last="max").rename_axis("cluster").reset_index()]
        tables[0]["column"] = "the formula"
    return pd.concat(tables, ignore_index=True)[["column", "cluster", "n_rows", "first", "last"]]


def repeated_columns(matrix: Floats, terms: tuple[str, ...]) -> list[str]:
    """Columns that are linear combinations of the ones before them.

    Examples
    --------
    >>> x = np.arange(4.0)
    >>> repeated_columns(np.column_stack([np.ones(4), x, 2 * x + 1]), ("const", "x", "z"))
    ['z']
    """
    inner = scaled(matrix).design
    cross = inner.T @ inner / len(inner)
    kept: list[int] = []
    found = []
    for column, name in enumerate(terms):
        if cross[column, column] < _REPEATED:
            found.append(name)
            continue
        left = 1.0
        if kept:
            part = cross[np.ix_(kept, [column])]
            left = 1.0 - float((part.T @ np.linalg.solve(cross[np.ix_(kept, kept)], part)).item())
        if left < _REPEATED:
            found.append(name)
        else:
            kept.append(column)
    return found


def check_outcome(data: Design, *, one_is_enough: bool = False, errors: str | None = None) -> None:
    """Raise ModelError unless the outcome is 0 and 1 and varies, and there are clusters for errors that need several.

    Parameters
    ----------
    data : Design
    one_is_enough : bool
        Whether one event will do.
    errors : str, optional
        Kind of errors; None for a model that compares clusters.
    """
    name, outcome = data.response, data.outcome
    if not ((outcome == 0) | (outcome == 1)).all():
        count = (outcome >= 0).all() and (outcome == np.round(outcome)).all()
        repair = f"A count becomes 0 or 1 by frame[{name!r}].clip(upper=1), which leaves NA as it is" if count else ""
        raise ModelError(f"the outcome {name!r} has values other than 0 and 1. {repair or 'Make it 0 and 1'}")
    if outcome.sum() in (0, outcome.size):
        raise ModelError(f"the outcome {name!r} never varies in the {outcome.size:,} rows used: nothing can be fitted")
    if outcome.sum() == 1 and not one_is_enough:
        raise ModelError(
            f"the outcome {name!r} has one event only, from which no error can be computed. "
            "Use method='firth', whose interval shows how little one event tells"
        )
    if len(data.names) < 2 and (errors is None or errors in KINDS):
        repair = "Use more of them" if errors is None else "Type errors='model', which takes rows as independent"
        raise ModelError(f"there is one cluster only ({data.names[0]}), where several are needed. {repair}")
