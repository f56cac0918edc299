"""Text that leads back to the file it was taken from: pieces of a source put together to paragraphs, with their origins.

White space is one blank in the text however much of it the source has, and a word may be written otherwise than it reads
(``caf&eacute;``). A :class:`Run` says for a stretch of the text which stretch of the source it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from unspin.documents.document import Extract, Limits, Run, capped
from unspin.documents.prose import plain_letters
from unspin.errors import EmptyInput

__all__ = ["LEFT_OUT", "WORDS", "Block", "Change", "Piece", "extracted", "reference"]

LEFT_OUT: Final = "[…]"
"""What stands in the text for a formula, code or a reference inside a sentence."""

_SEPARATOR: Final = 2  # a blank line between paragraphs, see :meth:`Document.of`
WORDS: Final = re.compile(r"\S++")


class Piece(NamedTuple):
    """A part of a paragraph.

    Attributes:
        text: how it reads.
        start: offset of its first code point in the source; -1 where it is not to be changed.
        length: code points that it takes there.
    """

    text: str
    start: int = -1
    length: int = 0


class Block(NamedTuple):
    """A paragraph in pieces, and the part of the document (a file in an archive) that holds it."""

    pieces: list[Piece]
    part: str = ""


class Change(NamedTuple):
    """A change of the source.

    Attributes:
        part: the file of an archive that holds it.
        spans: the stretches of the source that go, in order; the new words stand in place of the first.
        words: what comes.
    """

    part: str
    spans: tuple[tuple[int, int], ...]
    words: str


def reference(text: str) -> Piece:
    """What a reference, formula or code reads as: figures stay, whatever has letters is left out."""
    text = text.strip()
    return Piece(text if text and not any(map(str.isalpha, text)) else LEFT_OUT)


def extracted(blocks: Iterable[Block], limits: Limits) -> Extract:
    """The paragraphs of a document and where each word of them comes from.

    Raises:
        EmptyInput: there is no visible character.
    """
    texts: list[str] = []
    runs: list[Run] = []
    at = 0
    for block in blocks:
        text, found = _paragraph(block, at)
        if not text:
            continue
        texts.append(text)
        runs += found
        at += len(text) + _SEPARATOR
        if at > limits.characters + _SEPARATOR:
            break
    if not texts:
        raise EmptyInput("empty; there is no text to read")
    extract = capped((((None, text),) for text in texts), limits.characters)
    end = sum(len(text) + _SEPARATOR for parts in extract.paragraphs for _, text in parts) - _SEPARATOR
    return Extract(extract.paragraphs, extract.notes, tuple(run for run in runs if run.start + run.length <= end))


def _paragraph(block: Block, at: int) -> tuple[str, list[Run]]:
    """The text of a paragraph that begins at ``at``, and its runs."""
    raw = "".join(piece.text for piece in block.pieces)
    out: list[str] = []
    runs: list[Run] = []
    length = before = 0
    spans = _Spans(block.pieces)
    for match in WORDS.finditer(raw):
        word = plain_letters(match[0])
        if not word:
            continue
        if out:
            out.append(" ")
            _extend(runs, spans.of(before, match.start()), at + length, 1, block.part)
            length += 1
        same = word == match[0]
        for begin, end in spans.cuts(match.start(), match.end()) if same else [match.span()]:
            size = end - begin if same else len(word)
            _extend(runs, spans.of(begin, end), at + length, size, block.part)
            length += size
        out.append(word)
        before = match.end()
    return "".join(out), runs


def _extend(runs: list[Run], origin: tuple[int, int] | None, start: int, length: int, part: str) -> None:
    """Add a run, to the last where they are one for one and side by side in text and source."""
    if origin is None:
        return
    source, taken = origin
    if runs and taken == length:
        last = runs[-1]
        if (
            last.length == last.taken
            and last.start + last.length == start
            and last.source + last.taken == source
            and last.part == part
        ):
            runs[-1] = Run(last.start, last.length + length, last.source, last.taken + taken, part)
            return
    runs.append(Run(start, length, source, taken, part))


class _Spans:
    """Where stretches of the raw text of a paragraph come from; asked in ascending order."""

    def __init__(self, pieces: list[Piece]) -> None:
        self._pieces = [piece for piece in pieces if piece.text]
        self._k = 0  # the piece looked at
        self._begin = 0  # its offset in the raw text

    def cuts(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """The stretch, cut where a piece ends."""
        at = start
        k, begin = self._seek(start)
        while at < end:
            stop = min(end, begin + len(self._pieces[k].text))
            yield at, stop
            at = stop
            begin += len(self._pieces[k].text)
            k += 1

    def of(self, start: int, end: int) -> tuple[int, int] | None:
        """Offset and length in the source, None where a part of it is not to be changed or the source goes astray."""
        k, begin = self._seek(start)
        first = last = -1
        at = start
        while at < end:
            piece = self._pieces[k]
            stop = min(end, begin + len(piece.text))
            if piece.start < 0:
                return None
            if piece.length == len(piece.text):
                low, high = piece.start + at - begin, piece.start + stop - begin
            else:
                low, high = piece.start, piece.start + piece.length
            if first < 0:
                first = low
            elif low != last:
                return None
            last = high
            at = stop
            begin += len(piece.text)
            k += 1
        return first, last - first

    def _seek(self, start: int) -> tuple[int, int]:
        while self._begin + len(self._pieces[self._k].text) <= start:
            self._begin += len(self._pieces[self._k].text)
            self._k += 1
        return self._k, self._begin
