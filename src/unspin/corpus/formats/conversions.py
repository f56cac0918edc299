"""Records of WARC with a text of one's own: ``conversion``, as a crawl's WET files hold them.

What the standard has such records for is "an alternative version of another record's content" (ISO 28500:2017, 6.7).
"""

from __future__ import annotations

import hashlib
import uuid
from base64 import b32encode
from collections.abc import Iterator
from typing import Final

from unspin.corpus.formats.records import Headers, body_start

__all__ = ["conversion", "with_text"]

_TYPE: Final = b"text/plain; charset=utf-8"
_DIGESTS: Final = ("warc-block-digest", "warc-payload-digest")
_IN_PLACE: Final = "in place"


def with_text(record: bytes, text: str) -> bytes:
    """A record of text with another text; in place of a page, a conversion of it. All other headers stay as they are."""
    headers, head = _taken_apart(record)
    if headers.get("WARC-Type") != "conversion":
        return conversion(record, text, _IN_PLACE)
    body = text.encode("utf-8", "replace")
    new = {b"content-length": str(len(body)).encode()}
    if "charset" in (headers.get("Content-Type") or "").lower():
        new[b"content-type"] = _TYPE
    for name in _DIGESTS:
        if headers.get(name) is not None:
            new[name.encode()] = _digest(body)
    lines = [_with_value(line, new) for line in _lines(record[:head])]
    return b"".join(lines) + body + b"\r\n\r\n"


def conversion(record: bytes, text: str, name: str) -> bytes:
    """A new record with a text that was made of what a record holds.

    Its address and its date are those of the record, its identifier is made of the record's and the name: the same record
    gives the same bytes.
    """
    headers, _ = _taken_apart(record)
    body = text.encode("utf-8", "replace")
    of = headers.get("WARC-Record-ID") or ""
    id = uuid.uuid5(uuid.NAMESPACE_URL, f"{of}#{name}")
    kept = {"WARC-Target-URI": headers.get("WARC-Target-URI"), "WARC-Date": headers.get("WARC-Date")}
    lines = [record.partition(b"\n")[0].rstrip(b"\r").decode("latin-1"), "WARC-Type: conversion"]
    lines += [f"{header}: {value}" for header, value in kept.items() if value]
    lines += [f"WARC-Record-ID: <urn:uuid:{id}>", *([f"WARC-Refers-To: {of}"] if of else [])]
    lines += [f"WARC-Block-Digest: {_digest(body).decode()}", f"Content-Type: {_TYPE.decode()}"]
    lines += [f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode("utf-8", "replace") + body + b"\r\n\r\n"


def _taken_apart(record: bytes) -> tuple[Headers, int]:
    head = body_start(record)
    return Headers(record[:head]), head


def _lines(head: bytes) -> Iterator[bytes]:
    """The headers one by one, each with the lines that it goes on in."""
    waiting = b""
    for line in (part + b"\n" for part in head.split(b"\n")[:-1]):
        if waiting and not line.startswith((b" ", b"\t")):
            yield waiting
            waiting = b""
        waiting += line
    yield waiting


def _with_value(line: bytes, new: dict[bytes, bytes]) -> bytes:
    name = line.partition(b":")[0]
    value = new.get(name.strip(b" \t\r\n").lower())
    return line if value is None else name + b": " + value + (b"\r\n" if line.endswith(b"\r\n") else b"\n")


def _digest(body: bytes) -> bytes:
    """As crawlers write it: SHA-1 in base 32."""
    return b"sha1:" + b32encode(hashlib.sha1(body, usedforsecurity=False).digest())
