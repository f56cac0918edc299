"""From aligned tokens to what became of what: passages, and in them links between spans of both texts.

A link says that tokens of the page were made of tokens of the source: the same, swapped for what the channels or the tables
of phrases know, or rewritten. One side may be empty, where a machine put a word in or took one out. The links of a passage
cover its tokens on both sides, in order, but for what is left out at length.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from unspin.text.words import Kind
from unspin.trace.alignment import align, loud, parted, told
from unspin.trace.likeness import Likeness, kernels, likeness
from unspin.trace.phrases import LONGEST, load
from unspin.trace.rests import with_rests
from unspin.trace.sides import Side

__all__ = ["LinkKind", "Linked", "link"]

_APART: Final = 24
"""Tokens left out on one side that end a passage."""
_LEAST: Final = 14.0
"""Nats that a passage must say beyond the logarithm of the places where it may be met by chance."""
_DENSE: Final = 1.0
"""Nats a token that a sentence at either end of a passage must say."""
_PART: Final = 8.0
_IN_PART: Final = 0.5
"""Nats, and nats a token, that a part of a sentence must say within a passage."""
_PUT_IN: Final = 16
"""Tokens without a counterpart that a link holds at most; more are somebody's own text."""
_ALIKE: Final = 3
"""Times as many tokens as the other side that are left out on one, up to which they are the same place, rewritten."""
_HEADING: Final = 14
"""Tokens at the beginning of both texts that belong to the passage beside them."""
_FIRM: Final = 40
"""Aligned pairs that the passage must have for that."""
_CELLS: Final = 2_500
_PHRASE: Final = 5.0
_LEFT_OUT: Final = -4.0
_UNREACHED: Final = -1e9
_OTHER: Final = -2.5
"""What a pair is worth at most that nothing speaks for."""
_ALONG: Final = 2
"""Tokens beside a place that doesn't go up one for one that are looked at again: a phrase may hold the word itself."""


class LinkKind(IntEnum):
    """What became of tokens of the source."""

    EXACT = 0
    SWAPPED = 1
    """A word for a word, or a phrase for what a table of phrases has."""
    OTHER = 2
    """Other figures, phrases that no table knows, words put in or left out."""


@dataclass(frozen=True, eq=False)
class Linked:
    """A page linked with a source.

    Attributes:
        page: the page.
        source: the source.
        links: tokens ``[a, b)`` of the page were made of tokens ``[c, d)`` of the source, ``int64[n, 4]``, in order of the
            page; no token of the page is in two.
        kind: a :class:`LinkKind` for each, ``uint8[n]``.
        ptr: offsets of the links of each passage, ``int64[p + 1]``.
        worth: what each passage says, in nats, ``float64[p]``.
    """

    page: Side
    source: Side
    links: NDArray[np.int64]
    kind: NDArray[np.uint8]
    ptr: NDArray[np.int64]
    worth: NDArray[np.float64]


def link(page: Side, source: Side) -> Linked:
    """Align a page with a source and say what became of what.

    Raises:
        MissingExtra: ``unspin[trace]`` is not installed.
    """
    like = likeness(page, source)
    aligned = align(like)
    at = np.flatnonzero(aligned >= 0)
    least = _LEAST + math.log(max(len(like.page) * len(like.source), 1))
    at = at[loud(at, aligned[at], like, _APART, _APART, least)]
    at = at[_whole(at, aligned[at], like, least)]
    at = at[loud(at, aligned[at], like, _APART, _APART, least)]  # what is left must say as much
    aligned = with_rests(page, source, like, _only(aligned, at))
    at = np.flatnonzero(aligned >= 0)
    first = parted(at, aligned[at], _APART, _APART)
    worth = told(at, aligned[at], like, np.cumsum(first) - 1)
    links, kind = _Linker(page, source, like).links(at, aligned[at], first)
    begins = np.searchsorted(links[:, 0], at[first])
    begins[:1] = 0
    ptr = np.append(begins, len(links)).astype(np.int64)
    return Linked(page, source, links, kind, ptr, worth)


def _only(aligned: NDArray[np.int64], at: NDArray[np.int64]) -> NDArray[np.int64]:
    """An alignment of nothing but some tokens of the page."""
    only = np.full(len(aligned), -1, np.int64)
    only[at] = aligned[at]
    return only


def _whole(page: NDArray[np.int64], source: NDArray[np.int64], like: Likeness, least: float) -> NDArray[np.bool_]:
    """Which aligned pairs belong to sentences that were taken, and not to those beside or between them.

    A passage is taken apart where another sentence begins on both sides, or on one after something was left out. At either end
    of it a part goes that is alike here and there only, or that is no whole sentence, unless it speaks for itself; in its
    midst one that says next to nothing: there stands another sentence.
    """
    if not len(page):
        return np.zeros(0, np.bool_)
    breaks, source_breaks = like.page_breaks, like.source_breaks
    uneven = np.append(False, (np.diff(page) != 1) | (np.diff(source) != 1))
    passage = parted(page, source, _APART, _APART)
    cut = passage | (_elsewhere(page, breaks) & _elsewhere(source, source_breaks))
    cut |= uneven & ((breaks[page] | source_breaks[source]) > 0)
    first = np.flatnonzero(cut)
    last = np.append(first[1:], len(page)) - 1
    worth = told(page, source, like, np.cumsum(cut) - 1)
    tokens = (page[last] - page[first] + source[last] - source[first]) / 2 + 1
    whole = (breaks[page[first]] & source_breaks[source[first]]) > 0
    whole &= (breaks[page[last] + 1] & source_breaks[source[last] + 1]) > 0
    keep = worth >= np.where(whole, 0.0, np.maximum(_PART, _IN_PART * tokens))
    outer = worth < np.where(whole, _DENSE * tokens, least)
    for begin, end in pairwise([*np.flatnonzero(passage[first]).tolist(), len(first)]):
        firm = np.flatnonzero(~outer[begin:end])
        low, high = (begin + int(firm[0]), begin + int(firm[-1]) + 1) if len(firm) else (end, end)
        keep[begin:low] = keep[high:end] = False
    return np.asarray(keep[np.cumsum(cut) - 1])


def _elsewhere(places: NDArray[np.int64], breaks: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether each place lies in another sentence than the one before it."""
    return np.append(False, np.diff(np.cumsum(breaks)[places]) != 0)[: len(places)]


class _Step(NamedTuple):
    """A link of a place, counted from its beginning; ``loose``: nothing speaks for it but what stands beside it."""

    page: int
    page_end: int
    source: int
    source_end: int
    loose: bool


class _Linker:
    """Makes links of aligned pairs of tokens."""

    def __init__(self, page: Side, source: Side, like: Likeness) -> None:
        self._page, self._source = page.words, source.words
        self._like = like
        self._phrases = load()

    def links(
        self, page: NDArray[np.int64], source: NDArray[np.int64], first: NDArray[np.bool_]
    ) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
        """The links of aligned pairs and the kind of each; what is left out at length on either side has none."""
        like = self._like
        same = like.page[page] == like.source[source]
        begins = first | self._apart(page, source)
        alone = np.ones(len(page), np.bool_)
        steps: list[tuple[int, int, int, int]] = []
        kinds: list[LinkKind] = []
        for low, high in _uneven(page, source, same, begins):
            alone[low : high + 1] = False
            for step in self._again(page[low : high + 1], source[low : high + 1]):
                steps.append(step)
                kinds.append(self._kind(*step))
        for head in self._head(page, source, first):
            steps.append(head)
            kinds.append(LinkKind.OTHER)
        one, other = page[alone], source[alone]
        figures = np.equal(like.kind[like.page[one]], Kind.NUMBER) & np.equal(
            like.kind[like.source[other]], Kind.NUMBER
        )
        kind = np.where(same[alone], LinkKind.EXACT, np.where(figures, LinkKind.OTHER, LinkKind.SWAPPED))
        found = np.concatenate([
            np.column_stack([one, one + 1, other, other + 1]), np.array(steps, np.int64).reshape(-1, 4)
        ])  # fmt: skip
        order = np.lexsort((found[:, 2], found[:, 1], found[:, 0]))
        return found[order], np.append(kind, kinds).astype(np.uint8)[order]

    def _apart(self, page: NDArray[np.int64], source: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether more lies between a pair and the one before it than a machine puts in: much, or whole sentences."""
        apart = np.zeros(len(page), np.bool_)
        ours, theirs = np.diff(page) - 1, np.diff(source) - 1
        alike = _alike(ours, theirs) & ~self._sentences(page, source)
        for places, breaks in ((page, self._like.page_breaks), (source, self._like.source_breaks)):
            total = np.append(0, np.cumsum(breaks))
            # A sentence from its beginning to its end, or parts of two.
            gap, broken = np.diff(places), np.diff(total[places + 1])
            apart[1:] |= (((gap > 1) & (broken > 1)) | (gap > _PUT_IN + 1)) & ~alike
        return apart

    def _sentences(self, page: NDArray[np.int64], source: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether what lies between a pair and the next are whole sentences on both sides: then they are other ones."""
        whole = np.ones(max(len(page) - 1, 0), np.bool_)
        for places, breaks in ((page, self._like.page_breaks), (source, self._like.source_breaks)):
            whole &= (breaks[places[:-1] + 1] > 0) & (breaks[places[1:]] > 0)
        return whole

    def _head(
        self, page: NDArray[np.int64], source: NDArray[np.int64], first: NDArray[np.bool_]
    ) -> Iterator[tuple[int, int, int, int]]:
        """The few tokens before the first passage, where both texts have about as many of them: the heading."""
        begins = np.flatnonzero(first)
        if not len(begins) or np.append(begins, len(page))[1] < _FIRM:
            return
        ours, theirs = int(page[0]), int(source[0])
        if max(ours, theirs) <= _HEADING and _alike(np.array(ours), np.array(theirs)):
            yield 0, ours, 0, theirs

    def _again(self, pages: NDArray[np.int64], sources: NDArray[np.int64]) -> Iterator[tuple[int, int, int, int]]:
        """The links of a place that doesn't go up one for one."""
        page, source = int(pages[0]), int(sources[0])
        rows, columns = int(pages[-1]) + 1 - page, int(sources[-1]) + 1 - source
        if rows * columns <= _CELLS:
            steps = self._steps(page, rows, source, columns)
        else:
            steps = list(_as_aligned((pages - page).tolist(), (sources - source).tolist()))
        for step in _merged(steps):
            yield page + step.page, page + step.page_end, source + step.source, source + step.source_end

    def _steps(self, page: int, rows: int, source: int, columns: int) -> list[_Step]:
        """The best way through a place, phrases among its steps."""
        like = self._like
        ours, theirs = like.page[page : page + rows], like.source[source : source + columns]
        worth = kernels().worths(ours, theirs, like.fits).tolist()
        edges = self._phrases_at(page, rows, source, columns)
        best = [[_UNREACHED] * (columns + 1) for _ in range(rows + 1)]
        came = [[(0, 0, True)] * (columns + 1) for _ in range(rows + 1)]
        best[0][0] = 0.0
        slack = abs(rows - columns) + LONGEST  # how far from the diagonal a way may lead
        for a in range(rows + 1):
            for b in range(max(0, a - slack), min(columns, a + slack) + 1):
                score = best[a][b]
                if score == _UNREACHED:
                    continue
                if a < rows:
                    if score + _LEFT_OUT > best[a + 1][b]:
                        best[a + 1][b], came[a + 1][b] = score + _LEFT_OUT, (a, b, True)
                    if b < columns and score + worth[a][b] > best[a + 1][b + 1]:
                        best[a + 1][b + 1], came[a + 1][b + 1] = score + worth[a][b], (a, b, worth[a][b] <= _OTHER)
                if b < columns and score + _LEFT_OUT > best[a][b + 1]:
                    best[a][b + 1], came[a][b + 1] = score + _LEFT_OUT, (a, b, True)
                for a_end, b_end, gain in edges.get((a, b), ()):
                    if score + gain > best[a_end][b_end]:
                        best[a_end][b_end], came[a_end][b_end] = score + gain, (a, b, False)
        path: list[_Step] = []
        a, b = rows, columns
        while a or b:
            a_from, b_from, loose = came[a][b]
            path.append(_Step(a_from, a, b_from, b, loose))
            a, b = a_from, b_from
        return path[::-1]

    def _phrases_at(
        self, page: int, rows: int, source: int, columns: int
    ) -> dict[tuple[int, int], list[tuple[int, int, float]]]:
        """Where a phrase of the page stands for one of the source: beginnings to ends and what that is worth."""
        left, right = self._page.lower[page : page + rows], self._source.lower[source : source + columns]
        edges: dict[tuple[int, int], list[tuple[int, int, float]]] = {}
        written: dict[tuple[str, ...], list[tuple[int, int]]] = {}
        for b, b_end in _spans(columns):
            written.setdefault(right[b:b_end], []).append((b, b_end))
        for a, a_end in _spans(rows):
            for original in self._phrases.originals(left[a:a_end]):
                for b, b_end in written.get(original, ()):
                    if a_end - a > 1 or b_end - b > 1:
                        shared = set(left[a:a_end]) & set(right[b:b_end])
                        kept = sum(float(self._like.rarity[self._like.source[source + right.index(t)]]) for t in shared)
                        edges.setdefault((a, b), []).append((a_end, b_end, _PHRASE + kept))
        return edges

    def _kind(self, page: int, page_end: int, source: int, source_end: int) -> LinkKind:
        found, original = self._page.lower[page:page_end], self._source.lower[source:source_end]
        if found == original:
            return LinkKind.EXACT
        if len(found) == len(original) == 1:
            figure = self._page.kind[page] == self._source.kind[source] == Kind.NUMBER
            return LinkKind.OTHER if figure else LinkKind.SWAPPED
        return LinkKind.SWAPPED if original in self._phrases.originals(found) else LinkKind.OTHER


def _alike(ours: NDArray[np.int64], theirs: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether so many tokens may stand for so many."""
    less, more = np.minimum(ours, theirs), np.maximum(ours, theirs)
    return np.greater(less, 0) & (more <= _ALIKE * less)


def _spans(tokens: int) -> Iterator[tuple[int, int]]:
    for begin in range(tokens):
        for end in range(begin + 1, min(begin + LONGEST, tokens) + 1):
            yield begin, end


def _uneven(
    page: NDArray[np.int64], source: NDArray[np.int64], same: NDArray[np.bool_], begins: NDArray[np.bool_]
) -> list[tuple[int, int]]:
    """Where pairs don't follow one upon the other: first and last pair of each place, from one exact match to another.

    Args:
        page: the token of the page of each pair.
        source: its token of the source.
        same: whether they are the same.
        begins: whether a stretch begins there, which a place doesn't lead beyond.
    """
    n = len(page)
    at = np.flatnonzero(~begins[1:] & ((np.diff(page) != 1) | (np.diff(source) != 1))) + 1
    stretch = np.cumsum(begins) - 1
    first = np.flatnonzero(begins)
    last = np.append(first[1:], n)[: len(first)] - 1
    here = np.arange(n)
    # The exact match before each pair and after it, itself among them.
    before = np.maximum.accumulate(np.where(same, here, -1))
    after = np.minimum.accumulate(np.where(same, here, n)[::-1])[::-1]
    low, high = np.maximum(before[at - 1], first[stretch[at]]), np.minimum(after[at], last[stretch[at]])
    low = np.maximum(low - _ALONG + 1, first[stretch[at]])
    high = np.minimum(high + _ALONG - 1, last[stretch[at]])
    places: list[tuple[int, int]] = []
    for k, end in zip(low.tolist(), high.tolist(), strict=True):
        if places and k <= places[-1][1]:
            places[-1] = (places[-1][0], max(end, places[-1][1]))
        else:
            places.append((k, end))
    return places


def _as_aligned(pages: Sequence[int], sources: Sequence[int]) -> Iterator[_Step]:
    """The pairs as they are, and what lies between them."""
    a = b = 0
    for i, j in zip(pages, sources, strict=True):
        if (a, b) != (i, j):
            yield _Step(a, i, b, j, True)
        a, b = i + 1, j + 1
        yield _Step(i, a, j, b, False)


def _merged(steps: Sequence[_Step]) -> Iterator[_Step]:
    """The steps, with what is left out put together with the loose pairs beside it: a phrase that no table knows."""
    loose: list[_Step] = []
    for step in [*steps, None]:
        if step is not None and step.loose:
            loose.append(step)
            continue
        if loose:
            if any(s.page == s.page_end or s.source == s.source_end for s in loose):
                yield _Step(loose[0].page, loose[-1].page_end, loose[0].source, loose[-1].source_end, True)
            else:
                yield from loose
            loose = []
        if step is not None:
            yield step
