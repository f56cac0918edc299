"""From bytes to text: documents as they come, with what is needed to write them back unchanged."""

from unspin.documents.load import STANDARD_INPUT, Document, decode, load, shown
from unspin.documents.paths import expand

__all__ = ["STANDARD_INPUT", "Document", "decode", "expand", "load", "shown"]
