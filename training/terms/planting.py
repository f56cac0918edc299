"""Plants tortured phrases where honest writers wrote the term, so that it is known what is right.

The text around a planted phrase is as its writer left it. Only terms that hold a joint are planted: the others have
nothing to be found by.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from training.corpora import Document
from training.terms.entries import tokens_of
from unspin.lexicon.phrases import PhraseTable
from unspin.text import Words, split
from unspin.tortured import role, skeleton


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


def sample(
    planter: Planter, science: Iterable[Document], other: Iterable[Document], *, terms: int, variants: int, seed: int
) -> Sample:
    """Plant phrases into the scientific documents: for so many terms of each document so many variants."""
    random = np.random.default_rng(seed)
    documents = [split(document.text) for document in science]
    planted = [around(full) for words in documents for full in planter.plant(words, random, terms, variants)]
    return Sample(documents, [split(document.text) for document in other], planted)
