"""What the doubtful collocations of a document may stand for: pairs of originals, each with what speaks for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from unspin.arrays import ragged
from unspin.tortured.collocation import Floats, Ints, skeleton
from unspin.tortured.features import features
from unspin.tortured.pairs import PAIRS_KEPT, Pairs, completed_pairs, swapped_pairs
from unspin.tortured.terms import Terms

__all__ = ["Proposals", "propose"]

_BELIEVED: Final = 2
"""Collocations at this level or above are taken for honest without more ado."""
_BLOCK: Final = 512
"""Collocations whose pairs are made at a time: bounds the memory of a long document."""


@dataclass(frozen=True, eq=False)
class Proposals:
    """Pairs of originals for the doubtful collocations of a document: the best few of each, in order of the collocations.

    Attributes:
        collocation: index of the collocation's left word among the content words.
        left: the original of its left word.
        right: the original of its right word.
        features: one column for each of :data:`~unspin.tortured.features.FEATURES`.
    """

    collocation: Ints
    left: Ints
    right: Ints
    features: Floats


def propose(terms: Terms, roles: NDArray[np.int32], tick: Callable[[], None] = lambda: None) -> Proposals | None:
    """Pairs of originals for the doubtful collocations of a document; None if there are none.

    Args:
        terms: terms and swaps.
        roles: those of the document's tokens, as :meth:`~unspin.tortured.terms.Terms.tokens` gives them.
        tick: called again and again; what it raises ends the search.
    """
    bones = skeleton(roles)
    if len(bones.place) < 2:
        return None
    level = terms.levels(bones)
    doubtful = np.flatnonzero(level < _BELIEVED)
    blocks = []
    for at in range(0, len(doubtful), _BLOCK):
        tick()
        blocks.append(swapped_pairs(terms, bones, doubtful[at : at + _BLOCK]))
    unseen = doubtful[level[doubtful] == 0]
    blocks += [completed_pairs(terms, bones, unseen, at_left) for at_left in (True, False)]
    if not sum(len(pairs.collocation) for pairs in blocks):
        return None
    tick()
    every = Pairs(*(np.concatenate(part) for part in zip(*blocks, strict=True)))
    # A pair that a known swap leads to comes first, and stays.
    _, first = np.unique(every.collocation << 40 | every.left << 20 | every.right, return_index=True)
    every = every.take(first)
    # A first rough order; the trees see the best few only.
    rough = every.left_score + every.right_score + np.float32(0.6) * terms.term_count[every.term]
    tick()
    ptr = ragged.offsets_of_owners(every.collocation, len(level))
    kept = every.take(ragged.best_first(rough, ptr)[ragged.ranks(ptr) < PAIRS_KEPT])
    count = np.diff(ptr)[kept.collocation]
    return Proposals(kept.collocation, kept.left, kept.right, features(terms, bones, level, kept, count))
