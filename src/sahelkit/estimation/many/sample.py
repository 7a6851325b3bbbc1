"""One sample for all models: the columns as arrays, and a record of the rows that unknown values cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from sahelkit._types import Floats, Ints
from sahelkit.dates import frequency
from sahelkit.errors import MissingColumnsError, ModelError
from sahelkit.estimation.design import account_missing, check_size
from sahelkit.estimation.many.roles import Roles, check_known
from sahelkit.frames import beside, numbers_of, origin_of, time_of

_TIMES = ("period", "month", "year", "date")


@dataclass(frozen=True)
class Sample:
    """The rows that all models share.

    Attributes
    ----------
    outcome : array, shape (n,)
    columns : dict of str to array, shape (n,)
        Free, focus and doubtful columns.
    labels : dict of str to array of int, shape (n,)
        Groups that may get fixed effects: ``decade``, ``5-year``, ``year``, ``country`` and columns of the frame.
    groups : array of int, shape (n,)
        Clusters; row numbers where errors are not clustered.
    n_clusters : int
        0 where errors are not clustered.
    rows : array of int, shape (n,)
        Positions in the frame.
    dropped : pandas.DataFrame
        Rows left out, as in `sahelkit.estimation.design.Design`.
    n_dropped : int
        Rows left out.
    first, last : object
        First and last period, or row numbers.
    freq, origin : str
        ``"M"``, ``"Y"`` or ``""``; datasets, versions and rule.
    """

    outcome: Floats
    columns: Mapping[str, Floats] = field(repr=False)
    labels: Mapping[str, Ints] = field(repr=False)
    groups: Ints = field(repr=False)
    n_clusters: int
    rows: Ints = field(repr=False)
    dropped: pd.DataFrame = field(repr=False)
    n_dropped: int
    first: Any
    last: Any
    freq: str
    origin: str


class Made(Protocol):
    """Columns that are made from the rows of a frame, and can be made anew from others."""

    def units(self) -> npt.NDArray[np.str_]:
        """The unit of each row that they were made from."""

    def columns(self, names: Sequence[str]) -> Mapping[str, Floats]:
        """Those of the named columns that can be made, at the rows of the frame."""


def read_sample(
    roles: Roles, frame: pd.DataFrame, *, measures: Made | None, cluster: str | None, extra: tuple[str, ...] = ()
) -> Sample:
    """Take the columns from the frame and the measures; keep the rows in which all are known.

    Parameters
    ----------
    roles : Roles
    frame : pandas.DataFrame
        One row per unit and period.
    measures : Made, optional
        Made from the same rows; its columns are used where the frame has none of the name.
    cluster : str or None
        Column of the clusters.
    extra : tuple of str
        Columns of the frame that become labels for fixed effects.

    Raises
    ------
    UnknownNameError, MissingColumnsError
        If a column is missing.
    ModelError
        If the measures belong to other rows, a column is not a number, infinite or the same in all rows, or no row is
        left.
    """
    if cluster is not None and cluster not in frame.columns:
        raise MissingColumnsError("extreme_bounds", [cluster], frame.columns, repair="Name the column in cluster=")
    whole = _with_measures(roles, frame, measures, cluster)
    check_known(roles.columns(), whole.columns)
    check_known(extra, frame.columns)
    values = {name: _numbers(whole[name]) for name in roles.columns()}
    lost = np.zeros(len(whole), dtype=bool)
    for column in values.values():
        lost |= np.isnan(column)
    for name in (*extra, *([cluster] if cluster else [])):
        lost |= whole[name].isna().to_numpy()
    who = whole if cluster else whole.assign(cluster="all rows")
    used = [*roles.columns(), *extra, cluster or "cluster"]
    time = [name for name in _TIMES if name in who.columns and name not in used][:1]
    dropped = account_missing(" + ".join(used), who[[*dict.fromkeys([*used, *time])]], lost, cluster or "cluster")
    rows = np.flatnonzero(~lost)
    if not rows.size:
        columns = ", ".join(dict.fromkeys(dropped["column"])) or "the frame, which is empty"
        raise ModelError(f"no row is left, because a value is NA in each of them (look at {columns})")
    kept = whole.iloc[rows]
    known = {name: column[rows] for name, column in values.items()}
    _check_columns(known, roles, kept.index)
    labels, first, last = _labels(kept, cluster, extra, rows)
    groups = pd.factorize(kept[cluster])[0].astype(np.intp) if cluster else np.arange(rows.size)
    return Sample(
        outcome=known.pop(roles.outcome),
        columns=known,
        labels=labels,
        groups=groups,
        n_clusters=int(groups.max()) + 1 if cluster else 0,
        rows=rows,
        dropped=dropped,
        n_dropped=int(lost.sum()),
        first=first,
        last=last,
        freq=next((frequency(frame[name]) for name in _TIMES if name in frame.columns), ""),
        origin=origin_of(frame),
    )


def _with_measures(roles: Roles, frame: pd.DataFrame, measures: Made | None, cluster: str | None) -> pd.DataFrame:
    if measures is None:
        return frame
    names = measures.units()
    if len(names) != len(frame):
        raise ModelError(
            f"the measures were made from {len(names):,} rows, the frame has {len(frame):,}. "
            "Make them from this frame: exposure_measures(frame)"
        )
    same = cluster is not None and set(frame[cluster]) == set(names)
    if same and not (frame[cluster].to_numpy() == names).all():
        raise ModelError("the measures were made from these countries in another order. Make them from this frame")
    absent = [name for name in roles.columns() if name not in frame.columns]
    return beside(frame, measures.columns(absent))


def _numbers(column: pd.Series) -> Floats:
    values = None if isinstance(column.dtype, pd.CategoricalDtype) else numbers_of(column)
    if values is None:
        raise ModelError(f"the column {column.name!r} does not hold numbers. Make it numeric, or 0 and 1")
    return values


def _check_columns(columns: Mapping[str, Floats], roles: Roles, index: pd.Index) -> None:
    for name, column in columns.items():
        endless = np.flatnonzero(~np.isfinite(column))
        if endless.size:
            raise ModelError(
                f"{name} has infinite values in {endless.size:,} of {len(column):,} rows, first in the row of index "
                f"{index[endless[0]]!r}. Set them to NA, or mend the column"
            )
    check_size(columns)
    flat = [name for name, column in columns.items() if column.min() == column.max()]
    if flat:
        size = len(columns[roles.outcome])
        raise ModelError(
            f"{', '.join(flat)} has the same value in all {size:,} rows used: nothing can be learned about it. "
            "Leave it out, or take other rows"
        )


def _labels(
    kept: pd.DataFrame, cluster: str | None, extra: tuple[str, ...], rows: Ints
) -> tuple[dict[str, Ints], Any, Any]:
    labels = {name: pd.factorize(kept[name], sort=True)[0].astype(np.intp) for name in extra}
    if cluster is not None:
        labels["country"] = pd.factorize(kept[cluster], sort=True)[0].astype(np.intp)
    time = next((name for name in _TIMES if name in kept.columns), None)
    if time is None:
        return labels, int(rows[0]), int(rows[-1])
    when = kept[time]
    _, times = time_of(kept, where="extreme_bounds", check=False)
    year = times.first.astype("datetime64[Y]").astype("int64") + 1970
    for name, width in (("decade", 10), ("5-year", 5), ("year", 1)):
        labels[name] = np.unique(year // width, return_inverse=True)[1].ravel().astype(np.intp)
    first, last = (int(at(times.first)) for at in (np.argmin, np.argmax))
    return labels, when.iloc[first], when.iloc[last]
