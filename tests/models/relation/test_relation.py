"""The relation matrix and the what-if: what they hold, say and refuse."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import sahelkit as sk
from sahelkit.errors import DateError, ModelError, OptionError, UnknownNameError, UnknownPlaceError
from sahelkit.language.countries import in_country
from sahelkit.language.dates import day_text
from sahelkit.models.relation import Prior, prior_sensitivity, relation_matrix, what_if
from sahelkit.models.relation.evidence import gather
from sahelkit.models.relation.matrix import overlap
from sahelkit.models.relation.result import QUANTILES, QUANTITIES
from sahelkit.models.relation.robust import _gain, _kernels, map_p_value

# A small model: enough countries for every kind of pair, few enough to be quick.
SMALL = {"countries": ["focus", "SEN"], "draws": 100}
FOCUS = ("MLI", "BFA", "GIN", "NER", "CIV")


@pytest.fixture(scope="module")
def matrix():
    return relation_matrix(horizon=(36, 12), **SMALL)


@pytest.fixture(scope="module")
def path():
    return what_if("Mali", "2012-03-22", horizon=24, **SMALL)


def test_dataset_has_the_five_dimensions(matrix):
    value = matrix.to_xarray()["value"]
    assert value.dims == ("source", "target", "horizon", "quantity", "quantile")
    assert value.shape == (5, 5, 2, len(QUANTITIES), len(QUANTILES))
    assert value["horizon"].values.tolist() == [12, 36]
    assert tuple(value["source"].values) == FOCUS


def test_quantities_hold_together(matrix):
    value = matrix.to_xarray()["value"]
    assert bool((value.diff("quantile") >= 0).all())
    assert bool((value.sel(quantity="extra") >= 0).all())
    assert bool((value.sel(quantity="ratio") >= 1).all())
    grown = value.sel(quantity="extra", quantile=0.5)
    assert bool((grown.sel(horizon=36) > grown.sel(horizon=12)).all())
    assert bool((value.sel(quantity="with", quantile=0.5) <= 100).all())
    home = np.eye(5, dtype=bool)
    middle = grown.sel(horizon=12).values
    assert middle[home].min() > 5 * middle[~home].max()


def test_neighbours_are_reached_directly_and_others_through_third_countries(matrix):
    frame = matrix.tidy().query("horizon == 12 and source != target").set_index(["source", "target"])
    near, far = frame[frame["borders"]], frame[~frame["borders"]]
    assert set(far.index) == {
        *(("GIN", "NER"), ("NER", "GIN"), ("GIN", "BFA"), ("BFA", "GIN"), ("NER", "CIV"), ("CIV", "NER"))
    }
    assert (far["extra"] > 0).all()
    assert far["extra"].max() < near["extra"].min() / 3
    assert far["pair_prior_share"].isna().all()
    assert near["pair_prior_share"].between(0.3, 1).all()
    assert frame["prior_share"].between(0, 1).all()


def test_conditional_less_interventional_is_what_is_shared(matrix):
    """Draw by draw the three add up, so their means do; medians only nearly."""
    frame = matrix.tidy()
    gap = frame["conditional_extra"] - frame["extra"] - frame["shared"]
    width = frame["conditional_extra_high90"] - frame["conditional_extra_low90"]
    assert (gap.abs() < 0.2 * width + 0.05).all()


def test_monte_carlo_error_is_small_beside_the_interval(matrix):
    frame = matrix.tidy()
    assert (frame["mc_error"] < 0.2 * (frame["extra_high90"] - frame["extra_low90"])).all()


def test_monte_carlo_errors_are_those_of_the_medians_and_ends_that_are_shown(matrix):
    """Against the asymptotic error of a quantile, by the density about it, with the effective number of draws."""
    from sahelkit.models.relation.average import average_risks
    from sahelkit.models.relation.matrix import independent_draws

    drawn = matrix.posterior
    places = np.arange(5, dtype=np.intp)
    risks = average_risks(drawn.evidence, drawn.excitation, drawn.rates, places, places, (12, 36), others=False)
    extra = (risks.with_ - risks.without)[:, 0, 1, 0]
    size = independent_draws(drawn)
    near = np.quantile(extra, [0.5 - 0.15, 0.5 + 0.15])
    density = 0.3 / (near[1] - near[0])
    assert matrix.mc_error[0, 1, 0, 2] == pytest.approx(0.5 / np.sqrt(size) / density, rel=0.5)
    low, high = matrix.end_error[0, 1, 0, 2]
    assert 0 < low < matrix.mc_error[0, 1, 0, 2] < high  # the distribution leans to the right
    row = matrix.tidy().iloc[2]
    assert row[["mc_error", "mc_error_low90", "mc_error_high90"]].tolist() == [matrix.mc_error[0, 1, 0, 2], low, high]
    assert 0 < row["prior_share_error"] < 0.1


def test_inserted_attempt_has_no_conditional_form():
    found = relation_matrix(source="MLI", on="2025-12-31", horizon=12, **SMALL)
    frame = found.tidy()
    assert frame["extra"].notna().all()
    assert frame[["other_times", "conditional_extra", "shared"]].isna().all(axis=None)
    assert found.n_attempts.tolist() == [1]


def test_source_without_an_attempt_in_the_window_is_unknown():
    found = relation_matrix(source="CIV", target="MLI", start="2005", horizon=12, **SMALL)
    assert np.isnan(found.tidy()["extra"]).all()
    assert found.says() == "Côte d'Ivoire had no attempt in the window, so there is no history to compare."
    assert "Aucune tentative n’a eu lieu en Côte d’Ivoire" in found.says(lang="fr")


def test_later_events_do_not_enter_with_refit():
    then = what_if("MLI", "2012-03-22", horizon=12, refit=True, **SMALL)
    assert then.posterior.evidence.last == pd.Timestamp("2012-03-22")
    events = sk.load_coups(rule="powell_thyne", countries=list(SMALL["countries"]), end="2012-03-22")
    assert then.n_events == len(events)


def test_what_if_begins_at_zero_grows_and_lies_above(path):
    value = path.to_xarray()["value"]
    assert path.targets == ("BFA", "GIN", "NER", "CIV")
    risks = value.sel(quantity=["with", "without"])
    assert bool((risks.sel(month=0) == 0).all())
    assert bool((risks.diff("month") > 0).all())
    assert bool((value.sel(quantity="extra").sel(month=slice(1, None)) > 0).all())


def test_what_if_agrees_with_the_matrix_of_a_source_with_one_attempt():
    found = relation_matrix(source="SEN", target="MLI", horizon=12, **SMALL)
    alone = what_if("SEN", "1962", target="MLI", horizon=12, **SMALL)
    np.testing.assert_allclose(found.values[0, 0, 0, :4], alone.values[0, -1], rtol=1e-9)


def test_record_is_what_load_coups_lists(path):
    assert path.record["iso3"].tolist() == ["MLI"]
    longer = what_if("MLI", "2012-03-22", horizon=36, **SMALL).record
    assert longer["iso3"].tolist() == ["MLI", "BFA"]
    assert longer["date"].astype(str).tolist() == ["2012-05-01", "2014-10-30"]


def test_sentences_say_estimate_interval_sizes_and_caveat(matrix, path):
    for lang, caveat in (("en", "prior belief"), ("fr", "hypothèse de départ")):
        text = matrix.says(source="MLI", target="BFA", lang=lang)
        assert caveat in text
        assert f"{matrix.n_events} {'attempts' if lang == 'en' else 'tentatives'}" in text
        assert "90 %" in text
        assert text.endswith(".")
        assert text.count(".") == 1 + (text.count(".") - 1 if lang == "en" else 0)
    assert "third countries" in matrix.says(source="GIN", target="NER")
    assert "pays tiers" in matrix.says(source="GIN", target="NER", lang="fr")
    assert "another attempt there" in matrix.says(source="MLI", target="MLI")
    assert "22 mars 2012 au Mali" in path.says(lang="fr")
    assert "no attempt followed there" in path.says(lang="en")
    recent = what_if("NER", "2023-07", horizon=36, **SMALL)
    assert "known until 31 December 2025 only" in recent.says(lang="en", target="MLI")


def test_words_of_place_and_day_are_those_of_each_language():
    assert [in_country(code, "fr") for code in FOCUS] == [
        *("au Mali", "au Burkina Faso", "en Guinée", "au Niger", "en Côte d’Ivoire")
    ]
    assert day_text("2012-05-01", "fr") == "1er mai 2012"
    assert day_text("2012-08-18", "en") == "18 August 2012"


def test_summary_names_the_diagnostics(matrix, path):
    for text in (matrix.summary(), path.summary()):
        assert "R-hat" in text
    assert "within 36 months" in matrix.summary()


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: relation_matrix(horizon=0), OptionError, "a whole number of months from 1 to 60"),
        (lambda: relation_matrix(horizon=(12, 61)), OptionError, "horizon=61"),
        (lambda: relation_matrix(horizon=()), OptionError, "there is none"),
        (lambda: relation_matrix(horizon=12.5), OptionError, "whole number"),
        (lambda: relation_matrix(source="Malli"), UnknownPlaceError, r"Did you mean .*Mali \(MLI\)"),
        (lambda: relation_matrix(source="TCD", **SMALL), OptionError, r"Chad \(TCD\) is not among the 6 countries"),
        (lambda: relation_matrix(rule="powel_thyne"), UnknownNameError, "Did you mean 'powell_thyne'"),
        (lambda: relation_matrix(start="2020", end="2010"), DateError, "it lies before start"),
        (
            lambda: relation_matrix(source="SEN", target="CPV", countries=["CPV", "SEN"], start="2000"),
            ModelError,
            "nothing can be fitted",
        ),
        (
            lambda: relation_matrix(on="1959-12-31", **SMALL),
            DateError,
            "outside the window from 1960-01-01 to 20.* of the model",
        ),
        (lambda: relation_matrix(on="2012-03-22", start="2013", **SMALL), DateError, "window from 2013-01-01"),
        (lambda: relation_matrix(on="2012-03-22", end="2011", **SMALL), DateError, "to 2011-12-31 of the model"),
        (lambda: relation_matrix(on="2060", **SMALL), DateError, "outside the window"),
        (lambda: relation_matrix(on="1960-02-01", **SMALL), DateError, "Mali, Burkina Faso, .* no state on that day"),
        (lambda: relation_matrix(prior=Prior(own=1e6), **SMALL), ModelError, "would multiply without end. Lower own="),
        (lambda: relation_matrix(prior=Prior(pair=1e4), **SMALL), ModelError, "a branching ratio below 1"),
        (
            lambda: relation_matrix(
                source="MLI", target="BFA", countries=["MLI", "BFA"], draws=100, prior=Prior(period=100.0)
            ),
            ModelError,
            "chains do not come together",
        ),
        (
            lambda: what_if("MLI", "1968-11-19", target="CPV", **{**SMALL, "countries": "west_africa"}),
            DateError,
            "Cabo Verde was no state on that day",
        ),
        (lambda: what_if("MLI", "2012-03-21"), UnknownNameError, "Did you mean '2012-03-22'.*1968-11-19"),
        (lambda: what_if("MLI", "2012"), DateError, r"Mali had 2 attempts then \(2012-03-22, 2012-05-01\)"),
        (lambda: what_if("MLI", None), DateError, "which attempt"),
        (lambda: what_if("MLI", "soon"), DateError, "not a date"),
        (lambda: what_if("MLI", "2012-03-22", horizon=-1), OptionError, "from 1 to 60"),
        (
            lambda: what_if("MLI", "2012-03-22", end="2010", **SMALL),
            DateError,
            "outside the window from 1960-01-01 to 2010-12-31",
        ),
        (lambda: what_if("TCD", "1990-12-01", **SMALL), OptionError, r"Chad \(TCD\) is not among"),
    ],
)
def test_what_cannot_be_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_pair_outside_the_matrix_is_named(matrix):
    with pytest.raises(UnknownNameError, match="unknown source 'SEN'"):
        matrix.says(source="SEN", target="MLI")
    with pytest.raises(UnknownNameError, match="unknown language 'de'"):
        matrix.says(lang="de")


def test_overlap_of_two_normals_is_the_known_one():
    from scipy import stats

    rng = np.random.default_rng(1)
    first, second = rng.normal(size=(2, 20_000))
    known = 2 * stats.norm.cdf(-0.5)
    assert overlap(first[:, None], second[:, None] + 1.0)[0] == pytest.approx(known, abs=0.02)
    assert overlap(first[:, None], second[:, None])[0] > 0.97


def test_shuffled_maps_of_a_map_that_cannot_differ_give_no_evidence(matrix):
    """Where every country borders every other, shuffling changes nothing and p is 1."""
    from dataclasses import replace

    evidence = matrix.posterior.evidence
    full = (1 - np.eye(6)) / 5
    drawn = replace(matrix.posterior, evidence=replace(evidence, weights=full))
    assert map_p_value(drawn, replicates=19) == 1.0
    base = np.full(evidence.observed.n_events, 0.1)
    kernel, mass = _kernels(evidence, 1.0)
    assert _gain(evidence, base, np.stack([full, np.zeros((6, 6))]), kernel, mass)[1] == 0.0


@pytest.mark.slow
def test_robustness_stands_beside_the_estimate():
    found = relation_matrix(source="MLI", target=["MLI", "BFA"], horizon=12, robustness=True, **SMALL)
    row = found.tidy().set_index("target").loc["BFA"]
    assert row["leave_one_out_low"] <= row["leave_one_out_high"]
    assert 0 < row["permutation_p"] <= 1
    assert row["extra_powell_thyne"] == row["extra"]
    assert row[["extra_cline", "extra_colpus", "extra_cam", "extra_any"]].between(0, 20).all()
    assert set(found.robustness.query("check == 'leave_one_out'")["level"]) == {"SEN", "GIN", "NER", "CIV", "BFA"}


@pytest.mark.slow
def test_wider_prior_of_contagion_gives_no_less():
    table = prior_sensitivity(
        target="BFA", scales={"cross": (0.05, 0.5)}, countries=["focus", "SEN"], draws=400, horizon=12
    )
    extra = table.set_index(table["value"].fillna(Prior().cross))["extra"]
    assert extra[0.05] < extra[0.25]
    assert extra[0.25] < extra[0.5] + 0.3
    with pytest.raises(UnknownNameError, match="unknown scale of the prior 'tau'"):
        prior_sensitivity(scales={"tau": (1.0,)}, countries=["focus", "SEN"])


@pytest.mark.parametrize("ask", [lambda **o: relation_matrix(**o), lambda **o: what_if("Mali", "2012-03-22", **o)])
def test_what_is_no_prior_is_refused(ask):
    with pytest.raises(OptionError, match="prior='dict': it is no prior"):
        ask(prior={"own": 1.0}, **SMALL)


@pytest.mark.parametrize("scales", [[1.0], {"own": 1.0}])
def test_scales_to_try_are_lists_by_name(scales):
    with pytest.raises(OptionError, match="it gives each scale of the prior the values to try"):
        prior_sensitivity(scales=scales)


def test_a_place_set_counts_the_states_of_the_window():
    window = {"start": "1970-01-01", "end": "2020-12-31"}
    found = gather(countries="africa", **window)
    assert "ZZB" not in found.countries
    assert len(found.countries) > 50
    with pytest.raises(ModelError, match="ZZB did not exist between 1970-01-01 and 2020-12-31"):
        gather(countries=["focus", "Zanzibar"], **window)


def test_arrays_of_the_matrix_are_those_of_its_table(matrix):
    table = matrix.tidy().set_index(["source", "target", "horizon"])
    data = matrix.to_xarray()
    at = {"source": "MLI", "target": "NER", "horizon": 36}
    row = table.loc[("MLI", "NER", 36)]
    assert row["extra_low90"] == data["value"].sel(quantity="extra", quantile=0.05, **at).item()
    assert row["shared"] == data["value"].sel(quantity="shared", quantile=0.5, **at).item()
    assert row["prior_share"] == data["prior_share"].sel(**at).item()
    assert row["mc_error"] == data["mc_error"].sel(quantity="extra", **at).item()
    assert row["n_attempts"] == data["n_attempts"].sel(source="MLI").item()
    assert (data.attrs["first"], data.attrs["last"]) == ("1960-01-01", "2025-12-31")
