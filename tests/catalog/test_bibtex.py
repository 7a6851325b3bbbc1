from __future__ import annotations

import codecs
import unicodedata

import latexcodec  # noqa: F401  registers the codec
import pytest
from pybtex.database import parse_string

from sahelkit.catalog.bibtex import bibtex_entry, latex
from sahelkit.catalog.citation import cite
from sahelkit.catalog.references import Reference, references

ESCAPES = [
    ("Öberg, Magnus", r"{\"O}berg, Magnus"),
    ("Högbladh", r"H{\"o}gbladh"),
    ("Håvard", r"H{\r a}vard"),
    ("Gjerløw", r"Gjerl{\o}w"),
    ("Goïta", r"Go{\"\i}ta"),
    ("Côte d’Ivoire", r"C{\^o}te d'Ivoire"),
    ("français", r"fran{\c c}ais"),
    ("Research & Politics", r"Research \& Politics"),
    ("50 % of #1_a", r"50 \% of \#1\_a"),
    ("1946–2001", "1946--2001"),
    ("{World Bank}", "{World Bank}"),
]


@pytest.mark.parametrize(("given", "expected"), ESCAPES)
def test_special_characters_are_commands(given, expected):
    assert latex(given) == expected


def test_everything_is_ascii():
    assert cite(style="bibtex").isascii()


def _decoded(text: str) -> str:
    return unicodedata.normalize("NFC", codecs.decode(text, "ulatex").replace("{", "").replace("}", ""))


@pytest.mark.parametrize("work", references().values(), ids=lambda work: work.key)
def test_another_program_reads_back_what_was_written(work: Reference):
    entries = parse_string(bibtex_entry(work, "Edition of 2026, 5 % & more"), "bibtex").entries
    assert list(entries) == [work.key]
    entry = entries[work.key]
    assert _decoded(entry.fields["title"]) == work.title
    people = [_decoded(str(person)) for person in entry.persons["author"]]
    assert people == [name.strip("{}") for name in work.authors]
    assert entry.fields.get("year") == (str(work.year) if work.year else None)
    assert entry.fields.get("doi", "") == work.doi
    assert entry.fields["note"].endswith(r"5 \% \& more")


def test_all_entries_in_one_file_have_keys_of_their_own():
    everything = cite(style="bibtex")
    # The parser refuses a key that comes twice.
    entries = parse_string(everything, "bibtex").entries
    assert len(entries) == everything.count("\n@") + 1
