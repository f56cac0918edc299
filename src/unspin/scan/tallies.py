"""What a run of ``unspin scan`` counts beside documents: what the gates sent on, what read as spun, and how they scored."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from unspin.scan.job import RESTORED
from unspin.scan.summary import Counts

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["READER_EDGES", "SCREEN_EDGES", "count", "histogram", "public", "shown"]

SCREEN_EDGES: Final = tuple(float(edge) for edge in range(-16, 17))
"""Edges of the histograms of the gates' scores; 0 is where a gate begins to send on."""
READER_EDGES: Final = tuple(map(float, (-10, -5, -2, -1, 0, 1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 50, 100, 200)))
"""Edges of the histogram of reader scores, in nats; about 1 honest document in 10,000 reaches 4.7."""
_GATES: Final = ("screen", "sieve", "look")
_EDGES: Final = {**dict.fromkeys(_GATES, SCREEN_EDGES), "reader": READER_EDGES}


def count(annotated: pa.RecordBatch, counts: Counts, restore_from: float) -> None:
    """Count a chunk.

    Args:
        annotated: its documents with the columns of :mod:`unspin.scan.annotate`, and
            :data:`~unspin.scan.job.RESTORED` if they are written.
        counts: where it is counted.
        restore_from: least confidence at which a word was restored.
    """
    import pyarrow.compute as pc

    gates = {name: annotated.column(f"unspin_{name}") for name in _GATES}
    for name, column in gates.items():
        counts.tallies[f"passed_{name}"] = pc.sum(pc.greater_equal(column, 0)).as_py() or 0
    counts.tallies["flagged"] = pc.sum(annotated.column("unspin_spun")).as_py() or 0
    for name, column in (gates | {"reader": annotated.column("unspin_score")}).items():
        counts.histograms[name] = histogram(column.to_numpy(zero_copy_only=False), _EDGES[name])
    if RESTORED in annotated.schema.names:
        restored, left = _words(annotated.column("unspin_spans"), restore_from)
        documents = annotated.num_rows - annotated.column(RESTORED).null_count
        counts.tallies.update(restored=documents, words_restored=restored, words_left=left)
    for note in pc.value_counts(annotated.column("unspin_note").drop_null()).to_pylist():
        counts.notes[note["values"]] += note["counts"]


def public(counts: Counts) -> dict[str, Any]:
    """What was counted, as it stands in ``summary.json``."""
    found = counts.tallies
    return {
        **{f"sent_on_by_{name}": found[f"passed_{name}"] for name in _GATES},
        "flagged": found["flagged"],
        "kept": counts.kept,
        "restored": {
            "documents": found["restored"],
            "words": found["words_restored"],
            "words_left": found["words_left"],
        },
        **{f"{name}_scores": shown(counts.histograms.get(name), edges) for name, edges in _EDGES.items()},
    }


def _words(spans: pa.ListArray, restore_from: float) -> tuple[int, int]:
    """How many swapped places were restored, and at how many the page's word stays."""
    import numpy as np
    import pyarrow.compute as pc

    places = spans.flatten()
    sure = pc.greater_equal(places.field("score"), np.float32(restore_from))
    restored = pc.sum(pc.and_(sure, pc.is_valid(places.field("restored")))).as_py() or 0
    return restored, len(places) - restored


def histogram(values: Sequence[float], edges: Sequence[float]) -> list[int]:
    """How many values lie below the first edge, between each edge (taken in) and the next, and from the last upwards."""
    import numpy as np

    finite = np.asarray(values, np.float64)
    places = np.searchsorted(np.asarray(edges), finite[np.isfinite(finite)], side="right")
    counted: list[int] = np.bincount(places, minlength=len(edges) + 1).tolist()
    return counted


def shown(counts: Sequence[int] | None, edges: Sequence[float]) -> dict[str, Any]:
    """A histogram, or an empty one, for ``summary.json``."""
    counts = counts or [0] * (len(edges) + 1)
    return {"edges": list(edges), "below": counts[0], "counts": list(counts[1:-1]), "from_last": counts[-1]}
