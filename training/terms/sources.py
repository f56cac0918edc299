"""Where swaps may come from: the compiled lexicon, the Moby thesaurus, inflections of both, nearest words.

Nobody knows what a tool has for a thesaurus. So all that any source knows is possible, and each swap carries what
every source says of it; which of them to believe is learned from the list (:mod:`training.terms.swaps`).
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import lemminflect
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from training.terms.arrays import Floats, Ints, looked_up
from unspin.lexicon import load as load_lexicon
from unspin.tortured.collocation import SIZE

_NEAREST: Final = 25


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


def thesaurus_words(path: Path) -> set[str]:
    """The words of the Moby thesaurus, without its phrases."""
    text = path.read_text(encoding="utf-8").lower()
    return {word for line in text.splitlines() for word in line.split(",") if word.isalpha()}


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


def walked(left: Ints, right: Ints, words: int, pool: Ints) -> Floats:
    """How far each swap of the pool is supported by a graph of synonyms, as columns.

    Tools chain thesauri, so the words between count: two words are the closer the more synonyms they share, and a
    synonym that many words share counts less (the graph is normalised symmetrically, as for spectral clustering).

    Args:
        left: one end of each edge.
        right: the other end.
        words: number of words.
        pool: swaps, sorted.

    Returns:
        Log weight of the walks of two steps, weight of the direct one, log number of synonyms of the found word and of
        the meant one, ``float32[pool, 4]``.
    """
    one_way = sparse.csr_matrix((np.ones(len(left), np.float32), (left, right)), shape=(words, words))
    graph = ((one_way + one_way.T) > 0).astype(np.float32)
    degree = np.asarray(graph.sum(1)).ravel()
    scale = sparse.diags((1 / np.sqrt(np.maximum(degree, 1))).astype(np.float32))
    graph = (scale @ graph @ scale).tocsr()
    found, meant = pool >> 16, pool & 0xFFFF
    targets, column = np.unique(meant, return_inverse=True)
    rows = np.unique(found)
    to_targets = graph[:, targets].tocsr()
    one, two = np.zeros(len(pool), np.float32), np.zeros(len(pool), np.float32)
    for begin in range(0, len(rows), 500):
        some = rows[begin : begin + 500]
        here = slice(*np.searchsorted(found, [some[0], some[-1] + 1]).tolist())
        at = np.searchsorted(some, found[here])
        one[here] = to_targets[some].toarray()[at, column[here]]
        two[here] = (graph[some] @ to_targets).toarray()[at, column[here]]
    size = np.log(degree + 1).astype(np.float32)
    return np.stack([np.log(two + 1e-4), one, size[found], size[meant]], 1)


def alike(words: Sequence[str], vectors: tuple[Floats, Floats], pool: Ints) -> Floats:
    """How alike the two words of each swap are: in the company they keep, and in their spelling.

    Args:
        words: the words.
        vectors: of each as the left and as the right word of a joint, see :func:`.honest.company`.
        pool: swaps.

    Returns:
        Cosine of both vectors together, products of the left and of the right ones, length of the common beginning,
        whether the last two letters agree, ``float32[pool, 5]``.
    """
    found, meant = pool >> 16, pool & 0xFFFF
    before, after = vectors
    both = np.hstack([before, after])
    both = both / (np.linalg.norm(both, axis=1, keepdims=True) + 1e-6)
    columns: list[NDArray[Any]] = [
        np.concatenate([np.einsum("ij,ij->i", part[x], part[a]) for x, a in _blocks(found, meant)])
        for part in (both, before, after)
    ]
    spelled = [(words[x], words[a]) for x, a in zip(found.tolist(), meant.tolist(), strict=True)]
    columns.append(np.array([len(os.path.commonprefix(pair)) for pair in spelled]))
    columns.append(np.array([x[-2:] == a[-2:] for x, a in spelled]))
    return np.stack(columns, 1).astype(np.float32)


def _blocks(found: Ints, meant: Ints, size: int = 100_000) -> list[tuple[Ints, Ints]]:
    return [(found[i : i + size], meant[i : i + size]) for i in range(0, len(found), size)]


def swaps_of(
    words: tuple[str, ...],
    usage: NDArray[np.float64],
    wanted: NDArray[np.bool_],
    moby: Path,
    encoder: Path,
    listed: Ints,
    company: tuple[Floats, Floats],
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
    pool = pool[(wanted[pool & 0xFFFF] | np.isin(pool, listed)) & (pool >> 16 != pool & 0xFFFF)]
    x, a = pool >> 16, pool & 0xFFFF
    close = np.concatenate([np.einsum("ij,ij->i", vectors[i], vectors[j]) for i, j in _blocks(x, a)])
    share = np.log((usage + 1) / usage.sum(0))
    columns: list[NDArray[Any]] = [looked_up(lexical, channel[:, k], pool, -16) for k in range(4)]
    columns += [looked_up(forward, log[to_head], pool, -8), looked_up(backward, log[to_term], pool, -8)]
    columns += [np.isin(pool, grown, assume_unique=True), close, known[x] & known[a]]
    columns += [share[x, 0], share[x, 1], share[a, 0]]
    steps = walked(np.r_[head, lexical >> 16], np.r_[term, lexical & 0xFFFF], len(words), pool)
    return pool, np.hstack([np.stack(columns, 1), steps, alike(words, company, pool)]).astype(np.float32)
