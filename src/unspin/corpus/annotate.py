"""A batch of documents in, the same batch with unspin's opinion out: the whole interface of scan and of the engines.

The screen looks at every document, the reader only at those that the screen sends on. A document gets the same values in any
batch, in any engine, alone or among millions.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from unspin.errors import MissingExtra, OptionError

try:
    import pyarrow as pa
except ImportError as error:
    raise MissingExtra("scan", "working on batches of documents") from error

if TYPE_CHECKING:
    from unspin.reading import Reading

__all__ = ["COLUMNS", "Settings", "annotate"]

_SPANS: Final = pa.list_(pa.struct([("start", pa.int64()), ("end", pa.int64()), ("score", pa.float32())]))
COLUMNS: Final = pa.schema(
    [
        pa.field("unspin_screen", pa.float32()),
        pa.field("unspin_score", pa.float32()),
        pa.field("unspin_rate", pa.float64()),
        pa.field("unspin_spun", pa.bool_()),
        pa.field("unspin_share", pa.float32()),
        pa.field("unspin_spinner", pa.string()),
        pa.field("unspin_spans", _SPANS),
        pa.field("unspin_note", pa.string()),
        pa.field("unspin_error", pa.string()),
    ]
)
"""What is appended to a batch.

``unspin_screen``
    Score of the screen; from 0 on the document goes to the reader. By itself it says nothing about the document.
``unspin_score``, ``unspin_rate``
    The reader's score, and the share of ordinary documents that score as high; null where the reader was not asked.
``unspin_spun``
    Whether the rate is at or under the threshold; null where the reader failed.
``unspin_share``, ``unspin_spinner``, ``unspin_spans``
    Of documents that read as spun: share of swapped words, family of the spinner, and the swapped places as code points
    ``[start, end)`` of the text with the probability of the restored word. Null for others, and without ``spans``.
``unspin_note``
    Why the reader did not judge ("too-short", "not-english" …), or "truncated"; several are joined by a space.
``unspin_error``
    Why the document was skipped, one line.
"""

_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Settings:
    """How a corpus is read.

    Attributes:
        threshold: a document is called spun if at most this share of ordinary documents scores as high, above 0 and below 1.
        text_column: column of the texts: string, large_string or their views; binary holds UTF-8.
        spans: restore the documents that read as spun and list their swapped words; without, the verdict alone, several
            times faster on spun text.
        longest: words of a document that the reader reads at most; the screen sees all.
        time_limit: seconds for one document; a document that takes longer is skipped with this reason.

    Raises:
        OptionError: a setting is out of range.
    """

    threshold: float = 1e-4
    text_column: str = "text"
    spans: bool = True
    longest: int = 20_000
    time_limit: float = 60.0

    def __post_init__(self) -> None:
        if not 0 < self.threshold < 1:
            raise OptionError(
                f"threshold {self.threshold:g}: not between 0 and 1; give a false-positive rate such as 1e-4"
            )
        if self.longest < 1:
            raise OptionError(f"longest {self.longest}: give a number of words from 1")
        if not self.time_limit > 0:
            raise OptionError(f"time limit {self.time_limit:g}: give seconds above 0")


class _Row(NamedTuple):
    """The reader's part of a row of :data:`COLUMNS`."""

    score: float | None = None
    rate: float | None = None
    spun: bool | None = False
    share: float | None = None
    spinner: str | None = None
    spans: list[dict[str, float]] | None = None
    note: str | None = None
    error: str | None = None


class _TooLong(Exception):
    """The time limit of a document is over."""


def annotate(
    batch: pa.RecordBatch,
    settings: Settings = Settings(),
    *,
    watch: Callable[[int], None] | None = None,
    skip: Mapping[int, str] | None = None,
) -> pa.RecordBatch:
    """The batch with :data:`COLUMNS` appended.

    Args:
        batch: any columns, among them ``settings.text_column``; a null text counts as empty.
        settings: how to read.
        watch: called with the row before the reader reads it, so that a supervisor knows which document hangs.
        skip: rows that are not to be read, with the reason, which becomes their ``unspin_error``.

    Raises:
        OptionError: there is no such column, it holds no text, or the batch has a column of an appended name already.
        MissingExtra: ``unspin[scan]`` is not installed.
    """
    from unspin import screen

    texts = _texts(batch, settings.text_column)
    scores = screen.load().scores(texts)
    found = {row: _Row(spun=None, error=reason) for row, reason in (skip or {}).items()}
    for row in (scores >= 0).nonzero()[0].tolist():
        if row not in found:
            if watch is not None:
                watch(row)
            found[row] = _read(texts[row].as_py(), settings)
    added = [pa.array(scores, pa.float32()), *_columns(found, batch.num_rows)]
    schema = pa.schema([*batch.schema, *COLUMNS], metadata=batch.schema.metadata)
    return pa.RecordBatch.from_arrays([*batch.columns, *added], schema=schema)


def _columns(found: Mapping[int, _Row], rows: int) -> list[pa.Array]:
    """The reader's columns, from the few rows that it was asked about: no Python object for each of the others."""
    places = np.full(rows, len(found))
    places[list(found)] = range(len(found))
    values = zip(*(*found.values(), _Row()), strict=True)
    fields = list(COLUMNS)[1:]
    return [pa.array(column, field.type).take(pa.array(places)) for column, field in zip(values, fields, strict=True)]


def _texts(batch: pa.RecordBatch, name: str) -> pa.Array:
    """The column of texts."""
    if batch.schema.get_field_index(name) < 0:
        raise OptionError(f"no column {name!r} for the text, or several; there are: {', '.join(batch.schema.names)}")
    taken = [field.name for field in COLUMNS if field.name in batch.schema.names]
    if taken:
        raise OptionError(f"column {taken[0]!r}: there is one of that name already; this batch was annotated before")
    texts = batch.column(name)
    if pa.types.is_dictionary(texts.type):
        texts = texts.dictionary_decode()
    if pa.types.is_string_view(texts.type) or pa.types.is_binary_view(texts.type) or pa.types.is_null(texts.type):
        texts = texts.cast(pa.large_string())
    kinds = (pa.types.is_string, pa.types.is_large_string, pa.types.is_binary, pa.types.is_large_binary)
    if not any(kind(texts.type) for kind in kinds):
        raise OptionError(f"column {name!r}: holds {texts.type}, not text; name another column of text")
    return texts


def _read(text: str | bytes, settings: Settings) -> _Row:
    """One document through the reader; whatever goes wrong is its own affair."""
    from unspin import reader

    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    text, cut = _beginning(text, settings.longest)
    deadline = time.monotonic() + settings.time_limit

    def in_time(*_: object) -> None:
        if time.monotonic() > deadline:
            raise _TooLong

    ask = reader.read if settings.spans else reader.assess
    try:
        return _row(ask(text, operating_point=settings.threshold, watch=in_time), settings.spans, cut)
    except _TooLong:
        return _Row(spun=None, error=f"time limit of {settings.time_limit:g} s")
    except Exception as error:  # noqa: BLE001 - one document must not stop a crawl, whatever is wrong with it
        return _Row(spun=None, error=" ".join(f"{type(error).__name__}: {error}".split())[:500])


def _beginning(text: str, words: int) -> tuple[str, bool]:
    """A text up to its ``words``-th word, and whether anything was cut off."""
    if len(text) <= words:
        return text, False
    for number, match in enumerate(_WORD.finditer(text), start=1):
        if number > words:
            return text[: match.start()], True
    return text, False


def _row(reading: Reading, spans: bool, cut: bool) -> _Row:
    from unspin.reading import Note

    notes = [*reading.notes, Note.TRUNCATED] if cut else list(reading.notes)
    listed = spans and reading.spun
    return _Row(
        score=reading.score,
        rate=reading.false_positive_rate,
        spun=reading.spun,
        share=reading.share if listed else None,
        spinner=reading.spinner if listed else None,
        spans=[{"start": s.start, "end": s.end, "score": s.confidence} for s in reading.substitutions]
        if listed
        else None,
        note=" ".join(notes) or None,
    )
