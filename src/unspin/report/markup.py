"""HTML that cannot be broken by a text: whatever is not markup already is escaped.

:func:`element` is the only way to markup in a report. A child that is a plain ``str`` is text and comes out as text; only
what an ``element`` made is markup.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

__all__ = ["Markup", "css_string", "element", "join", "visible"]

_VOID = frozenset({"meta", "br", "path"})
# Controls, the marks that turn the direction of what follows, half characters, non-characters: none of them is text, and
# some would make a page show something else than it holds.
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9-]*\Z")


class Markup(str):
    """A string that is markup."""

    __slots__ = ()


def visible(text: str) -> str:
    """The text with U+FFFD for each character that is not fit for HTML or XML, or turns the direction of a line."""
    return _UNFIT.sub("\ufffd", text)


def element(tag: str, *children: str, **attributes: str | bool | None) -> Markup:
    """``<tag …>children</tag>``; children and attributes are escaped unless a child is :class:`Markup`.

    An attribute ``class_`` is ``class``, ``data_label`` is ``data-label``. One that is False or None is left out, one that
    is True has no value.

    Raises:
        ValueError: a name is no name.
    """
    pieces = [tag]
    for key, value in attributes.items():
        name = key.rstrip("_").replace("_", "-")
        if not _NAME.match(name):
            raise ValueError(f"{name!r} is no name of an attribute")
        if value is True:
            pieces.append(name)
        elif value is not None and value is not False:
            pieces.append(f'{name}="{html.escape(visible(value))}"')
    if not _NAME.match(tag):
        raise ValueError(f"{tag!r} is no name of an element")
    opening = f"<{' '.join(pieces)}>"
    return Markup(opening) if tag in _VOID else Markup(f"{opening}{join(children)}</{tag}>")


def join(children: Iterable[str]) -> Markup:
    """Children side by side, text escaped."""
    return Markup("".join(c if isinstance(c, Markup) else html.escape(visible(c), quote=False) for c in children))


def css_string(text: str) -> str:
    """The text as a string of CSS, safe in a ``style`` element: all but letters, digits and spaces are written as codes."""
    safe = (
        c if c.isascii() and (c.isalnum() or c == " ") else f"\\{ord(c):x} " for c in " ".join(visible(text).split())
    )
    return '"' + "".join(safe) + '"'
