"""What every format comes to: a text, how it was stored, and where on the page each part of it stood."""

from __future__ import annotations

import os
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import Literal, NamedTuple

from unspin.reading import Note

__all__ = ["LIMITS", "STANDARD_INPUT", "Document", "Extract", "Format", "Limits", "Place", "capped", "shown"]

STANDARD_INPUT = "-"

Format = Literal["text", "html", "pdf", "docx"]

_SEPARATOR = "\n\n"


class Place(NamedTuple):
    """Where something stands for a person who holds the document.

    Attributes:
        page: number of the page from 1, as a viewer counts; None where the format has no pages.
        paragraph: number of the paragraph from 1, on its page or, without pages, in the document. A paragraph that
            goes on overleaf is the first of the next page as well.
    """

    page: int | None
    paragraph: int


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a document is read at most; a longer one is refused or, where it has pages, cut with a note.

    Attributes:
        bytes: size of the file.
        pages: pages of a PDF.
        characters: length of the text; plain text beyond it is refused unless ``cut_text``.
        seconds: time to take the text out of HTML, PDF or DOCX.
        memory: bytes of address space to do so (POSIX only).
        cut_text: whether plain text that is too long is cut with a note, as the other formats are. Refused by default: what
            a command writes back in its place would be half of what was given.
    """

    bytes: int = 50_000_000
    pages: int = 1_000
    characters: int = 5_000_000
    seconds: float = 120
    memory: int = 2 * 1024**3
    cut_text: bool = False


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Extract:
    """The text of a document as a format gives it.

    Attributes:
        paragraphs: each in parts, ``(page, text)``; a part is what stands on one page, its text with the space before
            the next part.
        notes: see :class:`unspin.reading.Note`.
    """

    paragraphs: tuple[tuple[tuple[int | None, str], ...], ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A document and how it was stored.

    Attributes:
        path: the path as given, ``"-"`` for standard input.
        text: plain text as it was, line breaks and all, without a byte order mark; of the other formats the main text,
            a paragraph a line, a blank line between.
        encoding: Python's name of the encoding in which the text is written back.
        mark: the byte order mark, or ``b""``.
        notes: see :class:`unspin.reading.Note`.
        format: what it was read as.
        starts: offsets at which a paragraph or a page begins, ascending; empty for plain text.
        places: what stands at each of ``starts``.
    """

    path: str
    text: str
    encoding: str = "utf-8"
    mark: bytes = b""
    notes: tuple[str, ...] = ()
    format: Format = "text"
    starts: tuple[int, ...] = ()
    places: tuple[Place, ...] = ()

    @classmethod
    def of(cls, path: str, format: Format, extract: Extract) -> Document:
        """The document whose text a format gave."""
        pieces, places = [], []
        for place, text in _placed(extract.paragraphs):
            pieces.append(text)
            places.append(place)
        starts = tuple(accumulate(map(len, pieces), initial=0))[:-1]
        text = "".join(pieces)[: 1 - len(_SEPARATOR)]  # a line break at the end, as text files have it
        return cls(path, text, notes=extract.notes, format=format, starts=starts, places=tuple(places))

    def encode(self, text: str) -> bytes:
        """``text`` in the encoding of the document; for plain text ``encode(self.text)`` are the bytes it was read from.

        A text that the encoding cannot hold comes in UTF-8, and so does that of HTML, PDF and DOCX.
        """
        try:
            return self.mark + text.encode(self.encoding)
        except UnicodeEncodeError:
            return text.encode("utf-8", "surrogatepass")

    def place(self, offset: int) -> Place:
        """Page and paragraph of the code point at ``offset`` of ``text``."""
        if not self.places:
            return Place(None, max(1, bisect_right(_paragraphs(self.text), offset)))
        return self.places[max(0, bisect_right(self.starts, offset) - 1)]


def _placed(paragraphs: Iterable[tuple[tuple[int | None, str], ...]]) -> Iterator[tuple[Place, str]]:
    """The parts of the text, end to end, with the place of each."""
    seen: dict[int | None, int] = {}
    for parts in paragraphs:
        for i, (page, text) in enumerate(parts):
            seen[page] = seen.get(page, 0) + 1
            end = "" if i < len(parts) - 1 else _SEPARATOR
            yield Place(page, seen[page]), text + end


@lru_cache(maxsize=8)
def _paragraphs(text: str) -> tuple[int, ...]:
    from unspin.text.paragraphs import paragraph_starts  # late: numpy

    return tuple(paragraph_starts(text).tolist())


def capped(paragraphs: Iterable[tuple[tuple[int | None, str], ...]], characters: int) -> Extract:
    """The first ``characters`` of the paragraphs, with a note where there are more."""
    kept: list[tuple[tuple[int | None, str], ...]] = []
    for parts in paragraphs:
        left: list[tuple[int | None, str]] = []
        for page, text in parts:
            if len(text) > characters:
                left += [(page, text[:characters])] if characters else []
                return Extract((*kept, tuple(left)) if left else tuple(kept), (Note.TRUNCATED,))
            left.append((page, text))
            characters -= len(text)
        kept.append(tuple(left))
    return Extract(tuple(kept))


def shown(path: str) -> str:
    """A path as it may be printed: standard input by name, nothing that breaks a line or cannot be encoded."""
    if path == STANDARD_INPUT:
        return "standard input"
    readable = os.fsencode(path).decode("utf-8", "replace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in readable)
