"""What a comparison of two texts and a search in an archive say: immutable results, without logic.

Offsets are Unicode code points into the text that they name, half-open ``[start, end)``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from unspin.reading import Reading, Substitution

__all__ = [
    "Change", "ChangedFact", "Comparison", "Entry", "Fact", "How", "Match", "Passage", "QuotationPair", "Remark",
    "Restoration", "Trace",
]  # fmt: skip


class How(StrEnum):
    """In which way a place of the page differs from the source."""

    SWAPPED = "swapped"
    """A word or a phrase stands for another."""
    INSERTED = "inserted"
    """Words of the page stand for nothing in the source."""
    DROPPED = "dropped"
    """Words of the source are missing on the page."""
    REWRITTEN = "rewritten"
    """Several words in a row differ, and which stands for which cannot be told."""


class Fact(StrEnum):
    """Kinds of facts, see :class:`ChangedFact`."""

    FIGURE = "figure"
    DATE = "date"
    NAME = "name"


class Remark(StrEnum):
    """Remarks with a fixed name in :attr:`Comparison.notes` and :attr:`Trace.notes`."""

    IDENTICAL = "identical"
    """Page and source have the same words in the same order."""
    TOO_SHORT = "too-short"
    """The page has fewer than 30 words: what is found says little, and nothing is claimed."""
    NO_WORDS = "no-words"
    """One of the texts has no words at all."""
    EMPTY_ARCHIVE = "empty-archive"
    """There is nothing in the archive."""
    QUOTED_ONLY = "quoted-only"
    """All that both texts have in common is quoted by both, or said everywhere."""
    PAGE_CUT = "page-cut"
    """Only the beginning of a very long page was searched for."""


@dataclass(frozen=True, slots=True)
class Change:
    """One place of an aligned passage that differs, in words or in marks.

    Attributes:
        how: in which way.
        start: offset into the page.
        end: offset into the page; equal to ``start`` where something was dropped.
        found: what the page says there.
        source_start: offset into the source.
        source_end: offset into the source; equal to ``source_start`` where something was inserted.
        original: what the source says there.
    """

    how: How
    start: int
    end: int
    found: str
    source_start: int
    source_end: int
    original: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of the page that follows a stretch of the source word by word.

    Attributes:
        start: offset into the page.
        end: offset into the page.
        source_start: offset into the source.
        source_end: offset into the source.
        words: words and figures of the page in it.
        source_words: words and figures of the source in it.
        exact: of ``words``, those that the source has too at the same place.
        swapped: of ``words``, those that stand for others.
        rewritten: of ``words``, those that were inserted or whose like in the source cannot be told.
        nats: how much less likely all that agrees would be by chance, in natural logarithms.
        counted: False where it is quoted by both, boilerplate, or of fewer than eight words: it then counts as taken nowhere.
    """

    start: int
    end: int
    source_start: int
    source_end: int
    words: int
    source_words: int
    exact: int
    swapped: int
    rewritten: int
    nats: float
    counted: bool = True


@dataclass(frozen=True, slots=True)
class ChangedFact:
    """A figure, a date or a name that the page has otherwise than the source.

    Attributes:
        kind: what it is in the source, or on the page where it was inserted.
        start: offset into the page.
        end: offset into the page.
        found: what the page says.
        source_start: offset into the source.
        source_end: offset into the source.
        original: what the source says.
    """

    kind: Fact
    start: int
    end: int
    found: str
    source_start: int
    source_end: int
    original: str


@dataclass(frozen=True, slots=True)
class QuotationPair:
    """A quotation of the page beside what the source says at that place.

    Attributes:
        start: offset into the page, after the opening mark.
        end: offset into the page, of the closing mark.
        found: what the page says.
        source_start: offset into the source.
        source_end: offset into the source.
        original: what the source says.
        speaker: who is said to have said it in the source, where it is plain.
        quoted: whether the source has it in quotation marks too.
        altered: whether the words differ.
    """

    start: int
    end: int
    found: str
    source_start: int
    source_end: int
    original: str
    speaker: str | None
    quoted: bool
    altered: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the spinner's dictionary, as read off the pair.

    Attributes:
        found: what the page says, in lower case.
        original: what the source says, in lower case.
        times: how often.
    """

    found: str
    original: str
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What a page has of a source.

    What is quoted by both, and boilerplate, counts in none of the shares, neither above nor below the line.

    Attributes:
        page: the page, as given.
        source: the source, as given.
        explained: share of the page's words that lie in passages of the source, what is left out there at length aside, 0 to 1.
        used: share of the source's words that lie in passages of the page, likewise, 0 to 1.
        words: words and figures of the page.
        source_words: words and figures of the source.
        exact: words of the page in passages that the source has too.
        swapped: words of the page in passages that stand for others.
        rewritten: words of the page in passages whose like in the source cannot be told.
        nats: sum over the passages that count, see :attr:`Passage.nats`.
        passages: in the order of the page, never overlapping.
        changes: in the order of the page, never overlapping.
        facts: changed figures, dates and names, in the order of the page.
        quotations: in the order of the page.
        dictionary: most frequent first.
        notes: see :class:`Remark`.
    """

    page: str
    source: str
    explained: float
    used: float
    words: int
    source_words: int
    exact: int
    swapped: int
    rewritten: int
    nats: float
    passages: tuple[Passage, ...] = ()
    changes: tuple[Change, ...] = ()
    facts: tuple[ChangedFact, ...] = ()
    quotations: tuple[QuotationPair, ...] = ()
    dictionary: tuple[Entry, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Restoration:
    """A page in the wording of its source, and in the reader's where the source says nothing.

    Attributes:
        page: the page, as given.
        restored: the page with all changes made.
        by_source: changes in the source's wording, in order.
        by_reader: the reader's changes elsewhere, in order; they overlap none of the others.
        comparison: what it rests on.
    """

    page: str
    restored: str
    by_source: tuple[Change, ...]
    by_reader: tuple[Substitution, ...]
    comparison: Comparison


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A document of an archive that a page may have been made from.

    Attributes:
        id: its identifier in the archive.
        probability: that it (or a near-copy of it) is a source of the page, 0 to 1.
        date: its date as it was given, or None.
        url: its address as it was given, or None.
        near_copies: identifiers of documents of the archive that say the same, the earliest first; without this one,
            which is the earliest where dates are known, and otherwise the likeliest.
        comparison: the evidence.
    """

    id: str
    probability: float
    date: str | None
    url: str | None
    near_copies: tuple[str, ...]
    comparison: Comparison


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What an archive has of a page.

    Attributes:
        page: the page, as given.
        sources: documents that are sources of the page, the one that explains most first. Each explains a part of the
            page that those before it do not.
        best: probability of the likeliest document, even where no source is claimed.
        likeliest: its identifier, or None where nothing in the archive has a word in common with the page.
        claimed_from: probability from which a document is called a source.
        reading: what the reader says of the page, or None where it was not asked.
        notes: see :class:`Remark`.
    """

    page: str
    sources: tuple[Match, ...]
    best: float
    likeliest: str | None
    claimed_from: float
    reading: Reading | None = None
    notes: tuple[str, ...] = ()
