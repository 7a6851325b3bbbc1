"""``python -m sahelkit.build NAME ...``: make curated tables anew from pinned upstream files."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from sahelkit.build.engine import build_dataset, build_order, renew_index
from sahelkit.errors import SahelkitError


def main(arguments: list[str] | None = None) -> int:
    """Build the named datasets; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m sahelkit.build", description="Build curated tables.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="datasets to build")
    parser.add_argument("--all", action="store_true", help="build every dataset")
    parser.add_argument("--sources", metavar="DIR", help="folder with the pinned upstream files")
    parser.add_argument("--out", metavar="DIR", type=Path, help="write here instead of the dataset's folder")
    parser.add_argument("--world", action="store_true", help="the larger table that only its user may hold")
    parser.add_argument("--index", action="store_true", help="only renew registry.txt and datapackage.json")
    options = parser.parse_args(arguments)
    if not (options.names or options.all or options.index):
        parser.error("name a dataset, or type --all or --index")
    if options.world and options.out is None:
        parser.error("--world needs --out DIR: the larger table may not replace the shipped one")
    if options.sources:
        os.environ["SAHELKIT_MIRRORS"] = str(Path(options.sources).resolve())
    try:
        for name in build_order() if options.all else options.names:
            folder = options.out / name if options.out is not None else None
            written = build_dataset(name, out=folder, function="build_world" if options.world else "build")
            for path in written.values():
                print(f"{name}: {path.name} {path.stat().st_size:,} bytes")
        if options.out is None:
            renew_index()
    except SahelkitError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
