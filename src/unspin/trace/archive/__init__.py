"""An archive of texts on disk: built once, added to, searched."""

from unspin.trace.archive.archive import Archive, Hit, Stored, Term, Where
from unspin.trace.archive.writing import Writer

__all__ = ["Archive", "Hit", "Stored", "Term", "Where", "Writer"]
