"""Writing to an archive: add, replace and remove by identifier, committed as a whole."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from unspin.errors import DamagedData, OutputError
from unspin.text.view import as_read
from unspin.trace.archive.folder import POSTINGS, TEXTS, check, create, locked, need_libraries, schema
from unspin.trace.archive.numbers import Numbers
from unspin.trace.archive.texts import Texts
from unspin.version import version

if TYPE_CHECKING:
    import tantivy

__all__ = ["Writer"]

_MEMORY: Final = 400_000_000
"""Bytes that postings may take up before they are written."""
_LONGEST: Final = 5_000_000
"""Characters of a text that are taken in at most."""


class Writer:
    """The only writer of an archive; made by :meth:`open`. Nothing is seen by readers before :meth:`commit`."""

    def __init__(self, folder: Path, writer: tantivy.IndexWriter) -> None:
        self.folder: Final = folder
        self._writer = writer
        self._texts = Texts(folder / TEXTS)
        self._numbers = Numbers()
        self.added = 0

    @classmethod
    @contextmanager
    def open(cls, folder: str | os.PathLike[str], *, new: bool = True) -> Iterator[Self]:
        """Write to an archive, as long as this lasts; what is not committed is lost at its end.

        Args:
            folder: the archive.
            new: make one where there is none.

        Raises:
            MissingInput: there is none.
            DamagedData: it is of another version, or damaged.
            OutputError: another one is writing there, or it cannot be written.
            MissingExtra: ``unspin[trace]`` is not installed.
        """
        need_libraries()
        import tantivy

        path = Path(folder)
        if new:
            create(path, version())
        check(path)
        with locked(path), _said(path):
            index = tantivy.Index(schema(), path=str(path / POSTINGS), reuse=True)
            writer = index.writer(_MEMORY, 1)
            yield cls(path, writer)
            writer.wait_merging_threads()

    def put(self, id: str, text: str, date: str | None = None, url: str | None = None) -> None:
        """Add a document, in place of the one of that identifier if there is one."""
        import tantivy

        text = text[:_LONGEST]
        self._writer.delete_documents_by_term("id", id)
        numbers = self._numbers.of(text)
        place = self._texts.add(text, numbers)
        document = tantivy.Document(id=id, text=as_read(text))
        for field, number in (("place", place.text), ("words", len(numbers)), ("numbers", place.numbers)):
            document.add_unsigned(field, number)
        for name, value in (("date", date), ("url", url)):
            if value is not None:
                document.add_text(name, value)
        self._writer.add_document(document)
        self.added += 1

    def remove(self, id: str) -> None:
        """Remove the document of that identifier, if there is one."""
        self._writer.delete_documents_by_term("id", id)

    def commit(self) -> None:
        """Show readers all that was done. The texts are on the disk before anything speaks of them.

        Raises:
            OutputError: it cannot be written.
        """
        self._texts.save()
        with _said(self.folder):
            self._writer.commit()


@contextmanager
def _said(folder: Path) -> Iterator[None]:
    """What tantivy says when it cannot write, in a line."""
    try:
        yield
    except (OSError, ValueError) as error:
        said = " ".join(str(error).split())
        if said.startswith("Data corrupted"):
            raise DamagedData(f"{folder}: damaged ({said}); make the archive anew") from None
        raise OutputError(
            f"-o {folder}: cannot be written ({said}); check its permissions and the room on the disk"
        ) from error
