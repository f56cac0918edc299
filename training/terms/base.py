"""The base: all that is known without what the list teaches, as one file of arrays.

It takes minutes to make (:mod:`training.terms.making`) and is the same whichever terms are held out, so it is kept
between runs, and :mod:`benchmarks.tortured` reads it too.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.terms.arrays import Floats, Ints, Keys


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


def describe(source: Floats) -> Floats:
    """The sources as columns that are linear in the log-odds, as far as can be."""
    columns = [source[:, k] + 16 for k in range(4)] + [source[:, k] > -15.9 for k in range(4)]
    columns += [source[:, 4] + 8, source[:, 4] > -7.9, source[:, 5] + 8, source[:, 5] > -7.9, source[:, 6]]
    close = source[:, 7]
    columns += [close, np.maximum(close - 0.25, 0), np.maximum(close - 0.45, 0), *source[:, 8:].T]
    return np.stack(columns, 1).astype(np.float32)
