"""EPUB: the chapters in the order in which a reader turns them; no navigation, code, formulas and scripts.

The container: https://www.w3.org/TR/epub-33/
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import unquote
from zipfile import ZipFile

from unspin.documents.archives import opened
from unspin.documents.document import Extract, Limits
from unspin.documents.markup import Rules, blocks, elements
from unspin.documents.sources import Block, extracted
from unspin.errors import InputError, UnknownFormat

__all__ = ["extract"]

_CONTAINER: Final = "META-INF/container.xml"
_RIGHTS: Final = "META-INF/rights.xml"
_ENCRYPTION: Final = "META-INF/encryption.xml"
_CHAPTER: Final = "application/xhtml+xml"
_RULES: Final = Rules(
    inside=frozenset({"body"}),
    blocks=frozenset(
        "address article aside blockquote body caption dd div dt figcaption figure footer h1 h2 h3 h4 h5 h6 header li"
        " main p section td th".split()
    ),
    skipped=frozenset("audio canvas head iframe nav object pre rp rt script style svg template video".split()),
    locked=frozenset("code kbd math samp tt".split()),
    blanks=frozenset({"br"}),
)


def extract(data: bytes, limits: Limits) -> Extract:
    """The paragraphs of all chapters.

    Raises:
        UnknownFormat: it is protected.
        InputError: it is damaged, or unpacks to more than the limits allow.
        EmptyInput: it holds no text.
    """
    with opened(data, limits, "EPUB") as archive:
        chapters = _chapters(archive)
        if _RIGHTS in archive.namelist() or not _encrypted(archive).isdisjoint(chapters):
            raise UnknownFormat("a protected book; its text cannot be read")
        return extracted(_blocks(archive, chapters), limits)


def _blocks(archive: ZipFile, chapters: Iterable[str]) -> Iterator[Block]:
    for name in chapters:
        yield from blocks(archive.read(name), _RULES, name)


def _encrypted(archive: ZipFile) -> set[str]:
    """The names of the parts that are encrypted: fonts in many books, chapters in those that are protected."""
    if _ENCRYPTION not in archive.namelist():
        return set()
    found = elements(archive.read(_ENCRYPTION))
    return {unquote(attributes.get("URI", "")) for tag, attributes in found if tag == "CipherReference"}


def _chapters(archive: ZipFile) -> list[str]:
    """The names of the parts that hold chapters, in reading order, each once."""
    package = next((a.get("full-path", "") for tag, a in elements(archive.read(_CONTAINER)) if tag == "rootfile"), "")
    if not package:
        raise InputError("damaged EPUB: it names no package; open it in its program and save it again")
    items: dict[str, str] = {}
    order: list[str] = []
    for tag, attributes in elements(archive.read(package)):
        if tag == "item" and attributes.get("media-type") == _CHAPTER:
            items[attributes.get("id", "")] = unquote(attributes.get("href", ""))
        elif tag == "itemref":
            order.append(attributes.get("idref", ""))
    folder = posixpath.dirname(package)
    return list(dict.fromkeys(posixpath.normpath(posixpath.join(folder, items[id])) for id in order if id in items))
