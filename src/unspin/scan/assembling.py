"""From the segments of a source to its files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import orjson

from unspin.corpus.formats import output, write
from unspin.corpus.sources import Source, is_remote, shown
from unspin.errors import CorruptInput
from unspin.scan.job import RESTORED, Job
from unspin.scan.segments import Segments, remove, write_json
from unspin.scan.summary import Counts, totals
from unspin.scan.tasks import Assemble

__all__ = ["assemble", "finished"]


def assemble(job: Job, out: Path, state: Path, task: Assemble) -> Counts:
    """Write the files of a source, then its record, then remove its segments; the result is what it counts.

    Ended at any moment it can be done again: the record is there only when the files are, the segments go only then.

    Raises:
        CorruptInput: the input was changed while it was read.
        OutputError: there is no room, or no permission.
    """
    _check_unchanged(task.source)
    splits = [Segments(state / folder) for folder in task.folders]
    counts = totals((part for segments in splits for part in segments.counts()), failures=True)
    counts.bytes = task.source.size  # what was read twice because of a stop does not count
    if job.annotations is not None:
        target = out / "annotations" / f"{task.source.name}.{job.annotations}"
        annotations = (data for segments in splits for data in segments.annotations())
        output.assemble(annotations, target, job.rows.layout(job.annotations))
    if job.keep is not None:
        kept = (data for segments in splits for data in segments.kept())
        write(task.source, kept, out / job.keep, job.columns, untouched=_untouched(job, counts))
    write_json(_record(state, task.key), {"counts": counts.record()})
    for segments in splits:
        remove(segments.folder)
    return counts


def _untouched(job: Job, counts: Counts) -> bool:
    """Whether all of a source is written again, and nothing of it has changed."""
    everything = job.keep == RESTORED and job.columns.restored is None
    return everything and not (counts.tallies["restored"] or counts.failed or counts.damaged)


def _check_unchanged(source: Source) -> None:
    """Raise :class:`CorruptInput` if a local file is another than when the run began: cut short, or still being written."""
    for file in source.files or (source,):
        if is_remote(file.url) or not file.changed:
            continue
        try:
            found = os.stat(file.url)
        except OSError:  # it was read to its end, and is as it was if it comes back
            continue
        if (found.st_size, found.st_mtime_ns) != (file.size, file.changed):
            raise CorruptInput(
                f"{shown(file.url)}: was changed while it was read; scan it again into a new folder once it is complete"
            )


def finished(state: Path, key: str) -> Counts | None:
    """What a source counts that is done, else None."""
    try:
        found: dict[str, Any] = orjson.loads(_record(state, key).read_bytes())
    except FileNotFoundError:
        return None
    return Counts.of_record(found["counts"])


def _record(state: Path, key: str) -> Path:
    return state / f"{key}.json"
