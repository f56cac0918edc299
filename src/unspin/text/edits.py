"""Replaying edits: the one place where a text is changed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Protocol

__all__ = ["Edit", "apply", "apply_within", "removal_span"]

_SPACE_BEFORE = re.compile(r"[^\S\r\n]*\Z")
_SPACE_AFTER = re.compile(r"[^\S\r\n]*")
_MAX_SPACE = 64  # white space looked at on each side of a removed word, so that the look is O(1)


class Edit(Protocol):
    """Anything with a span and what stands there afterwards, such as a ``Substitution``."""

    @property
    def start(self) -> int:
        """Offset of the first code point replaced."""

    @property
    def end(self) -> int:
        """Offset after the last code point replaced."""

    @property
    def original(self) -> str:
        """What stands there afterwards."""


def apply(text: str, edits: Iterable[Edit]) -> str:
    """The text with every edit made.

    Raises:
        ValueError: an edit lies outside the text, or the edits are out of order or overlap.
    """
    return apply_within(text, edits, 0, len(text))


def apply_within(text: str, edits: Iterable[Edit], start: int, end: int) -> str:
    """``text[start:end]`` with those of ``edits`` made that lie inside it; one that crosses its border is left out.

    Raises:
        ValueError: an edit lies outside the text, or the edits are out of order or overlap.
    """
    pieces: list[str] = []
    at = start
    last = 0
    for edit in edits:
        if not last <= edit.start <= edit.end <= len(text):
            raise ValueError(f"edit [{edit.start}, {edit.end}) is out of order or outside the text")
        last = edit.end
        if start <= edit.start and edit.end <= end:
            pieces += (text[at : edit.start], edit.original)
            at = edit.end
    pieces.append(text[at:end])
    return "".join(pieces)


def removal_span(text: str, start: int, end: int) -> tuple[int, int]:
    """The span to cut when the word at ``[start, end)`` goes, so that neither a gap nor a lost space remains.

    The white space before the word goes with it; at the start of a line, the white space after it. A word that has a
    neighbour on either side without a space between (as in ``(simply``) takes the space on its other side. Line breaks
    are never cut.
    """
    before = _SPACE_BEFORE.search(text, max(0, start - _MAX_SPACE), start)
    after = _SPACE_AFTER.match(text, end, end + _MAX_SPACE)
    left = before.start() if before else start
    right = after.end() if after else end
    at_line_start = left == 0 or text[left - 1] in "\r\n"
    if left < start and not at_line_start:
        return left, end
    return start, right
