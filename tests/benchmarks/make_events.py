"""Synthetic event files in the layout of ACLED's exports (31 columns); all that stands in them is made up.

``python tests/benchmarks/make_events.py events.parquet 2000000`` writes one; the ending says which format.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow
import pyarrow.csv
import pyarrow.parquet

# ISO numbers and names, as ACLED writes them: the sixteen states of West Africa first.
STATES = {
    204: "Benin",
    854: "Burkina Faso",
    132: "Cape Verde",
    270: "Gambia",
    288: "Ghana",
    324: "Guinea",
    624: "Guinea-Bissau",
    384: "Ivory Coast",
    430: "Liberia",
    466: "Mali",
    478: "Mauritania",
    562: "Niger",
    566: "Nigeria",
    686: "Senegal",
    694: "Sierra Leone",
    768: "Togo",
    12: "Algeria",
    120: "Cameroon",
    140: "Central African Republic",
    148: "Chad",
    180: "Democratic Republic of Congo",
    231: "Ethiopia",
    404: "Kenya",
    434: "Libya",
    450: "Madagascar",
    508: "Mozambique",
    706: "Somalia",
    710: "South Africa",
    728: "South Sudan",
    729: "Sudan",
    788: "Tunisia",
    800: "Uganda",
}
TYPES = {
    "Battles": ("Armed clash", "Government regains territory"),
    "Protests": ("Peaceful protest", "Excessive force against protesters"),
    "Riots": ("Violent demonstration", "Mob violence"),
    "Violence against civilians": ("Attack", "Abduction/forced disappearance"),
    "Explosions/Remote violence": ("Air/drone strike", "Remote explosive/landmine/IED"),
    "Strategic developments": ("Agreement", "Arrests"),
}
FIRST, LAST = "1997-01-01", "2024-12-31"
NOTE = "On this day an armed group that nobody knows was seen near a place that is on no map, as a made-up note says; "


def acled(n: int, *, seed: int = 0, iso_dates: bool = False) -> pyarrow.Table:
    """Rows of an invented export of ACLED.

    Parameters
    ----------
    n, seed : int
    iso_dates : bool
        Days such as 2022-12-28; "28 December 2022" when False.
    """
    rng = np.random.default_rng(seed)

    def pick(values: list[str] | np.ndarray, index: np.ndarray) -> pyarrow.Array:
        return pyarrow.array(np.asarray(values, dtype=object)).take(pyarrow.array(index))

    days = pd.date_range(FIRST, LAST)
    day = rng.integers(0, len(days), n)
    state = rng.integers(0, len(STATES), n)
    kind = rng.integers(0, len(TYPES), n)
    sub = rng.integers(0, 2, n)
    site = rng.integers(0, 500, n)
    names = list(STATES.values())
    spelled = days.strftime("%Y-%m-%d" if iso_dates else "%d %B %Y").to_numpy()
    disorder = ["Political violence", "Demonstrations", "Demonstrations", *["Political violence"] * 2, "Strategic"]
    regions = np.where(np.arange(len(names)) < 16, "Western Africa", "Africa")
    number = np.char.add("NON", (seed * 10**7 + np.arange(n)).astype(str))
    actors = [f"Armed group {place} (Nowhere)" for place in range(200)]
    tail = rng.integers(0, 1000, n)
    return pyarrow.table(
        {
            "event_id_cnty": pyarrow.array(number),
            "event_date": pick(spelled, day),
            "year": pyarrow.array(days.year.to_numpy()[day].astype("int64")),
            "time_precision": pyarrow.array(rng.integers(1, 4, n)),
            "disorder_type": pick(disorder, kind),
            "event_type": pick(list(TYPES), kind),
            "sub_event_type": pick([name for pair in TYPES.values() for name in pair], 2 * kind + sub),
            "actor1": pick(actors, rng.integers(0, 200, n)),
            "assoc_actor_1": pick(["", "Militia (Nowhere)"], sub),
            "inter1": pick(["State forces", "Rebel group"], sub),
            "actor2": pick(actors, rng.integers(0, 200, n)),
            "assoc_actor_2": pick(["", "Farmers (Nowhere)"], 1 - sub),
            "inter2": pick(["Civilians", "Protesters"], sub),
            "interaction": pick(["State forces-Civilians", "Rebel group-Protesters"], sub),
            "civilian_targeting": pick(["", "Civilian targeting"], sub),
            "iso": pyarrow.array(np.array(list(STATES))[state]),
            "region": pick(regions, state),
            "country": pick(names, state),
            "admin1": pick([f"{name} {part}" for name in names for part in range(8)], 8 * state + site % 8),
            "admin2": pick([f"District {part}" for part in range(100)], site % 100),
            "admin3": pick([f"Commune {part}" for part in range(500)], site),
            "location": pick([f"Village {part}" for part in range(500)], site),
            "latitude": pyarrow.array(np.round(4 + site * 0.03 + state * 0.1, 4)),
            "longitude": pyarrow.array(np.round(-16 + site * 0.05 + state * 0.1, 4)),
            "geo_precision": pyarrow.array(rng.integers(1, 4, n)),
            "source": pick([f"Newspaper {part}" for part in range(50)], rng.integers(0, 50, n)),
            "source_scale": pick(["National", "Subnational"], sub),
            "notes": pick([f"{NOTE}{part}, {NOTE.lower()}" for part in range(1000)], tail),
            "fatalities": pyarrow.array(rng.poisson(0.8, n)),
            "tags": pick(["", "crowd size=no report"], sub),
            "timestamp": pyarrow.array(1_700_000_000 + tail),
        }
    )


def write(path: Path | str, n: int, *, seed: int = 0, iso_dates: bool = False, part: int = 1_000_000) -> Path:
    """Write an invented export, part by part, as Parquet or CSV."""
    path, writer = Path(path), None
    for number, first in enumerate(range(0, n, part)):
        table = acled(min(part, n - first), seed=seed + number, iso_dates=iso_dates)
        if writer is None:
            kind = pyarrow.parquet.ParquetWriter if path.suffix == ".parquet" else pyarrow.csv.CSVWriter
            writer = kind(path, table.schema)
        writer.write_table(table)
    if writer is not None:
        writer.close()
    return path


if __name__ == "__main__":
    write(sys.argv[1], int(sys.argv[2]))
