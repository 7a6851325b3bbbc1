"""What is expected: findings.toml, and its comparison with what notebooks found.

::

    [01_what_counts_as_a_coup.mali_attempts_pt]
    value = 8                      # number, text or boolean; or `na = true` where the number is not known
    tolerance = 0                  # absolute; or rtol = 1e-4, relative to the expected value
    note = "why so wide"           # optional
    n = 66                         # recorded beside the value, not compared: what the scoreboard of claims shows
    interval = [6, 10]             # likewise; "" stands for an open bound
    mc_error = 0.003               # Monte Carlo error of a simulated value
    interval_mc_error = [0.1, ""]  # and of the bounds; "" where there is none
    replicates = 999               # and how many replicates it comes from

    [01_what_counts_as_a_coup.mali_attempts_pt.full]
    value = 9                      # what differs at full effort (or at quick effort: a table `quick`)

Texts, booleans and whole numbers without a tolerance must be the same; other numbers agree to nine digits. A simulated
number is recorded at the effort with the smaller error, mostly the full one, and one found with fewer replicates may
lie four Monte Carlo errors of the difference away: what the seed may do, and no more.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sahelkit._types import Lang
from sahelkit.catalog.sources import read_toml
from sahelkit.errors import RecordError
from sahelkit.study.recorded import EFFORTS
from sahelkit.study.values import Finding, Value, number_text

Raw = dict[str, dict[str, dict[str, Any]]]

# What a run finds, and is recorded together.
FOUND = ("value", "na", "n", "interval", "mc_error", "interval_mc_error", "replicates")
_KEYS = {*FOUND, "tolerance", "rtol", "note"}
_SIZES = ("tolerance", "rtol", "mc_error")
_SAME_NUMBER = 1e-9
# Monte Carlo errors of the difference that a simulated number may be off; a normal one is beyond in 1 of 16,000.
_ERRORS = 4.0


@dataclass(frozen=True, slots=True)
class Expectation:
    """Expected value of a finding and how far the found one may lie from it; None is an expected NA.

    `mc_error` is the Monte Carlo error of the difference from the found value, or of the expected one alone.
    """

    value: Value
    tolerance: float | None = None
    rtol: float | None = None
    mc_error: float | None = None

    def against(self, error: float | None) -> Expectation:
        """The expectation of a value that was found with an error of its own."""
        both = math.hypot(self.mc_error or 0.0, error or 0.0)
        return replace(self, mc_error=both or None)

    @property
    def allowed(self) -> float | None:
        """Largest allowed absolute difference; None where the value must be exactly the same."""
        if isinstance(self.value, bool | str) or self.value is None:
            return None
        given = self._given(self.value)
        return given if self.mc_error is None else max(given or 0.0, _ERRORS * self.mc_error)

    def _given(self, value: float) -> float | None:
        if self.tolerance is not None:
            return self.tolerance
        if self.rtol is not None:
            return self.rtol * abs(value)
        return None if isinstance(value, int) else _SAME_NUMBER * abs(value)

    def meets(self, found: Value) -> bool:
        """Whether `found` agrees."""
        if self.value is None or found is None:
            return self.value is found
        plain = (isinstance(self.value, bool | str), isinstance(found, bool | str))
        if any(plain):
            return type(self.value) is type(found) and self.value == found
        allowed = self.allowed or 0.0
        # Without the last term, 0.1 and 0.3 at a tolerance of 0.2 would differ by a rounding error.
        return abs(float(found) - float(self.value)) <= allowed * (1 + 1e-12)


def tolerance_text(wanted: Expectation | None, lang: Lang = "en") -> str:
    """The allowed difference as people read it; nothing when nothing was expected.

    Examples
    --------
    >>> tolerance_text(Expectation(0.74, rtol=1e-4)), tolerance_text(Expectation(8))
    ('± 0.01 %', 'exact')
    >>> tolerance_text(Expectation(0.07, mc_error=0.01))
    '± 0.04 (by chance)'
    """
    if wanted is None:
        return ""
    if wanted.mc_error is not None and wanted.allowed is not None:
        why = {"en": "by chance", "fr": "hasard"}[lang]
        return f"± {number_text(float(f'{wanted.allowed:.2g}'), lang)} ({why})"
    if wanted.tolerance is None and wanted.rtol and wanted.allowed:
        return f"± {number_text(100 * wanted.rtol, lang)} %"
    if wanted.tolerance and wanted.allowed:
        return f"± {number_text(wanted.tolerance, lang)}"
    return {"en": "exact", "fr": "exacte"}[lang]


@dataclass(frozen=True, slots=True)
class Check:
    """One finding compared.

    Attributes
    ----------
    notebook, name : str
        Where and which.
    status : str
        ``same``; ``differs``; ``new`` (found, not expected); ``missing`` (expected, not found by a notebook that ran to
        its end); ``not_run`` (its notebook stopped before); ``repeated`` (recorded twice in its notebook).
    found : Finding or None
        None when missing or not run.
    expected : Expectation or None
        None when new. Its `mc_error` is that of the difference.
    recorded_error : float or None
        Monte Carlo error of the recorded value.
    """

    notebook: str
    name: str
    status: str
    found: Finding | None
    expected: Expectation | None
    recorded_error: float | None = None


def read_expected(path: Path) -> Raw:
    """All entries of a findings.toml; none when there is no such file.

    Raises
    ------
    RecordError
        If the file is not TOML or an entry has an unknown key or a value of the wrong kind; the message names it.
    """
    if not path.exists():
        return {}
    raw = read_toml(path)
    for notebook, entries in raw.items():
        for name, entry in entries.items() if isinstance(entries, dict) else [("", None)]:
            _check_entry(path, f"[{notebook}.{name}]" if name else f"[{notebook}]", entry)
    return raw


def _check_entry(path: Path, where: str, entry: Any, *, override: bool = False) -> None:
    if not isinstance(entry, dict):
        raise RecordError(path, f"{where} is not a table with a value", repair="Write it as in the other entries")
    repair = f"Known keys: {', '.join(sorted(_KEYS))} and the tables {' and '.join(EFFORTS)}"
    for key, value in entry.items():
        if key in EFFORTS and not override:
            _check_entry(path, f"{where[:-1]}.{key}]", value, override=True)
        elif key not in _KEYS:
            raise RecordError(path, f"{where} has the unknown key {key!r}", repair=repair)
        elif key in _SIZES and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise RecordError(path, f"{where} {key} is not a number", repair="Give a number of 0 or more")
        elif key in _SIZES and not (math.isfinite(value) and value >= 0):
            raise RecordError(path, f"{where} {key} is not a number of 0 or more", repair="Give a number of 0 or more")
        elif key == "value" and not isinstance(value, bool | int | float | str):
            raise RecordError(path, f"{where} value is not a number, text or boolean", repair="Give one of them")
        elif key in ("n", "replicates") and (isinstance(value, bool) or not isinstance(value, int)):
            raise RecordError(path, f"{where} {key} is not a whole number", repair="Take the line away, or record anew")
        elif key in ("interval", "interval_mc_error") and not _is_interval(value):
            raise RecordError(path, f"{where} {key} is not two numbers", repair="Take the line away, or record anew")
        elif key == "na" and value is not True:
            raise RecordError(path, f"{where} na can only be true", repair="Take the line away")
    if not override and not ({"value", "na", *EFFORTS} & set(entry)):
        raise RecordError(path, f"{where} has no value", repair="Give a value, or na = true")


def _is_interval(value: Any) -> bool:
    if not isinstance(value, list) or len(value) != 2:
        return False
    return all(bound == "" or (isinstance(bound, int | float) and not isinstance(bound, bool)) for bound in value)


def expectation(entry: Mapping[str, Any], effort: str) -> Expectation | None:
    """The expectation of one entry at one effort; None when the entry speaks of the other effort only."""
    merged = at_effort(entry, effort)
    if "value" not in merged and "na" not in merged:
        return None
    value = None if merged.get("na") else merged["value"]
    return Expectation(value, merged.get("tolerance"), merged.get("rtol"), merged.get("mc_error"))


def at_effort(entry: Mapping[str, Any], effort: str) -> dict[str, Any]:
    """What an entry says at one effort: its own lines, and over them those of that effort's table."""
    merged = {key: value for key, value in entry.items() if key in _KEYS}
    special = entry.get(effort, {})
    for group in (FOUND, ("tolerance", "rtol")):  # an override replaces the whole group
        if any(key in special for key in group):
            for key in group:
                merged.pop(key, None)
    merged.update(special)
    return merged


def compare(
    notebook: str, findings: Sequence[Finding], entries: Mapping[str, Mapping[str, Any]], *, effort: str, complete: bool
) -> list[Check]:
    """Compare the findings of one notebook with its entries: found ones in their order, then those not found."""
    checks: list[Check] = []
    seen: set[str] = set()
    for item in findings:
        recorded = expectation(entries[item.name], effort) if item.name in entries else None
        wanted = recorded and recorded.against(item.mc_error)
        if item.name in seen:
            status = "repeated"
        elif wanted is None:
            status = "new"
        else:
            status = "same" if wanted.meets(item.value) else "differs"
        seen.add(item.name)
        checks.append(Check(notebook, item.name, status, item, wanted, None if recorded is None else recorded.mc_error))
    for name in entries:
        wanted = expectation(entries[name], effort)
        if name not in seen and wanted is not None:
            checks.append(Check(notebook, name, "missing" if complete else "not_run", None, wanted))
    return checks
