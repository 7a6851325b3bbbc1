"""Names of the version before still work, and warn."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import pickle
import subprocess
import sys
import warnings
from dataclasses import dataclass, fields
from pathlib import Path

import pytest

import sahelkit
from sahelkit import _deprecated
from sahelkit._deprecated import MODULES, NAMES, OldAttribute, renamed
from sahelkit.errors import OptionError


@pytest.mark.parametrize(("old", "new"), list(MODULES.items()))
def test_a_module_is_found_under_its_old_name(old, new):
    sys.modules.pop(old, None)
    with pytest.warns(DeprecationWarning, match=f"^{old} is called {new} since sahelkit 0.2") as caught:
        found = importlib.import_module(old)
    assert found is importlib.import_module(new)
    assert len(caught) == 1


@pytest.mark.parametrize("old", list(MODULES))
def test_no_module_stands_under_an_old_name(old):
    place = Path(sahelkit.__file__).parents[1].joinpath(*old.split("."))
    assert not place.with_suffix(".py").exists()
    assert not (place / "__init__.py").exists()


@pytest.mark.parametrize(("old", "new"), list(NAMES.items()))
def test_a_name_is_found_under_its_old_place(old, new):
    room, _, name = old.rpartition(".")
    home, _, wanted = new.rpartition(".")
    with pytest.warns(DeprecationWarning, match=f"^{old} is called {new} since") as caught:
        found = getattr(importlib.import_module(room), name)
    assert found is getattr(importlib.import_module(home), wanted)
    assert caught[0].filename == __file__


def test_old_imports_of_every_form_work_in_a_fresh_session():
    code = """
import warnings
warnings.simplefilter("always")
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    import sahelkit as sk
    from sahelkit.models.captures import capture_lags
    import sahelkit.models.duration
    from sahelkit.models import outcome
    from sahelkit.models.responses.rank import rank_among
    import sahelkit.codes
    sk.models.exact.exact_share
assert capture_lags.__module__ == "sahelkit.record.captures", capture_lags
assert sahelkit.models.duration.duration_terms is sk.estimation.splines.duration_terms
assert rank_among.__module__ == "sahelkit.record.responses.rank"
print(*sorted({str(w.message).split()[0] for w in caught}), {w.filename for w in caught})
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    names = "codes models.captures models.duration models.exact models.outcome models.responses models.responses.rank"
    assert done.stdout.split() == [*(f"sahelkit.{name}" for name in names.split()), "{'<string>'}"]


def test_a_result_that_was_pickled_under_its_old_name_is_read():
    from sahelkit.models.hazard import HazardFit

    text = pickle.dumps(HazardFit, protocol=0).replace(b"sahelkit.models.hazard.result", b"sahelkit.models.hazard_fit")
    sys.modules.pop("sahelkit.models.hazard_fit", None)
    with pytest.warns(DeprecationWarning, match="hazard_fit"):
        found = pickle.loads(text)
    assert found is HazardFit


def test_other_unknown_names_stay_unknown():
    with pytest.raises(AttributeError, match=r"module 'sahelkit\.models' has no attribute 'captuers'"):
        _deprecated.old_name("sahelkit.models", "captuers")
    assert importlib.util.find_spec("sahelkit.models.captuers") is None


@renamed(n_boot="draws", alpha=("level", lambda alpha: 1 - alpha))
def interval(first, *, draws=999, level=0.95):
    """Give back what came."""
    return first, draws, level


class Fit:
    @renamed(mass="level")
    def range(self, level=0.95):
        """Give back what came."""
        return level


def test_an_option_is_taken_under_its_old_name_with_a_warning_at_the_line_of_the_call():
    with pytest.warns(DeprecationWarning, match="is called") as caught:
        found = interval(1, n_boot=99, alpha=0.5), Fit().range(mass=0.9)
    assert found == ((1, 99, 0.5), 0.9)
    assert len(caught) == 3
    assert {warning.filename for warning in caught} == {__file__}


def test_new_names_do_not_warn():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert interval(1, draws=99) == (1, 99, 0.95)
        assert Fit().range(0.9) == 0.9


@pytest.mark.parametrize(
    "call", [lambda: interval(1, draws=9, n_boot=9), lambda: Fit().range(0.9, mass=0.9)], ids=["keyword", "position"]
)
def test_both_names_at_once_are_an_error(call):
    with pytest.raises(OptionError, match=r"as well, which is its new name. Type \w+= alone"):
        call()


def test_the_signature_has_the_new_names_alone():
    assert list(inspect.signature(interval).parameters) == ["first", "draws", "level"]
    assert interval.__doc__ == "Give back what came."


@dataclass(frozen=True)
class Compared:
    donor_weights: float
    weights = OldAttribute("donor_weights")
    show = OldAttribute("plot")

    def plot(self, *, lang):
        return lang


def test_attributes_and_methods_of_a_class_answer_to_their_old_names():
    with pytest.warns(DeprecationWarning, match=r"Compared\.\w+ is called") as caught:
        found = Compared(0.5).weights, Compared(0.5).show(lang="fr")
    assert found == (0.5, "fr")
    assert {warning.filename for warning in caught} == {__file__}
    assert [field.name for field in fields(Compared)] == ["donor_weights"]


def test_old_names_of_options_work_and_warn():
    with pytest.warns(DeprecationWarning, match=r"n_paths= of simulate_panel is called replicates= since") as caught:
        one = sahelkit.models.placebo.simulate_panel(n_paths=2, start=1990, end=1991)
    assert caught[0].filename == __file__
    assert one.equals(sahelkit.models.placebo.simulate_panel(replicates=2, start=1990, end=1991))
