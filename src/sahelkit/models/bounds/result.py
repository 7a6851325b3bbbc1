"""The result of an extreme bounds analysis: every model, and what they say together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sahelkit.errors import ModelError, OptionError
from sahelkit.estimation.many.lazily import open_lazily
from sahelkit.estimation.many.planning import Choices
from sahelkit.estimation.many.sample import Sample
from sahelkit.models.bounds.influence import influence
from sahelkit.models.bounds.measures import Measures
from sahelkit.models.bounds.summaries import digest
from sahelkit.models.bounds.words import bounds_sentence
from sahelkit.options import check_language
from sahelkit.results.base import Result

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

    from sahelkit.models.bounds.null import BoundsNull


@dataclass(frozen=True)
class Settings:
    """How the models were made and are summed up; see `sahelkit.extreme_bounds`."""

    formula: str
    k: tuple[int, ...]
    exclusive: tuple[frozenset[str], ...]
    errors: str
    vif: float | None
    weights: str
    level: float
    cluster: str | None
    folder: Path | None = None


@dataclass(frozen=True)
class ExtremeBounds(Result):
    """Every model of one question.

    Attributes
    ----------
    models : pandas.DataFrame
        One row per model. Chosen: ``focus, effects, link, controls`` (doubtful controls, joined by plus signs),
        ``size`` (their number), and, for measures of exposure, ``weights, event, window, fade``. Found: ``coef`` (log
        ratio per unit of the focus variable; per unit of the outcome for the identity link), ``se`` (from the model),
        ``se_cluster`` and ``freedom`` (clustered errors, CR1, and the degrees of freedom of their t distribution; NaN
        where one cluster bears nearly all that is known of the focus variable), ``effect, effect_se, effect_freedom``
        (coefficient per standard deviation of the focus variable, its error of the kind of `settings`, and degrees of
        freedom, infinite for errors of the model), ``n, events`` (rows and events that say something beside the
        effects), ``loglik, lri, vif, converged, separated, singular, method``, and ``used``: whether it counts in the
        summaries.
    long : pandas.DataFrame or None
        One row per model and coefficient, if they were kept.
    choices : Choices
    sample : Sample
        Rows that all models share; ``sample.dropped`` names those left out.
    measures : Measures or None
    absorbed : dict of str to frozenset of str
        By effects: columns that the dummies absorb.
    settings : Settings
    """

    models: pd.DataFrame = field(repr=False)
    long: pd.DataFrame | None = field(repr=False)
    choices: Choices = field(repr=False)
    sample: Sample = field(repr=False)
    measures: Measures | None = field(repr=False)
    absorbed: Mapping[str, frozenset[str]] = field(repr=False)
    settings: Settings

    _index = ("focus",)

    def __post_init__(self) -> None:
        if "used" not in self.models.columns:
            object.__setattr__(self, "models", complete(self.models, self.settings, self.measures))

    def tidy(self, *, lazy: str | None = None) -> Any:
        """One row per model.

        Parameters
        ----------
        lazy : {"arrow", "dask"}, optional
            Open the rows as a pyarrow dataset or a dask.dataframe instead, for tables that are to be filtered before
            they are read; with `folder` they are read from ``models.parquet`` there.

        Returns
        -------
        pandas.DataFrame, pyarrow.dataset.Dataset or dask.dataframe.DataFrame
        """
        return self.models if lazy is None else open_lazily(self.models, self.settings.folder, how=lazy)

    @property
    def used(self) -> npt.NDArray[np.bool_]:
        """Models that count in the summaries, shape (M,): converged, of full rank, and below the limit of `vif`."""
        return np.asarray(self.models["used"], dtype=bool)

    def by_focus(self) -> pd.DataFrame:
        """One row per focus variable; see `pooled` for the columns. Coefficients are per unit of the variable."""
        rows = []
        for focus, part in self.models.groupby("focus", observed=True):
            rows.append({"focus": str(focus), **digest(part, self.settings, column="coef")})
        return pd.DataFrame(rows)

    def pooled(self) -> pd.Series:
        """All models together, the coefficient per standard deviation of each focus variable.

        Returns
        -------
        pandas.Series
            ``n_models, n_used``; ``mean`` (weighted); ``median``; ``low, high`` (Leamer's extreme bounds);
            ``cdf0_generic, cdf0_normal`` (Sala-i-Martin: weight at or below zero); ``above`` (1 - cdf0_generic);
            ``share_positive``; ``share_significant_positive, share_significant_negative``.
        """
        return pd.Series(digest(self.models, self.settings, column="effect"))

    def terms(self) -> pd.DataFrame:
        """Mean, bounds and CDF(0) of every coefficient, the intercept and the controls included.

        The rule on `vif` applies to each coefficient; the intercept has none.

        Raises
        ------
        ModelError
            If the coefficients were not kept (``all_terms=True``).
        """
        if self.long is None:
            raise ModelError("the other coefficients were not kept. Run again with all_terms=True")
        columns = ["loglik", "lri", "converged", "singular"]
        whole = self.long.join(self.models[columns], on="model")
        error = whole["se_cluster" if self.settings.errors == "CR1" else "se"]
        limit = np.inf if self.settings.vif is None else self.settings.vif
        low = (whole["vif"] <= limit) | (whole["term"] == "1")
        whole = whole.assign(error=error, used=low & whole["converged"] & ~whole["singular"] & (error > 0))
        rows = [
            {"term": str(term), **digest(part, self.settings, column="coef", error="error")}
            for term, part in whole.groupby("term", sort=False)
        ]
        return pd.DataFrame(rows)

    def influence(self, dimensions: Sequence[str] | None = None) -> pd.DataFrame:
        """What changes the answer most; see `sahelkit.models.bounds.influence.influence`."""
        return influence(self.models, dimensions)

    def null(self, kind: str = "geography", **options: Any) -> BoundsNull:
        """Null distribution of the verdict; see `sahelkit.models.bounds.null.bounds_null`."""
        from sahelkit.models.bounds.null import bounds_null

        return bounds_null(self, kind, **options)

    def to_xarray(self) -> xr.Dataset:
        """The table `by_focus` with dimension ``focus``."""
        found: xr.Dataset = self.by_focus().set_index("focus").to_xarray()
        return found.assign_attrs(summary=self.headline())

    def headline(self, *, lang: str | None = None) -> str:
        """Question, sample and models, as plain text."""
        sample, used = self.sample, int(self.used.sum())
        counts = [f"{len(sample.outcome):,} rows"]
        if "identity" not in self.choices.links:
            counts.append(f"{int(sample.outcome.sum()):,} events")
        if sample.n_clusters:
            counts.append(f"{sample.n_clusters} clusters")
        lines = [
            f"extreme bounds: {self.settings.formula if len(self.settings.formula) < 160 else self._short()}",
            f"{len(self.models):,} models, {used:,} of them used; {', '.join(counts)}",
            f"effects: {', '.join(self.choices.effects)}; link: {', '.join(self.choices.links)}; "
            f"errors: {self.settings.errors}; weights: {self.settings.weights}",
            sample.missing_words(),
        ]
        return "\n".join([*lines, *self.notes()])

    def notes(self) -> list[str]:
        """What a reader must know of these models: left out, penalised, absorbed, and the trap of year effects."""
        models, found = self.models, []
        lost = int((~models["converged"] | models["singular"]).sum())
        if lost:
            found.append(f"{lost:,} models have no estimate (not converged, or a column repeats others)")
        if self.settings.errors == "CR1":
            unknown = int((models["converged"] & ~models["singular"] & models["se_cluster"].isna()).sum())
            if unknown:
                found.append(
                    f"{unknown:,} models are not used: one {self.settings.cluster} bears nearly all that is known of "
                    "their focus variable, so that no clustered error exists"
                )
        firth = int((models["method"] == "firth").sum())
        if firth:
            found.append(f"{firth:,} models were fitted with Firth's penalty, because their events are separated")
        for name, gone in self.absorbed.items():
            held = sorted(gone & {*self.choices.roles.doubtful, *self.choices.roles.focus})
            if held:
                found.append(f"effects {name!r} absorb {', '.join(held)}: no models with them")
        if any("year" in name.split("+") for name in self.choices.effects):
            found.append(
                "effects of single years make neighbours' coefficients negative where there is no contagion: "
                "read those models against null('simulated') only"
            )
        return found

    def _short(self) -> str:
        roles = self.choices.roles
        return (
            f"{roles.outcome} ~ {' + '.join(roles.free) or '1'} | {len(roles.focus)} measures | "
            f"{len(roles.doubtful)} doubtful controls"
        )

    def summary(self) -> str:
        """The result as plain text: all models together, then each focus variable."""
        table = self.by_focus()
        shown = table.drop(columns=["n_models", "share_positive"]).round(3).to_string(index=False)
        pooled = self.pooled().round(3).to_string()
        return f"{self.headline()}\n\nall models, per standard deviation of the focus variable\n{pooled}\n\n{shown}"

    def says(self, *, lang: str | None = None, null: BoundsNull | None = None) -> str:
        """One sentence that may be quoted; with `null` it tells what the figure is worth."""
        lang = check_language(lang)
        return bounds_sentence(self, lang, null)

    def plot(
        self, kind: str = "curve", *, null: BoundsNull | None = None, lang: str | None = None, source: str = ""
    ) -> Figure:
        """Draw the models.

        Parameters
        ----------
        kind : {"curve", "histogram"}
            The specification curve with the choices under it, or the histogram of the coefficients over their errors,
            with `null` against what it is when there is nothing to find.
        null : BoundsNull, optional
        lang : {"en", "fr"}
        source : str
            Where the data come from; what the frame says of itself when absent.
        """
        lang = check_language(lang)
        from sahelkit.plots.specification import plot_curve, plot_histogram

        source = source or self.sample.origin or "sahelkit"
        if kind == "curve":
            return plot_curve(self, lang=lang, source=source)
        if kind == "histogram":
            return plot_histogram(self, null, lang=lang, source=source)
        raise OptionError("kind", kind, "it is 'curve' or 'histogram'")


def complete(models: pd.DataFrame, settings: Settings, measures: Measures | None) -> pd.DataFrame:
    """Add effects, whether a model counts, and what its measure of exposure is."""
    error = models["se_cluster" if settings.errors == "CR1" else "se"]
    known = np.isfinite(models["coef"]) & np.isfinite(error) & (error > 0)
    used = known & models["converged"] & ~models["singular"]
    if settings.vif is not None:
        used &= models["vif"] <= settings.vif
    found = models.assign(
        effect=models["coef"] * models["spread"],
        effect_se=error * models["spread"],
        effect_freedom=models["freedom"] if settings.errors == "CR1" else np.inf,
        used=used,
    )
    if measures is not None:
        kinds = measures.table.set_index("focus")
        focus = found["focus"].cat
        inside = kinds.reindex(focus.categories)
        for name in ("weights", "event", "window", "fade"):
            values = pd.Categorical(inside[name])
            found[name] = pd.Categorical.from_codes(values.codes[focus.codes], values.categories)
    return found
