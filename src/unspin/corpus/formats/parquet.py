"""Parquet: a split is a few row groups, a chunk some rows of one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from unspin.corpus.formats import tables
from unspin.corpus.formats.chunks import ROWS, SIZE, SPLIT, Chunk, Columns, Guard, Position, Split, in_a_line
from unspin.corpus.formats.files import open_native
from unspin.corpus.formats.output import Layout
from unspin.corpus.sources import Source, shown
from unspin.errors import CorruptInput, UnknownFormat

if TYPE_CHECKING:
    from pyarrow import parquet

__all__ = ["layout", "read", "splits"]

_MAGIC: Final = b"PAR1"
_BUFFER: Final = 1024**2  # bytes of a column that are read at once; a row group is never held whole


def splits(source: Source, columns: Columns) -> list[Split]:
    """Row groups, together about :data:`SPLIT` bytes as stored.

    Raises:
        UnknownFormat: it is not Parquet, or encrypted.
        CorruptInput: its end, where the columns are described, is missing or damaged.
        InputError: it has no such column of text.
        MissingInput: it cannot be read.
    """
    with _Opened(source) as file:
        tables.check(file.schema_arrow, columns, source)
        made: list[Split] = []
        first = size = 0
        for group in range(file.num_row_groups):
            size += _stored(file, group)
            if size >= SPLIT or group == file.num_row_groups - 1:
                made.append(Split(len(made), first, group + 1, size))
                first, size = group + 1, 0
    return made or [Split(0, 0, 0, 0)]


def layout(source: Source) -> Layout:
    """The same columns and codec."""
    with _Opened(source) as file:
        metadata = file.metadata
        codec = "ZSTD"
        if metadata.num_row_groups and metadata.num_columns:
            codec = metadata.row_group(0).column(0).compression
        # LZO and the old LZ4 can be read in part and not be written.
        return Layout("parquet", file.schema_arrow, "NONE" if codec == "UNCOMPRESSED" else _CODECS.get(codec, "ZSTD"))


_CODECS: Final = {name: name for name in ("SNAPPY", "GZIP", "BROTLI", "ZSTD", "LZ4")}


def read(
    source: Source, split: Split, columns: Columns, position: Position | None, keep: bool, guard: Guard
) -> Iterator[Chunk]:
    """As :func:`unspin.corpus.formats.read`."""
    with _Opened(source) as file:
        at = position or {"group": split.start, "row": 0}
        wanted = None if keep else tables.needed(file.schema_arrow, columns)
        for group in range(at["group"], split.end):
            skip = at["row"] if group == at["group"] else 0
            yield from _group(file, group, source, columns, skip, wanted)


def _group(
    file: parquet.ParquetFile, group: int, source: Source, columns: Columns, skip: int, wanted: list[str] | None
) -> Iterator[Chunk]:
    """The chunks of a row group after the first ``skip`` rows. They never reach over the batches of Arrow's reader."""
    metadata = file.metadata
    rows = metadata.row_group(group).num_rows
    before = sum(metadata.row_group(i).num_rows for i in range(group))
    stored = _stored(file, group)
    row = 0
    batches = file.iter_batches(_batch_size(file, group), [group], columns=wanted, use_threads=False)
    while row < rows and (batch := _next(batches, source, group)) is not None:
        if row + batch.num_rows > skip:
            for start, end in tables.cuts(batch, columns):
                if row + start < skip:
                    continue
                made = tables.documents(
                    batch.slice(start, end - start), columns, before + row + start, source, wanted is None
                )
                done = row + end
                after = {"group": group, "row": done} if done < rows else {"group": group + 1, "row": 0}
                yield Chunk(made[0], made[1], after, made[2], stored * done // rows - stored * (row + start) // rows)
        row += batch.num_rows
    if row < rows:
        raise _corrupt(source, f"row group {group} has {row:,} rows instead of {rows:,}")


def _next(batches: Iterator[Any], source: Source, group: int) -> Any:
    import pyarrow as pa

    try:
        return next(batches, None)
    except (pa.ArrowException, OSError, MemoryError) as error:
        raise _corrupt(source, f"row group {group} is damaged ({in_a_line(error)})") from error


def _stored(file: parquet.ParquetFile, group: int) -> int:
    described = file.metadata.row_group(group)
    size: int = sum(described.column(i).total_compressed_size for i in range(described.num_columns))
    return size


def _batch_size(file: parquet.ParquetFile, group: int) -> int:
    """Rows that together are about a chunk, by their mean size; at most a chunk's rows."""
    described = file.metadata.row_group(group)
    return max(1, min(ROWS, SIZE * int(described.num_rows) // max(1, int(described.total_byte_size))))


class _Opened:
    """A Parquet file that is closed after use; what is wrong with it is said in a line."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def __enter__(self) -> parquet.ParquetFile:
        import pyarrow as pa
        from pyarrow import parquet

        self._handle = open_native(self._source.url)
        try:
            if self._handle.read(4) != _MAGIC:
                raise UnknownFormat(
                    f"{shown(self._source.url)}: not Parquet, whatever its name; check how it was written"
                )
            return parquet.ParquetFile(self._handle, pre_buffer=False, buffer_size=_BUFFER)
        except (pa.ArrowException, OSError) as error:
            self._handle.close()
            raise _corrupt(self._source, f"its end is missing or damaged ({in_a_line(error)})") from error
        except BaseException:
            self._handle.close()
            raise

    def __exit__(self, *_: object) -> None:
        self._handle.close()


def _corrupt(source: Source, what: str) -> CorruptInput:
    return CorruptInput(f"{shown(source.url)}: {what}; fetch the file again")
