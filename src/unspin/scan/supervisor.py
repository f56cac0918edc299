"""Work is handed to worker processes; the documents and files that end them are set aside, the rest goes on.

A worker says which document it is about to read, and which page it is about to take apart. So a document that takes too
long, or makes its worker too large, or ends it, is known: it is written down as one to skip, and another worker takes the
split up after its last checkpoint. A worker that dies of itself need not have died of the document: it is tried once more
before it is blamed.
"""

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
from collections import Counter, deque
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

from unspin.corpus.formats.chunks import SPLIT
from unspin.corpus.sources import Found, Source
from unspin.errors import ModelError, OutputError
from unspin.scan.segments import Segments
from unspin.scan.summary import Counts
from unspin.scan.tasks import Assemble, Cut, Scan, Task
from unspin.scan.work import AtRecord, AtRow, Idle, Moment
from unspin.scan.worker import Begin, Compiling, Done, Failed, Message, Ready, Resumed, Wrote

__all__ = ["Supervisor", "Watcher", "WorkerLimits", "ending"]

_TICK: Final = 0.1  # seconds between two looks at times and sizes
_GRACE: Final = 1.0  # the reader stops by itself between its stages, which costs less than a new worker
_DEATHS_ON_A_DOCUMENT: Final = 2
_DEATHS: Final = 3
# What is loaded stays: to look for garbage in it takes a tenth of the time of starting.
_SERVE: Final = "import gc; gc.disable(); from unspin.scan.worker import serve; serve()"
_ONE_THREAD: Final = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS", "MKL_NUM_THREADS")
_PS_SECONDS: Final = 2.0  # between two looks at a size where looking means to start a program


@dataclass(frozen=True, slots=True)
class WorkerLimits:
    """What workers may take.

    Attributes:
        workers: how many at a time.
        memory: bytes that one may hold.
        seconds: time for one document.
    """

    workers: int
    memory: int
    seconds: float


class Watcher:
    """Who is told how a run gets on; this one says nothing."""

    def begin(self, found: Found, size: int) -> None:
        """The inputs are known; ``size`` is the sum of their bytes."""

    def compiling(self) -> None:
        """Something is being compiled, which takes a while."""

    def advance(self, counts: Counts, *, earlier: bool) -> None:
        """A chunk is done, or was done by an ``earlier`` run."""

    def failed(self, line: str) -> None:
        """A file failed."""


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
        at: what it is at, and since when, in seconds of the monotonic clock.
        ended: why the supervisor ended it, and what it was at then; None while it did not.
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
        self.at: tuple[Moment, float] = (Idle(), 0.0)
        self.ended: tuple[Moment, str] | None = None
        self._looked = 0.0
        self._size = 0
        self._mapped: int | None = None
        self._send(begin)
        threading.Thread(target=self._listen, args=(events,), daemon=True).start()

    def give(self, task: Task) -> None:
        """Have it do a task."""
        self.task = task
        self._send(task)

    def release(self) -> None:
        """Its task is over."""
        self.task = None

    def kill(self, reason: str) -> None:
        """End it for a reason; that it has ended comes as an event, after all that it said before."""
        if self.ended is None:
            self.ended = (self.at[0], reason)
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
        """Bytes of memory that it holds, 0 where that cannot be told.

        What of files was mapped into it since it began to work does not count, where that can be told: of an archive that may
        be a great deal, and the system takes it back when it likes.
        """
        with contextlib.suppress(OSError, ValueError):
            _, resident, mapped, *_ = map(int, Path(f"/proc/{self._process.pid}/statm").read_text().split())
            if self._mapped is None:
                self._mapped = mapped
            return (resident - max(0, mapped - self._mapped)) * os.sysconf("SC_PAGE_SIZE")
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
            if isinstance(message, Moment):  # there are many of them, and the supervisor need not wake up for each
                self.at = (message, time.monotonic())
                continue
            events.put(Event(self, message))
            if message is None:
                return


@dataclass(slots=True)
class _Open:
    """A source whose splits are being read: the folders of their segments, and those that are not done."""

    folders: tuple[str, ...]
    left: set[str]


@dataclass(slots=True)
class Supervisor:
    """Hands sources to workers until all are done.

    Attributes:
        begin: what workers are told first.
        limits: what they may take.
        lock: descriptor that they keep open.
        watcher: who is told.
        tick: called again and again; what it raises ends the run.
        done: what each source counts that is done, by key.
        failed: why others failed, by key, a line each.
        replaced: workers that died and were replaced.
        progress: what this run counted, without earlier runs.
    """

    begin: Begin
    limits: WorkerLimits
    lock: int | None
    watcher: Watcher
    tick: Callable[[], None] = lambda: None
    done: dict[str, Counts] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    replaced: int = 0
    progress: Counts = field(default_factory=Counts)
    _tasks: deque[Task] = field(default_factory=deque)
    _open: dict[str, _Open] = field(default_factory=dict)
    _workers: list[Worker] = field(default_factory=list)
    _events: Events = field(default_factory=queue.SimpleQueue)
    _deaths: Counter[Hashable] = field(default_factory=Counter)
    _told: bool = False
    _looked: float = 0.0

    def run(self, sources: Sequence[tuple[str, Source]]) -> None:
        """Do all sources, each given with its key. What fails is in ``failed`` afterwards.

        Raises:
            OutputError: the output cannot be written.
            ModelError: workers cannot start.
        """
        self._tasks.extend(Cut(*each) for each in sources)
        try:
            while self._tasks or any(worker.task for worker in self._workers):
                self.tick()
                self._hire()
                self._listen()
                self._look()
        finally:
            for worker in self._workers:
                worker.close()
            self._workers.clear()

    def _hire(self) -> None:
        """Give tasks to those who wait; have as many workers as there is work for."""
        for worker in self._workers:
            if self._tasks and worker.ready and worker.task is None and worker.ended is None:
                worker.give(self._tasks.popleft())
        places = self.limits.workers - len(self._workers)
        if places > 0:
            starting = sum(not worker.ready for worker in self._workers)
            work = sum(map(_work, islice(self._tasks, self.limits.workers)))
            for _ in range(min(places, work - starting)):
                self._workers.append(Worker(self.begin, self._events, self.lock))

    def _listen(self) -> None:
        """Take what workers say, for the time of a tick at most."""
        until = time.monotonic() + _TICK
        timeout = _TICK
        while timeout > 0:
            try:
                worker, message = self._events.get(timeout=timeout)
            except queue.Empty:
                return
            if message is None:
                self._bury(worker)
            else:
                self._hear(worker, message)
            if not isinstance(message, Wrote):
                return  # somebody may wait for a task
            timeout = until - time.monotonic()

    def _hear(self, worker: Worker, message: Message) -> None:
        match message:
            case Wrote(counts):
                self.progress.add(counts)
                self.watcher.advance(counts, earlier=False)
            case Resumed(counts):
                self.watcher.advance(counts, earlier=True)
            case Ready():
                worker.ready = True
            case Compiling():
                if not self._told:
                    self.watcher.compiling()
                self._told = True
            case Failed("setup", line):
                raise ModelError(line)
            case Failed("output", line):
                raise OutputError(f"{line}; the same command goes on from there")
            case Failed(_, line):
                assert worker.task is not None
                self._fail(worker.task, line)
                worker.release()
            case Done():
                assert worker.task is not None
                self._conclude(worker.task, message)
                worker.release()

    def _conclude(self, task: Task, done: Done) -> None:
        key = task.key
        if key in self.failed:
            return
        match task:
            case Cut():
                scans = [Scan(key, task.source, split) for split in done.splits or ()]
                folders = tuple(scan.folder for scan in scans)
                self._open[key] = _Open(folders, set(folders))
                self._tasks.extendleft(reversed(scans))
            case Scan():
                self._open[key].left.discard(task.folder)
            case Assemble():
                assert done.counts is not None
                self.done[key] = done.counts
                return
        if not self._open[key].left:
            self._tasks.appendleft(Assemble(key, task.source, self._open.pop(key).folders))

    def _fail(self, task: Task, line: str) -> None:
        """Give a source up; what is done of it stays for another run."""
        if task.key in self.failed:
            return
        self.failed[task.key] = line
        self._open.pop(task.key, None)
        self._tasks = deque(other for other in self._tasks if other.key != task.key)
        self.watcher.failed(line)

    def _look(self) -> None:
        """End those that take too long or too much."""
        now = time.monotonic()
        if now - self._looked < _TICK:
            return
        self._looked = now
        for worker in self._workers:
            if worker.task is None:
                continue
            moment, since = worker.at
            if not isinstance(moment, Idle) and now - since > self.limits.seconds + _GRACE:
                worker.kill(f"time limit of {self.limits.seconds:g} s")
            elif worker.memory() > self.limits.memory:
                worker.kill(f"memory limit of {self.limits.memory // 10**6:,} MB")

    def _bury(self, worker: Worker) -> None:
        """A worker has ended: find out of what, and see to it that its task is done without."""
        self._workers.remove(worker)
        status = worker.status()
        worker.close()
        self.replaced += 1
        task, (moment, _) = worker.task, worker.at
        if task is None:
            if not worker.ready:
                self._count("start", lambda: _raise(ModelError(f"workers do not start ({ending(status)})")))
            return
        if task.key in self.failed:
            return
        self._tasks.appendleft(task)
        if isinstance(task, Scan) and not isinstance(moment, Idle):
            self._blame(task, moment, worker.ended, status)
            return
        chunk = Segments(self.begin.state / task.folder).progress().number if isinstance(task, Scan) else 0
        why = worker.ended[1] + " reached" if worker.ended else ending(status)
        line = f"{task.source.name}: given up after {_DEATHS} workers ended on it without a document in sight ({why})"
        self._count((task, chunk), lambda: self._fail(task, line))

    def _blame(self, task: Scan, moment: AtRow | AtRecord, ended: tuple[Moment, str] | None, status: int) -> None:
        """Have the document skipped that a worker was at when it ended, if that is the document's fault."""
        if ended is None:
            self._deaths[(task.folder, moment)] += 1
            if self._deaths[(task.folder, moment)] < _DEATHS_ON_A_DOCUMENT:
                return
        elif ended[0] != moment:  # it had come to another document by the time it was ended
            return
        reason = ended[1] if ended else f"ended the worker that read it ({ending(status)})"
        segments = Segments(self.begin.state / task.folder)
        if isinstance(moment, AtRecord):
            known = moment.offset in segments.skipped_records()
        else:
            known = moment.row in segments.skipped_rows(moment.chunk)
        if known:
            self._fail(task, f"{task.source.name}: a document that was to be skipped was read ({reason})")
        elif isinstance(moment, AtRecord):
            segments.skip_record(moment.offset, reason)
        else:
            segments.skip_row(moment.chunk, moment.row, reason)

    def _count(self, what: Hashable, too_often: Callable[[], None]) -> None:
        self._deaths[what] += 1
        if self._deaths[what] >= _DEATHS:
            too_often()


def _work(task: Task) -> int:
    """How many workers a task is likely to occupy: a large file will be cut."""
    return 1 + task.source.size // SPLIT if isinstance(task, Cut) else 1


def _raise(error: Exception) -> None:
    raise error


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
