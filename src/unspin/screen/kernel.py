"""The screen's kernel: one pass over the bytes of many documents, a sum of weights for each.

A word is a run of ASCII letters, in lower case; every other byte stands between words. A word's context is the word before
it, or the last mark or figure between the two. Both are told by a hash alone: each word looks up its own weight and that
of its pair with its context. What a processor does badly is to guess: where a word ends, whether a mark follows, whether it
was there before. So 64 bytes are compared at a time, which gives the ends of some ten words at once; a word of fewer than
sixteen letters is hashed without a loop; and what does not count is looked up as well, and masked.

The buffers are Arrow's, as they are: nothing is copied, and any bytes will do.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numba import njit

from unspin.arrays.machine import beyond_ascii, count_ones, letters, load_word, prefetch, trailing_zeros

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
_STEP: Final = 64
_BLOCK: Final = 64
_ROOM: Final = 2 * _BLOCK + 2 * _STEP
_SEEN: Final = 1024
_NEVER: Final = np.uint64(1 << 63)
_LEAST: Final = np.int64(-(1 << 62))
_1, _2, _3, _7, _8, _32, _63 = (np.uint64(number) for number in (1, 2, 3, 7, 8, 32, 63))


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
    size = _letters(wide)
    if size == 0:
        return at, np.uint64(0)
    word = np.uint64(0)
    while size == _8:
        word = (word ^ (wide | _CASE)) * _MIX
        word ^= word >> _32
        at += 8
        wide = _eight(data, at, end) if at < end else np.uint64(0)
        size = _letters(wide)
    word = (word ^ ((wide | _CASE) & ~(_ALL << (size << _3)))) * _MIX
    return at + np.int64(size), (word ^ (word >> _32)) * _PAIR


@njit(inline="always")
def _pair(context: Any, word: Any) -> Any:
    return (context ^ word) * _MIX


@njit
def _is_hidden(data: Any, at: Any, end: Any, behind_letter: Any) -> Any:
    """Whether a sign that no reader sees in a word begins here, or a letter of another alphabet stands beside a Latin one.

    ``behind_letter`` says whether the byte before is a letter of the document.
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
        return behind_letter or (at + 2 < end and _is_letter(data[at + 2]))
    return False


@njit(inline="always")
def _is_letter(byte: Any) -> Any:
    return np.uint8((byte | np.uint8(0x20)) - np.uint8(0x61)) < 26


@njit(inline="always")
def _hash(data: Any, begin: Any, end: Any) -> Any:
    """The hash of a word as :func:`word_at` has it, of one whose end is known."""
    if end - begin >= 16 or begin + 16 > len(data):
        return word_at(data, begin, end)[1]
    first, second = load_word(data, begin) | _CASE, load_word(data, begin + 8) | _CASE
    size = np.uint64(end - begin)
    word = first * _MIX
    word ^= word >> _32
    word, rest = (word, second) if size >= _8 else (np.uint64(0), first)
    word = (word ^ (rest & ~(_ALL << ((size & _7) << _3)))) * _MIX
    return (word ^ (word >> _32)) * _PAIR


@njit
def _eight_ends(bits: Any, at: Any, ends: Any, count: Any) -> Any:
    """The places of the eight lowest bits, into ``ends`` from ``count`` on; what bits are left."""
    for i in range(8):
        ends[count + i] = at + np.int64(trailing_zeros(bits))
        bits &= bits - _1
    return bits


@njit(inline="always")
def _ends(data: Any, at: Any, end: Any, inside: Any, ends: Any, count: Any, odd: Any, few: Any) -> Any:
    """Where words begin and end among :data:`_STEP` bytes.

    Args:
        data: the bytes of all documents.
        at: the first of these.
        end: where the document ends.
        inside: 1 if the byte before them is a letter of the document, else 0.
        ends: receives the places, from ``count`` on.
        count: how many are known already.
        odd: whether something hidden was found before.
        few: room for :data:`_STEP` bytes.

    Returns:
        ``inside``, ``count`` and ``odd`` for the next.
    """
    if at + _STEP <= len(data):
        letter, other = letters(data, at), beyond_ascii(data, at)
    else:
        for i in range(_STEP):
            few[i] = data[at + i] if at + i < end else 0
        letter, other = letters(few, 0), beyond_ascii(few, 0)
    if end - at < _STEP:
        there = ~(_ALL << np.uint64(end - at))
        letter &= there
        other &= there
    behind = (letter << _1) | inside
    changes = letter ^ behind
    known = count
    count += np.int64(count_ones(changes))
    # Ten words are usual; places too many are written over.
    changes = _eight_ends(changes, at, ends, known)
    changes = _eight_ends(changes, at, ends, known + 8)
    if count > known + 16:
        changes = _eight_ends(changes, at, ends, known + 16)
        known += 24
        while changes:
            ends[known] = at + np.int64(trailing_zeros(changes))
            changes &= changes - _1
            known += 1
    while other:
        place = np.uint64(trailing_zeros(other))
        odd |= _is_hidden(data, at + np.int64(place), end, (behind >> place) & _1 != 0)
        other &= other - _1
    return letter >> _63, count, odd


@njit
def _after(data: Any, begin: Any, end: Any, context: Any) -> Any:
    """The context of a word that stands behind these bytes, none of which is a letter; ``context`` is that of no bytes."""
    if end - begin == 1 and data[begin] == _SPACE:
        return context
    while end > begin:
        end -= 1
        if data[end] != _SPACE and data[end] != _LINE:
            return _mark(data[end])
    return context


@njit(inline="always")
def _block(
    data: Any, at: Any, end: Any, last: Any, inside: Any, context: Any, ends: Any, count: Any, odd: Any, few: Any,
    word_shift: Any, pair_shift: Any, word_places: Any, pair_places: Any,
) -> Any:  # fmt: skip
    """The places of the next words of a document in the two tables: :data:`_BLOCK` words or a few more, fewer at its end.

    Args:
        data: the bytes of all documents.
        at: where to go on.
        end: where the document ends.
        last: where the last word ended.
        inside: as for :func:`_ends`.
        context: that of a word which stands right behind ``last``.
        ends: begins and ends of words, ``int64[_ROOM]``.
        count: 1 if the first of them is the begin of a word whose end is not known, else 0.
        odd: as for :func:`_ends`.
        few: likewise.
        word_shift: as for :func:`sums`.
        pair_shift: likewise.
        word_places: receives the places in the table of words, ``uint32``.
        pair_places: receives the places in the table of pairs likewise.

    Returns:
        The number of words, and ``at``, ``last``, ``inside``, ``context``, ``count`` and ``odd`` for the next.
    """
    while at < end and count < 2 * _BLOCK:
        inside, count, odd = _ends(data, at, end, inside, ends, count, odd, few)
        at += _STEP
    if at >= end and count & 1:
        ends[count] = end
        count += 1
    words = count >> 1
    for i in range(words):
        begin, finish = ends[2 * i], ends[2 * i + 1]
        context = _after(data, last, begin, context)
        word = _hash(data, begin, finish)
        word_places[i] = word >> word_shift
        pair_places[i] = _pair(context, word) >> pair_shift
        context = word * _MARK
        last = finish
    if count & 1:
        ends[0] = ends[count - 1]
    return words, at, last, inside, context, count & 1, odd


@njit(inline="always")
def _fresh(seen: Any, slot: Any, mark: Any) -> Any:
    """-1 if what is told by ``mark`` has been there less than :data:`MOST_OF_A_FORM` times, else 0; counts it.

    One place holds one mark and how often it was there, up to three times; another one that falls there puts it out. So a form
    may count once more in a text of many words, but what counts is the document's own affair, since its number is part of the
    mark.
    """
    none = np.uint64(mark) << _2
    times = seen[slot] - none
    known, enough = np.uint64(times - _1 < _3), np.uint64(times - _2 < _2)
    seen[slot] = none + _1 + known + enough
    return np.int64(enough) - 1


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
    word_places, pair_places = np.empty(_ROOM, np.uint32), np.empty(_ROOM, np.uint32)
    ends, few = np.empty(_ROOM, np.int64), np.zeros(_STEP, np.uint8)
    seen_words, seen_pairs = np.full(_SEEN, _NEVER, np.uint64), np.full(_SEEN, _NEVER, np.uint64)
    for document in range(len(offsets) - 1):
        at = last = np.int64(offsets[document])
        end = np.int64(offsets[document + 1])
        inside = context = np.uint64(0)
        weight = before_it = half = np.int64(0)
        open_end = found = 0
        odd = False
        best = _LEAST
        while at < end:
            here, at, last, inside, context, open_end, odd = _block(
                data, at, end, last, inside, context, ends, open_end, odd, few,
                word_shift, pair_shift, word_places, pair_places,
            )  # fmt: skip
            for i in range(here):  # the table of pairs is larger than the nearest caches
                prefetch(pairs, np.int64(pair_places[i]))
            first = 0
            while first < here:
                stop = min(here, first + HALF_A_PASSAGE - found % HALF_A_PASSAGE)
                piece = np.int64(0)
                for i in range(first, stop):
                    place, pair_place = np.int64(word_places[i]), np.int64(pair_places[i])
                    piece += words[place] & _fresh(seen_words, place & (_SEEN - 1), document << 32 | place)
                    piece += pairs[pair_place] & _fresh(
                        seen_pairs, pair_place & (_SEEN - 1), document << 32 | pair_place
                    )
                found += stop - first
                first = stop
                weight += piece
                half += piece
                if found % HALF_A_PASSAGE == 0:
                    if found > HALF_A_PASSAGE:
                        best = max(best, before_it + half)
                    before_it, half = half, np.int64(0)
        if found % HALF_A_PASSAGE:
            best = max(best, before_it + half)
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
    word_places, pair_places = np.empty(_ROOM, np.uint32), np.empty(_ROOM, np.uint32)
    ends, few = np.empty(_ROOM, np.int64), np.zeros(_STEP, np.uint8)
    seen_words, seen_pairs = np.full(_SEEN, _NEVER, np.uint64), np.full(_SEEN, _NEVER, np.uint64)
    found = 0
    for document in range(len(offsets) - 1):
        begin[document] = found
        at = last = np.int64(offsets[document])
        end = np.int64(offsets[document + 1])
        inside = context = np.uint64(0)
        open_end = 0
        odd = False
        while at < end:
            here, at, last, inside, context, open_end, odd = _block(
                data, at, end, last, inside, context, ends, open_end, odd, few,
                word_shift, pair_shift, word_places, pair_places,
            )  # fmt: skip
            for i in range(here):
                place, pair_place = np.int64(word_places[i]), np.int64(pair_places[i])
                counts = _fresh(seen_words, place & (_SEEN - 1), document << 32 | place)
                words[found] = np.uint32(place) if counts else NOTHING
                counts = _fresh(seen_pairs, pair_place & (_SEEN - 1), document << 32 | pair_place)
                pairs[found] = np.uint32(pair_place) if counts else NOTHING
                found += 1
    begin[len(offsets) - 1] = found
    return found
