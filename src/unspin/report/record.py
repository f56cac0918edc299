"""A report as JSON, format ``unspin-report-1``: several readings, each with its document and the places of its swaps.

``report.schema.json`` beside this module describes it; a reading in it is in the format ``unspin-reading-1``.
"""

from __future__ import annotations

from typing import Any

from unspin.report.content import Content, Public, Report, Unread
from unspin.report.json import dumps
from unspin.report.wording import MODEL_CARD, dictionary_name
from unspin.settings import Settings
from unspin.version import version

__all__ = ["REPORT_SCHEMA", "render", "to_record"]

REPORT_SCHEMA = "unspin-report-1"


def render(report: Report) -> bytes:
    """The report as UTF-8 JSON, indented by two spaces, ending in a line break."""
    return dumps(to_record(report), indent=True) + b"\n"


def to_record(report: Report) -> dict[str, Any]:
    """The report as plain dicts, lists, strings and numbers."""
    return {
        "schema": REPORT_SCHEMA,
        "unspin": version(),
        "model": MODEL_CARD,
        "edition": "public" if report.public else "full",
        "settings": None if report.settings is None else _settings(report.settings),
        "documents": [_document(document) for document in report.documents],
    }


def _settings(settings: Settings) -> dict[str, Any]:
    """The settings; of files their names, since where they lie is nothing for a report."""
    return {
        "operating_point": settings.operating_point,
        "tortured": settings.tortured,
        "dictionary": dictionary_name(settings),
        "deep": None if settings.deep is None else settings.deep.name,
    }


def _document(document: Content) -> dict[str, Any]:
    if isinstance(document, Unread):
        error = {"kind": document.kind, "message": document.reason}
        return {"document": {"name": document.source.name, "format": document.source.format}, "error": error}
    source = document.head.source
    record: dict[str, Any] = {"document": {"name": source.name, "format": source.format}}
    record["sha256"] = document.head.sha256
    if isinstance(document, Public):
        record["summary"] = document.summary
        record["evidence"] = document.evidence.to_dict() | {
            "names": [[anchor.text, anchor.times] for anchor in document.anchors.names],
            "figures": [[anchor.text, anchor.times] for anchor in document.anchors.figures],
        }
        return record
    record["reading"] = document.reading.to_dict()
    if source.place is not None:
        places = [source.place(s.start) for s in document.reading.substitutions]
        record["places"] = [{"page": place.page, "paragraph": place.paragraph} for place in places]
    return record
