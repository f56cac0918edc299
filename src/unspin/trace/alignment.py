"""Page and source word by word, through swapped words, phrases, gaps, moved paragraphs and what was put in between.

Words of the page are first taken for the words of the source that they may stand for (:mod:`~unspin.trace.sides`), so that a
swapped word is a match. Blocks that run together are found from rare words (:mod:`~unspin.trace.blocks`); within each, and
outwards from its ends as long as it pays, Levenshtein's operations align word by word, and :mod:`~unspin.trace.gaps` decides
what they leave open. What the pair itself teaches of the spinner's dictionary is used for a second time through.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from unspin.errors import MissingExtra
from unspin.trace.blocks import Block, blocks
from unspin.trace.gaps import Link, fill
from unspin.trace.sides import Channel, Side, translated

__all__ = ["Stretch", "align", "stretches"]

_OUTWARDS: Final = 400
"""Words by which a block may grow at each end at most."""
_DROP: Final = 10.0
"""Nats by which the evidence may fall before a stretch ends."""
_LEAST: Final = 20.0
"""Nats of a stretch at least."""
_LEAST_WORDS: Final = 8
_BRIDGE: Final = 32
"""Words between two stretches, on either side, that make one of them."""
_EDGE: Final = 10
"""Words at the beginning or the end of both texts that belong to the stretch beside them."""
_FIRM: Final = 40
"""Links that a stretch must have for that."""
_AGREES, _KNOWN, _OTHER, _GAP = 0.6, 1.0, -0.9, -1.0
_LONG_GAP: Final = 6.0
"""Nats that a gap costs at most: an advertisement may be long."""


@dataclass(frozen=True, eq=False)
class Stretch:
    """Links in a row, in the order of both texts, with the evidence that they are no chance."""

    links: tuple[Link, ...]
    nats: float


def align(page: Side, source: Side) -> list[Stretch]:
    """The stretches that the page has of the source, in the order of the page; they overlap neither there nor in the source.

    Raises:
        MissingExtra: ``unspin[trace]`` is not installed.
    """
    if not len(page) or not len(source):
        return []
    channel = Channel(page, source)
    found = _once(page, source, channel, {})
    learned = _learned(page, source, found)
    if learned:
        found = _once(page, source, channel, learned)
    return _to_the_edges(found, len(page), len(source))


def _to_the_edges(found: list[Stretch], words: int, source_words: int) -> list[Stretch]:
    """With the few words before the first stretch and after the last, where both texts have about as many of them."""
    if not found:
        return found
    first = found[0].links[0]
    if len(found[0].links) >= _FIRM and _alike(first.begin, first.source_begin):
        head = Link(0, first.begin, 0, first.source_begin, False, False)
        found[0] = Stretch((head, *found[0].links), found[0].nats)
    last = found[-1].links[-1]
    if len(found[-1].links) >= _FIRM and _alike(words - last.end, source_words - last.source_end):
        tail = Link(last.end, words, last.source_end, source_words, False, False)
        found[-1] = Stretch((*found[-1].links, tail), found[-1].nats)
    return found


def _alike(ours: int, theirs: int) -> bool:
    return min(ours, theirs) > 0 and max(ours, theirs) <= _EDGE and max(ours, theirs) <= 3 * min(ours, theirs)


def _learned(page: Side, source: Side, found: Sequence[Stretch]) -> dict[str, str]:
    """Words of the page that stand for one word of the source twice or more, and hardly ever for another or themselves."""
    pairs = Counter(
        (page.lower[link.begin], source.lower[link.source_begin])
        for stretch in found
        for link in stretch.links
        if link.end - link.begin == 1 == link.source_end - link.source_begin
    )
    total: Counter[str] = Counter()
    for (word, _), times in pairs.items():
        total[word] += times
    return {
        word: original
        for (word, original), times in pairs.items()
        if word != original and times >= 2 and times >= 0.8 * total[word]
    }


def _once(page: Side, source: Side, channel: Channel, learned: dict[str, str]) -> list[Stretch]:
    ours, theirs = translated(page, source, channel, learned)
    found = blocks(ours, theirs, page.nats)
    if not found:
        if len(page) * len(source) > _OUTWARDS**2:
            return []
        found = [Block(0, len(page), 0, len(source))]
    made: list[Stretch] = []
    for chain in _chained(found):
        links = _of_chain(chain, found, page, source, ours, theirs, channel.known)
        made += stretches(links, page.nats)
    return _apart(made)


def _chained(found: Sequence[Block]) -> list[list[int]]:
    """Blocks that follow one another in both texts, as rows of indices in the order of the page."""
    rank = {k: place for place, k in enumerate(sorted(range(len(found)), key=lambda k: found[k].source_begin))}
    chains: list[list[int]] = []
    for k in range(len(found)):
        if chains and rank[chains[-1][-1]] + 1 == rank[k]:
            chains[-1].append(k)
        else:
            chains.append([k])
    return chains


def _of_chain(
    chain: Sequence[int],
    found: Sequence[Block],
    page: Side,
    source: Side,
    ours: NDArray[np.int64],
    theirs: NDArray[np.int64],
    known: Callable[[int, int], bool],
) -> list[Link]:
    """The links of blocks that follow one another, of what lies between them and around them."""
    head, tail = found[chain[0]], found[chain[-1]]
    before = found[chain[0] - 1].end if chain[0] else 0
    after = found[chain[-1] + 1].begin if chain[-1] + 1 < len(found) else len(page)
    source_before = max((b.source_end for b in found if b.source_end <= head.source_begin), default=0)
    source_after = min((b.source_begin for b in found if b.source_begin >= tail.source_end), default=len(source))
    edges = [
        _outwards(before, head.begin, source_before, head.source_begin, first=True),
        *(
            span
            for k, following in zip(chain, [*chain[1:], None], strict=True)
            for span in (
                (found[k].begin, found[k].end, found[k].source_begin, found[k].source_end),
                *(
                    [(found[k].end, found[following].begin, found[k].source_end, found[following].source_begin)]
                    if following is not None
                    else []
                ),
            )
        ),
        _outwards(tail.end, after, tail.source_end, source_after, first=False),
    ]
    links: list[Link] = []
    for a, b, c, d in edges:
        links += _within(a, b, c, d, page, source, ours, theirs, known)
    return links


def _outwards(a: int, b: int, c: int, d: int, *, first: bool) -> tuple[int, int, int, int]:
    """As much of the room at an end of a block as it may grow into: about as much on either side."""
    room = min(_OUTWARDS, 2 * min(b - a, d - c) + 20)
    if first:
        return max(a, b - room), b, max(c, d - room), d
    return a, min(b, a + room), c, min(d, c + room)


def _within(
    a: int,
    b: int,
    c: int,
    d: int,
    page: Side,
    source: Side,
    ours: NDArray[np.int64],
    theirs: NDArray[np.int64],
    known: Callable[[int, int], bool],
) -> list[Link]:
    """Links for words ``a`` to ``b`` of the page and ``c`` to ``d`` of the source."""
    try:
        from rapidfuzz.distance import Levenshtein
    except ImportError:
        raise MissingExtra("trace", "comparing texts") from None
    links: list[Link] = []
    open_a, open_c = a, c
    if a < b and c < d:
        for step in Levenshtein.opcodes(ours[a:b].tolist(), theirs[c:d].tolist()):
            if step.tag != "equal":
                continue
            begin, source_begin = a + step.src_start, c + step.dest_start
            links += fill(open_a, begin, open_c, source_begin, known)
            for k in range(step.src_end - step.src_start):
                i, j = begin + k, source_begin + k
                links.append(Link(i, i + 1, j, j + 1, page.lower[i] == source.lower[j], True))
            open_a, open_c = a + step.src_end, c + step.dest_end
    return links + fill(open_a, b, open_c, d, known)


def _worth(link: Link, nats: NDArray[np.float32]) -> float:
    """The evidence of a link, negative where it speaks against."""
    if link.exact:
        return _AGREES * float(nats[link.begin])
    if link.known:
        return _KNOWN
    size, other = link.end - link.begin, link.source_end - link.source_begin
    if min(size, other) == 0:
        return -min(_LONG_GAP, -_GAP * max(size, other))
    return max(-_DROP, _OTHER * max(size, other)) if max(size, other) > 1 else _OTHER


def stretches(links: Sequence[Link], nats: NDArray[np.float32]) -> list[Stretch]:
    """The parts of a row of links in which the evidence keeps growing, each from and to a link that speaks for it."""
    parts: list[tuple[int, int, float]] = []
    worth = [_worth(link, nats) for link in links]
    at = 0
    while at < len(links):
        if worth[at] <= 0:
            at += 1
            continue
        total = best = 0.0
        end = k = at
        while k < len(links) and total >= 0 and total > best - _DROP:
            total += worth[k]
            k += 1
            if total > best:
                best, end = total, k
        agree = sum(1 for link in links[at:end] if link.known)
        if best >= _LEAST and agree >= _LEAST_WORDS:
            if parts and _bridged(links[parts[-1][1] : at]):
                parts[-1] = parts[-1][0], end, parts[-1][2] + best
            else:
                parts.append((at, end, best))
        at = end
    return [Stretch(tuple(links[first:last]), total) for first, last, total in parts]


def _bridged(between: Sequence[Link]) -> bool:
    """Whether so little lies between two stretches, on both sides, that it is the same text, rewritten."""
    ours = sum(link.end - link.begin for link in between)
    theirs = sum(link.source_end - link.source_begin for link in between)
    return max(ours, theirs) <= (_BRIDGE if min(ours, theirs) else _BRIDGE // 4)


def _apart(found: Sequence[Stretch]) -> list[Stretch]:
    """In the order of the page. Two blocks may have grown into the same room: the weaker one loses it."""
    taken_page: set[int] = set()
    taken_source: set[int] = set()
    kept: list[Stretch] = []
    for stretch in sorted(found, key=lambda stretch: -stretch.nats):
        links = [
            link
            for link in stretch.links
            if not any(i in taken_page for i in range(link.begin, link.end))
            and not any(j in taken_source for j in range(link.source_begin, link.source_end))
        ]
        while links and not links[0].known:
            links.pop(0)
        while links and not links[-1].known:
            links.pop()
        if len(links) < _LEAST_WORDS:
            continue
        kept.append(Stretch(tuple(links), stretch.nats * len(links) / len(stretch.links)))
        for link in links:
            taken_page.update(range(link.begin, link.end))
            taken_source.update(range(link.source_begin, link.source_end))
    return sorted(kept, key=lambda stretch: stretch.links[0].begin)
