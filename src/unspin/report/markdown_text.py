"""Text and tables in Markdown (CommonMark with tables): a text comes out as text, whatever marks it holds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from unspin.report.markup import visible

__all__ = ["escaped", "table"]

# Marks with a meaning inside a line; the rest have one at its beginning only. A backslash before a letter means nothing, so
# only the marks take one; angle brackets and ampersands are written as HTML has them.
_INLINE = re.compile(r"([\\`*_\[\]{}~|$^])")
_HTML = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_AT_START = re.compile(r"^([#+=\-]|:(?=[-:])|\d{1,9}(?=[.)]))")
_ADDRESS = re.compile(r"(?i)\b(https?|ftp|mailto|www)([:.])")


def escaped(text: str) -> str:
    """The text on one line, so that Markdown shows it as it stands."""
    line = " ".join(visible(text).split())
    line = _INLINE.sub(r"\\\1", line)
    line = re.sub("[&<>]", lambda match: _HTML[match.group()], line)
    line = _ADDRESS.sub(r"\1\\\2", line)
    return _AT_START.sub(lambda m: m.group() + "\\" if m.group()[0].isdigit() else "\\" + m.group(), line)


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; its cells are escaped."""
    lines = [columns, ["---"] * len(columns), *([escaped(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
