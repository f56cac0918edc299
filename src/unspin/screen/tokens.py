"""What the sieve reads: the tokens of many documents as one stream of numbers, a bounded piece of it at a time.

A token is a word of ASCII letters, a run of figures, a run of other signs, or a mark; white space is none. A word that the
vocabulary does not have is told by its last two letters alone. It is no evidence, nor is a word with a capital inside a
sentence, which is a name; both are context. On the way, words are counted, unknown ones, and phrases that nobody writes but
spinners ("area unit" for *are*), which are told by the hashes of their words. Between two documents stand so many empty tokens
that neither sees the other.

=====================  ========================================================
0                      nothing: what stands before and after a document
:data:`OTHER`          a run of signs beyond ASCII
33 to 126              a mark, by its code; all runs of figures are a ``0``
:data:`UNKNOWN` …      26 × 26 endings of unknown words
:data:`FIRST_WORD` …   the words of the vocabulary
=====================  ========================================================
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from unspin.screen.kernel import word_at

__all__ = [
    "FIRST_WORD", "LONGEST_PHRASE", "OTHER", "REACH", "UNKNOWN", "Told", "fill", "phrase_keys", "phrases_of", "span_of",
    "states", "table_of", "token_at",
]  # fmt: skip

OTHER: Final = 1
UNKNOWN: Final = 128
FIRST_WORD: Final = UNKNOWN + 26 * 26
REACH: Final = 4
"""Tokens to each side that the network sees of a token."""
LONGEST_PHRASE: Final = 5
"""Words of the longest phrases that are counted."""
SLOT_BITS: Final = 17
PHRASE_BITS: Final = 16
_PHRASE_SHIFT: Final = np.uint64(64 - PHRASE_BITS)
_PHRASE_SLOTS: Final = (1 << PHRASE_BITS) - 1
_TOLD_BITS: Final = np.uint64((1 << (64 - PHRASE_BITS)) - 1)
_FOLD: Final = np.uint64(29)
# Odd constants of multiplicative hashing, as in the kernel.
_WORD: Final = np.uint64(0xBF58476D1CE4E5B9)
_MIX: Final = np.uint64(0x9E3779B97F4A7C15)
_SHIFT: Final = np.uint64(64 - SLOT_BITS)
_SLOTS: Final = (1 << SLOT_BITS) - 1
_QUOTE, _APOSTROPHE, _HYPHEN, _ZERO = (np.int32(ord(sign)) for sign in "\"'-0")
_INSIDE: Final = np.array([chr(sign) in ",;'/&-%$+=@0" for sign in range(128)])
"""Marks after which a sentence goes on, so that a capital there makes a name."""
_INSIDE[OTHER] = True


def table_of(hashes: NDArray[np.uint64]) -> tuple[NDArray[np.uint64], NDArray[np.int32]]:
    """A vocabulary to look hashes up in: open addressing with linear probing, a quarter of it used.

    Args:
        hashes: of the words, in the order of their numbers; at most half of ``2**SLOT_BITS``.

    Returns:
        The hash in each slot, 0 in empty ones, and the token's number.
    """
    keys, values = np.zeros(_SLOTS + 1, np.uint64), np.zeros(_SLOTS + 1, np.int32)
    for number, value in enumerate(hashes.tolist()):
        slot = value >> int(_SHIFT)
        while keys[slot]:
            slot = (slot + 1) & _SLOTS
        keys[slot], values[slot] = value, FIRST_WORD + number
    keys.flags.writeable = values.flags.writeable = False
    return keys, values


class Told(NamedTuple):
    """What :func:`fill` counts of each document.

    Attributes:
        words: ``int64[n]``.
        unknown: words that the vocabulary does not have, ``int64[n]``.
        phrases: different phrases that nobody writes, ``int64[n]``.
        met: for each slot of the table of phrases the document that has it last, ``int64[slots]``.
    """

    words: NDArray[np.int64]
    unknown: NDArray[np.int64]
    phrases: NDArray[np.int64]
    met: NDArray[np.int64]

    @classmethod
    def of(cls, documents: int, phrases: NDArray[np.uint64]) -> Told:
        """Nothing told of so many documents yet."""
        words, unknown, told = (np.zeros(documents, np.int64) for _ in range(3))
        return cls(words, unknown, told, np.full(len(phrases), -1, np.int64))


def phrase_keys(phrases: Iterable[str]) -> NDArray[np.uint64]:
    """The keys of phrases of two to :data:`LONGEST_PHRASE` words of ASCII letters, a blank between; others are left out."""
    found = []
    for phrase in phrases:
        words = phrase.split(" ")
        if 2 <= len(words) <= LONGEST_PHRASE and all(word.isascii() and word.isalpha() for word in words):
            hashes = [word_at(np.frombuffer(word.encode(), np.uint8), 0, len(word))[1] for word in words]
            found.append(_key_of(np.array(hashes, np.uint64)))
    return np.unique(np.array(found, np.uint64))


def phrases_of(keys: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """A table to look phrases up in, as :func:`table_of`: the key in each slot, 0 in empty ones.

    Args:
        keys: of :func:`phrase_keys`, at most half of ``2**PHRASE_BITS``.
    """
    table = np.zeros(_PHRASE_SLOTS + 1, np.uint64)
    for key in keys.tolist():
        slot = key >> int(_PHRASE_SHIFT)
        while table[slot]:
            slot = (slot + 1) & _PHRASE_SLOTS
        table[slot] = key
    table.flags.writeable = False
    return table


@njit(inline="always")
def _place(word: Any, before: Any) -> Any:
    """The place of all phrases that end with two words, in the highest bits."""
    return (word + before * _WORD) * _MIX & ~_TOLD_BITS


@njit(inline="always")
def _key(place: Any, running: Any, words: Any) -> Any:
    """The key of a phrase of so many words by its place and the running sum of their hashes."""
    mixed = (running ^ (running >> _FOLD) ^ np.uint64(words)) * _MIX
    return place | (mixed >> np.uint64(PHRASE_BITS))


@njit(cache=True)
def _key_of(hashes: Any) -> Any:
    """The key of a phrase by the hashes of its words."""
    running = np.uint64(0)
    for word in hashes:
        running = running * _WORD + word
    return _key(_place(hashes[-1], hashes[-2]), running, len(hashes))


@njit(inline="always")
def _count_phrases(last: Any, word: Any, phrases: Any, document: Any, told: Any, met: Any) -> None:
    """Count the phrases that end with a word; ``last`` has those before it, the nearest first, and gets this one."""
    if last[0] != 0:
        place = _place(word, last[0])
        first = np.int64(place >> _PHRASE_SHIFT)
        if phrases[first] != 0:  # seldom: what most words cost is one look
            running, power = word, _WORD
            for i in range(LONGEST_PHRASE - 1):
                if last[i] == 0:
                    break
                running += last[i] * power
                power *= _WORD
                key = _key(place, running, i + 2)
                slot = first
                while phrases[slot] != 0:
                    if phrases[slot] == key:
                        if met[slot] != document:
                            met[slot] = document
                            told[document] += 1
                        break
                    slot = (slot + 1) & _PHRASE_SLOTS
    for i in range(LONGEST_PHRASE - 2, 0, -1):
        last[i] = last[i - 1]
    last[0] = word


@njit(inline="always")
def _looked_up(word: Any, keys: Any, values: Any) -> Any:
    """Number of a word by its hash; 0 if it is not in the vocabulary."""
    slot = np.int64(word >> _SHIFT)
    while keys[slot] != 0:
        if keys[slot] == word:
            return values[slot]
        slot = (slot + 1) & _SLOTS
    return np.int32(0)


@njit(inline="always")
def _sign(data: Any, at: Any, end: Any) -> Any:
    """The token of the sign that stands here, and its length in bytes; 0 for white space."""
    byte = data[at]
    if byte <= 32 or byte == 127:
        return np.int32(0), 1
    if 48 <= byte <= 57:
        return _ZERO, 1
    if byte < 128:
        return np.int32(byte), 1
    if byte == 0xE2 and at + 2 < end and data[at + 1] == 0x80:  # typographic quotation marks and dashes
        third = data[at + 2]
        if 0x98 <= third <= 0x9B:
            return _APOSTROPHE, 3
        if 0x9C <= third <= 0x9F:
            return _QUOTE, 3
        if 0x90 <= third <= 0x95:
            return _HYPHEN, 3
    if byte == 0xC2 and at + 1 < end and data[at + 1] == 0xA0:  # a space that does not break
        return np.int32(0), 2
    return np.int32(OTHER), 1


@njit(inline="always")
def token_at(data: Any, at: Any, end: Any, before: Any, keys: Any, values: Any) -> Any:
    """The token that begins here: ``(where it ends, its number, its hash, whether it is evidence)``.

    Args:
        data: the bytes.
        at: where it begins.
        end: where the document ends.
        before: number of the token before it, 0 for none or for a new line.
        keys: of :func:`table_of`.
        values: of :func:`table_of`.

    Returns:
        The number is 0 for white space, and -1 where the token before it goes on; the hash is 0 but for a word.
    """
    after, word = word_at(data, at, end)
    if word == 0:
        sign, size = _sign(data, at, end)
        return at + size, np.int32(-1) if sign == before and sign != 0 else sign, word, False
    known = _looked_up(word, keys, values)
    if known == 0:
        last = np.int32((data[after - 1] | 32) - 97)
        last_but_one = np.int32((data[max(at, after - 2)] | 32) - 97)
        return after, np.int32(UNKNOWN + 26 * last_but_one + last), word, False
    name = data[at] < 96 and (before >= UNKNOWN or _INSIDE[before])
    return after, known, word, not name


@njit(nogil=True, cache=True)
def span_of(data: Any, at: Any, end: Any, keys: Any, values: Any, first: Any, last: Any) -> Any:
    """Where some words of evidence of a document stand: ``(where the first begins, where the last ends)``.

    Args:
        data: ``uint8``, the bytes.
        at: where the document begins.
        end: where it ends.
        keys: of :func:`table_of`.
        values: of :func:`table_of`.
        first: number of the first of these words among all that are evidence, from 0.
        last: number of the word after the last of them; all to the end of the document where there are fewer.
    """
    before, found, begin = np.int32(0), 0, end
    while at < end:
        line, start = data[at] == 10, at
        at, token, _, evidence = token_at(data, at, end, before, keys, values)
        if token > 0:
            before = token
            if evidence:
                if found == first:
                    begin = start
                found += 1
                if found == last:
                    return begin, at
        elif line:
            before = np.int32(0)
    return begin, end


def states(first: int = 0) -> NDArray[np.int64]:
    """Where :func:`fill` stands before its first piece: document, byte in it, token before, empty tokens owed; words before."""
    return np.array([first, -1, 0, 0, *[0] * (LONGEST_PHRASE - 1)], np.int64)


@njit(nogil=True, cache=True)
def fill(
    data: Any,
    offsets: Any,
    wanted: Any,
    keys: Any,
    values: Any,
    phrases: Any,
    state: Any,
    tokens: Any,
    owner: Any,
    words: Any,
    unknown: Any,
    told: Any,
    met: Any,
) -> int:
    """The next piece of the stream.

    Args:
        data: ``uint8``, the documents one after the other.
        offsets: ``int64[n + 1]``, where each begins.
        wanted: ``int64``, the documents that are read.
        keys: of :func:`table_of`.
        values: of :func:`table_of`.
        phrases: of :func:`phrases_of`.
        state: of :func:`states`; brought up to date.
        tokens: receives the tokens, ``int32``.
        owner: receives the place in ``wanted`` of the document of each that is evidence, -1 of all others.
        words: see :class:`Told`; brought up to date, like the following.
        unknown: likewise.
        told: phrases, likewise.
        met: likewise.

    Returns:
        How many there are; fewer than there is room for only at the end.
    """
    number, at, before, empty = state[0], state[1], np.int32(state[2]), state[3]
    last = state[4:].view(np.uint64)
    found = 0
    room = len(tokens)
    while found < room:
        if empty > 0:
            tokens[found] = 0
            owner[found] = -1
            found += 1
            empty -= 1
            continue
        if number == len(wanted):
            break
        document = wanted[number]
        end = offsets[document + 1]
        if at < 0:
            at = offsets[document]
            before = np.int32(0)
        while at < end and found < room:
            line = data[at] == 10
            at, token, word, evidence = token_at(data, at, end, before, keys, values)
            if token > 0:
                tokens[found] = token
                owner[found] = number if evidence else -1
                found += 1
                if token >= UNKNOWN:
                    words[number] += 1
                    if token < FIRST_WORD:
                        unknown[number] += 1
                    if before < UNKNOWN:
                        last[:] = 0
                    _count_phrases(last, word, phrases, number, told, met)
                before = token
            elif line:
                before = np.int32(0)
        if at >= end:
            number += 1
            at = -1
            empty = REACH
    state[0], state[1], state[2], state[3] = number, at, before, empty
    return found
