"""The base: all that is known without what the list teaches, as one file of arrays.

It takes minutes to make (:mod:`training.terms.making`) and is the same whichever terms are held out, so it is kept
between runs, and :mod:`benchmarks.tortured` reads it too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.terms.arrays import Floats, Ints, Keys
from training.terms.entries import tokens_of


@dataclass(frozen=True, eq=False)
class Base:
    """What is known without the list.

    Attributes:
        words: content words in the order of their ids; from :data:`unspin.tortured.collocation.SIZE` on those that are only
            found, and phrases that stand for one word.
        usage: count of each in scientific and other text, ``float64[words, 2]``.
        target: whether terms are made of it, so that swaps lead to it, ``bool[words]``.
        joint, joint_count: joints of honest text and how often each was seen.
        triple, triple_count: three content words in a row in scientific text.
        term, term_count, term_pmi: joints of terms.
        swap: possible swaps, ``found * SIZE + meant``, sorted.
        source: what each source says of each swap, ``float32[swaps, 21]``.
        before, after, vector_step: vectors of the words in joints, see :func:`company`.
    """

    words: tuple[str, ...]
    usage: NDArray[np.float64]
    target: NDArray[np.bool_]
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
    def supported(self) -> NDArray[np.bool_]:
        """Swaps that some source besides the list knows, to words that terms are made of."""
        return is_supported(self.swap, self.source, self.target)

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


def is_supported(swap: Ints, source: Floats, target: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Swaps that some source besides the list knows, to words that terms are made of.

    Without the second condition the list would say which rare words may be meant, those held out among them.
    """
    thesauri = (source[:, :4] > -15.9).any(1) | (source[:, 4:6] > -7.9).any(1)
    return target[swap & 0xFFFF] & (thesauri | (source[:, 6] > 0) | (source[:, 7] > 0.3))


def synonyms(words: Sequence[str], swap: Ints, entries: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """The swaps, as (found, meant), between words of entries whose sides differ in length."""
    found, meant = np.zeros(len(words), bool), np.zeros(len(words), bool)
    index = {word: i for i, word in enumerate(words)}
    for tortured, term in entries:
        a, b = tokens_of(tortured), tokens_of(term)
        if len(a) != len(b):
            found[[index[token] for token in a if token in index]] = True
            meant[[index[token] for token in b if token in index]] = True
    some = swap[found[swap >> 16] & meant[swap & 0xFFFF]]
    return {(words[key >> 16], words[key & 0xFFFF]) for key in some.tolist()}
