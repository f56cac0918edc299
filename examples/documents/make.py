"""Documents as they are written, spun and restored: ``python -m examples.documents.make``.

``written`` holds an article in JATS and a chapter of a book; the Word file is put together here. The text of each is spun by
a simulated spinner, in its own file, and ``unspin restore --in-place-copy`` makes ``restored`` of that. Made anew after a
change of the models.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any, Final, NamedTuple

from docx import Document as new_docx
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import qn

import unspin
from unspin.documents import from_bytes, rewritten
from unspin.spinners import simulate

HERE: Final = Path(__file__).parent
SPUN: Final = {"article.xml": "wordnet-walk", "chapter.epub": "fluent-synonyms", "essay.docx": "thesaurus"}
"""The spinner of each document."""
SEED: Final = 4
RATE: Final = 0.3
_DATE: Final = (2026, 1, 1, 0, 0, 0)  # of whatever lies in an archive, so that the same document gives the same bytes

_CONTAINER: Final = (
    '<?xml version="1.0"?><container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)
_PACKAGE: Final = (
    '<?xml version="1.0"?><package version="3.0" xmlns="http://www.idpf.org/2007/opf" unique-identifier="id">'
    '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:identifier id="id">winter-timetable</dc:identifier>'
    "<dc:title>The Winter Timetable</dc:title><dc:language>en</dc:language>"
    '<meta property="dcterms:modified">2026-01-01T00:00:00Z</meta></metadata><manifest>'
    '<item id="c3" href="chapter.xhtml" media-type="application/xhtml+xml"/>'
    '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>'
    '<item id="css" href="style.css" media-type="text/css"/></manifest><spine><itemref idref="c3"/></spine></package>'
)
_CONTENTS: Final = (
    '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"><head><title>Contents</title>'
    '</head><body><nav epub:type="toc"><ol><li><a href="chapter.xhtml">The Winter Timetable</a></li></ol></nav></body></html>'
)
_STYLE: Final = "p { text-indent: 1.2em; margin: 0; } p.first { text-indent: 0; }\n"

_NOTE: Final = (
    "Until 1974 the keepers were allowed to sell whatever they caught, and the older men still speak of it as a right."
)
_ESSAY: Final = (
    "The lighthouse at Carn Head was built in eleven months by men who were paid by the stone. It has *stood* for a hundred "
    "and sixty years, and in that time it has been struck by lightning nine times, by a ship once, and by the sea each year.",
    "Nobody has lived in it since 1988, when the lamp was made to work by itself. The last keeper locked the door, carried the "
    "key to the post office, and asked for a receipt.^ The receipt hangs in the village hall, next to a photograph of him "
    "looking at it with great suspicion.",
    "What the village lost that day is hard to put into numbers. *Three families* moved away within a year. The school closed "
    "a little later, and the road to the head, which the county had repaired only because the keepers used it, began to fall "
    "into the sea at the second bend.",
    "“I was not sorry to leave the work,” said Tomas Rhee, whose father and grandfather had kept the light. “I was sorry that "
    "there was no work to leave to anybody.”",
    "The plan to open the tower again came from the children of those who had gone. They raised the money in four summers, and "
    "they learned to mend walls, to paint iron, and to write letters to people who do not answer them. The letters took longer "
    "than the walls.",
    "It opens in May. Visitors may climb the stairs, sleep in the room below the lamp, and buy a small loaf baked in the oven "
    "that the keepers used. They may not touch the lamp, which still works by itself, and does not need anyone.",
)
_FIGURES: Final = (
    ("Year", "Keepers", "Ships seen"),
    ("1902", "6", "4,118"),
    ("1951", "3", "2,006"),
    ("1988", "1", "377"),
)


class _Edit(NamedTuple):
    start: int
    end: int
    original: str


def main() -> None:
    """Write all of them."""
    (HERE / "restored").mkdir(exist_ok=True)
    for name, spinner in SPUN.items():
        spun = spin(written(name), name, spinner)
        (HERE / name).write_bytes(spun)
        document = from_bytes(spun, name)
        reading = unspin.read(document.text)
        done = rewritten(document, reading.substitutions)
        (HERE / "restored" / name).write_bytes(done.data)
        print(f"{name}: {reading.spun=} {reading.words} words, {done.made} changes made, {done.left} left")


def written(name: str) -> bytes:
    """The document as it was written."""
    if name == "essay.docx":
        return essay()
    if name == "chapter.epub":
        return book((HERE / "written" / "chapter.xhtml").read_text("utf-8"))
    return (HERE / "written" / name).read_bytes()


def spin(data: bytes, name: str, spinner: str) -> bytes:
    """The document with its text spun, all else as it was."""
    document = from_bytes(data, name)
    specimen = simulate(document.text, spinner, seed=SEED, rate=RATE)
    edits = []
    longer = 0  # by how much the spun text is ahead
    for swap in specimen.swaps:
        start = swap.start - longer
        edits.append(_Edit(start, start + len(swap.original), swap.found))
        longer += len(swap.found) - len(swap.original)
    return _accepted(rewritten(document, edits).data) if document.format == "docx" else rewritten(document, edits).data


def book(chapter: str) -> bytes:
    """An EPUB of one chapter."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        _put(archive, "mimetype", b"application/epub+zip", zipfile.ZIP_STORED)
        _put(archive, "META-INF/container.xml", _CONTAINER.encode())
        _put(archive, "book.opf", _PACKAGE.encode())
        _put(archive, "nav.xhtml", _CONTENTS.encode())
        _put(archive, "style.css", _STYLE.encode())
        _put(archive, "chapter.xhtml", chapter.encode())
    return packed.getvalue()


def essay() -> bytes:
    """A Word document with headings, italics, a table, a header, and a footnote."""
    document = new_docx()
    document.core_properties.author = "unspin's examples"
    document.sections[0].header.paragraphs[0].text = "Carn Head Notes, No. 7"
    document.add_heading("The Light at Carn Head", 1)
    for number, text in enumerate(_ESSAY):
        if number == 4:
            document.add_heading("The stairs again", 2)
        paragraph = document.add_paragraph(style="Quote" if text.startswith("“") else None)
        for k, piece in enumerate(text.split("*")):
            before, mark, after = piece.partition("^")
            paragraph.add_run(before).italic = True if k % 2 else None
            if mark:
                paragraph.add_run()._r.append(_element("w:footnoteReference", {"w:id": "2"}))
                paragraph.add_run(after)
    table = document.add_table(rows=0, cols=3, style="Light Grid Accent 1")
    for row in _FIGURES:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    notes = (
        f'<w:footnotes xmlns:w="{qn("w:p")[1:].partition("}")[0]}"><w:footnote w:id="2"><w:p><w:r>'
        f'<w:t xml:space="preserve">{_NOTE}</w:t></w:r></w:p></w:footnote></w:footnotes>'
    )
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    part = Part(PackURI("/word/footnotes.xml"), kind, notes.encode(), document.part.package)
    document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
    related = document.part.package.rels
    for key in [key for key, relation in related.items() if "thumbnail" in relation.reltype]:
        related.pop(key)
    saved = io.BytesIO()
    document.save(saved)
    return _packed(_parts(saved.getvalue()))


def _accepted(data: bytes) -> bytes:
    """A Word document with its tracked changes accepted."""
    parts = _parts(data)
    for name in ("word/document.xml", "word/footnotes.xml"):
        root = parse_xml(parts[name])
        for gone in list(root.iter(qn("w:del"))):
            gone.getparent().remove(gone)
        for come in list(root.iter(qn("w:ins"))):
            parent, place = come.getparent(), come.getparent().index(come)
            parent.remove(come)
            for k, run in enumerate(list(come)):
                parent.insert(place + k, run)
        parts[name] = _xml(root)
    return _packed(parts)


def _element(tag: str, attributes: dict[str, str]) -> Any:
    made = OxmlElement(tag)
    for name, value in attributes.items():
        made.set(qn(name), value)
    return made


def _xml(root: Any) -> bytes:
    from lxml import etree

    data: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return data


def _parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _packed(parts: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, data in parts.items():
            _put(archive, name, data)
    return packed.getvalue()


def _put(archive: zipfile.ZipFile, name: str, data: bytes, kind: int = zipfile.ZIP_DEFLATED) -> None:
    archive.writestr(zipfile.ZipInfo(name, _DATE), data, kind)


if __name__ == "__main__":
    main()
