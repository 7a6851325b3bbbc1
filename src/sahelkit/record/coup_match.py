"""A user's own list of coups beside other lists: what is the same event, what is near one, what is new."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Self

import pandas as pd

from sahelkit._types import Lang
from sahelkit.language.dates import day_text
from sahelkit.language.texts import words
from sahelkit.options import check_language
from sahelkit.results.base import Result
from sahelkit.tables.own_coders import OwnCoder, forget, places_text, session

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

STATUSES = ("matched", "near", "new", "missing")
_WHERE: dict[str, dict[str, str]] = {
    "world": {"en": "the world", "fr": "tous les pays"},
    "study": {"en": "the study region", "fr": "la région d’étude"},
}
_WORDS = {
    "en": {
        "head": "{mine} beside {other}\nRows: {matched} of the same event ({same} with the same outcome), {near} near "
        "one, {new} new. Events left out: {missing}\n{covers}",
        "two": "{mine}; {other}",
        "covers": "The list speaks of {places}, {first} to {last}: there a country without a row had no coup.",
        "extends": " It is the list of {base} with these rows, and does not count in the rules any, majority, all.",
        "says": "Of {n} rows ({mine}), {matched} {are} the same event as one of {other} ({same} with the same "
        "outcome), {near} {lie} within 60 days of one that may be the same, and {new} {is_}; {out}.",
        "out": "inside what the list covers it leaves out {missing} of the others' events",
        "none": "what it leaves out is that of the list that it extends",
        "be": ("is", "are"),
        "lie": ("lies", "lie"),
        "new": ("is new", "are new"),
    },
    "fr": {
        "head": "{mine} et {other}\nLignes : {matched} pour le même événement (avec la même issue : {same}), {near} "
        "près d’un événement, {new} sans événement. Événements absents de la liste : {missing}\n{covers}",
        "two": "{mine} ; {other}",
        "covers": "La liste couvre : {places}, du {first} au {last} ; "
        "un pays sans ligne n’y a pas connu de coup d’État.",
        "extends": " C’est la liste de {base} avec ces lignes ; elle ne compte pas dans les règles any, majority, all.",
        "says": "Sur {n} lignes ({mine}), {matched} {are} un événement que contient aussi l’autre liste ({other} ; "
        "{same} avec la même issue), {near} {lie} à moins de 60 jours d’un événement qui pourrait être le même et "
        "{new} {is_} ; {out}.",
        "out": "événements des autres absents de la liste, là où elle couvre : {missing}",
        "none": "ce qui en est absent l’est aussi de la liste prolongée",
        "be": ("est", "sont"),
        "lie": ("se trouve", "se trouvent"),
        "new": ("est nouvelle", "sont nouvelles"),
    },
}


@dataclass(frozen=True, repr=False)
class CoupMatch(Result):
    """Rows of one list of coups, each beside its event in another, and what the list leaves out.

    What `sahelkit.add_coder` returns can stand in a ``with`` statement, at whose end the list is taken away, and so is
    one of the same name that was put in its place.

    Attributes
    ----------
    frame : pandas.DataFrame
        See `tidy`.
    mine, other : dict of str to str
        What the lists are called, by language.
    covers : dict of str to str
        Places, first and last day of the list; ``base`` is the rule of the coder that it extends.
    coder : OwnCoder or None
        The list, where it was added to the coders.
    """

    frame: pd.DataFrame
    mine: dict[str, str]
    other: dict[str, str]
    covers: dict[str, str]
    coder: OwnCoder | None = field(default=None)
    _index: ClassVar[tuple[str, ...]] = ("entry",)
    _shows: ClassVar[tuple[str, ...]] = ("status", "iso3", "mine_id", "other_id", "days_apart")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        if self.coder is not None and self.coder.name in {coder.name for coder in session()}:
            forget(self.coder.name)

    def tidy(self) -> pd.DataFrame:
        """One row per row of the list, then one per event that it leaves out.

        Returns
        -------
        pandas.DataFrame
            ``entry`` (number of the row), ``status`` (matched, near, new, missing), ``iso3``, ``country``; ``mine_row``
            (of the list, from 1), ``mine_id``, ``mine_date``, ``mine_precision``, ``mine_outcome``; ``other_id``,
            ``other_date``, ``other_outcome`` (of the event that it is, or is near; NA for a new one); ``days_apart``
            (days from the event to the row, negative where the row is earlier; NA where the row names a month or year);
            ``by`` ("rule"; "link" where a hand decided, or where both lists are ones of the table); ``covered``
            (whether the other list speaks of that country and day); then the columns of the list that are none of
            these.
        """
        return self.frame.copy()

    @property
    def counts(self) -> dict[str, int]:
        """Number of rows by status, and of matched ones with the ``same`` outcome."""
        found = {status: int((self.frame["status"] == status).sum()) for status in STATUSES}
        same = (self.frame["status"] == "matched") & (self.frame["mine_outcome"] == self.frame["other_outcome"])
        return found | {"same": int(same.sum())}

    def headline(self, *, lang: Lang | None = None) -> str:
        """The two lists, what matched, and what the list speaks of."""
        lang = check_language(lang)
        say: Any = words(_WORDS, lang)  # type: ignore[arg-type]
        days = {name: day_text(pd.Timestamp(self.covers[name]), lang) for name in ("first", "last")}
        where = _WHERE.get(self.covers["places"], {}).get(lang, places_text(self.covers["places"], lang))
        covers = say["covers"].format(places=where, **days)
        if self.covers["base"]:
            covers += say["extends"].format(base=self.covers[f"base_{lang}"])
        return str(say["head"].format(mine=self.mine[lang], other=self.other[lang], covers=covers, **self.counts))

    def says(self, *, lang: Lang | None = None) -> str:
        """What matched, what needs a decision and what is left out, in one sentence."""
        lang = check_language(lang)
        say: Any = words(_WORDS, lang)  # type: ignore[arg-type]
        n = self.counts
        verb = {key: say[word][n[key] > 1 or (lang == "en" and n[key] == 0)] for key, word in _VERBS.items()}
        out = say["none"] if self.covers["base"] else say["out"].format(**n)
        text = say["says"].format(
            n=len(self.frame) - n["missing"],
            mine=self.mine[lang],
            other=self.other[lang],
            are=verb["matched"],
            lie=verb["near"],
            is_=verb["new"],
            out=out,
            **n,
        )
        return str(text)

    def plot(self, *, ax: Axes | None = None, lang: Lang | None = None) -> Figure:
        """When each row and each event that is left out was, by status."""
        from sahelkit.plots.coup_match import plot_coup_match

        lang = check_language(lang)
        say: Any = words(_WORDS, lang)  # type: ignore[arg-type]
        source = str(say["two"]).format(mine=self.mine[lang], other=self.other[lang])
        return plot_coup_match(self.frame, source=source, ax=ax, lang=lang)


_VERBS = {"matched": "be", "near": "lie", "new": "new"}
