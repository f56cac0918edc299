"""Finds tortured phrases: fixed terms of science whose words a paraphrasing tool swapped ("profound learning").

Two ways lead to a :class:`Finding`. The list of :mod:`unspin.lexicon.phrases` knows phrases that were seen before. For
the others the noisy channel is turned round, pair of words by pair of words:

1. a *joint* is two neighbouring content words with at most two small words between ("region of interest"). Honest
   joints recur: those that stand four times or more in the corpora are believed at once;
2. for each joint left, all pairs of originals are tried that may have become its words (the *swaps*, learned from
   thesauri, embeddings and the list), and those that are joints of a known scientific term are kept: "irregular
   woodland" leads to "random forest";
3. the best pair is judged by boosted trees over what speaks for it: how good the swaps are, how firm the term is, how
   odd the found words are together and in science at all, whether the neighbours fit the term better.

A joint is judged by itself, so that a term of three words is found by either of its joints; findings that share a word
and agree on it are one.

Data (``terms.npz``, written by ``python -m training.terms``, compressed):

====================== =================================================================================================
``words``              content words, UTF-8, one a line, in the order of the ids
``usage``              natural log of the share of each word in scientific and in other text, ``float16[words, 2]``
``honest``             fuse filter of the joints of honest text, ``uint8[slots]``; see :class:`LevelFilter`
``triples``            the same of three content words in a row in scientific text
``shape_honest`` …     seed, segment length and segment count of each filter, ``int64[3]``
``term``               joints of terms, sorted, ``uint64``: left word, link, right word (16 bits each)
``term_count``         natural log of how often each stands in scientific text, ``float16``
``term_pmi``           pointwise mutual information of its two words there, nats, ``float16``
``swap_ptr``           where the originals of each word begin, ``uint32[words + 1]``
``swap_original``      the originals, ``uint16``
``swap_score``         log-odds that the word was put for the original, in steps of 1/8, ``int8``
``before``, ``after``  vectors of each word as the left and as the right one of a joint, ``int8[words, d]``
``vector_step``        what one step of them means, ``float32``
``rank``               weights of the features for choosing among pairs of originals, ``float32[features]``
``tree_*``             the trees (``[trees, nodes]``): ``feature``, ``cut``, ``left``, ``right``, ``value``
``bias``               log-odds before the first tree, ``float32``
====================== =================================================================================================
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib import resources
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from unspin.lexicon import phrases
from unspin.lexicon.phrases import PhraseTable, joined
from unspin.model.ngram import Shape, mix, slots
from unspin.text import Words

__all__ = ["FEATURES", "Finding", "LevelFilter", "Terms", "find", "load"]

THRESHOLD: Final = 0.65
"""The operating point: some 0.5 false findings in 10,000 words of unseen abstracts (``benchmarks/tortured.py``)."""

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
# Joints at this level or above are believed without a look.
_BELIEVED: Final = 2
_PAIRS_KEPT: Final = 6
_BLOCK: Final = 512
_SCORE_STEP: Final = 1 / 8
# A listed phrase that stands in honest text more often than this is no evidence; fewer times may be true torture there.
_MOST_HONEST: Final = 1
_LISTED_PROBABILITY: Final = (0.99, 0.9)
# A joint next to a found one needs less of its own to belong to the same term.
_SHARED: Final = 0.25

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]
Keys = NDArray[np.uint64]

FEATURES: Final = (
    "swaps", "worst_swap", "best_swap", "swapped", "term_count", "term_pmi", "level", "expected", "use_left",
    "use_right", "use_left_original", "use_right_original", "science_found", "science_original", "science_kept",
    "left_fits", "left_level", "left_checked", "right_fits", "right_level", "right_checked", "left_triple",
    "right_triple", "left_chain", "left_chain_triple", "right_chain", "right_chain_triple", "linked", "pairs",
    "swapped_left", "swapped_right", "rarer_left", "rarer_right", "company", "company_original", "company_left",
    "company_right",
)  # fmt: skip
"""What is known of a pair of originals, in the order of the columns of :attr:`Proposals.features`."""
EVIDENCE: Final = (*FEATURES, "score", "margin")
"""The features of the best pair of a joint, as the trees see them: its score and its lead over the next are added."""


class Finding(NamedTuple):
    """A tortured phrase.

    Attributes:
        begin: index of its first token in the :class:`~unspin.text.Words`.
        end: index after its last token.
        found: the phrase as it stands.
        original: what was meant, in lower case.
        probability: that this is a tortured phrase.
        listed: whether the phrase is on the list.
    """

    begin: int
    end: int
    found: str
    original: str
    probability: float
    listed: bool


@dataclass(frozen=True, eq=False)
class LevelFilter:
    """A set of keys with a rough count of each, in one byte a key.

    A binary fuse filter (Graf & Lemire, ACM JEA 2022): the exclusive or of a key's three slots holds 6 bits of its hash
    and its level less one. One key in 64 that is not in the set is taken for one that is.
    """

    shape: Shape
    table: NDArray[np.uint8]

    def __call__(self, keys: Keys) -> NDArray[np.int8]:
        """The level of each key: 0 hardly seen, 1 two or three times, 2 up to nine, 3 up to 31 times, 4 more often."""
        hashes = mix(keys, self.shape.seed)
        a, b, c = slots(hashes, self.shape)
        code = self.table[a] ^ self.table[b] ^ self.table[c]
        return np.where(code >> 2 == sixbits(hashes), (code & 3) + 1, 0).astype(np.int8)


def sixbits(hashes: Keys) -> NDArray[np.uint8]:
    """The part of a hash that a :class:`LevelFilter` keeps."""
    return ((hashes * np.uint64(0xD6E8FEB86659FD93)) >> np.uint64(58)).astype(np.uint8)


def role(word: str, number: int) -> int:
    """What a lower-cased word is to terms: ``number`` for a content word, at most -2 for a link, -1 for a break."""
    if word in LINKS:
        return -2 - LINKS.index(word)
    letters = word.replace("'", "")
    usable = letters.isalnum() and word[0].isalpha() and (len(word) > 1 or word in _SINGLE_LETTERS)
    return number if usable and word not in BREAKS else _BREAK


def skeleton(roles: NDArray[np.int32]) -> tuple[Ints, Ints]:
    """The content words of a document and what links them.

    Args:
        roles: as from :func:`role` for each token, hyphens left out, ``int32[n]``.

    Returns:
        The places of the content words, ``int64[m]``, and for each but the last how the next is linked to it,
        ``int64[m - 1]``: 0 directly, 1 or more by small words, -1 not at all.
    """
    places = np.flatnonzero(roles >= 0)
    gap = np.diff(places)
    first = roles[np.minimum(places[:-1] + 1, len(roles) - 1)].astype(np.int64)
    second = roles[np.minimum(places[:-1] + 2, len(roles) - 1)].astype(np.int64)
    link = np.full(len(gap), -1, np.int64)
    link[gap == 1] = 0
    one = (gap == 2) & (first <= -2)
    link[one] = -1 - first[one]
    two = (gap == 3) & (first <= -2) & (second <= -2)
    link[two] = (-1 - first[two]) * 16 + (-1 - second[two])
    return places, link


def joint_key(left: Ints, link: Ints, right: Ints) -> Keys:
    """A joint (or, with a word for the link, three words in a row) as one number."""
    wide = [part.astype(np.uint64) for part in (left, link, right)]
    return (wide[0] << np.uint64(32)) | (wide[1] << np.uint64(16)) | wide[2]


@dataclass(frozen=True, eq=False)
class Proposals:
    """Pairs of originals for the doubtful joints of a document, the best of each joint, in order of the joints.

    Attributes:
        joint: index of the joint's left word among the content words.
        left: the original of its left word.
        right: the original of its right word.
        features: one column for each of :data:`FEATURES`.
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
    """

    ptr: Ints
    word: Ints
    score: Floats


@dataclass(frozen=True, eq=False)
class Terms:
    """Fixed terms, honest joints and swaps. See the module's text; made by :func:`load`.

    Attributes:
        words: the content words.
        usage: log share of each in scientific and in other text.
        honest: levels of honest joints.
        triples: levels of three content words in a row in scientific text.
        term: joints of terms, sorted.
        term_count: log count of each.
        term_pmi: mutual information of each, nats.
        swap_ptr, swap_original, swap_score: the swaps of each word; scores in steps of 1/8.
        before, after: vectors of each word as the left and as the right one of a joint, ``float32[words, d]``; the
            product of two says how much company the words keep, seen together or not.
        rank: weights of :data:`FEATURES` for choosing a pair.
        judge: log-odds of a tortured joint from :data:`EVIDENCE`, row by row.
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
    before: Floats
    after: Floats
    rank: Floats
    judge: Callable[[Floats], Floats]

    def __post_init__(self) -> None:
        """Index the words and the terms."""
        roles = {word: role(word, i) for i, word in enumerate(self.words)}
        roles |= {word: role(word, 0) for word in LINKS}
        object.__setattr__(self, "_role", roles)
        seen = np.zeros(1 << 22, bool)
        seen[_spread(self.term)] = True
        object.__setattr__(self, "_seen", seen)

    _role = {}  # type: dict[str, int]
    _seen = np.zeros(0, bool)

    @cached_property
    def _use(self) -> tuple[Floats, Floats, Floats]:
        """Log share of each word in science, its log share in both kinds of text together, its leaning to science."""
        science, common = self.usage[:, 0], self.usage[:, 1]
        return science, np.logaddexp(science, common), science - common

    def roles(self, words: Words) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """The tokens of a document without inner hyphens, and the :func:`role` of each."""
        index = joined(words)
        known = self._role.get
        lower = words.lower
        return index, np.fromiter((known(lower[i], _BREAK) for i in index.tolist()), np.int32, len(index))

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
        return Options(ptr, word.astype(np.int64), score.astype(np.float32))

    def propose(self, roles: NDArray[np.int32]) -> Proposals | None:
        """Pairs of originals for the doubtful joints of a document; None if there are none."""
        places, link = skeleton(roles)
        if len(places) < 2:
            return None
        word = roles[places].astype(np.int64)
        level = np.full(len(link), 9, np.int8)
        linked = link >= 0
        level[linked] = self.honest(joint_key(word[:-1][linked], link[linked], word[1:][linked]))
        doubtful = np.flatnonzero(level < _BELIEVED)
        found = [self._pairs(word, link, doubtful[i : i + _BLOCK]) for i in range(0, len(doubtful), _BLOCK)]
        if not found or not sum(len(pairs.joint) for pairs in found):
            return None
        joint, left, right, left_score, right_score, term = (np.concatenate(part) for part in zip(*found, strict=True))
        # A first rough order; the trees see the best few only.
        rough = left_score + right_score + np.float32(0.6) * self.term_count[term]
        order = np.lexsort((-rough, joint))
        place = np.arange(len(order)) - np.searchsorted(joint[order], joint[order])
        keep = order[place < _PAIRS_KEPT]
        count = np.bincount(joint, minlength=len(link))[joint[keep]]
        pairs = Pairs(joint[keep], left[keep], right[keep], left_score[keep], right_score[keep], term[keep])
        return Proposals(pairs.joint, pairs.left, pairs.right, self._features(word, link, level, pairs, count))

    def _pairs(self, word: Ints, link: Ints, joint: Ints) -> Pairs:
        left, right = self.options(word[joint]), self.options(word[joint + 1])
        wide = np.diff(right.ptr)
        size = np.diff(left.ptr) * wide
        ptr = np.zeros(len(joint) + 1, np.int64)
        np.cumsum(size, out=ptr[1:])
        owner = np.repeat(np.arange(len(joint)), size)
        at = np.arange(ptr[-1]) - ptr[owner]
        i, j = left.ptr[owner] + at // wide[owner], right.ptr[owner] + at % wide[owner]
        keys = joint_key(left.word[i], link[joint][owner], right.word[j])
        hit = np.flatnonzero(self._seen[_spread(keys)] & (at > 0))
        term = np.minimum(np.searchsorted(self.term, keys[hit]), len(self.term) - 1)
        true = self.term[term] == keys[hit]
        hit, term = hit[true], term[true]
        i, j = i[hit], j[hit]
        return Pairs(joint[owner[hit]], left.word[i], right.word[j], left.score[i], right.score[j], term)

    def _features(self, word: Ints, link: Ints, level: NDArray[np.int8], pairs: Pairs, count: Ints) -> Floats:
        joint, a, b = pairs.joint, pairs.left, pairs.right
        x, y, between = word[joint], word[joint + 1], link[joint]
        at_left, at_right = a != x, b != y
        swapped = at_left * 1.0 + at_right
        science, use, lean = self._use
        before, after = np.maximum(joint - 1, 0), np.minimum(joint + 1, len(link) - 1)
        has_left = (joint > 0) & (link[before] >= 0)
        has_right = (joint + 1 < len(link)) & (link[after] >= 0)
        previous, following = word[before], word[np.minimum(joint + 2, len(word) - 1)]
        check_left, check_right = has_left & at_left, has_right & at_right
        plain = between == 0
        plain_left, plain_right = has_left & plain & (link[before] == 0), has_right & plain & (link[after] == 0)
        columns = (
            pairs.left_score + pairs.right_score,
            np.minimum(np.where(at_left, pairs.left_score, 9), np.where(at_right, pairs.right_score, 9)),
            np.maximum(np.where(at_left, pairs.left_score, -9), np.where(at_right, pairs.right_score, -9)),
            swapped,
            self.term_count[pairs.term],
            self.term_pmi[pairs.term],
            level[joint],
            use[x] + use[y],
            use[x],
            use[y],
            use[a],
            use[b],
            (np.where(at_left, lean[x], 0) + np.where(at_right, lean[y], 0)) / swapped,
            (np.where(at_left, lean[a], 0) + np.where(at_right, lean[b], 0)) / swapped,
            np.where(at_left, lean[y], lean[x]),
            _where(self.honest, check_left, previous, link[before], a),
            np.where(has_left, np.minimum(level[before], 4), 0),
            check_left,
            _where(self.honest, check_right, b, link[after], following),
            np.where(has_right, np.minimum(level[after], 4), 0),
            check_right,
            _where(self.triples, plain_left, previous, a, b),
            _where(self.triples, plain_right, a, b, following),
            *self._chains(link, pairs, at_left, at_right),
            between > 0,
            np.log1p(count),
            at_left,
            at_right,
            np.where(at_left, science[x] - science[a], 0),
            np.where(at_right, science[y] - science[b], 0),
            self._company(x, y),
            self._company(a, b),
            np.where(check_left, self._company(previous, a) - self._company(previous, x), 0),
            np.where(check_right, self._company(b, following) - self._company(y, following), 0),
        )
        return np.stack(columns, 1).astype(np.float32)

    def _company(self, left: Ints, right: Ints) -> Floats:
        product = self.before[left].astype(np.float64) * self.after[right]
        # Added up in a fixed order, so that a batch changes nothing.
        return np.cumsum(product, axis=1)[:, -1].astype(np.float32)

    def _chains(
        self, link: Ints, pairs: Pairs, at_left: NDArray[np.bool_], at_right: NDArray[np.bool_]
    ) -> tuple[Floats, Floats, Floats, Floats]:
        """Whether a pair of the joint before (after) agrees on the shared word, and whether the three are attested."""
        joint, a, b = pairs.joint, pairs.left, pairs.right
        start = np.searchsorted(joint, np.arange(len(link) + 1))
        here, other = [], []
        for step in range(_PAIRS_KEPT):
            i = np.flatnonzero(joint > 0)
            i = i[link[joint[i] - 1] >= 0]
            k = start[joint[i] - 1] + step
            i, k = i[k < start[joint[i]]], k[k < start[joint[i]]]
            agree = b[k] == a[i]
            here.append(i[agree])
            other.append(k[agree])
        i, k = np.concatenate(here), np.concatenate(other)
        result = [np.zeros(len(joint), np.float32) for _ in range(4)]
        plain = (link[joint[i]] == 0) & (link[joint[k]] == 0)
        triple = _where(self.triples, plain, a[k], a[i], b[i])
        np.maximum.at(result[0], i, np.where(at_left[k], pairs.left_score[k] + 12, 6).astype(np.float32))
        np.maximum.at(result[1], i, triple)
        np.maximum.at(result[2], k, np.where(at_right[i], pairs.right_score[i] + 12, 6).astype(np.float32))
        np.maximum.at(result[3], k, triple)
        return result[0], result[1], result[2], result[3]


class Pairs(NamedTuple):
    """Pairs of originals: the joint, the two words, the scores of their swaps, the term's row; each ``[n]``."""

    joint: Ints
    left: Ints
    right: Ints
    left_score: Floats
    right_score: Floats
    term: Ints


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
        tree = np.arange(len(self.feature))[None, :]
        row = np.arange(len(rows))[:, None]
        node = np.zeros((len(rows), len(self.feature)), np.int64)
        while True:
            feature = self.feature[tree, node]
            if not (feature >= 0).any():
                break
            down = rows[row, np.maximum(feature, 0)] <= self.cut[tree, node]
            node = np.where(down, self.left[tree, node], self.right[tree, node]).astype(np.int64)
        # Added up in a fixed order and in double precision, so that a batch changes nothing.
        return (self.bias + np.cumsum(self.value[tree, node].astype(np.float64), axis=1)[:, -1]).astype(np.float32)


def evidence(rank: Floats, proposals: Proposals) -> tuple[Ints, Floats]:
    """The best pair of each joint.

    Returns:
        Its row in ``proposals``, in order of the joints, ``int64[m]``, and :data:`EVIDENCE` for it, ``float32[m, e]``.
    """
    score = (proposals.features.astype(np.float64) @ rank.astype(np.float64)).astype(np.float32)
    order = np.lexsort((-score, proposals.joint))
    joint = proposals.joint[order]
    first = np.flatnonzero(np.r_[True, joint[1:] != joint[:-1]])
    best = order[first]
    second = np.minimum(first + 1, len(order) - 1)
    rival = (joint[second] == joint[first]) & (second != first)
    margin = np.where(rival, score[best] - score[order[second]], np.float32(9))
    return best, np.column_stack([proposals.features[best], score[best], margin]).astype(np.float32)


def find(
    words: Words, *, threshold: float = THRESHOLD, table: PhraseTable | None = None, terms: Terms | None = None
) -> tuple[Finding, ...]:
    """Find the tortured phrases of a document.

    Args:
        words: the document.
        threshold: least probability of a finding.
        table: the list; by default the shipped one.
        terms: terms and swaps; by default the shipped ones.

    Returns:
        The findings in order, never overlapping. Where the list and the terms disagree, the list is right.
    """
    listed = _listed(words, phrases.load() if table is None else table, threshold)
    taken = np.zeros(len(words), bool)
    for finding in listed:
        taken[finding.begin : finding.end] = True
    others = _unlisted(words, load() if terms is None else terms, threshold)
    free = [finding for finding in others if not taken[finding.begin : finding.end].any()]
    return tuple(sorted([*listed, *free]))


def _listed(words: Words, table: PhraseTable, threshold: float) -> list[Finding]:
    found = []
    for begin, end, entry in table.matches(words):
        honest = table.honest[entry]
        if honest <= _MOST_HONEST and _LISTED_PROBABILITY[honest] >= threshold:
            surface = words.text[words.start[begin] : words.end[end - 1]]
            found.append(Finding(begin, end, surface, table.pairs[entry][1], _LISTED_PROBABILITY[honest], True))
    return found


def _unlisted(words: Words, terms: Terms, threshold: float) -> list[Finding]:
    tokens, roles = terms.roles(words)
    proposals = terms.propose(roles)
    if proposals is None:
        return []
    best, facts = evidence(terms.rank, proposals)
    probability = 1 / (1 + np.exp(-terms.judge(facts).astype(np.float64)))
    places = tokens[np.flatnonzero(roles >= 0)]
    joints = proposals.joint[best].tolist()
    firm = {joint: i for i, joint in enumerate(joints) if probability[i] >= threshold * _SHARED}
    # From the surest joint on: what shares a word with it must agree on that word, or it falls.
    meant: dict[int, int] = {}
    sure: dict[int, float] = {}
    for joint, i in sorted(firm.items(), key=lambda item: (-probability[item[1]], item[0])):
        pair = int(proposals.left[best[i]]), int(proposals.right[best[i]])
        beside = joint in meant or joint + 1 in meant
        agrees = meant.get(joint, pair[0]) == pair[0] and meant.get(joint + 1, pair[1]) == pair[1]
        if agrees and (beside or probability[i] >= threshold):
            meant[joint], meant[joint + 1] = pair
            sure[joint] = float(probability[i])
    found = []
    run: list[int] = []
    for joint in sorted(sure):
        if run and joint != run[-1] + 1:
            found.append(_finding(words, terms, places, run, meant, sure))
            run = []
        run.append(joint)
    if run:
        found.append(_finding(words, terms, places, run, meant, sure))
    return found


def _finding(
    words: Words, terms: Terms, places: NDArray[np.int32], run: list[int], meant: dict[int, int], sure: dict[int, float]
) -> Finding:
    content = [*run, run[-1] + 1]
    begin, end = int(places[content[0]]), int(places[content[-1]]) + 1
    at = int(words.start[begin])
    original = ""
    for k in content:
        token = int(places[k])
        original += words.text[at : words.start[token]].lower() + terms.words[meant[k]]
        at = int(words.end[token])
    surface = words.text[words.start[begin] : at]
    return Finding(begin, end, surface, original, max(sure[joint] for joint in run), False)


def load(path: Path | None = None) -> Terms:
    """Load terms and swaps: the shipped ones, or the file at ``path``."""
    return _load(path)


@lru_cache(maxsize=2)
def _load(path: Path | None) -> Terms:
    source = path if path is not None else resources.files("unspin.data") / "terms.npz"
    with source.open("rb") as file, np.load(file) as data:
        trees = Trees(
            data["tree_feature"],
            data["tree_cut"],
            data["tree_left"],
            data["tree_right"],
            data["tree_value"],
            float(data["bias"]),
        )
        return Terms(
            tuple(bytes(data["words"]).decode().split("\n")),
            data["usage"].astype(np.float32),
            LevelFilter(Shape(*data["shape_honest"].tolist()), data["honest"]),
            LevelFilter(Shape(*data["shape_triples"].tolist()), data["triples"]),
            data["term"],
            data["term_count"].astype(np.float32),
            data["term_pmi"].astype(np.float32),
            data["swap_ptr"].astype(np.int64),
            data["swap_original"],
            data["swap_score"],
            data["before"].astype(np.float32) * data["vector_step"],
            data["after"].astype(np.float32) * data["vector_step"],
            data["rank"],
            trees,
        )


def _spread(keys: Keys) -> Ints:
    return ((keys * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(42)).astype(np.int64)


def _where(
    levels: Callable[[Keys], NDArray[np.int8]], ask: NDArray[np.bool_], left: Ints, link: Ints, right: Ints
) -> Floats:
    """The level of each key that is asked for, 0 elsewhere."""
    result = np.zeros(len(ask), np.float32)
    result[ask] = levels(joint_key(left[ask], link[ask], right[ask]))
    return result
