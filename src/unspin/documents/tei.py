"""TEI, the XML of editions and of GROBID: abstract and text; no bibliographies, formulas, code and tables.

The vocabulary: https://tei-c.org/release/doc/tei-p5-doc/en/html/
"""

from __future__ import annotations

from typing import Final

from unspin.documents.document import Extract, Limits
from unspin.documents.markup import Rules, blocks
from unspin.documents.sources import extracted

__all__ = ["extract"]

_RULES: Final = Rules(
    inside=frozenset({"abstract", "text"}),
    blocks=frozenset("p head ab l item quote note figDesc byline opener closer salute signed trailer argument".split()),
    # Of what an editor has mended, the page as found is read: sic, orig and abbr.
    skipped=frozenset(
        "listBibl biblStruct biblFull table eg fw label corr reg expan index listPerson listPlace".split()
    ),
    locked=frozenset("ref ptr bibl formula code gap idno".split()),
    blanks=frozenset({"cb", "lb", "pb"}),
)


def extract(data: bytes, limits: Limits) -> Extract:
    """The paragraphs of a text. Raises as :func:`unspin.documents.markup.blocks`, and EmptyInput."""
    return extracted(blocks(data, _RULES), limits)
