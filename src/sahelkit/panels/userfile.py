"""A user's own CSV file of covariates as a frame that `Panel.add_frame` takes."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from sahelkit.errors import OptionError, UnknownPlaceError
from sahelkit.events.sniffing import members, refuse, sniff
from sahelkit.frames import TIMES
from sahelkit.geography import places
from sahelkit.options import check_path
from sahelkit.values import numbers_of

# Names that people give to the columns that say where and when, in English and French.
_NAMES = {
    "iso3": ("iso3", "iso", "iso_code", "country_code", "code"),
    "country": ("country", "country_name", "state", "pays", "état", "etat"),
    "period": ("period", "période", "periode"),
    "month": ("month", "mois"),
    "date": ("date", "day", "jour"),
    "year": ("year", "année", "annee", "an"),
    "published": ("published", "publié", "publie"),
}
_MEANT = {given: name for name, several in _NAMES.items() for given in several}


def read_user_csv(path: str | Path) -> pd.DataFrame:
    r"""Covariates of a CSV file: one row per state and period, and columns of numbers.

    Separator, encoding and decimal commas are found out. The state is in ``iso3`` (or ``iso``, ``code``) or, by name
    or code as `sahelkit.places.resolve` reads it, in ``country`` (``pays``); the time in ``period``, ``month``,
    ``date`` or ``year`` (``mois``, ``année``), or in ``year`` and ``month``. ``published`` holds days of publication.
    Columns of text are left out.

    Parameters
    ----------
    path : path
        The file; also in a zip archive that holds nothing else.

    Returns
    -------
    pandas.DataFrame
        ``iso3``, the time, ``published`` if it is there, and the columns of numbers.

    Raises
    ------
    OptionError
        If the file cannot be read, or a column that says where or when, or any of numbers, is missing.
    UnknownPlaceError
        If a row names no state.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder) / "pluie.csv"
    ...     _ = file.write_text("pays;mois;pluie\nCôte d'Ivoire;2012-03;2,5\n", encoding="cp1252")
    ...     read_user_csv(file).to_dict("list")
    {'iso3': ['CIV'], 'month': ['2012-03'], 'pluie': [2.5]}
    """
    check_path("path", path)
    file = Path(path).expanduser()
    if not file.is_file():
        raise refuse(str(path), "there is no such file", "Look at its folder and its ending")
    found = members(file, str(path))
    if len(found) != 1 or found[0].kind != "text":
        raise refuse(str(path), "it is not one CSV file", "Save the table as CSV")
    text = sniff(found[0], _is_header, ())
    with found[0].open() as stream:
        frame = pd.read_csv(
            stream,
            sep=text.separator,
            encoding=text.encoding,
            names=list(text.header),
            skiprows=text.above,
            skip_blank_lines=True,
            decimal="," if text.commas else ".",
            keep_default_na=True,
        )
    meant = {name: _MEANT.get(str(name).strip().casefold(), str(name).strip()) for name in frame.columns}
    frame = frame.rename(columns=meant).dropna(how="all").reset_index(drop=True)
    has = f"it has {', '.join(map(str, frame.columns))}"
    if not any(name in frame.columns for name in TIMES):
        raise refuse(str(path), f"no column says when ({has})", "Name it period, month, date or year")
    if "iso3" not in frame.columns:
        if "country" not in frame.columns:
            raise refuse(str(path), f"no column says where ({has})", "Name it iso3 or country")
        frame["iso3"] = _resolved(frame["country"], str(path))
    kept = [name for name in frame.columns if name in ("iso3", "published", *TIMES)]
    values = {}
    for name in frame.columns:
        if name not in (*kept, "country"):
            numbers = numbers_of(frame[name], owner=frame["iso3"])
            if numbers is not None:
                values[name] = numbers
    if not values:
        raise refuse(str(path), f"no column holds numbers ({has})", "Give one row per state and period, and numbers")
    return frame[["iso3", *(name for name in kept if name != "iso3")]].assign(**values)


def _is_header(row: list[str]) -> bool:
    return any(name.strip().casefold() in _MEANT for name in row)


def _resolved(named: pd.Series[str], path: str) -> pd.Series[str]:
    codes = {}
    for row, name in named.items():
        if name in codes:
            continue
        try:
            if pd.isna(name):
                raise OptionError("country", None, "it is empty", row=f"row {int(row) + 1} of {path}")
            codes[name] = places.resolve(name)
        except UnknownPlaceError as error:
            error.args = (f"{path}, row {int(row) + 1}, column 'country': {error}",)
            raise
    return named.map(codes)
