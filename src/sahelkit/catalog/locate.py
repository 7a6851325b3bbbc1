"""Where the datasets and notebooks that came with this installation lie."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from sahelkit.errors import RecordError

_PACKAGE = Path(__file__).resolve().parents[1]


@cache
def _share(name: str, marker: str) -> Path:
    # An installed wheel carries the folders in _share/; an editable install has them at the top of the checkout.
    for folder in (_PACKAGE / "_share" / name, _PACKAGE.parents[1] / name):
        if (folder / marker).is_file():
            return folder
    raise RecordError(_PACKAGE / "_share" / name, f"this installation has no {name} folder")


def datasets_dir() -> Path:
    """Folder with one sub-folder per dataset, each with a record.toml."""
    return _share("datasets", "sources.toml")


def notebooks_dir() -> Path:
    """Folder with the notebooks and findings.toml."""
    return _share("notebooks", "findings.toml")
