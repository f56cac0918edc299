"""Figures and names in which no swap was seen: spinners leave most of them alone, so they lead to what was written.

Found by spelling alone: a figure is a number with its currency or unit, a day or a month; a name is a run of capitalised
words that doesn't merely begin a sentence. Nothing that the reader holds for swapped is taken.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from unspin.reading import Reading
from unspin.text import Kind, Shape, Words, sentence_spans, sentence_starts, split

__all__ = ["Anchor", "Anchors", "find"]

_CURRENCY = frozenset("£$€¥₹")
_UNITS = frozenset("million billion trillion thousand hundred percent per km kg cm mm mg ml pm am".split())
_DATES = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august"
    " september october november december".split()
)
_LINKS = (("of", "the"), ("of",), ("de", "la"), ("van", "der"), ("van", "den"), ("de",), ("del",), ("van",), ("von",),
          ("du",), ("la",), ("le",), ("al",), ("bin",), ("ibn",), ("y",))  # fmt: skip
# Capitalised inside a sentence now and then, and no name.
_NO_NAMES = frozenset(
    "i i'm i've i'll i'd mr mrs ms dr a an the and or but in on at for of to by it he she we they this that".split()
)
_TITLES = frozenset("mr mrs ms dr prof sir lady lord st rev sgt capt gen gov sen rep".split())
# In a headline or a heading the words of weight have capitals, and a capital there tells nothing about names: a sentence with
# at least so many capitalised words, of whose longer words at least this share is capitalised.
_HEADLINE_CAPITALS, _HEADLINE_SHARE, _LONG = 4, 0.8, 4
_POSSESSIVE = re.compile(r"(?:['’]s|['’])\Z")


class Anchor(NamedTuple):
    """One figure or name.

    Attributes:
        text: as it first stands in the text, white space as one space.
        times: how often it occurs.
        start: offset of the first occurrence, code points.
    """

    text: str
    times: int
    start: int


@dataclass(frozen=True, slots=True)
class Anchors:
    """What to search for, each in order of first appearance."""

    figures: tuple[Anchor, ...]
    names: tuple[Anchor, ...]


def find(reading: Reading) -> Anchors:
    """The figures and names of a text that no substitution touches, each once."""
    words = split(reading.text)
    free = _untouched(words, reading)
    figures = _Spans(reading.text)
    taken = np.zeros(len(words), np.bool_)
    for first, end in _figures(words, free):
        taken[first:end] = True
        figures.add(words, first, end)
    names = _Spans(reading.text)
    for first, end in _names(words, free & ~taken):
        names.add(words, first, end)
    return Anchors(figures.anchors(), names.anchors())


class _Spans:
    """Counts spans that read the same."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._times: Counter[str] = Counter()
        self._first: dict[str, int] = {}

    def add(self, words: Words, first: int, end: int) -> None:
        start = int(words.start[first])
        found = _POSSESSIVE.sub("", " ".join(self._text[start : int(words.end[end - 1])].split()))
        self._times[found] += 1
        self._first.setdefault(found, start)

    def anchors(self) -> tuple[Anchor, ...]:
        return tuple(Anchor(text, self._times[text], start) for text, start in self._first.items())


def _untouched(words: Words, reading: Reading) -> NDArray[np.bool_]:
    """True for the tokens that lie in no substitution, ``bool[n]``."""
    free = np.ones(len(words), np.bool_)
    starts = np.array([s.start for s in reading.substitutions], np.int64)
    ends = np.array([s.end for s in reading.substitutions], np.int64)
    for first, end in zip(
        np.searchsorted(words.end, starts, "right"), np.searchsorted(words.start, ends, "left"), strict=True
    ):
        free[first:end] = False
    return free


def _figures(words: Words, free: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Token ranges of numbers with currency and unit, and of days and months with their numbers."""
    spans: list[tuple[int, int]] = []
    index = 0
    while index < len(words):
        first, end = index, index + 1
        if not free[index] or not (words.kind[index] == Kind.NUMBER or _is_date(words, index)):
            index += 1
            continue
        while first and free[first - 1] and words.lower[first - 1] in _CURRENCY and _touch(words, first):
            first -= 1
        while end < len(words) and free[end] and _goes_on(words, end):
            end += 1
        spans.append((first, end))
        index = end
    return spans


def _goes_on(words: Words, index: int) -> bool:
    """Whether the token belongs to the figure before it: ``12 | per cent``, ``3 | March``, ``40 | %``."""
    token, before = words.lower[index], words.lower[index - 1]
    if _breaks(words, index):
        return False
    if token in "%°′″" or (words.kind[index - 1] == Kind.MARK and _touch(words, index)):
        return _touch(words, index)
    if token == "cent":
        return before == "per"
    if token == "per":
        return index + 1 < len(words) and words.lower[index + 1] == "cent"
    number = words.kind[index] == Kind.NUMBER
    if before in _DATES:
        return number or (_is_date(words, index) and not _touch(words, index))
    return words.kind[index - 1] == Kind.NUMBER and (token in _UNITS or _is_date(words, index))


def _is_date(words: Words, index: int) -> bool:
    """A day or a month with its capital; *May* and *March* only beside a number or inside a sentence, not in a name."""
    if words.lower[index] not in _DATES or words.shape[index] != Shape.CAPITALISED:
        return False
    if words.lower[index] not in ("may", "march"):
        return True
    if index + 1 < len(words) and words.kind[index + 1] == Kind.NUMBER:
        return True
    before = index - 1
    return before >= 0 and (words.kind[before] == Kind.NUMBER or (
        words.kind[before] == Kind.WORD and words.shape[before] == Shape.LOWER))  # fmt: skip


def _names(words: Words, free: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Token ranges of names: capitalised runs that stand somewhere else than only at the start of a sentence."""
    capital = free & words.is_word & (words.shape != Shape.LOWER) & ~_in_headlines(words)
    starts = sentence_starts(words)
    runs = _runs(words, capital)
    inside = {words.lower[i] for first, end in runs for i in range(first, end) if not starts[i]}
    lower = {words.lower[i] for i in np.flatnonzero(words.is_word & (words.shape == Shape.LOWER)).tolist()}
    spans = []
    for first, end in runs:
        if starts[first] and _only_begins(words, first, end, inside, lower):
            first += 1
        while first < end and not (words.kind[first] == Kind.WORD and words.lower[first] not in _NO_NAMES - _TITLES):
            first += 1
        if first < end and any(words.lower[i] not in _NO_NAMES and words.end[i] - words.start[i] > 1
                               for i in range(first, end) if words.kind[i] == Kind.WORD):  # fmt: skip
            spans.append((first, end))
    return spans


def _only_begins(words: Words, first: int, end: int, inside: set[str], lower: set[str]) -> bool:
    """Whether the capital of the first word is no more than that of the sentence."""
    word = words.lower[first]
    if word in _TITLES or words.shape[first] in (Shape.UPPER, Shape.MIXED):
        return word in _NO_NAMES and word not in _TITLES
    if word in lower or word in _NO_NAMES:
        return True
    followed = end - first > 1 and words.kind[first + 1] == Kind.WORD and words.shape[first + 1] != Shape.LOWER
    return word not in inside and not followed


def _runs(words: Words, capital: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Runs of capitalised words, joined over initials, hyphens and small words like *of*; never over a line break."""
    runs: list[tuple[int, int]] = []
    index = 0
    while index < len(words):
        if not capital[index]:
            index += 1
            continue
        end = index + 1
        while (following := _next(words, capital, end)) is not None:
            end = following
        runs.append((index, end))
        index = end
    return runs


def _next(words: Words, capital: NDArray[np.bool_], end: int) -> int | None:
    """The end of the run with the capitalised word after ``end``, or None where the run is over."""
    n = len(words)
    if end >= n or _breaks(words, end) or words.lower[end - 1].endswith(("'s", "'")):
        return None
    if capital[end]:
        return end + 1
    abbreviated = words.lower[end] == "." and _touch(words, end)
    if abbreviated and (len(words.lower[end - 1]) == 1 or words.lower[end - 1] in _TITLES):
        return end + 2 if end + 1 < n and capital[end + 1] and not _breaks(words, end + 1) else None
    if words.lower[end] in "-–&" and end + 1 < n and capital[end + 1] and _touch(words, end) == _touch(words, end + 1):
        return end + 2
    if words.lower[end] == "-" and end + 3 < n and words.lower[end + 2] == "-" and capital[end + 3]:
        return end + 4 if words.end[end + 2] - words.start[end] < _LONG + 2 else None  # Stoke-on-Trent
    for link in _LINKS:
        after = end + len(link)
        if after < n and words.lower[end:after] == link and words.shape[end] == Shape.LOWER:
            return after + 1 if capital[after] and words.shape[after] != Shape.UPPER else None
    return None


def _in_headlines(words: Words) -> NDArray[np.bool_]:
    """True for the tokens of sentences whose longer words have capitals, ``bool[n]``."""
    within = np.zeros(len(words), np.bool_)
    capital = words.is_word & (words.shape != Shape.LOWER)
    long = words.is_word & (words.end - words.start >= _LONG)
    for first, end in sentence_spans(words).tolist():
        weighty = np.count_nonzero(long[first:end])
        raised = np.count_nonzero((long & capital)[first:end])
        if np.count_nonzero(capital[first:end]) >= _HEADLINE_CAPITALS and raised >= _HEADLINE_SHARE * weighty:
            within[first:end] = True
    return within


def _touch(words: Words, index: int) -> bool:
    """Whether no white space stands before the token."""
    return bool(words.start[index] == words.end[index - 1])


def _breaks(words: Words, index: int) -> bool:
    """Whether a blank line or a paragraph lies before the token."""
    return words.text.count("\n", words.end[index - 1], words.start[index]) > 1
