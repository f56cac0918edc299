"""PDF: the words of each page with their boxes, by PDFium; :mod:`layout` and :mod:`paragraphs` make text of them."""

from __future__ import annotations

import ctypes
import math
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from typing import Any, Final, NamedTuple

import pypdfium2 as pdfium  # type: ignore[import-untyped]
import pypdfium2.raw as raw  # type: ignore[import-untyped]

from unspin.documents.document import Extract, Limits, capped
from unspin.documents.furniture import without_furniture
from unspin.documents.layers import without_copies
from unspin.documents.layout import Line, Word, reading_order
from unspin.documents.ligatures import Glyphs
from unspin.documents.paragraphs import paragraphs
from unspin.errors import EmptyInput, InputError, UnknownFormat
from unspin.reading import Note

__all__ = ["extract"]

# What PDFium gives for a hyphen at the end of a line, by version and call.
_HYPHENS: Final = frozenset({0x02, 0xAD, 0x2010, 0xFFFE})
_SPACES: Final = frozenset({0x09, 0x0A, 0x0D, 0x20, 0xA0, 0x3000, *range(0x2000, 0x200B)})
_IGNORED: Final = frozenset({0xFFFF, 0xFEFF, 0x200B})
# A raised figure or sign that is smaller than this, against the letter before it, refers to a note.
_SMALL: Final = 0.85
_RAISED: Final = 0.1
_NOTE_SIGNS: Final = frozenset(map(ord, "0123456789*†‡§¶"))

_DAMAGED: Final = "damaged PDF; open it in a viewer and print it to a new file"


class _Drawn(NamedTuple):
    """A word, its direction in quarter turns, and whether it is drawn: recognised text lies unseen under a picture."""

    word: Word
    turn: int
    is_visible: bool


_Box = tuple[float, float, float, float]  # left, bottom, right, top in points


def extract(data: bytes, limits: Limits) -> Extract:
    """The text: columns one after the other, headers and page numbers left out, words at line ends joined.

    Raises:
        EmptyInput: it holds no text, as a scan without recognised text.
        UnknownFormat: it is encrypted.
        InputError: it is damaged.
    """
    notes: list[str] = []
    lines: list[Line] = []
    characters = 0
    glyphs = Glyphs()
    with closing(_open(data)) as document:
        total = len(document)
        for number in range(1, min(total, limits.pages) + 1):
            if characters >= limits.characters:
                notes.append(Note.TRUNCATED)
                break
            try:
                words = without_copies(_upright(_words(document[number - 1], limits.characters, glyphs)))
            except pdfium.PdfiumError:
                notes.append(f"page {number} is damaged and was left out")
                continue
            lines += reading_order(words, number)
            characters += sum(len(word.text) + 1 for word in words)
    if total > limits.pages:
        notes.append(Note.TRUNCATED)
    if not lines:
        if len(notes) >= total:
            raise InputError(_DAMAGED)
        raise EmptyInput("a PDF without text, perhaps scanned; recognise the text first: ocrmypdf IN OUT")
    lines = [
        line._replace(text=text) for line, text in zip(lines, glyphs.resolve(line.text for line in lines), strict=True)
    ]
    if glyphs.read:
        notes.append(f"ligatures without a character, read from their words: {glyphs.read:,}")
    if glyphs.lost:
        notes.append(f"characters that the fonts do not name, shown as \ufffd: {glyphs.lost:,}")
    lines = without_furniture([line for line in lines if line.text]) or lines
    found = capped(paragraphs(lines), limits.characters)
    return Extract(found.paragraphs, tuple(dict.fromkeys((*notes, *found.notes))))


def _open(data: bytes) -> Any:
    try:
        return pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if error.err_code in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY):
            raise UnknownFormat("encrypted; save it without a password") from None
        raise InputError(_DAMAGED) from None


def _words(page: Any, most: int, glyphs: Glyphs) -> list[_Drawn]:
    """The words of a page in the order in which they were drawn."""
    textpage = page.get_textpage()
    try:
        return list(_grouped(textpage, min(raw.FPDFText_CountChars(textpage), most + 1), glyphs))
    finally:
        textpage.close()
        page.close()


def _grouped(textpage: Any, count: int, glyphs: Glyphs) -> Iterator[_Drawn]:
    units: list[int] = []
    boxes: list[_Box] = []
    turn, is_visible = 0, True
    for i in range(count):
        unit = raw.FPDFText_GetUnicode(textpage, i)
        if unit in _IGNORED and unit != 0xFFFE:
            continue
        if unit in _SPACES:
            if boxes:
                yield _Drawn(_word(units, boxes), turn, is_visible)
            units, boxes = [], []
            continue
        if not boxes:
            is_visible = _is_visible(textpage, i)
            turn = round(-raw.FPDFText_GetCharAngle(textpage, i) / (math.pi / 2)) % 4  # PDFium counts clockwise
        box = _box(textpage, i, turn)
        if box is None:
            continue
        if boxes and turn == 0:
            if unit in _NOTE_SIGNS and units[-1] not in _NOTE_SIGNS and _is_raised(box, boxes[-1]):
                continue
            if not _adjoins(boxes[-1], box):
                yield _Drawn(_word(units, boxes), turn, is_visible)
                units, boxes = [], []
                is_visible = _is_visible(textpage, i)
        if unit in _HYPHENS:
            unit = ord("-")
        elif glyphs.is_unread(unit):
            unit = glyphs.stand_in(unit, (box[2] - box[0]) / max(box[3] - box[1], 0.1))
        units.append(unit)
        boxes.append(box)
    if boxes:
        yield _Drawn(_word(units, boxes), turn, is_visible)


def _is_visible(textpage: Any, index: int) -> bool:
    drawn = raw.FPDFText_GetTextObject(textpage, index)
    return not drawn or raw.FPDFTextObj_GetTextRenderMode(drawn) != raw.FPDF_TEXTRENDERMODE_INVISIBLE


def _box(textpage: Any, index: int, turn: int) -> _Box | None:
    """The box of a character: as high as its font where it stands upright, so that all of a line are alike."""
    if turn == 0:
        rect = raw.FS_RECTF()
        if not raw.FPDFText_GetLooseCharBox(textpage, index, rect):
            return None
        box = (rect.left, min(rect.bottom, rect.top), rect.right, max(rect.bottom, rect.top))
    else:
        left, right, bottom, top = (ctypes.c_double() for _ in range(4))
        if not raw.FPDFText_GetCharBox(textpage, index, left, right, bottom, top):
            return None
        box = (left.value, bottom.value, right.value, top.value)
    return box if all(map(math.isfinite, box)) else None


def _is_raised(box: _Box, before: _Box) -> bool:
    height = before[3] - before[1]
    return box[3] - box[1] < _SMALL * height and box[1] - before[1] > _RAISED * height


def _adjoins(before: _Box, box: _Box) -> bool:
    """Whether a character goes on from the one before it; PDFium does not always put a space where it does not."""
    height = max(before[3] - before[1], 1.0)
    return abs(box[1] - before[1]) < height and -height < box[0] - before[2] < 0.8 * height


def _word(units: list[int], boxes: list[_Box]) -> Word:
    text = b"".join(unit.to_bytes(4, "little") for unit in units).decode("utf-32-le", "surrogatepass")
    text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")  # halves of a pair come singly
    left, bottom, right, top = zip(*boxes, strict=True)
    return Word(text, min(left), min(bottom), max(right), max(top))


def _upright(words: list[_Drawn]) -> list[Word]:
    """The words that run as most of the page does, turned upright: no stamps along the margin, landscape pages as such.

    Those that are visible come first.
    """
    turns = Counter(drawn.turn for drawn in words for _ in drawn.word.text)
    if not turns:
        return []
    main = max(turns, key=lambda turn: (turns[turn], -turn))
    visible_first = sorted(words, key=lambda drawn: not drawn.is_visible)
    return [_turned(drawn.word, main) for drawn in visible_first if drawn.turn == main]


def _turned(word: Word, turn: int) -> Word:
    text, left, bottom, right, top = word
    if turn == 1:
        return Word(text, bottom, -right, top, -left)
    if turn == 2:
        return Word(text, -right, -top, -left, -bottom)
    if turn == 3:
        return Word(text, -top, left, -bottom, right)
    return word
