"""The time that one document may take, wherever it is spent."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

__all__ = ["TooLong", "in_a_line", "in_time"]

_GRACE: Final = 0.5  # seconds that a document may overrun its limit before its reading is broken off


class TooLong(BaseException):
    """The time limit of a document is over; no ``except Exception`` on the way may keep it."""


@contextmanager
def in_time(seconds: float) -> Iterator[Callable[..., None]]:
    """Raise :class:`TooLong` in what is done here once the time is over; gives what to call now and then to ask.

    The reader asks between its stages; a stage that does not end, such as a regular expression, is broken off by an alarm a
    moment later.
    """
    deadline = time.monotonic() + seconds

    def ask(*_: object) -> None:
        if time.monotonic() > deadline:
            raise TooLong

    with _stopped_after(seconds + _GRACE):
        yield ask


@contextmanager
def _stopped_after(seconds: float) -> Iterator[None]:
    """Raise :class:`TooLong` in what is done here once the time is over, wherever in Python it is then.

    It takes the alarm signal, so it works in the main thread only, which is where engines run their tasks, and only where
    nobody else uses that signal.
    """
    if (
        not hasattr(signal, "setitimer")
        or threading.current_thread() is not threading.main_thread()
        or signal.getsignal(signal.SIGALRM) is not signal.SIG_DFL
        or signal.getitimer(signal.ITIMER_REAL)[0]
    ):
        yield
        return
    running = True

    def stop(number: int, frame: FrameType | None) -> None:
        if running:
            raise TooLong

    signal.signal(signal.SIGALRM, stop)
    try:
        try:
            signal.setitimer(signal.ITIMER_REAL, seconds)
            yield
        finally:
            running = False
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)


def in_a_line(error: Exception) -> str:
    """What an error that nobody expected says of a document, in a line."""
    return " ".join(f"{type(error).__name__}: {error}".split())[:500]
