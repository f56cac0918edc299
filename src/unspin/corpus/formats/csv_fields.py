"""Where the fields of a record of CSV stand, so that one can be changed and the others stay byte for byte."""

from __future__ import annotations

from collections.abc import Iterator

__all__ = ["with_field", "with_text"]


def with_text(record: bytes, delimiter: str, field: int, text: str) -> bytes:
    """A record with a text in place of one of its fields; it is quoted if the field was, or must be."""
    line = record.decode("utf-8")
    for number, (start, end) in enumerate(_fields(line, delimiter)):
        if number == field:
            quoted = line[start:end].startswith('"')
            return (line[:start] + _written(text, delimiter, quoted) + line[end:]).encode("utf-8", "replace")
    raise AssertionError("the text was read from there")


def with_field(record: bytes, delimiter: str, text: str | None) -> bytes:
    """A record with one field more at its end; an empty one for None."""
    line = record.decode("utf-8")
    *_, (_, end) = _fields(line, delimiter)
    added = "" if text is None else _written(text, delimiter, False)
    return (line[:end] + delimiter + added + line[end:]).encode("utf-8", "replace")


def _written(text: str, delimiter: str, quoted: bool) -> str:
    if quoted or any(sign in text for sign in (delimiter, '"', "\r", "\n")):
        return '"' + text.replace('"', '""') + '"'
    return text


def _fields(line: str, delimiter: str) -> Iterator[tuple[int, int]]:
    """Start and end of each field, its quotation marks with it, as Python's reader takes a record apart."""
    start = 1 if line.startswith("\ufeff") else 0
    stop = len(line.removesuffix("\n").removesuffix("\r"))
    while True:
        end = line.find(delimiter, _unquoted(line, start), stop)
        yield start, end if end >= 0 else stop
        if end < 0:
            return
        start = end + 1


def _unquoted(line: str, start: int) -> int:
    """Where a quoted field has its last quotation mark behind it; ``start`` of one that is not quoted."""
    if line[start : start + 1] != '"':
        return start
    at = line.find('"', start + 1)
    while at >= 0 and line[at + 1 : at + 2] == '"':
        at = line.find('"', at + 2)
    return len(line) if at < 0 else at + 1
