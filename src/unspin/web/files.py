"""A file, read: its text extracted, its substitutions led back to page and paragraph."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import orjson
from fastapi import APIRouter, Form, Request, Response, UploadFile

from unspin.documents import from_bytes
from unspin.report.json import to_json
from unspin.web.desk import Errand
from unspin.web.models import DEFAULT_OPERATING_POINT, OperatingPoint, Settings
from unspin.web.openapi import FILE, problems
from unspin.web.requests import FormRoute
from unspin.web.routes import JSON, UseService

__all__ = ["router"]

_LONGEST_NAME = 255

router = APIRouter(prefix="/v1", route_class=FormRoute)


@router.post("/file", operation_id="file", responses=FILE | problems(), response_class=Response, tags=["files"])
async def file(
    request: Request,
    service: UseService,
    file: UploadFile,
    operating_point: Annotated[OperatingPoint, Form()] = DEFAULT_OPERATING_POINT,
    tortured: Annotated[bool, Form()] = False,
) -> Response:
    """Read a file: plain text, HTML (its main text), PDF or DOCX. The suffix of its name says what it is.

    Offsets in the reading are into the text that was extracted, which is in the reading; `places` leads back to the file.
    """
    data = await file.read()
    name = _base(file.filename or "")
    settings = Settings(operating_point=operating_point, tortured=tortured)

    def work(errand: Errand) -> bytes:
        document = from_bytes(data, name, service.document_limits(errand))
        reading = service.read(errand, document.text, settings)
        reading = replace(reading, notes=reading.notes + document.notes)
        places = [document.place(s.start) for s in reading.substitutions]
        record = {
            "document": {"name": name, "format": document.format},
            "reading": orjson.Fragment(to_json(reading)),
            "places": [{"page": place.page, "paragraph": place.paragraph} for place in places],
        }
        return orjson.dumps(record) + b"\n"

    return Response(await service.run(request, work), media_type=JSON)


def _base(path: str) -> str:
    """The name of a file without its folders, in characters that can be shown."""
    name = path.replace("\\", "/").rpartition("/")[2]
    return "".join(c if c.isprintable() else "\ufffd" for c in name)[-_LONGEST_NAME:] or "file.txt"
