"""Whether two texts that nobody spun have text in common: what a claim of :mod:`unspin.trace` is held against.

The rule knows nothing of the alignment that it judges. Stretches count of :data:`STRETCH` words of which :data:`SAME` stand in
the other text in the same order, so that an edited copy counts as one, and in which no name and no figure is missing there: two
articles made after one pattern (a season of a club, a section of a law, a person in an encyclopedia) have whole sentences in
common, and yet neither was made of the other.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["COMMON", "SharedWords", "shared_words", "shares"]

STRETCH, SAME = 16, 12
SEED = 3
"""Words in a row that such a stretch has at least: four that differ leave one of this length."""
COMMON = 40
"""Words in such stretches from which a text is in part the other, as :mod:`unspin.trace` counts a further source."""
_TOKEN = re.compile(r"\w+|[.!?]")


class SharedWords(NamedTuple):
    """How many words a text has, and how many of them lie in stretches that the other has too."""

    words: int
    same: int


def shares(original: str, other: str) -> bool:
    """Whether two texts have :data:`COMMON` words in common, or half of the first one's if it is shorter than twice that."""
    found = shared_words(original, other)
    return 0 < found.same >= min(COMMON, found.words / 2)


def shared_words(original: str, other: str) -> SharedWords:
    """The words of the first text, and those in stretches that the other has too, wherever it has them."""
    ours, special = _words(original)
    theirs, _ = _words(other)
    inside = np.zeros(len(ours), np.bool_)
    places: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for j in range(len(theirs) - SEED + 1):
        places[tuple(theirs[j : j + SEED])].append(j)
    for i in range(len(ours) - SEED + 1):
        for j in places.get(tuple(ours[i : i + SEED]), ()):
            if not inside[i : i + SEED].all():
                here = slice(max(0, i - STRETCH), i + SEED + STRETCH)
                there = slice(max(0, j - STRETCH), j + SEED + STRETCH)
                inside[here] |= _alike(ours[here], special[here], theirs[there])
    return SharedWords(len(ours), int(inside.sum()))


def _alike(ours: Sequence[str], special: NDArray[np.bool_], theirs: Sequence[str]) -> NDArray[np.bool_]:
    """Which words lie in a stretch that counts."""
    from rapidfuzz.distance import Indel

    same = np.zeros(len(ours), np.bool_)
    for step in Indel.opcodes(ours, theirs):
        if step.tag == "equal":
            same[step.src_start : step.src_end] = True
    if len(ours) < STRETCH:
        return np.zeros(len(ours), np.bool_)
    alike, missing = (np.append(0, np.cumsum(mask)) for mask in (same, special & ~same))
    counts = (alike[STRETCH:] - alike[:-STRETCH] >= SAME) & (missing[STRETCH:] == missing[:-STRETCH])
    return np.convolve(counts, np.ones(STRETCH, np.int64)) > 0


def _words(text: str) -> tuple[list[str], NDArray[np.bool_]]:
    """The words in lower case, and which are names or figures: a capital inside a sentence, a digit."""
    words: list[str] = []
    special: list[bool] = []
    begins = True
    for token in _TOKEN.findall(text):
        if token in ".!?":
            begins = True
            continue
        words.append(token.lower())
        special.append(token[0].isdigit() or (token[0].isupper() and not begins and token != "I"))
        begins = False
    return words, np.array(special, np.bool_)
