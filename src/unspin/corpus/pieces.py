"""The chunks of a split, or of a bundle of texts, as pieces of work of about the same size."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from unspin.corpus.formats import Columns, Raw, Split, read, splits
from unspin.corpus.sources import Source
from unspin.corpus.summary import Failure
from unspin.errors import InputError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Part", "Piece", "of_split", "of_texts", "with_last"]

_ROWS: Final = 4_096
_BYTES: Final = 4 * 2**20


class Part(NamedTuple):
    """Rows of one source in a piece: how many, and as they stand in the file (None where nothing is kept)."""

    source: Source
    rows: int
    raw: Raw | None


class Piece(NamedTuple):
    """Documents that are annotated together and become one segment.

    Attributes:
        batch: columns ``id``, ``text``, ``offset``.
        parts: where the rows come from, in order.
        position: where the next piece begins.
        failures: records that could not be read.
        unreadable: files that could not be read at all, a line each.
        bytes: bytes of input.
    """

    batch: pa.RecordBatch
    parts: tuple[Part, ...]
    position: dict[str, Any]
    failures: tuple[Failure, ...]
    unreadable: tuple[str, ...]
    bytes: int


def of_split(
    source: Source, split: Split, columns: Columns, position: dict[str, Any] | None, *, keep: bool
) -> Iterator[Piece]:
    """Read a split on from ``position``, or from its beginning.

    Raises:
        InputError: the rest cannot be read.
    """
    for chunk in read(source, split, columns, position, keep=keep):
        failures = tuple((source.name, failure.offset, failure.reason) for failure in chunk.failures)
        part = Part(source, chunk.batch.num_rows, chunk.raw)
        yield Piece(chunk.batch, (part,), dict(chunk.position), failures, (), chunk.bytes_read)


def of_texts(
    sources: tuple[Source, ...], columns: Columns, position: dict[str, Any] | None, *, keep: bool
) -> Iterator[Piece]:
    """Read text files on from ``position``; one that cannot be read is named and stops nothing but itself."""
    waiting: list[Piece] = []
    rows = size = 0
    for number in range(position["file"] if position else 0, len(sources)):
        piece = _whole_text(sources[number], columns, {"file": number + 1}, keep=keep)
        waiting.append(piece)
        rows += 1
        size += piece.bytes
        if rows == _ROWS or size >= _BYTES:
            yield _joined(waiting)
            waiting, rows, size = [], 0, 0
    if waiting:
        yield _joined(waiting)


def _whole_text(source: Source, columns: Columns, position: dict[str, Any], *, keep: bool) -> Piece:
    found: list[Piece] = []
    unreadable: tuple[str, ...] = ()
    try:
        for split in splits(source, columns):
            found += of_split(source, split, columns, None, keep=keep)
    except InputError as error:
        unreadable = (str(error),)
    piece = _joined(found)
    return piece._replace(position=position, unreadable=unreadable, bytes=source.size)


def _joined(pieces: list[Piece]) -> Piece:
    import pyarrow as pa

    if len(pieces) == 1:
        return pieces[0]
    if not pieces:
        schema = pa.schema([("id", pa.string()), ("text", pa.large_string()), ("offset", pa.int64())])
        return Piece(pa.RecordBatch.from_pylist([], schema), (), {}, (), (), 0)
    return Piece(
        pa.concat_batches([piece.batch for piece in pieces]),
        tuple(part for piece in pieces for part in piece.parts),
        pieces[-1].position,
        tuple(failure for piece in pieces for failure in piece.failures),
        tuple(line for piece in pieces for line in piece.unreadable),
        sum(piece.bytes for piece in pieces),
    )


def with_last(pieces: Iterator[Piece]) -> Iterator[tuple[Piece | None, bool]]:
    """Each piece and whether it is the last one; ``(None, True)`` where there is none.

    What goes wrong in reading on comes after the pieces before it.
    """
    before: Piece | None = None
    while True:
        try:
            piece = next(pieces, None)
        except Exception:
            if before is not None:
                yield before, False
            raise
        if piece is None:
            yield before, True
            return
        if before is not None:
            yield before, False
        before = piece
