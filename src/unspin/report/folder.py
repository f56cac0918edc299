"""A folder of reports: one for each document, and an overview that leads to them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePath
from urllib.parse import quote

from unspin.errors import UnspinError
from unspin.report import html
from unspin.report.content import report
from unspin.report.export import FORMATS, Format, export
from unspin.report.source import Entry
from unspin.settings import Settings

__all__ = ["INDEX", "files"]

INDEX = "index.html"
"""The overview; HTML whatever the format of the reports."""

_LONGEST_STEM = 80


def files(
    entries: Sequence[Entry], format: str, *, public: bool = False, settings: Settings | None = None
) -> Iterator[tuple[str, bytes]]:
    """Name and content of each file; the overview comes last, and what could not be read stands in it alone."""
    names = _names(entries, FORMATS[format])
    for entry, name in zip(entries, names, strict=True):
        if isinstance(entry.outcome, UnspinError):
            continue
        if format == "html":
            yield name, html.render(report([entry], public=public, settings=settings), back=INDEX).encode()
        else:
            yield name, export([entry], format, public=public, settings=settings)
    links = [quote(name) for name in names]
    yield INDEX, html.index(report(entries, public=public, settings=settings), links).encode()


def _names(entries: Sequence[Entry], format: Format) -> list[str]:
    """A file name for each report: all different, on systems that know no case too, and of plain characters only."""
    taken = {INDEX}
    names = []
    for entry in entries:
        last = PurePath(entry.source.name).name
        stem = re.sub(r"[^\w.-]+", "-", last, flags=re.ASCII).strip(".-")[:_LONGEST_STEM] or "document"
        name, number = f"{stem}{format.suffix}", 1
        while name.lower() in taken:
            number += 1
            name = f"{stem}-{number}{format.suffix}"
        taken.add(name.lower())
        names.append(name)
    return names
