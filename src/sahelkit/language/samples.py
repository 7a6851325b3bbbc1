"""Which rows and which fixed effects a model has, in words."""

from __future__ import annotations

import pandas as pd

from sahelkit._types import Lang
from sahelkit.language.numbers import number

_LEFT_OUT = {
    "en": {
        "none": "no row left out",
        "some": "{n} rows left out because a value is NA",
        "column": "{column} in {n} ({whom}{first} to {last})",
        "clusters": "{n} clusters, ",
        "more": "; and {n} more columns",
        "colon": ": ",
        "stop": "; ",
    },
    "fr": {
        "none": "aucune ligne écartée",
        "some": "{n} lignes écartées faute de valeur connue",
        "column": "{column} : {n} ({whom}de {first} à {last})",
        "clusters": "{n} groupes, ",
        "more": " ; et {n} autres colonnes",
        "colon": " : ",
        "stop": " ; ",
    },
}
_EFFECTS_FR = {
    "none": "aucun",
    "decade": "décennie",
    "5-year": "cinq ans",
    "year": "année",
    "country": "pays",
    "region": "région",
}


def missing_words(dropped: pd.DataFrame, n_dropped: int, lang: Lang, *, most: int = 4, clusters: bool = True) -> str:
    """The rows left out because a value is NA.

    Parameters
    ----------
    dropped : pandas.DataFrame
        One row per column and cluster: ``column, cluster, n_rows, first, last``.
    n_dropped : int
        Rows left out.
    lang : {"en", "fr"}
    most : int
        Columns that are named.
    clusters : bool
        Whether to say in how many clusters a column is NA.

    Examples
    --------
    >>> lost = pd.DataFrame({"column": ["income"], "cluster": ["MLI"], "n_rows": [3], "first": [1960], "last": [1962]})
    >>> missing_words(lost, 3, "en")
    '3 rows left out because a value is NA: income in 3 (MLI, 1960 to 1962)'
    """
    say = _LEFT_OUT[lang]
    if not n_dropped:
        return say["none"]
    parts = []
    for column, lines in dropped.groupby("column", sort=False):
        whom = f"{lines['cluster'].iloc[0]}, " if len(lines) == 1 else say["clusters"].format(n=len(lines))
        count = number(int(lines["n_rows"].sum()), lang, digits=0)
        ends = {"first": lines["first"].min(), "last": lines["last"].max()}
        parts.append(say["column"].format(column=column, n=count, whom=whom if clusters else "", **ends))
    more = say["more"].format(n=len(parts) - most) if len(parts) > most else ""
    head = say["some"].format(n=number(n_dropped, lang, digits=0))
    return head + say["colon"] + say["stop"].join(parts[:most]) + more


def effect_words(name: str, lang: Lang) -> str:
    """Name of fixed effects.

    Examples
    --------
    >>> effect_words("country+decade", "fr")
    'pays + décennie'
    """
    parts = name.split("+")
    return " + ".join(parts if lang == "en" else (_EFFECTS_FR.get(part, part) for part in parts))
