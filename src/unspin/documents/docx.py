"""DOCX: the body as Word shows it with all changes accepted, then its notes; no headers, footers or comments."""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final, NamedTuple

from docx import Document as open_docx
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from lxml import etree  # type: ignore[import-untyped]

from unspin.documents.archives import opened
from unspin.documents.document import Extract, Limits
from unspin.documents.prose import plain_letters, tidy
from unspin.documents.sources import WORDS, Block, Piece, extracted
from unspin.errors import InputError, UnknownFormat

__all__ = ["Opened", "extract", "opened_docx"]

_PARAGRAPH, _RUN = qn("w:p"), qn("w:r")
# Deleted text, text moved away, properties, and the copy of a text box for old programs.
_SKIPPED: Final = frozenset(
    {
        *map(qn, ("w:del", "w:moveFrom", "w:pPr", "w:sectPr")),
        "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback",
    }
)
_CHARACTERS: Final = {qn("w:tab"): " ", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "-"}
_TEXT: Final = qn("w:t")
# What refers to a note in the text, and the relationship of the part that holds such notes.
_NOTES: Final = {
    qn("w:footnoteReference"): RELATIONSHIP_TYPE.FOOTNOTES,
    qn("w:endnoteReference"): RELATIONSHIP_TYPE.ENDNOTES,
}
_ID: Final = qn("w:id")
_OFF: Final = frozenset({"0", "false", "off"})


def extract(data: bytes, limits: Limits) -> Extract:
    """The text of each paragraph, those of tables and text boxes where they stand, footnotes and endnotes at the end.

    Raises:
        EmptyInput: it holds no text.
        UnknownFormat: it is encrypted, or a zip archive of another kind.
        InputError: it is damaged, or unpacks to more than the limits allow.
    """
    return extracted(opened_docx(data, limits).blocks, limits)


class Opened(NamedTuple):
    """A Word document, taken apart.

    Attributes:
        blocks: the paragraphs; the source that their pieces lead to is the text of all ``texts``, end to end.
        texts: the elements that hold the text shown, in that order.
        parts: the root of each part of the archive that holds text, by the name of the part.
    """

    blocks: list[Block]
    texts: list[Any]
    parts: dict[str, Any]


def opened_docx(data: bytes, limits: Limits) -> Opened:
    """What :func:`extract` reads, with the elements that hold it. Raises as it does."""
    try:
        with opened(data, limits, "DOCX"):
            document = open_docx(io.BytesIO(data))
            parts = {_name(document.part): document.element}
            roots = [document.element.body, *_notes(document, parts)]
    except (PackageNotFoundError, etree.XMLSyntaxError) as error:
        raise InputError("damaged DOCX; open it in a word processor and save it again") from error
    except ValueError as error:
        raise UnknownFormat("not a Word document; save it as .docx or plain text") from error
    texts: list[Any] = []
    length = [0]
    blocks = [block for root in roots for whole in _paragraphs(root, texts, length) for block in _parted(whole)]
    return Opened(blocks, texts, parts)


def _name(part: Any) -> str:
    return str(part.partname).lstrip("/")


def _notes(document: Any, parts_read: dict[str, Any]) -> Iterator[Any]:
    """The footnotes that the shown text refers to, in the order in which it does, then the endnotes."""
    referred: dict[str, dict[str, None]] = {kind: {} for kind in _NOTES}
    for event, element in _shown(document.element.body):
        if event == "start" and element.tag in _NOTES:
            referred[element.tag][element.get(_ID, "")] = None
    parts = {relation.reltype: relation for relation in document.part.rels.values() if not relation.is_external}
    for kind, ids in referred.items():
        if ids and _NOTES[kind] in parts:
            part = parts[_NOTES[kind]].target_part
            root = parts_read[_name(part)] = parse_xml(part.blob)
            notes = {note.get(_ID): note for note in root}
            yield from (notes[id] for id in ids if id in notes)


def _shown(root: Any) -> Iterator[tuple[str, Any]]:
    """The elements below ``root``, as ``start`` and ``end``, without those that Word does not show."""
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        if element.tag in _SKIPPED or (element.tag == _RUN and _hidden(element)):
            walk.skip_subtree()
        else:
            yield event, element


def _paragraphs(root: Any, texts: list[Any], length: list[int]) -> Iterator[list[Piece]]:
    """Each paragraph; one inside another (in a text box) comes before it. What holds text is added to ``texts``.

    ``length`` holds that of all ``texts`` so far.
    """
    open_: list[list[Piece]] = []
    for event, element in _shown(root):
        tag = element.tag
        if event == "end":
            if tag == _PARAGRAPH and open_:
                yield open_.pop()
        elif tag == _PARAGRAPH:
            open_.append([])
        elif open_ and tag == _TEXT:
            text = (element.text or "").replace("\n", " ")
            open_[-1].append(Piece(text, length[0], len(text)))
            texts.append(element)
            length[0] += len(text)
        elif open_ and tag in _CHARACTERS:
            open_[-1].append(Piece(_CHARACTERS[tag]))


def _parted(pieces: list[Piece]) -> Iterator[Block]:
    """The paragraphs that one of Word is, as :func:`tidy` parts it at the breaks in it: they share out its words."""
    raw = "".join(piece.text for piece in pieces)
    paragraphs = list(tidy([raw]))
    if len(paragraphs) < 2:
        yield Block(pieces)
        return
    words = (match for match in WORDS.finditer(raw) if plain_letters(match[0]))
    ends = [list(islice(words, len(text.split())))[-1].end() for text in paragraphs[:-1]]
    begin = 0
    block = Block([])
    for piece in pieces:
        at = 0
        while ends and begin + len(piece.text) > ends[0]:
            cut = ends.pop(0) - begin
            block.pieces.append(_cut(piece, at, cut))
            yield block
            block = Block([])
            at = cut
        block.pieces.append(_cut(piece, at, len(piece.text)))
        begin += len(piece.text)
    yield block


def _cut(piece: Piece, start: int, end: int) -> Piece:
    if piece.start < 0:
        return Piece(piece.text[start:end])
    return Piece(piece.text[start:end], piece.start + start, end - start)


def _hidden(run: Any) -> bool:
    """Whether a run is formatted as hidden text."""
    mark = run.find(f"{qn('w:rPr')}/{qn('w:vanish')}")
    return mark is not None and mark.get(qn("w:val")) not in _OFF
