"""Writes the data file, ``terms.npz``. Its parts are described in :mod:`unspin.tortured`, which reads it.

What is sorted is written as differences, which compress better.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from training.terms.base import Base
from unspin.tortured import LevelFilter, Terms, Trees


def write(terms: Terms, base: Base, path: Path) -> None:
    """Write the data file that :mod:`unspin.tortured` reads."""
    assert isinstance(terms.honest, LevelFilter) and isinstance(terms.triples, LevelFilter)
    assert isinstance(terms.classifier, Trees)
    trees = {f"tree_{name}": getattr(terms.classifier, name) for name in ("feature", "cut", "left", "right", "value")}
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
        bias=np.array(terms.classifier.bias, np.float32),
        prior=np.array(terms.prior, np.float32),
        **trees,
    )
