"""Stub."""
from __future__ import annotations
from pathlib import Path
import glob
import narwhals.stable.v2 as nw
from dataclasses import dataclass
from typing import Any
from sahelkit.events.layouts import LAYOUTS, Layout

@dataclass(frozen=True)
class Source:
    layout: Layout
    files: tuple[str, ...]
    columns: tuple[str, ...]
    columnar: bool
    native: Any
    size: int = 0
    decimal: str = "."
    def note(self): return {"layout": self.layout.name, "files": len(self.files)}
    def frames(self, columns, *, numbered=False):
        if self.native is not None:
            frame = nw.from_native(self.native)
            if numbered: frame = nw.from_native(frame.to_native().with_row_index("row",offset=1)).with_columns(file=nw.lit("frame"))
            yield frame.select(*columns, *(["file","row"] if numbered else []))
            return
        try:
            import polars as pl
        except ImportError:
            import pyarrow.dataset as ds, pyarrow.csv as pc, pyarrow as pa
            for file in self.files:
                fmt = "parquet" if file.endswith("parquet") else ds.CsvFileFormat(convert_options=pc.ConvertOptions(column_types={c: pa.string() for c in columns}))
                row = 1
                for b in ds.dataset(file, format=fmt).to_batches(columns=list(columns)):
                    t = pa.Table.from_batches([b])
                    if numbered:
                        t = t.append_column("file", pa.array([file]*len(t))).append_column("row", pa.array(range(row,row+len(t))))
                        row += len(t)
                    yield nw.from_native(t)
            return
        for files in ([[f] for f in self.files] if numbered else [list(self.files)]):
            lf = pl.scan_parquet(files) if self.columnar else pl.scan_csv(files, infer_schema=False)
            if numbered: lf = lf.with_row_index("row", offset=1).with_columns(file=pl.lit(files[0]))
            yield nw.from_native(lf).select(*columns, *(["file","row"] if numbered else []))

def open_source(source, *, layout) -> Source:
    lay = LAYOUTS[layout]
    if isinstance(source, (str, Path)):
        files = tuple(sorted(glob.glob(str(source))))
        col = files[0].endswith("parquet")
        return Source(lay, files, (), col, None)
    import pandas as pd
    if isinstance(source, pd.DataFrame):
        import pyarrow as pa; source = pa.Table.from_pandas(source)
    return Source(lay, ("frame",), (), True, source)
