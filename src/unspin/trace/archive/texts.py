"""The texts of an archive: files of compressed frames, each of a few texts, and beside each a file of their words as numbers.

A text's *place* is a number: 24 bits for the file, 32 for where its frame begins, 8 for which of its texts it is. Nothing in
a file is changed once it has its name; a text that is removed or replaced stays in it, unused.

A frame, unpacked, is the number of its texts, the length of each (all ``uint32``), and the texts, UTF-8. It ends with zstd's
checksum of that, which is looked at whenever it is unpacked. The words as numbers
(:mod:`~unspin.trace.archive.numbers`) lie one text after another, ``uint16``: what a page may have of a text is told by them,
without unpacking it.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from unspin.errors import DamagedData, OutputError
from unspin.files import save

__all__ = ["Place", "Texts", "numbers_of", "read"]

_PER_FRAME: Final = 16
_FRAME_BYTES: Final = 128 * 1024
_LEVEL: Final = 6
_HEAD: Final = struct.Struct("<I")


def _name(file: int, kind: str = "frames") -> str:
    return f"{file:06}.{kind}"


class Place(NamedTuple):
    """Where a text lies, and at which number of its file the numbers of its words begin."""

    text: int
    numbers: int


class Texts:
    """A file of texts that is being made."""

    def __init__(self, folder: Path) -> None:
        import zstandard

        self._folder = folder
        self._file = max((int(path.stem) for path in folder.glob("*.frames")), default=-1) + 1
        self._pack = zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True).compress
        self._frames: list[bytes] = []
        self._size = 0
        self._open: list[bytes] = []
        self._numbers: list[NDArray[np.uint16]] = []
        self._numbered = 0

    def add(self, text: str, numbers: NDArray[np.uint16]) -> Place:
        """Take a text in, and its words as numbers; its place."""
        place = Place(self._file << 40 | self._size << 8 | len(self._open), self._numbered)
        self._numbers.append(numbers)
        self._numbered += len(numbers)
        self._open.append(text.encode("utf-8", "replace"))
        if len(self._open) == _PER_FRAME or sum(map(len, self._open)) > _FRAME_BYTES:
            self._close()
        return place

    def _close(self) -> None:
        if self._open:
            lengths = struct.pack(f"<{len(self._open) + 1}I", len(self._open), *map(len, self._open))
            frame = self._pack(lengths + b"".join(self._open))
            self._frames.append(_HEAD.pack(len(frame)) + frame)
            self._size += len(self._frames[-1])
            self._open = []

    def save(self) -> None:
        """Write the file, whole or not at all, and begin the next one.

        Raises:
            OutputError: it cannot be written.
        """
        self._close()
        if self._frames:
            frames = self._folder / _name(self._file)
            save(frames, b"".join(self._frames))
            try:
                save(self._folder / _name(self._file, "words"), np.concatenate(self._numbers).astype("<u2").tobytes())
            except OutputError:
                frames.unlink(missing_ok=True)  # nothing will speak of it, and a full disk needs the room
                raise
            self._frames, self._size = [], 0
            self._numbers, self._numbered = [], 0
            self._file += 1


def read(folder: Path, place: int) -> str:
    """The text at a place.

    Raises:
        DamagedData: it is not there, or not readable.
    """
    import zstandard

    path = folder / _name(place >> 40)
    try:
        with open(path, "rb") as file:
            file.seek(place >> 8 & 0xFFFFFFFF)
            (size,) = _HEAD.unpack(file.read(_HEAD.size))
            data = zstandard.ZstdDecompressor().decompress(file.read(size))
        (count,) = _HEAD.unpack_from(data)
        lengths = struct.unpack_from(f"<{count}I", data, _HEAD.size)
        which = place & 0xFF
        start = _HEAD.size * (count + 1) + sum(lengths[:which])
        return data[start : start + lengths[which]].decode("utf-8")
    except (OSError, ValueError, IndexError, struct.error, zstandard.ZstdError):
        raise DamagedData(f"{path}: missing or damaged; make the archive anew") from None


def numbers_of(folder: Path, place: int) -> NDArray[np.uint16]:
    """The words as numbers of all texts in the file of a place, as they lie on the disk: only what is used is read.

    Raises:
        DamagedData: they are not there.
    """
    path = folder / _name(place >> 40, "words")
    try:
        # As a plain array: a slice of a memmap costs ten times as much.
        return np.memmap(path, "<u2", "r").view(np.ndarray) if path.stat().st_size else np.zeros(0, np.uint16)
    except (OSError, ValueError):
        raise DamagedData(f"{path}: missing or damaged; make the archive anew") from None
