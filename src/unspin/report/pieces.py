"""A text cut at its substitutions: what every export that shows text is made from."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from unspin.reading import Reading, Substitution
from unspin.report.passages import partial
from unspin.text.paragraphs import paragraph_starts

__all__ = ["Kept", "Paragraph", "Part", "Piece", "Swapped", "paragraphs", "within"]


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


Piece = Kept | Swapped


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
    return _cut(reading, [s.start for s in reading.substitutions], start, end)


def paragraphs(reading: Reading) -> list[Paragraph]:
    """The text in paragraphs, each in pieces; every substitution is in exactly one of them."""
    text = reading.text
    firsts = [s.start for s in reading.substitutions]
    starts = [start for start in paragraph_starts(text).tolist() if not _inside(reading.substitutions, firsts, start)]
    if firsts and (not starts or firsts[0] < starts[0]):  # a substitution of nothing but white space, before all else
        starts.insert(0, firsts[0])
    borders = [offset for passage in partial(reading) for offset in passage]
    result = []
    for start, stop in pairwise([*starts, len(text)]):
        end = max(start + len(text[start:stop].rstrip()), _last_end(reading.substitutions, firsts, start, stop))
        result.append(Paragraph(start, end, _parted(_cut(reading, firsts, start, end), start, borders)))
    return result


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
        if isinstance(piece, Swapped):
            add(at, piece)
            at = piece.substitution.end
            continue
        end = at + len(piece.text)
        between = borders[bisect_right(borders, at) : bisect_left(borders, end)]
        for a, b in pairwise((at, *between, end)):
            add(a, Kept(piece.text[a - at : b - at]))
        at = end
    return tuple(Part(spun, tuple(inside)) for spun, inside in parts)


def _cut(reading: Reading, firsts: Sequence[int], start: int, end: int) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    at = start
    for index in range(bisect_left(firsts, start), len(firsts)):
        substitution = reading.substitutions[index]
        if substitution.end > end:
            break
        if at < substitution.start:
            pieces.append(Kept(reading.text[at : substitution.start]))
        pieces.append(Swapped(index + 1, substitution))
        at = substitution.end
    if at < end:
        pieces.append(Kept(reading.text[at:end]))
    return tuple(pieces)


def _inside(substitutions: Sequence[Substitution], firsts: Sequence[int], offset: int) -> bool:
    """Whether the offset lies inside a substitution, so that nothing may be cut there."""
    index = bisect_left(firsts, offset) - 1
    return index >= 0 and offset < substitutions[index].end


def _last_end(substitutions: Sequence[Substitution], firsts: Sequence[int], start: int, stop: int) -> int:
    """The end of the last substitution that begins in ``[start, stop)``; ``start`` where there is none."""
    index = bisect_left(firsts, stop) - 1
    return substitutions[index].end if index >= 0 and firsts[index] >= start else start
