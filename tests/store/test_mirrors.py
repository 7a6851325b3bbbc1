"""SAHELKIT_MIRRORS: what it may hold and what each part means."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sahelkit.errors import OptionError
from sahelkit.store.mirrors import Mirror, read_mirrors, shown


def bases(text: str) -> list[str]:
    return [mirror.base for mirror in read_mirrors(text)]


READ = [
    ("", []),
    (" , \n", []),
    ("https://a.example/data", ["https://a.example/data"]),
    ("https://a.example,http://b.example", ["https://a.example", "http://b.example"]),
    (
        "https://a.example http://b.example\thttp://c.example",
        ["https://a.example", "http://b.example", "http://c.example"],
    ),
    ("https://a.example, https://a.example", ["https://a.example"]),
    ("HTTPS://A.example/x", ["HTTPS://A.example/x"]),
    (r"C:\data\sahelkit", [r"C:\data\sahelkit"]),
    (r"C:\data,https://a.example", [r"C:\data", "https://a.example"]),
    (r"\\server\share\data", [r"\\server\share\data"]),
    ("/not/there", ["/not/there"]),
    ("/media/USB STICK/data https://a.example", ["/media/USB STICK/data", "https://a.example"]),
    ("file:///not/there%20now", ["/not/there now"]),
]


@pytest.mark.parametrize(("text", "expected"), READ)
def test_mirrors_are_read_in_order(text, expected):
    assert bases(text) == expected


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("example.org/data", "SAHELKIT_MIRRORS='example.org/data': it is neither an address nor a folder"),
        ("https://a.example data", "SAHELKIT_MIRRORS='data': it is neither an address nor a folder"),
        ("ftp://a.example/x", "ftp:// is not supported"),
        ("https:///x", "an address without a host"),
        (
            "nowhere",
            r"Give addresses that begin with https://, http:// or file://, or folders; put commas between them\.$",
        ),
    ],
)
def test_what_is_no_mirror_is_named(text, why):
    with pytest.raises(OptionError, match=why):
        read_mirrors(text)


def test_folders_with_commas_and_spaces(tmp_path, monkeypatch):
    folder = tmp_path / "Données, 2026" / "a b"
    folder.mkdir(parents=True)
    assert bases(str(folder)) == [str(folder)]
    assert bases(folder.as_uri().replace(",", "%2C") + ",http://x.example") == [str(folder), "http://x.example"]
    monkeypatch.chdir(folder.parent)
    assert bases("a b") == [str(folder)]
    assert bases("./a b, http://x.example") == [str(folder), "http://x.example"]


def test_a_home_folder_is_expanded(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    (tmp_path / "copy").mkdir()
    assert bases("~/copy") == [str(tmp_path / "copy")]


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ("https://a.example", "https://a.example/coups/coups.csv"),
        ("https://a.example/data/", "https://a.example/data/coups/coups.csv"),
        ("https://a.example/data?token=1", "https://a.example/data/coups/coups.csv?token=1"),
    ],
)
def test_addresses_of_files(base, expected):
    assert Mirror(base).address("coups/coups.csv") == expected


def test_paths_of_files(tmp_path):
    assert Mirror(str(tmp_path)).address("coups/coups.csv") == str(tmp_path / "coups" / "coups.csv")


def test_what_messages_show():
    assert shown("https://me:secret@a.example:8000/x?token=1#y") == "https://a.example:8000/x"
    assert shown("/home/me@work/x") == "/home/me@work/x"


@given(st.text())
@example("0" * 5000)
@example("~\x00")
def test_any_text_is_read_or_refused_in_words(text):
    try:
        found = read_mirrors(text)
    except OptionError:
        return
    assert len(set(found)) == len(found)
    assert all(mirror.base.strip() for mirror in found)
