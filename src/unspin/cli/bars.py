"""A bar on standard error for somebody who waits, where somebody does."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from unspin.cli.streams import is_terminal

if TYPE_CHECKING:
    from unspin.reader import Watch
    from unspin.reading import Reading

__all__ = ["reading_bar"]

_PATIENCE: Final = 0.7  # seconds before there is a bar: most texts are read by then


@contextmanager
def reading_bar() -> Iterator[Watch | None]:
    """What to watch a reading with: a bar that comes when it takes longer, and is gone at the end; None without a terminal."""
    if not is_terminal(sys.stderr):
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TimeRemainingColumn

    bar = Progress(
        BarColumn(), TaskProgressColumn(), TimeRemainingColumn(), console=Console(stderr=True), transient=True
    )
    task = bar.add_task("", total=1.0)
    begun = time.monotonic()

    def watch(done: float, so_far: Reading | None) -> None:
        if not bar.live.is_started and time.monotonic() - begun > _PATIENCE:
            bar.start()
        bar.update(task, completed=done)

    try:
        yield watch
    finally:
        if bar.live.is_started:
            bar.stop()
