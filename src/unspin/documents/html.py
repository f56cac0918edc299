"""HTML: the main text of a page, by trafilatura; menus, scripts, styles and what is hidden don't come through.

The page is taken apart, never shown: what comes out is text, in which ``&lt;b&gt;`` has become the characters ``<b>``
and nothing is markup any more.
"""

from __future__ import annotations

import codecs
import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Final

from lxml import etree  # type: ignore[import-untyped]
from lxml.html import HtmlElement, HTMLParser, document_fromstring  # type: ignore[import-untyped]
from trafilatura import bare_extraction

from unspin.documents.document import Extract, Limits, capped
from unspin.documents.plain import MARKS, guess
from unspin.documents.prose import tidy
from unspin.documents.spacing import part_words
from unspin.documents.visible import keep_visible
from unspin.errors import EmptyInput, UnknownEncoding
from unspin.reading import Note

__all__ = ["decode", "extract"]

_NOTE_MARK: Final = re.compile(r"\W*+(?:\d{1,3}|[a-z]|note \d++)?\W*+", re.IGNORECASE)
_LARGEST_MARK: Final = 10  # elements
# Elements that begin and end a paragraph, in HTML and in what trafilatura makes of it.
_BLOCKS: Final = frozenset(
    "address article aside blockquote body caption cell center code dd details div dl dt fieldset figcaption figure"
    " footer form h1 h2 h3 h4 h5 h6 head header hr html item legend li list main nav ol p pre quote row section summary"
    " table tbody td tfoot th thead title tr ul".split()
)
_BREAKS: Final = frozenset({"br", "lb"})
# Elements that say how text looks, and nothing else about it.
_FORMATTING: Final = frozenset(
    "abbr b bdi bdo big dfn em font i mark s small span strike strong sub sup tt u wbr".split()
)
_DISSOLVED: Final = "dissolved"
_DECLARATION: Final = re.compile(rb"<(?:meta|\?xml)\b[^<>]++", re.IGNORECASE)
_CHARSET: Final = re.compile(rb"(?:charset|encoding)\s*+=\s*+[\"']?\s*+([\w.:-]++)", re.IGNORECASE)
_DECLARED_WITHIN: Final = 4096
# The web calls Windows-1252 by other names: https://encoding.spec.whatwg.org/#names-and-labels
_AS_WINDOWS: Final = frozenset({"ascii", "iso8859-1"})
_NO_CHARACTERS: Final = re.compile("[\0-\b\v\f\x0e-\x1f\x7f\ufffe\uffff]")


def extract(data: bytes, limits: Limits) -> Extract:
    """The main text of a page, a paragraph for each block; all that is visible where there is no main text.

    Raises:
        EmptyInput: it shows no text, or none before its elements are nested too deep.
    """
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, default_doctype=False, huge_tree=True)
    tree = _parse(decode(data), parser)
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    main = bare_extraction(tree, include_comments=False) if tree is not None else None
    paragraphs = list(_paragraphs(main.body)) if main is not None and not isinstance(main, dict) else []
    if not paragraphs and tree is not None:
        paragraphs = list(_paragraphs(next(iter(tree.iter("body")), tree)))
    too_deep = bool(parser.error_log.filter_types(etree.ErrorTypes.ERR_RESOURCE_LIMIT))
    if not paragraphs and too_deep:
        raise EmptyInput("a page whose elements are nested too deep to be read")
    if not paragraphs:
        raise EmptyInput("a page that shows no text; if a script writes it, save the page from a browser as text")
    found = capped((((None, text),) for text in paragraphs), limits.characters)
    # The parser reads nothing more once elements are nested too deep.
    return replace(found, notes=(Note.TRUNCATED,)) if too_deep else found


def decode(data: bytes) -> str:
    """The characters of a page: by its byte order mark, as UTF-8, by what it declares, or by a guess."""
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    if data[:64].count(0) > 16:
        return data.decode("utf-16-be" if data[0] == 0 else "utf-16-le", "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    declarations = _DECLARATION.finditer(data[:_DECLARED_WITHIN])
    if declared := next(filter(None, (_CHARSET.search(declaration[0]) for declaration in declarations)), None):
        try:
            name = codecs.lookup(declared[1].decode("ascii")).name
            return data.decode("cp1252" if name in _AS_WINDOWS else name, "replace")
        except (LookupError, UnicodeError, ValueError):
            pass
    try:
        return guess(data, "page")[0]
    except UnknownEncoding:
        return data.decode("utf-8", "replace")


def _parse(page: str, parser: HTMLParser) -> HtmlElement | None:
    """The tree as somebody sees it who looks at the page, or None where there is none."""
    clean = _NO_CHARACTERS.sub(" ", page).encode("utf-8", "replace")
    try:
        tree = document_fromstring(clean, parser=parser)
    except etree.ParserError:  # nothing in it
        return None
    keep_visible(tree, leave_out=_is_note_mark)
    inside_words = part_words(tree, _BLOCKS | _BREAKS)
    for element in tree.iter():
        element.attrib.pop(
            "style", None
        )  # all is done that it asks for; trafilatura takes "overflow:hidden" for hidden
        if element.tag in _FORMATTING and not element.keys():
            element.tag = _DISSOLVED
    for element in inside_words:
        element.tag = _DISSOLVED
    etree.strip_tags(tree, _DISSOLVED)  # trafilatura puts spaces around all elements of a short page
    return tree


def _is_note_mark(element: HtmlElement) -> bool:
    """Whether it is a raised link to a note."""
    if element.tag != "sup":
        return False
    parts = list(islice(element.iter(), _LARGEST_MARK + 1))
    if len(parts) > _LARGEST_MARK or not any(part.tag == "a" for part in parts):
        return False
    return _NOTE_MARK.fullmatch("".join(element.itertext())) is not None


def _paragraphs(root: HtmlElement) -> Iterator[str]:
    """The text of each block, in order, without recursion: a page may be nested as deep as it likes."""
    open_: list[str] = []
    for event, element in etree.iterwalk(root, events=("start", "end")):
        ends = event == "end"
        if element.tag in _BLOCKS:
            yield from tidy(open_)
            open_ = []
        if not ends and element.tag in _BREAKS:
            open_.append("\n")
        if text := element.tail if ends and element is not root else None if ends else element.text:
            open_.append(text.replace("\n", " "))
    yield from tidy(open_)
