"""From linked texts to what they prove: passages, changes, facts, quotations, the spinner's dictionary, and shares."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from unspin import lexicon as lexicons
from unspin.arrays import ragged
from unspin.comparison import Change, ChangedFact, Comparison, Entry, How, Passage, QuotationPair, Remark
from unspin.text import QuotationSpan, Words
from unspin.text.view import as_read
from unspin.trace.facts import NO_NAMES, fact_of
from unspin.trace.links import Linked, LinkKind
from unspin.trace.sides import Side

__all__ = ["FEWEST_WORDS", "LEAST_WORDS", "Doubts", "comparison", "doubts"]

FEWEST_WORDS: Final = 30
"""Words of a page below which nothing is claimed, as for the reader."""
LEAST_WORDS: Final = 8
"""Words of a passage below which it may be a phrase that anybody uses."""
_TAKEN: Final = 40
"""Words that both have outside quotations from which on a passage counts, however much it quotes."""
_LONGEST_ENTRY: Final = 4
"""Words of a side of a dictionary's entry at most."""
_BEFORE: Final = 16
"""Characters before a change that are looked at: two, and what is invisible between them."""
_SPEECH: Final = 3
"""Words of a quotation; fewer are rarely speech."""


class Doubts(NamedTuple):
    """What speaks against a source, in the passages that count.

    Attributes:
        names: names and figures of both texts.
        unmatched: those that the other text has nowhere. A page has few, two texts after one pattern have many.
        swapped: of these, those that stand for what a table of a spinner has: it swaps the words of titles too.
        unknown: words of the page that stand for one of the source that the lexicon does not have for them.
    """

    names: int
    unmatched: int
    swapped: int = 0
    unknown: int = 0


def comparison(linked: Linked) -> Comparison:
    """Everything that is said of a pair."""
    page, source = linked.page, linked.source
    count, source_count = _counted(linked)
    passages = tuple(_passages(linked, count))
    changes = tuple(_changes(linked))
    inside, source_inside = _inside(linked, passages)
    return Comparison(
        page=page.text,
        source=source.text,
        explained=_share(inside, count),
        used=_share(source_inside, source_count),
        words=page.size,
        source_words=source.size,
        exact=sum(passage.exact for passage in passages),
        swapped=sum(passage.swapped for passage in passages),
        rewritten=sum(passage.rewritten for passage in passages),
        nats=round(sum(passage.nats for passage in passages if passage.counted), 1),
        passages=passages,
        changes=changes,
        facts=tuple(_facts(source.text, changes)),
        quotations=tuple(_quotations(linked)),
        dictionary=_dictionary(changes),
        notes=tuple(_notes(linked, passages)),
    )


def _covered(begin: NDArray[np.int64], end: NDArray[np.int64], tokens: int) -> NDArray[np.bool_]:
    """Which tokens lie in one of the spans."""
    steps = np.bincount(begin, minlength=tokens + 1) - np.bincount(end, minlength=tokens + 1)
    return np.greater(np.cumsum(steps)[:tokens], 0)


def _share(inside: NDArray[np.bool_], count: NDArray[np.bool_]) -> float:
    total = int(count.sum())
    return round(int((inside & count).sum()) / total, 4) if total else 0.0


def doubts(linked: Linked, found: Comparison) -> Doubts:
    """What speaks against a source.

    Args:
        linked: the pair.
        found: what is said of it.
    """
    page, source = linked.page, linked.source
    inside, source_inside = _inside(linked, found.passages)
    ours, our_own = _names(page, source, inside)
    theirs, their_own = _names(source, page, source_inside)
    swapped, source_swapped = _by_a_table(linked, our_own, their_own)
    return Doubts(
        names=int(ours.sum() + theirs.sum()),
        unmatched=int(our_own.sum() + their_own.sum()),
        swapped=int((our_own & swapped).sum() + (their_own & source_swapped).sum()),
        unknown=_unknown(linked, inside),
    )


def _unknown(linked: Linked, inside: NDArray[np.bool_]) -> int:
    """How many words of the page, among some tokens, stand for one of the source that the lexicon does not have for them."""
    page, source = linked.page, linked.source
    a, b, c, d = linked.links[linked.kind == LinkKind.SWAPPED].T
    alone = (b - a == 1) & (d - c == 1)
    alone[alone] = inside[a[alone]]
    spun, original = page.numbers[a[alone]], source.form[source.numbers[c[alone]]]
    begin, end = (np.searchsorted(page.swaps.spun, spun, side) for side in ("left", "right"))
    places = zip(begin.tolist(), end.tolist(), original.tolist(), strict=True)
    return sum(k not in page.swaps.original[i:j] for i, j, k in places)


def _names(side: Side, other: Side, inside: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which tokens are names or figures in passages that count, and which of these the other text has nowhere."""
    named, own = np.zeros((2, len(side.words)), np.bool_)
    for i in np.flatnonzero(inside & side.special).tolist():
        word = side.words.lower[i]
        named[i] = word not in NO_NAMES
        own[i] = named[i] and word not in other.vocabulary
    return named, own


def _by_a_table(
    linked: Linked, own: NDArray[np.bool_], source_own: NDArray[np.bool_]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which of these tokens of page and source a spinner's tables explain: in a title it swaps words with capitals too."""
    page, source = linked.page.words, linked.source.words
    swapped, source_swapped = np.zeros(len(page), np.bool_), np.zeros(len(source), np.bool_)
    lexicon = lexicons.load()
    for a, b, c, d in linked.links[linked.kind == LinkKind.SWAPPED].tolist():
        if not (own[a:b].any() or source_own[c:d].any()):
            continue
        word_for_word = b - a == d - c == 1
        if not word_for_word or lexicon.may_stand_for(page.lower[a], source.lower[c]):
            swapped[a:b] = source_swapped[c:d] = True
    return swapped, source_swapped


def _inside(linked: Linked, passages: Sequence[Passage]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which tokens of page and source lie in passages that count."""
    taken = np.array([passage.counted for passage in passages], np.bool_)[ragged.owners(linked.ptr)]
    a, b, c, d = linked.links[taken].T
    return _covered(a, b, len(linked.page.words)), _covered(c, d, len(linked.source.words))


def _notes(linked: Linked, passages: Sequence[Passage]) -> Iterator[str]:
    page, source = linked.page, linked.source
    if not page.size or not source.size:
        yield Remark.NO_WORDS
        return
    if page.spoken == source.spoken:
        yield Remark.IDENTICAL
    if page.size < FEWEST_WORDS:
        yield Remark.TOO_SHORT
    if passages and not any(passage.counted for passage in passages):
        yield Remark.QUOTED_ONLY


def _counted(linked: Linked) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which tokens of both texts count as taken or not taken: words, but not boilerplate nor what both quote alike."""
    page, source = linked.page, linked.source
    ours, theirs = page.counts & ~page.boilerplate, source.counts & ~source.boilerplate
    a, b, c, d = linked.links.T
    both = _all_inside(page.quoted, a, b) & _all_inside(source.quoted, c, d)
    # Links in a row that lie in quotations on both sides, those of one passage only.
    begins = np.append(True, (np.diff(both.astype(np.int8)) != 0))[: len(both)]
    begins[linked.ptr[:-1]] = True
    row = np.cumsum(begins) - 1
    changed = np.bincount(row, linked.kind != LinkKind.EXACT)[row] > 0 if len(row) else np.zeros(0, np.bool_)
    alike = both & ~changed
    ours &= ~_covered(a[alike], b[alike], len(page.words))
    theirs &= ~_covered(c[alike], d[alike], len(source.words))
    return ours, theirs


def _all_inside(inside: NDArray[np.bool_], begin: NDArray[np.int64], end: NDArray[np.int64]) -> NDArray[np.bool_]:
    total = np.append(0, np.cumsum(inside))
    return np.asarray(total[end] - total[begin] == end - begin)


class _Sizes(NamedTuple):
    """Words and figures of each link on either side."""

    page: NDArray[np.int64]
    source: NDArray[np.int64]


def _sizes(linked: Linked) -> _Sizes:
    a, b, c, d = linked.links.T
    ours, theirs = (np.append(0, np.cumsum(side.counts)) for side in (linked.page, linked.source))
    return _Sizes(ours[b] - ours[a], theirs[d] - theirs[c])


def _how(linked: Linked) -> list[How | None]:
    """In which way the words of each link differ; None where they are the same."""
    sizes = _sizes(linked)
    a, b, c, d = linked.links.T
    long = (linked.kind == LinkKind.OTHER) & (np.maximum(sizes.page, sizes.source) > _LONGEST_ENTRY)
    how = np.select([linked.kind == LinkKind.EXACT, a == b, c == d, long], [0, 1, 2, 3], 4)
    names = (None, How.DROPPED, How.INSERTED, How.REWRITTEN, How.SWAPPED)
    return [names[k] for k in how.tolist()]


def _passages(linked: Linked, count: NDArray[np.bool_]) -> Iterator[Passage]:
    page, source = linked.page, linked.source
    how = np.array([_SHOWN[kind] for kind in _how(linked)], np.int64)
    size = _sizes(linked).page
    exact, swapped = (np.append(0, np.cumsum(np.where(how == kind, size, 0))) for kind in (0, 1))
    words, source_words = (np.append(0, np.cumsum(side.counts)) for side in (page, source))
    own = np.append(0, np.cumsum(count))
    same_spans = linked.links[linked.kind == LinkKind.EXACT]
    alike = _covered(same_spans[:, 0], same_spans[:, 1], len(page.words))
    taken = np.append(0, np.cumsum(count & alike))
    for (first, end), worth in zip(pairwise(linked.ptr.tolist()), linked.worth.tolist(), strict=True):
        a, c = linked.links[first, [0, 2]].tolist()
        b, d = linked.links[end - 1, [1, 3]].tolist()
        total = int(words[b] - words[a])
        same, others = int(exact[end] - exact[first]), int(swapped[end] - swapped[first])
        yield Passage(
            start=int(page.start[a]),
            end=int(page.end[b - 1]),
            source_start=int(source.start[c]),
            source_end=int(source.end[d - 1]),
            words=total,
            source_words=int(source_words[d] - source_words[c]),
            exact=same,
            swapped=others,
            rewritten=total - same - others,
            nats=round(worth, 1),
            counted=bool((2 * (own[b] - own[a]) > total >= LEAST_WORDS) or taken[b] - taken[a] >= _TAKEN),
        )


_SHOWN: Final = {None: 0, How.SWAPPED: 1, How.INSERTED: 2, How.DROPPED: 2, How.REWRITTEN: 2}


def _changes(linked: Linked) -> Iterator[Change]:
    """The places that differ, in order of the page."""
    page, source = linked.page, linked.source
    start, end, source_start, source_end = (a.tolist() for a in (page.start, page.end, source.start, source.end))
    for how, (a, b, c, d) in zip(_how(linked), linked.links.tolist(), strict=True):
        if how is None:
            continue
        # Both sides of a place at either end of a passage have tokens: what is empty on one stands after some.
        first, last = (start[a], end[b - 1]) if a < b else (end[a - 1], end[a - 1])
        begin, stop = (source_start[c], source_end[d - 1]) if c < d else (source_end[c - 1], source_end[c - 1])
        yield Change(how, first, last, page.text[first:last], begin, stop, source.text[begin:stop])


def _facts(source: str, changes: Iterable[Change]) -> Iterator[ChangedFact]:
    for change in changes:
        before = source[max(0, change.source_start - _BEFORE) : change.source_start]
        kind = fact_of(as_read(change.found), as_read(change.original), as_read(before)[-2:])
        if kind is not None:
            yield ChangedFact(
                kind, change.start, change.end, change.found, change.source_start, change.source_end, change.original
            )


def _quotations(linked: Linked) -> Iterator[QuotationPair]:
    """Quotations of the page that lie in a passage, each with what the source says there."""
    page, source = linked.page, linked.source
    links = linked.links[linked.links[:, 2] < linked.links[:, 3]].tolist()
    ends = [link[1] for link in links]
    starts = [quotation.start for quotation in source.quotations]
    for quotation in page.quotations:
        here = page.tokens(quotation.start, quotation.end)
        inside = [
            link
            for link in links[bisect_left(ends, here.start + 1) :][: here.stop - here.start + 1]
            if link[0] < here.stop
        ]
        if not inside or int(page.counts[here].sum()) < _SPEECH:
            continue
        at = int(source.start[min(link[2] for link in inside)])
        end = int(source.end[max(link[3] for link in inside) - 1])
        same = _quotation_at(source.quotations, starts, at, end)
        speaker = None
        if same is not None:
            at, end = same.start, same.end
            speaker = None if same.speaker is None else as_read(source.text[slice(*same.speaker)])
        there = source.tokens(at, end)
        yield QuotationPair(
            quotation.start, quotation.end, page.text[quotation.start : quotation.end],
            at, end, source.text[at:end], speaker, same is not None,
            _said(page.words, page.counts, here) != _said(source.words, source.counts, there),
        )  # fmt: skip


def _quotation_at(
    quotations: Sequence[QuotationSpan], starts: Sequence[int], at: int, end: int
) -> QuotationSpan | None:
    """The last quotation that has part of a span."""
    k = bisect_left(starts, end) - 1
    return quotations[k] if k >= 0 and quotations[k].end > at else None


def _said(words: Words, counts: NDArray[np.bool_], part: slice) -> list[str]:
    return [word for word, said in zip(words.lower[part], counts[part].tolist(), strict=True) if said]


def _dictionary(changes: Iterable[Change]) -> tuple[Entry, ...]:
    """What stands for what, as far as both sides have letters: a figure for a figure says nothing of a dictionary."""
    times = Counter(
        tuple(" ".join(as_read(words).lower().split()) for words in (change.found, change.original))
        for change in changes
        if change.how is How.SWAPPED
    )
    return tuple(
        Entry(found, original, n)
        for (found, original), n in sorted(times.items(), key=lambda item: (-item[1], item[0]))
        if any(map(str.isalpha, found)) and any(map(str.isalpha, original))
    )
