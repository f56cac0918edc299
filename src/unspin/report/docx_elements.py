"""Pieces of WordprocessingML that python-docx has no words for: tracked changes, comment ranges, fields.

Element names and their order are those of ISO/IEC 29500-1, 17.13 (annotations) and 17.16 (fields).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement

from unspin.report.markup import visible

__all__ = ["SHADE", "change", "commented", "element", "page_number", "run"]

SHADE = "F6E7DD"
"""Colour behind the parts that read as spun, where they are not the whole text."""

_XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_BREAKS = str.maketrans(dict.fromkeys("\r\n\t\v\f\x85\u2028\u2029", " "))


def element(tag: str, **attributes: str) -> Any:
    """``element("w:ins", author="me")``: an element of the namespace w with attributes of the same."""
    return OxmlElement(tag, {qn(f"w:{name}"): value for name, value in attributes.items()})


def run(text: str, tag: str = "w:t", *, shaded: bool = False, line: str = "") -> Any:
    """A run with its text; white space stays, line breaks become spaces.

    Args:
        text: what it says.
        tag: of the element that holds the text.
        shaded: on the colour of what reads as spun.
        line: the kind of underline, as ``"dotted"``.
    """
    made, body = element("w:r"), element(tag)
    if shaded or line:
        look = element("w:rPr")
        if line:
            look.append(element("w:u", val=line))
        if shaded:
            look.append(element("w:shd", val="clear", color="auto", fill=SHADE))
        made.append(look)
    body.text = visible(text.translate(_BREAKS))
    body.set(_XML_SPACE, "preserve")
    made.append(body)
    return made


def change(found: str, original: str, author: str, identities: Iterator[int], *, shaded: bool = False) -> Iterator[Any]:
    """What is found and what is put there as a tracked deletion and a tracked insertion; where both are the same, as it is."""
    if found == original:
        yield run(found, shaded=shaded)
        return
    if found:
        deleted = element("w:del", id=str(next(identities)), author=author)
        deleted.append(run(found, "w:delText", shaded=shaded))
        yield deleted
    if original:
        inserted = element("w:ins", id=str(next(identities)), author=author)
        inserted.append(run(original, shaded=shaded))
        yield inserted


def commented(body: Iterator[Any], identity: int) -> Iterator[Any]:
    """``body`` between the marks of a comment."""
    yield element("w:commentRangeStart", id=str(identity))
    yield from body
    yield element("w:commentRangeEnd", id=str(identity))
    reference = element("w:r")
    reference.append(element("w:commentReference", id=str(identity)))
    yield reference


def page_number() -> Any:
    """A field that shows the number of the page."""
    field = element("w:fldSimple", instr="PAGE")
    field.append(run("1"))
    return field
