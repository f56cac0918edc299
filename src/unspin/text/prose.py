"""The prose of a text: the view of it that is read."""

from __future__ import annotations

import re
from typing import Final

from unspin.text.literals import literals
from unspin.text.markup import markup
from unspin.text.view import Cut, View, plain

__all__ = ["prose"]

_RETURN: Final = re.compile(r"\r(?!\n)")


def prose(text: str) -> View:
    """The text as a reader sees it: no markup, no invisible signs, and one mark in the place of each literal.

    A carriage return that ends a line by itself is a line feed there, so that whoever looks for lines finds them. Linear in the
    length of the text. A text that has none of them is its own view.
    """
    seen = plain(text)
    if "\r" in seen.text:
        seen = seen.without(Cut(*match.span(), "\n") for match in _RETURN.finditer(seen.text))
    seen = seen.without(markup(seen.text))
    return seen.without(literals(seen.text))
