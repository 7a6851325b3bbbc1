"""Refugees by state of origin and of asylum."""

from __future__ import annotations

import pytest

from sahelkit.errors import UnknownNameError
from sahelkit.tables import load_refugees


def test_one_row_is_one_pair_in_one_year():
    frame = load_refugees()
    assert not frame.duplicated(["iso3", "asylum_iso3", "year"]).any()
    assert (frame["iso3"] != frame["asylum_iso3"]).all()
    assert frame["year"].between(1951, 2025).all()
    assert (frame["unhcr_refugees"].dropna() >= 0).all()


def test_origin_and_asylum_are_not_exchanged():
    """After January 2012 Mali's north fled to Mauritania, Niger and Burkina Faso, and nobody fled to Mali's north."""
    fled = load_refugees(countries="Mali", start=2012, end=2012).set_index("asylum_iso3")["unhcr_refugees"]
    assert fled[["MRT", "NER", "BFA"]].sum() > 100_000
    taken = load_refugees(countries=["Mauritania", "Niger", "Burkina Faso"], asylum="Mali", start=2012, end=2012)
    assert taken["unhcr_refugees"].sum() < 20_000


@pytest.mark.parametrize("version", ["2026.1", "2026.2"])
def test_versions_before_the_dataset_are_refused_by_name(version):
    with pytest.raises(UnknownNameError, match=rf"unknown dataset in version {version} 'refugees'"):
        load_refugees(version=version)
