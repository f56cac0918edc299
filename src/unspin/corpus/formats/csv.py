"""CSV and TSV: a record may reach over several lines, where they are quoted."""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Final

import numpy as np

from unspin.corpus.formats.chunks import (
    ALWAYS,
    FAILED,
    ROWS,
    SIZE,
    Chunk,
    Columns,
    CsvRows,
    Failure,
    Guard,
    Position,
    Rows,
    Split,
    batch_of,
    no_column,
    replaced,
    taken,
)  # fmt: skip
from unspin.corpus.formats.csv_fields import with_field, with_text
from unspin.corpus.formats.csv_records import CsvRecord, csv_records
from unspin.corpus.formats.streams import Stream, open_stream
from unspin.corpus.sources import Source, shown
from unspin.errors import CorruptInput, InputError, UnknownEncoding

__all__ = ["mended", "read", "splits"]

_DELIMITERS: Final = (",", "\t", ";", "|")


@dataclass(frozen=True, slots=True)
class _Header:
    """What the first record of a file says.

    Attributes:
        delimiter: what divides the fields.
        width: fields of a record.
        text: which of them is the text.
        id: which is the identifier, or None.
        size: bytes up to the end of the header, the byte order mark included.
    """

    delimiter: str
    width: int
    text: int
    id: int | None
    size: int


def splits(source: Source, columns: Columns) -> list[Split]:
    """One.

    Raises:
        UnknownEncoding: it is UTF-16.
        InputError: its header lacks a column that was named, or has one of the restored text already.
        CorruptInput: nothing of it can be unpacked.
        MissingInput: it cannot be read.
    """
    _header(source, columns)
    return [Split(0, 0, source.size, source.size)]


def _header(source: Source, columns: Columns) -> _Header | None:
    """The header; None where the file is empty."""
    stream = open_stream(source)
    try:
        head = stream.read(len(codecs.BOM_UTF8))
    finally:
        stream.close()
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise UnknownEncoding(f"{shown(source.url)}: UTF-16; convert it first: iconv -f UTF-16 -t UTF-8")
    names: list[str] = []
    for delimiter in _DELIMITERS:
        stream = open_stream(source)
        try:
            records = csv_records(stream, 0, delimiter, shown(source.url))
            record = next((record for record in records if record.fields), None)
        finally:
            stream.close()
        if record is None:
            return None
        fields = record.fields
        if columns.text in fields:
            for column, option in columns.needed().items():
                if column not in fields:
                    raise InputError(f"{shown(source.url)}: {no_column(column, fields, option)}")
            if columns.restored in fields:
                raise InputError(f"{shown(source.url)}: {taken(columns)}")
            id = fields.index(columns.id) if columns.id in fields else None
            return _Header(delimiter, len(fields), fields.index(columns.text), id, record.end)
        names = fields if len(fields) > len(names) else names
    raise InputError(f"{shown(source.url)}: {no_column(columns.text, names, '--text-column')}")


@dataclass(slots=True)
class _Builder:
    """The chunk that is being put together."""

    start: int
    pieces: list[bytes] = field(default_factory=list)
    owners: list[int] = field(default_factory=list)
    ids: list[str | None] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    size: int = 0
    lines: int = 0

    def full(self, more: int) -> bool:
        """Whether a record of ``more`` bytes goes into the next chunk."""
        return len(self.owners) >= ROWS or (bool(self.owners) and self.size + more > SIZE)


def read(
    source: Source, split: Split, columns: Columns, position: Position | None, keep: bool, guard: Guard
) -> Iterator[Chunk]:
    """As :func:`unspin.corpus.formats.read`."""
    header = _header(source, columns)
    if header is None:
        return
    stream = open_stream(source, position)
    before, start = stream.consumed, position["offset"] if position else 0
    now = _Builder(start)
    damage: CorruptInput | None = None
    records = csv_records(stream, start, header.delimiter, shown(source.url))
    try:
        while damage is None:
            record = None
            try:
                record = next(records, None)
            except CorruptInput as error:
                damage = error
            if now.owners and (record is None or now.full(len(record.raw))):
                consumed = stream.consumed
                yield _chunk(now, source, stream, header if keep else None, consumed - before)
                before, now = consumed, _Builder(now.start + now.size)
            if record is None:
                break
            _add(now, record, header)
        if damage is not None:
            raise damage
    finally:
        stream.close()


def _add(now: _Builder, record: CsvRecord, header: _Header) -> None:
    if record.end <= header.size:
        owner = ALWAYS
    elif not record.fields:  # an empty line stays with the row before it
        owner = now.owners[-1] if now.owners else ALWAYS
    elif record.fault or len(record.fields) != header.width:
        owner = FAILED
        reason = record.fault or f"{len(record.fields)} fields instead of {header.width}"
        known = {} if record.fault or header.id is None else dict(enumerate(record.fields))
        now.failures.append(Failure(record.start, reason, known.get(header.id or 0), now.lines))
    else:
        owner = len(now.texts)
        now.ids.append(None if header.id is None else record.fields[header.id])
        now.texts.append(record.fields[header.text])
        now.offsets.append(record.start)
    now.pieces.append(record.raw)
    now.owners.append(owner)
    now.size += len(record.raw)
    now.lines += record.raw.count(b"\n")


def mended(source: Source, raw: Rows, texts: Mapping[int, str], columns: Columns) -> Rows:
    """As :func:`unspin.corpus.formats.mend`: of a record only the text is another, or all have a field more at their end."""
    assert isinstance(raw, CsvRows)
    made: dict[int, list[bytes]] = {}
    for piece, owner in enumerate(raw.owners.tolist()):
        data = raw.data[raw.bounds[piece] : raw.bounds[piece + 1]]
        if owner == FAILED or not data.removeprefix(codecs.BOM_UTF8).strip(b"\r\n"):
            continue
        if columns.restored is not None:
            made[piece] = [with_field(data, raw.delimiter, columns.restored if owner == ALWAYS else texts.get(owner))]
        elif owner in texts:
            made[piece] = [with_text(data, raw.delimiter, raw.text, texts[owner])]
    return replaced(raw, made)


def _chunk(now: _Builder, source: Source, stream: Stream, header: _Header | None, spent: int) -> Chunk:
    batch = batch_of(now.ids, now.texts, np.array(now.offsets, np.int64), source.name)
    bounds = np.array(list(accumulate(map(len, now.pieces), initial=0)), np.int64)
    owners = np.array(now.owners, np.int64)
    raw = None
    if header is not None:
        data = b"".join(now.pieces)
        raw = CsvRows(data, bounds, owners, delimiter=header.delimiter, text=header.text)
    return Chunk(batch, raw, stream.position(now.start + now.size), tuple(now.failures), spent, now.lines)
