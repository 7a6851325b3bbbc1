"""What goes with the speed or weight of an answer, case by case, with tests that own up to small numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sahelkit._deprecated import renamed
from sahelkit._types import Lang
from sahelkit.columns import read_columns
from sahelkit.errors import ModelError
from sahelkit.estimation.exact import ExactTest, rank_correlation, spearman, two_groups
from sahelkit.frames import FrameLike, check_columns, origin_of
from sahelkit.language.numbers import number, p_words, reach
from sahelkit.language.texts import words
from sahelkit.options import check_language, check_options
from sahelkit.results.base import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WORDS = {
    "en": {
        "together": "Over {n} coups, {x} and {y} go together with a rank correlation of {rho} (from {ends} when any "
        "one coup is left out), {p} by permutation; the smallest p-value that the {tried} orders tried could give is "
        "{smallest}, and going together is not causing.",
        "apart": "Mean rank by {y}: {a} ({n_a} coups) {first}, {b} ({n_b} coups) {second}; {p} by all groupings, of "
        "which the smallest possible is {smallest}.",
        "together_head": "rank correlation of {x} and {y} over {n} cases",
        "without": ", without {}",
        "apart_head": "{y}: {a} ({n_a}) against {b} ({n_b})",
    },
    "fr": {
        "together": "Sur {n} coups d’État, {x} et {y} vont ensemble avec une corrélation de rang de {rho} ({ends} "
        "selon le coup laissé de côté), {p} par permutation ; la plus petite valeur p que les {tried} ordres essayés "
        "puissent donner est {smallest}, et aller ensemble n’est pas causer.",
        "apart": "Rang moyen selon {y} : {a} ({n_a} coups d’État) {first}, {b} ({n_b} coups d’État) {second} ; {p} sur "
        "tous les regroupements, le minimum possible étant {smallest}.",
        "together_head": "corrélation de rang entre {x} et {y} sur {n} cas",
        "without": ", sans {}",
        "apart_head": "{y} : {a} ({n_a}) contre {b} ({n_b})",
    },
}


@dataclass(frozen=True, repr=False)
class Association(Result):
    """Rank correlation over cases.

    Attributes
    ----------
    x, y : str
        Columns.
    n : int
        Cases.
    rho : float
        Spearman's rank correlation.
    low, high : float
        Smallest and largest value when any one case is left out.
    p_value, p_error, smallest : float
        Two-sided by permutation, its Monte Carlo standard error (0 when `exact`), and the smallest that the test can
        give.
    n_tried : int
        Orders tried.
    exact : bool
        True when all orders were tried.
    left_out : tuple of str
        Cases without a value on one side.
    cases : pandas.DataFrame
        The cases: label, ``x``, ``y``.
    origin : str
        Dataset and version of the cases; empty for a frame of the user's.
    """

    x: str
    y: str
    n: int
    rho: float
    low: float
    high: float
    p_value: float
    p_error: float
    smallest: float
    n_tried: int
    exact: bool
    left_out: tuple[str, ...]
    cases: pd.DataFrame = field(repr=False)
    origin: str = ""

    _index = ("x",)

    def tidy(self) -> pd.DataFrame:
        """One row."""
        names = ("x", "y", "n", "rho", "low", "high", "p_value", "p_error", "smallest", "n_tried", "exact")
        return pd.DataFrame([{name: getattr(self, name) for name in names}])

    def headline(self, *, lang: Lang | None = None) -> str:
        """What was tested, as plain text."""
        say = words(_WORDS, check_language(lang))
        head = say["together_head"].format(x=self.x, y=self.y, n=self.n)
        return head + (say["without"].format(", ".join(self.left_out)) if self.left_out else "")

    def plot(
        self,
        *,
        ax: Axes | None = None,
        lang: Lang | None = None,
        source: str | None = None,
        x: str = "",
        y: str = "",
        log: bool = False,
        days: bool = False,
        title: str | None = None,
    ) -> Figure:
        """Draw the cases with their names, as `sahelkit.plots.response_ranks.plot_association` does.

        `x` and `y` label the axes, with units; the names of the columns when absent.
        """
        from sahelkit.plots.response_ranks import plot_association

        return plot_association(
            self.cases,
            x=x or self.x,
            y=y or self.y,
            rho=(self.rho, self.low, self.high),
            log=log,
            days=days,
            title=title,
            ax=ax,
            lang=check_language(lang),
            source=source or self.origin,
        )

    def says(self, *, lang: Lang | None = None, x: str = "", y: str = "") -> str:
        """One careful sentence; `x` and `y` name the two sides in words."""
        lang = check_language(lang)
        return words(_WORDS, lang)["together"].format(
            n=self.n,
            x=x or self.x,
            y=y or self.y,
            rho=number(self.rho, lang),
            ends=reach(self.low, self.high, lang),
            p=p_words(self.p_value, lang, error=self.p_error),
            tried=number(self.n_tried, lang, digits=0),
            smallest=number(self.smallest, lang, digits=5),
        )


@dataclass(frozen=True, repr=False)
class Contrast(Result):
    """Mean ranks of two groups of cases.

    Attributes
    ----------
    y : str
        Column.
    first, second : str
        Names of the groups.
    n_first, n_second : int
        Cases.
    mean_first, mean_second : float
        Mean rank among all cases, 1 for the smallest value.
    p_value, smallest : float
        Two-sided over all groupings, and the smallest that they allow.
    cases : pandas.DataFrame
        The cases: ``label``, ``value``, ``first`` (whether in the first group).
    origin : str
        Dataset and version of the cases; empty for a frame of the user's.
    """

    y: str
    first: str
    second: str
    n_first: int
    n_second: int
    mean_first: float
    mean_second: float
    p_value: float
    smallest: float
    cases: pd.DataFrame = field(repr=False)
    origin: str = ""

    _index = ("y",)

    def tidy(self) -> pd.DataFrame:
        """One row."""
        names = ("y", "first", "second", "n_first", "n_second", "mean_first", "mean_second", "p_value", "smallest")
        return pd.DataFrame([{name: getattr(self, name) for name in names}])

    def headline(self, *, lang: Lang | None = None) -> str:
        """What was compared, as plain text."""
        return words(_WORDS, check_language(lang))["apart_head"].format(
            y=self.y, a=self.first, n_a=self.n_first, b=self.second, n_b=self.n_second
        )

    def plot(
        self,
        *,
        ax: Axes | None = None,
        lang: Lang | None = None,
        source: str | None = None,
        x: str = "",
        days: bool = False,
    ) -> Figure:
        """Draw the cases of both groups; `x` labels the axis, with the unit, the name of the column when absent."""
        from sahelkit.plots.response_ranks import plot_contrast

        return plot_contrast(
            self.cases,
            names=(self.first, self.second),
            p_value=self.p_value,
            smallest=self.smallest,
            x=x or self.y,
            days=days,
            ax=ax,
            lang=check_language(lang),
            source=source or self.origin,
        )

    def says(self, *, lang: Lang | None = None, y: str = "") -> str:
        """One careful sentence; `y` names the column in words."""
        lang = check_language(lang)
        return words(_WORDS, lang)["apart"].format(
            y=y or self.y,
            a=self.first,
            b=self.second,
            n_a=self.n_first,
            n_b=self.n_second,
            first=number(self.mean_first, lang, digits=1),
            second=number(self.mean_second, lang, digits=1),
            p=p_words(self.p_value, lang),
            smallest=number(self.smallest, lang, digits=3),
        )


def _plain(column: pd.Series) -> np.ndarray:
    return np.asarray(column.astype("Float64").to_numpy(dtype=float, na_value=np.nan))


@renamed(draws="replicates")
def association(
    cases: FrameLike, x: str, y: str, *, label: str = "label_en", replicates: int = 19_999, seed: int | None = 0
) -> Association:
    """Rank correlation of two columns over cases, tested by permutation.

    Parameters
    ----------
    cases : pandas.DataFrame
        One row per case. Infinite values rank last (an answer that never came); cases without a value are left out and
        named.
    x, y : str
        Columns.
    label : str
        Column with the names of the cases.
    replicates : int
        Orders drawn where more than eight cases make it impossible to try all.
    seed : int or None
        Seed of the draws.

    Returns
    -------
    Association

    Raises
    ------
    MissingColumnsError
        If a column is missing.
    ModelError
        If fewer than four cases have both values, or one side does not vary.

    Examples
    --------
    >>> cases = pd.DataFrame({"label_en": list("abcde"), "power": [1, 2, 3, 4, 5], "level": [5, 5, 3, 2, 1]})
    >>> found = association(cases, "power", "level")
    >>> round(found.rho, 3), found.exact, found.n_tried
    (-0.975, True, 120)
    """
    check_options(replicates=replicates, seed=seed)
    cases = read_columns(cases, where="association", numbers=[x, y], endless=True)
    check_columns(cases, [label], where="association")
    values = pd.DataFrame({"label": cases[label].astype(str), "x": _plain(cases[x]), "y": _plain(cases[y])})
    whole = values.dropna().reset_index(drop=True)
    if len(whole) < 4:
        raise ModelError(f"{len(whole)} cases have both {x} and {y}; a rank correlation needs at least four")
    test = rank_correlation(whole["x"], whole["y"], replicates=replicates, seed=seed)
    one_less = [whole.drop(index=place) for place in range(len(whole))]
    without = [spearman(rest["x"].to_numpy(), rest["y"].to_numpy()) for rest in one_less]
    missing = tuple(values.loc[values[["x", "y"]].isna().any(axis=1), "label"])
    return Association(
        x=x,
        y=y,
        n=len(whole),
        rho=test.statistic,
        low=float(np.nanmin(without)),
        high=float(np.nanmax(without)),
        p_value=test.p_value,
        p_error=test.p_error,
        smallest=test.smallest,
        n_tried=test.n_tried,
        exact=test.exact,
        left_out=missing,
        cases=whole,
        origin=origin_of(cases),
    )


def contrast(
    cases: FrameLike, y: str, group: str, *, first: object, names: tuple[str, str], label: str = "label_en"
) -> Contrast:
    """Compare the ranks of two groups of cases over all ways of forming the groups.

    Parameters
    ----------
    cases : pandas.DataFrame
        One row per case; cases without a value are left out.
    y : str
        Column compared; infinite values rank last.
    group : str
        Column that tells the groups apart.
    first : object
        Value of `group` that makes the first group; all other cases make the second.
    names : tuple of str
        Names of the two groups in sentences.
    label : str
        Column with the names of the cases, for the figure.

    Returns
    -------
    Contrast

    Raises
    ------
    MissingColumnsError, ModelError
        If a column is missing, or a group is empty.

    Examples
    --------
    >>> cases = pd.DataFrame({"label_en": list("abcd"), "days": [5.0, 14.0, 18.0, 2.0]})
    >>> cases["early"] = [False, True, True, False]
    >>> found = contrast(cases, "days", "early", first=True, names=("before 2012", "since"))
    >>> found.mean_first, found.mean_second, round(found.p_value, 3)
    (3.5, 1.5, 0.333)
    """
    cases = read_columns(cases, where="contrast", numbers=[y], endless=True)
    check_columns(cases, [label, group], where="contrast")
    values = _plain(cases[y])
    known = ~np.isnan(values)
    mine = (cases[group] == first).to_numpy(dtype=bool)
    test: ExactTest = two_groups(values[known & mine], values[known & ~mine])
    n_first, n_second = int((known & mine).sum()), int((known & ~mine).sum())
    # The mean of all ranks is (n + 1) / 2, which with the difference gives both means.
    middle, n = (test.n + 1) / 2, test.n
    return Contrast(
        y=y,
        first=names[0],
        second=names[1],
        n_first=n_first,
        n_second=n_second,
        mean_first=middle + test.statistic * n_second / n,
        mean_second=middle - test.statistic * n_first / n,
        p_value=test.p_value,
        smallest=test.smallest,
        cases=pd.DataFrame({"label": cases[label], "value": values, "first": mine})[known].reset_index(drop=True),
        origin=origin_of(cases),
    )
