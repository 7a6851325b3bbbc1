"""Columns and codes of GDELT, whose files have no header."""

from __future__ import annotations

_ACTOR = (
    *("Code", "Name", "CountryCode", "KnownGroupCode", "EthnicCode", "Religion1Code", "Religion2Code"),
    *("Type1Code", "Type2Code", "Type3Code"),
)


def _header(*, second: bool, address: bool) -> tuple[str, ...]:
    """Columns by position: 57 to March 2013, 58 with the address from April 2013, 61 in the second edition."""
    geo = (
        "Type",
        "FullName",
        "CountryCode",
        "ADM1Code",
        *(("ADM2Code",) if second else ()),
        "Lat",
        "Long",
        "FeatureID",
    )
    return (
        *("GlobalEventID", "SQLDATE", "MonthYear", "Year", "FractionDate"),
        *(f"Actor{number}{part}" for number in (1, 2) for part in _ACTOR),
        *("IsRootEvent", "EventCode", "EventBaseCode", "EventRootCode", "QuadClass", "GoldsteinScale"),
        *("NumMentions", "NumSources", "NumArticles", "AvgTone"),
        *(f"{whose}Geo_{part}" for whose in ("Actor1", "Actor2", "Action") for part in geo),
        "DATEADDED",
        *(("SOURCEURL",) if address else ()),
    )


# Kinds of events by their CAMEO root code, from 01 on.
ROOT_CODES = (
    *("make public statement", "appeal", "express intent to cooperate", "consult", "engage in diplomatic cooperation"),
    *("engage in material cooperation", "provide aid", "yield", "investigate", "demand", "disapprove", "reject"),
    *("threaten", "protest", "exhibit force posture", "reduce relations", "coerce", "assault", "fight"),
    "use unconventional mass violence",
)

HEADERS = (
    _header(second=False, address=False),
    _header(second=False, address=True),
    _header(second=True, address=True),
)
