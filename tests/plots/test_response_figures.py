"""Figures of responses: one row per coup, both languages, what never came is shown as such."""

from __future__ import annotations

import numpy as np
import pytest

import sahelkit as sk
from sahelkit.errors import MissingColumnsError, UnknownNameError
from sahelkit.panels.response_context import add_context
from sahelkit.panels.responses import response_cases
from sahelkit.plots.log_axes import DAYS, day_words
from sahelkit.plots.responses import plot_responses
from sahelkit.record.responses import association, contrast, rank_among, severity, severity_ranks, waiting_times

CASES = response_cases()


def _texts(figure):
    axes = figure.axes[0]
    named = [text.get_text() for text in axes.texts]
    return " | ".join(
        [axes.get_title(loc="left"), axes.get_xlabel(), axes.get_ylabel(), figure.get_supxlabel(), *named]
    )


@pytest.mark.parametrize(("lang", "title", "row"), [
    ("en", "How soon each coup was answered", "Guinea-Bissau 2012"),
    ("fr", "Combien de temps avant une réponse à chaque coup d’État", "Guinée-Bissau 2012"),
])  # fmt: skip
def test_one_row_per_coup(lang, title, row):
    figure = plot_responses(CASES, highlight="MLI-2012-03-22", lang=lang)
    axes = figure.axes[0]
    labels = [text.get_text() for text in axes.get_yticklabels()]
    assert len(labels) == CASES["coup_id"].nunique() == 21
    assert row in labels
    assert [text.get_fontweight() for text in axes.get_yticklabels()].count("bold") == 1
    assert title in _texts(figure)
    assert "n = 21" in _texts(figure)
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert ("ECOWAS" if lang == "en" else "CEDEAO") in legend


def test_marks_are_as_many_as_first_measures():
    one = CASES[(CASES["coup_id"] == "MLI-2012-03-22")]
    axes = plot_responses(one).axes[0]
    marks = [line for line in axes.lines if line.get_marker() in ("D", "s", "^", "*", "o")]
    known = sum(one[f"{m}_days_min"].notna().sum() for m in ("threat", "suspension", "sanctions", "force", "easing"))
    assert len(marks) == known == 8
    never = CASES[CASES["coup_id"] == "TCD-2021-04-20"]
    dotted = [line for line in plot_responses(never).axes[0].lines if line.get_linestyle() == ":"]
    assert dotted[0].get_xdata()[1] == never["censored_days"].iloc[0]


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_waits_show_counts_and_ends_of_observation(lang):
    waits = [waiting_times(CASES, "suspension", body=body) for body in ("AU", "ECOWAS")]
    figure = waits[0].plot(beside=waits[1:], lang=lang)
    legend = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert legend[0].endswith("(17/20)")
    assert legend[1].endswith("(9/13)")
    ticks = [line for line in figure.axes[0].lines if line.get_marker() == "|"]
    assert [len(line.get_xdata()) for line in ticks] == [3, 4]
    assert ("How long until" if lang == "en" else "Combien de temps avant la suspension") in _texts(figure)


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_ranks_name_what_never_came(lang):
    figure = rank_among(CASES, "MLI-2012-03-22", "suspension", body="ECOWAS").plot(lang=lang)
    assert _texts(figure).count("never, as far as found" if lang == "en" else "jamais, pour autant") == 4
    assert "n = 13" in _texts(figure)


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_names_of_cases_do_not_cover_each_other(lang):
    cases = add_context(CASES[CASES["body"] == "ECOWAS"])
    acts = sk.load_responses(bodies=["AU", "ECOWAS", "UEMOA"])
    table = cases.merge(severity(acts, cases["coup_id"].tolist()), on="coup_id")
    found = association(table, "gdp", "level", label=f"label_{lang}", replicates=99, seed=1)
    figure = found.plot(x="x", y="y", lang=lang, log=True)
    figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in figure.axes[0].texts]
    assert len(boxes) == 15
    covered = [(i, j) for i, a in enumerate(boxes) for j, b in enumerate(boxes) if i < j and a.overlaps(b)]
    assert covered == []
    assert ("rank correlation 0.10" if lang == "en" else "corrélation de rang 0,10") in _texts(figure)


def test_waits_that_never_ended_stand_above_the_line():
    cases = add_context(CASES[(CASES["body"] == "ECOWAS") & CASES["at_risk"]])
    cases["wait"] = cases["suspension_days"].astype(float).fillna(np.inf)
    figure = association(cases, "share_60m", "wait", replicates=99, seed=1).plot(x="x", y="y", days=True)
    assert "never" in _texts(figure)
    hollow = figure.axes[0].lines[1]
    assert len(hollow.get_xdata()) == 4
    assert min(hollow.get_ydata()) > max(figure.axes[0].lines[0].get_ydata())


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_groups_stand_in_two_rows_with_every_name(lang):
    cases = CASES[(CASES["body"] == "ECOWAS") & CASES["at_risk"]]
    cases = cases.assign(wait=cases["suspension_days"].astype(float).fillna(np.inf), early=cases["coup_date"] < "2013")
    names = ("2003-2012", "2014-2025")
    found = contrast(cases, "wait", "early", first=True, names=names, label=f"label_{lang}")
    figure = found.plot(x="days", lang=lang, days=True)
    assert [text.get_text() for text in figure.axes[0].get_yticklabels()] == list(names)
    assert set(cases[f"label_{lang}"]) <= {text.get_text() for text in figure.axes[0].texts}
    shown = f"{found.p_value:.3f}" if lang == "en" else f"{found.p_value:.3f}".replace(".", ",")
    assert shown in _texts(figure)
    assert sum(len(line.get_xdata()) for line in figure.axes[0].lines if line.get_marker() == "o") == 13


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_shares_of_ranks_add_up(lang):
    acts = sk.load_responses(bodies=["AU", "ECOWAS"])
    coups = CASES.loc[CASES["body"] == "ECOWAS", "coup_id"].tolist()
    figure = severity_ranks(acts, coups, coups[3], label="Mali", replicates=50, seed=2).plot(lang=lang)
    assert sum(bar.get_height() for bar in figure.axes[0].patches) == pytest.approx(100)
    assert "n = 15" in _texts(figure)


def test_messages_and_ticks():
    with pytest.raises(MissingColumnsError, match="plot_responses needs the column"):
        plot_responses(CASES.drop(columns="easing_days"))
    with pytest.raises(UnknownNameError, match="unknown language 'de'"):
        plot_responses(CASES, lang="de")
    assert len(day_words("en")) == len(DAYS)
