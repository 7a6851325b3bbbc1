"""How much the answer depends on the prior."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from sahelkit._types import DateLike, Places, Rule
from sahelkit.errors import OptionError, UnknownNameError
from sahelkit.estimation.replicates import on_one_thread
from sahelkit.models.relation.evidence import Evidence, gather
from sahelkit.models.relation.matrix import matrix_of
from sahelkit.models.relation.options import check_horizons, check_members
from sahelkit.models.relation.posterior import draw_posterior
from sahelkit.models.relation.prior import Prior
from sahelkit.options import check_options, check_seed

_SCALES: dict[str, tuple[float, ...]] = {"cross": (0.1, 0.5, 1.0), "pair": (0.1, 1.0), "lag": (0.25, 3.0)}


def prior_sensitivity(
    *,
    source: str = "MLI",
    target: Places = "focus",
    horizon: int = 12,
    scales: Mapping[str, Sequence[float]] | None = None,
    countries: Places = "west_africa",
    rule: Rule = "powell_thyne",
    start: DateLike = None,
    end: DateLike = None,
    draws: int = 500,
    seed: int = 0,
    n_jobs: int | None = 1,
) -> pd.DataFrame:
    """The relation under other priors, one scale changed at a time.

    Parameters
    ----------
    source, target, horizon, countries, rule, start, end, draws, seed, n_jobs
        As in `relation_matrix`.
    scales : mapping of str to sequence of float, optional
        Field of `Prior` and the values to try; the scale of contagion, the spread of the pairs and the mean lag when
        absent.

    Returns
    -------
    pandas.DataFrame
        One row per prior and target: ``scale, value`` (the first rows: the documented prior), ``contagion`` and its
        90 % interval (the pooled number of attempts that one sets off abroad), ``source, target, horizon, extra`` with
        its 90 % interval in percentage points, ``prior_extra`` (median of the prior) and ``prior_share``.

    Raises
    ------
    UnknownNameError
        If a scale is not one of the prior's.
    OptionError, UnknownPlaceError, DateError, ModelError
        As in `relation_matrix`.

    Examples
    --------
    >>> table = prior_sensitivity(target="BFA", scales={"cross": [0.05, 0.2]}, draws=200)  # doctest: +SKIP
    >>> table["value"].tolist()  # doctest: +SKIP
    """
    from joblib import Parallel, delayed

    check_options(horizon=horizon, draws=draws, n_jobs=n_jobs)
    check_seed(seed, optional=False)
    months = check_horizons(horizon)
    evidence = gather(countries=countries, rule=rule, start=start, end=end)
    window = (evidence.first, evidence.last)
    of, to = (check_members(*given, evidence.countries, window) for given in (("source", source), ("target", target)))
    tried: list[tuple[str, Prior]] = [("documented", Prior())]
    given = _SCALES if scales is None else scales
    if not isinstance(given, Mapping) or not all(isinstance(values, Iterable) for values in given.values()):
        why = "it gives each scale of the prior the values to try"
        raise OptionError("scales", given, why, repair="Type scales={'own': [0.25, 1.0]}")
    for name, values in given.items():
        if name not in Prior.__dataclass_fields__:
            raise UnknownNameError("scale of the prior", name, Prior.__dataclass_fields__)
        tried += [(name, replace(Prior(), **{name: float(value)})) for value in values]
    parts = Parallel(n_jobs=n_jobs)(
        delayed(on_one_thread)(_rows, evidence, name, prior, of, to, months, draws, seed) for name, prior in tried
    )
    return pd.concat(parts, ignore_index=True)


def _rows(
    evidence: Evidence,
    name: str,
    prior: Prior,
    of: list[str],
    to: list[str],
    months: tuple[int, ...],
    draws: int,
    seed: int,
) -> pd.DataFrame:
    drawn = draw_posterior(evidence, prior=prior, draws=draws, seed=seed)
    found = matrix_of(drawn, of, to, months, seed=seed)
    low, middle, high = np.quantile(drawn.cross_level, [0.05, 0.5, 0.95])
    frame = found.tidy()[["source", "target", "horizon", "extra", "extra_low90", "extra_high90", "prior_share"]]
    frame.insert(0, "scale", name)
    frame.insert(1, "value", np.nan if name == "documented" else getattr(prior, name))
    frame.insert(2, "contagion", middle)
    frame.insert(3, "contagion_low90", low)
    frame.insert(4, "contagion_high90", high)
    frame["prior_extra"] = found.prior_extra[..., 2].ravel()
    return frame
