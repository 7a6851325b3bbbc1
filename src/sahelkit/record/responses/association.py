"""What goes with the speed or weight of an answer, case by case, with tests that own up to small numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sahelkit._deprecated import renamed
from sahelkit.columns import read_columns
from sahelkit.errors import ModelError
from sahelkit.estimation.exact import ExactTest, rank_correlation, spearman, two_groups
from sahelkit.frames import check_columns
from sahelkit.language.numbers import number, p_words, reach
from sahelkit.options import check_language, check_options
from sahelkit.results.base import Result

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SENTENCE = {
    "en": "Over {n} coups, {x} and {y} go together with a rank correlation of {rho} (from {low} to {high} when "
    "any one coup is "
    "left out), {p} by permutation; the smallest p-value that the {tried} orders tried could give is "
    "{smallest}, and going "
    "together is not "
    "causing.",
    "fr": "Sur {n} coups d’État, {x} et {y} vont ensemble avec une corrélation de rang de {rho} ({low_high} "
    "selon le coup laissé de "
    "côté), {p} par permutation ; la plus petite valeur p que les {tried} ordres essayés puissent donner est "
    "{smallest}, et aller "
    "ensemble n’est "
    "pas causer.",
}
_CONTRAST = {
    "en": "Mean rank by {y}: {a} ({n_a} coups) {first}, {b} ({n_b} coups) {second}; {p} by all groupings, of "
    "which the smallest "
    "possible is {smallest}.",
    "fr": "Rang moyen selon {y} : {a} ({n_a} coups d’État) {first}, {b} ({n_b} coups d’État) {second} ; {p} sur "
    "tous les "
    "regroupements, le minimum possible étant {smallest}.",
}


@dataclass(frozen=True)
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

    _index = ("x",)

    def tidy(self) -> pd.DataFrame:
        """One row."""
        names = ("x", "y", "n", "rho", "low", "high", "p_value", "p_error", "smallest", "n_tried", "exact")
        return pd.DataFrame([{name: getattr(self, name) for name in names}])

    def headline(self, *, lang: str | None = None) -> str:
        """What was tested, as plain text."""
        without = f", without {', '.join(self.left_out)}" if self.left_out else ""
        return f"rank correlation of {self.x} and {self.y} over {self.n} cases{without}"

    def plot(
        self,
        *,
        x: str,
        y: str,
        lang: str | None = None,
        log: bool = False,
        days: bool = False,
        title: str | None = None,
        source: str = "sahelkit responses 2026.2",
    ) -> Figure:
        """Draw the cases with their names, as `sahelkit.plots.response_ranks.plot_association` does."""
        lang = check_language(lang)
        from sahelkit.plots.response_ranks import plot_association

        return plot_association(self, x=x, y=y, lang=lang, log=log, days=days, title=title, source=source)

    def says(self, *, lang: str | None = None, x: str = "", y: str = "") -> str:
        """One careful sentence; `x` and `y` name the two sides in words."""
        lang = check_language(lang)
        check_language(lang)
        ends = [number(value, lang) for value in (self.low, self.high)]
        return _SENTENCE[lang].format(
            n=self.n,
            x=x or self.x,
            y=y or self.y,
            rho=number(self.rho, lang),
            low=ends[0],
            high=ends[1],
            low_high=reach(self.low, self.high, lang),
            p=p_words(self.p_value, lang, error=self.p_error),
            tried=number(self.n_tried, lang, digits=0),
            smallest=number(self.smallest, lang, digits=5),
        )


@dataclass(frozen=True)
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

    _index = ("y",)

    def tidy(self) -> pd.DataFrame:
        """One row."""
        names = ("y", "first", "second", "n_first", "n_second", "mean_first", "mean_second", "p_value", "smallest")
        return pd.DataFrame([{name: getattr(self, name) for name in names}])

    def plot(
        self, *, x: str, lang: str | None = None, days: bool = False, source: str = "sahelkit responses 2026.2"
    ) -> Figure:
        """Draw the cases of both groups; `x` is the label of the axis."""
        lang = check_language(lang)
        from sahelkit.plots.response_ranks import plot_contrast

        return plot_contrast(self, x=x, lang=lang, days=days, source=source)

    def headline(self, *, lang: str | None = None) -> str:
        """What was compared, as plain text."""
        return f"{self.y}: {self.first} ({self.n_first}) against {self.second} ({self.n_second})"

    def says(self, *, lang: str | None = None, y: str = "") -> str:
        """One careful sentence; `y` names the column in words."""
        lang = check_language(lang)
        check_language(lang)
        return _CONTRAST[lang].format(
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
    cases: pd.DataFrame, x: str, y: str, *, label: str = "label_en", replicates: int = 19_999, seed: int | None = 0
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
    )


def contrast(
    cases: pd.DataFrame, y: str, group: str, *, first: object, names: tuple[str, str], label: str = "label_en"
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
    )
