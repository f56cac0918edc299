"""Comparisons and traces as JSON, versioned and described by the schemas beside this module."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

import orjson

from unspin.comparison import Comparison
from unspin.reading import OFFSETS
from unspin.trace.results import Match, Trace
from unspin.trace.wording import trace_in_words
from unspin.version import version

__all__ = ["COMPARISON_SCHEMA", "TRACE_SCHEMA", "comparison_record", "schema", "trace_record"]

COMPARISON_SCHEMA = "unspin-comparison-1"
TRACE_SCHEMA = "unspin-trace-1"


def comparison_record(found: Comparison, page: str | None = None, source: str | None = None) -> dict[str, Any]:
    """A comparison as plain dicts and lists; ``page`` and ``source`` are the paths of the two, where they have some."""
    return {
        "schema": COMPARISON_SCHEMA,
        "unspin": version(),
        "offsets": OFFSETS,
        "page_path": page,
        "source_path": source,
        "says": found.says,
        **found.to_dict(),
    }


def trace_record(found: Trace, path: str | None = None) -> dict[str, Any]:
    """A trace as plain dicts and lists; the texts stand in it once each."""
    return {
        "schema": TRACE_SCHEMA,
        "unspin": version(),
        "offsets": OFFSETS,
        "path": path,
        "says": trace_in_words(found),
        "best": found.best,
        "likeliest": found.likeliest,
        "claimed_from": found.claimed_from,
        "notes": [str(note) for note in found.notes],
        "page": found.page,
        "sources": [_match(match) for match in found.sources],
    }


def _match(match: Match) -> dict[str, Any]:
    evidence = match.comparison.to_dict()
    del evidence["page"]
    return {
        "id": match.id,
        "probability": match.probability,
        "date": match.date,
        "url": match.url,
        "near_copies": list(match.near_copies),
        "comparison": evidence,
    }


@cache
def schema(name: str) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of ``"comparison"`` or ``"trace"``."""
    loaded: dict[str, Any] = orjson.loads(resources.files("unspin.trace").joinpath(f"{name}.schema.json").read_bytes())
    return loaded
