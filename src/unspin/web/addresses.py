"""A page at an address of the web, fetched by the server and read; only where whoever started it allows that."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from unspin.documents import Document
from unspin.documents.document import shown
from unspin.settings import Settings
from unspin.web.files import streamed_whole, whole
from unspin.web.models import AddressRequest
from unspin.web.openapi import FILE, STREAM, problems
from unspin.web.pool import Job
from unspin.web.requests import JsonRoute
from unspin.web.routes import UseService
from unspin.web.service import Service

__all__ = ["router"]

router = APIRouter(prefix="/v1", route_class=JsonRoute)


@dataclass(frozen=True, slots=True)
class _Page:
    """What stands at an address, and how to read it."""

    address: str
    settings: Settings

    @property
    def name(self) -> str:
        """The address as it may be shown."""
        return shown(self.address)

    def open(self, service: Service, job: Job) -> Document:
        """The document, fetched in a worker thread."""
        return service.fetch(job, self.address)


def _page(service: Service, asked: AddressRequest) -> _Page:
    """What was asked for, where the server fetches at all."""
    service.check_fetches()
    return _Page(asked.address, asked.settings())


@router.post("/address", operation_id="address", responses=FILE | problems(), response_class=Response, tags=["files"])
async def address(request: Request, asked: AddressRequest, service: UseService) -> Response:
    """Fetch the page at an `http` or `https` address once, and read it as `/v1/file` reads a file.

    Only where the server was started with `--addresses`. What is not public is never fetched, nor what its site asks
    programs not to read (`robots.txt`).
    """
    return await whole(request, service, _page(service, asked))


@router.post(
    "/address/stream",
    operation_id="address_stream",
    responses=STREAM | problems(),
    response_class=Response,
    tags=["files"],
)
async def address_stream(request: Request, asked: AddressRequest, service: UseService) -> Response:
    """Fetch and read as `/v1/address` does and tell of it on the way, as `/v1/file/stream` does."""
    return await streamed_whole(request, service, _page(service, asked))
