"""Every public function that takes a frame takes one of polars or pyarrow."""

from __future__ import annotations

import importlib
import inspect
import tempfile
import warnings
from functools import cache
from pathlib import Path

import pandas as pd
import pyarrow
import pytest
from libraries import LIBRARIES
from user_frames import CASES, COUP, attempts, cases, coded, crisis, indicators, own_coups, series, window, years

import sahelkit as sk
from sahelkit.errors import OptionError
from sahelkit.frames import check_frame

polars = pytest.importorskip("polars")


def _conflict():
    return sk.load_conflict(countries="africa", start="2010-01", end="2022-12")


def _attempts_since_2010():
    return sk.load_coups(countries="africa", rule="powell_thyne", start=2008)


def _events():
    return sk.load_coups(countries=["MLI"], rule="powell_thyne", start=2020, end=2020)


def _weights():
    return sk.exposure.spatial_weights("africa")


def _hazard_ratios():
    return sk.fit_hazard("attempt ~ z", years()).tidy()


def _predictors():
    return series().groupby("iso3", as_index=False)["x"].mean()


def _north():
    return sk.record.place_history(crisis(), start="2012-01-01", end="2013-07-01")


def _text(figure):
    return sorted(text.get_text() for axes in figure.axes for text in axes.texts)


def _windows(frame, events, coups):
    found = sk.models.impact.coup_windows(frame, events, coups=coups, weights=_weights())
    return pd.concat([made.values for made in found])


def _simulated(history):
    fit = sk.fit_hawkes(attempts(), countries="west_africa", start=1960, end=2020)
    return sk.models.hawkes.simulate_hawkes(fit, start=2021, end=2022, history=history, replicates=20, seed=1)


def _added(frame):
    with sk.add_coder("mine", frame) as found:
        return found.tidy()


def _study(events):
    options = {"coups": _attempts_since_2010(), "weights": _weights(), "methods": ["synthetic_did"]}
    return sk.models.impact.impact_table(_conflict(), events, **options).table


def _exported(frame):
    with tempfile.TemporaryDirectory() as folder:
        return pd.read_csv(sk.export(frame, f"{folder}/x.csv").path)


# Name -> the frames, and what is made of them.
DOORS = {
    "catalog.cite": ([coded], sk.cite),
    "catalog.codebook": ([coded], sk.codebook),
    "record.add_coder": ([own_coups], _added),
    "record.match_coups": ([own_coups, lambda: own_coups().drop(2)], lambda f, g: sk.match_coups(f, g).tidy()),
    "plots.plot_coup_match": (
        [lambda: sk.match_coups(own_coups(), "any").tidy()],
        lambda f: _text(sk.plots.plot_coup_match(f, source="s")),
    ),
    "exposure.decayed_exposure": (
        [attempts],
        lambda f: sk.exposure.decayed_exposure(f, _weights(), start=2000, end=2002).to_series().dropna(),
    ),
    "formats.export": ([coded], _exported),
    "models.bounds.influence": (
        [lambda: sk.extreme_bounds("attempt ~ x | z | w + v", years(), k=1, progress=False).models],
        sk.models.bounds.influence,
    ),
    "models.hawkes.simulate_hawkes": ([lambda: attempts()[["iso3", "date"]]], _simulated),
    "models.hazard.fit_hazard, predict": ([years], lambda f: sk.fit_hazard("attempt ~ z", years()).predict(f)),
    "models.impact.coup_windows": ([_conflict, _events, _attempts_since_2010], _windows),
    "models.impact.impact_table": ([_events], _study),
    "models.impact.synthetic_control": (
        [_predictors],
        lambda f: sk.synthetic_control(
            window(series()),
            predictors=f.set_index("iso3") if isinstance(f, pd.DataFrame) else f,
            importance=[1.0],
        ).tidy(),
    ),
    "models.impact.unexposed_donors": (
        [_attempts_since_2010],
        lambda f: sk.models.impact.unexposed_donors("MLI", "2012-03-22", coups=f, weights=_weights()),
    ),
    "models.impact.violence": ([_conflict], lambda f: sk.models.impact.violence(f)),
    "panels.add_context": ([lambda: cases().query(f"coup_id == '{COUP}'")], sk.panels.add_context),
    "plots.plot_agreement": (
        [lambda: sk.record.coder_agreement(coded(), ["pt", "cline", "colpus"])],
        lambda f: _text(sk.plots.plot_agreement(f)),
    ),
    "plots.plot_coup_timeline": ([coded], lambda f: _text(sk.plots.plot_coup_timeline(f, countries=["MLI"]))),
    "plots.plot_fragility": (
        [lambda: sk.record.standing(indicators(), higher_is_worse={"a": True, "b": False})],
        lambda f: _text(
            sk.plots.plot_fragility(f, countries=["MLI", "NER"], labels={"a": "A", "b": "B"}, date="2010", source="s")
        ),
    ),
    "plots.plot_ratios": (
        [lambda: _hazard_ratios().assign(label=lambda f: f["term"])],
        lambda f: _text(sk.plots.plot_ratios(f, source="s")),
    ),
    "plots.plot_responses": ([lambda: cases().query("iso3 == 'MLI'")], lambda f: _text(sk.plots.plot_responses(f))),
    "plots.plot_timeline": ([crisis], lambda f: _text(sk.plots.plot_timeline(f, start="2012-01-01", end="2013-07-01"))),
}
# Figures of what a function of this package has computed; it hands them a frame of pandas.
COMPUTED = {
    f"plots.{name}" for name in ("plot_bounds", "plot_group_lanes", "plot_hazard_curves", "plot_north", "plot_waiting")
}


def _taking_frames():
    for stub in sorted(Path(sk.__file__).parent.rglob("__init__.pyi")):
        room = ".".join(("sahelkit", *stub.parent.relative_to(Path(sk.__file__).parent).parts))
        for name in importlib.import_module(room).__all__:
            thing = getattr(importlib.import_module(room), name)
            if inspect.isfunction(thing) and "FrameLike" in str(inspect.signature(thing)):
                yield f"{thing.__module__}.{name}", f"{room.removeprefix('sahelkit').lstrip('.')}.{name}".lstrip(".")


def test_every_public_function_that_takes_a_frame_is_tried():
    tried = {name.partition("[")[0] for name in CASES}
    names = {name.partition(",")[0].rpartition(".")[2] for name in [*DOORS, *COMPUTED]}
    left = {short for home, short in _taking_frames() if home not in tried and short.rpartition(".")[2] not in names}
    assert left == set()


def _plain(frame):
    """What is empty as None, whatever the type of its column."""
    return frame.reset_index(drop=True).astype(object).where(frame.reset_index(drop=True).notna(), None)


def _same(one, other):
    if isinstance(one, pd.DataFrame):
        pd.testing.assert_frame_equal(_plain(one), _plain(other), check_dtype=False)
    elif isinstance(one, pd.Series):
        pd.testing.assert_series_equal(one.reset_index(drop=True), other.reset_index(drop=True), check_dtype=False)
    elif hasattr(one, "dtype"):
        assert one.tolist() == pytest.approx(other.tolist(), nan_ok=True)
    else:
        assert one == other


@cache
def _of_pandas(door):
    """The frames of a door, and what it gives for them as they are; computed once for all libraries."""
    frames, run = DOORS[door]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = [make().reset_index(drop=True) for make in frames]
        for frame in made:
            frame.attrs = {}  # other libraries keep none
        return made, run(*made)


@pytest.mark.parametrize("library", ["polars", "polars, lazy", "pyarrow"])
@pytest.mark.parametrize("door", DOORS)
def test_what_a_door_gives_does_not_depend_on_the_library(door, library):
    made, expected = _of_pandas(door)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _same(DOORS[door][1](*(LIBRARIES[library](frame) for frame in made)), expected)


def test_columns_keep_names_types_and_what_is_empty():
    dates = pd.Series(["2012-03-22", None]).astype("datetime64[ms]")
    frame = polars.DataFrame(
        {
            "iso3": ["MLI", None],
            "n": [2**60 + 1, None],
            "small": polars.Series([1, None], dtype=polars.UInt8),
            "yes": [True, None],
            "x": [0.5, None],
            "whole": [1, 2],
            "day": polars.Series(dates).cast(polars.Date),
            "kind": polars.Series(["a", "b"], dtype=polars.Categorical),
        }
    )
    found = check_frame(frame, where="here")
    assert list(found.columns) == frame.columns
    assert found["n"].tolist() == [2**60 + 1, pd.NA]
    assert [str(found[name].dtype) for name in ("n", "small", "yes", "x", "whole", "kind")] == [
        "Int64",
        "UInt8",
        "boolean",
        "float64",
        "int64",
        "category",
    ]
    assert found["iso3"].isna().tolist() == [False, True]
    pd.testing.assert_series_equal(found["day"], dates, check_names=False)


def test_a_lazy_frame_is_collected():
    assert check_frame(polars.LazyFrame({"a": [1]}), where="here")["a"].tolist() == [1]


def test_two_columns_of_one_name_are_refused():
    table = pyarrow.table([[1], [2]], names=["iso3", "iso3"])
    with pytest.raises(OptionError, match=r"columns 'iso3': here cannot tell columns of one name apart. Rename one"):
        check_frame(table, where="here")


@pytest.mark.parametrize("given", [polars.Series("a", [1]), pyarrow.array([1]), object()])
def test_what_is_no_frame_is_refused(given):
    with pytest.raises(OptionError, match=r"here takes a frame of pandas, polars or Arrow. Type"):
        check_frame(given, where="here")
