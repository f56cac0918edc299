"""A worker process as the supervisor sees it: start it, give it a task, know what it is at, how large it is, end it."""

from __future__ import annotations

import contextlib
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Final, NamedTuple

from unspin.corpus.messages import At, Begin, Message
from unspin.corpus.plan import Task

__all__ = ["Event", "Events", "Place", "Worker", "ending"]

_SERVE: Final = "from unspin.corpus.worker import serve; serve()"
_ONE_THREAD: Final = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS", "MKL_NUM_THREADS")
_PS_SECONDS: Final = 2.0  # between two looks at a size where looking means to start a program


class Place(NamedTuple):
    """A row that is being read: number of its chunk, row in it."""

    chunk: int
    row: int


class Event(NamedTuple):
    """A worker said something, or, with None, has ended."""

    worker: Worker
    message: Message | None


Events = queue.SimpleQueue[Event]


class Worker:
    """A worker process.

    Attributes:
        task: what it is doing, None while it starts and while it waits.
        ready: whether it has started.
        place: the row that it is reading, None where it reads none.
        since: when it began with that row, in seconds of the monotonic clock.
        verdict: why it was ended by the supervisor, and what it was at then.
    """

    def __init__(self, begin: Begin, events: Events, lock: int | None) -> None:
        """Start it; it holds the descriptor ``lock`` open: while it lives no other run may begin."""
        # -P: a file in the working folder must not stand in for a library.
        environment = (
            os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))} | dict.fromkeys(_ONE_THREAD, "1")
        )
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", _SERVE],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment,
            pass_fds=() if lock is None or sys.platform == "win32" else (lock,),
        )  # fmt: skip
        self.task: Task | None = None
        self.ready = False
        self.place: Place | None = None
        self.since = 0.0
        self.verdict: tuple[Place | None, str] | None = None
        self._looked = 0.0
        self._size = 0
        self._send(begin)
        threading.Thread(target=self._listen, args=(events,), daemon=True).start()

    def give(self, task: Task) -> None:
        """Have it do a task."""
        self.task = task
        self._send(task)

    def release(self) -> None:
        """Its task is over."""
        self.task = self.place = None

    def kill(self, reason: str) -> None:
        """End it for a reason; that it has ended comes as an event, after all that it said before."""
        if self.verdict is None:
            self.verdict = (self.place, reason)
            self._process.kill()

    def close(self) -> None:
        """End it, whatever it does, and wait for that."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError, ValueError):
                    pipe.close()

    def status(self) -> int:
        """How it ended, as ``subprocess`` says it; waits until it has."""
        return self._process.wait()

    def memory(self) -> int:
        """Bytes of memory that it holds, 0 where that cannot be told."""
        with contextlib.suppress(OSError, ValueError, IndexError):
            return int(Path(f"/proc/{self._process.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        now = time.monotonic()
        if sys.platform != "win32" and now - self._looked > _PS_SECONDS:
            self._looked = now
            self._size = _resident(self._process.pid)
        return self._size

    def _send(self, message: Begin | Task) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):  # it has ended, and that event is on its way
            pickle.dump(message, self._process.stdin)
            self._process.stdin.flush()

    def _listen(self, events: Events) -> None:
        assert self._process.stdout is not None
        while True:
            try:
                message: Message | None = pickle.load(self._process.stdout)
            except (EOFError, OSError, ValueError, pickle.UnpicklingError):
                message = None
            if isinstance(message, At):  # here, so that the time of a document does not wait for the supervisor
                self.since = time.monotonic()
            events.put(Event(self, message))
            if message is None:
                return


def ending(status: int) -> str:
    """How a process ended, in words: ``"signal SIGSEGV"``, ``"status 3"``."""
    if status >= 0:
        return f"status {status}"
    try:
        return f"signal {signal.Signals(-status).name}"
    except ValueError:
        return f"signal {-status}"


def _resident(pid: int) -> int:
    """Resident bytes by the program ``ps``: on systems without /proc."""
    try:
        found = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, timeout=5)
        return int(found.stdout) * 1024
    except (OSError, ValueError, subprocess.SubprocessError):
        return 0
