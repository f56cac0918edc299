"""Packed bytes from any place on.

A compressed stream can be entered where a gzip member or a zstd frame begins; from there the bytes before the wanted one are
unpacked and thrown away. Blocks are cut at fixed bytes of the file, so that of a damaged file the same bytes come out
wherever reading began.
"""

from __future__ import annotations

import zlib
from bisect import bisect_right
from collections.abc import Callable
from typing import Any, BinaryIO, Final, cast

from unspin.corpus.formats.chunks import Position
from unspin.corpus.formats.files import check_whole, read_all
from unspin.corpus.sources import Compression, Source, shown
from unspin.errors import CorruptInput, MissingExtra

__all__ = ["Unpacked"]

# What one call may unpack is bounded: zlib by its own limit, zstd (at most 32,000 times as much) by small blocks.
_GZIP_BLOCK: Final = 64 * 1024
_ZSTD_BLOCK: Final = 4 * 1024
_UNPACKED: Final = 1024**2
_READ: Final = 1024**2
# Archives of forums are packed with windows of 2 GB (zstd --long=31).
_ZSTD_WINDOW: Final = 2**31
_MAGIC: Final[dict[Compression, bytes]] = {"": b"", "gzip": b"\x1f\x8b", "zstd": b"\x28\xb5\x2f\xfd"}


class Unpacked:
    """The bytes of a packed file from a position on; see :class:`unspin.corpus.formats.streams.Stream`."""

    def __init__(self, file: BinaryIO, source: Source, at: Position) -> None:
        self._file, self._source, self._compression = file, source, source.format.compression
        self._new, self._errors, self._block = _unpacker(self._compression)
        self._magic = _MAGIC[self._compression]
        self._read_to = at["seek"]  # byte of the file after what is in _input
        self._input = memoryview(b"")
        self._pending = b""  # input that the unpacker has not yet taken
        self._unpacker: Any = None
        self._ready: list[bytes] = []
        self._ready_size = 0
        self._offset = at["offset"] - at["skip"]  # unpacked bytes before the end of _ready
        self._starts: list[int] = []  # of members: unpacked, and as stored
        self._stored: list[int] = []
        self._ended = False
        self._damage: CorruptInput | None = None  # comes after what was unpacked before it
        if at["seek"]:
            file.seek(at["seek"])

    @property
    def consumed(self) -> int:
        """Bytes of the file, as stored, that were taken so far."""
        return self._read_to - len(self._input) - len(self._pending)

    def read(self, size: int) -> bytes:
        """The next bytes."""
        if not self._ready_size and self._damage is not None:
            raise self._damage
        try:
            while self._ready_size < size and self._damage is None and self._step():
                pass
        except CorruptInput as error:
            self._damage = error
            if not self._ready_size:
                raise
        data = self._ready[0] if len(self._ready) == 1 else b"".join(self._ready)
        self._ready = [data[size:]] if len(data) > size else []
        self._ready_size = max(0, len(data) - size)
        return data[:size]

    def position(self, offset: int) -> Position:
        """How to come back to a byte that was read lately."""
        i = bisect_right(self._starts, offset) - 1
        # A caller that asked for a position never asks for one before it.
        del self._starts[: max(0, i)], self._stored[: max(0, i)]
        return {"offset": offset, "seek": self._stored[0], "skip": offset - self._starts[0]} if i >= 0 else {
            "offset": offset, "seek": self.consumed, "skip": 0
        }  # fmt: skip

    def member(self, offset: int) -> int | None:
        """Where the member begins whose first byte is ``offset``."""
        i = bisect_right(self._starts, offset) - 1
        return self._stored[i] if i >= 0 and self._starts[i] == offset else None

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _step(self) -> bool:
        """Unpack a block; False at the end."""
        if self._ended:
            return False
        if not self._pending:
            self._pending = self._next_block()
        if self._unpacker is None and not self._begin():
            return False
        at = self.consumed
        if not self._pending:
            raise self._corrupt(f"ends too early at byte {at:,}; the rest is missing", "fetch the file again")
        start = bytes(self._pending[: len(self._magic)])
        try:
            data = self._unpack()
        except self._errors as error:
            if 0 < at == self._stored[-1] and start != self._magic:
                what = f"is followed by something else from byte {at:,} on, which is left out"
                raise self._corrupt(what, "see what was added to it") from error
            raise self._corrupt(f"is damaged at byte {at:,}; the rest is lost", "fetch the file again") from error
        if data:
            self._ready.append(data)
            self._ready_size += len(data)
            self._offset += len(data)
        return True

    def _begin(self) -> bool:
        """Enter the next member; False where there is none."""
        while self._compression == "gzip" and self._pending:
            self._pending = self._pending.lstrip(b"\0")  # padding, as of tapes
            if self._pending:
                break
            self._pending = self._next_block()
        if not self._pending:
            check_whole(self._source, self._read_to)
            self._ended = True
            return False
        self._starts.append(self._offset)
        self._stored.append(self.consumed)
        self._unpacker = self._new()
        return True

    def _unpack(self) -> bytes:
        unpacker, pending = self._unpacker, self._pending
        if self._compression == "gzip":
            data = unpacker.decompress(pending, _UNPACKED)
            self._pending = unpacker.unconsumed_tail
        else:
            data = unpacker.decompress(pending)
            self._pending = b""
        if unpacker.eof:
            self._pending = unpacker.unused_data
            self._unpacker = None
        return cast(bytes, data)

    def _next_block(self) -> bytes:
        """Up to the next multiple of the size of a block."""
        if not self._input:
            data = read_all(self._file, _READ - self._read_to % _READ, self._source.url)
            self._read_to += len(data)
            self._input = memoryview(data)
        at = self._read_to - len(self._input)
        size = self._block - at % self._block
        block, self._input = bytes(self._input[:size]), self._input[size:]
        return block

    def _corrupt(self, what: str, hint: str) -> CorruptInput:
        return CorruptInput(f"{shown(self._source.url)}: the {self._compression} data {what}; {hint}")


def _unpacker(compression: Compression) -> tuple[Callable[[], Any], type[Exception], int]:
    """What makes an unpacker, what it raises, and how much it is given at once."""
    if compression == "gzip":
        return lambda: zlib.decompressobj(31), zlib.error, _GZIP_BLOCK
    try:
        import zstandard
    except ImportError:
        raise MissingExtra("scan", "reading zstd") from None
    context = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW)
    return context.decompressobj, zstandard.ZstdError, _ZSTD_BLOCK
