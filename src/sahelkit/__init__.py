"""Coups in Mali and West Africa: data, models and what to cite.

>>> import sahelkit as sk
>>> coups = sk.load_coups(countries="MLI", rule="powell_thyne")
>>> coups["outcome"].value_counts().to_dict()
{'success': 5, 'failure': 3}
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from sahelkit._deprecated import old_name

__version__ = "0.1.0"

# Where each public name lives. A name is imported at its first use, so that `import sahelkit` stays light.
_HOMES = {
    "sahelkit.errors": ("CoverageWarning", "SahelkitError"),
    "sahelkit.catalog.listing": ("datasets",),
    "sahelkit.catalog.codebook": ("codebook",),
    "sahelkit.catalog.licences": ("licences",),
    "sahelkit.catalog.citation": ("cite",),
    "sahelkit.store": ("fetch", "fetch_source"),
    "sahelkit.tables.states": ("load_states",),
    "sahelkit.tables.borders": ("load_borders", "load_distances", "neighbours"),
    "sahelkit.tables.coups": ("coup_coders", "diff_coups", "load_coups"),
    "sahelkit.tables.conflict": ("load_conflict",),
    "sahelkit.tables.conflict_actors": ("conflict_actor_names", "load_conflict_actors"),
    "sahelkit.tables.indicators": ("load_indicators",),
    "sahelkit.tables.democracy": ("load_democracy", "load_regime_episodes"),
    "sahelkit.tables.leaders": ("load_leaders",),
    "sahelkit.tables.leader_months": ("load_leader_months",),
    "sahelkit.tables.elections": ("load_elections",),
    "sahelkit.tables.military_rule": ("load_military_rule",),
    "sahelkit.tables.memberships": ("load_memberships",),
    "sahelkit.tables.crisis": ("crisis_actors", "crisis_types", "load_crisis"),
    "sahelkit.tables.maps": ("load_map", "load_places", "map_geojson"),
    "sahelkit.tables.responses": ("load_response_searches", "load_responses"),
    "sahelkit.tables.events": ("load_events",),
    "sahelkit.tables.forecasts": ("load_forecasts",),
    "sahelkit.panels": ("coverage", "panel"),
    "sahelkit.models.bounds": ("extreme_bounds",),
    "sahelkit.evaluate.backtest": ("backtest",),
    "sahelkit.models.forecast": ("HazardForecaster", "forecast_panel", "risk_path", "risk_table"),
    "sahelkit.panels.responses": ("response_cases",),
    "sahelkit.models.hazard.fitting": ("fit_hazard",),
    "sahelkit.models.hawkes": ("contagion_test", "fit_hawkes"),
    "sahelkit.models.relation": ("prior_sensitivity", "relation_matrix", "what_if"),
    "sahelkit.models.impact": ("event_study", "impact_table", "synthetic_control", "synthetic_did"),
    "sahelkit.models.placebo.simulate": ("simulate_panel",),
    "sahelkit.study": ("effort", "finding", "show"),
    "sahelkit.study.scoreboard": ("scoreboard",),
}
_ROOMS = {
    **{
        name: f"sahelkit.{name}"
        for name in (
            *("catalog", "errors", "estimation", "evaluate", "exposure", "geography", "models", "panels", "plots"),
            *("record", "store", "study", "tables"),
        )
    },
    "places": "sahelkit.geography.places",
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = ["__version__", *sorted(_HOME_OF), *_ROOMS]


def __getattr__(name: str) -> Any:
    if name in _HOME_OF:
        value = getattr(import_module(_HOME_OF[name]), name)
    elif name in _ROOMS:
        value = import_module(_ROOMS[name])
    else:
        return old_name(__name__, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
