"""Which of the choices changes the answer most."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sahelkit.frames import FrameLike, check_columns

DIMENSIONS = ("coder", "effects", "link", "weights", "event", "window", "fade", "size")


def influence(models: FrameLike, dimensions: Sequence[str] | None = None) -> pd.DataFrame:
    """Compare the models by each choice in turn, the other choices averaged over.

    Parameters
    ----------
    models : pandas.DataFrame
        Rows of `ExtremeBounds.tidy`, or several such tables one under the other with a further column, such as the
        coder, that tells them apart. Without the column ``effect_freedom`` coefficients are taken to be normal.
    dimensions : sequence of str, optional
        Columns to compare by. When absent: those of ``coder, effects, link, weights, event, window, fade, size`` that
        vary, and each doubtful control (in or out).

    Returns
    -------
    pandas.DataFrame
        One row per choice: ``dimension, choice, n_models, median`` (of the coefficients per standard deviation),
        ``above`` (mean weight above zero, as in Sala-i-Martin's generic CDF, models counting alike),
        ``share_significant_positive`` (5 %), ``difference`` (of ``above`` from that of all models), and ``explained``:
        the share of the variance of z, coefficient over error, that this dimension alone explains. Ordered by it.
        Where the choices are not crossed with one another in full, shares may overlap.

    Raises
    ------
    MissingColumnsError
        If a column is missing.

    Examples
    --------
    >>> z = pd.DataFrame({"effect": [2.0, 2.0, 0.0, 0.0], "effect_se": 1.0, "used": True,
    ...                   "effects": ["none", "none", "decade", "decade"], "link": ["logit", "cloglog"] * 2})
    >>> influence(z, ["link", "effects"])[["dimension", "choice", "explained"]].values.tolist()
    [['effects', 'decade', 1.0], ['effects', 'none', 1.0], ['link', 'cloglog', 0.0], ['link', 'logit', 0.0]]
    """
    from scipy.special import stdtr, stdtrit

    models = check_columns(models, ["effect", "effect_se", "used", *(dimensions or [])], where="influence")
    used = models[models["used"].to_numpy(dtype=bool)]
    frame = pd.DataFrame({"effect": used["effect"], "z": used["effect"] / used["effect_se"]})
    freedom = used["effect_freedom"].to_numpy(dtype=float) if "effect_freedom" in used.columns else np.inf
    frame["above"] = stdtr(freedom, frame["z"].to_numpy())
    frame["significant"] = frame["z"] > stdtrit(freedom, 0.975)
    total = float(((frame["z"] - frame["z"].mean()) ** 2).sum())
    labels = {name: used[name] for name in (dimensions or [d for d in DIMENSIONS if d in used.columns])}
    if dimensions is None and "controls" in used.columns:
        labels |= _controls(used)
    tables = []
    for name, label in labels.items():
        if label.nunique() < 2:
            continue
        grouped = frame.groupby(label.to_numpy(), observed=True)
        table = pd.DataFrame(
            {
                "n_models": grouped.size(),
                "median": grouped["effect"].median(),
                "above": grouped["above"].mean(),
                "share_significant_positive": grouped["significant"].mean(),
            }
        )
        between = float((grouped.size() * (grouped["z"].mean() - frame["z"].mean()) ** 2).sum())
        table = table.assign(difference=table["above"] - frame["above"].mean(), dimension=name)
        table["explained"] = between / total if total > 0 else 0.0
        tables.append(table.rename_axis("choice").reset_index())
    order = [
        "dimension",
        "choice",
        "n_models",
        "median",
        "above",
        "difference",
        "share_significant_positive",
        "explained",
    ]
    if not tables:
        return pd.DataFrame(columns=order)
    tables.sort(key=lambda table: -float(table["explained"].iloc[0]))
    return pd.concat([table.astype({"choice": str}) for table in tables], ignore_index=True)[order]


def _controls(used: pd.DataFrame) -> dict[str, pd.Series]:
    """For each doubtful control, whether a model holds it."""
    sets = used["controls"].astype("category").cat
    held = [set(str(name).split(" + ")) - {""} for name in sets.categories]
    found = {}
    for control in sorted(set().union(*held)):
        inside = np.array([control in each for each in held])
        label = np.where(inside[sets.codes.to_numpy()], "in", "out")
        found[control] = pd.Series(label, index=used.index)
    return found
