"""Where readings are made: in worker threads, a bounded number at a time, each with a deadline.

A thread cannot be stopped from outside, so a reading stops itself: the reader calls ``watch`` at every stage, and there a
reading that is past its deadline, or that nobody waits for any more, raises :class:`Abandoned`. Until then it keeps its
place. The place is given back when the thread has ended, not when the client was told, and so there are never more threads
than places, however many requests run into their time limit.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from unspin.web.problems import busy

__all__ = ["Abandoned", "Job", "Pool"]

T = TypeVar("T")
Gone = Callable[[], Awaitable[bool]]

_LOOK_EVERY = 0.25  # seconds between two checks whether the client still waits


class Abandoned(Exception):
    """Raised inside a reading that nobody waits for any more."""


class Job:
    """One piece of work and whether anybody still waits for it. Used by the event loop and by the worker thread.

    Attributes:
        deadline: when it has to be done, on the clock of ``time.monotonic``.
    """

    def __init__(self, deadline: float) -> None:
        self.deadline = deadline
        self._given_up = threading.Event()

    def give_up(self) -> None:
        """Nobody waits any more."""
        self._given_up.set()

    def check(self) -> None:
        """Go on, or stop here.

        Raises:
            Abandoned: it was given up, or its deadline has passed.
        """
        if self._given_up.is_set() or time.monotonic() > self.deadline:
            raise Abandoned


class Pool:
    """The worker threads of one server.

    Attributes:
        seconds: the time limit, for messages.
        running: places taken.
        waiting: requests that wait for a place.
    """

    def __init__(self, parallel: int, seconds: float) -> None:
        self.seconds = seconds
        self.running = 0
        self.waiting = 0
        self._parallel = parallel
        self._jobs: set[Job] = set()
        self.open()

    def open(self) -> None:
        """Start; a pool that was closed can be opened again, in another event loop too."""
        self._places = asyncio.Semaphore(self._parallel)
        self._threads = ThreadPoolExecutor(self._parallel, thread_name_prefix="unspin")

    async def start(self, work: Callable[[], T], job: Job, gone: Gone | None = None) -> asyncio.Future[T]:
        """Wait for a place and set a thread to work; ``gone`` says whether the client has left.

        Raises:
            Problem: no place came free before the deadline.
            Abandoned: the client left while it waited.
        """
        self.waiting += 1
        try:
            async with asyncio.timeout(max(job.deadline - time.monotonic(), 0)):
                await self._places.acquire()
        except TimeoutError:
            raise busy(f"no place came free within {self.seconds:g} s; try again later") from None
        finally:
            self.waiting -= 1
        try:
            if gone is not None and await gone():
                raise Abandoned
            future = asyncio.get_running_loop().run_in_executor(self._threads, work)
        except BaseException as error:
            self._places.release()
            if isinstance(error, RuntimeError):  # what a closed pool raises
                raise busy("the server is closing") from None
            raise
        self.running += 1
        self._jobs.add(job)
        places = self._places
        future.add_done_callback(lambda done: self._leave(done, job, places))
        return future

    async def finish(self, future: asyncio.Future[T], job: Job, gone: Gone | None = None) -> T:
        """Wait for work that was started; ``gone`` as above. However this ends, the job is given up.

        Raises:
            Problem: it is not done by the deadline.
            Abandoned: the client has left.
        """
        try:
            while (left := job.deadline - time.monotonic()) > 0:
                # Unlike wait_for, wait leaves the future alone: the thread runs on, and its place is taken until it ends.
                done, _ = await asyncio.wait({future}, timeout=min(left, _LOOK_EVERY))
                if done:
                    break
                if gone is not None and await gone():
                    raise Abandoned
            if future.done():
                return future.result()
        except Abandoned:
            if time.monotonic() <= job.deadline:
                raise
        finally:
            job.give_up()
        raise busy(f"not done within {self.seconds:g} s; send less at once, or try again later", "timeout")

    def close(self) -> None:
        """Give up everything that is under way; threads end at their next stage."""
        for job in self._jobs:
            job.give_up()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _leave(self, done: asyncio.Future[T], job: Job, places: asyncio.Semaphore) -> None:
        self.running -= 1
        self._jobs.discard(job)
        places.release()
        if not done.cancelled():
            done.exception()  # looked at, so that asyncio does not log what nobody waits for
