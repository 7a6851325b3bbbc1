"""Names of columns that Stata and SPSS take: short, of plain letters, each once."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

# The words that Stata (with Mata, as pandas lists them) and SPSS keep for themselves.
_STATA = """
aggregate array boolean break byte case catch class colvector complex const continue default delegate delete do double
else eltypedef end enum explicit export external float for friend function global goto if in inline int local long mata
matrix namespace new NULL numeric nullptr operator orgtypedef pointer polymorphic pragma private protected public quad
real return rowvector scalar short signed sizeof static strL string struct super switch template this throw transmorphic
try typedef typename union unsigned using vector version virtual void volatile while with
_all _b _coef _cons _n _N _pi _pred _rc _skip
"""
_SPSS = ("all", "and", "by", "eq", "ge", "gt", "le", "lt", "ne", "not", "or", "to", "with")


def _plain(name: str) -> str:
    whole = name.replace("œ", "oe").replace("Œ", "OE").replace("æ", "ae").replace("Æ", "AE").replace("ß", "ss")
    letters = "".join(c for c in unicodedata.normalize("NFKD", whole) if not unicodedata.combining(c))
    return re.sub(r"_{2,}", "_", re.sub(r"[^A-Za-z0-9_]", "_", letters)).rstrip("_") or "v"


def short_names(names: Sequence[str], *, program: str) -> list[str]:
    """Names that a program takes, in the order given; one that it takes already stays what it is.

    Letters lose their accents, other characters become ``_``, and of what is too long the longest words lose their
    ends, so that an ending such as ``_lag12`` stays. Names that would then be the same end in ``_2``, ``_3`` ...

    Parameters
    ----------
    names : sequence of str
        Names of columns, each once.
    program : str
        ``"stata"`` (32 characters) or ``"spss"`` (64, where ``A`` and ``a`` are one name).

    Returns
    -------
    list of str

    Examples
    --------
    >>> short_names(["undp_hdi", "PIB (dollars)", "2012", "if", "é", "e"], program="stata")
    ['undp_hdi', 'PIB_dollars', '_2012', 'if_', 'e_2', 'e']
    >>> short_names(["wdi_net_official_development_assistance_lag12"], program="stata")
    ['wdi_net_offici_devel_assis_lag12']
    """
    most = 32 if program == "stata" else 64
    fold = str if program == "stata" else str.casefold

    def valid(name: str) -> bool:
        pattern = r"[A-Za-z_]\w*" if program == "stata" else r"[A-Za-z](\w*[A-Za-z0-9])?"
        if program == "stata":
            kept = name in _STATA.split() or bool(re.fullmatch(r"str\d+", name))
        else:
            kept = name.lower() in _SPSS
        return len(name) <= most and bool(re.fullmatch(pattern, name, re.ASCII)) and not kept

    taken: set[str] = set()
    chosen: dict[int, str] = {}
    # What can stay stays, whatever comes before it.
    for place, name in enumerate(names):
        if valid(name) and fold(name) not in taken:
            chosen[place] = name
            taken.add(fold(name))
    for place, name in enumerate(names):
        if place in chosen:
            continue
        start = _plain(name)
        if not re.match(r"[A-Za-z_]" if program == "stata" else r"[A-Za-z]", start):
            start = f"_{start}" if program == "stata" else f"v{start}"
        number, made = 1, _cut(start, most)
        if not valid(made):
            made = f"{_cut(start, most - 2)}_" if program == "stata" else f"{_cut(start, most - 2)}_v"
        stem = made
        while fold(made) in taken:
            number += 1
            ending = f"_{number}"
            made = _cut(stem, most - len(ending)).rstrip("_") + ending
        chosen[place] = made
        taken.add(fold(made))
    return [chosen[place] for place in range(len(names))]


def _cut(name: str, most: int) -> str:
    """A name whose longest words have lost their ends."""
    words = name.split("_")
    while len("_".join(words)) > most:
        # An ending such as lag12 says more than the middle of a word.
        long = max(range(len(words)), key=lambda at: (len(words[at]) - 99 * (at == len(words) - 1), at))
        if len(words[long]) <= 2 or long == len(words) - 1:
            return "_".join(words)[:most].rstrip("_")
        words[long] = words[long][:-1]
    return "_".join(words)


def cut_text(text: str, most: int, *, in_bytes: bool = False) -> str:
    """A text of at most so many characters, or bytes of UTF-8, with ``…`` for what is left out.

    What stands in brackets at the end, such as ``[1 period earlier]``, stays.

    Examples
    --------
    >>> cut_text("Deaths in state-based violence", 12), cut_text("été", 3, in_bytes=True)
    ('Deaths in s…', '…')
    """

    def size(value: str) -> int:
        return len(value.encode("utf-8")) if in_bytes else len(value)

    if size(text) <= most:
        return text
    start, mark, end = text.rpartition(" [")
    ending = f"…{mark}{end}" if mark and text.endswith("]") and size(mark + end) < most // 2 else "…"
    kept = (start if ending != "…" else text)[:most]
    while size(kept) + size(ending) > most:
        kept = kept[:-1]
    return f"{kept.rstrip()}{ending}"
