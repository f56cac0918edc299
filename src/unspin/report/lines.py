"""Where an offset stands in a text as an editor counts: line and column."""

from __future__ import annotations

import re
from bisect import bisect_right

__all__ = ["Lines"]

_BREAK = re.compile(r"\r\n|[\n\r]")


class Lines:
    """The lines of a text; what ends one is a line feed, a carriage return, or both."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(match.end() for match in _BREAK.finditer(text))]

    def at(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, both from 1; a column is a code point."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def span(self, start: int, end: int) -> str:
        """``"line 3"`` or ``"lines 3–9"``: where ``[start, end)`` stands."""
        first, last = self.at(start)[0], self.at(max(start, end - 1))[0]
        return f"line {first:,}" if first == last else f"lines {first:,}–{last:,}"
