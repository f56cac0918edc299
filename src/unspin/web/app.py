"""The application: routes, guards and the page, put together."""

from __future__ import annotations

import mimetypes
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from importlib import resources
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Match, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

import unspin
from unspin.web import addresses, export, files, guards, openapi, problems, routes, sources, stream
from unspin.web.limits import ServerLimits
from unspin.web.pool import Abandoned
from unspin.web.service import FetchFunction, ReadFunction, Service

__all__ = ["LOOPBACK", "create"]

LOOPBACK = ("localhost", "127.0.0.1", "::1")
"""The names under which a server on the loopback address is asked for."""


def create(
    limits: ServerLimits | None = None,
    *,
    read: ReadFunction | None = None,
    fetch: FetchFunction | None = None,
    archive: Path | None = None,
    hosts: Collection[str] = LOOPBACK,
    origins: Collection[str] = (),
) -> FastAPI:
    """Make the application.

    Args:
        limits: what it takes on; :class:`ServerLimits` by default.
        read: reads one document; ``unspin.read`` by default.
        fetch: opens the document at an address, as :func:`unspin.documents.address.load_address`; by default none is.
        archive: the folder of the archive in which sources are looked for; by default there is none.
        hosts: names under which it may be asked for; ``"*"`` for any.
        origins: origins of pages elsewhere that may ask, as ``"https://journal.example"``; ``"*"`` for any.
    """
    limits = ServerLimits() if limits is None else limits
    service = Service(unspin.read if read is None else read, limits, fetch, archive)

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        service.pool.open()
        yield
        service.pool.close()

    app = _Application(lifespan=life, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.state.service = service
    problems.register(app)
    app.add_exception_handler(Abandoned, _on_abandoned)
    for router in (
        routes.router,
        stream.router,
        files.router,
        addresses.router,
        export.router,
        sources.router,
        sources.files,
    ):
        app.include_router(router)
    page = resources.files("unspin.web").joinpath("static")
    if page.is_dir():
        mimetypes.add_type("text/javascript", ".js")  # which some Windows registries have as plain text
        app.router.routes.append(_Page("/", StaticFiles(directory=str(page), html=True), name="page"))

    # From inside out.
    app.add_middleware(guards.Admission, limits=limits)
    app.add_middleware(guards.Hosts, hosts=hosts, origins=origins)
    if origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(origins),
            allow_methods=["GET", "POST"],
            allow_headers=["Content-Type"],
            expose_headers=["Content-Disposition", "Retry-After"],
        )
    app.add_middleware(guards.Shield)
    app.add_middleware(guards.ResponseHeaders)
    return app


class _Application(FastAPI):
    def openapi(self) -> dict[str, Any]:
        """The description of the API, with readings as their own schema describes them."""
        if not self.openapi_schema:
            self.openapi_schema = openapi.describe(self)
        return self.openapi_schema


class _Page(Mount):
    """The files of the page at the root; what belongs to the API stays with it, wrong methods too."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """See Starlette."""
        path = scope.get("path", "")
        return (Match.NONE, {}) if path.startswith("/v1/") or path == "/openapi.json" else super().matches(scope)


async def _on_abandoned(_: Request, error: Exception) -> Response:
    return problems.answer(problems.busy("the server is closing, or the client has left"))
