"""What to cite for a frame, a panel or a dataset."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sahelkit.catalog.bibtex import bibtex_entry
from sahelkit.catalog.columns import (
    Match,
    all_entries,
    column_names,
    match_columns,
    only_source,
    recorded_datasets,
    recorded_events,
    recorded_lists,
    recorded_rule,
)
from sahelkit.catalog.plain_styles import apa, text
from sahelkit.catalog.records import Record, records
from sahelkit.catalog.references import Reference, reference, references
from sahelkit.catalog.sources import source, sources
from sahelkit.errors import OptionError, UnknownNameError, is_known
from sahelkit.frames import check_frame

_STYLES: dict[str, Callable[[Reference, str], str]] = {"bibtex": bibtex_entry, "apa": apa, "text": text}


# Rule of counts behind which no coder stands.
_NOBODY = "own"


class _Debts:
    """What a citation must cover, gathered piece by piece."""

    def __init__(self) -> None:
        self.datasets: dict[str, str] = {}
        self.keys: set[str] = set()
        self.sources: set[str] = set()
        self.lists: dict[str, str] = {}
        self.accessed: dict[str, str] = {}

    def add_dataset(self, record: Record, version: str | None = None) -> None:
        self.datasets.setdefault(record.name, version or record.version)

    def add_sources(self, names: Iterable[str]) -> None:
        for name in names:
            self.sources.add(name)
            self.keys.update(source(name).references)

    def add_whole(self, record: Record) -> None:
        self.add_dataset(record)
        self.add_sources(record.sources)
        self.keys.update(record.references)

    def add_columns(self, columns: Iterable[str], obj: Any) -> None:
        """Cover columns of a frame, by what its ``attrs`` say of datasets, rule and own lists."""
        lists, rule = recorded_lists(obj), recorded_rule(obj)
        self.lists |= {name: str(about["en"]) for name, about in lists.items()}
        if rule in lists:  # the counts are those of the coder that the list extends, or the user's alone
            rule = lists[rule]["extends"] or _NOBODY
        self._add_columns(columns, recorded_datasets(obj), rule)

    def _add_columns(self, columns: Iterable[str], datasets: Mapping[str, str], rule: str = "") -> None:
        matches, unknown = match_columns(columns, datasets)
        known = records()
        for name, version in datasets.items():
            self.add_dataset(known[name], version)
        observed: set[str] = set()
        identities: list[Match] = []
        for found in matches:
            if all(entry.identity for entry in found.entries):
                identities.append(found)
                continue
            if found.counted and rule == _NOBODY:
                observed |= {entry.dataset for entry in found.entries}
                continue
            narrowed = [only_source(entry, rule) for entry in found.entries] if found.counted else []
            self.add_sources([name for names in narrowed for name in names] or found.sources)
            for entry in found.entries if found.certain else ():
                self.add_dataset(entry.record)
                observed |= {entry.dataset} if found.sources else set()
        # Every table has codes and dates of rows; whose work they are matters where nothing else is left.
        for found in identities:
            if found.certain and not any(entry.dataset in observed for entry in found.entries):
                self.add_sources(found.sources)
                for entry in found.entries:
                    self.add_dataset(entry.record)
                    observed |= {entry.dataset} if found.sources else set()
        for name in set(datasets) - observed:
            # Only columns of our own making are left of it: what they were made from is not told, so cite it all.
            self.add_sources(known[name].sources)
            self.keys.update(known[name].references)
        for column in unknown:
            self.keys.update(_common_keys(column))

    def add_events(self, notes: Mapping[str, Mapping[str, Any]]) -> None:
        """Works behind event files of the user's, with the day on which the files were got."""
        known = references()
        for note in notes.values():
            for key in note.get("references", ()):
                if key in known:
                    self.keys.add(key)
                    self.accessed[key] = str(note.get("accessed") or "")

    def note(self, key: str) -> str:
        """Which editions of a work's data stand behind the columns."""
        if self.accessed.get(key):
            return f"Data accessed {self.accessed[key]}"
        editions = dict.fromkeys(
            item.vintage for item in sources().values() if item.name in self.sources and key in item.references
        )
        return "Data edition used: " + ", ".join(editions) if editions else ""


def _common_keys(column: str) -> set[str]:
    """Works that stand behind every field with the column's source prefix, such as ``ucdp_``."""
    prefix = column.partition("_")[0] + "_"
    entries = all_entries()
    names = {entry.field.name for entry in entries}
    behind = [
        {key for name in entry.field.sources for key in source(name).references}
        for entry in entries
        if entry.field.name.startswith(prefix)
    ]
    # A prefix that is also a field (`date_...`) is a word, not the name of a source.
    if "_" not in column or len(prefix) < 3 or prefix[:-1] in names or not behind:
        return set()
    return set.intersection(*behind)


def _package() -> Reference:
    from sahelkit import __version__

    work = reference("sahelkit")
    return Reference(
        key=work.key, type=work.type, title=work.title, authors=work.authors, year=work.year, version=__version__
    )


def _table_reference(record: Record, version: str) -> Reference:
    return Reference(
        key=f"sahelkit_{record.name}",
        type="dataset",
        title=f"{record.title_en} (dataset {record.name} of sahelkit)",
        authors=reference("sahelkit").authors,
        year=int(version.split(".")[0]) if version.split(".")[0].isdigit() else None,
        version=version,
    )


def _own_list(name: str, text: str) -> Reference:
    return Reference(key=f"own_list_{name}", type="dataset", title=f"Coups: {text}", authors=("{The user}",))


def _add_names(debts: _Debts, names: Iterable[Any]) -> None:
    known = records()
    for name in names:
        if not isinstance(name, str):
            raise OptionError("obj", name, "not a name", repair="Give a frame, or names of datasets")
        if name in known:
            debts.add_whole(known[name])
        elif matches := match_columns([name], {})[0]:
            entries = matches[0].entries
            debts._add_columns([name], {entries[0].dataset: entries[0].record.version} if len(entries) == 1 else {})
        else:
            columns = {entry.field.name for entry in all_entries()}
            raise UnknownNameError(
                "dataset or column", name, {*known, *columns}, repair="sahelkit.datasets() lists the datasets"
            )


def _add(debts: _Debts, obj: Any) -> None:
    if obj is None:
        for record in records().values():
            debts.add_whole(record)
    elif isinstance(obj, str):
        _add_names(debts, [obj])
    elif hasattr(obj, "data_vars") and hasattr(obj, "coords"):
        names = [*map(str, obj.data_vars), *map(str, obj.coords)]
        listed = [str(value) for value in obj["indicator"].values] if "indicator" in obj.coords else []
        debts.add_columns([*names, *listed], obj)
    elif hasattr(type(obj), "columns"):
        obj = check_frame(obj, where="cite", what="obj")
        # What comes from event files alone owes nothing to our tables, though a column may have the name of theirs.
        if recorded_datasets(obj) or not recorded_events(obj):
            debts.add_columns(column_names(obj), obj)
        debts.add_events(recorded_events(obj))
    elif hasattr(obj, "index") and hasattr(obj, "name") and not isinstance(obj, list | tuple):
        names = [obj.name] if isinstance(obj.name, str) else []
        debts.add_columns([*names, *column_names(obj)], obj)
        debts.add_events(recorded_events(obj))
    elif hasattr(obj, "frame"):
        _add(debts, obj.frame)
    elif isinstance(obj, Iterable):
        _add_names(debts, obj)
    else:
        raise OptionError("obj", type(obj).__name__, "not a frame, a panel or names of datasets")


def works(obj: Any = None) -> list[tuple[Reference, str]]:
    """What `cite` prints, as references with their notes: the package, the tables, then the works behind them.

    Examples
    --------
    >>> [work.key for work, _ in works("states")]
    ['sahelkit', 'sahelkit_states', 'gleditsch_ward_1999']
    """
    debts = _Debts()
    _add(debts, obj)
    known = records()
    found = [(_package(), "")]
    for name in sorted(debts.datasets):
        licence = f"Licence {known[name].licence}"
        found.append((_table_reference(known[name], debts.datasets[name]), licence))
    found += [
        (_own_list(name, text), "A list of the user's own, added with sahelkit.add_coder")
        for name, text in debts.lists.items()
    ]
    for key in sorted(debts.keys):
        reference(key)
    return found + [(work, debts.note(key)) for key, work in references().items() if key in debts.keys]


def cite(obj: Any = None, *, style: str = "bibtex") -> str:
    """What to cite: the package, the versions of its tables, and every source behind the columns at hand.

    Parameters
    ----------
    obj : pandas.DataFrame, Panel, xarray.Dataset, str or sequence of str, optional
        A frame (the sources of the columns present are cited, also after merges, pivots and lags), a panel, or names
        of datasets or columns. Everything when absent.
    style : {"bibtex", "apa", "text"}
        ``"bibtex"``: entries for LaTeX, accents escaped, keys that do not change between calls. ``"apa"``: one line
        each in APA form. ``"text"``: one line each with all authors in full.

    Returns
    -------
    str
        Entries separated by an empty line (BibTeX) or a line break. The same input gives the same text.

    Raises
    ------
    UnknownNameError
        If `style` is unknown, or a name is neither a dataset nor a column.
    OptionError
        If `obj` is something else.

    Notes
    -----
    Columns that a user has computed under a name of their own cannot be traced; cite their inputs as well.

    Examples
    --------
    >>> import sahelkit as sk
    >>> print(sk.cite("states", style="apa").splitlines()[-1])
    Gleditsch, K. S., & Ward, M. D. (1999). A revised list of independent states since the Congress of Vienna.
    International Interactions, 25(4), 393-413. https://doi.org/10.1080/03050629908434958 [Data edition used: ...]
    """
    if not is_known(style, _STYLES):
        raise UnknownNameError("style", style, _STYLES)
    write = _STYLES[style]
    entries = [write(work, note) for work, note in works(obj)]
    return ("\n\n" if style == "bibtex" else "\n").join(entries) + ("\n" if style == "bibtex" else "")
