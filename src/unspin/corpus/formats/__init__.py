"""The formats of a corpus, each a module of its own, behind a few functions.

::

    for split in splits(source, columns):
        for chunk in read(source, split, columns):
            segments.append(encode(source, chunk.raw, keep))
    write(source, segments, folder)

pyarrow is loaded when the first file is opened.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from unspin.corpus.formats.chunks import Chunk, Columns, Failure, Files, Guard, Position, Raw, Rows, Split, TableRows
from unspin.corpus.sources import Source
from unspin.errors import MissingExtra

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from unspin.corpus.formats.output import Layout

__all__ = [
    "Chunk", "Columns", "Failure", "Files", "Guard", "Position", "Raw", "Rows", "Split", "TableRows",
    "bundled", "companions", "encode", "layout", "read", "splits", "write",
]  # fmt: skip


def _module(source: Source) -> ModuleType:
    """The module that reads a source."""
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        raise MissingExtra("scan", "reading a corpus") from None
    return importlib.import_module(f"{__name__}.{source.format.kind}")


def bundled(sources: Sequence[Source]) -> list[Source]:
    """The sources, with plain texts put together by the thousand: each of these new sources is many files."""
    from unspin.corpus.formats import texts

    return texts.bundled(sources)


def splits(source: Source, columns: Columns) -> list[Split]:
    """The parts of a file that can be worked on independently, at least one.

    Raises:
        InputError: the file cannot be read, is not what its name says, or has no such column of text; one of its
            subclasses where there is one.
        MissingExtra: a library for this format is not installed.
    """
    found: list[Split] = _module(source).splits(source, columns)
    return found


def read(
    source: Source,
    split: Split,
    columns: Columns,
    position: Position | None = None,
    *,
    keep: bool = True,
    guard: Guard | None = None,
) -> Iterator[Chunk]:
    """The documents of a split, chunk by chunk, from ``position`` on, or from its beginning.

    Args:
        source: the file.
        split: one of what :func:`splits` gave.
        columns: where text and identifier stand.
        position: the position of a chunk; what comes is then what came after that chunk.
        keep: whether the rows are wanted as they are stored; without, :attr:`Chunk.raw` is None, and columns that are
            not needed are not read.
        guard: for the work on records that may hang or end the process; formats that do no such work take no notice.

    Raises:
        CorruptInput: after all good chunks before the damage.
        MissingInput: the file cannot be read any more.
        MissingExtra: a library for this format is not installed.
    """
    chunks: Iterator[Chunk] = _module(source).read(source, split, columns, position, keep, guard or Guard())
    return chunks


def encode(source: Source, raw: Raw, keep: NDArray[np.bool_], others: bool = True) -> bytes:
    """Some rows of a chunk, untouched, in the format and the compression of the file.

    What belongs to the file and not to a row (a byte order mark, the header of CSV, the description of a WARC file) goes along
    always, rows that are failures never.

    Args:
        source: the file.
        raw: the rows of a chunk.
        keep: for each row of the chunk's batch whether it is kept.
        others: whether records of WARC that hold no document go along.

    Returns:
        Bytes for :func:`unspin.corpus.formats.output.assemble`; they may be empty.
    """
    if isinstance(raw, TableRows):
        from unspin.corpus.formats import tables

        return tables.encode(raw, keep)
    if isinstance(raw, Files):
        from unspin.corpus.formats import texts

        return texts.encode(raw, keep)
    from unspin.corpus.formats import packing

    return packing.encode(source.format, raw, keep, others)


def layout(source: Source) -> Layout:
    """How what :func:`encode` gives becomes one file again.

    Raises:
        InputError: as :func:`splits`.
    """
    from unspin.corpus.formats.output import Layout

    compression = source.format.compression
    if source.format.kind in ("parquet", "arrow"):
        found: Layout = _module(source).layout(source)
        return found
    return Layout(compression or "plain")


def companions(source: Source) -> dict[str, bytes]:
    """Files that belong beside a kept file, by name: what the ``datasets`` library needs to load the folder.

    They are the same for all files of a folder; for other formats there are none.
    """
    if source.format.kind != "arrow":
        return {}
    found: dict[str, bytes] = _module(source).companions(source)
    return found


def write(source: Source, segments: Iterable[bytes], folder: Path) -> None:
    """What is kept of a source, as its file or its files in ``folder``, with what belongs beside it.

    Args:
        source: the file, or the many files.
        segments: what :func:`encode` gave, in order; one is held at a time.
        folder: where its name leads from.

    Raises:
        OutputError: it cannot be written.
        InputError: as :func:`splits`.
    """
    from unspin.corpus.formats import output, texts

    if source.files:
        texts.write(segments, folder)
        return
    output.assemble(segments, folder / source.name, layout(source))
    for name, contents in companions(source).items():
        with output.atomic(folder / name) as file:
            file.write(contents)
