"""What a page may have of a text, told by the numbers of its words alone: where the two run together.

Words that both have lie along a diagonal of the plane of page and text where one was made of the other, and anywhere else by
chance. So each word of the text that may have been written on the page votes for its diagonal, and the votes of a row that
does not break off add up. A word that the page has several times meets by chance as much more often, and shares one vote among
its places: what a text is about, and the page too, is said over and over by both. It takes microseconds, and only texts that
run with the page are worth an alignment.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from unspin import lexicon as lexicons
from unspin.arrays import ragged
from unspin.trace.archive.numbers import NUMBERS, number
from unspin.trace.likeness import kernels
from unspin.trace.query import Asked

__all__ = ["PROMISING", "Run", "Runs", "Sketch", "by_chance", "near_copies", "sketch"]

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
_LEAST_SHARE: Final = 0.05
"""Share of page or text that a run counts for at least: of a book a page may have a chapter."""
PROMISING: Final = 6.0
"""Promise below which a text is not aligned: of 192 sources of simulated pages none had less than 6.7."""
_SAME: Final = 0.5
"""Share of the runs of five words that near-copies have in common, of the shorter one's."""


class Run(NamedTuple):
    """Where a text runs with the page best: the evidence in nats, and the words of the page from the first to the last."""

    nats: float
    begin: int
    end: int


class Runs(NamedTuple):
    """Where each of some texts runs with the page best, as arrays: ``float64[n]``, and ``int64[n]`` twice."""

    nats: NDArray[np.float64]
    begin: NDArray[np.int64]
    end: NDArray[np.int64]

    def one(self, k: int) -> Run:
        """Of one of them."""
        return Run(float(self.nats[k]), int(self.begin[k]), int(self.end[k]))

    def some(self, which: NDArray[np.int64]) -> Runs:
        """Of some of them, by their numbers."""
        return Runs(self.nats[which], self.begin[which], self.end[which])


class Sketch:
    """A page, ready to be held against the words of many texts."""

    def __init__(
        self, numbers: NDArray[np.int64], places: NDArray[np.int64], nats: NDArray[np.floating[Any]], size: int
    ) -> None:
        """Take the words of a page; see also :func:`sketch`.

        Args:
            numbers: words that may have been written, as numbers, ``[k]``.
            places: where on the page, ``[k]``.
            nats: what each of them says, ``[k]``; what says too little is left out.
            size: how many words the page has.
        """
        times = np.bincount(numbers[nats >= _LEAST_NATS], minlength=NUMBERS)
        few = np.flatnonzero((nats >= _LEAST_NATS) & (times[numbers] <= _PLACES))
        order = few[np.argsort(numbers[few], kind="stable")]
        self._ptr = np.append(0, np.cumsum(np.bincount(numbers[order], minlength=NUMBERS)))
        self._places = places[order]
        self._nats = (nats[order] / times[numbers[order]]).astype(np.float32)
        self.size = size
        self._run_together = kernels().run_together

    def runs(self, texts: Sequence[NDArray[np.uint16]], free: NDArray[np.bool_]) -> Runs:
        """Where each of some texts runs with the page best.

        Args:
            texts: the words of each.
            free: which words of the page to look at.
        """
        if not texts:
            return Runs(np.zeros(0), np.zeros(0, np.int64), np.zeros(0, np.int64))
        ptr = ragged.offsets(np.fromiter(map(len, texts), np.int64, len(texts)))
        page = self._ptr, self._places, self._nats, free, self.size
        return Runs(*self._run_together(np.concatenate(texts), ptr, *page))

    def promises(self, runs: Runs, words: NDArray[np.int64]) -> NDArray[np.float64]:
        """What alignments may show, in nats: the evidence of a run, less of it the smaller a part of both it is.

        Args:
            runs: where texts run with the page.
            words: how many words each has.
        """
        length = runs.end - runs.begin
        return runs.nats * np.sqrt(_share(length, np.int64(self.size)) * _share(length, words))

    def run(self, numbers: NDArray[np.uint16], free: NDArray[np.bool_]) -> Run:
        """Where one text runs with the page best, see :meth:`runs`."""
        return self.runs([numbers], free).one(0)

    def promise(self, run: Run, words: int) -> float:
        """What aligning one text may show, see :meth:`promises`."""
        runs = Runs(np.array([run.nats]), np.array([run.begin]), np.array([run.end]))
        return float(self.promises(runs, np.array([words]))[0])


def _share(length: NDArray[np.int64], words: NDArray[np.int64] | np.int64) -> NDArray[np.float64]:
    return np.clip(length / np.maximum(words, 1), _LEAST_SHARE, 1.0)


def sketch(asked: Sequence[Asked], rarity: Mapping[str, float], size: int) -> Sketch:
    """The sketch of a page.

    Args:
        asked: the words that may have been written.
        rarity: what each says of a text, in nats.
        size: how many words the page has.
    """
    lexicon = lexicons.load()
    forms = lexicon.ids(list(rarity)).tolist()
    known = {
        word: (number(word), by_chance(form, says)) for (word, says), form in zip(rarity.items(), forms, strict=True)
    }
    worth: dict[tuple[int, int], float] = {}
    for place, word, probability in asked:
        if probability > 0:
            as_number, chance = known[word]
            key, nats = (as_number, place), math.log(probability) - chance
            if nats > worth.get(key, 0.0):
                worth[key] = nats
    keys = np.array(list(worth), np.int64).reshape(-1, 2)
    return Sketch(keys[:, 0], keys[:, 1], np.fromiter(worth.values(), np.float64, len(worth)), size)


def by_chance(form: int, rarity: float) -> float:
    """Log probability that a text has a word near a place of the page by chance; 0 for a word that no text has.

    Args:
        form: its id in the lexicon, -1 where there is none.
        rarity: what it says of a text, in nats.
    """
    if rarity <= 0:
        return 0.0
    common = float(lexicons.load().log_frequency[form]) if form >= 0 else -math.inf
    return max(common + _BESIDE, -rarity - _AT_A_PLACE, -_MOST_NATS)


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
