"""What a page says over and over: a text that stands on it many times is as much of a source as one of its copies.

Words that the page repeats share a vote (:mod:`unspin.trace.sketch`), and an article that stands on it ten times would have
hardly any. So a stretch that stood before, word for word, is not asked for again.
"""

from __future__ import annotations

from itertools import accumulate, repeat
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["said_first"]

_HALF: Final = 4
_STRETCH: Final = 3 * _HALF
"""Words that stand earlier in the same order, from which on they are a stretch that is said again: hardly any do by chance."""
_BASE: Final = 0x9E3779B97F4A7C15
_POWERS: Final = tuple(
    np.uint64(power) for power in accumulate(repeat(_BASE, _HALF), lambda one, other: one * other % (1 << 64))
)


def said_first(numbers: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which words stand in no stretch that stood earlier in the text, ``bool[n]``.

    Args:
        numbers: the words in their order; the same one has the same number, ``[n]``.
    """
    first = np.ones(len(numbers), np.bool_)
    if len(numbers) <= _STRETCH:
        return first
    keys = _keys(numbers)
    ordered = np.sort(keys)
    if not (ordered[1:] == ordered[:-1]).any():
        return first
    order = np.argsort(keys, kind="stable")
    again = order[1:][keys[order[1:]] == keys[order[:-1]]]
    steps = np.bincount(again, minlength=len(first) + 1) - np.bincount(again + _STRETCH, minlength=len(first) + 1)
    return np.equal(np.cumsum(steps)[: len(first)], 0)


def _keys(numbers: NDArray[np.int64]) -> NDArray[np.uint64]:
    """A number for each stretch of twelve words: of two, of four, of eight and four."""
    one = numbers.astype(np.uint64) + np.uint64(1)
    two = one[:-1] * _POWERS[0] + one[1:]
    four = two[:-2] * _POWERS[1] + two[2:]
    eight = four[:-4] * _POWERS[3] + four[4:]
    made: NDArray[np.uint64] = eight[:-4] * _POWERS[3] + four[8:]
    return made
