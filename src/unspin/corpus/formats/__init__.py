"""The formats of a corpus, each a module of its own, behind a few functions.

::

    for split in splits(source, columns):
        for chunk in read(source, split, columns):
            segments.append(encode(source, chunk.raw, keep))    # or mend(source, chunk.raw, restored, columns)
    write(source, segments, folder, columns)

numpy and pyarrow are loaded when the first file is opened: who only hands files to workers has no use for them.
"""

from __future__ import annotations

import importlib
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Final

from unspin.corpus.formats.chunks import Chunk, Columns, Failure, Files, Guard, Position, Raw, Rows, Split, TableRows
from unspin.corpus.sources import Source, is_remote
from unspin.errors import MissingExtra

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from unspin.corpus.formats.output import Layout

__all__ = [
    "Chunk", "Columns", "Failure", "Files", "Guard", "Position", "Raw", "Rows", "Split", "TableRows",
    "beside", "bundled", "companions", "encode", "layout", "mend", "read", "splits", "write",
]  # fmt: skip

AS_IT_IS: Final = Columns()
"""No new column."""


def _module(source: Source) -> ModuleType:
    """The module that reads a source."""
    if find_spec("pyarrow") is None:  # not imported: who only lists the files has no use for it
        raise MissingExtra("scan", "reading a corpus")
    return importlib.import_module(f"{__name__}.{source.format.kind}")


def bundled(sources: Sequence[Source]) -> list[Source]:
    """The sources, with plain texts put together by the thousand: each of these new sources is many files."""
    if all(source.format.kind != "text" for source in sources):
        return list(sources)
    from unspin.corpus.formats import texts

    return texts.bundled(sources)


def beside(source: Source, restored: str) -> str:
    """The name of the file of a restored plain text beside its own."""
    from unspin.corpus.formats import texts

    return texts.beside(source.name, restored, source.format.compression)


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


def mend(source: Source, raw: Raw, restored: pa.Array, columns: Columns) -> bytes:
    """All rows of a chunk as :func:`encode` has them, with restored texts in place of the page's or beside them.

    Args:
        source: the file.
        raw: the rows of a chunk.
        restored: for each row of the chunk's batch its restored text, null where it stays as it is. Such a row is untouched,
            but for an empty field in a new column of CSV, Parquet and Arrow.
        columns: where the text stands, and whether the restored text has a column of its own.

    Raises:
        InputError: there is a column of that name.
    """
    import numpy as np

    from unspin.corpus.formats import packing, tables, texts

    if isinstance(raw, TableRows):
        return tables.mend(raw, restored, columns)
    found = {row: text for row, text in enumerate(restored.to_pylist()) if text is not None}
    if isinstance(raw, Files):
        return texts.mend(raw, found, columns)
    rows: Rows = _module(source).mended(source, raw, found, columns)
    return packing.encode(source.format, rows, np.ones(len(restored), np.bool_), others=True)


def layout(source: Source, columns: Columns = AS_IT_IS) -> Layout:
    """How what :func:`encode` or :func:`mend` gives becomes one file again; ``columns`` names a new one, if there is one.

    Raises:
        InputError: as :func:`splits`.
    """
    from unspin.corpus.formats.output import Layout

    compression = source.format.compression
    if source.format.kind in ("parquet", "arrow"):
        from unspin.corpus.formats import tables

        found: Layout = _module(source).layout(source)
        return found if found.schema is None else replace(found, schema=tables.schema(found.schema, columns))
    return Layout(compression or "plain")


def companions(source: Source, columns: Columns = AS_IT_IS) -> dict[str, bytes]:
    """Files that belong beside a kept file, by name: what the ``datasets`` library needs to load the folder.

    They are the same for all files of a folder; for other formats there are none.
    """
    if source.format.kind != "arrow":
        return {}
    found: dict[str, bytes] = _module(source).companions(source, columns)
    return found


def write(
    source: Source, segments: Iterable[bytes], folder: Path, columns: Columns, *, untouched: bool = False
) -> None:
    """What is kept of a source, as its file or its files in ``folder``, with what belongs beside it.

    Args:
        source: the file, or the many files.
        segments: what :func:`encode` or :func:`mend` gave, in order; one is held at a time.
        folder: where its name leads from.
        columns: as given to :func:`mend`.
        untouched: whether every row of the file is there as it was; then a file of this machine is copied.

    Raises:
        OutputError: it cannot be written.
        InputError: as :func:`splits`.
    """
    from unspin.corpus.formats import output, texts
    from unspin.corpus.formats.files import open_file

    if source.files:
        texts.write(segments, folder)
        return
    if untouched and not is_remote(source.url):
        with output.atomic(folder / source.name) as file, open_file(source.url) as stored:
            shutil.copyfileobj(stored, file)
    else:
        output.assemble(segments, folder / source.name, layout(source, columns))
    for name, contents in companions(source, columns).items():
        with output.atomic(folder / name) as file:
            file.write(contents)
