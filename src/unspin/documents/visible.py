"""What of a page of HTML somebody sees who looks at it, by elements, attributes, inline styles and well-known classes.

What a page says to screen readers alone is left out, and what it keeps from them (``aria-hidden``) is read: the text is
judged as it was published to be looked at.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from lxml.html import HtmlElement  # type: ignore[import-untyped]

from unspin.documents.styles import declarations, font_is_zero, hides, visibility

__all__ = ["keep_visible"]

_NEVER: Final = frozenset(
    "script style noscript template iframe object embed svg canvas audio video select datalist button textarea"
    " mjx-assistive-mml".split()
)
# Classes that popular style sheets (Bootstrap, Tailwind, WordPress, HTML5 Boilerplate, Foundation, KaTeX, MathJax, Wikipedia)
# hide from all but screen readers, and those of fonts that draw a picture for a word.
_HIDDEN_CLASSES: Final = frozenset(
    "sr-only visually-hidden visuallyhidden screen-reader-text screen-reader-only screenreader-only screen-reader"
    " hidden-visually u-visually-hidden u-hidden-visually is-visually-hidden show-for-sr element-invisible a11y-hidden"
    " visually-hidden-focusable sr-only-focusable katex-mathml MJX_Assistive_MathML mwe-math-mathml-a11y"
    " material-icons material-icons-outlined material-icons-round material-icons-sharp material-symbols-outlined"
    " material-symbols-rounded material-symbols-sharp".split()
)
# Windows and menus that a style sheet hides until they are asked for carry aria-hidden as well.
_POPUP_ROLES: Final = frozenset({"dialog", "alertdialog", "menu", "tooltip"})
_POPUP_CLASSES: Final = frozenset("modal offcanvas drawer popup popover tooltip lightbox dropdown-menu".split())


class _Inherited(NamedTuple):
    """What an element has from those around it."""

    is_shown: bool = True
    is_zero: bool = False

    @property
    def is_visible(self) -> bool:
        return self.is_shown and not self.is_zero


def keep_visible(root: HtmlElement, leave_out: Callable[[HtmlElement], bool]) -> None:
    """Take out of a tree what nobody sees who looks at it, and what else is to be left out; ``aria-hidden`` goes, too."""
    open_ = [(root, _inherited(root, _Inherited()))]
    while open_:
        element, state = open_.pop()
        element.attrib.pop("aria-hidden", None)
        element.text = _seen(element.text, state)
        for child in _pruned(element, lambda child: _is_hidden(child) or leave_out(child)):
            child.tail = _seen(child.tail, state)
            open_.append((child, _inherited(child, state)))


def _pruned(parent: HtmlElement, is_out: Callable[[HtmlElement], bool]) -> list[HtmlElement]:
    """Take children out of their parent; the result are those that stay.

    The text between is put together once for all that stood in a row, so that the time is in step with the length.
    """
    kept: list[HtmlElement] = []
    between: list[str] = []
    for child in list(parent):
        if is_out(child):
            between.append(child.tail or "")
            parent.remove(child)
            continue
        _append(parent, kept, between)
        kept.append(child)
        between = []
    _append(parent, kept, between)
    return kept


def _append(parent: HtmlElement, kept: list[HtmlElement], texts: list[str]) -> None:
    """Put texts after the last of the children that are kept."""
    if not any(texts):
        return
    if kept:
        kept[-1].tail = (kept[-1].tail or "") + "".join(texts)
    else:
        parent.text = (parent.text or "") + "".join(texts)


def _is_hidden(element: HtmlElement) -> bool:
    attributes = element.attrib
    if element.tag in _NEVER or "hidden" in attributes or (element.tag == "dialog" and "open" not in attributes):
        return True
    classes = attributes.get("class", "").split()
    if not _HIDDEN_CLASSES.isdisjoint(classes):
        return True
    if attributes.get("aria-hidden") == "true":
        is_popup = attributes.get("role") in _POPUP_ROLES or attributes.get("aria-modal") == "true"
        if is_popup or not _POPUP_CLASSES.isdisjoint(classes):
            return True
    return "style" in attributes and hides(declarations(attributes["style"]))


def _inherited(element: HtmlElement, around: _Inherited) -> _Inherited:
    if "style" not in element.attrib:
        return around
    style = declarations(element.attrib["style"])
    shown, zero = visibility(style), font_is_zero(style)
    return _Inherited(around.is_shown if shown is None else shown, around.is_zero if zero is None else zero)


def _seen(text: str | None, state: _Inherited) -> str | None:
    """What is seen of a text: a gap of it where it is not shown, nothing where its font has no size."""
    if state.is_visible or text is None or text.isspace():
        return text
    return "" if state.is_zero else " "
