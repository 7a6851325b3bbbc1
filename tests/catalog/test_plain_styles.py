from __future__ import annotations

import pytest

from sahelkit.catalog.plain_styles import apa, text
from sahelkit.catalog.references import Reference, reference

APA = {
    "chin_carter_wright_2021": "Chin, J. J., Carter, D. B., & Wright, J. G. (2021). The varieties of coups d'état: "
    "Introducing the Colpus dataset. International Studies Quarterly, 65(4), 1040-1051. "
    "https://doi.org/10.1093/isq/sqab058",
    "peyton_2023": "Peyton, B., Bajjalieh, J., Shalmon, D., Martin, M., Bonaguro, J., & Soto, E. (2023). Cline Center "
    "Coup d'État Project Dataset (Version 2.1.2) [Data set]. University of Illinois Urbana-Champaign. "
    "https://doi.org/10.13012/B2IDB-9651987_V6",
    "mayer_zignago_2011": "Mayer, T., & Zignago, S. (2011). Notes on CEPII's distances measures: The GeoDist database "
    "(CEPII Working Paper No. 2011-25). CEPII.",
    "world_bank_wdi": "World Bank. (n.d.). World Development Indicators [Data set]. "
    "https://databank.worldbank.org/source/world-development-indicators",
    "hohlstein_2022": "Hohlstein, F. (2022). Regional Organizations and Their Responses to Coups: Measures, Motives "
    "and Aims. Bristol University Press.",
    "miller_joseph_ohl_2018": "Miller, M. K., Joseph, M., & Ohl, D. (2018). Are coups really contagious? An extreme "
    "bounds analysis of political diffusion. Journal of Conflict Resolution, 62(2), 410-441. "
    "https://doi.org/10.1177/0022002716649232",
}


@pytest.mark.parametrize("key", APA)
def test_apa(key):
    assert apa(reference(key)) == APA[key]


def test_apa_names_nineteen_authors_and_the_last():
    line = apa(reference("coppedge_2025"))
    assert line.startswith("Coppedge, M., Gerring, J., Knutsen, C. H., Lindberg, S. I., Teorell, J., Altman, D.,")
    assert "Kinzelbach, K., Krusell, J., ... Ziblatt, D. (2025)." in line
    assert line.count(".,") == 19


def test_apa_keeps_hyphens_in_given_names():
    work = Reference("k", "book", "T", ("Skaaning, Svend-Erik", "Yetman, CJ"), 2020)
    assert apa(work) == "Skaaning, S.-E., & Yetman, C. J. (2020). T."


def test_text_names_everyone_in_full():
    line = text(reference("coppedge_2025"), "Data edition used: v15")
    assert line.startswith("Michael Coppedge, John Gerring, Carl Henrik Knutsen")
    assert "Johannes von Römer" in line
    assert line.endswith(
        'and Daniel Ziblatt (2025): "V-Dem Country-Year Dataset v15", version 15. Varieties of Democracy (V-Dem) '
        "Project. https://doi.org/10.23696/vdemds25 [Data edition used: v15]"
    )
    assert 'World Bank (no date): "World Development Indicators". https://' in text(reference("world_bank_wdi"))
