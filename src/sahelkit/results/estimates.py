"""Estimated models, read as the results of statsmodels are read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sahelkit._types import Floats
from sahelkit.errors import OptionError
from sahelkit.results.base import Result

# Step, in units of the linear predictor, over which the slope of the mean is taken; its error is of the order 1e-10.
_STEP = 1e-5


@dataclass(frozen=True)
class Names:
    """What makers of tables read of a model, by the names of statsmodels.

    Attributes
    ----------
    endog_names : str
        The outcome.
    exog_names : list of str, length k
        The terms.
    """

    endog_names: str
    exog_names: list[str]


@dataclass(frozen=True)
class Prediction:
    """Expected outcomes with their errors, as statsmodels' `get_prediction` gives them.

    Attributes
    ----------
    predicted, se : array, shape (n,)
        Expected outcome of each row, and its standard error by the delta method; NaN where a covariate is NA.
    linear, linear_se, freedom : array, shape (n,)
        Linear predictor, its standard error, and the degrees of freedom of its t distribution: the fewest of the terms
        that the row uses.
    mean : callable
        Expected outcome as a function of the linear predictor.
    index : pandas.Index
        Labels of the rows.
    """

    predicted: Floats
    se: Floats
    linear: Floats
    linear_se: Floats
    freedom: Floats
    mean: Callable[[Floats], Floats] = field(repr=False)
    index: pd.Index = field(repr=False)

    def conf_int(self, alpha: float = 0.05) -> Floats:
        """Ends of the intervals of the expected outcomes, shape (n, 2): those of the linear predictor, carried over.

        Parameters
        ----------
        alpha : float
            1 less the confidence level.

        Raises
        ------
        OptionError
            If `alpha` is not between 0 and 1.
        """
        half = t_quantile(_level(alpha), self.freedom) * self.linear_se
        return np.column_stack([self.mean(self.linear - half), self.mean(self.linear + half)])

    def summary_frame(self, alpha: float = 0.05) -> pd.DataFrame:
        """One row per case: ``mean, mean_se, mean_ci_lower, mean_ci_upper``, the columns of statsmodels' GLM.

        Parameters
        ----------
        alpha : float
            1 less the confidence level.

        Raises
        ------
        OptionError
            If `alpha` is not between 0 and 1.
        """
        low, high = self.conf_int(alpha).T
        columns = {"mean": self.predicted, "mean_se": self.se, "mean_ci_lower": low, "mean_ci_upper": high}
        return pd.DataFrame(columns, index=self.index)


@dataclass(frozen=True, repr=False)
class Estimates(Result):
    """An estimated model: a result that also speaks statsmodels.

    ``statsmodels.iolib.summary2.summary_col([fit, other])`` sets several of them side by side, also beside fits of
    statsmodels. So does ``maketables.ETable([fit, other])``, beside those of pyfixest too; it is what `pyfixest.etable`
    hands its own classes on to, while refusing all others.

    A class that inherits from it has the attributes (or properties) ``terms, coef, cov, loglik, n_rows`` and the method
    `_outcome`. Where they differ from what stands here it gives `_freedom`, `_ends`, `p_values` and `_parameters`, and
    for predictions `_rows` and `_mean`. What does not exist stands in `lacks`: ``cov_params``, ``predict``.
    """

    if TYPE_CHECKING:

        @property
        def terms(self) -> tuple[str, ...]:
            """Names of the coefficients, length k, each there once."""

        @property
        def coef(self) -> Floats:
            """Estimates, shape (k,)."""

        @property
        def cov(self) -> Floats:
            """Covariance, shape (k, k)."""

        @property
        def loglik(self) -> float:
            """Log-likelihood."""

        @property
        def n_rows(self) -> int:
            """Rows used."""

    def _outcome(self) -> str:
        """Name of the outcome."""
        raise NotImplementedError

    def _freedom(self) -> Floats:
        """Degrees of freedom of the t tests, shape (k,); infinite for normal ones."""
        return np.full(len(self.terms), np.inf)

    def _ends(self, level: float) -> Floats:
        """Ends of the intervals at a confidence level, shape (k, 2)."""
        half = t_quantile(level, self._freedom()) * self.std_error
        return np.column_stack([self.coef - half, self.coef + half])

    def _parameters(self) -> int:
        """How many numbers were estimated; more than `terms` where a spread is one of them."""
        return len(self.terms)

    def _rows(self, frame: pd.DataFrame | None) -> tuple[Floats, Floats | float]:
        """Covariates of rows, shape (n, k), and what is added to their linear predictor; those of the fit for None."""
        raise NotImplementedError

    def _mean(self, linear: Floats) -> Floats:
        """Expected outcome, given the linear predictor."""
        raise NotImplementedError

    @property
    def std_error(self) -> Floats:
        """Standard errors, shape (k,); NaN where there are none."""
        if "cov_params" in self.lacks:
            return np.full(len(self.terms), np.nan)
        return np.asarray(np.sqrt(np.diag(self.cov)))

    def p_values(self) -> Floats:
        """Two-sided p-values of the hypothesis that a coefficient is 0, shape (k,)."""
        from scipy import stats

        return np.asarray(2 * stats.t.sf(np.abs(self.coef) / self.std_error, self._freedom()))

    def _named(self, values: Floats, name: str) -> pd.Series:
        return pd.Series(values, index=list(self.terms), name=name, dtype="float64")

    @property
    def params(self) -> pd.Series:
        """Coefficients by term."""
        return self._named(self.coef, "params")

    @property
    def bse(self) -> pd.Series:
        """Standard errors by term, of the kind that `cov_type` names."""
        return self._named(self.std_error, "bse")

    @property
    def tvalues(self) -> pd.Series:
        """Coefficients divided by their standard errors; p-values from a profile do not come from them."""
        return self._named(self.coef / self.std_error, "tvalues")

    @property
    def pvalues(self) -> pd.Series:
        """p-values by term, see `p_values`."""
        return self._named(self.p_values(), "pvalues")

    @property
    def cov_type(self) -> str:
        """Kind of the standard errors; ``"observed"`` for the inverse observed information."""
        return str(getattr(self, "errors", "observed"))

    def conf_int(self, alpha: float = 0.05) -> pd.DataFrame:
        """Intervals of the coefficients by term, by the method of the fit: t distribution or profile.

        Parameters
        ----------
        alpha : float
            1 less the confidence level, whatever the level of the fit.

        Returns
        -------
        pandas.DataFrame
            Columns 0 and 1: lower and upper ends.

        Raises
        ------
        OptionError
            If `alpha` is not between 0 and 1.
        """
        return pd.DataFrame(self._ends(_level(alpha)), index=list(self.terms))

    def cov_params(self) -> pd.DataFrame:
        """Covariance of the coefficients by term, of the kind that `cov_type` names.

        Raises
        ------
        LackingError
            If the model has none.
        """
        self._check_has("cov_params")
        return pd.DataFrame(self.cov, index=list(self.terms), columns=list(self.terms))

    @property
    def llf(self) -> float:
        """Log-likelihood; the penalised one where the fit maximised that, as the attribute ``loglik`` says."""
        return self.loglik

    @property
    def aic(self) -> float:
        """Akaike's criterion from `llf`; of a penalised likelihood it compares fits of one penalty only.

        References
        ----------
        Akaike, H. (1974). A new look at the statistical model identification. IEEE Transactions on Automatic Control,
        19(6), 716-723. doi:10.1109/TAC.1974.1100705
        """
        return -2 * self.llf + 2 * self._parameters()

    @property
    def bic(self) -> float:
        """Schwarz's criterion from `llf`, with the number of rows, as in statsmodels.

        References
        ----------
        Schwarz, G. (1978). Estimating the dimension of a model. The Annals of Statistics, 6(2), 461-464.
        doi:10.1214/aos/1176344136
        """
        return float(-2 * self.llf + np.log(self.n_rows) * self._parameters())

    @property
    def nobs(self) -> int:
        """Rows used."""
        return self.n_rows

    @property
    def df_resid(self) -> int:
        """Rows less estimated numbers; t tests with clustered errors have fewer degrees of freedom."""
        return self.n_rows - self._parameters()

    @property
    def model(self) -> Names:
        """Names of the outcome and of the terms."""
        return Names(self._outcome(), list(self.terms))

    def predict(self, frame: pd.DataFrame | None = None) -> Floats:
        """Expected outcome of each row, shape (n,); NaN where a covariate is NA.

        Parameters
        ----------
        frame : pandas.DataFrame, optional
            Rows with the columns of the formula; the rows of the fit when absent.

        Raises
        ------
        LackingError
            If the model has no predictions.
        ModelError
            If the fit came without its data, or the formula does not fit the frame.
        MissingColumnsError
            If a column is missing.
        """
        self._check_has("predict")
        matrix, more = self._rows(frame)
        return self._mean(matrix @ self.coef + more)

    def get_prediction(self, frame: pd.DataFrame | None = None) -> Prediction:
        """Expected outcome of each row with its error; parameters and errors as in `predict`.

        Parameters
        ----------
        frame : pandas.DataFrame, optional
            Rows with the columns of the formula; the rows of the fit when absent.
        """
        self._check_has("predict")
        matrix, more = self._rows(frame)
        linear, error, freedom = self.combined(matrix)
        linear = linear + more
        slope = (self._mean(linear + _STEP) - self._mean(linear - _STEP)) / (2 * _STEP)
        index = pd.RangeIndex(len(linear)) if frame is None else frame.index
        return Prediction(self._mean(linear), slope * error, linear, error, freedom, self._mean, index)

    def combined(self, weights: Floats) -> tuple[Floats, Floats, Floats]:
        """Weighted sums of the coefficients, their standard errors and degrees of freedom.

        Parameters
        ----------
        weights : array, shape (n, k)
            Weight of each coefficient in each sum. Coefficients of weight 0 may be without an error.

        Returns
        -------
        sums, errors, freedom : array, shape (n,)
            The degrees of freedom are the fewest of the coefficients in the sum.
        """
        used = weights != 0
        known = np.isfinite(self.cov)
        variance = np.einsum("ni,ij,nj->n", weights, np.where(known, self.cov, 0.0), weights)
        unknown = np.einsum("ni,ij,nj->n", used.astype(float), (~known).astype(float), used.astype(float)) > 0
        freedom = np.where(used, self._freedom(), np.inf).min(axis=1, initial=np.inf)
        return weights @ self.coef, np.where(unknown, np.nan, np.sqrt(np.maximum(variance, 0.0))), freedom

    def _check_has(self, what: str) -> None:
        if what in self.lacks:
            raise self._lacking(what)


def t_quantile(level: float, freedom: Floats) -> Floats:
    """Standard errors from the middle to the ends of an interval, for each number of degrees of freedom.

    Examples
    --------
    >>> t_quantile(0.95, np.array([5.0, np.inf])).round(2).tolist()
    [2.57, 1.96]
    """
    from scipy import stats

    return np.asarray(stats.t.ppf(0.5 + level / 2, freedom))


def _level(alpha: float) -> float:
    if isinstance(alpha, bool) or not isinstance(alpha, int | float) or not 0 < alpha < 1:
        raise OptionError("alpha", alpha, "it is 1 less the confidence level, a share", repair="Type alpha=0.05")
    return 1 - alpha
