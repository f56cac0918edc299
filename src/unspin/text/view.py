"""A text as a reader sees it: without markup, with a sign in the place of what is no prose, and the way back.

Whoever reads a page reads neither its tags nor the letters of an address. A :class:`View` is the text with such parts cut
out or replaced; it is read like any other text, and what is found in it is led back into the text as given.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["LITERAL", "Cut", "View", "as_read", "plain", "unveiled", "visible", "with_unseen"]

LITERAL: Final = "\N{OBJECT REPLACEMENT CHARACTER}"
"""What stands for something that is no prose in a sentence: an address, a path, code. It is a mark, and no word."""
_INVISIBLE: Final = (
    "\u00ad\u034f\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff"
)
"""Soft hyphen, joiners, spaces without width, marks of direction, selectors of variants, tags: nobody sees them in a word."""


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
        return visible("".join(between))

    def _border(self, at: int) -> int:
        assert self.start is not None and self.end is not None
        return int(self.start[at]) if at < len(self.start) else int(self.end[-1])


_ALPHABETS: Final = ((0x2100, 0x2150), (0x24B6, 0x24EA), (0x1D400, 0x1D800), (0x1FBF0, 0x1FBFA), (0xFF01, 0xFF5F))
"""Blocks with letters, figures and marks of ASCII in another shape: script, circled, mathematical, segmented, of full width."""
_SHAPES: Final = {
    code: read
    for first, end in _ALPHABETS
    for code in range(first, end)
    if unicodedata.decomposition(chr(code)).startswith(("<font>", "<circle>", "<wide>"))
    and (read := unicodedata.normalize("NFKC", chr(code))).isascii()
}
_IN_SHAPE: Final = "".join(f"{chr(first)}-{chr(end - 1)}" for first, end in _ALPHABETS)
_LIGATURES: Final = "\ufb00-\ufb06"
_SIGN: Final = re.compile(f"[{_INVISIBLE}]++")
_SHAPED: Final = re.compile(f"[{_IN_SHAPE}]++")
_LIGATURE: Final = re.compile(f"[{_LIGATURES}]")
_VEILED: Final = re.compile(f"[{_INVISIBLE}{_IN_SHAPE}{_LIGATURES}]")


def plain(text: str) -> View:
    """The view of a text that is read as it stands, but for what no reader sees inside a word."""
    seen = View(text, text)
    return seen if text.isascii() else seen.without(Cut(*match.span()) for match in _SIGN.finditer(text))


def visible(text: str) -> str:
    """The text of :func:`plain`, without the way back."""
    return text if text.isascii() else _SIGN.sub("", text)


def unveiled(text: str) -> View:
    """The view of :func:`plain`, with letters and figures of ASCII for the same ones in another shape.

    Those of full width, mathematical and circled letters are read so, and ligatures: whoever reads them sees no other word.
    """
    if text.isascii() or _VEILED.search(text) is None:
        return View(text, text)
    seen = plain(text)
    seen = replace(seen, text=_SHAPED.sub(_reshaped, seen.text))  # one for one
    return seen.without(Cut(*match.span(), _parted(match)) for match in _LIGATURE.finditer(seen.text))


def as_read(text: str) -> str:
    """The text of :func:`unveiled`, without the way back."""
    if text.isascii() or _VEILED.search(text) is None:
        return text
    return _LIGATURE.sub(_parted, _SHAPED.sub(_reshaped, _SIGN.sub("", text)))


def _reshaped(match: re.Match[str]) -> str:
    return match[0].translate(_SHAPES)


def _parted(match: re.Match[str]) -> str:
    return unicodedata.normalize("NFKC", match[0])


def with_unseen(text: str, start: int, end: int) -> tuple[int, int]:
    """A span with the invisible signs at its borders."""
    while start and not visible(text[start - 1]):
        start -= 1
    while end < len(text) and not visible(text[end]):
        end += 1
    return start, end
