"""One text, read before one's eyes: progress and partial readings as lines of JSON."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import orjson
from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from unspin.errors import UnspinError
from unspin.reading import Reading
from unspin.report.json import to_json
from unspin.web.desk import Abandoned, Errand
from unspin.web.guards import log_bug
from unspin.web.models import ReadRequest
from unspin.web.openapi import STREAM, problems
from unspin.web.problems import Problem, from_error
from unspin.web.requests import JsonRoute
from unspin.web.routes import UseService
from unspin.web.service import Service

__all__ = ["router"]

NDJSON = "application/x-ndjson"

router = APIRouter(prefix="/v1", route_class=JsonRoute)


@router.post(
    "/stream", operation_id="stream", responses=STREAM | problems(), response_class=Response, tags=["readings"]
)
async def stream(request: Request, asked: ReadRequest, service: UseService) -> Response:
    """Read one text as `/v1/read` does and tell of it on the way, a JSON object a line.

    `progress` comes after the verdict, then without substitutions, and after each round with those found so far; a slow
    client may miss some. The last line is `reading`, with what `/v1/read` would answer, or `error`. What is wrong before
    the reading begins is answered with a status as everywhere.
    """
    service.check_length(asked.text)
    errand = service.errand(request)
    latest = _Latest(asyncio.get_running_loop())

    def work() -> bytes:
        return to_json(service.read(errand, asked.text, asked, dictionary=asked.dictionary, progress=latest.put))

    future = await service.desk.start(work, errand, request.is_disconnected)
    return StreamingResponse(_lines(service, future, errand, latest), media_type=NDJSON)


class _Latest:
    """The newest progress, from the worker thread to the event loop; what nobody fetched in time is passed over."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.line: bytes | None = None
        self.there = asyncio.Event()
        self._loop = loop

    def put(self, done: float, reading: Reading | None) -> None:
        """In the worker thread."""
        line = _line("progress", done=done, reading=None if reading is None else orjson.Fragment(to_json(reading)))
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
    service: Service, future: asyncio.Future[bytes], errand: Errand, latest: _Latest
) -> AsyncIterator[bytes]:
    """The lines of one stream; a client that leaves ends the generator, and with it the errand."""
    result = asyncio.ensure_future(service.desk.finish(future, errand))
    news = asyncio.ensure_future(latest.take())
    try:
        while not result.done():
            await asyncio.wait({result, news}, return_when=asyncio.FIRST_COMPLETED)
            if news.done() and not result.done():
                yield news.result()
                news = asyncio.ensure_future(latest.take())
        yield await _last(result)
    finally:
        errand.give_up()
        news.cancel()
        if not result.cancel() and not result.cancelled():
            result.exception()  # looked at, so that asyncio does not log it


async def _last(result: asyncio.Future[bytes]) -> bytes:
    """The last line, whatever happened."""
    try:
        return _line("reading", reading=orjson.Fragment(await result))
    except UnspinError as error:
        problem = from_error(error)
    except Problem as error:
        problem = error
    except Abandoned:
        problem = Problem("busy", "given up before it was done")
    except Exception as error:
        log_bug("stream", error)
        problem = Problem("internal", "a bug of unspin; its log says where")
    return _line("error", error=problem.record())


def _line(event: str, **fields: Any) -> bytes:
    return orjson.dumps({"event": event, **fields}) + b"\n"
