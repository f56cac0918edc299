"""Plain text: a file is a document."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import Final

import numpy as np

from unspin.corpus.formats.chunks import (
    FAILED,
    LONGEST,
    Chunk,
    Columns,
    Failure,
    Guard,
    Position,
    Rows,
    Split,
    batch_of,
    too_long,
)  # fmt: skip
from unspin.corpus.formats.files import open_file
from unspin.corpus.formats.streams import open_stream
from unspin.corpus.sources import Source

__all__ = ["encoded", "read", "splits"]

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def splits(source: Source, columns: Columns) -> list[Split]:
    """One.

    Raises:
        MissingInput: the file cannot be read.
    """
    open_file(source.url).close()
    return [Split(0, 0, source.size, source.size)]


def read(
    source: Source, split: Split, columns: Columns, position: Position | None, keep: bool, guard: Guard
) -> Iterator[Chunk]:
    """As :func:`unspin.corpus.formats.read`."""
    if position:  # all has been read
        return
    stream = open_stream(source)
    try:
        data = stream.read(LONGEST + 1)
        if len(data) <= LONGEST:
            stream.read(1)  # the end; what is damaged behind the text is said here
        found = too_long() if len(data) > LONGEST else _decode(data)
    finally:
        stream.close()
    failed = isinstance(found, str)
    offsets = np.zeros(0 if failed else 1, np.int64)
    batch = batch_of([] if failed else [None], [] if failed else list(found), offsets, source.name)
    failures = (Failure(0, found),) if isinstance(found, str) else ()
    raw = Rows(data, np.array([0, len(data)]), np.array([FAILED if failed else 0])) if keep else None
    yield Chunk(batch, raw, {"offset": len(data), "seek": source.size, "skip": 0}, failures, source.size)


def encoded(text: str, like: bytes) -> bytes:
    """A text in the encoding of a file, with its mark."""
    mark, encoding = _encoding(like)
    return mark + text.encode(encoding, "replace")


def _encoding(data: bytes) -> tuple[bytes, str]:
    """The mark that a file begins with, and its encoding."""
    return next(((m, e) for m, e in _MARKS if data.startswith(m)), (b"", "utf-8"))


def _decode(data: bytes) -> tuple[str] | str:
    """The text, or why there is none."""
    mark, encoding = _encoding(data)
    try:
        return (data[len(mark) :].decode(encoding),)
    except UnicodeDecodeError as error:
        return f"no {encoding.upper()} at byte {error.start + len(mark)}; convert it first: iconv -t UTF-8"
