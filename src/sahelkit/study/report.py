"""index.html and results.json: everything that a reproduction found, on one page and for machines."""

from __future__ import annotations

import json
import platform
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib import metadata
from typing import Any

from sahelkit._types import Lang
from sahelkit.errors import SahelkitError
from sahelkit.study.claims import CLAIMS_FILE
from sahelkit.study.expected import Check, tolerance_text
from sahelkit.study.outcome import Reproduction, Run
from sahelkit.study.pages import duration, environment
from sahelkit.study.recorded import check_effort
from sahelkit.study.scoreboard import Scoreboard, scoreboard
from sahelkit.study.values import interval_text, number_text, size_text
from sahelkit.study.words import WORDS

_PACKAGES = (
    "numpy",
    "pandas",
    "scipy",
    "statsmodels",
    "xarray",
    "pyarrow",
    "joblib",
    "matplotlib",
    "seaborn",
    "nbclient",
)


@dataclass(frozen=True, slots=True)
class Dataset:
    """Name, title, version and licence of a dataset, as the report shows them."""

    name: str
    title: str
    version: str
    licence: str


def write_report(result: Reproduction, *, lang: Lang) -> None:
    """Write index.html and results.json into the folder of `result`."""
    (result.out / "index.html").write_text(index_page(result, lang=lang), encoding="utf-8")
    text = json.dumps(results(result), ensure_ascii=False, indent=1, allow_nan=False)
    (result.out / "results.json").write_text(text + "\n", encoding="utf-8")


def versions() -> dict[str, str]:
    """Versions of sahelkit, Python and the packages that numbers depend on."""
    import sahelkit

    found = {"sahelkit": sahelkit.__version__, "Python": platform.python_version()}
    for name in _PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def data_versions(lang: Lang) -> list[Dataset]:
    """The datasets of this installation; those whose record is damaged are left out."""
    from sahelkit.catalog import record
    from sahelkit.catalog.locate import datasets_dir

    found = []
    for path in sorted(datasets_dir().glob("*/record.toml")):
        try:
            item = record(path.parent.name)
        except SahelkitError:
            continue
        title = item.title_fr if lang == "fr" else item.title_en
        found.append(Dataset(item.name, title, item.version, item.licence))
    return found


def judged(result: Reproduction) -> tuple[Scoreboard | None, str]:
    """The claims, judged by the numbers of this run and, for notebooks that were not run, by the recorded ones.

    No scoreboard where the folder of the notebooks holds no claims, or claims that cannot be judged; the text then says
    why. A damaged file costs the scoreboard, not the report of a long run.
    """
    folder = result.runs[0].notebook.path.parent if result.runs else None
    if folder is None or not (folder / CLAIMS_FILE).exists():
        return None, ""
    found = {(run.notebook.name, item.name): item for run in result.runs for item in run.findings}
    try:
        return scoreboard(effort=check_effort(result.effort), found=found, folder=folder), ""
    except SahelkitError as error:
        return None, str(error)


def _claims_json(board: Scoreboard | None) -> list[dict[str, Any]]:
    if board is None:
        return []
    shown = board.tidy().set_index("claim_id")[["verdict", "figure", "notebook", "finding"]]
    return [{"claim_id": name, **row} for name, row in shown.to_dict(orient="index").items()]


def results(result: Reproduction) -> dict[str, Any]:
    """What results.json says."""
    return {
        "ok": result.ok,
        "effort": result.effort,
        "seconds": round(result.seconds, 1),
        "software": versions(),
        "data": {item.name: item.version for item in data_versions("en")},
        "claims": _claims_json(judged(result)[0]),
        "notebooks": [
            {
                "name": run.notebook.name,
                "title": run.notebook.title,
                "ok": run.ok,
                "seconds": round(run.seconds, 1),
                "failure": asdict(run.failure) if run.failure else None,
                "findings": [_check_json(check) for check in run.checks],
                "figures": [
                    {"file": f"figures/{f.file}", "caption_en": f.caption_en, "caption_fr": f.caption_fr}
                    for f in run.figures
                ],
            }
            for run in result.runs
        ],
    }


def _check_json(check: Check) -> dict[str, Any]:
    said: dict[str, Any] = {"name": check.name, "status": check.status}
    if check.found is not None:
        said["found"] = {key: value for key, value in asdict(check.found).items() if key != "name"}
    if check.expected is not None:
        said["expected"] = {
            "value": check.expected.value,
            "allowed": check.expected.allowed,
            "mc_error": check.recorded_error,
        }
    return said


def verdict(result: Reproduction, words: dict[str, str]) -> list[str]:
    """The sentences that say how it went."""
    stopped = sum(run.failure is not None for run in result.runs)
    n = len(result.checks)
    different = sum(check.status in ("differs", "missing", "repeated") for check in result.checks)
    new = sum(check.status == "new" for check in result.checks)
    said = []
    if stopped:
        said.append(words["stopped"].format(k=stopped, n=len(result.runs)))
    if different:
        said.append(words["some_differ"].format(k=different, n=n))
    if new:
        said.append(words["unrecorded"].format(k=new, n=n))
    if not said:
        said.append(words["all_same" if n > 1 else "one_same" if n else "none"].format(n=n))
    return said


def index_page(result: Reproduction, *, lang: Lang) -> str:
    """The page as text."""
    words = WORDS[lang]
    board, trouble = judged(result)
    page: str = (
        environment()
        .get_template("report.html.j2")
        .render(
            result=result,
            words=words,
            lang=lang,
            verdict=verdict(result, words),
            when=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
            time=duration(result.seconds, lang),
            same=sum(check.status == "same" for check in result.checks),
            whole=sum(run.failure is None for run in result.runs),
            figures=sum(len(run.figures) for run in result.runs),
            sections=_sections(result, lang),
            board=board,
            claims_trouble=trouble,
            claims=[] if board is None else board.tidy(lang=lang).to_dict(orient="records"),
            run_names={run.notebook.name for run in result.runs},
            data=data_versions(lang),
            software=versions(),
            citations=_citations(),
        )
    )
    return page


def _sections(result: Reproduction, lang: Lang) -> list[dict[str, Any]]:
    words = WORDS[lang]
    sections: list[dict[str, Any]] = []
    shown = 0
    for run in result.runs:
        states = {check.status for check in run.checks} - {"same"}
        state = "failed" if run.failure else "same" if run.ok else "new" if states == {"new"} else "differs"
        sections.append(
            {
                "run": run,
                "state": state,
                "badge": words[state] if run.failure or run.checks else words["ran"],
                "why": _why(run, words),
                "time": duration(run.seconds, lang),
                "rows": [_row(check, lang) for check in run.checks],
                "figures": list(enumerate(run.figures, start=shown + 1)),
            }
        )
        shown += len(run.figures)
    return sections


def _why(run: Run, words: dict[str, str]) -> str:
    """Why a notebook needs a look, in one line."""
    parts = []
    if run.failure:
        where = words["stopped_at"].format(cell=run.failure.cell) if run.failure.cell else words["not_started"]
        parts.append(f"{where}: {run.failure.error.splitlines()[0]}")
    for status in ("differs", "missing", "new", "repeated"):
        names = [check.name for check in run.checks if check.status == status]
        if names:
            more = f" … ({len(names)})" if len(names) > 3 else ""
            parts.append(f"{words[status]}: {', '.join(names[:3])}{more}")
    return "; ".join(parts)


def _row(check: Check, lang: Lang) -> dict[str, str]:
    words = WORDS[lang]
    found, wanted = check.found, check.expected
    details = []
    if found:
        details = [interval_text(found, lang) and f"{words['interval']} {interval_text(found, lang)}"]
        details.append(size_text(found, lang))
    return {
        "text": found.text(lang) if found else check.name,
        "name": check.name,
        "found": number_text(found.value, lang, error=found.mc_error) if found else "—",
        "unit": found.unit if found else "",
        "details": "; ".join(part for part in details if part),
        "expected": number_text(wanted.value, lang, error=check.recorded_error) if wanted else "—",
        "allowed": tolerance_text(wanted, lang),
        "status": check.status,
        "said": words[check.status],
    }


def _citations() -> list[str]:
    from sahelkit.catalog.citation import cite

    return str(cite(style="apa")).splitlines()
