"""A text against a source, and against the archive that the server was started with."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response, UploadFile

from unspin.documents import from_bytes
from unspin.report.json import dumps
from unspin.trace.comparing import compare as compared
from unspin.trace.json import comparison_record, trace_record
from unspin.web.files import base_name
from unspin.web.models import CompareRequest, Text, TraceRequest
from unspin.web.openapi import COMPARISON, TRACE, problems
from unspin.web.pool import Job
from unspin.web.requests import FormRoute, JsonRoute
from unspin.web.routes import JSON, UseService

__all__ = ["files", "router"]

router = APIRouter(prefix="/v1", route_class=JsonRoute)
files = APIRouter(prefix="/v1", route_class=FormRoute)


@router.post(
    "/compare", operation_id="compare", responses=COMPARISON | problems(), response_class=Response, tags=["sources"]
)
async def compare(request: Request, asked: CompareRequest, service: UseService) -> Response:
    """Align a text with its source word by word: shares, passages, and what was changed, quotations and figures apart.

    The answer is what `unspin compare PAGE SOURCE --json` prints, its paths null.
    """
    service.check_length(asked.text)
    service.check_length(asked.source)

    def work(job: Job) -> bytes:
        job.check()
        return dumps(comparison_record(compared(asked.text, asked.source))) + b"\n"

    return Response(await service.run(request, work), media_type=JSON)


async def _source(file: UploadFile) -> tuple[bytes, str]:
    """The file of a form and its name without folders."""
    return await file.read(), base_name(file.filename or "")


@files.post(
    "/compare/file",
    operation_id="compare_file",
    responses=COMPARISON | problems(),
    response_class=Response,
    tags=["sources"],
)
async def compare_file(
    request: Request,
    service: UseService,
    text: Annotated[Text, Form()],
    source: Annotated[tuple[bytes, str], Depends(_source)],
) -> Response:
    """Align a text with the text of a file, as `/v1/compare` does; `source_path` is the name of the file.

    What is longer than the limit is cut.
    """
    service.check_length(text)

    def work(job: Job) -> bytes:
        job.check()
        data, name = source
        document = from_bytes(data, name, service.document_limits(job))
        job.check()
        return dumps(comparison_record(compared(text, document.text), source=name)) + b"\n"

    return Response(await service.run(request, work), media_type=JSON)


@router.post("/trace", operation_id="trace", responses=TRACE | problems(), response_class=Response, tags=["sources"])
async def trace(request: Request, asked: TraceRequest, service: UseService) -> Response:
    """Find the sources of a text in the archive of this server, each with its evidence, or say that none is there.

    Only where the server was started with `--index`. The answer is what `unspin trace PAGE --index INDEX --json` prints, its
    path null.
    """
    service.check_archive()
    service.check_length(asked.text)

    def work(job: Job) -> bytes:
        found = service.trace(job, asked.text, asked.settings() if asked.read else None, asked.threshold)
        return dumps(trace_record(found)) + b"\n"

    return Response(await service.run(request, work), media_type=JSON)
