"""What each column of a frame is, one description a column: label, unit, meaning of NA, source, licence, citation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sahelkit._types import Lang
from sahelkit.catalog.codebook import field_words, step_words
from sahelkit.catalog.columns import Match, match_columns, only_source, peel
from sahelkit.catalog.sources import source
from sahelkit.options import LANGUAGES

# Columns that panels make of several fields at once.
_MADE = {
    "period": ("Month or year of the row", "Mois ou année de la ligne"),
    "reign_months_in_office": ("Months in office of the leader", "Mois passés au pouvoir par le dirigeant"),
    "reign_election": ("National elections held", "Élections nationales tenues"),
    "reign_election_due": ("A national election is due", "Une élection nationale est prévue"),
    "reign_until_election": ("Months until the next election", "Mois jusqu’à la prochaine élection"),
}
# What panels count, in the words of the field.
_COUNTED = {
    "attempt": ("Coup attempts", "Tentatives de coup d’État"),
    "success": ("Successful coups", "Coups d’État réussis"),
    "failure": ("Failed coup attempts", "Tentatives de coup d’État échouées"),
    "plot": ("Coup plots", "Complots"),
}
# Steps after which a number is no longer in the unit of the field.
_UNITLESS = ("since_last", "never", "ever", "log", "ln", "sqrt", "rank", "share", "z", "count")
# From the freest to the strictest.
_STRICTNESS = ("", "MIT", "CC-BY-4.0", "CC-BY-SA-4.0")


@dataclass(frozen=True, slots=True)
class Description:
    """What a column of a frame is.

    Attributes
    ----------
    column : str
        Its name in the frame.
    labels : dict of str to str
        English and French.
    type : str
        Type of the field (``number``, ``integer``, ``string`` ...), ``integer`` for counted events; empty when unknown.
    unit, missing, dataset, licence : str
        Empty when unknown; `missing` says what NA means.
    values : tuple of str
        The allowed values, where there are few.
    sources, keys : tuple of str
        Names of upstream files, and keys of the works to cite.
    """

    column: str
    labels: Mapping[str, str]
    type: str = ""
    unit: str = ""
    missing: str = ""
    dataset: str = ""
    licence: str = ""
    values: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    keys: tuple[str, ...] = field(default=())

    def after(self, column: str, steps: Iterable[str]) -> Description:
        """The description of a column that was made from this one."""
        steps = tuple(steps)
        words = {lang: "".join(f" [{step_words(step, lang)}]" for step in reversed(steps)) for lang in LANGUAGES}
        changed = any(step.rstrip("0123456789") in _UNITLESS for step in steps)
        return replace(
            self,
            column=column,
            labels={lang: f"{label}{words[_lang(lang)]}" for lang, label in self.labels.items()},
            unit="" if changed else self.unit,
            values=() if changed else self.values,
            type="" if changed else self.type,
        )


def _lang(lang: str) -> Lang:
    return "fr" if lang == "fr" else "en"


def _of_field(found: Match, rule: str) -> Description:
    # Codes and names of countries stand in every table; the list of states is the one that they come from.
    entry = next((entry for entry in found.entries if entry.dataset == "states"), found.entries[0])
    item = entry.field
    names = (only_source(entry, rule) if found.counted else ()) or (() if entry.identity else found.sources)
    labels: dict[str, str] = {lang: field_words(found, entry, lang) for lang in LANGUAGES}
    if found.counted in _COUNTED:
        labels = dict(zip(("en", "fr"), _COUNTED[found.counted], strict=True))
    described = Description(
        column=found.column,
        labels=labels,
        type="integer" if found.counted else item.type,
        unit=item.unit,
        missing=item.missing,
        dataset=entry.dataset if found.certain else "",
        licence=entry.record.licence if found.certain else "",
        values=() if found.counted else item.enum,
        sources=names,
        keys=tuple(dict.fromkeys(key for name in names for key in source(name).references)),
    )
    return described.after(found.column, found.steps) if found.steps else described


def _unknown(column: str, events: Mapping[str, Mapping[str, Any]]) -> Description:
    if column in _MADE:
        return Description(column, dict(zip(("en", "fr"), _MADE[column], strict=True)))
    for name, note in events.items():
        counted = column.removeprefix(f"{name}_")
        if counted != column:
            title, words = note.get("title", name), counted.replace("_", " ")
            labels = {"en": f"{title}: {words}", "fr": f"{title}\u00a0: {words}"}
            return Description(column, labels, keys=tuple(note.get("references", ())))
    return Description(column, dict.fromkeys(LANGUAGES, column.replace("_", " ").strip()))


def describe_columns(
    columns: Iterable[str],
    datasets: Mapping[str, str],
    *,
    rule: str = "",
    events: Mapping[str, Mapping[str, Any]] | None = None,
    labels: Mapping[str, str] | None = None,
) -> list[Description]:
    """Describe each column of a frame once.

    A column that no field explains is described by the column of the frame that it was made from (``mine_lag1`` by
    ``mine``), or by its own name.

    Parameters
    ----------
    columns : iterable of str
        Names in the frame.
    datasets : mapping of str to str
        Datasets that the frame is known to come from, with their versions; may be empty.
    rule : str
        Rule by which events were counted; empty when none is known.
    events : mapping, optional
        The user's own event files behind the frame, with their ``title`` and ``references``, by the beginning of the
        names of the columns that were counted in them.
    labels : mapping of str to str, optional
        The user's own labels, by column.

    Returns
    -------
    list of Description
        In the order of the columns.

    Examples
    --------
    >>> made = describe_columns(["gwcode_lag12", "tension_lag1"], {}, labels={"tension": "Tension, own reading"})
    >>> [(one.labels["en"], one.unit) for one in made]
    [('Gleditsch-Ward number [12 periods earlier]', ''), ('Tension, own reading [1 period earlier]', '')]
    """
    columns, given = list(columns), dict(labels or {})
    matches, _ = match_columns(columns, datasets)
    if events and not datasets:  # event files alone: of ours are the codes of states
        shared = [found for found in matches if any(entry.dataset == "states" for entry in found.entries)]
        matches = [replace(found, certain=False) for found in shared]
    known = {found.column: _of_field(found, rule) for found in matches}
    described = []
    for column in columns:
        # The user's label of a column stands in those that were made from it too.
        base, steps = next(((base, steps) for base, steps in peel(column) if base in given), (column, ()))
        if base in given:
            own = replace(known.get(column, Description(column, {})), labels=dict.fromkeys(LANGUAGES, given[base]))
            described.append(replace(own.after(column, steps), unit=own.unit, type=own.type) if steps else own)
        elif column in known:
            described.append(known[column])
        else:
            bases = {*columns, *_MADE} - {column}
            base, steps = next(((base, steps) for base, steps in peel(column) if base in bases), (column, ()))
            described.append(
                _unknown(base, events or {}).after(column, steps) if steps else _unknown(column, events or {})
            )
    return described


def strictest_licence(licences: Iterable[str]) -> str:
    """The licence under which columns of several licences may be passed on together; empty when none is known.

    Examples
    --------
    >>> strictest_licence(["CC-BY-4.0", "CC-BY-SA-4.0", ""])
    'CC-BY-SA-4.0'
    """
    return max(licences, key=lambda name: _STRICTNESS.index(name) if name in _STRICTNESS else 99, default="")
