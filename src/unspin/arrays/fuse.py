"""Binary fuse filters: tables that hold a few bits for each of many keys, without the keys.

A key is hashed, and its hash gives three slots of the table; the exclusive or of the three is the key's value. Part of
the value is a *fingerprint* of the hash, by which keys that were never stored are told; with ``b`` bits of it one in
``2**b`` of them is taken for one that was. The rest of the value is whatever was stored with the key. A table has some
1.13 slots a key, and a look-up is three reads.

Source: Graf & Lemire, "Binary Fuse Filters: Fast and Smaller Than Xor Filters", ACM Journal of Experimental Algorithmics
27 (2022), https://doi.org/10.1145/3510449.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

__all__ = ["Keys", "Plan", "Shape", "Slots", "fingerprint", "geometry", "look_up", "mix", "plan", "slots"]

Keys = NDArray[np.uint64]
Slots = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]
Code = TypeVar("Code", bound=np.unsignedinteger[Any])

_SEEDS = 100
"""Seeds tried for a table. One in five or so fails; with a hundred, keys that occur twice are the only way to fail."""


class Shape(NamedTuple):
    """The geometry of a table: the three slots of a key lie in successive segments.

    Attributes:
        seed: of the hash.
        length: slots of a segment, a power of two.
        segments: segments that the first slot of a key may lie in; the table has two more.
    """

    seed: int
    length: int
    segments: int

    @property
    def size(self) -> int:
        """The slots of the table."""
        return (self.segments + 2) * self.length


def mix(keys: Keys, seed: int) -> Keys:
    """A 64-bit hash of each key, ``uint64[m]``; different keys never fall on one hash.

    The finaliser of splitmix64 (Steele, Lea & Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014).
    """
    h = keys + np.uint64((0x9E3779B97F4A7C15 * (seed + 1)) & 0xFFFFFFFFFFFFFFFF)
    h ^= h >> np.uint64(30)
    h *= np.uint64(0xBF58476D1CE4E5B9)
    h ^= h >> np.uint64(27)
    h *= np.uint64(0x94D049BB133111EB)
    h ^= h >> np.uint64(31)
    return h


def slots(hashes: Keys, shape: Shape) -> Slots:
    """The three slots of each hash, ``int64[m]`` each."""
    low = np.uint64(shape.length - 1)
    first = hashes >> np.uint64(32)
    first *= np.uint64(shape.segments * shape.length)
    first >>= np.uint64(32)
    second = (first + np.uint64(shape.length)) ^ ((hashes >> np.uint64(18)) & low)
    third = (first + np.uint64(2 * shape.length)) ^ (hashes & low)
    return first.view(np.int64), second.view(np.int64), third.view(np.int64)


def fingerprint(hashes: Keys, bits: int) -> NDArray[np.uint16]:
    """``bits`` bits of each hash, 1 to 16, that do not follow from its slots, ``uint16[m]``."""
    return ((hashes * np.uint64(0xD6E8FEB86659FD93)) >> np.uint64(64 - bits)).astype(np.uint16)


def look_up(table: NDArray[Code], at: Slots) -> NDArray[Code]:
    """The value of each key, from its three slots; without meaning for keys that were never stored."""
    value: NDArray[Code] = table[at[0]] ^ table[at[1]] ^ table[at[2]]
    return value


def geometry(keys: int) -> tuple[int, int]:
    """The length of a segment and the number of segments (see :class:`Shape`) for so many keys (section 4 of the paper)."""
    keys = max(keys, 2)
    length = 1 << max(int(np.floor(np.log(keys) / np.log(3.33) + 2.25)), 2)
    wanted = keys * max(1.125, 0.875 + 0.25 * np.log(1e6) / np.log(keys))
    return length, max(int(np.ceil(wanted / length)) - 2, 1)


@dataclass(frozen=True, eq=False)
class Plan:
    """How the keys of a table were laid out; made by :func:`plan`.

    Attributes:
        shape: the geometry of the table.
        hashes: the hash of each key.
        layers: some keys and a slot of each, over and over, until all keys have been named; the slot of a key is no slot
            of a key in a later layer. Filled from the last layer to the first, every key gets its value.
    """

    shape: Shape
    hashes: Keys
    layers: tuple[tuple[NDArray[np.int64], NDArray[np.int64]], ...]

    def filled(self, values: NDArray[Code]) -> NDArray[Code]:
        """A table in which each key has the value given for it.

        Args:
            values: in the order of the keys, ``[m]``.
        """
        table = np.zeros(self.shape.size, values.dtype)
        places = np.stack(slots(self.hashes, self.shape))
        for key, slot in reversed(self.layers):
            a, b, c = places[:, key]
            table[slot] = values[key] ^ table[a] ^ table[b] ^ table[c]
        return table


def plan(keys: Keys) -> Plan:
    """Lay out a table for keys, all different, with the first seed that works.

    Raises:
        ValueError: no seed works, because a key occurs twice.
    """
    length, segments = geometry(len(keys))
    for seed in range(_SEEDS):
        shape = Shape(seed, length, segments)
        hashes = mix(keys, seed)
        layers = _layers(np.stack(slots(hashes, shape)), shape.size)
        if sum(len(layer[0]) for layer in layers) == len(keys):
            return Plan(shape, hashes, tuple(layers))
    raise ValueError("no seed gives a table; are the keys all different?")


def _layers(places: NDArray[np.int64], size: int) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Keys that have a slot to themselves are taken out, until none is left or none has one."""
    users = np.bincount(places.ravel(), minlength=size)
    names = np.zeros(size, np.int64)  # the sum of a slot's users; with one user left, it names the user
    for row in places:
        np.add.at(names, row, np.arange(places.shape[1]))
    layers: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []
    alone = np.flatnonzero(users == 1)
    while len(alone):
        key, index = np.unique(names[alone], return_index=True)
        layers.append((key, alone[index]))
        touched = places[:, key]
        for row in touched:
            np.subtract.at(users, row, 1)
            np.subtract.at(names, row, key)
        touched = np.unique(touched)
        alone = touched[users[touched] == 1]
    return layers
