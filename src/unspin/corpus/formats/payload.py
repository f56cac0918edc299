"""What a record of WARC carries: media type, character set, and contents with their codings undone.

Crawlers store what servers sent, and servers send much that is not as it should be. Headers may end in line feeds alone, name a
type twice or none, or speak of codings that the crawler has undone already.
"""

from __future__ import annotations

import io
import re
import zlib
from typing import TYPE_CHECKING, Final, NamedTuple

from unspin.corpus.formats.chunks import LONGEST
from unspin.corpus.formats.records import HEADERS, Headers, body_start
from unspin.errors import InputError

if TYPE_CHECKING:
    from unspin.corpus.formats.records import Record

__all__ = ["HTML", "PLAIN", "Payload", "payload"]

HTML: Final = frozenset({"text/html", "application/xhtml+xml"})
PLAIN: Final = "text/plain"

_BLOCK: Final = 4 * 1024  # bytes unpacked at once; of a damaged block nothing is had
_MEDIA_TYPE: Final = re.compile(r"[\w!#$&^.+-]{1,127}/[\w!#$&^.+-]{1,127}", re.ASCII)
_STATUS: Final = re.compile(rb"(?:HTTP/\d|ICY )")
_FIELD: Final = re.compile(rb"[A-Za-z][A-Za-z0-9-]{0,99}:")
# As browsers do it, with a few elements more: https://mimesniff.spec.whatwg.org/#identifying-a-resource-with-an-unknown-mime-type
_SNIFFED: Final = 1_445
_HTML_BEGINS: Final = re.compile(
    rb"<(?:!doctype html|html|head|script|iframe|h1|div|font|table|a|style|title|b|body|br|p|meta|link|main|article)[ \t\r\n>/]"
    rb"|<!--",
    re.IGNORECASE,
)
_XHTML: Final = re.compile(rb"<html[ \t\r\n>]", re.IGNORECASE)
_SPACE: Final = b" \t\r\n\f"
_BINARY: Final = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")
_NO_PROSE: Final = (b"%PDF-", b"%!PS-Adobe-", b"<?xml", b"<svg", b"<rss", b"<feed")
_MARKS: Final = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


class Payload(NamedTuple):
    """What a record carries.

    Attributes:
        kind: media type in small letters; ``""`` where it is none that a document has.
        charset: as declared, or None.
        data: the contents; of what is longer than :data:`LONGEST` one byte more than that.
    """

    kind: str
    charset: str | None
    data: bytes


def payload(record: Record) -> Payload:
    """What a record carries: a page, where it holds what a server answered.

    Raises:
        InputError: the answer cannot be taken apart; the message is the reason alone.
    """
    declared = record.header("Content-Type")
    kind, charset = _media_type(declared)
    body = record.body
    type = record.header("WARC-Type")
    if type == "conversion":  # WET
        return Payload(kind or PLAIN, charset, body)
    if kind == "application/http" or (type == "response" and _STATUS.match(body)):
        headers, body = _answer(body)
        body = _decoded(body, headers)
        kind, charset = _media_type(headers.get("Content-Type"))
    if not kind:
        kind, _ = _media_type(record.header("WARC-Identified-Payload-Type"))
    return Payload(kind or _sniffed(body), charset, body)


def _media_type(header: str | None) -> tuple[str, str | None]:
    """Media type and character set of a Content-Type, ``""`` and None where there are none.

    Where several types stand there, the last counts, as in browsers (https://fetch.spec.whatwg.org/#content-type-header).
    """
    kind, charset = "", None
    for part in (header or "").split(","):
        found = _MEDIA_TYPE.match(part.strip())
        if found is None:
            continue
        if found[0].lower() != kind:
            kind, charset = found[0].lower(), None
        named = part.lower().partition("charset=")[2].partition(";")[0].strip(" \t\"'")
        charset = named or charset
    return kind, charset


def _answer(body: bytes) -> tuple[Headers, bytes]:
    """The headers of what a server answered, and what came after them."""
    if not (_STATUS.match(body) or _FIELD.match(body)):
        return Headers(), body  # a page without headers, whatever the record says of it
    start = body_start(body)
    if start < 0 and len(body) > HEADERS:
        raise InputError(f"HTTP headers longer than {HEADERS // 1024} KiB")
    if start < 0:
        return Headers(body), b""
    return Headers(body[:start]), body[start:]


def _decoded(data: bytes, headers: Headers) -> bytes:
    """The contents without the codings that the headers name.

    Where a coding is named and not there, the crawler has undone it: they are taken as they are.

    Raises:
        InputError: they are neither so coded nor text.
    """
    if "chunked" in (headers.get("Transfer-Encoding") or "").lower():
        data = _joined(data)
    for coding in reversed((headers.get("Content-Encoding") or "").lower().split(",")):
        undo = _CODINGS.get(coding.strip())
        if undo is None or not data:
            continue
        found = undo(data)
        if found is None and _BINARY.search(data, 0, _SNIFFED):
            raise InputError(f"its contents cannot be unpacked as {coding.strip()}")
        data = data if found is None else found
    return data


def _joined(data: bytes) -> bytes:
    """The chunks of a transfer; all as it is where it is not in chunks."""
    parts: list[bytes] = []
    at = 0
    while at < len(data):
        line = data.find(b"\n", at, at + 1_024)
        if line < 0 and parts and len(data) - at < 1_024:  # cut off before the size of the next one
            break
        size = data[at : max(line, at)].partition(b";")[0].strip()
        if line < 0 or not re.fullmatch(rb"[0-9A-Fa-f]{1,15}", size):
            return data
        at = line + 1 + int(size, 16)
        if at == line + 1:
            break
        parts.append(data[line + 1 : at])
        if at < len(data):
            if data[at : at + 2] != b"\r\n" and data[at : at + 1] != b"\n":
                return data
            at += 2 if data[at : at + 1] == b"\r" else 1
    return b"".join(parts)


def _inflated(data: bytes, bits: int) -> bytes | None:
    """What zlib makes of it, as far as it goes; None where it is something else."""
    unpacker = zlib.decompressobj(bits)
    parts: list[bytes] = []
    at = size = 0
    try:
        while (at < len(data) or unpacker.unconsumed_tail) and not unpacker.eof and size <= LONGEST:
            block = unpacker.unconsumed_tail or data[at : at + _BLOCK]
            at += 0 if unpacker.unconsumed_tail else _BLOCK
            parts.append(unpacker.decompress(block, LONGEST + 1 - size))
            size += len(parts[-1])
    except zlib.error:
        if not size:
            return None
    return b"".join(parts)


def _deflated(data: bytes) -> bytes | None:
    """What is called deflate: with the header of zlib, as it should be, or without."""
    found = _inflated(data, zlib.MAX_WBITS)
    return _inflated(data, -zlib.MAX_WBITS) if found is None else found


def _unbrotli(data: bytes) -> bytes | None:
    from fastwarc.stream_io import BrotliReader

    reader = BrotliReader(io.BytesIO(data))
    parts: list[bytes] = []
    size = 0
    try:
        while size <= LONGEST and (part := reader.read(_BLOCK)):
            parts.append(part)
            size += len(part)
    except OSError:
        if not size or not _BINARY.search(data, 0, _SNIFFED):
            return None
    return b"".join(parts)[: LONGEST + 1]


def _unzstd(data: bytes) -> bytes | None:
    import zstandard

    try:
        with zstandard.ZstdDecompressor().stream_reader(data, read_across_frames=True) as reader:
            return reader.read(LONGEST + 1)
    except zstandard.ZstdError:
        return None


_CODINGS: Final = {
    "gzip": lambda data: _inflated(data, zlib.MAX_WBITS | 16),
    "x-gzip": lambda data: _inflated(data, zlib.MAX_WBITS | 16),
    "deflate": _deflated,
    "br": _unbrotli,
    "zstd": _unzstd,
}


def _sniffed(data: bytes) -> str:
    """The media type by the beginning of the contents; ``""`` where they are neither HTML nor text."""
    head = data[:_SNIFFED]
    marked = head.startswith(_MARKS)
    body = head.removeprefix(_MARKS[0]).lstrip(_SPACE)
    if not body:
        return ""
    if _HTML_BEGINS.match(body) or (body.startswith(b"<?xml") and _XHTML.search(body)):
        return "text/html"
    if body.startswith(_NO_PROSE) or (_BINARY.search(head) and not marked):
        return ""
    return PLAIN
