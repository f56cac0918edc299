"""What every request passes before it reaches the API, as ASGI middleware.

From outside in: response headers, errors, (CORS,) host and origin, size, time and number.
"""

from __future__ import annotations

import asyncio
import logging
import time
import traceback
from collections.abc import Collection, Mapping
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from unspin.web.limits import ServerLimits
from unspin.web.problems import Problem, answer, busy

__all__ = ["HEADERS", "Admission", "Hosts", "ResponseHeaders", "Shield", "log_bug"]

HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none';"
    " form-action 'self'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""Sent with every response."""

_API = "/v1/"
_LINGER = 5.0  # seconds that the rest of a refused body may still arrive
_BODY_SECONDS = 10.0  # that a body may take to arrive,
_BODY_RATE = (
    50_000  # and a second more for so many bytes of it that have: the slowest line that a large file is sent over
)
_log = logging.getLogger("unspin.web")


class ResponseHeaders:
    """Security headers on everything, and no caching of what the API answers."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See the class."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                headers["Cache-Control"] = "no-store" if scope["path"].startswith(_API) else "no-cache"
            await send(message)

        await self.app(scope, receive, with_headers)


class Shield:
    """A bug becomes a 500 and a line in the log that says where it happened and not what was read."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See the class."""
        started = False

        async def noting(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, receive, noting)
        except Exception as error:
            log_bug(f"{scope.get('method')} {scope['path']}", error)
            if not started and scope["type"] == "http":
                await answer(Problem("internal", "a bug of unspin; its log says where"))(scope, receive, send)


class Hosts:
    """Only requests to this server by name, and from its own page.

    A page of a stranger may have its own name resolve to the loopback address (DNS rebinding); the Host header gives it away.
    It may also send a form here without asking; the Origin header gives that away.

    Args:
        app: the application.
        hosts: names and addresses, IPv6 without brackets; ``"*"`` for any.
        origins: other origins that may ask, as ``"https://journal.example"``; ``"*"`` for any.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str], origins: Collection[str] = ()) -> None:
        self.app = app
        self.hosts = frozenset(host.lower() for host in hosts)
        self.origins = frozenset(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See the class."""
        if scope["type"] == "http" and (problem := self._problem(scope)) is not None:
            return await answer(problem)(scope, receive, send)
        await self.app(scope, receive, send)

    def _problem(self, scope: Scope) -> Problem | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if "*" not in self.hosts and _name(host) not in self.hosts:
            return Problem("bad-host", "this server goes by another name; see the option --allow-host")
        origin = headers.get("origin")
        if origin is None or scope["method"] in ("GET", "HEAD") or not self.origins.isdisjoint((origin, "*")):
            return None
        try:
            own = urlsplit(origin).netloc.lower() == host.lower()
        except ValueError:
            own = False
        return None if own else Problem("foreign-origin", "pages of this origin may not ask; see --allow-origin")


class Admission:
    """How many requests are read or wait at a time, and how large and how slow their bodies may be.

    A body is counted while it arrives, and its request takes a place among those that are read or wait once the body is
    whole: requests that were begun and left unfinished keep nobody out. One that is refused is not kept: what is still on
    its way is thrown away for a while, so that the client reads the answer instead of finding its connection reset, and
    then the connection is closed.

    Attributes:
        admitted: requests that are read or wait.
        held: bytes of all bodies that have arrived and are not done with.
    """

    def __init__(self, app: ASGIApp, limits: ServerLimits) -> None:
        self.app = app
        self.limits = limits
        self.admitted = 0
        self.held = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See the class."""
        if scope["type"] != "http" or scope["method"] != "POST":
            return await self.app(scope, receive, send)
        body = _Body(scope, receive, send, self)
        scope.setdefault("state", {})["deadline"] = body.deadline
        if (problem := self.refusal(scope)) is not None:
            return await answer(problem)(scope, receive, body.send)
        try:
            await self.app(scope, body.receive, body.send)
        finally:
            self.admitted -= body.admitted
            self.held -= body.size

    def refusal(self, scope: Scope) -> Problem | None:
        """Why a request is refused before its body is read, if it is."""
        declared = Headers(scope=scope).get("content-length", "0")
        if declared.isdecimal() and int(declared) > self.limits.body_bytes:
            return too_large(self.limits)
        return self.full()

    def full(self) -> Problem | None:
        """The problem that no more requests are taken on, while it is one."""
        if self.admitted >= self.limits.parallel + self.limits.queue:
            return busy(f"{self.admitted} requests are being read or waiting; try again later")
        return None


class _Body:
    """The body of one request on its way in.

    Attributes:
        deadline: of the request, on the clock of ``time.monotonic``.
        size: bytes that have arrived.
        admitted: whether the body is whole and the request counts among those that are read or wait.
    """

    def __init__(self, scope: Scope, receive: Receive, send: Send, admission: Admission) -> None:
        headers = Headers(scope=scope)
        self._began = time.monotonic()
        self.deadline = self._began + admission.limits.seconds
        self.size = 0
        self.admitted = False
        self._complete = not ("content-length" in headers or "transfer-encoding" in headers)
        self._receive, self._send, self._admission = receive, send, admission

    async def receive(self) -> Message:
        """The next part, counted.

        Raises:
            Problem: it is too slow, or the body is too large, or the server is full.
        """
        try:
            async with asyncio.timeout(self._time_left()):
                message = await self._receive()
        except TimeoutError:
            raise Problem("slow-request", "the body of the request took too long to arrive") from None
        if message["type"] != "http.request":
            self._complete = True
            return message
        self._complete = not message.get("more_body", False)
        self._count(len(message.get("body", b"")))
        if self._complete and not self.admitted:
            if (problem := self._admission.full()) is not None:
                raise problem
            self.admitted = True
            self._admission.admitted += 1
        return message

    def _time_left(self) -> float | None:
        """Seconds until more of the body must have arrived; None where all of it has."""
        if self._complete:
            return None
        due = self._began + _BODY_SECONDS + self.size / _BODY_RATE
        return max(min(due, self.deadline) - time.monotonic(), 0)

    def _count(self, arrived: int) -> None:
        self.size += arrived
        self._admission.held += arrived
        limits = self._admission.limits
        if self.size > limits.body_bytes:
            raise too_large(limits)
        if self._admission.held > 4 * limits.body_bytes:
            raise busy("large requests are being read; try again later")

    async def send(self, message: Message) -> None:
        """The answer; where the body has not been read to its end, the rest is let pass before the connection closes."""
        if self._complete:
            return await self._send(message)
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message)["Connection"] = "close"
        elif message["type"] == "http.response.body" and not message.get("more_body", False):
            await self._send({**message, "more_body": True})
            await self._let_pass()
            message = {"type": "http.response.body", "body": b""}
        await self._send(message)

    async def _let_pass(self) -> None:
        try:
            async with asyncio.timeout(_LINGER):
                message: Message = {"more_body": True}
                while message.get("more_body", False):
                    message = await self._receive()
        except TimeoutError:
            pass
        self._complete = True


def log_bug(what: str, error: Exception) -> None:
    """One line that says where a bug is. The message of an exception may quote the text; the frames do not."""
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    where = " < ".join(f"{frame.filename}:{frame.lineno}" for frame in reversed(frames))
    _log.error("%s: %s at %s", ascii(what)[1:-1], type(error).__name__, where)


def too_large(limits: ServerLimits) -> Problem:
    """A request with too large a body."""
    return Problem("too-large", f"a request may have {limits.body_bytes:,} bytes; send less, or see --max-bytes")


def _name(host: str) -> str | None:
    """The name in a Host header, without its port and without the brackets of IPv6."""
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None
