"""Forecasts of coups by A. Beger and M. D. Ward: rolling runs and the live forecast of 2020."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pandas as pd

from sahelkit.build import Sources
from sahelkit.errors import TableError
from sahelkit.geography.codes import translate

# Names of the source, and what they forecast by which method
SERIES = {
    "attempt": ("attempt", "direct"),
    "attempt2": ("attempt", "either"),
    "coup": ("success", "direct"),
    "failed": ("failure", "direct"),
}
LIVE_YEAR = 2020


def _rolling(path: Path) -> pd.DataFrame:
    import rdata

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Missing constructor for R class")
        raw = pd.DataFrame(rdata.read_rds(path))
    known = raw["observed"].astype(object).map({"0": 0, "1": 1}, na_action="ignore")
    out = pd.DataFrame(
        {
            "gwcode": raw["gwcode"].astype("int64"),
            "year": raw["for_year"].astype("int64"),
            "series": raw["outcome"].astype(str),
            "probability": raw["p"].astype("float64"),
            "observed": known.astype("Int64"),
        }
    )
    if (out["year"] != raw["year"].astype("int64") + 1).any():
        raise TableError("forecasts", f"{path.name} holds forecasts of another year than the next")
    return out.assign(run="rolling")


def _live(path: Path) -> pd.DataFrame:
    # Python's own float() reads every figure exactly; the fast parser of older pandas may miss the last digit.
    raw = pd.read_csv(path, dtype=str)
    raw = raw.assign(**{name: raw[name].map(float) for name in ("Coup", "Failed", "Attempt")})
    if set(raw["Year"]) != {str(LIVE_YEAR)}:
        raise TableError("forecasts", f"{path.name} holds other years than {LIVE_YEAR}")
    wide = raw.rename(columns={"GWcode": "gwcode", "Attempt": "attempt2", "Coup": "coup", "Failed": "failed"})
    wide["gwcode"] = wide["gwcode"].astype("int64")
    # Figures agree to the last digits that two ways of multiplying leave.
    either = 1 - (1 - wide["coup"]) * (1 - wide["failed"])
    if not np.allclose(wide["attempt2"], either, rtol=0, atol=1e-12):
        raise TableError("forecasts", f"{path.name}: attempts no longer follow from successes and failures")
    out = wide.melt(
        id_vars="gwcode", value_vars=["attempt2", "coup", "failed"], var_name="series", value_name="probability"
    )
    return out.assign(run="live", year=LIVE_YEAR, observed=pd.array([pd.NA] * len(out), dtype="Int64"))


def build(sources: Sources) -> dict[str, pd.DataFrame]:
    """Tables of the dataset by name."""
    parts = [_rolling(sources.path("beger_forecasts")), _live(sources.path("beger_forecast_live2020"))]
    frame = pd.concat(parts, ignore_index=True)
    frame["event"] = frame["series"].map({name: event for name, (event, _) in SERIES.items()})
    frame["method"] = frame["series"].map({name: method for name, (_, method) in SERIES.items()})
    frame["iso3"] = translate(frame["gwcode"], system="gw", dates=frame["year"].astype(str) + "-12-31")
    return {"forecasts": frame.drop(columns="series")}
