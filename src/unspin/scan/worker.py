"""A worker process, and what it and the supervisor say to each other, pickled, over its pipes.

It does one task at a time and says what it is at. It ends with the process that started it: when its standard input ends,
so does it, whatever it is doing.
"""

from __future__ import annotations

import gc
import os
import pickle
import queue
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from functools import partial
from importlib.abc import MetaPathFinder
from pathlib import Path
from types import ModuleType
from typing import IO, Literal, NamedTuple

from unspin.corpus.formats import Split, splits
from unspin.errors import OutputError, UnspinError
from unspin.scan.assembling import assemble
from unspin.scan.job import Job
from unspin.scan.summary import Counts
from unspin.scan.tasks import Assemble, Cut, Scan, Task
from unspin.scan.work import Moment, Work

__all__ = ["Begin", "Compiling", "Done", "Failed", "Message", "Ready", "Resumed", "Wrote", "serve"]


class Begin(NamedTuple):
    """To the worker, first of all: the job, the output folder, and the folder of the state."""

    job: Job
    out: Path
    state: Path


class Compiling(NamedTuple):
    """Something is being compiled, which takes a while and happens once."""


class Ready(NamedTuple):
    """The worker waits for its first task."""


class Wrote(NamedTuple):
    """A checkpoint is set."""

    counts: Counts


class Resumed(NamedTuple):
    """The split was begun by an earlier run, which counted this."""

    counts: Counts


class Done(NamedTuple):
    """The task is done; splits of a source that was to be cut, counts of one that was put together."""

    splits: list[Split] | None = None
    counts: Counts | None = None


class Failed(NamedTuple):
    """The task cannot be done: the input's fault, the output's (then nothing can), or no worker can work at all."""

    fault: Literal["input", "output", "setup"]
    line: str


Message = Compiling | Ready | Wrote | Resumed | Done | Failed | Moment
Tell = Callable[[Message], None]


def serve() -> None:
    """Do what standard input asks for until it ends."""
    sys.meta_path.insert(0, _Unwanted())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the supervisor says when to stop
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what a library prints is no answer
    tell = partial(_tell, answers, threading.Lock())
    begin: Begin = pickle.load(requests)
    tasks: queue.Queue[Task] = queue.Queue()
    threading.Thread(target=_receive, args=(requests, tasks), daemon=True).start()
    try:
        annotate = begin.job.load(lambda: tell(Compiling()))
    except Exception as error:
        tell(Failed("setup", _line(error)))
        return
    gc.freeze()
    gc.enable()
    tell(Ready())
    work = Work(
        begin.job,
        begin.state,
        annotate,
        at=tell,
        wrote=lambda counts: tell(Wrote(counts)),
        resumed=lambda counts: tell(Resumed(counts)),
    )
    while True:
        tell(_done(begin, work, tasks.get()))


class _Unwanted(MetaPathFinder):
    """Where they are installed, pyarrow loads pandas with the first array, and numba yaml, and scipy with the first kernel.

    A second and 60 MB, a fiftieth of a second, and a tenth and 25 MB, in each worker, for nothing.
    """

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> None:
        if name in ("pandas", "scipy", "yaml"):
            raise ModuleNotFoundError(f"{name} is not wanted here", name=name)


def _receive(requests: IO[bytes], tasks: queue.Queue[Task]) -> None:
    while True:
        try:
            tasks.put(pickle.load(requests))
        except (EOFError, OSError, pickle.UnpicklingError):
            os._exit(0)


def _tell(answers: IO[bytes], lock: threading.Lock, message: Message) -> None:
    try:
        with lock:
            pickle.dump(message, answers)
            answers.flush()
    except OSError:  # nobody is left to listen
        os._exit(1)


def _done(begin: Begin, work: Work, task: Task) -> Done | Failed:
    try:
        return _do(begin, work, task)
    except OutputError as error:
        return Failed("output", str(error))
    except UnspinError as error:
        return Failed("input", str(error))
    except MemoryError:
        return Failed("input", f"{task.source.name}: needs more memory than there is; give it fewer --workers")
    except Exception as error:  # of one file; the others may be well
        return Failed("input", f"{task.source.name}: {_line(error)}")


def _do(begin: Begin, work: Work, task: Task) -> Done:
    match task:
        case Cut():
            return Done(splits=list(splits(task.source, begin.job.columns)))
        case Scan():
            work.scan(task)
            return Done()
        case Assemble():
            return Done(counts=assemble(begin.job, begin.out, begin.state, task))


def _line(error: Exception) -> str:
    text = " ".join(str(error).split())
    return text if isinstance(error, UnspinError) else f"{type(error).__name__}: {text}"
