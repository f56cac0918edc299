"""A page against an archive: candidates by their words, what runs with the page, then the truth by alignment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from unspin.comparison import Comparison, Remark
from unspin.reading import Reading
from unspin.settings import CLAIMED_FROM, NAMED_FROM
from unspin.text import foreign, split
from unspin.text.view import as_read
from unspin.trace.archive import Archive, Hit, Stored, Where
from unspin.trace.archive.numbers import WORD
from unspin.trace.evidence import FEWEST_WORDS, Doubts, comparison, doubts
from unspin.trace.glance import Glance
from unspin.trace.links import link
from unspin.trace.probability import probability
from unspin.trace.query import PART, PART_POSTINGS, POSTINGS, WHOLE, Asked, parts, query, rarities, written
from unspin.trace.results import Match, Trace
from unspin.trace.sides import Side, side
from unspin.trace.sketch import PROMISING, Run, near_copies, sketch

__all__ = ["Hunt", "glanced", "search"]

_OF_WHOLE: Final = 24
"""Documents that are looked at for the query about the whole page."""
_OF_PART: Final = 150
"""Documents that are looked at for a query about a part, at most."""
_OF_PARTS: Final = 900
"""Documents that are looked at for all parts together."""
_MOST: Final = 24
"""Documents that are aligned with a page at most."""
_IN_VAIN: Final = 3
"""Documents that are aligned in a row without one of them being a source."""
_STRONG: Final = 20.0
"""Promise from which a document that was found by the whole page is aligned before the parts are asked for: a part that it
explains need not be."""
_STANDS_OUT: Final = 4.0
"""Times the promise of any other document that one promises which is aligned before them however little it is."""
_FORGOTTEN: Final = PROMISING / 2
"""Promise below which a document is not looked at again where less of the page is left to explain."""
_SLIGHT: Final = 1.5
"""Promise below which a document that was found by a part is not remembered at all."""
_COPY: Final = 0.4
"""Share of the evidence of a source that a near-copy of it has at least."""
_MANY: Final = 4
"""Near-copies from which a query may have cut off others, the earliest among them."""
_LONGEST: Final = 400_000
"""Characters of a page that are searched for."""
_BEGINNING: Final = 2_000
"""Characters in which nearly every page has as many words, and shows its language; they are looked at first."""
_LAST_LATIN: Final = "\u024f"
_OWN_WORDS: Final = 40
"""Words of the page that a further source must explain by itself."""
_SPUN: Final = 0.05
"""Share of the words of a page that stand for others, from which it does not say the same as a document but was made of it."""
_QUOTED: Final = 20
"""Words that a page must have in common with a document for it to be named, though they count as taken nowhere."""


@dataclass(eq=False)
class _Candidate:
    """A document that may be a source.

    Attributes:
        archive: where it is.
        hit: by which it was found.
        where: where its words lie.
        numbers: its words.
        run: where it runs with the page best.
        free: where it runs best with what is not explained yet.
        promise: what aligning it with that may show, in nats.
        found: what it has of the page; None where it was not aligned.
        doubts: what speaks against that.
        probability: that it is a source.
    """

    archive: Archive
    hit: Hit
    where: Where
    numbers: NDArray[np.uint16]
    run: Run
    free: Run
    promise: float
    found: Comparison | None = None
    doubts: Doubts = Doubts(0, 0)
    probability: float = 0.0

    @cached_property
    def stored(self) -> Stored:
        """What is stored of it: read for the few that are named."""
        return self.archive.stored(self.hit)


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
    hunt = Hunt(page, archive, reading, claimed_from)
    hunt.go()
    sources = tuple(hunt.sources())
    likeliest = hunt.likeliest()
    quoting = hunt.quoting() if likeliest is not None and likeliest.probability < NAMED_FROM else None
    first = quoting or likeliest
    notes = _notes(page, archive, hunt.page.size)
    return Trace(
        page=page,
        sources=sources,
        best=first.probability if first else 0.0,
        likeliest=first.stored.id if first else None,
        claimed_from=claimed_from,
        nearest=_nearest(first) if first and not sources else None,
        reading=reading,
        notes=(*notes, Remark.QUOTED_ONLY) if quoting else tuple(notes),
    )


def glanced(page: str, archive: Archive, look: Glance, claimed_from: float = CLAIMED_FROM) -> Trace | None:
    """The same for a page that an archive has nothing of, at a fraction of the cost; None where it must be searched for.

    Args:
        page: the page.
        archive: where to look.
        look: what is known of the words of the archive.
        claimed_from: as for :func:`search`.

    Raises:
        DamagedData: the archive cannot be read.
    """
    if look.sees(page[:_LONGEST]):
        return None
    size = side(page[:_BEGINNING]).size
    if size < FEWEST_WORDS:
        size = side(page[:_LONGEST]).size
    return Trace(
        page=page,
        sources=(),
        best=0.0,
        likeliest=None,
        claimed_from=claimed_from,
        notes=tuple(_notes(page, archive, size)),
    )


def _notes(page: str, archive: Archive, words: int) -> Iterator[str]:
    if len(page) > _LONGEST:
        yield Remark.PAGE_CUT
    if not len(archive):
        yield Remark.EMPTY_ARCHIVE
    if words < FEWEST_WORDS:
        yield Remark.TOO_SHORT
    if _is_foreign(as_read(page[: _BEGINNING // 2])):
        yield Remark.OTHER_LANGUAGE


def _is_foreign(beginning: str) -> bool:
    """Whether a page is in another language or another script, by its beginning."""
    if not beginning.isascii():
        letters = [c for c in beginning if c.isalpha()]
        if 2 * sum(c > _LAST_LATIN for c in letters) > len(letters):
            return True
    return foreign(split(beginning)) is not None


class Hunt:
    """A search for the sources of a page: :meth:`go`, then ask what was found."""

    def __init__(self, page: str, archive: Archive, reading: Reading | None, claimed_from: float) -> None:
        self._archive = archive
        self._claimed_from = claimed_from
        self.page = side(page)
        start = side(page[:_LONGEST]) if len(page) > _LONGEST else self.page
        self._asked, self._token = written(start, reading)
        self._rarity = rarities(self._asked, archive.frequency, len(archive))
        self._sketch = sketch(self._asked, self._rarity, len(self._token))
        self._all = np.ones(len(self._token), np.bool_)
        self._free = self._all.copy()  # words of the page that no source explains yet
        self._found: dict[int, _Candidate] = {}

    def go(self) -> None:
        """Ask, and align what is worth it: for the whole page first, then for the parts that nothing explains yet."""
        if int(self.page.said.sum()) < min(FEWEST_WORDS, self.page.size):  # a few words, over and over
            return
        self._take(self._hits(self._asked, WHOLE, POSTINGS, _OF_WHOLE))
        self._align(PROMISING if self._one_stands_out() else _STRONG)
        if int(self._free.sum()) < _OWN_WORDS:
            return
        hits: list[Hit] = []
        open = [(b, e) for b, e in parts(len(self._token)) if 2 * int(self._free[b:e].sum()) > e - b]
        for begin, end in open:
            most = min(_OF_PART, _OF_PARTS // len(open))
            here = [asked for asked in self._asked if begin <= asked.place < end]
            hits += self._hits(here, PART, PART_POSTINGS, most)
        self._take(hits, _SLIGHT)
        self._align(PROMISING)

    def _hits(self, asked: Sequence[Asked], terms: int, postings: int, most: int) -> list[Hit]:
        """The documents that have most of these words, the best first."""
        return self._archive.search(query(asked, self._rarity, len(self._archive), terms, postings), most)

    def _take(self, hits: Sequence[Hit], least: float = 0.0) -> list[_Candidate]:
        """Hold documents against the page by their numbers, in their order.

        Those that promise less than ``least`` by all of the page are forgotten at once.
        """
        known = self._found
        every = list(zip(hits, self._archive.where(hits), strict=True))
        new = list({where.place: (hit, where) for hit, where in every if where.place not in known}.values())
        texts = [self._archive.numbers(where) for _, where in new]
        words = np.array([where.words for _, where in new], np.int64)
        runs = self._sketch.runs(texts, self._all)
        kept = np.flatnonzero(self._sketch.promises(runs, words) >= least)
        runs, words = runs.some(kept), words[kept]
        new, texts = [new[k] for k in kept], [texts[k] for k in kept]
        free = runs if self._free.all() else self._sketch.runs(texts, self._free)
        promises = self._sketch.promises(free, words).tolist()
        for k, ((hit, where), numbers, promise) in enumerate(zip(new, texts, promises, strict=True)):
            known[where.place] = _Candidate(self._archive, hit, where, numbers, runs.one(k), free.one(k), promise)
        return [known[where.place] for _, where in every if where.place in known]

    def _align(self, least: float) -> None:
        """Align those that promise something of what is not explained yet, the best first."""
        left = [c for c in self._found.values() if c.found is None]
        vain = 0
        while left and vain < _IN_VAIN and sum(c.found is not None for c in self._found.values()) < _MOST:
            promise = max(c.promise for c in left)
            if promise < least:
                return
            candidate = min((c for c in left if c.promise == promise), key=_Ties)
            left = [c for c in left if c is not candidate]
            linked = link(self.page, side(self._archive.text(candidate.where)))
            candidate.found = comparison(linked)
            candidate.doubts = doubts(linked, candidate.found)
            candidate.probability = probability(candidate.found, candidate.doubts)
            if candidate.probability < self._claimed_from:
                vain += 1
                continue
            vain = 0
            if _is_page(candidate):  # which says nothing of where it comes from
                continue
            explained = self._free & _explains(self.page, candidate.found)[self._token]
            self._free &= ~explained
            for c in left:
                self._look_again(c, explained)

    def _look_again(self, candidate: _Candidate, explained: NDArray[np.bool_]) -> None:
        """Where a document runs best now that words of the page are explained: elsewhere, if it ran there."""
        if candidate.promise >= _FORGOTTEN and explained[candidate.free.begin : candidate.free.end].any():
            candidate.free = self._sketch.run(candidate.numbers, self._free)
            candidate.promise = self._sketch.promise(candidate.free, candidate.where.words)

    def _one_stands_out(self) -> bool:
        first, second, *_ = *sorted((c.promise for c in self._found.values()), reverse=True), 0.0, 0.0
        return first >= _STANDS_OUT * second

    def likeliest(self) -> _Candidate | None:
        """The likeliest of the candidates, if there is one."""
        return min(
            self._found.values(),
            key=lambda c: (-c.probability, -(c.found.nats if c.found else 0), -c.run.nats, _Ties(c)),
            default=None,
        )

    def quoting(self) -> _Candidate | None:
        """The document that has most of the page, if all of that is quoted by both, or said everywhere."""
        quoted = [
            (sum(passage.words for passage in c.found.passages), c)
            for c in self._found.values()
            if c.found is not None and Remark.QUOTED_ONLY in c.found.notes
        ]
        most = max((words for words, _ in quoted), default=0)
        return min((c for words, c in quoted if words == most), key=_Ties) if most >= _QUOTED else None

    def aligned(self) -> list[tuple[str, Comparison, Doubts]]:
        """What was aligned with the page: its identifier, what it has of the page, and what speaks against that."""
        return [(c.stored.id, c.found, c.doubts) for c in self._found.values() if c.found is not None]

    def sources(self) -> Iterator[Match]:
        """Documents that each explain something of the page that those before do not, near-copies put together.

        One with the very words of the page comes first, and others as if it were not there.
        """
        explained = np.zeros(len(self.page.words), np.bool_)
        left = [c for c in self._found.values() if c.found is not None and c.probability >= self._claimed_from]
        while left:
            own = [_explains(self.page, _of(c)) & ~explained & self.page.counts for c in left]
            k = min(
                range(len(left)),
                key=lambda k: (not _is_page(left[k]), -int(own[k].sum()), -left[k].probability, _Ties(left[k])),
            )
            if explained.any() and own[k].sum() < _OWN_WORDS:
                return
            first = left.pop(k)
            copies = self._copies(first)
            left = [c for c in left if c not in copies]
            equal = [first, *(c for c in copies if np.array_equal(c.numbers, first.numbers))]
            chosen = min(equal, key=_Ties)
            others = sorted((c for c in (first, *copies) if c is not chosen), key=lambda c: (-c.run.nats, _Ties(c)))
            group = sorted([chosen, *others], key=_earliest)  # those without a date last, in order of their evidence
            named = group[0] if group[0].stored.date is not None and not _is_page(first) else chosen
            if not _is_page(first):
                explained |= _explains(self.page, _of(first))
            if named.found is None:
                named.found = comparison(link(self.page, side(self._archive.text(named.where))))
            yield _match(named, max(c.probability for c in group), tuple(c.stored.id for c in group if c is not named))

    def _copies(self, source: _Candidate) -> list[_Candidate]:
        """What says the same as a source."""
        near = [c for c in self._found.values() if self._is_copy(c, source)]
        if len(near) >= _MANY:
            near += self._further_copies(source, {c.where.place for c in (source, *near)})
        return near

    def _is_copy(self, candidate: _Candidate, source: _Candidate) -> bool:
        return (
            candidate is not source
            and not (_is_page(source) and _is_swapped(candidate))
            and candidate.run.nats >= _COPY * source.run.nats
            and near_copies(source.numbers, candidate.numbers)
        )

    def _further_copies(self, source: _Candidate, known: Set[int]) -> list[_Candidate]:
        """The near-copies that no query about the page has named: the source's own words are asked for until others come."""
        words = [Asked(0, word, 1.0) for word in WORD.findall(as_read(self._archive.text(source.where)).lower())]
        documents = len(self._archive)
        terms = query(words, rarities(words, self._archive.frequency, documents), documents, WHOLE)
        most = _OF_WHOLE
        while True:
            most *= 4
            hits = self._take(self._archive.search(terms, most))
            copies = [c for c in hits if c.where.place not in known and self._is_copy(c, source)]
            if len(hits) < most or (hits[-1] not in copies and hits[-1].where.place not in known):
                return copies


def _nearest(candidate: _Candidate) -> Match | None:
    """A document that is no source, as it is shown; None where it has no passage of the page."""
    if candidate.found is None or not candidate.found.passages:
        return None
    return _match(candidate, candidate.probability, ())


def _match(named: _Candidate, probability: float, near_copies: tuple[str, ...]) -> Match:
    """A document as it is named in the result."""
    return Match(
        id=named.stored.id,
        probability=probability,
        date=named.stored.date,
        url=named.stored.url,
        near_copies=near_copies,
        comparison=_of(named),
    )


def _of(candidate: _Candidate) -> Comparison:
    assert candidate.found is not None
    return candidate.found


def _is_page(candidate: _Candidate) -> bool:
    """Whether a document has the very words of the page."""
    return Remark.IDENTICAL in _of(candidate).notes


def _is_swapped(candidate: _Candidate) -> bool:
    """Whether words of the page stand for others of a document, as far as it was aligned."""
    return candidate.found is not None and candidate.found.swapped > _SPUN * candidate.found.words


def _earliest(found: _Candidate) -> tuple[bool, str]:
    return found.stored.date is None, found.stored.date or ""


class _Ties:
    """Which of two candidates comes first if all else is equal: by date, those without one last, then by identifier.

    So the result does not depend on the order in which an archive was made. What is stored of them is read where there is a
    tie, and nowhere else.
    """

    def __init__(self, candidate: _Candidate) -> None:
        self._candidate = candidate

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Ties) and self._candidate is other._candidate

    def __hash__(self) -> int:
        return hash(id(self._candidate))

    def __lt__(self, other: _Ties) -> bool:
        return self._key() < other._key()

    def _key(self) -> tuple[bool, str, str]:
        return *_earliest(self._candidate), self._candidate.stored.id


def _explains(page: Side, found: Comparison) -> NDArray[np.bool_]:
    """Which tokens of the page lie in passages that count."""
    inside = np.zeros(len(page.words), np.bool_)
    for passage in found.passages:
        if passage.counted:
            inside[page.tokens(passage.start, passage.end)] = True
    return inside
