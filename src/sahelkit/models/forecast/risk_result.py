"""The risk table as a result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sahelkit._types import Lang, Rule
from sahelkit.errors import OptionError
from sahelkit.geography import places
from sahelkit.models.forecast.drivers import Driver
from sahelkit.models.forecast.risk_words import (
    head_line,
    input_lines,
    own_lines,
    risk_sentence,
    source_words,
    table_rows,
)
from sahelkit.options import check_language
from sahelkit.plots.risk import plot_risk
from sahelkit.plots.risk_map import plot_risk_map
from sahelkit.results.base import Result
from sahelkit.tables.maps import load_map

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@dataclass(frozen=True, repr=False)
class RiskTable(Result):
    """Risk of an attempt in each country within a horizon, from what was known on a day.

    Attributes
    ----------
    frame : pandas.DataFrame
        One row per country, highest risk first; see `tidy`.
    drivers : tuple of tuple of Driver
        For each row, the three things that move it most, compared with the average state of that month.
    inputs : pandas.DataFrame
        Newest datum of each input: ``input``, ``newest``, ``published``, ``days_behind``, ``stale``.
    date : pandas.Timestamp
        Day of knowledge.
    first : pandas.Period
        First month of the window.
    horizon : int
        Months in the window.
    outcome, rule : str
        What is forecast, and whose list of attempts.
    level : float
        Level of the intervals.
    n_rows, n_events, n_past : int
        Rows learnt from, those with an event, and past forecasts of all states that the record counts.
    coups_until : pandas.Period
        Last month of the list of coups.
    model : str
        Name of the model where it is not the penalised hazard; it gives no interval then.
    own : tuple of str
        Columns of the user's that the forecast reads.
    too_late : tuple of (str, int)
        Those that are lags and never known in time, with the months after which their source is.
    credits : tuple of str
        What the sources of the user's event files ask to be said; it stands in figures.
    """

    frame: pd.DataFrame
    drivers: tuple[tuple[Driver, ...], ...]
    inputs: pd.DataFrame
    date: pd.Timestamp
    first: pd.Period
    horizon: int
    outcome: str
    rule: Rule
    level: float
    n_rows: int
    n_events: int
    n_past: int
    coups_until: pd.Period
    model: str = ""
    own: tuple[str, ...] = ()
    too_late: tuple[tuple[str, int], ...] = ()
    credits: tuple[str, ...] = ()
    _index = ("iso3",)

    @property
    def last(self) -> pd.Period:
        """Last month of the window."""
        return self.first + (self.horizon - 1)

    @property
    def stale(self) -> tuple[str, ...]:
        """Inputs that are older than they ought to be."""
        return tuple(self.inputs.loc[self.inputs["stale"], "input"])

    @property
    def late(self) -> int:
        """Months of the window that lay behind the day of knowledge, so that the forecast says nothing new of them."""
        gone: int = self.date.to_period("M").ordinal - self.first.ordinal
        return max(min(gone, self.horizon), 0)

    def tidy(self) -> pd.DataFrame:
        """One row per country, highest risk first.

        Returns
        -------
        pandas.DataFrame
            ``iso3, country``; ``probability, low, high`` (0 to 1); ``rank`` among ``n_states`` in the world,
            ``rank_west_africa`` among ``n_west_africa`` (NA elsewhere); ``year_before`` (the forecast made a year
            earlier, by what was known then) and ``change``; ``base_rate, own_rate`` (share of the windows of the last
            fifteen years with an event: world, and the country); ``band_low, band_high, band_n, band_events,
            band_share`` (past forecasts of that size, and those that came true); ``driver_1, factor_1`` ... (name of
            a group of covariates, or ``own data:`` and a column of the user's, and how many times the odds of the
            average state, or of a state with the median value where the model is another than the penalised hazard;
            empty and NA where that is not known); ``followed`` (1 or 0 where the
            outcome is known); ``date, first, last, horizon, outcome, rule, level``; the newest datum of each input
            (``newest_attempt`` ...), and the names of the ``stale`` ones.
        """
        out = self.frame.copy()
        out["change"] = out["probability"] - out["year_before"]
        for place in range(3):
            named = [row[place] if place < len(row) else None for row in self.drivers]
            out[f"driver_{place + 1}"] = ["" if one is None else one.name for one in named]
            out[f"factor_{place + 1}"] = [np.nan if one is None else one.factor for one in named]
        out["date"], out["first"], out["last"] = self.date, str(self.first), str(self.last)
        out["horizon"], out["outcome"], out["rule"], out["level"] = self.horizon, self.outcome, self.rule, self.level
        for row in self.inputs.itertuples():
            out[f"newest_{row.input}"] = row.newest
        out["stale"] = ", ".join(self.stale)
        names = list(out.columns)
        names.insert(names.index("year_before") + 1, names.pop(names.index("change")))
        return out[names]

    def headline(self, *, lang: Lang | None = None) -> str:
        """What is forecast, from what, and how old each input is."""
        lang = check_language(lang)
        head = head_line(
            outcome=self.outcome,
            rule=self.rule,
            date=self.date,
            first=self.first,
            last=self.last,
            n_rows=self.n_rows,
            n_events=self.n_events,
            passed=(self.late, self.horizon),
            lang=lang,
        )
        explained = any(self.drivers)
        mine = own_lines(self.model, self.own, explained, lang, late=self.too_late)
        return "\n".join([head, *input_lines(self.inputs, lang), *mine])

    def summary(self, *, lang: Lang | None = None) -> str:
        """The table as plain text, with its drivers and the ages of its inputs."""
        lang = check_language(lang)
        headers, rows = table_rows(self.frame, self.drivers, lang)
        return f"{self.headline(lang=lang)}\n{pd.DataFrame(rows, columns=headers).to_string(index=False)}"

    def says(self, *, lang: Lang | None = None, country: str | int | None = None) -> str:
        """One sentence that may be quoted, about one country.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
            Language.
        country : str or int, optional
            A country of the table; the one with the highest risk when absent.

        Raises
        ------
        UnknownPlaceError
            If the country is unknown.
        OptionError
            If it is not in the table.
        UnknownNameError
            If the language is unknown.
        """
        lang = check_language(lang)
        return risk_sentence(self.tidy().iloc[self.row_of(country)].to_dict(), lang)

    def row_of(self, country: str | int | None) -> int:
        """Position of a country in the table."""
        if country is None:
            return 0
        code = places.resolve(country)
        codes: list[str] = self.frame["iso3"].tolist()
        if code not in codes:
            listed = ", ".join(codes[:12]) + (" …" if len(codes) > 12 else "")
            repair = f"Ask for it: risk_table(countries=[{code!r}])"
            raise OptionError("country", country, f"not in this table ({listed})", repair=repair)
        return codes.index(code)

    def plot(self, *, ax: Axes | None = None, lang: Lang | None = None) -> Figure:
        """Probability and interval of each country, beside the year before and the base rate.

        Raises
        ------
        UnknownNameError
            If the language is unknown.
        """
        return plot_risk(
            self.tidy(),
            n_rows=self.n_rows,
            n_events=self.n_events,
            n_past=self.n_past,
            model=source_words(self.model, self.own, check_language(lang), self.credits),
            ax=ax,
            lang=check_language(lang),
        )

    def map(self, *, ax: Axes | None = None, lang: Lang | None = None) -> Figure:
        """Map of West Africa: risk as colour, width of its interval as hatching.

        Raises
        ------
        OptionError
            If the table lacks a country of West Africa.
        UnknownNameError
            If the language is unknown.
        """
        lang = check_language(lang)
        missing = set(places.members("west_africa")) - set(self.frame["iso3"])
        if missing:
            listed = ", ".join(sorted(missing)[:4])
            repair = "Ask for all of it: risk_table(countries='west_africa').map()"
            raise OptionError("countries", listed, "not in this table, and the map shows West Africa", repair=repair)
        return plot_risk_map(
            self.tidy(),
            load_map(),
            n_rows=self.n_rows,
            n_events=self.n_events,
            model=source_words(self.model, self.own, lang, self.credits),
            ax=ax,
            lang=lang,
        )
