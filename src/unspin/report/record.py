"""A report as JSON, format ``unspin-report-1``: several readings, each with its document and the places of its swaps.

``report.schema.json`` beside this module describes it; a reading in it is in the format ``unspin-reading-1``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from unspin.reading import Reading
from unspin.report import anchors, evidence
from unspin.report.json import dumps, summary, to_dict
from unspin.report.source import Entry, Settings
from unspin.report.version import MODEL_CARD, version
from unspin.report.wording import reason

__all__ = ["REPORT_SCHEMA", "render", "to_record"]

REPORT_SCHEMA = "unspin-report-1"


def render(entries: Sequence[Entry], *, public: bool = False, settings: Settings | None = None) -> bytes:
    """The report as UTF-8 JSON, indented by two spaces, ending in a line break."""
    return dumps(to_record(entries, public=public, settings=settings), indent=True) + b"\n"


def to_record(entries: Sequence[Entry], *, public: bool, settings: Settings | None) -> dict[str, Any]:
    """The report as plain dicts, lists, strings and numbers."""
    return {
        "schema": REPORT_SCHEMA,
        "unspin": version(),
        "model": MODEL_CARD,
        "edition": "public" if public else "full",
        "settings": None if settings is None else asdict(settings),
        "documents": [_document(entry, public) for entry in entries],
    }


def _document(entry: Entry, public: bool) -> dict[str, Any]:
    source, outcome = entry.source, entry.outcome
    record: dict[str, Any] = {"document": {"name": source.name, "format": source.format}}
    if not isinstance(outcome, Reading):
        return record | {"error": {"kind": type(outcome).__name__, "message": reason(entry)}}
    record["sha256"] = hashlib.sha256(outcome.text.encode("utf-8", "surrogatepass")).hexdigest()
    if public:
        found = anchors.find(outcome)
        record["summary"] = summary(outcome)
        record["evidence"] = evidence.gather(outcome, source).to_dict() | {
            "names": [[anchor.text, anchor.times] for anchor in found.names],
            "figures": [[anchor.text, anchor.times] for anchor in found.figures],
        }
        return record
    record["reading"] = to_dict(outcome)
    if source.place is not None:
        places = [source.place(s.start) for s in outcome.substitutions]
        record["places"] = [{"page": place.page, "paragraph": place.paragraph} for place in places]
    return record
