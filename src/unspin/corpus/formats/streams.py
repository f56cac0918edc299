"""Bytes of a file from any place on, local or remote, unpacked on the way."""

from __future__ import annotations

from typing import BinaryIO, Final, Protocol

from unspin.corpus.formats.chunks import Position
from unspin.corpus.formats.files import check_whole, open_file, read_all
from unspin.corpus.formats.unpacking import Unpacked
from unspin.corpus.sources import Source

__all__ = ["Stream", "open_stream"]

_READ: Final = 1024**2


class Stream(Protocol):
    """Bytes in order, and where in the file they come from."""

    @property
    def consumed(self) -> int:
        """Bytes of the file, as stored, that were taken so far."""
        ...

    def read(self, size: int) -> bytes:
        """The next bytes; fewer than ``size`` only at the end, and before damage, which the next call says.

        Raises:
            CorruptInput: what comes next is damaged, or the file ends too early.
        """
        ...

    def position(self, offset: int) -> Position:
        """How to come back to a byte that was read lately, counted in unpacked bytes."""
        ...

    def member(self, offset: int) -> int | None:
        """Where in the file the member or frame begins whose first byte is ``offset``; None where none begins there."""
        ...

    def close(self) -> None:
        """Close the file."""
        ...


def open_stream(source: Source, position: Position | None = None) -> Stream:
    """The bytes of a file, unpacked, from ``position`` on, or from the beginning.

    Raises:
        MissingInput: as :func:`open_file`.
        MissingExtra: as :func:`open_file`, or zstd cannot be unpacked here.
        CorruptInput: what comes before the position is damaged.
    """
    at = position or {"offset": 0, "seek": 0, "skip": 0}
    file = open_file(source.url)
    if not source.format.compression:
        return _Plain(file, source, at["offset"])
    stream = Unpacked(file, source, at)
    left = at["skip"]
    while left and (got := len(stream.read(min(left, _READ)))):
        left -= got
    return stream


class _Plain:
    def __init__(self, file: BinaryIO, source: Source, offset: int) -> None:
        self._file, self._source, self.consumed = file, source, offset
        if offset:
            file.seek(offset)

    def read(self, size: int) -> bytes:
        data = read_all(self._file, size, self._source.url)
        self.consumed += len(data)
        if size and not data:
            check_whole(self._source, self.consumed)
        return data

    def position(self, offset: int) -> Position:
        return {"offset": offset, "seek": offset, "skip": 0}

    def member(self, offset: int) -> int | None:
        return None

    def close(self) -> None:
        self._file.close()
