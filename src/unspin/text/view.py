"""A text as a reader sees it: without markup, with a sign in the place of what is no prose, and the way back.

Whoever reads a page reads neither its tags nor the letters of an address. A :class:`View` is the text with such parts cut
out or replaced; it is read like any other text, and what is found in it is led back into the text as given.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["INVISIBLE", "LITERAL", "Cut", "View", "plain", "visible"]

LITERAL: Final = "\N{OBJECT REPLACEMENT CHARACTER}"
"""What stands for something that is no prose in a sentence: an address, a path, code. It is a mark, and no word."""
INVISIBLE: Final = "\u00ad\u180e\u200b\u200c\u200d\u2060\ufeff"
"""Soft hyphen, joiners, zero-width spaces and the like: no reader sees them inside a word."""


class Cut(NamedTuple):
    """``text[start:end]``, and what stands for it in the view."""

    start: int
    end: int
    instead: str = ""


@dataclass(frozen=True, eq=False)
class View:
    """A text as it is read.

    Attributes:
        given: the text as given.
        text: what is read.
        start: where each code point of ``text`` begins in ``given``, ``int32[n]``; None where both are the same.
        end: where it ends there, ``int32[n]``; None where both are the same.
    """

    given: str
    text: str
    start: NDArray[np.int32] | None = None
    end: NDArray[np.int32] | None = None

    def without(self, cuts: Iterable[Cut]) -> View:
        """The view with parts of it cut out or replaced; of cuts that overlap the first one in order of start is made."""
        pieces: list[str] = []
        starts: list[NDArray[np.int32]] = []
        ends: list[NDArray[np.int32]] = []
        start = np.arange(len(self.text), dtype=np.int32) if self.start is None else self.start
        end = np.arange(1, len(self.text) + 1, dtype=np.int32) if self.end is None else self.end
        at = 0
        for cut in sorted(cuts, key=lambda cut: cut.start):
            if cut.start < at or cut.end <= cut.start:
                continue
            pieces += (self.text[at : cut.start], cut.instead)
            starts += (start[at : cut.start], np.repeat(start[cut.start], len(cut.instead)))
            ends += (end[at : cut.start], np.repeat(end[cut.end - 1], len(cut.instead)))
            at = cut.end
        if not pieces:
            return self
        pieces.append(self.text[at:])
        starts.append(start[at:])
        ends.append(end[at:])
        return View(self.given, "".join(pieces), np.concatenate(starts), np.concatenate(ends))

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where ``text[start:end]`` lies in the text as given; what is invisible at its borders is outside."""
        if self.start is None or self.end is None or not start < end:
            at = start if self.start is None or not len(self.start) else self._border(start)
            return at, end if self.start is None else at
        return int(self.start[start]), int(self.end[end - 1])

    def hidden(self, start: int, end: int) -> str:
        """The markup that stands inside ``text[start:end]`` and is not seen there."""
        if self.start is None or self.end is None:
            return ""
        gaps = np.flatnonzero(self.end[start : end - 1] != self.start[start + 1 : end]) + start
        between = (
            self.given[self.end[i] : self.start[i + 1]] for i in gaps.tolist() if self.end[i] < self.start[i + 1]
        )
        return "".join(between).translate(_UNSEEN)

    def _border(self, at: int) -> int:
        assert self.start is not None and self.end is not None
        return int(self.start[at]) if at < len(self.start) else int(self.end[-1])


_UNSEEN: Final = dict.fromkeys(map(ord, INVISIBLE))
_SIGN: Final = re.compile(f"[{INVISIBLE}]")


def plain(text: str) -> View:
    """The view of a text that is read as it stands, but for what no reader sees inside a word."""
    seen = View(text, text)
    return seen.without(Cut(*match.span()) for match in _SIGN.finditer(text))


def visible(text: str) -> str:
    """The text of :func:`plain`, without the way back."""
    return text if text.isascii() else _SIGN.sub("", text)
