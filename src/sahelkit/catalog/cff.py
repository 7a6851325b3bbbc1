"""CITATION.cff, made from references.toml: ``python -m sahelkit.catalog.cff > CITATION.cff``."""

from __future__ import annotations

import json
from typing import Any

from sahelkit.catalog.references import Reference, reference, references
from sahelkit.catalog.sources import sources

_TYPES = {"article": "article", "book": "book", "report": "report", "dataset": "data", "software": "software"}
_PARTICLES = ("von", "van", "de", "du", "da")
_ABSTRACT = (
    "Data and models on coups d'état in Mali and West Africa: the verdicts of several coders side by side, conflict, "
    "indicators, democracy, leaders and elections, each value with its day of publication."
)


def _person(name: str) -> dict[str, str]:
    if name.startswith("{"):
        return {"name": name.strip("{}")}
    family, _, given = name.partition(", ")
    particle, _, rest = family.partition(" ")
    if rest and particle in _PARTICLES:
        return {"family-names": rest, "name-particle": particle, "given-names": given}
    return {"family-names": family, "given-names": given}


def _work(work: Reference) -> dict[str, Any]:
    start, _, end = work.pages.partition("-")
    found: dict[str, Any] = {
        "type": _TYPES[work.type],
        "title": work.title,
        "authors": [_person(name) for name in work.authors],
        "year": work.year,
        "journal": work.journal,
        "collection-title": work.series,
        "volume": work.volume,
        "issue" if work.type == "article" else "number": work.number,
        "start": start,
        "end": end,
        "publisher": {"name": work.publisher} if work.publisher else None,
        "version": work.version,
        "doi": work.doi,
        "url": work.url,
    }
    return {key: value for key, value in found.items() if value}


def _lines(key: str, value: Any, indent: str) -> list[str]:
    """YAML of one key; JSON's quoting is also YAML's."""
    if isinstance(value, list):
        found = [f"{indent}{key}:"]
        for item in value:
            inner = [line for name in item for line in _lines(name, item[name], indent + "    ")]
            found += [f"{indent}  - {inner[0].lstrip()}", *inner[1:]]
        return found
    if isinstance(value, dict):
        return [f"{indent}{key}:", *(line for name in value for line in _lines(name, value[name], indent + "  "))]
    return [f"{indent}{key}: {json.dumps(value, ensure_ascii=False)}"]


def upstream() -> list[Reference]:
    """Works behind every upstream file that our tables may carry, in the order of references.toml."""
    keys = {key for item in sources().values() if item.redistribute != "no" for key in item.references}
    return [work for key, work in references().items() if key in keys]


def citation_cff() -> str:
    """Text of CITATION.cff (Citation File Format 1.2.0).

    References
    ----------
    Druskat, S., et al. (2021). Citation File Format. https://doi.org/10.5281/zenodo.5171937

    Examples
    --------
    >>> citation_cff().splitlines()[0]
    'cff-version: 1.2.0'
    """
    from sahelkit import __version__

    package = reference("sahelkit")
    lines = [
        "cff-version: 1.2.0",
        'message: "Cite sahelkit and, above all, the sources below that you used; sahelkit.cite() picks them for you."',
        "type: software",
        *_lines("title", package.title, ""),
        f"version: {__version__}",
        *_lines("abstract", _ABSTRACT, ""),
        *_lines("authors", [_person(name) for name in package.authors], ""),
        "license: MIT",
        "keywords:",
        *(f'  - "{word}"' for word in ("coup d'état", "Mali", "Sahel", "West Africa", "political science", "dataset")),
        *_lines("references", [_work(work) for work in upstream()], ""),
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    import sys

    sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # type: ignore[union-attr]
    sys.stdout.write(citation_cff())
