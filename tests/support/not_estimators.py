"""Functions that take a frame and are not tried by the tests of invariance, each with the reason."""

from __future__ import annotations

from collections.abc import Mapping

MADE_HERE = "reads frames that the package itself has made"
INSIDE = "a step of a function that is tried"
NOT_ESTIMATORS: Mapping[str, str] = {
    "sahelkit.evaluate.comparison.other_frame": "reads a rival's forecasts, tried with back-tests",
    "sahelkit.evaluate.comparison.compare": MADE_HERE,
    "sahelkit.evaluate.forecaster.probabilities": MADE_HERE,
    "sahelkit.evaluate.labels.labels": MADE_HERE,
    "sahelkit.models.bounds.influence.influence": MADE_HERE,
    "sahelkit.estimation.many.lazily.open_lazily": MADE_HERE,
    "sahelkit.estimation.many.lazily.write_models": MADE_HERE,
    "sahelkit.models.bounds.measures.beside": INSIDE,
    "sahelkit.models.bounds.summaries.complete": MADE_HERE,
    "sahelkit.estimation.many.sample.read_sample": INSIDE,
    "sahelkit.models.bounds.summaries.digest": MADE_HERE,
    "sahelkit.estimation.design.account_missing": INSIDE,
    "sahelkit.estimation.design.origin_of": "reads where a frame came from, no row of it",
    "sahelkit.estimation.design.read_design": INSIDE,
    "sahelkit.models.forecast.covariates.covariates": MADE_HERE,
    "sahelkit.models.forecast.covariates.newest": MADE_HERE,
    "sahelkit.models.forecast.covariates.unit_of": MADE_HERE,
    "sahelkit.models.forecast.drivers.drivers": MADE_HERE,
    "sahelkit.estimation.hawkes.observed.dated": INSIDE,
    "sahelkit.estimation.hawkes.observed.observe": INSIDE,
    "sahelkit.models.hawkes.paths.simulate_hawkes": "simulates; its history is read as fit_hawkes reads events",
    "sahelkit.models.impact.compare.impact_table": "calls event_window and the estimates that are tried",
    "sahelkit.models.impact.donors.coup_windows": "calls event_window for each coup",
    "sahelkit.models.impact.donors.unexposed_donors": "chooses countries by the table of coups",
    "sahelkit.models.impact.outcomes.monthly": INSIDE,
    "sahelkit.models.impact.outcomes.months_of": INSIDE,
    "sahelkit.models.impact.outcomes.violence": "adds columns row by row",
    "sahelkit.models.impact.windows.follow_ups": "reads the table of coups",
    "sahelkit.models.hazard.success.attempts_of": INSIDE,
    "sahelkit.models.placebo.draws.event_grid": INSIDE,
    "sahelkit.models.relation.evidence.gather": "reads events as fit_hawkes does, for histories made by chance",
    "sahelkit.models.hazard.robustness.beside": "sets fits beside one another",
    "sahelkit.panels.events.event_layer": MADE_HERE,
    "sahelkit.panels.leaders.in_office": MADE_HERE,
    "sahelkit.panels.neighbours.spans": MADE_HERE,
    "sahelkit.panels.placing.words": MADE_HERE,
    "sahelkit.panels.response_context.add_context": MADE_HERE,
    "sahelkit.panels.universe.make_grid": MADE_HERE,
    "sahelkit.tables.leader_months.leaders_at": MADE_HERE,
    "sahelkit.tables.leaders.in_office": MADE_HERE,
    "sahelkit.tables.states.existing": MADE_HERE,
    "sahelkit.tables.states.touching": MADE_HERE,
}
