from __future__ import annotations

import hashlib
import json
from importlib.resources import files

import jsonschema
import pandas as pd
import pooch
import pytest

from sahelkit.catalog import locate, record, records
from sahelkit.catalog.datapackage import PROFILE, datapackage, datapackage_text, registry_text
from sahelkit.errors import RecordError
from sahelkit.tables.read import read_table


@pytest.fixture(scope="module")
def package() -> dict:
    return json.loads(datapackage_text(records()))


def test_descriptor_is_valid_by_the_official_profile(package):
    # dplib ships the profiles of the standard; its own checker would fetch them from the network.
    profile = json.loads((files("dplib") / "profiles" / "2.0" / "datapackage.json").read_text(encoding="utf-8"))
    assert package["$schema"] == PROFILE
    checker = jsonschema.validators.validator_for(profile)(profile)
    assert [f"{error.json_path}: {error.message}" for error in checker.iter_errors(package)] == []
    assert next(checker.iter_errors({**package, "resources": []}), None) is not None


def test_every_table_is_a_resource_with_its_bytes_and_hash(package):
    expected = {f"{name}/{table.file}" for name, item in records().items() for table in item.tables}
    assert {resource["path"] for resource in package["resources"]} == expected
    names = [resource["name"] for resource in package["resources"]]
    assert len(set(names)) == len(names)
    for resource in package["resources"]:
        body = (locate.datasets_dir() / resource["path"]).read_bytes()
        assert resource["bytes"] == len(body)
        assert resource["hash"] == f"sha256:{hashlib.sha256(body).hexdigest()}"


def test_schema_describes_the_file(package):
    for resource in package["resources"]:
        if resource["format"] != "csv":
            continue
        fields = resource["schema"]["fields"]
        path = locate.datasets_dir() / resource["path"]
        frame = pd.read_csv(path, dtype=str, keep_default_na=False, na_values=[""], nrows=2000)
        assert [field["name"] for field in fields] == frame.columns.tolist()
        for field in fields:
            values, limits = frame[field["name"]], field.get("constraints", {})
            if limits.get("required"):
                assert values.notna().all(), (resource["name"], field["name"])
            if "enum" in limits:
                assert set(values.dropna()) <= {str(value) for value in limits["enum"]}
            if limits.get("unique"):
                assert values.is_unique


def test_months_in_parquet_are_described_as_the_dates_they_are(package):
    import pyarrow.parquet as pq

    kinds = {"date": "date32[day]", "string": "string", "number": "double", "boolean": "bool"}
    for resource in package["resources"]:
        if resource["format"] == "parquet":
            schema = pq.read_schema(locate.datasets_dir() / resource["path"])
            for field in resource["schema"]["fields"]:
                found = str(schema.field(field["name"]).type)
                assert found == kinds.get(field["type"], found), (resource["name"], field["name"])
                assert field["type"] not in ("integer", "year") or found.startswith("int")


def test_descriptor_is_the_same_every_time():
    backwards = dict(reversed(records().items()))
    assert datapackage_text(records()) == datapackage_text(backwards) == datapackage_text(records().values())


def test_committed_index_is_up_to_date():
    root = locate.datasets_dir()
    again = "Type: python -m sahelkit.build --index"
    assert (root / "datapackage.json").read_text(encoding="utf-8") == datapackage_text(records()), again
    assert (root / "registry.txt").read_text(encoding="utf-8") == registry_text(root), again


def test_a_table_that_is_not_built_is_named(own_datasets):
    (own_datasets / "states" / "states.csv").unlink()
    with pytest.raises(RecordError, match=r"states\.csv: the table is not built yet. Type: python -m sahelkit\.build"):
        datapackage([record("states")])


def test_registry_is_in_the_form_of_pooch(tmp_path):
    path = tmp_path / "registry.txt"
    path.write_text(registry_text(locate.datasets_dir()), encoding="utf-8")
    keeper = pooch.create(path=tmp_path, base_url="http://127.0.0.1/")
    keeper.load_registry(path)
    assert keeper.registry["states/states.csv"].startswith("sha256:")
    for name, item in records().items():
        for table in item.tables:
            assert f"{name}/{table.file}" in keeper.registry


def test_registry_leaves_out_what_does_not_travel(own_datasets):
    before = registry_text(own_datasets)
    (own_datasets / "coups" / "coups.csv.part").write_text("half")
    (own_datasets / "coups" / "__pycache__").mkdir(exist_ok=True)
    (own_datasets / "coups" / "__pycache__" / "build.pyc").write_text("x")
    assert registry_text(own_datasets) == before
    listed = {line.split()[0] for line in before.splitlines()}
    assert not listed & {"registry.txt", "versions.toml"}
    assert {"sources.toml", "references.toml", "coups/record.toml"} <= listed


def test_tables_can_be_read_by_the_descriptor_alone(package):
    resource = next(item for item in package["resources"] if item["name"] == "coups")
    kinds = {field["name"]: field["type"] for field in resource["schema"]["fields"]}
    dates = [name for name, kind in kinds.items() if kind == "date"]
    path = locate.datasets_dir() / resource["path"]
    frame = pd.read_csv(path, parse_dates=dates, na_values=resource["schema"]["missingValues"], keep_default_na=False)
    ours = read_table("coups")
    assert frame["date"].tolist() == ours["date"].tolist()
    assert frame.set_index(resource["schema"]["primaryKey"]).index.is_unique
