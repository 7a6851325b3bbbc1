"""A finding as a value, and how its numbers are written for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

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
    """

    name: str
    value: Value
    text_en: str = ""
    text_fr: str = ""
    unit: str = ""
    interval: tuple[float | None, float | None] | None = None
    n: int | None = None

    def text(self, lang: str) -> str:
        """What the number is, in `lang` where possible, else in the other language, else its name."""
        both = (self.text_en, self.text_fr) if lang == "en" else (self.text_fr, self.text_en)
        return both[0] or both[1] or self.name

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Finding:
        """Rebuild a finding from the output of a notebook."""
        known = {key: raw[key] for key in cls.__dataclass_fields__ if key in raw}
        if known.get("interval") is not None:
            low, high = known["interval"]
            known["interval"] = (low, high)
        return cls(**known)


def number_text(value: Value, lang: str = "en") -> str:
    """A value as people read it: six significant digits, decimal comma in French, ``NA`` for None."""
    if value is None:
        return "NA"
    if isinstance(value, bool):
        return {"en": ("no", "yes"), "fr": ("non", "oui")}[lang][value]
    if isinstance(value, str):
        return value
    text = f"{value:.6g}" if isinstance(value, float) else str(value)
    return (text.replace(".", ",") if lang == "fr" else text).replace("-", "−")


def shown(item: Finding, lang: str = "en") -> str:
    """The value with its unit, interval and sample size, in one line."""
    text = number_text(item.value, lang) + (f" {item.unit}" if item.unit else "")
    extra = interval_text(item, lang)
    if item.n is not None:
        extra += ("; " if extra else "") + f"n = {item.n}"
    return f"{text} ({extra})" if extra else text


def interval_text(item: Finding, lang: str = "en") -> str:
    """The interval in words, or nothing."""
    if item.interval is None:
        return ""
    low, high = ("…" if bound is None else number_text(bound, lang) for bound in item.interval)
    return f"{low} {'to' if lang == 'en' else 'à'} {high}"
