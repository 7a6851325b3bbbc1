from __future__ import annotations

import re

import pandas as pd
import pytest

import sahelkit
from sahelkit import cite
from sahelkit.catalog import records, source
from sahelkit.catalog.citation import works
from sahelkit.errors import OptionError, UnknownNameError
from sahelkit.tables.read import read_table

OTHERS = {"peyton_2023", "marshall_marshall_2015", "chin_carter_wright_2021", "albrecht_koehler_schutz_2021"}


def _keys(obj) -> list[str]:
    return [work.key for work, _ in works(obj)]


def _upstream(obj) -> set[str]:
    return {key for key in _keys(obj) if not key.startswith("sahelkit")}


@pytest.fixture
def coups() -> pd.DataFrame:
    return read_table("coups")


def test_everything_is_cited_when_nothing_is_named():
    expected = {key for record in records().values() for key in record.references}
    expected |= {key for record in records().values() for name in record.sources for key in source(name).references}
    assert _upstream(None) == expected
    assert {f"sahelkit_{name}" for name in records()} | {"sahelkit"} | expected == set(_keys(None))


def test_a_dataset_is_cited_with_its_version_and_sources():
    text = cite("coups", style="text")
    first, second, *rest = text.splitlines()
    assert f"version {sahelkit.__version__}" in first
    assert "dataset coups of sahelkit" in second
    assert f"version {records()['coups'].version}" in second
    assert "CC-BY-4.0" in second
    assert len(rest) == len(OTHERS) + 1
    assert "2015" in next(line for line in rest if line.startswith("Jonathan M. Powell"))


def test_only_the_coders_present_are_cited(coups):
    assert _upstream(coups[["coup_id", "iso3", "pt_outcome"]]) == {"powell_thyne_2011"}
    assert _upstream(coups[["coup_id", "iso3", "pt_outcome", "cline_date"]]) == {"powell_thyne_2011", "peyton_2023"}
    assert _upstream(coups) == {"powell_thyne_2011", *OTHERS}
    assert _upstream(coups["cline_outcome"]) == {"peyton_2023"}


def test_survives_merge_pivot_rename_of_suffixes_and_parquet(coups, tmp_path):
    borders = read_table("borders", "distances")[["iso3", "cepii_distance_km"]]
    merged = coups[["iso3", "pt_outcome"]].merge(borders.head(50), on="iso3", how="left")
    merged.attrs = {}
    assert _upstream(merged) == {"powell_thyne_2011", "mayer_zignago_2011"}
    wide = coups.pivot_table(index="iso3", columns="pt_outcome", values="cline_date", aggfunc="count")
    assert {"powell_thyne_2011"} <= _upstream(wide)
    lagged = coups[["iso3", "agreement"]].rename(columns={"agreement": "log_agreement_lag12"})
    lagged.attrs = {}
    assert "sahelkit_coups" in _keys(lagged)
    coups[["iso3", "cline_outcome"]].to_parquet(tmp_path / "mine.parquet")
    assert _upstream(pd.read_parquet(tmp_path / "mine.parquet")) == {"peyton_2023"}


def test_tidy_and_xarray_shapes_are_traced():
    frame = pd.DataFrame({"iso3": ["MLI"], "year": [2000], "indicator": ["cepii_distance_km"], "value": [1.0]})
    assert _upstream(frame) == {"mayer_zignago_2011"}
    dataset = frame.set_index(["iso3", "year"])[["value"]].rename(columns={"value": "cepii_distance_km"}).to_xarray()
    assert _upstream(dataset) == {"mayer_zignago_2011"}


def test_series_and_source_prefixes_of_real_tables_are_traced():
    tidy = read_table("indicators")
    chosen = tidy[tidy["indicator"].isin(["wdi_deflator_inflation", "inform_risk"])]
    expected = {"world_bank_wdi", "gapminder_sg", "jrc_inform"}
    assert _upstream(chosen) == expected
    wide = chosen.pivot(index=["iso3", "year"], columns="indicator", values="value").add_suffix("_lag1")
    wide.attrs = {}
    assert _upstream(wide) == expected
    months = read_table("conflict")[["iso3", "month", "ucdp_deaths_one_sided"]]
    assert _upstream(months) == {"davies_2026", "sundberg_melander_2013", "hegre_2020"}
    total = pd.DataFrame({"iso3": ["MLI"], "ucdp_deaths_of_all_kinds": [1.0]})
    assert {"davies_2026", "sundberg_melander_2013"} <= _upstream(total)
    democracy = read_table("democracy")[["iso3", "year", "vdem_polyarchy"]]
    assert _upstream(democracy) == {"coppedge_2025"}


def test_a_panel_is_cited_by_its_frame(coups):
    class Panel:
        frame = coups[["iso3", "cam_outcome"]]

    assert _upstream(Panel()) == {"albrecht_koehler_schutz_2021"}


def test_a_rule_narrows_counted_columns_to_its_coder():
    frame = pd.DataFrame({"iso3": ["MLI"], "attempt": [1.0], "since_last_attempt": [3.0]})
    frame.attrs = {"sahelkit": {"datasets": {"coups": "2026.1"}, "rule": "cline"}}
    assert _upstream(frame) == {"peyton_2023"}
    frame.attrs = {"sahelkit": {"datasets": {"coups": "2026.1"}, "rule": "any"}}
    assert _upstream(frame) == {"powell_thyne_2011", *OTHERS}


def test_what_is_left_of_a_dataset_without_traceable_columns_is_cited_whole(coups):
    assert _upstream(coups[["n_covering"]]) == {"powell_thyne_2011", *OTHERS}
    assert _upstream(coups[["coup_id"]]) == {"powell_thyne_2011", *OTHERS}


def test_an_older_version_is_cited_as_such(coups):
    frame = coups[["coup_id"]]
    frame.attrs = {"sahelkit": {"datasets": {"coups": "2025.3"}}}
    assert "(Version 2025.3)" in cite(frame, style="apa").splitlines()[1]


def test_a_frame_of_the_users_own_owes_nothing_but_the_package():
    assert _keys(pd.DataFrame({"score": [1], "name": ["x"], "start": [2], "date_of_mine": [3]})) == ["sahelkit"]


def test_a_column_under_a_source_prefix_owes_what_all_its_fields_owe():
    assert _upstream(pd.DataFrame({"cepii_something_of_mine": [1]})) == {"mayer_zignago_2011"}
    assert _upstream(pd.DataFrame({"gini_something": [1]})) == set()


@pytest.mark.parametrize("style", ["bibtex", "apa", "text"])
def test_order_and_keys_are_stable(style):
    assert cite(["coups", "borders"], style=style) == cite(["borders", "coups", "borders"], style=style)


def test_bibtex_is_a_file_of_entries():
    text = cite(["coups"])
    assert text.startswith("@misc{sahelkit,\n")
    assert text.endswith("}\n")
    assert len(re.findall(r"^@\w+\{", text, flags=re.MULTILINE)) == len(_keys(["coups"]))


@pytest.mark.parametrize(
    ("obj", "message"),
    [
        ("cuops", "unknown dataset or column 'cuops'. Did you mean 'coups'?"),
        (["coups", "pt_outcom"], "unknown dataset or column 'pt_outcom'. Did you mean 'pt_outcome'"),
    ],
)
def test_unknown_names(obj, message):
    with pytest.raises(UnknownNameError, match=re.escape(message)):
        cite(obj)


def test_unknown_style():
    message = "unknown style 'bibtext'. Did you mean 'bibtex' or 'text'? Known: apa, bibtex, text."
    with pytest.raises(UnknownNameError, match=re.escape(message)):
        cite(style="bibtext")


@pytest.mark.parametrize("obj", [3, ["coups", 3]])
def test_other_objects_are_refused(obj):
    with pytest.raises(OptionError, match=r"obj="):
        cite(obj)
