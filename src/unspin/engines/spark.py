"""Spark data frames of documents, read, annotated and traced by ``mapInArrow``: rows go to Python and back as Arrow batches.

The executors run Python too, and there unspin must be installed as it is on the driver: the environment variable
``PYSPARK_PYTHON`` names the interpreter that they start. See docs/engines.md for shipping one to a cluster.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from unspin import crawl
from unspin.engines.arrow import OPTIONS, ROWS, SETTINGS, Options, Settings, added, annotate_batches, check_columns
from unspin.engines.files import DOCUMENTS, Columns, read_files
from unspin.errors import MissingExtra

try:
    from pyspark.sql import types
except ModuleNotFoundError as error:
    raise MissingExtra("spark", "annotating a Spark data frame") from error

if TYPE_CHECKING:
    import os

    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession

__all__ = ["Columns", "Options", "Settings", "Tracing", "annotate_frame", "read_frame", "trace_frame"]

Tracing = crawl.Options
"""How pages are looked for: the options of :func:`trace_frame`."""
_COLUMNS = Columns()
_TRACING = Tracing()
_TYPES = {
    "bool": types.BooleanType(),
    "double": types.DoubleType(),
    "float": types.FloatType(),
    "int64": types.LongType(),
    "string": types.StringType(),
}
"""Spark's names for the plain types of the columns, by Arrow's."""


def annotate_frame(frame: DataFrame, settings: Settings = SETTINGS, options: Options = OPTIONS) -> DataFrame:
    """Append the columns of ``unspin.scan.annotate`` to a data frame and restore it if asked, lazily like any step of Spark.

    Args:
        frame: with a text column of strings.
        settings: how documents are read, the operating point above all.
        options: the text column, with or without spans and restored text, and limits.

    Raises:
        OptionError: the text column is not there, or a column that would be appended is.
    """
    check_columns(frame.columns, options)

    def annotated(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        return annotate_batches(batches, settings, options)

    return frame.mapInArrow(annotated, types.StructType([*frame.schema.fields, *map(_field, added(options))]))


def trace_frame(frame: DataFrame, index: str | os.PathLike[str], tracing: Tracing = _TRACING) -> DataFrame:
    """Append the columns of ``unspin.crawl.annotate`` to a data frame: for each page the source that an archive has of it.

    Each Python process of an executor opens the archive once, so its folder must be there for all of them, under one path. It
    is the same archive for all: one that was changed since this call ends the job with a line that says so.

    Args:
        frame: with a text column of strings.
        index: the folder of the archive, made with ``unspin index``.
        tracing: the text column, what is claimed, with or without the reader, and limits.

    Raises:
        OptionError: the text column is not there, or a column that would be appended is.
        MissingInput: there is no such archive, or nothing in it.
        DamagedData: it is of another version, or damaged.
        MissingExtra: ``unspin[trace]`` is not installed.
    """
    from unspin.crawl.annotate import COLUMNS, annotate, check_columns, opened

    check_columns(frame.columns, tracing)
    plan = crawl.Plan.against(index)
    folder, state = plan.index, plan.state

    def traced(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        archive = opened(folder, state)
        for batch in batches:
            for start in range(0, max(batch.num_rows, 1), ROWS):
                yield annotate(batch.slice(start, ROWS), archive, tracing)

    return frame.mapInArrow(traced, types.StructType([*frame.schema.fields, *map(_field, COLUMNS)]))


def read_frame(session: SparkSession, urls: Sequence[str], columns: Columns = _COLUMNS) -> DataFrame:
    """The documents of files that Spark itself cannot read, such as WET, each file in a task of its own.

    Args:
        session: the Spark to read with.
        urls: what each task reads, in any format and from anywhere that ``unspin.engines.files.read_files`` knows.
        columns: where text and identifier stand.

    Returns:
        A frame of the columns ``unspin.engines.files.DOCUMENTS``.
    """

    def documents(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield from read_files([urls[number] for number in batch.column("id").to_pylist()], columns)

    # A range has just one number in each of its partitions, without a shuffle.
    numbers = session.range(0, len(urls), 1, max(len(urls), 1))
    return numbers.mapInArrow(documents, types.StructType([*map(_field, DOCUMENTS)]))


def _field(field: pa.Field) -> types.StructField:
    return types.StructField(field.name, _type(field.type))


def _type(arrow: pa.DataType) -> types.DataType:
    # Spark has such a function, but not among what it promises to keep.
    if hasattr(arrow, "value_field"):
        return types.ArrayType(_type(arrow.value_type))
    if arrow.num_fields:
        return types.StructType([_field(arrow.field(i)) for i in range(arrow.num_fields)])
    return _TYPES[str(arrow)]
