"""The pages: complete, honest, and at home without a network."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from sahelkit.study.expected import Check, Expectation
from sahelkit.study.outcome import Reproduction, Run
from sahelkit.study.report import index_page, verdict
from sahelkit.study.values import Finding
from sahelkit.study.words import WORDS

PAGES = ["index.html", "01_good.html", "02_differs.html", "03_stops.html", "04_dies.html"]


class Reader(HTMLParser):
    """Gathers what a browser would load, the images, and the words."""

    def __init__(self) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.images: list[dict[str, str | None]] = []
        self.text = ""
        self.policy = ""
        self._inside = ""

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self._inside = tag
        self.text += " "
        if tag in ("script", "iframe", "object", "embed", "img", "source", "video", "audio", "use"):
            self.loads += [value for key, value in attrs if key in ("src", "href", "data", "srcset") and value]
        if tag == "link":
            self.loads.append(given.get("href") or "")
        if tag == "img":
            self.images.append(given)
        if tag == "meta" and given.get("http-equiv") == "Content-Security-Policy":
            self.policy = given["content"] or ""

    def handle_data(self, data):
        if self._inside == "style":
            assert "@import" not in data
            assert "url(" not in data
        else:
            self.text += data


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    return reader


@pytest.mark.parametrize("page", PAGES)
def test_pages_load_nothing_from_anywhere(mixed, page):
    reader = read(mixed.page(page))
    assert [load for load in reader.loads if not load.startswith("data:image/png;base64,")] == []
    assert reader.policy == "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
    assert "<script" not in mixed.page(page)


def test_every_figure_has_its_caption_and_words_for_who_cannot_see_it(mixed):
    page = read(mixed.page("index.html"))
    assert [image["alt"] for image in page.images] == ["One line & no more.", "The line"]
    assert "Figure 1. One line & no more." in page.text
    assert "Figure 2. The line" in page.text  # no caption given: the heading above it
    inside = read(mixed.page("01_good.html"))
    assert inside.images[0]["alt"] == "One line & no more."
    assert "One line & no more." in inside.text


def test_every_finding_is_on_the_page_with_its_result(mixed):
    text = " ".join(read(mixed.page("index.html")).text.split())
    assert "Attempts in Mali n = 66" in text
    assert "Share that succeeded <i>" in text  # escaped, not mark-up
    assert "interval 0.3 to 0.86" in text
    for words in ("differs", "not recorded yet", "not found", "not reached", "recorded twice", "as recorded"):
        assert words in text
    assert "It stopped at code cell 2: ZeroDivisionError: division by zero" in text


def test_page_says_versions_and_what_to_cite(mixed):
    text = read(mixed.page("index.html")).text
    for name in ("numpy", "pandas", "Python", "states", "2026.3", "CC-BY-4.0"):
        assert name in text
    assert "https://doi.org/10.1080/03050629908434958" in text


def test_notebook_speaks_its_own_language_inside(mixed):
    assert "Un taux\xa0: <b>0,51</b>" in mixed.page("02_differs.html")
    assert '<html lang="fr">' in mixed.page("02_differs.html")


def toy(status: str, tmp_path) -> Reproduction:
    from sahelkit.study.library import Notebook

    item = Finding("rate", 0.25, text_en="A rate", text_fr="Un taux", interval=(0.125, None))
    check = Check("01_x", "rate", status, item, Expectation(0.2501, rtol=0.001))
    notebook = Notebook("01_x", tmp_path / "01_x.ipynb", "Title", "en", "Question?")
    return Reproduction((Run(notebook, (item,), (), (check,), 2.5, None),), tmp_path, "quick", 4.25)


def test_report_in_french(tmp_path):
    text = " ".join(read(index_page(toy("same", tmp_path), lang="fr")).text.split())
    assert "Le nombre est conforme à la valeur enregistrée." in text
    assert "Un taux intervalle 0,125 à …" in text
    assert "0,25 0,2501 ± 0,1 % conforme" in text.replace("\u00a0", " ")
    assert "2,5 s" in text


def test_both_languages_have_the_same_words():
    assert WORDS["en"].keys() == WORDS["fr"].keys()


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("same", ["The number came out as recorded."]),
        ("new", ["1 of 1 numbers are not recorded yet."]),
        ("differs", ["1 of 1 numbers did not come out as recorded."]),
    ],
)
def test_verdict(tmp_path, status, said):
    assert verdict(toy(status, tmp_path), WORDS["en"]) == said
