"""What a report is made from: documents, each with its reading or the reason why there is none.

A report never opens a file. Its caller (the command line, the page) gives the document's name, its format, and a function
from an offset to page and paragraph.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from unspin.comparison import Comparison, Wording
from unspin.errors import UnspinError
from unspin.reading import Reading
from unspin.text.edits import Edit

__all__ = ["Entry", "Origin", "Place", "Proof", "Search", "Source", "Stored", "TYPED", "entry", "place_function"]


class Place(Protocol):
    """Where an offset lies in the document as people see it."""

    @property
    def page(self) -> int | None:
        """The page, from 1; None where the format has none."""

    @property
    def paragraph(self) -> int:
        """The paragraph, from 1: of the page where there is one, else of the document."""


class Stored(Protocol):
    """A document as an editor shows it, with its marks and its line breaks."""

    @property
    def text(self) -> str:
        """All of it."""

    def at(self, offset: int) -> int | None:
        """Where what is read at an offset stands in it; None where nothing of it does."""

    def edits(self, edit: Edit) -> Sequence[Edit]:
        """An edit of what is read as edits of it, in order; none where it would touch anything else."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a text came from.

    Attributes:
        name: what the report calls it, a path or a title; shown, never opened.
        format: ``"text"``, ``"html"``, ``"pdf"``, ``"docx"`` …
        place: from an offset (code points) to its place; None where the document does not say.
        stored: the document as an editor shows it; None where no editor does. Plain text needs none: it is what is read.
    """

    name: str
    format: str = "text"
    place: Callable[[int], Place] | None = None
    stored: Stored | None = None

    def where(self, offset: int) -> str:
        """``"p. 3, par. 2"``, ``"par. 2"``, or ``""`` where the document does not say."""
        if self.place is None:
            return ""
        place = self.place(offset)
        return f"par. {place.paragraph}" if place.page is None else f"p. {place.page}, par. {place.paragraph}"


TYPED = Source("")
"""A text of which nothing else is known: it is what was read."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A text that a document was made from, or is compared with.

    Attributes:
        name: what the report calls it; shown, never opened.
        comparison: what the document has of it.
        probability: that it is a source, 0 to 1; None where it was not searched for but given.
        date: its date, where it is known.
        url: its address, where it is known; shown, never opened.
        near_copies: names of texts that say the same.
    """

    name: str
    comparison: Comparison
    probability: float | None = None
    date: str | None = None
    url: str | None = None
    near_copies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Search:
    """What a search for the sources of a document said besides them.

    Attributes:
        best: probability of the likeliest text of the archive, 0 to 1.
        likeliest: its name; None where nothing in the archive has a word in common with the document.
        notes: see :class:`~unspin.comparison.Remark`.
    """

    best: float
    likeliest: str | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a document comes from, and what was written in its place there.

    Attributes:
        proofs: its sources, the one that explains most first.
        wordings: the changes that give it the wording of its sources, and the reader's elsewhere; in order, never overlapping.
            What the reader changes is one of the reading's substitutions.
        search: how they were searched for; None where the source was given.
    """

    proofs: tuple[Proof, ...]
    wordings: tuple[Wording, ...] = ()
    search: Search | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One document of a report.

    Attributes:
        source: where the text that was read came from.
        outcome: its reading, or the error that says why there is none.
        origin: where its text was taken from; None where nobody asked.
    """

    source: Source
    outcome: Reading | UnspinError
    origin: Origin | None = None


def place_function(starts: Sequence[int], places: Sequence[Place]) -> Callable[[int], Place] | None:
    """From an offset to its place, where only the places of some offsets are known.

    What lies between two of them is taken to be where the next one is: a quotation, where its first swapped word is.

    Args:
        starts: offsets in code points, ascending.
        places: what stands at each of them.

    Returns:
        The function, or None where nothing is known.
    """
    if not starts:
        return None
    return lambda offset: places[min(bisect_left(starts, offset), len(starts) - 1)]


def entry(name: str, outcome: Reading | UnspinError, format: str = "text") -> Entry:
    """An entry of which no more than the name is known."""
    return Entry(Source(name, format), outcome)
