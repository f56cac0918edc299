"""Connections that do not wait for ever: a time for the head of a request, and room for new ones when the server is full.

uvicorn closes a connection that idles after an answer, but waits without end for the rest of a head that was begun. A few
hundred clients that each send half a head would take all its connections, and everybody else would get 503.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any, Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

__all__ = ["HEAD_SECONDS", "ROOM", "Connection"]

HEAD_SECONDS: Final = 10.0
"""From the opening of a connection, or from the answer before, until the head of a request must be whole."""
ROOM: Final = 256
"""Connections at a time; for another one, that whose request is unfinished for longest is closed."""


class Connection(H11Protocol):
    """One connection of the server."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._unfinished_since: float | None = None  # None while no part of a request is missing
        self._head_due: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client has come."""
        if len(self.connections) >= ROOM:
            self._make_room()
        super().connection_made(transport)
        self._look()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is closed."""
        self._stop_timer()
        super().connection_lost(exc)

    def handle_events(self) -> None:
        """Something has arrived, or an answer is done."""
        super().handle_events()
        self._look()

    def _look(self) -> None:
        """See whether a request is unfinished, and let the time for its head run."""
        state = self.conn.their_state
        if state not in (h11.IDLE, h11.SEND_BODY):
            self._unfinished_since = None
        elif self._unfinished_since is None:
            self._unfinished_since = time.monotonic()
        if state is not h11.IDLE and self.conn.our_state is not h11.DONE:
            self._stop_timer()
        elif self._head_due is None:  # for a head, or for the rest of a body that was answered before it came
            self._head_due = self.loop.call_later(HEAD_SECONDS, self.transport.close)

    def _stop_timer(self) -> None:
        if self._head_due is not None:
            self._head_due.cancel()
            self._head_due = None

    def _make_room(self) -> None:
        """Close the connection whose request is unfinished for longest; those that are being answered stay."""
        unfinished = [
            (other._unfinished_since, id(other), other)
            for other in self.connections
            if isinstance(other, Connection)
            and other._unfinished_since is not None
            and not other.transport.is_closing()
        ]
        if unfinished:
            *_, longest = min(unfinished)
            longest.transport.abort()
            self.connections.discard(longest)
