"""Records of CSV, and the bytes that made each.

Python's own reader decides where a record ends. It is given line after line, so that it is known which bytes made a record.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np

from unspin.corpus.formats.chunks import LONGEST, SIZE
from unspin.corpus.formats.streams import Stream
from unspin.errors import CorruptInput

__all__ = ["CsvRecord", "csv_records"]

_READ: Final = SIZE
_GROUP: Final = SIZE
"""Bytes that quotes hold together at most, before they are doubted."""


class CsvRecord(NamedTuple):
    """A record: its fields, where it stands, its bytes, and what is wrong with it."""

    fields: list[str]
    start: int
    end: int
    raw: bytes
    fault: str


def csv_records(stream: Stream, offset: int, delimiter: str, name: str) -> Iterator[CsvRecord]:
    """The records of a stream that stands at ``offset``, where one begins; ``name`` is the file's in messages.

    Raises:
        CorruptInput: what comes next is damaged, or a record is longer than :data:`LONGEST`.
    """
    lines = _Lines(stream, offset, name)
    csv.field_size_limit(LONGEST)  # the limit is the whole program's; 128 KB is the default
    reader = csv.reader(lines, delimiter=delimiter)
    while True:
        fault = ""
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if lines.take_back():
                continue
            fields, fault = [""], str(error)
        start, raw, bad = lines.take()
        yield CsvRecord(fields, start, start + len(raw), raw, bad or fault)


class _Lines:
    """The lines of a stream as strings, and the bytes of those that were asked for since the last record.

    Lines that quotes seem to hold together are given at once, which is much faster. Where the reader finds that they are
    several records (a quote may stand for inches), they are taken back and given one by one.
    """

    def __init__(self, stream: Stream, offset: int, name: str) -> None:
        self._stream, self._name = stream, name
        self._offset = offset  # of the first line that was not taken
        self._rest = b""
        self._waiting: deque[bytes] = deque()
        self._given: list[bytes] = []
        self._size = 0
        self._bad = ""
        self._ended = False

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        while not self._waiting:
            if self._ended:
                raise StopIteration
            self._read()
        line = self._waiting.popleft()
        first = not self._offset and not self._given
        self._given.append(line)
        self._size += len(line)
        self._check(self._size)
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError as error:
            self._bad = f"no UTF-8 at byte {self._size - len(line) + error.start} of the row"
            text = line.decode("utf-8", "replace")
        return text.removeprefix("\ufeff") if first else text

    def take(self) -> tuple[int, bytes, str]:
        """Where the lines since the last record begin, their bytes, and what is wrong with these."""
        start, raw, bad = self._offset, self._given[0] if len(self._given) == 1 else b"".join(self._given), self._bad
        self._offset += len(raw)
        self._given, self._size, self._bad = [], 0, ""
        return start, raw, bad

    def take_back(self) -> bool:
        """Give what was given since the last record again, line by line; False if it was given so."""
        lines = b"".join(self._given).splitlines(keepends=True)
        if len(lines) == len(self._given):
            return False
        self._waiting.extendleft(reversed(lines))
        self._given, self._size, self._bad = [], 0, ""
        return True

    def _read(self) -> None:
        """Take in whole lines, or the rest of the file."""
        more = self._stream.read(max(_READ, len(self._rest)))
        data = self._rest + more
        self._ended = not more
        stops = _stops(data)
        # What does not end soon is no group: a quote that is none, or lines that end in carriage returns.
        last = stops[-1] if stops else 0
        if self._ended or len(data) - last > _GROUP:
            # A carriage return may be half of a line's end.
            end = len(data) if self._ended else max(data.rfind(b"\n"), data.rfind(b"\r", 0, len(data) - 1)) + 1
        else:
            end = last
        self._waiting.extend(data[a:b] for a, b in pairwise([0, *stops]))
        self._waiting.extend(data[last:end].splitlines(keepends=True))
        self._rest = data[end:]
        self._check(self._size + len(self._rest))

    def _check(self, size: int) -> None:
        if size > LONGEST:
            where = f"a row that begins at byte {self._offset:,} is longer than {LONGEST // 1024**2} MiB"
            raise CorruptInput(f"{self._name}: {where}; see whether a quote is not closed")


def _stops(data: bytes) -> list[int]:
    """Where lines end before which there is an even number of quotes."""
    bytes_ = np.frombuffer(data, np.uint8)
    ends = np.flatnonzero(bytes_ == ord("\n"))
    quotes = np.flatnonzero(bytes_ == ord('"'))
    even: list[int] = (ends[np.searchsorted(quotes, ends) % 2 == 0] + 1).tolist()
    return even
