"""Texts with signs inside words that no reader sees there, as the reader takes them.

The gates work on the bytes of a page as they stand. A zero-width space inside a word makes two of it, and a Cyrillic letter for
a Latin one hides it; the reader reads what is seen. So the few documents that have such signs are made plain first.
"""

from __future__ import annotations

from typing import Final

from unspin.text import split
from unspin.text.lookalikes import has_lookalikes, seen_through
from unspin.text.view import plain

__all__ = ["as_seen"]

_MOST: Final = 1 << 20
"""Code points that are made plain; what comes after them stays as it is, so that a document costs a bounded time."""


def as_seen(data: bytes) -> bytes:
    """A document without invisible signs, and with Latin letters for those that stand for them; any bytes will do."""
    whole = data.decode("utf-8", "replace")
    text = plain(whole[:_MOST]).text
    if not has_lookalikes(text):  # splitting takes ten times as long as all the rest
        return (text + whole[_MOST:]).encode("utf-8", "replace")
    words = split(text)
    pieces: list[str] = []
    at = 0
    for start, end, lower in zip(words.start.tolist(), words.end.tolist(), words.lower, strict=True):
        if text[start:end].isascii():
            continue
        read = seen_through(text[start:end])
        if read != text[start:end] and read.lower().replace("’", "'") == lower:
            pieces += (text[at:start], read)
            at = end
    return "".join([*pieces, text[at:], whole[_MOST:]]).encode("utf-8", "replace")
