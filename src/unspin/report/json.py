"""A reading as JSON and back, and the one-line record of ``unspin check``.

The format is versioned (``"schema": "unspin-reading-1"``) and described by ``reading.schema.json`` beside this module;
``check.schema.json`` describes the records. The same reading gives the same bytes.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any

import orjson

from unspin.errors import InputError, InvalidReading
from unspin.reading import OFFSETS, SCHEMA, Quotation, Reading, Substitution, summary
from unspin.text.edits import apply
from unspin.version import version

__all__ = [
    "CHECK_SCHEMA",
    "SPECIMEN_SCHEMA",
    "check_record",
    "dumps",
    "error_record",
    "from_json",
    "schema",
    "to_json",
]

CHECK_SCHEMA = "unspin-check-1"
SPECIMEN_SCHEMA = "unspin-specimen-1"


def to_json(reading: Reading, *, indent: bool = False) -> bytes:
    """The reading as UTF-8 JSON on one line, or indented by two spaces, without a line break at the end.

    Raises:
        ValueError: a figure is not finite.
    """
    return dumps(reading.to_dict(), indent=indent)


def from_json(data: bytes | str) -> Reading:
    """The reading that :func:`to_json` wrote; keys that this version does not know are passed over.

    Raises:
        InvalidReading: it is not JSON, not a reading, of another version of the format, or does not fit together.
    """
    try:
        record = _loads(data)
    except (ValueError, RecursionError):
        raise InvalidReading("not JSON; give the output of: unspin read FILE --json") from None
    if not isinstance(record, dict) or record.get("schema") != SCHEMA:
        raise InvalidReading(f"not a reading in the format {SCHEMA}; give the output of: unspin read FILE --json")
    if record.get("offsets") != OFFSETS:
        raise InvalidReading(f"offsets are not in {OFFSETS}; give the output of: unspin read FILE --json")
    try:
        reading = _reading(record)
        replayed = apply(reading.text, reading.substitutions)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise InvalidReading(
            f"a damaged reading ({type(error).__name__}: {error}); write it again with unspin read"
        ) from None
    if replayed != reading.restored:
        raise InvalidReading("its substitutions do not give its restored text; write it again with unspin read")
    return reading


def check_record(path: str, reading: Reading) -> dict[str, Any]:
    """What ``unspin check --json`` writes of one document: its figures without its text."""
    return {
        "schema": CHECK_SCHEMA,
        "unspin": version(),
        "path": _encodable(path),
        **summary(reading),
        "passages": [list(passage) for passage in reading.passages],
    }


def error_record(path: str, error: InputError) -> dict[str, Any]:
    """What ``unspin check --json`` writes of a document that cannot be read."""
    message = {"error": str(error), "kind": type(error).__name__}
    return {"schema": CHECK_SCHEMA, "unspin": version(), "path": _encodable(path), **message}


def dumps(record: dict[str, Any], *, indent: bool = False) -> bytes:
    """UTF-8 JSON, keys in the order given."""
    try:
        return orjson.dumps(record, option=orjson.OPT_INDENT_2 if indent else None)
    except orjson.JSONEncodeError:  # a lone surrogate, which UTF-8 cannot hold: written as \\udXXX
        separators = None if indent else (",", ":")
        return json.dumps(record, indent=2 if indent else None, separators=separators, allow_nan=False).encode("ascii")


@cache
def schema(name: str = "reading") -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of ``"reading"``, ``"check"`` or ``"report"``."""
    loaded: dict[str, Any] = orjson.loads(resources.files("unspin.report").joinpath(f"{name}.schema.json").read_bytes())
    return loaded


def _encodable(path: str) -> str:
    """A path as UTF-8 can hold it; bytes of a file name in another encoding become U+FFFD."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _loads(data: bytes | str) -> Any:
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:  # orjson takes no lone surrogates
        return json.loads(data)


def _reading(record: dict[str, Any]) -> Reading:
    return Reading(
        text=_string(record["text"]),
        restored=_string(record["restored"]),
        spun=bool(record["spun"]),
        score=float(record["score"]),
        false_positive_rate=float(record["false_positive_rate"]),
        share=float(record["share"]),
        words=int(record["words"]),
        spinner=None if record["spinner"] is None else _string(record["spinner"]),
        substitutions=tuple(_substitution(s) for s in record["substitutions"]),
        quotations=tuple(_quotation(q) for q in record["quotations"]),
        passages=tuple((int(start), int(end)) for start, end in record.get("passages", [])),
        notes=tuple(_string(note) for note in record["notes"]),
    )


def _substitution(record: dict[str, Any]) -> Substitution:
    return Substitution(
        start=int(record["start"]),
        end=int(record["end"]),
        found=_string(record["found"]),
        original=_string(record["original"]),
        confidence=float(record["confidence"]),
        alternatives=tuple((_string(word), float(probability)) for word, probability in record["alternatives"]),
        route=tuple(_string(word) for word in record["route"]),
        quoted=bool(record["quoted"]),
    )


def _quotation(record: dict[str, Any]) -> Quotation:
    return Quotation(
        start=int(record["start"]),
        end=int(record["end"]),
        speaker=None if record["speaker"] is None else _string(record["speaker"]),
        found=_string(record["found"]),
        restored=_string(record["restored"]),
        altered=bool(record["altered"]),
    )


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r:.40} is not a string")
    return value
