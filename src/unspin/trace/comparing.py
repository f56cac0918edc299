"""A page against a source."""

from __future__ import annotations

from unspin.comparison import Comparison
from unspin.trace.evidence import comparison
from unspin.trace.links import link
from unspin.trace.sides import side

__all__ = ["compare"]


def compare(page: str, source: str) -> Comparison:
    """What a page has of a source, and what it changed.

    Args:
        page: the text that may have been made from the other.
        source: the text that it may have been made from.

    Raises:
        TypeError: one of them is not a string.
        MissingExtra: ``unspin[trace]`` is not installed.
    """
    for name, text in (("page", page), ("source", source)):
        if not isinstance(text, str):
            raise TypeError(f"{name} must be a str, not {type(text).__name__}")
    return comparison(link(side(page), side(source)))
