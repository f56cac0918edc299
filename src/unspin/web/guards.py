"""What every request passes before it reaches the API, as ASGI middleware.

From outside in: response headers, errors, (CORS,) host and origin, rate, size and number.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
import traceback
from collections import OrderedDict
from collections.abc import Collection, Mapping
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from unspin.web.limits import Limits
from unspin.web.problems import Problem, answer, busy

__all__ = ["HEADERS", "Door", "Hosts", "Rate", "ResponseHeaders", "Shield", "log_bug"]

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
_MOST_CLIENTS = 10_000  # addresses remembered for the rate; the one seen longest ago is forgotten first
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


class Rate:
    """At most so many requests a minute from one address, in bursts of a quarter of that (a token bucket each)."""

    def __init__(self, app: ASGIApp, per_minute: int) -> None:
        self.app = app
        self.per_second = per_minute / 60
        self.burst = max(per_minute / 4, 1.0)
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See the class."""
        if scope["type"] == "http" and scope["method"] == "POST":
            wait = self._wait((scope.get("client") or ("", 0))[0])
            if wait:
                problem = Problem(
                    "too-many-requests",
                    f"more than {self.per_second * 60:g} requests a minute",
                    {"Retry-After": str(math.ceil(wait))},
                )
                return await answer(problem)(scope, receive, send)
        await self.app(scope, receive, send)

    def _wait(self, client: str) -> float:
        """Seconds until this client may ask again; 0 if it may now."""
        now = time.monotonic()
        left, then = self._left.pop(client, (self.burst, now))
        left = min(self.burst, left + (now - then) * self.per_second)
        wait = max((1 - left) / self.per_second, 0.0)
        self._left[client] = (left if wait else left - 1, now)
        if len(self._left) > _MOST_CLIENTS:
            self._left.popitem(last=False)
        return wait


class Door:
    """How many requests are inside, and how large and how slow their bodies may be.

    A body is counted while it arrives. One that is refused is not kept: what is still on its way is thrown away for a
    while, so that the client reads the answer instead of finding its connection reset, and then the connection is closed.
    """

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self.app = app
        self.limits = limits
        self.inside = 0
        self.held = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See the class."""
        if scope["type"] != "http" or scope["method"] != "POST":
            return await self.app(scope, receive, send)
        deadline = time.monotonic() + self.limits.seconds
        scope.setdefault("state", {})["deadline"] = deadline
        body = _Body(scope, receive, send, self, deadline)
        if (problem := self._problem(scope)) is not None:
            return await answer(problem)(scope, receive, body.send)
        self.inside += 1
        try:
            await self.app(scope, body.receive, body.send)
        finally:
            self.inside -= 1
            self.held -= body.size

    def _problem(self, scope: Scope) -> Problem | None:
        declared = Headers(scope=scope).get("content-length", "0")
        if declared.isdecimal() and int(declared) > self.limits.body_bytes:
            return too_large(self.limits)
        if self.inside >= self.limits.parallel + self.limits.queue:
            return busy(f"{self.inside} requests are being read or waiting; try again later")
        return None


class _Body:
    """The body of one request on its way in."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, door: Door, deadline: float) -> None:
        headers = Headers(scope=scope)
        self.size = 0
        self._complete = not ("content-length" in headers or "transfer-encoding" in headers)
        self._receive, self._send, self._door, self._deadline = receive, send, door, deadline

    async def receive(self) -> Message:
        """The next part, counted."""
        left = None if self._complete else max(self._deadline - time.monotonic(), 0)
        try:
            async with asyncio.timeout(left):
                message = await self._receive()
        except TimeoutError:
            raise Problem("slow-request", "the body of the request took too long to arrive") from None
        if message["type"] != "http.request":
            self._complete = True
            return message
        self._complete = not message.get("more_body", False)
        arrived = len(message.get("body", b""))
        self.size += arrived
        self._door.held += arrived
        limits = self._door.limits
        if self.size > limits.body_bytes:
            raise too_large(limits)
        if self._door.held > 4 * limits.body_bytes:
            raise busy("large requests are being read; try again later")
        return message

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


def too_large(limits: Limits) -> Problem:
    """A request with too large a body."""
    return Problem("too-large", f"a request may have {limits.body_bytes:,} bytes; send less, or see --max-bytes")


def _name(host: str) -> str | None:
    """The name in a Host header, without its port and without the brackets of IPv6."""
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None
