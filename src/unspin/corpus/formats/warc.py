"""WARC and WET: a chunk is some records, a document what a page shows.

Records are found in ``records``, what servers sent is taken apart in ``payload``, and resiliparse takes the text out of HTML in
``pages``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import accumulate, groupby
from typing import Final, NamedTuple

import numpy as np

from unspin.corpus.formats.chunks import (
    ALWAYS,
    FAILED,
    OTHER,
    ROWS,
    SIZE,
    Chunk,
    Columns,
    Failure,
    Guard,
    Position,
    Rows,
    Split,
    WarcRows,
    batch_of,
    replaced,
)  # fmt: skip
from unspin.corpus.formats.conversions import conversion, with_text
from unspin.corpus.formats.files import open_file, read_all
from unspin.corpus.formats.packing import pack, unpack
from unspin.corpus.formats.pages import page_text
from unspin.corpus.formats.records import BEGIN, Record, Records
from unspin.corpus.formats.streams import Stream, open_stream
from unspin.corpus.sources import Source, shown
from unspin.errors import CorruptInput, InputError, MissingExtra, UnknownFormat

__all__ = ["mended", "read", "splits"]

_STORED: Final = 4 * SIZE
"""Bytes of the records of a chunk at most, unpacked: most of HTML is no text."""
_ID: Final = "WARC-Record-ID"


def splits(source: Source, columns: Columns) -> list[Split]:
    """One.

    Raises:
        MissingExtra: the libraries are not installed.
        UnknownFormat: it is no WARC file.
        CorruptInput: nothing of it can be unpacked.
        MissingInput: it cannot be read.
    """
    _libraries()
    open_file(source.url).close()
    stream = open_stream(source)
    try:
        head = stream.read(len(BEGIN))
    finally:
        stream.close()
    if head and head != BEGIN:
        raise UnknownFormat(f"{shown(source.url)}: not WARC, whatever its name; check how it was written")
    return [Split(0, 0, source.size, source.size)]


def _libraries() -> None:
    try:
        import fastwarc  # noqa: F401
        import resiliparse  # noqa: F401
    except ImportError:
        raise MissingExtra("scan", "reading WARC") from None


class _Piece(NamedTuple):
    """A record of a chunk, and the row of the batch that it is, or another owner as in :class:`Rows`."""

    record: Record
    uri: str | None
    owner: int


@dataclass
class _Builder:
    """The chunk that is being put together."""

    pieces: list[_Piece] = field(default_factory=list)
    ids: list[str | None] = field(default_factory=list)
    texts: list[bytes] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    text_size: int = 0
    size: int = 0

    def closes_before(self, record: Record, uri: str | None) -> bool:
        """Whether the next record goes into the next chunk.

        Records of one page stay together, unless there are very many of them.
        """
        rows, size = len(self.texts) + len(self.failures), self.size + record.end - record.start
        if rows >= ROWS or len(self.pieces) >= 4 * ROWS or size > 2 * _STORED:
            return True
        full = rows >= ROWS // 2 or len(self.pieces) >= 2 * ROWS or size > _STORED or self.text_size >= SIZE
        return full and (uri is None or uri != self.pieces[-1].uri)


def read(
    source: Source, split: Split, columns: Columns, position: Position | None, keep: bool, guard: Guard
) -> Iterator[Chunk]:
    """As :func:`unspin.corpus.formats.read`."""
    _libraries()
    stream = open_stream(source, position)
    records = Records(stream, position["offset"] if position else 0, shown(source.url))
    before = stream.consumed
    now = _Builder()
    damage: CorruptInput | None = None
    try:
        while damage is None:
            record = None
            try:
                record = records.next()
            except CorruptInput as error:
                damage = error
            uri = record.header("WARC-Target-URI") if record else None
            if now.pieces and (record is None or now.closes_before(record, uri)):
                consumed = stream.consumed
                yield _chunk(now, source, stream, keep, consumed - before)
                before, now = consumed, _Builder()
            if record is None:
                break
            _add(now, record, uri, columns, guard)
        if damage is not None:
            raise damage
    finally:
        stream.close()


def _add(now: _Builder, record: Record, uri: str | None, columns: Columns, guard: Guard) -> None:
    owner = OTHER
    id = (record.header(_ID if columns.id == "id" else columns.id) or "").strip("<>") or None
    try:
        if record.fault:
            raise InputError(record.fault)
        if record.header("WARC-Type") == "warcinfo":
            owner = ALWAYS
        elif (text := _text(record, guard)) is not None:
            owner = len(now.texts)
            now.ids.append(id)
            now.texts.append(text)
            now.offsets.append(record.place)
            now.text_size += len(text)
    except InputError as error:
        owner = FAILED
        now.failures.append(Failure(record.place, str(error), id))
    now.pieces.append(_Piece(record, uri, owner))
    now.size += record.end - record.start


def _text(record: Record, guard: Guard) -> bytes | None:
    """The text of a page. Text that was taken out by others before, as in WET, needs no guard."""
    if record.header("WARC-Type") == "conversion":
        return page_text(record)
    with guard.over(record.place):
        return page_text(record)


def _chunk(now: _Builder, source: Source, stream: Stream, keep: bool, spent: int) -> Chunk:
    import pyarrow as pa

    texts = pa.array(now.texts, pa.large_binary()).cast(pa.large_string())
    batch = batch_of(now.ids, texts, np.array(now.offsets, np.int64), source.name)
    raw = _raw(now, source) if keep else None
    return Chunk(batch, raw, stream.position(now.pieces[-1].record.end), tuple(now.failures), spent)


def mended(source: Source, raw: Rows, texts: Mapping[int, str], columns: Columns) -> Rows:
    """As :func:`unspin.corpus.formats.mend`: a record of text has another text, a page becomes one of text.

    Beside the original comes a record of text after it.
    """
    assert isinstance(raw, WarcRows)
    made: dict[int, list[bytes]] = {}
    for row, text in texts.items():
        piece = int(raw.documents[row])
        stored = raw.data[raw.bounds[piece] : raw.bounds[piece + 1]]
        record = unpack(stored, source.format.compression) if raw.stored else stored
        new = with_text(record, text) if columns.restored is None else conversion(record, text, columns.restored)
        new = pack(new, source.format.compression) if raw.stored else new
        made[piece] = [new] if columns.restored is None else [stored, new]
    return replaced(raw, made)


def _raw(now: _Builder, source: Source) -> WarcRows:
    """The records; as stored where each is compressed by itself, and otherwise unpacked."""
    records = [piece.record for piece in now.pieces]
    owners = np.array(_owners(now.pieces), np.int64)
    documents = np.array([i for i, piece in enumerate(now.pieces) if piece.owner >= 0], np.int64)
    if all(record.stored for record in records):
        first, end = records[0].stored[0], records[-1].stored[1]
        with open_file(source.url) as file:
            file.seek(first)
            data = read_all(file, end - first, source.url)
        bounds = [record.stored[0] - first for record in records] + [end - first]
        return WarcRows(data, np.array(bounds, np.int64), owners, stored=True, documents=documents)
    bounds = list(accumulate((len(record.data) for record in records), initial=0))
    return WarcRows(
        b"".join(record.data for record in records), np.array(bounds, np.int64), owners, documents=documents
    )


def _owners(pieces: list[_Piece]) -> list[int]:
    """For each record its owner. A request and the like belong to the page before it of the same address, or after it."""
    made: list[int] = []
    for uri, group in groupby(pieces, key=lambda piece: piece.uri):
        owners = [piece.owner for piece in group]
        last = next((owner for owner in owners if owner not in (OTHER, ALWAYS)), OTHER)
        for owner in owners:
            if uri is not None and owner == OTHER:
                owner = last
            elif owner != ALWAYS:
                last = owner
            made.append(owner)
    return made
