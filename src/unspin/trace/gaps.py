"""What stands for what between two places where page and source agree: words for words, phrases for words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

__all__ = ["Link", "fill"]

_LONGEST: Final = 12
"""Words on either side up to which it is decided word by word; longer gaps are rewritten text."""
_PHRASE: Final = 4
"""Words that may stand for one, or for which one may stand, at most."""
_KNOWN, _UNKNOWN, _ONE_SIDE = 2.0, -1.0, -1.6


class Link(NamedTuple):
    """Words ``begin`` to ``end`` of the page stand for words ``source_begin`` to ``source_end`` of the source.

    Attributes:
        begin: first word of the page.
        end: after its last one; the same where the source has something that the page lacks.
        source_begin: first word of the source.
        source_end: after its last one; the same where the page has something that the source lacks.
        exact: whether it is one word and the same on both sides.
        known: whether it is exact, or the lexicon has it.
    """

    begin: int
    end: int
    source_begin: int
    source_end: int
    exact: bool
    known: bool


def fill(a: int, b: int, c: int, d: int, known: Callable[[int, int], bool]) -> list[Link]:
    """Links for words ``a`` to ``b`` of the page and ``c`` to ``d`` of the source, between which nothing is the same.

    As many on one side as on the other stand for one another one by one; otherwise it is the cheapest way to pair words,
    phrases with words, and to leave words out.
    """
    if a == b or c == d:
        return [Link(a, b, c, d, False, False)] if a < b or c < d else []
    if b - a == d - c <= _LONGEST:
        return [Link(a + k, a + k + 1, c + k, c + k + 1, False, known(a + k, c + k)) for k in range(b - a)]
    if max(b - a, d - c) > _LONGEST:
        return [Link(a, b, c, d, False, False)]
    return _cheapest(a, b, c, d, known)


def _cheapest(a: int, b: int, c: int, d: int, known: Callable[[int, int], bool]) -> list[Link]:
    rows, columns = b - a, d - c
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    step = [[(0, 0)] * (columns + 1) for _ in range(rows + 1)]
    for i in range(rows + 1):
        for j in range(columns + 1):
            if not i and not j:
                continue
            options = []
            if i and j:
                options.append((best[i - 1][j - 1] + (_KNOWN if known(a + i - 1, c + j - 1) else _UNKNOWN), (1, 1)))
                for k in range(2, min(i, _PHRASE) + 1):
                    head = _KNOWN if any(known(a + i - n, c + j - 1) for n in range(1, k + 1)) else _UNKNOWN
                    options.append((best[i - k][j - 1] + head - 0.3 * k, (k, 1)))
                for k in range(2, min(j, _PHRASE) + 1):
                    head = _KNOWN if any(known(a + i - 1, c + j - n) for n in range(1, k + 1)) else _UNKNOWN
                    options.append((best[i - 1][j - k] + head - 0.3 * k, (1, k)))
            if i:
                options.append((best[i - 1][j] + _ONE_SIDE, (1, 0)))
            if j:
                options.append((best[i][j - 1] + _ONE_SIDE, (0, 1)))
            best[i][j], step[i][j] = max(options)
    links: list[Link] = []
    i, j = rows, columns
    while i or j:
        k, m = step[i][j]
        one = k == m == 1
        links.append(Link(a + i - k, a + i, c + j - m, c + j, False, one and known(a + i - 1, c + j - 1)))
        i, j = i - k, j - m
    return links[::-1]
