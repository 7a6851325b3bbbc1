from __future__ import annotations

import pytest

from sahelkit import datasets
from sahelkit.catalog import records
from sahelkit.errors import UnknownNameError


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_every_dataset_has_a_full_row(lang):
    found = datasets(lang=lang)
    assert found["name"].tolist() == sorted(records())
    assert not found.isna().to_numpy().any()
    assert (found.map(len) > 0).to_numpy().all()


def test_titles_follow_the_language():
    english, french = (datasets(lang=lang).set_index("name").loc["coups", "title"] for lang in ("en", "fr"))
    assert (english, french) == (records()["coups"].title_en, records()["coups"].title_fr)
    assert english != french


def test_unknown_language():
    with pytest.raises(UnknownNameError, match=r"unknown language 'english'. Known: en, fr."):
        datasets(lang="english")
