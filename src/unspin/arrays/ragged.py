"""Ragged arrays: rows of different lengths, laid end to end in one flat array.

An array of *offsets* ``ptr``, ``int64[n + 1]``, says where each of ``n`` rows lies: ``values[ptr[i]:ptr[i + 1]]`` are the
items of row ``i``. Offsets begin with 0, never fall, and end with the number of items ``k``. A row may be empty. (This is
the layout of compressed sparse rows and of Arrow's lists.)

All functions here take whole arrays and loop over nothing, so that their time is linear in rows and items (sorting aside).
The same rows give the same bits, whatever other rows stand beside them.
"""

from __future__ import annotations

from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Taken",
    "best_first",
    "firsts",
    "kept",
    "log_sum_exp",
    "maxima",
    "offsets",
    "offsets_of_owners",
    "owners",
    "ranks",
    "spread",
    "sums",
    "take",
]

Offsets = NDArray[np.int64]
Scalar = TypeVar("Scalar", bound=np.generic)


def offsets(sizes: NDArray[np.integer[Any]]) -> Offsets:
    """The offsets of rows of the given sizes, ``int64[n + 1]``."""
    ptr = np.zeros(len(sizes) + 1, np.int64)
    np.cumsum(sizes, dtype=np.int64, out=ptr[1:])
    return ptr


def offsets_of_owners(owner: NDArray[np.integer[Any]], rows: int) -> Offsets:
    """The offsets of ``rows`` rows when the row of each item is known: the inverse of :func:`owners`.

    Args:
        owner: the row of each item, ascending, in ``[0, rows)``, ``[k]``.
        rows: how many rows there are; those that own nothing are empty.
    """
    return offsets(np.bincount(owner, minlength=rows))


def owners(ptr: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
    """The row that each item belongs to, ``int64[k]``."""
    return np.repeat(np.arange(len(ptr) - 1), np.diff(ptr))


def spread(values: NDArray[Scalar], ptr: NDArray[np.integer[Any]]) -> NDArray[Scalar]:
    """A value for each row as a value for each item of it, ``[k, ...]``."""
    return np.repeat(values, np.diff(ptr), axis=0)


def ranks(ptr: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
    """The place of each item within its row, from 0, ``int64[k]``."""
    wide = ptr.astype(np.int64)
    return np.arange(wide[-1]) - np.repeat(wide[:-1], np.diff(wide))


class Taken(NamedTuple):
    """Some rows of a ragged array, as :func:`take` gives them.

    Attributes:
        ptr: their offsets, ``int64[m + 1]``.
        items: the items of all of them, as indices into the flat array they were taken from, ``int64``.
    """

    ptr: Offsets
    items: NDArray[np.int64]


def take(ptr: NDArray[np.integer[Any]], rows: NDArray[np.integer[Any]]) -> Taken:
    """Some rows, in the order asked for; a row may be asked for more than once.

    Args:
        ptr: the offsets.
        rows: the indices of the rows, ``[m]``.
    """
    begin = ptr[rows].astype(np.int64)
    taken = offsets(ptr[rows + 1].astype(np.int64) - begin)
    return Taken(taken, ranks(taken) + np.repeat(begin, np.diff(taken)))


def kept(ptr: NDArray[np.integer[Any]], items: NDArray[np.bool_]) -> Offsets:
    """The offsets after the items that are False have been left out, ``int64[n + 1]``.

    Args:
        ptr: the offsets before.
        items: which items stay, ``bool[k]``.
    """
    left: Offsets = offsets(items.astype(np.int64))[ptr]
    return left


def sums(values: NDArray[Any], ptr: NDArray[np.integer[Any]]) -> NDArray[np.float64]:
    """The sum of each row, added up from left to right in double precision, 0 for an empty one, ``float64[n]``."""
    total = np.bincount(owners(ptr), values, minlength=len(ptr) - 1)
    return total.astype(np.float64, copy=False)  # counts of nothing are integers


def maxima(values: NDArray[Scalar], ptr: NDArray[np.integer[Any]], empty: float = -np.inf) -> NDArray[Scalar]:
    """The largest value of each row, of the type of ``values``, and ``empty`` for a row without items, ``[n]``."""
    out = np.full(len(ptr) - 1, empty, values.dtype)
    filled = np.flatnonzero(np.diff(ptr))
    if len(filled):
        out[filled] = np.maximum.reduceat(values, ptr[filled])
    return out


def log_sum_exp(values: NDArray[Scalar], ptr: NDArray[np.integer[Any]]) -> NDArray[Scalar]:
    """The logarithm of the sum of the exponentials of each row, ``-inf`` for an empty one, ``[n]``.

    The largest value of a row is taken out first, so that nothing overflows. It must be finite.
    """
    out = np.full(len(ptr) - 1, -np.inf, values.dtype)
    filled = np.flatnonzero(np.diff(ptr))
    if len(filled):
        begin = ptr[filled]
        top = np.maximum.reduceat(values, begin)
        out[filled] = top + np.log(np.add.reduceat(np.exp(values - np.repeat(top, np.diff(ptr)[filled])), begin))
    return out


def best_first(values: NDArray[Any], ptr: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
    """The items of each row from the largest value to the smallest, ``int64[k]``; of equal ones the earlier comes first.

    The rows stay where they are: item ``ptr[i] + r`` of the answer is the one of rank ``r`` in row ``i``.
    """
    order = np.lexsort((-values, owners(ptr)))  # stable: equal values keep their order
    return np.asarray(order, np.int64)


def firsts(values: NDArray[Any], ptr: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
    """The item with the largest value of each row, the first of equal ones, -1 for an empty row, ``int64[n]``."""
    out = np.full(len(ptr) - 1, -1, np.int64)
    filled = np.flatnonzero(np.diff(ptr))
    out[filled] = best_first(values, ptr)[ptr[filled]]
    return out
