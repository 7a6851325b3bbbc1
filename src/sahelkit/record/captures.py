"""When places fell, counted from a coup: lags of captures, and what share was lost before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from sahelkit._types import DateLike, Lang
from sahelkit.columns import read_columns
from sahelkit.dates import parse_date, parse_window
from sahelkit.errors import ModelError
from sahelkit.frames import FrameLike, origin_of
from sahelkit.language.dates import day_text
from sahelkit.language.numbers import percent
from sahelkit.language.texts import words
from sahelkit.options import check_language
from sahelkit.results.base import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WORDS = {
    "en": {
        "text": "Of the {n} places in the chronology that the state lost from {start} to {last}, {before} were first "
        "lost before the coup of {coup} ({share}; {held} were in rebel hands on its eve) and {after}; this counts the "
        "places that the chronology names, not people or land, and an order in time is not a cause.",
        "between": " (between {0} and {1})",
        "none": "none after it",
        "one": "the others {0} days after it",
        "several": "the others {0} to {1} days after it",
        "head": "{n} places lost from {start} to {end}; {before} first lost before {coup} (by the ranges of the days "
        "{before_min} to {before_max}), {held} still held on its eve ({held_min} to {held_max})",
    },
    "fr": {
        "text": "Sur les {n} localités de la chronologie que l’État a perdues du {start} au {last}, {before} l’ont été "
        "une première fois avant le coup d’État du {coup} ({share}\u00a0; {held} étaient aux mains des rebelles la "
        "veille) et {after}\u00a0; ce décompte porte sur les localités que nomme la chronologie, non sur la population "
        "ou le territoire, et un ordre dans le temps n’est pas une cause.",
        "between": " (entre {0} et {1})",
        "none": "aucune après",
        "one": "les autres {0} jours après",
        "several": "les autres {0} à {1} jours après",
        "head": "{n} localités perdues du {start} au {end} ; {before} perdues une première fois avant le {coup} "
        "(de {before_min} à {before_max} selon les fourchettes des jours), {held} encore tenues par les rebelles la "
        "veille (de {held_min} à {held_max})",
    },
}


def _relative(low: pd.Timestamp, high: pd.Timestamp, coup: pd.Timestamp) -> str:
    """``before``, ``after`` or ``unsure``; a loss on the day of the coup is not before it."""
    if high < coup:
        return "before"
    return "after" if low >= coup else "unsure"


def _on_eve(steps: pd.DataFrame, coup: pd.Timestamp) -> str:
    """Whether the place is in rebel hands when the coup begins: ``yes``, ``no`` or ``unsure``."""
    likely = {"lost": "yes", "regained": "no", "shared": "unsure"}
    sure = steps[steps["date_max"] < coup]
    state = "no" if sure.empty else likely[sure["control"].iloc[-1]]
    maybe = steps[(steps["date_min"] < coup) & (steps["date_max"] >= coup)]
    return state if maybe.empty or (likely[maybe["control"].iloc[-1]] == state) else "unsure"


def _place(steps: pd.DataFrame, coup: pd.Timestamp) -> dict[str, object]:
    steps = steps.sort_values(["date", "event_id"])
    first = steps[steps["control"] == "lost"].iloc[0]
    later = steps[steps["control"].isin(["regained", "shared"]) & (steps["date"] > first["date"])]
    next_ = later.iloc[0] if len(later) else None
    return {
        "event_id": first["event_id"],
        "place_en": first["place_en"],
        "place_fr": first["place_fr"],
        "date": first["date"],
        "date_min": first["date_min"],
        "date_max": first["date_max"],
        "days": (first["date"] - coup).days,
        "days_min": (first["date_min"] - coup).days,
        "days_max": (first["date_max"] - coup).days,
        "relative": _relative(first["date_min"], first["date_max"], coup),
        "held_on_eve": _on_eve(steps, coup),
        "regained": pd.NaT if next_ is None else next_["date"],
        "regained_how": None if next_ is None else next_["control"],
        "n_losses": int((steps["control"] == "lost").sum()),
    }


@dataclass(frozen=True, repr=False)
class CaptureLags(Result):
    """Places that a state lost, and how many days from a coup.

    Attributes
    ----------
    coup : pandas.Timestamp
        Day of the coup.
    start, end : pandas.Timestamp
        First and last day of the losses that count.
    lags : pandas.DataFrame
        One row per place, in the order of the first loss: ``event_id``, ``place_en``, ``place_fr``, ``date`` and its
        range ``date_min``, ``date_max``; ``days``, ``days_min``, ``days_max`` from the coup (below 0: before it);
        ``relative`` (before, after, unsure); ``held_on_eve`` (yes, no, unsure: in rebel hands when the coup began);
        ``regained`` (day of the first recapture after the first loss; NaT when the events have none),
        ``regained_how`` (regained, shared), ``n_losses`` (losses in the window).
    n_places : int
        Number of places.
    n_before, n_before_min, n_before_max : int
        Places first lost before the coup: by the days given, and at least and at most by their ranges.
    n_held_on_eve, n_held_min, n_held_max : int
        Places in rebel hands when the coup began, in the same way; an unsure one does not count in the first.
    origin : str
        Dataset and version of the events; empty for a frame of the user's.
    """

    coup: pd.Timestamp
    start: pd.Timestamp
    end: pd.Timestamp
    lags: pd.DataFrame
    n_places: int
    n_before: int
    n_before_min: int
    n_before_max: int
    n_held_on_eve: int
    n_held_min: int
    n_held_max: int
    origin: str = ""

    _index = ("place_en",)

    @property
    def share_before(self) -> float:
        """Share of the places that was first lost before the coup, between 0 and 1."""
        return self.n_before / self.n_places

    @property
    def share_held_on_eve(self) -> float:
        """Share of the places that was in rebel hands when the coup began, between 0 and 1."""
        return self.n_held_on_eve / self.n_places

    def lag(self, place: str) -> int:
        """Days from the coup to the first loss of a place, by its English or French name.

        Raises
        ------
        ModelError
            If the state did not lose the place in the window.
        """
        named = self.lags[(self.lags["place_en"] == place) | (self.lags["place_fr"] == place)]
        if named.empty:
            raise ModelError(f"{place} is not among the places lost: {', '.join(self.lags['place_en'])}")
        return int(named["days"].iloc[0])

    def tidy(self) -> pd.DataFrame:
        """One row per place."""
        return self.lags.copy()

    def summary(self, *, lang: Lang | None = None) -> str:
        """The counts and the places as plain text."""
        lang = check_language(lang)
        shown = self.lags[[f"place_{lang}", "date", "days", "days_min", "days_max", "held_on_eve", "regained"]]
        days = {name: shown[name].dt.strftime("%Y-%m-%d") for name in ("date", "regained")}
        return f"{self._head(lang)}\n{shown.assign(**days).to_string(index=False, na_rep='')}"

    def headline(self, *, lang: Lang | None = None) -> str:
        """What was counted."""
        return words(_WORDS, check_language(lang))["head"].format(
            n=self.n_places,
            start=f"{self.start:%Y-%m-%d}",
            end=f"{self.end:%Y-%m-%d}",
            coup=f"{self.coup:%Y-%m-%d}",
            before=self.n_before,
            before_min=self.n_before_min,
            before_max=self.n_before_max,
            held=self.n_held_on_eve,
            held_min=self.n_held_min,
            held_max=self.n_held_max,
        )

    def says(self, *, lang: Lang | None = None) -> str:
        """One quotable sentence, in English or French.

        Raises
        ------
        UnknownNameError
            If the language is unknown.
        """
        lang = check_language(lang)
        say, later = words(_WORDS, lang), self.lags.loc[self.lags["days"] >= 0, "days"].unique().tolist()

        def bounded(value: int, low: int, high: int) -> str:
            return f"{value}{say['between'].format(low, high) if low < high else ''}"

        return say["text"].format(
            n=self.n_places,
            start=day_text(self.start, lang),
            last=day_text(self.lags["date"].max(), lang),
            coup=day_text(self.coup, lang),
            before=bounded(self.n_before, self.n_before_min, self.n_before_max),
            share=percent(self.share_before, lang),
            held=bounded(self.n_held_on_eve, self.n_held_min, self.n_held_max),
            after=say[("none", "one", "several")[min(len(later), 2)]].format(*sorted({*later[:1], *later[-1:]})),
        )

    def plot(self, *, ax: Axes | None = None, lang: Lang | None = None, source: str | None = None) -> Figure:
        """Draw the lag of each place.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Axes to draw on; a new figure when absent.
        lang : {"en", "fr"}, optional
            Language of the words in the figure.
        source : str, optional
            Where the events come from; what their frame says when absent.
        """
        from sahelkit.plots.captures import plot_capture_lags

        return plot_capture_lags(
            self.lags,
            coup=self.coup,
            start=self.start,
            end=self.end,
            ax=ax,
            lang=check_language(lang),
            source=source or self.origin,
        )


def capture_lags(events: FrameLike, *, coup: DateLike, start: DateLike, end: DateLike) -> CaptureLags:
    """Count the days from a coup to the first loss of each place, and the share of places lost before it.

    Nothing is estimated: this is a count of what the events say, with bounds where a day is unsure. It is a count of
    places in the events, not of people, area or all places; and what comes after a coup need not come from it.

    Parameters
    ----------
    events : pandas.DataFrame
        Captures and recaptures with columns ``event_id``, ``date``, ``date_min``, ``date_max``, ``control`` (lost,
        regained, shared, between_groups; NA for other events, which are passed over), ``place_en``, ``place_fr``,
        as `sahelkit.load_crisis` gives them.
    coup : date-like
        Day of the coup.
    start, end : date-like
        First and last day of the losses that count. A recapture at any later day in the events is reported.

    Returns
    -------
    CaptureLags
        One row per place, and the counts.

    Raises
    ------
    MissingColumnsError
        If a column is missing.
    DateError
        If a date cannot be read, or `end` lies before `start`.
    ModelError
        If no place is lost in the window, or the coup lies outside it.

    Examples
    --------
    >>> from sahelkit import load_crisis
    >>> found = capture_lags(load_crisis(countries="MLI"), coup="2012-03-22", start="2012-01-16", end="2012-04-30")
    >>> [found.lag(place) for place in ("Kidal", "Gao", "Tombouctou")]
    [8, 9, 10]
    >>> found.n_before, found.n_places
    (6, 11)
    """
    events = read_columns(
        events,
        where="capture_lags",
        texts=["event_id", "control", "place_en", "place_fr"],
        days=["date", "date_min", "date_max"],
        repair="sahelkit.load_crisis() has them",
    )
    day, first, last = _window(coup, start, end)
    moves = events[events["control"].isin(["lost", "regained", "shared"]) & events["place_en"].notna()]
    lost = moves[(moves["control"] == "lost") & (moves["date"] >= first) & (moves["date"] <= last)]
    if lost.empty:
        raise ModelError(f"no place is lost from {first:%Y-%m-%d} to {last:%Y-%m-%d}; there is no lag to count")
    wanted = moves[moves["place_en"].isin(lost["place_en"]) & (moves["date"] >= first)]
    # A later war over the same place is another story: losses after the window do not count.
    wanted = wanted[(wanted["control"] != "lost") | (wanted["date"] <= last)]
    lags = pd.DataFrame([_place(steps, day) for _, steps in wanted.groupby("place_en")])
    lags = lags.sort_values(["date", "place_en"], ignore_index=True)
    relative, held = lags["relative"], lags["held_on_eve"]
    return CaptureLags(
        coup=day,
        start=first,
        end=last,
        lags=lags,
        n_places=len(lags),
        n_before=int((lags["days"] < 0).sum()),
        n_before_min=int((relative == "before").sum()),
        n_before_max=int((relative != "after").sum()),
        n_held_on_eve=int((held == "yes").sum()),
        n_held_min=int((held == "yes").sum()),
        n_held_max=int((held != "no").sum()),
        origin=origin_of(events),
    )


def _window(coup: DateLike, start: DateLike, end: DateLike) -> tuple[pd.Timestamp, pd.Timestamp, pd.Timestamp]:
    day = parse_date(coup, what="coup", least="D")
    first, last = parse_window(start, end)
    if day is None or first is None or last is None:
        raise ModelError("capture_lags needs a coup, a start and an end, such as '2012-03-22', '2012-01-16', '2012-04'")
    if not first <= day <= last:
        raise ModelError(f"the coup of {day:%Y-%m-%d} lies outside the window {first:%Y-%m-%d} to {last:%Y-%m-%d}")
    return day, first, last
