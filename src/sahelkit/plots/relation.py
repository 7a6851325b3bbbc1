"""How risk in one country relates to attempts in another, with the uncertainty in sight."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sahelkit._types import Lang
from sahelkit.errors import UnknownNameError, is_known
from sahelkit.geography import places
from sahelkit.language.coders import rule_name
from sahelkit.language.countries import in_country
from sahelkit.language.dates import day_text
from sahelkit.language.numbers import decimal
from sahelkit.language.texts import words
from sahelkit.options import check_language
from sahelkit.plots.style import BLACK, BLUE, GREY, PALE, VERMILION, drawing, house_style, sign

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FORMS = {"interventional": "extra", "conditional": "conditional_extra", "shared": "shared"}
_WORDS = {
    "en": {
        "interventional": "Extra risk of an attempt in the {h} months after another",
        "conditional": "Risk of an attempt in the {h} months after another, against quiet times",
        "shared": "What shared conditions explain of the risk in the {h} months after an attempt",
        "unit": "median, percentage points;  [90 % interval]",
        "rows": "country of the attempt",
        "columns": "country at risk",
        "posterior": "posterior: median, 50 % and 90 %",
        "prior": "prior: 50 % and 90 %",
        "share": "prior {share} %",
        "far": "no border",
        "scale": "bars: 0 to {off} points, on the diagonal 0 to {own}",
        "sides": "bars: {low} to {high} points, on the diagonal {own_low} to {own}",
        "n": "n = {n} attempts, {countries} countries, {first}–{last}",
        "title": "Had the attempt of {date} in {source} not been made",
        "risk": "chance of an attempt (%)",
        "extra": "difference (points)",
        "month": "months after",
        "with": "with the attempt",
        "without": "without it",
        "there": "attempt there",
        "home": "attempt in {source}",
        "bands": "bands: 50 % and 90 %",
        "none": "none",
    },
    "fr": {
        "interventional": "Risque supplémentaire d’une tentative dans les {h} mois qui en suivent une autre",
        "conditional": "Risque d’une tentative dans les {h} mois qui en suivent une autre, face aux temps calmes",
        "shared": "Part des conditions communes dans le risque des {h} mois qui suivent une tentative",
        "unit": "médiane, points de pourcentage ;  [intervalle à 90 %]",
        "rows": "pays de la tentative",
        "columns": "pays exposé",
        "posterior": "a posteriori : médiane, 50 % et 90 %",
        "prior": "a priori : 50 % et 90 %",
        "share": "a priori {share} %",
        "far": "sans frontière",
        "scale": "barres : 0 à {off} points, sur la diagonale 0 à {own}",
        "sides": "barres : {low} à {high} points, sur la diagonale {own_low} à {own}",
        "n": "n = {n} tentatives, {countries} pays, {first}–{last}",
        "title": "Et sans la tentative de coup du {date} {source} ?",
        "risk": "probabilité d’une tentative (%)",
        "extra": "écart (points)",
        "month": "mois après",
        "with": "avec la tentative",
        "without": "sans elle",
        "there": "tentative sur place",
        "home": "tentative {source}",
        "bands": "bandes : 50 % et 90 %",
        "none": "aucune",
    },
}


def _signed(value: float, lang: Lang) -> str:
    text = decimal(abs(value), 1, lang)
    return f"−{text}" if value <= -0.05 else f"+{text}"


def _strip(axes: Any, at: tuple[float, float], values: Any, span: tuple[float, float], colour: str, dot: bool) -> None:
    low, high = span
    x = at[0] - 0.42 + 0.84 * (np.clip(values, low, high) - low) / (high - low)
    axes.plot([x[0], x[4]], [at[1]] * 2, color=colour, lw=1.2, solid_capstyle="butt")
    axes.plot([x[1], x[3]], [at[1]] * 2, color=colour, lw=3.6, solid_capstyle="butt")
    if dot:
        axes.plot(x[2], at[1], "o", color=BLACK, ms=4, mec="white", mew=0.7)


def _span(values: Any) -> tuple[float, float]:
    some = values[np.isfinite(values)]
    if not some.size:
        return 0.0, 1.0
    return min(float(some.min()), 0.0), max(float(some.max()), 0.1)


def plot_relation(
    found: xr.Dataset,
    *,
    horizon: int | None = None,
    form: str = "interventional",
    lang: Lang | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Draw the relation matrix as a heatmap whose cells show the median, the intervals and the prior.

    Parameters
    ----------
    found : xarray.Dataset
        As ``relation_matrix().to_xarray()`` gives it.
    horizon : int, optional
        Months; the first of the matrix when absent.
    form : {"interventional", "conditional", "shared"}
        Which of the comparisons.
    lang : {"en", "fr"}
        Language of the words in the figure.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure when absent.

    Returns
    -------
    matplotlib.figure.Figure
        Rows are sources, columns targets. Colour is the median, full where the widest interval ends, so that
        differences smaller than the uncertainty look small; the diagonal, much larger, has a colour and a scale of
        its own. The bar in a cell is the posterior (thick 50 %, thin 90 %, dot median); the grey one below
        it, in the interventional form, is what the prior alone would have said.

    Raises
    ------
    UnknownNameError
        If the horizon is not in the matrix, or the form or language is unknown.
    """
    lang = check_language(lang)
    say = words(_WORDS, lang)
    if not is_known(form, FORMS):
        raise UnknownNameError("form", form, FORMS)
    known = found["horizon"].values.tolist()
    months = known[0] if horizon is None else horizon
    if months not in known:
        raise UnknownNameError("horizon", months, [str(h) for h in known])
    here = found.sel(horizon=months)
    values = here["value"].sel(quantity=FORMS[form]).values
    believed = here["prior_extra"].values if form == "interventional" else None
    prior_share, borders = here["prior_share"].values, here["borders"].values
    sources, targets = (here[side].values.tolist() for side in ("source", "target"))
    own = np.array([[source == target for target in targets] for source in sources])
    everything = values if believed is None else np.concatenate([values, believed], axis=-1)
    spans = {kind: _span(everything[own == kind]) for kind in (False, True)}
    tints = {kind: max(map(abs, _span(values[own == kind]))) for kind in (False, True)}
    import seaborn as sns

    with drawing(ax, 2.2 + 1.6 * len(targets), 2.4 + 1.12 * len(sources)) as (figure, axes):
        from matplotlib.lines import Line2D

        look = {"cbar": False, "linewidths": 2, "linecolor": "white", "zorder": 0, "ax": axes}
        middles = values[:, :, 2]
        sns.heatmap(middles, mask=own, cmap="BrBG_r", vmin=-tints[False], vmax=tints[False], **look)
        sns.heatmap(np.abs(middles), mask=~own, cmap="Greys", vmin=0, vmax=2 * tints[True], **look)
        for row, column in np.ndindex(own.shape):
            i, j, kind, middle = row + 0.5, column + 0.5, bool(own[row, column]), float(middles[row, column])
            if np.isnan(middle):
                axes.text(j, i, "–", ha="center", va="center", color=GREY)
                continue
            axes.text(j, i - 0.3, _signed(middle, lang), ha="center", va="center", fontsize=13, fontweight="bold")
            low, high = (decimal(values[row, column, at], 1, lang).replace("-", "−") for at in (0, 4))
            between = " ; " if lang == "fr" else ", "
            axes.text(j, i - 0.07, f"[{low}{between}{high}]", ha="center", va="center", fontsize=8)
            span = spans[kind]
            if span[0] < 0:
                zero = j - 0.42 + 0.84 * -span[0] / (span[1] - span[0])
                axes.plot([zero, zero], [i + 0.06, i + 0.3], color=GREY, lw=0.8)
            _strip(axes, (j, i + 0.13), values[row, column], span, BLUE, True)
            if believed is not None:
                _strip(axes, (j, i + 0.26), believed[row, column], span, GREY, False)
                note = say["share"].format(share=round(100 * float(prior_share[row, column])))
                note += "" if kind or borders[row, column] else f", {say['far']}"
                axes.text(j, i + 0.4, note, ha="center", va="center", fontsize=6.5, color=BLACK)
            elif not kind and not borders[row, column]:
                axes.text(j, i + 0.4, say["far"], ha="center", va="center", fontsize=6.5, color=BLACK)
        axes.set_xticklabels([places.name(code, lang=lang) for code in targets], rotation=0)
        axes.set_yticklabels([places.name(code, lang=lang) for code in sources], rotation=0)
        axes.xaxis.tick_top()
        axes.tick_params(length=0)
        axes.grid(False)
        axes.xaxis.set_label_position("top")
        axes.set_xlabel(say["columns"], color=GREY)
        axes.set_ylabel(say["rows"], color=GREY)
        handles = [Line2D([], [], color=BLUE, lw=3, marker="o", mfc=BLACK, mec="white", label=say["posterior"])]
        if believed is not None:
            handles.append(Line2D([], [], color=GREY, lw=3, label=say["prior"]))
        axes.legend(handles=handles, loc="upper left", bbox_to_anchor=(0.0, -0.01), ncols=2, fontsize=8)
        title = say[form].format(h=months)
        if ax is None:
            figure.suptitle(title, x=0.01, ha="left", fontweight="bold", fontsize=12)
        else:
            axes.set_title(title)
        edge = {kind: tuple(decimal(x, 1, lang).replace("-", "−") for x in spans[kind]) for kind in (False, True)}
        one_sided = spans[False][0] == spans[True][0] == 0.0
        scale = say["scale" if one_sided else "sides"].format(
            off=edge[False][1], low=edge[False][0], high=edge[False][1], own_low=edge[True][0], own=edge[True][1]
        )
        _sign(figure, found, f"{say['unit']};  {scale}", lang, ax)
    return figure


def _sign(figure: Figure, found: xr.Dataset, note: str, lang: Lang, ax: Axes | None = None) -> None:
    facts = found.attrs
    size = words(_WORDS, lang)["n"].format(
        n=facts["n_events"], countries=facts["n_countries"], first=facts["first"][:4], last=facts["last"][:4]
    )
    sign(figure, source=rule_name(facts["rule"], lang), n=f"{size};  {note}", lang=lang, ax=ax)


def plot_what_if(path: xr.Dataset, record: pd.DataFrame, *, lang: Lang | None = None) -> Figure:
    """Draw the risk paths with and without one attempt, their difference, and what then happened.

    Parameters
    ----------
    path : xarray.Dataset
        As ``what_if().to_xarray()`` gives it.
    record : pandas.DataFrame
        Attempts that followed: ``iso3`` and ``months`` after the first.
    lang : {"en", "fr"}
        Language of the words in the figure.

    Returns
    -------
    matplotlib.figure.Figure
        One column per target: above, the chance of at least one attempt by each month; below, the difference. The
        triangles are the attempts that followed, in the target and in the source: the record, not the model.

    Raises
    ------
    UnknownNameError
        If the language is unknown.
    """
    lang = check_language(lang)
    say, months, origin = words(_WORDS, lang), path["month"].values, path.attrs["source"]
    horizon, targets = int(months[-1]), path["target"].values.tolist()
    with house_style():
        from matplotlib.lines import Line2D

        from sahelkit.plots.canvas import Canvas

        count = len(targets)
        figure = Canvas(figsize=(1.2 + 2.5 * count, 5.6), layout="constrained")
        grid = figure.subplots(2, count, squeeze=False, sharex=True, sharey="row", height_ratios=[3, 2])
        for t, target in enumerate(targets):
            top, bottom = grid[0, t], grid[1, t]
            for axes, quantity, colour, style in (
                (top, "without", BLUE, "--"),
                (top, "with", VERMILION, "-"),
                (bottom, "extra", BLACK, "-"),
            ):
                values = path["value"].sel(target=target, quantity=quantity).values
                axes.fill_between(months, values[:, 0], values[:, 4], color=colour, alpha=0.12, lw=0)
                axes.fill_between(months, values[:, 1], values[:, 3], color=colour, alpha=0.22, lw=0)
                axes.plot(months, values[:, 2], color=colour, ls=style, lw=1.8)
            bottom.axhline(0.0, color=GREY, lw=0.8)
            for place, colour in ((target, BLACK), (origin, GREY)):
                when = record.loc[record["iso3"] == place, "months"]
                if when.empty:  # an unclipped line without a point upsets the layout
                    continue
                top.plot(
                    when, np.zeros(len(when)), "^", color=colour, ms=8, mec="white", clip_on=False, zorder=5, ls="none"
                )
            top.set_title(places.name(target, lang=lang), fontsize=11)
            bottom.set_xlabel(say["month"])
            bottom.set_xticks(_ticks(horizon))
            for axes in (top, bottom):
                axes.grid(axis="y", color=PALE, lw=0.8)
                axes.set_axisbelow(True)
                axes.set_xlim(0, horizon)
        grid[0, 0].set_ylim(bottom=0.0)
        grid[0, 0].set_ylabel(say["risk"])
        grid[1, 0].set_ylabel(say["extra"])
        if lang == "fr":
            for row in (0, 1):
                grid[row, 0].yaxis.set_major_formatter(lambda value, _: f"{value:g}".replace(".", ","))
        source = in_country(origin, lang) if lang == "fr" else places.name(origin)
        handles = [
            Line2D([], [], color=VERMILION, label=say["with"]),
            Line2D([], [], color=BLUE, ls="--", label=say["without"]),
            Line2D([], [], color=BLACK, marker="^", ms=8, mec="white", ls="none", label=say["there"]),
            Line2D(
                [], [], color=GREY, marker="^", ms=8, mec="white", ls="none", label=say["home"].format(source=source)
            ),
        ]
        figure.legend(handles=handles, loc="outside upper right", ncols=4, fontsize=8)
        title = say["title"].format(date=day_text(path.attrs["date"], lang), source=source)
        figure.suptitle(title, x=0.01, ha="left", fontweight="bold", fontsize=12)
        _sign(figure, path, say["bands"], lang)
    return figure


def _ticks(horizon: int) -> list[int]:
    step = next(step for step in (1, 2, 3, 6, 12) if horizon / step <= 6)
    return list(range(0, horizon + 1, step))
