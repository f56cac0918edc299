"""``--from`` and ``--index`` of ``unspin report``: each document beside its source."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from unspin.cli.inputs import opened
from unspin.errors import OptionError

if TYPE_CHECKING:
    from unspin.reading import Reading
    from unspin.report.source import Origin

__all__ = ["Finder", "finder"]

Finder = Callable[["Reading"], "Origin"]
"""From the reading of a document to where it comes from."""


def finder(source: str | None, index: str | None, *, public: bool) -> Finder | None:
    """How the source of a document is told; None where nobody asked.

    Args:
        source: the path of the source of all documents.
        index: the folder of an archive in which the source of each is looked for.
        public: leave out where it lies on this machine.

    Raises:
        OptionError: both are given.
        InputError: the source cannot be read, or there is no such archive.
        DamagedData: the archive is of another version, or damaged.
        MissingExtra: ``unspin[trace]`` is not installed.
    """
    if source is not None and index is not None:
        raise OptionError("--from and --index: give one of the two")
    if source is None and index is None:
        return None
    from unspin.documents import shown
    from unspin.trace import Archive, compare, search
    from unspin.trace.origins import given, searched

    def named(name: str) -> str:
        return shown(os.path.basename(name)) if public and not _address(name) else shown(name)

    if source is not None:
        text = opened(source).text
        return lambda reading: given(named(source), compare(reading.text, text), reading)
    assert index is not None
    archive = Archive(index)
    return lambda reading: searched(search(reading.text, archive, reading), reading, named)


def _address(name: str) -> bool:
    """Whether a name leads somewhere that all can go."""
    from unspin.documents.address import is_address

    return is_address(name)
