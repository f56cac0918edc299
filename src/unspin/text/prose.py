"""The prose of a text: the view of it that is read."""

from __future__ import annotations

from unspin.text.literals import literals
from unspin.text.markup import markup
from unspin.text.view import View, plain

__all__ = ["prose"]


def prose(text: str) -> View:
    """The text as a reader sees it: no markup, no invisible signs, and one mark in the place of each literal.

    Linear in the length of the text. A text that has none of them is its own view.
    """
    seen = plain(text)
    seen = seen.without(markup(seen.text))
    return seen.without(literals(seen.text))
