"""Coups as a source of a panel."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sahelkit._types import Bools, Rule
from sahelkit.errors import CoverageWarning
from sahelkit.panels.events import event_layer
from sahelkit.panels.layers import Context, Layer, Step
from sahelkit.panels.universe import Grid
from sahelkit.tables.coup_coverage import uneven_text
from sahelkit.tables.coup_releases import releases
from sahelkit.tables.coups import DATASET, JOINT_RULES, counted, load_coups
from sahelkit.tables.own_coders import OwnCoder, known_of, lists_for, noted, places_text, speaking, states_of
from sahelkit.tables.own_table import known_days
from sahelkit.tables.read import record_of
from sahelkit.tables.select import coverage_days

_LABELS = {
    "attempt": "Coup attempts, successful or not",
    "success": "Successful coups",
    "failure": "Failed coup attempts",
    "plot": "Coup plots",
}


def _covered(grid: Grid, coders: Mapping[str, Mapping[str, Any]], *, plots: bool) -> Bools:
    found = np.zeros(grid.shape, dtype=bool)
    for coder in coders.values():
        if coder["plots"] or not plots:
            found |= grid.within(states_of(coder), coder["first"], coder["last"])
    return found


def carried_on(release: str, version: str | None) -> pd.DataFrame:
    """Events of one release of Powell and Thyne's list, and after its day those that later releases added.

    The list is carried on between the releases that we hold, so that after the day of one of them a reader knew its
    events and the new ones. What later releases changed in the past of the older one is not in it.
    """
    parts, after = [], ""
    for name in (day for day in releases(version) if day >= release):
        events = load_coups(rule="powell_thyne", vintage=name, version=version)
        parts.append(events[events["date"] > after] if after else events)
        after = name
    return pd.concat([part.loc[:, ["iso3", "date", "kind", "outcome"]] for part in parts], ignore_index=True)


@dataclass(frozen=True)
class Coups(Step):
    """Counts of coup attempts, successes, failures and plots under one rule, or by one release carried on.

    A panel keeps the own `lists` with which it was declared, also in another process; None stands for the session's.
    """

    reads = (DATASET,)
    rule: Rule
    include_plots: bool
    release: str | None = None
    lists: tuple[OwnCoder, ...] | None = None

    def kinds(self, version: str | None, have: Mapping[str, str]) -> dict[str, str]:
        """Columns and their kinds."""
        speaking(self.rule, record_of(DATASET, version), self.lists)
        names = ("attempt", "success", "failure", *(("plot",) if self.include_plots else ()))
        return dict.fromkeys(names, "count")

    def settings(self) -> dict[str, Any]:
        """The rule, the release if there is one, and the own lists behind the rule."""
        release = {"vintage": self.release} if self.release else {}
        return {"rule": self.rule} | release | noted(self.rule, self.lists)

    def caution(self, countries: Sequence[str], first: pd.Timestamp, last: pd.Timestamp, version: str | None) -> str:
        """Where the rule weighs more coders in one part of the panel than in another."""
        description = record_of(DATASET, version)
        begins, ends = coverage_days(description.coverage)
        first, last = max(first, begins), min(last, ends)
        if first > last or self.rule not in JOINT_RULES:
            return ""
        coders = speaking(self.rule, description, self.lists)
        return uneven_text(self.rule, coders, countries, first, last, version=version)

    def layers(self, context: Context, have: Mapping[str, Layer]) -> list[Layer]:
        """The columns on the raster."""
        description = record_of(DATASET, context.version)
        coders = speaking(self.rule, description, self.lists)
        known = known_of(self.rule, description, self.lists)
        if self.release is None:
            # The panel's own window decides what there is to warn of.
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", CoverageWarning)
                events = counted(self.rule, include_plots=self.include_plots, version=context.version, lists=self.lists)
        else:
            events = carried_on(self.release, context.version)
        own = lists_for(self.rule) if self.lists is None else self.lists
        events["known"] = pd.NaT
        if own:
            stated = known_days(self.rule, context.version, own, known)
            events["known"] = stated.reindex(events["coup_id"]).to_numpy()
        chosen = {
            "attempt": events["kind"] == "attempt",
            "success": events["outcome"] == "success",
            "failure": events["outcome"] == "failure",
            "plot": events["kind"] == "plot",
        }
        return [
            event_layer(
                context,
                name,
                events.loc[chosen[name].fillna(False).astype(bool), ["iso3", "date", "known"]],
                covered=_covered(context.grid, coders, plots=name == "plot"),
                rule=known,
                source=DATASET,
                extent=_extent(coders, plots=name == "plot", rule=self.rule),
                label=_LABELS[name],
                unit="events",
            )
            for name in self.kinds(context.version, {})
        ]


def _extent(coders: Mapping[str, Mapping[str, Any]], *, plots: bool, rule: Rule) -> str:
    speaking = [coder for coder in coders.values() if coder["plots"] or not plots]
    if not speaking:
        return f"no plots under rule {rule!r}"
    first, last = min(c["first"] for c in speaking), max(c["last"] for c in speaking)
    region = "world" if any(c["places"] == "world" for c in speaking) else speaking[0]["places"]
    return f"{first} to {last} ({places_text(region)})"
