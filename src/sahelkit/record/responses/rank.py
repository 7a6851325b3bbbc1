"""Where one case stands among the others, with ties and with what the days leave open."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sahelkit._types import Lang
from sahelkit.columns import read_columns
from sahelkit.errors import ModelError, OptionError, UnknownNameError, is_known
from sahelkit.frames import FrameLike, origin_of
from sahelkit.language.nouns import MEASURES, body_words
from sahelkit.language.numbers import number, percent
from sahelkit.language.texts import words
from sahelkit.options import check_language
from sahelkit.record.responses.words import MEASURE_WORDS
from sahelkit.results.base import Result
from sahelkit.values import row_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WORDS = {
    "en": {
        "text": "{case}: {measure} {body} came after {days}, rank {rank} of {n} coups {span}; {share} of them, itself "
        "included, were answered at least as fast. {n} cases: a rank, not a test.",
        "head": "{case}, {measure} {body}: rank {rank} of {n} ({span})",
        "then": "until then",
        "all": "from {0} to {1}",
        "tied": "{0} to {1}",
        "day": "day",
    },
    "fr": {
        "text": "{case} : {measure} {body} après {days}, rang {rank} sur {n} coups d’État {span} ; {share} d’entre "
        "eux, lui compris, ont reçu une réponse au moins aussi rapide. {n} cas : un rang, non un test.",
        "head": "{case}, {measure} {body} : rang {rank} sur {n} ({span})",
        "then": "jusqu’alors",
        "all": "de {0} à {1}",
        "tied": "{0} à {1}",
        "day": "jour",
    },
}


@dataclass(frozen=True, repr=False)
class Rank(Result):
    """Rank of one coup by how soon a measure followed, 1 for the fastest.

    Attributes
    ----------
    coup_id, label_en, label_fr, measure, body : str
        The coup, and what is ranked.
    days, days_min, days_max : float
        Days to the measure, and the fewest and most that the days of act and coup allow.
    rank_low, rank_high : int
        Best and worst rank that these bounds and the ties allow.
    n_faster, n_tied, n : int
        Cases whose stated days are fewer, the same, and all cases, this one included.
    share_as_fast : float
        Share of all cases that may have been answered at least as fast, this one included.
    first, last : int
        Years of the first and last coup compared.
    until_then : bool
        True when only the coups up to this one are compared.
    table : pandas.DataFrame
        The cases compared: ``label_en``, ``coup_date``, ``days``, ``days_min``, ``days_max`` (inf: never came).
    origin : str
        Dataset and version of the cases; empty for a frame of the user's.
    """

    coup_id: str
    label_en: str
    label_fr: str
    measure: str
    body: str
    days: float
    days_min: float
    days_max: float
    rank_low: int
    rank_high: int
    n_faster: int
    n_tied: int
    n: int
    share_as_fast: float
    first: int
    last: int
    until_then: bool
    table: pd.DataFrame = field(repr=False)
    origin: str = ""

    _index = ("coup_id",)

    def tidy(self) -> pd.DataFrame:
        """One row."""
        names = ("coup_id", "measure", "body", "days", "days_min", "days_max", "rank_low", "rank_high")
        more = ("n_faster", "n_tied", "n", "share_as_fast")
        return pd.DataFrame([{name: getattr(self, name) for name in (*names, *more)}])

    def _facts(self, lang: Lang) -> dict[str, str]:
        say, ends = words(_WORDS, lang), (self.rank_low, self.rank_high)
        return {
            "case": self.label_en if lang == "en" else self.label_fr,
            "body": body_words(self.body, lang),
            "rank": str(self.rank_low) if self.rank_low == self.rank_high else say["tied"].format(*ends),
            "n": str(self.n),
            "span": say["then" if self.until_then else "all"].format(self.first, self.last),
        }

    def headline(self, *, lang: Lang | None = None) -> str:
        """The rank, as plain text."""
        lang = check_language(lang)
        return words(_WORDS, lang)["head"].format(measure=MEASURES[lang][self.measure], **self._facts(lang))

    def plot(self, *, ax: Axes | None = None, lang: Lang | None = None, source: str | None = None) -> Figure:
        """Draw the cases in the order of their days."""
        from sahelkit.plots.response_ranks import plot_rank

        return plot_rank(
            self.table,
            coup_id=self.coup_id,
            measure=self.measure,
            body=self.body,
            ax=ax,
            lang=check_language(lang),
            source=source or self.origin,
        )

    def says(self, *, lang: Lang | None = None) -> str:
        """One careful sentence."""
        lang = check_language(lang)
        say = words(_WORDS, lang)
        return say["text"].format(
            measure=(MEASURE_WORDS if lang == "en" else MEASURES)[lang][self.measure],
            days=f"{number(self.days, lang, digits=0)} {say['day']}{'s' if self.days > 1 else ''}",
            share=percent(self.share_as_fast, lang),
            **self._facts(lang),
        )


def rank_among(cases: FrameLike, coup_id: str, measure: str, *, body: str, until_then: bool = False) -> Rank:
    """Rank one coup among the cases by how soon a measure of a body followed.

    A case in which the measure never came counts as slower than any wait that it outlasted. Bounds of the days make
    bounds of the rank: the best counts only cases that were certainly faster, the worst all that may have been as fast.

    Parameters
    ----------
    cases : pandas.DataFrame
        As `sahelkit.panels.responses.response_cases` gives them.
    coup_id : str
        Case to rank.
    measure : {"suspension", "sanctions", "threat", "force", "easing"}
        What is timed.
    body : str
        Whose measure.
    until_then : bool
        True to compare only with coups up to this one: what a reader of that day could know.

    Returns
    -------
    Rank

    Raises
    ------
    MissingColumnsError
        If a column is missing.
    UnknownNameError
        If the measure, the body or the coup is unknown.
    OptionError
        If coups up to this one are wanted and a case has no day.
    ModelError
        If the measure did not follow this coup.

    Examples
    --------
    >>> cases = pd.DataFrame({"coup_id": list("abc"), "label_en": list("abc"), "label_fr": list("abc")})
    >>> cases["coup_date"] = pd.to_datetime(["2005-01-01", "2008-01-01", "2012-01-01"])
    >>> cases = cases.assign(body="AU", at_risk=True, censored_days=99)
    >>> for name in ("suspension_days", "suspension_days_min", "suspension_days_max"):
    ...     cases[name] = [14.0, None, 5.0]
    >>> found = rank_among(cases, "c", "suspension", body="AU")
    >>> found.rank_low, found.rank_high, found.n
    (1, 1, 3)
    """
    known = tuple(MEASURE_WORDS["en"])
    if measure not in known:
        raise UnknownNameError("measure", measure, known)
    columns = [f"{measure}_days", f"{measure}_days_min", f"{measure}_days_max"]
    cases = read_columns(
        cases,
        where="rank_among",
        texts=["coup_id", "label_en", "label_fr", "body"],
        numbers=["censored_days", *columns],
        days=["coup_date"],
        flags=["at_risk"],
        repair="Use response_cases()",
    )
    if not is_known(body, bodies := set(cases["body"].dropna())):
        raise UnknownNameError("body", body, bodies, repair="response_cases(bodies=...) chooses them")
    # A case whose acts were not looked for has no end of observation, and cannot be compared.
    chosen = cases[(cases["body"] == body) & cases["censored_days"].notna()]
    if measure == "suspension":
        chosen = chosen[chosen["at_risk"]]
    if not is_known(coup_id, coups := set(chosen["coup_id"].dropna())):
        raise UnknownNameError("coup_id", coup_id, coups, repair="These are the cases at risk")
    own = chosen[chosen["coup_id"] == coup_id].iloc[0]
    if until_then:
        blank = chosen["coup_date"].isna().to_numpy()
        if blank.any():
            where = row_words(chosen["coup_date"], int(blank.argmax()))
            raise OptionError("coup_date", None, "it is empty", row=where, repair="Give each case its day")
        chosen = chosen[chosen["coup_date"] <= own["coup_date"]]
    values = [chosen[name].astype("Float64") for name in columns]
    never = values[1].isna().to_numpy()
    if bool(pd.isna(own[columns[1]])):
        raise ModelError(f"{own['label_en']}: no {measure} by {body} is known, so that it has no rank")
    stated, fewest, most = (series.to_numpy(dtype=float, na_value=np.nan) for series in values)
    stated = np.where(np.isnan(stated), fewest, stated)
    outlasted = chosen["censored_days"].to_numpy(dtype=float)
    stated, most = np.where(never, np.inf, stated), np.where(never, np.inf, most)
    fewest = np.where(never, outlasted, fewest)
    me = (chosen["coup_id"] == coup_id).to_numpy()
    others = ~me
    # A case whose observation ended before this wait is over may have been answered later or never: no rank is lost.
    certainly = int((others & (most < fewest[me][0])).sum())
    perhaps = int((others & (fewest <= most[me][0]) & ~never).sum())
    table = chosen[["coup_id", "label_en", "label_fr", "coup_date"]].assign(days=stated, days_min=fewest, days_max=most)
    return Rank(
        coup_id=coup_id,
        label_en=str(own["label_en"]),
        label_fr=str(own["label_fr"]),
        measure=measure,
        body=body,
        days=float(stated[me][0]),
        days_min=float(fewest[me][0]),
        days_max=float(most[me][0]),
        rank_low=1 + certainly,
        rank_high=1 + perhaps,
        n_faster=int((stated < stated[me][0]).sum()),
        n_tied=int((stated == stated[me][0]).sum()) - 1,
        n=len(chosen),
        share_as_fast=(1 + perhaps) / len(chosen),
        first=int(chosen["coup_date"].dt.year.min()),
        last=int(chosen["coup_date"].dt.year.max()),
        until_then=until_then,
        table=table.sort_values(["days", "coup_date"], ignore_index=True),
        origin=origin_of(cases),
    )
