"""The whole analysis: each model is the one that it says it is, and the result can be read in every way."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import sahelkit as sk
from sahelkit.errors import LackingError, ModelError, OptionError, OutputError, UnknownNameError
from sahelkit.models.bounds import exposure_measures

CLOSE = 1e-7  # of a coefficient, against another Newton iteration


@pytest.fixture(scope="module")
def panel():
    made = sk.panel("west_africa", "1955", "2020", freq="Y").add_coups(rule="powell_thyne").add_leaders()
    frame = made.frame
    return frame.assign(
        coastal=frame["iso3"].isin(["BEN", "CIV", "GHA", "GIN", "SEN", "TGO", "NGA"]).astype(float),
        trend=(frame["period"].dt.year - 1990) / 10,
    )


@pytest.fixture(scope="module")
def measures(panel):
    return exposure_measures(panel, windows=[1, 3], weights=["land", "language"], fades=["window"])


@pytest.fixture(scope="module")
def found(panel, measures):
    return sk.extreme_bounds(
        f"onset ~ {measures.history} | {measures.terms} | reign_military_career + coastal",
        panel,
        measures=measures,
        effects=("none", "decade", "country+decade"),
        link=("cloglog", "logit"),
    )


def test_each_model_is_the_hazard_model_of_its_labels(found, panel, measures):
    rows = measures.join(panel).iloc[found.sample.rows]
    rows = rows.assign(decade=rows["period"].dt.year // 10, country=rows["iso3"])
    for _, row in found.models.sample(12, random_state=4).iterrows():
        kept = rows
        dummies = [] if row["effects"] == "none" else str(row["effects"]).split("+")
        for _ in range(3):  # levels without an event leave, which may empty others
            for name in dummies:
                kept = kept[kept.groupby(name)["onset"].transform("max") > 0]
        terms = [measures.history, row["focus"], *filter(None, [row["controls"]])]
        terms += [f"C({name})" for name in dummies]
        fit = sk.fit_hazard(f"onset ~ {' + '.join(terms)}", kept, link=row["link"], errors="CR1")
        other = fit.tidy().set_index("term").loc[row["focus"]]
        assert row["coef"] == pytest.approx(other["coef"], abs=CLOSE)
        assert row["se_cluster"] == pytest.approx(other["std_error"], rel=1e-6)
        assert row["loglik"] == pytest.approx(fit.loglik, abs=1e-8)
        assert (row["n"], row["events"]) == (fit.n_rows, fit.n_events)


def test_rows_that_leave_beside_effects_change_no_estimate(found, panel, measures):
    """Cabo Verde has no attempt: with a huge negative effect of its own, the whole sample says the same."""
    model = found.models[(found.models["effects"] == "country+decade") & (found.models["link"] == "logit")].iloc[0]
    assert model["n"] < len(found.sample.outcome)
    rows = measures.join(panel).iloc[found.sample.rows]
    rows = rows.assign(decade=rows["period"].dt.year // 10, cv=0.0)
    kept = rows.groupby("decade")["onset"].transform("max") > 0
    import statsmodels.api as sm
    from patsy import dmatrices

    y, x = dmatrices(f"onset ~ {measures.history} + {model['focus']} + C(iso3) + C(decade)", rows[kept])
    whole = sm.GLM(y, x, family=sm.families.Binomial()).fit(maxiter=40, tol=1e-14)
    focus = whole.params[x.design_info.column_names.index(str(model["focus"]))]
    assert model["coef"] == pytest.approx(focus, abs=1e-6)


def test_controls_that_effects_absorb_make_no_models(found):
    held = found.models["controls"].astype(str).str.contains("coastal")
    assert held[found.models["effects"] == "none"].any()
    assert not held[found.models["effects"] == "country+decade"].any()
    assert any("absorb coastal" in note for note in found.notes())


def test_all_models_share_one_sample_and_one_yardstick(found):
    assert len(set(found.models.loc[found.models["effects"] == "none", "n"])) == 1
    null = found.sample.outcome.mean()
    level = len(found.sample.outcome) * (null * np.log(null) + (1 - null) * np.log(1 - null))
    np.testing.assert_allclose(found.models["lri"], 1 - found.models["loglik"] / level, rtol=1e-12)


def test_pooled_figures_are_per_standard_deviation(found):
    pooled = found.pooled()
    spread = (
        found.models["focus"].astype(str).map({name: column.std() for name, column in found.sample.columns.items()})
    )
    used = found.models[found.used]
    assert pooled["mean"] == pytest.approx((used["coef"] * spread[found.used]).mean())
    z = (used["coef"] / used["se_cluster"]).to_numpy()
    assert pooled["share_significant_positive"] == pytest.approx(np.mean(z > 1.959964))
    assert pooled["above"] == pytest.approx(1 - pooled["cdf0_generic"])


def test_a_rule_on_inflation_leaves_models_out_of_the_summaries_only(panel, measures):
    formula = f"onset ~ 1 | {measures.terms} | trend"
    free = sk.extreme_bounds(formula, panel, measures=measures)
    strict = sk.extreme_bounds(formula, panel, measures=measures, vif=1.01)
    assert len(strict.models) == len(free.models)
    assert set(strict.models.loc[strict.used, "model"]) == set(free.models.loc[free.models["vif"] <= 1.01, "model"])
    assert 0 < strict.pooled()["n_used"] < free.pooled()["n_used"]


def test_separated_models_are_penalised_and_named(panel, measures):
    rows = measures.join(panel)
    inside = rows["onset"] > 0
    rows["certain"] = ((rows.index % 60 == 0) & ~inside).astype(float)  # never with an event: no finite estimate
    found = sk.extreme_bounds("onset ~ 1 | land_attempt_w1 | certain", rows, k=1)
    by_controls = found.models.set_index(found.models["controls"].astype(str))
    assert by_controls.loc["certain", "method"] == "firth"
    assert by_controls.loc["", "method"] == "ml"
    other = sk.fit_hazard(
        "onset ~ land_attempt_w1 + certain", rows.iloc[found.sample.rows], method="firth", errors="CR1"
    )
    row = other.tidy().set_index("term").loc["land_attempt_w1"]
    assert by_controls.loc["certain", "coef"] == pytest.approx(row["coef"], abs=1e-6)
    assert any("1 models were fitted with Firth" in note for note in found.notes())


def test_year_effects_are_allowed_and_flagged(panel, measures):
    found = sk.extreme_bounds(
        f"onset ~ never | {measures.terms} | 1", panel, measures=measures, effects=("none", "year")
    )
    assert any("single years" in note for note in found.notes())
    assert "single years" in found.says()
    assert "effets d’année" in found.says(lang="fr")
    assert all(len(set(part)) == 1 for _, part in found.models.groupby("effects", observed=True)["events"])


def test_the_table_opens_lazily_from_its_folder(panel, measures, tmp_path):
    pytest.importorskip("dask.dataframe")
    formula = f"onset ~ never | {measures.terms} | coastal"
    options = {"measures": measures, "effects": ("none", "decade")}
    stored = sk.extreme_bounds(formula, panel, folder=tmp_path / "run", **options)
    memory = sk.extreme_bounds(formula, panel, **options)
    pd.testing.assert_frame_equal(stored.tidy(), memory.tidy())
    next((tmp_path / "run" / "decade").glob("part-*.parquet")).unlink()
    limit = float(memory.models["vif"].median())
    again = sk.extreme_bounds(formula, panel, folder=tmp_path / "run", vif=limit, **options)
    pd.testing.assert_frame_equal(again.tidy().drop(columns="used"), memory.tidy().drop(columns="used"))
    assert again.tidy(lazy="arrow").to_table().to_pandas()["used"].sum() == again.used.sum() < len(memory.models)
    stored = sk.extreme_bounds(formula, panel, folder=tmp_path / "run", **options)
    for result in (stored, memory):
        arrow = result.tidy(lazy="arrow")
        positive = arrow.to_table(columns=["model", "coef"]).to_pandas()
        assert positive["coef"].tolist() == memory.tidy()["coef"].tolist()
        assert result.tidy(lazy="dask")["coef"].mean().compute() == pytest.approx(memory.tidy()["coef"].mean())
    with pytest.raises(UnknownNameError, match="arrow, dask"):
        memory.tidy(lazy="polars")


def test_a_folder_that_cannot_be_written_is_refused(panel, measures, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder", encoding="utf-8")
    with pytest.raises(OutputError, match="cannot write"):
        sk.extreme_bounds(f"onset ~ 1 | {measures.terms} | 1", panel, measures=measures, folder=blocked / "run")


def test_a_folder_of_another_run_is_refused(panel, measures, tmp_path):
    sk.extreme_bounds(f"onset ~ 1 | {measures.terms} | 1", panel, measures=measures, folder=tmp_path)
    with pytest.raises(OutputError, match="another"):
        sk.extreme_bounds(f"onset ~ never | {measures.terms} | 1", panel, measures=measures, folder=tmp_path)


def test_summary_and_sentences_hold_the_figures(found):
    text = found.summary()
    assert f"{len(found.models):,} models" in text
    assert "16 clusters" in text
    assert "land_success_w3" in text
    english, french = found.says(), found.says(lang="fr")
    above = f"{100 * found.pooled()['above']:.0f}"
    assert f"{above}% of the coefficient's distribution" in english
    assert f"{above}\u00a0% de la distribution" in french
    assert "16 countries" in english
    assert "16 pays" in french
    assert "share one sample" in english
    assert found.to_xarray().sizes == {"focus": 8}
    with pytest.raises(UnknownNameError, match="language"):
        found.says(lang="de")
    with pytest.raises(OptionError, match="'curve' or 'histogram'"):
        found.plot(kind="pie")


def test_the_headline_speaks_french_and_names_what_was_left_out(found):
    english, french = found.headline(lang="en").splitlines(), found.headline(lang="fr").splitlines()
    assert len(english) == len(french)
    assert french[1].startswith(f"{len(found.models)} modèles, dont {found.used.sum()} retenus ; 933 lignes")
    assert "décennie, pays + décennie" in french[2]
    assert "lignes écartées" in french[3]
    assert english[3].startswith(
        f"{found.sample.n_dropped} rows left out because a value is NA: land_attempt_w1 in 1 ("
    )
    assert any("absorbent coastal" in line for line in french)
    assert "par écart type" in found.summary(lang="fr")


def test_repr_of_any_number_of_models_fits_a_screen(found, panel):
    for shown in (repr(found), repr(found.null(replicates=19, models=4, seed=1))):
        lines = shown.splitlines()
        assert len(lines) <= 24
        assert max(map(len, lines)) <= 120
    assert f"{len(found.models) - 12} more rows" in found._repr_html_()


def test_the_histogram_is_drawn_on_given_axes_and_the_curve_refuses_them(found):
    from matplotlib.figure import Figure

    axes = Figure().add_subplot()
    assert found.plot(kind="histogram", ax=axes) is axes.figure
    assert axes.patches
    with pytest.raises(LackingError, match="two panels; kind='histogram' has one"):
        found.plot(ax=axes)
    null = found.null(replicates=19, models=4, seed=1)
    axes = Figure().add_subplot()
    assert null.plot(ax=axes) is axes.figure
    assert axes.get_title()


def test_a_panel_is_taken_as_well_as_a_frame():
    made = sk.panel("west_africa", "1980", "2020", freq="Y").add_coups(rule="powell_thyne").add_neighbours("attempt")
    made = made.past("neighbours_attempt", years=2).add_leaders()
    with pytest.raises(ModelError, match=r"values other than 0 and 1|must be 0 or 1"):
        sk.extreme_bounds("attempt ~ 1 | neighbours_attempt_past2 | reign_military_career", made)
    frame = made.frame
    frame["onset"] = frame["attempt"].clip(upper=1)
    found = sk.extreme_bounds("onset ~ 1 | neighbours_attempt_past2 | reign_military_career", frame)
    assert len(found.models) == 2
    assert "neighbours_attempt_past2" in found.says()


def test_weights_of_models_are_taken_under_their_old_name_with_a_warning(panel, measures):
    formula = "onset ~ 1 | land_attempt_w1 + land_attempt_w3 | trend"
    with pytest.warns(DeprecationWarning, match="weights= of extreme_bounds is called model_weights="):
        old = sk.extreme_bounds(formula, panel, measures=measures, weights="likelihood")
    new = sk.extreme_bounds(formula, panel, measures=measures, model_weights="likelihood")
    assert old.pooled().equals(new.pooled())
    assert not new.pooled().equals(sk.extreme_bounds(formula, panel, measures=measures).pooled())
