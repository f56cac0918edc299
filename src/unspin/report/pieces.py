"""A text cut at its substitutions: what every export that shows text is made from."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from unspin.comparison import Wording
from unspin.reading import Reading, Substitution
from unspin.report.passages import partial
from unspin.text.paragraphs import paragraph_starts

__all__ = ["Change", "Kept", "Paragraph", "Part", "Piece", "Sourced", "Swapped", "paragraphs", "within"]


class Kept(NamedTuple):
    """Text that stands on both sides."""

    text: str


class Swapped(NamedTuple):
    """A place that reads otherwise in the restored text.

    Attributes:
        number: of the substitution in its reading, from 1; the row of the table of swaps.
        substitution: what is replaced by what.
    """

    number: int
    substitution: Substitution

    @property
    def start(self) -> int:
        """Where it begins in the text."""
        return self.substitution.start

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.substitution.end

    @property
    def found(self) -> str:
        """What stands there."""
        return self.substitution.found

    @property
    def original(self) -> str:
        """What stands there in the restored text."""
        return self.substitution.original


class Sourced(NamedTuple):
    """A place that a source of the document has otherwise.

    Attributes:
        wording: what is replaced by what.
        found: what stands there.
    """

    wording: Wording
    found: str

    @property
    def start(self) -> int:
        """Where it begins in the text."""
        return self.wording.start

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.wording.end

    @property
    def original(self) -> str:
        """What the source has there, with the white space around it."""
        return self.wording.original


Change = Swapped | Sourced
Piece = Kept | Change


class Part(NamedTuple):
    """Pieces side by side that all lie in a part that reads as spun (``spun``), or all outside of one."""

    spun: bool
    pieces: tuple[Piece, ...]


class Paragraph(NamedTuple):
    """``text[start:end]`` of the reading, cut into pieces, without the white space around it."""

    start: int
    end: int
    parts: tuple[Part, ...]

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """Its pieces, wherever they lie."""
        return tuple(piece for part in self.parts for piece in part.pieces)


def within(reading: Reading, start: int, end: int) -> tuple[Piece, ...]:
    """``text[start:end]`` in pieces; a substitution that crosses its border is left out, as in ``apply_within``."""
    changes = _swapped(reading)
    return _cut(reading.text, changes, [change.start for change in changes], start, end)


def paragraphs(reading: Reading, wordings: Sequence[Wording] | None = None) -> list[Paragraph]:
    """The text in paragraphs, each in pieces; every change is in exactly one of them.

    Args:
        reading: of the text.
        wordings: the changes, where a source decides and not the reader alone; its own are among the substitutions.
    """
    text = reading.text
    changes: Sequence[Change] = _swapped(reading) if wordings is None else _worded(reading, wordings)
    firsts = [change.start for change in changes]
    starts = [start for start in paragraph_starts(text).tolist() if not _inside(changes, firsts, start)]
    if firsts and (not starts or firsts[0] < starts[0]):  # a substitution of nothing but white space, before all else
        starts.insert(0, firsts[0])
    borders = [offset for passage in partial(reading) for offset in passage]
    result = []
    for start, stop in pairwise([*starts, len(text)]):
        end = max(start + len(text[start:stop].rstrip()), _last_end(changes, firsts, start, stop))
        result.append(Paragraph(start, end, _parted(_cut(text, changes, firsts, start, end), start, borders)))
    return result


def _swapped(reading: Reading) -> list[Swapped]:
    return [Swapped(number, s) for number, s in enumerate(reading.substitutions, start=1)]


def _worded(reading: Reading, wordings: Sequence[Wording]) -> list[Change]:
    own = {piece.start: piece for piece in _swapped(reading)}
    return [own[w.start] if w.source is None else Sourced(w, reading.text[w.start : w.end]) for w in wordings]


def _parted(pieces: Sequence[Piece], start: int, borders: Sequence[int]) -> tuple[Part, ...]:
    """Pieces that begin at ``start``, divided where a passage begins or ends; a swapped word lies where it begins."""
    parts: list[tuple[bool, list[Piece]]] = []

    def add(at: int, piece: Piece) -> None:
        spun = bisect_right(borders, at) % 2 == 1
        if not parts or parts[-1][0] != spun:
            parts.append((spun, []))
        parts[-1][1].append(piece)

    at = start
    for piece in pieces:
        if not isinstance(piece, Kept):
            add(at, piece)
            at = piece.end
            continue
        end = at + len(piece.text)
        between = borders[bisect_right(borders, at) : bisect_left(borders, end)]
        for a, b in pairwise((at, *between, end)):
            add(a, Kept(piece.text[a - at : b - at]))
        at = end
    return tuple(Part(spun, tuple(inside)) for spun, inside in parts)


def _cut(text: str, changes: Sequence[Change], firsts: Sequence[int], start: int, end: int) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    at = start
    for index in range(bisect_left(firsts, start), len(firsts)):
        change = changes[index]
        if change.end > end:
            break
        if at < change.start:
            pieces.append(Kept(text[at : change.start]))
        pieces.append(change)
        at = change.end
    if at < end:
        pieces.append(Kept(text[at:end]))
    return tuple(pieces)


def _inside(changes: Sequence[Change], firsts: Sequence[int], offset: int) -> bool:
    """Whether the offset lies inside a change, so that nothing may be cut there."""
    index = bisect_left(firsts, offset) - 1
    return index >= 0 and offset < changes[index].end


def _last_end(changes: Sequence[Change], firsts: Sequence[int], start: int, stop: int) -> int:
    """The end of the last change that begins in ``[start, stop)``; ``start`` where there is none."""
    index = bisect_left(firsts, stop) - 1
    return changes[index].end if index >= 0 and firsts[index] >= start else start
