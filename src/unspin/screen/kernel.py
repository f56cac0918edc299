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

__all__ = ["features", "sums"]

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
_BLOCK: Final = 256
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
def _step(data: Any, at: Any, end: Any, context: Any) -> Any:
    """One step through the bytes: ``(at, word, context for the next)``; the word is 0 where only a byte was passed over."""
    wide = _eight(data, at, end)
    letters = _letters(wide)
    if letters == 0:
        byte = data[at]
        at += 1
        if byte != _SPACE and byte != _LINE:
            context = _mark(byte)
        return at, np.uint64(0), context
    word = np.uint64(0)
    while letters == _8:
        word = (word ^ (wide | _CASE)) * _MIX
        word ^= word >> _32
        at += 8
        wide = _eight(data, at, end) if at < end else np.uint64(0)
        letters = _letters(wide)
    word = (word ^ ((wide | _CASE) & ~(_ALL << (letters << _3)))) * _MIX
    at += np.int64(letters)
    word = (word ^ (word >> _32)) * _PAIR
    if at < end and data[at] == _SPACE:
        at += 1
    return at, word, word * _MARK


@njit(inline="always")
def _pair(context: Any, word: Any) -> Any:
    return (context ^ word) * _MIX


@njit(nogil=True, cache=True)
def sums(
    data: Any, offsets: Any, words: Any, pairs: Any, word_shift: Any, pair_shift: Any, total: Any, count: Any
) -> None:
    """Sum of weights and number of words of each document.

    Args:
        data: ``uint8``, the documents one after the other.
        offsets: ``int32`` or ``int64[n + 1]``, where each begins.
        words: ``int8``, weight of a word by the highest bits of its hash.
        pairs: ``int8``, weight of a word and its context likewise.
        word_shift: 64 less the number of these bits, ``uint64``.
        pair_shift: likewise.
        total: receives the sums, ``int64[n]``.
        count: receives the numbers of words, ``int64[n]``.
    """
    # Finding words mispredicts branches, looking up misses caches. Kept apart, the misses of many words overlap.
    word_places = np.empty(_BLOCK, np.uint32)
    pair_places = np.empty(_BLOCK, np.uint32)
    for document in range(len(offsets) - 1):
        at = np.int64(offsets[document])
        end = np.int64(offsets[document + 1])
        context = np.uint64(0)
        weight = np.int64(0)
        found = np.int64(0)
        while at < end:
            waiting = 0
            while at < end and waiting < _BLOCK:
                before = context
                at, word, context = _step(data, at, end, before)
                if word != 0:
                    word_places[waiting] = word >> word_shift
                    pair_places[waiting] = _pair(before, word) >> pair_shift
                    waiting += 1
            for i in range(waiting):
                weight += words[word_places[i]] + pairs[pair_places[i]]
            found += waiting
        total[document] = weight
        count[document] = found


@njit(nogil=True, cache=True)
def features(data: Any, offsets: Any, word_shift: Any, pair_shift: Any, words: Any, pairs: Any, begin: Any) -> int:
    """What :func:`sums` would look up, for training: places in its two tables.

    Args:
        data: as for :func:`sums`.
        offsets: likewise.
        word_shift: likewise.
        pair_shift: likewise.
        words: receives the places in the table of words, ``uint32``; at least half as many as bytes, and one more.
        pairs: receives the places in the table of pairs, ``uint32``.
        begin: receives where each document begins in them, ``int64[n + 1]``.

    Returns:
        How many words there were.
    """
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
                words[found] = word >> word_shift
                pairs[found] = _pair(before, word) >> pair_shift
                found += 1
    begin[len(offsets) - 1] = found
    return found
