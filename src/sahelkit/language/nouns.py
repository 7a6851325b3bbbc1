"""What is counted, and in what: events, rows, clusters, groups, bodies, measures."""

from __future__ import annotations

from sahelkit._types import Lang
from sahelkit.language.numbers import number

_OUTCOMES = {
    "attempt": ("coup attempts", "tentatives de coup d’État"),
    "success": ("successful coups", "coups d’État réussis"),
    "failure": ("failed attempts", "tentatives échouées"),
}
_UNITS = {
    "M": ("country-months", "pays-mois"),
    "Y": ("country-years", "pays-années"),
    "": ("rows", "lignes"),
    "pairs M": ("pair-months", "paires-mois"),
    "pairs Y": ("pair-years", "paires-années"),
}
# Groups whose French names readers know better than those of the source.
_GROUPS_FR = {
    "AQIM": "AQMI",
    "JNIM": "GSIM (JNIM)",
    "IS": "État islamique",
    "JAS": "Boko Haram (JAS)",
    "al-Murabitun": "al-Mourabitoune",
    "Military faction (Red Berets)": "Bérets rouges",
    "Signed-in-Blood Battalion": "Signataires par le sang",
}
_GROUPS_EN = {"IS": "Islamic State", "JAS": "Boko Haram (JAS)", "Military faction (Red Berets)": "Red Berets"}
# The measure alone, as a title has it.
MEASURES = {
    "en": {
        "suspension": "suspension",
        "sanctions": "sanctions",
        "threat": "a threat",
        "force": "force",
        "easing": "a first easing",
    },
    "fr": {
        "suspension": "la suspension",
        "sanctions": "les sanctions",
        "threat": "une menace",
        "force": "le recours à la force",
        "easing": "un premier allègement",
    },
}
_BODIES = {
    "AU": ("by the African Union", "par l’Union africaine"),
    "ECOWAS": ("by ECOWAS", "par la CEDEAO"),
    "UEMOA": ("by UEMOA", "par l’UEMOA"),
}


def outcome_words(name: str, lang: Lang) -> str:
    """What an outcome column counts; ``events`` for a name that sahelkit does not know."""
    english, french = _OUTCOMES.get(name, ("events", "événements"))
    return english if lang == "en" else french


def event_words(column: str, lang: Lang) -> str:
    """One event of a column, with its article."""
    names = {
        "attempt": ("an attempt", "une tentative"),
        "success": ("a successful coup", "un coup d’État réussi"),
        "failure": ("a failed attempt", "une tentative échouée"),
    }
    english, french = names.get(column, ("an event", "un événement"))
    return english if lang == "en" else french


def coup_words(outcome: str, lang: Lang) -> str:
    """One coup of a kind, with its article.

    Examples
    --------
    >>> coup_words("success", "en"), coup_words("attempt", "fr")
    ('a successful coup', 'une tentative de coup d’État')
    """
    if outcome == "attempt":
        return "a coup attempt" if lang == "en" else "une tentative de coup d’État"
    return event_words(outcome, lang)


def unit_words(freq: str, lang: Lang) -> str:
    """What a row of the panel is, in the plural; ``pairs M`` and ``pairs Y`` for pairs of states."""
    english, french = _UNITS[freq]
    return english if lang == "en" else french


def cluster_words(column: str, lang: Lang) -> str:
    """What the clusters are, in the plural; of several kinds, set apart by commas, the first."""
    if column.split(", ")[0] in ("iso3", "gwcode", "country", "countryid", "source", "target"):
        return "countries" if lang == "en" else "pays"
    return "clusters" if lang == "en" else "groupes"


def one_cluster(column: str, lang: Lang) -> str:
    """What one of the clusters is.

    Examples
    --------
    >>> one_cluster("iso3", "en"), one_cluster("region", "fr")
    ('country', 'groupe')
    """
    words = cluster_words(column, lang)
    return {"countries": "country", "clusters": "cluster", "groupes": "groupe"}.get(words, words)


def sample_words(
    lang: Lang,
    n_rows: int,
    n_events: int,
    n_clusters: int,
    *,
    cluster: str = "iso3",
    outcome: str = "",
    freq: str = "",
) -> dict[str, str]:
    """A sample as a sentence names it: ``who`` (clusters), ``rows``, ``unit`` (of rows), ``events``, ``what``.

    Examples
    --------
    >>> sample_words("fr", 1200, 30, 16, outcome="attempt", freq="M")["who"]
    '16 pays'
    """
    return {
        "who": f"{n_clusters} {cluster_words(cluster, lang)}",
        "rows": number(n_rows, lang, digits=0),
        "unit": unit_words(freq, lang),
        "events": number(n_events, lang, digits=0),
        "what": outcome_words(outcome, lang),
    }


def sample_line(lang: Lang, n_rows: int, n_events: int, n_clusters: int) -> str:
    """A sample as the head of a table names it.

    Examples
    --------
    >>> sample_line("en", 1200, 30, 16)
    '30 events in 1,200 rows, 16 clusters'
    """
    rows, events = number(n_rows, lang, digits=0), number(n_events, lang, digits=0)
    if lang == "en":
        return f"{events} events in {rows} rows, {n_clusters} clusters"
    return f"{events} événements dans {rows} lignes, {n_clusters} groupes"


def independence_words(rows: str, cluster: str, lang: Lang) -> str:
    """What follows an interval that does not allow for clusters; `rows` says what rows are.

    Examples
    --------
    >>> independence_words("attempts", "iso3", "en")
    ', as if attempts of the same country were independent'
    """
    one = one_cluster(cluster, lang)
    if lang == "en":
        return f", as if {rows} of the same {one} were independent"
    return f", sans tenir compte de ce que les {rows} d’un même {one} ont en commun"


def group_name(actor: str, lang: Lang) -> str:
    """The name under which readers know a group.

    Examples
    --------
    >>> group_name("AQIM", "fr"), group_name("JNIM", "en")
    ('AQMI', 'JNIM')
    """
    return (_GROUPS_FR if lang == "fr" else _GROUPS_EN).get(actor, actor)


def body_words(body: str, lang: Lang) -> str:
    """By whom.

    Examples
    --------
    >>> body_words("ECOWAS", "fr")
    'par la CEDEAO'
    """
    english, french = _BODIES.get(body, (f"by {body}", f"par {body}"))
    return english if lang == "en" else french
