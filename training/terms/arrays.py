"""Tables with numbers for keys: counted, added, looked up.

A joint, a triple or a swap is one number, its key. There are millions of them, too many for a dict, so a table is two
arrays: the keys, sorted, and a value for each. Equal keys then stand side by side. To count is to see where the key
changes, to add tables is to sort them together, to look up is a binary search.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.uint64]
Ints = NDArray[np.int64]
Floats = NDArray[np.float32]


def counted(keys: Keys) -> tuple[Keys, Ints]:
    """Different keys, sorted, and how often each occurs."""
    keys.sort()
    first = np.flatnonzero(np.r_[True, keys[1:] != keys[:-1]])
    return keys[first], np.diff(np.r_[first, len(keys)])


def added(parts: Sequence[tuple[Keys, Ints]]) -> tuple[Keys, Ints]:
    """Counts put together."""
    keys, count = (np.concatenate(part) for part in zip(*parts, strict=True))
    order = np.argsort(keys, kind="stable")
    keys, count = keys[order], count[order]
    first = np.flatnonzero(np.r_[True, keys[1:] != keys[:-1]])
    return keys[first], np.add.reduceat(count, first)


def looked_up(keys: Ints, values: Floats, ask: Ints, default: float) -> Floats:
    """The value of each key that is there, else the default."""
    order = np.argsort(keys, kind="stable")
    keys, values = keys[order], values[order]
    at = np.minimum(np.searchsorted(keys, ask), len(keys) - 1)
    return np.where(keys[at] == ask, values[at], np.float32(default)).astype(np.float32)
