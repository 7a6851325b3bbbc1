"""Types that many rooms share, and what differs between the versions of pandas."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.intp]
Ints32: TypeAlias = npt.NDArray[np.int32]
Ints64: TypeAlias = npt.NDArray[np.int64]
Bools: TypeAlias = npt.NDArray[np.bool_]
Days: TypeAlias = npt.NDArray[np.datetime64]
Cells: TypeAlias = npt.NDArray[Any]
Ring: TypeAlias = npt.NDArray[np.float64]  # corners of a polygon, shape (N, 2): longitude, latitude

DateLike: TypeAlias = "str | int | float | dt.date | np.datetime64 | pd.Timestamp | pd.Period | None"
Place: TypeAlias = str | int
Places: TypeAlias = "str | int | Sequence[str | int] | None"

# Options with few values; `typing.get_args` gives them to the checks.
Lang: TypeAlias = Literal["en", "fr"]
Freq: TypeAlias = Literal["M", "Y"]
CoderRule: TypeAlias = Literal["any", "majority", "all", "powell_thyne", "cline", "csp", "colpus", "cam", "sahelkit"]
Rule: TypeAlias = CoderRule | str  # an own list of coups is a rule by the name that its user gave it
Repeats: TypeAlias = Literal["refuse", "keep"]

_PANDAS = int(pd.__version__.split(".")[0])
# pandas 3 has one text type; in pandas 2 the object type is what every user knows.
TEXT = "str" if _PANDAS >= 3 else "object"
COPY_DEEP = _PANDAS < 3  # pandas 3 copies on write
