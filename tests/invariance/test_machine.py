"""The same numbers in another time zone, another locale (where it is installed), with another seed of the hashes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SUPPORT = Path(__file__).resolve().parents[1] / "support"
NAMES = (
    "sahelkit.models.hazard.fitting.fit_hazard",
    "sahelkit.models.hawkes.fit.fit_hawkes",
    "sahelkit.models.placebo.placebos.placebo_test",
    "sahelkit.models.impact.event_study.event_study",
    "sahelkit.record.captures.capture_lags",
    "sahelkit.panels.userframe.read_user_frame",
)
SCRIPT = f"""
import json, locale, sys, warnings
sys.path.insert(0, {str(SUPPORT)!r})
try:
    locale.setlocale(locale.LC_ALL, "")
except locale.Error:
    pass
warnings.simplefilter("ignore")
from user_frames import CASES
import sahelkit as sk
found = {{}}
for name in {NAMES!r}:
    frame = CASES[name].run(CASES[name].make())
    found[name] = json.loads(frame.astype(object).to_json(orient="values", double_precision=10, default_handler=str))
found["days"] = sk.load_coups(countries="MLI", rule="powell_thyne")["date"].astype(str).tolist()
print(json.dumps(found))
"""
PLACES = {
    "east of the date line, commas": {"TZ": "Pacific/Kiritimati", "LC_ALL": "de_DE.UTF-8", "PYTHONHASHSEED": "1"},
    "west of it, Turkish": {"TZ": "Pacific/Pago_Pago", "LC_ALL": "tr_TR.UTF-8", "PYTHONHASHSEED": "2"},
}


def _numbers(**environment: str) -> object:
    given = {**os.environ, **environment, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False, env=given)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def here():
    return _numbers(TZ="UTC", LC_ALL="C.UTF-8", PYTHONHASHSEED="0")


@pytest.mark.parametrize("place", PLACES)
def test_the_same_numbers_elsewhere(place, here):
    found = _numbers(**PLACES[place])
    assert found["days"] == here["days"]
    assert found == here
