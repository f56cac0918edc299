"""A file, read: its text extracted, its substitutions led back to page and paragraph."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Any, Protocol

import orjson
from fastapi import APIRouter, Depends, Form, Request, Response, UploadFile

from unspin.documents import Document, from_bytes
from unspin.reading import Reading
from unspin.report.json import to_json
from unspin.settings import OPERATING_POINT, Settings, fast_by_default
from unspin.web.models import OperatingPoint
from unspin.web.openapi import FILE, STREAM, problems
from unspin.web.pool import Job
from unspin.web.requests import FormRoute
from unspin.web.routes import JSON, UseService
from unspin.web.service import Service
from unspin.web.stream import Tell, line, streamed

__all__ = ["Origin", "base_name", "router", "streamed_whole", "whole"]

_LONGEST_NAME = 255

router = APIRouter(prefix="/v1", route_class=FormRoute)


class Origin(Protocol):
    """Where a document comes from, what it is called, and how to read it."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def settings(self) -> Settings:
        """How to read it."""

    def open(self, service: Service, job: Job) -> Document:
        """The document, in a worker thread."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came, its name without folders, and how to read it."""

    data: bytes
    name: str
    settings: Settings

    def open(self, service: Service, job: Job) -> Document:
        """The document, in a worker thread."""
        job.check()
        return from_bytes(self.data, self.name, service.document_limits(job))


async def _upload(
    file: UploadFile,
    operating_point: Annotated[OperatingPoint, Form()] = OPERATING_POINT,
    fill_all: Annotated[bool, Form()] = False,
    tortured: Annotated[bool, Form()] = False,
    fast: Annotated[bool, Form()] = False,
) -> Upload:
    """The file of a form, and the settings beside it."""
    settings = Settings(
        operating_point=operating_point, fill_all=fill_all, tortured=tortured, fast=fast or fast_by_default()
    )
    return Upload(await file.read(), base_name(file.filename or ""), settings)


Uploaded = Annotated[Upload, Depends(_upload)]


@router.post("/file", operation_id="file", responses=FILE | problems(), response_class=Response, tags=["files"])
async def file(request: Request, service: UseService, upload: Uploaded) -> Response:
    """Read a file, of plain text, HTML (its main text), PDF, DOCX or another format that `unspin read` takes.

    Its contents say what it is, then its suffix.

    Offsets in the reading are into the text that was extracted, which is in the reading; `places` leads back to the file.
    What is longer than the limit is cut, and the note `truncated` says so.
    """
    return await whole(request, service, upload)


@router.post(
    "/file/stream", operation_id="file_stream", responses=STREAM | problems(), response_class=Response, tags=["files"]
)
async def file_stream(request: Request, service: UseService, upload: Uploaded) -> Response:
    """Read a file as `/v1/file` does and tell of it on the way, a JSON object a line, as `/v1/stream` does.

    The first line is `document`, with the name and the format; with each reading come its `places`. A file that cannot be
    opened is answered with a status as everywhere.
    """
    return await streamed_whole(request, service, upload)


async def whole(request: Request, service: Service, origin: Origin) -> Response:
    """The answer with a document's reading and the places of its substitutions."""

    def work(job: Job) -> bytes:
        document = origin.open(service, job)
        reading = service.read(job, document.text, origin.settings)
        return orjson.dumps({"document": _about(origin, document), **_placed(document, reading)}) + b"\n"

    return Response(await service.run(request, work), media_type=JSON)


async def streamed_whole(request: Request, service: Service, origin: Origin) -> Response:
    """The same, told of on the way; a status before any line where the document cannot be opened."""
    document = await service.run(request, lambda job: origin.open(service, job))

    def work(job: Job, tell: Tell) -> bytes:
        def progress(done: float, so_far: Reading | None) -> None:
            known = {"reading": None} if so_far is None else _placed(document, so_far)
            tell(line("progress", done=done, **known))

        return line("reading", **_placed(document, service.read(job, document.text, origin.settings, progress)))

    return await streamed(request, service, work, first=line("document", document=_about(origin, document)))


def _about(origin: Origin, document: Document) -> dict[str, str]:
    """What the document was."""
    return {"name": origin.name, "format": document.format}


def _placed(document: Document, reading: Reading) -> dict[str, Any]:
    """The reading with the notes on its document, and the places of its substitutions."""
    places = [document.place(s.start) for s in reading.substitutions]
    return {
        "reading": orjson.Fragment(to_json(replace(reading, notes=reading.notes + document.notes))),
        "places": [{"page": place.page, "paragraph": place.paragraph} for place in places],
    }


def base_name(path: str) -> str:
    """The name of a file without its folders, in characters that can be shown."""
    name = path.replace("\\", "/").rpartition("/")[2]
    return "".join(c if c.isprintable() else "\ufffd" for c in name)[-_LONGEST_NAME:] or "file.txt"
