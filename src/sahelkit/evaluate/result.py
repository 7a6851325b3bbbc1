"""What a back-test gives: forecasts, outcomes, scores with intervals, comparisons, and how probabilities came true."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd

from sahelkit._deprecated import renamed
from sahelkit._types import TEXT, DateLike, Lang, Places
from sahelkit.catalog.columns import recorded_datasets
from sahelkit.dates import parse_window
from sahelkit.errors import OptionError, UnknownNameError, is_known
from sahelkit.evaluate.calibration import Corp, corp, reliability_curve
from sahelkit.evaluate.comparison import Comparison, compare, other_frame
from sahelkit.evaluate.intervals import NAMES, Rows, blocks_of, ends, estimates, resampled, within_range
from sahelkit.evaluate.words import RIVAL, Tested, backtest_sentence, backtest_text
from sahelkit.frames import check_frame
from sahelkit.geography import places
from sahelkit.language.numbers import number
from sahelkit.options import check_language, check_options
from sahelkit.plots.reliability import plot_backtest
from sahelkit.results.base import Result

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

REFERENCE = "base_rate"


def _sources_of(other: object) -> list[str]:
    """Datasets behind a frame of published forecasts."""
    recorded = recorded_datasets(other) if isinstance(other, pd.DataFrame) else {}
    return [f"{name} {version}" for name, version in recorded.items()]


@dataclass(frozen=True, eq=False, repr=False)
class Backtest(Result):
    """Forecasts of a model and of simple forecasters, and what came.

    Attributes
    ----------
    frame : pandas.DataFrame
        One row per model, origin and state, see `tidy`.
    models : tuple of str
        The models that were given, then the simple ones.
    n_own : int
        How many of them were given.
    outcome : str
        Count of events that was forecast.
    freq : str
        ``"M"`` or ``"Y"``.
    horizon : int
        Length of the window in periods, the origin's own period included.
    refit : int or None
        At every how many origins the models were fitted.
    vintages : bool
        Whether coups were those of the release that was the newest at the time.
    source : str
        Datasets and versions.
    seed : int or None
        Seed of the intervals.
    """

    frame: pd.DataFrame
    models: tuple[str, ...]
    n_own: int
    outcome: str
    freq: str
    horizon: int
    refit: int | None
    vintages: bool
    source: str
    seed: int | None = 0

    _index = ("model", "origin", "iso3")
    lacks: ClassVar = {"ax": "it has three panels"}

    @property
    def main(self) -> str:
        """Name of the model of which the result speaks."""
        return self.models[0]

    @property
    def n_rows(self) -> int:
        """Rows of the main model that are scored."""
        return len(self._scored(self.main))

    @property
    def n_events(self) -> int:
        """Scored rows of the main model with an event."""
        return int(self._scored(self.main)["outcome"].sum())

    def tidy(self) -> pd.DataFrame:
        """One row per model, origin and state.

        Returns
        -------
        pandas.DataFrame
            ``model, origin`` (Period; the forecast is of its first day), ``iso3, country, probability`` (NaN: the model
            gave none), ``outcome`` (1, 0, or NaN where the window is not wholly known), ``scored``, ``why`` (why not:
            "no forecast", "outcome not yet known"), ``n_train`` (rows learned from), ``vintage`` (release of the list
            of coups that the row saw; empty for today's).
        """
        return self.frame.copy()

    def headline(self, *, lang: Lang | None = None) -> str:
        """What was forecast, from where, as plain text."""
        lang = check_language(lang)
        dark = (self.frame["model"] == self.main) & ~self.frame["scored"].astype(bool)
        texts = {"dark": number(int(dark.sum()), lang, digits=0), "models": ", ".join(self.models)}
        return backtest_text("head", self._about, lang, **texts)

    def summary(self, *, lang: Lang | None = None) -> str:
        """The scores as plain text."""
        table = self.scores(replicates=200)
        return f"{self._head(lang)}\n{table.round(4).to_string(index=False)}"

    def to_xarray(self) -> xr.Dataset:
        """The columns of `tidy` with dimensions ``model``, ``origin`` (first day) and ``iso3``."""
        table = self.frame.assign(origin=self.frame["origin"].dt.start_time).set_index(list(self._index))
        text = table.select_dtypes(exclude="number").columns.drop("scored")
        found: xr.Dataset = table.astype(dict.fromkeys(text, "object")).to_xarray()
        return found.assign_attrs(summary=self.headline())

    @property
    def _about(self) -> Tested:
        return Tested(self.outcome, self.horizon, self.freq, *self.span, self.n_rows, self.n_events)

    @property
    def span(self) -> tuple[str, str]:
        """First and last origin."""
        periods = pd.PeriodIndex(self.frame["origin"])
        return str(periods.min()), str(periods.max())

    def _scored(self, model: str) -> pd.DataFrame:
        if model not in self.models:
            raise UnknownNameError("model of the back-test", model, self.models)
        return self.frame[(self.frame["model"] == model) & self.frame["scored"]]

    def select(self, *, countries: Places = None, start: DateLike = None, end: DateLike = None) -> Backtest:
        """The same back-test on some of its rows.

        Parameters
        ----------
        countries : str, int or sequence of these, optional
            Countries or place sets; all when absent.
        start, end : date-like, optional
            First and last origin.

        Raises
        ------
        OptionError
            If no row is left.
        """
        first, last = parse_window(start, end)
        begins = self.frame["origin"].dt.start_time
        keep = pd.Series(True, index=self.frame.index)
        if countries is not None:
            keep &= self.frame["iso3"].isin(places.resolve_many(countries))
        if first is not None:
            keep &= begins >= first
        if last is not None:
            keep &= begins <= last
        if not keep.any():
            raise OptionError("countries", countries, "no forecast is left in this selection")
        return replace(self, frame=self.frame[keep].reset_index(drop=True))

    @renamed(n_boot="replicates")
    def scores(
        self,
        model: str | None = None,
        *,
        level: float = 0.95,
        replicates: int = 1000,
        k: int = 10,
        start: DateLike = None,
        end: DateLike = None,
        countries: Places = None,
    ) -> pd.DataFrame:
        """Scores with intervals from resampled origins.

        Origins are drawn in blocks, so that overlapping windows stay together, and the intervals are stretched for what
        few blocks lose (`sahelkit.evaluate.intervals.Blocks`); NaN where there are too few origins for an interval.
        Each model is scored on the rows that it forecasts; where they differ, use `against`.

        Parameters
        ----------
        model : str, optional
            One model; all when absent.
        level : float
            Level of the intervals.
        replicates : int
            Replicates.
        k : int
            Length of the list in ``top_recall``: share of the events that stood among the `k` highest of their origin.
        start, end, countries
            As in `select`.

        Returns
        -------
        pandas.DataFrame
            One row per model and score: ``model, score, estimate, low, high, n, n_events, n_origins``. Scores: ``log``
            and ``brier`` (lower is better), ``brier_skill`` (against the expanding base rate), ``roc_auc``,
            ``average_precision`` (steps), ``pr_auc_trapezoid`` (lines), ``top_recall``.

        Raises
        ------
        UnknownNameError
            If there is no such model.
        OptionError
            If no row is scored.
        """
        check_options(level=level, replicates=replicates)
        if countries is not None or start is not None or end is not None:
            chosen = self.select(countries=countries, start=start, end=end)
            return chosen.scores(model, level=level, replicates=replicates, k=k)
        names = self.models if model is None else (model,)
        return pd.concat([self._scores_of(name, level, replicates, k) for name in names], ignore_index=True)

    def _scores_of(self, name: str, level: float, replicates: int, k: int) -> pd.DataFrame:
        rows = self._scored(name)
        if rows.empty:
            raise OptionError("model", name, "no row can be scored: it made no forecast, or no outcome is known yet")
        origins, number = np.unique(pd.PeriodIndex(rows["origin"]).asi8, return_inverse=True)
        base = self.frame[self.frame["model"] == REFERENCE].set_index(["origin", "iso3"])["probability"]
        reference = base.reindex(pd.MultiIndex.from_frame(rows[["origin", "iso3"]])).to_numpy()
        one = Rows(rows["outcome"].to_numpy(), rows["probability"].to_numpy(), number, reference, k)
        blocks = blocks_of(origins, horizon=self.horizon)
        values = estimates(one)
        draws = resampled(one, blocks.weights(replicates=replicates, seed=self.seed))
        table = within_range(ends(draws, values, level, stretch=blocks.stretch(level)))
        table.insert(0, "estimate", pd.Series(values))
        events = int(rows["outcome"].sum())
        table = table.assign(n=len(rows), n_events=events, n_origins=len(origins)).rename_axis("score").reset_index()
        table.insert(0, "model", pd.Series([name] * len(table), dtype=TEXT))
        return table.astype({"score": TEXT})

    @renamed(n_boot="replicates")
    def against(
        self,
        other: str | Backtest | pd.DataFrame,
        *,
        model: str | None = None,
        name: str | None = None,
        level: float = 0.95,
        replicates: int = 1000,
        k: int = 10,
    ) -> Comparison:
        """Compare with another forecast on the rows that both forecast, by paired differences.

        Parameters
        ----------
        other : str, Backtest or pandas.DataFrame
            A model of this back-test; another back-test, of which the main model is taken; or published forecasts with
            ``iso3``, ``year`` (or ``period``, ``origin``) and ``probability``, as `sahelkit.load_forecasts` gives them.
            Rows are scored by this back-test's outcomes.
        model : str, optional
            The model of this back-test; the main one when absent.
        name : str, optional
            Name of the other forecast in the result.
        level, replicates, k
            As in `scores`.

        Raises
        ------
        UnknownNameError
            If there is no such model.
        OptionError
            If the two forecast other outcomes or horizons, or have no row in common.
        MissingColumnsError
            If a frame lacks a column.
        """
        check_options(level=level, replicates=replicates)
        mine = self._scored(model or self.main)
        theirs, called = self._theirs(other)
        return compare(
            mine[["iso3", "origin", "probability", "outcome"]],
            theirs,
            names=(model or self.main, name or called),
            horizon=self.horizon,
            level=level,
            replicates=replicates,
            seed=self.seed,
            k=k,
            source=", ".join([self.source, *_sources_of(other)]),
        )

    def _theirs(self, other: str | Backtest | pd.DataFrame) -> tuple[pd.DataFrame, str]:
        if isinstance(other, str):
            return self._scored(other)[["iso3", "origin", "probability"]], other
        if isinstance(other, Backtest):
            own, its = (self.outcome, self.freq, self.horizon), (other.outcome, other.freq, other.horizon)
            if own != its:
                raise OptionError("other", its, f"it forecasts something else than this back-test, {own}")
            return other._scored(other.main)[["iso3", "origin", "probability"]], other.main
        other = check_frame(other, where="against", what="other")
        events = set(other["event"]) if "event" in other.columns else {self.outcome}
        if events != {self.outcome}:
            raise OptionError("other", sorted(events), f"it forecasts something else than {self.outcome!r}")
        return other_frame(other, freq=self.freq), "published forecast"

    def corp(self, model: str | None = None) -> Corp:
        """Brier score of a model and its parts, see `sahelkit.evaluate.corp`."""
        rows = self._scored(model or self.main)
        return corp(rows["outcome"], rows["probability"])

    @renamed(n_boot="replicates")
    def reliability(
        self, model: str | None = None, *, level: float = 0.9, replicates: int = 500, n_jobs: int | None = 1
    ) -> pd.DataFrame:
        """Observed share of events against the forecast, see `sahelkit.evaluate.reliability_curve`."""
        check_options(level=level, replicates=replicates, n_jobs=n_jobs)
        rows = self._scored(model or self.main)
        return reliability_curve(
            rows["outcome"], rows["probability"], level=level, replicates=replicates, seed=self.seed, n_jobs=n_jobs
        )

    @renamed(n_boot="replicates")
    def by_decade(self, score: str = "log", *, level: float = 0.95, replicates: int = 1000) -> pd.DataFrame:
        """One score of every model, decade by decade, as in `scores`, with ``decade`` (its first year)."""
        check_options(level=level, replicates=replicates)
        if not is_known(score, NAMES):
            raise UnknownNameError("score", score, NAMES)
        decades = self.frame["origin"].dt.year // 10 * 10
        parts = []
        for decade in sorted(decades[self.frame["scored"]].unique()):
            part = replace(self, frame=self.frame[decades == decade].reset_index(drop=True))
            table = part.scores(level=level, replicates=replicates)
            parts.append(table[table["score"] == score].assign(decade=int(decade)))
        return pd.concat(parts, ignore_index=True)

    def ranks(self, model: str | None = None) -> pd.DataFrame:
        """Rank of each state among those forecast at the same origin, 1 for the highest probability.

        Returns
        -------
        pandas.DataFrame
            ``origin, iso3, country, probability, rank, n_states, outcome``.
        """
        name = model or self.main
        if name not in self.models:
            raise UnknownNameError("model of the back-test", name, self.models)
        rows = self.frame[(self.frame["model"] == name) & self.frame["probability"].notna()]
        groups = rows.groupby("origin")["probability"]
        out = rows.assign(rank=groups.rank(ascending=False, method="min"), n_states=groups.transform("size"))
        names = ["origin", "iso3", "country", "probability", "rank", "n_states", "outcome"]
        return out[names].astype({"rank": "int64"}).reset_index(drop=True)

    def says(self, *, lang: Lang | None = None, level: float = 0.95) -> str:
        """One sentence that may be quoted: how the main model fared, and against the time since the last event."""
        lang = check_language(lang)
        check_options(level=level)
        return backtest_sentence(
            self._about,
            self.scores(self.main, level=level).set_index("score"),
            self.against(RIVAL, level=level).frame.set_index("score").loc["log"],
            model=self.main,
            base=self.scores(REFERENCE, level=level, replicates=1).set_index("score").loc["log", "estimate"],
            level=level,
            vintages=self.vintages,
            lang=lang,
        )

    def plot(self, *, ax: Axes | None = None, lang: Lang | None = None) -> Figure:
        """Draw the reliability diagram of the main model with its band, and its log score by decade.

        Raises
        ------
        LackingError
            If axes are given: the figure has three panels.
        UnknownNameError
            If the language is unknown.
        """
        lang = check_language(lang)
        if ax is not None:
            raise self._lacking("ax")
        return plot_backtest(
            self.reliability(),
            self.by_decade(),
            brier=vars(self.corp()),
            main=self.main,
            title=backtest_text("title", self._about, lang),
            n=backtest_text("sample", self._about, lang),
            source=self.source,
            lang=lang,
        )
