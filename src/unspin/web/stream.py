"""One document, with its progress and its partial readings on the way, as lines of JSON."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any

import orjson
from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from unspin.reading import Reading
from unspin.report.json import to_json
from unspin.web.models import ReadRequest
from unspin.web.openapi import STREAM, problems
from unspin.web.pool import Job
from unspin.web.requests import JsonRoute
from unspin.web.routes import UseService
from unspin.web.service import Service, problem_of

__all__ = ["Tell", "line", "router", "streamed"]

NDJSON = "application/x-ndjson"

Tell = Callable[[bytes], None]
"""Sends a line from the worker thread."""

router = APIRouter(prefix="/v1", route_class=JsonRoute)


@router.post(
    "/stream", operation_id="stream", responses=STREAM | problems(), response_class=Response, tags=["readings"]
)
async def stream(request: Request, asked: ReadRequest, service: UseService) -> Response:
    """Read one text as `/v1/read` does and tell of it on the way, a JSON object a line.

    `progress` comes during the first pass, then without a reading, after the verdict, then without substitutions, and after
    each round with those found so far; a slow client may miss some. The last line is `reading`, with what `/v1/read` would
    answer, or `error`. What is wrong before the reading begins is answered with a status as everywhere.
    """
    service.check_length(asked.text)

    def work(job: Job, tell: Tell) -> bytes:
        told: Reading | None = None

        def progress(done: float, so_far: Reading | None) -> None:
            nonlocal told
            if so_far is not None and so_far is told:
                return  # nothing new but the time: a long reading is not sent again for it
            told = so_far
            tell(line("progress", done=done, reading=None if so_far is None else orjson.Fragment(to_json(so_far))))

        reading = service.read(job, asked.text, asked.settings(), progress)
        return line("reading", reading=orjson.Fragment(to_json(reading)))

    return await streamed(request, service, work)


async def streamed(
    request: Request, service: Service, work: Callable[[Job, Tell], bytes], first: bytes | None = None
) -> Response:
    """The lines that ``work`` tells in a worker thread, and at last the one that it returns.

    Args:
        request: who asks.
        service: where it is done.
        work: told lines may be passed over where the client is slow.
        first: a line that is sent before all others.

    Raises:
        Problem: no place came free in time.
        Abandoned: the client left while it waited.
    """
    job = service.job(request)
    latest = _Latest(asyncio.get_running_loop())
    future = await service.pool.start(partial(work, job, latest.put), job, request.is_disconnected)
    return StreamingResponse(_lines(service, future, job, latest, first), media_type=NDJSON)


def line(event: str, **fields: Any) -> bytes:
    """One event as a line."""
    return orjson.dumps({"event": event, **fields}) + b"\n"


class _Latest:
    """The newest line, from the worker thread to the event loop; what nobody fetched in time is passed over."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.line: bytes | None = None
        self.there = asyncio.Event()
        self._loop = loop

    def put(self, line: bytes) -> None:
        """In the worker thread."""
        self._loop.call_soon_threadsafe(self._set, line)

    def _set(self, line: bytes) -> None:
        self.line = line
        self.there.set()

    async def take(self) -> bytes:
        """The next line, when there is one."""
        await self.there.wait()
        self.there.clear()
        assert self.line is not None
        return self.line


async def _lines(
    service: Service, future: asyncio.Future[bytes], job: Job, latest: _Latest, first: bytes | None
) -> AsyncIterator[bytes]:
    """The lines of one stream; a client that leaves ends the generator, and with it the job."""
    result = asyncio.ensure_future(service.pool.finish(future, job))
    news = asyncio.ensure_future(latest.take())
    try:
        if first is not None:
            yield first
        while not result.done():
            await asyncio.wait({result, news}, return_when=asyncio.FIRST_COMPLETED)
            if news.done() and not result.done():
                yield news.result()
                news = asyncio.ensure_future(latest.take())
        yield await _last(result)
    finally:
        job.give_up()
        news.cancel()
        if not result.cancel() and not result.cancelled():
            result.exception()  # looked at, so that asyncio does not log it


async def _last(result: asyncio.Future[bytes]) -> bytes:
    """The last line, whatever happened."""
    try:
        return await result
    except Exception as error:
        problem = problem_of(error, "stream")
    return line("error", error=problem.record())
