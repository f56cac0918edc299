"""DOCX: the text of the body as Word shows it with all changes accepted; no headers, footers, notes or comments."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any, Final

from docx import Document as open_docx
from docx.opc.exceptions import PackageNotFoundError
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
_OFF: Final = frozenset({"0", "false", "off"})


def extract(data: bytes, limits: Limits) -> Extract:
    """The text of each paragraph, those of tables and text boxes where they stand.

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
        body = open_docx(io.BytesIO(data)).element.body
    except (zipfile.BadZipFile, PackageNotFoundError, etree.XMLSyntaxError, KeyError, EOFError, OSError) as error:
        raise InputError("damaged DOCX; open it in a word processor and save it again") from error
    except ValueError as error:
        raise UnknownFormat("not a Word document; save it as .docx or plain text") from error
    extract = capped((((None, text),) for text in _paragraphs(body)), limits.characters)
    if not extract.paragraphs:
        raise EmptyInput("empty; there is no text to read")
    return extract


def _paragraphs(body: Any) -> Iterator[str]:
    """Each paragraph; one inside another (in a text box) comes before it."""
    open_: list[list[str]] = []
    walk = etree.iterwalk(body, events=("start", "end"))
    for event, element in walk:
        tag = element.tag
        if event == "end":
            if tag == _PARAGRAPH and open_:
                yield from tidy(open_.pop())
        elif tag in _SKIPPED or (tag == _RUN and _hidden(element)):
            walk.skip_subtree()
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
