"""Second looks at rows collected by hand: a row is confirmed by another page than the one it came from."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

import pandas as pd

from sahelkit.errors import TableError

# Which page the second look used: one that the row does not name; one that it found and that the row names since; or
# one that the row came from.
PAGES = ("other", "adopted", "own")
_IDLE = re.compile(r"(amp|utm_\w+|fbclid|gclid)$")


def same_page(address: str) -> str:
    """An address without what does not tell pages apart: scheme, www and mobile hosts, port, final slash, case.

    Marks of a version for phones (``amp``) and of where a reader came from (``utm_source``) go too.

    Examples
    --------
    >>> same_page("https://www.maliweb.net:443/A%20b/") == same_page("http://maliweb.net/a b")
    True
    """
    parts = urlsplit(address.strip())
    host = re.sub(r"^(www\d?|m|amp)\.", "", (parts.hostname or "").lower())
    kept = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if not _IDLE.match(name)]
    path = unquote(parts.path).rstrip("/").lower().removesuffix("/amp")
    return host + path + (f"?{urlencode(kept)}" if kept else "")


def check_second_look(dataset: str, checks: pd.DataFrame, rows: pd.DataFrame) -> None:
    """Stop at a second look that calls a row confirmed by the page that the row came from.

    Parameters
    ----------
    dataset : str
        For the message.
    checks : pandas.DataFrame
        ``row_id``, ``verdict`` (confirmed, corrected, not_found, same_page), ``page``, ``address``.
    rows : pandas.DataFrame
        ``row_id``, ``source_1``, ``source_2``; checks of rows that were dropped since are passed over.

    Raises
    ------
    TableError
        If a verdict other than ``not_found`` names no page; if the page is said to be another than those that the row
        names and is not; if the page found is the only one that the row rests on; or if a look at the own page has
        another verdict than ``same_page``.
    """
    sources = rows.set_index("row_id")[["source_1", "source_2"]]
    for check in checks[checks["row_id"].isin(sources.index)].itertuples():
        named = {same_page(address) for address in sources.loc[check.row_id].dropna()}
        page = None if pd.isna(check.address) else same_page(check.address)
        why = None
        if page is None and check.verdict != "not_found":
            why = f"{check.verdict} by no page"
        elif page is not None and check.page not in PAGES:
            why = f"page is {check.page!r}, not one of {', '.join(PAGES)}"
        elif page in named and check.page == "other":
            why = "the row names the page of the check, which is said to be another"
        elif check.page == "adopted" and not named - {page}:
            why = "the page of the check is the only one that the row rests on, so that it confirms nothing"
        elif (check.page == "own") != (check.verdict == "same_page"):
            why = "a look at the page that the row came from has the verdict same_page, and no other has it"
        if why:
            raise TableError(dataset, f"second check of {check.row_id}: {why}", repair="Look at another page")
