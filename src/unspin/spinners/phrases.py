"""Finding the entries of a dictionary in a document, phrases first.

A spinner with phrases looks for the longest entry at each place, from left to right. Whether an entry is in use is one
decision for the whole text, because the dictionary is the same on every line; only the odd place is skipped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from unspin.text import Words, split

__all__ = ["Match", "PhraseFinder", "chosen"]

# As in `swap_words`: an entry that would overshoot the rate by more than this is left out half the time.
_OVERSHOOT = 1.3


class Match(NamedTuple):
    """Tokens ``[begin, end)`` are entry number ``entry`` of the table."""

    begin: int
    end: int
    entry: int


class PhraseFinder:
    """Words and phrases to look for; ``phrases[i]`` is entry ``i``."""

    def __init__(self, phrases: Sequence[str]) -> None:
        """Index the phrases by their first token; one that does not begin with a word is never found."""
        self._by_first: dict[str, list[tuple[tuple[str, ...], tuple[str, ...], int]]] = {}
        for entry, phrase in enumerate(phrases):
            cut = split(phrase)
            if len(cut) and cut.is_word[0]:
                self._by_first.setdefault(cut.lower[0], []).append((cut.lower, _gaps(cut, 0, len(cut)), entry))
        for entries in self._by_first.values():
            entries.sort(key=lambda item: (-len(item[0]), item[2]))

    def find(self, words: Words, allowed: NDArray[np.bool_]) -> list[Match]:
        """All matches, longest first at each place, in order, never overlapping.

        A match has the spaces of the entry (so no phrase is found across a line break), and every word of it is
        allowed.

        Args:
            words: the document.
            allowed: the tokens that may be touched, ``bool[n]``.
        """
        found: list[Match] = []
        may = (allowed | ~words.is_word).tolist()
        resume = 0
        for i, token in enumerate(words.lower):
            if i < resume or token not in self._by_first or not allowed[i]:
                continue
            for tokens, gaps, entry in self._by_first[token]:
                end = i + len(tokens)
                if words.lower[i:end] == tokens and all(may[i:end]) and _gaps(words, i, end) == gaps:
                    found.append(Match(i, end, entry))
                    resume = end
                    break
        return found


def _gaps(words: Words, begin: int, end: int) -> tuple[str, ...]:
    """What stands between the tokens ``[begin, end)``."""
    return tuple(words.text[words.end[i] : words.start[i + 1]] for i in range(begin, end - 1))


def chosen(matches: Iterable[Match], goal: float, random: np.random.Generator) -> set[int]:
    """Entries to use so that about ``goal`` tokens are covered; each is used everywhere or nowhere."""
    cover: Counter[int] = Counter()
    for begin, end, entry in matches:
        cover[entry] += end - begin
    entries = sorted(cover)
    taken: set[int] = set()
    covered = 0
    for k in random.permutation(len(entries)):
        if covered >= goal:
            break
        entry = entries[k]
        if covered + cover[entry] > _OVERSHOOT * goal + 1 and random.random() < 0.5:
            continue
        taken.add(entry)
        covered += cover[entry]
    return taken
