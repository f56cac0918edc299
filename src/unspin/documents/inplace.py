"""A document as it was, with only the words changed that were put back.

In text with marks (Markdown, LaTeX) and XML the new words stand where the old ones stood, and every other character stays; in
DOCX each change is tracked. A change is left out where it cannot be made without touching anything else: part of it is a
formula or a reference, or the new words would be read as marks.
"""

from __future__ import annotations

import io
import re
import zipfile
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Final, NamedTuple
from xml.sax.saxutils import escape

from unspin.documents.archives import replaced
from unspin.documents.document import LIMITS, Document, Format, Limits, Run, shown
from unspin.documents.sources import Change
from unspin.errors import OptionError

if TYPE_CHECKING:
    from unspin.text.edits import Edit

__all__ = ["Cut", "Rewritten", "Stored", "check_writable", "rewritten", "stored"]

_WRITABLE: Final[frozenset[Format]] = frozenset({"text", "jats", "tei", "epub", "odt", "markdown", "latex", "docx"})
_MARKS: Final[dict[str, re.Pattern[str]]] = {
    "markdown": re.compile(r"[\\`*_\[\]<>&#$~|@]"),
    "latex": re.compile(r"[\\{}$&#^_~%\"]"),
}
_LINE_END: Final = re.compile(r"(?<![ \t])[ \t]*+(?:\r\n|\n|\r)[ \t]*+(?:>[ \t]*+)*+")
"""The end of a line of text with marks, and how a quoted line begins."""
_XML: Final[frozenset[Format]] = frozenset({"jats", "tei"})


class Cut(NamedTuple):
    """A stretch of a file, and what stands there afterwards: an :class:`unspin.text.edits.Edit`."""

    start: int
    end: int
    original: str


class Rewritten(NamedTuple):
    """A document written back.

    Attributes:
        data: the file.
        made: changes made in it.
        left: changes left out.
    """

    data: bytes
    made: int
    left: int


def check_writable(document: Document) -> None:
    """Refuse a document that cannot be written back.

    Raises:
        OptionError: it is HTML or PDF.
    """
    if document.format not in _WRITABLE:
        raise OptionError(
            f"--in-place-copy: {shown(document.path)} is {document.format.upper()}, which is not written back; leave it out"
        )


def rewritten(document: Document, edits: Sequence[Edit], limits: Limits = LIMITS) -> Rewritten:
    """The document with the edits of its text made in its own file; in order, without overlaps.

    Raises:
        OptionError: it is in a format that cannot be written back.
        MissingExtra, InputError: as reading it.
    """
    check_writable(document)
    edits = [edit for edit in edits if edit.original != document.text[edit.start : edit.end]]
    file = stored(document)
    if file is not None:
        made = [cuts for edit in edits if (cuts := file.edits(edit))]
        text = _spliced(file.text, (cut for cuts in made for cut in cuts))
        return Rewritten(file.encode(text), len(made), len(edits) - len(made))
    if document.format == "docx":
        from unspin.documents.tracked import tracked

        runs, write = tracked(document.data, document.text, limits)
        changes = _changes(runs, edits)
        tracked_changes = write(changes)
        return Rewritten(tracked_changes.data, tracked_changes.changes, len(edits) - tracked_changes.changes)
    changes = _changes(document.runs, edits)
    return Rewritten(_archive(document.data, changes), len(changes), len(edits) - len(changes))


def stored(document: Document) -> Stored | None:
    """The document as it lies in its file; None where that is no text (PDF, an archive), or does not lead back (HTML)."""
    if document.format == "text":
        return Stored(document, document.text, document.encoding, document.mark)
    if document.format in _MARKS:
        return Stored(
            document, document.data[len(document.mark) :].decode(document.encoding), document.encoding, document.mark
        )
    if document.format in _XML:
        from unspin.documents.markup import decode

        return Stored(document, *decode(document.data))
    return None


@dataclass(frozen=True, slots=True)
class Stored:
    """A document as an editor shows it.

    Attributes:
        document: the document.
        text: all of its file, without a byte order mark; the offsets of :meth:`Document.origin` lead into it.
        encoding: Python's name of the encoding of the file.
        mark: the byte order mark, or ``b""``.
    """

    document: Document
    text: str
    encoding: str
    mark: bytes

    def at(self, offset: int) -> int | None:
        """Where the code point at ``offset`` of the text that is read stands in the file; None where nothing of it does."""
        origin = self.document.origin(offset)
        return None if origin is None else origin.offset

    def edits(self, edit: Edit) -> tuple[Cut, ...]:
        """An edit of the text that is read as edits of the file, in order; none where it would touch anything else."""
        if self.document.format == "text":
            return (Cut(edit.start, edit.end, edit.original),)
        change = _change(self.document.runs, edit)
        if change is None:
            return ()
        marks = _MARKS.get(self.document.format)
        if marks is None:
            return _cuts(change)
        if marks.search(change.words) or not _holds(self.encoding, change.words) or len(change.spans) != 1:
            return ()
        from unspin.text import rewrapped  # late: numpy

        return (Cut(*rewrapped(self.text, *change.spans[0], change.words, _LINE_END)),)

    def encode(self, text: str) -> bytes:
        """``text`` as the file holds it: what the encoding lacks as a reference in XML; plain text then in UTF-8."""
        if self.document.format in _XML:
            return self.mark + text.encode(self.encoding, "xmlcharrefreplace")
        return self.document.encode(text)

    def encode_diff(self, diff: str) -> bytes:
        """A diff of the file so that ``patch`` can apply it: in the encoding of the file, if that has lines for ``patch``."""
        encoding = "utf-8" if self.encoding.startswith(("utf-16", "utf-32")) else self.encoding
        return diff.encode(encoding, "xmlcharrefreplace" if self.document.format in _XML else "replace")


def _changes(runs: Sequence[Run], edits: Iterable[Edit]) -> list[Change]:
    """Those edits that can be made, as changes of the source."""
    return [change for edit in edits if (change := _change(runs, edit)) is not None]


def _change(runs: Sequence[Run], edit: Edit) -> Change | None:
    k = bisect_right(runs, edit.start, key=attrgetter("start")) - 1
    if k < 0 or edit.end <= edit.start:
        return None
    part = runs[k].part
    spans: list[tuple[int, int]] = []
    at = edit.start
    while at < edit.end:
        if k == len(runs) or runs[k].part != part or not runs[k].start <= at < runs[k].start + runs[k].length:
            return None
        run = runs[k]
        stop = min(edit.end, run.start + run.length)
        if run.length == run.taken:
            low, high = run.source + at - run.start, run.source + stop - run.start
        elif at == run.start and stop == run.start + run.length:
            low, high = run.source, run.source + run.taken
        else:
            return None
        if spans and spans[-1][1] == low:
            spans[-1] = (spans[-1][0], high)
        elif spans and low < spans[-1][1]:
            return None  # text that stands elsewhere in the source, as a note does
        else:
            spans.append((low, high))
        at = stop
        k += 1
    return Change(part, tuple(spans), edit.original)


def _spliced(source: str, cuts: Iterable[Cut]) -> str:
    """The source with the cuts made, in whatever order the text has them."""
    pieces: list[str] = []
    at = 0
    for cut in sorted(cuts):
        pieces += (source[at : cut.start], cut.original)
        at = cut.end
    pieces.append(source[at:])
    return "".join(pieces)


def _holds(encoding: str, words: str) -> bool:
    try:
        words.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _cuts(change: Change) -> tuple[Cut, ...]:
    """A change of XML, span by span: the new words stand in place of the first."""
    words = escape(change.words)
    return tuple(Cut(low, high, words if k == 0 else "") for k, (low, high) in enumerate(change.spans))


def _archive(data: bytes, changes: Sequence[Change]) -> bytes:
    """An archive with the changes made in its parts, all else as it was."""
    from unspin.documents.markup import decode

    by_part: dict[str, list[Change]] = {}
    for change in changes:
        by_part.setdefault(change.part, []).append(change)
    parts = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name, of_part in by_part.items():
            source, encoding, mark = decode(archive.read(name))
            text = _spliced(source, (cut for change in of_part for cut in _cuts(change)))
            parts[name] = mark + text.encode(encoding, "xmlcharrefreplace")
    return replaced(data, parts)
