"""Replaying edits: the one place where a text is changed."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from typing import NamedTuple, Protocol

__all__ = ["Composition", "Edit", "apply", "apply_within", "compose", "removal_span"]

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
    pieces: list[str] = []
    at = 0
    for edit in edits:
        if not at <= edit.start <= edit.end <= len(text):
            raise ValueError(f"edit [{edit.start}, {edit.end}) is out of order or outside the text")
        pieces += (text[at : edit.start], edit.original)
        at = edit.end
    pieces.append(text[at:])
    return "".join(pieces)


def apply_within(text: str, edits: Sequence[Edit], start: int, end: int) -> str:
    """``text[start:end]`` with those of ``edits`` made that lie inside it; one that crosses its border is left out.

    The edits must be in order: only those that begin inside are looked at, however many there are.

    Raises:
        ValueError: of those that begin inside, an edit lies outside the text, or they are out of order or overlap.
    """
    first = bisect_left(edits, start, key=attrgetter("start"))
    pieces: list[str] = []
    at = start
    for k in range(first, len(edits)):
        edit = edits[k]
        if edit.start > end:
            break
        if not at <= edit.start <= edit.end <= len(text):
            raise ValueError(f"edit [{edit.start}, {edit.end}) is out of order or outside the text")
        if edit.end <= end:
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
    left, right = start, end
    while left > max(0, start - _MAX_SPACE) and _is_space(text[left - 1]):
        left -= 1
    while right < min(len(text), end + _MAX_SPACE) and _is_space(text[right]):
        right += 1
    at_line_start = left == 0 or text[left - 1] in "\r\n"
    if left < start and not at_line_start:
        return left, end
    return start, right


def _is_space(sign: str) -> bool:
    """White space within a line."""
    return sign.isspace() and sign not in "\r\n"


class Composition(NamedTuple):
    """Edits that belong together, of two that follow one another.

    Attributes:
        start: offset into the first text.
        end: offset into the first text, after the last code point replaced.
        original: what stands there after both.
        before: indices of the edits of the first text in it.
        after: indices of the edits of the text between in it.
    """

    start: int
    end: int
    original: str
    before: tuple[int, ...]
    after: tuple[int, ...]


def compose(before: Sequence[Edit], between: str, after: Sequence[Edit]) -> Iterator[Composition]:
    """Edits of a text, followed by edits of the text ``between`` that they make, as edits of the first text, in order.

    Edits that touch the same place become one. Both must be in order without overlaps, and ``after`` without insertions.
    """
    spans: list[tuple[int, int]] = []
    shift = 0  # from the first text to the text between
    for edit in before:
        begin = edit.start + shift
        spans.append((begin, begin + len(edit.original)))
        shift += len(edit.original) - (edit.end - edit.start)
    back = 0  # from the text between to the first text, here
    i = j = 0
    while i < len(before) or j < len(after):
        first_before = j >= len(after) or (i < len(before) and spans[i][0] <= after[j].start)
        low, high = spans[i] if first_before else (after[j].start, after[j].end)
        at, begin, end = low + back, i, j
        while True:
            if i < len(before) and ((first_before and i == begin) or spans[i][0] < high):
                high = max(high, spans[i][1])
                back += (before[i].end - before[i].start) - (spans[i][1] - spans[i][0])
                i += 1
            elif j < len(after) and (after[j].start < high or (not first_before and j == end)):
                high = max(high, after[j].end)
                j += 1
            else:
                break
        now = apply_within(between, after[end:j], low, high)
        yield Composition(at, high + back, now, tuple(range(begin, i)), tuple(range(end, j)))
