"""How much of a text the public edition has shown already, and how much more it may show."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from unspin.text import Kind, split
from unspin.text.paragraphs import paragraph_starts

__all__ = ["Allowance"]


class Allowance:
    """The words of a text, which of them are shown, and how many more may be.

    Args:
        text: the text.
        share: which share of its words may be shown, 0 to 1.
    """

    def __init__(self, text: str, share: float) -> None:
        words = split(text)
        counted = words.kind != Kind.MARK
        self._text = text
        self._start = words.start[counted].tolist()
        self._end = words.end[counted].tolist()
        self._paragraphs = paragraph_starts(text).tolist()
        self._taken = [False] * len(self._start)
        self._left = int(share * len(self._start))
        self._quoted = 0

    @property
    def left(self) -> int:
        """How many more words may be shown."""
        return self._left

    def count(self, start: int, end: int) -> int:
        """How many words begin in ``text[start:end]``."""
        first, last = self._words(start, end)
        return last - first

    def shown(self, start: int, end: int, most: int) -> int:
        """The end of what may be shown of ``text[start:end]`` if it is ``most`` words at most."""
        first, last = self._words(start, end)
        return end if last - first <= most else self._end[first + most - 1]

    def free(self, start: int, end: int, share: float = 1.0) -> bool:
        """Whether ``text[start:end]`` may be shown: none of it is, and there is room; ``share`` limits all that is quoted."""
        first, last = self._words(start, end)
        return (
            last - first <= self._left
            and self._quoted + last - first <= share * len(self._start)
            and not any(self._taken[first:last])
        )

    def take(self, start: int, end: int) -> None:
        """Count ``text[start:end]`` among what is shown."""
        first, last = self._words(start, end)
        self._left -= last - first
        self._taken[first:last] = [True] * (last - first)

    def quote(self, start: int, end: int) -> None:
        """Count a quotation among what is shown."""
        self._quoted += self.count(start, end)
        self.take(start, end)

    def around(self, start: int, end: int, most: int) -> tuple[int, int] | None:
        """Where ``most`` words on either side of ``text[start:end]`` begin and end, none beyond its paragraph.

        Counted among what is shown; None where they may not be shown, or where there are none.
        """
        first, last = self._words(start, end)
        paragraph = bisect_right(self._paragraphs, start)
        low = self._paragraphs[paragraph - 1] if paragraph else 0
        high = self._paragraphs[paragraph] if paragraph < len(self._paragraphs) else len(self._text)
        left = max(first - most, bisect_left(self._start, low))
        right = min(last + most, bisect_left(self._start, high))
        if right <= left or right - left > self._left or any(self._taken[left:right]):
            return None
        self._left -= right - left
        self._taken[left:right] = [True] * (right - left)
        return min(self._start[left], start), max(self._end[right - 1], end)

    def _words(self, start: int, end: int) -> tuple[int, int]:
        """Indices ``[first, last)`` of the words that begin in ``[start, end)``."""
        return bisect_left(self._start, start), bisect_left(self._start, end)
