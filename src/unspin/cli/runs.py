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


class _Stopped(BaseException):
    """Somebody asked the program to end, by a signal of this ``number``."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class _Request:
    """Whether somebody asked the program to end: a handler of signals.

    It raises at once. An exception may be lost where a signal finds the program in a finalizer or in a callback of the
    garbage collector, since Python drops what these raise; so the request is kept, and raised again by :meth:`tick`.
    """

    def __init__(self) -> None:
        self._number: int | None = None

    def __call__(self, number: int, frame: FrameType | None) -> NoReturn:
        self._number = number
        raise _Stopped(number)

    def tick(self) -> None:
        """Raise if somebody asked."""
        if self._number is not None:
            raise _Stopped(self._number)


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
    try:
        with _stoppable() as request:
            from unspin.scan.run import scan

            with _watcher(run.tally) as watcher:
                return scan(
                    run.inputs, run.output, job,
                    workers=run.workers, memory_limit=run.memory_limit, watcher=watcher, tick=request.tick,
                )  # fmt: skip
    except (KeyboardInterrupt, _Stopped) as stop:
        remark(f"stopped; the same command goes on where this one ended, in {run.output}")
        return _STOPPED + (stop.number if isinstance(stop, _Stopped) else signal.SIGINT)


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
def _stoppable() -> Iterator[_Request]:
    """Ctrl-C and a polite request to end do the same: the workers go too, and a line says how to go on.

    Where Ctrl-C is ignored, as a shell has it for what it starts in the background, it stays so.
    """
    request = _Request()
    numbers = [n for n in (signal.SIGINT, signal.SIGTERM) if signal.getsignal(n) is not signal.SIG_IGN]
    before = [signal.signal(number, request) for number in numbers]
    try:
        yield request
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


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
