"""Known tortured phrases: fixed terms of science as paraphrasing tools mangle them, with what was meant.

Cabanac, Labbé and Magazinov ("Tortured phrases: a dubious writing style emerging in science", arXiv:2107.06751, 2021)
found that papers passed through a paraphrasing tool carry fixed terms whose words were swapped one by one: "profound
learning" for deep learning, "irregular woodland" for random forest. Their Problematic Paper Screener collects such
phrases; this module holds its list and finds them.

File: ``phrases.tsv`` (written by ``python -m training.phrases``), UTF-8, a line for each phrase, sorted:
the phrase, a tab, what was meant, a tab, how often the phrase stands in honest text (:attr:`PhraseTable.honest`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from unspin.text import PhraseFinder, PhraseMatch, Words, split

__all__ = ["PhraseTable", "joined", "load"]

_HYPHENS: Final = frozenset("-‐‑")
_PLAIN: Final = re.compile(r"[a-z]+(?:'[a-z]+)*(?: [a-z]+(?:'[a-z]+)*)*")


def joined(words: Words) -> NDArray[np.int32]:
    """The tokens that remain when hyphens inside words are left out: "back-propagation" reads as "back propagation".

    Returns:
        Their indices, ascending, ``int32[m]``.
    """
    keep = np.ones(len(words), bool)
    for i, token in enumerate(words.lower):
        if token in _HYPHENS and 0 < i < len(words) - 1:
            keep[i] = words.start[i] != words.end[i - 1] or words.end[i] != words.start[i + 1]
    return np.flatnonzero(keep).astype(np.int32)


def _tokens(phrase: str) -> Sequence[str]:
    """The tokens of a phrase, inner hyphens left out."""
    if _PLAIN.fullmatch(phrase):  # nearly all of tens of thousands, and what is cut one by one takes a second
        return phrase.split(" ")
    words = split(phrase)
    return [words.lower[i] for i in joined(words)]


@dataclass(frozen=True, eq=False)
class PhraseTable:
    """Tortured phrases and what was meant.

    Attributes:
        pairs: (tortured phrase, expected phrase), both in lower case, sorted.
        honest: how often each phrase stands in some 40 million words of honest text, in the order of ``pairs``. A
            phrase that stands there at all is weak evidence.
    """

    pairs: tuple[tuple[str, str], ...]
    honest: tuple[int, ...]
    _finder: PhraseFinder = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Index the phrases by their tokens."""
        object.__setattr__(self, "_finder", PhraseFinder(_tokens(tortured) for tortured, _ in self.pairs))

    def without(self, held_out: Callable[[str, str], bool]) -> PhraseTable:
        """The table without some pairs (phrase, expected), for measuring how well *unknown* phrases are found."""
        kept = [(pair, n) for pair, n in zip(self.pairs, self.honest, strict=True) if not held_out(*pair)]
        return PhraseTable(tuple(pair for pair, _ in kept), tuple(n for _, n in kept))

    def matches(self, words: Words) -> tuple[PhraseMatch, ...]:
        """The phrases of the table in a document: the longest at each place, from left to right, never overlapping.

        Inner hyphens are left out on both sides, see :func:`joined`.
        """
        return self._found(words, self._finder.find)

    def everywhere(self, words: Words) -> tuple[PhraseMatch, ...]:
        """Every phrase of the table in a document, those that overlap too: by their first token, the longer ones first."""
        return self._found(words, self._finder.everywhere)

    @staticmethod
    def _found(words: Words, find: Callable[[Sequence[str]], Iterator[PhraseMatch]]) -> tuple[PhraseMatch, ...]:
        index = joined(words).tolist()
        found = find([words.lower[i] for i in index])
        return tuple(PhraseMatch(index[begin], index[end - 1] + 1, entry) for begin, end, entry in found)


def load(path: Path | None = None) -> PhraseTable:
    """Load a table of phrases: the shipped one, or the file at ``path``."""
    return _load(path)


@lru_cache(maxsize=2)
def _load(path: Path | None) -> PhraseTable:
    source = path if path is not None else resources.files("unspin.data") / "phrases.tsv"
    rows = [line.split("\t") for line in source.read_text(encoding="utf-8").splitlines()]
    return PhraseTable(tuple((row[0], row[1]) for row in rows), tuple(int(row[2]) for row in rows))
