"""The claims of 2012 and the rules that judge them: claims.toml, read beside findings.toml.

::

    [C-h]
    short_en, short_fr                 # the claim in a few words, for figures
    claim_en, claim_fr                 # the claim in a sentence
    carries = "05_is_it_contagious.cross_upper_95"     # the number that carries the verdict
    carries_en, carries_fr             # that number in words: {value}, {low}, {high}, {n}
    digits = 2                         # decimals of {value}, {low} and {high}
    supported = ["05_is_it_contagious.contagion_p < 0.05", ...]       # all must hold
    not_supported = ["05_is_it_contagious.cross_upper_95 < 0.05"]     # all must hold
    why_supported_en, why_not_supported_en, why_unknown_en, ..._fr    # one for each verdict that the rules can give
    reserve = ["05_is_it_contagious.fit_order_p < 0.05"]              # optional: where any holds, the claim carries
    reserve_en, reserve_fr                                            # these words: {value} is the first that holds

A condition compares a finding, or an end of its interval (``notebook.finding.low``), with a number, text or boolean.
Where neither list of conditions holds, or a number is not known, the claim cannot be settled with these data. A claim
without conditions cannot be settled by any. A simulated number nearer to the limit than two of its Monte Carlo errors
leaves the condition open, for another seed could turn it.
"""

from __future__ import annotations

import operator
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sahelkit._types import Lang
from sahelkit.catalog.sources import read_toml
from sahelkit.errors import RecordError, near_matches
from sahelkit.study.expected import Raw, at_effort
from sahelkit.study.values import Finding, Value, number_text

CLAIMS_FILE = "claims.toml"
VERDICTS = ("supported", "not_supported", "unknown")

Known = Mapping[tuple[str, str], Finding]

_CONDITION = re.compile(r"(\w+)\.([a-z][a-z0-9_]*)(?:\.(low|high))? (<=|>=|==|!=|<|>) (.+)")
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
_ORDER = ("<", "<=", ">", ">=")
_MARGIN = 2.0


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison of a finding with a fixed value; `end` is ``"low"``, ``"high"`` or empty for the value."""

    notebook: str
    finding: str
    end: str
    sign: str
    wanted: bool | int | float | str

    @property
    def text(self) -> str:
        """The condition as it is written."""
        end = f".{self.end}" if self.end else ""
        return f"{self.notebook}.{self.finding}{end} {self.sign} {self.wanted}"

    def found(self, known: Known) -> Value:
        """The number that is compared; None where it is not known."""
        item = known[self.notebook, self.finding]
        if self.end:
            return None if item.interval is None else item.interval[self.end == "high"]
        return item.value

    def error(self, known: Known) -> float | None:
        """Monte Carlo error of the number that is compared; None where it was not simulated."""
        item = known[self.notebook, self.finding]
        if self.end:
            return None if item.interval_mc_error is None else item.interval_mc_error[self.end == "high"]
        return item.mc_error

    def holds(self, known: Known) -> bool | None:
        """Whether it holds; None where the number is not known, or too near to the limit for its Monte Carlo error."""
        value, error = self.found(known), self.error(known)
        if value is None or (error and abs(float(value) - float(self.wanted)) <= _MARGIN * error):
            return None
        return _COMPARE[self.sign](value, self.wanted)


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim and how it is judged.

    Attributes
    ----------
    claim_id : str
        ``"C-a"`` and so on.
    short, text, carries_words : mapping of str to str
        By language: the claim in a few words and in a sentence, and the number that carries the verdict in words.
    carries : (str, str)
        Notebook and finding of that number.
    digits : int
        Decimals of that number.
    supported, not_supported : tuple of Condition
    why : mapping of str to mapping of str to str
        By verdict and language.
    reserves : tuple of Condition
        Where any holds, the model behind the number is in doubt.
    reserve_words : mapping of str to str
        What is then said, by language.
    """

    claim_id: str
    short: Mapping[str, str]
    text: Mapping[str, str]
    carries: tuple[str, str]
    carries_words: Mapping[str, str]
    digits: int
    supported: tuple[Condition, ...]
    not_supported: tuple[Condition, ...]
    why: Mapping[str, Mapping[str, str]]
    reserves: tuple[Condition, ...] = ()
    reserve_words: Mapping[str, str] = field(default_factory=dict)

    def verdict(self, known: Known) -> str:
        """``"supported"``, ``"not_supported"`` or ``"unknown"``, by the rules and the numbers."""
        for name, conditions in (("supported", self.supported), ("not_supported", self.not_supported)):
            if conditions and all(condition.holds(known) for condition in conditions):
                return name
        return "unknown"

    def reserve(self, known: Known, lang: Lang) -> str:
        """What stands against the model behind the number, in words; nothing where nothing does."""
        for condition in self.reserves:
            if condition.holds(known):
                value = number_text(condition.found(known), lang, error=condition.error(known))
                return self.reserve_words[lang].format(value=value)
        return ""


def read_claims(path: Path) -> tuple[Claim, ...]:
    """All claims of a claims.toml, in its order.

    Raises
    ------
    RecordError
        If the file is missing or not TOML, a key is missing or unknown, or a condition cannot be read.
    """
    return tuple(_claim(path, name, raw) for name, raw in read_toml(path).items())


def recorded(entries: Raw, effort: str) -> dict[tuple[str, str], Finding]:
    """The findings that findings.toml records, with n and interval, by notebook and name."""
    found = {}
    for notebook, named in entries.items():
        for name, entry in named.items():
            said = at_effort(entry, effort)
            ends = said.get("interval")
            bounds = None if ends is None else (_bound(ends[0]), _bound(ends[1]))
            value = None if said.get("na") else said.get("value")
            errors = said.get("interval_mc_error")
            found[notebook, name] = Finding(
                name,
                value,
                interval=bounds,
                n=said.get("n"),
                mc_error=said.get("mc_error"),
                interval_mc_error=None if errors is None else (_bound(errors[0]), _bound(errors[1])),
                replicates=said.get("replicates"),
            )
    return found


def check_claims(path: Path, claims: tuple[Claim, ...], known: Known) -> None:
    """Refuse claims that rest on a finding that nobody records.

    Raises
    ------
    RecordError
        Names the claim, the finding and the nearest ones.
    """
    names = [".".join(key) for key in known]
    for claim in claims:
        conditions = (*claim.supported, *claim.not_supported, *claim.reserves)
        used = [claim.carries, *((c.notebook, c.finding) for c in conditions)]
        for key in used:
            if key not in known:
                near = near_matches(".".join(key), names)
                more = f"Did you mean {' or '.join(map(repr, near))}?" if near else "Record it, or mend the claim"
                what = f"[{claim.claim_id}] rests on {'.'.join(key)!r}, which is not recorded in findings.toml"
                raise RecordError(path, what, repair=more)


def _bound(value: float | str) -> float | None:
    return None if isinstance(value, str) else float(value)


def _claim(path: Path, name: str, raw: Any) -> Claim:
    if not isinstance(raw, dict):
        raise RecordError(path, f"[{name}] is not a table")
    left = dict(raw)

    def take(key: str) -> str:
        text = left.pop(key, None)
        if not isinstance(text, str) or not text.strip():
            raise RecordError(path, f"[{name}] has no text {key!r}")
        return text.strip()

    def both(stem: str) -> dict[str, str]:
        return {lang: take(f"{stem}_{lang}") for lang in ("en", "fr")}

    rules = [_conditions(path, name, left.pop(key, [])) for key in ("supported", "not_supported")]
    reserves = _conditions(path, name, left.pop("reserve", []))
    possible = [*(key for key, rule in zip(VERDICTS, rules, strict=False) if rule), "unknown"]
    notebook, _, finding = take("carries").partition(".")
    claim = Claim(
        claim_id=name,
        short=both("short"),
        text=both("claim"),
        carries=(notebook, finding),
        carries_words=both("carries"),
        digits=int(left.pop("digits", 0)),
        supported=rules[0],
        not_supported=rules[1],
        why={verdict: both(f"why_{verdict}") for verdict in possible},
        reserves=reserves,
        reserve_words=both("reserve") if reserves else {},
    )
    if left:
        raise RecordError(path, f"[{name}] has the unknown key {sorted(left)[0]!r}")
    return claim


def _conditions(path: Path, name: str, raw: Any) -> tuple[Condition, ...]:
    if not isinstance(raw, list):
        raise RecordError(path, f"[{name}] conditions stand in a list")
    return tuple(_condition(path, name, text) for text in raw)


def _condition(path: Path, name: str, text: Any) -> Condition:
    parts = _CONDITION.fullmatch(str(text))
    repair = "Write it as 'notebook.finding < 0.05' or 'notebook.finding.low > 0'"
    if parts is None:
        raise RecordError(path, f"[{name}] {text!r} is not a condition", repair=repair)
    notebook, finding, end, sign, literal = parts.groups()
    try:
        wanted = tomllib.loads(f"value = {literal}")["value"]
    except tomllib.TOMLDecodeError:
        raise RecordError(path, f"[{name}] {text!r} compares with {literal}", repair=repair) from None
    if sign in _ORDER and isinstance(wanted, bool | str):
        raise RecordError(path, f"[{name}] {text!r}: only numbers are smaller or larger", repair=repair)
    return Condition(notebook, finding, end or "", sign, wanted)
