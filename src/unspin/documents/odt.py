"""ODT, the text documents of LibreOffice: the text as shown, notes and text boxes; no comments and deleted text.

The vocabulary: https://docs.oasis-open.org/office/OpenDocument/v1.3/
"""

from __future__ import annotations

from typing import Final

from unspin.documents.archives import opened
from unspin.documents.document import Extract, Limits
from unspin.documents.markup import Rules, blocks
from unspin.documents.sources import extracted
from unspin.errors import UnknownFormat

__all__ = ["extract"]

_CONTENT: Final = "content.xml"
_MANIFEST: Final = "META-INF/manifest.xml"
_RULES: Final = Rules(
    inside=frozenset({"text"}),
    blocks=frozenset({"p", "h"}),
    skipped=frozenset(
        "tracked-changes annotation note-citation object math bibliography table-of-content alphabetical-index"
        " illustration-index table-index object-index user-index script hidden-text hidden-paragraph ruby-text desc"
        " sequence-decls variable-decls".split()
    ),
    locked=frozenset("bibliography-mark reference-ref bookmark-ref note-ref sequence-ref".split()),
    blanks=frozenset("s tab line-break soft-page-break".split()),
)


def extract(data: bytes, limits: Limits) -> Extract:
    """The paragraphs of a text document.

    Raises:
        UnknownFormat: it is encrypted.
        InputError: it is damaged, or unpacks to more than the limits allow.
        EmptyInput: it holds no text.
    """
    with opened(data, limits, "ODT") as archive:
        if _MANIFEST in archive.namelist() and b"encryption-data" in archive.read(_MANIFEST):
            raise UnknownFormat("encrypted; save it without a password")
        content = archive.read(_CONTENT)
    return extracted(blocks(content, _RULES, _CONTENT), limits)
