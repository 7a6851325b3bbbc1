"""Discrete-time hazard of an event in a panel of country-months or country-years."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sahelkit.errors import MissingColumnsError, ModelError, OptionError, UnknownNameError

LINKS = ("cloglog", "logit")

# Fitted chances this close to 0 or 1 are the sign to look for separation; the search itself is exact.
_CERTAIN = 1e-6


@dataclass(frozen=True)
class HazardFit:
    """A fitted discrete-time hazard model.

    Attributes
    ----------
    formula : str
        The model in the notation of statsmodels.
    link : str
        ``"cloglog"`` (coefficients are log hazard ratios) or ``"logit"`` (log odds ratios).
    terms : tuple of str, length k
        Names of the coefficients.
    coef : array, shape (k,)
        Estimates.
    cov : array, shape (k, k)
        Covariance, robust to correlation within clusters.
    level : float
        Confidence level of the intervals.
    n_rows, n_dropped, n_events, n_clusters : int
        Rows used, rows left out because a value is NA, events among the rows used, clusters.
    loglik : float
        Log-likelihood.
    """

    formula: str
    link: str
    terms: tuple[str, ...]
    coef: npt.NDArray[np.float64]
    cov: npt.NDArray[np.float64]
    level: float
    n_rows: int
    n_dropped: int
    n_events: int
    n_clusters: int
    loglik: float

    def tidy(self) -> pd.DataFrame:
        """One row per term: estimate, standard error, ratio and its interval, sample sizes.

        Returns
        -------
        pandas.DataFrame
            Columns ``term, coef, std_error, ratio, ratio_low, ratio_high, p_value, n_rows, n_events, n_clusters``.
            The ratio is a hazard ratio for the cloglog link, an odds ratio for the logit link. Intervals and p-values
            use the t distribution with ``n_clusters - 1`` degrees of freedom, which is wider than the normal when
            clusters are few.
        """
        from scipy import stats

        error = np.sqrt(np.diag(self.cov))
        freedom = self.n_clusters - 1
        half = stats.t.ppf(0.5 + self.level / 2, freedom) * error
        return pd.DataFrame(
            {
                "term": list(self.terms),
                "coef": self.coef,
                "std_error": error,
                "ratio": np.exp(self.coef),
                "ratio_low": np.exp(self.coef - half),
                "ratio_high": np.exp(self.coef + half),
                "p_value": 2 * stats.t.sf(np.abs(self.coef) / error, freedom),
                "n_rows": self.n_rows,
                "n_events": self.n_events,
                "n_clusters": self.n_clusters,
            }
        )

    def summary(self) -> str:
        """The fit as plain text."""
        table = self.tidy()[["term", "ratio", "ratio_low", "ratio_high", "p_value"]].round(3).to_string(index=False)
        head = f"{self.formula}  ({self.link}, {self.level:.0%} intervals)"
        size = f"{self.n_events} events in {self.n_rows:,} rows, {self.n_clusters} clusters"
        return f"{head}\n{size}; {self.n_dropped:,} rows left out because a value is NA\n{table}"

    def ratio(self, difference: Mapping[str, float]) -> tuple[float, float, float]:
        """Ratio, with its interval, between two cases whose covariates differ.

        Parameters
        ----------
        difference : mapping of str to float
            By how much each term differs; terms not named do not differ.

        Returns
        -------
        tuple of float
            Ratio of the hazards (odds for the logit link), its lower and its upper bound.

        Raises
        ------
        UnknownNameError
            If the model has no such term.
        """
        from scipy import stats

        weight = np.zeros(len(self.terms))
        for term, value in difference.items():
            if term not in self.terms:
                raise UnknownNameError("term", term, self.terms)
            weight[self.terms.index(term)] = value
        middle = float(weight @ self.coef)
        half = float(stats.t.ppf(0.5 + self.level / 2, self.n_clusters - 1) * np.sqrt(weight @ self.cov @ weight))
        return float(np.exp(middle)), float(np.exp(middle - half)), float(np.exp(middle + half))

    def detectable_ratio(self, term: str, *, power: float = 0.8) -> float:
        """Smallest ratio above 1 that a two-sided test at this level would find with the given power.

        Parameters
        ----------
        term : str
            Coefficient.
        power : float
            Probability of finding an effect of that size.

        Raises
        ------
        UnknownNameError
            If the model has no such term.
        """
        from scipy import stats

        if term not in self.terms:
            raise UnknownNameError("term", term, self.terms)
        position = self.terms.index(term)
        error = float(np.sqrt(self.cov[position, position]))
        freedom = self.n_clusters - 1
        return float(np.exp((stats.t.ppf(0.5 + self.level / 2, freedom) + stats.t.ppf(power, freedom)) * error))


def _family(link: str) -> Any:
    import statsmodels.api as sm

    if link not in LINKS:
        raise UnknownNameError("link", link, LINKS)
    links = sm.families.links
    return sm.families.Binomial(link=links.CLogLog() if link == "cloglog" else links.Logit())


def fit_hazard(
    formula: str, frame: pd.DataFrame, *, link: str = "cloglog", cluster: str = "iso3", level: float = 0.95
) -> HazardFit:
    """Fit a discrete-time hazard model by maximum likelihood, with errors clustered by country.

    With the cloglog link the coefficients are those of a proportional-hazards model whose time is grouped into
    months or years. Duration dependence enters the formula as ``t + t2 + t3`` (see `duration_terms`).

    Parameters
    ----------
    formula : str
        Model in the notation of statsmodels; the outcome is 0 or 1.
    frame : pandas.DataFrame
        One row per country and period. Rows with NA in a used column are left out and counted.
    link : {"cloglog", "logit"}
        Link function.
    cluster : str
        Column whose values may be correlated within. The covariance is the sandwich times G / (G - 1) for G
        clusters (CR1 without the factor for the number of coefficients, as Stata does for maximum likelihood).
    level : float
        Confidence level, between 0 and 1.

    Returns
    -------
    HazardFit

    Raises
    ------
    MissingColumnsError
        If `frame` lacks the cluster column or a column of the formula.
    OptionError
        If `level` is not between 0 and 1.
    ModelError
        If there are fewer than two clusters, no event, no non-event, or events separate perfectly.

    References
    ----------
    Carter, D. B., & Signorino, C. S. (2010). Back to the future: modeling time dependence in binary data.
    Political Analysis, 18(3), 271-292. doi:10.1093/pan/mpq013

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"iso3": ["MLI", "NER"] * 50, "x": [0, 0, 1, 1] * 25})
    >>> rows["event"] = [int(i % 10 == 0 or i % 14 == 2) for i in range(100)]
    >>> fit = fit_hazard("event ~ x", rows)
    >>> fit.n_events, fit.n_clusters
    (16, 2)
    """
    import statsmodels.formula.api as smf
    from statsmodels.tools.sm_exceptions import PerfectSeparationError

    if not 0 < level < 1:
        raise OptionError("level", level, "a confidence level lies between 0 and 1", repair="Type level=0.95")
    if cluster not in frame.columns:
        raise MissingColumnsError("fit_hazard", [cluster], frame.columns, repair="Name the column in cluster=")
    family = _family(link)
    try:
        model = smf.glm(formula, data=frame, family=family, missing="drop")
    except Exception as error:  # patsy raises many types for one cause: a formula that does not fit the frame
        raise ModelError(f"the formula {formula!r} does not fit the frame ({str(error).splitlines()[0]})") from error
    outcome = np.asarray(model.endog, dtype=float)
    used = np.asarray(model.data.row_labels)
    groups = frame.loc[used, cluster].to_numpy()
    _check_outcome(formula, outcome, groups)
    codes = pd.factorize(groups)[0]
    terms = tuple(str(name) for name in model.exog_names)
    design = np.asarray(model.exog, dtype=float)
    rank = int(np.linalg.matrix_rank(design))
    if rank < len(terms):
        raise ModelError(f"{formula!r}: {len(terms) - rank} of {len(terms)} columns repeat others. Leave them out")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # separation and non-convergence are found and named below
        try:
            fit = model.fit(maxiter=100, cov_type="cluster", cov_kwds={"groups": codes, "use_correction": False})
        except (np.linalg.LinAlgError, PerfectSeparationError):
            raise _separation(formula, "a term") from None
    count = len(np.unique(codes))
    coef = np.asarray(fit.params, dtype=float)
    chances = np.asarray(fit.fittedvalues, dtype=float)
    if not fit.converged or chances.min() < _CERTAIN or chances.max() > 1 - _CERTAIN:
        guilty = [term for term in separated_terms(outcome, design, terms) if term != "Intercept"]
        if guilty or not fit.converged:
            raise _separation(formula, ", ".join(guilty) or "a term")
    return HazardFit(
        formula=formula,
        link=link,
        terms=terms,
        coef=coef,
        cov=np.asarray(fit.cov_params(), dtype=float) * count / (count - 1),
        level=level,
        n_rows=int(outcome.size),
        n_dropped=int(len(frame) - outcome.size),
        n_events=int(outcome.sum()),
        n_clusters=count,
        loglik=float(fit.llf),
    )


def _separation(formula: str, which: str) -> ModelError:
    return ModelError(
        f"{formula!r}: {which} separates events from non-events perfectly, or the fit did not converge. "
        "Leave the term out, or pool its categories"
    )


def _check_outcome(formula: str, outcome: npt.NDArray[np.float64], groups: npt.NDArray[np.object_]) -> None:
    name = formula.split("~")[0].strip()
    if not np.isin(outcome, (0.0, 1.0)).all():
        raise ModelError(f"the outcome {name!r} has values other than 0 and 1. Make it so: ({name} > 0).astype(int)")
    if outcome.sum() in (0, outcome.size):
        raise ModelError(f"the outcome {name!r} never varies in the {outcome.size:,} rows used: nothing can be fitted")
    if len(set(groups)) < 2:
        raise ModelError("there is one cluster only: errors cannot be clustered. Use more countries")


def separated_terms(
    outcome: npt.NDArray[np.float64], design: npt.NDArray[np.float64], terms: tuple[str, ...]
) -> tuple[str, ...]:
    """Terms along which events and non-events can be told apart without error, so that no finite estimate exists.

    Parameters
    ----------
    outcome : array of 0 and 1, shape (n,)
    design : array, shape (n, k)
    terms : tuple of str, length k

    Returns
    -------
    tuple of str
        Empty when a finite maximum exists.

    References
    ----------
    Konis, K. (2007). Linear programming algorithms for detecting separated data in binary logistic regression
    models. DPhil thesis, University of Oxford.

    Examples
    --------
    >>> x = np.array([[1.0, 0], [1, 0], [1, 1], [1, 1]])
    >>> "x" in separated_terms(np.array([0.0, 0, 1, 1]), x, ("const", "x"))
    True
    >>> separated_terms(np.array([0.0, 1, 0, 1]), x, ("const", "x"))
    ()
    """
    from scipy.optimize import linprog

    scale = np.abs(design).max(axis=0)
    signed = np.where(outcome[:, None] > 0, design, -design) / np.where(scale > 0, scale, 1.0)
    answer = linprog(-signed.sum(axis=0), A_ub=-signed, b_ub=np.zeros(len(signed)), bounds=(-1, 1), method="highs")
    direction = np.zeros(len(terms)) if answer.x is None else answer.x
    if float((signed @ direction).sum()) < 1e-7:
        return ()
    return tuple(term for term, value in zip(terms, direction, strict=True) if abs(value) > 1e-9)


def duration_terms(since_last: pd.Series, *, scale: float = 120.0) -> pd.DataFrame:
    """Cubic terms of the time since the last event, scaled so that they do not swamp one another.

    Parameters
    ----------
    since_last : pandas.Series, shape (n,)
        Periods since the last event; NA where there has been none yet.
    scale : float
        Periods that count as 1, e.g. 120 months.

    Returns
    -------
    pandas.DataFrame, shape (n, 4)
        Columns ``t, t2, t3`` and ``never`` (1 where there has been no event yet; t is then 0).

    References
    ----------
    Carter, D. B., & Signorino, C. S. (2010). doi:10.1093/pan/mpq013

    Examples
    --------
    >>> duration_terms(pd.Series([60.0, None])).to_dict("list")
    {'t': [0.5, 0.0], 't2': [0.25, 0.0], 't3': [0.125, 0.0], 'never': [0, 1]}
    """
    time = pd.to_numeric(since_last).astype("float64") / scale
    never = time.isna()
    time = time.fillna(0.0)
    return pd.DataFrame({"t": time, "t2": time**2, "t3": time**3, "never": never.astype("int64")})
