"""The relation matrix as a result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd

from sahelkit._types import Bools, Floats, Ints, Lang, Place
from sahelkit.errors import UnknownNameError
from sahelkit.geography import places
from sahelkit.language.coders import rule_text
from sahelkit.language.texts import words
from sahelkit.models.relation.posterior import Posterior
from sahelkit.models.relation.words import HEADS, diagnostics_line, interval_text, pair_sentence
from sahelkit.options import check_language
from sahelkit.plots.relation import plot_relation
from sahelkit.results.base import Result

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
QUANTITIES = (
    "with",
    "without",
    "extra",
    "ratio",
    "other_times",
    "conditional_extra",
    "conditional_ratio",
    "shared",
)


@dataclass(frozen=True, repr=False)
class RelationMatrix(Result):
    """Extra probability of an attempt in each target after an attempt in each source.

    Attributes
    ----------
    sources, targets : tuple of str, lengths S and T
        ISO 3166 alpha-3 codes.
    horizons : tuple of int, length H
        Months.
    values : array, shape (S, T, H, 8, 5)
        Posterior quantiles (`QUANTILES`) of the eight `QUANTITIES`: ``with`` and ``without`` the attempt, its history
        the same but for it (percent); ``extra``, their difference (percentage points), and ``ratio``: the
        interventional form. ``other_times``: the risk at times when the source had been quiet for a year (percent);
        ``conditional_extra`` and ``conditional_ratio`` compare ``with`` to it: the conditional form. ``shared`` is
        the conditional extra less the interventional: what conditions shared by both, and not the attempt, explain.
        NaN where a form does not exist: for a source without an attempt in the window and, with ``on=``, for the
        conditional form.
    mc_error : array, shape (S, T, H, 8)
        Monte Carlo standard error of the posterior median. Given the parameters the risks themselves are exact.
    end_error : array, shape (S, T, H, 8, 2)
        That of the 5 and 95 % quantiles.
    prior_extra : array, shape (S, T, H, 5)
        Quantiles of ``extra`` when contagion and own excitation are drawn from the prior and all else from the
        posterior.
    prior_share : array, shape (S, T, H)
        Overlap of the prior's and the posterior's distribution of ``extra``: 1 where the data changed nothing.
    prior_share_error : array, shape (S, T, H)
        Its Monte Carlo standard error.
    pair_prior_share : array, shape (S, T)
        Posterior over prior variance of the pair's own deviation from the pooled effect, at most 1: near 1 the data
        say nothing about this pair in particular. NaN between countries without a border.
    borders : array of bool, shape (S, T)
        Whether the two share a land border (or whatever tie the weights stand for).
    n_attempts : array of int, shape (S,)
        Attempts in the source that are averaged over.
    n_events, n_countries : int
        Attempts and countries that the model is estimated from.
    on : pandas.Timestamp or None
        Day of the inserted attempt.
    posterior : Posterior
        Draws and diagnostics.
    robustness : pandas.DataFrame or None
        One row per check, source, target and horizon; see `tidy`.
    """

    _index: ClassVar = ("source", "target", "horizon")

    sources: tuple[str, ...]
    targets: tuple[str, ...]
    horizons: tuple[int, ...]
    values: Floats
    mc_error: Floats
    end_error: Floats
    prior_extra: Floats
    prior_share: Floats
    prior_share_error: Floats
    pair_prior_share: Floats
    borders: Bools
    n_attempts: Ints
    n_events: int
    n_countries: int
    on: pd.Timestamp | None
    posterior: Posterior
    robustness: pd.DataFrame | None = None

    @property
    def rule(self) -> str:
        """Whose list of attempts it rests on."""
        return self.posterior.evidence.rule

    def tidy(self) -> pd.DataFrame:
        """One row per source, target and horizon.

        Returns
        -------
        pandas.DataFrame
            ``source, target, horizon, borders``; for each of the `QUANTITIES` its median under its name, and
            ``_low90, _low50, _high50, _high90``; ``prior_share`` and its Monte Carlo error ``prior_share_error``;
            ``pair_prior_share``; ``mc_error`` (of the median of ``extra``), ``mc_error_low90, mc_error_high90`` (of its
            ends), ``n_draws``; ``n_attempts, n_events, n_countries, rule``; then what holds beside the estimate, filled
            by ``robustness=True``: ``leave_one_out_low, leave_one_out_high`` (smallest and largest median of ``extra``
            when one country other than the two is left out), ``permutation_p`` and its Monte Carlo error
            ``permutation_error`` (of the pooled contagion against shuffled maps; the same in every row between two
            countries, NA on the diagonal), and one column ``extra_<rule>`` per coder (median of ``extra`` under that
            coder; absent without ``robustness=True``).
        """
        keys = pd.MultiIndex.from_product(
            [self.sources, self.targets, self.horizons], names=["source", "target", "horizon"]
        )
        per_source, per_pair = len(self.targets) * len(self.horizons), len(self.horizons)
        table = keys.to_frame(index=False).assign(
            borders=self.borders.ravel().repeat(per_pair),
            **quantile_columns(self.values, QUANTITIES),
            prior_share=self.prior_share.ravel(),
            prior_share_error=self.prior_share_error.ravel(),
            pair_prior_share=self.pair_prior_share.ravel().repeat(per_pair),
            mc_error=self.mc_error[..., 2].ravel(),
            mc_error_low90=self.end_error[..., 2, 0].ravel(),
            mc_error_high90=self.end_error[..., 2, 1].ravel(),
            n_draws=len(self.posterior),
            n_attempts=self.n_attempts.repeat(per_source),
            n_events=self.n_events,
            n_countries=self.n_countries,
            rule=self.rule,
        )
        return _beside(table, self.robustness)

    def to_xarray(self) -> xr.Dataset:
        """Dataset with ``value`` (source, target, horizon, quantity, quantile) and the shares of the prior."""
        import xarray as xr

        three = ("source", "target", "horizon")
        return xr.Dataset(
            {
                "value": ((*three, "quantity", "quantile"), self.values),
                "mc_error": ((*three, "quantity"), self.mc_error),
                "prior_extra": ((*three, "quantile"), self.prior_extra),
                "prior_share": (three, self.prior_share),
                "prior_share_error": (three, self.prior_share_error),
                "pair_prior_share": (three[:2], self.pair_prior_share),
                "borders": (three[:2], self.borders),
                "n_attempts": (("source",), self.n_attempts),
            },
            coords={
                "source": np.array(self.sources, dtype=object),
                "target": np.array(self.targets, dtype=object),
                "horizon": list(self.horizons),
                "quantity": np.array(QUANTITIES, dtype=object),
                "quantile": list(QUANTILES),
            },
            attrs={
                "summary": self.headline(),
                "rule": self.rule,
                "n_events": self.n_events,
                "n_countries": self.n_countries,
                **self.posterior.window,
                "units": "percent (risks), percentage points (extra, shared), none (ratios, shares); horizon in months",
            },
        )

    def headline(self, *, lang: Lang | None = None) -> str:
        """Who, over what, and how well the posterior was drawn."""
        lang = check_language(lang)
        head = words(HEADS, lang)["matrix"].format(
            n=self.n_events, rule=rule_text(self.rule, lang), countries=self.n_countries, **self.posterior.window
        )
        return f"{head}\n{diagnostics_line(self.posterior, lang)}"

    def summary(self, *, lang: Lang | None = None) -> str:
        """The headline, and the interventional form at each horizon, as plain text."""
        lang = check_language(lang)
        lines, frame = [self.headline(lang=lang)], self.tidy()
        cells = [interval_text(row, lang, sign="+") for row in self.values[:, :, :, 2].reshape(-1, len(QUANTILES))]
        for horizon, at in frame.assign(text=cells).groupby("horizon"):
            grid = at.pivot(index="source", columns="target", values="text")
            grid = grid.reindex(index=list(self.sources), columns=list(self.targets))
            lines += [words(HEADS, lang)["grid"].format(months=horizon), grid.to_string()]
        return "\n".join(lines)

    def says(self, *, lang: Lang | None = None, source: Place | None = None, target: Place | None = None) -> str:
        """One sentence that may be quoted, about one pair at the first horizon.

        Parameters
        ----------
        lang : {"en", "fr"}
            Language.
        source, target : str or int, optional
            Countries; the first source and the first other target when absent.

        Raises
        ------
        UnknownNameError
            If the pair is not in the matrix or the language is unknown.
        """
        of = self.sources[0] if source is None else places.resolve(source)
        to = next((code for code in self.targets if code != of), of) if target is None else places.resolve(target)
        for what, code, known in (("source", of, self.sources), ("target", to, self.targets)):
            if code not in known:
                raise UnknownNameError(what, code, known)
        s, t = self.sources.index(of), self.targets.index(to)
        return pair_sentence(
            check_language(lang),
            source=of,
            target=to,
            months=self.horizons[0],
            extra=self.values[s, t, 0, 2],
            without=self.values[s, t, 0, 1, 2],
            prior_share=self.prior_share[s, t, 0],
            borders=bool(self.borders[s, t]),
            n_events=self.n_events,
            n_countries=self.n_countries,
            window=self.posterior.window,
            rule=self.rule,
        )

    def plot(
        self,
        *,
        ax: Axes | None = None,
        lang: Lang | None = None,
        horizon: int | None = None,
        form: str = "interventional",
    ) -> Figure:
        """Heatmap that shows the uncertainty; see `sahelkit.plots.relation.plot_relation`.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where to draw; a new figure when absent.
        lang : {"en", "fr"}
            Language of the words in the figure.
        horizon : int, optional
            Months, one of the matrix's; the first when absent.
        form : {"interventional", "conditional", "shared"}
            Which comparison.
        """
        return plot_relation(self.to_xarray(), horizon=horizon, form=form, lang=lang, ax=ax)

    def _shown(self, table: pd.DataFrame) -> pd.DataFrame:
        return super()._shown(table[[*self._index, "extra", "extra_low90", "extra_high90", "prior_share"]])


def quantile_columns(values: Floats, names: Sequence[str]) -> dict[str, Floats]:
    """Columns of a table: of each quantity the median under its name, then the ends of its intervals.

    Parameters
    ----------
    values : array, shape (..., len(names), 5)
        Quantiles (`QUANTILES`).
    names : sequence of str
        Quantities.
    """
    flat = values.reshape(-1, len(names), len(QUANTILES))
    ends = {"": 2, "_low90": 0, "_low50": 1, "_high50": 3, "_high90": 4}
    return {f"{name}{end}": flat[:, q, at] for q, name in enumerate(names) for end, at in ends.items()}


def _beside(frame: pd.DataFrame, checks: pd.DataFrame | None) -> pd.DataFrame:
    keys = ["source", "target", "horizon"]
    if checks is None:
        absent = ("leave_one_out_low", "leave_one_out_high", "permutation_p", "permutation_error")
        return frame.assign(**dict.fromkeys(absent, np.nan))
    left = checks[checks["check"] == "leave_one_out"].groupby(keys)["extra"]
    ranges = pd.DataFrame({"leave_one_out_low": left.min(), "leave_one_out_high": left.max()}).reset_index()
    frame = frame.merge(ranges, on=keys, how="left")
    maps = checks[checks["check"] == "permutation"]
    for name, column in (("permutation_p", "p_value"), ("permutation_error", "p_error")):
        found = maps[column].iloc[0] if len(maps) else np.nan
        frame[name] = np.where(frame["source"] != frame["target"], found, np.nan)
    for rule, rows in checks[checks["check"] == "coder"].groupby("level", sort=True):
        frame = frame.merge(rows[[*keys, "extra"]].rename(columns={"extra": f"extra_{rule}"}), on=keys, how="left")
    return frame
