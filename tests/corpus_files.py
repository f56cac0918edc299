"""Files of a corpus for tests, in every format, and how a test reads them."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import orjson
import pyarrow as pa
import pytest
import zstandard
from pyarrow import parquet

from unspin.corpus.formats import (
    Chunk,
    Columns,
    Position,
    Split,
    csv_records,
    encode,
    layout,
    lines,
    mend,
    objects,
    read,
    records,
    splits,
    tables,
    unpacking,
    warc,
)
from unspin.corpus.formats import csv as csv_format
from unspin.corpus.formats import jsonl as jsonl_format
from unspin.corpus.formats import parquet as parquet_format
from unspin.corpus.formats import text as text_format
from unspin.corpus.formats.output import assemble
from unspin.corpus.sources import Source, discover
from unspin.errors import CorruptInput

Row = tuple[str, "str | None"]


class Drained(NamedTuple):
    """All that a file gives."""

    chunks: list[Chunk]
    error: CorruptInput | None

    @property
    def rows(self) -> list[Row]:
        return [row for chunk in self.chunks for row in rows_of(chunk)]

    @property
    def failures(self) -> list[tuple[int, str]]:
        return [failure[:2] for chunk in self.chunks for failure in chunk.failures]


def rows_of(chunk: Chunk) -> list[Row]:
    return list(zip(chunk.batch["id"].to_pylist(), chunk.batch["text"].to_pylist(), strict=True))


def source_of(path: Path) -> Source:
    found = discover([str(path)])
    assert not found.errors
    return found.sources[0]


def drain_split(source: Source, split: Split, columns: Columns, position: Position | None = None) -> Drained:
    chunks: list[Chunk] = []
    try:
        for chunk in read(source, split, columns, position):
            chunk.batch.validate(full=True)
            chunks.append(chunk)
    except CorruptInput as error:
        return Drained(chunks, error)
    return Drained(chunks, None)


def drain(source: Source, columns: Columns = Columns()) -> Drained:  # noqa: B008 - frozen
    chunks: list[Chunk] = []
    error = None
    for split in splits(source, columns):
        part = drain_split(source, split, columns)
        chunks += part.chunks
        error = error or part.error
    return Drained(chunks, error)


def look(source: Source, chunk: Chunk) -> tuple[Any, ...]:
    """All of a chunk that must be the same wherever reading began."""
    assert chunk.raw is not None
    rows = chunk.batch.num_rows
    half = np.arange(rows) % 2 == 0
    stored = encode(source, chunk.raw, np.ones(rows, np.bool_)), encode(source, chunk.raw, half, others=False)
    return chunk.batch.to_pydict(), chunk.failures, stored


def check_resuming(source: Source, columns: Columns = Columns()) -> int:  # noqa: B008 - frozen
    """From the position of every chunk the same rest comes; returns how many chunks there were."""
    number = 0
    for split in splits(source, columns):
        whole = drain_split(source, split, columns)
        looks = [look(source, chunk) for chunk in whole.chunks]
        for i, chunk in enumerate(whole.chunks):
            position = orjson.loads(orjson.dumps(chunk.position))
            rest = drain_split(source, split, columns, position)
            assert [look(source, chunk) for chunk in rest.chunks] == looks[i + 1 :]
            assert str(rest.error) == str(whole.error)
        number += len(whole.chunks)
    return number


def keep(source: Source, target: Path, columns: Columns = Columns(), every: int = 1, others: bool = True) -> bytes:  # noqa: B008
    """Keep every so-manieth document, and put the file together."""
    segments, before = [], 0
    for chunk in drain(source, columns).chunks:
        assert chunk.raw is not None
        chosen = np.arange(before, before + chunk.batch.num_rows) % every == 0
        before += chunk.batch.num_rows
        segments.append(encode(source, chunk.raw, chosen, others))
    size = assemble(segments, target, layout(source))
    assert size == target.stat().st_size
    return target.read_bytes()


@contextmanager
def shrunk() -> Iterator[None]:
    """Chunks, blocks and splits of a few bytes, so that short files have many."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (lines, csv_format, tables, warc):
            patch.setattr(module, "ROWS", 4)
            patch.setattr(module, "SIZE", 200)
        for module in (csv_records, records):
            patch.setattr(module, "_READ", 64)
        patch.setattr(csv_records, "_GROUP", 300)
        patch.setattr(warc, "_STORED", 800)
        patch.setattr(lines, "_READ", 400)
        patch.setattr(lines, "_LINE", 30)
        patch.setattr(objects, "_MANY", 0)
        patch.setattr(parquet_format, "ROWS", 4)
        patch.setattr(parquet_format, "SIZE", 200)
        patch.setattr(parquet_format, "SPLIT", 400)
        patch.setattr(jsonl_format, "SPLIT", 700)
        patch.setattr(unpacking, "_GZIP_BLOCK", 64)
        patch.setattr(unpacking, "_ZSTD_BLOCK", 16)
        patch.setattr(unpacking, "_UNPACKED", 50)
        patch.setattr(unpacking, "_READ", 4_096)
        for module in (lines, csv_records, records, tables, text_format):
            patch.setattr(module, "LONGEST", 4_000)
        yield


def mended(source: Source, target: Path, restore: Callable[[str], str | None], columns: Columns = Columns()) -> bytes:  # noqa: B008
    """Restore the documents of a file that ``restore`` gives a text for, and put the file together."""
    segments = []
    for chunk in drain(source, columns).chunks:
        assert chunk.raw is not None
        texts = [None if text is None else restore(text) for text in chunk.batch["text"].to_pylist()]
        segments.append(mend(source, chunk.raw, pa.array(texts, pa.string()), columns))
    assemble(segments, target, layout(source, columns))
    return target.read_bytes()


def jsonl(rows: Iterable[Row]) -> bytes:
    return b"".join(orjson.dumps({"id": id, "text": text, "n": [1, {"deep": None}]}) + b"\n" for id, text in rows)


def members(data: bytes, size: int, kind: str) -> bytes:
    """``data`` in several gzip members or zstd frames of so many bytes each."""
    pieces = [data[i : i + size] for i in range(0, len(data), size)]
    pack = zstandard.ZstdCompressor(level=1).compress if kind == "zst" else lambda piece: gzip.compress(piece, 1)
    return b"".join(pack(piece) for piece in pieces)


def record(
    type: str, uri: str | None, body: bytes, id: str = "1", content_type: str = "application/http; msgtype=response"
) -> bytes:
    head = f"WARC/1.0\r\nWARC-Type: {type}\r\nWARC-Record-ID: <urn:uuid:{id}>\r\nWARC-Date: 2024-01-01T00:00:00Z\r\n"
    head += f"WARC-Target-URI: {uri}\r\n" if uri else ""
    head += f"Content-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body + b"\r\n\r\n"


def page(text: str | bytes, content_type: str = "text/html; charset=utf-8", headers: str = "") -> bytes:
    body = text if isinstance(text, bytes) else text.encode()
    return f"HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\n{headers}\r\n".encode() + body


def wet(rows: Iterable[Row]) -> list[bytes]:
    return [
        record("conversion", f"http://example.org/{id}", (text or "").encode(), id, "text/plain") for id, text in rows
    ]


def write(folder: Path, suffix: str, rows: Sequence[Row]) -> Path:
    """The rows as a file of a format, in several members, frames, row groups or batches where it can have them."""
    path = folder / f"rows.{suffix}"
    table = pa.table({"id": [id for id, _ in rows], "n": list(range(len(rows))), "text": [text for _, text in rows]})
    kind, _, packed = suffix.partition(".")
    if kind == "jsonl":
        data = jsonl(rows)
    elif kind == "csv":
        lines = io.StringIO()
        csv.writer(lines).writerows([("id", "n", "text"), *((id, 1, text) for id, text in rows)])
        data = lines.getvalue().encode()
    elif kind == "parquet":
        parquet.write_table(table, path, row_group_size=7, compression="snappy")
        return path
    elif kind == "arrow":
        with pa.ipc.new_stream(str(path), table.schema) as writer:
            writer.write_table(table, max_chunksize=5)
        return path
    else:
        pieces = wet(rows)
        path.write_bytes(b"".join(members(piece, len(piece), packed) if packed else piece for piece in pieces))
        return path
    path.write_bytes(members(data, 100, packed) if packed else data)
    return path
