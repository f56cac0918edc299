"""Arrow tables and streams, annotated: for Polars, DuckDB, pandas, Hugging Face datasets, and whatever speaks Arrow.

    polars.from_arrow(annotate_table(frame))
    duckdb.sql("…").arrow()  →  annotate_stream(…)

Anything with the method ``__arrow_c_stream__`` will do (the Arrow PyCapsule interface), so none of those libraries is
imported here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Protocol

from unspin.errors import MissingExtra, OptionError

try:
    import pyarrow as pa
except ModuleNotFoundError as error:
    raise MissingExtra("scan", "annotating Arrow data") from error

from unspin.scan.annotate import COLUMNS, added, annotate
from unspin.scan.options import SETTINGS, Options
from unspin.settings import Settings

__all__ = [
    "SETTINGS",
    "COLUMNS",
    "ROWS",
    "ArrowStream",
    "Options",
    "Settings",
    "added",
    "annotate_batches",
    "annotate_stream",
    "annotate_table",
    "annotate_texts",
    "annotated_schema",
    "check_columns",
]

_TEXT = ""
"""A name that no column of the restored text has."""
OPTIONS = Options()
ROWS = 4_096
"""Rows that are annotated at a time, at most: bounds the memory that a long table takes, and changes no value."""


class ArrowStream(Protocol):
    """A table in columns: ``pyarrow.Table``, ``polars.DataFrame``, a DuckDB relation, a pandas data frame."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> Any:  # noqa: D105
        ...


def check_columns(names: Iterable[str], options: Options) -> None:
    """See to it, before anything is sent anywhere, that a table can be annotated.

    Args:
        names: the names of its columns.
        options: among them the column of the text.

    Raises:
        OptionError: the text column is not there, or a column that would be appended is.
    """
    there = set(names)
    if options.text_column not in there:
        known = ", ".join(sorted(there)) or "none"
        raise OptionError(f"there is no column {options.text_column!r} (there are: {known}); name it as text_column")
    if taken := [field.name for field in added(options) if field.name in there]:
        raise OptionError(f"the column {taken[0]!r} is already there; drop or rename it first")


def annotated_schema(schema: pa.Schema, options: Options = OPTIONS) -> pa.Schema:
    """What becomes of a schema: its own columns, those of ``unspin.scan.annotate``, and one for the restored text if asked for.

    Raises:
        OptionError: as :func:`check_columns`.
    """
    check_columns(schema.names, options)
    return pa.schema([*schema, *added(options)], metadata=schema.metadata)


def annotate_batches(
    batches: Iterable[pa.RecordBatch], settings: Settings = SETTINGS, options: Options = OPTIONS
) -> Iterator[pa.RecordBatch]:
    """Annotate batches as they come, never more than :data:`ROWS` rows at a time.

    Raises:
        OptionError: as ``unspin.scan.annotate.annotate``.
    """
    for batch in batches:
        for start in range(0, max(batch.num_rows, 1), ROWS):
            yield annotate(batch.slice(start, ROWS), settings, options)


def annotate_stream(
    data: ArrowStream, settings: Settings = SETTINGS, options: Options = OPTIONS
) -> pa.RecordBatchReader:
    """Annotate a stream as it is read, so that neither what goes in nor what comes out need fit into memory.

    Args:
        data: the rows; read once, when the result is.
        settings: how documents are read, the operating point above all.
        options: the text column, with or without spans and restored text, and limits.

    Raises:
        OptionError: as :func:`check_columns`.
    """
    reader = pa.RecordBatchReader.from_stream(data)
    return pa.RecordBatchReader.from_batches(
        annotated_schema(reader.schema, options), annotate_batches(reader, settings, options)
    )


def annotate_table(data: ArrowStream, settings: Settings = SETTINGS, options: Options = OPTIONS) -> pa.Table:
    """Annotate a table that fits into memory: its columns as they are, in the same order of rows, with more.

    Raises:
        OptionError: as :func:`check_columns`.
    """
    return annotate_stream(data, settings, options).read_all()


def annotate_texts(
    texts: Sequence[str], settings: Settings = SETTINGS, options: Options = OPTIONS
) -> list[dict[str, Any]]:
    """What there is to say of each text, by name of column, as plain values of Python; for engines without Arrow.

    With a restored column, be it that of the text, the restored text is there too: None where all stays as it is.
    """
    column = pa.array([_encodable(text) for text in texts], pa.large_string())
    batch = pa.RecordBatch.from_arrays([column], [_TEXT])
    asked = replace(options, text_column=_TEXT)
    return [
        values for part in annotate_batches([batch], settings, asked) for values in part.drop_columns(_TEXT).to_pylist()
    ]


def _encodable(text: str) -> str:
    """The same text with as many code points; halves of surrogate pairs, which Arrow cannot hold, become "?"."""
    return text.encode("utf-8", "replace").decode("utf-8")
