"""Collocations: neighbouring content words, as numbers, and the filter that knows the honest ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from unspin.arrays import fuse

__all__ = ["BREAKS", "LINKS", "SIZE", "LevelFilter", "Skeleton", "collocation_key", "role", "sixbits", "skeleton"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]
Keys = NDArray[np.uint64]

SIZE: Final = 65_536
"""Words with an id below this may be originals and parts of honest collocations; those from here on are only ever *found*."""

LINKS: Final = ("of", "in", "to", "for", "on", "and", "with", "by", "from", "at", "the", "a", "an", "as", "de")
"""Small words that may stand inside a term. Their order is part of the data format."""

BREAKS: Final = frozenset(
    """i you he she it we they me him her us them my your his its our their this that these those who whom whose which
    what am is are was were be been being have has had having do does did doing done will would shall should can could
    may might must ought cannot not no nor or but if then than so because while although though when where why how there
    here whether however thus therefore hence moreover furthermore meanwhile nevertheless instead into onto over under
    between among amongst through throughout during before after about against within without per via upon towards
    toward across along around behind beyond both either neither each every any some such all most more less many much
    few fewer several other another others same own very too also only just even still yet again once ever never always
    often out off until since unless except despite like unlike rather quite almost already perhaps let i'm it's don't
    doesn't isn't aren't wasn't won't can't didn't he's she's that's there's they're we're you're i've we've et al etc
    mr mrs dr""".split()
)
"""Words that no term contains."""

_BREAK: Final = -1
_SINGLE_LETTERS: Final = "kxqtc"


class Skeleton(NamedTuple):
    """The content words of a document and what links them.

    Attributes:
        place: their rows among the roles, ``int64[m]``.
        word: their ids, ``int64[m]``.
        first: id of the first content word of each, which differs from ``word`` for phrases that stand for one word.
        last: id of the last content word of each.
        link: how each but the last is linked to the next, ``int64[m - 1]``: 0 directly, 1 or more by small words, -1
            not at all.
    """

    place: Ints
    word: Ints
    first: Ints
    last: Ints
    link: Ints


@dataclass(frozen=True, eq=False)
class LevelFilter:
    """A set of keys with a rough count of each, in one byte a key.

    A binary fuse filter (:mod:`unspin.arrays.fuse`): the value of a key is 6 bits of its hash and its level less one. One key
    in 64 that is not in the set is taken for one that is.
    """

    shape: fuse.Shape
    table: NDArray[np.uint8]

    def __call__(self, keys: Keys) -> NDArray[np.int8]:
        """The level of each key: 0 hardly seen, 1 two or three times, 2 up to nine, 3 up to 31 times, 4 more often."""
        hashes = fuse.mix(keys, self.shape.seed)
        code = fuse.look_up(self.table, fuse.slots(hashes, self.shape))
        return np.where(code >> 2 == sixbits(hashes), (code & 3) + 1, 0).astype(np.int8)


def sixbits(hashes: Keys) -> NDArray[np.uint8]:
    """The part of a hash that a :class:`LevelFilter` keeps."""
    return fuse.fingerprint(hashes, 6).astype(np.uint8)


def role(word: str, number: int) -> int:
    """What a lower-cased word is to terms: ``number`` for a content word, at most -2 for a link, -1 for a break."""
    if word in LINKS:
        return -2 - LINKS.index(word)
    letters = word.replace("'", "")
    usable = letters.isalnum() and word[0].isalpha() and (len(word) > 1 or word in _SINGLE_LETTERS)
    return number if usable and word not in BREAKS else _BREAK


def skeleton(roles: NDArray[np.int32]) -> Skeleton:
    """The content words of a document.

    Args:
        roles: as from :func:`role` for each token, hyphens left out: the role, that of the first content word in it
            and that of the last, ``int32[n, 3]``.
    """
    place = np.flatnonzero(roles[:, 0] >= 0)
    gap = np.diff(place)
    one, two = (roles[np.minimum(place[:-1] + k, len(roles) - 1), 0].astype(np.int64) for k in (1, 2))
    link = np.full(len(gap), -1, np.int64)
    link[gap == 1] = 0
    single = (gap == 2) & (one <= -2)
    link[single] = -1 - one[single]
    double = (gap == 3) & (one <= -2) & (two <= -2)
    link[double] = (-1 - one[double]) * 16 + (-1 - two[double])
    word, first, last = roles[place].astype(np.int64).T
    return Skeleton(place, word, first, last, link)


def collocation_key(left: Ints, link: Ints, right: Ints) -> Keys:
    """A collocation (or, with a word for the link, three words in a row) as one number, 20 bits for each part."""
    wide = [part.astype(np.uint64) for part in (left, link, right)]
    return (wide[0] << np.uint64(40)) | (wide[1] << np.uint64(20)) | wide[2]
