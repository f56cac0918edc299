"""Several spins of one text in columns: what each of them has at every place of the first.

They are aligned as restored (:mod:`~unspin.trace.comparing`): what the reader has put right agrees already, and the gaps are
short. A column is a word of the first page, or several where one of them has a phrase there; what stands in each page as
found and as restored goes into it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from unspin.comparison import Comparison
from unspin.reading import Reading, Substitution
from unspin.text import Kind, split
from unspin.trace.comparing import compare

__all__ = ["Column", "Columns", "Page", "Place", "columns"]


@dataclass(frozen=True, slots=True)
class Place:
    """A span of a page: in its text as found, and as the reader restored it."""

    start: int
    end: int
    restored_start: int
    restored_end: int


@dataclass(frozen=True, slots=True)
class Column:
    """What the pages have at one place; None for a page that has nothing aligned there. The first page always has."""

    places: tuple[Place | None, ...]


@dataclass(frozen=True)
class Columns:
    """All columns of the first page, in order.

    Attributes:
        pages: the pages, the first one first.
        columns: in the order of the first page, never overlapping there.
        shares: for each page, which share of the first page's words is aligned with it, 0 to 1.
    """

    pages: tuple[Page, ...]
    columns: tuple[Column, ...]
    shares: tuple[float, ...]


class Page:
    """A page as read: its restored text in words, and the way back from there to the text as found."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        words = split(reading.restored)
        is_word = words.kind != Kind.MARK
        self.starts: list[int] = words.start[is_word].tolist()
        self.ends: list[int] = words.end[is_word].tolist()
        shift = 0
        self._begin: list[int] = []
        self._stop: list[int] = []
        for s in reading.substitutions:
            self._begin.append(s.start + shift)
            shift += len(s.original) - (s.end - s.start)
            self._stop.append(s.end + shift)

    def __len__(self) -> int:
        return len(self.starts)

    def word(self, offset: int) -> int:
        """How many words begin before an offset of the restored text."""
        return bisect_left(self.starts, offset)

    def found(self, start: int, end: int) -> tuple[int, int]:
        """The span of the text as found that a span of the restored text came of."""
        substitutions = self.reading.substitutions
        k = bisect_right(self._begin, start) - 1
        if k >= 0:
            inside = start < self._stop[k]
            start = substitutions[k].start if inside else start - self._stop[k] + substitutions[k].end
        k = bisect_left(self._begin, end) - 1
        if k >= 0:
            inside = end < self._stop[k]
            end = substitutions[k].end if inside else end - self._stop[k] + substitutions[k].end
        return start, max(start, end)

    def substitutions(self, start: int, end: int) -> Sequence[Substitution]:
        """Those of the reading that lie in a span of the text as found."""
        substitutions = self.reading.substitutions
        first = bisect_left(substitutions, start, key=lambda s: s.start)
        return substitutions[first : bisect_right(substitutions, end, lo=first, key=lambda s: s.end)]

    def place(self, first: int, last: int) -> Place:
        """The words from ``first`` to before ``last``; an empty place where there are none."""
        if first >= last:
            at = self.ends[first - 1] if first else 0
            found = self.found(at, at)[0]
            return Place(found, found, at, at)
        start, end = self.starts[first], self.ends[last - 1]
        return Place(*self.found(start, end), start, end)

    def phrases(self) -> Iterator[tuple[int, int]]:
        """Words of the restored text that one substitution put there, where they are several."""
        for begin, stop in zip(self._begin, self._stop, strict=True):
            first, last = self.word(begin), self.word(stop)
            if last - first > 1:
                yield first, last


class _Links:
    """For each word of the first page, which words of another stand there."""

    def __init__(self, first: Page, other: Page, found: Comparison) -> None:
        self.begin: NDArray[np.int64] = np.full(len(first), -1)
        self.end: NDArray[np.int64] = np.full(len(first), -1)
        self.groups: list[tuple[int, int]] = []
        k = 0
        for passage in found.passages:
            i, j = first.word(passage.start), other.word(passage.source_start)
            stop = first.word(passage.end)
            while k < len(found.changes) and found.changes[k].end <= passage.end:
                change = found.changes[k]
                k += 1
                a, b = first.word(change.start), first.word(change.end)
                c, d = other.word(change.source_start), other.word(change.source_end)
                self._same(i, a, j, c)
                if a < b:
                    self._group(a, b, c, d)
                elif i < a and self.end[a - 1] >= 0:  # what only the other has goes with the word before
                    self.end[a - 1] = d
                i, j = b, d
            self._same(i, stop, j, other.word(passage.source_end))

    def _same(self, i: int, a: int, j: int, c: int) -> None:
        if a - i == c - j:
            self.begin[i:a] = np.arange(j, c)
            self.end[i:a] = np.arange(j + 1, c + 1)
        elif a > i:
            self._group(i, a, j, c)

    def _group(self, a: int, b: int, c: int, d: int) -> None:
        self.begin[a:b], self.end[a:b] = c, d
        if b - a > 1:
            self.groups.append((a, b))

    def span(self, a: int, b: int) -> tuple[int, int] | None:
        """The words of the other page that stand at words ``a`` to ``b`` of the first."""
        begin, end = self.begin[a:b], self.end[a:b]
        if (begin < 0).any() or (np.diff(begin) < 0).any() or (begin[1:] > end[:-1]).any():
            return None
        return int(begin[0]), int(end.max())


def columns(readings: Sequence[Reading]) -> Columns:
    """Align several pages with the first one.

    Args:
        readings: the pages as read, two or more.

    Raises:
        MissingExtra: ``unspin[trace]`` is not installed.
    """
    pages = tuple(Page(reading) for reading in readings)
    first = pages[0]
    links = [_Links(first, page, compare(first.reading.restored, page.reading.restored)) for page in pages[1:]]
    together = np.zeros(len(first) + 1, np.bool_)  # whether a word goes with the one before it
    for a, b in first.phrases():
        together[a + 1 : b] = True
    for page, link in zip(pages[1:], links, strict=True):
        for a, b in link.groups:
            together[a + 1 : b] = True
        at = {int(word): i for i, word in reversed(list(enumerate(link.begin.tolist()))) if word >= 0}
        for c, d in page.phrases():
            inside = [at[word] for word in range(c, d) if word in at]
            if inside:
                together[min(inside) + 1 : max(inside) + 1] = True
    borders = [*np.flatnonzero(~together[: len(first)]).tolist(), len(first)]
    made = []
    for a, b in pairwise(borders):
        spans = [link.span(a, b) for link in links]
        others = [None if span is None else page.place(*span) for page, span in zip(pages[1:], spans, strict=True)]
        made.append(Column((first.place(a, b), *others)))
    shares = [float((link.begin >= 0).mean()) if len(first) else 0.0 for link in links]
    return Columns(pages, tuple(made), (1.0, *shares))
