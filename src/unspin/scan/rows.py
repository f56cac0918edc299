"""The rows that a run writes: one for each document, and one for each record that could not be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import orjson

from unspin.corpus.formats import Failure

if TYPE_CHECKING:
    import pyarrow as pa

    from unspin.corpus.formats.output import Layout

__all__ = ["RowFormat", "Rows"]

RowFormat = Literal["parquet", "jsonl"]


@dataclass(frozen=True, slots=True)
class Rows:
    """What stands in the rows.

    Each begins with ``id`` as in the input, or what stands for it there; ``source``, the name of the input file; and
    ``offset``, the byte of the (unpacked) file at which the record begins, or the row of a Parquet file.

    Attributes:
        columns: those that come after, with the names that they are written under.
        names: the name of each in an annotated batch.
        errors: which of ``columns`` says why a document was skipped, or why a record could not be read.
    """

    columns: pa.Schema
    names: Sequence[str]
    errors: str = "error"

    @property
    def schema(self) -> pa.Schema:
        """Names and types of all columns."""
        import pyarrow as pa

        return pa.schema([("id", pa.string()), ("source", pa.string()), ("offset", pa.int64()), *self.columns])

    @property
    def error(self) -> str:
        """The name of the column of errors in an annotated batch."""
        place: int = self.columns.names.index(self.errors)
        return self.names[place]

    def of(self, annotated: pa.RecordBatch, failures: Sequence[Failure], name: str) -> pa.RecordBatch:
        """The rows of a chunk, in the order of the input.

        Args:
            annotated: columns ``id`` and ``offset``, perhaps ``source``, and :attr:`names`.
            failures: the records that could not be read.
            name: of the source, where it is one file.
        """
        import pyarrow as pa

        if "source" in annotated.schema.names:
            sources = annotated.column("source")
        else:
            sources = pa.repeat(pa.scalar(name), annotated.num_rows)
        columns = [annotated.column("id"), sources, annotated.column("offset")]
        columns += [annotated.column(of) for of in self.names]
        schema = self.schema
        rows = pa.RecordBatch.from_arrays(
            [column.cast(field.type) for column, field in zip(columns, schema, strict=True)], schema=schema
        )
        if not failures:
            return rows
        rows = pa.concat_batches([rows, self._failed(failures, name)])
        places = list(zip(rows.column("source").to_pylist(), rows.column("offset").to_pylist(), strict=True))
        return rows.take(pa.array(sorted(range(len(places)), key=places.__getitem__), pa.int64()))

    def _failed(self, failures: Sequence[Failure], name: str) -> pa.RecordBatch:
        """Rows of records that could not be read."""
        import pyarrow as pa

        made = [
            {
                "id": failure.id or f"{failure.source or name}:{failure.offset}",
                "source": failure.source or name,
                "offset": failure.offset,
                self.errors: failure.reason,
            }
            for failure in failures
        ]
        return pa.RecordBatch.from_pylist(made, self.schema)

    def to_bytes(self, rows: pa.RecordBatch, format: RowFormat) -> bytes:
        """The rows of a chunk as they lie in its segment.

        In JSON lines what is null is left out, a struct is the list of its values, and a float32 has the digits that it has.
        """
        from unspin.corpus.formats import output

        if format == "parquet":
            return output.to_bytes(rows)
        types = {field.name: field.type for field in rows.schema}
        return b"".join(orjson.dumps(_line(row, types), option=orjson.OPT_APPEND_NEWLINE) for row in rows.to_pylist())

    def layout(self, format: RowFormat) -> Layout:
        """How the bytes of segments become one file."""
        from unspin.corpus.formats import output

        return output.PLAIN if format == "jsonl" else output.parquet(self.schema)


def _line(row: Mapping[str, Any], types: Mapping[str, pa.DataType]) -> dict[str, Any]:
    """A row as JSON."""
    return {name: _plain(value, types[name]) for name, value in row.items() if value is not None}


def _plain(value: Any, type: pa.DataType) -> Any:
    import pyarrow as pa

    if value is None:
        return None
    if pa.types.is_float32(type):
        return float(f"{value:.7g}")
    if pa.types.is_list(type):
        return [_plain(each, type.value_type) for each in value]
    if pa.types.is_struct(type):
        return [_plain(value[field.name], field.type) for field in type]
    return value
