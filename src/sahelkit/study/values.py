"""A finding as a value, and how its numbers are written for people."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sahelkit._types import Lang

Value = bool | int | float | str | None


@dataclass(frozen=True, slots=True)
class Finding:
    """One headline number of a notebook.

    Attributes
    ----------
    name : str
        Unique within its notebook.
    value : bool, int, float, str or None
        None is NA: the number is not known.
    text_en, text_fr : str
        What the number is, in words.
    unit : str
        SI or plain words; empty for counts and texts.
    interval : tuple of (float or None), or None
        Lower and upper bound in the unit of `value`; None is an open bound.
    n : int or None
        Number of observations behind the value.
    mc_error : float or None
        Monte Carlo standard error of a value that was simulated: what another seed would change. None where nothing
        was drawn.
    interval_mc_error : tuple of (float or None), or None
        The same of the two bounds.
    replicates : int or None
        Replicates or draws behind it.
    """

    name: str
    value: Value
    text_en: str = ""
    text_fr: str = ""
    unit: str = ""
    interval: tuple[float | None, float | None] | None = None
    n: int | None = None
    mc_error: float | None = None
    interval_mc_error: tuple[float | None, float | None] | None = None
    replicates: int | None = None

    def text(self, lang: Lang) -> str:
        """What the number is, in `lang` where possible, else in the other language, else its name."""
        both = (self.text_en, self.text_fr) if lang == "en" else (self.text_fr, self.text_en)
        return both[0] or both[1] or self.name

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Finding:
        """Rebuild a finding from the output of a notebook."""
        known = {key: raw[key] for key in cls.__dataclass_fields__ if key in raw}
        for key in ("interval", "interval_mc_error"):
            if known.get(key) is not None:
                low, high = known[key]
                known[key] = (low, high)
        return cls(**known)


def number_text(value: Value, lang: Lang = "en", *, error: float | None = None) -> str:
    """A value as people read it: six significant digits, decimal comma in French, ``NA`` for None.

    One that was simulated has the digits that another seed would leave, and its Monte Carlo error.

    Examples
    --------
    >>> number_text(0.0697912, error=0.0254), number_text(45.0, "fr", error=7.8)
    ('0.07 ± 0.03', '45 ± 8')
    """
    if error and isinstance(value, float | int) and not isinstance(value, bool):
        digits = max(0, -math.floor(math.log10(error)))
        text = f"{value:.{digits}f} ± {error:.{digits}f}"
        return (text.replace(".", ",") if lang == "fr" else text).replace("-", "−")
    if value is None:
        return "NA"
    if isinstance(value, bool):
        return {"en": ("no", "yes"), "fr": ("non", "oui")}[lang][value]
    if isinstance(value, str):
        return value
    text = f"{value:.6g}" if isinstance(value, float) else str(value)
    return (text.replace(".", ",") if lang == "fr" else text).replace("-", "−")


def shown(item: Finding, lang: Lang = "en") -> str:
    """The value with its unit, interval and sample size, in one line."""
    text = number_text(item.value, lang, error=item.mc_error) + (f" {item.unit}" if item.unit else "")
    extra = "; ".join(part for part in (interval_text(item, lang), size_text(item, lang)) if part)
    return f"{text} ({extra})" if extra else text


def size_text(item: Finding, lang: Lang = "en") -> str:
    """Sample size and replicates in words, or nothing."""
    parts = [] if item.n is None else [f"n = {item.n}"]
    if item.replicates is not None:
        parts.append(f"{item.replicates} {'replicates' if lang == 'en' else 'répétitions'}")
    return "; ".join(parts)


def interval_text(item: Finding, lang: Lang = "en") -> str:
    """The interval in words, or nothing."""
    if item.interval is None:
        return ""
    errors = item.interval_mc_error or (None, None)
    low, high = (
        "…" if bound is None else number_text(bound, lang, error=error)
        for bound, error in zip(item.interval, errors, strict=True)
    )
    return f"{low} {'to' if lang == 'en' else 'à'} {high}"
