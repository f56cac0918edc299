"""Phrases that the end of a line parts: which line ends are only a margin, and where the break goes when words change."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

__all__ = ["Rewrapped", "is_apart", "rewrapped"]

SHORTEST: Final = 25
"""Signs of a line at least that is taken for full: shorter ones are headings, verse, or one of a list."""
_BREAK: Final = re.compile(r"\r?\n {0,40}")
_ODD: Final = re.compile(r"[\t\n\r\f\v]")


class Rewrapped(NamedTuple):
    """``text[start:end]``, and what stands for it with the line break of the text in it."""

    start: int
    end: int
    original: str


def is_apart(text: str, start: int, end: int) -> bool:
    """Whether words in ``text[start:end]`` stand too far from each other for a phrase: in two cells, lines or paragraphs.

    One line break does not part them where it is only the margin's: after a full line, before a lower-case letter.
    """
    match = _ODD.search(text, start, end)
    if match is None:
        return False
    wrap = _BREAK.match(text, match.start(), end)
    if wrap is None or _ODD.search(text, wrap.end(), end):
        return True
    full = text.find("\n", max(match.start() - SHORTEST, 0), match.start()) < 0 and match.start() >= SHORTEST
    return not (full and text[wrap.end() : wrap.end() + 1].islower())


def rewrapped(text: str, start: int, end: int, original: str, line_end: re.Pattern[str] = _BREAK) -> Rewrapped:
    """What is put in for ``text[start:end]``, broken where the line was: between its words, or after the only one.

    A single word takes the space behind it along, which is where the line is broken then; before a mark it is not broken.

    Args:
        text: where it is put in.
        start: where what goes begins.
        end: where it ends.
        original: what comes.
        line_end: the end of a line, with the margin of the next one.
    """
    wrap = line_end.search(text, start, end)
    if wrap is None:
        return Rewrapped(start, end, original)
    words = original.split(" ")
    before = min(len(text[start : wrap.start()].split()), len(words))
    if before < len(words):
        return Rewrapped(start, end, " ".join(words[:before]) + wrap.group() + " ".join(words[before:]))
    if original and text[end : end + 1] == " ":
        return Rewrapped(start, end + 1, original + wrap.group())
    return Rewrapped(start, end, original)
