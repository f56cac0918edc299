"""What a run does with documents: the one thing that the runner leaves open.

The runner reads a corpus, hands its documents to workers batch by batch, sets checkpoints, goes on after a stop and puts
files together. What comes of a document is the affair of a :class:`Job`. There are two: :class:`unspin.scan.plan.Plan`, which
reads documents, and :class:`unspin.crawl.plan.Plan`, which looks for their sources in an archive. Another one is a class with
these methods, given to :func:`unspin.scan.run.scan`; it goes to the workers pickled.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from unspin.corpus.formats import Columns
from unspin.scan.rows import RowFormat, Rows

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from unspin.scan.summary import Counts

__all__ = ["RESTORED", "Annotate", "Job"]

RESTORED = "restored"
"""Column of the restored texts, where they are written, and what :attr:`Job.keep` is then."""


class Annotate(Protocol):
    """The work on a batch. It gives a document the same values in any batch, whoever does it and whenever."""

    def __call__(
        self, batch: pa.RecordBatch, *, watch: Callable[[int | None], None], skip: Mapping[int, str]
    ) -> pa.RecordBatch:
        """The batch with the columns of the job appended.

        Args:
            batch: columns ``id``, ``text`` and ``offset``, perhaps ``source``.
            watch: called with the row before a document is worked on that may hang or end the process; with None at the end of
                each station but the last: none is worked on then.
            skip: rows that are not to be worked on, with the reason, which stands in the column of errors then.
        """
        ...


class Job(Protocol):
    """What is done with each document of a corpus, and everything that the output depends on beside the input."""

    @property
    def format(self) -> str:
        """Name of the format of ``summary.json``."""
        ...

    @property
    def stations(self) -> tuple[str, ...]:
        """What the time goes into, one after the other: each ends with a call of ``watch`` with None."""
        ...

    @property
    def columns(self) -> Columns:
        """Where text and identifier stand in the input."""
        ...

    @property
    def annotations(self) -> RowFormat | None:
        """Format of the rows that are written, or None for none."""
        ...

    @property
    def keep(self) -> str | None:
        """Which documents are written again, the name of their folder; :data:`RESTORED` for all, restored. None for none."""
        ...

    @property
    def time_limit(self) -> float:
        """Seconds for one document."""
        ...

    @property
    def rows(self) -> Rows:
        """The rows that are written."""
        ...

    def record(self) -> dict[str, Any]:
        """Its settings as JSON, as they stand in ``summary.json``: a run with others is another run."""
        ...

    def check(self) -> None:
        """See to it, before anything is written, that it can be done here.

        Raises:
            UnspinError: it cannot; :class:`~unspin.errors.MissingExtra` among them.
        """
        ...

    def load(self, compiling: Callable[[], None]) -> Annotate:
        """The work, ready to be called: done once in each worker, since loading must not count as time of a document.

        Args:
            compiling: called where something has to be compiled first, which takes a while.
        """
        ...

    def kept(self, annotated: pa.RecordBatch) -> NDArray[np.bool_]:
        """Which documents are written again; not asked where that is none, or all, restored."""
        ...

    def count(self, annotated: pa.RecordBatch, counts: Counts) -> None:
        """Count what was found, in the tallies and histograms of ``counts``."""
        ...

    def public(self, counts: Counts) -> dict[str, Any]:
        """What was counted so, as it stands in ``summary.json``."""
        ...
