"""Pairs of originals: what the two words of a collocation may have been, if together they are known as a term."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from unspin.arrays import ragged
from unspin.tortured.collocation import Floats, Ints, Skeleton, collocation_key
from unspin.tortured.terms import Terms, parts

__all__ = ["PAIRS_KEPT", "Pairs", "completed_pairs", "swapped_pairs"]

PAIRS_KEPT: Final = 8
"""Pairs of a collocation that are looked at closely."""
_SURE_SWAP: Final = 1.0
_UNKNOWN_SWAP: Final = -9.0
"""Log-odds of a swap that no source knows."""


class Pairs(NamedTuple):
    """Pairs of originals, flat.

    Attributes:
        collocation: index of the collocation that each is for.
        left, right: the two words.
        left_score, right_score: log-odds of their swaps, 0 for a word that is kept.
        left_seen, right_seen: how many terms of the list have the swap.
        term: the row of the term that the two make.
    """

    collocation: Ints
    left: Ints
    right: Ints
    left_score: Floats
    right_score: Floats
    left_seen: Floats
    right_seen: Floats
    term: Ints

    def take(self, rows: Ints) -> Pairs:
        """Some of them."""
        return Pairs(
            self.collocation[rows],
            self.left[rows],
            self.right[rows],
            self.left_score[rows],
            self.right_score[rows],
            self.left_seen[rows],
            self.right_seen[rows],
            self.term[rows],
        )


def swapped_pairs(terms: Terms, bones: Skeleton, collocation: Ints) -> Pairs:
    """Pairs in which known swaps lead to a term."""
    left, right = terms.options(bones.word[collocation]), terms.options(bones.word[collocation + 1])
    wide = np.diff(right.ptr)
    ptr = ragged.offsets(np.diff(left.ptr) * wide)
    owner, at = ragged.owners(ptr), ragged.ranks(ptr)
    i, j = left.ptr[owner] + at // wide[owner], right.ptr[owner] + at % wide[owner]
    keys = collocation_key(left.word[i], bones.link[collocation][owner], right.word[j])
    hit, term = terms.find(keys)
    hit, term = hit[at[hit] > 0], term[at[hit] > 0]  # the first pair of each is the two words themselves
    i, j = i[hit], j[hit]
    return Pairs(
        collocation[owner[hit]], left.word[i], right.word[j], left.score[i], right.score[j], left.seen[i], right.seen[j],
        term,
    )  # fmt: skip


def completed_pairs(terms: Terms, bones: Skeleton, collocation: Ints, at_left: bool) -> Pairs:
    """Pairs in which a word that no source knows as a swap makes a firm term with its kept neighbour.

    The neighbour is kept as it stands, or as the original that it is almost surely put for.
    """
    found, beside = (collocation, collocation + 1) if at_left else (collocation + 1, collocation)
    options = terms.options(bones.word[beside])
    owner = ragged.owners(options.ptr)
    sure = np.flatnonzero((options.score >= _SURE_SWAP) | (options.word == bones.word[beside][owner]))
    table = terms.partners[at_left]
    key = options.word[sure] << 20 | bones.link[collocation][owner[sure]]
    low, high = np.searchsorted(table.key, key), np.searchsorted(table.key, key, "right")
    ptr = ragged.offsets(high - low)
    which = ragged.owners(ptr)
    term = table.term[low[which] + ragged.ranks(ptr)]
    left, _, right = parts(terms.term[term])
    i, at = sure[which], owner[sure[which]]
    new = (left if at_left else right) != bones.word[found][at]
    i, at, term, left, right = i[new], at[new], term[new], left[new], right[new]
    unknown, never = np.full(len(i), _UNKNOWN_SWAP, np.float32), np.zeros(len(i), np.float32)
    score, seen = options.score[i], options.seen[i]
    if at_left:
        return Pairs(collocation[at], left, right, unknown, score, never, seen, term)
    return Pairs(collocation[at], left, right, score, unknown, seen, never, term)
