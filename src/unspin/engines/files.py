"""The files of a corpus as Arrow batches, for engines that cannot read them: WET, WARC, compressed JSONL, from anywhere.

All formats and URLs of ``unspin scan`` (``unspin.corpus``). Each worker of a cluster is given some files and reads them
here, one chunk of a few megabytes after the other, so that no file need fit into memory.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from unspin.errors import InputError, MissingExtra

try:
    import pyarrow as pa
except ModuleNotFoundError as error:
    raise MissingExtra("scan", "reading a corpus") from error

from unspin.corpus import formats
from unspin.corpus.formats import Columns
from unspin.corpus.sources import discover, shown

if TYPE_CHECKING:
    from unspin.corpus.formats import Chunk
    from unspin.corpus.sources import Source

__all__ = ["DOCUMENTS", "Columns", "read_files", "read_stream"]

DOCUMENTS: Final = pa.schema(
    [("id", pa.string()), ("source", pa.string()), ("offset", pa.int64()), ("text", pa.string())]
)
"""What is read of a document: identifier, file, where in it the document begins (as ``unspin scan`` has it), text."""

_DEFAULT: Final = Columns()
_log = logging.getLogger(__name__)


def read_files(inputs: Iterable[str], columns: Columns = _DEFAULT) -> Iterator[pa.RecordBatch]:
    """The documents of some files, in batches of the columns :data:`DOCUMENTS`.

    A file that cannot be read, or the rest of one that is damaged, is logged in one line and left out; so are records that
    hold no document. The others go on: one bad file in 90,000 should not end a job.

    Args:
        inputs: files, folders, patterns, or URLs of any of these that fsspec knows.
        columns: where text and identifier stand; for WARC and WET a header of the record, ``Columns(id="WARC-Target-URI")``.

    Raises:
        MissingExtra: a library for one of the formats is not installed.
    """
    found = discover(list(inputs))
    for error in found.errors:
        _log.warning("%s", error)
    for source in found.sources:
        try:
            for chunk in _chunks(source, columns):
                yield _batch(chunk, source)
        except InputError as error:
            _log.warning("%s", error)


def read_stream(inputs: Iterable[str], columns: Columns = _DEFAULT) -> pa.RecordBatchReader:
    """The same as one stream, for ``annotate_stream`` and for whatever reads Arrow."""
    return pa.RecordBatchReader.from_batches(DOCUMENTS, read_files(inputs, columns))


def _chunks(source: Source, columns: Columns) -> Iterator[Chunk]:
    for split in formats.splits(source, columns):
        for chunk in formats.read(source, split, columns, keep=False):
            for failure in chunk.failures:
                _log.warning("%s: at %d: %s", shown(source.url), failure.offset, failure.reason)
            yield chunk


def _batch(chunk: Chunk, source: Source) -> pa.RecordBatch:
    ids, texts, offsets = (chunk.batch.column(name) for name in ("id", "text", "offset"))
    sources = pa.repeat(pa.scalar(source.url), chunk.batch.num_rows)
    return pa.RecordBatch.from_arrays([ids, sources, offsets, texts.cast(pa.string())], schema=DOCUMENTS)
