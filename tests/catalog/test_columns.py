from __future__ import annotations

import pandas as pd
import pytest

from sahelkit.catalog.columns import column_names, match_columns, recorded_datasets, recorded_rule

# column, field it comes from, what was peeled off
PEELED = [
    ("pt_outcome", "pt_outcome", ()),
    ("pt_date_x", "pt_date", ("x",)),
    ("agreement_lag12", "agreement", ("lag12",)),
    ("log_agreement_lag12", "agreement", ("lag12", "log")),
    ("n_listing_past36", "n_listing", ("past36",)),
    ("neighbours_n_listing_past24", "n_listing", ("past24", "neighbours")),
    ("cepii_distance_km_log", "cepii_distance_km", ("log",)),
    ("since_last_attempt", "kind", ("since_last",)),
    ("never_success", "outcome", ("never",)),
    ("attempt_past60_known", "kind", ("known", "past60")),
    # A field's own name wins over what could be peeled off it.
    ("date_min", "date_min", ()),
]


@pytest.mark.parametrize(("column", "field", "steps"), PEELED)
def test_derived_names_lead_back_to_their_field(column, field, steps):
    (found,), unknown = match_columns([column], {})
    assert (found.entries[0].field.name, found.steps, unknown) == (field, steps, [])


def test_what_is_not_ours_is_unknown():
    assert match_columns(["gdp_of_mine", "lag12", "_x", "log_", ""], {})[1] == [
        "gdp_of_mine",
        "lag12",
        "_x",
        "log_",
        "",
    ]


def test_a_dataset_named_in_attrs_decides_between_candidates():
    (vague,), _ = match_columns(["gwcode"], {})
    (sure,), _ = match_columns(["gwcode"], {"states": "2026.1"})
    assert (vague.certain, sure.certain) == (False, True)
    assert [entry.dataset for entry in sure.entries] == ["states"]
    assert len(vague.entries) > 1


def test_in_doubt_only_common_sources_count():
    (vague,), _ = match_columns(["outcome"], {})
    (sure,), _ = match_columns(["outcome"], {"coups": "2026.1"})
    assert set(vague.sources) <= set(sure.sources)
    assert "powell_thyne_2026" in sure.sources


def test_a_distinctive_column_settles_the_others():
    found, _ = match_columns(["date", "pt_outcome"], {})
    assert [(match.column, [entry.dataset for entry in match.entries]) for match in found] == [
        ("date", ["coups"]),
        ("pt_outcome", ["coups"]),
    ]


def test_names_of_a_frame_include_index_levels_and_indicator_values():
    frame = pd.DataFrame({"indicator": ["a_b", "c_d", None], "value": 1.0}, index=pd.Index([1, 2, 3], name="iso3"))
    assert column_names(frame) == ["indicator", "value", "iso3", "a_b", "c_d"]
    wide = pd.DataFrame({("pt_outcome", "MLI"): [1], 7: [2]})
    assert column_names(wide) == ["pt_outcome", "MLI"]


@pytest.mark.parametrize(
    ("attrs", "datasets", "rule"),
    [
        ({"sahelkit": {"datasets": {"coups": "2026.1"}, "rule": "cline"}}, {"coups": "2026.1"}, "cline"),
        ({"dataset_coups": "2026.1", "rule": "cline"}, {"coups": "2026.1"}, "cline"),
        ({"sahelkit": {"datasets": {"gone": "1"}}}, {}, ""),
        ({"sahelkit": "nonsense"}, {}, ""),
        ({}, {}, ""),
    ],
)
def test_attrs_are_read_with_caution(attrs, datasets, rule):
    frame = pd.DataFrame({"iso3": ["MLI"]})
    frame.attrs = attrs
    assert (recorded_datasets(frame), recorded_rule(frame)) == (datasets, rule)
