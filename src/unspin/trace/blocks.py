"""Where page and source run together: blocks of words in the same order, found from rare words and pairs that both have.

A rare word, or a rare pair of words, that both texts have is an anchor: a point in the plane of page and source. Text that was
taken over lies along a diagonal of that plane, from which swapped words, phrases in place of words and inserted ones only
move it a little; text that was moved lies along another one. So anchors near one another and near one diagonal are one block.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from unspin.arrays import ragged

__all__ = ["Block", "blocks"]

_RARE: Final = 4
"""Occurrences of an anchor on either side at most: so anchors are linear in the text."""
_REACH: Final = 60
"""Words of the page from one anchor to the next of its block at most."""
_DRIFT: Final = 5
"""Words by which the diagonal may move between them, and one more for each four words between."""
_LOOK: Final = 24
"""Anchors after one among which its successor is looked for."""
_LEAST_NATS: Final = 14.0
"""What the anchors of a block say together at least; a name and a figure by chance say less."""


class Block(NamedTuple):
    """Words ``begin`` to ``end`` of the page run along words ``source_begin`` to ``source_end`` of the source."""

    begin: int
    end: int
    source_begin: int
    source_end: int


def blocks(page: NDArray[np.int64], source: NDArray[np.int64], nats: NDArray[np.float32]) -> list[Block]:
    """Blocks in the order of the page; they overlap neither there nor in the source.

    Args:
        page: the page's words as numbers, ``int64[n]``.
        source: the source's, ``int64[m]``.
        nats: how improbable each of the page's words is, ``float32[n]``.
    """
    i, j = _anchors(page, source)
    if not len(i):
        return []
    order, ptr = _components(i, j)
    free_page, free_source = np.ones(len(page), np.bool_), np.ones(len(source), np.bool_)
    weight = np.array([_weight(i[order[a:b]], nats) for a, b in zip(ptr, ptr[1:], strict=False)])
    found: list[Block] = []
    for k in np.argsort(-weight, kind="stable").tolist():
        if weight[k] < _LEAST_NATS:
            break
        rows = order[ptr[k] : ptr[k + 1]]
        rows = rows[free_page[i[rows]] & free_source[j[rows]]]
        for run in _unbroken(rows, i, j, free_page, free_source):
            if _weight(i[run], nats) < _LEAST_NATS:
                continue
            block = Block(int(i[run].min()), int(i[run].max()) + 1, int(j[run].min()), int(j[run].max()) + 1)
            free = free_page[block.begin : block.end], free_source[block.source_begin : block.source_end]
            if all(part.all() for part in free):  # parts of one block may reach into one another in the source
                found.append(block)
                free_page[block.begin : block.end] = False
                free_source[block.source_begin : block.source_end] = False
    return sorted(found)


def _anchors(page: NDArray[np.int64], source: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Places of page and source with the same rare word or pair of words, in the order of the page, each once."""
    most = int(max(page.max(initial=0), source.max(initial=0))) + 1
    one = _joined(page, source)
    two = _joined(page[:-1] * most + page[1:], source[:-1] * most + source[1:])
    keys = np.unique(np.concatenate([a * max(1, len(source)) + b for a, b in (one, two)]))
    return keys // max(1, len(source)), keys % max(1, len(source))


def _joined(left: NDArray[np.int64], right: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Places of the same key on both sides, of keys that are rare on both."""
    values, row, times = np.unique(left, return_inverse=True, return_counts=True)
    order = np.argsort(right, kind="stable")
    first = np.searchsorted(right[order], values, "left")
    last = np.searchsorted(right[order], values, "right")
    last = np.where((times <= _RARE) & (last - first <= _RARE), last, first)
    sizes = (last - first)[row]
    ptr = ragged.offsets(sizes)
    return np.repeat(np.arange(len(left)), sizes), order[np.repeat(first[row], sizes) + ragged.ranks(ptr)]


def _components(i: NDArray[np.int64], j: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Anchors by the block that they belong to, in the order of the page within it, and where each block begins."""
    n = len(i)
    parent = np.arange(n)
    for k in range(1, min(_LOOK, n - 1) + 1):
        step, along = i[k:] - i[:-k], j[k:] - j[:-k]
        near = (step > 0) & (step <= _REACH) & (along > 0) & (np.abs(along - step) <= _DRIFT + step // 4)
        here = np.flatnonzero(near & (parent[k:] == np.arange(k, n))) + k
        parent[here] = here - k
    while True:  # each points to the first of its block after as many rounds as the logarithm of its length
        further = parent[parent]
        if (further == parent).all():
            break
        parent = further
    order = np.argsort(parent, kind="stable")
    edges = np.flatnonzero(np.diff(parent[order])) + 1
    return order, np.concatenate([[0], edges, [n]])


def _weight(at: NDArray[np.int64], nats: NDArray[np.float32]) -> float:
    return float(nats[at[np.append(True, at[1:] != at[:-1])]].sum()) if len(at) else 0.0


def _unbroken(
    rows: NDArray[np.int64],
    i: NDArray[np.int64],
    j: NDArray[np.int64],
    free_page: NDArray[np.bool_],
    free_source: NDArray[np.bool_],
) -> list[NDArray[np.int64]]:
    """What is left of a block, in parts between which nothing is taken by another one."""
    if not len(rows):
        return []
    a, b = int(i[rows].min()), int(i[rows].max()) + 1
    c, d = int(j[rows].min()), int(j[rows].max()) + 1
    taken_page, taken_source = np.cumsum(~free_page[a:b]), np.cumsum(~free_source[c:d])
    part = np.diff(taken_page[i[rows] - a]).astype(bool) | np.diff(taken_source[j[rows] - c]).astype(bool)
    return np.split(rows, np.flatnonzero(part) + 1)
