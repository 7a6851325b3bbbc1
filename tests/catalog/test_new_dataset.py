"""A dataset is one folder and nothing else: a toy one is known everywhere as soon as its folder is there."""

from __future__ import annotations

import json

import pandas as pd
import pytest

import sahelkit
from sahelkit.build.__main__ import main as build
from sahelkit.catalog import clear_caches, record
from sahelkit.catalog.licences import broken_terms
from sahelkit.errors import RecordError
from sahelkit.tables.read import read_table

RECORD = """
name = "toy"
title_en = "Rain on parades"
title_fr = "Pluie sur les défilés"
description_en = "One row per parade."
description_fr = "Une ligne par défilé."
version = "2026.1"
unit_of_observation = "parade"
licence = "CC-BY-4.0"
attribution = "sahelkit, from the parade office"
references = ["parade_2020"]
published = "+30d"
[coverage]
places = "focus"
first = "2000-01-01"
last = "2020-12-31"
absent = "zero"
[[tables]]
file = "toy.csv"
key = ["iso3", "date"]
place = "iso3"
time = "date"
[[tables.fields]]
name = "iso3"
type = "string"
label_en = "Country"
label_fr = "Pays"
[[tables.fields]]
name = "date"
type = "date"
label_en = "Day of the parade"
label_fr = "Jour du défilé"
[[tables.fields]]
name = "toy_rain_mm"
type = "number"
unit = "mm"
label_en = "Rain on the parade"
label_fr = "Pluie tombée sur le défilé"
sources = ["parades"]
missing = "nobody measured"
"""
SOURCES = f"""
[parades]
file = "parades.csv"
url = ""
sha256 = "{"0" * 64}"
bytes = 12
title = "Register of parades"
vintage = "2020"
original = "https://example.org"
licence = "CC-BY-4.0"
redistribute = "yes"
references = ["parade_2020"]
note = ""
"""
REFERENCES = """
[parade_2020]
type = "report"
authors = ["Traoré, Awa"]
year = 2020
title = "Parades and weather"
"""
BUILD = '''
"""A toy."""
import pandas as pd

def build(sources):
    iso3 = sorted(sources.table("states").query("iso3 in ['MLI', 'NER']")["iso3"].unique())
    return {"toy": pd.DataFrame({"iso3": iso3[::-1], "date": ["2010-09-22"] * 2, "toy_rain_mm": [3.5, None]})}
'''


@pytest.fixture
def toy(own_datasets):
    before = {path.relative_to(own_datasets) for path in own_datasets.rglob("*")}
    folder = own_datasets / "toy"
    folder.mkdir()
    for name, body in {
        "record.toml": RECORD,
        "sources.toml": SOURCES,
        "references.toml": REFERENCES,
        "build.py": BUILD,
    }.items():
        (folder / name).write_text(body, encoding="utf-8")
    clear_caches()
    assert build(["toy"]) == 0
    after = {path.relative_to(own_datasets) for path in own_datasets.rglob("*") if "toy" not in path.parts}
    assert {str(path) for path in after - before} <= {"registry.txt", "datapackage.json"}
    return own_datasets


def test_it_is_listed_explained_licensed_and_cited(toy):
    row = sahelkit.datasets(lang="fr").set_index("name").loc["toy"]
    assert (row["title"], row["places"], row["licence"]) == ("Pluie sur les défilés", "focus", "CC-BY-4.0")
    assert sahelkit.codebook("pluie defile")["name"].tolist() == ["toy_rain_mm"]
    assert sahelkit.licences().set_index("name").loc["parades", "used_in"] == "toy"
    assert broken_terms([record("toy")]) == []
    cited = sahelkit.cite(pd.DataFrame({"toy_rain_mm_lag12": [1.0]}), style="apa").splitlines()
    assert cited[1:] == [
        "The sahelkit developers. (2026). Rain on parades (dataset toy of sahelkit) (Version 2026.1) [Data set]. "
        "[Licence CC-BY-4.0]",
        "Traoré, A. (2020). Parades and weather. [Data edition used: 2020]",
    ]


def test_it_is_read_from_the_store_by_its_record(toy):
    frame = read_table("toy")
    assert frame["iso3"].tolist() == ["MLI", "NER"]
    assert frame["date"].dtype == "datetime64[ns]"
    assert frame["toy_rain_mm"].isna().tolist() == [True, False]
    assert frame.attrs == {"sahelkit": {"datasets": {"toy": "2026.1"}}}


def test_it_is_in_the_registry_and_the_data_package(toy):
    registry = (toy / "registry.txt").read_text(encoding="utf-8")
    for name in ("toy.csv", "record.toml", "build.py", "sources.toml"):
        assert f"\ntoy/{name} sha256:" in registry
    package = json.loads((toy / "datapackage.json").read_text(encoding="utf-8"))
    (resource,) = [item for item in package["resources"] if item["name"] == "toy"]
    assert resource["schema"]["primaryKey"] == ["iso3", "date"]
    assert resource["sources"] == [{"title": "Register of parades", "path": "https://example.org", "version": "2020"}]


def test_a_second_build_gives_the_same_bytes(toy):
    names = ("toy/toy.csv", "registry.txt", "datapackage.json")
    before = [(toy / name).read_bytes() for name in names]
    assert build(["toy"]) == 0
    assert [(toy / name).read_bytes() for name in names] == before


def test_a_damaged_record_is_named_and_stops_no_other_dataset(toy):
    path = toy / "toy" / "record.toml"
    path.write_text(RECORD.replace('licence = "CC-BY-4.0"', ""), encoding="utf-8")
    clear_caches()
    with pytest.raises(RecordError, match=r"toy.record\.toml: 'licence' is missing or is not text"):
        sahelkit.datasets()
    assert len(read_table("states")) > 100
