"""A batch of documents in, the same batch with more columns out: for each the source that an archive has of it.

A document gets the same values in any batch, in any process, alone or among millions, as long as the archive is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from unspin.errors import DamagedData, MissingExtra, OptionError
from unspin.scan.annotate import beginning, texts_of
from unspin.scan.limits import TooLong, in_a_line, in_time
from unspin.scan.rows import Rows
from unspin.settings import Settings

try:
    import pyarrow as pa
except ImportError as error:
    raise MissingExtra("trace", "working on batches of documents") from error

from unspin.crawl.options import Options

if TYPE_CHECKING:
    import os

    from unspin.trace import Archive, Trace
    from unspin.trace.glance import Glance

__all__ = ["COLUMNS", "ROWS", "annotate", "check_columns", "opened"]

COLUMNS: Final = pa.schema(
    [
        pa.field("unspin_claimed", pa.bool_()),
        pa.field("unspin_source", pa.string()),
        pa.field("unspin_source_url", pa.string()),
        pa.field("unspin_source_date", pa.string()),
        pa.field("unspin_probability", pa.float32()),
        pa.field("unspin_explained", pa.float32()),
        pa.field("unspin_used", pa.float32()),
        pa.field("unspin_near_copies", pa.list_(pa.string())),
        pa.field("unspin_further", pa.list_(pa.string())),
        pa.field("unspin_trace_note", pa.string()),
        pa.field("unspin_trace_error", pa.string()),
    ]
)
"""What is appended to a batch.

``unspin_claimed``
    Whether a document of the archive is called the source; null where the search failed.
``unspin_source``, ``unspin_source_url``, ``unspin_source_date``
    The source, by its identifier in the archive, with its address and date where the archive knows them. Of several the one
    that explains most of the page; where none is claimed the likeliest document. Null where nothing in the archive has a
    passage of the page.
``unspin_probability``
    That it is a source of the page, 0 to 1; 0 where there is none.
``unspin_explained``, ``unspin_used``
    Share of the page's words that follow it, and share of its words that the page has, 0 to 1; null where there is none.
``unspin_near_copies``
    Documents of the archive that say the same as the source that is claimed; else null.
``unspin_further``
    Further sources of the page, each of a part that those before do not explain; null where there are none.
``unspin_trace_note``
    "too-short", "page-cut" and so on (:class:`unspin.trace.results.Remark`), or "truncated"; several are joined by a space.
``unspin_trace_error``
    Why the document was skipped, one line.
"""

_READING: Final = Settings(fast=True)
"""How pages are read that the gates send on: words that are restored only help to search."""
_NAMES: Final = (
    "claimed", "match", "match_url", "match_date", "probability", "explained", "used", "near_copies", "further", "note",
    "error",
)  # fmt: skip
ROWS: Final = Rows(
    pa.schema([(name, field.type) for name, field in zip(_NAMES, COLUMNS, strict=True)]), tuple(COLUMNS.names)
)
"""The rows that a run writes: the columns of :data:`COLUMNS` under plainer names; ``source`` is the input file there, and what
was found in the archive is the ``match``."""


class _Row(NamedTuple):
    """A row of :data:`COLUMNS`."""

    claimed: bool | None = False
    source: str | None = None
    url: str | None = None
    date: str | None = None
    probability: float | None = 0.0
    explained: float | None = None
    used: float | None = None
    near_copies: list[str] | None = None
    further: list[str] | None = None
    note: str | None = None
    error: str | None = None


def annotate(
    batch: pa.RecordBatch,
    archive: Archive,
    options: Options | None = None,
    *,
    watch: Callable[[int | None], None] | None = None,
    skip: Mapping[int, str] | None = None,
) -> pa.RecordBatch:
    """The batch with :data:`COLUMNS` appended.

    Args:
        batch: any columns, among them ``options.text_column``; a null text counts as empty, and bytes that are no UTF-8 as
            U+FFFD.
        archive: where the sources are looked for.
        options: which column, what is claimed, with or without the reader, and limits.
        watch: called with the row before each document that gets a glance, and before each that is searched for; with None
            between the two.
        skip: rows that are not to be looked for, with the reason, which becomes their ``unspin_trace_error``.

    Raises:
        OptionError: there is no such column, it holds no text, or the batch has a column of an appended name already.
        DamagedData: the archive cannot be read.
        MissingExtra: ``unspin[trace]`` is not installed.
    """
    options, skip = options or Options(), skip or {}
    check_columns(batch.schema.names, options)
    rows: dict[int, _Row] = {}
    left: dict[int, _Page] = {}
    texts = texts_of(batch, options.text_column)
    for k, text in enumerate(texts):
        page = _Page(text.as_py() or b"", options)
        if k not in skip and watch is not None:
            watch(k)
        row = _failed(skip[k]) if k in skip else _glanced(page, archive, options)
        if row is None:
            left[k] = page
        else:
            rows[k] = row
    if watch is not None:
        watch(None)
    read = _sent_on(texts.take(pa.array(list(left), pa.int64()))) if options.reader else [False] * len(left)
    for (k, page), reads in zip(left.items(), read, strict=True):
        if watch is not None:
            watch(k)
        rows[k] = _found(page, archive, options, reads=reads)
    columns = zip(*(rows[k] for k in range(batch.num_rows)), strict=True) if rows else ((),) * len(COLUMNS)
    made = [pa.array(column, field.type) for column, field in zip(columns, COLUMNS, strict=True)]
    schema = pa.schema([*batch.schema, *COLUMNS], metadata=batch.schema.metadata)
    return pa.RecordBatch.from_arrays([*batch.columns, *made], schema=schema)


def check_columns(names: list[str], options: Options) -> None:
    """See to it, before anything is sent anywhere, that a table can be annotated.

    Raises:
        OptionError: the text column is not there, or a column that would be appended is.
    """
    if options.text_column not in names:
        known = ", ".join(sorted(names)) or "none"
        raise OptionError(f"there is no column {options.text_column!r} (there are: {known}); name it as text_column")
    if taken := [name for name in COLUMNS.names if name in names]:
        raise OptionError(f"the column {taken[0]!r} is already there; drop or rename it first")


@lru_cache(maxsize=4)
def opened(folder: str | os.PathLike[str], state: str | None = None) -> Archive:
    """An archive, opened once a process.

    Args:
        folder: its folder.
        state: the commit that it must be at, :meth:`unspin.trace.Archive.state`; None for any.

    Raises:
        MissingInput: there is none.
        DamagedData: it is of another version, damaged, or at another commit.
        MissingExtra: ``unspin[trace]`` is not installed.
    """
    from unspin.trace import Archive

    archive = Archive(folder)
    if state is not None and archive.state() != state:
        raise DamagedData(f"{folder}: was changed after the run began; give the command again once nobody writes there")
    return archive


class _Page:
    """A document as it came, and what of it is looked for."""

    def __init__(self, data: bytes, options: Options) -> None:
        whole = data.decode("utf-8", "replace")
        self.text = beginning(whole, options.longest)
        self.cut = len(self.text) < len(whole)


@lru_cache(maxsize=4)
def _words(archive: Archive) -> Glance:
    """What is known of the words of an archive, which is learned from page to page."""
    from unspin.trace.glance import Glance

    return Glance(archive)


def _glanced(page: _Page, archive: Archive, options: Options) -> _Row | None:
    """A document that the archive has nothing of; None for one that is to be searched for."""
    from unspin.trace import glanced

    try:
        with in_time(options.time_limit):
            found = glanced(page.text, archive, _words(archive), options.claimed_from)
    except TooLong:
        return _failed(f"time limit of {options.time_limit:g} s")
    except DamagedData:
        raise
    except Exception:  # noqa: BLE001 - the search says what is wrong with the document
        return None
    return None if found is None else _row(found, cut=page.cut)


def _sent_on(documents: pa.Array) -> list[bool]:
    """Which documents the reader is asked about."""
    from unspin import screen

    sent_on: list[bool] = screen.load().scores(documents).sent_on.tolist()
    return sent_on


def _found(page: _Page, archive: Archive, options: Options, *, reads: bool) -> _Row:
    """One document; whatever is wrong with it is its own affair, what is wrong with the archive is not."""
    from unspin import reader
    from unspin.trace import search

    try:
        with in_time(options.time_limit) as ask:
            reading = reader.read(page.text, _READING, watch=ask) if reads else None
            found = search(page.text, archive, reading, options.claimed_from)
        return _row(found, cut=page.cut)
    except TooLong:
        return _failed(f"time limit of {options.time_limit:g} s")
    except DamagedData:
        raise
    except Exception as error:  # noqa: BLE001 - one document must not stop a crawl, whatever is wrong with it
        return _failed(in_a_line(error))


def _failed(reason: str) -> _Row:
    return _Row(claimed=None, probability=None, error=reason)


def _row(found: Trace, *, cut: bool) -> _Row:
    """What is said of a page."""
    from unspin.reading import Note

    notes = " ".join([*found.notes, *([Note.TRUNCATED] if cut else [])]) or None
    match = found.sources[0] if found.sources else found.nearest
    if match is None:
        return _Row(note=notes)
    return _Row(
        claimed=bool(found.sources),
        source=match.id,
        url=match.url,
        date=match.date,
        probability=match.probability,
        explained=match.comparison.explained,
        used=match.comparison.used,
        near_copies=list(match.near_copies) or None,
        further=[other.id for other in found.sources[1:]] or None,
        note=notes,
    )
