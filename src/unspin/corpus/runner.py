"""``scan``: a corpus through the screen and the reader, in several processes, resumable at any moment."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from unspin.cores import available_cores
from unspin.corpus import state
from unspin.corpus.assembling import finished
from unspin.corpus.messages import Begin
from unspin.corpus.plan import Plan, Unit, units
from unspin.corpus.segments import remove, write_json
from unspin.corpus.sources import Found, Source, discover, is_remote
from unspin.corpus.summary import Counts, Timing, totals
from unspin.corpus.supervisor import Limits, Supervisor, Watcher
from unspin.errors import InputError, MissingExtra, OptionError
from unspin.report.version import version

__all__ = ["FORMAT", "Outcome", "Quiet", "scan"]

FORMAT: Final = "unspin-scan-1"
"""Name of the format of ``summary.json``."""


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
    def flagged(self) -> int:
        """Documents that read as spun."""
        return int(self.summary["totals"]["flagged"])

    @property
    def errors(self) -> list[str]:
        """Inputs that could not be read, a line each."""
        lines: list[str] = self.summary["not_read"] + list(self.summary["failed_files"].values())
        return lines


class Quiet:
    """A watcher that says nothing."""

    def begin(self, found: Found, size: int) -> None:
        """The inputs are known."""

    def compiling(self) -> None:
        """The screen is being compiled."""

    def advance(self, counts: Counts, *, earlier: bool) -> None:
        """A chunk is done."""

    def failed(self, line: str) -> None:
        """A file failed."""


def scan(
    inputs: Sequence[str],
    out: str | os.PathLike[str],
    plan: Plan,
    *,
    workers: int | None = None,
    memory_limit: int = 2_000,
    watcher: Quiet | None = None,
) -> Outcome:
    """Scan a corpus, or go on with a scan that was stopped.

    The output is a function of inputs and plan alone: however often the run was stopped, its files are byte for byte those
    of an unbroken run. Files that fail are named in the summary and stop nothing but themselves; the same call tries them
    again.

    Args:
        inputs: files, folders, patterns, URLs.
        out: the output folder, new or of a run that was stopped.
        plan: what to do.
        workers: processes, all cores by default.
        memory_limit: megabytes that one of them may hold.
        watcher: who is told how it gets on.

    Raises:
        InputError: there is nothing to read.
        OutputError: the output cannot be written, or the folder holds another run.
        OptionError: a setting is out of range.
        ModelError: workers cannot work; :class:`MissingExtra` among them.
    """
    begun = time.monotonic()
    watcher = watcher or Quiet()
    folder = _folder(out)
    limits = _limits(plan, workers, memory_limit)
    _need_libraries()
    state.check(folder)
    found = _outside(discover(inputs), folder)
    if not found.sources:
        raise _nothing(found.errors)
    run = state.described(plan, found.sources, version())
    if not (folder / state.FOLDER).exists() and (summary := state.finished(folder, run)) is not None:
        return Outcome(summary, earlier=True)
    with state.locked(folder) as lock:
        if (summary := state.finished(folder, run)) is not None:
            return Outcome(summary, earlier=True)
        state.claim(folder, run)
        everything = units(found.sources)
        watcher.begin(found, sum(unit.size for unit in everything))
        supervisor = Supervisor(Begin(plan, folder, folder / state.FOLDER), limits, lock, watcher)
        _go_on(supervisor, everything, watcher)
        timing = Timing(time.monotonic() - begun, limits.workers, supervisor.replaced)
        summary = _summary(run, everything, supervisor, found.errors, timing)
        write_json(folder / state.SUMMARY, summary, pretty=True)
        if summary["complete"]:
            remove(folder / state.FOLDER)
    return Outcome(summary, earlier=False)


def _go_on(supervisor: Supervisor, everything: Sequence[Unit], watcher: Watcher) -> None:
    """Do the units that are not done yet."""
    left = []
    for unit in everything:
        counts = finished(supervisor.begin.state, unit)
        if counts is None:
            left.append(unit)
        else:
            supervisor.done[unit.key] = counts
            watcher.advance(counts, earlier=True)
    supervisor.run(left)


def _summary(
    run: Mapping[str, Any],
    everything: Sequence[Unit],
    supervisor: Supervisor,
    errors: Sequence[InputError],
    timing: Timing,
) -> dict[str, Any]:
    done = {unit.name: supervisor.done[unit.key] for unit in everything if unit.key in supervisor.done}
    together = totals(done.values())
    return {
        "format": FORMAT,
        **run,
        "complete": not supervisor.failed,
        "totals": together.public(),
        "files": {
            unit.name: ({"files": len(unit.sources)} if unit.bundle else {}) | done[unit.name].public()
            for unit in everything
            if unit.name in done
        },
        "failed_files": {
            unit.name: supervisor.failed[unit.key] for unit in everything if unit.key in supervisor.failed
        },
        "not_read": [str(error) for error in errors] + together.unreadable,
        "timing": timing.record(together, supervisor.progress),
    }


def _folder(out: str | os.PathLike[str]) -> Path:
    if is_remote(os.fspath(out)):
        raise OptionError(f"-o {os.fspath(out)}: not a folder on this machine; write to one, then copy it there")
    return Path(out).absolute()


def _limits(plan: Plan, workers: int | None, memory_limit: int) -> Limits:
    if workers is not None and workers < 1:
        raise OptionError(f"--workers {workers}: give a number from 1")
    if memory_limit < 100:
        raise OptionError(f"--memory-limit {memory_limit}: give megabytes, at least 100")
    return Limits(workers or available_cores(), memory_limit * 10**6, plan.settings.time_limit)


def _need_libraries() -> None:
    if any(find_spec(module) is None for module in ("numba", "pyarrow")):
        raise MissingExtra("scan", "scanning a corpus")


def _outside(found: Found, folder: Path) -> Found:
    """Without what lies in the output folder: a folder may be scanned into one of its own."""
    within = os.path.realpath(folder)

    def elsewhere(source: Source) -> bool:
        if is_remote(source.url):
            return True
        path = os.path.realpath(source.url)
        return os.path.commonpath([within, path]) != within

    return Found([source for source in found.sources if elsewhere(source)], found.errors)


def _nothing(errors: Sequence[InputError]) -> InputError:
    if not errors:
        return InputError("nothing to scan there; name files, folders or patterns")
    more = f" (and {len(errors) - 1:,} more)" if len(errors) > 1 else ""
    return type(errors[0])(f"{errors[0]}{more}")
