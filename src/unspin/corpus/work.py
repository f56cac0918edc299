"""What a worker does with a split: read it, annotate it, set checkpoints."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from unspin.corpus import annotation, kept
from unspin.corpus.counting import counted
from unspin.corpus.pieces import Piece, of_split, of_texts, with_last
from unspin.corpus.plan import Plan, Scan
from unspin.corpus.segments import Mark, Segment, Track
from unspin.corpus.summary import Counts, totals

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["NO_ROW", "Work"]

NO_ROW: Final = -1
_AHEAD: Final = 2  # segments that wait for the disk at most
_FIRST_ROWS: Final = 256
_SECONDS: Final = 10.0  # what took so long to read is set down, though its chunk is not done


@dataclass(frozen=True, slots=True)
class Work:
    """A plan in the hands of a worker.

    Attributes:
        plan: what to do.
        state: folder of the tracks.
        annotate: the function of the plan.
        at: told chunk and row before the reader reads the row, and :data:`NO_ROW` when it reads none.
        wrote: told what a chunk counted when its checkpoint is set; called in another thread.
        resumed: told what earlier runs counted in a split.
    """

    plan: Plan
    state: Path
    annotate: Callable[..., pa.RecordBatch]
    at: Callable[[int, int], None]
    wrote: Callable[[Counts], None]
    resumed: Callable[[Counts], None]

    def scan(self, task: Scan) -> None:
        """Do what is left of a split.

        While a chunk is annotated the one before it goes to the disk: a slow disk costs throughput only, not latency.

        Raises:
            InputError: it cannot be read to its end; the chunks before the place are done.
            OutputError: there is no room, or no permission.
        """
        track = Track(self.state / task.key)
        number, position, ended = track.progress()
        earlier = totals(mark.counts for mark in track.marks())
        self.resumed(earlier)
        if ended:
            return
        size = task.split.size if task.split else task.unit.size
        left = max(0, size - earlier.bytes) if number else None
        waiting: deque[Future[None]] = deque()
        with ThreadPoolExecutor(1) as pool:
            begun = time.perf_counter()
            for piece, last in with_last(self._pieces(task, position)):
                if piece is not None and left is not None:  # some formats count anew what they have to pass over
                    piece = piece._replace(bytes=min(piece.bytes, left))
                    left -= piece.bytes
                segment = self._segment(track, number, piece, last, task.unit.bundle)
                now = time.perf_counter()
                segment.mark.counts.seconds, begun = now - begun, now
                waiting.append(pool.submit(self._write, track, number, segment))
                number += 1
                if len(waiting) > _AHEAD:
                    waiting.popleft().result()
        for written in waiting:
            written.result()

    def _pieces(self, task: Scan, position: dict[str, Any] | None) -> Iterator[Piece]:
        keep = self.plan.keep is not None
        if task.split is None:
            return of_texts(task.unit.sources, self.plan.columns, position, keep=keep)
        return of_split(task.unit.sources[0], task.split, self.plan.columns, position, keep=keep)

    def _write(self, track: Track, number: int, segment: Segment) -> None:
        track.write(number, segment)
        self.wrote(segment.mark.counts)

    def _segment(self, track: Track, number: int, piece: Piece | None, last: bool, bundle: bool) -> Segment:
        if piece is None:
            return Segment(b"", b"", Mark({}, last, Counts()))
        annotated = self._annotated(track, number, piece.batch)
        counts = counted(annotated, piece)
        rows = b""
        if self.plan.keep is not None:
            spun = annotated.column("unspin_spun").fill_null(False).to_numpy(zero_copy_only=False)
            mask = spun if self.plan.keep == "spun" else ~spun
            counts.kept = int(mask.sum())
            others = self.plan.keep == "clean"
            rows = kept.pack_files(piece.parts, mask) if bundle else kept.rows(piece.parts[0], mask, others=others)
        return Segment(self._annotations(annotated, piece), rows, Mark(piece.position, last, counts))

    def _annotations(self, annotated: pa.RecordBatch, piece: Piece) -> bytes:
        if self.plan.annotations is None:
            return b""
        return annotation.to_bytes(annotation.table(annotated, piece.parts), self.plan.annotations)

    def _annotated(self, track: Track, number: int, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Annotate a chunk, in slices: what is read of a chunk of spun documents must not be lost after minutes."""
        import pyarrow as pa

        done = track.partial(number)
        skips = track.skips(number)
        row = sum(part.num_rows for part in done)
        rows = _FIRST_ROWS
        while row < batch.num_rows or not done:
            begun = time.perf_counter()
            done.append(self._slice(batch.slice(row, rows), row, number, skips))
            row += done[-1].num_rows
            seconds = time.perf_counter() - begun
            if seconds > _SECONDS and row < batch.num_rows:
                track.write_partial(number, done)
            rows = max(1, int(rows * min(16.0, _SECONDS / max(seconds, 1e-3))))
        return pa.concat_batches(done) if len(done) > 1 else done[0]

    def _slice(self, batch: pa.RecordBatch, first: int, number: int, skips: dict[int, str]) -> pa.RecordBatch:
        """Annotate some rows; the result goes without the texts, which are the most of it and not needed any more."""
        here = {row - first: reason for row, reason in skips.items() if first <= row < first + batch.num_rows}
        try:
            annotated = self.annotate(
                batch, self.plan.settings, watch=lambda row: self.at(number, first + row), skip=here
            )
        finally:
            self.at(number, NO_ROW)
        return annotated.select([name for name in annotated.schema.names if name != "text"])
