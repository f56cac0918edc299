"""Reading the documents of a plan: as they are, and spun."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from typing import Protocol, TypeVar

import unspin
from unspin.errors import ModelError
from unspin.evaluate import tally
from unspin.evaluate.answers import spin
from unspin.evaluate.plan import RESTORED_SHARE, Plan
from unspin.evaluate.sample import Text, key
from unspin.evaluate.tally import Count
from unspin.reading import UNJUDGED, Reading
from unspin.settings import OPERATING_POINT

__all__ = ["Honest", "Map", "Spun", "Task", "mapping", "read_as_spun", "read_honest", "read_spun", "tasks"]

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Honest:
    """A document read as it is.

    Attributes:
        name: where it comes from.
        words: how many of its words were judged.
        rate: the false-positive rate it was given; None where it cannot be judged.
        note: why it cannot be judged, or None.
    """

    name: str
    words: int
    rate: float | None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """A document to be spun: with which family, to which share of its words, by which seed."""

    text: str
    family: str
    share: float
    seed: int
    restore: bool


@dataclass(frozen=True, slots=True)
class Spun:
    """A document spun and read.

    Attributes:
        family: the family of spinners.
        share: the share of swapped words that was asked for.
        reached: the share that the family's dictionary reached.
        rate: the false-positive rate that the specimen was given; 1 where it cannot be judged.
        text: the specimen.
        count: what restoring got right, where it was asked for.
    """

    family: str
    share: float
    reached: float
    rate: float
    text: str
    count: Count | None = None


class Map(Protocol):
    """How a function is applied to many things: like :func:`map`, perhaps by many processes."""

    def __call__(self, function: Callable[[T], R], things: Iterable[T]) -> Iterator[R]:
        """The results, in order."""


def tasks(texts: Sequence[str], plan: Plan) -> list[Task]:
    """The specimens of a plan: every text with every family and share, each with a dictionary of its own."""
    return [
        Task(text, family, share, key(text, str(plan.seed), family, f"{share:g}"), restore)
        for text in texts
        for family in plan.families
        for share in plan.spun_shares
        for restore in (plan.restoration and share == RESTORED_SHARE,)
    ]


def read_honest(text: Text) -> Honest:
    """Read a document as it is; the verdict alone."""
    reading = _verdict(text.text)
    note = next((str(note) for note in reading.notes if note in UNJUDGED), None)
    return Honest(text.name, reading.words, None if note else reading.false_positive_rate, note)


def read_spun(task: Task, operating_point: float) -> Spun:
    """Spin a document and read it."""
    answers = spin(task.text, task.family, task.share, task.seed)
    text = answers.words.text
    if task.restore:
        reading = read_as_spun(text, operating_point)
        count = tally.of_specimen(answers, reading)
    else:
        reading, count = _verdict(text), None
    return Spun(task.family, task.share, answers.share, reading.false_positive_rate, text, count)


def _verdict(text: str) -> Reading:
    from unspin import reader

    return reader.assess(text, fast=True)


def read_as_spun(text: str, operating_point: float = OPERATING_POINT, fast: bool = True) -> Reading:
    """Read a specimen; one that does not read as spun as if it did, so that its figures speak of words, not of the verdict.

    It is read fast, as a scan reads, unless told otherwise.
    """
    reading = unspin.read(text, operating_point=operating_point, fast=fast)
    return reading if reading.spun else unspin.read(text, operating_point=1.0, fast=fast)


@contextmanager
def mapping(workers: int) -> Iterator[Map]:
    """A :class:`Map` over so many processes, or in this one.

    Raises:
        ModelError: a process died.
    """
    if workers == 1:
        yield _map_here
        return
    # Not forked: the threads of the models' libraries do not survive it.
    pool = ProcessPoolExecutor(workers, get_context("spawn"), _leave_interrupts_to_the_parent)
    try:
        yield partial(_map_in_pool, pool)
    finally:
        pool.shutdown(cancel_futures=True)


def _map_here(function: Callable[[T], R], things: Iterable[T]) -> Iterator[R]:
    return map(function, things)


def _map_in_pool(pool: ProcessPoolExecutor, function: Callable[[T], R], things: Iterable[T]) -> Iterator[R]:
    try:
        yield from pool.map(function, things)
    except BrokenProcessPool:
        raise ModelError("a process that reads died, perhaps for want of memory; give fewer --workers") from None


def _leave_interrupts_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
