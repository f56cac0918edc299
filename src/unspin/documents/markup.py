"""XML with the place of every character: expat, which says at which byte it stands.

Nothing is expanded and nothing is fetched: a document that declares entities is refused, an external one is never opened.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.entities import html5
from typing import Any, Final
from xml.parsers import expat

from unspin.documents.plain import MARKS
from unspin.documents.sources import Block, Piece, reference
from unspin.errors import InputError, UnknownFormat

__all__ = ["Rules", "blocks", "decode", "elements"]

_ENCODING: Final = re.compile(r"<\?xml\b[^<>]{0,200}?\bencoding\s{0,20}=\s{0,20}[\"']([\w.:-]{1,40})[\"']")
_DECLARED_WITHIN: Final = 400
_REFERENCE: Final = 40
"""The longest reference to a character, such as ``&eacute;`` or ``&#x2014;``."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What of a vocabulary is text; elements by their names without prefix.

    Attributes:
        inside: elements that hold what is read; nothing outside of them is.
        blocks: elements that are a paragraph each; one inside another is one of its own.
        skipped: elements of which nothing is read.
        locked: references, formulas and code inside a sentence: not to be changed.
        blanks: elements that stand for white space.
    """

    inside: frozenset[str]
    blocks: frozenset[str]
    skipped: frozenset[str]
    locked: frozenset[str] = frozenset()
    blanks: frozenset[str] = frozenset()


def decode(data: bytes) -> tuple[str, str, bytes]:
    """The characters of an XML document, Python's name of their encoding, and the byte order mark.

    Raises:
        InputError: it is not in the encoding that it declares.
    """
    mark, encoding = next(((mark, name) for mark, name in MARKS if data.startswith(mark)), (b"", ""))
    if not encoding:
        head = data[:_DECLARED_WITHIN]
        if head[:2] in (b"<\0", b"\0<"):
            encoding = "utf-16-le" if head[0] else "utf-16-be"
        else:
            declared = _ENCODING.search(head.decode("latin-1"))
            encoding = declared[1] if declared else "utf-8"
    try:
        encoding = codecs.lookup(encoding).name
        return data[len(mark) :].decode(encoding), encoding, mark
    except (LookupError, UnicodeError, ValueError) as error:
        raise InputError("damaged XML: not in the encoding that it declares; save it as UTF-8") from error


def blocks(data: bytes, rules: Rules, part: str = "") -> list[Block]:
    """The paragraphs of an XML document in the order in which they begin.

    Raises:
        InputError: it is not well-formed, or not in its encoding.
        UnknownFormat: it declares entities.
    """
    source = decode(data)[0]
    reader = _Reader(source, rules, part)
    _parse(source, start=reader.start, end=reader.end, text=reader.text, skipped=reader.unknown, cdata=reader.cdata)
    return reader.blocks


def elements(data: bytes) -> Iterator[tuple[str, dict[str, str]]]:
    """Name, without prefix, and attributes of every element. Raises as :func:`blocks`."""
    found: list[tuple[str, dict[str, str]]] = []

    def start(name: str, attributes: dict[str, str], at: int) -> None:
        found.append((name, attributes))

    _parse(decode(data)[0], start=start)
    yield from found


def _parse(
    source: str,
    *,
    start: Callable[[str, dict[str, str], int], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str, int], None] | None = None,
    skipped: Callable[[str, int], None] | None = None,
    cdata: Callable[[bool], None] | None = None,
) -> None:
    data = source.encode("utf-8", "replace")
    parser = expat.ParserCreate("utf-8")
    known = [0, 0]  # a byte and the code point that it is: events come in order, so that each byte is counted once

    def at() -> int:
        byte = parser.CurrentByteIndex
        known[1] += len(data[known[0] : byte].decode("utf-8", "replace"))
        known[0] = byte
        return known[1]

    def entity(*_: Any) -> None:
        raise UnknownFormat("XML that declares entities, which are not expanded; save it without them")

    def name(full: str) -> str:
        return full.rpartition(":")[2]

    parser.EntityDeclHandler = entity
    parser.StartElementHandler = lambda tag, attributes: start(name(tag), attributes, at())
    if end is not None:
        parser.EndElementHandler = lambda tag: end(name(tag))
    if text is not None:
        parser.CharacterDataHandler = lambda chars: text(chars, at())
    if skipped is not None:
        parser.SkippedEntityHandler = lambda entity_name, is_parameter: skipped(entity_name, at())
    if cdata is not None:
        parser.StartCdataSectionHandler = lambda: cdata(True)
        parser.EndCdataSectionHandler = lambda: cdata(False)
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        reason = expat.ErrorString(error.code) or "not well-formed"
        raise InputError(f"damaged XML ({reason}, line {error.lineno}); mend it first") from error


@dataclass(slots=True)
class _Reader:
    """What the events of one document come to."""

    source: str
    rules: Rules
    part: str
    blocks: list[Block] = field(default_factory=list)
    _open: list[Block] = field(default_factory=list)
    _inside: int = 0
    _skipping: int = 0
    _locking: int = 0
    _locked: list[str] = field(default_factory=list)
    _in_cdata: bool = False

    def start(self, tag: str, attributes: dict[str, str], at: int) -> None:
        rules = self.rules
        if self._skipping or tag in rules.skipped:
            self._skipping += 1
        elif self._locking or (tag in rules.locked and self._open):
            self._locking += 1
        if tag in rules.inside:
            self._inside += 1
        if not self._reads():
            return
        if tag in rules.blocks:
            block = Block([], self.part)
            self.blocks.append(block)
            self._open.append(block)
        elif tag in rules.blanks and self._open:
            self._open[-1].pieces.append(Piece(" "))

    def end(self, tag: str) -> None:
        rules = self.rules
        if tag in rules.blocks and self._reads() and self._open:
            self._open.pop()
        if tag in rules.inside:
            self._inside -= 1
        if self._skipping:
            self._skipping -= 1
        elif self._locking:
            self._locking -= 1
            if not self._locking:
                self._open[-1].pieces.append(reference("".join(self._locked)))
                self._locked.clear()

    def text(self, chars: str, at: int) -> None:
        if self._locking and not self._skipping:
            self._locked.append(chars)
        elif self._reads() and self._open:
            self._open[-1].pieces.append(self._piece(chars, at))

    def unknown(self, name: str, at: int) -> None:
        """An entity that the DTD declares, which is not read: those of HTML are also those of JATS and of XHTML."""
        if known := html5.get(f"{name};"):
            self.text(known, at)
        elif self._reads() and self._open:
            self._open[-1].pieces.append(Piece("\ufffd"))

    def cdata(self, inside: bool) -> None:
        self._in_cdata = inside

    def _reads(self) -> bool:
        return self._inside > 0 and not self._skipping and not self._locking

    def _piece(self, chars: str, at: int) -> Piece:
        if self._in_cdata:
            return Piece(chars)
        if self.source.startswith("&", at):  # before all else, as "&amp;" begins with what it stands for
            end = self.source.find(";", at, at + _REFERENCE) + 1
            return Piece(chars, at, end - at) if end else Piece(chars)
        if self.source.startswith(chars, at):
            return Piece(chars, at, len(chars))
        if chars == "\n" and self.source.startswith("\r", at):
            return Piece(chars, at, 2 if self.source.startswith("\r\n", at) else 1)
        return Piece(chars)
