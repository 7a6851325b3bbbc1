"""A column of codes of another project, to ISO 3166 alpha-3 codes at their dates."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, overload

from sahelkit.errors import OptionError, PlaceWarning, UnknownNameError, UnknownPlaceError, is_known
from sahelkit.geography.code_systems import (
    SYSTEMS,
    as_text,
    check_system,
    meanings,
    no_state,
    pick,
    spelled,
)
from sahelkit.geography.likeness import another_system

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

_SHOWN = 5
_ERRORS = ("raise", "coerce", "report")


class Translation(NamedTuple):
    """What `translate` gives with ``errors="report"``.

    Attributes
    ----------
    codes : pandas.Series
        ISO 3166 alpha-3 codes with the index of the column; NA where a code means no state.
    failures : pandas.DataFrame
        One row per code that means no state, in the order of the column: ``code``; ``why`` (``"unknown"``,
        ``"several"`` states and no date that settles it, ``"territory"``, ``"aggregate"``); ``meaning``, what it may
        mean or is called; ``rows`` in which it stands; ``first``, the label of the first of them.
    """

    codes: pd.Series[Any]
    failures: pd.DataFrame


@overload
def translate(
    codes: pd.Series[Any],
    *,
    system: str,
    dates: pd.Series[Any] | None = None,
    errors: Literal["raise", "coerce"] = "raise",
) -> pd.Series[Any]: ...


@overload
def translate(
    codes: pd.Series[Any], *, system: str, dates: pd.Series[Any] | None = None, errors: Literal["report"]
) -> Translation: ...


def translate(
    codes: pd.Series[Any],
    *,
    system: str,
    dates: pd.Series[Any] | None = None,
    errors: Literal["raise", "coerce", "report"] = "raise",
) -> pd.Series[Any] | Translation:
    """Alpha-3 codes of a column of codes.

    Parameters
    ----------
    codes : pandas.Series
        Codes, numbers or text, of any length: each distinct one is read once. An empty value stays empty.
    system : str
        What the codes are:

        - ``"gw"``, ``"gwc"``: numbers and letters of Gleditsch and Ward (UCDP has the numbers);
        - ``"cow"``, ``"cowc"``: numbers and letters of the Correlates of War;
        - ``"polity"``: ``ccode`` of Polity, which is not quite the number of the Correlates of War (626 is Sudan there
          from 2011 on, 525 South Sudan, 347 Serbia and Montenegro, 529 Ethiopia since 1993, 364 the Soviet Union);
        - ``"vdem"``: V-Dem's ``country_text_id`` or ``country_id``;
        - ``"iso_numeric"``: numbers of ISO 3166, withdrawn ones included (ACLED's ``iso``);
        - ``"fips"``: FIPS 10-4 and the CIA's codes of two letters, old ones included (GDELT);
        - ``"worldbank"``: codes of the World Bank, old ones (ZAR, ROM, TMP, KSV, WBG) and aggregates included.
    dates : pandas.Series, optional
        Date-like values or years beside the codes, with the same index.
    errors : {"raise", "coerce", "report"}
        What to do with codes that are unknown, or have several meanings where no date is given: one error that names
        them all; NA, with a warning that counts them; or NA, and a table of them.

    Returns
    -------
    pandas.Series or Translation
        ISO 3166 alpha-3 codes with the same index; NA for an empty code, for a territory that is no state (Hong Kong,
        Greenland) and for an aggregate of the World Bank. With ``errors="report"`` these, and the table of failures,
        territories and aggregates among them.

    Raises
    ------
    UnknownNameError
        If the system, or what to do with errors, is unknown.
    OptionError
        If `codes` or `dates` is no column of pandas, or their rows cannot be matched.
    UnknownPlaceError
        If codes are unknown, or have several meanings where no date is given; all of them are named, with the rows in
        which they stand.
    DateError
        If a date that is needed cannot be read.

    Warns
    -----
    PlaceWarning
        If the codes look like those of another system (African numbers of ISO that are taken for those of
        Gleditsch and Ward: Sierra Leone, Kenya and Namibia would be Qatar, Guinea-Bissau and Burundi), if some are
        aggregates, and how many became NA with ``errors="coerce"``.

    Examples
    --------
    >>> import pandas as pd
    >>> translate(pd.Series([345, 345]), system="cow", dates=pd.Series([1991, 2012])).tolist()
    ['YUG', 'SRB']
    >>> translate(pd.Series(["UV", "NG", "NI", "OD"]), system="fips").tolist()
    ['BFA', 'NER', 'NGA', 'SSD']
    >>> read = translate(pd.Series(["MLI", "SSF", "XYZ", "XYZ"]), system="worldbank", errors="report")
    >>> read.codes.tolist()[0], read.failures.drop(columns="first").to_records(index=False).tolist()
    ('MLI', [('SSF', 'aggregate', 'Sub-Saharan Africa', 1), ('XYZ', 'unknown', None, 2)])
    """
    import pandas as pd

    check_system(system)
    if not is_known(errors, _ERRORS):
        raise UnknownNameError("way to treat codes that cannot be read", errors, _ERRORS)
    for what, column in (("codes", codes), ("dates", dates)):
        if not isinstance(column, pd.Series) and not (what == "dates" and column is None):
            repair = f"Type pandas.Series({what}{'' if what == 'codes' else ', index=codes.index'})"
            raise OptionError(what, column, "it is no column (Series) of pandas", repair=repair)
    place, texts = _distinct(codes, system)
    found, why = _read(system, place, texts, dates, codes.index)
    failures = _failures(system, place, texts, why, codes.index)
    other = another_system(system, texts) if texts else ""
    lost = failures[failures["why"].isin(["unknown", "several"])]
    if len(lost) and errors == "raise":
        _refuse(system, place, texts, why, codes.index, lost, other)
    if errors != "report":
        _warn_of_no_countries(system, failures, len(codes))
    if len(lost) and errors == "coerce":
        _warn_of_lost(system, lost, len(codes))
    if other:
        warnings.warn(other, PlaceWarning, stacklevel=2)
    return Translation(found, failures) if errors == "report" else found


def _distinct(codes: pd.Series[Any], system: str) -> tuple[npt.NDArray[np.intp], list[str]]:
    """Distinct codes as the system spells them, and which of them each row holds; -1 for none."""
    import pandas as pd

    try:
        place, kinds = pd.factorize(codes)
    except TypeError:  # lists and other things that are no codes
        place, kinds = pd.factorize(codes.astype("object").map(as_text, na_action="ignore"))
    same, texts = pd.factorize(pd.Series([spelled(system, kind) for kind in kinds], dtype=object))
    return (same[place] if len(same) else place) * (place >= 0) - (place < 0), list(texts)


def _read(
    system: str,
    place: npt.NDArray[np.intp],
    texts: list[str],
    dates: pd.Series[Any] | None,
    rows: pd.Index,
) -> tuple[pd.Series[Any], npt.NDArray[np.object_]]:
    """State of each row, and why there is none."""
    import numpy as np
    import pandas as pd

    from sahelkit._types import TEXT

    states: list[str | None] = []
    reasons: list[str] = []
    for text in texts:
        open_to = pick(meanings(system).get(text, ()), None)
        states.append(min(open_to) or None if len(open_to) == 1 else None)
        other = no_state(system, text)
        reasons.append(other[0] if other else "" if len(open_to) == 1 else "several" if open_to else "unknown")
    found = pd.Series(pd.array([*states, None], dtype=TEXT).take(place), index=rows, name="iso3")
    why = np.array([*reasons, ""], dtype=object)[place]
    unsettled = (why == "several").nonzero()[0]
    if dates is not None and len(unsettled):
        which, days = _days(dates, rows, unsettled)
        pairs, each = np.unique(place[unsettled] * len(days) + which, return_inverse=True)
        settled: list[str | None] = []
        for pair in pairs.tolist():
            open_to = pick(meanings(system)[texts[pair // len(days)]], days[pair % len(days)] or None)
            settled.append(min(open_to) if len(open_to) == 1 else None)
        known = np.array([state is not None for state in settled])[each]
        found.iloc[unsettled[known]] = np.array(settled, dtype=object)[each[known]]
        why[unsettled[known]] = ""
    return found, why


def _days(
    dates: pd.Series[Any], rows: pd.Index, needed: npt.NDArray[np.intp]
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.object_]]:
    """Last days of the dates as ISO text, each once, and which each row has; only where a code has several meanings."""
    import numpy as np

    from sahelkit.dates import read_column

    if not dates.index.equals(rows) and not (dates.index.is_unique and rows.is_unique):
        why = "its index differs from that of the codes, and has labels twice"
        raise OptionError("dates", dates.name, why, repair="Take both from one frame")
    given = dates if dates.index.equals(rows) else dates.reindex(rows)
    last = read_column(given.iloc[needed], what="dates", blanks=True, typed="dates").last
    kinds, which = np.unique(last, return_inverse=True)
    text = kinds.astype(str).astype(object)
    text[np.isnat(kinds)] = ""
    return which, text


def _failures(
    system: str, place: npt.NDArray[np.intp], texts: list[str], why: npt.NDArray[np.object_], rows: pd.Index
) -> pd.DataFrame:
    import pandas as pd

    from sahelkit._types import TEXT

    bad = (why != "").nonzero()[0]
    cases = pd.DataFrame({"place": place[bad], "why": why[bad], "row": bad})
    kinds = cases.groupby(["place", "why"], sort=False)["row"].agg(["size", "first"]).reset_index()
    meant = []
    for code, reason in zip(kinds["place"], kinds["why"], strict=True):
        several = sorted(pick(meanings(system).get(texts[code], ()), None))
        name = " or ".join(several) if reason == "several" else (no_state(system, texts[code]) or ("", ""))[1]
        meant.append(name or None)
    return pd.DataFrame(
        {
            "code": pd.array([texts[code] for code in kinds["place"]], dtype=TEXT),
            "why": kinds["why"].astype(TEXT),
            "meaning": pd.Series(meant, dtype=object),
            "rows": kinds["size"].astype("int64"),
            "first": rows.take(kinds["first"].to_numpy(dtype=int)),
        }
    )


def _refuse(
    system: str,
    place: npt.NDArray[np.intp],
    texts: list[str],
    why: npt.NDArray[np.object_],
    rows: pd.Index,
    lost: pd.DataFrame,
    other: str,
) -> None:
    import numpy as np
    import pandas as pd

    several = lost[lost["why"] == "several"]
    meant = {
        code: str(meaning).split(" or ") for code, meaning in zip(several["code"], several["meaning"], strict=True)
    }
    at = np.isin(why.astype(str), ["unknown", "several"])
    given = pd.Series([texts[code] for code in place[at]], index=rows[at], dtype=object)
    raise UnknownPlaceError.several(SYSTEMS[system], given, len(rows), meanings=meant, hint=other)


def _named(failures: pd.DataFrame) -> str:
    shown = [
        f"{code!r}" + (f" ({meaning})" if isinstance(meaning, str) else "")
        for code, meaning in zip(failures["code"].iloc[:_SHOWN], failures["meaning"].iloc[:_SHOWN], strict=True)
    ]
    return ", ".join(shown) + (f" and {len(failures) - _SHOWN} more codes" if len(failures) > _SHOWN else "")


def _warn_of_no_countries(system: str, failures: pd.DataFrame, total: int) -> None:
    groups = failures[failures["why"] == "aggregate"]
    if len(groups):
        text = (
            f"{groups['rows'].sum():,} of {total:,} rows hold aggregates, which are no countries, and are NA: "
            f"{_named(groups)}. Drop them with frame[codes.notna()]."
        )
        warnings.warn(text, PlaceWarning, stacklevel=3)


def _warn_of_lost(system: str, lost: pd.DataFrame, total: int) -> None:
    text = (
        f"{lost['rows'].sum():,} of {total:,} rows hold {SYSTEMS[system]} codes that cannot be read, and are NA: "
        f"{_named(lost)}. Type errors='report' for the table of them."
    )
    warnings.warn(text, PlaceWarning, stacklevel=3)
