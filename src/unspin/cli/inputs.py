"""The document that a command was given: a file, standard input, or an address of the web."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unspin.cli.streams import remark

if TYPE_CHECKING:
    from unspin.documents import Document
    from unspin.report.source import Source

__all__ = ["opened", "source_of"]


def opened(path: str) -> Document:
    """Read a document; of one at an address it is said on standard error that it was fetched.

    Raises:
        InputError, MissingExtra: as :func:`unspin.documents.load` and :func:`unspin.documents.address.fetch`.
    """
    from unspin import documents
    from unspin.documents.address import is_address, load_address

    if is_address(path):
        # Whoever types an address at their own machine may look at their own network.
        return load_address(path, private=True, said=remark)
    return documents.load(path)


def source_of(document: Document) -> Source:
    """The document as reports name it, and where what was read of it stands."""
    from unspin.documents import shown, stored
    from unspin.report.source import Source

    return Source(shown(document.path), document.format, document.place, stored(document))
