"""Fixed terms, honest joints and swaps, and the pairs of originals that they propose for a document."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from unspin.lexicon.phrases import joined
from unspin.text import Words
from unspin.tortured.joints import LINKS, SIZE, Floats, Ints, Keys, Skeleton, joint_key, role, skeleton

__all__ = ["Options", "Pairs", "Proposals", "Terms", "Tokens"]

PAIRS_KEPT: Final = 8
_PARTNERS: Final = 4
_FIRM: Final = 8.0
"""Log count and mutual information together from which on a term completes a joint whose other word is kept."""
_SURE_SWAP: Final = 1.0
_UNKNOWN_SWAP: Final = -9.0
"""Log-odds of a swap that no source knows."""
_BELIEVED: Final = 2
"""Joints at this level or above are believed without a look."""
_BLOCK: Final = 512
_SCORE_STEP: Final = 1 / 8
_BREAK: Final = -1


class Tokens(NamedTuple):
    """A document as terms see it.

    Attributes:
        begin: index of the first token of each row in the :class:`~unspin.text.Words`, ``int32[n]``.
        end: index after its last token; a known phrase that stands for one word is one row.
        roles: as :func:`~unspin.tortured.joints.skeleton` takes them, ``int32[n, 3]``.
    """

    begin: NDArray[np.int32]
    end: NDArray[np.int32]
    roles: NDArray[np.int32]


class Pairs(NamedTuple):
    """Pairs of originals: the joint, the two words, the scores of their swaps, how often each was listed, the term's row."""

    joint: Ints
    left: Ints
    right: Ints
    left_score: Floats
    right_score: Floats
    left_seen: Floats
    right_seen: Floats
    term: Ints

    def take(self, rows: Ints) -> Pairs:
        """Some of them."""
        return Pairs(
            self.joint[rows],
            self.left[rows],
            self.right[rows],
            self.left_score[rows],
            self.right_score[rows],
            self.left_seen[rows],
            self.right_seen[rows],
            self.term[rows],
        )


@dataclass(frozen=True, eq=False)
class Proposals:
    """Pairs of originals for the doubtful joints of a document, the best of each joint, in order of the joints.

    Attributes:
        joint: index of the joint's left word among the content words.
        left: the original of its left word.
        right: the original of its right word.
        features: one column for each of :data:`~unspin.tortured.features.FEATURES`.
    """

    joint: Ints
    left: Ints
    right: Ints
    features: Floats


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
class Terms:
    """Fixed terms, honest joints and swaps. See the package's text; made by :func:`unspin.tortured.load`.

    Attributes:
        words: the content words; from :data:`~unspin.tortured.joints.SIZE` on words that are only found, never meant,
            and phrases that stand for one word, their tokens separated by spaces.
        usage: log share of each in scientific and in other text.
        honest: levels of honest joints.
        triples: levels of three content words in a row in scientific text.
        term: joints of terms, sorted.
        term_count: log count of each.
        term_pmi: mutual information of each, nats.
        swap_ptr, swap_original, swap_score: the swaps of each word; scores in steps of 1/8.
        swap_seen: how many terms of the list have each swap.
        habit: how many terms of the list have each word in the place of another.
        before, after: vectors of each word as the left and as the right one of a joint, ``float32[words, d]``; the
            product of two says how much company the words keep, seen together or not.
        rank: weights of the features for choosing a pair.
        judge: log-odds of a tortured joint from :data:`~unspin.tortured.judge.EVIDENCE`, row by row.
        prior: share of tortured joints that the judge's odds refer to.
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
    before: Floats
    after: Floats
    rank: Floats
    judge: Callable[[Floats], Floats]
    prior: float = 0.003
    _role: dict[str, int] = field(init=False, repr=False)
    _units: dict[str, list[tuple[tuple[str, ...], int]]] = field(init=False, repr=False)
    _seen: NDArray[np.bool_] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Index the words, the phrases and the terms."""
        roles: dict[str, int] = {}
        units: defaultdict[str, list[tuple[tuple[str, ...], int]]] = defaultdict(list)
        for i, word in enumerate(self.words):
            if i < SIZE or " " not in word:
                roles[word] = role(word, i)
            elif self.swap_ptr[i] < self.swap_ptr[i + 1]:
                tokens = tuple(word.split(" "))
                units[tokens[0]].append((tokens, i))
        roles |= {word: role(word, 0) for word in LINKS}
        for some in units.values():
            some.sort(key=lambda unit: (-len(unit[0]), unit[1]))
        seen = np.zeros(1 << 22, bool)
        seen[spread(self.term)] = True
        for name, value in (("_role", roles), ("_units", dict(units)), ("_seen", seen)):
            object.__setattr__(self, name, value)

    @cached_property
    def use(self) -> tuple[Floats, Floats, Floats]:
        """Log share of each word in science, its log share in both kinds of text together, its leaning to science."""
        science, common = self.usage[:, 0], self.usage[:, 1]
        return science, np.logaddexp(science, common), science - common

    @cached_property
    def topic(self) -> Floats:
        """A direction for each word, zero for the rarer ones, ``float32[words, 2 d]``."""
        both = np.hstack([self.before, self.after])
        unit: Floats = (both / (np.linalg.norm(both, axis=1, keepdims=True) + 1e-6)).astype(np.float32)
        return unit

    @cached_property
    def partners(self) -> tuple[Partners, Partners]:
        """The firmest terms by their left and by their right word."""
        strength = self.term_count + self.term_pmi
        firm = np.flatnonzero(strength >= _FIRM)
        left, link, right = _parts(self.term[firm])
        sides = []
        for word in (left, right):
            key = word << 20 | link
            order = np.lexsort((-strength[firm], key))
            key = key[order]
            few = np.arange(len(key)) - np.searchsorted(key, key) < _PARTNERS
            sides.append(Partners(key[few], firm[order[few]]))
        return sides[0], sides[1]

    def role_of(self, token: str) -> int:
        """The :func:`~unspin.tortured.joints.role` of a lower-cased token."""
        return self._role.get(token, _BREAK)

    def tokens(self, words: Words) -> Tokens:
        """A document without inner hyphens, and phrases that stand for one word taken as one."""
        index = joined(words)
        lower = [words.lower[i] for i in index.tolist()]
        number = np.array([self._role.get(token, _BREAK) for token in lower], np.int32)
        begin, end, roles = index, index + 1, np.repeat(number[:, None], 3, axis=1)
        kept = np.ones(len(lower), bool)
        at = 0
        while at < len(lower):
            size, unit = self._unit(lower, at) if lower[at] in self._units else (0, 0)
            if size:
                inside = number[at : at + size]
                inside = inside[inside >= 0]
                roles[at] = (unit, inside[0], inside[-1]) if len(inside) else unit
                end[at] = index[at + size - 1] + 1
                kept[at + 1 : at + size] = False
            at += max(size, 1)
        return Tokens(begin[kept], end[kept], roles[kept])

    def _unit(self, lower: Sequence[str], at: int) -> tuple[int, int]:
        """Length and id of the longest known phrase at a token, (0, 0) if there is none."""
        for tokens, number in self._units.get(lower[at], ()):
            if tuple(lower[at : at + len(tokens)]) == tokens:
                return len(tokens), number
        return 0, 0

    def options(self, words: Ints) -> Options:
        """What each word may be."""
        begin = self.swap_ptr[words]
        size = self.swap_ptr[words + 1] - begin + 1
        ptr = np.zeros(len(words) + 1, np.int64)
        np.cumsum(size, out=ptr[1:])
        owner = np.repeat(np.arange(len(words)), size)
        at = np.arange(ptr[-1]) - ptr[owner]
        source = np.where(at == 0, 0, begin[owner] + at - 1)
        word = np.where(at == 0, words[owner], self.swap_original[source])
        score = np.where(at == 0, 0, self.swap_score[source]) * np.float32(_SCORE_STEP)
        seen = np.where(at == 0, 0, self.swap_seen[source])
        return Options(ptr, word.astype(np.int64), score.astype(np.float32), seen.astype(np.float32))

    def propose(self, roles: NDArray[np.int32]) -> Proposals | None:
        """Pairs of originals for the doubtful joints of a document; None if there are none."""
        from unspin.tortured.features import features

        bones = skeleton(roles)
        if len(bones.place) < 2:
            return None
        level = self.levels(bones)
        doubtful = np.flatnonzero(level < _BELIEVED)
        blocks = [self._pairs(bones, doubtful[i : i + _BLOCK]) for i in range(0, len(doubtful), _BLOCK)]
        unseen = doubtful[level[doubtful] == 0]
        blocks += [self._completed(bones, unseen, at_left) for at_left in (True, False)]
        if not sum(len(pairs.joint) for pairs in blocks):
            return None
        every = Pairs(*(np.concatenate(part) for part in zip(*blocks, strict=True)))
        # A pair that a known swap leads to comes first, and stays.
        _, first = np.unique(every.joint << 40 | every.left << 20 | every.right, return_index=True)
        every = every.take(first)
        # A first rough order; the trees see the best few only.
        rough = every.left_score + every.right_score + np.float32(0.6) * self.term_count[every.term]
        order = np.lexsort((-rough, every.joint))
        place = np.arange(len(order)) - np.searchsorted(every.joint[order], every.joint[order])
        kept = every.take(order[place < PAIRS_KEPT])
        count = np.bincount(every.joint, minlength=len(level))[kept.joint]
        return Proposals(kept.joint, kept.left, kept.right, features(self, bones, level, kept, count))

    def levels(self, bones: Skeleton) -> NDArray[np.int8]:
        """How honest each joint is; 9 where words are not linked."""
        level = np.full(len(bones.link), 9, np.int8)
        linked = bones.link >= 0
        left, right = bones.last[:-1][linked], bones.first[1:][linked]
        found = self.honest(joint_key(left, bones.link[linked], right))
        level[linked] = np.where((left < SIZE) & (right < SIZE), found, 0)
        return level

    def _pairs(self, bones: Skeleton, joint: Ints) -> Pairs:
        left, right = self.options(bones.word[joint]), self.options(bones.word[joint + 1])
        wide = np.diff(right.ptr)
        size = np.diff(left.ptr) * wide
        ptr = np.zeros(len(joint) + 1, np.int64)
        np.cumsum(size, out=ptr[1:])
        owner = np.repeat(np.arange(len(joint)), size)
        at = np.arange(ptr[-1]) - ptr[owner]
        i, j = left.ptr[owner] + at // wide[owner], right.ptr[owner] + at % wide[owner]
        keys = joint_key(left.word[i], bones.link[joint][owner], right.word[j])
        hit = np.flatnonzero(self._seen[spread(keys)] & (at > 0))
        term = np.minimum(np.searchsorted(self.term, keys[hit]), len(self.term) - 1)
        true = self.term[term] == keys[hit]
        hit, term = hit[true], term[true]
        i, j = i[hit], j[hit]
        return Pairs(
            joint[owner[hit]], left.word[i], right.word[j], left.score[i], right.score[j], left.seen[i], right.seen[j],
            term,
        )  # fmt: skip

    def _completed(self, bones: Skeleton, joint: Ints, at_left: bool) -> Pairs:
        """Pairs in which a word that no source knows as a swap makes a firm term with its kept neighbour.

        The neighbour is kept as it stands, or as the original that it is almost surely put for.
        """
        found, beside = (joint, joint + 1) if at_left else (joint + 1, joint)
        options = self.options(bones.word[beside])
        owner = np.repeat(np.arange(len(joint)), np.diff(options.ptr))
        sure = np.flatnonzero((options.score >= _SURE_SWAP) | (options.word == bones.word[beside][owner]))
        table = self.partners[at_left]
        key = options.word[sure] << 20 | bones.link[joint][owner[sure]]
        low, high = np.searchsorted(table.key, key), np.searchsorted(table.key, key, "right")
        which = np.repeat(np.arange(len(sure)), high - low)
        place = np.arange(len(which)) - np.repeat(np.cumsum(high - low) - (high - low), high - low)
        term = table.term[low[which] + place]
        left, _, right = _parts(self.term[term])
        i, at = sure[which], owner[sure[which]]
        new = (left if at_left else right) != bones.word[found][at]
        i, at, term, left, right = i[new], at[new], term[new], left[new], right[new]
        unknown, never = np.full(len(i), _UNKNOWN_SWAP, np.float32), np.zeros(len(i), np.float32)
        score, seen = options.score[i], options.seen[i]
        if at_left:
            return Pairs(joint[at], left, right, unknown, score, never, seen, term)
        return Pairs(joint[at], left, right, score, unknown, seen, never, term)


def _parts(keys: Keys) -> tuple[Ints, Ints, Ints]:
    """Left word, link and right word of joints."""
    wide = keys.astype(np.int64)
    return wide >> 40, wide >> 20 & 0xFFFFF, wide & 0xFFFFF


def spread(keys: Keys) -> Ints:
    """A slot of 22 bits for each key."""
    return ((keys * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(42)).astype(np.int64)
