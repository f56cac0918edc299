"""The answer key of a specimen by token, as a reading is held against it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from unspin.spinners import Specimen, simulate
from unspin.text import Kind, Words, split

__all__ = ["Answers", "answers", "spin"]


@dataclass(frozen=True)
class Answers:
    """The answer key of a specimen by token of the spun text.

    Attributes:
        words: the tokens of the spun text.
        original: what stood at each token, lower-cased; None where the token is as written. A swap of several tokens has its
            whole original at its first token and "" at the others.
        single: the swap is one word for one word, ``bool[n]``.
    """

    words: Words
    original: tuple[str | None, ...]
    single: NDArray[np.bool_]

    @cached_property
    def share(self) -> float:
        """Share of the words and figures that are not as written, 0 to 1."""
        judged = np.flatnonzero(self.words.kind != Kind.MARK).tolist()
        return sum(self.original[i] is not None for i in judged) / max(len(judged), 1)


def answers(specimen: Specimen) -> Answers:
    """The answer key by token."""
    words = split(specimen.text)
    original: list[str | None] = [None] * len(words)
    single = np.zeros(len(words), bool)
    for swap in specimen.swaps:
        begin, end = np.searchsorted(words.start, swap.start), np.searchsorted(words.start, swap.end)
        for i in range(int(begin), int(end)):
            original[i] = swap.original.strip().lower() if i == begin else ""
            single[i] = end - begin == 1 and " " not in swap.original.strip()
    return Answers(words, tuple(original), single)


def spin(text: str, family: str, share: float, seed: int) -> Answers:
    """Spin a text with a fresh random dictionary.

    Args:
        text: the text as written.
        family: name of the family of spinners.
        share: share of the words and figures to swap, as far as the dictionary reaches, above 0 and at most 1. The simulator
            counts in tokens, marks included.
        seed: decides the dictionary and the places.
    """
    words = split(text)
    rate = share * float((words.kind != Kind.MARK).mean()) if len(words) else share
    return answers(simulate(text, family, seed=seed, rate=rate or share))
