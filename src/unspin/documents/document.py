"""What every format comes to: a text, how it was stored, and where on the page each part of it stood."""

from __future__ import annotations

import os
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate
from operator import attrgetter
from typing import Literal, NamedTuple

from unspin.reading import Note

__all__ = [
    "LIMITS",
    "STANDARD_INPUT",
    "Document",
    "Extract",
    "Format",
    "Limits",
    "Origin",
    "Place",
    "Run",
    "capped",
    "shown",
]

STANDARD_INPUT = "-"

Format = Literal["text", "html", "pdf", "docx", "jats", "tei", "epub", "odt", "markdown", "latex"]

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


class Run(NamedTuple):
    """A stretch of the text and the stretch of the source that it is.

    Attributes:
        start: offset in the text.
        length: code points in the text.
        source: offset in the source.
        taken: code points in the source; where it is not ``length``, the stretch is written otherwise than it reads.
        part: the file of an archive that holds it, ``""`` for the document itself.
    """

    start: int
    length: int
    source: int
    taken: int
    part: str = ""


class Origin(NamedTuple):
    """Where something stands in the source.

    Attributes:
        part: the file of an archive, ``""`` for the document itself.
        offset: code points from its beginning, without a byte order mark.
    """

    part: str
    offset: int


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a document is read at most; a longer one is refused or, where it has pages, cut with a note.

    Attributes:
        bytes: size of the file.
        pages: pages of a PDF.
        characters: length of the text; plain text beyond it is refused unless ``cut_text``.
        seconds: time to take the text out of what is no plain text.
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
        runs: where each part of the text (the paragraphs with a blank line between) stands in the source, ascending;
            empty where the format has no source that can be read.
    """

    paragraphs: tuple[tuple[tuple[int | None, str], ...], ...]
    notes: tuple[str, ...] = ()
    runs: tuple[Run, ...] = ()


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
        runs: see :class:`Extract`; empty for plain text, HTML, PDF and DOCX.
        data: the document as it was stored; empty for plain text.
    """

    path: str
    text: str
    encoding: str = "utf-8"
    mark: bytes = b""
    notes: tuple[str, ...] = ()
    format: Format = "text"
    starts: tuple[int, ...] = ()
    places: tuple[Place, ...] = ()
    runs: tuple[Run, ...] = field(default=(), repr=False)
    data: bytes = field(default=b"", repr=False)

    @classmethod
    def of(cls, path: str, format: Format, extract: Extract, data: bytes = b"") -> Document:
        """The document ``data`` whose text a format gave."""
        pieces, places = [], []
        for place, text in _placed(extract.paragraphs):
            pieces.append(text)
            places.append(place)
        starts = tuple(accumulate(map(len, pieces), initial=0))[:-1]
        text = "".join(pieces)[: 1 - len(_SEPARATOR)]  # a line break at the end, as text files have it
        return cls(
            path,
            text,
            notes=extract.notes,
            format=format,
            starts=starts,
            places=tuple(places),
            runs=extract.runs,
            data=data,
        )

    def encode(self, text: str) -> bytes:
        """``text`` in the encoding of the document; for plain text ``encode(self.text)`` are the bytes it was read from.

        A text that the encoding cannot hold comes in UTF-8, and so does that of all formats but plain text.
        """
        try:
            return self.mark + text.encode(self.encoding)
        except UnicodeEncodeError:
            return text.encode("utf-8", "surrogatepass")

    def origin(self, offset: int) -> Origin | None:
        """Where the code point at ``offset`` of ``text`` stands in the source.

        None where nothing of the source stands there (between paragraphs, in place of a formula), and for HTML, PDF and
        DOCX. A character inside something that is written otherwise (``&amp;``) stands where that begins.
        """
        if self.format == "text":
            return Origin("", offset) if 0 <= offset < len(self.text) else None
        k = bisect_right(self.runs, offset, key=attrgetter("start")) - 1
        if k < 0 or offset >= self.runs[k].start + self.runs[k].length:
            return None
        run = self.runs[k]
        return Origin(run.part, run.source + (offset - run.start if run.length == run.taken else 0))

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
