"""A page against an archive: candidates by their words, then the truth by alignment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from unspin.reading import Reading
from unspin.text import split
from unspin.trace.archive import Archive, Stored, Term
from unspin.trace.evidence import comparison
from unspin.trace.links import link
from unspin.trace.probability import CLAIMED_FROM, probability
from unspin.trace.query import queries
from unspin.trace.results import Comparison, Match, Remark, Trace
from unspin.trace.sides import Side, side

__all__ = ["search"]

_OF_EACH: Final = 4
"""Documents that are looked at for each query."""
_MOST: Final = 40
"""Documents that are aligned for a page at most."""
_FAR_BEHIND: Final = 0.5
"""Share of the best score of its query below which a document is not looked at."""
_LONGEST: Final = 400_000
"""Characters of a page that are searched for."""
_OWN_WORDS: Final = 40
"""Words of the page that a further source must explain by itself."""
_SAME: Final = 0.5
"""Share of the runs of five words that near-copies have in common, of the shorter one's."""


class _Candidate(NamedTuple):
    stored: Stored
    side: Side
    comparison: Comparison
    probability: float


def search(page: str, archive: Archive, reading: Reading | None = None, claimed_from: float = CLAIMED_FROM) -> Trace:
    """The sources of a page in an archive, or that there is none.

    Args:
        page: the page.
        archive: where to look.
        reading: what the reader says of the page: the words that it restores are asked for too; None to search for the page
            as it stands.
        claimed_from: probability from which a document is called a source, 0 to 1.

    Raises:
        TypeError: ``page`` is not a string.
        DamagedData: the archive cannot be read.
    """
    if not isinstance(page, str):
        raise TypeError(f"a page must be a str, not {type(page).__name__}")
    ours = side(page)
    words = ours.words if len(page) <= _LONGEST else split(page[:_LONGEST])
    notes = [] if len(page) <= _LONGEST else [Remark.PAGE_CUT]
    if not len(archive):
        notes.append(Remark.EMPTY_ARCHIVE)
    if ours.size < 30:
        notes.append(Remark.TOO_SHORT)
    candidates = sorted(
        _candidates(ours, archive, queries(words, reading, archive.frequency, len(archive))),
        key=lambda found: (-found.probability, -found.comparison.nats, found.stored.id),
    )
    return Trace(
        page=page,
        sources=tuple(_sources(ours, [found for found in candidates if found.probability >= claimed_from])),
        best=candidates[0].probability if candidates else 0.0,
        likeliest=candidates[0].stored.id if candidates else None,
        claimed_from=claimed_from,
        reading=reading,
        notes=tuple(notes),
    )


def _candidates(page: Side, archive: Archive, asked: Iterable[Sequence[Term]]) -> list[_Candidate]:
    """The documents that come nearest to each query, aligned with the page."""
    found: dict[int, _Candidate] = {}
    for terms in asked:
        hits = archive.search(terms, _OF_EACH)
        for hit in hits:
            if hit.score < _FAR_BEHIND * hits[0].score or len(found) >= _MOST:
                break
            stored = archive.stored(hit)
            if stored.place not in found:
                theirs = side(archive.text(stored))
                compared = comparison(link(page, theirs))
                found[stored.place] = _Candidate(stored, theirs, compared, probability(compared))
    return list(found.values())


def _sources(page: Side, claimed: Sequence[_Candidate]) -> Iterator[Match]:
    """Documents that each explain something of the page that those before do not, near-copies put together."""
    explained = np.zeros(page.size, np.bool_)
    start = page.words.start[page.counts]
    left = list(claimed)
    while left:
        own = [_explains(found, start) & ~explained for found in left]
        k = max(range(len(left)), key=lambda k: (int(own[k].sum()), left[k].probability, -k))
        if explained.any() and own[k].sum() < _OWN_WORDS:
            return
        first = left.pop(k)
        copies = [found for found in left if _near_copies(first.side, found.side)]
        left = [found for found in left if found not in copies]
        group = sorted([first, *copies], key=_earliest)  # those without a date last, in order of their probability
        named = group[0] if group[0].stored.date is not None else first
        explained |= _explains(first, start)
        yield Match(
            id=named.stored.id,
            probability=max(found.probability for found in group),
            date=named.stored.date,
            url=named.stored.url,
            near_copies=tuple(found.stored.id for found in group if found is not named),
            comparison=named.comparison,
        )


def _earliest(found: _Candidate) -> tuple[bool, str]:
    return found.stored.date is None, found.stored.date or ""


def _explains(found: _Candidate, start: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Which words of the page lie in its passages."""
    inside = np.zeros(len(start), np.bool_)
    for passage in found.comparison.passages:
        if passage.counted:
            inside[np.searchsorted(start, passage.start) : np.searchsorted(start, passage.end)] = True
    return inside


def _near_copies(one: Side, other: Side) -> bool:
    ours, theirs = _runs(one), _runs(other)
    return bool(ours and theirs) and len(ours & theirs) >= _SAME * min(len(ours), len(theirs))


def _runs(text: Side) -> set[tuple[str, ...]]:
    words = text.spoken
    return {words[i : i + 5] for i in range(len(words) - 4)}
