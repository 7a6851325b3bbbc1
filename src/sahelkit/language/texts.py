"""Tables of texts by language."""

from __future__ import annotations

from collections.abc import Mapping

from sahelkit._types import Lang
from sahelkit.options import check_language


def words(table: Mapping[str, Mapping[str, str]], lang: Lang) -> Mapping[str, str]:
    """Texts of one language.

    Raises
    ------
    UnknownNameError
        If `lang` is not ``"en"`` or ``"fr"``.

    Examples
    --------
    >>> words({"en": {"year": "year"}, "fr": {"year": "année"}}, "fr")["year"]
    'année'
    """
    return table[check_language(lang)]
