"""Texts with signs inside words that no reader sees there, as the reader takes them.

The gates work on the bytes of a page as they stand. A zero-width space inside a word makes two of it, and a Cyrillic letter for
a Latin one hides it; the reader reads what is seen. So the few documents that have such signs are made plain first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import numpy as np

from unspin.text import split
from unspin.text.lookalikes import lookalikes, seen_through
from unspin.text.view import visible

__all__ = ["as_seen"]

_MOST: Final = 1 << 20
"""Code points that are made plain; what comes after them stays as it is, so that a document costs a bounded time."""
_SPACE: Final = re.compile(r"\s")


def as_seen(data: bytes) -> bytes:
    """A document without invisible signs, and with Latin letters for those that stand for them; any bytes will do."""
    whole = data.decode("utf-8", "replace")
    text = visible(whole[:_MOST])
    # Whether a word is disguised is told by the words with look-alikes alone, and no token has white space inside: so what
    # stands between white space with one of them in it is all that need be split, which takes far longer than all the rest.
    stretches = np.array(list(_stretches(text)), np.int64).reshape(-1, 2)
    if not len(stretches):
        return (text + whole[_MOST:]).encode("utf-8", "replace")
    words = split("\n".join(text[begin:end] for begin, end in stretches.tolist()))
    taken = stretches[:, 1] - stretches[:, 0] + 1
    later = stretches[:, 0] - (taken.cumsum() - taken)  # how much farther on each stands in the text
    shifts = later[np.searchsorted(taken.cumsum(), words.start, side="right")]
    pieces: list[str] = []
    at = 0
    for start, end, lower, shift in zip(
        words.start.tolist(), words.end.tolist(), words.lower, shifts.tolist(), strict=True
    ):
        token = words.text[start:end]
        if token.isascii():
            continue
        read = seen_through(token)
        if read != token and read.lower().replace("’", "'") == lower:
            pieces += (text[at : start + shift], read)
            at = end + shift
    return "".join([*pieces, text[at:], whole[_MOST:]]).encode("utf-8", "replace")


def _stretches(text: str) -> Iterator[tuple[int, int]]:
    """What stands between white space, where there is a look-alike in it."""
    done = 0
    for start, end in lookalikes(text):
        if start < done:
            continue
        while start > done and not text[start - 1].isspace():
            start -= 1
        space = _SPACE.search(text, end)
        done = space.start() if space else len(text)
        yield start, done
