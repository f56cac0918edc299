"""From the bytes of chunks to a file that is there whole or not at all."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, Literal

from unspin.corpus.formats.packing import pack
from unspin.corpus.sources import shown
from unspin.errors import OutputError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["PLAIN", "Layout", "assemble", "atomic", "parquet", "to_bytes"]

# A row group of Parquet is closed at this size in memory, or at this many rows.
_GROUP_BYTES: Final = 128 * 1024**2
_GROUP_ROWS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Layout:
    """How segments become a file.

    Attributes:
        kind: ``plain``, ``gzip`` and ``zstd`` are put end to end; the others are Arrow streams that are written anew.
        schema: of the columns, for those others.
        compression: codec of Parquet.
    """

    kind: Literal["plain", "gzip", "zstd", "parquet", "arrow", "arrow-file"]
    schema: pa.Schema | None = None
    compression: str = "zstd"


PLAIN: Final = Layout("plain")


def parquet(schema: pa.Schema, compression: str = "zstd") -> Layout:
    """Parquet of these columns; the segments are what :func:`to_bytes` gives."""
    return Layout("parquet", schema, compression)


def to_bytes(table: pa.Table | pa.RecordBatch) -> bytes:
    """A table as a segment of Parquet or Arrow: an Arrow IPC stream."""
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write(table)
    data: bytes = sink.getvalue().to_pybytes()
    return data


def assemble(segments: Iterable[bytes | memoryview], target: str | os.PathLike[str], layout: Layout) -> int:
    """Put segments together, one after the other, under a temporary name, and then call it by its own.

    Args:
        segments: what ``encode`` or :func:`to_bytes` gave, in order; one is held at a time.
        target: the file.
        layout: what it is to be.

    Returns:
        Bytes of the file.

    Raises:
        OutputError: it cannot be written; nothing is left of it.
    """
    with atomic(target) as file:
        if layout.kind == "parquet":
            _write_parquet(segments, file, layout)
        elif layout.schema is not None:
            _write_arrow(segments, file, layout)
        else:
            for segment in segments:
                file.write(segment)
            if not file.tell() and layout.kind in ("gzip", "zstd"):
                file.write(pack(b"", layout.kind))  # no bytes at all are no file of these formats
        return file.tell()


@contextmanager
def atomic(target: str | os.PathLike[str], *, sync: bool = True) -> Iterator[BinaryIO]:
    """A file to write that gets its name when all is on the disk, and is gone if anything fails.

    Args:
        target: the file.
        sync: without, it has its name though it may not be on the disk yet: where thousands are synced together.

    Raises:
        OutputError: it cannot be written: a full disk, no permission, a folder of that name.
    """
    path = Path(target)
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with open(temporary, "wb") as file:
                yield file
                if sync:
                    file.flush()
                    os.fsync(file.fileno())
            os.replace(temporary, path)
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise
        if sync:
            _sync(path.parent)
    except OSError as error:
        reason = (error.strerror or " ".join(str(error).split())).lower()
        raise OutputError(
            f"{shown(str(path))}: cannot be written ({reason}); make room or choose another folder"
        ) from error


def _sync(folder: Path) -> None:
    """Make a new name in a folder last; not every file system can."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _tables(segments: Iterable[bytes | memoryview]) -> Iterator[pa.Table]:
    import pyarrow as pa

    for segment in segments:
        if len(segment):
            yield pa.ipc.open_stream(pa.py_buffer(segment)).read_all()


def _write_parquet(segments: Iterable[bytes | memoryview], file: BinaryIO, layout: Layout) -> None:
    """Row groups of a fixed size, whatever the segments are."""
    import pyarrow as pa
    from pyarrow import parquet as arrow_parquet

    assert layout.schema is not None
    waiting: list[pa.Table] = []
    rows = size = 0
    with arrow_parquet.ParquetWriter(file, layout.schema, compression=layout.compression) as writer:
        for table in _tables(segments):
            if not table.num_rows:
                continue
            waiting.append(table)
            rows, size = rows + table.num_rows, size + table.nbytes
            if rows >= _GROUP_ROWS or size >= _GROUP_BYTES:
                writer.write_table(pa.concat_tables(waiting), row_group_size=rows)
                waiting, rows, size = [], 0, 0
        if waiting:
            writer.write_table(pa.concat_tables(waiting), row_group_size=rows)


def _write_arrow(segments: Iterable[bytes | memoryview], file: BinaryIO, layout: Layout) -> None:
    import pyarrow as pa

    new = pa.ipc.new_file if layout.kind == "arrow-file" else pa.ipc.new_stream
    with new(file, layout.schema) as writer:
        for table in _tables(segments):
            if table.num_rows:
                writer.write_table(table)
