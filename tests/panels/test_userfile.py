"""A CSV file of covariates: however it was saved, and what is said of one that cannot be read."""

from __future__ import annotations

import pytest

from sahelkit.errors import OptionError, UnknownPlaceError
from sahelkit.panels.userfile import read_user_csv

PLAIN = "iso3,month,rain\nCIV,2012-03,2.5\nMLI,2012-04,\n"


def _file(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "mine.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (PLAIN, "utf-8"),
        (PLAIN, "utf-8-sig"),
        (PLAIN.replace("\n", "\r\n"), "utf-8"),
        (PLAIN.replace(",", ";").replace("2.5", "2,5"), "cp1252"),
        (PLAIN.replace(",", "\t"), "utf-8"),
        ("pays;mois;rain;note\nCôte d'Ivoire;2012-03;2,5;très sec\nMali;2012-04;;\n", "cp1252"),
        ('Country,Month,rain\n"Cote d\'Ivoire",2012-03,2.5\nML,2012-04,\n', "utf-8"),
    ],
    ids=["plain", "bom", "windows lines", "semicolons", "tabs", "French", "names"],
)
def test_a_file_reads_however_it_was_saved(tmp_path, text, encoding):
    frame = read_user_csv(_file(tmp_path, text, encoding))
    assert list(frame.columns) == ["iso3", "month", "rain"]
    assert frame["iso3"].tolist() == ["CIV", "MLI"]
    assert frame["month"].tolist() == ["2012-03", "2012-04"]
    assert frame["rain"].tolist()[0] == 2.5
    assert frame["rain"].isna().tolist() == [False, True]


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        ("iso3,rain\nMLI,1\n", OptionError, "mine.csv.*no column says when.*Name it period"),
        ("place,year,rain\nMLI,2012,1\n", OptionError, "mine.csv.*no column says where.*Name it iso3 or country"),
        ("iso3,year,mood\nMLI,2012,good\n", OptionError, "mine.csv.*no column holds numbers"),
        (
            "country,year,rain\nMali,2012,1\nMalli,2012,1\n",
            UnknownPlaceError,
            "mine.csv, row 2, column .country.*Mali",
        ),
        ("country,year,rain\n,2012,1\n", OptionError, "row 1 of .*mine.csv"),
        ("", OptionError, "mine.csv.*empty"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path, text, kind, message):
    with pytest.raises(kind, match=message):
        read_user_csv(_file(tmp_path, text))


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(OptionError, match="there is no such file"):
        read_user_csv(tmp_path / "none.csv")
