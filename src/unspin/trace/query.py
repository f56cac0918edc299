"""What to ask an archive about a page: its rarest words, weighted by how likely the writer wrote them."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from unspin import lexicon as lexicons
from unspin.reading import Reading
from unspin.text.view import as_read
from unspin.trace.archive import Term
from unspin.trace.archive.numbers import WORD
from unspin.trace.sides import Side, Swaps

__all__ = [
    "KEPT",
    "PART",
    "PART_POSTINGS",
    "POSTINGS",
    "UNTOUCHED",
    "WHOLE",
    "Asked",
    "affordable",
    "chosen",
    "frequencies",
    "likely",
    "parts",
    "query",
    "rarities",
    "rarity",
    "written",
]

WHOLE: Final = 40
"""Terms of a query about the whole page at most: the rarest cost least, since few documents have them, and say most."""
PART: Final = 36
"""Terms of a query about a part of it at most."""
_PART_WORDS: Final = 40
_MOST_PARTS: Final = 24
POSTINGS: Final = 150_000
"""Documents that the terms of a query have together, each counted for every term: the time of a query goes by them."""
PART_POSTINGS: Final = 400_000
"""The same of a query about a part: of few words the common ones count too."""
_FEWEST: Final = 4
"""Terms of a query that are asked for even if they have more: the rarest."""
UNTOUCHED: Final = 0.97
"""Probability that a name or a figure of the page was written, which no spinner touches; that of any word at most."""
KEPT: Final = 0.9
"""Probability that a word was written for which the lexicon knows none that it may stand for."""
_EVERYWHERE: Final = 0.99
"""Share of the documents that have a word at most, so that its odds are finite."""
_SWAPPED: Final = 0.3
"""Share of the words that a spinner swaps, taken for the likeliest before a page is read."""
_LIKELY: Final = 0.1
"""Probability from which a word that a word of the page may stand for is asked for."""
_MOST_GUESSES: Final = 3


class Asked(NamedTuple):
    """A word that may have been written.

    Attributes:
        place: which word of the page it is, or stands for.
        word: the word, in lower case.
        probability: that it was written there, 0 to 1.
    """

    place: int
    word: str
    probability: float


def written(page: Side, reading: Reading | None) -> tuple[list[Asked], NDArray[np.int64]]:
    """Each word that may have been written, in the order of the page, and for each place the token of the page.

    What the page says again, word for word, has no places.

    Args:
        page: the page.
        reading: what the reader says of it; None to go by what each word may stand for by itself.
    """
    words = page.words
    untouched = page.special.tolist()
    guesses = likely(list(page.vocabulary), page.form, page.swaps) if reading is None else {}
    substitutions = () if reading is None else reading.substitutions
    found: list[Asked] = []
    token: list[int] = []
    starts = page.start.tolist()
    k = 0
    for i in np.flatnonzero(page.said).tolist():
        start = starts[i]
        while k < len(substitutions) and substitutions[k].end <= start:
            k += 1
        lower, special = words.lower[i], untouched[i]
        others = () if special else guesses.get(lower, ())
        kept = max(0.0, 1.0 - sum(probability for _, probability in others))
        if k < len(substitutions) and substitutions[k].start <= start:
            kept = max(0.0, 1.0 - substitutions[k].confidence)
            if substitutions[k].start == start or not token or starts[token[-1]] < substitutions[k].start:
                others = ((substitutions[k].original, substitutions[k].confidence), *substitutions[k].alternatives[:3])
        for word in WORD.findall(lower):
            found.append(Asked(len(token), word, (UNTOUCHED if special else KEPT) * kept))
            token.append(i)
        for text, probability in others:
            found += [Asked(len(token) - 1, word, probability) for word in WORD.findall(as_read(text).lower())]
    return found, np.array(token, np.int64)


def likely(tokens: Sequence[str], form: NDArray[np.int32], swaps: Swaps) -> Mapping[str, Sequence[tuple[str, float]]]:
    """What each token may stand for by itself, with probabilities, the likeliest first.

    Args:
        tokens: different tokens in lower case.
        form: the id of each in the lexicon, -1 where there is none.
        swaps: what they may have been swapped for.
    """
    lexicon = lexicons.load()
    share = np.where(form >= 0, lexicon.log_frequency[form], 0)
    odds = np.exp(lexicon.log_frequency[swaps.original] + swaps.channel - share[swaps.spun])
    odds *= _SWAPPED / (1 - _SWAPPED)
    probability = odds / (1 + np.bincount(swaps.spun, odds, minlength=len(form))[swaps.spun])
    found: defaultdict[str, list[tuple[str, float]]] = defaultdict(list)
    some = np.flatnonzero(probability >= _LIKELY)
    for k in some[np.argsort(-probability[some], kind="stable")].tolist():
        options = found[tokens[int(swaps.spun[k])]]
        if len(options) < _MOST_GUESSES:
            options.append((lexicon.forms[int(swaps.original[k])], float(probability[k])))
    return found


def rarities(asked: Sequence[Asked], frequency: Callable[[str], int], documents: int) -> dict[str, float]:
    """What each word says of a document, in nats; nothing where none has it.

    Args:
        asked: the words.
        frequency: documents of the archive that have a word.
        documents: how many there are.
    """
    return {word: rarity(frequency(word), documents) for word in {some.word for some in asked}}


def rarity(frequency: int, documents: int) -> float:
    """What a word says of a document that so many of all documents have, in nats; 0 where none has it."""
    return math.log1p((documents - frequency + 0.5) / (frequency + 0.5)) if 0 < frequency <= documents else 0.0


def frequencies(rarities: NDArray[np.floating[Any]], documents: int) -> NDArray[np.float64]:
    """How many of all documents have words, by what they say, about: :func:`rarity` turned round."""
    return np.asarray(documents * np.exp(-rarities), np.float64)


def parts(places: int) -> Iterator[tuple[int, int]]:
    """Parts of a page of so many words: it may have several sources, or one among advertising."""
    count = max(1, min(_MOST_PARTS, -(-places // _PART_WORDS)))
    for k in range(count):
        yield places * k // count, places * (k + 1) // count


def affordable(
    says: NDArray[np.floating[Any]], frequency: NDArray[np.floating[Any]], most: int, postings: int
) -> list[int]:
    """Which words to ask for: what a query costs goes by the documents that have its words, and has a limit.

    Those that say most for what they cost come first, and one that costs more than what is left is passed over. In a small
    archive all are cheap. Of equal ones those come first that are given first.

    Args:
        says: what each word says of a document, ``[k]``; one that says nothing is not asked for.
        frequency: documents that have it, about, ``[k]``.
        most: words at most.
        postings: documents that they have together at most.
    """
    cost = 1 + frequency * (most / postings)
    order = np.argsort(-says / cost, kind="stable")
    left, chosen = float(postings), []
    for k in order[says[order] > 0].tolist():
        if frequency[k] <= left:
            left -= frequency[k]
            chosen.append(k)
            if len(chosen) == most:
                break
    if len(chosen) < _FEWEST:
        dear = np.setdiff1d(np.flatnonzero(says > 0), chosen)
        chosen += dear[np.argsort(frequency[dear], kind="stable")].tolist()[: _FEWEST - len(chosen)]
    return chosen


def chosen(
    unwritten: NDArray[np.floating[Any]],
    rarities: NDArray[np.floating[Any]],
    documents: int,
    most: int,
    postings: int = POSTINGS,
) -> tuple[list[int], NDArray[np.float64]]:
    """Which words to ask for, and the weight of each word in a query.

    A document that has a word scores the logarithm of the odds that the source has it, against those of any document. A rare
    word that one of the page may stand for says a lot where it is found, however unlikely it was, and it is asked for as far
    as it is likely to be found.

    Args:
        unwritten: logarithm of the probability that each word was written nowhere in what is asked about, ``[k]``.
        rarities: what each says of a document, see :func:`rarity`, ``[k]``.
        documents: how many the archive has.
        most: words at most.
        postings: documents that they have together at most.
    """
    written = np.clip(-np.expm1(unwritten), 1e-9, UNTOUCHED)
    frequency = frequencies(rarities, documents)
    share = np.clip(frequency / max(1, documents), 0.5 / max(1, documents), _EVERYWHERE)
    odds = np.log(written / (1 - written)) - np.log(share / (1 - share))
    says = np.where(rarities > 0, np.maximum(odds, 0), 0)
    weight = np.divide(says, rarities, out=np.zeros(len(says)), where=rarities > 0)
    return affordable(written * says, frequency, most, postings), weight


def query(
    asked: Sequence[Asked], rarity: Mapping[str, float], documents: int, most: int, postings: int = POSTINGS
) -> list[Term]:
    """The words that say most for what they cost, with their weights.

    Args:
        asked: the words that may have been written.
        rarity: what each says of a document, see :func:`rarities`.
        documents: how many the archive has.
        most: terms at most.
        postings: documents that they have together at most.
    """
    unwritten: defaultdict[str, float] = defaultdict(float)
    for some in asked:
        unwritten[some.word] += math.log1p(-min(some.probability, UNTOUCHED))
    words = sorted(unwritten)
    best, weight = chosen(
        np.array([unwritten[word] for word in words]),
        np.array([rarity[word] for word in words]),
        documents,
        most,
        postings,
    )
    return [Term(words[k], float(weight[k])) for k in best]
