"""What the list of tortured phrases says: which word stands for which, and in which term.

An entry is a tortured phrase and the term that was meant. Entries are held out by groups, all entries of a term
together: a model that was taught without its group sees a term as it will see those that are on no list. The group
follows from a hash of the term, so it is the same here and in the benchmark.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np

from training.terms.arrays import Floats, Ints, looked_up
from unspin.lexicon.phrases import joined
from unspin.text import split
from unspin.tortured.collocation import SIZE

FOLDS: Final = 5
_LONGEST_UNIT: Final = 4


class Swap(NamedTuple):
    """A swap seen on the list: the word found, the word meant (ids), the term it stood in."""

    found: int
    meant: int
    term: str


def tokens_of(phrase: str) -> list[str]:
    """A phrase as the runtime sees it."""
    words = split(phrase)
    return [words.lower[i] for i in joined(words)]


def group(term: str) -> int:
    """The group of terms that is held out together, 0 to FOLDS - 1."""
    return int(hashlib.sha256(term.encode()).hexdigest()[:8], 16) % FOLDS


def aligned(
    entries: Iterable[tuple[str, str]], synonyms: Collection[tuple[str, str]] = ()
) -> Iterator[tuple[str, str, str]]:
    """What stands for what in entries of the list: (word or phrase found, word meant, the term).

    Where both sides have as many words, they answer each other one by one. Else what agrees from both ends, is such a
    pair elsewhere on the list or is among the ``synonyms`` (found, meant) is taken off; two to four words left against
    one stand for it.
    """
    uneven: list[tuple[list[str], list[str], str]] = []
    known = set(synonyms)
    for tortured, term in entries:
        a, b = tokens_of(tortured), tokens_of(term)
        if len(a) == len(b):
            known |= set(zip(a, b, strict=True))
            yield from ((x, y, term) for x, y in zip(a, b, strict=True) if x != y)
        else:
            uneven.append((a, b, term))
    for a, b, term in uneven:
        agreed: list[tuple[str, str]] = []
        for end in (0, -1):
            while len(b) > 1 and len(a) > 1 and (a[end] == b[end] or (a[end], b[end]) in known):
                agreed.append((a.pop(end), b.pop(end)))
        if len(b) == 1 and 1 < len(a) <= _LONGEST_UNIT and a[0][0].isalpha():
            agreed.append((" ".join(a), b[0]))
            yield from ((x, y, term) for x, y in agreed if x != y)


def possible_units(entries: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Every phrase that may stand for one word of its term, and that word, in entries whose sides differ in length."""
    found: set[tuple[str, str]] = set()
    for tortured, term in entries:
        a, b = tokens_of(tortured), tokens_of(term)
        if len(a) != len(b):
            runs = {" ".join(a[i : i + n]) for n in range(2, _LONGEST_UNIT + 1) for i in range(len(a) - n + 1)}
            found |= {(run, word) for run in runs for word in b}
    return found


def listed_swaps(
    pairs: Iterable[tuple[str, str]], index: dict[str, int], synonyms: Collection[tuple[str, str]] = ()
) -> list[Swap]:
    """The swaps that the list teaches."""
    found = {
        Swap(index[x], index[y], term)
        for x, y, term in aligned(pairs, synonyms)
        if x in index and y in index and index[y] < SIZE
    }
    return sorted(found)


def experience(seen: Sequence[Swap], ask: Ints, less: int = 0, less_found: int = 0) -> Floats:
    """How often the list has a swap, its found word and its meant word, each term once.

    Args:
        seen: what the list has.
        ask: swaps.
        less: what to take off the counts of the swap and of its meant word: one where its own entry must not count.
        less_found: what to take off the count of its found word. A swap that might have been made in the place of a
            listed one must not count that entry either, or a word without entries would look like a sure sign.
    """
    keys = np.array([s.found * SIZE + s.meant for s in seen], np.int64)
    known, times = np.unique(keys, return_counts=True)
    both = np.maximum(looked_up(known, times.astype(np.float32), ask, 0) - less, 0)
    most = int(max(keys.max(), ask.max(initial=0)) >> 16) + 1
    found = np.maximum(np.bincount(keys >> 16, minlength=most)[ask >> 16] - less_found, 0)
    meant = np.maximum(np.bincount(keys & 0xFFFF, minlength=SIZE)[ask & 0xFFFF] - less, 0)
    columns = [np.log1p(both), both > 0, np.log1p(found), found > 0, np.log1p(meant), meant > 0]
    return np.stack([*columns, np.log((both + 0.1) / (found + 1))], 1).astype(np.float32)
