"""Folders and patterns to files, always in the same order."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from unspin.documents.document import STANDARD_INPUT
from unspin.documents.formats import DOCUMENT_SUFFIXES, TEXT_SUFFIXES

__all__ = ["documents_below", "expand"]


def expand(paths: Iterable[str | os.PathLike[str]]) -> list[str]:
    """The documents that ``paths`` name, each once, those of one folder or pattern sorted by name.

    From a folder, with all below it, come plain text, HTML, PDF and DOCX by their suffixes (also where the optional part
    is not installed, so that none is passed over in silence); hidden files and what Word keeps beside an open document
    are left out. Whatever cannot be read (a link to nothing, a pipe, a folder that is closed to the user or has nothing
    in it) keeps its place in the list, so that loading it says what is wrong.
    """
    return list(dict.fromkeys(file for path in paths for file in _expand_one(os.fspath(path))))


def _expand_one(path: str) -> Iterator[str]:
    if path == STANDARD_INPUT:
        yield path
    elif os.path.isdir(path):
        yield from sorted(documents_below(path)) or [path]
    elif not os.path.exists(path) and glob.has_magic(path):
        matches = sorted(glob.glob(path, recursive=True))
        for match in matches:
            yield from _expand_one(match)
        if not matches:
            yield path
    else:
        yield path


def documents_below(folder: str) -> Iterator[str]:
    """The documents of a folder and of those below it, and the folders that cannot be opened, in no order."""
    closed: list[str] = []
    for parent, folders, names in os.walk(folder, onerror=lambda error: closed.append(error.filename)):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            if not name.startswith((".", "~$")) and Path(name).suffix.lower() in TEXT_SUFFIXES | DOCUMENT_SUFFIXES:
                yield os.path.join(parent, name)
    yield from closed
