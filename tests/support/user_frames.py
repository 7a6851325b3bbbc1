"""Every public function that reads a frame, with a small frame of its own and how to call it.

`CASES` is the registry that the tests of invariance run over; `not_estimators.NOT_ESTIMATORS` says of every other
function that takes a frame why it is not in it. A function in neither fails `tests/invariance/test_registry.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

import numpy as np
import pandas as pd

import sahelkit as sk

CODES = ("BEN", "BFA", "CIV", "GHA", "GIN", "MLI", "NER", "SEN", "TGO")
DONORS = ["NGA", "TCD", "UGA", "KEN", "ETH", "AGO", "COD"]


@dataclass(frozen=True)
class Case:
    """How a function is tried.

    Attributes
    ----------
    make : callable
        The frame, freshly made.
    run : callable
        From a frame (and options) to a frame of results or a result with ``tidy()``.
    covariate : str
        Column whose unit and origin are changed; empty where the function takes none.
    jobs : bool
        True when `run` takes ``n_jobs``.
    rtol : float
        How far two runs may differ in relative terms.
    kept : tuple of str
        Changes that the frame cannot undergo, see `CHANGES` in the tests, each for a reason given beside it.
    moves : tuple of str
        Columns of the result that depend on the unit of the covariate, each for a reason given beside it.
    """

    make: Callable[[], pd.DataFrame]
    run: Callable[..., Any]
    covariate: str = ""
    jobs: bool = False
    rtol: float = 1e-6
    kept: tuple[str, ...] = field(default=())
    moves: tuple[str, ...] = field(default=())


@lru_cache(maxsize=1)
def _years() -> pd.DataFrame:
    rng = np.random.default_rng(11)
    index = pd.MultiIndex.from_product([CODES, pd.period_range("1975", periods=40, freq="Y")], names=["iso3", "period"])
    frame = pd.DataFrame(index=index).reset_index()
    n = len(frame)
    frame["x"] = rng.integers(0, 3, n)
    frame["z"] = rng.normal(size=n)
    frame["w"] = rng.normal(size=n)
    frame["v"] = rng.normal(size=n)
    frame["attempt"] = (rng.random(n) < 1 / (1 + np.exp(2.0 - 0.5 * frame["z"]))).astype(int)
    frame["success"] = np.where(frame["attempt"] == 1, rng.integers(0, 2, n), 0)
    frame["failure"] = frame["attempt"] - frame["success"]
    return frame


def years() -> pd.DataFrame:
    """Nine countries by 40 years; about 50 attempts."""
    return _years().copy()


def spells() -> pd.DataFrame:
    """Spells in whole periods, one cluster each."""
    rng = np.random.default_rng(3)
    rows = []
    for unit in range(150):
        x, z = rng.normal(), int(rng.integers(0, 2))
        life = rng.weibull(1.3) * np.exp(2.0 + 0.5 * x) if rng.random() < 0.5 + 0.3 * z else np.inf
        last = int(min(np.ceil(life), 25))
        rows += [
            {"iso3": f"C{unit}", "begin": t - 1.0, "duration": float(t), "x": x, "z": z, "event": 0}
            for t in range(1, last + 1)
        ]
        if life <= 25:
            rows[-1] |= {"event": 1, "duration": life}
    return pd.DataFrame(rows)


@cache
def _series() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    codes = ["MLI", *DONORS]
    index = pd.MultiIndex.from_product([codes, pd.period_range("2000-01", periods=96, freq="M")])
    frame = pd.DataFrame(index=index.set_names(["iso3", "month"])).reset_index()
    return frame.assign(x=rng.poisson(5, size=len(frame)))


def series() -> pd.DataFrame:
    """Counts of eight countries by month."""
    return _series().copy()


def counts() -> pd.DataFrame:
    """One country's counts, as a frame with a month."""
    return series().query("iso3 == 'MLI'").reset_index(drop=True)


def attempts() -> pd.DataFrame:
    """Attempts of West Africa, by day, with a mark."""
    frame = sk.load_coups(countries="west_africa", rule="powell_thyne", start=1960)[["iso3", "date", "outcome"]]
    return frame.assign(weight=1.0 + (frame["outcome"] == "success")).reset_index(drop=True)


def own_coups() -> pd.DataFrame:
    """A list of coups as a user may hold it: names, days and months, outcomes in two languages, a note."""
    return pd.DataFrame(
        {
            "country": ["Mali", "Mali", "Niger", "Togo", "Burkina Faso", "Côte d'Ivoire"],
            "date": ["2012-03-22", "2020-08-19", "2023-07", "2025-11-30", "2015-10-30", "2011-01-01"],
            "outcome": ["success", "réussi", "success", "échec", "failure", "complot"],
            "who": list("abcdef"),
        }
    )


def crisis() -> pd.DataFrame:
    """Losses and recaptures of places in Mali."""
    return sk.load_crisis(countries="MLI").reset_index(drop=True)


def acts() -> pd.DataFrame:
    """Acts after coups."""
    return sk.load_responses().reset_index(drop=True)


def cases() -> pd.DataFrame:
    """Attempts and how soon the African Union and ECOWAS answered."""
    return sk.panels.response_cases().reset_index(drop=True)


def actors() -> pd.DataFrame:
    """Pairs of actors by month."""
    return sk.load_conflict_actors(countries=["MLI", "NER", "BFA"]).reset_index(drop=True)


def indicators() -> pd.DataFrame:
    """Two indicators of four countries."""
    rng = np.random.default_rng(5)
    return pd.DataFrame(
        {
            "iso3": ["MLI", "NER", "BFA", "GIN"] * 2,
            "column": ["a"] * 4 + ["b"] * 4,
            "value": rng.normal(size=8),
            "year": 2010,
        }
    )


def coded() -> pd.DataFrame:
    """Coups with every coder's verdict."""
    return sk.load_coups(countries="west_africa", rule="any", start=1960, end=2015).reset_index(drop=True)


def window(frame: pd.DataFrame, unit: str = "MLI", **options: Any) -> Any:
    """A window of 24 months before and 12 after in steps of three."""
    from sahelkit.models.impact import event_window

    given = {"outcome": "x", "before": 24, "after": 12, "width": 3, "donors": DONORS, **options}
    return event_window(frame, unit, given.pop("date", "2004-01-15"), **given)


def _window(frame: pd.DataFrame) -> pd.DataFrame:
    made = window(frame)
    return made.values.set_axis(made.times).reset_index()


def _two_windows(frame: pd.DataFrame) -> list[Any]:
    return [window(frame), window(frame, "NGA", date="2003-07-01", donors=["MLI", *DONORS[1:]])]


def _hazard(frame: pd.DataFrame, **options: Any) -> pd.DataFrame:
    fit = sk.fit_hazard("attempt ~ z + w", frame, **options)
    return fit.tidy().assign(loglik=fit.loglik)


def _hawkes(frame: pd.DataFrame) -> pd.DataFrame:
    return sk.fit_hawkes(frame, countries="west_africa", start=1960, end=2020).tidy()


def _success(frame: pd.DataFrame) -> pd.DataFrame:
    from sahelkit.models.hazard.success import fit_success

    fit = fit_success("success ~ z", frame, attempt="attempt")
    return fit.tidy()


def _random(frame: pd.DataFrame) -> pd.DataFrame:
    from sahelkit.models.hazard.random_intercepts import fit_random_intercepts

    fit = fit_random_intercepts("attempt ~ z", frame)
    return fit.tidy().assign(loglik=fit.loglik)


def _split(frame: pd.DataFrame) -> pd.DataFrame:
    from sahelkit.models.hazard.split_population import fit_split_population

    fit = fit_split_population("event ~ x", "event ~ z", frame, time="duration", before="begin")
    return fit.tidy().assign(loglik=fit.loglik)


def _bounds(frame: pd.DataFrame, n_jobs: int = 1) -> pd.DataFrame:
    found = sk.extreme_bounds("attempt ~ x | z | w + v", frame, k=1, n_jobs=n_jobs, progress=False)
    return found.tidy()


def _measures(frame: pd.DataFrame) -> pd.DataFrame:
    from sahelkit.models.bounds import exposure_measures

    found = exposure_measures(frame, events=("attempt",), windows=(2,), weights=("land",), fades=("window",))
    keys = frame[["iso3", "period"]].astype(str).reset_index(drop=True)
    return pd.concat([keys, pd.DataFrame(found.columns(found.names))], axis=1)


def _placebo(frame: pd.DataFrame, n_jobs: int = 1) -> pd.DataFrame:
    from sahelkit.models.placebo.placebos import placebo_test

    return placebo_test("attempt ~ z", frame, event="attempt", window=2, replicates=99, seed=1, n_jobs=n_jobs).tidy()


def _trap(frame: pd.DataFrame, n_jobs: int = 1) -> pd.DataFrame:
    from sahelkit.models.placebo.period_effects import fixed_effects_trap

    return fixed_effects_trap(frame, window=2, replicates=20, seed=1, n_jobs=n_jobs).tidy()


def _power(frame: pd.DataFrame, n_jobs: int = 1) -> pd.DataFrame:
    from sahelkit.models.placebo.power import contagion_power

    return contagion_power(frame, sizes=(0.2,), window=2, replicates=20, seed=1, n_jobs=n_jobs).tidy()


def _like(frame: pd.DataFrame) -> pd.DataFrame:
    from sahelkit.models.placebo.like import simulate_like

    return simulate_like(frame, seed=1)


def _wild(frame: pd.DataFrame) -> pd.DataFrame:
    from sahelkit.models.hazard.wild import wild_score_test

    return wild_score_test(sk.fit_hazard("attempt ~ z", frame), "z", replicates=199, seed=1).tidy()


def _synthetic(frame: pd.DataFrame, n_jobs: int = 1) -> pd.DataFrame:
    return sk.synthetic_control(window(frame), n_jobs=n_jobs).tidy()


def _synthetic_did(frame: pd.DataFrame, n_jobs: int = 1) -> pd.DataFrame:
    return sk.synthetic_did(window(frame), n_jobs=n_jobs).tidy()


def _event_study(frame: pd.DataFrame) -> pd.DataFrame:
    return sk.event_study(_two_windows(frame), replicates=199, seed=1).tidy()


def _fit_series(frame: pd.DataFrame) -> pd.DataFrame:
    from sahelkit.models.impact import fit_series

    return fit_series(frame.set_index("month")["x"], "2004-01", lags=3).tidy()


def _captures(frame: pd.DataFrame) -> pd.DataFrame:
    from sahelkit.record.captures import capture_lags

    return capture_lags(frame, coup="2012-03-22", start="2012-01-17", end="2013-01-11").tidy()


def _history(frame: pd.DataFrame) -> pd.DataFrame:
    from sahelkit.record.place_history import place_history

    return place_history(frame, start="2012-01-01", end="2013-07-01")


def _reach(frame: pd.DataFrame) -> pd.DataFrame:
    from sahelkit.record.group_reach import group_reach

    return group_reach(frame, country="MLI", neighbours=["NER", "BFA"], date="2012-03-22").tidy()


def _agreement(frame: pd.DataFrame) -> pd.DataFrame:
    from sahelkit.record.agreement import coder_agreement

    return coder_agreement(frame, ["pt", "cline", "colpus"])


def _standing(frame: pd.DataFrame) -> pd.DataFrame:
    from sahelkit.record.standing import standing

    return standing(frame, higher_is_worse={"a": True, "b": False})


def _responses(name: str, *arguments: Any, **options: Any) -> Callable[[pd.DataFrame], Any]:
    def run(frame: pd.DataFrame) -> Any:
        from sahelkit.record import responses

        found = getattr(responses, name)(frame, *arguments, **options)
        return found if isinstance(found, pd.DataFrame) else found.tidy()

    return run


def _joined(frame: pd.DataFrame) -> pd.DataFrame:
    made = sk.panel(list(CODES), 1975, 2014, freq="Y").add_frame(frame)
    return made.frame[["iso3", "period", "z", "x"]]


def regimes() -> pd.DataFrame:
    """Spells with a first and a last year, some of them open."""
    rng = np.random.default_rng(13)
    starts = np.sort(rng.choice(np.arange(1976, 2010), size=(len(CODES), 4)), axis=1)
    frame = pd.DataFrame({"iso3": np.repeat(CODES, 4), "start": starts.ravel(), "end": starts.ravel() + 3})
    return frame.assign(end=frame["end"].where(frame["end"] < 2010), regime=[f"r{row % 5}" for row in frame.index])


def _spelled(frame: pd.DataFrame) -> pd.DataFrame:
    made = sk.panel(list(CODES), 1975, 2014, freq="Y").add_spells(
        frame, measure=("count", "share", "first_day"), overlaps="union", coverage=(1975, 2012)
    )
    return made.frame[["iso3", "period", *made.columns]]


COUP = "MLI-2012-03-22"
CASES: Mapping[str, Case] = {
    "sahelkit.models.hazard.fitting.fit_hazard": Case(years, _hazard, covariate="z"),
    # Half the logarithm of the information is part of the penalised likelihood, and the information has a unit.
    "sahelkit.models.hazard.fitting.fit_hazard[firth]": Case(
        years, lambda f, **o: _hazard(f, method="firth", **o), covariate="z", moves=("loglik",)
    ),
    "sahelkit.models.hazard.fitting.fit_hazard[logit]": Case(
        years, lambda f, **o: _hazard(f, link="logit", **o), covariate="z"
    ),
    "sahelkit.models.hazard.success.fit_success": Case(years, _success, covariate="z"),
    "sahelkit.models.hazard.random_intercepts.fit_random_intercepts": Case(years, _random, covariate="z", rtol=1e-4),
    "sahelkit.models.hazard.split_population.fit_split_population": Case(spells, _split, covariate="x", rtol=1e-4),
    "sahelkit.models.hazard.wild.wild_score_test": Case(years, _wild, covariate="z"),
    "sahelkit.models.bounds.extreme.extreme_bounds": Case(years, _bounds, covariate="z", jobs=True),
    "sahelkit.models.bounds.measures.exposure_measures": Case(years, _measures),
    "sahelkit.models.placebo.placebos.placebo_test": Case(years, _placebo, covariate="z", jobs=True),
    "sahelkit.models.placebo.period_effects.fixed_effects_trap": Case(years, _trap, jobs=True),
    "sahelkit.models.placebo.power.contagion_power": Case(years, _power, jobs=True),
    "sahelkit.models.placebo.like.simulate_like": Case(years, _like),
    "sahelkit.models.hawkes.fit.fit_hawkes": Case(attempts, _hawkes, rtol=1e-5),
    "sahelkit.models.impact.cutting.event_window": Case(series, _window),
    "sahelkit.models.impact.synthetic.synthetic_control": Case(series, _synthetic, jobs=True, rtol=1e-4),
    "sahelkit.models.impact.did.synthetic_did": Case(series, _synthetic_did, jobs=True, rtol=1e-4),
    "sahelkit.models.impact.event_study.event_study": Case(series, _event_study),
    "sahelkit.models.impact.series.fit_series": Case(counts, _fit_series),
    "sahelkit.record.captures.capture_lags": Case(crisis, _captures),
    "sahelkit.record.place_history.place_history": Case(crisis, _history),
    "sahelkit.record.group_reach.group_reach": Case(actors, _reach),
    "sahelkit.record.agreement.coder_agreement": Case(coded, _agreement),
    # Its rows are those that were given, with all their columns.
    "sahelkit.record.standing.standing": Case(indicators, _standing, kept=("more columns, in another order",)),
    "sahelkit.record.responses.waiting.waiting_times": Case(
        cases, _responses("waiting_times", "suspension", body="ECOWAS")
    ),
    "sahelkit.record.responses.rank.rank_among": Case(
        cases, _responses("rank_among", COUP, "suspension", body="ECOWAS")
    ),
    "sahelkit.record.responses.association.association": Case(
        cases, _responses("association", "suspension_days", "censored_days", replicates=99, seed=1)
    ),
    "sahelkit.record.responses.association.contrast": Case(
        cases, _responses("contrast", "suspension_days", "succeeded", first=True, names=("success", "failure"))
    ),
    "sahelkit.record.responses.severity.severity": Case(acts, _responses("severity", [COUP, "NER-2023-07-26"])),
    "sahelkit.record.responses.severity.severity_ranks": Case(
        acts,
        _responses("severity_ranks", [COUP, "NER-2023-07-26", "GIN-2021-09-05"], coup_id=COUP, replicates=99, seed=1),
    ),
    "sahelkit.panels.userframe.read_user_frame": Case(lambda: years()[["iso3", "period", "z", "x"]], _joined),
    "sahelkit.panels.spells.read_spells": Case(regimes, _spelled),
}
