"""The same result for shuffled rows, any index, any type of column, any library of frames, any number of processes."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from libraries import LIBRARIES
from user_frames import CASES

SMALL = 1e-9  # numbers below this are rounding


def _numeric(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column.dtype)


def _retyped(frame: pd.DataFrame, whole: str, fraction: str) -> pd.DataFrame:
    numbers = {name: frame[name].dtype for name in frame if _numeric(frame[name])}
    kinds = {
        name: whole if pd.api.types.is_integer_dtype(dtype) else fraction
        for name, dtype in numbers.items()
        if not pd.api.types.is_bool_dtype(dtype)
    }
    return frame.astype(kinds)


def _texts(frame: pd.DataFrame, dtype: object) -> pd.DataFrame:
    return frame.astype({name: dtype for name in frame if pd.api.types.is_string_dtype(frame[name].dtype)})


CHANGES = {
    "shuffled rows": lambda f: f.sample(frac=1, random_state=3),
    "reversed rows": lambda f: f.iloc[::-1],
    "an index of words": lambda f: f.set_axis([f"row {i}" for i in range(len(f))]),
    "the same label on every row": lambda f: f.set_axis(np.zeros(len(f), dtype=int)),
    "labels out of order": lambda f: f.set_axis(np.random.default_rng(1).permutation(len(f))),
    "an index of two levels": lambda f: f.set_index([np.arange(len(f)) // 7, np.arange(len(f)) % 7]),
    "fractions": lambda f: _retyped(f, "float64", "float64"),
    "nullable numbers": lambda f: _retyped(f, "Int64", "Float64"),
    "Arrow numbers": lambda f: _retyped(f, "int64[pyarrow]", "double[pyarrow]"),
    "numbers in object columns": lambda f: _retyped(f, "object", "object"),
    "small whole numbers": lambda f: _retyped(f, "Int16", "float64"),
    "objects as text": lambda f: _texts(f, object),
    "categories as text": lambda f: _texts(f, "category"),
    "Arrow text": lambda f: _texts(f, pd.StringDtype("pyarrow")),
    "more columns, in another order": lambda f: f.assign(unused_="x").iloc[:, ::-1],
}


def _as_numbers(column: pd.Series) -> pd.Series:
    """Numbers that a result hands through in an object column, as numbers."""
    try:
        return pd.to_numeric(column)
    except (ValueError, TypeError):
        return column


def flat(found: object) -> pd.DataFrame:
    """A result as a frame whose rows stand in an order of their own."""
    frame = found if isinstance(found, pd.DataFrame) else found.tidy()
    frame = frame.reset_index(drop=True)
    frame = frame.assign(**{name: _as_numbers(frame[name]) for name in frame if frame[name].dtype == object})
    for name in frame:
        column = frame[name]
        frame[name] = (
            column.astype("Float64").to_numpy("float64", na_value=np.nan) if _numeric(column) else column.astype(str)
        )
    words = [name for name in frame if not _numeric(frame[name])]
    return frame.sort_values(words, kind="stable").reset_index(drop=True) if words else frame


def assert_same(found: object, expected: object, rtol: float) -> None:
    """Fail unless two results hold the same words and, up to `rtol`, the same numbers."""
    one, other = flat(found), flat(expected)
    assert list(one.columns) == list(other.columns)
    for name in one:
        if _numeric(one[name]):
            np.testing.assert_allclose(one[name], other[name], rtol=rtol, atol=SMALL, err_msg=str(name))
        else:
            assert one[name].tolist() == other[name].tolist(), name


@pytest.fixture(scope="module")
def expected():
    """Each case's result on its own frame, made once."""
    known: dict[str, object] = {}

    def of(name: str) -> object:
        if name not in known:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                known[name] = CASES[name].run(CASES[name].make())
        return known[name]

    return of


@pytest.mark.parametrize("name", CASES)
def test_rows_index_and_types_change_nothing(name, expected):
    case = CASES[name]
    wrong = []
    for what, change in CHANGES.items():
        if what in case.kept:
            continue
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                found = case.run(change(case.make()))
            assert_same(found, expected(name), case.rtol)
        except Exception as error:
            wrong.append(f"{what}: {type(error).__name__}: {str(error).strip()[:300]}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.jobs])
def test_the_number_of_processes_changes_nothing(name, expected):
    case = CASES[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert_same(case.run(case.make(), n_jobs=2), expected(name), 1e-12)


# Cases that hand over no frame, or read it themselves before.
NO_FRAME = {
    "sahelkit.models.impact.series.fit_series": "takes a series",
    "sahelkit.models.bounds.measures.exposure_measures": "the case sets its result beside columns of the frame",
}


@pytest.mark.parametrize("name", [name for name in CASES if name not in NO_FRAME])
def test_a_frame_of_another_library_gives_the_same(name, expected):
    case = CASES[name]
    wrong = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for library, made in LIBRARIES.items():
            try:
                assert_same(case.run(made(case.make())), expected(name), case.rtol)
            except Exception as error:
                wrong.append(f"{library}: {type(error).__name__}: {str(error).strip()[:300]}")
    assert not wrong, "\n".join(wrong)
