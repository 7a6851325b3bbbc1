"""Steps of a panel: one of a user's own joins like any other, and is refused when it is not what it promised."""

from __future__ import annotations

import pickle
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest

from sahelkit.errors import OptionError
from sahelkit.panels import Layer, Step, coverage, panel, real_time, settle
from sahelkit.panels.carrying import Newest

ONE = np.datetime64("2012-04-20")


@dataclass(frozen=True)
class Strikes(Step):
    """One strike in Mali in March 2012, of which the news came on 20 April."""

    kind: str = "count"

    def kinds(self, version, have):
        return {"strikes": self.kind}

    def layers(self, context, have):
        grid = context.grid
        values = np.zeros(grid.shape)
        values[grid.rows_of(pd.Series(["MLI"])), grid.columns_of(["2012-03-05"])] = 1.0
        return [settle(context, "strikes", values, covered=True, published=ONE, kind="count")]


@dataclass(frozen=True)
class Both(Step):
    """The sum of two columns that stand before it."""

    def kinds(self, version, have):
        return {"both": "count"}

    def layers(self, context, have):
        one, other = have["strikes"], have["attempt"]
        values = one.values + other.values
        covered, hidden = one.covered & other.covered, one.hidden | other.hidden
        return [Layer("both", values, covered, hidden, None, "count", "", context.grid.freq)]


def _mali():
    return panel(["Mali", "Niger"], "2012-02", "2012-05").add(Strikes()).add_coups()


def test_it_joins_like_any_other():
    built = _mali().add_neighbours("strikes").since_last("strikes").add(Both())
    frame = built.frame.set_index(["iso3", "period"]).loc["MLI"]
    assert frame["strikes"].tolist() == [0, 1, 0, 0]
    assert frame["since_last_strikes"].tolist()[2:] == [1, 2]
    assert frame["both"].tolist() == [0, 2, 0, 1]
    assert built.frame.query("iso3 == 'NER'")["neighbours_strikes"].tolist() == [0, 1, 0, 0]
    assert coverage(built).tidy()["column"].tolist() == ["strikes", "attempt", "success", "failure"]
    assert coverage(panel("Mali", "2012-03", "2012-03").add(Strikes())).datasets == ("user",)
    assert pickle.loads(pickle.dumps(built)).frame.equals(built.frame)


def test_it_shows_what_was_known():
    built = _mali().add(Both())
    march = [built.as_of(day).frame.query("iso3 == 'MLI'").iloc[1] for day in ("2012-04-19", "2012-04-21")]
    assert np.isnan(march[0]["strikes"])
    assert np.isnan(march[0]["both"])
    assert march[1]["both"] == 2
    assert real_time(_mali().lag("strikes", months=2)).query("iso3 == 'MLI'")["strikes_lag2"].iloc[3] == 1
    with pytest.raises(OptionError, match="real_time cannot follow what a step of your own computes"):
        real_time(built)


class Leaky(Strikes):
    def layers(self, context, have):
        (layer,) = super().layers(replace(context, as_of=None), have)
        return [layer]


class Renamed(Strikes):
    def layers(self, context, have):
        (layer,) = super().layers(context, have)
        return [replace(layer, name="strike")]


class Short(Strikes):
    def layers(self, context, have):
        (layer,) = super().layers(context, have)
        return [replace(layer, values=layer.values[:, 1:])]


class Whole(Strikes):
    def layers(self, context, have):
        return [
            replace(layer, values=np.zeros(context.grid.shape, dtype=int)) for layer in super().layers(context, have)
        ]


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (Leaky(), r"step='Leaky': it shows values that were not yet known on 2012-04-01"),
        (Renamed(), r"step='Renamed': it gives the columns \['strike'\], not \['strikes'\]"),
        (Short(), r"step='Short': an array of its layer has the shape \(1, \d+\), and the raster \(1, \d+\)"),
        (Whole(), r"step='Whole': its values are int64: numbers are float64"),
    ],
)
def test_a_broken_promise_is_named(step, message):
    built = panel("Mali", "2012-03", "2012-03").add(step).as_of("2012-04-01")
    with pytest.raises(OptionError, match=message):
        _ = built.frame


def test_bad_requests():
    with pytest.raises(OptionError, match="step='DataFrame': not a step of a panel"):
        panel("Mali", 2012, 2012).add(pd.DataFrame())
    with pytest.raises(OptionError, match="'strikes' is a 'sum', not one of count, level, text"):
        panel("Mali", 2012, 2012).add(Strikes("sum"))
    with pytest.raises(OptionError, match="column='strikes': the panel has it already"):
        _mali().add(Strikes())


def test_a_computed_column_names_the_one_that_it_is_made_from():
    built = panel("Mali", "2011", "2012").add_coups().lag("attempt", months=1).lead("attempt", months=2)
    built = built.past("attempt", months=6).since_last("attempt").add_neighbours("attempt")
    built = built.add(Newest("attempt_lag1", 1, 3))
    have, made = {}, {}
    for step in built.steps:
        new = step.kinds(None, have)
        made |= {name: step.made_from(name) for name in new if step.computed}
        assert {step.made_from(name) for name in new} <= ({*have} if step.computed else {None})
        have |= new
    assert made == {
        **dict.fromkeys(["attempt_lag1", "attempt_lead2", "attempt_past6"], "attempt"),
        **dict.fromkeys(["since_last_attempt", "never_attempt", "neighbours_attempt"], "attempt"),
        **dict.fromkeys(["attempt_lag1_newest1", "attempt_lag1_newest1_age"], "attempt_lag1"),
    }
