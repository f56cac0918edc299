"""The screen's kernel: one pass over the bytes of many documents, a sum of weights for each.

A word is a run of ASCII letters, in lower case; every other byte stands between words. A word's context is the word before
it, or the last mark or figure between the two. Both are told by a hash alone: each word looks up its own weight and that
of its pair with its context. Eight bytes are taken at a time: one comparison tells where the letters end, so that nine words
in ten need no loop.

The buffers are Arrow's, as they are: nothing is copied, and any bytes will do.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numba import njit

from unspin.screen.machine import load_word, trailing_zeros

__all__ = ["HALF_A_PASSAGE", "MOST_OF_A_FORM", "NOTHING", "features", "sums", "word_at"]

HALF_A_PASSAGE: Final = 64
"""Words of half a passage: a document is looked at in passages of twice as many, each begun in the middle of the one before."""
MOST_OF_A_FORM: Final = 2
"""Occurrences of one word, and of one pair, that count in a document."""
NOTHING: Final = np.uint32(0xFFFFFFFF)

_EACH: Final = np.uint64(0x0101010101010101)
_HIGH: Final = np.uint64(0x8080808080808080)
_LOW: Final = np.uint64(0x7F7F7F7F7F7F7F7F)
_CASE: Final = np.uint64(0x2020202020202020)
_FROM_A: Final = np.uint64(0x80 - ord("a")) * _EACH
_PAST_Z: Final = np.uint64(0x80 - ord("z") - 1) * _EACH
_ALL: Final = np.uint64(0xFFFFFFFFFFFFFFFF)
# Odd constants of multiplicative hashing, from the golden ratio and from Steele and others' SplittableRandom (2014).
_MIX: Final = np.uint64(0x9E3779B97F4A7C15)
_PAIR: Final = np.uint64(0xBF58476D1CE4E5B9)
_MARK: Final = np.uint64(0x94D049BB133111EB)
_SPACE: Final = np.uint8(ord(" "))
_LINE: Final = np.uint8(ord("\n"))
_FIGURE: Final = np.uint8(ord("0"))
_NINE: Final = np.uint8(ord("9"))
_OTHER: Final = np.uint8(0x80)
_BLOCK: Final = 4 * HALF_A_PASSAGE
_SEEN: Final = 1024
_LEAST: Final = np.int64(-(1 << 62))
_32: Final = np.uint64(32)
_3: Final = np.uint64(3)
_8: Final = np.uint64(8)


@njit(inline="always")
def _letters(wide: Any) -> Any:
    """How many of eight bytes are letters, from the first on."""
    low = (wide | _CASE) & _LOW
    letter = (low + _FROM_A) & ~(low + _PAST_Z) & ~wide & _HIGH
    return trailing_zeros(letter ^ _HIGH) >> _3


@njit(inline="always")
def _eight(data: Any, at: Any, end: Any) -> Any:
    """Eight bytes from ``at`` on, zeros past ``end``."""
    if at + 8 <= len(data):
        wide = load_word(data, at)
        if at + 8 > end:
            wide &= _ALL >> np.uint64(8 * (8 - (end - at)))
        return wide
    wide = np.uint64(0)
    for i in range(end - at):
        wide |= np.uint64(data[at + i]) << np.uint64(8 * i)
    return wide


@njit(inline="always")
def _mark(byte: Any) -> Any:
    """The context that a byte between words makes."""
    if byte >= _OTHER:
        byte = _OTHER
    elif _FIGURE <= byte <= _NINE:
        byte = _FIGURE
    return np.uint64(byte) * _MARK


@njit(inline="always")
def word_at(data: Any, at: Any, end: Any) -> Any:
    """The word that begins here: ``(where it ends, its hash)``; the hash is 0 where no letter stands."""
    wide = _eight(data, at, end)
    letters = _letters(wide)
    if letters == 0:
        return at, np.uint64(0)
    word = np.uint64(0)
    while letters == _8:
        word = (word ^ (wide | _CASE)) * _MIX
        word ^= word >> _32
        at += 8
        wide = _eight(data, at, end) if at < end else np.uint64(0)
        letters = _letters(wide)
    word = (word ^ ((wide | _CASE) & ~(_ALL << (letters << _3)))) * _MIX
    return at + np.int64(letters), (word ^ (word >> _32)) * _PAIR


@njit(inline="always")
def _step(data: Any, at: Any, end: Any, context: Any) -> Any:
    """One step through the bytes: ``(at, word, context for the next)``; the word is 0 where only a byte was passed over."""
    after, word = word_at(data, at, end)
    if word == 0:
        byte = data[at]
        if byte != _SPACE and byte != _LINE:
            context = _mark(byte)
        return at + 1, word, context
    if after < end and data[after] == _SPACE:
        after += 1
    return after, word, word * _MARK


@njit(inline="always")
def _pair(context: Any, word: Any) -> Any:
    return (context ^ word) * _MIX


@njit(inline="always")
def _is_hidden(data: Any, at: Any, end: Any) -> Any:
    """Whether a sign that no reader sees in a word begins here, or a letter of another alphabet stands beside a Latin one.

    It may say yes too often (of a Greek word that touches a Latin one), never too seldom (of what
    :mod:`unspin.text.lookalikes` sees through in a word with Latin letters).
    """
    byte = data[at]
    if byte < 0xC2 or at + 1 >= end:
        return False
    second = data[at + 1]
    if byte == 0xC2:
        return second == 0xAD
    if byte == 0xE1 or byte == 0xE2 or byte == 0xEF:
        third = data[at + 2] if at + 2 < end else np.uint8(0)
        if byte == 0xE1:
            return second == 0xA0 and third == 0x8E
        if byte == 0xE2:
            return (second == 0x80 and 0x8B <= third <= 0x8D) or (second == 0x81 and third == 0xA0)
        return second == 0xBB and third == 0xBF
    if 0xC9 <= byte <= 0xD5 or (byte == 0xC4 and second == 0xB1):
        before = at > 0 and _is_letter(data[at - 1])
        return before or (at + 2 < end and _is_letter(data[at + 2]))
    return False


@njit(inline="always")
def _is_letter(byte: Any) -> Any:
    return np.uint8((byte | np.uint8(0x20)) - np.uint8(0x61)) < 26


@njit(inline="always")
def _fresh(seen: Any, slot: Any, mark: Any) -> Any:
    """Whether what is told by ``mark`` has been there less than :data:`MOST_OF_A_FORM` times; counts it.

    One place holds one mark; another one that falls there puts it out. So a form may count once more in a text of many words,
    but what counts is the document's own affair, since its number is part of the mark.
    """
    if seen[slot, 0] != mark:
        seen[slot, 0] = mark
        seen[slot, 1] = 1
        return True
    seen[slot, 1] += 1
    return seen[slot, 1] <= MOST_OF_A_FORM


@njit(nogil=True, cache=True)
def sums(
    data: Any,
    offsets: Any,
    words: Any,
    pairs: Any,
    word_shift: Any,
    pair_shift: Any,
    total: Any,
    count: Any,
    hidden: Any,
    densest: Any,
) -> None:
    """Sum of weights and number of words of each document, and the sum of its densest passage.

    Args:
        data: ``uint8``, the documents one after the other.
        offsets: ``int32`` or ``int64[n + 1]``, where each begins.
        words: ``int8``, weight of a word by the highest bits of its hash.
        pairs: ``int8``, weight of a word and its context likewise.
        word_shift: 64 less the number of these bits, ``uint64``.
        pair_shift: likewise.
        total: receives the sums, ``int64[n]``; of one word or pair :data:`MOST_OF_A_FORM` occurrences count.
        count: receives the numbers of words, ``int64[n]``.
        hidden: receives whether a document has signs that stand inside words and are not seen there, ``bool[n]``.
        densest: receives the highest sum of a passage, ``int64[n]``; that of the whole where it is no longer than one.
    """
    # Finding words mispredicts branches, looking up misses caches. Kept apart, the misses of many words overlap.
    word_places = np.empty(_BLOCK, np.uint32)
    pair_places = np.empty(_BLOCK, np.uint32)
    seen_words = np.full((_SEEN, 2), -1, np.int64)
    seen_pairs = np.full((_SEEN, 2), -1, np.int64)
    for document in range(len(offsets) - 1):
        at = np.int64(offsets[document])
        end = np.int64(offsets[document + 1])
        context = np.uint64(0)
        weight = np.int64(0)
        found = np.int64(0)
        odd = False
        # The halves are those of the blocks that are looked up, so that they cost an addition each and none a word.
        before_it = np.int64(0)
        best = _LEAST
        while at < end:
            waiting = 0
            while at < end and waiting < _BLOCK:
                before = context
                begin = at
                at, word, context = _step(data, at, end, before)
                if word != 0:
                    word_places[waiting] = word >> word_shift
                    pair_places[waiting] = _pair(before, word) >> pair_shift
                    waiting += 1
                elif data[begin] >= _OTHER:
                    odd |= _is_hidden(data, begin, end)
            for first in range(0, waiting, HALF_A_PASSAGE):
                half = np.int64(0)
                for i in range(first, min(first + HALF_A_PASSAGE, waiting)):
                    word_place, pair_place = np.int64(word_places[i]), np.int64(pair_places[i])
                    if _fresh(seen_words, word_place & (_SEEN - 1), document << 32 | word_place):
                        half += words[word_place]
                    if _fresh(seen_pairs, pair_place & (_SEEN - 1), document << 32 | pair_place):
                        half += pairs[pair_place]
                weight += half
                if found + first > 0:
                    best = max(best, before_it + half)
                before_it = half
            found += waiting
        total[document] = weight
        count[document] = found
        hidden[document] = odd
        densest[document] = best if found > HALF_A_PASSAGE else weight


@njit(nogil=True, cache=True)
def features(data: Any, offsets: Any, word_shift: Any, pair_shift: Any, words: Any, pairs: Any, begin: Any) -> int:
    """What :func:`sums` would look up, for training: places in its two tables.

    Args:
        data: as for :func:`sums`.
        offsets: likewise.
        word_shift: likewise.
        pair_shift: likewise.
        words: receives the places in the table of words, ``uint32``; :data:`NOTHING` where the word does not count any more.
            At least half as many as bytes, and one more.
        pairs: receives the places in the table of pairs likewise.
        begin: receives where each document begins in them, ``int64[n + 1]``.

    Returns:
        How many words there were.
    """
    seen_words = np.full((_SEEN, 2), -1, np.int64)
    seen_pairs = np.full((_SEEN, 2), -1, np.int64)
    found = 0
    for document in range(len(offsets) - 1):
        begin[document] = found
        at = np.int64(offsets[document])
        end = np.int64(offsets[document + 1])
        context = np.uint64(0)
        while at < end:
            before = context
            at, word, context = _step(data, at, end, before)
            if word != 0:
                word_place, pair_place = np.int64(word >> word_shift), np.int64(_pair(before, word) >> pair_shift)
                counts = _fresh(seen_words, word_place & (_SEEN - 1), document << 32 | word_place)
                words[found] = np.uint32(word_place) if counts else NOTHING
                counts = _fresh(seen_pairs, pair_place & (_SEEN - 1), document << 32 | pair_place)
                pairs[found] = np.uint32(pair_place) if counts else NOTHING
                found += 1
    begin[len(offsets) - 1] = found
    return found
