"""A source's code for unknown deaths is found in a column of whole numbers too."""

import pandas as pd
import pytest

import sahelkit as sk


@pytest.mark.parametrize("kind", ["int64", "float64"])
def test_scad_frame(kind: str) -> None:
    rows = pd.DataFrame(
        {
            "eventid": [1, 2],
            "ccode": [432, 625],
            "startdate": "2012-03-21",
            "enddate": "2012-03-22",
            "etype": [1, 9],
            "ndeath": pd.array([3, -99], dtype=kind),
            "locnum": 1,
        }
    )
    table = sk.read_events(rows, layout="scad", coverage=("2012", "2012")).tally(by=("iso3", "year"))
    assert table["fatalities"].astype(object).where(table["fatalities"].notna(), None).tolist() == [3, None]
