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
from operator import attrgetter
from typing import TYPE_CHECKING, Final, NamedTuple
from xml.sax.saxutils import escape

from unspin.documents.archives import replaced
from unspin.documents.document import LIMITS, Document, Format, Limits, Run, shown
from unspin.documents.sources import Change
from unspin.errors import OptionError

if TYPE_CHECKING:
    from unspin.text.edits import Edit

__all__ = ["Rewritten", "check_writable", "rewritten"]

_WRITABLE: Final[frozenset[Format]] = frozenset({"text", "jats", "tei", "epub", "odt", "markdown", "latex", "docx"})
_MARKS: Final[dict[str, re.Pattern[str]]] = {
    "markdown": re.compile(r"[\\`*_\[\]<>&#$~|@]"),
    "latex": re.compile(r"[\\{}$&#^_~%\"]"),
}
_ARCHIVES: Final = frozenset({"epub", "odt"})


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
    if document.format == "text":
        from unspin.text.edits import apply  # late: numpy

        return Rewritten(document.encode(apply(document.text, edits)), len(edits), 0)
    if document.format == "docx":
        from unspin.documents.tracked import tracked

        runs, write = tracked(document.data, document.text, limits)
        changes = _changes(runs, edits)
        made = write(changes)
        return Rewritten(made.data, made.changes, len(edits) - made.changes)
    if document.format in _ARCHIVES:
        changes = _changes(document.runs, edits)
        return Rewritten(_archive(document.data, changes), len(changes), len(edits) - len(changes))
    return _marked(document, edits)


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


def _marked(document: Document, edits: Sequence[Edit]) -> Rewritten:
    """Markdown, LaTeX and XML: a text with marks in it."""
    marks = _MARKS.get(document.format)
    if marks is None:
        from unspin.documents.markup import decode

        source, encoding, mark = decode(document.data)
    else:
        encoding, mark = document.encoding, document.mark
        source = document.data[len(mark) :].decode(encoding)
    changes = _changes(document.runs, edits)
    if marks is not None:
        changes = [
            change
            for change in changes
            if not marks.search(change.words) and _holds(encoding, change.words) and len(change.spans) == 1
        ]
    text = _spliced(source, changes, escaped=marks is None)
    return Rewritten(mark + text.encode(encoding, "xmlcharrefreplace"), len(changes), len(edits) - len(changes))


def _holds(encoding: str, words: str) -> bool:
    try:
        words.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _spliced(source: str, changes: Iterable[Change], *, escaped: bool) -> str:
    """The source with the changes made, in whatever order the text has them."""
    cuts = sorted(
        (low, high, (escape(change.words) if escaped else change.words) if k == 0 else "")
        for change in changes
        for k, (low, high) in enumerate(change.spans)
    )
    pieces: list[str] = []
    at = 0
    for low, high, words in cuts:
        pieces += (source[at:low], words)
        at = high
    pieces.append(source[at:])
    return "".join(pieces)


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
            text = _spliced(source, of_part, escaped=True)
            parts[name] = mark + text.encode(encoding, "xmlcharrefreplace")
    return replaced(data, parts)
