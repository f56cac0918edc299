"""Where a page was taken from: a page against a source, word by word, and a page against an archive.

The room can be called: ``unspin.trace(text, archive)`` is :func:`trace`, which is its main purpose.
"""

from __future__ import annotations

import os
import sys
from types import ModuleType
from typing import Any

from unspin.comparison import Comparison
from unspin.reader import read
from unspin.settings import CLAIMED_FROM, Settings
from unspin.trace.archive import Archive, Writer
from unspin.trace.comparing import compare
from unspin.trace.restoring import restored
from unspin.trace.results import Match, Restoration, Trace
from unspin.trace.tracing import glanced, search

__all__ = [
    "Archive",
    "Comparison",
    "Match",
    "Restoration",
    "Trace",
    "Writer",
    "compare",
    "glanced",
    "restored",
    "search",
    "trace",
]


def trace(
    page: str,
    archive: Archive | str | os.PathLike[str],
    settings: Settings | None = None,
    *,
    reader: bool = True,
    claimed_from: float = CLAIMED_FROM,
) -> Trace:
    """The sources of a page in an archive, or that there is none.

    Args:
        page: the page.
        archive: an archive, or the folder of one.
        settings: how the page is read.
        reader: read the page first, so that the words that the reader restores are asked for too; without, it is searched for
            as it stands, which takes milliseconds.
        claimed_from: probability from which a document is called a source, 0 to 1.

    Raises:
        TypeError: ``page`` is not a string.
        MissingInput: there is no such archive.
        DamagedData: it is of another version, or damaged.
        MissingExtra: ``unspin[trace]`` is not installed.
    """
    opened = archive if isinstance(archive, Archive) else Archive(archive)
    return search(page, opened, read(page, settings) if reader else None, claimed_from)


class _Room(ModuleType):
    """This package, which can be called: a module of the name ``unspin.trace`` would hide a function of that name."""

    def __call__(self, *args: Any, **kwargs: Any) -> Trace:
        return trace(*args, **kwargs)


sys.modules[__name__].__class__ = _Room
