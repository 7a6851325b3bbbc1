"""References as BibTeX that plain LaTeX accepts."""

from __future__ import annotations

import unicodedata

from sahelkit.catalog.references import Reference

_ACCENTS = {
    "\u0300": "`",
    "\u0301": "'",
    "\u0302": "^",
    "\u0303": "~",
    "\u0308": '"',
    "\u030b": "H",
    "\u030c": "v",
    "\u0304": "=",
    "\u0307": ".",
    "\u030a": "r",
    "\u0327": "c",
    "\u0328": "k",
    "\u0306": "u",
}
_SIGNS = {
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "\\": r"\textbackslash{}",
    "ø": r"{\o}",
    "Ø": r"{\O}",
    "æ": r"{\ae}",
    "Æ": r"{\AE}",
    "œ": r"{\oe}",
    "Œ": r"{\OE}",
    "ß": r"{\ss}",
    "ł": r"{\l}",
    "Ł": r"{\L}",
    "–": "--",
    "—": "---",
    "’": "'",
    "‘": "`",
    "“": "``",
    "”": "''",
    "\u00a0": "~",
}
_TYPES = {"article": "article", "book": "book", "report": "techreport", "dataset": "misc", "software": "misc"}


def latex(text: str) -> str:
    r"""Text with accents and special characters as LaTeX commands; braces are kept.

    Examples
    --------
    >>> print(latex("Öberg & Gjerløw, 50 %"))
    {\"O}berg \& Gjerl{\o}w, 50 \%
    """
    found: list[str] = []
    for char in text:
        base, *marks = list(unicodedata.normalize("NFD", char))
        if char in _SIGNS:
            found.append(_SIGNS[char])
        elif len(marks) == 1 and marks[0] in _ACCENTS:
            accent = _ACCENTS[marks[0]]
            # An accent over i stands on a dotless one.
            letter = {"i": r"\i", "j": r"\j"}.get(base, base)
            space = " " if accent.isalpha() and not letter.startswith("\\") else ""
            found.append(f"{{\\{accent}{space}{letter}}}")
        else:
            found.append(char)
    return "".join(found)


def bibtex_entry(work: Reference, note: str = "") -> str:
    """One BibTeX entry, fields in a fixed order; `note` is plain text."""
    kind = _TYPES[work.type]
    issuer = "" if f"{{{work.publisher}}}" in work.authors else work.publisher
    made = {"dataset": "Data set", "software": "Computer software"}.get(work.type, "")
    if kind == "misc":
        # Of these two, the usual styles print only how it was published.
        made, issuer = ", ".join(filter(None, (made, issuer))), ""
    remark = ". ".join(filter(None, (f"Version {work.version}" if work.version else "", note)))
    fields = {
        "author": " and ".join(latex(name) for name in work.authors),
        # The second pair of braces keeps the capitals of names.
        "title": "{" + latex(work.title) + "}",
        "journal": latex(work.journal),
        "year": str(work.year or ""),
        "volume": work.volume,
        "number": work.number,
        "pages": work.pages.replace("-", "--"),
        "type": latex(work.series),
        "institution" if kind == "techreport" else "publisher": latex(issuer),
        "howpublished": latex(made),
        # Addresses stay as they are: the packages that print them read them verbatim.
        "doi": work.doi,
        "url": "" if work.doi else work.url,
        "note": latex(remark),
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@{kind}{{{work.key},", *lines, "}"])
