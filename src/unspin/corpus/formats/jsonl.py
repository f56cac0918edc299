"""JSON Lines: an object a line, in splits of many lines."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator, Mapping
from typing import Final

from unspin.corpus.formats.chunks import SPLIT, Chunk, Columns, Guard, Position, Rows, Split, no_column, replaced, taken
from unspin.corpus.formats.json_places import has_key, with_member, with_text
from unspin.corpus.formats.lines import Block, blocks, first_line, line_end
from unspin.corpus.formats.objects import SPACE, Parser, has, line_spans, load
from unspin.corpus.formats.streams import open_stream
from unspin.corpus.sources import Source, shown
from unspin.errors import InputError, UnknownEncoding, UnknownFormat

__all__ = ["mended", "read", "splits"]

_HEAD: Final = 64 * 1024
_AT_ONCE: Final = 1 << 20
_LOOKED_AT: Final = 100  # lines, for the name of the column


def splits(source: Source, columns: Columns) -> list[Split]:
    """Ranges of about :data:`SPLIT` bytes; a line belongs to the one in which it begins. Packed, the file is one split.

    Raises:
        UnknownFormat: it is one array, or none of the first lines is an object.
        UnknownEncoding: it is UTF-16.
        InputError: none of the first lines has a column that was named, or the first has one of the restored text already.
        CorruptInput: nothing of it can be unpacked.
        MissingInput: it cannot be read.
    """
    _check(source, columns)
    if source.format.compression or source.size <= SPLIT:
        return [Split(0, 0, source.size, source.size)]
    number = -(-source.size // SPLIT)
    edges = [source.size * i // number for i in range(number + 1)]
    return [Split(i, a, b, b - a) for i, (a, b) in enumerate(zip(edges, edges[1:], strict=False))]


def read(
    source: Source, split: Split, columns: Columns, position: Position | None, keep: bool, guard: Guard
) -> Iterator[Chunk]:
    """As :func:`unspin.corpus.formats.read`."""
    terminator = line_end(_head(source))
    packed = bool(source.format.compression)
    if position is None and split.start:
        search = open_stream(source, _plain(split.start - 1))
        start = first_line(search, split.start, split.end, terminator)
        search.close()
        if start is None:
            return
        position = _plain(start)
    stream = open_stream(source, position)
    parser = Parser(columns, source.name)
    offset = position["offset"] if position else 0
    before = stream.consumed
    try:
        for block in blocks(stream, offset, None if packed else split.end, terminator):
            batch, raw, failures = parser.parse(block)
            after = stream.consumed if packed else block.offset + block.size
            spent, before = (after - before if packed else block.size), after
            position = stream.position(block.offset + block.size)
            yield Chunk(batch, raw if keep else None, position, failures, spent, max(1, len(block.ends)))
    finally:
        stream.close()


def mended(source: Source, raw: Rows, texts: Mapping[int, str], columns: Columns) -> Rows:
    """As :func:`unspin.corpus.formats.mend`: of a line only the text is another, or a key more stands at its end.

    Raises:
        InputError: there is such a key already.
    """
    pieces = {row: piece for piece, row in enumerate(raw.owners.tolist()) if row in texts}
    made: dict[int, list[bytes]] = {}
    for row, text in texts.items():
        piece = pieces[row]
        line = raw.data[raw.bounds[piece] : raw.bounds[piece + 1]]
        if columns.restored is None:
            made[piece] = [with_text(line, columns.text, text)]
        elif has_key(line, columns.restored):
            raise InputError(f"{shown(source.url)}: {taken(columns)}")
        else:
            made[piece] = [with_member(line, columns.restored, text)]
    return replaced(raw, made)


def _has_key(source: Source, column: str) -> bool:
    """Whether the name of a column, or the last part of its path, stands anywhere in a file as a key would."""
    keys = {json.dumps(key).encode() for key in (column, column.rpartition(".")[2])}
    longest = max(map(len, keys))
    before = b""
    stream = open_stream(source)
    try:
        while data := stream.read(_AT_ONCE):
            seen = before + data
            if any(key in seen for key in keys):
                return True
            before = seen[-longest:]
    finally:
        stream.close()
    return False


def _plain(offset: int) -> Position:
    return {"offset": offset, "seek": offset, "skip": 0}


def _head(source: Source) -> bytes:
    stream = open_stream(source)
    try:
        return stream.read(_HEAD)
    finally:
        stream.close()


def _check(source: Source, columns: Columns) -> None:
    """Raise what is wrong with the file as a whole."""
    name = shown(source.url)
    stream = open_stream(source)
    try:
        head = stream.read(_HEAD)
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            raise UnknownEncoding(f"{name}: UTF-16; convert it first: iconv -f UTF-16 -t UTF-8")
        body = head.removeprefix(codecs.BOM_UTF8).lstrip(SPACE)
        if body.startswith(b"["):
            raise UnknownFormat(f"{name}: a JSON array, not an object a line; convert it first: jq -c '.[]'")
    finally:
        stream.close()
    stream = open_stream(source)
    try:
        first = next(blocks(stream, 0, None, line_end(head)), None)
    finally:
        stream.close()
    if first is not None and first.data:
        _check_columns(source, first, columns)


def _check_columns(source: Source, first: Block, columns: Columns) -> None:
    """Raise if a file lacks a column that was named: that of the text stands in one of its first lines, others anywhere."""
    name = shown(source.url)
    missing = columns.needed()
    seen: dict[str, None] = {}
    objects = bad = 0
    for number, (start, end) in enumerate(line_spans(first).tolist()):
        if number == _LOOKED_AT and columns.text in missing:
            break
        row = load(first.data[start:end])
        if not isinstance(row, dict):
            bad += 1
            continue
        objects += 1
        if columns.text in missing and columns.restored in row and has(row, columns.text):
            raise InputError(f"{name}: {taken(columns)}")
        seen.update(dict.fromkeys(row))
        missing = {column: option for column, option in missing.items() if not has(row, column)}
        if not missing:
            return
    if objects:
        for column, option in missing.items():
            if column == columns.text or not _has_key(source, column):
                raise InputError(f"{name}: {no_column(column, seen, option)}")
    elif bad:
        raise UnknownFormat(f"{name}: not JSON Lines; an object a line is needed")
