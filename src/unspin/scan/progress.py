"""A bar for a person who waits: documents, megabytes a second, what was found, time left."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from unspin.corpus.sources import Found
from unspin.scan.summary import Counts
from unspin.scan.supervisor import Watcher

__all__ = ["Bar", "table"]


class _Speed(ProgressColumn):
    """Megabytes of input a second."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text(f"{speed / 1e6:,.0f} MB/s" if speed else "", style="progress.data.speed")


class Bar(Watcher):
    """A watcher with a bar on a terminal.

    Attributes:
        tally: which tally of the job is shown, under its own name.
    """

    def __init__(self, console: Console, tally: str = "flagged") -> None:
        self.tally = tally
        self._progress = Progress(
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("{task.fields[documents]:,} documents"),
            _Speed(),
            TextColumn(f"{{task.fields[found]:,}} {tally}"),
            TimeRemainingColumn(),
            console=console,
        )
        self._task = self._progress.add_task("", total=None, documents=0, found=0)
        self._documents = self._found = 0

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def begin(self, found: Found, size: int) -> None:
        """The inputs are known; ``size`` is the sum of their bytes."""
        self._progress.update(self._task, total=size)

    def compiling(self) -> None:
        """Say why nothing moves yet."""
        self._say("compiling the screen and the sieve, once …")

    def advance(self, counts: Counts, *, earlier: bool) -> None:
        """A chunk is done; what an earlier run did counts as done, not as speed."""
        self._documents += counts.documents
        self._found += counts.tallies[self.tally]
        if earlier:
            self._progress.tasks[0].completed += counts.bytes
        else:
            self._progress.advance(self._task, counts.bytes)
        self._progress.update(self._task, documents=self._documents, found=self._found)

    def failed(self, line: str) -> None:
        """A file failed."""
        self._say(line)

    def _say(self, line: str) -> None:
        self._progress.console.print(f"unspin: {line}", markup=False, highlight=False, soft_wrap=True)


def table(summary: Mapping[str, Any]) -> Table:
    """The totals of ``summary.json``, for a person."""
    totals, timing = summary["totals"], summary["timing"]
    rows = {
        "documents": f"{totals['documents']:,}",
        "passed the screen": f"{totals['sent_on_by_screen']:,}",
        "passed the sieve": f"{totals['sent_on_by_sieve']:,}",
        "read closely": f"{totals['sent_on_by_look']:,}",
        "read as machine-spun": f"{totals['flagged']:,}",
        "expected by chance": f"{totals['documents'] * summary['settings']['threshold']:.2g}",
    }
    if summary["settings"]["keep"]:
        rows[f"kept ({summary['settings']['keep']})"] = f"{totals['kept']:,}"
    if summary["settings"]["keep"] == "restored":
        restored = totals["restored"]
        rows["restored"] = f"{restored['documents']:,}"
        rows["words restored"] = f"{restored['words']:,}"
        rows["words left as they stand"] = f"{restored['words_left']:,}"
    if totals["failed"]["count"]:
        rows["skipped or unreadable"] = f"{totals['failed']['count']:,}"
    rows["time"] = f"{timing['seconds']:,.1f} s, {timing['megabytes_per_second']:,.3g} MB/s"
    result = Table.grid(padding=(0, 2))
    for name, value in rows.items():
        result.add_row(name, Text(value, justify="right"))
    return result
