"""Counting what a chunk holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unspin.corpus.pieces import Piece
from unspin.corpus.summary import FEW, READER_EDGES, SCREEN_EDGES, Counts, Failure, histogram

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["counted"]


def counted(annotated: pa.RecordBatch, piece: Piece) -> Counts:
    """The counts of a piece, but for what is kept of it and the time that it took."""
    import pyarrow.compute as pc

    screen = annotated.column("unspin_screen")
    counts = Counts(
        documents=annotated.num_rows,
        bytes=piece.bytes,
        sent_on=pc.sum(pc.greater_equal(screen, 0)).as_py() or 0,
        flagged=pc.sum(annotated.column("unspin_spun")).as_py() or 0,
        screen=histogram(screen.to_numpy(zero_copy_only=False), SCREEN_EDGES),
        reader=histogram(annotated.column("unspin_score").to_numpy(zero_copy_only=False), READER_EDGES),
        unreadable=list(piece.unreadable),
    )
    for note in pc.value_counts(annotated.column("unspin_note").drop_null()).to_pylist():
        counts.notes[note["values"]] += note["counts"]
    for _, _, reason in piece.failures:
        counts.fail(reason)
    skipped = _skipped(annotated, piece)
    for _, _, reason in skipped:
        counts.fail(reason)
    counts.failures = [*piece.failures, *skipped][:FEW]
    return counts


def _skipped(annotated: pa.RecordBatch, piece: Piece) -> list[Failure]:
    """Documents that were skipped, each with its place."""
    import pyarrow.compute as pc

    errors = annotated.column("unspin_error")
    if errors.null_count == len(errors):
        return []
    starts: list[tuple[int, str]] = []
    row = 0
    for part in piece.parts:
        starts.append((row, part.source.name))
        row += part.rows
    found = []
    for row in pc.indices_nonzero(errors.is_valid()).to_pylist():
        name = next(name for start, name in reversed(starts) if start <= row)
        found.append((name, annotated.column("offset")[row].as_py(), errors[row].as_py()))
    return found
