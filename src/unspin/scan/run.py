"""A run over a corpus: its documents through a job, in several processes, resumable at any moment."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from unspin.cores import available_cores
from unspin.corpus.formats import beside, bundled
from unspin.corpus.sources import Found, Source, discover, is_remote, shown
from unspin.errors import InputError, OptionError
from unspin.scan import state
from unspin.scan.assembling import finished
from unspin.scan.job import Job
from unspin.scan.segments import remove, write_json
from unspin.scan.summary import Timing, totals
from unspin.scan.supervisor import Supervisor, Watcher, WorkerLimits
from unspin.scan.worker import Begin
from unspin.version import version

__all__ = ["Outcome", "Watcher", "scan"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended.

    Attributes:
        summary: what ``summary.json`` holds.
        earlier: whether it was all done before, and nothing was to do.
    """

    summary: dict[str, Any]
    earlier: bool

    @property
    def errors(self) -> list[str]:
        """Inputs that could not be read, or not to their end, a line each."""
        lines: list[str] = self.summary["not_read"] + list(self.summary["failed_files"].values())
        return lines

    @property
    def failures(self) -> list[str]:
        """Inputs of which a record could not be read or a document was skipped, a line each that names the first."""
        return [_failures(part) for part in self.summary["files"].values() if part["failed"]["count"]]


def _failures(part: Mapping[str, Any]) -> str:
    count, first = part["failed"]["count"], part["first_failures"][0]
    where = f"line {first['line']:,}" if "line" in first else f"offset {first['offset']:,}"
    said = f"{shown(first['source'])}, {where}: {first['reason']}"
    return said if count == 1 else f"{said} (and {count - 1:,} more)"


def scan(
    inputs: Sequence[str],
    out: str | os.PathLike[str],
    job: Job,
    *,
    workers: int | None = None,
    memory_limit: int = 2_000,
    watcher: Watcher | None = None,
    tick: Callable[[], None] = lambda: None,
) -> Outcome:
    """Scan a corpus, or go on with a scan that was stopped.

    The output is a function of inputs and job alone: however often the run was stopped, its files are byte for byte those
    of an unbroken run. Files that fail are named in the summary and stop nothing but themselves; the same call tries them
    again. Of a damaged file what stands before the damage is done.

    Args:
        inputs: files, folders, patterns, URLs.
        out: the output folder, new or of a run that was stopped.
        job: what to do with each document.
        workers: processes, all cores by default.
        memory_limit: megabytes that one of them may hold.
        watcher: who is told how it gets on.
        tick: called again and again; what it raises ends the run.

    Raises:
        InputError: there is nothing to read.
        OutputError: the output cannot be written, or the folder holds another run.
        OptionError: a setting is out of range.
        ModelError: workers cannot work; :class:`MissingExtra` among them.
    """
    begun = time.monotonic()
    watcher = watcher or Watcher()
    folder = _folder(out)
    limits = _limits(job, workers, memory_limit)
    job.check()
    state.check(folder)
    found = _outside(discover(inputs), folder)
    if not found.sources:
        raise _nothing(found.errors)
    _check_beside(found.sources, job.columns.restored)
    run = state.described(job, found.sources, version())
    if not (folder / state.FOLDER).exists() and (summary := state.finished(folder, run)) is not None:
        return Outcome(summary, earlier=True)
    with state.locked(folder) as lock:
        if (summary := state.finished(folder, run)) is not None:
            return Outcome(summary, earlier=True)
        state.claim(folder, run)
        everything = {f"{number:06}": source for number, source in enumerate(bundled(found.sources))}
        watcher.begin(found, sum(source.size for source in everything.values()))
        supervisor = Supervisor(Begin(job, folder, folder / state.FOLDER), limits, lock, watcher, tick)
        _go_on(supervisor, everything, watcher)
        timing = Timing(time.monotonic() - begun, limits.workers, supervisor.replaced, job.stations)
        summary = _summary(job, run, everything, supervisor, found.errors, timing)
        write_json(folder / state.SUMMARY, summary, pretty=True)
        if summary["complete"]:
            remove(folder / state.FOLDER)
    return Outcome(summary, earlier=False)


def _go_on(supervisor: Supervisor, everything: Mapping[str, Source], watcher: Watcher) -> None:
    """Do the sources that are not done yet."""
    for key in everything:
        counts = finished(supervisor.begin.state, key)
        if counts is not None:
            supervisor.done[key] = counts
            watcher.advance(counts, earlier=True)
    supervisor.run([(key, source) for key, source in everything.items() if key not in supervisor.done])


def _summary(
    job: Job,
    run: Mapping[str, Any],
    everything: Mapping[str, Source],
    supervisor: Supervisor,
    errors: Sequence[InputError],
    timing: Timing,
) -> dict[str, Any]:
    done, failed = supervisor.done, supervisor.failed
    together = totals(done.values())
    return {
        "format": job.format,
        **run,
        "complete": not failed,
        "totals": together.public(job.public(together)),
        "files": {
            source.name: ({"files": len(source.files)} if source.files else {})
            | done[key].public(job.public(done[key]))
            for key, source in everything.items()
            if key in done
        },
        "failed_files": {source.name: failed[key] for key, source in everything.items() if key in failed},
        "not_read": [str(error) for error in errors] + together.damaged,
        "timing": timing.record(together, supervisor.progress),
    }


def _folder(out: str | os.PathLike[str]) -> Path:
    if is_remote(os.fspath(out)):
        raise OptionError(f"-o {os.fspath(out)}: not a folder on this machine; write to one, then copy it there")
    return Path(out).absolute()


def _limits(job: Job, workers: int | None, memory_limit: int) -> WorkerLimits:
    if workers is not None and workers < 1:
        raise OptionError(f"--workers {workers}: give a number from 1")
    if memory_limit < 100:
        raise OptionError(f"--memory-limit {memory_limit}: give megabytes, at least 100")
    return WorkerLimits(workers or available_cores(), memory_limit * 10**6, job.time_limit)


def _outside(found: Found, folder: Path) -> Found:
    """Without what lies in the output folder: a folder may be scanned into one of its own."""
    within = os.path.realpath(folder)

    def elsewhere(source: Source) -> bool:
        if is_remote(source.url):
            return True
        path = os.path.realpath(source.url)
        return os.path.commonpath([within, path]) != within

    return Found([source for source in found.sources if elsewhere(source)], found.errors)


def _check_beside(sources: Sequence[Source], restored: str | None) -> None:
    """See to it that restored texts beside plain ones get names that no other file has."""
    texts = [source for source in sources if source.format.kind == "text"]
    if restored is None or not texts:
        return
    if not restored.replace("-", "").replace("_", "").isalnum():
        said = "becomes part of the names of files of text"
        raise OptionError(f"--restored-column {restored}: {said}; give one of letters, figures, - and _")
    names = {source.name for source in sources}
    for source in texts:
        if (name := beside(source, restored)) in names:
            said = f"{shown(name)} would stand for what is restored of {shown(source.name)}, and is an input itself"
            raise OptionError(f"--restored-column {restored}: {said}; choose another name")


def _nothing(errors: Sequence[InputError]) -> InputError:
    if not errors:
        return InputError("nothing to scan there; name files, folders or patterns")
    more = f" (and {len(errors) - 1:,} more)" if len(errors) > 1 else ""
    return type(errors[0])(f"{errors[0]}{more}")
