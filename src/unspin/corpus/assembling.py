"""From the segments of a unit to its files."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from unspin.corpus import annotation
from unspin.corpus.formats import companions, layout, output
from unspin.corpus.kept import files
from unspin.corpus.plan import Assemble, Plan, Unit
from unspin.corpus.segments import Track, remove, write_json
from unspin.corpus.summary import Counts, totals

__all__ = ["assemble", "finished"]


def assemble(plan: Plan, out: Path, state: Path, task: Assemble) -> Counts:
    """Write the files of a unit, then its record, then remove its segments; the result is what it counts.

    Ended at any moment it can be done again: the record is there only when the files are, the segments go only then.

    Raises:
        OutputError: there is no room, or no permission.
    """
    tracks = [Track(state / key) for key in task.keys]
    counts = totals((mark.counts for track in tracks for mark in track.marks()), failures=True)
    counts.bytes = task.unit.size  # what was read twice because of a stop does not count
    if plan.annotations is not None:
        segments = (data for track in tracks for data in track.annotations())
        output.assemble(segments, task.unit.annotations(out, plan), annotation.layout(plan.annotations))
    if plan.keep is not None:
        _keep(task.unit, out / plan.keep, (data for track in tracks for data in track.kept()))
    write_json(_record(state, task.unit), {"counts": counts.record()})
    for track in tracks:
        remove(track.folder)
    return counts


def finished(state: Path, unit: Unit) -> Counts | None:
    """What a unit counts that is done, else None."""
    try:
        found: dict[str, Any] = orjson.loads(_record(state, unit).read_bytes())
    except FileNotFoundError:
        return None
    return Counts.of_record(found["counts"])


def _record(state: Path, unit: Unit) -> Path:
    return state / f"{unit.key}.json"


def _keep(unit: Unit, folder: Path, segments: Iterator[bytes]) -> None:
    if not unit.bundle:
        (source,) = unit.sources
        output.assemble(segments, folder / source.name, layout(source))
        for name, contents in companions(source).items():
            with output.atomic(folder / name) as file:
                file.write(contents)
        return
    for packed in segments:
        for name, data in files(packed):
            with output.atomic(folder / name, sync=False) as file:
                file.write(data)
    if hasattr(os, "sync"):
        os.sync()  # once, instead of once for each of thousands of files
