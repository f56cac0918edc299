"""A function over many texts in several processes at a time; what it gives comes in order, as if done one by one.

Much of a reading is numpy and Python, where threads wait for one another. The processes are started by themselves and not
by :mod:`multiprocessing`, which would run the program of whoever calls this once more in each of them. First a process is
sent the function, then a pickled text at a time; it answers with what the function gives, or with what it raises.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import IO, Any, Final, TypeVar

from unspin.errors import ModelError, UnspinError

__all__ = ["in_processes", "serve"]

T = TypeVar("T")

_SERVE: Final = "from unspin.reader.parallel import serve; serve()"
_AHEAD: Final = 2  # texts for each process that are taken in before they are asked for
_ONE_THREAD: Final = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def in_processes(function: Callable[[str], T], texts: Iterable[str], workers: int) -> Iterator[T]:
    """What a function gives for each text, in order, ``workers`` of them at a time.

    Args:
        function: can be pickled, as one of a module can, or a ``partial`` of it.
        texts: taken in a few ahead.
        workers: processes at most; each is started when there is a text for it.

    Raises:
        ModelError: a process ended of itself.
        Exception: what taking in a text or the function raises, after what comes before it.
    """
    processes = _Processes(function)
    pool = ThreadPoolExecutor(workers)  # its threads wait for the processes, each for one
    waiting: deque[Future[T]] = deque()
    left = iter(texts)
    failure: Exception | None = None
    try:
        while failure is None:
            try:
                waiting.append(pool.submit(processes.call, next(left)))
            except StopIteration:
                break
            except Exception as error:
                failure = error
            while waiting and (len(waiting) >= _AHEAD * workers or waiting[0].done()):
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
        if failure is not None:
            raise failure
    finally:
        processes.end()
        pool.shutdown(cancel_futures=True)


class _Processes:
    """The processes, one for each thread that asks."""

    def __init__(self, function: Callable[[str], Any]) -> None:
        self._function = function
        self._own = threading.local()
        self._all: list[subprocess.Popen[bytes]] = []
        self._lock = threading.Lock()
        self._ended = False

    def call(self, text: str) -> Any:
        """Call the function in the process of this thread."""
        if not hasattr(self._own, "process"):
            self._own.process = self._start()
        process: subprocess.Popen[bytes] = self._own.process
        assert process.stdin is not None and process.stdout is not None
        try:
            _send(process.stdin, text)
            raised, answer = pickle.load(process.stdout)
        except (EOFError, OSError, ValueError, pickle.UnpicklingError):
            said = f"a process that reads ended ({_ending(process.wait())})"
            raise ModelError(f"{said}; read fewer documents at a time, each takes 800 MB, or 500 read fast") from None
        if raised:
            raise answer
        return answer

    def _start(self) -> subprocess.Popen[bytes]:
        # -P: a file in the working folder must not stand in for a library.
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        environment |= dict.fromkeys(_ONE_THREAD, "1")
        with self._lock:
            if self._ended:
                raise ModelError("nobody waits for this any more")
            process = subprocess.Popen(
                [sys.executable, "-P", "-c", _SERVE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
            )
            self._all.append(process)
        assert process.stdin is not None
        _send(process.stdin, self._function)
        return process

    def end(self) -> None:
        """End them, whatever they are at."""
        with self._lock:
            self._ended = True
            for process in self._all:
                process.kill()
        for process in self._all:
            process.wait()
            for pipe in (process.stdin, process.stdout):
                _close(pipe)


def _close(pipe: IO[bytes] | None) -> None:
    try:
        if pipe is not None:
            pipe.close()
    except OSError:  # what was still to be sent has nobody to go to
        return


def _send(pipe: IO[bytes], value: object) -> None:
    pickle.dump(value, pipe)
    pipe.flush()


def _ending(status: int) -> str:
    """How a process ended, in words."""
    return f"status {status}" if status >= 0 else f"signal {-status}"


# --- in the process ---


def serve() -> None:
    """Do what standard input asks for until it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started this says when to stop
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what a library prints is no answer
    function: Callable[[str], Any] = pickle.load(requests)
    while True:
        try:
            text = pickle.load(requests)
        except EOFError:
            return
        _send(answers, _called(function, text))


def _called(function: Callable[[str], Any], text: str) -> tuple[bool, Any]:
    """Whether the function raised something, and that or what it gave."""
    try:
        return False, function(text)
    except Exception as error:
        return True, _sendable(error)


def _sendable(error: Exception) -> Exception:
    """An error as it can be sent; one that does not come out of pickling as it went in, in words."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:  # noqa: BLE001 - whatever it is, it can be said
        return ModelError(str(error) if isinstance(error, UnspinError) else f"{type(error).__name__}: {error}")
    return error
