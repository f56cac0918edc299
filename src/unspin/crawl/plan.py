"""The job of ``unspin trace`` over a corpus: each document is looked for in an archive."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Self

from unspin.corpus.formats import Columns
from unspin.crawl.options import Options
from unspin.errors import MissingInput
from unspin.scan.job import Annotate
from unspin.scan.plan import need_libraries
from unspin.scan.rows import RowFormat, Rows
from unspin.scan.tallies import histogram
from unspin.scan.tallies import shown as as_json

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from unspin.scan.summary import Counts

__all__ = ["EDGES", "Plan"]

EDGES: Final = (0.0, 0.001, 0.01, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.99, 0.999, 1.0)
"""Edges of the histogram of probabilities."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What ``unspin trace`` does with the documents of a corpus, a :class:`unspin.scan.job.Job`; see :meth:`against`.

    Attributes:
        index: folder of the archive.
        state: the commit of the archive that the run is about; with another one it is another run.
        options: of the search; the columns of the texts are named in ``columns``.
        columns: where text and id stand in the input.
        annotations: format of the rows.
    """

    index: str
    state: str
    options: Options = field(default_factory=Options)
    columns: Columns = field(default_factory=Columns)
    annotations: RowFormat = "parquet"

    @classmethod
    def against(cls, index: str | os.PathLike[str], **how: Any) -> Self:
        """Against an archive as it is now; the rest as for the class itself.

        Raises:
            MissingInput: there is no such archive, or nothing in it.
            DamagedData: it is of another version, or damaged.
            MissingExtra: ``unspin[trace]`` is not installed.
        """
        from unspin.trace import Archive

        folder = os.path.abspath(index)
        archive = Archive(folder)
        if not len(archive):
            shown = os.fspath(index)
            raise MissingInput(f"{shown}: an empty archive; put texts into it with: unspin index TEXTS -o {shown}")
        return cls(folder, archive.state(), **how)

    @property
    def format(self) -> str:
        """Name of the format of ``summary.json``."""
        return "unspin-crawl-1"

    @property
    def stations(self) -> tuple[str, ...]:
        """All documents get a glance first, and the gates see what is left; then that is searched for, and some read."""
        return "glance", "search"

    @property
    def keep(self) -> None:
        """No document is written again."""
        return

    @property
    def time_limit(self) -> float:
        """Seconds for one document."""
        return self.options.time_limit

    @property
    def rows(self) -> Rows:
        """What is said of documents."""
        from unspin.crawl.annotate import ROWS

        return ROWS

    def record(self) -> dict[str, Any]:
        """All of it as JSON; where the archive lies is not part of it."""
        return {
            "archive": self.state,
            "claimed_from": self.options.claimed_from,
            "reader": self.options.reader,
            "text_column": self.columns.text,
            "id_column": self.columns.id,
            "longest": self.options.longest,
            "time_limit": self.options.time_limit,
            "annotations": self.annotations,
        }

    def check(self) -> None:
        """Raise :class:`~unspin.errors.MissingExtra` where what a run needs is not installed."""
        need_libraries()

    def load(self, compiling: Callable[[], None]) -> Annotate:
        """The search in the archive, which is opened here and nowhere else."""
        from unspin import screen
        from unspin.crawl.annotate import annotate, opened
        from unspin.trace import compare

        if self.options.reader:
            if not screen.compiled():
                compiling()
            screen.load().warm()
        compare("a page of some words", "a page of other words")  # what is compiled for an alignment is, from here on
        options = replace(self.options, text_column="text")
        return partial(annotate, archive=opened(self.index, self.state), options=options)

    def kept(self, annotated: pa.RecordBatch) -> NDArray[np.bool_]:
        """Not asked: none is."""
        raise NotImplementedError

    def count(self, annotated: pa.RecordBatch, counts: Counts) -> None:
        """Count what has a source, and with which probability."""
        import pyarrow.compute as pc

        claimed = pc.sum(annotated.column("unspin_claimed")).as_py() or 0
        nearest = pc.sum(pc.is_valid(annotated.column("unspin_source"))).as_py() or 0
        counts.tallies.update(claimed=claimed, nearest=nearest - claimed)
        probabilities = annotated.column("unspin_probability").drop_null()
        counts.histograms["probability"] = histogram(probabilities.to_numpy(zero_copy_only=False), EDGES)
        for note in pc.value_counts(annotated.column("unspin_trace_note").drop_null()).to_pylist():
            counts.notes[note["values"]] += note["counts"]

    def public(self, counts: Counts) -> dict[str, Any]:
        """As it stands in ``summary.json``."""
        return {
            "claimed": counts.tallies["claimed"],
            "with_a_passage_only": counts.tallies["nearest"],
            "probabilities": as_json(counts.histograms.get("probability"), EDGES),
        }
