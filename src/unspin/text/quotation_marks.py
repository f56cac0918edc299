"""Which quotation marks belong together.

Double marks only, straight or typographic (and ``''`` of TeX). A mark says by its form or by its sides whether it opens or
closes; an open quotation ends with its paragraph.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from unspin.text.paragraphs import paragraph_starts
from unspin.text.words import Kind, Words

__all__ = ["Quoted", "pair_marks"]

_OPENING = frozenset("“„‟«")
_CLOSING = frozenset("”»")
_STRAIGHT = frozenset('"＂')
_BRACKETS = frozenset("([{—–-/‘'")


class _Mark(NamedTuple):
    """A quotation mark: token index, number of tokens (two for TeX's), the way it would rather face."""

    at: int
    length: int
    faces: int  # +1 opens, -1 closes, 0 either


class Quoted(NamedTuple):
    """A quotation, in tokens.

    Attributes:
        mark: index of the opening mark.
        first: index of the first token inside.
        end: index after the last token inside.
        resume: index of the first token after the closing mark.
        paragraph: the paragraph that it stands in.
        closed: whether there is a closing mark.
        continued: whether the next paragraph goes on with the same speech.
    """

    mark: int
    first: int
    end: int
    resume: int
    paragraph: int
    closed: bool
    continued: bool


def _marks(words: Words) -> list[_Mark]:
    marks: list[_Mark] = []
    lower = words.lower
    skip = -1
    for i in np.flatnonzero(words.kind == Kind.MARK).tolist():
        sign = lower[i]
        if sign in _OPENING or sign in _CLOSING or sign in _STRAIGHT:
            marks.append(_Mark(i, 1, (sign in _OPENING) - (sign in _CLOSING)))
        elif sign in "`'" and i > skip and lower[i + 1 : i + 2] == (sign,) and words.start[i + 1] == words.end[i]:
            marks.append(_Mark(i, 2, 1 if sign == "`" else -1))
            skip = i + 1
    return marks


def _opens(words: Words, mark: _Mark, inside: bool) -> bool | None:
    """Whether a mark opens (True) or closes (False) a quotation, or does neither (None), by its sides."""
    text = words.text
    start, end = int(words.start[mark.at]), int(words.end[mark.at + mark.length - 1])
    before, after = text[start - 1 : start], text[end : end + 1]
    may_open = (not before or before.isspace() or before in _BRACKETS) and bool(after) and not after.isspace()
    may_close = bool(before) and not before.isspace() and not after.isalnum()
    if may_open and may_close:
        may_open = may_close = False  # no evidence from the sides
    if inside:
        if may_open and mark.faces >= 0:
            return True
        return mark.faces > 0 and not may_close
    if mark.faces == 0 and before.isdigit() and not may_open:
        return None  # inches, seconds
    if may_close and mark.faces <= 0:
        return None
    return True if mark.faces >= 0 or may_open else None


def pair_marks(words: Words) -> list[Quoted]:
    """The quotations of a text, in order, never overlapping; each within a paragraph."""
    paragraphs = np.searchsorted(words.start, paragraph_starts(words.text)).tolist()
    borders = [*paragraphs, len(words)]
    quotes: list[Quoted] = []
    opened: _Mark | None = None
    paragraph = 0

    def leave(next_mark: int | None) -> None:
        """Settle a quotation that its paragraph leaves open."""
        if opened is None:
            return
        border = borders[paragraph + 1]
        continued = next_mark == border and border < len(words) and words.lower[border] == words.lower[opened.at]
        leads_in = opened.at == borders[paragraph] or words.lower[opened.at - 1] in ":,"
        first = opened.at + opened.length
        if first < border and (continued or leads_in):
            quotes.append(Quoted(opened.at, first, border, border, paragraph, closed=False, continued=continued))

    for mark in _marks(words):
        if mark.at >= borders[paragraph + 1]:
            leave(mark.at)
            opened = None
            while mark.at >= borders[paragraph + 1]:
                paragraph += 1
        opens = _opens(words, mark, opened is not None)
        if opens:
            opened = mark
        elif opens is False and opened is not None:
            first = opened.at + opened.length
            if first < mark.at:
                quotes.append(
                    Quoted(
                        opened.at,
                        first,
                        mark.at,
                        mark.at + mark.length,
                        paragraph,
                        closed=True,
                        continued=False,
                    )
                )
            opened = None
    leave(None)
    return quotes
