"""What a worker does with a split: read it, annotate it, set checkpoints."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from unspin.corpus.formats import Chunk, Guard, encode, mend, read
from unspin.errors import CorruptInput
from unspin.scan.job import RESTORED, Annotate, Job
from unspin.scan.segments import Segment, Segments
from unspin.scan.summary import Counts, counted, totals
from unspin.scan.tasks import Scan

if TYPE_CHECKING:
    import pyarrow as pa

    from unspin.corpus.formats import Raw
    from unspin.corpus.sources import Source

__all__ = ["AtRecord", "AtRow", "Idle", "Moment", "Work"]

_AHEAD: Final = 2  # segments that wait for the disk at most
_FIRST_ROWS: Final = 256
_SECONDS: Final = 10.0  # what took so long to read is set down, though its chunk is not done


class AtRow(NamedTuple):
    """The work begins on this row of this chunk."""

    chunk: int
    row: int


class AtRecord(NamedTuple):
    """The record at this offset is about to be taken apart."""

    offset: int


class Idle(NamedTuple):
    """Neither of the two: what takes time now is no document's fault."""


Moment = AtRow | AtRecord | Idle


@dataclass(frozen=True, slots=True)
class Work:
    """A job in the hands of a worker.

    Attributes:
        job: what to do.
        state: folder of the folders of segments.
        annotate: the function of the job.
        at: told what may hang or end the process before it is begun, and :class:`Idle` when it is over.
        wrote: told what a chunk counted when its checkpoint is set; called in another thread.
        resumed: told what earlier runs counted in a split.
    """

    job: Job
    state: Path
    annotate: Annotate
    at: Callable[[Moment], None]
    wrote: Callable[[Counts], None]
    resumed: Callable[[Counts], None]

    def scan(self, task: Scan) -> None:
        """Do what is left of a split.

        While a chunk is annotated the one before it goes to the disk: a slow disk costs throughput only, not latency.
        Where the input is damaged the split ends, and what stood before the damage is done.

        Raises:
            InputError: it cannot be read any more; the chunks before are done.
            OutputError: there is no room, or no permission.
        """
        segments = Segments(self.state / task.folder)
        number, position, ended = segments.progress()
        earlier = totals(segments.counts())
        self.resumed(earlier)
        if ended:
            return
        left = max(0, task.split.size - earlier.bytes) if number else None
        waiting: deque[Future[None]] = deque()
        with ThreadPoolExecutor(1) as pool:
            begun = time.perf_counter()
            for chunk, last, damage in _with_last(self._chunks(task, segments, position)):
                spent = dict.fromkeys(("reading", *self.job.stations, "writing"), 0.0)
                spent["reading"] = time.perf_counter() - begun
                if chunk is not None and left is not None:  # some formats count anew what they have to pass over
                    chunk = replace(chunk, bytes_read=min(chunk.bytes_read, left))
                    left -= chunk.bytes_read
                segment = self._segment(task, segments, number, chunk, last, spent)
                segment.counts.damaged += damage
                now = time.perf_counter()
                segment.counts.seconds, begun = now - begun, now
                spent["writing"] = segment.counts.seconds - sum(spent.values())
                segment.counts.spent = spent
                waiting.append(pool.submit(self._write, segments, number, segment))
                number += 1
                if len(waiting) > _AHEAD:
                    waiting.popleft().result()
        for written in waiting:
            written.result()

    def _chunks(self, task: Scan, segments: Segments, position: dict[str, Any] | None) -> Iterator[Chunk]:
        guard = Guard(lambda offset: self.at(AtRecord(offset)), lambda: self.at(Idle()), segments.skipped_records())
        keep = self.job.keep is not None
        return read(task.source, task.split, self.job.columns, position, keep=keep, guard=guard)

    def _write(self, segments: Segments, number: int, segment: Segment) -> None:
        segments.write(number, segment)
        self.wrote(segment.counts)

    def _segment(
        self, task: Scan, segments: Segments, number: int, chunk: Chunk | None, last: bool, spent: dict[str, float]
    ) -> Segment:
        if chunk is None:
            return Segment(b"", b"", {}, last, Counts())
        annotated = self._annotated(segments, number, chunk.batch, spent)
        counts = counted(annotated, chunk, task.source.name, self.job.rows.error)
        self.job.count(annotated, counts)
        kept = b""
        if self.job.keep is not None:
            assert chunk.raw is not None
            kept, counts.kept = self._kept(task.source, chunk.raw, annotated)
        rows = b""
        if self.job.annotations is not None:
            found = self.job.rows.of(annotated, chunk.failures, task.source.name)
            rows = self.job.rows.to_bytes(found, self.job.annotations)
        return Segment(rows, kept, dict(chunk.position), last, counts)

    def _kept(self, source: Source, raw: Raw, annotated: pa.RecordBatch) -> tuple[bytes, int]:
        """What is written again of a chunk, and how many documents that is."""
        if self.job.keep == RESTORED:
            return mend(source, raw, annotated.column(RESTORED), self.job.columns), annotated.num_rows
        mask = self.job.kept(annotated)
        return encode(source, raw, mask, others=self.job.keep == "clean"), int(mask.sum())

    def _annotated(
        self, segments: Segments, number: int, batch: pa.RecordBatch, spent: dict[str, float]
    ) -> pa.RecordBatch:
        """Annotate a chunk, in slices: what is read of a chunk of spun documents must not be lost after minutes."""
        import pyarrow as pa

        done = segments.partial(number)
        skips = segments.skipped_rows(number)
        row = sum(part.num_rows for part in done)
        rows = _FIRST_ROWS
        while row < batch.num_rows or not done:
            begun = time.perf_counter()
            done.append(self._slice(batch.slice(row, rows), row, number, skips, spent))
            row += done[-1].num_rows
            seconds = time.perf_counter() - begun
            if seconds > _SECONDS and row < batch.num_rows:
                segments.write_partial(number, done)
            rows = max(1, int(rows * min(16.0, _SECONDS / max(seconds, 1e-3))))
        return pa.concat_batches(done) if len(done) > 1 else done[0]

    def _slice(
        self, batch: pa.RecordBatch, first: int, number: int, skips: dict[int, str], spent: dict[str, float]
    ) -> pa.RecordBatch:
        """Annotate some rows; the result goes without the texts, which are the most of it and not needed any more."""
        begun, station = time.perf_counter(), 0

        def watch(row: int | None) -> None:
            nonlocal begun, station
            if row is None:
                now = time.perf_counter()
                spent[self.job.stations[station]] += now - begun
                begun, station = now, station + 1
            self.at(Idle() if row is None else AtRow(number, first + row))

        here = {row - first: reason for row, reason in skips.items() if first <= row < first + batch.num_rows}
        try:
            annotated = self.annotate(batch, watch=watch, skip=here)
        finally:
            self.at(Idle())
        spent[self.job.stations[station]] += time.perf_counter() - begun
        return annotated.select([name for name in annotated.schema.names if name != "text"])


def _with_last(chunks: Iterator[Chunk]) -> Iterator[tuple[Chunk | None, bool, list[str]]]:
    """Each chunk, whether it is the last one, and what damage comes after it; the chunk is None where there is none.

    Another error in reading on is raised after the chunks before it.
    """
    before: Chunk | None = None
    while True:
        try:
            chunk = next(chunks, None)
        except CorruptInput as error:
            yield before, True, [str(error)]
            return
        except Exception:
            if before is not None:
                yield before, False, []
            raise
        if chunk is None:
            yield before, True, []
            return
        if before is not None:
            yield before, False, []
        before = chunk
