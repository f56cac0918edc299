"""The order in which the words of a page are read: columns one after the other, each from top to bottom.

A gutter is a vertical strip that no word enters for some rows on end, with text on both sides, and at whose right edge
lines begin. Rows that cross it (a title, a wide figure's caption) cut the page into bands; in each band the left side
is read before the right one, and each side is looked at again, so that three columns are two gutters. The rule is that of
Breuel's whitespace cover cut down to what text pages need ("Two geometric algorithms for layout analysis", DAS 2002).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from statistics import median
from typing import Final, NamedTuple

__all__ = ["Line", "Word", "reading_order"]

# All in units of the height of a line.
_GUTTER: Final = 0.75
_SAME_ROW: Final = 0.5
_ALIGNED: Final = 0.15
# Rows on end that a gutter must divide, and lines that begin at its right edge.
_FEWEST_ROWS: Final = 4
# A column is at least this share of the text's width: narrower ones are the numbers of a list.
_NARROWEST: Final = 0.15


class Word(NamedTuple):
    """A word and its box in points, the origin at the lower left."""

    text: str
    left: float
    bottom: float
    right: float
    top: float


class Line(NamedTuple):
    """A line of a column.

    Attributes:
        text: its words, a space between each.
        left, bottom, right, top: its box in points.
        first: width of its first word.
        size: height of its letters, the median over its words.
        page: number of the page, from 1.
        column: number of the stretch of lines that it belongs to, from 0 on each page.
    """

    text: str
    left: float
    bottom: float
    right: float
    top: float
    first: float
    size: float
    page: int
    column: int


_Row = list[Word]


def reading_order(words: Sequence[Word], page: int) -> list[Line]:
    """The lines of a page as they are read."""
    lines: list[Line] = []
    for column, block in enumerate(_blocks(words)):
        lines += [_line(row, page, column) for row in _rows(block)]
    return lines


def _rows(words: Sequence[Word]) -> list[_Row]:
    """Words side by side, from top to bottom, each row from left to right."""
    rows: list[_Row] = []
    for word in sorted(words, key=lambda w: (-(w.top + w.bottom), w.left)):
        for row in rows[-2:]:
            shared = min(row[0].top, word.top) - max(row[0].bottom, word.bottom)
            if shared > _SAME_ROW * min(_height(row[0]), _height(word)):
                row.append(word)
                break
        else:
            rows.append([word])
    return [sorted(row, key=lambda w: w.left) for row in rows]


def _height(word: Word) -> float:
    return max(word.top - word.bottom, 0.1)


def _line(row: _Row, page: int, column: int) -> Line:
    return Line(
        text=" ".join(word.text for word in row),
        left=row[0].left,
        bottom=min(word.bottom for word in row),
        right=max(word.right for word in row),
        top=max(word.top for word in row),
        first=row[0].right - row[0].left,
        size=median(_height(word) for word in row),
        page=page,
        column=column,
    )


def _blocks(words: Sequence[Word]) -> Iterator[Sequence[Word]]:
    """Stretches of text that run from top to bottom, in reading order."""
    rows = _rows(words)
    gutter = _gutter(rows)
    if gutter is None:
        if words:
            yield words
        return
    across = False
    band: list[Word] = []
    for row in rows:
        if _crosses(row, gutter) != across:
            yield from _band(band, gutter, across)
            band, across = [], not across
        band += row
    yield from _band(band, gutter, across)


def _band(words: list[Word], gutter: tuple[float, float], across: bool) -> Iterator[Sequence[Word]]:
    if across:
        yield from _blocks(words)
        return
    middle = sum(gutter) / 2
    for side in ([w for w in words if w.left < middle], [w for w in words if w.left >= middle]):
        yield from _blocks(side)


def _crosses(row: _Row, gutter: tuple[float, float]) -> bool:
    """Whether a word of the row enters the strip, or the strip lies in a space between two of its words."""
    left = [word for word in row if word.left < gutter[1]]
    if any(word.right > gutter[0] for word in left):
        return True
    if not 0 < len(left) < len(row):
        return False
    return row[len(left)].left - left[-1].right < _GUTTER * _height(left[-1])


def _gutter(rows: list[_Row]) -> tuple[float, float] | None:
    """The strip that divides most rows, or None where the text is one column."""
    if len(rows) < _FEWEST_ROWS:
        return None
    size = median(_height(word) for row in rows for word in row)
    left = min(row[0].left for row in rows)
    width = max(word.right for row in rows for word in row) - left
    best, most = None, 0
    for edge in _edges(rows, size):
        gutter = (edge - _GUTTER * size, edge - _ALIGNED * size)
        if not _NARROWEST * width < edge - left < (1 - _NARROWEST) * width:
            continue
        divided = _divided(rows, gutter)
        if divided > most:
            best, most = gutter, divided
    return best


def _edges(rows: list[_Row], size: float) -> list[float]:
    """Where lines begin after a gap, from left to right: the right edges of all gutters that there may be."""
    starts = [
        word.left
        for row in rows
        for before, word in zip([None, *row], row, strict=False)
        if before is None or word.left - before.right > _GUTTER * size
    ]
    bins = Counter(round(start / (2 * _ALIGNED * size)) for start in starts)
    edges = []
    for place, count in sorted(bins.items()):
        if count + bins[place + 1] >= _FEWEST_ROWS:
            edges.append(min(s for s in starts if round(s / (2 * _ALIGNED * size)) in (place, place + 1)))
    return edges


def _divided(rows: list[_Row], gutter: tuple[float, float]) -> int:
    """Number of rows in stretches of rows that leave the strip free and stand on both sides of it; 0 if too few do."""
    middle = sum(gutter) / 2
    total = left = right = 0
    for crosses, group in groupby(rows, lambda row: _crosses(row, gutter)):
        stretch = list(group)
        lefts = sum(row[0].left < middle for row in stretch)
        rights = sum(row[-1].left >= middle for row in stretch)
        if not crosses and min(lefts, rights) > 1:
            total += len(stretch)
            left += lefts
            right += rights
    return total if min(left, right) >= _FEWEST_ROWS else 0
