"""Words for measures, bodies and small numbers of cases."""

from __future__ import annotations

MEASURE_WORDS = {
    "en": {
        "suspension": "suspension",
        "sanctions": "sanctions",
        "threat": "a threat of sanctions or force",
        "force": "the decision or use of force",
        "easing": "a first easing",
    },
    "fr": {
        "suspension": "d’une suspension",
        "sanctions": "de sanctions",
        "threat": "d’une menace de sanctions ou de force",
        "force": "de la décision ou de l’usage de la force",
        "easing": "d’un premier allègement",
    },
}
