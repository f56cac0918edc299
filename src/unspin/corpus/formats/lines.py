"""Lines of a stream, in blocks of bounded size that depend on nothing but the lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from unspin.corpus.formats.chunks import LONGEST, ROWS, SIZE
from unspin.errors import CorruptInput

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from unspin.corpus.formats.streams import Stream

__all__ = ["LF", "Block", "blocks", "first_line", "line_end"]

LF: Final = ord("\n")
_CR: Final = ord("\r")
_READ: Final = 2 * SIZE
_LINE: Final = 64 * 1024
"""Bytes in which a line usually ends."""


class Block(NamedTuple):
    """Whole lines.

    Attributes:
        offset: where the first begins.
        data: the lines with their ends; ``b""`` for a line that is longer than :data:`LONGEST`.
        ends: where each line ends in ``data``, its end included.
        size: bytes of the lines, also of one that is too long.
    """

    offset: int
    data: bytes
    ends: NDArray[np.int64]
    size: int


def line_end(head: bytes) -> int:
    """The byte that ends the lines of a file that begins so: a carriage return if there is no line feed, else that."""
    return _CR if b"\r" in head and b"\n" not in head else LF


def blocks(stream: Stream, offset: int, end: int | None, terminator: int = LF) -> Iterator[Block]:
    """The lines that begin in ``[offset, end)``, at most :data:`ROWS` and :data:`SIZE` bytes in a block, or one longer line.

    Args:
        stream: stands at ``offset``, where a line begins.
        offset: where in the unpacked file that is.
        end: None for all the rest.
        terminator: the byte that ends a line, see :func:`line_end`.

    Raises:
        CorruptInput: after the block of the last whole line before the damage.
    """
    data = b""
    damage: CorruptInput | None = None
    ended = False
    while not ended and (end is None or offset < end):
        try:
            more = stream.read(_wanted(len(data), None if end is None else end - offset))
        except CorruptInput as error:
            more, damage = b"", error
        ended = not more
        data += more
        ends = _ends(data, terminator)
        if ended and damage is None and len(data) > (ends[-1] if len(ends) else 0):
            ends = np.append(ends, len(data))  # the last line need not be ended
        used = 0
        for stop in _stops(ends, len(data), ended, None if end is None else end - offset):
            yield _block(data, ends, offset, used, stop)
            used = stop
        data = data[used:]
        offset += used
        if len(data) > LONGEST and not ended:
            size, data = _skip(stream, len(data), terminator)
            yield Block(offset, b"", np.zeros(0, np.int64), size)
            offset += size
    if damage is not None:
        raise damage


def first_line(stream: Stream, start: int, end: int, terminator: int) -> int | None:
    """Where the first line begins in ``[start, end)``; None if none does. The stream stands at ``start - 1``."""
    at = start - 1
    size = _LINE
    while at < end - 1 and (data := stream.read(min(size, end - 1 - at))):
        found = data.find(terminator)
        if found >= 0:
            return at + found + 1
        at += len(data)
        size = _READ
    return None


def _wanted(held: int, limit: int | None) -> int:
    """How much to read: a block ahead, and a long line in ever larger steps, so that it is copied a few times only.

    Args:
        held: bytes that are there.
        limit: the byte from which on lines are another split's; first of all no more is read than to the end of a line there.
    """
    wanted = _READ - held if held <= SIZE else min(held, LONGEST + 1 - held)
    return wanted if limit is None or limit <= held else min(wanted, limit - held + _LINE)


def _ends(data: bytes, terminator: int) -> NDArray[np.int64]:
    return np.flatnonzero(np.frombuffer(data, np.uint8) == terminator) + 1


def _stops(ends: NDArray[np.int64], size: int, ended: bool, limit: int | None) -> Iterator[int]:
    """Where blocks end in what was read; of the rest nothing can be said before more is read."""
    first = start = 0
    if limit is not None:  # a line that begins at the limit or after it is another split's
        reached = len(ends) and ends[-1] >= limit
        ends = ends[: int(np.searchsorted(ends, limit)) + 1]
        ended = ended or bool(reached)
    while first < len(ends):
        after = min(first + ROWS, int(np.searchsorted(ends, start + SIZE, side="right")))
        if after == len(ends) and after - first < ROWS and size - start <= SIZE and not ended:
            return
        after = max(after, first + 1)
        first, start = after, int(ends[after - 1])
        yield start


def _block(data: bytes, ends: NDArray[np.int64], offset: int, start: int, stop: int) -> Block:
    if stop - start > LONGEST:
        return Block(offset + start, b"", np.zeros(0, np.int64), stop - start)
    inside = ends[np.searchsorted(ends, start, side="right") : np.searchsorted(ends, stop, side="right")]
    return Block(offset + start, data[start:stop], inside - start, stop - start)


def _skip(stream: Stream, size: int, terminator: int) -> tuple[int, bytes]:
    """Read to the end of a line of which ``size`` bytes were read: its whole size, and what was read beyond."""
    while data := stream.read(SIZE):
        found = data.find(terminator) + 1
        if found:
            return size + found, data[found:]
        size += len(data)
    return size, b""
