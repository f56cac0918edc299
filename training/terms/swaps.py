"""Which swaps tools make: log-odds of each, learned from those on the list.

What the sources say of a swap is one part of what speaks for it, what the list has of it and of its words the other;
boosted trees weigh them. A swap on the list must not count itself as experience, so one is taken off for its own entry.
The others are swaps of the same found words that no entry has. There are far more of these, so some are drawn and weigh
for all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from training.terms.arrays import Floats, Ints, looked_up
from training.terms.base import Base
from training.terms.entries import Swap, experience
from unspin.tortured.collocation import SIZE

_SWAPS_KEPT: Final = 28
_SWAPS_KEPT_OF_RARE: Final = 8
_LOWEST_SCORE: Final = -9.0


class Swaps(NamedTuple):
    """The swaps that are kept: ``found * SIZE + meant``, sorted, and for each its log-odds and how often it was listed."""

    key: Ints
    score: Floats
    seen: Ints


def teach_swaps(base: Base, seen: Sequence[Swap]) -> Swaps:
    """The swaps that are kept."""
    mine = np.array([s.found * SIZE + s.meant for s in seen], np.int64)
    usable = base.supported | np.isin(base.swap, mine)
    pool, about = base.swap[usable], base.source[usable]
    true = np.searchsorted(pool, mine[np.isin(mine, pool)])
    others = np.flatnonzero(np.isin(pool >> 16, mine >> 16) & ~np.isin(pool, mine))
    false = np.random.default_rng(0).choice(others, min(len(others), 10 * len(true)), replace=False)
    rows = np.concatenate(
        [
            np.hstack([about[true], experience(seen, pool[true], 1, 1)]),
            np.hstack([about[false], experience(seen, pool[false], 0, 1)]),
        ]
    )
    weight = np.r_[np.ones(len(true)), np.full(len(false), len(others) / len(false))]
    trees = HistGradientBoostingClassifier(
        max_iter=40, learning_rate=0.2, max_leaf_nodes=16, min_samples_leaf=30, l2_regularization=5.0,
        early_stopping=False, random_state=0,
    ).fit(rows, np.r_[np.ones(len(true)), np.zeros(len(false))], sample_weight=weight)  # fmt: skip
    score = trees.decision_function(np.hstack([about, experience(seen, pool)])).astype(np.float32)
    order = np.lexsort((-score, pool >> 16))
    rank = np.arange(len(order)) - np.searchsorted((pool >> 16)[order], (pool >> 16)[order])
    most = np.where(pool[order] >> 16 < SIZE, _SWAPS_KEPT, _SWAPS_KEPT_OF_RARE)
    kept = np.sort(order[(rank < most) & (score[order] > _LOWEST_SCORE)])
    known, times = np.unique(mine, return_counts=True)
    return Swaps(
        pool[kept],
        score[kept].astype(np.float32),
        looked_up(known, times.astype(np.float32), pool[kept], 0).astype(np.int64),
    )
