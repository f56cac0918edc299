"""The description of the API; ``python -m unspin.web docs/openapi.json`` writes it.

A reading is described by ``report/reading.schema.json``, whose definitions become components here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, get_args

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

import unspin
from unspin.documents import Format
from unspin.reading import Reading, Substitution
from unspin.report.json import schema as report_schema
from unspin.trace.json import schema as trace_schema
from unspin.web.models import BatchDocument, Error
from unspin.web.problems import CODES

__all__ = ["BATCH", "COMPARISON", "EXPORT", "FILE", "READING", "STREAM", "TRACE", "describe", "dumps", "problems"]

_Responses = dict[int | str, dict[str, Any]]

_ABOUT = """\
Reads text whose words a machine has swapped for "synonyms": tells it, shows every swapped word, gives back what was written.
Everything stays on the machine where the server runs; no text is logged or kept. What it says is evidence about a text,
not an accusation of a person.

Offsets are Unicode code points, half-open `[start, end)`. A reading is what `unspin read --json` prints."""

_TAGS = [
    {"name": "readings", "description": "From text to readings."},
    {"name": "files", "description": "From files to readings, from readings to files."},
    {"name": "sources", "description": "What a text was made from."},
    {"name": "server", "description": "What the server says of itself."},
]


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _object(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": required, "properties": properties, "additionalProperties": False}


_RESULT = {
    "anyOf": [
        _object(["id", "reading"], id={"type": "string"}, reading=_ref("Reading")),
        _object(["id", "error"], id={"type": "string"}, error=_ref("Error")),
    ]
}
_DOCUMENT = _object(["name", "format"], name={"type": "string"}, format={"enum": list(get_args(Format))})
_PLACES = {"type": "array", "items": _ref("Place"), "description": "one for each substitution, in order"}
_EVENT = {
    "anyOf": [
        _object(["event", "document"], event={"const": "document"}, document=_DOCUMENT),
        _object(
            ["event", "done", "reading"],
            event={"const": "progress"},
            done={"type": "number", "minimum": 0, "maximum": 1},
            reading={"anyOf": [_ref("Reading"), {"type": "null"}]},
            places=_PLACES,
        ),
        _object(["event", "reading"], event={"const": "reading"}, reading=_ref("Reading"), places=_PLACES),
        _object(["event", "error"], event={"const": "error"}, error=_ref("Error")),
    ]
}

_ANYWHERE = frozenset({404, 405, 500})  # statuses that say nothing about one path
_RETRY_AFTER = {"schema": {"type": "string"}, "description": "Seconds."}


def _success(description: str, media_type: str, schema: dict[str, Any], example: Any = None) -> _Responses:
    content = {"schema": schema} if example is None else {"schema": schema, "example": example}
    return {200: {"description": description, "content": {media_type: content}}}


def _example() -> dict[str, Any]:
    """What a reading looks like; a short one, as if its words had been enough to judge."""
    text = "The bowl is connected the shelf."
    reading = Reading(
        text=text, restored="The bowl is on the shelf.", spun=True, score=4.2, false_positive_rate=5e-6, share=0.166667,
        words=6, spinner="wordnet-walk",
        substitutions=(Substitution(12, 21, "connected", "on", 0.98, (("against", 0.01),), ("on", "connected")),),
        passages=((0, len(text)),),
    )  # fmt: skip
    return reading.to_dict() | {"unspin": unspin.__version__}


READING = _success("The reading.", "application/json", _ref("Reading"), _example())
COMPARISON = _success("What the text has of the source.", "application/json", _ref("Comparison"))
TRACE = _success("The sources, each with its evidence.", "application/json", _ref("Trace"))
BATCH = _success(
    "A result for each document, in order.",
    "application/json",
    _object(["results"], results={"type": "array", "items": _ref("BatchResult")}),
)
STREAM = _success("An event a line.", "application/x-ndjson", _ref("Event"))
FILE = _success(
    "The reading, and where its substitutions lie in the file.",
    "application/json",
    _object(
        ["document", "reading", "places"],
        document=_DOCUMENT,
        reading=_ref("Reading"),
        places=_PLACES,
    ),
)


def EXPORT(media_types: list[str]) -> _Responses:  # noqa: N802 - stands beside the constants
    """The file in one of several forms."""
    return {
        200: {
            "description": "The file, to be kept.",
            "headers": {"Content-Disposition": {"schema": {"type": "string"}, "description": "Its name."}},
            "content": {media_type: {"schema": _file_schema(media_type)} for media_type in media_types},
        }
    }


def _file_schema(media_type: str) -> dict[str, Any]:
    if media_type == "application/json":
        return {"type": "object", "description": "format `unspin-report-1`, see `report.schema.json`"}
    return {"type": "string"}


def problems(*, body: bool = True) -> _Responses:
    """The problems that a path may answer with; ``body``: whether its requests have one."""
    return {
        status: {"description": "See the components."}
        for status, _ in CODES.values()
        if status not in _ANYWHERE and (body or status == 400)
    }


def _schema_components(name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """A schema of the trace room as a component."""
    yield (
        name.capitalize(),
        {key: value for key, value in trace_schema(name).items() if key not in ("$schema", "$id", "title")},
    )


def _problem_components() -> dict[str, Any]:
    """The responses of :func:`problems`, by status, described once."""
    by_status: dict[int, list[str]] = {}
    for code, (status, _) in CODES.items():
        by_status.setdefault(status, []).append(code)
    return {
        f"Problem{status}": {
            "description": " ".join(f"`{code}`: {CODES[code][1]}" for code in codes),
            **({"headers": {"Retry-After": _RETRY_AFTER}} if status == 503 else {}),
            "content": {"application/json": {"schema": _ref("Failure")}},
        }
        for status, codes in by_status.items()
        if status not in _ANYWHERE
    }


def describe(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document of the application."""
    document = get_openapi(
        title="unspin", version=unspin.__version__, summary="Read text that a machine has spun.", description=_ABOUT,
        routes=app.routes, tags=_TAGS, license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )  # fmt: skip
    schemas = document["components"]["schemas"]
    schemas |= dict(_reading_components())
    schemas |= dict(_schema_components("comparison")) | dict(_schema_components("trace"))
    schemas |= {model.__name__: model.model_json_schema() for model in (BatchDocument, Error)}
    schemas["Failure"] = _object(["error"], error=_ref("Error"))
    schemas |= {"BatchResult": _RESULT, "Event": _EVENT}
    responses = document["components"]["responses"] = _problem_components()
    for operation in (operation for path in document["paths"].values() for operation in path.values()):
        for status in operation["responses"]:
            if f"Problem{status}" in responses:
                operation["responses"][status] = {"$ref": f"#/components/responses/Problem{status}"}
    schemas["NamedReading"]["properties"]["reading"] |= {"$ref": "#/components/schemas/Reading"}
    # `{}`: an item of another form is no error of the request, it gets an error in its place.
    schemas["BatchRequest"]["properties"]["documents"]["items"] = {"anyOf": [_ref("BatchDocument"), {}]}
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    document["components"]["schemas"] = {name: schemas[name] for name in sorted(schemas)}
    _drop_titles(document)
    return document


def dumps(document: dict[str, Any]) -> str:
    """The document as it is kept: indented, with a line break at the end."""
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _reading_components() -> Iterator[tuple[str, dict[str, Any]]]:
    """The schema of a reading as components: the reading itself and each of its definitions."""
    schema = {key: value for key, value in report_schema("reading").items() if key not in ("$schema", "$id")}
    definitions = schema.pop("$defs")
    for name, part in {"reading": schema, **definitions}.items():
        yield name.capitalize(), _moved(part)


def _moved(part: Any) -> Any:
    """A part of a schema with its references led to the components."""
    if isinstance(part, dict):
        return {key: _reference(value) if key == "$ref" else _moved(value) for key, value in part.items()}
    return [_moved(item) for item in part] if isinstance(part, list) else part


def _reference(target: str) -> str:
    return f"#/components/schemas/{target.removeprefix('#/$defs/').capitalize()}"


def _drop_titles(part: Any) -> None:
    """Take out the titles that pydantic makes from names: they say nothing and change with its versions."""
    for value in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        if isinstance(value, dict) and isinstance(value.get("title"), str) and "version" not in value:
            del value["title"]
        _drop_titles(value)
