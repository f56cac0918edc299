"""Which phrases may stand for which: all that the tables of spinners say, looked up by both sides."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib import resources
from typing import Final, NamedTuple

from unspin.lexicon import spans

__all__ = ["LONGEST", "Hit", "Phrases", "load"]

LONGEST: Final = 5
"""Tokens of a phrase at most."""

Tokens = tuple[str, ...]


class Hit(NamedTuple):
    """A phrase of a text, and what it may stand for."""

    found: Tokens
    originals: tuple[Tokens, ...]


class Phrases:
    """Phrases as found, and what they may stand for; words are phrases of one token. Both sides in lower case."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Index pairs of (found, original), their tokens parted by spaces."""
        originals: defaultdict[Tokens, dict[Tokens, None]] = defaultdict(dict)
        lengths: defaultdict[str, set[int]] = defaultdict(set)
        for found, original in pairs:
            tokens = tuple(found.split(" "))
            if len(tokens) <= LONGEST:
                originals[tokens][tuple(original.split(" "))] = None
                lengths[tokens[0]].add(len(tokens))
        self._originals = {found: tuple(some) for found, some in originals.items()}
        self._lengths = {first: sorted(some) for first, some in lengths.items()}

    def originals(self, found: Tokens) -> tuple[Tokens, ...]:
        """What a word or phrase may stand for."""
        return self._originals.get(found, ())

    def inside(self, tokens: Tokens) -> Iterator[Hit]:
        """The phrases of a text that may stand for others, each once; at most :data:`LONGEST` look-ups a token."""
        seen: set[Tokens] = set()
        lengths, originals = self._lengths, self._originals
        for at, token in enumerate(tokens):
            for length in lengths.get(token, ()):
                found = tokens[at : at + length]
                if found in originals and found not in seen:
                    seen.add(found)
                    yield Hit(found, originals[found])


@lru_cache(maxsize=1)
def load() -> Phrases:
    """The phrases of the shipped tables: of spinners with phrases, of rewriters, of science."""
    return Phrases(_pairs())


def _pairs() -> Iterator[tuple[str, str]]:
    for table in spans.load().values():
        for head, begin, end in zip(table.heads, table.ptr[:-1].tolist(), table.ptr[1:].tolist(), strict=True):
            for term in table.terms[begin:end]:
                if " " in term or " " in head:  # words for words are in the lexicon
                    yield term, head
    for name in ("phrases.tsv", "inflated.tsv"):
        for line in (resources.files("unspin.data") / name).read_text(encoding="utf-8").splitlines():
            found, originals, _ = line.split("\t")
            for original in originals.split(" | "):
                yield found, original
