"""Honest joints and triples as filters, about a byte each.

The byte holds six bits of the key's hash and two for how often it was seen, in four levels. So a filter knows all its
keys, and takes one in 64 of the others for known.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from training.ngram import _filled, _peeled
from training.terms.arrays import Ints, Keys
from unspin.arrays.fuse import Shape
from unspin.tortured import LevelFilter, sixbits


def level(count: Ints) -> NDArray[np.uint8]:
    """Counts as levels of a :class:`LevelFilter`, from 1."""
    return (1 + (count >= 4) + (count >= 10) + (count >= 32)).astype(np.uint8)


def filtered(keys: Keys, count: Ints) -> LevelFilter:
    """The keys as a filter."""
    hashes, shape, layers = _peeled(keys)
    table = _filled(hashes, shape, layers, (sixbits(hashes) << 2 | (level(count) - 1)).astype(np.uint8))
    return LevelFilter(Shape(*(int(x) for x in shape)), table)
