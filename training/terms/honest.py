"""What honest English is like: its content words, which of them are joined, and which joints are fixed terms.

A term shows in the counts. "Random" and "forest" stand together far oftener than the frequency of each alone would
have it; the log of how much oftener is their pointwise mutual information. Joints that were never seen get a guess of
it from vectors of their words, see :func:`company`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import svds

from training.terms.arrays import Floats, Ints, Keys
from unspin.tortured import collocation_key, role, skeleton
from unspin.tortured.collocation import SIZE

_VECTORS: Final = 24_000
_DIMENSIONS: Final = 32


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


def joints(ids: NDArray[np.uint16], roles: NDArray[np.int32], hyphen: int) -> tuple[Ints, Keys, Keys]:
    """The content words of a corpus, its joints, and its triples of adjacent content words."""
    at = roles[ids[ids != hyphen]]
    _, word, _, _, link = skeleton(np.repeat(at[:, None], 3, axis=1))
    ok = link >= 0
    three = (link[:-1] == 0) & (link[1:] == 0)
    return (
        word,
        collocation_key(word[:-1][ok], link[ok], word[1:][ok]),
        collocation_key(word[:-2][three], word[1:-1][three], word[2:][three]),
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
