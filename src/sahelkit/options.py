"""The options that many functions share: one name for one thing, and their checks, which say what to type instead."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from numbers import Integral, Real
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple, get_args

from sahelkit._types import Lang
from sahelkit.errors import OptionError, UnknownNameError

LANGUAGES: tuple[Lang, ...] = get_args(Lang)
OWN = "stated by each function"  # an option whose default depends on the question


class Option(NamedTuple):
    """One entry of the dictionary of options.

    Attributes
    ----------
    kind : str
        Type, as in a signature.
    default : object
        Default of every function that has one; `OWN` where each states its own. A function may ask for the option.
    says : str
        What it means and what it takes.
    but : mapping of str to str
        Functions and methods that deviate in kind or default, by the end of their name, and why.
    keyword : bool
        Whether it is given by name only.
    """

    kind: str
    default: object
    says: str
    but: Mapping[str, str] = MappingProxyType({})
    keyword: bool = True


_WINDOW = {
    "panels.builder.panel": "countries and window say what a panel is, and stand first",
    "simulate_panel": "an invented history needs a window; this is that of the notebooks",
}
OPTIONS: Mapping[str, Option] = {
    "frame": Option(
        "FrameLike",
        OWN,
        "The rows, in any order: a frame of pandas or of another library, or a `Panel` whose frame is then read. "
        "Stands first, or after a formula.",
        {"Estimates.predict": "the rows of the fit when absent", "get_prediction": "the rows of the fit when absent"},
        keyword=False,
    ),
    "countries": Option(
        "Places",
        None,
        "Countries by any of their names and codes, numbers, and sets such as 'focus', 'west_africa', 'africa', "
        "'world'; one or a list, mixed at will. None: all that there are. In models a set means its states that "
        "existed in the window.",
        {
            "panels.builder.panel": _WINDOW["panels.builder.panel"],
            "spatial_weights": "the countries are what the matrix is of, and stand first",
            "risk_table": "the five countries of the study, for a table that is read at a glance",
            "simulate_panel": "the region that the models are about",
            "relation_matrix": "the region that the model is about",
            "prior_sensitivity": "the region that the model is about",
            "what_if": "the region that the model is about",
        },
    ),
    "start": Option(
        "DateLike",
        None,
        "First day, inclusive: a date, a text such as '2012-03', a year; a year or month stands for its first day. "
        "None: from the beginning of the data.",
        _WINDOW
        | {
            "forecast_panel": "before 1955 too few states have the covariates",
            "response_cases": "the first day of the African Union, of which the table of acts speaks",
        },
    ),
    "end": Option(
        "DateLike",
        None,
        "Last day, inclusive, as `start`; a year or month stands for its last day. None: to the end of the data.",
        _WINDOW,
    ),
    "freq": Option(
        "Freq",
        "M",
        "'M' for months, 'Y' for years.",
        {"simulate_panel": "None gives the days of the events instead of a panel"},
    ),
    "version": Option(
        "str | None",
        None,
        "Data version, such as '2026.2'. None: the one bundled.",
        {"data_path": "dataset, file and version are one address"},
    ),
    "rule": Option(
        "Rule",
        "powell_thyne",
        "Which coups count: a coder's list, or 'any', 'majority', 'all' of the coders. Powell and Thyne cover the "
        "world, are current, and do not change in mid-window; 'any' is for the side-by-side view. Frames say it in "
        "``attrs['sahelkit']['rule']``.",
    ),
    "horizon": Option(
        "int",
        12,
        "How many periods ahead, from the period after the origin on; months where the data are monthly.",
        {
            "backtest": "one period of the panel, whatever its frequency",
            "relation_matrix": "three horizons at once, which the matrix compares",
            "what_if": "a path over three years, of which every month is shown",
            "RelationMatrix.plot": "the first of the matrix",
            "plot_relation": "the first of the matrix",
            "HazardForecaster.stride": "a part of fit, which passes it on",
        },
    ),
    "horizons": Option("tuple[int, ...]", OWN, "Several values of `horizon`, rising."),
    "seed": Option(
        "int | None",
        0,
        "A whole number from 0: the same numbers for the same seed, whatever `n_jobs`. None: new ones at every call.",
        {
            "relation_matrix": "no None: the posterior is remembered by its options",
            "prior_sensitivity": "no None: the posterior is remembered by its options",
            "what_if": "no None: the posterior is remembered by its options",
        },
    ),
    "n_jobs": Option(
        "int | None",
        1,
        "Processes, as joblib counts them; -1 for all processors. None leaves the choice to "
        "``joblib.parallel_config``, with which a cluster does the work. Results do not depend on it.",
    ),
    "replicates": Option(
        "int",
        OWN,
        "How many random replicates: resamples, permutations, placebos, simulated histories. As many as the answer "
        "needs at the price of one; results give their Monte Carlo error.",
        {"finding": "None: the value was not simulated"},
    ),
    "draws": Option("int", OWN, "Draws of a posterior distribution, from a Markov chain; nothing else."),
    "level": Option(
        "float",
        0.95,
        "Share of cases in which an interval is to hold the truth.",
        {
            "reliability_curve": "as in the paper of the method, whose bands hold where forecasts are calibrated",
            "Backtest.reliability": "as `reliability_curve`",
            "predict_interval": "forecasts are read with one chance in twenty on either side",
            "predict_arrays": "as `predict_interval`",
            "risk_table": "as `predict_interval`",
            "fit_hawkes": "its lower end is the one-sided test at 5 % of a ratio that cannot be negative",
            "synthetic_control": "with few donors no placebo is rarer than one in ten",
            "impact_table": "as `synthetic_control`",
            "wild_score_test": "None: that of the fit",
            "Fitted.interval": "None: that of the fit",
            "plain_interval": "None: that of the fit",
        },
    ),
    "alpha": Option(
        "float",
        0.05,
        "Size of a test: how often it may reject where nothing is to be found; one less the level.",
        {"conf_int": "as in statsmodels, where it may stand first"},
    ),
    "lang": Option(
        "Lang | None", None, "Language of words, 'en' or 'fr'. None: the current language, English unless it was set."
    ),
    "weights": Option(
        "xarray.DataArray | None",
        None,
        "Ties between countries, with the dimensions target and source, as `sahelkit.exposure.spatial_weights` gives "
        "them. None: land borders. `exposure_measures` takes several, by name or as a mapping.",
        {
            "normalised": "the matrix is what is normalised, and stands first",
            "decayed_exposure": "a ready matrix stands second, as in the formula",
        },
    ),
    "cluster": Option("str", "iso3", "Column whose rows hang together; standard errors allow for it. One name."),
    "repeats": Option(
        "Repeats", "refuse", "What to do with several rows of one unit and time: refuse them, or keep them all."
    ),
    "ax": Option("matplotlib.axes.Axes | None", None, "Axes to draw on. None: a new figure in the house style."),
}


def check_whole_number(
    what: str,
    value: object,
    *,
    least: int = 1,
    most: int | None = None,
    optional: bool = False,
    example: int = 0,
    why: str = "",
) -> None:
    """Raise OptionError unless an option is a whole number that is not too small or too large.

    Parameters
    ----------
    what : str
        Name of the option.
    value : object
        What the caller typed. ``2.0`` is no whole number here, nor is True.
    least, most : int
        Smallest and largest value.
    optional : bool
        Whether None will do.
    example : int
        What the message advises to type; the smallest value when 0.
    why : str
        The rule in the words of the option; that of whole numbers when empty.

    Raises
    ------
    OptionError

    Examples
    --------
    >>> check_whole_number("draws", 199.5, example=199)
    Traceback (most recent call last):
    sahelkit.errors.OptionError: draws=199.5: it is a whole number of at least 1. Type draws=199.
    """
    if value is None and optional:
        return
    whole = isinstance(value, Integral) and not isinstance(value, bool)
    if not whole or int(value) < least or (most is not None and int(value) > most):  # type: ignore[call-overload]
        reach = f"of at least {least}" if most is None else f"from {least} to {most}"
        raise OptionError(what, value, why or f"it is a whole number {reach}", repair=f"Type {what}={example or least}")


def check_seed(seed: object, *, optional: bool = True) -> None:
    """Raise OptionError unless a seed is a whole number from 0, or None where that asks for fresh random numbers.

    Examples
    --------
    >>> check_seed(-1)
    Traceback (most recent call last):
    sahelkit.errors.OptionError: seed=-1: it is a whole number of at least 0. Type seed=1.
    """
    check_whole_number("seed", seed, least=0, optional=optional, example=1)


def check_level(level: object, *, optional: bool = False) -> None:
    """Raise OptionError unless not a share between 0 and 1, or is None where that will do.

    Examples
    --------
    >>> check_level(95)
    Traceback (most recent call last):
    sahelkit.errors.OptionError: level=95: not a share between 0 and 1. Type level=0.95.
    """
    if level is None and optional:
        return
    if not isinstance(level, Real) or not 0 < float(level) < 1:
        raise OptionError("level", level, "not a share between 0 and 1", repair="Type level=0.95")


def check_jobs(n_jobs: object) -> None:
    """Raise OptionError unless a number of processes is one that joblib takes: a whole number but 0, or None.

    Examples
    --------
    >>> check_jobs(-1), check_jobs(None)
    (None, None)
    """
    if n_jobs is not None and (not isinstance(n_jobs, Integral) or isinstance(n_jobs, bool) or n_jobs == 0):
        raise OptionError("n_jobs", n_jobs, "it is a number of processes, or -1 for all", repair="Type n_jobs=1")


def check_alpha(alpha: object) -> None:
    """Raise OptionError unless the size of a test is a share between 0 and 0.5.

    Examples
    --------
    >>> check_alpha(0.95)
    Traceback (most recent call last):
    sahelkit.errors.OptionError: alpha=0.95: the size of a test is a share between 0 and 0.5. Type alpha=0.05.
    """
    if not isinstance(alpha, Real) or isinstance(alpha, bool) or not 0 < float(alpha) < 0.5:
        raise OptionError("alpha", alpha, "the size of a test is a share between 0 and 0.5", repair="Type alpha=0.05")


_PERIODS = "not a whole number of at least 1 period"

# The options that have the same name, and the same meaning, wherever they stand.
_SHARED: dict[str, Callable[[object], None]] = {
    "level": check_level,
    "alpha": check_alpha,
    "seed": check_seed,
    "n_jobs": check_jobs,
    **{
        name: lambda value, name=name: check_whole_number(name, value, example=199)  # type: ignore[misc]
        for name in ("draws", "replicates")
    },
    "horizon": lambda value: check_whole_number("horizon", value, example=12, why=_PERIODS),
    "lags": lambda value: check_whole_number("lags", value, least=0, example=3),
}


def check_options(**given: object) -> None:
    """Check the shared options of a function by their names; call it first, before anything is computed.

    Parameters
    ----------
    **given
        Any of ``level, alpha, seed, n_jobs, draws, replicates, horizon, lags``.

    Raises
    ------
    OptionError
        If one has the wrong form.

    Examples
    --------
    >>> check_options(level=0.9, seed=None, draws=999)
    """
    for name, value in given.items():
        _SHARED[name](value)


def check_name(what: str, value: object, *, optional: bool = False) -> None:
    """Raise OptionError unless an option is a text: the name of one column, or a formula.

    Examples
    --------
    >>> check_name("cluster", ["iso3"])
    Traceback (most recent call last):
    sahelkit.errors.OptionError: cluster=['iso3']: one name is needed, as a text. Type cluster='iso3'.
    """
    if isinstance(value, str) or (value is None and optional):
        return
    single = isinstance(value, list | tuple) and len(value) == 1 and isinstance(value[0], str)
    repair = f"Type {what}={value[0]!r}" if single else ""  # type: ignore[index]
    raise OptionError(what, value, "one name is needed, as a text", repair=repair)


def as_names(what: str, given: str | Iterable[str], *, least: int = 0) -> list[str]:
    """One name or several as a list; raise OptionError for what holds no names, or too few.

    Examples
    --------
    >>> as_names("bodies", "AU"), as_names("bodies", ("AU", "ECOWAS"))
    (['AU'], ['AU', 'ECOWAS'])
    >>> as_names("bodies", 3)
    Traceback (most recent call last):
    sahelkit.errors.OptionError: bodies=3: one name or a list of names is wanted.
    """
    if isinstance(given, str):
        return [given]
    if not isinstance(given, Iterable) or isinstance(given, bytes):
        raise OptionError(what, given, "one name or a list of names is wanted")
    names = list(given)
    if len(names) < least:
        raise OptionError(what, given, "no name is given")
    return names


def check_real(
    what: str,
    value: object,
    *,
    least: float,
    above: bool = False,
    optional: bool = False,
    why: str = "",
    example: float,
) -> None:
    """Raise OptionError unless an option is a finite number of at least `least`, or above it.

    Examples
    --------
    >>> check_real("vif", "7", least=1, example=7)
    Traceback (most recent call last):
    sahelkit.errors.OptionError: vif='7': it is a number of at least 1. Type vif=7.
    """
    if value is None and optional:
        return
    number = isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)
    if not number or float(value) < least or (above and float(value) == least):  # type: ignore[arg-type]
        reach = f"it is a number {'above' if above else 'of at least'} {least:g}"
        raise OptionError(what, value, why or reach, repair=f"Type {what}={example:g}")


def check_flag(what: str, value: object) -> None:
    """Raise OptionError unless an option is True or False.

    Examples
    --------
    >>> check_flag("include_plots", None)
    Traceback (most recent call last):
    sahelkit.errors.OptionError: include_plots=None: it is True or False. Type include_plots=True.
    """
    if not isinstance(value, bool):
        raise OptionError(what, value, "it is True or False", repair=f"Type {what}=True")


def check_path(what: str, value: object, *, optional: bool = False) -> None:
    """Raise OptionError unless an option names a file or folder, as a text or a path.

    Examples
    --------
    >>> check_path("folder", 7)
    Traceback (most recent call last):
    sahelkit.errors.OptionError: folder=7: it is a text or a pathlib.Path. Type folder='results'.
    """
    if not (isinstance(value, str | Path) or (value is None and optional)):
        raise OptionError(what, value, "it is a text or a pathlib.Path", repair=f"Type {what}='results'")


def check_language(lang: str | None) -> Lang:
    """Return the language, English when None; raise UnknownNameError for one that is not spoken here.

    Examples
    --------
    >>> check_language("fr"), check_language(None)
    ('fr', 'en')
    """
    if lang is None:
        return LANGUAGES[0]
    for known in LANGUAGES:
        if isinstance(lang, str) and lang == known:
            return known
    raise UnknownNameError("language", lang, LANGUAGES)
