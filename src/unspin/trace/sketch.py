"""What a page may have of a text, told by the numbers of its words alone: where the two run together.

Words that both have lie along a diagonal of the plane of page and text where one was made of the other, and anywhere else by
chance. So each word of the text that may have been written on the page votes for its diagonal, and the votes of a row that
does not break off add up. It takes microseconds, and only texts that run with the page are worth an alignment.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from unspin import lexicon as lexicons
from unspin.trace.archive.numbers import NUMBERS, number
from unspin.trace.likeness import kernels
from unspin.trace.query import Asked

__all__ = ["Run", "Sketch", "near_copies"]

_MOST_NATS: Final = 8.0
"""What one word says at most."""
_BESIDE: Final = 2.8
"""Logarithm of the diagonals on which a word may stand to go with a row: it is met by chance on any of them."""
_AT_A_PLACE: Final = 4.0
"""Nats more than that a text has a word, that it has it at a place."""
_LEAST_NATS: Final = 1.5
"""What it says at least; those that say less stand everywhere."""
_PLACES: Final = 6
"""Places of the page in which a word may stand; those that stand in more say little, and would take time."""
_SAME: Final = 0.5
"""Share of the runs of five words that near-copies have in common, of the shorter one's."""


class Run(NamedTuple):
    """Where a text runs with the page best: the evidence in nats, and the words of the page from the first to the last."""

    nats: float
    begin: int
    end: int


class Sketch:
    """A page, ready to be held against the words of many texts."""

    def __init__(self, asked: Sequence[Asked], rarity: Mapping[str, float], places: int) -> None:
        """Take the words of a page.

        Args:
            asked: the words that may have been written.
            rarity: what each says of a text, in nats.
            places: how many words the page has.
        """
        lexicon = lexicons.load()
        form = dict(zip(rarity, lexicon.ids(list(rarity)).tolist(), strict=True))
        worth: dict[tuple[int, int], float] = {}
        for some in asked:
            if some.probability <= 0:
                continue
            common = float(lexicon.log_frequency[form[some.word]]) if form[some.word] >= 0 else -math.inf
            by_chance = max(common + _BESIDE, -rarity[some.word] - _AT_A_PLACE, -_MOST_NATS)
            nats = math.log(some.probability) - by_chance
            if rarity[some.word] > 0 and nats >= _LEAST_NATS:
                key = number(some.word), some.place
                worth[key] = max(nats, worth.get(key, 0.0))
        keys = np.array(list(worth), np.int64).reshape(-1, 2)
        few = (np.bincount(keys[:, 0], minlength=NUMBERS) <= _PLACES)[keys[:, 0]]
        keys, told = keys[few], np.fromiter(worth.values(), np.float32, len(worth))[few]
        order = np.argsort(keys[:, 0], kind="stable")
        self._ptr = np.append(0, np.cumsum(np.bincount(keys[:, 0], minlength=NUMBERS)))
        self._places, self._nats = keys[order, 1], told[order]
        self._size = places

    def run(self, numbers: NDArray[np.uint16], free: NDArray[np.bool_]) -> Run:
        """Where a text runs with the page best.

        Args:
            numbers: its words.
            free: which words of the page to look at.
        """
        return Run(*kernels().run_together(numbers, self._ptr, self._places, self._nats, free, self._size))


def near_copies(one: NDArray[np.uint16], other: NDArray[np.uint16]) -> bool:
    """Whether two texts say the same."""
    ours, theirs = _runs(one), _runs(other)
    common = len(np.intersect1d(ours, theirs, assume_unique=True))
    return common > 0 and common >= _SAME * min(len(ours), len(theirs))


def _runs(numbers: NDArray[np.uint16]) -> NDArray[np.uint64]:
    """The runs of five words, each once."""
    words = numbers.astype(np.uint64)
    key = np.zeros(max(0, len(words) - 4), np.uint64)
    for k in range(5):
        key = key * np.uint64(0x9E3779B97F4A7C15) + words[k : k + len(key)]
    return np.unique(key)
