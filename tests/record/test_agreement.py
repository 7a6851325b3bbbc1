"""Agreement of coders against counts made by hand and by sets."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sahelkit.errors import MissingColumnsError
from sahelkit.record.agreement import coder_agreement


def test_agrees_with_sets():
    rng = np.random.default_rng(2)
    verdicts = ["success", "failure", "plot", "absent", "not_covered"]
    events = pd.DataFrame({f"{c}_outcome": rng.choice(verdicts, 300) for c in "abc"})
    table = coder_agreement(events, list("abc")).set_index(["coder_a", "coder_b"])
    for a in "abc":
        for b in "abc":
            cover = {
                i
                for i in events.index
                if "not_covered" not in (events.loc[i, f"{a}_outcome"], events.loc[i, f"{b}_outcome"])
            }
            in_a = {i for i in cover if events.loc[i, f"{a}_outcome"] in ("success", "failure")}
            in_b = {i for i in cover if events.loc[i, f"{b}_outcome"] in ("success", "failure")}
            row = table.loc[(a, b)]
            assert (row["n_either"], row["n_both"]) == (len(in_a | in_b), len(in_a & in_b))
            assert row["share"] == pytest.approx(len(in_a & in_b) / len(in_a | in_b))


def test_symmetric_and_one_on_the_diagonal():
    events = pd.DataFrame(
        {"a_outcome": ["success", "absent", "failure"], "b_outcome": ["failure", "success", "absent"]}
    )
    table = coder_agreement(events, ["a", "b"]).set_index(["coder_a", "coder_b"])
    assert table.loc[("a", "a"), "share"] == 1.0
    assert table.loc[("a", "b"), "share"] == table.loc[("b", "a"), "share"] == pytest.approx(1 / 3)
    assert table.loc[("a", "b"), "share_same_outcome"] == 0.0


def test_no_common_coverage_is_na_not_zero():
    events = pd.DataFrame({"a_outcome": ["success", "not_covered"], "b_outcome": ["not_covered", "success"]})
    table = coder_agreement(events, ["a", "b"]).set_index(["coder_a", "coder_b"])
    assert np.isnan(table.loc[("a", "b"), "share"])


def test_missing_coder_is_named():
    with pytest.raises(MissingColumnsError, match="'b_outcome'"):
        coder_agreement(pd.DataFrame({"a_outcome": ["success"]}), ["a", "b"])
