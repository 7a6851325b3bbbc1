"""From a frame or a panel to a file for another program, with its codebook and its citation beside it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

import pandas as pd

from sahelkit._types import Lang
from sahelkit.catalog.citation import cite
from sahelkit.catalog.columns import recorded_datasets, recorded_events, recorded_rule
from sahelkit.catalog.described import describe_columns
from sahelkit.errors import OptionError, UnknownNameError, is_known
from sahelkit.formats.book import codebook_of, file_licence
from sahelkit.formats.columns import Column, flat_frame, read_columns
from sahelkit.formats.excel import before_excel
from sahelkit.formats.names import short_names
from sahelkit.formats.writing import check_free, replacing, target_of
from sahelkit.frames import FrameLike, check_frame, origin_of
from sahelkit.options import check_language

SUFFIXES = (".dta", ".sav", ".xlsx", ".parquet", ".csv")
Dialect: TypeAlias = Literal["plain", "excel_fr"]
# Columns by which the rows of an ACLED file are known, whoever has read it.
_ACLED = {"event_id_cnty", "event_date", "actor1"}


@dataclass(frozen=True, repr=False)
class Exported:
    """What `export` has written.

    Attributes
    ----------
    path, codebook, citation : pathlib.Path
        The data; what the columns mean, as CSV; what to cite, as BibTeX.
    licence : str
        The strictest licence of the columns, and the terms of event files behind them; empty when none is known.
    renamed : dict of str to str
        Columns that bear another name in the file, which Stata or SPSS would not take.
    rows, columns : int
        Size of the table in the file.
    """

    path: Path
    codebook: Path
    citation: Path
    licence: str
    renamed: Mapping[str, str]
    rows: int
    columns: int

    @property
    def files(self) -> tuple[Path, ...]:
        """The three files."""
        return self.path, self.codebook, self.citation

    def __repr__(self) -> str:
        lines = [f"{self.path} ({self.rows:,} rows, {self.columns:,} columns)", str(self.codebook), str(self.citation)]
        if self.licence:
            lines.append(f"Licence: {self.licence}")
        if self.renamed:
            shown = list(self.renamed.items())
            more = f" … ({len(shown)} in all)" if len(shown) > 8 else ""
            lines.append("Renamed: " + ", ".join(f"{old} -> {new}" for old, new in shown[:8]) + more)
        return "\n".join(lines)


def export(
    frame: FrameLike,
    path: str | os.PathLike[str],
    *,
    lang: Lang | None = None,
    labels: Mapping[str, str] | None = None,
    dialect: Dialect = "plain",
    raw_events: bool = False,
    overwrite: bool = False,
) -> Exported:
    """Write a frame, a panel or a result for Stata, SPSS, Excel, R or any program, with its codebook and citation.

    Beside ``mali.dta`` lie ``mali_codebook.csv`` (one row per column: label in both languages, unit, allowed values,
    what NA means, source, licence) and ``mali.bib`` (what to cite). They are the same for every kind of file, so that
    ``mali.dta`` and ``mali.xlsx`` share them.

    Parameters
    ----------
    frame : pandas.DataFrame
        The rows. Also a panel, a frame of polars or pyarrow, or a result, whose `tidy()` is written.
    path : str or path-like
        File to write; its ending says what it is. ``.dta``: Stata 14 and later. ``.sav``: SPSS. ``.xlsx``: Excel, with
        the codebook and the citation on sheets of their own. ``.parquet`` and ``.csv``: all others.
    lang : {"en", "fr"}
        Language of labels and of the words for coded values.
    labels : mapping of str to str, optional
        Labels for columns of your own. Those made from them (``mine_lag1``) take them up.
    dialect : {"plain", "excel_fr"}
        How a CSV is written: ``"plain"`` is UTF-8 with commas; ``"excel_fr"`` is what French Excel opens by a double
        click: byte-order mark, semicolons, decimal commas, flags as 0 and 1.
    raw_events : bool
        True to write the single rows of an event file whose terms of use do not let them be passed on (ACLED). Counts
        made from them are always written, with the attribution.
    overwrite : bool
        True to replace files that are there already.

    Returns
    -------
    Exported
        The paths, the licence, and the columns that were renamed.

    Raises
    ------
    OptionError
        If a column or a value has no place in such a file, or rows may not be passed on; the message names column, row
        and value, and what to type.
    OutputError
        If a file is there already, or the folder cannot be written. What was there before is then unchanged.
    UnknownNameError
        If the ending, `lang` or `dialect` is unknown, or `labels` names a column that is not there.
    MissingExtraError
        If ``.xlsx`` or ``.sav`` is asked for and ``sahelkit[export]`` is not installed.

    Notes
    -----
    Months become Stata's monthly dates (``%tm``), and texts such as 1990-01 elsewhere; years become whole numbers.
    Whole numbers of the `year` and the `month` stand beside. Days are days in every format, times are in UTC where they
    had a zone. In Stata and SPSS, texts with few allowed values are whole numbers with value labels, names are cut to
    32 and 64 characters, labels to 80 characters and 255 bytes, and an empty text is a missing one.

    Examples
    --------
    >>> import tempfile, sahelkit as sk
    >>> folder = tempfile.TemporaryDirectory()
    >>> panel = sk.panel("Mali", "2012-01", "2012-12").add_coups().lag("attempt", months=1)
    >>> made = sk.export(panel, f"{folder.name}/mali.csv")
    >>> [file.name for file in made.files], made.licence
    (['mali.csv', 'mali_codebook.csv', 'mali.bib'], 'CC-BY-4.0')
    >>> print(made.path.read_text(encoding="utf-8").splitlines()[3])
    "MLI","Mali",432,"2012-03",2012,3,1,1,0,0
    >>> folder.cleanup()
    """
    language = check_language(lang)
    target = target_of(path)
    ending = target.suffix.lower()
    if not is_known(ending, SUFFIXES):
        raise UnknownNameError("kind of file", target.suffix or target.name, SUFFIXES, repair="Let the path end in one")
    if not is_known(dialect, get_args(Dialect)):
        raise UnknownNameError("dialect", dialect, get_args(Dialect))
    if dialect != "plain" and ending != ".csv":
        raise OptionError(
            "dialect", dialect, "only a .csv file has one", repair="Leave it out, or let the path end in .csv"
        )
    check_free([target], overwrite=overwrite)
    rows = _rows(frame)
    terms = _terms(rows, raw_events=raw_events)
    columns = _columns(rows, labels)
    licence = file_licence(columns, terms)
    written = [column.name for column in columns]
    if ending in (".dta", ".sav"):
        written = short_names(written, program="stata" if ending == ".dta" else "spss")
    files = (target, target.with_name(f"{target.stem}_codebook.csv"), target.with_suffix(".bib"))
    codebook = codebook_of(columns, lang=language, licence=licence)
    cited = _cited(rows, licence)
    with replacing(files, overwrite=overwrite) as folder:
        data, book, works = (folder / file.name for file in files)
        _write(data, ending, columns, written, language, dialect, codebook=codebook, cited=cited, title=origin_of(rows))
        french = dialect == "excel_fr"
        encoding, separator = ("utf-8-sig", ";") if french else ("utf-8", ",")
        codebook.to_csv(book, index=False, encoding=encoding, sep=separator, lineterminator="\n")
        works.write_text(cited, encoding="utf-8", newline="\n")
    renamed = {column.name: name for column, name in zip(columns, written, strict=True) if column.name != name}
    return Exported(*files, licence=licence, renamed=renamed, rows=len(rows), columns=len(columns))


def _rows(frame: Any) -> pd.DataFrame:
    if not hasattr(type(frame), "columns") and callable(getattr(frame, "tidy", None)):
        frame = frame.tidy()
    return flat_frame(check_frame(frame, where="export"))


def _terms(rows: pd.DataFrame, *, raw_events: bool) -> dict[str, Mapping[str, Any]]:
    """Event files of the user's own behind the rows; refuse the rows of those that may not be passed on."""
    files = recorded_events(rows)
    own = next((name for name, file in files.items() if file.get("rows") and file.get("terms")), None)
    if own is None and {str(name).lower() for name in rows.columns} >= _ACLED:
        own = "ACLED"
    if own is not None and not raw_events:
        raise OptionError(
            "frame",
            own,
            "these are single rows of an event file whose terms of use do not let them be passed on",
            repair="Write counts, events.tally(...), or type raw_events=True for a file that stays with you",
        )
    return files


def _columns(rows: pd.DataFrame, labels: Mapping[str, str] | None) -> list[Column]:
    for name, label in (labels or {}).items():
        if not is_known(name, list(rows.columns)):
            raise UnknownNameError("column", name, map(str, rows.columns), repair="labels= names columns of the frame")
        if not isinstance(label, str):
            raise OptionError("labels", label, "a label is a text", repair=f"Type labels={{{name!r}: 'What it is'}}")
    described = describe_columns(
        rows.columns,
        recorded_datasets(rows),
        rule=recorded_rule(rows),
        events=recorded_events(rows),
        labels=labels,
    )
    note = "in .xlsx as text: Excel has no days before 1900-03-01"
    return [
        replace(column, note="; ".join(filter(None, (column.note, note)))) if before_excel(column) else column
        for column in read_columns(rows, described)
    ]


def _cited(rows: pd.DataFrame, licence: str) -> str:
    head = f"% Licence of the columns: {licence}\n\n" if licence else ""
    return head + cite(rows)


def _write(
    path: Path,
    ending: str,
    columns: Sequence[Column],
    names: Sequence[str],
    lang: Lang,
    dialect: Dialect,
    *,
    codebook: pd.DataFrame,
    cited: str,
    title: str,
) -> None:
    if ending == ".dta":
        from sahelkit.formats.stata import write_stata

        write_stata(path, columns, names, lang=lang, title=title)
    elif ending == ".sav":
        from sahelkit.formats.spss import write_spss

        write_spss(path, columns, names, lang=lang, title=title)
    elif ending == ".xlsx":
        from sahelkit.formats.excel import write_excel

        write_excel(path, columns, names, lang=lang, codebook=codebook, cited=cited)
    else:
        from sahelkit.formats.arrow import arrow_table, write_csv, write_parquet

        about = {"title": title, "licence": "".join(codebook["file_licence"].head(1)), "cite": cited}
        table = arrow_table(columns, names, lang=lang, about=about)
        if ending == ".parquet":
            write_parquet(path, table)
        else:
            write_csv(path, table, dialect=dialect)
