"""The API: one text, its restored text alone, a batch; and what the server says of itself."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Request, Response
from pydantic import ValidationError

from unspin.reading import SCHEMA
from unspin.report.json import to_json
from unspin.version import version
from unspin.web.models import BatchDocument, BatchRequest, Health, LimitsInForce, ReadRequest, Restored, Version
from unspin.web.openapi import BATCH, READING, problems
from unspin.web.pool import Job
from unspin.web.problems import from_validation
from unspin.web.requests import JsonRoute
from unspin.web.service import Service, problem_of, service_of

__all__ = ["JSON", "UseService", "router"]

JSON = "application/json"
_LONGEST_ID = 200
UseService = Annotated[Service, Depends(service_of)]

router = APIRouter(prefix="/v1", route_class=JsonRoute)


@router.post("/read", operation_id="read", responses=READING | problems(), response_class=Response, tags=["readings"])
async def read(request: Request, asked: ReadRequest, service: UseService) -> Response:
    """Read one text: whether it is spun, every swapped word, the restored text, the quotations.

    The answer is, byte for byte, what `unspin read FILE --json` prints of a file with this text and the same settings.
    """
    service.check_length(asked.text)

    def work(job: Job) -> bytes:
        return to_json(service.read(job, asked.text, asked.settings())) + b"\n"

    return Response(await service.run(request, work), media_type=JSON)


@router.post("/restore", operation_id="restore", response_model=Restored, responses=problems(), tags=["readings"])
async def restore(request: Request, asked: ReadRequest, service: UseService) -> Response:
    """The restored text alone; a text that does not read as spun comes back as it was."""
    service.check_length(asked.text)

    def work(job: Job) -> bytes:
        reading = service.read(job, asked.text, asked.settings())
        return orjson.dumps({"restored": reading.restored, "spun": reading.spun}) + b"\n"

    return Response(await service.run(request, work), media_type=JSON)


@router.post("/batch", operation_id="batch", responses=BATCH | problems(), response_class=Response, tags=["readings"])
async def batch(request: Request, asked: BatchRequest, service: UseService) -> Response:
    """Read several texts, each as if it came alone, and answer in the order in which they came.

    A document that cannot be read, or that is not done when the time of the request is up, has an error in its place and
    stops nothing but itself.
    """
    service.check_number(len(asked.documents), "documents")
    at_once = asyncio.Semaphore(service.limits.parallel)  # so that a batch leaves gaps in the queue for others

    async def one(position: int, item: Any) -> dict[str, Any]:
        async with at_once:
            return await _result(request, service, asked, position, item)

    results = await asyncio.gather(*(one(position, item) for position, item in enumerate(asked.documents)))
    return Response(orjson.dumps({"results": results}) + b"\n", media_type=JSON)


async def _result(request: Request, service: Service, asked: BatchRequest, position: int, item: Any) -> dict[str, Any]:
    """The result of one document of a batch, whatever happens to it."""
    name = item.get("id") if isinstance(item, dict) else None
    result: dict[str, Any] = {"id": str(position)}
    try:
        document = BatchDocument.model_validate(item)
        result["id"] = str(position) if name is None else name
        service.check_length(document.text)

        def work(job: Job) -> bytes:
            return to_json(service.read(job, document.text, asked.settings()))

        return result | {"reading": orjson.Fragment(await service.run(request, work))}
    except ValidationError as error:
        if isinstance(name, str) and len(name) <= _LONGEST_ID and name.isprintable():
            result["id"] = name
        problem = from_validation(error.errors(include_input=False, include_url=False))
    except Exception as error:
        problem = problem_of(error, f"document {position} of a batch")
    return result | {"error": problem.record()}


@router.get("/health", operation_id="health", responses=problems(body=False), tags=["server"])
async def health(service: UseService) -> Health:
    """That the server lives, and how busy it is; answered at once even when it is."""
    return Health(running=service.pool.running, waiting=service.pool.waiting)


@router.get("/version", operation_id="version", responses=problems(body=False), tags=["server"])
async def versions(service: UseService) -> Version:
    """Which unspin this is, the format of its readings, its limits, whether it fetches addresses, and has an archive."""
    limits = LimitsInForce(**asdict(service.limits))
    return Version(
        unspin=version(), reading=SCHEMA, limits=limits, addresses=service.fetches, archive=service.has_archive
    )
