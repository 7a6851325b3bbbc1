"""The contract of all results: the same questions, asked in the same words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import wraps
from html import escape
from textwrap import wrap
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from sahelkit._types import Lang
from sahelkit.errors import LackingError
from sahelkit.language.coders import rule_name
from sahelkit.options import LANGUAGES, check_language

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Rows of a table that `repr` and the notebook show; `tidy` gives all. What `repr` writes fits a screen.
SHOWN = 12
# A screen: lines, and characters of a line.
LINES, WIDTH = 24, 120


def _with_rule(says: Callable[..., str]) -> Callable[..., str]:
    """A sentence that also names the list by which coups were counted, where the result knows it."""

    @wraps(says)
    def said(self: Result, *given: object, **options: Any) -> str:
        if given:
            name = "lang" if given[0] in LANGUAGES else "one of its options"
            raise TypeError(f"{type(self).__name__}.says takes names only: type says({name}={given[0]!r})")
        text, rule = says(self, **options), re.search(r"; rule (\w+)", getattr(self, "origin", ""))
        if rule is None:
            return text
        lang = check_language(options.get("lang"))
        mark = "coups: " if lang == "en" else "coups d’État\u00a0: "
        return f"{text.removesuffix('.')} ({mark}{rule_name(rule[1], lang)})."

    return said


class Result:
    """A result that can be read as a table, as a sentence, as a figure and as labelled arrays.

    Subclasses are dataclasses with ``frozen=True, repr=False``. They give `tidy` and `headline`, `says` and `plot`, and
    name the columns that index the table. What a class cannot give stands in `lacks` with the reason, nowhere else.
    Where a table has the columns ``effect_low`` and ``effect_high``, they are the ends of the confidence interval of
    ``effect`` (that of `interval`), and its confidence level is in the column ``level``.

    Attributes
    ----------
    lacks : dict of str to str
        What this result does not have and why: ``plot``, ``says``, ``to_xarray``; ``ax`` where a figure has several
        panels and cannot be drawn on axes that are given.
    """

    _index: ClassVar[tuple[str, ...]] = ("term",)
    _shows: ClassVar[tuple[str, ...]] = ()
    lacks: ClassVar[Mapping[str, str]] = {}

    def __init_subclass__(cls) -> None:
        if "says" in vars(cls):
            cls.says = _with_rule(cls.says)  # type: ignore[method-assign]

    def tidy(self) -> pd.DataFrame:
        """One row per quantity."""
        raise NotImplementedError

    def headline(self, *, lang: Lang | None = None) -> str:
        """The lines above the table in `summary`."""
        raise NotImplementedError

    def says(self, *, lang: Lang | None = None) -> str:
        """The result in one careful sentence."""
        raise self._lacking("says")

    def plot(self, *, ax: Axes | None = None, lang: Lang | None = None) -> Figure:
        """The result as a figure, drawn on `ax` where axes are given; the figure that holds it is returned."""
        raise self._lacking("plot")

    def summary(self, *, lang: Lang | None = None) -> str:
        """The result as plain text."""
        head, table = self._head(lang), self.tidy()
        if len(table) == 1:
            return f"{head}\n{table.iloc[0].to_string()}"
        return f"{head}\n{self._shown(table).to_string(index=False)}"

    def to_xarray(self) -> xr.Dataset:
        """The columns of `tidy` as labelled arrays."""
        if "to_xarray" in self.lacks:
            raise self._lacking("to_xarray")
        table = self.tidy()
        plain = {name: _plain(table[name]) for name in table.columns}
        found: xr.Dataset = table.assign(**plain).set_index(list(self._index)).to_xarray()
        return found.assign_attrs(summary=self.headline())

    def _head(self, lang: Lang | None = None) -> str:
        # Which tables in which version, and the rule by which coups were counted: a number means nothing without.
        lang, origin = check_language(lang), getattr(self, "origin", "")
        mark = "Source: " if lang == "en" else "Source\u00a0: "
        return f"{self.headline(lang=lang)}\n{mark}{origin}" if origin else self.headline(lang=lang)

    def _shown(self, table: pd.DataFrame) -> pd.DataFrame:
        # A column that says the same in every row says nothing here.
        several = len(table) > 1
        always = (*self._index, *self._shows)
        kept = [name for name in table.columns if not several or name in always or len(table[name].unique()) > 1]
        shown = table[kept or list(table.columns)]
        numbers = {name: shown[name].round(4) for name in shown.select_dtypes("number").columns}
        return shown.assign(**numbers)

    def _lacking(self, what: str) -> LackingError:
        return LackingError(type(self).__name__, what, self.lacks[what])

    def __repr__(self) -> str:
        table = self.tidy()
        lines = f"{type(self).__name__}: {self._head()}".splitlines()
        head = [part for line in lines for part in wrap(line, WIDTH, subsequent_indent="  ")]
        if len(head) > SHOWN:
            head = [*head[: SHOWN - 1], "…"]
        shown = min(SHOWN, LINES - len(head) - 2)
        if len(table) == 1:
            shown, texts = 1, [table.iloc[0].to_string(max_rows=LINES - len(head) - 1)]
        else:
            part = self._shown(table.head(shown))
            texts = [part.to_string(index=False, max_cols=most, max_colwidth=40) for most in range(8, 1, -1)]
        text = next((text for text in texts if len(text.splitlines()[0]) <= WIDTH), texts[-1])
        more = [f"… {len(table) - shown} more rows: .tidy()"] if len(table) > shown else []
        return "\n".join([*head, text, *more])

    def _repr_html_(self) -> str:
        table = self.tidy()
        more = f"<p>… {len(table) - SHOWN} more rows: <code>.tidy()</code></p>" if len(table) > SHOWN else ""
        head = escape(self._head()).replace("\n", "<br>")
        return f"<p>{head}</p>{self._shown(table.head(SHOWN)).to_html(index=False, max_cols=12, border=0)}{more}"


def _plain(column: pd.Series[Any]) -> pd.Series[Any]:
    """A column in a type that arrays of numpy have: numbers, days and flags stay what they are, all else is object."""
    kind = column.dtype
    if isinstance(kind, np.dtype) and kind.kind in "biufM":
        return column
    number = pd.api.types.is_numeric_dtype(kind) and not pd.api.types.is_bool_dtype(kind)
    return column.astype("float64" if number else object)
