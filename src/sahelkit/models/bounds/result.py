"""The result of an extreme bounds analysis: every model, and what they say together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from sahelkit._types import Lang
from sahelkit.errors import ModelError, OptionError
from sahelkit.estimation.many.storage import open_lazily
from sahelkit.language.samples import missing_words
from sahelkit.models.bounds.influence import influence
from sahelkit.models.bounds.null import Analysis, BoundsNull, bounds_null
from sahelkit.models.bounds.summaries import complete, digest
from sahelkit.models.bounds.words import BoundsFacts, bounds_sentence, headline_lines, note_lines, pooled_title
from sahelkit.options import check_language
from sahelkit.plots.specification import plot_curve, plot_histogram
from sahelkit.results.base import Result

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@dataclass(frozen=True, repr=False)
class ExtremeBounds(Analysis, Result):
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

    long: pd.DataFrame | None
    absorbed: Mapping[str, frozenset[str]]

    _index = ("focus",)
    lacks: ClassVar = {"ax": "the curve and the choices under it are two panels; kind='histogram' has one"}

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
        error = whole[self.settings.error]
        limit = np.inf if self.settings.vif is None else self.settings.vif
        low = (whole["vif"] <= limit) | (whole["term"] == "1")
        whole = whole.assign(error=error, used=low & whole["converged"] & ~whole["singular"] & (error > 0))
        rows = [
            {"term": str(term), **digest(part, self.settings, column="coef", error="error")}
            for term, part in whole.groupby("term", sort=False)
        ]
        return pd.DataFrame(rows)

    def influence(self, dimensions: Sequence[str] | None = None) -> pd.DataFrame:
        """What changes the answer most; see `sahelkit.models.bounds.influence`."""
        return influence(self.models, dimensions)

    def null(self, kind: Literal["geography", "simulated"] = "geography", **options: Any) -> BoundsNull:
        """Null distribution of the verdict; see `sahelkit.models.bounds.bounds_null`."""
        return bounds_null(self, kind, **options)

    def to_xarray(self) -> xr.Dataset:
        """The table `by_focus` with dimension ``focus``."""
        found: xr.Dataset = self.by_focus().set_index("focus").to_xarray()
        return found.assign_attrs(summary=self.headline())

    @property
    def origin(self) -> str:
        """Datasets, versions and rule of the frame."""
        return self.sample.origin

    def headline(self, *, lang: Lang | None = None) -> str:
        """Question, sample and models, as plain text, and the notes."""
        lang = check_language(lang)
        lost = missing_words(self.sample.dropped, self.sample.n_dropped, lang, clusters=False)
        return "\n".join([*headline_lines(self._facts(), lang), lost, *self.notes(lang=lang)])

    def notes(self, *, lang: Lang | None = None) -> list[str]:
        """What a reader must know of these models: left out, penalised, absorbed, and the trap of year effects."""
        models = self.models
        made = models["converged"] & ~models["singular"]
        unknown = made & models["se_cluster"].isna() & (self.settings.errors == "CR1")
        tried = {*self.choices.roles.doubtful, *self.choices.roles.focus}
        return note_lines(
            check_language(lang),
            counts={
                "lost": int((~made).sum()),
                "unknown": int(unknown.sum()),
                "firth": int((models["method"] == "firth").sum()),
            },
            cluster=self.settings.cluster,
            absorbed={name: sorted(gone & tried) for name, gone in self.absorbed.items()},
            years=self._facts().years,
        )

    def _facts(self) -> BoundsFacts:
        roles, sample, pooled = self.choices.roles, self.sample, self.pooled()
        ends = pooled if len(roles.focus) > 1 else self.by_focus().loc[0]
        return BoundsFacts(
            roles=roles,
            settings=self.settings,
            effects=self.choices.effects,
            links=self.choices.links,
            exposures=self.measures is not None,
            n_rows=len(sample.outcome),
            n_events=None if "identity" in self.choices.links else int(sample.outcome.sum()),
            freq=sample.freq,
            n_clusters=sample.n_clusters,
            figures=pooled.to_dict(),
            low=float(ends["low"]),
            high=float(ends["high"]),
        )

    def summary(self, *, lang: Lang | None = None) -> str:
        """The result as plain text: all models together, then each focus variable."""
        lang = check_language(lang)
        table = self.by_focus().drop(columns=["n_models", "share_positive"])
        pooled = self.pooled().round(3).to_string()
        return f"{self._head(lang)}\n\n{pooled_title(lang)}\n{pooled}\n\n{table.round(3).to_string(index=False)}"

    def says(self, *, lang: Lang | None = None, null: BoundsNull | None = None) -> str:
        """One sentence that may be quoted; with `null` it tells what the figure is worth."""
        return bounds_sentence(self._facts(), check_language(lang), None if null is None else null.facts())

    def plot(
        self,
        *,
        ax: Axes | None = None,
        lang: Lang | None = None,
        kind: Literal["curve", "histogram"] = "curve",
        null: BoundsNull | None = None,
        source: str = "",
    ) -> Figure:
        """Draw the models.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where the histogram is drawn; the curve has two panels and takes none.
        lang : {"en", "fr"}, optional
        kind : {"curve", "histogram"}
            The specification curve with the choices under it, or the histogram of the coefficients over their errors,
            with `null` against what it is when there is nothing to find.
        null : BoundsNull, optional
        source : str
            Where the data come from; what the frame says of itself when absent.

        Returns
        -------
        matplotlib.figure.Figure

        Raises
        ------
        OptionError
            If there is no such figure.
        LackingError
            If the curve is to be drawn on axes.
        """
        sample, models = self.sample, self.models[self.used]
        options: dict[str, Any] = {
            "n_events": int((sample.outcome > 0).sum()),
            "n_countries": sample.n_clusters,
            "lang": check_language(lang),
            "source": source or self.origin or "sahelkit",
        }
        if kind == "histogram":
            if null is not None:
                options |= {"null_z": null.z, "null_kind": null.kind}
            return plot_histogram(models, ax=ax, **options)
        if kind != "curve":
            raise OptionError("kind", kind, "it is 'curve' or 'histogram'")
        if ax is not None:
            raise self._lacking("ax")
        return plot_curve(models, **options)
