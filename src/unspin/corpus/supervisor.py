"""Work is handed to worker processes; the documents and files that end them are set aside, the rest goes on.

A worker says which row it is about to read. So a document that takes too long, or makes its worker too large, or ends it,
is known: it is written down as one to skip, and another worker takes the split up after its last checkpoint. A worker
that dies of itself need not have died of the document: the row is tried once more before it is blamed.
"""

from __future__ import annotations

import queue
import time
from collections import Counter, deque
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final, Protocol

from unspin.corpus.messages import At, Begin, Compiling, Done, Failed, Message, Ready, Resumed, Wrote
from unspin.corpus.plan import Assemble, Cut, Scan, Task, Unit
from unspin.corpus.segments import Track
from unspin.corpus.summary import Counts
from unspin.corpus.work import NO_ROW
from unspin.corpus.workers import Events, Place, Worker, ending
from unspin.errors import ModelError, OutputError

__all__ = ["Limits", "Supervisor", "Watcher"]

_TICK: Final = 0.1  # seconds between two looks at times and sizes
_GRACE: Final = 1.0  # the reader stops by itself between its stages, which costs less than a new worker
_SPLIT: Final = 64 * 2**20
_DEATHS_ON_A_ROW: Final = 2
_DEATHS: Final = 3


@dataclass(frozen=True, slots=True)
class Limits:
    """What workers may take.

    Attributes:
        workers: how many at a time.
        memory: bytes that one may hold.
        seconds: time for one document.
    """

    workers: int
    memory: int
    seconds: float


class Watcher(Protocol):
    """Who is told how a run gets on."""

    def compiling(self) -> None:
        """The screen is being compiled, which takes a while."""

    def advance(self, counts: Counts, *, earlier: bool) -> None:
        """A chunk is done, or was done by an ``earlier`` run."""

    def failed(self, line: str) -> None:
        """A file failed."""


@dataclass(slots=True)
class _Open:
    """A unit whose splits are being read."""

    keys: tuple[str, ...]
    left: set[str]


@dataclass(slots=True)
class Supervisor:
    """Hands units to workers until all are done.

    Attributes:
        begin: what workers are told first.
        limits: what they may take.
        lock: descriptor that they keep open.
        watcher: who is told.
        done: what each unit counts that is done, by key.
        failed: why others failed, by key, a line each.
        replaced: workers that died and were replaced.
        progress: what this run counted, without earlier runs.
    """

    begin: Begin
    limits: Limits
    lock: int | None
    watcher: Watcher
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

    def run(self, units: Sequence[Unit]) -> None:
        """Do all units. What fails is in ``failed`` afterwards.

        Raises:
            OutputError: the output cannot be written.
            ModelError: workers cannot start.
        """
        self._tasks.extend(Cut(unit) for unit in units)
        try:
            while self._tasks or any(worker.task for worker in self._workers):
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
            if self._tasks and worker.ready and worker.task is None and worker.verdict is None:
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
            if not isinstance(message, At | Wrote):
                return  # somebody may wait for a task
            timeout = until - time.monotonic()

    def _hear(self, worker: Worker, message: Message) -> None:
        match message:
            case At(chunk, row):
                worker.place = None if row == NO_ROW else Place(chunk, row)
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
                self._fail(worker.task.unit, line)
                worker.release()
            case Done():
                assert worker.task is not None
                self._conclude(worker.task, message)
                worker.release()

    def _conclude(self, task: Task, done: Done) -> None:
        key = task.unit.key
        if key in self.failed:
            return
        match task:
            case Cut(unit):
                scans = [Scan(unit, split) for split in done.splits or ()]
                keys = tuple(scan.key for scan in scans)
                self._open[key] = _Open(keys, set(keys))
                self._tasks.extendleft(reversed(scans))
            case Scan():
                self._open[key].left.discard(task.key)
            case Assemble():
                assert done.counts is not None
                self.done[key] = done.counts
                return
        if not self._open[key].left:
            self._tasks.appendleft(Assemble(task.unit, self._open.pop(key).keys))

    def _fail(self, unit: Unit, line: str) -> None:
        """Give a unit up; what is done of it stays for another run."""
        if unit.key in self.failed:
            return
        self.failed[unit.key] = line
        self._open.pop(unit.key, None)
        self._tasks = deque(task for task in self._tasks if task.unit.key != unit.key)
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
            if worker.place is not None and now - worker.since > self.limits.seconds + _GRACE:
                worker.kill(f"time limit of {self.limits.seconds:g} s")
            elif worker.memory() > self.limits.memory:
                worker.kill(f"memory limit of {self.limits.memory // 10**6:,} MB")

    def _bury(self, worker: Worker) -> None:
        """A worker has ended: find out of what, and see to it that its task is done without."""
        self._workers.remove(worker)
        status = worker.status()
        worker.close()
        self.replaced += 1
        task, place = worker.task, worker.place
        if task is None:
            if not worker.ready:
                self._count("start", lambda: _raise(ModelError(f"workers do not start ({ending(status)})")))
            return
        if task.unit.key in self.failed:
            return
        self._tasks.appendleft(task)
        reason = worker.verdict[1] if worker.verdict else f"ended the worker that read it ({ending(status)})"
        if isinstance(task, Scan) and place is not None:
            track = Track(self.begin.state / task.key)
            if worker.verdict is None:
                self._deaths[(task.key, place)] += 1
                if self._deaths[(task.key, place)] < _DEATHS_ON_A_ROW:
                    return
            elif worker.verdict[0] != place:  # it had come to another row when it was ended
                return
            if place.row in track.skips(place.chunk):
                self._fail(task.unit, f"{task.unit.name}: a document that was to be skipped was read ({reason})")
                return
            track.skip(place.chunk, place.row, reason)
        else:
            chunk = Track(self.begin.state / task.key).progress().number if isinstance(task, Scan) else 0
            why = worker.verdict[1] + " reached" if worker.verdict else ending(status)
            line = f"{task.unit.name}: given up after {_DEATHS} workers ended on it without a document in sight ({why})"
            self._count((task, chunk), lambda: self._fail(task.unit, line))

    def _count(self, what: Hashable, too_often: Callable[[], None]) -> None:
        self._deaths[what] += 1
        if self._deaths[what] >= _DEATHS:
            too_often()


def _work(task: Task) -> int:
    """How many workers a task is likely to occupy: a large file will be cut."""
    return 1 + task.unit.size // _SPLIT if isinstance(task, Cut) else 1


def _raise(error: Exception) -> None:
    raise error
