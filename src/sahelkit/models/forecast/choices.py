"""What was chosen, from what, and on which scores: forecasts of 1981 to 2010 alone, made before any later one was seen.

The surface is flat: most of what was tried lies within 0.001 of the logarithmic score of what was chosen, less than
its sampling error. Where scores did not tell, the simpler or the more usual was taken. The scores stand in `SCORES`; a
slow test computes them anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from sahelkit.errors import UnknownNameError, is_known
from sahelkit.models.forecast.covariates import GROUPS, TERMS, TRIED
from sahelkit.models.forecast.forecaster import HazardForecaster
from sahelkit.models.forecast.past import januaries, past_forecasts, world

FIRST, LAST = 1981, 2010


# Mean logarithmic score of each candidate on the 5,498 forecasts of 1981 to 2010 (145 with an attempt), one year ahead,
# with the data of today. When the choice was made under-five mortality stood one year late; no score moved by as much
# as 0.0001 when it was moved to its years, and no choice was made anew. A random forest on the same covariates,
# averaged with the chosen model on the scale of log odds, gained 0.0008 then (90% interval by years: from a gain of
# 0.0018 to a loss of 0.0003) at a hundred times the cost: it was left out.
SCORES = {
    "chosen": 0.10138,
    "own history alone": 0.10785,
    "without world": 0.10170,
    "without region": 0.10133,
    "without income": 0.10201,
    "without growth": 0.10117,
    "without population": 0.10156,
    "without regime": 0.10242,
    "without change": 0.10197,
    "without military": 0.10222,
    "without conflict": 0.10147,
    "with leader and election": 0.10158,
    "penalty 1": 0.10160,
    "penalty 3": 0.10150,
    "penalty 30": 0.10151,
    "penalty 100": 0.10260,
    "half-life 5": 0.10232,
    "half-life 10": 0.10167,
    "half-life 40": 0.10128,
    "cloglog": 0.10135,
    "one row a year": 0.10169,
}


def _without(group: str) -> HazardForecaster:
    return HazardForecaster(terms=tuple(term for term in TERMS if GROUPS[term] != group))


CANDIDATES: dict[str, HazardForecaster] = {
    "chosen": HazardForecaster(),
    "own history alone": HazardForecaster(terms=tuple(term for term in TERMS if GROUPS[term] == "history")),
    **{f"without {group}": _without(group) for group in dict.fromkeys(GROUPS.values()) if group != "history"},
    "with leader and election": HazardForecaster(terms=(*TERMS, *TRIED)),
    **{f"penalty {value:g}": HazardForecaster(penalty=value) for value in (1.0, 3.0, 30.0, 100.0)},
    **{f"half-life {value:g}": HazardForecaster(half_life=value) for value in (5.0, 10.0, 40.0)},
    "cloglog": HazardForecaster(link="cloglog"),
    "one row a year": HazardForecaster(step=12),
}


def development(names: Sequence[str] | None = None, *, first: int = FIRST, last: int = LAST) -> pd.DataFrame:
    """Scores of the candidates on forecasts of the years from 1981 to 2010, one year ahead, world.

    Parameters
    ----------
    names : sequence of str, optional
        Candidates of `CANDIDATES`; all when absent (about a minute).
    first, last : int
        Years that are forecast.

    Returns
    -------
    pandas.DataFrame
        ``candidate``, ``log`` (mean logarithmic score), ``brier``, ``expected`` and ``observed`` country-years with an
        attempt, ``n``.

    Raises
    ------
    UnknownNameError
        If there is no such candidate.

    Examples
    --------
    >>> development(["penalty 31"])
    Traceback (most recent call last):
    sahelkit.errors.UnknownNameError: unknown candidate 'penalty 31'. Did you mean 'penalty 3'...
    """
    rows = []
    for name in CANDIDATES if names is None else names:
        if not is_known(name, CANDIDATES):
            raise UnknownNameError("candidate", name, CANDIDATES)
        model = CANDIDATES[name]
        history = world(leaders=any(term in TRIED for term in model.terms))
        found = past_forecasts(history, januaries(first, last), model=replace(model, name=name))
        chance, event = found["probability"].to_numpy(), found["outcome"].to_numpy()
        log = -np.mean(event * np.log(chance) + (1 - event) * np.log1p(-chance))
        brier = np.mean((chance - event) ** 2)
        rows.append((name, log, brier, chance.sum(), event.sum(), len(event)))
    return pd.DataFrame(rows, columns=["candidate", "log", "brier", "expected", "observed", "n"])
