"""Many plain texts as one source: each file is a document, and a million small files need not be a million sources.

What is kept of a chunk is every kept file with its name before it: ``length of name and of data (2 x uint64) | name | data``.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from unspin.corpus.formats import text
from unspin.corpus.formats.chunks import (
    FAILED,
    ROWS,
    SIZE,
    Chunk,
    Columns,
    Failure,
    Files,
    Guard,
    Position,
    Rows,
    Split,
    batch_of,
)  # fmt: skip
from unspin.corpus.formats.output import atomic
from unspin.corpus.formats.packing import pack
from unspin.corpus.sources import Compression, Format, Source
from unspin.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["beside", "bundled", "encode", "mend", "read", "splits", "write"]

_BUNDLE_FILES: Final = 4_096
_BUNDLE_BYTES: Final = 64 * 2**20
_LENGTHS: Final = struct.Struct("<QQ")


def bundled(sources: Sequence[Source]) -> list[Source]:
    """The sources in order, their plain texts put together at the end, as ``texts-00000`` and so on."""
    texts = [source for source in sources if source.format.kind == "text"]
    others = [source for source in sources if source.format.kind != "text"]
    return others + [_bundle(f"texts-{number:05}", files) for number, files in enumerate(_groups(texts))]


def _groups(texts: Sequence[Source]) -> Iterator[tuple[Source, ...]]:
    group: list[Source] = []
    size = 0
    for source in texts:
        if group and (len(group) == _BUNDLE_FILES or size + source.size > _BUNDLE_BYTES):
            yield tuple(group)
            group, size = [], 0
        group.append(source)
        size += source.size
    if group:
        yield tuple(group)


def _bundle(name: str, files: tuple[Source, ...]) -> Source:
    return Source(name, Format("texts"), name, sum(file.size for file in files), files=files)


def splits(source: Source, columns: Columns) -> list[Split]:
    """One, from the first file to the last."""
    return [Split(0, 0, len(source.files), source.size)]


def read(
    source: Source, split: Split, columns: Columns, position: Position | None, keep: bool, guard: Guard
) -> Iterator[Chunk]:
    """As :func:`unspin.corpus.formats.read`; a file that cannot be read is a failure and stops nothing but itself."""
    waiting: list[tuple[Source, Chunk]] = []
    size = 0
    for number in range(position["file"] if position else 0, split.end):
        file = source.files[number]
        waiting.append((file, _whole(file, columns, keep, guard)))
        size += file.size
        if len(waiting) == ROWS or size >= SIZE:
            yield _joined(waiting, number + 1, keep)
            waiting, size = [], 0
    if waiting:
        yield _joined(waiting, split.end, keep)


def _whole(file: Source, columns: Columns, keep: bool, guard: Guard) -> Chunk:
    try:
        (split,) = text.splits(file, columns)
        (chunk,) = text.read(file, split, columns, None, keep, guard)
    except InputError as error:
        none = np.zeros(0, np.int64)
        raw = Rows(b"", np.zeros(2, np.int64), np.array([FAILED])) if keep else None
        chunk = Chunk(batch_of([], [], none, file.name), raw, {}, (Failure(0, str(error)),), file.size)
    return chunk


def _joined(parts: Sequence[tuple[Source, Chunk]], after: int, keep: bool) -> Chunk:
    import pyarrow as pa

    batch = pa.concat_batches([chunk.batch for _, chunk in parts])
    names = [file.name for file, chunk in parts for _ in range(chunk.batch.num_rows)]
    failures = tuple(failure._replace(source=file.name) for file, chunk in parts for failure in chunk.failures)
    return Chunk(
        batch.append_column("source", pa.array(names, pa.string())),
        _files([part for part in parts if part[1].batch.num_rows]) if keep else None,
        {"file": after},
        failures,
        sum(file.size for file, _ in parts),
    )


def _files(parts: Sequence[tuple[Source, Chunk]]) -> Files:
    return Files(
        tuple(file.name for file, _ in parts),
        tuple(_contents(chunk) for _, chunk in parts),
        tuple(file.format.compression for file, _ in parts),
    )


def _contents(chunk: Chunk) -> bytes:
    assert isinstance(chunk.raw, Rows)
    return chunk.raw.data


def encode(raw: Files, keep: NDArray[np.bool_]) -> bytes:
    """As :func:`unspin.corpus.formats.encode`: the files that are kept, each with its name."""
    rows = np.flatnonzero(keep).tolist()
    return _joined_files((raw.names[row], pack(raw.contents[row], raw.compressions[row])) for row in rows)


def mend(raw: Files, texts: Mapping[int, str], columns: Columns) -> bytes:
    """As :func:`unspin.corpus.formats.mend`: all files; what was restored stands in its file, or in one beside it."""
    return _joined_files(_mended(raw, texts, columns.restored))


def _mended(raw: Files, texts: Mapping[int, str], restored: str | None) -> Iterator[tuple[str, bytes]]:
    for row, (name, data, compression) in enumerate(zip(raw.names, raw.contents, raw.compressions, strict=True)):
        if row not in texts or restored is not None:
            yield name, pack(data, compression)
        if row in texts:
            made = pack(text.encoded(texts[row], data), compression)
            yield name if restored is None else beside(name, restored, compression), made


def beside(name: str, restored: str, compression: Compression) -> str:
    """The name of the file for a restored text beside its own: ``a/page.restored.txt.gz``."""
    parts = name.split(".")
    suffix = 2 if compression else 1
    return ".".join([*parts[:-suffix], restored, *parts[-suffix:]])


def _joined_files(files: Iterable[tuple[str, bytes]]) -> bytes:
    packed: list[bytes] = []
    for name, data in files:
        encoded = name.encode()
        packed += [_LENGTHS.pack(len(encoded), len(data)), encoded, data]
    return b"".join(packed)


def write(segments: Iterable[bytes], folder: Path) -> None:
    """Write the files that :func:`encode` packed, under their own names.

    Raises:
        OutputError: one cannot be written.
    """
    for packed in segments:
        for name, data in _unpacked(packed):
            with atomic(folder / name, sync=False) as file:
                file.write(data)
    if hasattr(os, "sync"):
        os.sync()  # once, instead of once for each of thousands of files


def _unpacked(packed: bytes) -> Iterator[tuple[str, memoryview]]:
    view = memoryview(packed)
    start = 0
    while start < len(view):
        name, data = _LENGTHS.unpack_from(view, start)
        start += _LENGTHS.size
        yield bytes(view[start : start + name]).decode(), view[start + name : start + name + data]
        start += name + data
