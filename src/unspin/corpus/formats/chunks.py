"""What reading a corpus gives: splits of a file, chunks of a split, and the rows of a chunk as they were stored.

Where a chunk ends is decided by what stands in it, never by where reading began or how much a read returned. So a run
that goes on from the position of any chunk sees the same chunks as one that was never broken off.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Final, NamedTuple, Self

from unspin.corpus.sources import shown
from unspin.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from unspin.corpus.sources import Compression

__all__ = [
    "ALWAYS", "FAILED", "LONGEST", "OTHER", "ROWS", "SIZE", "SPLIT", "Chunk", "Columns", "CsvRows", "Failure", "Files",
    "Guard", "Position", "Raw", "Rows", "Split", "TableRows", "WarcRows", "batch_of", "in_a_line", "is_utf8", "no_column",
    "replaced", "selected", "taken", "too_long",
]  # fmt: skip

ROWS: Final = 4_096
"""Rows of a chunk at most."""
SIZE: Final = 4 * 1024**2
"""Bytes of a chunk at most, but for one row that is longer by itself."""
LONGEST: Final = 128 * 1024**2
"""Bytes of a row at most; a longer one is a failure, so that memory is bounded."""
SPLIT: Final = 8 * 1024**2
"""Bytes of a split, where a file can be split: small enough that workers share a file of ordinary size evenly."""

_SAID: Final = 200  # characters of what a library says that are passed on
_SHOWN: Final = 12  # columns in a message
_ID: Final = "id"  # the column of the identifier if nobody names one: it may be missing

FAILED: Final = -1
OTHER: Final = -2
ALWAYS: Final = -3

Position = dict[str, int]
"""Where a chunk begins. What is in it is the format's own affair; it can be written as JSON."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the text and the identifier of a document stand.

    ``"a.b"`` is the field ``b`` of the column ``a``, unless there is a column of that name.

    Attributes:
        text: column of the text; of no meaning for plain text and WARC.
        id: column of the identifier; where it is missing or null, that is the name of the file, a colon and the offset.
            For WARC a header of the record, and ``"id"`` is WARC-Record-ID.
        restored: a new column for the restored text, beside the others; None where it takes the place of the text. Of plain
            text, part of the name of a new file; in WARC the restored text is a new record, and the name stands in its
            identifier.
        asked: columns beside that of the text that must be there, each with the option that names it.
    """

    text: str = "text"
    id: str = _ID
    restored: str | None = None
    asked: tuple[tuple[str, str], ...] = ()

    @classmethod
    def chosen(cls, text: str, id: str, restored: str | None = None) -> Self:
        """As somebody named them: the identifier must be there too, if it is not the usual one."""
        return cls(text, id, restored, () if id == _ID else ((id, "--id-column"),))

    def needed(self) -> dict[str, str]:
        """The columns that must be there, that of the text first, each with the option that names it."""
        needed = {self.text: "--text-column"}
        for column, option in self.asked:
            needed.setdefault(column, option)
        return needed


@dataclass(frozen=True, slots=True)
class Split:
    """A part of a file that can be worked on without the others.

    Attributes:
        index: which part it is, from 0.
        start: where it begins: a byte, or a row group.
        end: where the next one begins.
        size: bytes as stored, for showing progress.
    """

    index: int
    start: int
    end: int
    size: int

    @property
    def key(self) -> str:
        """A name for it, different for all splits of one file, in their order."""
        return f"{self.index:05d}"


class Failure(NamedTuple):
    """A record that cannot be read: a row without a text, with its reason.

    A format gives one for every record that it cannot read, and passes over none in silence. Scan writes a row for it.

    Attributes:
        offset: as in the column ``offset`` of a batch.
        reason: what is wrong with it, in one short line, without the name of the file and without the text of the record.
        id: its identifier, as far as it could be read.
        line: lines of the chunk before it (see :attr:`Chunk.lines`), in formats of lines.
        source: name of the file that it stands in, where the source is many files.
    """

    offset: int
    reason: str
    id: str | None = None
    line: int | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Guard:
    """Protects a run from records that hang the library which takes them apart, or end the process.

    A format enters :meth:`over` around the work on one such record (the main text of HTML, say). Whoever watches the
    process then knows which record it is at. A record that ended a process is one to skip from then on.

    Attributes:
        begin: told the offset of the record, as in the column ``offset`` of a batch, before the work on it.
        end: told when it is done.
        skip: offsets of records that are not to be taken apart, each with the reason.
    """

    begin: Callable[[int], None] = lambda offset: None
    end: Callable[[], None] = lambda: None
    skip: Mapping[int, str] = field(default_factory=dict)

    @contextmanager
    def over(self, offset: int) -> Iterator[None]:
        """Around the work on the record at ``offset``.

        Raises:
            InputError: the record is to be skipped; the message is the reason alone.
        """
        if offset in self.skip:
            raise InputError(self.skip[offset])
        self.begin(offset)
        try:
            yield
        finally:
            self.end()


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Rows of a file of bytes.

    Attributes:
        data: the bytes of the chunk; nothing is left out but rows that are too long and what is no record of WARC.
        bounds: where each piece of ``data`` begins, and its length at the end.
        owners: for each piece, the row of the batch that it holds; :data:`FAILED`; :data:`OTHER` for what is no document;
            :data:`ALWAYS` for what belongs to the file, such as the header of CSV.
        stored: whether ``data`` is as it stands in the file, compressed already.
    """

    data: bytes
    bounds: NDArray[np.int64]
    owners: NDArray[np.int64]
    stored: bool = False


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class CsvRows(Rows):
    """Rows of CSV.

    Attributes:
        delimiter: what divides the fields.
        text: which of them is the text, from 0.
    """

    delimiter: str
    text: int


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class WarcRows(Rows):
    """Records of WARC.

    Attributes:
        documents: for each row of the batch, the piece that is its record; others may belong to it.
    """

    documents: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class TableRows:
    """Rows of a file of columns.

    Attributes:
        table: all rows of the chunk with all their columns.
        owners: for each row of the table, the row of the batch that it is, or :data:`FAILED`.
    """

    table: pa.Table
    owners: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Files:
    """Whole files, one for each row of the batch: their names, what is in them, unpacked, and how they are packed."""

    names: tuple[str, ...]
    contents: tuple[bytes, ...]
    compressions: tuple[Compression, ...]


Raw = Rows | TableRows | Files


@dataclass(frozen=True, slots=True, eq=False)
class Chunk:
    """Documents that stand one after the other.

    Attributes:
        batch: ``id`` (string), ``text`` (large_string, null where there is none), ``offset`` (int64): bytes before the row in
            the file, unpacked, or rows before it in a file of columns. In WARC, where each record is compressed by
            itself, bytes before it in the file as stored, as in a CDX index. Where the source is many files, also
            ``source`` (string), the name of the file.
        raw: the rows as stored, or None where they are not asked for.
        position: where the next chunk begins.
        failures: records that cannot be read, ascending; they are not in ``batch``.
        bytes_read: bytes of the file, as stored, that were consumed.
        lines: lines that the chunk takes up in the file, unpacked; 0 in formats without lines.
    """

    batch: pa.RecordBatch
    raw: Raw | None
    position: Position
    failures: tuple[Failure, ...]
    bytes_read: int
    lines: int = 0


def selected(owners: NDArray[np.int64], keep: NDArray[np.bool_], others: bool) -> NDArray[np.bool_]:
    """Which pieces go into what is kept, see :class:`Rows`."""
    chosen: NDArray[np.bool_] = owners == ALWAYS
    if others:
        chosen |= owners == OTHER
    documents = owners >= 0
    chosen[documents] = keep[owners[documents]]
    return chosen


def replaced(raw: Rows, pieces: Mapping[int, Sequence[bytes]]) -> Rows:
    """The rows with some pieces replaced, each by one or more of the same owner."""
    import numpy as np

    if not pieces:
        return raw
    made: list[bytes] = []
    owners: list[NDArray[np.int64]] = []
    before = 0
    for at in sorted(pieces):
        made += [raw.data[a:b] for a, b in pairwise(raw.bounds[before : at + 1].tolist())]
        made += pieces[at]
        owners += [raw.owners[before:at], np.repeat(raw.owners[at], len(pieces[at]))]
        before = at + 1
    made += [raw.data[a:b] for a, b in pairwise(raw.bounds[before:].tolist())]
    bounds = np.cumsum([0, *map(len, made)], dtype=np.int64)
    return Rows(b"".join(made), bounds, np.concatenate([*owners, raw.owners[before:]]), raw.stored)


def no_column(name: str, known: Iterable[str], option: str) -> str:
    """That a column which was named is not among those that are ``known``."""
    there = ", ".join(map(shown, islice(known, _SHOWN))) or "none"
    return f"no column {shown(name)!r}; there are: {there}; choose with {option}"


def taken(columns: Columns) -> str:
    """That there is no room for the restored text in a column of its own."""
    return f"there is a column {columns.restored!r} already; choose another name with --restored-column"


def is_utf8(data: bytes) -> bool:
    """Whether this is UTF-8; five times faster than decoding it."""
    import numpy as np
    import pyarrow as pa

    ends = pa.py_buffer(np.array([0, len(data)], np.int64))
    try:
        pa.Array.from_buffers(pa.large_string(), 1, [None, ends, pa.py_buffer(data)]).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def in_a_line(error: BaseException) -> str:
    """What an error says, in one short line."""
    return " ".join(str(error).split())[:_SAID] or type(error).__name__


def too_long() -> str:
    """Why a document that is longer than :data:`LONGEST` is a failure."""
    return f"longer than {LONGEST // 1024**2} MiB"


def batch_of(
    ids: pa.Array | Sequence[str | None], texts: pa.Array | Sequence[str | None], offsets: NDArray[np.int64], name: str
) -> pa.RecordBatch:
    """A batch as in :attr:`Chunk.batch`; an identifier that is null is made of the file's name and the offset."""
    import pyarrow as pa

    if not isinstance(texts, pa.Array):
        texts = pa.array(texts, pa.large_string())
    if not isinstance(ids, pa.Array):
        ids = pa.array(ids, pa.string())
    if ids.null_count:
        missing = ids.is_null().to_numpy(zero_copy_only=False)
        made = [
            f"{name}:{offset}" if no else id for no, offset, id in zip(missing, offsets, ids.to_pylist(), strict=True)
        ]
        ids = pa.array(made, pa.string())
    return pa.record_batch([ids, texts, pa.array(offsets, pa.int64())], names=["id", "text", "offset"])
