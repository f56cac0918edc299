"""The rests: short ends and lines that an alignment leaves out because they say too little by themselves.

Of *Our meetings are dull beyond description* a spinner may leave not a word. By itself such a line is no evidence; between two
paragraphs that were taken it is where it belongs. So where an aligned paragraph has a rest on both sides, and where a paragraph
stands on both sides that nothing is aligned with, the two are held against each other, and they are a pair if their words
speak for it at all. Sentences on the same subject that somebody wrote in place of others hardly ever do.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from unspin.trace.likeness import Likeness, kernels
from unspin.trace.sides import Side

__all__ = ["with_rests"]

_LEAST: Final = 0.0
"""Nats that the rest of a paragraph must say."""
_LEAST_LINE: Final = 2.0
"""Nats that a paragraph must say that lies right beside what is aligned, on both sides: rows of figures are all alike."""
_LEAST_BEYOND: Final = 8.0
"""The same where others were left out between them."""
_BEYOND: Final = 2
"""Paragraphs of a side that may be left out."""
_LINE: Final = 48
"""Tokens of either where others were left out between them, at most."""
_CELLS: Final = 1 << 16
"""Pairs of tokens of two rests at most."""


class _Rest(NamedTuple):
    """What may be a pair: tokens ``[begin, end)`` of the page and of the source, and what they must say.

    ``back`` where they end at what is aligned instead of beginning there.
    """

    begin: int
    end: int
    source_begin: int
    source_end: int
    least: float
    back: bool


def with_rests(page: Side, source: Side, like: Likeness, aligned: NDArray[np.int64]) -> NDArray[np.int64]:
    """An alignment, and in it the rests of paragraphs and the lines between them that go with it.

    Args:
        page: the page.
        source: the source.
        like: what their tokens are worth.
        aligned: for each token of the page the token of the source, -1 for none.
    """
    return _Rests(like, aligned, page.paragraphs, source.paragraphs).taken() if (aligned >= 0).any() else aligned


class _Rests:
    """The free parts of two texts, which become fewer."""

    def __init__(
        self,
        like: Likeness,
        aligned: NDArray[np.int64],
        paragraphs: NDArray[np.int64],
        source_paragraphs: NDArray[np.int64],
    ) -> None:
        self._like = like
        self._aligned = aligned.copy()
        self._borders, self._source_borders = paragraphs.tolist(), source_paragraphs.tolist()
        self._source_paragraph = np.repeat(np.arange(len(source_paragraphs) - 1), np.diff(source_paragraphs))
        self._used = np.zeros(len(like.source), np.bool_)
        self._used[aligned[aligned >= 0]] = True

    def taken(self) -> NDArray[np.int64]:
        """The alignment with all rests that were taken."""
        paragraphs = range(len(self._borders) - 1)
        for back, order in ((False, paragraphs), (True, paragraphs[::-1])):
            for k in order:
                pair = self._outermost(k, back)
                if pair is not None:
                    m = int(self._source_paragraph[pair[1]])
                    self._take(self._rest(k, m, *pair, back))
                    any(self._take(line) for line in self._lines(k, m, back))
        return self._aligned

    def _outermost(self, k: int, back: bool) -> tuple[int, int] | None:
        """The last aligned pair of a paragraph of the page, or the first; None where nothing is aligned."""
        begin, end = self._borders[k : k + 2]
        at = np.flatnonzero(self._aligned[begin:end] >= 0)
        if not len(at):
            return None
        i = begin + int(at[0 if back else -1])
        return i, int(self._aligned[i])

    def _rest(self, k: int, m: int, i: int, j: int, back: bool) -> _Rest:
        """What paragraph ``k`` of the page and ``m`` of the source have before a pair of tokens, or behind it."""
        if back:
            return _Rest(self._borders[k], i, self._source_borders[m], j, _LEAST, back)
        return _Rest(i + 1, self._borders[k + 1], j + 1, self._source_borders[m + 1], _LEAST, back)

    def _lines(self, k: int, m: int, back: bool) -> Iterator[_Rest]:
        """Whole paragraphs beside paragraphs ``k`` and ``m``, the nearest first."""
        step = -1 if back else 1
        for out in range(2 * _BEYOND + 1):
            for beyond in range(max(0, out - _BEYOND), min(out, _BEYOND) + 1):
                here, there = k + step * (1 + beyond), m + step * (1 + out - beyond)
                if 0 <= here < len(self._borders) - 1 and 0 <= there < len(self._source_borders) - 1:
                    begin, end = self._borders[here : here + 2]
                    source_begin, source_end = self._source_borders[there : there + 2]
                    if not out:
                        yield _Rest(begin, end, source_begin, source_end, _LEAST_LINE, back)
                    elif max(end - begin, source_end - source_begin) <= _LINE:
                        yield _Rest(begin, end, source_begin, source_end, _LEAST_BEYOND, back)

    def _take(self, rest: _Rest) -> bool:
        """Align a rest, if both sides are free and it says enough."""
        a, b, c, d, least, back = rest
        if not 0 < (b - a) * (d - c) <= _CELLS or (self._aligned[a:b] >= 0).any() or self._used[c:d].any():
            return False
        like = self._like
        texts = like.page, like.source, like.page_breaks, like.source_breaks, like.fits
        kernels().fill_rest(self._aligned, (a, b, c, d), back, np.float32(least), *texts)
        found = self._aligned[a:b]
        self._used[found[found >= 0]] = True
        return bool((found >= 0).any())
