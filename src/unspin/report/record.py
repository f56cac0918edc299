"""A report as JSON, format ``unspin-report-1``: several readings, each with its document and the places of its swaps.

``report.schema.json`` beside this module describes it; a reading in it is in the format ``unspin-reading-1``, and what a
document has of a source in ``unspin-comparison-1``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from unspin.reading import OFFSETS
from unspin.report.content import Content, Public, Report, Unread
from unspin.report.json import dumps
from unspin.report.proof import Aligned, Proofs, Proved
from unspin.report.wording import MODEL_CARD, dictionary_name
from unspin.settings import Settings
from unspin.text.edits import apply
from unspin.version import version

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

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
        "fill_all": settings.fill_all,
        "tortured": settings.tortured,
        "fast": settings.fast,
        "dictionary": dictionary_name(settings),
        "deep": None if settings.deep is None else settings.deep.name,
    }


def _origin(proofs: Proofs, source: Callable[[Proved], dict[str, Any]]) -> dict[str, Any]:
    """The sources of a document."""
    return {
        "offsets": OFFSETS,
        "searched": proofs.searched,
        "says": proofs.says,
        "remarks": list(proofs.remarks),
        "sources": [_head(proved) | source(proved) for proved in proofs.sources],
    }


def _head(proved: Proved) -> dict[str, Any]:
    """What both editions say of a source."""
    return {
        "name": proved.name,
        "probability": proved.probability,
        "date": proved.date,
        "url": proved.url,
        "near_copies": list(proved.near_copies),
        "sha256": proved.sha256,
        "says": proved.says,
    }


def _whole(proved: Proved) -> dict[str, Any]:
    """The comparison, without the page, which stands in the reading."""
    assert proved.comparison is not None
    comparison = proved.comparison.to_dict()
    del comparison["page"]
    return {"comparison": comparison}


def _shown(proved: Proved) -> dict[str, Any]:
    """No more than the public edition shows."""
    figures = ("explained", "used", "words", "source_words", "exact", "swapped", "rewritten")
    return {
        "evidence": {
            **{name: getattr(proved, name) for name in figures},
            "quotations": [_fields(s.pair) | {"speaker": s.speaker, "cut": s.cut} for s in proved.quotations],
            "quotations_left_out": proved.quotations_left_out,
            "unaltered": proved.unaltered,
            "facts": [_fields(differs.fact) | {"cut": differs.cut} for differs in proved.facts],
            "passages": [_fields(aligned.passage) | {"shown": _part(aligned)} for aligned in proved.passages],
            "passages_left_out": proved.passages_left_out,
            "dictionary": [_fields(entry) for entry in proved.dictionary],
        }
    }


def _part(aligned: Aligned) -> dict[str, Any]:
    """What is shown of a passage, with its place in both texts."""
    return {
        "start": aligned.start,
        "end": aligned.end,
        "source_start": aligned.source_start,
        "source_end": aligned.source_end,
        "page": "".join(bit.text for row in aligned.rows for bit in row.page),
        "source": "".join(bit.text for row in aligned.rows for bit in row.source),
    }


def _fields(value: DataclassInstance) -> dict[str, Any]:
    return {field.name: getattr(value, field.name) for field in fields(value)}


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
        if document.proofs is not None:
            record["origin"] = _origin(document.proofs, _shown)
        return record
    record["reading"] = document.reading.to_dict()
    if document.proofs is not None:
        made = apply(document.reading.text, document.proofs.wordings)
        wordings = [_fields(wording) for wording in document.proofs.wordings]
        record["origin"] = _origin(document.proofs, _whole) | {"restored": made, "wordings": wordings}
    if source.place is not None:
        places = [source.place(s.start) for s in document.reading.substitutions]
        record["places"] = [{"page": place.page, "paragraph": place.paragraph} for place in places]
    return record
