"""What the columns of a panel cover."""

import pandas as pd
import pytest

from sahelkit.errors import OptionError, UnknownNameError
from sahelkit.panels import coverage, panel

pytestmark = pytest.mark.filterwarnings("ignore::sahelkit.errors.CoverageWarning")


def _row(known, column, year):
    row = known.frame.set_index(["column", "year"]).loc[(column, year)]
    return row[["existing", "covered", "missing", "unpublished", "outside"]].tolist()


def test_cells_by_hand():
    # South Sudan exists from July 2011; V-Dem v15 ends in 2024, 2023 came out in March 2024
    built = panel(["Mali", "South Sudan"], "2011", "2025").add_coups(rule="cline").add_democracy("vdem_polyarchy")
    known = coverage(built)
    assert _row(known, "attempt", 2011) == [18, 18, 0, 0, 0]
    assert _row(known, "attempt", 2022) == [24, 24, 0, 0, 0]
    assert _row(known, "attempt", 2023) == [24, 0, 0, 0, 24]
    assert _row(known, "vdem_polyarchy", 2025) == [24, 0, 0, 0, 24]
    cut = coverage(built.as_of("2022-03-15"))
    assert cut.frame["year"].max() == 2022
    assert _row(cut, "vdem_polyarchy", 2021) == [24, 24, 0, 0, 0]
    assert _row(cut, "vdem_polyarchy", 2022) == [6, 0, 0, 6, 0]
    assert _row(cut, "attempt", 2022) == [6, 2, 0, 4, 0]  # January was over on 2 March


def test_parts_add_up_and_equal_the_frame():
    names = ["sipri_military_spending", "wdi_cpi_inflation"]
    built = (
        panel("west_africa", "1955", "2025", freq="Y")
        .add_indicators(names)
        .add_military_rule()
        .since_last("reign_military")
    )
    known = coverage(built.as_of("2012-03-21"))
    frame = known.frame
    parts = frame["covered"] + frame["missing"] + frame["unpublished"] + frame["outside"]
    assert parts.tolist() == frame["existing"].tolist()
    seen = built.as_of("2012-03-21").frame
    assert (
        known.tidy().set_index("column")["covered"].to_dict()
        == seen[[*names, "reign_military"]].notna().sum().to_dict()
    )
    # Consumer prices are missing for Burkina Faso and Cabo Verde, which is not the same as not covered
    assert known.tidy().set_index("column").loc["wdi_cpi_inflation", "missing"] > 50


def test_summary_names_the_years_with_values():
    row = coverage(panel("focus", "1995", "2000").add_indicators("wgi_voice_accountability")).tidy().iloc[0]
    assert (row["first_year"], row["last_year"]) == (1996, 2000)
    nothing = coverage(panel("Libya", "1995", "2000").add_military_rule()).tidy().iloc[0]
    assert nothing["share"] == 0
    assert nothing[["first_year", "last_year"]].isna().all()


@pytest.mark.parametrize(("lang", "words"), [("en", "outside the source"), ("fr", "hors de la source")])
def test_figure_says_what_it_shows(lang, words):
    built = panel("focus", "1985", "2000").add_conflict("ucdp_deaths_state_based").add_coups()
    figure = coverage(built).plot(lang=lang)
    (axes,) = figure.axes
    assert [label.get_text() for label in axes.get_yticklabels()] == coverage(built).tidy()["column"].tolist()
    assert words in [text.get_text() for text in figure.legends[0].get_texts()]
    assert "conflict 20" in figure.get_supxlabel()
    assert "960" in figure.get_supxlabel()
    assert axes.get_xlim() == (1985, 2001)


def test_bad_requests():
    with pytest.raises(OptionError, match="it has no columns yet"):
        coverage(panel("focus", 2000, 2001))
    with pytest.raises(OptionError, match="panel='DataFrame': not a panel"):
        coverage(pd.DataFrame())
    with pytest.raises(UnknownNameError, match="unknown language 'de'"):
        coverage(panel("focus", 2000, 2001).add_coups()).plot(lang="de")
