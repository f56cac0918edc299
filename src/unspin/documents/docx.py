"""DOCX: the body as Word shows it with all changes accepted, then its notes; no headers, footers or comments."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any, Final

from docx import Document as open_docx
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from lxml import etree  # type: ignore[import-untyped]

from unspin.documents.document import Extract, Limits, capped
from unspin.documents.prose import tidy
from unspin.errors import EmptyInput, InputError, UnknownFormat

__all__ = ["extract"]

# What is unpacked at most, for each byte of the limit on the file: Word's XML packs ten to twenty times.
_UNPACKED: Final = 4
_ENCRYPTED: Final = 0x1
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
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
        if any(entry.flag_bits & _ENCRYPTED for entry in entries):
            raise UnknownFormat("encrypted; save it without a password")
        # zipfile never unpacks more than the directory says, so that the sum can be trusted.
        if sum(entry.file_size for entry in entries) > _UNPACKED * limits.bytes:
            raise InputError(f"unpacks to more than {_UNPACKED * limits.bytes // 1_000_000:,} MB; save it in parts")
        document = open_docx(io.BytesIO(data))
        roots = [document.element.body, *_notes(document)]
    except (zipfile.BadZipFile, PackageNotFoundError, etree.XMLSyntaxError, KeyError, EOFError, OSError) as error:
        raise InputError("damaged DOCX; open it in a word processor and save it again") from error
    except ValueError as error:
        raise UnknownFormat("not a Word document; save it as .docx or plain text") from error
    texts = (text for root in roots for text in _paragraphs(root))
    extract = capped((((None, text),) for text in texts), limits.characters)
    if not extract.paragraphs:
        raise EmptyInput("empty; there is no text to read")
    return extract


def _notes(document: Any) -> Iterator[Any]:
    """The footnotes that the shown text refers to, in the order in which it does, then the endnotes."""
    referred: dict[str, dict[str, None]] = {kind: {} for kind in _NOTES}
    for event, element in _shown(document.element.body):
        if event == "start" and element.tag in _NOTES:
            referred[element.tag][element.get(_ID, "")] = None
    parts = {relation.reltype: relation for relation in document.part.rels.values() if not relation.is_external}
    for kind, ids in referred.items():
        if ids and _NOTES[kind] in parts:
            notes = {note.get(_ID): note for note in parse_xml(parts[_NOTES[kind]].target_part.blob)}
            yield from (notes[id] for id in ids if id in notes)


def _shown(root: Any) -> Iterator[tuple[str, Any]]:
    """The elements below ``root``, as ``start`` and ``end``, without those that Word does not show."""
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        if element.tag in _SKIPPED or (element.tag == _RUN and _hidden(element)):
            walk.skip_subtree()
        else:
            yield event, element


def _paragraphs(root: Any) -> Iterator[str]:
    """Each paragraph; one inside another (in a text box) comes before it."""
    open_: list[list[str]] = []
    for event, element in _shown(root):
        tag = element.tag
        if event == "end":
            if tag == _PARAGRAPH and open_:
                yield from tidy(open_.pop())
        elif tag == _PARAGRAPH:
            open_.append([])
        elif open_ and tag == _TEXT:
            open_[-1].append((element.text or "").replace("\n", " "))
        elif open_ and tag in _CHARACTERS:
            open_[-1].append(_CHARACTERS[tag])


def _hidden(run: Any) -> bool:
    """Whether a run is formatted as hidden text."""
    mark = run.find(f"{qn('w:rPr')}/{qn('w:vanish')}")
    return mark is not None and mark.get(qn("w:val")) not in _OFF
