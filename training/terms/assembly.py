"""Puts the runtime's :class:`Terms` together from the base, filters and some entries of the list, and writes them.

Numbers are rounded as in the data file, so that the judge learns from what the runtime will see.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.terms.arrays import Floats, Ints
from training.terms.base import Base, synonyms
from training.terms.entries import listed_swaps
from training.terms.swaps import Swaps, teach_swaps
from unspin.tortured import FEATURES, LevelFilter, Terms, Trees, Vectors


def taught(base: Base, filters: tuple[LevelFilter, LevelFilter], pairs: Sequence[tuple[str, str]]) -> Terms:
    """Terms whose swaps were learned from some entries of the list."""
    known = synonyms(base.words, base.swap[base.supported], pairs)
    seen = listed_swaps(pairs, {word: i for i, word in enumerate(base.words)}, known)
    times: defaultdict[int, set[str]] = defaultdict(set)
    for swap in seen:
        times[swap.found].add(swap.term)
    habit = np.array([len(times[i]) if i in times else 0 for i in range(len(base.words))], np.int64)
    return assembled(base, teach_swaps(base, seen), habit, *filters)


def assembled(base: Base, swaps: Swaps, habit: Ints, honest: Callable[..., Any], triples: Callable[..., Any]) -> Terms:
    """Terms that propose, but don't judge yet."""
    with_vectors = frequent(base)
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
        Vectors.of(len(base.words), with_vectors, base.before[with_vectors] * base.vector_step),
        Vectors.of(len(base.words), with_vectors, base.after[with_vectors] * base.vector_step),
        np.zeros(len(FEATURES), np.float32),
        lambda rows: np.zeros(len(rows), np.float32),
    )


def frequent(base: Base) -> Ints:
    """The words that have vectors."""
    return np.flatnonzero((base.before != 0).any(1) | (base.after != 0).any(1))


def usage_log(usage: NDArray[np.float64]) -> Floats:
    """Log shares as the runtime has them."""
    return np.log((usage + 0.5) / usage.sum(0)).astype(np.float16).astype(np.float32)


def write(terms: Terms, base: Base, path: Path) -> None:
    """Write the data file, whose parts are described in :mod:`unspin.tortured`, which reads it.

    What is sorted is written as differences, which compress better.
    """
    assert isinstance(terms.honest, LevelFilter) and isinstance(terms.triples, LevelFilter)
    assert isinstance(terms.classifier, Trees)
    trees = {f"tree_{name}": getattr(terms.classifier, name) for name in ("feature", "cut", "left", "right", "value")}
    with_vectors = frequent(base)
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
        before=base.before[with_vectors],
        after=base.after[with_vectors],
        vector_of=with_vectors.astype(np.uint16),
        vector_step=base.vector_step,
        rank=terms.rank,
        bias=np.array(terms.classifier.bias, np.float32),
        prior=np.array(terms.prior, np.float32),
        **trees,
    )
