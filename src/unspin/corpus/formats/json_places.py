"""Where the values of an object stand in a line of JSON, so that one can be changed and the others stay byte for byte."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final

__all__ = ["has_key", "with_member", "with_text"]

_SPACE: Final = re.compile(rb"[ \t\r\n]*")
_SCALAR: Final = re.compile(rb"[^ \t\r\n,\]}]*")  # a number, true, false, null; what Python's module writes, NaN, too
_MARK: Final = re.compile(rb'["{}\[\]]')
_OPENING: Final = b"{["
_QUOTE, _ESCAPE, _COMMA, _END = b'"\\,}'


def with_text(line: bytes, name: str, text: str) -> bytes:
    """The line with a text in place of the value of ``name``: a key, or where that is missing or null a path ``a.b``.

    Args:
        line: an object in JSON, with what stands around it.
        name: as in :class:`unspin.corpus.formats.chunks.Columns`; it leads to a value.
        text: the new value.
    """
    start, end = _place(line, name)
    return line[:start] + _written(text, line) + line[end:]


def with_member(line: bytes, name: str, text: str) -> bytes:
    """The line with one more key and its text at the end of the object; there is no such key in it yet."""
    members = list(_members(line, _opens(line)))
    _, first, _ = members[0]
    _, _, at = members[-1]
    space = b" " if line[first - 1 : first] == b" " else b""
    return line[:at] + b"," + space + _written(name, line) + b":" + space + _written(text, line) + line[at:]


def has_key(line: bytes, name: str) -> bool:
    """Whether an object has a key, whatever its value."""
    return any(key == name for key, _, _ in _members(line, _opens(line)))


def _written(text: str, line: bytes) -> bytes:
    """A text as JSON, escaped where the rest of the line is."""
    return json.dumps(text, ensure_ascii=line.isascii()).encode("utf-8", "replace")


def _place(line: bytes, name: str) -> tuple[int, int]:
    """Start and end of the value."""
    begin = _opens(line)
    found = _value(line, begin, name)
    if found is None or line[slice(*found)] == b"null":
        for part in name.split("."):
            found = _value(line, begin, part)
            assert found is not None, "the text was read from there"
            begin = found[0]
    assert found is not None
    return found


def _value(line: bytes, begin: int, name: str) -> tuple[int, int] | None:
    """Start and end of the value of a key of the object that begins at ``begin``; of the last, where several are alike."""
    found = None
    for key, start, end in _members(line, begin):
        if key == name:
            found = (start, end)
    return found


def _opens(line: bytes) -> int:
    return line.index(b"{")


def _members(line: bytes, begin: int) -> Iterator[tuple[str, int, int]]:
    """Each key of an object, with start and end of its value."""
    at = _after_space(line, begin + 1)
    while line[at] != _END:
        after = _string_end(line, at)
        key = json.loads(line[at:after])
        start = _after_space(line, line.index(b":", after) + 1)
        end = _value_end(line, start)
        yield key, start, end
        at = _after_space(line, end)
        if line[at] == _COMMA:
            at = _after_space(line, at + 1)


def _value_end(line: bytes, start: int) -> int:
    """Where a value ends; nothing is called within itself, however deep it is nested."""
    if line[start] == _QUOTE:
        return _string_end(line, start)
    if line[start] not in _OPENING:
        scalar = _SCALAR.match(line, start)
        assert scalar is not None
        return scalar.end()
    depth, at = 1, start + 1
    while depth:
        mark = _MARK.search(line, at)
        assert mark is not None
        if mark[0] == b'"':
            at = _string_end(line, mark.start())
        else:
            depth += 1 if mark[0] in _OPENING else -1
            at = mark.end()
    return at


def _string_end(line: bytes, start: int) -> int:
    """Where the string ends whose quotation mark stands at ``start``."""
    at = start
    while True:
        at = line.index(b'"', at + 1)
        before = at
        while line[before - 1] == _ESCAPE:
            before -= 1
        if (at - before) % 2 == 0:
            return at + 1


def _after_space(line: bytes, at: int) -> int:
    space = _SPACE.match(line, at)
    assert space is not None
    return space.end()
