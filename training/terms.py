r"""Compile what finds unlisted tortured phrases: fixed terms, honest joints, swaps and the judge of them.

    python -m training.terms --corpora CORPORA --list tortured_phrases.json --moby words.txt --encoder MINILM_FOLDER \\
        --text scratch/text.npz --base scratch/terms_base.npz --out src/unspin/data/terms.npz

``--text`` is that of :mod:`training.phrases`, made here if it isn't there. Everything about honest English (terms,
joints, where swaps may come from) goes into ``--base``, which is made once. The
list of tortured phrases teaches two small models upon it: which swaps tools make (logistic regression over the sources
that know the swap), and which doubtful joints are tortured (boosted trees over :data:`unspin.tortured.EVIDENCE`).
The second learns from phrases planted into ``dev`` documents, each seen through a first model that was taught without
any entry for its term (:data:`FOLDS` groups of terms), as phrases off the list will be seen.

Only documents of part ``train`` are counted. Sources of swaps: the compiled lexicon, the Moby thesaurus in both
directions, inflections of both (``lemminflect``), nearest words in MiniLM's input embedding, the list. Entries whose
two sides differ in length teach phrases that stand for one word ("getting to know" for learning), see :func:`aligned`.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final, NamedTuple

import lemminflect
import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import svds
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from training.corpora import Document, all_files, documents
from training.ngram import _filled, _peeled
from training.phrases import Corpus, encoded, read_list
from unspin.lexicon import load as load_lexicon
from unspin.lexicon.phrases import PhraseTable, joined
from unspin.model.ngram import Shape
from unspin.text import Words, split
from unspin.tortured import (
    FEATURES,
    LevelFilter,
    Proposals,
    Terms,
    Trees,
    evidence,
    joint_key,
    role,
    sixbits,
    skeleton,
)
from unspin.tortured.joints import SIZE

FOLDS: Final = 5
SCIENCE: Final = frozenset(
    ["arxiv_abstracts", "wikipedia_sample", "usgov_web", "openstax_chemistry", "openstax_government",
     "openstax_history", "openstax_sociology"]
)  # fmt: skip
PLANTED_IN: Final = ("arxiv_abstracts", "openstax_chemistry")
# One planted phrase in every fifth document, the mixture that probabilities refer to.
PLANTED_SHARE: Final = 0.2
_SWAPS_KEPT: Final = 28
_SWAPS_KEPT_OF_RARE: Final = 8
_LONGEST_UNIT: Final = 4
# Breaks between documents put end to end, more than a window of the features is wide.
_PAD: Final = np.full((48, 3), -1, np.int32)
_LOWEST_SCORE: Final = -9.0
_NEAREST: Final = 25
_OTHER_WEIGHT: Final = 0.3
_VECTORS: Final = 24_000
_DIMENSIONS: Final = 32

Keys = NDArray[np.uint64]
Ints = NDArray[np.int64]
Floats = NDArray[np.float32]


class Swap(NamedTuple):
    """A swap seen on the list: the word found, the word meant (ids), the term it stood in."""

    found: int
    meant: int
    term: str


@dataclass(frozen=True, eq=False)
class Base:
    """What is known without the list.

    Attributes:
        words: content words in the order of their ids; from :data:`unspin.tortured.joints.SIZE` on those that are only
            found, and phrases that stand for one word.
        usage: count of each in scientific and other text, ``float64[words, 2]``.
        joint, joint_count: joints of honest text and how often each was seen.
        triple, triple_count: three content words in a row in scientific text.
        term, term_count, term_pmi: joints of terms.
        swap: possible swaps, ``found * SIZE + meant``, sorted.
        source: what each source says of each swap, ``float32[swaps, 12]``.
        before, after, vector_step: vectors of the words in joints, see :func:`company`.
    """

    words: tuple[str, ...]
    usage: NDArray[np.float64]
    joint: Keys
    joint_count: Ints
    triple: Keys
    triple_count: Ints
    term: Keys
    term_count: Ints
    term_pmi: Floats
    swap: Ints
    source: Floats
    before: NDArray[np.int8]
    after: NDArray[np.int8]
    vector_step: NDArray[np.float32]

    @cached_property
    def about(self) -> Floats:
        """The sources as columns for a regression, see :func:`describe`."""
        return describe(self.source)

    @cached_property
    def supported(self) -> NDArray[np.bool_]:
        """Swaps that some source besides the list knows."""
        source = self.source
        thesauri = (source[:, :4] > -15.9).any(1) | (source[:, 4:6] > -7.9).any(1)
        return thesauri | (source[:, 6] > 0) | (source[:, 7] > 0.3)

    def save(self, path: Path) -> None:
        """Write the parts as they are."""
        parts = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "words"}
        np.savez(path, words=np.frombuffer("\n".join(self.words).encode(), np.uint8), **parts)

    @classmethod
    def read(cls, path: Path) -> Base:
        """Read what :meth:`save` wrote."""
        with np.load(path) as data:
            words = tuple(bytes(data["words"]).decode().split("\n"))
            return cls(words, **{name: data[name] for name in data.files if name != "words"})


# ---------------------------------------------------------------- honest text


def vocabulary(words: Sequence[str], count: Ints, wanted: Iterable[str]) -> tuple[str, ...]:
    """The content words: those that are wanted (thesauri know them) and the most frequent of the rest.

    The wanted ones that are too rare to be meant come after the first ``SIZE``.
    """
    usable = {word: i for i, word in enumerate(words) if i > 2 and role(word, 0) >= 0}
    first = {word for word in wanted if role(word, 0) >= 0}
    ordered = sorted(first, key=lambda word: (-count[usable[word]] if word in usable else 0, word))
    ordered, rare = ordered[: SIZE * 3 // 4], ordered[SIZE * 3 // 4 :]
    rest = sorted(usable.keys() - set(ordered), key=lambda word: (-count[usable[word]], word))[: SIZE - len(ordered)]
    return tuple(ordered + rest + sorted(set(rare) - set(rest)))


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


def joints(ids: NDArray[np.uint16], roles: NDArray[np.int32], hyphen: int) -> tuple[Ints, Keys, Keys]:
    """The content words of a corpus, its joints, and its triples of adjacent content words."""
    at = roles[ids[ids != hyphen]]
    _, word, _, _, link = skeleton(np.repeat(at[:, None], 3, axis=1))
    ok = link >= 0
    three = (link[:-1] == 0) & (link[1:] == 0)
    return (
        word,
        joint_key(word[:-1][ok], link[ok], word[1:][ok]),
        joint_key(word[:-2][three], word[1:-1][three], word[2:][three]),
    )


def sides(keys: Keys) -> tuple[Ints, Ints]:
    """The left and the right words of joints."""
    return (keys >> np.uint64(40)).astype(np.int64), (keys & np.uint64(0xFFFFF)).astype(np.int64)


def terms_of(keys: Keys, count: Ints, use: NDArray[np.float64]) -> tuple[Keys, Ints, Floats]:
    """Joints that are fixed: frequent for what their words are. Returns them, their counts and mutual information."""
    left, right = sides(keys)
    pmi = np.log(count * use.sum() / np.maximum(use[left] * use[right], 1))
    fixed = (count >= 4) & (pmi > 1.0) & (count * np.clip(pmi, 0, 6) >= 14)
    return keys[fixed], count[fixed], pmi[fixed].astype(np.float32)


def company(
    keys: Keys, count: Ints, use: NDArray[np.float64]
) -> tuple[NDArray[np.int8], NDArray[np.int8], NDArray[np.float32]]:
    """Vectors of words as left and right part of joints, whose products come near to their mutual information.

    A truncated singular value decomposition of positive pointwise mutual information with smoothed contexts (Levy,
    Goldberg & Dagan, TACL 2015), for the most frequent words; the others get zero vectors.
    """
    frequent = np.sort(np.argsort(-use, kind="stable")[:_VECTORS])
    place = np.full(len(use), -1)
    place[frequent] = np.arange(len(frequent))
    left, right = (place[word] for word in sides(keys))
    both = (left >= 0) & (right >= 0)
    size = (len(frequent), len(frequent))
    joint = sparse.csr_matrix((count[both].astype(np.float64), (left[both], right[both])), shape=size).tocoo()
    total = np.asarray(joint.sum(1)).ravel() + 1
    context = (np.asarray(joint.sum(0)).ravel() + 1) ** 0.75
    expected = total[joint.row] * context[joint.col] / context.sum()
    joint.data = np.maximum(np.log(joint.data / expected), 0)
    u, s, v = svds(sparse.csr_matrix(joint), k=_DIMENSIONS, random_state=0)
    step = max(np.abs(u * np.sqrt(s)).max(), np.abs(v.T * np.sqrt(s)).max()) / 127
    vectors = []
    for part in (u * np.sqrt(s), v.T * np.sqrt(s)):
        whole = np.zeros((len(use), _DIMENSIONS), np.int8)
        whole[frequent] = np.rint(part / step)
        vectors.append(whole)
    return vectors[0], vectors[1], np.array(step, np.float32)


# ---------------------------------------------------------------- swaps


def thesaurus(path: Path, index: dict[str, int]) -> tuple[Ints, Ints, Floats]:
    """Entries of the Moby thesaurus: head, term, log of one over the number of terms of the head."""
    heads: list[int] = []
    terms: list[int] = []
    logs: list[float] = []
    for line in path.read_text(encoding="utf-8").lower().splitlines():
        head, *rest = line.strip().split(",")
        if head in index:
            known = [index[word] for word in rest if word in index]
            heads += [index[head]] * len(known)
            terms += known
            logs += [-np.log(len(rest))] * len(known)
    return np.array(heads), np.array(terms), np.array(logs, np.float32)


def inflected(edges: Ints, words: Sequence[str], wanted: NDArray[np.bool_], usable: NDArray[np.bool_]) -> Ints:
    """Swaps between forms in step with known swaps of their lemmas: ``woodlands`` for ``forests``."""
    index = {word: i for i, word in enumerate(words)}
    forms: defaultdict[int, list[tuple[int, str]]] = defaultdict(list)
    for i in np.flatnonzero(usable).tolist():
        word = words[i]
        if word.isalpha():
            ending = "ing" if word.endswith("ing") else "s" if word.endswith("s") else "ed"
            lemmas = lemminflect.getAllLemmas(word)
            for lemma in {form.lower() for pos in ("NOUN", "VERB") for form in lemmas.get(pos, ())}:
                if lemma != word and lemma in index:
                    forms[index[lemma]].append((i, ending))
    has = np.zeros(len(words), bool)
    has[list(forms)] = True
    edges = edges[has[edges >> 16] & has[edges & 0xFFFF]]
    found = {
        form * SIZE + original
        for edge in edges.tolist()
        for original, its in forms[edge & 0xFFFF]
        if wanted[original]
        for form, ending in forms[edge >> 16]
        if ending == its and form != original
    }
    return np.array(sorted(found), np.int64)


def embedding(folder: Path, words: Sequence[str]) -> tuple[Floats, NDArray[np.bool_]]:
    """A unit vector for each word that is one piece of the encoder (zero for the rest), and which those are."""
    from safetensors.numpy import load_file

    table = load_file(folder / "model.safetensors")["embeddings.word_embeddings.weight"].astype(np.float32)
    pieces = {piece: i for i, piece in enumerate((folder / "vocab.txt").read_text(encoding="utf-8").split("\n"))}
    piece = np.array([pieces.get(word, -1) for word in words])
    known = piece >= 0
    vectors = table[np.maximum(piece, 0)]
    vectors -= vectors[known].mean(0)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-9
    vectors[~known] = 0
    return vectors, known


def nearest(vectors: Floats, known: NDArray[np.bool_], wanted: NDArray[np.bool_]) -> Ints:
    """For each known word the nearest wanted ones, as swaps."""
    words, targets = np.flatnonzero(known), np.flatnonzero(known & wanted)
    columns = vectors[targets].T.copy()
    found = []
    for begin in range(0, len(words), 2000):
        some = words[begin : begin + 2000]
        top = np.argpartition(-(vectors[some] @ columns), _NEAREST, axis=1)[:, :_NEAREST]
        found.append(np.repeat(some, _NEAREST) * SIZE + targets[top].ravel())
    return np.concatenate(found)


def looked_up(keys: Ints, values: Floats, ask: Ints, default: float) -> Floats:
    """The value of each key that is there, else the default."""
    order = np.argsort(keys, kind="stable")
    keys, values = keys[order], values[order]
    at = np.minimum(np.searchsorted(keys, ask), len(keys) - 1)
    return np.where(keys[at] == ask, values[at], np.float32(default)).astype(np.float32)


def swaps_of(
    words: tuple[str, ...],
    usage: NDArray[np.float64],
    wanted: NDArray[np.bool_],
    moby: Path,
    encoder: Path,
    listed: Ints,
) -> tuple[Ints, Floats]:
    """All possible swaps and what their sources say. ``listed`` swaps are described too, without being a source."""
    index = {word: i for i, word in enumerate(words)}
    lexicon = load_lexicon()
    of = np.array([index.get(form, -1) for form in lexicon.forms])
    found = lexicon.candidates(np.arange(len(lexicon.forms), dtype=np.int32))
    x, a = np.repeat(of, np.diff(found.ptr)), of[found.original]
    both = (x >= 0) & (a >= 0) & (a < SIZE)
    lexical, channel = x[both] * SIZE + a[both], np.maximum(found.channel[both], -16)
    head, term, log = thesaurus(moby, index)
    to_head, to_term = head < SIZE, term < SIZE
    forward, backward = (term * SIZE + head)[to_head], (head * SIZE + term)[to_term]
    grown = inflected(np.unique(np.concatenate([lexical, forward, backward])), words, wanted, usage.sum(1) >= 4)
    vectors, known = embedding(encoder, words)
    pool = np.unique(np.concatenate([lexical, forward, backward, grown, nearest(vectors, known, wanted), listed]))
    pool = pool[wanted[pool & 0xFFFF] & (pool >> 16 != pool & 0xFFFF)]
    x, a = pool >> 16, pool & 0xFFFF
    close = np.concatenate(
        [
            np.einsum("ij,ij->i", vectors[x[i : i + 100_000]], vectors[a[i : i + 100_000]])
            for i in range(0, len(x), 100_000)
        ]
    )
    share = np.log((usage + 1) / usage.sum(0))
    columns: list[NDArray[Any]] = [looked_up(lexical, channel[:, k], pool, -16) for k in range(4)]
    columns += [looked_up(forward, log[to_head], pool, -8), looked_up(backward, log[to_term], pool, -8)]
    columns += [np.isin(pool, grown, assume_unique=True), close, known[x] & known[a]]
    columns += [share[x, 0], share[x, 1], share[a, 0]]
    return pool, np.stack(columns, 1).astype(np.float32)


# ---------------------------------------------------------------- what the list teaches


def tokens_of(phrase: str) -> list[str]:
    """A phrase as the runtime sees it."""
    words = split(phrase)
    return [words.lower[i] for i in joined(words)]


def group(term: str) -> int:
    """The group of terms that is held out together, 0 to FOLDS - 1."""
    return int(hashlib.sha256(term.encode()).hexdigest()[:8], 16) % FOLDS


def aligned(entries: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str, str]]:
    """What stands for what in entries of the list: (word or phrase found, word meant, the term).

    Where both sides have as many words, they answer each other one by one. Else what agrees from both ends, or is such
    a pair elsewhere on the list, is taken off; two to four words left against one stand for it.
    """
    uneven: list[tuple[list[str], list[str], str]] = []
    known: set[tuple[str, str]] = set()
    for tortured, term in entries:
        a, b = tokens_of(tortured), tokens_of(term)
        if len(a) == len(b):
            known |= set(zip(a, b, strict=True))
            yield from ((x, y, term) for x, y in zip(a, b, strict=True) if x != y)
        else:
            uneven.append((a, b, term))
    for a, b, term in uneven:
        agreed: list[tuple[str, str]] = []
        for end in (0, -1):
            while len(b) > 1 and len(a) > 1 and (a[end] == b[end] or (a[end], b[end]) in known):
                agreed.append((a.pop(end), b.pop(end)))
        if len(b) == 1 and 1 < len(a) <= _LONGEST_UNIT and a[0][0].isalpha():
            agreed.append((" ".join(a), b[0]))
            yield from ((x, y, term) for x, y in agreed if x != y)


def listed_swaps(pairs: Iterable[tuple[str, str]], index: dict[str, int]) -> list[Swap]:
    """The swaps that the list teaches."""
    found = {
        Swap(index[x], index[y], term) for x, y, term in aligned(pairs) if x in index and y in index and index[y] < SIZE
    }
    return sorted(found)


def describe(source: Floats) -> Floats:
    """The sources as columns that are linear in the log-odds, as far as can be."""
    columns = [source[:, k] + 16 for k in range(4)] + [source[:, k] > -15.9 for k in range(4)]
    columns += [source[:, 4] + 8, source[:, 4] > -7.9, source[:, 5] + 8, source[:, 5] > -7.9, source[:, 6]]
    close = source[:, 7]
    columns += [close, np.maximum(close - 0.25, 0), np.maximum(close - 0.45, 0), *source[:, 8:].T]
    return np.stack(columns, 1).astype(np.float32)


def experience(seen: Sequence[Swap], ask: Ints, less: int = 0) -> Floats:
    """How often the list has a swap, its found word and its meant word, each term once; ``less`` one for its own."""
    keys = np.array([s.found * SIZE + s.meant for s in seen], np.int64)
    known, times = np.unique(keys, return_counts=True)
    both = np.maximum(looked_up(known, times.astype(np.float32), ask, 0) - less, 0)
    most = int(max(keys.max(), ask.max(initial=0)) >> 16) + 1
    found = np.maximum(np.bincount(keys >> 16, minlength=most)[ask >> 16] - less, 0)
    meant = np.maximum(np.bincount(keys & 0xFFFF, minlength=SIZE)[ask & 0xFFFF] - less, 0)
    columns = [np.log1p(both), both > 0, np.log1p(found), found > 0, np.log1p(meant), meant > 0]
    return np.stack([*columns, np.log((both + 0.1) / (found + 1))], 1).astype(np.float32)


class Swaps(NamedTuple):
    """The swaps that are kept: ``found * SIZE + meant``, sorted, and for each its log-odds and how often it was listed."""

    key: Ints
    score: Floats
    seen: Ints


def teach_swaps(base: Base, seen: Sequence[Swap]) -> Swaps:
    """The swaps that are kept."""
    mine = np.array([s.found * SIZE + s.meant for s in seen], np.int64)
    usable = base.supported | np.isin(base.swap, mine)
    pool, about = base.swap[usable], base.about[usable]
    true = np.searchsorted(pool, mine[np.isin(mine, pool)])
    others = np.flatnonzero(np.isin(pool >> 16, mine >> 16) & ~np.isin(pool, mine))
    false = np.random.default_rng(0).choice(others, min(len(others), 10 * len(true)), replace=False)
    rows = np.concatenate(
        [
            np.hstack([about[true], experience(seen, pool[true], 1)]),
            np.hstack([about[false], experience(seen, pool[false])]),
        ]
    )
    weight = np.r_[np.ones(len(true)), np.full(len(false), len(others) / len(false))]
    coefficient, bias = logistic(rows, np.r_[np.ones(len(true)), np.zeros(len(false))], weight)
    score = np.hstack([about, experience(seen, pool)]) @ coefficient + bias
    order = np.lexsort((-score, pool >> 16))
    rank = np.arange(len(order)) - np.searchsorted((pool >> 16)[order], (pool >> 16)[order])
    most = np.where(pool[order] >> 16 < SIZE, _SWAPS_KEPT, _SWAPS_KEPT_OF_RARE)
    kept = np.sort(order[(rank < most) & (score[order] > _LOWEST_SCORE)])
    known, times = np.unique(mine, return_counts=True)
    return Swaps(
        pool[kept],
        score[kept].astype(np.float32),
        looked_up(known, times.astype(np.float32), pool[kept], 0).astype(np.int64),
    )


def logistic(rows: Floats, label: NDArray[Any], weight: NDArray[Any] | None = None) -> tuple[Floats, float]:
    """Coefficients and bias of a logistic regression on the rows as they are."""
    mean, spread = rows.mean(0), rows.std(0) + 1e-6
    fitted = LogisticRegression(max_iter=150).fit((rows - mean) / spread, label, sample_weight=weight)
    coefficient = fitted.coef_[0] / spread
    return coefficient.astype(np.float32), float(fitted.intercept_[0] - coefficient @ mean)


def assembled(base: Base, swaps: Swaps, habit: Ints, honest: Callable[..., Any], triples: Callable[..., Any]) -> Terms:
    """Terms that propose, but don't judge yet."""
    return Terms(
        base.words,
        usage_log(base.usage),
        honest,
        triples,
        base.term,
        np.log(base.term_count).astype(np.float16).astype(np.float32),
        base.term_pmi.astype(np.float16).astype(np.float32),
        np.searchsorted(swaps.key >> 16, np.arange(len(base.words) + 1)).astype(np.int64),
        (swaps.key & 0xFFFF).astype(np.uint16),
        np.clip(np.rint(swaps.score * 8), -127, 127).astype(np.int8),
        np.minimum(swaps.seen, 255).astype(np.uint8),
        np.minimum(habit, 255).astype(np.uint8),
        base.before * base.vector_step,
        base.after * base.vector_step,
        np.zeros(len(FEATURES), np.float32),
        lambda rows: np.zeros(len(rows), np.float32),
    )


def usage_log(usage: NDArray[np.float64]) -> Floats:
    """Log shares as the runtime has them."""
    return np.log((usage + 0.5) / usage.sum(0)).astype(np.float16).astype(np.float32)


def level(count: Ints) -> NDArray[np.uint8]:
    """Counts as levels of a :class:`LevelFilter`, from 1."""
    return (1 + (count >= 4) + (count >= 10) + (count >= 32)).astype(np.uint8)


def filtered(keys: Keys, count: Ints) -> LevelFilter:
    """The keys as a filter."""
    hashes, shape, layers = _peeled(keys)
    table = _filled(hashes, shape, layers, (sixbits(hashes) << 2 | (level(count) - 1)).astype(np.uint8))
    return LevelFilter(Shape(*(int(x) for x in shape)), table)


# ---------------------------------------------------------------- planting


class Planted(NamedTuple):
    """A document with one tortured phrase: text, span of the phrase in code points, the phrase and the term meant."""

    text: str
    start: int
    end: int
    phrase: str
    term: str


def is_fixed_term(term: str) -> bool:
    """Whether two content words stand side by side in an expected phrase; in "the following" they don't."""
    tokens = tokens_of(term)
    roles = np.array([[role(token, i)] * 3 for i, token in enumerate(tokens)], np.int32).reshape(-1, 3)
    return len(roles) > 1 and bool((skeleton(roles).link >= 0).any())


class Planter:
    """Puts tortured phrases where honest writers wrote the term."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Index the entries by term."""
        self.phrases: defaultdict[str, list[str]] = defaultdict(list)
        for tortured, term in pairs:
            if is_fixed_term(term):
                self.phrases[term].append(tortured)
        terms = sorted(self.phrases)
        self._table = PhraseTable(tuple((term, term) for term in terms), (0,) * len(terms))

    def plant(self, words: Words, random: np.random.Generator, terms: int, variants: int) -> Iterator[Planted]:
        """Documents with one phrase each: for up to ``terms`` different terms, ``variants`` tortured phrases."""
        places: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        for begin, end, entry in self._table.matches(words):
            places[self._table.pairs[entry][1]].append((begin, end))
        names = sorted(places)
        for name in [names[i] for i in random.permutation(len(names))[:terms]]:
            begin, end = places[name][int(random.integers(len(places[name])))]
            start, stop = int(words.start[begin]), int(words.end[end - 1])
            known = self.phrases[name]
            for phrase in [known[i] for i in random.permutation(len(known))[:variants]]:
                yield Planted(words.text[:start] + phrase + words.text[stop:], start, start + len(phrase), phrase, name)

    def replace(self, words: Words, random: np.random.Generator) -> tuple[str, tuple[tuple[int, int, str, str], ...]]:
        """The document with every term replaced by one of its tortured phrases, and (start, end, phrase, term) of each."""
        chosen: dict[str, str] = {}
        text, at = "", 0
        found: list[tuple[int, int, str, str]] = []
        for begin, end, entry in self._table.matches(words):
            term = self._table.pairs[entry][1]
            if term not in chosen:
                chosen[term] = self.phrases[term][int(random.integers(len(self.phrases[term])))]
            text += words.text[at : words.start[begin]]
            found.append((len(text), len(text) + len(chosen[term]), chosen[term], term))
            text += chosen[term]
            at = int(words.end[end - 1])
        return text + words.text[at:], tuple(found)


def around(planted: Planted, size: int = 300) -> Planted:
    """The phrase with some text around it, cut at spaces."""
    left = planted.text.rfind(" ", 0, max(planted.start - size, 0)) + 1
    right = planted.text.find(" ", planted.end + size)
    text = planted.text[left : right if right >= 0 else len(planted.text)]
    return Planted(text, planted.start - left, planted.end - left, planted.phrase, planted.term)


@dataclass(frozen=True, eq=False)
class Sample:
    """What the judge learns from: honest scientific documents, other honest ones, and snippets with planted phrases."""

    science: list[Words]
    other: list[Words]
    planted: list[Planted]


def sample(planter: Planter, science: Iterable[Document], other: Iterable[Document], seed: int) -> Sample:
    """Plant phrases into the scientific documents."""
    random = np.random.default_rng(seed)
    documents = [split(document.text) for document in science]
    planted = [around(full) for words in documents for full in planter.plant(words, random, 4, 4)]
    return Sample(documents, [split(document.text) for document in other], planted)


class Judged(NamedTuple):
    """Proposals for planted snippets, and which are right.

    Attributes:
        proposals: for all snippets.
        snippet: the snippet that each lies in.
        inside: the joint lies in the planted phrase.
        right: and both originals belong to the term, at their places.
    """

    proposals: Proposals
    snippet: Ints
    inside: NDArray[np.bool_]
    right: NDArray[np.bool_]


def judged(terms: Terms, planted: Sequence[Planted]) -> Judged:
    """Proposals for planted snippets."""
    parts: list[NDArray[np.int32]] = []
    meant: list[NDArray[np.int64]] = []
    for one in planted:
        words = split(one.text)
        tokens = terms.tokens(words)
        inside = np.flatnonzero((words.start[tokens.begin] >= one.start) & (words.end[tokens.end - 1] <= one.end))
        originals = [terms.role_of(token) for token in tokens_of(one.term)]
        # What each row was meant to be: -1 outside of the phrase, -2 where that is not known.
        row = np.full(len(tokens.roles) + len(_PAD), -1, np.int64)
        row[inside] = originals if len(originals) == len(inside) else -2
        parts += [tokens.roles, _PAD]
        meant.append(row)
    whole, target = np.concatenate(parts), np.concatenate(meant)
    owner = np.repeat(np.arange(len(meant)), [len(row) for row in meant])
    proposals = terms.propose(whole)
    assert proposals is not None, "no joint of the planted phrases is doubtful"
    place = skeleton(whole).place
    first, second = place[proposals.joint], place[proposals.joint + 1]
    inside = (target[first] != -1) & (target[second] != -1)
    right = inside & (target[first] == proposals.left) & (target[second] == proposals.right)
    return Judged(proposals, owner[first], inside, right)


@dataclass(frozen=True, eq=False)
class Lesson:
    """What one group of held-out terms teaches.

    Attributes:
        planted: proposals for its planted snippets.
        snippets: how many there are.
        honest: proposals for an equal share of the honest scientific documents.
        documents: how many those are.
        other: proposals for a share of the other honest documents.
    """

    planted: Judged
    snippets: int
    honest: Proposals | None
    documents: float
    other: Proposals | None


def lesson(terms: Terms, sampled: Sample, held_out: int) -> Lesson:
    """The lesson of one group of terms, seen through ``terms`` that were taught without it."""
    planted = [one for one in sampled.planted if group(one.term) == held_out]
    science, other = sampled.science[held_out::FOLDS], sampled.other[held_out::FOLDS]
    return Lesson(judged(terms, planted), len(planted), proposed(terms, science), len(science), proposed(terms, other))


def proposed(terms: Terms, documents: Iterable[Words]) -> Proposals | None:
    """Proposals for documents put end to end."""
    return terms.propose(
        np.concatenate([_PAD, *(part for words in documents for part in (terms.tokens(words).roles, _PAD))])
    )


class Judge(NamedTuple):
    """The weights that choose a pair, the trees that judge it, and the share of tortured joints that they refer to."""

    rank: Floats
    trees: Trees
    prior: float


def teach_judge(lessons: Sequence[Lesson]) -> Judge:
    """Learn from all lessons."""
    seen = [
        (part.planted.proposals.features[part.planted.inside], part.planted.right[part.planted.inside])
        for part in lessons
    ]
    rank, _ = logistic(np.concatenate([rows for rows, _ in seen]), np.concatenate([right for _, right in seen]))
    mixture = PLANTED_SHARE * sum(part.documents for part in lessons) / sum(part.snippets for part in lessons)
    parts: list[tuple[Floats, float, float]] = []
    for part in lessons:
        best, facts = evidence(rank, part.planted.proposals)
        parts.append((facts[part.planted.inside[best]], 1.0, mixture))
        for proposals, weight in ((part.honest, 1.0), (part.other, _OTHER_WEIGHT)):
            if proposals is not None:
                parts.append((evidence(rank, proposals)[1], 0.0, weight))
    size = [len(facts) for facts, _, _ in parts]
    mass = [sum(weight * len(facts) for facts, label, weight in parts if label == of) for of in (0.0, 1.0)]
    trees = HistGradientBoostingClassifier(
        max_iter=200, learning_rate=0.04, max_leaf_nodes=20, min_samples_leaf=40, l2_regularization=5.0,
        max_features=0.3, early_stopping=False, random_state=0,
    )  # fmt: skip
    trees.fit(
        np.concatenate([facts for facts, _, _ in parts]),
        np.repeat([label for _, label, _ in parts], size),
        sample_weight=np.repeat([weight for _, _, weight in parts], size),
    )
    return Judge(rank, exported(trees), mass[1] / sum(mass))


def exported(model: HistGradientBoostingClassifier) -> Trees:
    """Fitted trees as the runtime's flat arrays."""
    grown = [stage[0].nodes for stage in model._predictors]
    shape = (len(grown), max(len(nodes) for nodes in grown))
    feature, cut = np.full(shape, -1, np.int8), np.zeros(shape, np.float32)
    left, right = np.zeros(shape, np.uint8), np.zeros(shape, np.uint8)
    value = np.zeros(shape, np.float32)
    for i, nodes in enumerate(grown):
        inner = nodes["is_leaf"] == 0
        size = len(nodes)
        here = np.arange(size)
        feature[i, :size] = np.where(inner, nodes["feature_idx"], -1)
        cut[i, :size] = np.where(inner, nodes["num_threshold"], 0)
        left[i, :size] = np.where(inner, nodes["left"], here)
        right[i, :size] = np.where(inner, nodes["right"], here)
        value[i, :size] = np.where(inner, 0, nodes["value"])
    return Trees(feature, cut, left, right, value, float(np.ravel(model._baseline_prediction)[0]))


# ---------------------------------------------------------------- all of it


def make_base(
    words: Sequence[str], corpora: Sequence[Corpus], pairs: Sequence[tuple[str, str]], moby: Path, encoder: Path
) -> Base:
    """Everything that the list of tortured phrases doesn't teach."""
    mass = sum((np.bincount(corpus.ids, minlength=len(words)) for corpus in corpora), np.zeros(len(words), np.int64))
    wanted = set(load_lexicon().forms) | {token for pair in pairs for side in pair for token in tokens_of(side)}
    units = sorted({found for found, _, _ in aligned(pairs) if " " in found})
    chosen = (*vocabulary(words, mass, wanted), *units)
    index = {word: i for i, word in enumerate(chosen)}
    roles = np.array([-1, -1, -1] + [role(word, index.get(word, -1)) for word in words[3:]], np.int32)
    hyphen = list(words).index("-")
    usage = np.zeros((len(chosen), 2))
    science: list[tuple[Keys, Ints]] = []
    other: list[tuple[Keys, Ints]] = []
    triples: list[Keys] = []
    for corpus in corpora:
        word, keys, three = joints(corpus.ids, roles, hyphen)
        usage[:, int(corpus.name not in SCIENCE)] += np.bincount(word, minlength=len(chosen))
        (science if corpus.name in SCIENCE else other).append(counted(keys))
        if corpus.name in SCIENCE:
            triples.append(three)
    in_science, times = added(science)
    term, term_count, pmi = terms_of(in_science, times, usage[:, 0])
    everywhere, count = added([(in_science, times), *other])
    # What was seen once is hardly more honest than what was not, and would be two thirds of the file: leaving it out
    # cost 0.01 of the recall.
    kept = count >= 2
    triple, triple_count = counted(np.concatenate(triples))
    degree = sum(np.bincount(word, minlength=len(chosen)) for word in sides(term))
    seen = listed_swaps(pairs, index)
    target = (degree >= 3) & (usage[:, 0] >= 30) & (np.arange(len(chosen)) < SIZE)
    listed = np.array(sorted({s.found * SIZE + s.meant for s in seen if usage[s.meant, 0] >= 10}), np.int64)
    target[listed & 0xFFFF] = True
    swap, source = swaps_of(chosen, usage, target, moby, encoder, listed)
    swap, source, chosen, usage = without_idle(swap, source, chosen, usage)
    often = triple_count >= 2
    before, after, step = company(everywhere, count, usage.sum(1))
    return Base(
        words=chosen,
        usage=usage,
        joint=everywhere[kept],
        joint_count=count[kept],
        triple=triple[often],
        triple_count=triple_count[often],
        term=term,
        term_count=term_count,
        term_pmi=pmi,
        swap=swap,
        source=source,
        before=before,
        after=after,
        vector_step=step,
    )


def without_idle(
    swap: Ints, source: Floats, words: tuple[str, ...], usage: NDArray[np.float64]
) -> tuple[Ints, Floats, tuple[str, ...], NDArray[np.float64]]:
    """The same without rare words that stand for nothing."""
    kept = np.arange(len(words)) < SIZE
    kept[swap >> 16] = True
    new = np.cumsum(kept) - 1
    chosen = tuple(word for word, keep in zip(words, kept, strict=True) if keep)
    return new[swap >> 16] * SIZE + (swap & 0xFFFF), source, chosen, usage[kept]


def write(terms: Terms, base: Base, path: Path) -> None:
    """Write the data file that :mod:`unspin.tortured` reads."""
    assert isinstance(terms.honest, LevelFilter) and isinstance(terms.triples, LevelFilter)
    assert isinstance(terms.judge, Trees)
    trees = {f"tree_{name}": getattr(terms.judge, name) for name in ("feature", "cut", "left", "right", "value")}
    frequent = np.flatnonzero((base.before != 0).any(1) | (base.after != 0).any(1))
    np.savez_compressed(
        path,
        words=np.frombuffer("\n".join(base.words).encode(), np.uint8),
        usage=terms.usage.astype(np.float16),
        honest=terms.honest.table,
        triples=terms.triples.table,
        shape_honest=np.array(terms.honest.shape, np.int64),
        shape_triples=np.array(terms.triples.shape, np.int64),
        term_step=np.diff(terms.term, prepend=np.uint64(0)),
        term_count=terms.term_count.astype(np.float16),
        term_pmi=terms.term_pmi.astype(np.float16),
        swap_count=np.diff(terms.swap_ptr).astype(np.uint8),
        swap_original=terms.swap_original,
        swap_score=terms.swap_score,
        swap_seen=terms.swap_seen,
        habit=terms.habit,
        before=base.before[frequent],
        after=base.after[frequent],
        vector_of=frequent.astype(np.uint16),
        vector_step=base.vector_step,
        rank=terms.rank,
        bias=np.array(terms.judge.bias, np.float32),
        prior=np.array(terms.prior, np.float32),
        **trees,
    )


def dev_documents(corpora: Path, names: Sequence[str], most: int) -> Iterator[Document]:
    """The first dev documents of some corpora."""
    for file in all_files(corpora):
        if file.name.split(".")[0] in names:
            yield from itertools.islice((d for d in documents(file, 4_000) if d.part == "dev"), most)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("corpora", "list", "moby", "encoder", "text", "base", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    options = parser.parse_args()
    pairs = read_list(options.list)
    if not options.base.exists():
        make_base(*encoded(options.corpora, options.text), pairs, options.moby, options.encoder).save(options.base)
    base = Base.read(options.base)
    filters = filtered(base.joint, base.joint_count), filtered(base.triple, base.triple_count)
    judge = teach_judge(lessons_of(base, filters, pairs, options.corpora))
    terms = with_judge(taught(base, filters, pairs), judge)
    write(terms, base, options.out)
    print(f"{len(base.term):,} terms, {len(terms.swap_original):,} swaps, {options.out.stat().st_size / 1e6:.2f} MB")


def with_judge(terms: Terms, judge: Judge) -> Terms:
    """The same terms, able to judge."""
    return replace(terms, rank=judge.rank, judge=judge.trees, prior=judge.prior)


def taught(base: Base, filters: tuple[LevelFilter, LevelFilter], pairs: Iterable[tuple[str, str]]) -> Terms:
    """Terms whose swaps were learned from some entries of the list."""
    seen = listed_swaps(pairs, {word: i for i, word in enumerate(base.words)})
    times: defaultdict[int, set[str]] = defaultdict(set)
    for swap in seen:
        times[swap.found].add(swap.term)
    habit = np.array([len(times[i]) if i in times else 0 for i in range(len(base.words))], np.int64)
    return assembled(base, teach_swaps(base, seen), habit, *filters)


def lessons_of(
    base: Base, filters: tuple[LevelFilter, LevelFilter], pairs: Sequence[tuple[str, str]], corpora: Path
) -> list[Lesson]:
    """What the judge learns from: a lesson for each group of terms."""
    files = all_files(corpora)
    others = sorted({file.name.split(".")[0] for file in files} - set(PLANTED_IN))
    science, other = dev_documents(corpora, PLANTED_IN, 3_500), dev_documents(corpora, others, 25)
    sampled = sample(Planter(pairs), science, other, seed=1)
    return [
        lesson(taught(base, filters, [pair for pair in pairs if group(pair[1]) != k]), sampled, k) for k in range(FOLDS)
    ]


if __name__ == "__main__":
    main()
