"""What was said before remembered events, by the same numbers as the risk table."""

from __future__ import annotations

import numpy as np
import pytest

from sahelkit.errors import DateError, OptionError, UnknownPlaceError
from sahelkit.models.forecast import risk_table
from sahelkit.models.forecast.cases import said_before


def test_the_numbers_are_those_of_the_risk_table_on_both_days():
    found = said_before([("Mali", "2012-03-22"), ("BEN", "2025-12")])
    year, month = (risk_table(day, countries="Mali").tidy().iloc[0] for day in ("2012-01-01", "2012-03-01"))
    mali, benin = found.iloc[0], found.iloc[1]
    assert (mali["year_rank"], mali["month_rank"]) == (year["rank"], month["rank"])
    np.testing.assert_allclose(
        [mali["year_probability"], mali["month_probability"]], [year["probability"], month["probability"]], rtol=1e-10
    )
    assert mali["month_happened"] == 1
    assert np.isnan(benin["month_happened"])  # twelve months from December 2025 on are not covered


def test_a_state_that_did_not_exist_is_refused():
    with pytest.raises(OptionError, match="SSD 2011-07"):
        said_before([("South Sudan", "2011-07")])


@pytest.mark.parametrize(
    ("case", "error", "message"),
    [
        (("Malli", "2012-03"), UnknownPlaceError, "Mali"),
        (("MLI", "2012"), DateError, "it names a year, and a month or a day is wanted"),
        (("MLI", "1958-02"), DateError, "forecasts begin in 1961-01"),
        (("MLI", None), DateError, "a case has a country and a day"),
    ],
)
def test_unknown_places_and_early_dates_are_refused(case, error, message):
    with pytest.raises(error, match=message):
        said_before([case])
