"""What a run counts: for a chunk, for a file, in all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from unspin.corpus.formats import Chunk, Failure

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "FEW",
    "READER_EDGES",
    "RESTORED",
    "SCREEN_EDGES",
    "SPENT",
    "Counts",
    "Timing",
    "counted",
    "histogram",
    "totals",
]

SCREEN_EDGES: Final = tuple(float(edge) for edge in range(-16, 17))
"""Edges of the histograms of the gates' scores; 0 is where a gate begins to send on."""
READER_EDGES: Final = tuple(map(float, (-10, -5, -2, -1, 0, 1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 50, 100, 200)))
"""Edges of the histogram of reader scores, in nats; about 1 honest document in 10,000 reaches 4.7."""
FEW: Final = 20
"""Failures that are named one by one, and different reasons that are counted apart, for each file."""
SPENT: Final = ("reading", "gates", "reader", "writing")
"""What a worker's time goes into."""
RESTORED: Final = "restored"
"""Column of the restored texts, where they are written."""
_OTHER: Final = "other reasons"


@dataclass(slots=True)
class Counts:
    """What was found in a chunk, or in all chunks of some files.

    Attributes:
        documents: rows that hold a document, read or not.
        bytes: bytes of input, as far as they were read, as they lie in the file.
        passed_screen: documents that passed the first gate.
        sent_on: of these, documents that passed the second, and so went to the reader.
        flagged: documents that read as spun.
        kept: documents written to the kept files.
        restored: of these, documents with a restored text.
        words_restored: swapped places in them that were restored.
        words_left: swapped places at which the page's word stays: no original is likely enough.
        lines: lines of input, in formats of lines.
        failed: reasons, and how often a record or a document failed for each.
        notes: remarks of the reader, and on how many documents each stands.
        screen: histogram of screen scores, see :func:`histogram`.
        sieve: histogram of sieve scores.
        reader: histogram of reader scores.
        failures: the first failures, each with its place; lines are counted from where these counts begin.
        damaged: what is wrong with files that could not be read to their end, a line each.
        seconds: time of the workers on it.
        spent: what of it went where: ``reading`` the input, the ``gates``, the ``reader``, and ``writing`` what comes out.
    """

    documents: int = 0
    bytes: int = 0
    lines: int = 0
    passed_screen: int = 0
    sent_on: int = 0
    flagged: int = 0
    kept: int = 0
    restored: int = 0
    words_restored: int = 0
    words_left: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    screen: list[int] = field(default_factory=lambda: [0] * (len(SCREEN_EDGES) + 1))
    sieve: list[int] = field(default_factory=lambda: [0] * (len(SCREEN_EDGES) + 1))
    reader: list[int] = field(default_factory=lambda: [0] * (len(READER_EDGES) + 1))
    failures: list[Failure] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    seconds: float = 0.0
    spent: dict[str, float] = field(default_factory=lambda: dict.fromkeys(SPENT, 0.0))

    def add(self, other: Counts) -> None:
        """Count the other too; it comes after what was counted so far."""
        self.failures += [_later(failure, self.lines) for failure in other.failures[: FEW - len(self.failures)]]
        self.documents += other.documents
        self.bytes += other.bytes
        self.lines += other.lines
        self.passed_screen += other.passed_screen
        self.sent_on += other.sent_on
        self.flagged += other.flagged
        self.kept += other.kept
        self.restored += other.restored
        self.words_restored += other.words_restored
        self.words_left += other.words_left
        for reason, count in other.failed.items():
            self.fail(reason, count)
        self.notes.update(other.notes)
        self.screen = [a + b for a, b in zip(self.screen, other.screen, strict=True)]
        self.sieve = [a + b for a, b in zip(self.sieve, other.sieve, strict=True)]
        self.reader = [a + b for a, b in zip(self.reader, other.reader, strict=True)]
        self.damaged += other.damaged
        self.seconds += other.seconds
        self.spent = {name: self.spent[name] + other.spent[name] for name in SPENT}

    def fail(self, reason: str, count: int = 1) -> None:
        """Count a failure under its reason, or under "other reasons" when there are many different ones."""
        known = reason in self.failed or len(self.failed) < FEW
        self.failed[reason if known else _OTHER] += count

    def record(self) -> dict[str, Any]:
        """As JSON; :meth:`of_record` is the way back."""
        return {name: getattr(self, name) for name in self.__slots__} | {
            "failures": [[*each] for each in self.failures]
        }

    @classmethod
    def of_record(cls, record: Mapping[str, Any]) -> Counts:
        """From what :meth:`record` gave."""
        return cls(
            **{
                **record,
                "failed": Counter(record["failed"]),
                "notes": Counter(record["notes"]),
                "failures": [Failure(*failure) for failure in record["failures"]],
            }
        )

    def public(self) -> dict[str, Any]:
        """As it stands in ``summary.json``, without what differs from run to run."""
        return {
            "documents": self.documents,
            "bytes": self.bytes,
            "sent_on_by_screen": self.passed_screen,
            "sent_on_by_sieve": self.sent_on,
            "flagged": self.flagged,
            "kept": self.kept,
            "restored": {"documents": self.restored, "words": self.words_restored, "words_left": self.words_left},
            "failed": {"count": self.failed.total(), "reasons": _ordered(self.failed)},
            "unjudged_or_noted": _ordered(self.notes),
            "screen_scores": _shown(self.screen, SCREEN_EDGES),
            "sieve_scores": _shown(self.sieve, SCREEN_EDGES),
            "reader_scores": _shown(self.reader, READER_EDGES),
            "damaged": self.damaged,
            "first_failures": [_place(failure) | {"reason": failure.reason} for failure in self.failures],
        }


def _later(failure: Failure, lines: int) -> Failure:
    """The same failure, so many lines further on."""
    return failure if failure.line is None else failure._replace(line=failure.line + lines)


def _place(failure: Failure) -> dict[str, Any]:
    """Where it is: name of the file, offset in it, and its line, from 1, in formats of lines."""
    line = {} if failure.line is None else {"line": failure.line + 1}
    return {"source": failure.source, "offset": failure.offset} | line


def counted(annotated: pa.RecordBatch, chunk: Chunk, name: str, restore_from: float = 0.0) -> Counts:
    """The counts of a chunk, but for what is kept of it and the time that it took.

    Args:
        annotated: its documents with the columns of :mod:`unspin.scan.annotate`, and :data:`RESTORED` if they are written.
        chunk: the chunk.
        name: of its source.
        restore_from: least confidence at which a word was restored.
    """
    import pyarrow.compute as pc

    screen, sieve = annotated.column("unspin_screen"), annotated.column("unspin_sieve")
    counts = Counts(
        documents=annotated.num_rows,
        bytes=chunk.bytes_read,
        lines=chunk.lines,
        passed_screen=pc.sum(pc.greater_equal(screen, 0)).as_py() or 0,
        sent_on=pc.sum(pc.greater_equal(sieve, 0)).as_py() or 0,
        flagged=pc.sum(annotated.column("unspin_spun")).as_py() or 0,
        screen=histogram(screen.to_numpy(zero_copy_only=False), SCREEN_EDGES),
        sieve=histogram(sieve.to_numpy(zero_copy_only=False), SCREEN_EDGES),
        reader=histogram(annotated.column("unspin_score").to_numpy(zero_copy_only=False), READER_EDGES),
    )
    if RESTORED in annotated.schema.names:
        counts.restored = annotated.num_rows - annotated.column(RESTORED).null_count
        counts.words_restored, counts.words_left = _words(annotated.column("unspin_spans"), restore_from)
    for note in pc.value_counts(annotated.column("unspin_note").drop_null()).to_pylist():
        counts.notes[note["values"]] += note["counts"]
    failures = [*chunk.failures, *_skipped(annotated)]
    for failure in failures:
        counts.fail(failure.reason)
    counts.failures = [failure._replace(source=failure.source or name) for failure in failures[:FEW]]
    return counts


def _words(spans: pa.ListArray, restore_from: float) -> tuple[int, int]:
    """How many swapped places were restored, and at how many the page's word stays."""
    import numpy as np
    import pyarrow.compute as pc

    places = spans.flatten()
    sure = pc.greater_equal(places.field("score"), np.float32(restore_from))
    restored = pc.sum(pc.and_(sure, pc.is_valid(places.field("restored")))).as_py() or 0
    return restored, len(places) - restored


def _skipped(annotated: pa.RecordBatch) -> list[Failure]:
    """Documents that were skipped."""
    import pyarrow.compute as pc

    there = annotated.filter(pc.is_valid(annotated.column("unspin_error")))
    names = there.column("source").to_pylist() if "source" in there.schema.names else [None] * there.num_rows
    offsets, reasons, ids = (there.column(name).to_pylist() for name in ("offset", "unspin_error", "id"))
    rows = zip(offsets, reasons, ids, names, strict=True)
    return [Failure(offset, reason, id, source=name) for offset, reason, id, name in rows]


def totals(parts: Iterable[Counts], *, failures: bool = False) -> Counts:
    """All of them together; without ``failures`` none is named with its place."""
    result = Counts()
    for part in parts:
        result.add(part)
    if not failures:
        result.failures = []
    return result


def histogram(values: Sequence[float], edges: Sequence[float]) -> list[int]:
    """How many values lie below the first edge, between each edge (taken in) and the next, and from the last upwards."""
    import numpy as np

    finite = np.asarray(values, np.float64)
    places = np.searchsorted(np.asarray(edges), finite[np.isfinite(finite)], side="right")
    counted: list[int] = np.bincount(places, minlength=len(edges) + 1).tolist()
    return counted


def _shown(counts: Sequence[int], edges: Sequence[float]) -> dict[str, Any]:
    return {"edges": list(edges), "below": counts[0], "counts": list(counts[1:-1]), "from_last": counts[-1]}


def _ordered(counter: Counter[str]) -> dict[str, int]:
    return dict(sorted(counter.items(), key=lambda item: (-item[1], item[0])))


class Timing(NamedTuple):
    """How long a run took: the part of the summary that differs from run to run.

    Attributes:
        seconds: of this run, by the clock.
        workers: processes it was allowed.
        replaced: workers that died.
    """

    seconds: float
    workers: int
    replaced: int

    def record(self, together: Counts, here: Counts) -> dict[str, Any]:
        """As it stands in ``summary.json``.

        Args:
            together: counts of all runs that worked on it.
            here: counts of this one.
        """
        return {
            "seconds": round(self.seconds, 3),
            "megabytes_per_second": _rate(here.bytes / 1e6, self.seconds),
            "documents_per_second": _rate(here.documents, self.seconds),
            "worker_seconds": round(together.seconds, 3),
            "worker_seconds_spent": {name: round(together.spent[name], 3) for name in SPENT},
            "megabytes_per_worker_second": _rate(together.bytes / 1e6, together.seconds),
            "workers": self.workers,
            "workers_replaced": self.replaced,
        }


def _rate(amount: float, seconds: float) -> float:
    """Amount for a second, with three figures."""
    return float(f"{amount / seconds:.3g}") if seconds > 0 else 0.0
