"""From the files of a corpus and from documents to an archive, resumable after every commit."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import orjson

from unspin.corpus.formats import Chunk, Columns, bundled, read, splits
from unspin.corpus.sources import Source, discover, is_remote, shown
from unspin.documents import LIMITS, expand, load
from unspin.documents.formats import DOCUMENT_SUFFIXES
from unspin.errors import InputError, MissingExtra, MissingInput
from unspin.files import save
from unspin.trace.archive.archive import Archive
from unspin.trace.archive.columns import Further, further
from unspin.trace.archive.folder import PROGRESS
from unspin.trace.archive.writing import Writer

__all__ = ["Built", "Watcher", "build", "removed"]

_COMMIT: Final = 256 * 1024**2
"""Bytes of text after which what was done is committed."""


@dataclass
class Built:
    """How a build ended.

    Attributes:
        added: documents that were added or replaced.
        empty: documents without a word, which are left out.
        failures: a line for each file or record that could not be read.
    """

    added: int = 0
    empty: int = 0
    failures: list[str] = field(default_factory=list)


class Watcher:
    """Told how a build gets on; this one does nothing."""

    def begin(self, size: int, documents: int) -> None:
        """The inputs are known: bytes of corpora, and documents beside them."""

    def advance(self, size: int, added: int) -> None:
        """So many bytes were read and documents taken in."""


def build(
    inputs: Sequence[str],
    folder: str | os.PathLike[str],
    columns: Columns,
    more: Further,
    watcher: Watcher | None = None,
) -> Built:
    """Put texts into an archive, or go on with a build that was stopped.

    A document whose identifier is there already is replaced. Files and records that cannot be read stop nothing but
    themselves.

    Args:
        inputs: files, folders, patterns, URLs: corpora, and documents (HTML, PDF, DOCX).
        folder: the archive, new or there already.
        columns: where text and identifier stand.
        more: where date and address stand.
        watcher: who is told how it gets on.

    Raises:
        InputError: there is nothing to read.
        OutputError: the archive cannot be written, or another one is writing there.
        DamagedData: it is of another version.
        MissingExtra: ``unspin[trace]`` is not installed.
    """
    watcher = watcher or Watcher()
    columns = replace(columns, asked=columns.asked + more.named())
    built = Built()
    found = discover(inputs, passed_over=frozenset(DOCUMENT_SUFFIXES))
    documents = _documents(inputs)
    built.failures += map(str, found.errors)
    if not found.sources and not documents:  # said before a folder is made for it
        raise MissingInput(built.failures[0] if built.failures else "nothing to read there; name files or folders")
    with Writer.open(folder) as writer:
        sources = bundled(found.sources)
        watcher.begin(sum(source.size for source in sources), len(documents))
        progress = _Progress(Path(folder) / PROGRESS, [columns.text, columns.id, more.date, more.url])
        for source in sources:
            _corpus(source, writer, columns, more, progress, watcher, built)
        for path in documents:
            _document(path, writer, progress, watcher, built)
        writer.commit()
        progress.end()
    built.added = writer.added
    return built


class _Progress:
    """What is done of which file: written after each commit, so that what it says is on the disk."""

    def __init__(self, path: Path, settings: Sequence[str]) -> None:
        self._path = path
        self._settings = list(settings)
        self._done: dict[str, Any] = {}
        self._waiting = 0
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            before = orjson.loads(path.read_bytes())
            if before["settings"] == self._settings:
                self._done = before["done"]

    def of(self, key: str) -> Any:
        """``True`` for what is done, the position in what is begun, None for what is not."""
        return self._done.get(key)

    def reached(self, key: str, position: Any, size: int, writer: Writer) -> None:
        """Note it; committed now and then."""
        self._done[key] = position
        self._waiting += size
        if self._waiting >= _COMMIT:
            writer.commit()
            save(self._path, orjson.dumps({"settings": self._settings, "done": self._done}))
            self._waiting = 0

    def end(self) -> None:
        """All is done."""
        with contextlib.suppress(FileNotFoundError):
            self._path.unlink()


def _corpus(
    source: Source, writer: Writer, columns: Columns, more: Further, progress: _Progress, watcher: Watcher, built: Built
) -> None:
    try:
        for split in splits(source, columns):
            key = f"{source.url}:{source.size}:{source.changed}:{split.key}"
            done = progress.of(key)
            if done is True:
                watcher.advance(split.size, 0)
                continue
            for chunk in read(source, split, columns, done, keep=bool(more), guard=None):
                before = writer.added
                _chunk(source, chunk, writer, more, built)
                watcher.advance(chunk.bytes_read, writer.added - before)
                progress.reached(key, chunk.position, chunk.batch["text"].nbytes, writer)
            progress.reached(key, True, 0, writer)
    except (InputError, MissingExtra) as error:
        built.failures.append(str(error))


def _chunk(source: Source, chunk: Chunk, writer: Writer, more: Further, built: Built) -> None:
    paths = {file.name: file.url for file in source.files}
    names = chunk.batch["source"].to_pylist() if "source" in chunk.batch.schema.names else None
    ids, texts = chunk.batch["id"].to_pylist(), chunk.batch["text"].to_pylist()
    offsets = chunk.batch["offset"].to_pylist()
    found = further(source, chunk, more)
    for row, (id, text, offset) in enumerate(zip(ids, texts, offsets, strict=True)):
        if names is not None:
            id = paths.get(names[row], names[row])
        elif id == f"{source.name}:{offset}":
            id = f"{source.url}:{offset}"
        if text is None or not text.strip():
            built.empty += 1
            continue
        writer.put(id, text, *found[row])
    for failure in chunk.failures:
        where = failure.source or source.url
        built.failures.append(f"{shown(where)}, offset {failure.offset:,}: {failure.reason}")


def _documents(inputs: Sequence[str]) -> list[str]:
    """The HTML, PDF and DOCX among the inputs and below them."""
    local = [given for given in inputs if not is_remote(given)]
    return [path for path in expand(local) if Path(path).suffix.lower() in DOCUMENT_SUFFIXES]


def _document(path: str, writer: Writer, progress: _Progress, watcher: Watcher, built: Built) -> None:
    try:
        size = os.path.getsize(path) if os.path.exists(path) else 0
        key = f"{path}:{size}"
        if progress.of(key) is not True:
            writer.put(path, load(path, LIMITS).text)
            progress.reached(key, True, size, writer)
    except (InputError, MissingExtra) as error:
        built.failures.append(str(error))
    watcher.advance(0, 1)


def removed(ids: Sequence[str], folder: str | os.PathLike[str]) -> list[str]:
    """Remove documents by their identifiers; those of which there is none.

    Raises:
        MissingInput: there is no such archive.
        OutputError: it cannot be written.
    """
    with Writer.open(folder, new=False) as writer:
        writer.commit()  # so that there is something to look at
        archive = Archive(folder)
        missing = [id for id in ids if id not in archive]
        for id in ids:
            writer.remove(id)
        writer.commit()
    return missing
