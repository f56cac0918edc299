"""Where a document is cut, and how closely it is read, so that a long one takes bounded memory and time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from unspin.text import Words

STRETCH: Final = 800
"""Sentences that are decided together, some 20,000 tokens: every occurrence that the dictionary of a text can use."""
LONGEST: Final = 40_000
"""Tokens of a stretch at most."""
CLOSELY: Final = 250
CLOSELY_LONGEST: Final = 6_000
"""Sentences, and tokens, of a document at most if the language model is to read it: some 5,000 words, a minute and a half."""
_SENTENCE_ENDS: Final = frozenset(".!?")
_CLOSERS: Final = frozenset("\"”’')]")


def is_short(words: Words) -> bool:
    """Whether the language model has the time for a document; it has after restoring, if it had before."""
    sentences = sum(token in _SENTENCE_ENDS for token in words.lower)
    return sentences <= CLOSELY and len(words) <= CLOSELY_LONGEST


def stretches(words: Words) -> Iterator[tuple[int, int]]:
    """A document in stretches of whole sentences, as offsets ``[start, end)``.

    They are counted in marks at the end of sentences, which restoring leaves alone, not in words: the restored document
    falls into the same stretches. They are of one size, so that none is too short to be judged by itself.
    """
    ends = np.array([i + 1 for i, token in enumerate(words.lower) if token in _SENTENCE_ENDS], np.int64)
    size = -(-len(ends) // -(-len(ends) // STRETCH)) if len(ends) else STRETCH
    begin, start = 0, 0
    while True:
        last = int(np.searchsorted(ends, begin, "right")) + size - 1
        cut = int(ends[last]) if last < len(ends) - 1 else len(words)
        while cut < len(words) and words.lower[cut] in _CLOSERS:
            cut += 1
        begin = min(cut, begin + LONGEST)  # a text without sentences is cut where it must be
        if begin >= len(words):
            break
        end = int(words.start[begin])
        yield start, end
        start = end
    yield start, len(words.text)
