"""What a panel of pairs can add: everything that a panel of states can, and what is known of a pair."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

from sahelkit import options
from sahelkit.errors import OptionError, UnknownNameError, is_known
from sahelkit.frames import chosen_names
from sahelkit.panels.builder import Panel
from sahelkit.panels.history import periods_in
from sahelkit.panels.layers import as_names
from sahelkit.panels.pair_columns import (
    DISTANCES,
    SUSPENDED,
    TIES,
    Borders,
    Fixed,
    Organisations,
    PairLag,
    PairStep,
    Refugees,
    Suspended,
    Weights,
)
from sahelkit.tables.read import record_of

if TYPE_CHECKING:
    import xarray as xr

# Methods of a panel that give no panel, and what a panel of pairs does itself.
_OWN = ("as_frame", "to_xarray", "latest", "lag")


@dataclass(frozen=True, repr=False)
class PairsDeclared:
    """States, steps and what can be added; see `Dyads`."""

    states: Panel
    directed: bool = True
    steps: tuple[PairStep, ...] = ()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_") or name not in _delegated():
            repair = "" if name.startswith("_") else f" Methods of the states' panel: {', '.join(_delegated())}"
            raise AttributeError(f"Dyads has no {name!r}.{repair}")

        def method(*given: Any, **named: Any) -> PairsDeclared:
            return self._checked(replace(self, states=getattr(self.states, name)(*given, **named)))

        method.__name__, method.__doc__ = name, getattr(Panel, name).__doc__
        return method

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *_delegated()})

    def _pair_names(self) -> tuple[str, ...]:
        return tuple(name for step in self.steps for name in step.names())

    def _checked(self, made: Self) -> Self:
        both = set(made._pair_names()) & set(made.states.columns)
        if both:
            why = "a column of pairs and one of states would have one name"
            raise OptionError("column", min(both), why, repair="Rename yours, or use a second panel")
        return made

    def _with(self, step: PairStep) -> Self:
        for name in step.names():
            if name in self._pair_names():
                raise OptionError("column", name, "the pairs have it already", repair="Use a second panel of pairs")
        return self._checked(replace(self, steps=(*self.steps, step)))

    def add_borders(self) -> Self:
        """Add ``border``: 1 where the two states share a land or river border on at least one day of the period.

        NA before 1945. From `sahelkit.load_borders`.

        Examples
        --------
        >>> from sahelkit import dyads
        >>> pairs = dyads(["Mali", "Niger", "Togo"], "2012-03", "2012-03").add_borders().frame
        >>> pairs[["source", "target", "border"]].to_numpy().tolist()[:2]
        [['MLI', 'NER', 1.0], ['MLI', 'TGO', 0.0]]
        """
        return self._with(Borders())

    def add_distances(self, columns: str | Sequence[str] | None = "cepii_capital_distance_km") -> Self:
        """Add distances in km, as in `sahelkit.tables.load_distances`: without date, NA for states not in the table.

        Parameters
        ----------
        columns : str or sequence of str, optional
            Between the capitals (``cepii_capital_distance_km``), between the most populous cities
            (``cepii_distance_km``) or between all cities (``cepii_weighted_distance_km``); None for all three.

        Raises
        ------
        UnknownNameError
            If there is no such distance.
        """
        return self._with(Fixed(tuple(chosen_names("distance", columns, DISTANCES))))

    def add_ties(self, columns: str | Sequence[str] | None = None) -> Self:
        """Add language and colonial past: 1 or 0, without date, NA for states not in the table.

        Parameters
        ----------
        columns : str or sequence of str, optional
            ``cepii_common_official_language``, ``cepii_common_spoken_language`` (by at least 9 % in both),
            ``cepii_colonial_tie`` (one ruled the other), ``cepii_common_coloniser`` (after 1945); all when None.

        Raises
        ------
        UnknownNameError
            If there is no such tie.

        Examples
        --------
        >>> from sahelkit import dyads
        >>> pairs = dyads(["Mali", "Niger", "Ghana"], "2012-03", "2012-03").add_ties("cepii_common_coloniser").frame
        >>> pairs[["source", "target", "cepii_common_coloniser"]].to_numpy().tolist()[:3]
        [['GHA', 'MLI', 0.0], ['GHA', 'NER', 0.0], ['MLI', 'GHA', 0.0]]
        """
        return self._with(Fixed(tuple(chosen_names("tie", columns, TIES))))

    def add_organisations(
        self, organisations: str | Sequence[str] | None = None, *, suspended: Suspended = "count"
    ) -> Self:
        """Add ``shared_organisations``: to how many both belong on the first day of the period.

        The first day, so that what a coup changes does not explain it. NA outside the study region and the days of
        `sahelkit.load_memberships`, and where a day of entry is not known well enough.

        Parameters
        ----------
        organisations : str or sequence of str, optional
            Which, as in `sahelkit.load_memberships`; all six when None.
        suspended : {"count", "leave_out"}
            A suspended state is still a member, and counts; or it does not while it is suspended.

        Raises
        ------
        UnknownNameError
            If an organisation or the treatment of suspended members is unknown.

        Examples
        --------
        >>> from sahelkit import dyads
        >>> pairs = dyads(["Mali", "Niger"], "2012-03", "2012-05").add_organisations(suspended="leave_out")
        >>> pairs.frame["shared_organisations"].tolist()[:3]
        [4.0, 2.0, 3.0]
        """
        known = record_of("memberships", self.states.version).table().field("organisation").enum
        if not is_known(suspended, SUSPENDED):
            raise UnknownNameError("treatment of suspended members", suspended, SUSPENDED)
        return self._with(Organisations(tuple(chosen_names("organisation", organisations, known)), suspended))

    def add_weights(self, *, weights: xr.DataArray | None = None, name: str = "weight") -> Self:
        """Add how much an event in the source counts for the target.

        Parameters
        ----------
        weights : xarray.DataArray, optional
            W[target, source] over the states, as `sahelkit.exposure.spatial_weights` gives it; land borders whose
            columns sum to 1 when absent. It has no date.
        name : str
            Name of the column.

        Raises
        ------
        OptionError, ModelError
            When the frame is made, if the array is not of that kind, or a state is missing.

        Examples
        --------
        >>> from sahelkit import dyads
        >>> pairs = dyads(["Mali", "Niger", "Togo", "Benin"], "2012-03", "2012-03").add_weights().frame
        >>> pairs.query("source == 'NER'")[["target", "weight"]].to_numpy().tolist()
        [['BEN', 0.5], ['MLI', 0.5], ['TGO', 0.0]]
        """
        options.check_name("name", name)
        return self._with(Weights(weights, name))

    def add_refugees(self) -> Self:
        """Add ``unhcr_refugees``: people who fled the source and live in the target, at the end of the year.

        A yearly number stands on all months of its year: lag it by a year, or use ``as_of``, which knows that it is
        published in June of the next. NA where it is not known; 0 from 2000 on where the state of asylum reports
        others and none from the source. See `sahelkit.tables.load_refugees`.

        Examples
        --------
        >>> from sahelkit import dyads
        >>> pairs = dyads(["Mali", "Mauritania"], "2012", "2013", freq="Y").add_refugees()
        >>> pairs.frame.query("source == 'MLI'")["unhcr_refugees"].tolist()
        [54029.0, 66393.0]
        >>> pairs.as_of("2013-06-01").frame.query("source == 'MLI'")["unhcr_refugees"].tolist()
        [nan, nan]
        """
        return self._with(Refugees())

    def lag(
        self,
        columns: str | Sequence[str],
        *,
        periods: int | None = None,
        months: int | None = None,
        years: int | None = None,
    ) -> Self:
        """Add ``<column>_lag<k>``: the value `k` periods earlier, of the states or of the pair.

        NA where the state, or one of the two, did not exist then.

        Parameters
        ----------
        columns : str or sequence of str
            Columns of the states, without ``source_`` and ``target_``, or of pairs.
        periods, months, years : int
            How far to look back; exactly one of them, at least one period.

        Raises
        ------
        UnknownNameError
            If there is no such column.
        OptionError
            Unless exactly one length of at least one period is given.

        Examples
        --------
        >>> from sahelkit import dyads
        >>> pairs = dyads(["Mali", "Niger"], "2012-04", "2012-04").add_coups().lag("attempt", months=1)
        >>> pairs.frame[["source", "source_attempt_lag1", "target_attempt_lag1"]].to_numpy().tolist()
        [['MLI', 1.0, 0.0], ['NER', 0.0, 1.0]]
        """
        names = as_names(columns)
        length = periods_in(self.states.freq, periods=periods, months=months, years=years)
        made = self
        own = [name for name in names if name in self._pair_names()]
        for step in self.steps:
            of = tuple(name for name in own if name in step.names())
            made = made._with(PairLag(step, of, length)) if of else made
        rest = [name for name in names if name not in own]
        return self._checked(replace(made, states=made.states.lag(rest, periods=length))) if rest or not own else made


def _delegated() -> list[str]:
    """Methods of a panel that give a panel."""
    methods = inspect.getmembers(Panel, inspect.isfunction)
    return [name for name, method in methods if not name.startswith("_") and name not in _OWN]
