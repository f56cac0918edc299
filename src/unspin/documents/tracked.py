"""Changes of a Word document as tracked ones: styles, notes, tables and everything else stay as they are.

A run in which words change is cut in pieces of its own format: what stays, what was deleted, what comes in its place. A
change in text that somebody else has inserted and nobody accepted is not made, since insertions cannot hold one another.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from itertools import accumulate, count
from typing import Any, Final, NamedTuple

from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from lxml import etree  # type: ignore[import-untyped]

from unspin.documents.archives import replaced
from unspin.documents.document import Document, Limits, Run
from unspin.documents.docx import opened_docx
from unspin.documents.sources import Change, extracted
from unspin.errors import InputError

__all__ = ["AUTHOR", "Tracked", "tracked"]

AUTHOR: Final = "unspin"
"""The author of the changes."""
_RUN, _FORMAT, _TEXT, _ID = qn("w:r"), qn("w:rPr"), qn("w:t"), qn("w:id")
# What may hold a run and a tracked change beside it.
_HOLDERS: Final = frozenset(map(qn, ("w:p", "w:hyperlink", "w:smartTag", "w:sdtContent", "w:fldSimple", "w:customXml")))
_PRESERVE: Final = "{http://www.w3.org/XML/1998/namespace}space"


class Tracked(NamedTuple):
    """A Word document with tracked changes, and how many of those asked for are in it."""

    data: bytes
    changes: int


class _Cut(NamedTuple):
    """Characters of one text element that go, and what comes after them."""

    start: int
    end: int
    words: str


def tracked(data: bytes, text: str, limits: Limits) -> tuple[tuple[Run, ...], Callable[[Sequence[Change]], Tracked]]:
    """Where the parts of the text stand among the text elements of the file, and what writes it with changes.

    Raises:
        InputError: it no longer reads as ``text``.
    """
    opened = opened_docx(data, limits)
    extract = extracted(opened.blocks, limits)
    if Document.of("", "docx", extract).text != text:
        raise InputError("a Word document that reads otherwise than before; read it again")

    def write(changes: Sequence[Change]) -> Tracked:
        made = _made(opened.texts, changes)
        parts = {
            name: etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
            for name, root in opened.parts.items()
        }
        return Tracked(replaced(data, parts) if made else data, made)

    return extract.runs, write


def _made(texts: Sequence[Any], changes: Sequence[Change]) -> int:
    """Make the changes in the elements; how many could be."""
    begins = list(accumulate((len(text.text or "") for text in texts), initial=0))
    cuts: dict[int, list[_Cut]] = {}
    made = 0
    for change in changes:
        found = [
            (k, low, high, "") for span in change.spans for k, low, high in _within(begins, *span)
        ]  # the new words come after the last of what goes
        if not found or any(not _may_change(texts[k]) for k, *_ in found):
            continue
        found[-1] = (*found[-1][:3], change.words)
        for k, low, high, words in found:
            cuts.setdefault(k, []).append(_Cut(low, high, words))
        made += 1
    by_run: dict[Any, dict[Any, list[_Cut]]] = {}
    for k, of_text in cuts.items():
        by_run.setdefault(texts[k].getparent(), {})[texts[k]] = of_text
    roots = {run.getroottree().getroot() for run in by_run}
    ids = count(1 + max((_number(e.get(_ID)) for root in roots for e in root.iter("{*}*")), default=0))
    for run, of_run in by_run.items():
        _rewrite(run, of_run, ids)
    return made


def _within(begins: Sequence[int], low: int, high: int) -> Iterator[tuple[int, int, int]]:
    """A stretch of all text as stretches of its elements: the number of each, and from where to where."""
    k = bisect_right(begins, low) - 1
    while low < high:
        stop = min(high, begins[k + 1])
        if stop > low:
            yield k, low - begins[k], stop - begins[k]
        low = stop
        k += 1


def _may_change(text: Any) -> bool:
    run = text.getparent()
    return run is not None and run.tag == _RUN and run.getparent() is not None and run.getparent().tag in _HOLDERS


def _number(value: str | None) -> int:
    return int(value) if value is not None and value.isdecimal() and len(value) < 10 else 0


def _rewrite(run: Any, cuts: dict[Any, list[_Cut]], ids: Iterator[int]) -> None:
    """Put in place of a run what it becomes."""
    made: list[Any] = []
    open_: Any = None

    def kept() -> Any:
        nonlocal open_
        if open_ is None:
            open_ = _like(run)
            made.append(open_)
        return open_

    for child in list(run):
        if child.tag == _FORMAT:
            continue
        if child not in cuts:
            kept().append(child)
            continue
        at = 0
        whole = child.text or ""
        for cut in cuts[child]:
            if cut.start > at:
                kept().append(_text("w:t", whole[at : cut.start]))
            open_ = None
            made.append(_change("w:del", run, "w:delText", whole[cut.start : cut.end], ids))
            if cut.words:
                made.append(_change("w:ins", run, "w:t", cut.words, ids))
            at = cut.end
        if at < len(whole):
            kept().append(_text("w:t", whole[at:]))
    parent, place = run.getparent(), run.getparent().index(run)
    parent.remove(run)
    for k, element in enumerate(made):
        parent.insert(place + k, element)


def _like(run: Any) -> Any:
    """An empty run of the same format."""
    made = OxmlElement("w:r")
    made.attrib.update(run.attrib)
    properties = run.find(_FORMAT)
    if properties is not None:
        made.append(deepcopy(properties))
    return made


def _text(tag: str, text: str) -> Any:
    made = OxmlElement(tag)
    made.text = text
    made.set(_PRESERVE, "preserve")
    return made


def _change(kind: str, run: Any, tag: str, text: str, ids: Iterator[int]) -> Any:
    """A tracked change with a run in it; without a date, so that the same document gives the same bytes."""
    made = OxmlElement(kind)
    made.set(_ID, str(next(ids)))
    made.set(qn("w:author"), AUTHOR)
    inner = _like(run)
    inner.append(_text(tag, text))
    made.append(inner)
    return made
