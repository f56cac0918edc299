"""Chains: anchors in the same order on both sides.

A chain is what was taken in one go, through gaps on either side; a moved paragraph is a chain of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from unspin.trace.anchors import Anchors, anchors
from unspin.trace.likeness import Likeness, kernels

__all__ = ["Run", "runs"]

_LEAST: Final = 14.0
"""Nats that a chain must say: two rare words in order are met by chance on pages of one subject."""
_LEAST_LEFT: Final = 18.0
"""Nats that a chain must say where words count for what they may have been swapped for."""
_CLOSE: Final = 16
"""Tokens between two anchors of a run that surely belong to it."""


class Run(NamedTuple):
    """Anchors that follow one another on the page and in the source.

    Attributes:
        page: the first token of each on the page, ``int64[n]``.
        source: its first token in the source, ``int64[n]``.
        length: its tokens, ``int64[n]``.
    """

    page: NDArray[np.int64]
    source: NDArray[np.int64]
    length: NDArray[np.int64]


def runs(like: Likeness) -> list[Run]:
    """The runs of a page, in order of their place there.

    Where another chain stands between two anchors of a chain, there the run ends. What no run reaches is looked at once more
    by itself: a word that stands in several places may stand in one only of what is left.
    """
    first = anchors(like)
    chain_of = _kept(first, _chains(first, _LEAST), _LEAST)
    left = _without(like, first, chain_of)
    if left is None:
        return _runs(first, chain_of)
    second = anchors(left, swaps=True)
    later = _shifted(_kept(second, _chains(second, _LEAST_LEFT), _LEAST_LEFT), int(chain_of.max(initial=-1)) + 1)
    both = first.joined(second)
    order = np.argsort(both.page, kind="stable")
    return _runs(both.take(order), np.append(chain_of, later)[order])


def _shifted(chain_of: NDArray[np.int64], by: int) -> NDArray[np.int64]:
    return np.where(chain_of >= 0, chain_of + by, -1)


def _without(like: Likeness, found: Anchors, chain_of: NDArray[np.int64]) -> Likeness | None:
    """The page and the source without what the chains reach; None where nothing is left on either side."""
    page, source = np.ones(len(like.page), bool), np.ones(len(like.source), bool)
    for run in _runs(found, chain_of):
        for side, begin in ((page, run.page), (source, run.source)):
            end = begin + run.length
            close = np.append(begin[1:] - end[:-1] <= _CLOSE, False)
            stop = np.where(close, np.append(begin[1:], 0), end)
            for a, b in zip(begin.tolist(), stop.tolist(), strict=True):
                side[a:b] = False
    if not page.any() or not source.any():
        return None
    return like.only(page, source)


def _runs(found: Anchors, chain_of: NDArray[np.int64]) -> list[Run]:
    parts = [np.array(part) for part in _cut(np.flatnonzero(chain_of >= 0).tolist(), chain_of)]
    parts = [_firm(found, part) for part in parts]
    return [Run(found.page[part], found.source[part], found.length[part]) for part in parts]


def _firm(found: Anchors, part: NDArray[np.int64]) -> NDArray[np.int64]:
    """A run without single words off the diagonal of what stands beside them, which a swap may have made by chance.

    Where such a word is right, it is found again when the gap is aligned.
    """
    if len(part) < 3:
        return part
    diagonal = found.source[part] - found.page[part]
    near = np.abs(np.diff(diagonal)) <= _CLOSE
    step = (np.diff(diagonal) != 0) & near
    before, after = np.append(step[:1], step), np.append(step, step[-1:])
    back = np.append(np.append(True, diagonal[2:] == diagonal[:-2]), True)
    loose = (found.length[part] == 1) & before & after & back
    return part if loose.all() else part[~loose]


def _kept(found: Anchors, chain_of: NDArray[np.int64], least: float) -> NDArray[np.int64]:
    """The chains without the anchors that are parted from the rest of theirs by another and say too little alone."""
    for _ in range(2):  # what falls out may have parted a run
        parts = _cut(np.flatnonzero(chain_of >= 0).tolist(), chain_of)
        kept = np.full(len(chain_of), -1, np.int64)
        for part in parts:
            if found.worth[part].sum() >= least:
                kept[part] = chain_of[part]
        chain_of = kept
    return chain_of


def _cut(taken: Sequence[int], chain_of: NDArray[np.int64]) -> list[list[int]]:
    """The anchors, in order of the page, cut where the chain changes."""
    parts: list[list[int]] = []
    for a in taken:
        if parts and chain_of[parts[-1][-1]] == chain_of[a]:
            parts[-1].append(a)
        else:
            parts.append([a])
    return parts


def _chains(found: Anchors, least: float) -> NDArray[np.int64]:
    """The chain of each anchor, -1 for those in none; no two chains share a token of the page."""
    score, before = kernels().best_chains(found.page, found.source, found.length, found.worth)
    order = np.argsort(-score, kind="stable")
    chain_of: NDArray[np.int64] = kernels().chains(found.page, found.length, score, before, order, least)
    return chain_of
