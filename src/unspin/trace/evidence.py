"""From an alignment to what it proves: passages, changes, facts, quotations, the spinner's dictionary, and shares."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from unspin.text import find_quotations
from unspin.trace.alignment import Stretch
from unspin.trace.boilerplate import boilerplate
from unspin.trace.facts import fact_of
from unspin.trace.gaps import Link
from unspin.trace.results import Change, ChangedFact, Comparison, Entry, How, Passage, QuotationPair, Remark
from unspin.trace.sides import Side

__all__ = ["comparison", "counted"]

_SHORT: Final = 30
"""Words of a page below which nothing is claimed, as for the reader."""
_LONGEST_ENTRY: Final = 4
"""Words of a side of a dictionary's entry at most."""


@dataclass(frozen=True, eq=False)
class _Counted:
    """Which words count: neither boilerplate nor quoted alike by both."""

    page: NDArray[np.bool_]
    source: NDArray[np.bool_]


def comparison(page: Side, source: Side, found: Sequence[Stretch]) -> Comparison:
    """Everything that is said of a pair.

    Args:
        page: the page.
        source: the source.
        found: its alignment.
    """
    count = counted(page, source, found)
    passages = tuple(_passage(page, source, stretch, count) for stretch in found)
    changes = tuple(change for stretch in found for change in _changes(page, source, stretch))
    counts = [passage for passage in passages if passage.counted]
    ours, theirs = np.zeros(len(page), np.bool_), np.zeros(len(source), np.bool_)
    for stretch, passage in zip(found, passages, strict=True):
        ours[stretch.links[0].begin : stretch.links[-1].end] = passage.counted
        theirs[stretch.links[0].source_begin : stretch.links[-1].source_end] = passage.counted
    return Comparison(
        page=page.words.text,
        source=source.words.text,
        explained=_share(ours, count.page),
        used=_share(theirs, count.source),
        words=len(page),
        source_words=len(source),
        exact=sum(passage.exact for passage in passages),
        swapped=sum(passage.swapped for passage in passages),
        rewritten=sum(passage.rewritten for passage in passages),
        nats=round(sum(passage.nats for passage in counts), 1),
        passages=passages,
        changes=changes,
        facts=tuple(_facts(source, changes)),
        quotations=tuple(_quotations(page, source, found)),
        dictionary=_dictionary(changes),
        notes=tuple(_notes(page, source, passages)),
    )


def _share(inside: NDArray[np.bool_], count: NDArray[np.bool_]) -> float:
    total = int(count.sum())
    return round(int((inside & count).sum()) / total, 4) if total else 0.0


def _notes(page: Side, source: Side, passages: Sequence[Passage]) -> Iterator[str]:
    if not len(page) or not len(source):
        yield Remark.NO_WORDS
        return
    if page.lower == source.lower:
        yield Remark.IDENTICAL
    if len(page) < _SHORT:
        yield Remark.TOO_SHORT
    if passages and not any(passage.counted for passage in passages):
        yield Remark.QUOTED_ONLY


def counted(page: Side, source: Side, found: Sequence[Stretch]) -> _Counted:
    """Which words of both texts count as taken or not taken: all but boilerplate and what both quote in the same words."""
    ours, theirs = ~boilerplate(page), ~boilerplate(source)
    quoted, in_source = _quoted(page), _quoted(source)
    for stretch in found:
        row: list[Link] = []
        for link in [*stretch.links, None]:
            if link is not None and _both_quoted(link, quoted, in_source):
                row.append(link)
                continue
            if row and all(other.exact for other in row):
                ours[row[0].begin : row[-1].end] = False
                theirs[row[0].source_begin : row[-1].source_end] = False
            row = []
    return _Counted(ours, theirs)


def _both_quoted(link: Link, quoted: NDArray[np.bool_], in_source: NDArray[np.bool_]) -> bool:
    return bool(quoted[link.begin : link.end].all() and in_source[link.source_begin : link.source_end].all())


def _quoted(side: Side) -> NDArray[np.bool_]:
    """Which words stand in quotation marks."""
    inside = np.zeros(len(side), np.bool_)
    start = side.words.start[side.token]
    for quotation in find_quotations(side.words):
        first, last = np.searchsorted(start, (quotation.start, quotation.end)).tolist()
        inside[first:last] = True
    return inside


def _passage(page: Side, source: Side, stretch: Stretch, count: _Counted) -> Passage:
    first, last = stretch.links[0], stretch.links[-1]
    exact = sum(1 for link in stretch.links if link.exact)
    swapped = sum(
        link.end - link.begin
        for link in stretch.links
        if not link.exact and link.source_begin < link.source_end and not _rewritten(link)
    )
    words = last.end - first.begin
    own = count.page[first.begin : last.end]
    return Passage(
        start=page.start(first.begin),
        end=page.end(last.end),
        source_start=source.start(first.source_begin),
        source_end=source.end(last.source_end),
        words=words,
        source_words=last.source_end - first.source_begin,
        exact=exact,
        swapped=swapped,
        rewritten=words - exact - swapped,
        nats=round(stretch.nats, 1),
        counted=bool(2 * own.sum() > len(own)),
    )


def _rewritten(link: Link) -> bool:
    return min(link.end - link.begin, link.source_end - link.source_begin) > 1


def _changes(page: Side, source: Side, stretch: Stretch) -> Iterator[Change]:
    """The places that differ. Words put in or left out beside a swapped word are part of that change: they made a phrase."""
    row: list[Link] = []
    for link in [*stretch.links, None]:
        if link is not None and not link.exact:
            row.append(link)
            continue
        if row:
            whole = all(other.end - other.begin == 1 == other.source_end - other.source_begin for other in row)
            for part in [[other] for other in row] if whole else [row]:
                yield _change(page, source, part)
        row = []


def _change(page: Side, source: Side, row: Sequence[Link]) -> Change:
    a, b, c, d = row[0].begin, row[-1].end, row[0].source_begin, row[-1].source_end
    how = (
        How.DROPPED if a == b
        else How.INSERTED if c == d
        else How.REWRITTEN if max(b - a, d - c) > _LONGEST_ENTRY
        else How.SWAPPED
    )  # fmt: skip
    start = page.start(a) if a < b else page.end(a)
    source_start = source.start(c) if c < d else source.end(c)
    end, source_end = page.end(b), source.end(d)
    if len(row) > 1 and a < b and c < d:
        # A phrase may have taken a comma with it, or a closing quotation mark: then the marks beside it are part of the change.
        if _marks(page, a) != _marks(source, c):
            start, source_start = page.end(a), source.end(c)
        if _marks(page, b) != _marks(source, d):
            end, source_end = page.start(b), source.start(d)
    return Change(
        how,
        start,
        end,
        page.words.text[start:end],
        source_start,
        source_end,
        source.words.text[source_start:source_end],
    )


def _marks(side: Side, at: int) -> str:
    """What stands between a word and the one before it, white space aside; nothing at the ends of the text."""
    return side.words.text[side.end(at) : side.start(at)].strip() if 0 < at < len(side) else ""


def _facts(source: Side, changes: Iterable[Change]) -> Iterator[ChangedFact]:
    for change in changes:
        kind = fact_of(change.found, change.original, source.words.text[: change.source_start][-2:])
        if kind is not None:
            yield ChangedFact(
                kind, change.start, change.end, change.found, change.source_start, change.source_end, change.original
            )


def _quotations(page: Side, source: Side, found: Sequence[Stretch]) -> Iterator[QuotationPair]:
    """Quotations of the page that lie in a passage, each with what the source says there."""
    theirs = find_quotations(source.words)
    starts = [quotation.start for quotation in theirs]
    start = page.words.start[page.token]
    links = [link for stretch in found for link in stretch.links if link.source_begin < link.source_end]
    ends = [link.end for link in links]
    for quotation in find_quotations(page.words):
        first, last = np.searchsorted(start, (quotation.start, quotation.end)).tolist()
        inside = [link for link in links[bisect_left(ends, first + 1) :][: last - first + 1] if link.begin < last]
        if not inside or last - first < 3:
            continue
        at, end = source.start(inside[0].source_begin), source.end(inside[-1].source_end)
        if at >= end:
            continue
        k = bisect_left(starts, end) - 1
        same = theirs[k] if k >= 0 and theirs[k].end > at else None
        speaker = None
        if same is not None:
            at, end = same.start, same.end
            speaker = None if same.speaker is None else source.words.text[slice(*same.speaker)]
        original = source.words.text[at:end]
        begin, stop = np.searchsorted(source.words.start[source.token], (at, end)).tolist()
        altered = page.lower[first:last] != source.lower[begin:stop]
        yield QuotationPair(
            quotation.start, quotation.end, page.words.text[quotation.start : quotation.end], at, end, original,
            speaker, same is not None, altered,
        )  # fmt: skip


def _dictionary(changes: Iterable[Change]) -> tuple[Entry, ...]:
    times = Counter(
        (" ".join(change.found.lower().split()), " ".join(change.original.lower().split()))
        for change in changes
        if change.how is How.SWAPPED
    )
    return tuple(Entry(*pair, n) for pair, n in sorted(times.items(), key=lambda item: (-item[1], item[0])))
