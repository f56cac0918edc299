"""Anchors: stretches of tokens that stand on both sides and hardly anywhere else.

A word, a pair and longer rows of words that occur once on the page and once in the source almost surely came from there.
Longer rows may occur a few times, since they say more, and the longest as often as the page likes if the source has them once:
it may have a text over and over. Neighbouring matches of one diagonal are one anchor.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from unspin.text.words import Kind
from unspin.trace.likeness import Likeness

__all__ = ["Anchors", "anchors"]

_ROWS: Final = ((1, 1), (2, 1), (3, 4), (6, 16))
"""Length of a row of tokens, and in how many pairs of places it may stand."""
_LONGEST: Final = _ROWS[-1][0]
_ENDS: Final = 8
"""Tokens that two texts begin or end with alike, from which that is an anchor."""


class Anchors(NamedTuple):
    """Anchors in order of their place on the page; ``page[a] : page[a] + length[a]`` are the tokens of anchor ``a``.

    Attributes:
        page: the first token on the page, ``int64[n]``.
        source: the first token in the source, ``int64[n]``.
        length: number of tokens, ``int64[n]``.
        worth: what it says in nats, ``float64[n]``.
    """

    page: NDArray[np.int64]
    source: NDArray[np.int64]
    length: NDArray[np.int64]
    worth: NDArray[np.float64]

    def take(self, which: NDArray[np.int64]) -> Anchors:
        """Some of them, by number."""
        return Anchors(self.page[which], self.source[which], self.length[which], self.worth[which])

    def joined(self, other: Anchors) -> Anchors:
        """These and others, one after the other."""
        return Anchors(
            np.append(self.page, other.page),
            np.append(self.source, other.source),
            np.append(self.length, other.length),
            np.append(self.worth, other.worth),
        )


def anchors(like: Likeness, swaps: bool = False) -> Anchors:
    """The anchors of a page and a source; their number and the time are linear in the tokens, but for sorting.

    Args:
        like: the page and the source.
        swaps: whether a word may also be an anchor with what it may have been swapped for, if each stands once.
    """
    page, source = like.page, like.source
    points = [_ends(page, source)]
    if swaps:
        points.append(_swapped(like))
    rows_page, rows_source, length = page, source, 1
    for size, places in _ROWS:
        while length < size:
            rows_page, rows_source = _longer(rows_page, rows_source, page[length:], source[length:])
            length += 1
        left, right = _joined(rows_page, rows_source, places, often=size == _LONGEST)
        if size == 1:
            words = like.kind[page[left]] != Kind.MARK
            left, right = left[words], right[words]
        points += [(left + k, right + k) for k in range(size)]
    left, right = (np.concatenate(part) for part in zip(*points, strict=True))
    return _merged(left, right, like)


def _ends(page: NDArray[np.int64], source: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """What both begin with and what both end with, where that is long: in a text that repeats itself, all there is."""
    most = min(len(page), len(source))
    head = _alike(page[:most] == source[:most])
    tail = _alike(page[len(page) - most :][::-1] == source[len(source) - most :][::-1])
    head = head if head >= _ENDS else 0
    tail = tail if tail >= _ENDS and head < most else 0
    begin, end = np.arange(head), np.arange(tail, 0, -1)
    return np.concatenate([begin, len(page) - end]), np.concatenate([begin, len(source) - end])


def _swapped(like: Likeness) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Words that stand once, with what they may have been swapped for, where that stands once too."""
    spun, original = np.divmod(like.pairs[like.worth > 0], like.size)
    place, times = np.full((2, len(like.rarity)), -1), np.zeros((2, len(like.rarity)), np.int64)
    for side, tokens in enumerate((like.page, like.source)):
        place[side, tokens] = np.arange(len(tokens))
        times[side] = np.bincount(tokens, minlength=len(like.rarity))
    once = (times[0, spun] == 1) & (times[1, original] == 1)
    return place[0, spun[once]], place[1, original[once]]


def _alike(same: NDArray[np.bool_]) -> int:
    return len(same) if same.all() else int(np.argmin(same))


def _longer(
    page: NDArray[np.int64], source: NDArray[np.int64], next_page: NDArray[np.int64], next_source: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows made longer by the token after them, numbered anew."""
    size = 1 + int(max(next_page.max(initial=0), next_source.max(initial=0)))
    keys = np.concatenate([page[: len(next_page)] * size + next_page, source[: len(next_source)] * size + next_source])
    _, number = np.unique(keys, return_inverse=True)
    return number[: len(next_page)], number[len(next_page) :]


def _joined(
    page: NDArray[np.int64], source: NDArray[np.int64], places: int, often: bool
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Every pair of places of the rows that stand in at most so many pairs of places, or ``often`` where the source has one."""
    size = 1 + int(max(page.max(initial=-1), source.max(initial=-1)))
    left, right = np.bincount(page, minlength=size), np.bincount(source, minlength=size)
    few = (left * right > 0) & ((left * right <= places) | (often & (right == 1)))
    at_page = np.flatnonzero(few[page])
    at_page = at_page[np.argsort(page[at_page], kind="stable")]
    at_source = np.flatnonzero(few[source])
    at_source = at_source[np.argsort(source[at_source], kind="stable")]
    begins = np.cumsum(np.where(few, right, 0)) - np.where(few, right, 0)
    times = right[page[at_page]]
    within = np.arange(int(times.sum())) - np.repeat(np.cumsum(times) - times, times)
    return np.repeat(at_page, times), at_source[np.repeat(begins[page[at_page]], times) + within]


def _merged(page: NDArray[np.int64], source: NDArray[np.int64], like: Likeness) -> Anchors:
    """Points put together along their diagonals."""
    order = np.unique((page - source + len(like.source)) * (len(like.page) + 1) + page)
    diagonal, page = np.divmod(order, len(like.page) + 1)
    begins = np.append(True, (np.diff(diagonal) != 0) | (np.diff(page) != 1))[: len(page)]
    # A mark at either end may as well belong to the sentence beside, which may not have come along.
    word = np.flatnonzero(like.kind[like.page[page]] != Kind.MARK)
    run = np.cumsum(begins) - 1
    first = word[np.append(True, np.diff(run[word]) != 0)[: len(word)]]
    last = word[np.append(np.diff(run[word]) != 0, True)[: len(word)]]
    beside = page - (diagonal - len(like.source))
    total = np.append(0.0, np.cumsum(like.worth_of(page, beside), dtype=np.float64))
    start, source, length = page[first], beside[first], last + 1 - first
    return Anchors(start, source, length, total[last + 1] - total[first]).take(np.lexsort((source, start)))
