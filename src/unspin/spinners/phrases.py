"""Finding the entries of a dictionary in a document, phrases first.

A spinner with phrases looks for the longest entry at each place, from left to right. Whether an entry is in use is one
decision for the whole text, because the dictionary is the same on every line; only the odd place is skipped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from unspin.text import PhraseFinder, PhraseMatch, Words, split

__all__ = ["Entries", "chosen", "load_rules"]

# As in `swap_words`: an entry that would overshoot the rate by more than this is left out half the time.
_OVERSHOOT = 1.3


class Entries:
    """The words and phrases of a dictionary, to look for in a document; ``phrases[i]`` is entry ``i``."""

    def __init__(self, phrases: Sequence[str]) -> None:
        """Index the phrases; one that does not begin with a word is never found."""
        cut = [split(phrase) for phrase in phrases]
        self._gaps = [_gaps(words, 0, len(words)) for words in cut]
        self._finder = PhraseFinder(words.lower if len(words) and words.is_word[0] else () for words in cut)

    def find(self, words: Words, allowed: NDArray[np.bool_]) -> list[PhraseMatch]:
        """All matches, longest first at each place, in order, never overlapping.

        A match has the spaces of the entry (so no phrase is found across a line break), and every word of it is
        allowed.

        Args:
            words: the document.
            allowed: the tokens that may be touched, ``bool[n]``.
        """
        may = (allowed | ~words.is_word).tolist()

        def fits(match: PhraseMatch) -> bool:
            begin, end, entry = match
            return all(may[begin:end]) and _gaps(words, begin, end) == self._gaps[entry]

        return list(self._finder.find(words.lower, fits))


def _gaps(words: Words, begin: int, end: int) -> tuple[str, ...]:
    """What stands between the tokens ``[begin, end)``."""
    return tuple(words.text[words.end[i] : words.start[i + 1]] for i in range(begin, end - 1))


def chosen(matches: Iterable[PhraseMatch], goal: float, random: np.random.Generator) -> set[int]:
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


def load_rules(name: str) -> dict[str, tuple[str, ...]]:
    """The fixed rules of a family, from the table ``NAME.tsv`` beside this module, in its order.

    A line is a phrase, a tab, and what it may become (``" | "`` between); lines that begin with ``#`` are headings.
    """
    lines = Path(__file__).with_name(f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    rules = (line.split("\t") for line in lines if not line.startswith("#"))
    return {phrase: tuple(terms.split(" | ")) for phrase, terms in rules}
