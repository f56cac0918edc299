"""Plain text: which bytes are text, in which encoding, and how they are written back.

Nothing is normalised. Line breaks, spaces and a byte order mark stay, so that an unchanged text is written back byte
for byte.
"""

from __future__ import annotations

import codecs
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from unspin.errors import BinaryInput, EmptyInput, MissingInput, UnknownEncoding, UnknownFormat
from unspin.reading import Note

__all__ = ["LATER_SUFFIXES", "STANDARD_INPUT", "Document", "decode", "load", "shown"]

STANDARD_INPUT = "-"

LATER_SUFFIXES = frozenset({".html", ".htm", ".xhtml", ".pdf", ".docx"})
"""Formats of the optional part ``unspin[documents]``."""

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_MAGIC = ((b"%PDF-", ".pdf"), (b"PK\x03\x04", "a zip archive (.docx, .epub, .odt …)"), (b"\x1f\x8b", "gzip"))
_CONTROLS = bytes(c for c in range(32) if c not in b"\t\n\v\f\r\x1b") + b"\x7f"
# More control characters than this share are no text; honest text has next to none, and OCR a stray one.
_MAX_CONTROLS = 0.01
# Windows-1252 makes something of almost any bytes. English in it has few letters beyond ASCII; above this share of all
# visible characters it is some other encoding.
_MAX_HIGH = 0.15


@dataclass(frozen=True, slots=True)
class Document:
    """A document and how it was stored.

    Attributes:
        path: the path as given, ``"-"`` for standard input.
        text: the text, line breaks as they were, without a byte order mark.
        encoding: Python's name of the encoding.
        mark: the byte order mark, or ``b""``.
        notes: see :class:`unspin.reading.Note`.
    """

    path: str
    text: str
    encoding: str = "utf-8"
    mark: bytes = b""
    notes: tuple[str, ...] = ()

    def encode(self, text: str) -> bytes:
        """``text`` in the encoding of the document; ``encode(self.text)`` are the bytes it was read from.

        A text that the encoding cannot hold comes in UTF-8.
        """
        try:
            return self.mark + text.encode(self.encoding)
        except UnicodeEncodeError:
            return text.encode("utf-8", "surrogatepass")


def load(path: str | os.PathLike[str]) -> Document:
    """Read one document; ``"-"`` is standard input.

    Raises:
        MissingInput: there is no such file, it is a folder, or it may not be read.
        UnknownFormat: it is HTML, PDF, DOCX or an archive.
        EmptyInput: there is no visible character in it.
        BinaryInput: it is not text.
        UnknownEncoding: it is in none of the encodings above.
    """
    name = os.fspath(path)
    if name == STANDARD_INPUT:
        return decode(sys.stdin.buffer.read(), name)
    suffix = Path(name).suffix.lower()
    try:
        if os.path.isfile(name) and suffix in LATER_SUFFIXES:
            raise UnknownFormat(_later(name, suffix))
        data = Path(name).read_bytes()
    except FileNotFoundError:
        hint = "no file matches; check the pattern" if any(c in name for c in "*?[") else "no such file; check the path"
        raise MissingInput(f"{shown(name)}: {hint}") from None
    except IsADirectoryError:
        raise MissingInput(
            f"{shown(name)}: a folder without documents; name a file (unspin check takes folders)"
        ) from None
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise MissingInput(f"{shown(name)}: cannot be read ({reason}); check its permissions") from None
    return decode(data, name)


def decode(data: bytes, path: str = STANDARD_INPUT) -> Document:
    """The document that ``data`` holds, for messages and results called ``path``; raises as :func:`load`."""
    name = shown(path)
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            raise UnknownFormat(
                _later(path, kind) if kind == ".pdf" else f"{name}: {kind}, not text; extract the text first"
            )
    mark, encoding = next(((m, e) for m, e in _MARKS if data.startswith(m)), (b"", "utf-8"))
    body = data[len(mark) :]
    notes: tuple[str, ...] = ()
    if encoding == "utf-8" and (b"\0" in body or _controls(body)):
        raise BinaryInput(f"{name}: binary, not text; extract the text first")
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError as error:
        if mark:
            raise UnknownEncoding(
                f"{name}: damaged {encoding.upper()} at byte {error.start}; save it as UTF-8"
            ) from None
        text, encoding, notes = _guess(body, name), "cp1252", (Note.ENCODING_GUESSED,)
    if "\0" in text:
        raise BinaryInput(f"{name}: binary, not text; extract the text first")
    if not text.strip("\ufeff\u200b \t\r\n\f\v"):
        raise EmptyInput(f"{name}: empty; there is no text to read")
    return Document(path, text, encoding, mark, notes)


def shown(path: str) -> str:
    """A path as it may be printed: standard input by name, nothing that breaks a line or cannot be encoded."""
    if path == STANDARD_INPUT:
        return "standard input"
    readable = os.fsencode(path).decode("utf-8", "replace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in readable)


def _controls(body: bytes) -> bool:
    return len(body) - len(body.translate(None, _CONTROLS)) > _MAX_CONTROLS * len(body)


def _guess(body: bytes, name: str) -> str:
    """``body`` as Windows-1252, if that makes sense of it."""
    as_utf8 = body.decode("utf-8", "replace")
    damaged = as_utf8.count("\ufffd")
    if sum(c > "\x7f" for c in as_utf8) > 2 * damaged:  # more whole characters than broken ones
        raise UnknownEncoding(f"{name}: damaged UTF-8; repair it first: iconv -c -f UTF-8 -t UTF-8 FILE")
    try:
        text = body.decode("cp1252")
    except UnicodeDecodeError:
        text = ""
    visible = len(body.translate(None, b" \t\r\n\f\v"))
    if not text or sum(c > "\x7f" for c in text) > _MAX_HIGH * visible:
        raise UnknownEncoding(
            f"{name}: neither UTF-8 nor Windows-1252; convert it first: iconv -f ENCODING -t UTF-8 FILE"
        )
    return text


def _later(path: str, kind: str) -> str:
    return f"{shown(path)}: {kind} is read by a later part, unspin[documents]; until then, save it as plain text"
