"""Methods of a panel that add sources."""

from __future__ import annotations

from typing import Self

import pandas as pd

from sahelkit.panels.coups import Coups
from sahelkit.panels.declared import Declared
from sahelkit.panels.userframe import read_user_frame


class Adding(Declared):
    """The sources that a panel can join."""

    def add_coups(self, *, rule: str = "majority", include_plots: bool = False) -> Self:
        """Add counts of coups: ``attempt``, ``success``, ``failure`` and, if wanted, ``plot``.

        ``attempt`` is the sum of the other two. Several attempts in one period count as several;
        ``frame["attempt"].clip(upper=1)`` makes a 0/1 column and leaves NA as it is.

        Parameters
        ----------
        rule : str
            Which events count, as in `sahelkit.load_coups`. A period is 0 where at least one of the coders that the
            rule asks covers it, NA where none does: ``"cline"`` ends in 2022, ``"cam"`` in 2017 and knows the study
            region only.
        include_plots : bool
            Add ``plot``; NA where no coder that records plots speaks.

        Raises
        ------
        UnknownNameError
            If the rule is unknown.
        OptionError
            If the panel has coups already.
        """
        return self._with(Coups(rule=rule, include_plots=include_plots))

    def add_frame(self, frame: pd.DataFrame, *, published: str | None = None) -> Self:
        """Add the columns of a user's own frame.

        Parameters
        ----------
        frame : pandas.DataFrame
            One row per state and period: ``iso3``; one of ``period``, ``month`` (both: pandas Period, or text such as
            ``"2012-03"``), ``date`` or ``year``; and the columns to add. A yearly value stands on every month of its
            year. A period without a row is NA.
        published : str, optional
            When the values became known: a rule (``"+30d"``: 30 days after the end of the period, or the date;
            ``"t+1-03-15"``: 15 March of the year after; ``"none"``: always) or the name of a column of days. Needed
            for `as_of`.

        Raises
        ------
        MissingColumnsError
            If the frame lacks ``iso3``, a time column, or values.
        UnknownPlaceError
            If ``iso3`` holds something else than codes of states.
        DateError
            If the time column cannot be read.
        OptionError
            If two rows describe one state and period; if months meet a yearly panel; if `published` is
            no rule and no column; if the panel has one of the columns already.
        """
        return self._with(read_user_frame(frame, published=published, freq=self.freq))
