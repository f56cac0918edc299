"""What a run counts: for a chunk, for a file, in all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from unspin.corpus.formats import Chunk, Failure

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["FEW", "Counts", "Timing", "counted", "totals"]

FEW: Final = 20
"""Failures that are named one by one, and different reasons that are counted apart, for each file."""
_OTHER: Final = "other reasons"


@dataclass(slots=True)
class Counts:
    """What was found in a chunk, or in all chunks of some files.

    Attributes:
        documents: rows that hold a document, read or not.
        bytes: bytes of input, as far as they were read, as they lie in the file.
        lines: lines of input, in formats of lines.
        kept: documents written to the kept files.
        failed: reasons, and how often a record or a document failed for each.
        notes: remarks on documents, and on how many each stands.
        tallies: what the job counts, by its own names.
        histograms: the histograms of the job, by its own names.
        failures: the first failures, each with its place; lines are counted from where these counts begin.
        damaged: what is wrong with files that could not be read to their end, a line each.
        seconds: time of the workers on it.
        spent: what of it went where: ``reading`` the input, the stations of the job, and ``writing`` what comes out.
    """

    documents: int = 0
    bytes: int = 0
    lines: int = 0
    kept: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    tallies: Counter[str] = field(default_factory=Counter)
    histograms: dict[str, list[int]] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    seconds: float = 0.0
    spent: dict[str, float] = field(default_factory=dict)

    def add(self, other: Counts) -> None:
        """Count the other too; it comes after what was counted so far."""
        self.failures += [_later(failure, self.lines) for failure in other.failures[: FEW - len(self.failures)]]
        self.documents += other.documents
        self.bytes += other.bytes
        self.lines += other.lines
        self.kept += other.kept
        for reason, count in other.failed.items():
            self.fail(reason, count)
        self.notes.update(other.notes)
        self.tallies.update(other.tallies)
        for name, bars in other.histograms.items():
            before = self.histograms.get(name, [0] * len(bars))
            self.histograms[name] = [a + b for a, b in zip(before, bars, strict=True)]
        self.damaged += other.damaged
        self.seconds += other.seconds
        self.spent = {name: self.spent.get(name, 0.0) + other.spent.get(name, 0.0) for name in self.spent | other.spent}

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
                "tallies": Counter(record["tallies"]),
                "failures": [Failure(*failure) for failure in record["failures"]],
            }
        )

    def public(self, found: Mapping[str, Any]) -> dict[str, Any]:
        """As it stands in ``summary.json``, without what differs from run to run; ``found`` is what the job says of it."""
        return {
            "documents": self.documents,
            "bytes": self.bytes,
            **found,
            "failed": {"count": self.failed.total(), "reasons": _ordered(self.failed)},
            "unjudged_or_noted": _ordered(self.notes),
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


def counted(annotated: pa.RecordBatch, chunk: Chunk, name: str, error: str) -> Counts:
    """The counts of a chunk, but for what the job counts, what is kept of it and the time that it took.

    Args:
        annotated: its documents with the columns of the job.
        chunk: the chunk.
        name: of its source.
        error: the column that says why a document was skipped.
    """
    counts = Counts(documents=annotated.num_rows, bytes=chunk.bytes_read, lines=chunk.lines)
    failures = [*chunk.failures, *_skipped(annotated, error)]
    for failure in failures:
        counts.fail(failure.reason)
    counts.failures = [failure._replace(source=failure.source or name) for failure in failures[:FEW]]
    return counts


def _skipped(annotated: pa.RecordBatch, error: str) -> list[Failure]:
    """Documents that were skipped, with the reason that stands in the column ``error``."""
    import pyarrow.compute as pc

    there = annotated.filter(pc.is_valid(annotated.column(error)))
    names = there.column("source").to_pylist() if "source" in there.schema.names else [None] * there.num_rows
    offsets, reasons, ids = (there.column(name).to_pylist() for name in ("offset", error, "id"))
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


def _ordered(counter: Counter[str]) -> dict[str, int]:
    return dict(sorted(counter.items(), key=lambda item: (-item[1], item[0])))


class Timing(NamedTuple):
    """How long a run took: the part of the summary that differs from run to run.

    Attributes:
        seconds: of this run, by the clock.
        workers: processes it was allowed.
        replaced: workers that died.
        stations: see :attr:`unspin.scan.job.Job.stations`.
    """

    seconds: float
    workers: int
    replaced: int
    stations: tuple[str, ...]

    def record(self, together: Counts, here: Counts) -> dict[str, Any]:
        """As it stands in ``summary.json``.

        Args:
            together: counts of all runs that worked on it.
            here: counts of this one.
        """
        spent = ("reading", *self.stations, "writing")
        return {
            "seconds": round(self.seconds, 3),
            "megabytes_per_second": _rate(here.bytes / 1e6, self.seconds),
            "documents_per_second": _rate(here.documents, self.seconds),
            "worker_seconds": round(together.seconds, 3),
            "worker_seconds_spent": {name: round(together.spent.get(name, 0.0), 3) for name in spent},
            "megabytes_per_worker_second": _rate(together.bytes / 1e6, together.seconds),
            "workers": self.workers,
            "workers_replaced": self.replaced,
        }


def _rate(amount: float, seconds: float) -> float:
    """Amount for a second, with three figures."""
    return float(f"{amount / seconds:.3g}") if seconds > 0 else 0.0
