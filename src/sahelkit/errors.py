"""The errors that sahelkit raises.

Each message says what went wrong, where, why, and what to type next. The text is built in the constructor,
so that it reads the same wherever the error is raised.
"""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Container, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

_MOST_CODES = 10


class SahelkitError(Exception):
    """Root of every error that sahelkit raises on purpose."""

    def __reduce__(self) -> tuple[Any, ...]:
        # A worker sends its error back; made from the text alone it would be another one, or none.
        return _remade, (type(self), self.args, self.__dict__)


def _remade(kind: type[SahelkitError], args: tuple[Any, ...], state: dict[str, Any]) -> SahelkitError:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class CoverageWarning(UserWarning):
    """A request reaches outside what a source covers; the values there are NA."""


class RefusedRowsWarning(UserWarning):
    """Rows of a user's file could not be read and are left out."""


class PlaceWarning(UserWarning):
    """Codes of countries that may not be what they were taken for: of another system, unknown, or of no country."""


def _plain(text: str) -> str:
    """Lower case without accents, for comparing names."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


def near_matches(given: str, allowed: Iterable[str], *, n: int = 3) -> list[str]:
    """Names in `allowed` that look like `given`, best first.

    Examples
    --------
    >>> near_matches("cuops", ["coups", "conflict", "leaders"])
    ['coups']
    """
    by_plain: dict[str, str] = {}
    for name in allowed:
        by_plain.setdefault(_plain(name), name)
    wanted = _plain(given)
    close = difflib.get_close_matches(wanted, by_plain, n=n, cutoff=0.6)
    if len(wanted) >= 3:
        close += [key for key in by_plain if wanted in key and key not in close]
    return [by_plain[key] for key in close[:n]]


def is_known(given: object, allowed: Container[Any]) -> bool:
    """Whether a name is one of those allowed; a list, a frame or NA is none, where ``in`` ends in an error.

    Examples
    --------
    >>> is_known("en", ("en", "fr")), is_known(["en"], {"en", "fr"})
    (True, False)
    """
    return (given is None or isinstance(given, str | int | float)) and given in allowed


def _shown(given: object) -> str:
    """A value as Python writes it, a number of numpy as the number that it is."""
    scalar = getattr(getattr(given, "dtype", None), "kind", "-") in "iufb" and getattr(given, "ndim", 1) == 0
    text = repr(given.item()) if scalar and hasattr(given, "item") else repr(given)
    text = " ".join(text.split()) if "\n" in text else text
    return text if len(text) <= 200 else f"{text[:200]}…"


def _listed(names: Sequence[str], *, most: int = 30) -> str:
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} … ({len(names)} in all)"


class UnknownNameError(SahelkitError, ValueError):
    """A name that sahelkit does not know: a dataset, column, rule, version, style ...

    Parameters
    ----------
    kind : str
        What was asked for, in the singular: ``"dataset"``, ``"rule"`` ...
    given : object
        What the caller typed.
    allowed : iterable of str
        The names that exist.
    repair : str, optional
        What to type next, e.g. ``"sahelkit.datasets() lists them"``.
    """

    def __init__(self, kind: str, given: object, allowed: Iterable[str], *, repair: str = "") -> None:
        self.kind = kind
        self.given = given
        self.allowed = sorted(allowed)
        self.suggestions = near_matches(str(given), self.allowed)
        text = f"unknown {kind} {_shown(given)}."
        if self.suggestions:
            text += " Did you mean " + " or ".join(repr(s) for s in self.suggestions) + "?"
        if self.allowed and not (self.suggestions and len(self.allowed) > 12):
            text += f" Known: {_listed(self.allowed)}."
        if repair:
            text += f" {repair.rstrip('.')}."
        super().__init__(text)


class UnknownPlaceError(SahelkitError, ValueError):
    """A country, code or place set that sahelkit does not know, or that means several countries.

    Parameters
    ----------
    given : object
        What the caller typed.
    suggestions : sequence of str
        Near matches, each with its code, e.g. ``"Guinea (GIN)"``.
    ambiguous : bool
        True when `given` names more than one country.
    """

    def __init__(self, given: object, suggestions: Sequence[str] = (), *, ambiguous: bool = False) -> None:
        self.given = given
        self.suggestions = list(suggestions)
        self.ambiguous = ambiguous
        if ambiguous:
            names = ", ".join(self.suggestions)
            text = f"{_shown(given)} names several countries: {names}. Type the code of the one you mean."
        else:
            text = f"unknown country or place set {_shown(given)}."
            if self.suggestions:
                text += f" Did you mean {' or '.join(self.suggestions)}?"
            text += (
                " Type an ISO code ('MLI', 'ML'), a Gleditsch-Ward number (432), an English or French name, "
                "or a set ('focus', 'west_africa', 'africa', 'world'); sahelkit.places.sets() lists the sets."
            )
        super().__init__(text)

    @classmethod
    def several(
        cls,
        what: str,
        codes: pd.Series[Any],
        total: int,
        *,
        meanings: Mapping[Any, Sequence[str]] | None = None,
        near: Sequence[str] = (),
        hint: str = "",
    ) -> UnknownPlaceError:
        """The error for a column with unknown codes: all of them, each with the rows in which it stands.

        Parameters
        ----------
        what : str
            What the codes are, e.g. ``"iso3"``.
        codes : pandas.Series
            The codes that cannot be read, with the index of the column.
        total : int
            Rows of the column.
        meanings : mapping, optional
            Countries that a code may mean, for those with several.
        near : sequence of str
            Near matches of the one code.
        hint : str
            What else the column may be; stands before what to type next.
        """
        kinds = list(dict.fromkeys(codes.tolist()))
        named = []
        for code in kinds[:_MOST_CODES]:
            labels = codes.index[(codes == code).to_numpy()].tolist()
            where = ", ".join(map(repr, labels[:3])) + (f" … ({len(labels):,} rows)" if len(labels) > 3 else "")
            several = (meanings or {}).get(code)
            which = f" ({' or '.join(several)}, by the date)" if several else ""
            named.append(f"{code!r}{which} at index {where}")
        more = f"; and {len(kinds) - _MOST_CODES} more codes" if len(kinds) > _MOST_CODES else ""
        verb = "holds" if len(codes) == 1 else "hold"
        meant = f" Did you mean {' or '.join(near)}?" if near else ""
        error = cls(kinds[0], near)
        error.given = kinds
        error.args = (
            f"{len(codes):,} of {total:,} rows {verb} {what} codes that cannot be read: "
            f"{'; '.join(named)}{more}.{meant} "
            f"{hint + ' ' if hint else ''}"
            "Leave these rows out if they are no states, or mend the codes; sahelkit.places.translate(codes, "
            "system=...) reads those of other systems.",
        )
        return error


class DateError(SahelkitError, ValueError):
    """A date that cannot be read, or a window whose end lies before its start.

    Parameters
    ----------
    what : str
        The option or column at fault, e.g. ``"start"``.
    given : object
        What the caller typed.
    why : str
        The reason in words.
    row : str
        Where the value stands, if it is one of a column.
    repair : str
        What to type next; the accepted forms when empty.
    """

    def __init__(self, what: str, given: object, why: str, *, row: str = "", repair: str = "") -> None:
        self.what = what
        self.given = given
        where = f" in {row}" if row else ""
        fix = repair or "Type a year, month or day such as '2012', '2012-03' or '2012-03-22'"
        super().__init__(f"{what}={_shown(given)}{where}: {why}. {fix.rstrip('.')}.")


class MissingColumnsError(SahelkitError, ValueError):
    """A frame without the columns that a function needs."""

    def __init__(self, where: str, missing: Sequence[str], present: Iterable[str], *, repair: str = "") -> None:
        self.missing = list(missing)
        have = [str(c) for c in present]
        text = f"{where} needs the column{'s' if len(self.missing) > 1 else ''} {', '.join(map(repr, self.missing))}"
        text += f"; the frame has {_listed(have, most=12) if have else 'no columns'}."
        for name in self.missing:
            close = near_matches(name, have, n=1)
            if close:
                text += f" Is {close[0]!r} meant to be {name!r}? Rename it."
        if repair:
            text += f" {repair.rstrip('.')}."
        super().__init__(text)


class OptionError(SahelkitError, ValueError):
    """An option, or a value of a frame, that has the wrong form; `row` tells where in the frame it stands."""

    def __init__(self, what: str, given: object, why: str, *, row: str = "", repair: str = "") -> None:
        self.what = what
        self.given = given
        where = f" in {row}" if row else ""
        super().__init__(f"{what}={_shown(given)}{where}: {why}." + (f" {repair.rstrip('.')}." if repair else ""))


class RecordError(SahelkitError):
    """A record.toml, or another file that describes the data, that cannot be used."""

    def __init__(self, path: Path | str, why: str, *, repair: str = "") -> None:
        self.path = Path(path)
        text = f"{path}: {why}."
        text += f" {(repair or 'Reinstall sahelkit, or restore the file from the release').rstrip('.')}."
        super().__init__(text)


class TableError(SahelkitError):
    """A table that does not agree with its record."""

    def __init__(self, dataset: str, why: str, *, repair: str = "") -> None:
        self.dataset = dataset
        super().__init__(f"dataset {dataset!r}: {why}." + (f" {repair.rstrip('.')}." if repair else ""))


class DataUnavailableError(SahelkitError):
    """Bytes that could not be had from any place where sahelkit looked.

    Parameters
    ----------
    name : str
        File or dataset that was wanted.
    tried : sequence of str
        One line per place: address and what happened there.
    repair : str
        What to type next.
    """

    def __init__(self, name: str, tried: Sequence[str], *, repair: str) -> None:
        self.name = name
        self.tried = list(tried)
        text = f"could not get {name}."
        if self.tried:
            text += " Tried: " + "; ".join(self.tried) + "."
        super().__init__(f"{text} {repair.rstrip('.')}.")


class OfflineError(DataUnavailableError):
    """A file that is not on this machine while the offline switch is on."""


class LackingError(SahelkitError, NotImplementedError):
    """What a result cannot give, and why."""

    def __init__(self, kind: str, what: str, why: str) -> None:
        super().__init__(f"{kind} has no {what}: {why.rstrip('.')}.")


class CacheError(SahelkitError):
    """The cache folder cannot be read or written."""

    def __init__(self, path: Path | str, why: str, *, repair: str = "") -> None:
        self.path = Path(path)
        fix = repair or "Set SAHELKIT_DATA_DIR to a folder that you may write"
        super().__init__(f"{path}: {why}. {fix.rstrip('.')}.")


class ArchiveError(SahelkitError):
    """An archive that is not a safe sahelkit export."""

    def __init__(self, path: Path | str, why: str, *, repair: str = "") -> None:
        self.path = Path(path)
        fix = repair or "Make one with 'sahelkit cache export FILE' on a machine that has the data"
        super().__init__(f"{path}: {why}. {fix.rstrip('.')}.")


class OutputError(SahelkitError):
    """A folder or file that cannot be written."""

    def __init__(self, path: Path | str, why: str, *, repair: str = "") -> None:
        self.path = Path(path)
        fix = repair or "Choose another folder"
        super().__init__(f"cannot write {path}: {why}. {fix.rstrip('.')}.")


class MissingExtraError(SahelkitError, ImportError):
    """A feature whose optional packages are not installed."""

    def __init__(self, feature: str, extra: str, package: str) -> None:
        super().__init__(
            f"{feature} needs {package}, which is not installed. Type: python -m pip install 'sahelkit[{extra}]'"
        )


class NotebookError(SahelkitError):
    """A notebook that cannot be found, read or run."""


class ModelError(SahelkitError):
    """A model that cannot be fitted to the data it was given."""

    def __init__(self, why: str) -> None:
        super().__init__(f"{why.rstrip('.')}.")
