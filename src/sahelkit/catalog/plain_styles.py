"""References as lines of text: APA, and a plain style with every name in full."""

from __future__ import annotations

import re

from sahelkit.catalog.references import Reference

_MOST_APA_AUTHORS = 20


def _institution(name: str) -> str:
    return name[1:-1] if name.startswith("{") and name.endswith("}") else ""


def _initials(given: str) -> str:
    """Given names shortened: ``Carl Henrik`` to ``C. H.``, ``Svend-Erik`` to ``S.-E.``, ``CJ`` to ``C. J.`` each."""
    parts = []
    for word in given.split():
        letters = list(word) if re.fullmatch(r"[A-Z]{2,3}", word) else []
        parts += [f"{letter}." for letter in letters] or ["-".join(f"{piece[0]}." for piece in word.split("-"))]
    return " ".join(parts)


def _apa_name(name: str) -> str:
    whole = _institution(name)
    if whole:
        return whole
    family, _, given = name.partition(", ")
    return f"{family}, {_initials(given)}" if given else family


def _apa_names(authors: tuple[str, ...]) -> str:
    names = [_apa_name(name) for name in authors]
    if len(names) > _MOST_APA_AUTHORS:
        return ", ".join(names[: _MOST_APA_AUTHORS - 1]) + ", ... " + names[-1]
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + ", & " + names[-1]


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."


def _publisher(work: Reference) -> str:
    """Not named again where it is the author."""
    return "" if work.publisher in {_institution(name) for name in work.authors} else work.publisher


def _note(note: str) -> str:
    return f"[{note}]" if note else ""


def apa(work: Reference, note: str = "") -> str:
    """One reference in the form of the American Psychological Association (7th edition), without italics.

    Examples
    --------
    >>> from sahelkit.catalog.references import reference
    >>> print(apa(reference("stinnett_2002")))
    Stinnett, D. M., Tir, J., Schafer, P., Diehl, P. F., & Gochman, C. (2002). The Correlates of War Project direct
    contiguity data, version 3. Conflict Management and Peace Science, 19(2), 59-67.
    https://doi.org/10.1177/073889420201900203
    """
    parts = [_sentence(_apa_names(work.authors)), f"({work.year or 'n.d.'})."]
    if work.type == "article":
        issue = f"{work.volume}({work.number})" if work.number else work.volume
        parts += [_sentence(work.title), _sentence(", ".join(filter(None, (work.journal, issue, work.pages))))]
    else:
        version = f" (Version {work.version})" if work.version else ""
        series = f" ({work.series} No. {work.number})" if work.series else ""
        made = {"dataset": " [Data set]", "software": " [Computer software]"}.get(work.type, "")
        parts += [_sentence(f"{work.title}{version}{series}{made}")]
        parts += [_sentence(_publisher(work))] if _publisher(work) else []
    return " ".join(filter(None, (*parts, work.address, _note(note))))


def text(work: Reference, note: str = "") -> str:
    """One reference with every author in full, for acknowledgements and for readers without a reference manager.

    Examples
    --------
    >>> from sahelkit.catalog.references import reference
    >>> print(text(reference("beger_ward_2020")))
    Andreas Beger and Michael D. Ward (2020): "Coup forecasts". https://github.com/andybega/forecaster2
    """
    names = [_institution(name) or " ".join(reversed(name.split(", "))) for name in work.authors]
    who = names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]
    where = work.journal or work.series or _publisher(work)
    if work.type == "article":
        where += (
            f" {work.volume}" + (f"({work.number})" if work.number else "") + (f": {work.pages}" * bool(work.pages))
        )
    elif work.series:
        where += f" {work.number}"
    version = f", version {work.version}" if work.version else ""
    title = f'{who} ({work.year or "no date"}): "{work.title}"{version}.'
    return " ".join(filter(None, (title, _sentence(where) if where else "", work.address, _note(note))))
