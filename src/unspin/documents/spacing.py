"""Spaces between words of HTML that only the layout parts: ``<span>Ripe</span><span>plums</span>``.

A page may set its words apart without any white space: by margins, as boxes, or by a style sheet, which is not read here.
In other pages, elements that stand as close hold pieces of one word. What decides:

1. Text right beside an element (``<b>in</b>side``) belongs to it, unless a style of its own sets the element apart.
2. Pieces of one letter each are one word, and so are pieces that make up a known word all together.
3. Elements that their style sets apart, neighbouring links, and what stands on both sides of a picture are parted, and so
   are the elements of a row that are words for the most part; but not a known word from which a part would be none.
4. Other neighbouring elements are parted where two known words would make an unknown one, before a capital letter, and after
   a comma or a stop.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import takewhile
from typing import Final

from lxml import etree  # type: ignore[import-untyped]
from lxml.html import HtmlElement  # type: ignore[import-untyped]

from unspin.documents.styles import declarations, sets_apart

__all__ = ["part_words"]

_PICTURES: Final = frozenset({"img", "picture", "input"})
# Elements in which white space is what it is.
_VERBATIM: Final = frozenset({"pre", "code", "kbd", "samp", "var", "math"})
_STOPS: Final = tuple(",;:!?…”’)]»")
_OPENING: Final = tuple("“‘([«")
_ONE_LETTER_WORDS: Final = frozenset({"a", "i"})
_LONGEST: Final = 40  # letters of a word
_ROW: Final = 4  # pieces that make a row


@dataclass(slots=True)
class _Seam:
    """Where two texts meet without white space.

    Attributes:
        before: the element whose text, or tail, comes before it.
        is_tail: whether that is its tail.
        closed: the last element that ends here, of those that begin before.
        opened: those that begin here, and end later.
        empty: those that begin and end here.
        is_apart: whether layout parts the two texts.
        is_joined: whether a mark says that the word goes on.
    """

    before: HtmlElement
    is_tail: bool
    closed: HtmlElement | None = None
    opened: list[HtmlElement] = field(default_factory=list)
    empty: list[HtmlElement] = field(default_factory=list)
    is_apart: bool = False
    is_joined: bool = False

    def cross(self, element: HtmlElement, *, ends: bool) -> None:
        """Note that an element begins or ends here."""
        self.is_joined |= element.tag == "wbr"
        self.is_apart |= _is_apart(element)
        if not ends:
            self.opened.append(element)
        elif self.opened:
            self.empty.append(self.opened.pop())
        else:
            self.closed = element

    @property
    def parts_elements(self) -> bool:
        """Whether there is an element on either side."""
        return self.closed is not None and bool(self.opened)

    @property
    def parts_links(self) -> bool:
        """Whether there is a link on either side."""
        return self.closed is not None and self.closed.tag == "a" and any(e.tag == "a" for e in self.opened)

    @property
    def elements(self) -> list[HtmlElement]:
        """Those that begin or end here."""
        return [*self.opened, *self.empty, *([] if self.closed is None else [self.closed])]

    def part(self) -> None:
        """Put a space here."""
        if self.closed is not None:
            self.closed.tail = " " + (self.closed.tail or "")
        elif self.is_tail:
            self.before.tail += " "
        else:
            self.before.text += " "


def part_words(root: HtmlElement, blocks: frozenset[str]) -> list[HtmlElement]:
    """Put spaces into a tree where its reader sees them; elements named in ``blocks`` end a word in any case.

    The result are the elements that begin or end inside a word.
    """
    inside: list[HtmlElement] = []
    pieces: list[str] = []
    seams: list[_Seam] = []  # seams[i] comes after pieces[i]
    verbatim = 0

    def end() -> None:
        inside.extend(_part(pieces, seams))
        pieces.clear()
        seams.clear()

    for event, element in etree.iterwalk(root, events=("start", "end")):
        ends = event == "end"
        if element.tag in _VERBATIM:
            verbatim += -1 if ends else 1
        if verbatim or element.tag in blocks or element.tag in _VERBATIM:
            end()
        elif seams:
            seams[-1].cross(element, ends=ends)
        text = element.tail if ends else element.text
        if verbatim or not text or (ends and element is root):
            continue
        if text[0].isspace():
            end()
        words = text.split()
        if words:
            pieces.append(words[0])
            if len(words) > 1 or text[-1].isspace():
                end()
        if not text[-1].isspace():
            if len(words) > 1:
                pieces.append(words[-1])
            seams.append(_Seam(element, ends))
    end()
    return inside


def _part(pieces: Sequence[str], seams: Sequence[_Seam]) -> Iterator[HtmlElement]:
    """Put spaces between the pieces of a run where they belong; yields the elements at those seams that stay closed.

    A seam after the last piece leads nowhere.
    """
    if len(pieces) < 2:
        return
    words, open_seams = [[pieces[0]]], []
    for piece, seam in zip(pieces[1:], seams, strict=False):
        if seam.is_joined or not (seam.is_apart or seam.parts_elements) or _is_initial(words[-1], piece, seam):
            words[-1].append(piece)
            yield from seam.elements
        else:
            words.append([piece])
            open_seams.append(seam)
    texts = ["".join(word) for word in words]
    is_word = all(len(text) == 1 for text in texts) or (len(texts) < _LONGEST and _is_known("".join(texts)))
    is_row = len(texts) >= _ROW and 2 * sum(map(_is_known, texts)) >= len(texts)
    for left, right, seam in zip(texts, texts[1:], open_seams, strict=False):
        is_apart = seam.is_apart or seam.parts_links
        if (is_apart or not is_word) and _belong_apart(left, right, is_row=is_row, is_apart=is_apart):
            seam.part()
        else:
            yield from seam.elements


def _is_initial(word: Sequence[str], right: str, seam: _Seam) -> bool:
    """Whether the first letter of a word is set in an element of its own, larger than the rest."""
    left = word[0]
    is_letter = len(word) == 1 and len(left) == 1 and left.isupper() and left.lower() not in _ONE_LETTER_WORDS
    return is_letter and not seam.parts_elements and right[0].islower()


def _belong_apart(left: str, right: str, *, is_row: bool, is_apart: bool) -> bool:
    if left[-1].isalnum() and right[0].isalnum():
        last = "".join(takewhile(str.isalnum, reversed(left[-_LONGEST:])))[::-1]
        first = "".join(takewhile(str.isalnum, right[:_LONGEST]))
        both, whole = _is_known(last) and _is_known(first), _is_known(last + first)
        if is_row:
            return both or not whole
        if is_apart:
            return not whole or (both and len(last) > 1)
        if whole or last.isdigit() or first.isdigit():
            return False
        return both or (last[-1].islower() and first[0].isupper())
    if right[0].isalnum() or right.startswith(_OPENING):
        return is_apart or left.endswith(_STOPS) or (left[-1] == "." and right[0].isupper()) or right[0] in _OPENING
    return False


@cache
def _known() -> dict[str, int]:
    from unspin.lexicon import load  # late: numpy and the lexicon, for pages that need them

    return load().index


def _is_known(word: str) -> bool:
    word = word.strip(".,;:!?…“”‘’()[]«»\"'").lower()
    return word in _ONE_LETTER_WORDS if len(word) == 1 else len(word) <= _LONGEST and word in _known()


def _is_apart(element: HtmlElement) -> bool:
    if element.tag in _PICTURES:
        return True
    if (style := element.get("style")) and sets_apart(declarations(style)):
        return True
    parent = element.getparent()
    around = parent.get("style", "") if parent is not None else ""
    return declarations(around).get("display", "").endswith(("flex", "grid"))
