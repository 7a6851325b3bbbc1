"""From the columns of any frame back to the fields they come from, also after merges, pivots, lags and logs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sahelkit.catalog.records import Field, Record, records

_SUFFIX = re.compile(
    r"_((?:lag|lead|past|next|ma|roll)\d+|x|y|left|right|log|ln|sqrt|diff|change|mean|median|sum|count|total|min|max|std"
    r"|z|rank|share|neighbours?|near|published|published_on|known)$"
)
_PREFIX = re.compile(r"^(since_last|never|ever|log|ln|sqrt|diff|change|mean|sum|count|total|max|min|neighbours?|near)_")


@dataclass(frozen=True, slots=True)
class Entry:
    """One field or series of one table of one dataset."""

    record: Record
    table: str
    field: Field

    @property
    def dataset(self) -> str:
        """Name of the dataset."""
        return self.record.name

    @property
    def identity(self) -> bool:
        """True for a column that says which row it is (key, place), not what was observed."""
        table = self.record.table(self.table)
        return self.field.name == table.place or self.field.name in table.key


@dataclass(frozen=True, slots=True)
class Match:
    """A column of a frame, the fields it may come from, and what was done to them.

    Attributes
    ----------
    column : str
        Name in the frame.
    entries : tuple of Entry
        One per dataset that the column can come from.
    steps : tuple of str
        What was peeled off the name, outermost first: ``("lag12",)``; empty for a field's own name.
    certain : bool
        False when nothing in the frame tells which of several datasets it was.
    counted : str
        Value of the field (``attempt`` of `kind`) that a panel has counted in the column; else ``""``.
    """

    column: str
    entries: tuple[Entry, ...]
    steps: tuple[str, ...]
    certain: bool
    counted: str = ""

    @property
    def sources(self) -> tuple[str, ...]:
        """Names of the upstream files behind the column; in doubt only those common to all candidates."""
        lists = [entry.field.sources for entry in self.entries]
        union = dict.fromkeys(name for names in lists for name in names)
        return tuple(name for name in union if self.certain or all(name in names for names in lists))


def all_entries(dataset: str | None = None) -> list[Entry]:
    """Every field and series of every dataset, or of one, in the order of the records."""
    return [
        Entry(record, table.name, item)
        for record in records().values()
        if dataset is None or record.name == dataset
        for table in record.tables
        for item in (*table.fields, *table.series)
    ]


def _index(entries: Iterable[Entry]) -> dict[str, dict[str, Entry]]:
    found: dict[str, dict[str, Entry]] = {}
    for entry in entries:
        # Within a dataset the main table comes first and wins.
        found.setdefault(entry.field.name, {}).setdefault(entry.dataset, entry)
    return found


def _values(entries: Iterable[Entry]) -> dict[str, dict[str, Entry]]:
    """Which fields have a value of this name: panels turn the value ``attempt`` into a column ``attempt``."""
    found: dict[str, dict[str, Entry]] = {}
    for entry in entries:
        for value in entry.field.enum:
            found.setdefault(value, {}).setdefault(entry.dataset, entry)
    return found


def peel(name: str) -> list[tuple[str, tuple[str, ...]]]:
    """The name itself, then what is left of it when suffixes and prefixes are taken off."""
    queue: list[tuple[str, tuple[str, ...]]] = [(name, ())]
    for base, steps in queue:
        suffix, prefix = _SUFFIX.search(base), _PREFIX.search(base)
        if suffix:
            queue.append((base[: suffix.start()], (*steps, suffix.group(1))))
        if prefix:
            queue.append((base[prefix.end() :], (*steps, prefix.group(1))))
    return queue


def column_names(frame: Any) -> list[str]:
    """Names in a frame that can tell where it comes from: columns, levels of the index, values of ``indicator``."""
    names: dict[str, None] = {}
    for label in [*getattr(frame, "columns", []), *frame.index.names]:
        for part in label if isinstance(label, tuple) else (label,):
            if isinstance(part, str) and part:
                names[part] = None
    if "indicator" in getattr(frame, "columns", []):
        names.update(dict.fromkeys(str(value) for value in frame["indicator"].dropna().unique()))
    return list(names)


def match_columns(columns: Iterable[str], datasets: Mapping[str, str]) -> tuple[list[Match], list[str]]:
    """Find the fields behind columns.

    Parameters
    ----------
    columns : iterable of str
        Names of a frame.
    datasets : mapping of str to str
        Datasets that the frame is known to come from, with their versions; may be empty.

    Returns
    -------
    matches : list of Match
        In the order of the columns.
    unknown : list of str
        Columns that no field explains.

    Examples
    --------
    >>> matches, unknown = match_columns(["gwcode", "gwcode_lag12", "my_score"], {})
    >>> [(found.column, found.steps) for found in matches], unknown
    ([('gwcode', ()), ('gwcode_lag12', ('lag12',))], ['my_score'])
    """
    columns = list(columns)
    entries = all_entries()
    by_name, by_value = _index(entries), _values(entries)
    candidates: dict[str, tuple[dict[str, Entry], tuple[str, ...], str]] = {}
    for column in columns:
        for base, steps in peel(column):
            # A value names a column only if one dataset alone uses it.
            value = by_value.get(base, {})
            hit = by_name.get(base) or (value if len(value) == 1 else None)
            if hit:
                candidates[column] = (hit, steps, "" if base in by_name else base)
                break
    at_hand = set(datasets)
    for column, (hit, _, _) in candidates.items():
        # A one-word name such as `start` proves nothing in a frame that is not about countries.
        if len(hit) == 1 and ("_" in column or "iso3" in columns):
            at_hand.update(hit)
    matches = []
    for column, (hit, steps, counted) in candidates.items():
        likely = tuple(entry for dataset, entry in hit.items() if dataset in at_hand)
        matches.append(Match(column, likely or tuple(hit.values()), steps, certain=bool(likely), counted=counted))
    return matches, [column for column in columns if column not in candidates]


def _notes(obj: Any) -> Mapping[str, Any]:
    attrs = getattr(obj, "attrs", None)
    if not isinstance(attrs, Mapping):
        return {}
    note = attrs.get("sahelkit")
    if isinstance(note, Mapping):
        return note
    # The attributes of an xarray Dataset are flat, so that they can be written to NetCDF.
    flat = {str(key).removeprefix("dataset_"): value for key, value in attrs.items() if str(key).startswith("dataset_")}
    return {"datasets": flat, "rule": attrs.get("rule")}


def recorded_datasets(obj: Any) -> dict[str, str]:
    """Datasets and versions that the ``attrs`` of a frame name; empty when they were lost."""
    listed = _notes(obj).get("datasets")
    known = records()
    if not isinstance(listed, Mapping):
        return {}
    return {str(name): str(version) for name, version in listed.items() if name in known}


def recorded_rule(obj: Any) -> str:
    """Rule by which a panel counted events, e.g. ``"powell_thyne"``; ``""`` when none is recorded."""
    rule = _notes(obj).get("rule")
    return rule if isinstance(rule, str) else ""


def recorded_lists(obj: Any) -> dict[str, dict[str, Any]]:
    """A user's own lists of coups behind a frame: for each what it is called, and the rule that it extends."""
    lists = _notes(obj).get("own_lists")
    return {str(name): dict(about) for name, about in lists.items()} if isinstance(lists, Mapping) else {}


def recorded_events(obj: Any) -> dict[str, Mapping[str, Any]]:
    """What the ``attrs`` of a frame say of event files that it was made from, by the name of their layout."""
    listed = _notes(obj).get("events")
    if not isinstance(listed, Mapping):
        return {}
    return {str(name): note for name, note in listed.items() if isinstance(note, Mapping)}


def only_source(entry: Entry, rule: str) -> tuple[str, ...]:
    """The one upstream file that a rule reads, where the record names it: ``[details.coders.pt] rule=, source=``."""
    coders = entry.record.details.get("coders")
    chosen = [
        coder.get("source")
        for coder in (coders.values() if isinstance(coders, Mapping) else ())
        if isinstance(coder, Mapping) and coder.get("rule") == rule and rule
    ]
    return tuple(name for name in chosen if isinstance(name, str) and name)
