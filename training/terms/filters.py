"""Honest joints and triples as filters, and documents of part ``train`` taken out of them again.

There are twenty times as many ``train`` documents as ``dev`` documents, but their joints are in the counts, so none of
them looks odd. So a block of documents is taken out of the counts before it is looked at. What rests on the counts of
single words, on vectors and on mutual information hardly changes by a block, and stays.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from training.terms.arrays import Ints, Keys, counted
from training.terms.base import Base
from unspin.arrays import fuse
from unspin.text import Words
from unspin.tortured import LevelFilter, Terms, collocation_key, sixbits, skeleton

_SEEN: Final = 2
"""Joints and triples of fewer occurrences are in no filter, see :mod:`.making`."""


def level(count: Ints) -> NDArray[np.uint8]:
    """Counts as levels of a :class:`LevelFilter`, from 1."""
    return (1 + (count >= 4) + (count >= 10) + (count >= 32)).astype(np.uint8)


def filtered(keys: Keys, count: Ints) -> LevelFilter:
    """Honest joints or triples as a filter, a byte each: six bits of the key's hash, and two for its level.

    A filter knows all its keys, and takes one in 64 of the others for known.
    """
    plan = fuse.plan(keys)
    return LevelFilter(plan.shape, plan.filled((sixbits(plan.hashes) << 2 | (level(count) - 1)).astype(np.uint8)))


class Counts(NamedTuple):
    """The joints and the triples of some documents, each sorted with how often it occurs there."""

    joints: tuple[Keys, Ints]
    triples: tuple[Keys, Ints]


def counts_of(terms: Terms, documents: Sequence[Words]) -> Counts:
    """What some documents have added to the counts."""
    joints: list[Keys] = []
    triples: list[Keys] = []
    for words in documents:
        _, word, first, last, link = skeleton(terms.tokens(words).roles)
        linked = link >= 0
        joints.append(collocation_key(last[:-1][linked], link[linked], first[1:][linked]))
        three = (link[:-1] == 0) & (link[1:] == 0)
        triples.append(collocation_key(word[:-2][three], word[1:-1][three], word[2:][three]))
    return Counts(counted(np.concatenate(joints)), counted(np.concatenate(triples)))


def unseen(terms: Terms, base: Base, own: Counts) -> Terms:
    """The terms with the joints and triples of some documents taken off the counts."""
    return replace(
        terms,
        honest=without(terms.honest, base.joint, base.joint_count, own.joints),
        triples=without(terms.triples, base.triple, base.triple_count, own.triples),
    )


def without(
    levels: Callable[[Keys], NDArray[np.int8]], keys: Keys, count: Ints, own: tuple[Keys, Ints]
) -> Callable[[Keys], NDArray[np.int8]]:
    """The levels of keys when some are seen less often.

    Args:
        levels: the levels as they are.
        keys: all keys, sorted.
        count: how often each is seen.
        own: keys, sorted, and how much less often each is seen.
    """
    at = np.minimum(np.searchsorted(keys, own[0]), len(keys) - 1)
    known = keys[at] == own[0]
    changed, left = own[0][known], count[at[known]] - own[1][known]
    lower = np.where(left < _SEEN, 0, level(left)).astype(np.int8)

    def answer(ask: Keys) -> NDArray[np.int8]:
        here = np.minimum(np.searchsorted(changed, ask), len(changed) - 1)
        return np.where(changed[here] == ask, lower[here], levels(ask)).astype(np.int8)

    return answer
