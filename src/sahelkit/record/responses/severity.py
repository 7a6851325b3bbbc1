"""How heavy an answer was, on an ordinal scale, and whether the order depends on the weights."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from sahelkit._deprecated import OldAttribute, renamed
from sahelkit._types import Lang
from sahelkit.columns import read_columns
from sahelkit.errors import OptionError, UnknownNameError, is_known
from sahelkit.estimation.replicates import share_error
from sahelkit.frames import FrameLike, check_frame, origin_of
from sahelkit.language.numbers import number, percent
from sahelkit.language.texts import words
from sahelkit.options import check_language, check_options
from sahelkit.results.base import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# An ordinal scale: a higher level is heavier, and no distance between levels is claimed.
# 1 words, 2 threats, 3 exclusion and aid, 4 measures on persons and arms, 5 measures on the economy, 6 force.
_MAIN = {
    "condemnation": 1,
    "mediation": 1,
    "endorsement": 1,
    "ultimatum": 2,
    "threat_of_force": 2,
    "suspension": 3,
    "diplomatic_sanctions": 3,
    "aid_suspension": 3,
    "military_aid_suspension": 3,
    "arms_embargo": 4,
    "personal_sanctions": 4,
    "border_closure": 5,
    "economic_sanctions": 5,
    "force_decided": 6,
    "force_used": 6,
}
_NO_FORCE = {name: level for name, level in _MAIN.items() if not name.startswith("force_")}
SCALES: Mapping[str, Mapping[str, int]] = MappingProxyType(
    {
        "main": MappingProxyType(_MAIN),
        # A threat of force weighs as much as measures on the economy.
        "threat_of_force_high": MappingProxyType({**_MAIN, "threat_of_force": 5}),
        # Travel bans hurt few, exclusion all: the two change places.
        "suspension_above_persons": MappingProxyType(
            {**_MAIN, "suspension": 4, "arms_embargo": 3, "personal_sanctions": 3}
        ),
        # Forces sent were partly meant for rebels or as escorts, not against the junta.
        "without_force": MappingProxyType(_NO_FORCE),
    }
)
LEVELS = 6
_WORDS = {
    "en": {
        "text": "Whatever weights the {levels} levels are given, as long as heavier levels weigh more, {case} ranks "
        "{low} to {high} of {n} by the weight of the answer within {window} days; it ranks among the first three under "
        "{share} of {draws} drawn weights. Acts are those found, and where more was searched more is found.",
        "head": "{case}: rank by severity within {window} days, {n} coups, {draws} sets of weights",
    },
    "fr": {
        "text": "Quels que soient les poids des {levels} degrés, pourvu qu’un degré plus lourd pèse davantage, {case} "
        "occupe un rang de {low} à {high} sur {n} pour la sévérité de la réponse dans les {window} jours ; il est "
        "parmi les trois premiers avec {share} des {draws} jeux de poids tirés. Les actes sont ceux qui ont été "
        "trouvés : plus on cherche, plus on trouve.",
        "head": "{case} : rang par sévérité dans les {window} jours, {n} coups d’État, {draws} jeux de poids",
    },
}


def _scale(scale: str) -> Mapping[str, int]:
    if not is_known(scale, SCALES):
        raise UnknownNameError("scale", scale, SCALES)
    return SCALES[scale]


def _within(acts: pd.DataFrame, levels: Mapping[str, int], window: int) -> pd.DataFrame:
    acts = read_columns(
        acts,
        where="severity",
        texts=["coup_id", "act", "phase"],
        numbers=["reaction_days_min"],
        repair="Use load_responses()",
    )
    if window < 0:
        raise OptionError("window", window, "the number of days after the coup is not negative")
    # An act that the bounds of its day allow inside the window counts as inside.
    inside = acts["coup_id"].notna() & (acts["phase"] == "reaction") & (acts["reaction_days_min"] <= window)
    chosen = acts[inside & acts["act"].isin(list(levels))]
    return chosen.assign(level=chosen["act"].map(dict(levels)).astype("int64"))


def severity(
    acts: FrameLike,
    coups: list[str],
    *,
    window: int = 90,
    scale: str = "main",
    searched: Collection[str] | None = None,
) -> pd.DataFrame:
    """Severity of the answer to each coup within some days.

    Levels of the main scale: 1 words (condemnation, mediation, endorsement), 2 threats, 3 exclusion (suspension, aid
    and military aid stopped), 4 measures on persons or arms, 5 measures on the economy (borders, trade, finance), 6
    force decided or used. The scale is ordinal: only the order of levels means something.

    Parameters
    ----------
    acts : pandas.DataFrame
        As `sahelkit.load_responses` gives them, of the bodies that count.
    coups : list of str
        Identifiers of the coups to score; one without acts scores 0, which means that nothing was found.
    window : int
        Days after the coup.
    scale : str
        One of `SCALES`.
    searched : collection of str, optional
        Coups whose acts were looked for, such as the ``coup_id`` of `sahelkit.tables.load_response_searches`. Any other
        without acts scores NA, not 0. When absent, all were looked for.

    Returns
    -------
    pandas.DataFrame
        One row per coup, in the order given: ``coup_id``, ``level`` (the heaviest reached, 0 to 6), ``n_acts``
        (different acts), ``n_levels`` (levels reached), ``first_day`` (of the heaviest act; NA where none).

    Raises
    ------
    MissingColumnsError, UnknownNameError, OptionError
        If a column is missing, the scale is unknown or the window negative.

    Examples
    --------
    >>> acts = pd.DataFrame({"coup_id": ["a", "a", "b"], "act": ["suspension", "border_closure", "mediation"]})
    >>> acts = acts.assign(phase="reaction", reaction_days_min=[5, 11, 2])
    >>> severity(acts, ["a", "b", "c"])["level"].tolist()
    [5, 1, 0]
    >>> severity(acts, ["a", "b", "c"], searched=["a", "b"])["level"].tolist()
    [5, 1, <NA>]
    """
    inside = _within(acts, _scale(scale), window)
    groups = inside.groupby("coup_id")
    heaviest = inside[inside["level"] == groups["level"].transform("max")]
    table = pd.DataFrame(
        {
            "level": groups["level"].max(),
            "n_acts": groups["act"].nunique(),
            "n_levels": groups["level"].nunique(),
            "first_day": heaviest.groupby("coup_id")["reaction_days_min"].min(),
        }
    ).reindex(coups)
    counts = table[["level", "n_acts", "n_levels"]].fillna(0).astype("int64")
    if searched is not None:
        looked = table.index.isin(list(searched)) | table["level"].notna()
        counts = counts.astype("Int64").where(looked)
    return table.assign(**counts, first_day=table["first_day"].astype("Int64")).rename_axis("coup_id").reset_index()


@dataclass(frozen=True, repr=False)
class SeverityRanks(Result):
    """Rank of one coup by the summed weights of the acts that answered it, over many sets of weights.

    Attributes
    ----------
    coup_id, label : str
        The coup ranked, and its name.
    rank : array of int, shape (replicates,)
        Its rank (1 heaviest, ties take the better rank) under each set of weights.
    n, window, replicates : int
        Coups compared, days after the coup, and sets of weights.
    scale, per : str
        Which acts stand on which level, and whether each different act or each level reached counts once.
    origin : str
        Dataset and version of the acts; empty for a frame of the user's.
    """

    coup_id: str
    label: str
    rank: npt.NDArray[np.int64] = field(repr=False)
    n: int
    window: int
    replicates: int
    scale: str
    per: str
    origin: str = ""

    draws = OldAttribute("replicates")
    _index = ("rank",)

    def tidy(self) -> pd.DataFrame:
        """Share of the sets of weights that give each rank."""
        found, counts = np.unique(self.rank, return_counts=True)
        return pd.DataFrame({"rank": found, "share": counts / len(self.rank)})

    def headline(self, *, lang: Lang | None = None) -> str:
        """What was varied, as plain text."""
        lang = check_language(lang)
        say = words(_WORDS, lang)["head"]
        return say.format(case=self.coup_id, window=self.window, n=self.n, draws=self.replicates)

    def share_within(self, rank: int) -> float:
        """Share of the sets of weights under which the coup ranks at least so high."""
        return float((self.rank <= rank).mean())

    def share_error(self, rank: int) -> float:
        """Monte Carlo standard error of that share."""
        return share_error(self.share_within(rank), self.replicates)

    def plot(self, *, ax: Axes | None = None, lang: Lang | None = None, source: str | None = None) -> Figure:
        """Draw the share of the sets of weights that give each rank."""
        from sahelkit.plots.response_ranks import plot_rank_shares

        return plot_rank_shares(
            self.tidy(),
            label=self.label,
            n=self.n,
            window=self.window,
            replicates=self.replicates,
            ax=ax,
            lang=check_language(lang),
            source=source or self.origin,
        )

    def says(self, *, lang: Lang | None = None) -> str:
        """One careful sentence."""
        lang = check_language(lang)
        return words(_WORDS, lang)["text"].format(
            levels=LEVELS,
            case=self.label,
            low=int(self.rank.min()),
            high=int(self.rank.max()),
            n=self.n,
            window=self.window,
            share=percent(self.share_within(3), lang),
            draws=number(self.replicates, lang, digits=0),
        )


@renamed(draws="replicates")
def severity_ranks(
    acts: FrameLike,
    coups: list[str],
    coup_id: str,
    *,
    label: str = "",
    window: int = 90,
    scale: str = "main",
    per: str = "act",
    replicates: int = 2000,
    seed: int | None = 0,
) -> SeverityRanks:
    """Ask how much the rank of one coup by severity owes to the weights of the levels.

    A coup's score is the sum of the weights of the different acts that answered it, or of the levels that they
    reached. The weights are drawn at random in increasing order, so that only the order of levels is assumed. Acts are
    those that were found: where more was searched more is found, which counting levels instead of acts softens.

    Parameters
    ----------
    acts : pandas.DataFrame
        As in `severity`.
    coups : list of str
        Identifiers of the coups compared.
    coup_id : str
        The coup to rank.
    label : str
        Its name in sentences; the identifier when absent.
    window : int
        Days after the coup.
    scale : str
        One of `SCALES`.
    per : {"act", "level"}
        What counts once.
    replicates : int
        Sets of weights.
    seed : int or None
        Seed of the draws.

    Returns
    -------
    SeverityRanks

    Raises
    ------
    UnknownNameError
        If the coup is not among those compared, or the scale is unknown.
    MissingColumnsError, OptionError
        As in `severity`.

    Examples
    --------
    >>> acts = pd.DataFrame({"coup_id": ["a", "a", "b"], "act": ["suspension", "border_closure", "mediation"]})
    >>> acts = acts.assign(phase="reaction", reaction_days_min=[5, 11, 2])
    >>> severity_ranks(acts, ["a", "b"], "b", replicates=50, seed=1).rank.max()
    np.int64(2)
    """
    check_options(replicates=replicates, seed=seed)
    acts = check_frame(acts, where="severity_ranks", what="acts")
    if coup_id not in coups:
        raise UnknownNameError("coup_id", coup_id, coups, repair="These are the coups compared")
    if replicates < 1:
        raise OptionError("replicates", replicates, "the number of replicates is at least 1")
    if per not in ("act", "level"):
        raise UnknownNameError("per", per, ("act", "level"))
    inside = _within(acts, _scale(scale), window).drop_duplicates(["coup_id", per])
    counts = pd.crosstab(inside["coup_id"], inside["level"]).reindex(
        index=coups, columns=range(1, LEVELS + 1), fill_value=0
    )
    weights = np.sort(np.random.default_rng(seed).random((replicates, LEVELS)), axis=1)
    scores = weights @ counts.to_numpy(dtype=float).T
    own = scores[:, [coups.index(coup_id)]]
    rank = 1 + (scores > own + 1e-12).sum(axis=1)
    return SeverityRanks(coup_id, label or coup_id, rank, len(coups), window, replicates, scale, per, origin_of(acts))
