"""Which proposals are tortured phrases: the best pair of each collocation, boosted trees, and the document's own share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from unspin.tortured.collocation import Floats, Ints
from unspin.tortured.features import FEATURES
from unspin.tortured.proposals import Proposals

__all__ = ["EVIDENCE", "Trees", "evidence", "together"]

EVIDENCE: Final = (*FEATURES, "score", "margin")
"""The features of the best pair of a collocation, as the trees see them: its score and its lead over the next are added."""

# Shares of tortured collocations that a document may have, as multiples of the share in training, and how probable each is
# beforehand: their mean is one. Most documents hold none, or one by chance.
_MULTIPLES: Final = np.array([0.6, 4.0, 16.0, 40.0])
_BEFOREHAND: Final = np.log([0.97, 0.015, 0.01, 0.005])
_LARGEST_SHARE: Final = 0.4
# No single collocation speaks for the document by more than this factor.
_LARGEST_RATIO: Final = 1e5


@dataclass(frozen=True, eq=False)
class Trees:
    """Boosted regression trees, all of them walked down at once.

    Attributes:
        feature: column that each node asks for, ``int8[trees, nodes]``; -1 at a leaf.
        cut: values up to this go left, ``float32[trees, nodes]``.
        left: where to go then, ``uint8[trees, nodes]``; a leaf leads to itself.
        right: where to go otherwise.
        value: what a leaf adds to the log-odds, ``float32[trees, nodes]``.
        bias: the log-odds before the first tree.
    """

    feature: NDArray[np.int8]
    cut: Floats
    left: NDArray[np.uint8]
    right: NDArray[np.uint8]
    value: Floats
    bias: float

    def __call__(self, rows: Floats) -> Floats:
        """Log-odds of each row, ``float32[n]``."""
        trees, nodes = self.feature.shape
        root = np.tile(np.arange(trees) * nodes, len(rows))
        first = np.repeat(np.arange(len(rows)) * rows.shape[1], trees)
        at = root.copy()
        # Most walks end long before the longest does, so only those still under way take a step.
        going = np.arange(len(at))
        while len(going):
            here = at[going]
            feature = self.feature.take(here)
            inner = feature >= 0
            going, here, feature = going[inner], here[inner], feature[inner]
            down = rows.take(first[going] + feature) <= self.cut.take(here)
            at[going] = root[going] + np.where(down, self.left.take(here), self.right.take(here))
        at = at.reshape(len(rows), trees)
        # Added up in a fixed order and in double precision, so that a batch changes nothing.
        return (self.bias + np.cumsum(self.value.take(at).astype(np.float64), axis=1)[:, -1]).astype(np.float32)


def evidence(rank: Floats, proposals: Proposals) -> tuple[Ints, Floats]:
    """The best pair of each collocation.

    Returns:
        Its row in ``proposals``, in order of the collocations, ``int64[m]``, and :data:`EVIDENCE` for it, ``float32[m, e]``.
    """
    score = (proposals.features.astype(np.float64) @ rank.astype(np.float64)).astype(np.float32)
    order = np.lexsort((-score, proposals.collocation))
    collocation = proposals.collocation[order]
    first = np.flatnonzero(np.r_[True, collocation[1:] != collocation[:-1]])
    best = order[first]
    second = np.minimum(first + 1, len(order) - 1)
    rival = (collocation[second] == collocation[first]) & (second != first)
    margin = np.where(rival, score[best] - score[order[second]], np.float32(9))
    return best, np.column_stack([proposals.features[best], score[best], margin]).astype(np.float32)


def together(
    odds: NDArray[np.float64], swapped: Sequence[tuple[int, ...]], prior: float, listed: int
) -> NDArray[np.float64]:
    """Probabilities in the light of the rest of the document.

    A paraphrased paper holds many tortured phrases, an honest one none, so each collocation is judged with the share that
    all the *other* collocations speak for: a mixture of a few shares, whose mean is that of the training. An
    author's own term comes again and again, so every swapped word speaks once only.

    Args:
        odds: log-odds of each doubtful collocation on its own, ``float64[n]``.
        swapped: the words of each that would be swapped.
        prior: share of tortured collocations that ``odds`` refer to.
        listed: number of known phrases in the document.

    Returns:
        The probability of each, ``float64[n]``.
    """
    share = np.minimum(prior * _MULTIPLES, _LARGEST_SHARE)
    ratio = np.exp(np.minimum(odds, np.log(_LARGEST_RATIO))) * (1 - prior) / prior
    speaks = np.log1p(share[None, :] * (np.minimum(ratio, _LARGEST_RATIO)[:, None] - 1))
    spoken: dict[int, int] = {}
    for i in np.argsort(-odds, kind="stable").tolist():
        if any(word in spoken for word in swapped[i]):
            speaks[i] = 0
        else:
            spoken |= dict.fromkeys(swapped[i], i)
    own = np.array(
        [
            sum(speaks[k] for k in {i, *(spoken[word] for word in words if word in spoken)})
            for i, words in enumerate(swapped)
        ]
    )
    whole = _BEFOREHAND + np.cumsum(speaks, axis=0)[-1] + listed * np.log1p(share * (_LARGEST_RATIO - 1))
    rest = whole[None, :] - own
    weight = np.exp(rest - rest.max(axis=1, keepdims=True))
    mean = (weight * share).sum(1) / weight.sum(1)
    result = ratio * mean / (1 - mean)
    return np.asarray(result / (1 + result))
