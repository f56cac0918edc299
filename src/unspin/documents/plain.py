"""Plain text: which bytes are text, in which encoding, and how they are written back.

Nothing is normalised. Line breaks, spaces and a byte order mark stay, so that an unchanged text is written back byte
for byte.
"""

from __future__ import annotations

import codecs

from unspin.documents.document import LIMITS, Document, Limits, shown
from unspin.errors import BinaryInput, EmptyInput, InputError, UnknownEncoding
from unspin.reading import Note

__all__ = ["MARKS", "decode", "guess"]

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""Byte order marks and the encodings that they announce."""

_CONTROLS = bytes(c for c in range(32) if c not in b"\t\n\v\f\r\x1b") + b"\x7f"
# More control characters than this share are no text; honest text has next to none, and OCR a stray one.
_MAX_CONTROLS = 0.01
# Windows-1252 makes something of almost any bytes. English in it has few letters beyond ASCII; above this share of all
# visible characters it is some other encoding.
_MAX_HIGH = 0.15
# In UTF-16 without a mark, text in Latin script has a zero in at least this share of its pairs.
_MIN_ZEROS = 0.7
_GUESS_FROM = 100_000  # bytes that an encoding is guessed from


def decode(data: bytes, path: str, limits: Limits = LIMITS) -> Document:
    """The plain text that ``data`` holds, for messages and results called ``path``.

    Raises:
        EmptyInput: there is no visible character in it.
        BinaryInput: it is not text.
        UnknownEncoding: it is in an encoding that nothing here knows.
        InputError: it is longer than the limits allow, and not to be cut.
    """
    name = shown(path)
    mark, encoding = next(((m, e) for m, e in MARKS if data.startswith(m)), (b"", _unmarked(data)))
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
        text, encoding = guess(body, name)
        notes = (Note.ENCODING_GUESSED if encoding == "cp1252" else f"not UTF-8; read as {encoding}",)
    if "\0" in text:
        raise BinaryInput(f"{name}: binary, not text; extract the text first")
    if not text.strip("\ufeff\u200b \t\r\n\f\v"):
        raise EmptyInput(f"{name}: empty; there is no text to read")
    if len(text) > limits.characters:
        if limits.cut_text:
            return Document(path, text[: limits.characters], encoding, mark, (*notes, Note.TRUNCATED))
        raise InputError(
            f"{name}: {len(text):,} characters, and at most {limits.characters:,} are read at once; split it"
        )
    return Document(path, text, encoding, mark, notes)


def guess(body: bytes, name: str) -> tuple[str, str]:
    """Text that is not UTF-8, and Python's name of its encoding.

    It is Windows-1252 if that makes sense of it; charset-normalizer is asked about the rest.

    Raises:
        UnknownEncoding: it is none, or it was UTF-8 before it was damaged.
    """
    as_utf8 = body.decode("utf-8", "replace")
    damaged = as_utf8.count("\ufffd")
    if sum(c > "\x7f" for c in as_utf8) > 2 * damaged:  # more whole characters than broken ones
        raise UnknownEncoding(f"{name}: damaged UTF-8; repair it first: iconv -c -f UTF-8 -t UTF-8 FILE")
    try:
        text = body.decode("cp1252")
    except UnicodeDecodeError:
        text = ""
    visible = len(body.translate(None, b" \t\r\n\f\v"))
    if text and sum(c > "\x7f" for c in text) <= _MAX_HIGH * visible:
        return text, "cp1252"
    return _normalized(body, name)


def _normalized(body: bytes, name: str) -> tuple[str, str]:
    """The last resort: the encoding in which the letters make the likeliest text."""
    convert = "convert it first: iconv -f ENCODING -t UTF-8 FILE"
    try:
        from charset_normalizer import from_bytes
    except ImportError:
        raise UnknownEncoding(
            f"{name}: neither UTF-8 nor Windows-1252; {convert}; or let it be guessed: pip install 'unspin[documents]'"
        ) from None
    best = from_bytes(body[:_GUESS_FROM]).best()
    if best is not None:
        try:
            text = body.decode(best.encoding)
        except UnicodeDecodeError:
            text = ""
        if text and text.encode(best.encoding, "replace") == body:  # it must be possible to write it back
            return text, best.encoding
    raise UnknownEncoding(f"{name}: in no encoding that makes text of it; {convert}")


def _unmarked(data: bytes) -> str:
    """UTF-16 without a mark by its zeros, otherwise UTF-8."""
    head = data[: 2 * _GUESS_FROM]
    pairs = len(head) // 2
    if pairs and b"\0" in head and len(data) % 2 == 0:
        even, odd = head[::2].count(0), head[1::2].count(0)
        if odd >= _MIN_ZEROS * pairs and not even:
            return "utf-16-le"
        if even >= _MIN_ZEROS * pairs and not odd:
            return "utf-16-be"
    return "utf-8"


def _controls(body: bytes) -> bool:
    return len(body) - len(body.translate(None, _CONTROLS)) > _MAX_CONTROLS * len(body)
