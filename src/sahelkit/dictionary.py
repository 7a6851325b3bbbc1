"""The dictionary of options: one name for one thing, with its type, its default, and who deviates and why."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

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
        "'world', 'ECOWAS'; one or a list, mixed at will. None: all that there are. In models a set means its states "
        "that existed in the window. Of an organisation, models and panels take who was a member on some day of the "
        "window, loaders whoever was.",
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
            "add_spells": "the column of the first day of each spell",
        },
    ),
    "end": Option(
        "DateLike",
        None,
        "Last day, inclusive, as `start`; a year or month stands for its last day. None: to the end of the data.",
        _WINDOW | {"add_spells": "the column of the last day of each spell"},
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
        "Data version, such as '2026.3'. None: the one bundled.",
        {"data_path": "dataset, file and version are one address"},
    ),
    "rule": Option(
        "Rule",
        "powell_thyne",
        "Which coups count: a coder's list, or 'any', 'majority', 'all' of the coders, or the name of an own list that "
        "`sahelkit.add_coder` put beside them. Powell and Thyne cover the "
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
            "decayed_exposure": "a ready matrix stands second, as in the formula",
        },
    ),
    "cluster": Option("str", "iso3", "Column whose rows hang together; standard errors allow for it. One name."),
    "repeats": Option(
        "Repeats",
        "refuse",
        "What to do with several rows of one unit and time: refuse them, or keep them all. Of events that stand in two "
        "files: refuse them, count each once as the first file has it, or keep all rows.",
    ),
    "ax": Option("matplotlib.axes.Axes | None", None, "Axes to draw on. None: a new figure in the house style."),
}
