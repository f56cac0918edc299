"""Readings to be kept: the report in one of its forms."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import quote

from fastapi import APIRouter, Request, Response

from unspin.reading import Reading
from unspin.report.export import FORMATS
from unspin.report.export import export as render
from unspin.report.source import Entry, Origin, Proof, Source, place_function
from unspin.settings import Settings
from unspin.web.checked import reading_of
from unspin.web.models import ExportRequest, NamedReading
from unspin.web.openapi import EXPORT, problems
from unspin.web.pool import Job
from unspin.web.problems import Problem
from unspin.web.requests import JsonRoute
from unspin.web.routes import UseService
from unspin.web.service import Service

__all__ = ["router"]

router = APIRouter(prefix="/v1", route_class=JsonRoute)

_RESPONSES = EXPORT([form.media_type.partition(";")[0] for form in FORMATS.values()])


@router.post(
    "/export", operation_id="export", responses=_RESPONSES | problems(), response_class=Response, tags=["files"]
)
async def export(request: Request, asked: ExportRequest, service: UseService) -> Response:
    """Make a report of readings: one HTML page, DOCX with tracked changes, CSV of the swaps, JSON or Markdown.

    Nothing is read again: what the readings say is what the report says, the choices of whoever sends them included. With
    `sources` it is said where a document comes from, as `unspin report --from` does.
    """
    if asked.format == "csv" and any(named.sources for named in asked.readings):
        raise Problem("invalid", "format: csv has no place for sources; leave them out or choose another format")
    service.check_number(len(asked.readings), "readings")
    settings = None
    if asked.settings is not None:
        name = asked.settings.dictionary  # where one was given: its name is all that a report says of it
        settings = Settings(**asked.settings.model_dump() | {"dictionary": Path(name) if name else None})

    def work(job: Job) -> bytes:
        entries = []
        for position, named in enumerate(asked.readings):
            job.check()
            reading = reading_of(named.reading)
            service.check_length(reading.text)
            entries.append(Entry(_source(position, named, reading), reading, _origin(named, reading, service, job)))
        job.check()
        return render(entries, asked.format, public=asked.public, settings=settings)

    body = await service.run(request, work)
    form = FORMATS[asked.format]
    name = asked.readings[0].name if len(asked.readings) == 1 else ""
    headers = {"Content-Disposition": _attachment(name, form.suffix)}
    return Response(body, headers=headers, media_type=form.media_type)


def _source(position: int, named: NamedReading, reading: Reading) -> Source:
    """Where a reading came from, with the places that were sent along.

    Raises:
        Problem: they are not one for each substitution.
    """
    starts = [s.start for s in reading.substitutions]
    if named.places is None:
        return Source(named.name, named.format)
    if len(named.places) != len(starts):
        counts = f"{len(named.places):,} for {len(starts):,} substitutions"
        raise Problem("invalid", f"readings.{position}.places: {counts}; send one for each, in order")
    return Source(named.name, named.format, place_function(starts, named.places))


def _origin(named: NamedReading, reading: Reading, service: Service, job: Job) -> Origin | None:
    """What a document has of the sources that were sent along, aligned anew; None where there are none.

    Raises:
        Problem: a source is too long.
        MissingExtra: ``unspin[trace]`` is not installed.
    """
    if not named.sources:
        return None
    from unspin.trace.comparing import compare
    from unspin.trace.origins import proved

    proofs = []
    for source in named.sources:
        service.check_length(source.text)
        job.check()
        found = compare(reading.text, source.text)
        copies = tuple(source.near_copies)
        proofs.append(Proof(source.name, found, source.probability, source.date, source.url, copies))
    return proved(proofs, reading)


def _attachment(name: str, suffix: str) -> str:
    """A Content-Disposition header that names the file after its document, but not as the document itself is named."""
    stem = re.split(r"[/\\]", name)[-1]
    stem = re.sub(r"\.(txt|text|md|html?|xhtml|pdf|docx|odt|epub|tex|xml|nxml|tei)$", "", stem, flags=re.IGNORECASE)
    stem = "".join(c for c in stem if c.isprintable() and c not in '<>:"|?*').strip(" .")[:100]
    stem = f"{stem}-restored" if stem else "unspin"
    plain = re.sub(r"[^A-Za-z0-9 ._-]", "_", stem)
    return f"attachment; filename=\"{plain}{suffix}\"; filename*=UTF-8''{quote(stem + suffix, safe='')}"
