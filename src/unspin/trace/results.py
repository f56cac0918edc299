"""What a search in an archive and a restoration say: immutable results, without logic."""

from __future__ import annotations

from dataclasses import dataclass

from unspin.comparison import Comparison, Remark, Wording
from unspin.reading import Reading, Substitution

__all__ = ["Match", "Restoration", "Trace"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Restoration:
    """A page in the wording of its sources, and in the reader's where they say nothing.

    Attributes:
        page: the page, as given.
        restored: the page with all changes made.
        wordings: the changes, in order, never overlapping.
        by_reader: those of them that are the reader's, with what it says of them.
        comparisons: what it rests on, one for each source.
    """

    page: str
    restored: str
    wordings: tuple[Wording, ...]
    by_reader: tuple[Substitution, ...]
    comparisons: tuple[Comparison, ...]

    @property
    def by_source(self) -> tuple[Wording, ...]:
        """The changes in the wording of a source."""
        return tuple(wording for wording in self.wordings if wording.source is not None)


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
            page that those before it do not. One that is the page itself, word for word, comes before them and counts as
            explaining nothing.
        best: probability of the likeliest document, even where no source is claimed.
        likeliest: its identifier, or None where nothing in the archive has a word in common with the page.
        claimed_from: probability from which a document is called a source.
        nearest: the likeliest document where none is claimed, with what it has of the page; None where one is, and where
            nothing in the archive has a passage of the page.
        reading: what the reader says of the page, or None where it was not asked.
        notes: see :class:`~unspin.comparison.Remark`.
    """

    page: str
    sources: tuple[Match, ...]
    best: float
    likeliest: str | None
    claimed_from: float
    nearest: Match | None = None
    reading: Reading | None = None
    notes: tuple[str, ...] = ()

    @property
    def others(self) -> tuple[Match, ...]:
        """The sources that are not the page itself, word for word: whose wording it may get back."""
        return tuple(match for match in self.sources if Remark.IDENTICAL not in match.comparison.notes)
