"""The annotations of a run: one row for each document, as Parquet or as JSON lines.

====================  =====================  ======================================================================
column                type                   meaning
====================  =====================  ======================================================================
id                    string                 as in the input, or what stands for it there
source                string                 name of the input file
offset                int64                  byte of the (unpacked) file at which the record begins; row of a Parquet file
screen_score          float32                of the screen; 0 and above is sent on to the reader. No verdict.
reader_score          float32, null          of the reader; null where the document was not sent on
false_positive_rate   float64, null          share of ordinary documents that would score as high
spun                  bool                   whether the document reads as spun
share                 float32, null          share of its words that look swapped
spinner               string, null           family of spinner that explains it best
spans                 list of structs, null  swapped words: start, end (code points of the text), score (confidence)
note                  string, null           remark of the reader
error                 string, null           why the document was skipped
====================  =====================  ======================================================================

In JSON lines a span is ``[start, end, score]``, and what is null is left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import orjson

from unspin.corpus.formats import output
from unspin.corpus.pieces import Part
from unspin.corpus.plan import AnnotationFormat

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["layout", "schema", "table", "to_bytes", "to_jsonl"]

_NAMES: Final = {
    "unspin_screen": "screen_score",
    "unspin_score": "reader_score",
    "unspin_rate": "false_positive_rate",
    "unspin_spun": "spun",
    "unspin_share": "share",
    "unspin_spinner": "spinner",
    "unspin_spans": "spans",
    "unspin_note": "note",
    "unspin_error": "error",
}


def schema() -> pa.Schema:
    """Names and types of the columns."""
    import pyarrow as pa

    from unspin.corpus.annotate import COLUMNS

    place = [("id", pa.string()), ("source", pa.string()), ("offset", pa.int64())]
    return pa.schema([*place, *((_NAMES[field.name], field.type) for field in COLUMNS)])


def table(annotated: pa.RecordBatch, parts: tuple[Part, ...]) -> pa.RecordBatch:
    """The annotations alone, from an annotated batch whose rows come from ``parts``."""
    import pyarrow as pa

    sources = pa.concat_arrays([pa.repeat(pa.scalar(part.source.name), part.rows) for part in parts])
    columns = [annotated.column("id"), sources, annotated.column("offset")]
    columns += [annotated.column(name) for name in _NAMES]
    return pa.RecordBatch.from_arrays(
        [column.cast(field.type) for column, field in zip(columns, schema(), strict=True)], schema=schema()
    )


def to_bytes(rows: pa.RecordBatch, format: AnnotationFormat) -> bytes:
    """The annotations of a chunk as they lie in its segment."""
    return to_jsonl(rows) if format == "jsonl" else output.to_bytes(rows)


def layout(format: AnnotationFormat) -> output.Layout:
    """How the bytes of segments become one file."""
    return output.PLAIN if format == "jsonl" else output.parquet(schema())


def to_jsonl(rows: pa.RecordBatch) -> bytes:
    """The same as JSON lines."""
    return b"".join(orjson.dumps(_shown(row), option=orjson.OPT_APPEND_NEWLINE) for row in rows.to_pylist())


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    shown = {name: value for name, value in row.items() if value is not None}
    if "spans" in shown:
        shown["spans"] = [[span["start"], span["end"], _short(span["score"])] for span in shown["spans"]]
    for name in ("screen_score", "reader_score", "share"):
        if name in shown:
            shown[name] = _short(shown[name])
    return shown


def _short(value: float) -> float:
    """A float32 with the digits that it has."""
    return float(f"{value:.7g}")
