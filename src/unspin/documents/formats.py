"""Which format a document is in: by its first bytes, and by the suffix of its name where these don't tell."""

from __future__ import annotations

import codecs
import re
from pathlib import PurePath
from typing import Final

from unspin.documents.document import Format, shown
from unspin.errors import UnknownFormat

__all__ = ["DOCUMENT_SUFFIXES", "HTML_SUFFIXES", "TEXT_SUFFIXES", "sniff"]

TEXT_SUFFIXES: Final = frozenset({"", ".txt", ".text"})
"""Plain text, as far as a folder is taken; a file named by itself may have any name."""
HTML_SUFFIXES: Final = frozenset({".html", ".htm", ".xhtml"})
MARKDOWN_SUFFIXES: Final = frozenset({".md", ".markdown"})
LATEX_SUFFIXES: Final = frozenset({".tex", ".latex", ".ltx"})
XML_SUFFIXES: Final = frozenset({".xml", ".nxml", ".tei"})
DOCUMENT_SUFFIXES: Final = (
    HTML_SUFFIXES | MARKDOWN_SUFFIXES | LATEX_SUFFIXES | XML_SUFFIXES | {".pdf", ".docx", ".epub", ".odt"}
)
"""Formats that are taken apart; some need the optional part ``unspin[documents]``."""

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_OFFICE = "EncryptedPackage".encode("utf-16-le")
_FOREIGN: Final = (
    (_ZIP, "a zip archive (.xlsx, .pptx …)", "extract the text first"),
    (b"\x1f\x8b", "gzip", "unpack it first"),
    (b"{\\rtf", "RTF", "save it as .docx or plain text"),
)
_HEAD = 4096
# What may stand before the first tag of a page: white space, comments, the XML declaration.
# Atomic, as `.*?` between two white spaces could be divided in exponentially many ways.
_BEFORE = rb"(?:\s++|<!--(?>.*?-->)|<\?xml[^>]*+>)*+"
_PAGE = re.compile(_BEFORE + rb"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL)
# The first element of JATS and of TEI, its prefix aside; a DTD may stand before it.
_XML = re.compile(
    _BEFORE
    + rb"(?:<!doctype\b[^<>\[]*+(?:\[[^\]]*+\])?+[^<>]*+>)?+"
    + _BEFORE
    + rb"<(?:\w{1,20}:)?+(article|TEI|teiCorpus)\b",
    re.IGNORECASE | re.DOTALL,
)
_HEAD_OF_ARCHIVE = 256
_TAG = re.compile(rb"<(?:/?[a-z]|!--|!doctype)", re.IGNORECASE)


def sniff(data: bytes, path: str, suffix: str | None = None) -> Format:
    """The format of ``data``, a document called ``path``; ``suffix`` stands in for that of the path.

    Raises:
        UnknownFormat: it is known to be in one that is not read, or is encrypted.
    """
    suffix = PurePath(path).suffix.lower() if suffix is None else suffix
    head = data[:_HEAD].lstrip()
    if head.startswith(b"%PDF-") or (suffix == ".pdf" and b"%PDF-" in head[:1024]):
        return "pdf"
    if data.startswith(_ZIP) and b"word/document" in data:  # the names in a zip archive are not compressed
        return "docx"
    if data.startswith(_ZIP) and (book := _of_archive(data, suffix)):
        return book
    if data.startswith(_OLE):
        _refuse_ole(data, path)
    for magic, kind, advice in _FOREIGN:
        if data.startswith(magic):
            raise UnknownFormat(f"{shown(path)}: {kind}, not text; {advice}")
    page = _in_ascii(head)
    if _PAGE.match(page) or (suffix in HTML_SUFFIXES and _TAG.search(page)):
        return "html"
    if (root := _XML.match(page)) and (b"<?xml" in page[:_HEAD_OF_ARCHIVE] or suffix in XML_SUFFIXES):
        return "jats" if root[1].lower() == b"article" else "tei"
    if page.startswith(b"<?xml") or (suffix in XML_SUFFIXES and page.startswith(b"<")):
        raise UnknownFormat(f"{shown(path)}: XML that is neither JATS nor TEI; save it as HTML or plain text")
    if suffix in MARKDOWN_SUFFIXES:
        return "markdown"
    return "latex" if suffix in LATEX_SUFFIXES else "text"


def _of_archive(data: bytes, suffix: str) -> Format | None:
    """What a zip archive says that it holds: first and uncompressed, unless somebody has packed it anew."""
    said = data[:_HEAD_OF_ARCHIVE]
    if b"application/epub+zip" in said or b"META-INF/container.xml" in data:
        return "epub"
    if b"application/vnd.oasis.opendocument.text" in said or (suffix == ".odt" and b"content.xml" in data):
        return "odt"
    return None


def _refuse_ole(data: bytes, path: str) -> None:
    if _ENCRYPTED_OFFICE in data:
        raise UnknownFormat(f"{shown(path)}: encrypted; save it without a password")
    raise UnknownFormat(f"{shown(path)}: an old Office file (.doc …); save it as .docx")


def _in_ascii(head: bytes) -> bytes:
    """The beginning of a text without what UTF-16 and byte order marks put between its ASCII characters."""
    for mark in (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        head = head.removeprefix(mark)
    return head.replace(b"\0", b"")
