"""JATS, the XML of journals: titles, abstracts, body, captions and notes; no references, formulas, code and tables.

The vocabulary: https://jats.nlm.nih.gov/archiving/tag-library/1.3/
"""

from __future__ import annotations

from typing import Final

from unspin.documents.document import Extract, Limits
from unspin.documents.markup import Rules, blocks
from unspin.documents.sources import extracted

__all__ = ["extract"]

_RULES: Final = Rules(
    inside=frozenset(
        "title-group abstract trans-abstract body sub-article ack app app-group fn-group floats-group bio".split()
    ),
    blocks=frozenset("p title article-title subtitle attrib verse-line def-head term-head speaker term".split()),
    skipped=frozenset(
        "ref-list ref table disp-formula disp-formula-group math tex-math code preformat label object-id front-stub"
        " journal-meta graphic media alternatives inline-graphic alt-text long-desc chem-struct chem-struct-wrap"
        " processing-meta contrib-group aff permissions".split()
    ),
    locked=frozenset("xref inline-formula monospace ext-link uri email element-citation mixed-citation".split()),
    blanks=frozenset({"break"}),
)


def extract(data: bytes, limits: Limits) -> Extract:
    """The paragraphs of an article. Raises as :func:`unspin.documents.markup.blocks`, and EmptyInput."""
    return extracted(blocks(data, _RULES), limits)
