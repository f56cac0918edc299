"""Which content types a path takes: anything else is refused before its body is read."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, ClassVar

from fastapi import Request, Response
from fastapi.routing import APIRoute

from unspin.web.problems import Problem

__all__ = ["FormRoute", "JsonRoute"]


class JsonRoute(APIRoute):
    """A route whose requests come as JSON."""

    media_type: ClassVar[str] = "application/json"

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler with a look at the content type before it."""
        handler = super().get_route_handler()

        async def checked(request: Request) -> Response:
            media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
            if request.method == "POST" and media_type != self.media_type:
                raise Problem("unsupported-type", f"send the body as {self.media_type}")
            return await handler(request)

        return checked


class FormRoute(JsonRoute):
    """A route whose requests come as a form with a file."""

    media_type: ClassVar[str] = "multipart/form-data"
