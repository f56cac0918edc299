"""A document beside its sources: what a report shows of that, decided here for every format.

The full edition shows it whole. The public edition quotes no more of either text than proves it: parts of :data:`PASSAGES`
passages, the strongest, of at most :data:`PASSAGE_WORDS` words on either side; altered quotations, cut after
:data:`~unspin.report.evidence.QUOTED_WORDS` words; and of a changed figure, date or name :data:`FACT_WORDS` words. What is
shown of the page so counts towards what :mod:`unspin.report.evidence` allows; of a source it is at most :data:`SOURCE_SHARE` of
its words. Like the words of a swap, facts and the lines of the dictionary count towards nothing: they are no running text.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from unspin.comparison import (
    Change,
    ChangedFact,
    Comparison,
    Entry,
    Fact,
    How,
    Passage,
    QuotationPair,
    Remark,
    Wording,
    remark_in_words,
)
from unspin.reading import Quotation, Reading
from unspin.report.allowance import Allowance
from unspin.report.evidence import QUOTED_SHARE, QUOTED_WORDS
from unspin.report.source import Origin, Proof, Source
from unspin.report.wording import percent
from unspin.settings import NAMED_FROM

__all__ = [
    "FACTS", "FACT_WORDS", "LEGEND", "PASSAGES", "PASSAGE_WORDS", "RULE", "SOURCE_SHARE", "Aligned", "Bit", "Differs", "Proofs",
    "Proved", "Row", "Said", "gather",
]  # fmt: skip

PASSAGES: Final = 3
"""Passages of a source of which the public edition shows a part."""
PASSAGE_WORDS: Final = 25
"""Words of either side of such a part."""
FACT_WORDS: Final = 6
"""Words of either side of a figure, a date or a name that differs, in the public edition."""
SOURCE_SHARE: Final = 0.15
"""Share of a source's words that quotations and passages may take up in the public edition."""
_LEAST_WORDS: Final = (15, 8)
"""Words of such a part, and words that are enough where there is no such part; fewer prove nothing."""

RULE: Final = (
    f"Beside a source it shows parts of at most {PASSAGES} passages, of {PASSAGE_WORDS} words on either side, and what is"
    f" quoted otherwise, cut likewise; together at most {SOURCE_SHARE:.0%} of the source's words."
)
"""What the public edition shows of a source, as reports print it."""

FACTS: Final = {Fact.FIGURE: "figure", Fact.DATE: "date", Fact.NAME: "name"}
"""The kinds of facts in words."""
LEGEND: Final = {
    How.SWAPPED: "stands for another",
    How.INSERTED: "put in",
    How.DROPPED: "left out",
    How.REWRITTEN: "rewritten",
}
"""How words differ, in words."""

_CHUNK: Final = re.compile(r"\S++")


class Bit(NamedTuple):
    """Words of one side; ``how`` they differ from the other, None where they are the same."""

    text: str
    how: How | None


class Row(NamedTuple):
    """A paragraph of a passage, or a part of it, on both sides."""

    page: tuple[Bit, ...]
    source: tuple[Bit, ...]


class Aligned(NamedTuple):
    """A passage, or its part that is shown.

    Attributes:
        passage: the whole of it: where it lies, and how many of its words are the same, swapped, rewritten.
        place: where on the page; ``""`` where the document does not say.
        start: offset into the page of what is shown.
        end: offset into the page.
        source_start: offset into the source.
        source_end: offset into the source.
        rows: what is shown.
    """

    passage: Passage
    place: str
    start: int
    end: int
    source_start: int
    source_end: int
    rows: tuple[Row, ...]

    @property
    def says(self) -> str:
        """How many of its words are whose, and where it lies."""
        p = self.passage
        parts = [
            f"{p.words:,} words, {p.exact:,} the same, {p.swapped:,} swapped, {p.rewritten:,} new",
            f"characters {p.start:,}–{p.end:,} of the page, {p.source_start:,}–{p.source_end:,} of the source",
        ]
        if not p.counted:
            parts.insert(1, "counts as taken nowhere: quoted by both, or said everywhere")
        return "; ".join([*parts, "a part is shown"] if self.cut else parts)

    @property
    def cut(self) -> bool:
        """Whether there is more of it."""
        return (self.start, self.end) != (self.passage.start, self.passage.end)


class Said(NamedTuple):
    """A quotation that was altered, as the source has it and as the page has it; ``cut`` where there is more of it."""

    pair: QuotationPair
    speaker: str | None
    place: str
    cut: bool


class Differs(NamedTuple):
    """A figure, a date or a name that differs; ``cut`` where there is more of it."""

    fact: ChangedFact
    place: str
    cut: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """What is shown of a document and one source.

    Attributes:
        name: what the report calls the source.
        probability: that it is a source, where it was searched for; None where it was given.
        date: its date, where it is known.
        url: its address, where it is known.
        near_copies: what says the same.
        says: what the document has of it, in a sentence.
        explained: share of the document's words that lie in passages of the source, 0 to 1.
        used: share of the source's words that lie in passages of the document, 0 to 1.
        words: words of the document.
        source_words: words of the source.
        exact: words of the document in passages that the source has too.
        swapped: those that stand for others.
        rewritten: those whose like in the source cannot be told.
        sha256: of the source's text, by which it can be told again.
        remarks: what else is to be known, in words.
        quotations: those that were altered.
        unaltered: how many were not.
        facts: figures, dates and names that differ.
        passages: in the order of the document.
        dictionary: what stands for what, the most frequent first.
        quotations_left_out: how many altered ones did not fit into the public edition.
        passages_left_out: likewise.
        comparison: what it was made from; None in the public edition.
    """

    name: str
    probability: float | None
    date: str | None
    url: str | None
    near_copies: tuple[str, ...]
    says: str
    explained: float
    used: float
    words: int
    source_words: int
    exact: int
    swapped: int
    rewritten: int
    sha256: str
    remarks: tuple[str, ...]
    quotations: tuple[Said, ...]
    unaltered: int
    facts: tuple[Differs, ...]
    passages: tuple[Aligned, ...]
    dictionary: tuple[Entry, ...]
    quotations_left_out: int = 0
    passages_left_out: int = 0
    comparison: Comparison | None = None

    @property
    def about(self) -> str:
        """Date, address and near-copies in a line; ``""`` where nothing is known."""
        copies = f"near-copies: {', '.join(self.near_copies)}" if self.near_copies else ""
        return "; ".join(part for part in (self.date, self.url, copies) if part)

    @property
    def verdict(self) -> str:
        """How sure it is that it is a source, where it was searched for, and what the document has of it."""
        sure = "" if self.probability is None else f"a source with probability {percent(self.probability)}; "
        says = f"{sure}{self.says}"
        return f"{says[:1].upper()}{says[1:]}."


@dataclass(frozen=True, slots=True)
class Proofs:
    """What is shown of a document and where it comes from.

    Attributes:
        says: a sentence where there is no source; else ``""``.
        sources: the one that explains most first.
        searched: whether they were searched for in an archive.
        remarks: on the search, in words.
        wordings: the changes that give the document the wording of its sources; none in the public edition.
        quoted: where quotations of the document lie that a source has too, as ``(start, end)``, in order.
    """

    says: str
    sources: tuple[Proved, ...]
    searched: bool
    remarks: tuple[str, ...]
    wordings: tuple[Wording, ...]
    quoted: tuple[tuple[int, int], ...]

    @property
    def figures(self) -> str:
        """For a table: ``"article.txt (98% of the page)"``, or that there is none."""
        return (
            "; ".join(f"{source.name} ({source.explained:.0%} of the page)" for source in self.sources) or "none found"
        )

    def passage(self, source: int, start: int) -> int:
        """The number of the passage of a source in which an offset of the document lies; both count from 0."""
        return bisect_right(self.sources[source].passages, start, key=lambda shown: shown.passage.start) - 1

    def has(self, quotation: Quotation) -> bool:
        """Whether a quotation of the document stands beside that of a source."""
        k = bisect_left(self.quoted, (quotation.end, -1)) - 1
        return k >= 0 and self.quoted[k][1] > quotation.start


def gather(origin: Origin, reading: Reading, source: Source, page: Allowance | None) -> Proofs:
    """What is shown.

    Args:
        origin: the sources, or that none was found.
        reading: what is said of the document.
        source: where it stands.
        page: what may be shown of it in public; None for the full edition.
    """
    proved = tuple(
        _full(proof, reading, source) if page is None else _public(proof, reading, source, page)
        for proof in origin.proofs
    )
    quoted = {(pair.start, pair.end) for proof in origin.proofs for pair in proof.comparison.quotations}
    notes = () if origin.search is None else origin.search.notes
    return Proofs(
        says="" if proved else _nothing(origin),
        sources=proved,
        searched=origin.search is not None,
        remarks=tuple(remark_in_words(note) for note in notes) if proved else (),
        wordings=origin.wordings if page is None else (),
        quoted=tuple(sorted(quoted)),
    )


def _nothing(origin: Origin) -> str:
    """Why no source is shown."""
    search = origin.search
    if search is None:
        return "nothing was given to compare it with"
    for note in (Remark.EMPTY_ARCHIVE, Remark.TOO_SHORT):
        if note in search.notes:
            return f"nothing is said of where it comes from: {remark_in_words(note)}"
    if Remark.QUOTED_ONLY in search.notes:
        return (
            "no source of it was found in the archive: what it has in common with"
            f" {search.likeliest} is quoted by both, or said everywhere"
        )
    near = (
        ""
        if search.likeliest is None or search.best < NAMED_FROM
        else f" (the likeliest is {search.likeliest}, {percent(search.best)})"
    )
    return f"no source of it was found in the archive{near}"


def _full(proof: Proof, reading: Reading, source: Source) -> Proved:
    """All of it."""
    found = proof.comparison
    speakers = _Speakers(reading)
    altered = [pair for pair in found.quotations if pair.altered]
    return replace(
        _head(proof),
        quotations=tuple(Said(pair, speakers.of(pair), source.where(pair.start), False) for pair in altered),
        facts=tuple(Differs(fact, source.where(fact.start), False) for fact in found.facts),
        passages=tuple(_aligned(passage, _whole(passage), rows, found, source) for passage, rows in _rows(found)),
        comparison=found,
    )


def _public(proof: Proof, reading: Reading, source: Source, page: Allowance) -> Proved:
    """What proves it."""
    found = proof.comparison
    theirs = Allowance(found.source, SOURCE_SHARE)
    shown = tuple(_beginnings(found, source, page, theirs))
    speakers = _Speakers(reading)
    altered = [pair for pair in found.quotations if pair.altered]
    said: list[Said] = []
    for pair in altered:
        end = page.shown(pair.start, pair.end, QUOTED_WORDS)
        source_end = theirs.shown(pair.source_start, pair.source_end, QUOTED_WORDS)
        if page.free(pair.start, end, QUOTED_SHARE) and theirs.free(pair.source_start, source_end):
            page.quote(pair.start, end)
            theirs.take(pair.source_start, source_end)
            cut = (end, source_end) != (pair.end, pair.source_end)
            said.append(Said(_cut_pair(pair, found, end, source_end), speakers.of(pair), source.where(pair.start), cut))
    return replace(
        _head(proof),
        quotations=tuple(said),
        facts=tuple(_cut_fact(fact, found, source, page, theirs) for fact in found.facts),
        passages=shown,
        quotations_left_out=len(altered) - len(said),
        passages_left_out=len(found.passages) - len(shown),
    )


def _head(proof: Proof) -> Proved:
    """What both editions say of a source, without any of the two texts."""
    found = proof.comparison
    return Proved(
        name=proof.name,
        probability=proof.probability,
        date=proof.date,
        url=proof.url,
        near_copies=proof.near_copies,
        says=found.says,
        explained=found.explained,
        used=found.used,
        words=found.words,
        source_words=found.source_words,
        exact=found.exact,
        swapped=found.swapped,
        rewritten=found.rewritten,
        sha256=hashlib.sha256(found.source.encode("utf-8", "surrogatepass")).hexdigest(),
        remarks=tuple(remark_in_words(note) for note in found.notes if note == Remark.TOO_SHORT),
        quotations=(),
        unaltered=sum(not pair.altered for pair in found.quotations),
        facts=(),
        passages=(),
        dictionary=found.dictionary,
    )


class _Speakers:
    """Who said what, by the source, and where that does not say so by the page."""

    def __init__(self, reading: Reading) -> None:
        self._starts = [quotation.start for quotation in reading.quotations]
        self._quotations = reading.quotations

    def of(self, pair: QuotationPair) -> str | None:
        k = bisect_left(self._starts, pair.end) - 1
        if pair.speaker is not None or k < 0 or self._quotations[k].end <= pair.start:
            return pair.speaker
        return self._quotations[k].speaker


def _cut_pair(pair: QuotationPair, found: Comparison, end: int, source_end: int) -> QuotationPair:
    page, source = found.page[pair.start : end], found.source[pair.source_start : source_end]
    return replace(pair, end=end, found=page, source_end=source_end, original=source)


def _cut_fact(fact: ChangedFact, found: Comparison, source: Source, page: Allowance, theirs: Allowance) -> Differs:
    """A fact in :data:`FACT_WORDS` words; like the words of a swap, they count towards nothing."""
    end = page.shown(fact.start, fact.end, FACT_WORDS)
    source_end = theirs.shown(fact.source_start, fact.source_end, FACT_WORDS)
    shown = replace(
        fact,
        end=end,
        found=found.page[fact.start : end],
        source_end=source_end,
        original=found.source[fact.source_start : source_end],
    )
    return Differs(shown, source.where(fact.start), (end, source_end) != (fact.end, fact.source_end))


# --- passages ---------------------------------------------------------------------------------------------------------


class _Segment(NamedTuple):
    """A stretch of a passage on both sides that is the same throughout, or differs throughout."""

    start: int
    end: int
    source_start: int
    source_end: int
    how: How | None


def _whole(passage: Passage) -> _Segment:
    return _Segment(passage.start, passage.end, passage.source_start, passage.source_end, None)


def _rows(found: Comparison) -> Iterator[tuple[Passage, list[list[_Segment]]]]:
    """Each passage in rows: a new one where a paragraph of the page begins."""
    k = 0
    for passage in found.passages:
        inside: list[Change] = []
        while k < len(found.changes) and found.changes[k].start < passage.end:
            inside.append(found.changes[k])
            k += 1
        rows: list[list[_Segment]] = [[]]
        for segment in _segments(passage, inside):
            first, *others = _parts(found, segment)
            rows[-1].append(first)
            rows += ([part] for part in others)
        yield passage, [row for row in rows if any(_says(found, segment) for segment in row)]


def _segments(passage: Passage, changes: Sequence[Change]) -> Iterator[_Segment]:
    """The passage from end to end, the same and what differs by turns."""
    at, there = passage.start, passage.source_start
    for change in changes:
        yield _Segment(at, change.start, there, change.source_start, None)
        yield _Segment(change.start, change.end, change.source_start, change.source_end, change.how)
        at, there = change.end, change.source_end
    yield _Segment(at, passage.end, there, passage.source_end, None)


def _parts(found: Comparison, segment: _Segment) -> list[_Segment]:
    """A stretch that is the same on both sides, divided where a paragraph of the page begins in it."""
    ours, theirs = _chunks(found, segment)
    if segment.how is not None or len(ours) != len(theirs):  # blanks elsewhere: which chunk is whose cannot be told
        return [segment]
    page, a, c = found.page, segment.start, segment.source_start
    parts = []
    ends = [segment.start, *(end for _, end in ours)]
    begins = [(x[0], y[0]) for x, y in zip(ours, theirs, strict=True)] + [(segment.end, segment.source_end)]
    for before, (begin, source_begin) in zip(ends, begins, strict=True):
        if "\n" in page[before:begin]:
            parts.append(_Segment(a, begin, c, source_begin, None))
            a, c = begin, source_begin
    return [*parts, _Segment(a, segment.end, c, segment.source_end, None)]


def _chunks(found: Comparison, segment: _Segment) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Where what stands between blanks begins and ends, on both sides."""
    ours = [match.span() for match in _CHUNK.finditer(found.page, segment.start, segment.end)]
    return ours, [match.span() for match in _CHUNK.finditer(found.source, segment.source_start, segment.source_end)]


def _says(found: Comparison, segment: _Segment) -> bool:
    ours, theirs = found.page[segment.start : segment.end], found.source[segment.source_start : segment.source_end]
    return bool(ours.strip() or theirs.strip())


def _aligned(
    passage: Passage, span: _Segment, rows: Sequence[Sequence[_Segment]], found: Comparison, source: Source
) -> Aligned:
    """A passage, or the span of it that is shown, with its words."""
    return Aligned(
        passage=passage,
        place=source.where(span.start),
        start=span.start,
        end=span.end,
        source_start=span.source_start,
        source_end=span.source_end,
        rows=tuple(
            Row(
                _side((found.page[segment.start : segment.end], segment.how) for segment in row),
                _side((found.source[segment.source_start : segment.source_end], segment.how) for segment in row),
            )
            for row in rows
        ),
    )


def _side(bits: Iterable[tuple[str, How | None]]) -> tuple[Bit, ...]:
    return tuple(Bit(text, how) for text, how in bits if text)


def _beginnings(found: Comparison, source: Source, page: Allowance, theirs: Allowance) -> Iterator[Aligned]:
    """Of the strongest passages the beginning of a paragraph, the first that may be shown, in the order of the page."""
    counted = [(passage, rows) for passage, rows in _rows(found) if passage.counted]
    strongest = sorted(range(len(counted)), key=lambda k: -counted[k][0].nats)[:PASSAGES]
    for passage, rows in (counted[k] for k in sorted(strongest)):
        shown = next(
            (part for least in _LEAST_WORDS for row in rows if (part := _begin(found, row, page, theirs, least))), None
        )
        if shown:
            first, last = shown[0], shown[-1]
            span = _Segment(first.start, last.end, first.source_start, last.source_end, None)
            yield _aligned(passage, span, [shown], found, source)


def _begin(
    found: Comparison, row: Sequence[_Segment], page: Allowance, theirs: Allowance, least: int
) -> list[_Segment]:
    """The beginning of a row, counted among what is shown; nothing where it has too few words, or may not be shown."""
    first = row[0]
    # Half of what is left is for the quotations.
    most, source_most = (min(PASSAGE_WORDS, allowance.left // 2) for allowance in (page, theirs))

    def fits(end: int, source_end: int) -> bool:
        ours = page.count(first.start, end) <= most
        return ours and theirs.count(first.source_start, source_end) <= source_most

    kept: list[_Segment] = []
    for segment in row:
        if fits(segment.end, segment.source_end):
            kept.append(segment)
            continue
        if segment.how is None:
            ours, chunks = _chunks(found, segment)
            ends = [(x[1], y[1]) for x, y in zip(ours, chunks, strict=False) if fits(x[1], y[1])]
            if ends and len(ours) == len(chunks):
                kept.append(_Segment(segment.start, ends[-1][0], segment.source_start, ends[-1][1], None))
        break
    if not kept or page.count(first.start, kept[-1].end) < least:
        return []
    here, there = (first.start, kept[-1].end), (first.source_start, kept[-1].source_end)
    if not (page.free(*here) and theirs.free(*there)):
        return []
    page.take(*here)
    theirs.take(*there)
    return kept
