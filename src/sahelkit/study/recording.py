"""findings.toml written anew by developers of notebooks."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sahelkit.errors import OutputError
from sahelkit.study.expected import FOUND, Raw, expectation, read_expected
from sahelkit.study.recorded import EFFORTS
from sahelkit.study.values import Finding, Value

_NEW_FLOAT_RTOL = 1e-4  # given to a newly recorded fraction: libraries and machines differ in the last digits


def record(path: Path, found: Mapping[str, Sequence[Finding]], *, effort: str) -> int:
    """Write found values into findings.toml, keeping tolerances and notes; return how many entries changed.

    Entries of the given notebooks that were not found go away; other notebooks' entries stay as they are. A value found
    at full effort goes into the table ``full`` where it does not agree with the common value. A simulated value has no
    table of its own unless the two efforts disagree by more than chance, as they do where a quick run asks for less.
    The one with the smaller Monte Carlo error is recorded for both, and a quick run does not replace what a full one
    found. So record at quick effort first and at full effort then.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    raw = read_expected(path)
    before = json.dumps(raw, sort_keys=True)
    changed = 0
    for notebook, findings in found.items():
        old = raw.get(notebook, {})
        new = {item.name: _recorded(old.get(item.name), item, effort) for item in findings}
        changed += sum(old.get(name) != new.get(name) for name in {*old, *new})
        raw[notebook] = new
    if json.dumps(raw, sort_keys=True) == before:
        return 0
    try:
        head = _head(path.read_text(encoding="utf-8")) if path.exists() else ""
        path.write_text(head + _dump(raw), encoding="utf-8", newline="\n")
    except OSError as error:
        raise OutputError(path, error.strerror or str(error)) from None
    return changed


def _recorded(old: Mapping[str, Any] | None, item: Finding, effort: str) -> dict[str, Any]:
    value = item.value
    said: dict[str, Any] = {"na": True} if value is None else {"value": _rounded(value)}
    if item.n is not None:
        said["n"] = item.n
    for key, pair in (("interval", item.interval), ("interval_mc_error", item.interval_mc_error)):
        if pair is not None:
            said[key] = ["" if bound is None else _rounded(bound) for bound in pair]
    if item.mc_error is not None:
        said["mc_error"] = float(f"{item.mc_error:.3g}")
    if item.replicates is not None:
        said["replicates"] = item.replicates
    if old is None:
        return {**said, **({"rtol": _NEW_FLOAT_RTOL} if isinstance(value, float) else {})}
    if item.mc_error is not None:
        return _simulated(old, item.mc_error, value, said, effort)
    entry = {key: dict(part) if isinstance(part, dict) else part for key, part in old.items()}
    common = expectation({key: part for key, part in entry.items() if key not in EFFORTS}, effort)
    if effort not in entry and effort == "full" and common is not None:
        if common.meets(value):
            return entry
        entry["full"] = {}
    place = entry.get(effort, entry)
    for key in FOUND:
        place.pop(key, None)
    place.update(said)
    return entry


def _simulated(old: Mapping[str, Any], error: float, value: Value, said: dict[str, Any], effort: str) -> dict[str, Any]:
    plain = {key: part for key, part in old.items() if key not in EFFORTS}
    common = expectation(plain, effort)
    drawn = common is not None and common.mc_error is not None
    agrees = common is not None and common.against(error).meets(value)
    if effort == "quick" and agrees and common is not None and (common.mc_error or error) < error:
        return dict(old)
    if effort == "full" and drawn and not agrees:
        return {**plain, "full": said}
    kept = {key: old[key] for key in ("rtol", "note") if key in old}
    return {**said, **kept, **({"full": old["full"]} if effort == "quick" and "full" in old else {})}


def _rounded(value: Value) -> Value:
    return float(f"{value:.10g}") if isinstance(value, float) else value


def _head(text: str) -> str:
    """The comment lines at the top of the file."""
    lines: list[str] = []
    for line in text.splitlines(keepends=True):
        if line.strip() and not line.startswith("#"):
            break
        lines.append(line)
    return "".join(lines)


def _dump(raw: Raw) -> str:
    blocks = []
    for notebook in sorted(raw):
        for name in sorted(raw[notebook]):
            entry = raw[notebook][name]
            blocks.append(_block(f"{_key(notebook)}.{_key(name)}", entry))
            blocks += [_block(f"{_key(notebook)}.{_key(name)}.{e}", entry[e]) for e in EFFORTS if e in entry]
    return "\n".join(blocks)


def _block(title: str, entry: Mapping[str, Any]) -> str:
    order = (*FOUND, "tolerance", "rtol", "note")
    lines = [f"{key} = {_literal(entry[key])}" for key in order if key in entry]
    return "\n".join([f"[{title}]", *lines]) + "\n"


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else json.dumps(name)


def _literal(value: bool | int | float | str | list[float | str]) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_literal, value))}]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return str(value).lower() if isinstance(value, bool) else repr(value)
