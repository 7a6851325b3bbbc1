"""What a reproduction found: one run of each notebook, and all of them together."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sahelkit.study.collect import Figure
from sahelkit.study.execute import Failure
from sahelkit.study.expected import Check
from sahelkit.study.library import Notebook
from sahelkit.study.values import Finding

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Run:
    """One notebook after its run: what it found and showed, how long it took (seconds), why it stopped, if it did."""

    notebook: Notebook
    findings: tuple[Finding, ...]
    figures: tuple[Figure, ...]
    checks: tuple[Check, ...]
    seconds: float
    failure: Failure | None

    @property
    def ok(self) -> bool:
        """True when it ran to its end and every finding came out as expected."""
        return self.failure is None and all(check.status == "same" for check in self.checks)


@dataclass(frozen=True, slots=True)
class Reproduction:
    """The outcome of `reproduce`.

    Attributes
    ----------
    runs : tuple of Run
        One per notebook, in the order of their names.
    out : Path
        Folder with executed notebooks, their pages, figures, results.json and index.html.
    effort : str
        ``quick`` or ``full``.
    seconds : float
        Time from start to end.
    recorded : int or None
        Number of entries of findings.toml that changed, when recording was asked for.
    """

    runs: tuple[Run, ...]
    out: Path
    effort: str
    seconds: float
    recorded: int | None = None

    @property
    def ok(self) -> bool:
        """True when every notebook ran to its end and every finding came out as expected."""
        return all(run.ok for run in self.runs)

    @property
    def checks(self) -> tuple[Check, ...]:
        """All comparisons, in the order of notebooks."""
        return tuple(check for run in self.runs for check in run.checks)

    def tidy(self) -> pd.DataFrame:
        """One row per finding: notebook, finding, found, expected, Monte Carlo error, allowed difference, status."""
        import pandas as pd

        rows = [
            {
                "notebook": check.notebook,
                "finding": check.name,
                "found": check.found.value if check.found else None,
                "expected": check.expected.value if check.expected else None,
                "mc_error": check.found.mc_error if check.found else None,
                "allowed": check.expected.allowed if check.expected else None,
                "status": check.status,
            }
            for check in self.checks
        ]
        columns = ["notebook", "finding", "found", "expected", "mc_error", "allowed", "status"]
        return pd.DataFrame(rows, columns=columns, dtype=object)
