"""Which documents of a corpus are measured: the same ones each time, wherever they lie and in whatever order they come.

Every text has a hash, and those with the lowest are taken (bottom-k sampling; Cohen and Kaplan 2007). So a document is in
the sample or not whatever else is in the corpus before it, a larger sample holds the smaller one, and a text that comes
twice is taken once.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
from hashlib import blake2b
from typing import Final, NamedTuple

import numpy as np

from unspin.text import Kind, sentence_spans, split

__all__ = ["Sample", "Text", "cut", "key", "sample"]

_LONGEST_WORD: Final = 10  # characters of a word with its space and marks, on average, generously


class Text(NamedTuple):
    """A document.

    Attributes:
        name: where it comes from, for people.
        text: its text.
    """

    name: str
    text: str


class Sample(NamedTuple):
    """Documents taken from a corpus.

    Attributes:
        texts: in order of their hashes, each cut to the words asked for.
        seen: how many documents the corpus had.
    """

    texts: tuple[Text, ...]
    seen: int


def sample(
    texts: Iterable[Text], count: int, *, words: int, seed: int = 0, watch: Callable[[int], None] | None = None
) -> Sample:
    """``count`` documents of a corpus, or all where it has fewer; reads the corpus once and keeps no more than these.

    Args:
        texts: the corpus.
        count: how many to take.
        words: how many words of each to keep.
        seed: another seed takes others.
        watch: called with the number of documents seen, after each.
    """
    taken: list[tuple[int, Text]] = []  # a heap with the highest key on top
    keys: set[int] = set()
    seen = 0
    for seen, text in enumerate(texts, start=1):
        here = -key(text.text, str(seed))
        if here not in keys and (len(taken) < count or here > taken[0][0]):
            kept = (here, Text(text.name, text.text[: words * _LONGEST_WORD]))
            keys.add(here)
            if len(taken) < count:
                heapq.heappush(taken, kept)
            else:
                keys.remove(heapq.heapreplace(taken, kept)[0])
        if watch is not None:
            watch(seen)
    return Sample(tuple(Text(name, cut(text, words)) for _, (name, text) in sorted(taken, reverse=True)), seen)


def key(text: str, *salt: str) -> int:
    """A hash of a text below 2**63, the same on every machine; another ``salt`` gives another."""
    data = text.encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(data, digest_size=8, key=blake2b("\0".join(salt).encode()).digest()).digest()) >> 1


def cut(text: str, words: int) -> str:
    """The sentences at the beginning of a text that have at most ``words`` words; of a first longer sentence the words."""
    head = split(text[: words * _LONGEST_WORD])
    at = np.flatnonzero(head.kind != Kind.MARK)
    if len(at) <= words:
        return head.text
    ends = sentence_spans(head)[:, 1]
    whole = ends[ends <= at[words]]
    return head.text[: head.end[whole[-1] - 1 if len(whole) else at[words - 1]]]
