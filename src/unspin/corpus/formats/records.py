"""Where the records of a WARC file begin and end, unpacked and as stored.

FastWARC's own iterator was tried instead. It ends the archive at the first record that is out of place (bytes between records,
a wrong Content-Length), and gives a record that is cut off as if it were whole, so that one bad record costs the rest.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from unspin.corpus.formats.chunks import LONGEST, too_long
from unspin.corpus.formats.streams import Stream
from unspin.errors import CorruptInput

__all__ = ["BEGIN", "HEADERS", "Headers", "Record", "Records", "body_start"]

BEGIN: Final = b"WARC/"
"""What a record begins with."""
HEADERS: Final = 64 * 1024
"""Bytes of headers at most, of a record and of a page."""

_READ: Final = 1024**2
_DIGITS: Final = 15  # of a Content-Length at most
_BLANK: Final = 64  # bytes of empty lines after a record at most; there should be 4
_BLANK_LINE: Final = re.compile(rb"\n\r?\n")
_FOLDED: Final = re.compile(r"\r?\n[ \t]+")
# The first line of a record and the name of its first header; the bytes that this matches are bounded.
_FIRST: Final = re.compile(rb"WARC/\d\.\d{1,2}\r?\n[A-Za-z][A-Za-z0-9-]{0,99}:")
_FIRST_SIZE: Final = 128


class Headers:
    """The headers of a record or of a page, by name."""

    def __init__(self, lines: bytes = b"") -> None:
        """Take lines apart; one without a colon, as the first is, counts for nothing."""
        self._values: dict[str, list[str]] = {}
        for line in _FOLDED.sub(" ", lines.decode("utf-8", "replace")).split("\n"):
            name, colon, value = line.partition(":")
            if colon:
                self._values.setdefault(name.strip(" \t\r").lower(), []).append(value.strip(" \t\r"))

    def get(self, name: str) -> str | None:
        """A value; all of them with commas between where the name stands several times, None where it stands nowhere."""
        found = self._values.get(name.lower())
        return None if found is None else ", ".join(found)


def body_start(data: bytes, start: int = 0) -> int:
    """Where headers that begin at ``start`` are over, after the empty line; -1 where that is not within :data:`HEADERS`."""
    blank = _BLANK_LINE.search(data, start, start + HEADERS)
    return blank.end() if blank else -1


class Record(NamedTuple):
    """A record as it stands in the stream, with the empty lines after it.

    Attributes:
        start: where it begins, unpacked.
        end: where the next begins.
        place: the offset by which it is found again: as stored, if it is compressed by itself; else ``start``.
        stored: start and end as stored, where it is compressed by itself; else ``()``.
        data: the record; ``b""`` where there is a fault.
        headers: as far as they could be read.
        head: bytes of its headers, with the empty line after them.
        size: bytes of its headers and of what follows them, without the empty lines at the end.
        fault: why it is none.
    """

    start: int
    end: int
    place: int
    stored: tuple[int, ...]
    data: bytes
    headers: Headers
    head: int = 0
    size: int = 0
    fault: str = ""

    @property
    def body(self) -> bytes:
        """What the headers speak of."""
        return self.data[self.head : self.size]

    def header(self, name: str) -> str | None:
        """A header; None where there is none of that name."""
        return self.headers.get(name)


class Records:
    """The records of a stream that stands at ``offset``, where one begins; ``name`` is the file's in messages.

    What is no record is a fault up to where the next begins. Where a Content-Length leads to a place at which no record
    begins, the record is over where the next one does begin, if that is before.
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
        if not self._fill(len(BEGIN)) and BEGIN.startswith(self._data[self._at :]):
            raise self._torn()
        if not self._data.startswith(BEGIN, self._at):
            return self._skip("no record of WARC", Headers())
        head = self._head()
        if not head:
            return self._skip(f"headers longer than {HEADERS // 1024} KiB", Headers())
        headers = Headers(self._data[self._at : self._at + head])
        length = (headers.get("Content-Length") or "").partition(",")[0].strip()
        if not (length.isascii() and length.isdigit() and len(length) <= _DIGITS):
            return self._skip("a record without a Content-Length", headers)
        size = head + int(length)
        if size > LONGEST:
            return self._skip(too_long(), headers, size)
        size, whole = self._bounds(head, size)
        return self._record(headers, head, size, self._data[self._at : self._at + whole])

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
        where = f"ends in the middle of the record that begins at byte {self._offset + self._at:,}"
        return self._damage or CorruptInput(f"{self._name}: {where}; fetch the file again")

    def _stop(self) -> None:
        if self._damage is not None:
            raise self._damage

    def _head(self) -> int:
        """Bytes of the headers, with the empty line after them; 0 where they are too long."""
        end = body_start(self._data, self._at)
        if end < 0 and (len(self._data) - self._at < HEADERS):
            self._fill(HEADERS)
            end = body_start(self._data, self._at)
            if end < 0 and len(self._data) - self._at < HEADERS:
                raise self._torn()
        return max(0, end - self._at)

    def _bounds(self, head: int, size: int) -> tuple[int, int]:
        """Bytes of a record that should have ``size``: without the empty lines after it, and with them."""
        there = self._fill(size)
        self._fill(size + _BLANK + len(BEGIN))  # also so that it is known whether a member begins behind it
        if there:
            end = self._after_blank(self._at + size)
            if BEGIN.startswith(self._data[end : end + len(BEGIN)]):
                return size, end - self._at
        else:
            end = len(self._data)
        following = self._find(self._at + head, self._at + size)
        if following < 0 and there:
            return size, end - self._at
        if following < 0:
            # The last record: a Content-Length that is a little too large is one thing, a file that was cut another.
            if self._damage or self._at + size - end > _BLANK or not self._data.endswith(b"\r\n\r\n"):
                raise self._torn()
            following = end
        whole = following - self._at
        return max(head, len(self._data[self._at : following].rstrip(b"\r\n"))), whole

    def _after_blank(self, at: int) -> int:
        """Where the empty lines end that begin at a place."""
        after = self._data[at : at + _BLANK]
        return at + len(after) - len(after.lstrip(b"\r\n"))

    def _find(self, start: int, end: int) -> int:
        """Where in ``_data`` the first record begins in a range; -1 where none does."""
        for found in _FIRST.finditer(self._data, start, min(end + _FIRST_SIZE, len(self._data))):
            at = found.start()
            if at < end and (self._data[at - 1 : at] == b"\n" or self._stream.member(self._offset + at) is not None):
                return at
        return -1

    def _record(self, headers: Headers, head: int, size: int, data: bytes) -> Record:
        start = self._offset + self._at
        end = start + len(data)
        first, last = self._stream.member(start), self._stream.member(end)
        self._at += len(data)
        if last is None and not self._fill(1) and self._damage is None:
            last = self._stream.consumed
        stored = (first, last) if first is not None and last is not None else ()
        return Record(start, end, stored[0] if stored else start, stored, data, headers, head, size)

    def _skip(self, fault: str, headers: Headers, size: int | None = None) -> Record:
        """Pass over ``size`` bytes, or as far as it goes; but not over the beginning of a record."""
        start = self._offset + self._at
        place = self._stream.member(start)
        until = None if size is None else start + size
        while True:
            self._fill(2 * _FIRST_SIZE)
            end = len(self._data) - (0 if self._ended else _FIRST_SIZE)
            if until is not None:
                end = min(end, until - self._offset)
            found = self._find(self._at + 1, end)  # what begins here is no record, or it is too long
            if found >= 0:
                self._at = found
            elif self._offset + end == until:
                self._fill(end - self._at + _BLANK)
                self._at = self._after_blank(until - self._offset)
            elif self._ended:
                self._at = end
            else:
                self._at = end - 1  # the search goes on at the next byte, and looks at this one too
                continue
            break
        if not self._fill(1):
            self._stop()
        end = self._offset + self._at
        return Record(start, end, start if place is None else place, (), b"", headers, fault=fault)
