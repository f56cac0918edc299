"""Documents as files of a crawl: WET (plain text) and WARC (pages of HTML), each record a gzip member of its own."""

from __future__ import annotations

import gzip
import html
from collections.abc import Iterable

__all__ = ["warc", "wet"]

Row = tuple[str, str]
"""A document's name and its text."""


def wet(rows: Iterable[Row]) -> bytes:
    """A WET file, after its head."""
    info = _record("warcinfo", "info", "application/warc-fields", b"software: unspin benchmarks\r\n")
    return info + b"".join(_record("conversion", name, "text/plain", text.encode()) for name, text in rows)


def warc(rows: Iterable[Row]) -> bytes:
    """A WARC file of responses, a paragraph for each line of a text."""
    return b"".join(_record("response", name, "application/http;msgtype=response", _page(text)) for name, text in rows)


def _page(text: str) -> bytes:
    paragraphs = "".join(f"<p>{html.escape(line, quote=False)}</p>\n" for line in text.split("\n"))
    page = f"<!doctype html><html><head><title>A page</title></head><body><main>{paragraphs}</main></body></html>"
    return b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + page.encode()


def _record(kind: str, name: str, media: str, content: bytes) -> bytes:
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:example:{name}>\r\n"
        f"WARC-Date: 2026-01-01T00:00:00Z\r\nWARC-Target-URI: https://example.org/{name}\r\n"
        f"Content-Type: {media}\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    return gzip.compress(head.encode() + content + b"\r\n\r\n", 6)
