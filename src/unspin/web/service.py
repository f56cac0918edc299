"""What the routes work with: the reading function, the limits, and the pool of threads where readings are made."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Protocol, TypeVar

from fastapi import Request

from unspin import documents
from unspin.errors import UnspinError
from unspin.reading import Reading
from unspin.settings import Settings
from unspin.trace import Archive, Trace, search
from unspin.web.guards import log_bug
from unspin.web.limits import ServerLimits
from unspin.web.pool import Abandoned, Job, Pool
from unspin.web.problems import Problem, from_error

__all__ = ["FetchFunction", "Progress", "ReadFunction", "Service", "problem_of", "service_of"]

T = TypeVar("T")

Progress = Callable[[float, Reading | None], None]
"""Called in the worker thread with the share that is done, 0 to 1, and the reading so far."""


FetchFunction = Callable[[str, documents.Limits], documents.Document]
"""``unspin.documents.address.load_address``, or what a test puts in its place."""


def problem_of(error: Exception, what: str) -> Problem:
    """What to answer for an error where one thing of several, or the rest of an answer, has failed; ``what`` is for the log."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, UnspinError):
        return from_error(error)
    if isinstance(error, Abandoned):
        return Problem("busy", "given up before it was done")
    log_bug(what, error)
    return Problem("internal", "a bug of unspin; its log says where")


class ReadFunction(Protocol):
    """``unspin.read``, or what a test puts in its place."""

    def __call__(
        self,
        text: str,
        *,
        operating_point: float,
        fill_all: bool,
        tortured: bool,
        fast: bool,
        dictionary: Path | Mapping[str, str] | None,
        watch: Progress,
    ) -> Reading:
        """Read one document; ``watch`` is called at every stage and may raise."""


class Service:
    """What one server reads with, and how much of it.

    Attributes:
        limits: what it takes on.
        pool: its worker threads.
    """

    def __init__(
        self,
        read: ReadFunction,
        limits: ServerLimits,
        fetch: FetchFunction | None = None,
        archive: Path | None = None,
    ) -> None:
        self.limits = limits
        self.pool = Pool(limits.parallel, limits.seconds)
        self._read = read
        self._fetch = fetch
        self._archive = archive

    @property
    def fetches(self) -> bool:
        """Whether what stands at an address is fetched."""
        return self._fetch is not None

    @property
    def has_archive(self) -> bool:
        """Whether sources are looked for in an archive."""
        return self._archive is not None

    def job(self, request: Request) -> Job:
        """A piece of work for a request, due when the request is."""
        return Job(getattr(request.state, "deadline", time.monotonic() + self.limits.seconds))

    async def run(self, request: Request, work: Callable[[Job], T]) -> T:
        """What ``work`` gives, done in a worker thread.

        Raises:
            Problem: it was not done in time.
            Abandoned: the client has left.
        """
        job = self.job(request)
        future = await self.pool.start(partial(work, job), job, request.is_disconnected)
        return await self.pool.finish(future, job, request.is_disconnected)

    def read(
        self,
        job: Job,
        text: str,
        settings: Settings,
        progress: Progress | None = None,
    ) -> Reading:
        """Read one document, in a worker thread; its length has been checked.

        Raises:
            Abandoned: nobody waits for it any more.
        """

        def watch(done: float, so_far: Reading | None) -> None:
            job.check()
            if progress is not None:
                progress(done, so_far)

        job.check()
        return self._read(
            text,
            operating_point=settings.operating_point,
            fill_all=settings.fill_all,
            tortured=settings.tortured,
            fast=settings.fast,
            dictionary=settings.dictionary,
            watch=watch,
        )

    def document_limits(self, job: Job) -> documents.Limits:
        """What may come of a file: no more than of a text, in the time that is left; what is longer is cut."""
        return documents.Limits(
            bytes=self.limits.body_bytes,
            characters=self.limits.characters,
            seconds=max(job.deadline - time.monotonic(), 0.1),
            cut_text=True,
        )

    def fetch(self, job: Job, address: str) -> documents.Document:
        """The document at an address, in a worker thread.

        Raises:
            Abandoned: nobody waits for it any more.
            InputError: it cannot be fetched, or may not be.
            Problem: this server fetches nothing.
        """
        job.check()
        if self._fetch is None:
            raise _fetches_nothing()
        return self._fetch(address, self.document_limits(job))

    def check_fetches(self) -> None:
        """Refuse an address where the server fetches none.

        Raises:
            Problem: it does not.
        """
        if not self.fetches:
            raise _fetches_nothing()

    def trace(self, job: Job, text: str, settings: Settings | None, threshold: float) -> Trace:
        """The sources of a text in the archive, in a worker thread; without settings it is searched for as it stands.

        The archive is opened anew each time, so that what was committed since is seen.

        Raises:
            Abandoned: nobody waits for it any more.
            DamagedData: the archive cannot be read.
            Problem: this server has none.
        """
        self.check_archive()
        assert self._archive is not None
        job.check()
        reading = None if settings is None else self.read(job, text, settings)
        job.check()
        return search(text, Archive(self._archive), reading, threshold)

    def check_archive(self) -> None:
        """Refuse to look for sources where the server has no archive.

        Raises:
            Problem: it has none.
        """
        if not self.has_archive:
            raise Problem("archive-off", "this server has no archive; start it with --index, or send the source itself")

    def check_length(self, text: str) -> None:
        """Refuse a document beyond the limit.

        Raises:
            Problem: it is too long.
        """
        if len(text) > self.limits.characters:
            raise Problem(
                "too-large",
                f"{len(text):,} characters; a document may have {self.limits.characters:,}: divide it,"
                " or see --max-characters",
            )

    def check_number(self, number: int, things: str) -> None:
        """Refuse more documents or readings at once than the limit.

        Raises:
            Problem: there are too many.
        """
        if number > self.limits.documents:
            raise Problem("too-large", f"{number:,} {things}; a request may have {self.limits.documents:,}")


def _fetches_nothing() -> Problem:
    return Problem(
        "addresses-off", "this server fetches no addresses; start it with --addresses, or send the page itself"
    )


def service_of(request: Request) -> Service:
    """The service of the application that a request came to."""
    service: Service = request.app.state.service
    return service
