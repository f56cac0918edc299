"""What to ask an archive about a page: its rarest words, weighted by how likely the writer wrote them."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from unspin.reading import Reading
from unspin.text import Words, sentence_starts
from unspin.text.words import Kind
from unspin.trace.archive import Term

__all__ = ["queries"]

_WHOLE: Final = 100
"""Terms of a query about the whole page."""
_PART: Final = 60
"""Terms of a query about a part of it."""
_PART_WORDS: Final = 200
_MOST_PARTS: Final = 24
_NAME: Final = 1.5
"""Weight of a name or a figure, which no spinner touches, against that of a word."""
_MOST_TIMES: Final = 2.0
"""Times that a word counts at most."""
_WORD: Final = re.compile(r"[^\W_]++")

_Weighted = list[tuple[int, str, float]]


def queries(
    words: Words, reading: Reading | None, frequency: Callable[[str], int], documents: int
) -> Iterator[list[Term]]:
    """Queries about a page: one about all of it, and if it is long some about its parts, since it may have several sources.

    Args:
        words: the page.
        reading: what the reader says of it, or None.
        frequency: documents of the archive that have a word.
        documents: how many there are.
    """
    weighted = _weighted(words, reading)
    rarity: dict[str, float] = {}
    for _, word, _ in weighted:
        if word not in rarity:
            rarity[word] = _rarity(frequency(word), documents)
    yield _query(weighted, rarity, _WHOLE)
    if len(weighted) > 1.5 * _PART_WORDS:
        parts = -(-len(weighted) // _PART_WORDS)
        for k in range(0, parts, -(-parts // _MOST_PARTS)):
            yield _query(weighted[k * _PART_WORDS : (k + 1) * _PART_WORDS], rarity, _PART)


def _weighted(words: Words, reading: Reading | None) -> _Weighted:
    """Each word that may have been written, where, and how likely."""
    begins = sentence_starts(words)
    found: _Weighted = []
    substitutions = () if reading is None else reading.substitutions
    k = 0
    for i in (words.kind != Kind.MARK).nonzero()[0].tolist():
        start = int(words.start[i])
        while k < len(substitutions) and substitutions[k].end <= start:
            k += 1
        changed = k < len(substitutions) and substitutions[k].start <= start
        surface = words.surface(i)
        special = words.kind[i] == Kind.NUMBER or (surface[0].isupper() and not begins[i])
        weight = _NAME if special else 1.0
        if changed:
            weight *= max(0.0, 1.0 - substitutions[k].confidence)
        found += [(start, word, weight) for word in _WORD.findall(words.lower[i])]
    for substitution in substitutions:
        for text, probability in ((substitution.original, substitution.confidence), *substitution.alternatives[:3]):
            found += [(substitution.start, word, probability) for word in _WORD.findall(text.lower())]
    return sorted(found)


def _rarity(frequency: int, documents: int) -> float:
    """What a word says of a document, in nats; nothing where none has it."""
    return math.log1p((documents - frequency + 0.5) / (frequency + 0.5)) if 0 < frequency <= documents else 0.0


def _query(weighted: Sequence[tuple[int, str, float]], rarity: dict[str, float], most: int) -> list[Term]:
    weights: defaultdict[str, float] = defaultdict(float)
    for _, word, weight in weighted:
        weights[word] = min(_MOST_TIMES, weights[word] + weight)
    best = sorted(weights, key=lambda word: (-weights[word] * rarity[word], word))[:most]
    return [Term(word, weights[word]) for word in best if weights[word] * rarity[word] > 0]
