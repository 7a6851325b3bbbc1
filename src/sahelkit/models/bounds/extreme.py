"""Extreme bounds analysis: one question, every defensible model of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sahelkit._deprecated import renamed
from sahelkit._types import Repeats
from sahelkit.errors import ModelError, OptionError, UnknownNameError, is_known
from sahelkit.estimation.few_clusters import clusters_with_events
from sahelkit.estimation.many.effects import NONE, block_of, extra_labels
from sahelkit.estimation.many.fitting import fit_blocks
from sahelkit.estimation.many.plan import LINKS, choose
from sahelkit.estimation.many.roles import MOST, check_number, count_models, read_exclusive, read_roles, sizes_of
from sahelkit.estimation.many.sample import Sample, read_sample
from sahelkit.estimation.many.spread import WEIGHTS
from sahelkit.estimation.many.storage import write_models
from sahelkit.frames import FrameLike, check_frame, check_repeats
from sahelkit.models.bounds.measures import Measures
from sahelkit.models.bounds.result import ExtremeBounds
from sahelkit.models.bounds.summaries import Settings
from sahelkit.options import as_names, check_name, check_options, check_path, check_real, check_whole_number

if TYPE_CHECKING:
    pass

ERRORS = ("CR1", "model")


@renamed(weights="model_weights")
def extreme_bounds(
    formula: str,
    frame: FrameLike,
    *,
    measures: Measures | None = None,
    k: int | Sequence[int] = 3,
    exclusive: Sequence[Sequence[str]] = (),
    effects: str | Sequence[str] = NONE,
    link: str | Sequence[str] = "cloglog",
    cluster: str | None = "iso3",
    errors: str | None = None,
    vif: float | None = None,
    model_weights: str = "equal",
    level: float = 0.95,
    all_terms: bool = False,
    most: int = MOST,
    confirm: bool = False,
    folder: str | Path | None = None,
    progress: bool = False,
    n_jobs: int | None = 1,
    repeats: Repeats = "refuse",
) -> ExtremeBounds:
    """Fit one model for every combination of doubtful controls, and say how the coefficients in focus are spread.

    Every model holds the intercept, all free controls, one focus variable, some of the doubtful controls, and one
    kind of fixed effects. All models use the same rows, those in which every column is known; beside fixed effects,
    periods and countries without an event leave, which changes no estimate. Models whose events are separated
    perfectly are fitted with Firth's penalty. Every model is kept.

    Parameters
    ----------
    formula : str
        ``"outcome ~ free | focus | doubtful"``: names of columns joined by plus signs, ``1`` for none. A column has
        one role.
    frame : pandas.DataFrame or Panel
        One row per unit and period.
    measures : Measures, optional
        From `exposure_measures` of the same frame: its columns may be named in the formula, and the null distribution
        of the verdict can then be found with `ExtremeBounds.null`.
    k : int or sequence of int
        Doubtful controls per model: 0 to `k`, or the sizes given.
    exclusive : sequence of sequences of str
        Sets of columns of which a model holds at most one, e.g. ``[("cpi_inflation", "deflator_inflation")]``.
    effects : str or sequence of str
        Fixed effects, one kind per model: ``"none"``, ``"decade"``, ``"5-year"``, ``"country"``, a column of the
        frame, or two joined, ``"country+decade"``. ``"year"`` is possible, but makes neighbours' coefficients
        negative where there is no contagion (`sahelkit.models.placebo.period_effects`); the summary then says so.
    link : {"cloglog", "logit", "identity"} or sequence of these
        Links; ``"identity"`` is least squares.
    cluster : str or None
        Column whose values may be correlated within; None for independent rows.
    errors : {"CR1", "model"}, optional
        Errors of the summaries: clustered (default), or from the model alone (the inverse expected information, as in
        `sahelkit.fit_hazard`; for the identity link HC0). Both are kept. With clustered errors the summaries take
        coefficients over their errors to have t distributions, where their authors have normal ones: with the degrees
        of freedom that the shares of the clusters in what is known of the focus variable leave
        (`sahelkit.estimation.few_clusters.balance_freedom`), which makes up for most of what CR1 lacks with few
        clusters (see Notes). Models in which one cluster bears nearly all that is known of the focus variable have no
        clustered error and are not used; the summary counts them.
    vif : float, optional
        Models in which the focus variable has a larger variance inflation factor do not count in the summaries.
    model_weights : {"equal", "likelihood", "lri"}
        Weights of the models in means and in CDF(0); see `sahelkit.estimation.many.spread.model_weights`.
    level : float
        Confidence level.
    all_terms : bool
        Keep the coefficients of free and doubtful controls too, for `ExtremeBounds.terms`; for up to about 100,000
        models.
    most : int
        Models above which `confirm` is asked for.
    confirm : bool
        Run them all, however many.
    folder : str or path, optional
        Where the models are written as they are fitted. An interrupted run is taken up there again.
    progress : bool
        Show a bar.
    n_jobs : int or None
        Parallel workers, as in joblib; None leaves the choice to ``joblib.parallel_config``, which can send the work
        to a Dask cluster.
    repeats : {"refuse", "keep"}
        As in `sahelkit.fit_hazard`: whether two rows may describe one unit and period.

    Returns
    -------
    ExtremeBounds

    Raises
    ------
    ModelError
        If the formula has another form, a column has two roles, never varies or is infinite, too few rows are left, or
        errors are to be clustered and one cluster alone holds events.
    UnknownNameError, MissingColumnsError
        If a column, link, effect, weight or kind of error is unknown.
    OptionError
        If there are more models than `most`, or an option cannot be.
    OutputError
        If the folder cannot be written, or holds another run.

    References
    ----------
    Leamer, E. E. (1985). Sensitivity analyses would help. American Economic Review, 75(3), 308-313.

    Sala-i-Martin, X. X. (1997). I just ran two million regressions. American Economic Review, 87(2), 178-183.

    Miller, M. K., Joseph, M., & Ohl, D. (2018). Are coups really contagious? Journal of Conflict Resolution, 62(2),
    410-441. doi:10.1177/0022002716649232

    Simonsohn, U., Simmons, J. P., & Nelson, L. D. (2020). Specification curve analysis. Nature Human Behaviour, 4,
    1208-1214. doi:10.1038/s41562-020-0912-z

    Examples
    --------
    >>> import sahelkit as sk
    >>> from sahelkit.models.bounds import exposure_measures
    >>> panel = sk.panel("west_africa", "1960", "2020", freq="Y").add_coups(rule="powell_thyne").add_leaders().frame
    >>> near = exposure_measures(panel, events=["attempt"], windows=[1, 3], weights=["land"], fades=["window"])
    >>> found = sk.extreme_bounds(f"onset ~ never | {near.terms} | reign_military_career", panel, measures=near)
    >>> len(found.models), found.models["controls"].astype(str).unique().tolist()
    (4, ['', 'reign_military_career'])
    """
    check_options(level=level, n_jobs=n_jobs)
    check_name("formula", formula)
    check_name("cluster", cluster, optional=True)
    check_whole_number("most", most, example=MOST)
    check_path("folder", folder, optional=True)
    if not isinstance(measures, Measures | None):
        raise OptionError("measures", measures, "they are no Measures", repair="Type measures=exposure_measures(frame)")
    roles = read_roles(formula)
    names, links = _several("effects", effects), _several("link", link)
    chosen_errors = _check_options(links, model_weights, errors, cluster, vif, names)
    sizes = sizes_of(k, roles)
    table = check_frame(frame, where="extreme_bounds")
    check_repeats(table, where="extreme_bounds", repeats=repeats)
    extra = extra_labels(names, [str(name) for name in table.columns])
    rivals = read_exclusive(exclusive, roles)
    check_number(count_models(roles, sizes, rivals, branches=len(names) * len(links)), k=k, most=most, confirm=confirm)
    sample = read_sample(roles, table, measures=measures, cluster=cluster, extra=extra)
    if chosen_errors == "CR1" and "identity" not in links:
        _check_events(sample)
    blocks = {name: block_of(name, sample, binary="identity" not in links) for name in names}
    absorbed = {name: block.absorbed for name, block in blocks.items()}
    choices = choose(roles, sizes, rivals, effects=names, links=links, absorbed=absorbed)
    if not len(choices):
        raise OptionError("effects", effects, "they absorb every focus variable, so that no model is left")
    models, terms = fit_blocks(
        choices, sample, blocks, folder=folder, progress=progress, n_jobs=n_jobs, all_terms=all_terms
    )
    found = ExtremeBounds(
        models=models,
        long=terms,
        choices=choices,
        sample=sample,
        measures=measures,
        absorbed=absorbed,
        settings=Settings(
            formula=formula,
            k=sizes,
            exclusive=rivals,
            errors=chosen_errors,
            vif=vif,
            model_weights=model_weights,
            level=level,
            cluster=cluster,
            folder=None if folder is None else Path(folder),
        ),
    )
    if folder is not None:
        write_models(found.models, Path(folder))
    return found


def _check_events(sample: Sample) -> None:
    if clusters_with_events(sample.outcome, sample.groups) < 2:
        raise ModelError(
            f"all events (or all non-events) lie in one of the {sample.n_clusters} clusters: clusters cannot be "
            "compared, so that there are no clustered errors. Take more rows, or type errors='model'"
        )


def _several(what: str, given: str | Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(as_names(what, given, least=1)))


def _check_options(
    links: tuple[str, ...],
    model_weights: str,
    errors: str | None,
    cluster: str | None,
    vif: float | None,
    effects: tuple[str, ...],
) -> str:
    for given in links:
        if not is_known(given, LINKS):
            raise UnknownNameError("link", given, LINKS)
    for what, values in (("link", links), ("effects", effects)):
        if not values:
            raise OptionError(what, values, "at least one is needed")
    if "identity" in links and len(links) > 1:
        raise OptionError("link", links, "least squares and models of chances cannot be compared. Run them apart")
    if not is_known(model_weights, WEIGHTS):
        raise UnknownNameError("model weight", model_weights, WEIGHTS)
    if errors is not None and errors not in ERRORS:
        raise UnknownNameError("kind of error", errors, ERRORS)
    if errors == "CR1" and cluster is None:
        raise OptionError("errors", errors, "clustered errors need clusters", repair="Name a column in cluster=")
    check_real("vif", vif, least=1, optional=True, example=7, why="a variance inflation factor is at least 1")
    return errors or ("model" if cluster is None else "CR1")
