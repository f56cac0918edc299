"""Date and address of documents, taken from the rows of a chunk as they were stored."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from unspin.corpus.formats import Chunk, Rows, TableRows
from unspin.corpus.formats.objects import get, load
from unspin.corpus.formats.streams import open_stream
from unspin.corpus.formats.tables import values
from unspin.corpus.sources import Source

__all__ = ["Further", "further"]

Found = tuple[str | None, str | None]


class Further(NamedTuple):
    """Where date and address stand: names of columns, of WARC headers of the record; empty where there are none."""

    date: str = ""
    url: str = ""

    def __bool__(self) -> bool:
        return bool(self.date or self.url)

    def named(self) -> tuple[tuple[str, str], ...]:
        """Those that were named, each with the option that names it."""
        options = ((self.date, "--date-column"), (self.url, "--url-column"))
        return tuple((column, option) for column, option in options if column)


def further(source: Source, chunk: Chunk, more: Further) -> list[Found]:
    """Date and address of each document of a chunk, None where there is none."""
    rows = chunk.batch.num_rows
    if not more or chunk.raw is None:
        return [(None, None)] * rows
    found: list[Found] = [(None, None)] * rows
    if isinstance(chunk.raw, TableRows):
        columns = [values(chunk.raw.table, name) for name in more]
        for owner, date, url in zip(chunk.raw.owners.tolist(), *columns, strict=True):
            if owner >= 0:
                found[owner] = _said(date), _said(url)
    elif isinstance(chunk.raw, Rows):
        header = _header(source) if source.format.kind == "csv" else ("", [])
        for k in np.flatnonzero(chunk.raw.owners >= 0).tolist():
            piece = chunk.raw.data[chunk.raw.bounds[k] : chunk.raw.bounds[k + 1]]
            row = _row(source, piece, chunk.raw.stored, header)
            owner = int(chunk.raw.owners[k])
            if row and found[owner] == (None, None):
                found[owner] = _said(get(row, more.date)), _said(get(row, more.url))
    return found


def _row(source: Source, piece: bytes, stored: bool, header: tuple[str, list[str]]) -> Mapping[str, Any]:
    """A record as it was stored, by the names of its columns, or of its headers."""
    if source.format.kind == "jsonl":
        row = load(piece)
        return row if isinstance(row, dict) else {}
    if source.format.kind == "csv":
        fields = next(csv.reader(io.StringIO(piece.decode("utf-8", "replace"), newline=""), delimiter=header[0]), [])
        return dict(zip(header[1], fields, strict=False))
    if source.format.kind == "warc":
        head = _unpacked(piece, source.format.compression if stored else "").split(b"\r\n\r\n", 1)[0]
        lines = (line.partition(":") for line in head.decode("utf-8", "replace").splitlines())
        return {name.strip(): value.strip() for name, _, value in lines}
    return {}


def _unpacked(piece: bytes, compression: str) -> bytes:
    """The head of a record."""
    if compression == "gzip":
        with gzip.GzipFile(fileobj=io.BytesIO(piece)) as file:
            return file.read(16_384)
    if compression == "zstd":
        import zstandard

        return zstandard.ZstdDecompressor().stream_reader(io.BytesIO(piece)).read(16_384)
    return piece


def _header(source: Source) -> tuple[str, list[str]]:
    """Delimiter and names of the columns of a CSV file."""
    stream = open_stream(source)
    try:
        line = stream.read(65_536).decode("utf-8-sig", "replace").split("\n", 1)[0].rstrip("\r")
    finally:
        stream.close()
    delimiter = max((",", "\t", ";", "|"), key=line.count)
    return delimiter, next(csv.reader([line], delimiter=delimiter), [])


def _said(value: Any) -> str | None:
    """A value as text; an object or a list says neither a date nor an address."""
    return None if value is None or value == "" or isinstance(value, (dict, list)) else str(value)
