"""What an executed notebook holds: its findings and its figures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sahelkit._types import Lang
from sahelkit.study.figures import METADATA_KEY
from sahelkit.study.recorded import MIME
from sahelkit.study.values import Finding


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: its notebook, its number there (from 1), its PNG in base64, its captions and the heading above it."""

    notebook: str
    number: int
    png: str
    caption_en: str
    caption_fr: str
    heading: str

    @property
    def file(self) -> str:
        """Name of the figure's file."""
        return f"{self.notebook}-{self.number}.png"

    def caption(self, lang: Lang) -> str:
        """The caption in `lang` where possible, else in the other language, else the heading above the figure."""
        both = (self.caption_en, self.caption_fr) if lang == "en" else (self.caption_fr, self.caption_en)
        return both[0] or both[1] or self.heading


def _outputs(tree: Any) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Heading above, data and metadata of every output that has data."""
    heading = ""
    for cell in tree.cells:
        if cell.cell_type == "markdown":
            heads = [line.lstrip("# ").strip() for line in cell.source.splitlines() if line.startswith("#")]
            heading = heads[-1] if heads else heading
        for output in cell.get("outputs", []):
            if "data" in output:
                yield heading, output["data"], output.get("metadata", {})


def findings(tree: Any) -> list[Finding]:
    """Findings in the order in which they were recorded."""
    return [Finding.from_json(data[MIME]) for _, data, _ in _outputs(tree) if MIME in data]


def figures(notebook: str, tree: Any) -> list[Figure]:
    """Figures in the order in which they were shown."""
    found: list[Figure] = []
    for heading, data, metadata in _outputs(tree):
        if "image/png" not in data:
            continue
        words = metadata.get(METADATA_KEY, {})
        found.append(
            Figure(
                notebook=notebook,
                number=len(found) + 1,
                png="".join(data["image/png"].split()),
                caption_en=words.get("caption_en", ""),
                caption_fr=words.get("caption_fr", ""),
                heading=heading,
            )
        )
    return found
