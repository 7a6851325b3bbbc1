"""The scoreboard: every claim of 2012 with its verdict, the number that carries it, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import pandas as pd

from sahelkit._types import Lang
from sahelkit.catalog import locate
from sahelkit.language.numbers import give_or_take, number
from sahelkit.language.texts import words
from sahelkit.options import check_language, check_path
from sahelkit.results.base import Result
from sahelkit.study.claims import CLAIMS_FILE, VERDICTS, Claim, Known, check_claims, read_claims, recorded
from sahelkit.study.expected import Expectation, read_expected
from sahelkit.study.library import EXPECTED_FILE
from sahelkit.study.recorded import Effort, check_effort
from sahelkit.study.values import Finding

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WORDS = {
    "en": {
        "supported": "supported",
        "not_supported": "not supported",
        "unknown": "cannot be known with these data",
        "colon": ":",
        "head": "{n} claims of 2012: {supported} supported, {not_supported} not, {unknown} cannot be known "
        "with these data",
        "text": "Of {n} claims of 2012, {supported} are supported by the data, {not_supported} are not, and {unknown} "
        "cannot be settled with these data, which does not mean that they are false.",
    },
    "fr": {
        "supported": "étayé",
        "not_supported": "non étayé",
        "unknown": "impossible à savoir avec ces données",
        "colon": "\u00a0:",
        "head": "{n} affirmations de 2012 : {supported} étayées, {not_supported} non, {unknown} impossibles à trancher "
        "avec ces données",
        "text": "Sur {n} affirmations de 2012, {supported} sont étayées par les données, {not_supported} ne le sont "
        "pas, et {unknown} ne peuvent être tranchées avec ces données, ce qui ne veut pas dire qu’elles soient "
        "fausses.",
    },
}
# Titles of the columns that a reader sees first: claim, verdict, number, its n, notebook.
HEADERS = {
    "en": ("claim", "verdict", "the number that carries it", "n", "notebook"),
    "fr": ("affirmation", "constat", "le nombre qui le porte", "n", "carnet"),
}


@dataclass(frozen=True, repr=False)
class Scoreboard(Result):
    """Verdicts on a set of claims.

    Attributes
    ----------
    claims : tuple of Claim
        In the order in which they are shown.
    verdicts : tuple of str
        ``"supported"``, ``"not_supported"`` or ``"unknown"``, one per claim.
    carried : tuple of Finding
        The number that carries each verdict.
    known : mapping
        All findings that the rules were applied to, by notebook and name.
    """

    claims: tuple[Claim, ...]
    verdicts: tuple[str, ...]
    carried: tuple[Finding, ...]
    known: Known = field(repr=False)

    _index: ClassVar[tuple[str, ...]] = ("claim_id",)

    def tidy(self, *, lang: Lang | None = None) -> pd.DataFrame:
        """One row per claim.

        Columns: ``claim_id``, ``short``, ``claim``, ``verdict`` (code), ``verdict_words``, ``figure`` (the number in
        words), ``value``, ``mc_error`` (its Monte Carlo error), ``low``, ``high``, ``n``, ``notebook``, ``finding``,
        ``why`` (with what stands against the model behind the number, if anything does). NA where a number has no
        interval, size or error.

        Raises
        ------
        UnknownNameError
            If the language is neither ``"en"`` nor ``"fr"``.
        """
        lang = check_language(lang)
        rows = []
        for claim, verdict, found in zip(self.claims, self.verdicts, self.carried, strict=True):
            low, high = found.interval or (None, None)
            rows.append(
                {
                    "claim_id": claim.claim_id,
                    "short": claim.short[lang],
                    "claim": claim.text[lang],
                    "verdict": verdict,
                    "verdict_words": _WORDS[lang][verdict],
                    "figure": figure_words(claim, found, lang),
                    "value": found.value,
                    "mc_error": found.mc_error,
                    "low": low,
                    "high": high,
                    "n": found.n,
                    "notebook": claim.carries[0],
                    "finding": claim.carries[1],
                    "why": " ".join(filter(None, [claim.why[verdict][lang], claim.reserve(self.known, lang)])),
                }
            )
        frame = pd.DataFrame(rows)
        return frame.astype({"mc_error": "float64", "low": "float64", "high": "float64", "n": "Int64"})

    def rules(self) -> pd.DataFrame:
        """One row per condition: ``claim_id``, ``verdict`` that it is needed for, ``condition``, ``found``, ``holds``.

        ``holds`` is None where the number is not known, or nearer to the limit than two of its Monte Carlo errors.
        A claim without a row has no condition: no number of these notebooks could settle it.
        """
        rows = [
            (claim.claim_id, verdict, condition.text, condition.found(self.known), condition.holds(self.known))
            for claim in self.claims
            for verdict, conditions in (("supported", claim.supported), ("not_supported", claim.not_supported))
            for condition in conditions
        ]
        return pd.DataFrame(rows, columns=["claim_id", "verdict", "condition", "found", "holds"])

    def counts(self) -> dict[str, int]:
        """How many claims have each verdict."""
        return {verdict: self.verdicts.count(verdict) for verdict in VERDICTS}

    def headline(self, *, lang: Lang | None = None) -> str:
        """How many claims have each verdict."""
        return words(_WORDS, check_language(lang))["head"].format(n=len(self.claims), **self.counts())

    def summary(self, *, lang: Lang | None = None) -> str:
        """The scoreboard as plain text: three lines a claim."""
        lang = check_language(lang)
        lines, colon = [self.says(lang=lang)], _WORDS[lang]["colon"]
        for row in self.tidy(lang=lang).itertuples():
            lines += [
                "",
                f"{row.claim_id}  {row.claim}",
                f"     {row.verdict_words}{colon} {row.figure} [{row.notebook}]",
            ]
        return "\n".join(lines)

    def says(self, *, lang: Lang | None = None) -> str:
        """One sentence that may be quoted: how many claims hold, how many do not, how many nobody can settle here."""
        return words(_WORDS, check_language(lang))["text"].format(n=len(self.claims), **self.counts())

    def plot(self, *, ax: Axes | None = None, lang: Lang | None = None) -> Figure:
        """Draw the scoreboard, one line a claim."""
        from sahelkit.plots.scoreboard import plot_scoreboard

        lang = check_language(lang)
        return plot_scoreboard(self.tidy(lang=lang), ax=ax, lang=lang)


def figure_words(claim: Claim, found: Finding, lang: Lang) -> str:
    """The number that carries a verdict, in words."""

    def text(value: object, digits: int, error: float | None = None) -> str:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return "NA" if value is None else str(value)
        if isinstance(value, int) and abs(value) < 10_000:
            return str(value)  # perhaps a year, whose thousands are not set apart
        if error is not None:
            return give_or_take(value, error, lang, digits=digits)
        return number(value, lang, digits=digits)

    low, high = found.interval or (None, None)
    return claim.carries_words[lang].format(
        value=text(found.value, claim.digits, found.mc_error),
        low=text(low, claim.digits),
        high=text(high, claim.digits),
        n=text(found.n, 0),
    )


def _coarser(item: Finding, recorded: Finding | None) -> bool:
    """Whether a recorded number is the same but for chance, and has less of it."""
    if recorded is None or item.mc_error is None or recorded.mc_error is None or recorded.mc_error >= item.mc_error:
        return False
    return Expectation(recorded.value, mc_error=recorded.mc_error).against(item.mc_error).meets(item.value)


def scoreboard(
    *,
    effort: Effort = "quick",
    found: Mapping[tuple[str, str], Finding] | None = None,
    folder: Path | str | None = None,
) -> Scoreboard:
    """Judge every claim of 2012 by the numbers that the notebooks record.

    The rules stand in ``notebooks/claims.toml``, where a reader can change them; the numbers are those recorded in
    ``notebooks/findings.toml``, which ``sahelkit reproduce`` checks. Nothing is computed here.

    Parameters
    ----------
    effort : {"quick", "full"}
        Whose recorded numbers.
    found : mapping, optional
        Findings by notebook and name that replace the recorded ones, but for simulated numbers that were recorded with
        a smaller Monte Carlo error and that agree: no verdict hangs on the few replicates of a quick run.
    folder : path, optional
        Folder with claims.toml and findings.toml; those shipped with sahelkit by default.

    Returns
    -------
    Scoreboard

    Raises
    ------
    UnknownNameError
        If the effort is unknown.
    RecordError
        If a file is missing or damaged, or a claim rests on a number that is not recorded.

    Examples
    --------
    >>> board = scoreboard()
    >>> len(board.verdicts), sum(board.counts().values())
    (11, 11)
    """
    check_path("folder", folder, optional=True)
    where = locate.notebooks_dir() if folder is None else Path(folder)
    known = recorded(read_expected(where / EXPECTED_FILE), check_effort(effort))
    known |= {key: item for key, item in (found or {}).items() if not _coarser(item, known.get(key))}
    claims = read_claims(where / CLAIMS_FILE)
    check_claims(where / CLAIMS_FILE, claims, known)
    return Scoreboard(
        claims=claims,
        verdicts=tuple(claim.verdict(known) for claim in claims),
        carried=tuple(known[claim.carries] for claim in claims),
        known=known,
    )
