"""Fixed terms of science, honest collocations, and swaps: what is known before a document is seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from unspin.arrays import ragged
from unspin.lexicon.phrases import joined
from unspin.text import PhraseFinder, Words
from unspin.tortured.collocation import LINKS, SIZE, Floats, Ints, Keys, Skeleton, collocation_key, role

__all__ = ["Options", "Terms", "Tokens", "Vectors", "parts"]

_PARTNERS: Final = 4
_FIRM: Final = 8.0
"""Log count and mutual information together from which on a term completes a collocation whose other word is kept."""
_SCORE_STEP: Final = 1 / 8
_BREAK: Final = -1


class Tokens(NamedTuple):
    """A document as terms see it.

    Attributes:
        begin: index of the first token of each row in the :class:`~unspin.text.Words`, ``int32[n]``.
        end: index after its last token; a known phrase that stands for one word is one row.
        roles: as :func:`~unspin.tortured.collocation.skeleton` takes them, ``int32[n, 3]``.
    """

    begin: NDArray[np.int32]
    end: NDArray[np.int32]
    roles: NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Options:
    """For each of some words the word itself, then what it may stand for: ragged rows.

    Attributes:
        ptr: where the row of each word begins.
        word: the words of the rows.
        score: log-odds of each swap, 0 for the word itself.
        seen: how many terms of the list have the swap, 0 for the word itself.
    """

    ptr: Ints
    word: Ints
    score: Floats
    seen: Floats


class Partners(NamedTuple):
    """The firmest terms of each word at one side: word and link as one number, sorted, and the term's row."""

    key: Ints
    term: Ints


@dataclass(frozen=True, eq=False)
class Vectors:
    """A vector for each word, of which only the frequent ones have one: that of all others is zero.

    Attributes:
        rows: the vectors, the first of them zero, ``float32[r, d]``.
        row: where that of each word is, ``int32[words]``.
    """

    rows: Floats
    row: NDArray[np.int32]

    @classmethod
    def of(cls, words: int, frequent: Ints, vectors: Floats) -> Self:
        """Those of the words ``frequent``, of so many ``words``; ``vectors`` are ``float32[len(frequent), d]``."""
        row = np.zeros(words, np.int32)
        row[frequent] = np.arange(1, len(frequent) + 1)
        return cls(np.concatenate([np.zeros((1, vectors.shape[1]), np.float32), vectors]), row)

    def __getitem__(self, words: Ints) -> Floats:
        """The vectors of some words, ``float32[n, d]``."""
        return self.rows[self.row[words]]


@dataclass(frozen=True, eq=False)
class Terms:
    """Fixed terms, honest collocations and swaps. See the package's text; made by :func:`unspin.tortured.load`.

    Attributes:
        words: the content words; from :data:`~unspin.tortured.collocation.SIZE` on words that are only found, never meant,
            and phrases that stand for one word, their tokens separated by spaces.
        usage: log share of each in scientific and in other text.
        honest: levels of honest collocations.
        triples: levels of three content words in a row in scientific text.
        term: collocations of terms, sorted.
        term_count: log count of each.
        term_pmi: mutual information of each, nats.
        swap_ptr, swap_original, swap_score: the swaps of each word; scores in steps of 1/8.
        swap_seen: how many terms of the list have each swap.
        habit: how many terms of the list have each word in the place of another.
        before, after: vectors of each word as the left and as the right one of a collocation, of the same words; the
            product of two says how much company the words keep, seen together or not.
        rank: weights of the features for choosing a pair.
        classifier: log-odds of a tortured collocation from :data:`~unspin.tortured.classifier.EVIDENCE`, row by row.
        prior: share of tortured collocations that the odds of ``classifier`` refer to.
    """

    words: tuple[str, ...]
    usage: Floats
    honest: Callable[[Keys], NDArray[np.int8]]
    triples: Callable[[Keys], NDArray[np.int8]]
    term: Keys
    term_count: Floats
    term_pmi: Floats
    swap_ptr: Ints
    swap_original: NDArray[np.uint16]
    swap_score: NDArray[np.int8]
    swap_seen: NDArray[np.uint8]
    habit: NDArray[np.uint8]
    before: Vectors
    after: Vectors
    rank: Floats
    classifier: Callable[[Floats], Floats]
    prior: float = 0.003
    _role: dict[str, int] = field(init=False, repr=False)
    _units: list[int] = field(init=False, repr=False)
    _finder: PhraseFinder = field(init=False, repr=False)
    _seen: NDArray[np.bool_] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Index the words, the phrases and the terms."""
        roles: dict[str, int] = {}
        units: list[int] = []
        for i, word in enumerate(self.words):
            if i < SIZE or " " not in word:
                roles[word] = role(word, i)
            elif self.swap_ptr[i] < self.swap_ptr[i + 1]:
                units.append(i)
        roles |= {word: role(word, 0) for word in LINKS}
        finder = PhraseFinder(self.words[i].split(" ") for i in units)
        seen = np.zeros(1 << 22, bool)
        seen[_slot(self.term)] = True
        for name, value in (("_role", roles), ("_units", units), ("_finder", finder), ("_seen", seen)):
            object.__setattr__(self, name, value)

    @cached_property
    def use(self) -> tuple[Floats, Floats, Floats]:
        """Log share of each word in science, its log share in both kinds of text together, its leaning to science."""
        science, common = self.usage[:, 0], self.usage[:, 1]
        return science, np.logaddexp(science, common), science - common

    @cached_property
    def topic(self) -> Vectors:
        """A direction for each word, zero for the rarer ones."""
        both = np.hstack([self.before.rows, self.after.rows])
        unit: Floats = (both / (np.linalg.norm(both, axis=1, keepdims=True) + 1e-6)).astype(np.float32)
        return Vectors(unit, self.before.row)

    @cached_property
    def partners(self) -> tuple[Partners, Partners]:
        """The firmest terms by their left and by their right word."""
        strength = self.term_count + self.term_pmi
        firm = np.flatnonzero(strength >= _FIRM)
        left, link, right = parts(self.term[firm])
        sides = []
        for word in (left, right):
            key = word << 20 | link
            order = np.lexsort((-strength[firm], key))
            key = key[order]
            few = np.arange(len(key)) - np.searchsorted(key, key) < _PARTNERS
            sides.append(Partners(key[few], firm[order[few]]))
        return sides[0], sides[1]

    def role_of(self, token: str) -> int:
        """The :func:`~unspin.tortured.collocation.role` of a lower-cased token."""
        return self._role.get(token, _BREAK)

    def tokens(self, words: Words) -> Tokens:
        """A document without inner hyphens, and phrases that stand for one word taken as one."""
        index = joined(words)
        lower = [words.lower[i] for i in index.tolist()]
        number = np.array([self._role.get(token, _BREAK) for token in lower], np.int32)
        begin, end, roles = index, index + 1, np.repeat(number[:, None], 3, axis=1)
        kept = np.ones(len(lower), bool)
        for first, last, entry in self._finder.find(lower):
            unit, inside = self._units[entry], number[first:last]
            inside = inside[inside >= 0]
            roles[first] = (unit, inside[0], inside[-1]) if len(inside) else unit
            end[first] = index[last - 1] + 1
            kept[first + 1 : last] = False
        return Tokens(begin[kept], end[kept], roles[kept])

    def options(self, words: Ints) -> Options:
        """What each word may be."""
        begin = self.swap_ptr[words]
        ptr = ragged.offsets(self.swap_ptr[words + 1] - begin + 1)
        owner, at = ragged.owners(ptr), ragged.ranks(ptr)
        source = np.where(at == 0, 0, begin[owner] + at - 1)
        word = np.where(at == 0, words[owner], self.swap_original[source])
        score = np.where(at == 0, 0, self.swap_score[source]) * np.float32(_SCORE_STEP)
        seen = np.where(at == 0, 0, self.swap_seen[source])
        return Options(ptr, word.astype(np.int64), score.astype(np.float32), seen.astype(np.float32))

    def find(self, keys: Keys) -> tuple[Ints, Ints]:
        """Which collocations are known as terms: their indices in ``keys``, and the row of each among the terms."""
        maybe = np.flatnonzero(self._seen[_slot(keys)])
        row = np.minimum(np.searchsorted(self.term, keys[maybe]), len(self.term) - 1)
        known = self.term[row] == keys[maybe]
        return maybe[known], row[known]

    def levels(self, bones: Skeleton) -> NDArray[np.int8]:
        """How honest each collocation is; 9 where words are not linked."""
        level = np.full(len(bones.link), 9, np.int8)
        linked = bones.link >= 0
        left, right = bones.last[:-1][linked], bones.first[1:][linked]
        found = self.honest(collocation_key(left, bones.link[linked], right))
        level[linked] = np.where((left < SIZE) & (right < SIZE), found, 0)
        return level


def parts(keys: Keys) -> tuple[Ints, Ints, Ints]:
    """Left word, link and right word of collocations."""
    wide = keys.astype(np.int64)
    return wide >> 40, wide >> 20 & 0xFFFFF, wide & 0xFFFFF


def _slot(keys: Keys) -> Ints:
    """A slot of 22 bits for each key."""
    return ((keys * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(42)).astype(np.int64)
