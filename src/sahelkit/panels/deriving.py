"""Methods of a panel that compute columns from those it has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from sahelkit.errors import OptionError
from sahelkit.panels.declared import Declared
from sahelkit.panels.history import Lag, Lead, Past, SinceLast, periods_in
from sahelkit.panels.neighbours import Neighbours


class Deriving(Declared):
    """Lags, windows, clocks and neighbours."""

    def add_neighbours(self, columns: str | Sequence[str]) -> Self:
        """Add ``neighbours_<column>``: the sum of a count over the states with a common land border.

        Borders are those of the same period (a border of one day counts). 0 where no neighbour had an event and for
        states without land neighbours; NA where the source does not cover all neighbours. Neighbours need not be
        countries of the panel.

        Parameters
        ----------
        columns : str or sequence of str
            Counts that the panel has, e.g. ``"attempt"``.

        Raises
        ------
        UnknownNameError
            If the panel has no such column.
        OptionError
            If the column is not a count, or is itself about neighbours.

        Examples
        --------
        >>> from sahelkit import panel
        >>> niger = panel("Niger", "2012-02", "2012-04").add_coups().add_neighbours("attempt").frame
        >>> niger[["attempt", "neighbours_attempt"]].to_numpy().tolist()
        [[0.0, 0.0], [0.0, 1.0], [0.0, 0.0]]
        """
        names = self._chosen(columns, counts=True)
        for name in names:
            if name.startswith("neighbours_"):
                raise OptionError("columns", name, "neighbours of neighbours are not computed")
        return self._with(Neighbours(names))

    def lag(
        self,
        columns: str | Sequence[str],
        *,
        periods: int | None = None,
        months: int | None = None,
        years: int | None = None,
    ) -> Self:
        """Add ``<column>_lag<k>``: the value `k` periods earlier; NA where the state did not exist then.

        Values before the first period of the panel are read where the source has them, back to 1945. The yearly
        value of a monthly panel stands on all months of its year, before the year is over: lag it by a year, or use
        `as_of`. A lag does not wait for publication; only `as_of` does.

        Parameters
        ----------
        columns : str or sequence of str
            Columns of the panel.
        periods, months, years : int
            How far to look back; exactly one of them, at least one period.

        Raises
        ------
        UnknownNameError
            If the panel has no such column.
        OptionError
            Unless exactly one length of at least one period is given.

        Examples
        --------
        >>> from sahelkit import panel
        >>> panel("Mali", "2012-03", "2012-05").add_coups().lag("attempt", months=1).frame["attempt_lag1"].tolist()
        [0.0, 1.0, 0.0]
        """
        names = self._chosen(columns)
        return self._with(Lag(names, periods_in(self.freq, periods=periods, months=months, years=years)))

    def lead(
        self,
        columns: str | Sequence[str],
        *,
        periods: int | None = None,
        months: int | None = None,
        years: int | None = None,
    ) -> Self:
        """Add ``<column>_lead<k>``: the value `k` periods later; NA where the state did not exist then.

        Values after the last period of the panel are read where the source has them. A lead looks ahead: it is what is
        to be explained, never what explains. Under `as_of` it holds what was known on that day of the later period,
        and is NA where that was not yet published; `real_time` refuses it.

        Parameters
        ----------
        columns : str or sequence of str
            Columns of the panel.
        periods, months, years : int
            How far to look ahead; exactly one of them, at least one period.

        Raises
        ------
        UnknownNameError
            If the panel has no such column.
        OptionError
            Unless exactly one length of at least one period is given.

        Examples
        --------
        >>> from sahelkit import panel
        >>> mali = panel("Mali", "2012-01", "2012-03").add_coups().lead("attempt", months=2)
        >>> mali.frame["attempt_lead2"].tolist(), mali.as_of("2012-05-30").frame["attempt_lead2"].tolist()
        ([1.0, 0.0, 1.0], [1.0, 0.0, nan])
        """
        names = self._chosen(columns)
        return self._with(Lead(names, periods_in(self.freq, periods=periods, months=months, years=years)))

    def past(
        self,
        columns: str | Sequence[str],
        *,
        periods: int | None = None,
        months: int | None = None,
        years: int | None = None,
        partial: bool = False,
    ) -> Self:
        """Add ``<column>_past<k>``: the sum over the `k` periods before each period, itself left out.

        Periods before the state existed count as empty. NA where the value of one of the periods is unknown, or was
        not yet wholly known under `as_of`.

        With `partial` the column is ``<column>_past<k>_known`` and holds what was known of the window on the day: the
        events told by then, the least that the sum can be. For coups, of which the first news comes within weeks; a
        sum of deaths would take months that are not yet published for quiet ones.

        Parameters
        ----------
        columns : str or sequence of str
            Counts of the panel, e.g. ``"attempt"`` or ``"neighbours_attempt"``.
        periods, months, years : int
            Length of the window; exactly one of them, at least one period.
        partial : bool
            Count what is known of periods that are not yet wholly published.

        Raises
        ------
        UnknownNameError
            If the panel has no such column.
        OptionError
            If the column is not a count, or unless exactly one length of at least one period is given.

        Examples
        --------
        >>> from sahelkit import panel
        >>> panel("Mali", "2012-03", "2012-06").add_coups().past("attempt", months=2).frame["attempt_past2"].tolist()
        [0.0, 1.0, 1.0, 1.0]
        """
        names = self._chosen(columns, counts=True)
        return self._with(Past(names, periods_in(self.freq, periods=periods, months=months, years=years), partial))

    def since_last(self, columns: str | Sequence[str]) -> Self:
        """Add the clock of a hazard model: ``since_last_<column>`` and ``never_<column>``.

        ``since_last_<column>`` counts the periods since the last period with an event, strictly before the row's own: 1
        in the period right after it. Before the first event it counts from the first period in which the state
        exists and the source speaks (0 there), and ``never_<column>`` is 1: the true time is unknown and longer.
        Both are NA before that period, and after a period that the source does not cover. Under `as_of` the clock
        runs on the events known on that day; one that is not yet known has not yet reset it.

        Parameters
        ----------
        columns : str or sequence of str
            Counts of the panel, e.g. ``"attempt"``.

        Raises
        ------
        UnknownNameError
            If the panel has no such column.
        OptionError
            If the column is not a count.

        Examples
        --------
        >>> from sahelkit import panel
        >>> mali = panel("Mali", "2012-03", "2012-06").add_coups().since_last("attempt").frame
        >>> mali["since_last_attempt"].tolist()
        [248.0, 1.0, 2.0, 1.0]
        """
        out = self
        for name in self._chosen(columns, counts=True):
            out = out._with(SinceLast(name))
        return out
