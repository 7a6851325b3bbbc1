"""What you may do with the code, the tables and the upstream files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from sahelkit._types import Lang
from sahelkit.catalog.records import Field, Record, records
from sahelkit.catalog.sources import SourceFile, source, sources
from sahelkit.options import check_language

# Sets that lie inside the study region; tests compare them with the table of sets.
WITHIN_STUDY = ("study", "focus", "sahel", "ecowas_2012", "west_africa")

ADDRESSES = {
    "MIT": ("MIT License", "https://opensource.org/license/mit"),
    "CC-BY-4.0": ("Creative Commons Attribution 4.0", "https://creativecommons.org/licenses/by/4.0/"),
    "CC-BY-SA-4.0": (
        "Creative Commons Attribution-ShareAlike 4.0",
        "https://creativecommons.org/licenses/by-sa/4.0/",
    ),
}


def licences(*, lang: Lang | None = None) -> pd.DataFrame:
    """Licence of the code, of each dataset and of each upstream file.

    Parameters
    ----------
    lang : {"en", "fr"}
        Language of the titles of our datasets; upstream files have an English title only.

    Returns
    -------
    pandas.DataFrame
        Columns `kind` (``code``, ``dataset`` or ``source``), `name`, `title`, `licence`, `redistribute` (what our
        tables may carry of a source: ``yes``, ``facts-with-citation``, ``study-region-facts`` or ``no``; ``yes`` for
        what is ours), `used_in` (datasets made from a source, separated by commas; empty for a source that is read
        on your own machine only), `attribution` (text to print beside a figure) and `address`.

    Raises
    ------
    UnknownNameError
        If `lang` is neither ``"en"`` nor ``"fr"``.

    Examples
    --------
    >>> import sahelkit as sk
    >>> table = sk.licences().set_index("name")
    >>> table.loc["states", "licence"], table.loc["epr_2023", "redistribute"]
    ('CC-BY-4.0', 'no')
    """
    lang = check_language(lang)
    code = ("code", "sahelkit", "sahelkit", "MIT", "yes", "", "The sahelkit developers", ADDRESSES["MIT"][1])
    rows = [code]
    for record in records().values():
        title = record.title_fr if lang == "fr" else record.title_en
        address = ADDRESSES.get(record.licence, ("", ""))[1]
        rows.append(("dataset", record.name, title, record.licence, "yes", "", record.attribution, address))
    users = {
        name: ", ".join(record.name for record in records().values() if name in record.sources) for name in sources()
    }
    for name, item in sources().items():
        rows.append(("source", name, item.title, item.licence, item.redistribute, users[name], "", item.original))
    columns = ["kind", "name", "title", "licence", "redistribute", "used_in", "attribution", "address"]
    return pd.DataFrame(rows, columns=columns)


def _limits(details: Mapping[str, Any]) -> dict[str, str]:
    """Place sets to which a record limits single sources: ``[details.coders.colpus] source=, places=``."""
    coders = details.get("coders", {})
    found: dict[str, str] = {}
    for coder in coders.values() if isinstance(coders, Mapping) else ():
        if isinstance(coder, Mapping) and isinstance(coder.get("source"), str) and isinstance(coder.get("places"), str):
            found[coder["source"]] = coder["places"]
    return found


def _why_not(record: Record, item: Field, used: SourceFile) -> str:
    places = item.places or record.coverage.places
    limited = _limits(record.details).get(used.name, "")
    if used.redistribute == "no":
        return "may not be passed on"
    if used.redistribute == "study-region-facts" and places not in WITHIN_STUDY and limited not in WITHIN_STUDY:
        return f"may be passed on for the study region only, and the places are {places!r}"
    # cite() names the works of every source; where citing is the condition of use, the record itself must say so too.
    if used.redistribute != "yes" and not set(record.references) & set(used.references):
        return "must be cited, and the record's references name none of " + ", ".join(used.references)
    return ""


def broken_terms(of: Iterable[Record] | None = None) -> list[str]:
    """Fields whose sources do not allow them to be in a bundled table, one sentence each.

    Parameters
    ----------
    of : iterable of Record, optional
        Records to check; all when absent.

    Returns
    -------
    list of str
        Empty when every field may be passed on.

    Raises
    ------
    UnknownNameError
        If a field names a source that does not exist.

    Examples
    --------
    >>> from sahelkit.catalog import record
    >>> broken_terms([record("states")])
    []
    """
    found = []
    for record in records().values() if of is None else of:
        for table in record.tables:
            for item in (*table.fields, *table.series):
                for name in item.sources:
                    why = _why_not(record, item, source(name))
                    if why:
                        found.append(f"{record.name}/{table.file} {item.name!r}: source {name!r} {why}")
    return found
