"""Run the blocks of models and put them into one labelled table."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from sahelkit._types import Floats
from sahelkit.estimation.many.effects import Block
from sahelkit.estimation.many.engine import run
from sahelkit.estimation.many.plan import Choices, Plan, plan_of
from sahelkit.estimation.many.sample import Sample

_PER_TERM = ("coef", "se", "se_cluster", "freedom", "vif")
NUMBERS = (*_PER_TERM, "n", "events", "loglik", "converged", "separated", "singular", "method")
_LISTS = {f"all_{name}": name for name in _PER_TERM}


def fit_blocks(
    choices: Choices,
    sample: Sample,
    blocks: Mapping[str, Block],
    *,
    folder: str | Path | None = None,
    progress: bool = False,
    n_jobs: int | None = 1,
    all_terms: bool = False,
) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """Fit all models, one plan for each kind of fixed effects.

    Parameters
    ----------
    choices : Choices
        The models, ordered by effects.
    sample : Sample
    blocks : dict of str to Block
        By effects.
    folder, progress, n_jobs
        As in `sahelkit.extreme_bounds`; each block has a folder of its own in `folder`.
    all_terms : bool
        Whether to keep all coefficients.

    Returns
    -------
    models : pandas.DataFrame
        One row per model: `labels_of` and the numbers of `sahelkit.estimation.many.storage.ModelTable`; ``lri`` is
        taken against the mean of the whole sample, so that blocks can be compared.
    terms : pandas.DataFrame or None
        One row per model and coefficient: ``model, term, coef, se, se_cluster, freedom, vif``.
    """
    tables, long = [], []
    for place, name in enumerate(choices.effects):
        rows = np.flatnonzero(choices.effect == place)
        if not rows.size:
            continue
        plan = plan_of(choices.take(rows), sample, blocks[name], keep=("all_coefficients",) if all_terms else ())
        inner = None if folder is None else Path(folder) / name.replace("+", "_and_")
        table = run(plan, folder=inner, n_jobs=n_jobs, progress=progress)
        numbers = table.to_frame(("model", *NUMBERS)).sort_values("model").drop(columns="model")
        tables.append(numbers.set_axis(rows))
        if all_terms:
            lists = table.to_frame(["model", "columns", *_LISTS]).sort_values("model").drop(columns="model")
            long.append(_long(lists, plan, rows))
    numbers = pd.concat(tables).sort_index()
    numbers["method"] = numbers["method"].astype("category")
    models = pd.concat([labels_of(choices, sample), numbers], axis=1)
    models["lri"] = 1.0 - models["loglik"] / null_loglik(sample.outcome, gaussian="identity" in choices.links)
    return models, pd.concat(long, ignore_index=True) if all_terms else None


def labels_of(choices: Choices, sample: Sample) -> pd.DataFrame:
    """What was chosen for each model, and the standard deviation of its focus variable over the whole sample."""
    spreads = np.array([sample.columns[name].std() for name in choices.roles.focus])
    names = [" + ".join(chosen) for chosen in choices.sets]
    return pd.DataFrame(
        {
            "model": np.arange(len(choices)),
            "focus": pd.Categorical.from_codes(choices.focus, list(choices.roles.focus)),
            "effects": pd.Categorical.from_codes(choices.effect, list(choices.effects)),
            "link": pd.Categorical.from_codes(choices.link, list(choices.links)),
            "controls": pd.Categorical.from_codes(choices.controls, names),
            "size": choices.sizes(),
            "spread": spreads[choices.focus],
        }
    )


def null_loglik(outcome: Floats, *, gaussian: bool) -> float:
    """Log-likelihood of the mean alone.

    Examples
    --------
    >>> round(null_loglik(np.array([0.0, 1.0]), gaussian=False), 4)
    -1.3863
    """
    n = len(outcome)
    if gaussian:
        return float(-n / 2 * (np.log(2 * np.pi * outcome.var()) + 1))
    share = outcome.mean()
    return float(n * (share * np.log(share) + (1 - share) * np.log(1 - share)))


def _long(frame: pd.DataFrame, plan: Plan, rows: np.ndarray) -> pd.DataFrame:
    spread = frame.assign(model=rows).explode(["columns", *_LISTS], ignore_index=True)
    term = np.array(plan.names)[spread.pop("columns").to_numpy(dtype=np.intp)]
    numbers = spread.astype(dict.fromkeys(_LISTS, float)).rename(columns=_LISTS)
    found = numbers.assign(term=term)[["model", "term", *_LISTS.values()]]
    return found[~found["term"].str.startswith("effect ")]
