"""Where an offset stands as an editor counts, line and column; in what no editor opens, page and paragraph."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from unspin.report.source import Source
from unspin.text.edits import Edit

__all__ = ["Lines", "Positions"]

_TEXT = "text"

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


@dataclass(frozen=True)
class Positions:
    """Where the offsets of a text that was read stand for somebody who opens its document.

    Attributes:
        source: where the text came from.
        read: the text.
    """

    source: Source
    read: str

    @property
    def text(self) -> str | None:
        """The document as an editor shows it; None where none does."""
        if self.source.stored is not None:
            return self.source.stored.text
        return self.read if self.source.format == _TEXT else None

    def at(self, offset: int) -> tuple[int, int] | None:
        """Line and column, both from 1; None where there is none."""
        at = self._offset(offset)
        return None if at is None or self._lines is None else self._lines.at(at)

    def span(self, edit: Edit) -> tuple[tuple[int, int], tuple[int, int]] | None:
        """Line and column where what is edited begins, and those where it has ended; None where there are none."""
        if self._lines is None:
            return None
        if edits := self.edits(edit):
            return self.stands(edits[0].start), self.stands(edits[-1].end)
        known = [at for at in map(self._offset, range(edit.start, edit.end)) if at is not None]
        return (self.stands(min(known)), self.stands(max(known) + 1)) if known else None

    def stands(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset of the document that an editor shows."""
        assert self._lines is not None
        return self._lines.at(offset)

    def edits(self, edit: Edit) -> Sequence[Edit]:
        """An edit of what was read as edits of the document; none where it cannot be made there."""
        if self.source.stored is not None:
            return self.source.stored.edits(edit)
        return (edit,) if self.source.format == _TEXT else ()

    def in_words(self, offset: int) -> str:
        """``"3:5"``, or ``"p. 3, par. 2"``, or ``""`` where nothing is known."""
        at = self.at(offset)
        return self.source.where(offset) if at is None else "{}:{}".format(*at)

    def span_in_words(self, start: int, end: int) -> str:
        """``"lines 3–9"``, or where it begins and ends in pages and paragraphs: ``"p. 3, par. 2 – p. 4, par. 1"``."""
        ends = (start, max(start, end - 1))
        first, last = map(self._offset, ends)
        if first is not None and last is not None and self._lines is not None:
            return self._lines.span(first, last + 1)
        return " – ".join(dict.fromkeys(filter(None, map(self.source.where, ends))))

    def _offset(self, offset: int) -> int | None:
        return offset if self.source.stored is None else self.source.stored.at(offset)

    @cached_property
    def _lines(self) -> Lines | None:
        return None if self.text is None else Lines(self.text)
