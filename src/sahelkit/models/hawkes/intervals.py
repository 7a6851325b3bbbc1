"""Intervals of the excitation whose cut-off is taken from simulated histories, and the bound of contagion."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd

from sahelkit._deprecated import OldAttribute
from sahelkit._types import Lang
from sahelkit.estimation.hawkes.units import Units
from sahelkit.language.numbers import decimal, number
from sahelkit.language.texts import words
from sahelkit.models.hawkes.words import BOUND, INTERVALS, sentence
from sahelkit.options import check_language
from sahelkit.plots.bounds import plot_bounds
from sahelkit.results.base import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

QUANTITIES = ("own", "cross")


@dataclass(frozen=True)
class End:
    """One end of an interval.

    Attributes
    ----------
    value : float
        Where the signed root of the likelihood ratio meets the cut-off; 0 below, infinite above where it does not.
    profile : float
        Where it meets the normal quantile.
    cutoff : float
        Quantile of the root in histories drawn at `profile`; the normal one is 1.645 (low) or -1.645 (high) at 0.90.
        NaN where none are drawn: the profile reaches down to 0, or up to strengths at which attempts run away.
    mc_error : float
        Monte Carlo standard error of `value`; NaN where it does not come from replicates.
    """

    value: float
    profile: float
    cutoff: float
    mc_error: float = float("nan")


@dataclass(frozen=True, repr=False)
class ContagionBound(Result):
    """Upper bound of contagion by test inversion.

    Attributes
    ----------
    upper : float
        Strength (attempts abroad per attempt) above which histories give an estimate this low too seldom; infinite
        where the bound reaches strengths at which attempts would run away.
    confidence : float
        One-sided confidence.
    profile_upper : float
        Profile-likelihood bound of the fit, at which the histories were drawn.
    cutoff : float
        Quantile of their signed roots of the likelihood ratio; the normal one at 95 % is -1.645.
    estimate : float
        Strength estimated.
    replicates, n_events, n_countries : int
        Replicates, and size of the data.
    mc_error : float
        Monte Carlo standard error of `upper`; NaN where no replicates were needed.
    unit : float
        Attempts abroad that a mean attempt sets off per unit of `upper`; 1 where the columns of the weights sum to 1.
    origin : str
        Datasets, versions and rule that the events were made from.
    """

    n_boot = OldAttribute("replicates")
    _index: ClassVar = ("quantity",)
    lacks: ClassVar = {
        "plot": "it is one number; excitation_intervals(fit).plot() draws it beside the others",
        "to_xarray": "one number has no dimensions",
    }

    upper: float
    confidence: float
    profile_upper: float
    cutoff: float
    estimate: float
    replicates: int
    n_events: int
    n_countries: int
    mc_error: float = float("nan")
    unit: float = 1.0
    origin: str = ""

    def tidy(self) -> pd.DataFrame:
        """One row: estimate, bound, its Monte Carlo error, profile bound, confidence, size."""
        names = (
            *("estimate", "upper", "mc_error", "profile_upper", "cutoff", "confidence"),
            *("replicates", "n_events", "n_countries"),
        )
        return pd.DataFrame({"quantity": ["cross"], **{name: [getattr(self, name)] for name in names}})

    def headline(self, *, lang: Lang | None = None) -> str:
        """The bound as plain text."""
        return self._text("head", check_language(lang))

    def says(self, *, lang: Lang | None = None) -> str:
        """One careful sentence that may be quoted.

        Raises
        ------
        UnknownNameError
            If the language is neither ``"en"`` nor ``"fr"``.
        """
        return self._text("says" if np.isfinite(self.upper) else "endless", check_language(lang))

    def _text(self, key: str, lang: Lang) -> str:
        say, error3 = words(BOUND, lang), decimal(self.unit * self.mc_error, 3, lang)
        return say[key].format(
            upper=decimal(self.unit * self.upper, 2, lang),
            upper3=number(self.unit * self.upper, lang, digits=3),
            error="" if np.isnan(self.mc_error) else say["error"].format(error3=error3),
            error3=error3,
            profile=number(self.unit * self.profile_upper, lang, digits=3),
            cutoff=decimal(self.cutoff, 2, lang),
            confidence=f"{100 * self.confidence:.0f} %",
            n=self.replicates,
            events=self.n_events,
            countries=self.n_countries,
        )


@dataclass(frozen=True, repr=False)
class ExcitationIntervals(Result):
    """Calibrated intervals of own excitation and contagion.

    Attributes
    ----------
    own, cross : float
        Estimates.
    ends : dict
        ``(quantity, "low" | "high")`` to `End`.
    level : float
        Two-sided level; each end leaves out half of the rest.
    replicates, n_events, n_countries : int
        Replicates of each end, and size of the data.
    years : (int, int)
        First and last year.
    stationary : bool
        Whether the fitted process is.
    units : Units
        What leads from the strengths, which are in the units of the weights and marks, to attempts per mean attempt.
    origin : str
        Datasets and versions of the events; empty where their frame did not tell.
    """

    n_boot = OldAttribute("replicates")
    _index: ClassVar = ("quantity",)

    own: float
    cross: float
    ends: dict[tuple[str, str], End]
    level: float
    replicates: int
    n_events: int
    n_countries: int
    years: tuple[int, int]
    stationary: bool = True
    units: Units = field(default_factory=Units)
    origin: str = ""

    def tidy(self) -> pd.DataFrame:
        """One row each for ``own`` and ``cross``.

        Returns
        -------
        pandas.DataFrame
            ``quantity, estimate, low, high, profile_low, profile_high, cutoff_low, cutoff_high, mc_error_low,
            mc_error_high, level, replicates, n_events, n_countries``. Cut-offs are those of the signed root of the
            likelihood ratio; the Monte Carlo errors are those of the ends.
        """
        rows = []
        for which in QUANTITIES:
            row: dict[str, object] = {"quantity": which, "estimate": getattr(self, which)}
            for name in ("value", "profile", "cutoff", "mc_error"):
                prefix = "" if name == "value" else f"{name}_"
                row |= {f"{prefix}{side}": getattr(self.ends[which, side], name) for side in ("low", "high")}
            rows.append(row)
        sizes = {name: getattr(self, name) for name in ("level", "replicates", "n_events", "n_countries")}
        return pd.DataFrame(rows).assign(**sizes)

    @property
    def bound(self) -> ContagionBound:
        """The upper end of contagion on its own, as `contagion_bound` gives it."""
        end = self.ends["cross", "high"]
        return ContagionBound(
            upper=end.value,
            confidence=0.5 + self.level / 2,
            profile_upper=end.profile,
            cutoff=end.cutoff,
            estimate=self.cross,
            replicates=self.replicates,
            n_events=self.n_events,
            n_countries=self.n_countries,
            mc_error=end.mc_error,
            unit=self.units.cross,
            origin=self.origin,
        )

    def headline(self, *, lang: Lang | None = None) -> str:
        """Level, replicates and size of the data."""
        lang = check_language(lang)
        level = f"{100 * self.level:.0f} %"
        return words(INTERVALS, lang)["head"].format(
            level=level, n=self.replicates, events=self.n_events, countries=self.n_countries
        )

    def says(self, *, lang: Lang | None = None) -> str:
        """One careful sentence about own excitation that may be quoted; `ContagionBound.says` has that of contagion.

        Raises
        ------
        UnknownNameError
            If the language is neither ``"en"`` nor ``"fr"``.
        """
        low, high = (self.ends["own", side].value * self.units.own for side in ("low", "high"))
        return sentence(
            check_language(lang),
            contagion=False,
            value=self.own * self.units.own,
            ends=(low, high),
            level=self.level,
            n_events=self.n_events,
            n_countries=self.n_countries,
            years=self.years,
            stationary=self.stationary,
        )

    def plot(self, *, ax: Axes | None = None, lang: Lang | None = None, source: str = "") -> Figure:
        """Draw both intervals beside those of the profile likelihood.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where to draw; a new figure when absent.
        lang : {"en", "fr"}
            Language of the words in the figure.
        source : str
            Where the events come from; what their frame tells when empty.

        Raises
        ------
        UnknownNameError
            If the language is neither ``"en"`` nor ``"fr"``.
        """
        lang = check_language(lang)
        say, table = words(INTERVALS, lang), self.tidy()
        both = [
            table[["estimate", "n_events"]].assign(
                label=[f"{say[which]}, {say[kind]}" for which in QUANTITIES],
                low=table[f"{prefix}low"],
                high=table[f"{prefix}high"],
            )
            for kind, prefix in (("calibrated", ""), ("profile", "profile_"))
        ]
        return plot_bounds(
            pd.concat(both).sort_index(kind="stable"),
            source=source or self.origin or "sahelkit",
            n=say["n"].format(countries=self.n_countries, n=self.replicates),
            lang=lang,
            title=say["title"],
            axis=say["axis"].format(level=f"{100 * self.level:.0f}"),
            none=say["none"],
            both_ends=True,
            ax=ax,
        )
