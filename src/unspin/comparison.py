"""What holding a page against a source says: immutable results, with no logic but their conversion to plain data and to words.

Offsets are Unicode code points into the text that they name, half-open ``[start, end)``.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, Final

__all__ = [
    "REMARKS", "Change", "ChangedFact", "Comparison", "Entry", "Fact", "How", "Passage", "QuotationPair", "Remark", "Wording",
    "remark_in_words",
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
    OTHER_LANGUAGE = "other-language"
    """The page is not in English: copies of it are found, but not what its words were swapped for."""


@dataclass(frozen=True, slots=True)
class Change:
    """One place of an aligned passage that differs, in words or in marks.

    Attributes:
        how: in which way.
        start: offset into the page.
        end: offset into the page; equal to ``start`` where something was dropped.
        found: what the page says there, as it stands.
        source_start: offset into the source.
        source_end: offset into the source; equal to ``source_start`` where something was inserted.
        original: what the source says there, as it stands.
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
        counted: False where it is boilerplate, of fewer than eight words, or quoted by both for the most part (with fewer than
            forty words in common outside quotations): it then counts as taken nowhere.
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

    @property
    def says(self) -> str:
        """One sentence: how much of either text the other has, and how much of that is as it was."""
        if Remark.NO_WORDS in self.notes:
            return "nothing to compare: one of the texts has no words"
        if Remark.IDENTICAL in self.notes:
            return "the page has the words of the source, one and all, in the same order"
        if not self.passages:
            return "nothing of the source is found on the page, word by word"
        if Remark.QUOTED_ONLY in self.notes:
            return "what page and source have in common is quoted by both, or said everywhere: nothing counts as taken"
        total = max(1, self.exact + self.swapped + self.rewritten)
        return (
            f"{self.explained:.0%} of the page follows the source word by word, and {self.used:.0%} of the source is used;"
            f" of these words {self.exact / total:.0%} are the source's, {self.swapped / total:.0%} stand for others,"
            f" {self.rewritten / total:.0%} are new"
        )

    def to_dict(self) -> dict[str, Any]:
        """What ``unspin compare --json`` says of a pair, as plain dicts, lists, strings and numbers."""
        return {field.name: _plain(getattr(self, field.name)) for field in fields(self)}


@dataclass(frozen=True, slots=True)
class Wording:
    """A change that gives a page the wording of a source, or what the reader has in its place.

    Attributes:
        start: offset into the page.
        end: offset into the page.
        original: what goes there, with the white space that comes or goes with it.
        source: the number of the source whose wording it is, from 0; None where it is the reader's.
    """

    start: int
    end: int
    original: str
    source: int | None


REMARKS: Final[dict[str, str]] = {
    Remark.IDENTICAL: "page and source have the same words in the same order",
    Remark.TOO_SHORT: "the page has fewer than 30 words: too few to say where they come from",
    Remark.NO_WORDS: "one of the texts has no words",
    Remark.EMPTY_ARCHIVE: "the archive is empty",
    Remark.QUOTED_ONLY: "what they have in common is quoted by both, or said everywhere",
    Remark.PAGE_CUT: "only the first 400,000 characters of the page were searched for",
    Remark.OTHER_LANGUAGE: "the page is not in English: a copy of it is found, but not what its words were swapped for",
}
"""The remarks in words."""


def remark_in_words(remark: str) -> str:
    """A remark for people; one without a fixed name stays as it is."""
    return REMARKS.get(remark, remark)


def _plain(value: Any) -> Any:
    """A field of a result; a tuple of results as a list of dicts."""
    if not isinstance(value, tuple):
        return value
    return [item if isinstance(item, str) else {f.name: getattr(item, f.name) for f in fields(item)} for item in value]
