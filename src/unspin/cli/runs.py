"""A run over a corpus, as the commands carry it out: its bar, its end, what is said of it."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from unspin.cli.streams import is_terminal, remark, write

if TYPE_CHECKING:
    from rich.table import Table

    from unspin.scan.job import Job
    from unspin.scan.run import Outcome, Watcher

__all__ = ["Run", "carried_out", "failed", "reported"]

_NAMED = 20  # files with records that failed that are named on the terminal, at most
_STOPPED = 128  # and the number of the signal, as shells have it


class _Terminated(BaseException):
    """Somebody asked the program to end (SIGTERM)."""


class Run(NamedTuple):
    """What a run is given, beside its job.

    Attributes:
        inputs: files, folders, patterns, URLs.
        output: the folder.
        workers: processes, None for all cores.
        memory_limit: megabytes that one of them may hold.
        tally: what the bar counts beside documents, a tally of the job.
    """

    inputs: Sequence[str]
    output: str
    workers: int | None
    memory_limit: int
    tally: str


def carried_out(run: Run, job: Job) -> Outcome | int:
    """Do it; how it ended, or the exit status where it was stopped.

    Raises:
        UnspinError: as :func:`unspin.scan.run.scan`.
    """
    from unspin.scan.run import scan

    try:
        with _terminable(), _watcher(run.tally) as watcher:
            return scan(
                run.inputs, run.output, job, workers=run.workers, memory_limit=run.memory_limit, watcher=watcher
            )
    except (KeyboardInterrupt, _Terminated) as stop:
        remark(f"stopped; the same command goes on where this one ended, in {run.output}")
        return _STOPPED + (signal.SIGTERM if isinstance(stop, _Terminated) else signal.SIGINT)


def failed(outcome: Outcome) -> bool:
    """Whether something could not be read."""
    return bool(outcome.errors or outcome.failures)


def reported(
    outcome: Outcome,
    output: str,
    where: str,
    *,
    json: bool,
    table: Callable[[dict[str, Any]], Table],
) -> None:
    """Say what came of a run.

    Args:
        outcome: how it ended.
        output: the folder, as it was given.
        where: what was found, and where it is: a line.
        json: print the summary too.
        table: the totals for somebody who watches.
    """
    summary = outcome.summary
    if json:
        from unspin.report.json import dumps

        write(dumps(summary) + b"\n")
    for line in [*summary["not_read"], *outcome.failures[:_NAMED]]:
        remark(line)
    if len(outcome.failures) > _NAMED:
        remark(f"records failed in {len(outcome.failures) - _NAMED:,} more files; summary.json names them")
    if outcome.earlier:
        remark(f"{output} is finished already; nothing was done")
    elif is_terminal(sys.stderr):
        from rich.console import Console

        Console(stderr=True).print(table(summary))
    remark(where)
    if not summary["complete"]:
        count = len(summary["failed_files"])
        these, those = ("file", "it") if count == 1 else ("files", "them")
        remark(f"{count:,} {these} failed; the same command tries only {those} again")


@contextmanager
def _terminable() -> Iterator[None]:
    """A polite request to end is like Ctrl-C: the workers go too, and a line says how to go on."""

    def stop(number: int, frame: FrameType | None) -> NoReturn:
        raise _Terminated

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _watcher(tally: str) -> Iterator[Watcher]:
    """A bar where somebody watches; else a line for each file that fails, and no more."""
    if is_terminal(sys.stderr):
        from rich.console import Console

        from unspin.scan.progress import Bar

        with Bar(Console(stderr=True), tally) as bar:
            yield bar
        return
    from unspin.scan.run import Watcher

    class Lines(Watcher):
        def compiling(self) -> None:
            remark("compiling the screen, once …")

        def failed(self, line: str) -> None:
            remark(line)

    yield Lines()
