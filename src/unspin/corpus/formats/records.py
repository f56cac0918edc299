"""Where the records of a WARC file begin and end, unpacked and as stored."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from unspin.corpus.formats.chunks import LONGEST, too_long
from unspin.corpus.formats.streams import Stream
from unspin.errors import CorruptInput

__all__ = ["BEGIN", "Record", "Records"]

BEGIN: Final = b"WARC/"
"""What a record begins with."""

_READ: Final = 1024**2
_HEADERS: Final = 64 * 1024  # bytes of the headers of a record at most
_LENGTH: Final = re.compile(rb"^content-length:[ \t]*(\d{1,15})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_BLANK: Final = 64  # bytes of empty lines after a record at most; there should be 4
_BLANK_LINE: Final = re.compile(rb"\n\r?\n")
_NEXT: Final = b"\n" + BEGIN


class Record(NamedTuple):
    """A record as it stands in the stream, with the empty lines after it.

    Attributes:
        start: where it begins, unpacked.
        end: where the next begins.
        stored: both as stored, where it is compressed by itself; else ``()``.
        data: the record; ``b""`` where there is a fault.
        head: bytes of its headers, with the empty line after them.
        size: bytes of its headers and of what follows them, without the empty lines at the end.
        fault: why it is none.
    """

    start: int
    end: int
    stored: tuple[int, ...]
    data: bytes
    head: int = 0
    size: int = 0
    fault: str = ""

    @property
    def place(self) -> int:
        """The offset by which the record is found again: as stored, if it is compressed by itself."""
        return self.stored[0] if self.stored else self.start

    @property
    def body(self) -> bytes:
        """What the headers speak of."""
        return self.data[self.head : self.size]

    def header(self, name: str) -> str | None:
        """A header; None where there is none of that name."""
        found = _header(name).search(self.data, 0, self.head)
        return found[1].decode("utf-8", "replace") if found else None


@lru_cache
def _header(name: str) -> re.Pattern[bytes]:
    return re.compile(rb"^" + re.escape(name.encode()) + rb":[ \t]*(.*?)[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)


class Records:
    """The records of a stream that stands at ``offset``, where one begins; ``name`` is the file's in messages.

    What is no record is a fault up to where the next begins.
    """

    def __init__(self, stream: Stream, offset: int, name: str) -> None:
        self._stream, self._name = stream, name
        self._offset = offset  # of the first byte of _data
        self._data = b""
        self._at = 0  # in _data, what comes next
        self._ended = False
        self._damage: CorruptInput | None = None

    def next(self) -> Record | None:
        """The next record; None at the end.

        Raises:
            CorruptInput: what comes next is damaged, or the file ends in the middle of a record.
        """
        if not self._fill(1):
            self._stop()
            return None
        head, size = self._sizes()
        if not head:
            return self._skip_to_next()
        if size > LONGEST:
            return self._skip(size)
        if not self._fill(size):
            self._stop()
            raise self._torn()
        self._fill(size + _BLANK)  # also so that it is known whether a member begins behind it
        after = self._data[self._at + size : self._at + size + _BLANK]
        whole = size + len(after) - len(after.lstrip(b"\r\n"))
        return self._record(head, size, self._data[self._at : self._at + whole])

    def _fill(self, size: int) -> bool:
        """Whether so many bytes are there, after reading what it takes."""
        while len(self._data) - self._at < size and not self._ended:
            try:
                more = self._stream.read(max(_READ, size))
            except CorruptInput as error:
                more, self._damage = b"", error
            self._ended = not more
            self._offset += self._at
            self._data = self._data[self._at :] + more
            self._at = 0
        return len(self._data) - self._at >= size

    def _torn(self) -> CorruptInput:
        return CorruptInput(f"{self._name}: ends in the middle of its last record; fetch the file again")

    def _stop(self) -> None:
        if self._damage is not None:
            raise self._damage

    def _sizes(self) -> tuple[int, int]:
        """Bytes of the headers, and with what follows them; zeros where this is no record."""
        if not self._fill(len(BEGIN)) and BEGIN.startswith(self._data[self._at :]):
            self._stop()
            raise self._torn()
        if not self._data.startswith(BEGIN, self._at):
            return 0, 0
        blank = _BLANK_LINE.search(self._data, self._at, self._at + _HEADERS)
        if blank is None:
            self._fill(_HEADERS)
            blank = _BLANK_LINE.search(self._data, self._at, self._at + _HEADERS)
            if blank is None and len(self._data) - self._at < _HEADERS:
                self._stop()
                raise self._torn()
        length = _LENGTH.search(self._data, self._at, blank.start() + 1) if blank else None
        if blank is None or length is None:
            return 0, 0
        head = blank.end() - self._at
        return head, head + int(length[1])

    def _record(self, head: int, size: int, data: bytes) -> Record:
        start = self._offset + self._at
        end = start + len(data)
        first, last = self._stream.member(start), self._stream.member(end)
        self._at += len(data)
        if last is None and not self._fill(1) and self._damage is None:
            last = self._stream.consumed
        stored = (first, last) if first is not None and last is not None else ()
        return Record(start, end, stored, data, head, size)

    def _skip(self, size: int) -> Record:
        """Pass over a record that is too long."""
        start = self._offset + self._at
        left = size
        while left and self._fill(1):
            step = min(left, len(self._data) - self._at)
            self._at += step
            left -= step
        self._stop()
        self._fill(_BLANK)
        after = self._data[self._at : self._at + _BLANK]
        self._at += len(after) - len(after.lstrip(b"\r\n"))
        return Record(start, self._offset + self._at, (), b"", fault=too_long())

    def _skip_to_next(self) -> Record:
        """Pass over what is no record."""
        start = self._offset + self._at
        while self._fill(len(_NEXT) + 1):
            found = self._data.find(_NEXT, self._at)
            if found >= 0:
                self._at = found + 1
                break
            self._at = len(self._data) - len(_NEXT) + 1
        else:
            self._at = len(self._data)
        self._stop()
        return Record(start, self._offset + self._at, (), b"", fault="no record of WARC")
