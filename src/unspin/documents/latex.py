"""LaTeX: the prose of a document, by pylatexenc; formulas, references, code, tables and what no package defines stay out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from pylatexenc.latex2text import LatexNodes2Text
from pylatexenc.latexwalker import (
    LatexCharsNode,
    LatexEnvironmentNode,
    LatexGroupNode,
    LatexMacroNode,
    LatexMathNode,
    LatexSpecialsNode,
    LatexWalker,
    LatexWalkerError,
)

from unspin.documents.document import Extract, Limits
from unspin.documents.sources import Block, Piece, extracted, reference
from unspin.errors import InputError

__all__ = ["extract"]

# Macros whose last argument is prose: in the sentence, or a paragraph of its own.
_INLINE: Final = frozenset("emph textbf textit textsc textsl textrm textsf textup textmd text underline".split())
_HEADINGS: Final = frozenset(
    "title subtitle part chapter section subsection subsubsection paragraph subparagraph".split()
)
_APART: Final = frozenset("caption footnote footnotetext thanks".split())
_LETTERS: Final = frozenset("' ` ^ \" ~ = . u v H c d b r k & % $ # _ { } ss ae AE oe OE aa AA o O l L i j".split())
_BREAKS: Final = frozenset("par item newline \\ begin maketitle tableofcontents".split())
# Environments of which nothing is prose.
_SKIPPED: Final = frozenset(
    "equation align gather multline eqnarray alignat flalign displaymath math verbatim Verbatim lstlisting minted"
    " tabular tabularx longtable array thebibliography tikzpicture algorithm algorithmic algorithm2e comment filecontents"
    " picture pgfpicture bibliography code".split()
)
_SPECIALS: Final = {"~": "\u00a0", "``": "“", "''": "”", "--": "–", "---": "—", "!`": "¡", "?`": "¿"}
_PARAGRAPH: Final = re.compile(r"\r?+\n[ \t]*+(?:\r?+\n\s*+)++")
_DEEPEST: Final = 200  # groups inside one another


def extract(data: bytes, limits: Limits) -> Extract:
    """The paragraphs of a document in UTF-8.

    Raises:
        InputError: its groups and environments don't match.
        EmptyInput: it holds no prose.
    """
    source = data.decode("utf-8")
    try:
        nodes, _, _ = LatexWalker(source, tolerant_parsing=True).get_latex_nodes()
    except (LatexWalkerError, RecursionError) as error:
        raise InputError("damaged LaTeX: its braces don't match; mend it, or save it as plain text") from error
    reader = _Reader()
    document = _document(nodes)
    if document is None:
        reader.read(nodes)
    else:
        reader.titles(nodes)
        reader.read(document.nodelist)
    return extracted(reader.blocks, limits)


def _document(nodes: Sequence[Any]) -> Any | None:
    return next(
        (node for node in nodes if isinstance(node, LatexEnvironmentNode) and node.environmentname == "document"), None
    )


class _Reader:
    """The paragraphs of a list of nodes."""

    def __init__(self) -> None:
        self._block = Block([])
        self.blocks = [self._block]
        self._depth = 0

    def titles(self, nodes: Sequence[Any]) -> None:
        """What the preamble has of text."""
        for node in nodes:
            if isinstance(node, LatexMacroNode) and node.macroname == "title":
                self._apart(_last(node))
                self._end()

    def read(self, nodes: Sequence[Any]) -> None:
        """The text of the nodes, in order."""
        self._depth += 1
        if self._depth > _DEEPEST:
            raise InputError("damaged LaTeX: too many groups inside one another; save it as plain text")
        unknown_ends = -1  # where a macro ends that nobody knows: groups that follow are its arguments
        for node in nodes:
            if node is None:
                continue
            if node.pos == unknown_ends and _is_argument(node):
                unknown_ends = node.pos + node.len
                if isinstance(node, LatexCharsNode):
                    end = node.chars.find("]") + 1
                    unknown_ends = unknown_ends if end == len(node.chars) else -1
                    self._chars(node.chars[end:], node.pos + end)
            else:
                unknown_ends = -1
                if self._read(node):
                    unknown_ends = node.pos + node.len - len(getattr(node, "macro_post_space", ""))
        self._depth -= 1

    def _read(self, node: Any) -> bool:
        """The text of one node; whether it is a macro that is not known."""
        if isinstance(node, LatexCharsNode):
            self._chars(node.chars, node.pos)
        elif isinstance(node, LatexGroupNode):
            self.read(node.nodelist)
        elif isinstance(node, LatexMathNode):
            if node.displaytype == "inline":
                self._add(reference("formula"))
        elif isinstance(node, LatexSpecialsNode):
            if node.specials_chars.strip(" \t") == "\n\n" or node.specials_chars.count("\n") > 1:
                self._end()
            else:
                text = _SPECIALS.get(node.specials_chars, " ")
                self._add(Piece(text, node.pos, node.len))
        elif isinstance(node, LatexEnvironmentNode):
            if node.environmentname.rstrip("*") not in _SKIPPED:
                self._end()
                self.read(node.nodelist)
                self._end()
        elif isinstance(node, LatexMacroNode):
            return self._macro(node)
        return False

    def _macro(self, node: Any) -> bool:
        name = node.macroname
        if name in _INLINE:
            self._inside(_last(node))
        elif name in _HEADINGS:
            self._apart(_last(node))
            self._end()
        elif name in _APART:
            self._apart(_last(node))
        elif name in _BREAKS:
            self._end()
        elif name in _LETTERS:
            length = node.len - len(node.macro_post_space)
            text = LatexNodes2Text().nodelist_to_text([node]).strip()
            self._add(Piece(text, node.pos, length) if len(text) == 1 else Piece(text))
        elif name == " ":
            self._add(Piece(" ", node.pos, node.len))
        elif "cite" in name.lower() or name.endswith("ref") or name in ("url", "href", "verb", "texttt", "ensuremath"):
            self._add(reference("reference"))
            return True
        else:
            return True
        return False

    def _inside(self, node: Any | None) -> None:
        if node is not None:
            self.read(node.nodelist if isinstance(node, LatexGroupNode) else [node])

    def _apart(self, node: Any | None) -> None:
        """A paragraph of its own, after which the one around it goes on."""
        around = self._block
        self._end()
        self._inside(node)
        self._block = around

    def _chars(self, text: str, start: int) -> None:
        at = 0
        for match in _PARAGRAPH.finditer(text):
            self._add(Piece(text[at : match.start()], start + at, match.start() - at))
            self._end()
            at = match.end()
        self._add(Piece(text[at:], start + at, len(text) - at))

    def _add(self, piece: Piece) -> None:
        self._block.pieces.append(piece)

    def _end(self) -> None:
        self._block = Block([])
        self.blocks.append(self._block)


def _last(node: Any) -> Any | None:
    """The last argument of a macro."""
    arguments = [a for a in (node.nodeargd.argnlist if node.nodeargd else ()) if a is not None]
    return arguments[-1] if arguments else None


def _is_argument(node: Any) -> bool:
    return isinstance(node, LatexGroupNode) or (isinstance(node, LatexCharsNode) and node.chars.startswith("["))
