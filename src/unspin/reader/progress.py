"""How far a reading has come, told to whoever watches it; watching is also how a reading is ended before its time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from unspin.reading import Reading

__all__ = ["Progress", "Watch"]

Watch = Callable[[float, Reading | None], None]
"""Called with the share that is done, 0 to 1, and the reading so far: None before there is a verdict, and the very same
object as before where nothing new is known."""

_EVERY: Final = 0.25
"""Seconds after which a watch is called although nothing new is known: a deadline is noticed in time."""


class Progress:
    """One reading's progress.

    Attributes:
        judging: the share of the work that is done when there is a verdict.
    """

    def __init__(self, watch: Watch | None, judging: float) -> None:
        self.judging = judging
        self._watch = watch
        self._done = 0.0
        self._reading: Reading | None = None
        self._told = time.monotonic()

    def tell(self, done: float, reading: Callable[[], Reading] | None = None) -> None:
        """Tell that a share ``done`` of the work is done, and the reading as it stands; it is made only if somebody watches."""
        if self._watch is not None:
            self._done, self._reading = done, self._reading if reading is None else reading()
            self._told = time.monotonic()
            self._watch(self._done, self._reading)

    def tick(self) -> None:
        """Tell again what was told last, if that is some time ago; to be called wherever much is computed."""
        if self._watch is not None and time.monotonic() - self._told >= _EVERY:
            self.tell(self._done)
