"""From bytes to text: documents as they come, with what leads back to page and paragraph."""

from unspin.documents.document import LIMITS, STANDARD_INPUT, Document, Format, Limits, Origin, Place, Run, shown
from unspin.documents.inplace import Rewritten, Stored, rewritten, stored
from unspin.documents.load import from_bytes, load
from unspin.documents.paths import expand

__all__ = [
    "LIMITS",
    "STANDARD_INPUT",
    "Document",
    "Format",
    "Limits",
    "Origin",
    "Place",
    "Rewritten",
    "Run",
    "Stored",
    "expand",
    "from_bytes",
    "load",
    "rewritten",
    "shown",
    "stored",
]
