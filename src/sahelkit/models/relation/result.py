"""The relation matrix as a result."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sahelkit._types import Floats, Ints, Lang
from sahelkit.geography import places
from sahelkit.models.relation.posterior import Posterior
from sahelkit.options import check_language

if TYPE_CHECKING:
    import xarray as xr
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


@dataclass(frozen=True)
class RelationMatrix:
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

    sources: tuple[str, ...]
    targets: tuple[str, ...]
    horizons: tuple[int, ...]
    values: Floats = field(repr=False)
    mc_error: Floats = field(repr=False)
    end_error: Floats = field(repr=False)
    prior_extra: Floats = field(repr=False)
    prior_share: Floats = field(repr=False)
    prior_share_error: Floats = field(repr=False)
    pair_prior_share: Floats = field(repr=False)
    borders: np.ndarray[tuple[int, ...], np.dtype[np.bool_]] = field(repr=False)
    n_attempts: Ints = field(repr=False)
    n_events: int
    n_countries: int
    on: pd.Timestamp | None
    posterior: Posterior = field(repr=False)
    robustness: pd.DataFrame | None = field(default=None, repr=False)

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
        rows = []
        for s, source in enumerate(self.sources):
            for t, target in enumerate(self.targets):
                for h, horizon in enumerate(self.horizons):
                    row = {
                        "source": source,
                        "target": target,
                        "horizon": horizon,
                        "borders": bool(self.borders[s, t]),
                    }
                    for q, quantity in enumerate(QUANTITIES):
                        low90, low50, middle, high50, high90 = self.values[s, t, h, q]
                        row |= {
                            quantity: middle,
                            f"{quantity}_low90": low90,
                            f"{quantity}_low50": low50,
                            f"{quantity}_high50": high50,
                            f"{quantity}_high90": high90,
                        }
                    row |= {
                        "prior_share": self.prior_share[s, t, h],
                        "prior_share_error": self.prior_share_error[s, t, h],
                        "pair_prior_share": self.pair_prior_share[s, t],
                        "mc_error": self.mc_error[s, t, h, 2],
                        "mc_error_low90": self.end_error[s, t, h, 2, 0],
                        "mc_error_high90": self.end_error[s, t, h, 2, 1],
                        "n_draws": len(self.posterior),
                        "n_attempts": int(self.n_attempts[s]),
                        "n_events": self.n_events,
                        "n_countries": self.n_countries,
                        "rule": self.rule,
                    }
                    rows.append(row)
        return _beside(pd.DataFrame(rows), self.robustness)

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
                "source": list(self.sources),
                "target": list(self.targets),
                "horizon": list(self.horizons),
                "quantity": list(QUANTITIES),
                "quantile": list(QUANTILES),
            },
            attrs={
                "rule": self.rule,
                "n_events": self.n_events,
                "n_countries": self.n_countries,
                "units": "percent (risks), percentage points (extra, shared), none (ratios, shares); horizon in months",
            },
        )

    def summary(self) -> str:
        """The matrix as plain text: who, over what, and the interventional form at each horizon."""
        from sahelkit.models.relation.wording import diagnostics_line

        evidence = self.posterior.evidence
        frame = self.tidy()
        lines = [
            f"{self.n_events} attempts ({self.rule}), {self.n_countries} countries, "
            f"{evidence.first:%Y-%m-%d} to {evidence.last:%Y-%m-%d}",
            diagnostics_line(self.posterior),
        ]
        for horizon in self.horizons:
            at = frame[frame["horizon"] == horizon]
            text = at.apply(lambda r: f"{r['extra']:+.1f} [{r['extra_low90']:.1f}, {r['extra_high90']:.1f}]", axis=1)
            grid = at.assign(text=text).pivot(index="source", columns="target", values="text")
            grid = grid.reindex(index=list(self.sources), columns=list(self.targets))
            lines += [
                f"extra probability within {horizon} months, percentage points, median [90 %]; row: source",
                grid.to_string(),
            ]
        return "\n".join(lines)

    def says(self, source: str | None = None, target: str | None = None, *, lang: Lang | None = None) -> str:
        """One sentence that may be quoted, about one pair at the first horizon.

        Parameters
        ----------
        source, target : str, optional
            Countries; the first source and the first other target when absent.
        lang : {"en", "fr"}
            Language.
        """
        lang = check_language(lang)
        from sahelkit.models.relation.wording import pair_sentence

        of = self.sources[0] if source is None else places.resolve(source)
        to = next((code for code in self.targets if code != of), of) if target is None else places.resolve(target)
        return pair_sentence(self, of, to, lang)

    def plot(self, *, horizon: int | None = None, form: str = "interventional", lang: Lang | None = None) -> Figure:
        """Heatmap that shows the uncertainty; see `sahelkit.plots.relation.plot_relation`."""
        lang = check_language(lang)
        from sahelkit.plots.relation import plot_relation

        figure: Figure = plot_relation(self, horizon=horizon, form=form, lang=lang)
        return figure


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
