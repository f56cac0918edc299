"""Page furniture: what a page repeats around its text, such as headers, footers and page numbers."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import groupby, takewhile
from typing import Final

from unspin.documents.layout import Line

__all__ = ["without_furniture"]

_EDGE_ROWS: Final = 3  # at the top and at the bottom of a page
_SAME_HEIGHT: Final = 3.0  # points
_PAGE_NUMBER: Final = re.compile(
    r"\W*+(?:page\s*+)?(?:\d{1,4}|[ivxlc]{1,7})(?:\s*+(?:of|/|\|)\s*+\d{1,4})?\W*+", re.IGNORECASE
)
_DIGITS: Final = re.compile(r"\d+")

_Row = list[Line]


def without_furniture(lines: Sequence[Line]) -> list[Line]:
    """The lines without those that stand at the same height at the edge of two pages or more, figures aside.

    Rows are looked at from the edge inwards, and the first one that no other page repeats ends the header or footer. A
    number that is the first or last row of a page by itself goes too.
    """
    edges: list[list[_Row]] = []  # from the edge inwards, a list for the top and one for the foot of each page
    heights: dict[str, list[tuple[float, int]]] = defaultdict(list)
    for _, page in groupby(lines, lambda line: line.page):
        rows = _rows(page)
        edges += [rows[:_EDGE_ROWS], rows[::-1][:_EDGE_ROWS]]
        for row in rows[:_EDGE_ROWS] + rows[_EDGE_ROWS:][-_EDGE_ROWS:]:
            heights[_pattern(row)].append((row[0].bottom, row[0].page))

    def is_repeated(row: _Row) -> bool:
        alike = heights[_pattern(row)]
        return any(page != row[0].page and abs(bottom - row[0].bottom) < _SAME_HEIGHT for bottom, page in alike)

    dropped = {line for edge in edges for row in takewhile(is_repeated, edge) for line in row}
    dropped |= {edge[0][0] for edge in edges if _pattern(edge[0]) == "#"}
    return [line for line in lines if line not in dropped]


def _rows(page: Iterable[Line]) -> list[_Row]:
    """Lines side by side, whatever column they belong to, from top to bottom."""
    rows: list[_Row] = []
    for line in sorted(page, key=lambda line: (-line.bottom, line.left)):
        if rows and rows[-1][0].bottom - line.bottom < _SAME_HEIGHT:
            rows[-1].append(line)
        else:
            rows.append([line])
    return rows


def _pattern(row: _Row) -> str:
    """A header or footer without what changes from page to page; ``#`` for a page number."""
    text = " ".join(line.text for line in sorted(row, key=lambda line: line.left))
    if _PAGE_NUMBER.fullmatch(text):
        return "#"
    return _DIGITS.sub("#", text.casefold())
