"""Markdown: headings, paragraphs, lists and quotations, by markdown-it; code, formulas, links' addresses and HTML stay out.

markdown-it says on which lines a paragraph stands and of which tokens it is made. Each token takes known characters of the
source, so that walking along both gives the place of every word; where the two don't agree, the rest of the paragraph is
left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.helpers import parseLinkDestination, parseLinkTitle
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.front_matter import front_matter_plugin

from unspin.documents.document import Extract, Limits
from unspin.documents.sources import Block, Piece, extracted, reference

__all__ = ["extract"]

# [@knuth84], [^1] and @knuth84 are references, as Pandoc has them.
_REFERENCE: Final = re.compile(r"\[\^[^\[\]\s]{1,80}\]:?|\[-?@[^\[\]]{1,200}\]|(?<!\w)@[A-Za-z]\w{0,80}")
_BLANK: Final = " \t\n"
_MARKED: Final = frozenset("em_open em_close strong_open strong_close s_open s_close".split())


class _Astray(Exception):  # noqa: N818 - the paragraph's end, not an error
    """The tokens and the source don't agree."""


def extract(data: bytes, limits: Limits) -> Extract:
    """The paragraphs of a document in UTF-8.

    Raises:
        EmptyInput: it holds no prose.
    """
    return extracted(_blocks(data.decode("utf-8")), limits)


def _blocks(source: str) -> Iterator[Block]:
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    parser.use(front_matter_plugin).use(dollarmath_plugin, double_inline=True)
    parser.disable("text_join", ignoreInvalid=True)  # which would hide what is escaped
    # markdown-it counts lines by "\n" alone once "\r\n" and "\r" have become that.
    lines = re.split(r"\r\n|\n|\r", source)
    starts = [0]
    starts += (match.end() for match in re.finditer(r"\r\n|\n|\r", source))
    in_table = 0
    for token in parser.parse(source):
        in_table += (token.type == "table_open") - (token.type == "table_close")
        if token.type == "inline" and token.map and not in_table:
            places = _places(token, lines, starts)
            if places is not None:
                pieces: list[Piece] = []
                try:
                    for piece in _Walk(token.content).pieces(token.children or []):
                        pieces.append(_led_back(piece, places))
                except _Astray:
                    pass
                yield Block(pieces)


def _places(token: Token, lines: list[str], starts: list[int]) -> list[tuple[int, int]] | None:
    """For every line of a paragraph: where it begins in the paragraph's content, and where in the source."""
    assert token.map is not None
    places = []
    at = 0
    for number, line in enumerate(token.content.split("\n"), start=token.map[0]):
        column = lines[number].rfind(line) if number < len(lines) else -1
        if column < 0:
            return None
        places.append((at, starts[number] + column))
        at += len(line) + 1
    return places[::-1]


def _led_back(piece: Piece, places: list[tuple[int, int]]) -> Piece:
    """A piece with its offset in the source in place of that in the content; asked in ascending order."""
    if piece.start < 0:
        return piece
    start = _in_source(piece.start, places)
    # The end of a line takes along what begins the next one: the marks of a quotation, the margin of a list.
    length = _in_source(piece.start + piece.length, places) - start if piece.text == " " else piece.length
    return piece._replace(start=start, length=length)


def _in_source(offset: int, places: list[tuple[int, int]]) -> int:
    while len(places) > 1 and places[-2][0] <= offset:
        places.pop()
    begin, source = places[-1]
    return source + offset - begin


class _Walk:
    """Along the tokens of a paragraph and its content at once."""

    def __init__(self, content: str) -> None:
        self._content = content
        self._at = 0

    def pieces(self, tokens: list[Token]) -> Iterator[Piece]:
        """The text of the tokens, with offsets into the content."""
        automatic = False
        for token in tokens:
            kind = token.type
            if kind == "text":
                yield from self._text(token.content, automatic)
            elif kind == "text_special":
                yield Piece(token.content, self._at, len(token.markup))
                self._take(token.markup)
            elif kind == "softbreak":
                start = self._at
                self._break()
                yield Piece(" ", start, self._at - start)
            elif kind == "hardbreak":
                self._break()
                yield Piece(" ")
            elif kind in _MARKED:
                self._take(token.markup)
            elif kind == "code_inline":
                self._until(token.markup, self._at + len(token.markup))
                yield reference("code")
            elif kind == "math_inline":
                self._until("$", self._at + 1)
                yield reference("formula")
            elif kind in ("math_inline_double", "math_block"):
                self._until("$$", self._at + 2)
                yield reference("formula")
            elif kind == "html_inline":
                self._take(token.content)
            elif kind == "link_open":
                automatic = token.info == "auto"
                self._take("<" if automatic else "[")
            elif kind == "link_close":
                self._take(">" if automatic else "]")
                if not automatic:
                    self._address()
                automatic = False
            elif kind == "image":
                self._take(f"![{token.content}]")
                self._address()
            else:
                raise _Astray

    def _text(self, text: str, automatic: bool) -> Iterator[Piece]:
        if automatic:
            self._at = self._content.find(">", self._at)
            yield reference("address")
            return
        start = self._at
        self._take(text)
        at = 0
        for match in _REFERENCE.finditer(text):
            yield Piece(text[at : match.start()], start + at, match.start() - at)
            yield reference(match[0])
            at = match.end()
        yield Piece(text[at:], start + at, len(text) - at)

    def _break(self) -> None:
        """Past the end of a line, with the blanks or the backslash before it and the blanks after."""
        end = self._content.find("\n", self._at) + 1
        if not end or self._content[self._at : end].strip(" \t\\\n"):
            raise _Astray
        while end < len(self._content) and self._content[end] in " \t":
            end += 1
        self._at = end

    def _address(self) -> None:
        """What follows the text of a link: an address with or without a title, the name of one, or nothing."""
        text, end = self._content, len(self._content)
        if text.startswith("(", self._at):
            at = self._blanks(self._at + 1)
            found = parseLinkDestination(text, at, end)
            if found.ok:
                at = self._blanks(found.pos)
                title = parseLinkTitle(text, at, end)
                if title.ok:
                    at = self._blanks(title.pos)
            if not text.startswith(")", at):
                raise _Astray
            self._at = at + 1
        elif text.startswith("[", self._at):
            self._until("]", self._at + 1)

    def _blanks(self, at: int) -> int:
        while at < len(self._content) and self._content[at] in _BLANK:
            at += 1
        return at

    def _until(self, mark: str, start: int) -> None:
        end = self._content.find(mark, start)
        if end < 0:
            raise _Astray
        self._at = end + len(mark)

    def _take(self, text: str) -> None:
        if not self._content.startswith(text, self._at):
            raise _Astray
        self._at += len(text)
