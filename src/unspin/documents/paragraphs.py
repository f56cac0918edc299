"""From the lines of all pages to paragraphs: where one ends, where it goes on overleaf, words divided at line ends."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby, pairwise, zip_longest
from statistics import median
from typing import Final, NamedTuple

from unspin.documents.hyphens import Hyphens
from unspin.documents.layout import Line
from unspin.documents.prose import ends_sentence, plain_letters

__all__ = ["paragraphs"]

_WIDE_GAP: Final = 1.25  # of the usual distance between lines
_USUAL_LEADING: Final = 1.3  # heights of a line, where there are too few lines to tell
_INDENT: Final = 0.7  # of the height of a line
_SHORT_BY: Final = 0.25  # of the width of the column
_OTHER_SIZE: Final = 0.1
_BULLET: Final = re.compile(r"[•▪‣◦●■–—*-] ?\S|\(?\d{1,2}[.)] |\(?[a-z]\) ")

Part = tuple[int, str]


class _Column(NamedTuple):
    """The edges of a column in points, and the usual distance between its lines in heights of a line."""

    left: float
    right: float
    leading: float


def paragraphs(lines: Sequence[Line]) -> Iterator[tuple[Part, ...]]:
    """The paragraphs, each in the parts that stand on one page.

    One that breaks off at the end of a column goes on with the first lines of its size in the next; what stands between
    (notes, captions) comes after it.
    """
    columns = {key: _measures(list(column)) for key, column in groupby(lines, _column)}
    body = _body_size(lines)
    whole: list[list[Line]] = []
    open_: list[Line] = []  # the last paragraph of body text
    last: Line | None = None
    fresh = False  # whether this column has shown no body text yet
    for group in _groups(lines, columns):
        first = group[0]
        fresh = fresh or (last is not None and _column(first) != _column(last))
        last = group[-1]
        is_body = _alike(first.size, body)
        if is_body and fresh and open_ and _goes_on(open_[-1], first, columns):
            open_ += group
        else:
            whole.append(group)
            open_ = group if is_body else open_
        fresh = fresh and not is_body and first.size < body
    hyphens = Hyphens(line.text for line in lines)
    yield from (_joined(group, hyphens) for group in whole)


def _column(line: Line) -> tuple[int, int]:
    return line.page, line.column


def _body_size(lines: Iterable[Line]) -> float:
    """The height of most letters."""
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[round(line.size, 1)] += len(line.text)
    return max(sizes, key=lambda size: sizes[size], default=0.0)


def _alike(size: float, other: float) -> bool:
    return abs(size - other) <= _OTHER_SIZE * other


def _measures(lines: Sequence[Line]) -> _Column:
    lefts = Counter(round(line.left) for line in lines)
    common = [left for left, count in lefts.items() if count >= max(2, len(lines) // 10)]
    pairs = [(a, b) for a, b in pairwise(lines) if _alike(a.size, b.size) and a.bottom > b.bottom]
    leading = median((a.bottom - b.bottom) / b.size for a, b in pairs) if len(pairs) > 1 else _USUAL_LEADING
    return _Column(min(common, default=min(lefts)), max(line.right for line in lines), leading)


def _groups(lines: Sequence[Line], columns: Mapping[tuple[int, int], _Column]) -> Iterator[list[Line]]:
    """Lines of one paragraph as far as it stands in one column."""
    group: list[Line] = []
    for line in lines:
        if group and _breaks(group, line, columns[_column(line)]):
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def _breaks(group: Sequence[Line], line: Line, column: _Column) -> bool:
    """Whether a line begins a paragraph, after the lines of the one before."""
    before = group[-1]
    if _column(before) != _column(line) or not _alike(line.size, before.size):
        return True
    if before.bottom - line.bottom > _WIDE_GAP * column.leading * line.size:
        return True
    if _BULLET.match(line.text) and (_BULLET.match(group[0].text) or ends_sentence(before.text)):
        return True
    if line.text[0].islower() or before.text.endswith("-"):
        return False
    indent = _INDENT * line.size
    ends = ends_sentence(before.text)
    short_by = column.right - before.right
    room = short_by - line.first  # more than nothing where the first word would have fitted on the line before
    if line.left - before.left > indent:  # a first line, unless the others hang
        return ends or room > 0
    if before.left - line.left > indent and len(group) > 1 and before.left - group[0].left > -indent:
        return True  # back from an indented block
    if ends or line.left - column.left > indent:
        return room > indent
    return room > indent and short_by > _SHORT_BY * (column.right - column.left)


def _goes_on(last: Line, first: Line, columns: Mapping[tuple[int, int], _Column]) -> bool:
    """Whether a paragraph that ends a column goes on in the next."""
    if first.text[0].islower():
        return True
    if ends_sentence(last.text) or _BULLET.match(first.text):
        return False
    full = columns[_column(last)].right - last.right < 2 * last.size
    return full and first.left - columns[_column(first)].left < _INDENT * first.size


def _joined(lines: Sequence[Line], hyphens: Hyphens) -> tuple[Part, ...]:
    parts: list[tuple[int, list[str]]] = []
    for line, following in zip_longest(lines, lines[1:]):
        text = plain_letters(line.text)
        if following is not None:
            text = hyphens.continued(text, plain_letters(following.text))
        if not parts or parts[-1][0] != line.page:
            parts.append((line.page, []))
        parts[-1][1].append(text)
    return tuple((page, "".join(texts)) for page, texts in parts)
