"""A batch of documents in, the same batch with more columns out: the whole interface of scan and of the engines.

The screen looks at every document, the sieve at those that pass it, the reader only at those that pass both. A document gets
the same values in any batch, in any engine, alone or among millions.

Scan writes these columns to files of their own, under plainer names (:data:`ANNOTATIONS`), with a row for each record that
could not be read as well.
"""

from __future__ import annotations

import re
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import orjson

from unspin.corpus.formats import Failure, output, tables
from unspin.errors import MissingExtra, OptionError
from unspin.scan.plan import AnnotationFormat, Options
from unspin.settings import Settings

try:
    import pyarrow as pa
except ImportError as error:
    raise MissingExtra("scan", "working on batches of documents") from error

if TYPE_CHECKING:
    from unspin.reading import Reading, Substitution

__all__ = ["ANNOTATIONS", "COLUMNS", "added", "annotate", "annotations_of", "layout", "to_bytes"]

_SPANS: Final = pa.list_(
    pa.struct([("start", pa.int64()), ("end", pa.int64()), ("score", pa.float32()), ("restored", pa.string())])
)
COLUMNS: Final = pa.schema(
    [
        pa.field("unspin_screen", pa.float32()),
        pa.field("unspin_sieve", pa.float32()),
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
    Score of the first gate, the screen; from 0 on the document goes to the second.
``unspin_sieve``
    Score of the second gate, the sieve; null where it was not asked. From 0 on the document goes to the reader. By itself
    neither score says anything about the document.
``unspin_score``, ``unspin_rate``
    The reader's score, and the share of ordinary documents that score as high; null where the reader was not asked.
``unspin_spun``
    Whether the rate is at or under the threshold; null where the reader failed.
``unspin_share``, ``unspin_spinner``, ``unspin_spans``
    Of documents in which something was swapped: share of swapped words, family of the spinner, and the swapped places as
    code points ``[start, end)`` of the text, each with the restored word and its probability. The word is ``""`` where the
    spinner put one in, and null where none is likely enough. Null for other documents, and without ``spans``.
``unspin_note``
    Why the reader did not judge ("too-short", "not-english", "damaged" …), or "truncated"; several are joined by a space.
``unspin_error``
    Why the document was skipped, one line.

With ``restored_column`` comes one more, the last: the restored text where it differs from the page's, else null. Where that
is the column of the texts, no column comes, and the restored text stands there.
"""

_NAMES: Final = {
    "unspin_screen": "screen_score",
    "unspin_sieve": "sieve_score",
    "unspin_score": "reader_score",
    "unspin_rate": "false_positive_rate",
    "unspin_spun": "spun",
    "unspin_share": "share",
    "unspin_spinner": "spinner",
    "unspin_spans": "spans",
    "unspin_note": "note",
    "unspin_error": "error",
}
ANNOTATIONS: Final = pa.schema(
    [("id", pa.string()), ("source", pa.string()), ("offset", pa.int64())]
    + [(_NAMES[field.name], field.type) for field in COLUMNS]
)
"""The columns of the annotations that scan writes.

``id``
    As in the input, or what stands for it there.
``source``
    Name of the input file.
``offset``
    Byte of the (unpacked) file at which the record begins; row of a Parquet file.

The others are those of :data:`COLUMNS`. Of a record that could not be read only ``error`` says anything. In JSON lines a
span is ``[start, end, score, restored]``, and what is null is left out.
"""

_GATES: Final = 2  # columns that come from the gates
_WORD: Final = re.compile(r"\S+")
_GRACE: Final = 0.5  # seconds that a document may overrun its limit before its reading is broken off


class _Row(NamedTuple):
    """The reader's part of a row of :data:`COLUMNS`."""

    score: float | None = None
    rate: float | None = None
    spun: bool | None = False
    share: float | None = None
    spinner: str | None = None
    spans: list[dict[str, float | str | None]] | None = None
    note: str | None = None
    error: str | None = None
    restored: str | None = None


class _TooLong(BaseException):
    """The time limit of a document is over; no ``except Exception`` on the way may keep it."""


def annotate(
    batch: pa.RecordBatch,
    settings: Settings | None = None,
    options: Options | None = None,
    *,
    watch: Callable[[int], None] | None = None,
    skip: Mapping[int, str] | None = None,
) -> pa.RecordBatch:
    """The batch with :data:`COLUMNS` appended, and the restored text as the options say.

    Args:
        batch: any columns, among them ``options.text_column``; a null text counts as empty, and bytes that are no UTF-8 as
            U+FFFD.
        settings: how to read; the usual ones by default.
        options: which column, with or without spans and restored text, and limits.
        watch: called with the row before the reader reads it, so that a supervisor knows which document hangs.
        skip: rows that are not to be read, with the reason, which becomes their ``unspin_error``.

    Raises:
        OptionError: there is no such column, it holds no text, or the batch has a column of an appended name already.
        MissingExtra: ``unspin[scan]`` is not installed.
    """
    from unspin import screen

    settings, options = settings or Settings(), options or Options()
    texts = _texts(batch, options)
    scores = screen.load().scores(texts)
    found = {row: _Row(spun=None, error=reason) for row, reason in (skip or {}).items()}
    for row in scores.sent_on.nonzero()[0].tolist():
        if row not in found:
            if watch is not None:
                watch(row)
            found[row] = _read(texts[row].as_py(), settings, options)
    gates = [pa.array(scores.screen), pa.array(scores.sieve, mask=np.isnan(scores.sieve))]
    *made, restored = [*gates, *_columns(found, batch.num_rows)]
    columns = batch.columns
    if options.restored_column == options.text_column:
        place = batch.schema.get_field_index(options.text_column)
        columns[place] = tables.filled(columns[place], restored)
    elif options.restored_column is not None:
        made.append(restored)
    schema = pa.schema([*batch.schema, *added(options)], metadata=batch.schema.metadata)
    return pa.RecordBatch.from_arrays([*columns, *made], schema=schema)


def added(options: Options) -> list[pa.Field]:
    """The columns that are appended: :data:`COLUMNS`, and one for the restored text where it stands beside the page's."""
    beside = options.restored_column not in (None, options.text_column)
    return [*COLUMNS, *([pa.field(options.restored_column, pa.string())] if beside else [])]


def _columns(found: Mapping[int, _Row], rows: int) -> list[pa.Array]:
    """The reader's columns, from the few rows that it was asked about: no Python object for each of the others."""
    places = np.full(rows, len(found))
    places[list(found)] = range(len(found))
    values = zip(*(*found.values(), _Row()), strict=True)
    types = [*(field.type for field in list(COLUMNS)[_GATES:]), pa.string()]
    return [pa.array(column, type).take(pa.array(places)) for column, type in zip(values, types, strict=True)]


def _texts(batch: pa.RecordBatch, options: Options) -> pa.Array:
    """The column of texts, as bytes: what is no UTF-8 must not end the batch."""
    name = options.text_column
    if batch.schema.get_field_index(name) < 0:
        raise OptionError(f"no column {name!r} for the text, or several; there are: {', '.join(batch.schema.names)}")
    taken = [field.name for field in added(options) if field.name in batch.schema.names]
    taken += [options.restored_column] if options.restored_column in COLUMNS.names else []
    if taken:
        own = taken[0] == options.restored_column
        why = "choose another for the restored text" if own else "this batch was annotated before"
        raise OptionError(f"column {taken[0]!r}: there is one of that name already; {why}")
    texts = batch.column(name)
    if pa.types.is_dictionary(texts.type):
        texts = texts.dictionary_decode()
    if pa.types.is_string(texts.type) or pa.types.is_binary(texts.type):
        return texts.cast(pa.binary())
    kinds = (pa.types.is_large_string, pa.types.is_large_binary, pa.types.is_string_view, pa.types.is_binary_view)
    if not (pa.types.is_null(texts.type) or any(kind(texts.type) for kind in kinds)):
        raise OptionError(f"column {name!r}: holds {texts.type}, not text; name another column of text")
    return texts.cast(pa.large_binary())


def _read(data: bytes, settings: Settings, options: Options) -> _Row:
    """One document through the reader; whatever goes wrong is its own affair."""
    from unspin import reader

    whole = data.decode("utf-8", "replace")
    text = _beginning(whole, options.longest)
    deadline = time.monotonic() + options.time_limit

    def in_time(*_: object) -> None:
        if time.monotonic() > deadline:
            raise _TooLong

    try:
        with _stopped_after(options.time_limit + _GRACE):
            if options.spans:
                reading = reader.read(
                    text,
                    operating_point=settings.operating_point,
                    deep=settings.deep,
                    dictionary=settings.dictionary,
                    fill_all=settings.fill_all,
                    tortured=settings.tortured,
                    fast=settings.fast,
                    watch=in_time,
                )
            else:
                reading = reader.assess(text, operating_point=settings.operating_point, watch=in_time)
        return _row(reading, options, whole[len(text) :])
    except _TooLong:
        return _Row(spun=None, error=f"time limit of {options.time_limit:g} s")
    except Exception as error:  # noqa: BLE001 - one document must not stop a crawl, whatever is wrong with it
        return _Row(spun=None, error=" ".join(f"{type(error).__name__}: {error}".split())[:500])


@contextmanager
def _stopped_after(seconds: float) -> Iterator[None]:
    """Raise :class:`_TooLong` in what is done here once the time is over, wherever in Python it is then.

    The reader asks about its deadline between its stages; this is for a stage that does not end, such as a regular
    expression. It takes the alarm signal, so it works in the main thread only, which is where engines run their tasks, and
    only where nobody else uses that signal.
    """
    if (
        not hasattr(signal, "setitimer")
        or threading.current_thread() is not threading.main_thread()
        or signal.getsignal(signal.SIGALRM) is not signal.SIG_DFL
        or signal.getitimer(signal.ITIMER_REAL)[0]
    ):
        yield
        return
    running = True

    def stop(number: int, frame: FrameType | None) -> None:
        if running:
            raise _TooLong

    signal.signal(signal.SIGALRM, stop)
    try:
        try:
            signal.setitimer(signal.ITIMER_REAL, seconds)
            yield
        finally:
            running = False
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)


def _beginning(text: str, words: int) -> str:
    """A text up to its ``words``-th word."""
    if len(text) <= words:
        return text
    for number, match in enumerate(_WORD.finditer(text), start=1):
        if number > words:
            return text[: match.start()]
    return text


def _row(reading: Reading, options: Options, rest: str) -> _Row:
    """What is said of a reading; ``rest`` is what of the document was not read."""
    from unspin.reading import Note

    notes = [*reading.notes, Note.TRUNCATED] if rest else list(reading.notes)
    listed = options.spans and (reading.spun or bool(reading.substitutions))
    return _Row(
        score=reading.score,
        rate=reading.false_positive_rate,
        spun=reading.spun,
        share=reading.share if listed else None,
        spinner=reading.spinner if listed else None,
        spans=[_span(s) for s in reading.substitutions] if listed else None,
        note=" ".join(notes) or None,
        restored=None if options.restored_column is None else _restored(reading, options.restore_from, rest),
    )


def _span(place: Substitution) -> dict[str, float | str | None]:
    restored = None if place.original == place.found else place.original
    return {"start": place.start, "end": place.end, "score": place.confidence, "restored": restored}


def _restored(reading: Reading, least: float, rest: str) -> str | None:
    """The restored text, with the page's word where the confidence is too low; None where all stays as it is."""
    from unspin.text import apply

    made = apply(reading.text, (s for s in reading.substitutions if _enough(s.confidence, least)))
    return None if made == reading.text else made + rest


def _enough(confidence: float, least: float) -> bool:
    """Whether a word is restored: decided on the confidence as it is written, so that others come to the same."""
    return bool(np.float32(confidence) >= np.float32(least))


def annotations_of(annotated: pa.RecordBatch, failures: Sequence[Failure], name: str) -> pa.RecordBatch:
    """The annotations of a chunk: of its documents, and of its records that could not be read, in the order of the input.

    Args:
        annotated: columns ``id`` and ``offset``, perhaps ``source``, and :data:`COLUMNS`.
        failures: the records that could not be read.
        name: of the source, where it is one file.
    """
    if "source" in annotated.schema.names:
        sources = annotated.column("source")
    else:
        sources = pa.repeat(pa.scalar(name), annotated.num_rows)
    columns = [annotated.column("id"), sources, annotated.column("offset")]
    columns += [annotated.column(of) for of in _NAMES]
    rows = pa.RecordBatch.from_arrays(
        [column.cast(field.type) for column, field in zip(columns, ANNOTATIONS, strict=True)], schema=ANNOTATIONS
    )
    if not failures:
        return rows
    rows = pa.concat_batches([rows, _failed(failures, name)])
    places = list(zip(rows.column("source").to_pylist(), rows.column("offset").to_pylist(), strict=True))
    return rows.take(pa.array(sorted(range(len(places)), key=places.__getitem__), pa.int64()))


def _failed(failures: Sequence[Failure], name: str) -> pa.RecordBatch:
    """Rows of records that could not be read."""
    made = [
        {
            "id": failure.id or f"{failure.source or name}:{failure.offset}",
            "source": failure.source or name,
            "offset": failure.offset,
            "error": failure.reason,
        }
        for failure in failures
    ]
    return pa.RecordBatch.from_pylist(made, ANNOTATIONS)


def to_bytes(rows: pa.RecordBatch, format: AnnotationFormat) -> bytes:
    """The annotations of a chunk as they lie in its segment."""
    if format == "parquet":
        return output.to_bytes(rows)
    return b"".join(orjson.dumps(_line(row), option=orjson.OPT_APPEND_NEWLINE) for row in rows.to_pylist())


def layout(format: AnnotationFormat) -> output.Layout:
    """How the bytes of segments become one file."""
    return output.PLAIN if format == "jsonl" else output.parquet(ANNOTATIONS)


def _line(row: dict[str, Any]) -> dict[str, Any]:
    """A row as JSON."""
    shown = {name: value for name, value in row.items() if value is not None}
    if "spans" in shown:
        shown["spans"] = [
            [span["start"], span["end"], _short(span["score"]), span["restored"]] for span in shown["spans"]
        ]
    for name in ("screen_score", "sieve_score", "reader_score", "share"):
        if name in shown:
            shown[name] = _short(shown[name])
    return shown


def _short(value: float) -> float:
    """A float32 with the digits that it has."""
    return float(f"{value:.7g}")
