"""A batch of documents in, the same batch with more columns out: the whole interface of scan and of the engines.

The screen weighs every document, the sieve those that pass it, the look glances at a passage of those that pass both, and the
reader reads only what passes all three. A document gets the same values in any batch, in any engine, alone or among millions.

Scan writes these columns to files of their own, under plainer names (:data:`ROWS`), with a row for each record that could
not be read as well.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from unspin.corpus.formats import tables
from unspin.errors import MissingExtra, OptionError
from unspin.scan.limits import TooLong, in_a_line, in_time
from unspin.scan.options import SETTINGS, Options
from unspin.scan.rows import Rows
from unspin.settings import Settings

try:
    import pyarrow as pa
except ImportError as error:
    raise MissingExtra("scan", "working on batches of documents") from error

if TYPE_CHECKING:
    from unspin.reading import Reading, Substitution

__all__ = ["COLUMNS", "ROWS", "added", "annotate", "beginning", "texts_of"]

_SPANS: Final = pa.list_(
    pa.struct([("start", pa.int64()), ("end", pa.int64()), ("score", pa.float32()), ("restored", pa.string())])
)
COLUMNS: Final = pa.schema(
    [
        pa.field("unspin_screen", pa.float32()),
        pa.field("unspin_sieve", pa.float32()),
        pa.field("unspin_look", pa.float32()),
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
    Score of the second gate, the sieve; null where it was not asked. From 0 on the document goes to the third.
``unspin_look``
    Score of the third gate, the look; null where it was not asked. From 0 on the document goes to the reader. By itself no
    score of a gate says anything about the document.
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
    "unspin_look": "look_score",
    "unspin_score": "reader_score",
    "unspin_rate": "false_positive_rate",
    "unspin_spun": "spun",
    "unspin_share": "share",
    "unspin_spinner": "spinner",
    "unspin_spans": "spans",
    "unspin_note": "note",
    "unspin_error": "error",
}
ROWS: Final = Rows(pa.schema([(_NAMES[field.name], field.type) for field in COLUMNS]), COLUMNS.names)
"""The rows that scan writes: the columns of :data:`COLUMNS` under plainer names.

Of a record that could not be read only ``error`` says anything. In JSON lines a span is ``[start, end, score, restored]``.
"""

_GATES: Final = 3  # columns that come from the gates
_WORD: Final = re.compile(r"\S+")


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


def annotate(
    batch: pa.RecordBatch,
    settings: Settings | None = None,
    options: Options | None = None,
    *,
    watch: Callable[[int | None], None] | None = None,
    skip: Mapping[int, str] | None = None,
) -> pa.RecordBatch:
    """The batch with :data:`COLUMNS` appended, and the restored text as the options say.

    Args:
        batch: any columns, among them ``options.text_column``; a null text counts as empty, and bytes that are no UTF-8 as
            U+FFFD.
        settings: how to read; :data:`~unspin.scan.options.SETTINGS` by default.
        options: which column, with or without spans and restored text, and limits.
        watch: called with the row before the third gate looks at it, and before the reader reads it, so that a supervisor
            knows which document hangs; with None before the first of either.
        skip: rows that are not to be read, with the reason, which becomes their ``unspin_error``.

    Raises:
        OptionError: there is no such column, it holds no text, or the batch has a column of an appended name already.
        MissingExtra: ``unspin[scan]`` is not installed.
    """
    from unspin import screen

    settings, options = settings or SETTINGS, options or Options()
    watch = watch or (lambda _: None)
    texts = _texts(batch, options)
    found = {row: _Row(spun=None, error=reason) for row, reason in (skip or {}).items()}
    gates = screen.load()
    sifted = gates.sifted(texts)
    watch(None)
    scores = gates.looked(sifted, watch=watch, skip=found)
    watch(None)
    for row in scores.sent_on.nonzero()[0].tolist():
        watch(row)
        found[row] = _read(texts[row].as_py(), settings, options)
    said = [pa.array(score, mask=np.isnan(score)) for score in scores]
    *made, restored = [*said, *_columns(found, batch.num_rows)]
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
    """The column of texts, where the batch has none of the columns that are to be appended."""
    taken = [field.name for field in added(options) if field.name in batch.schema.names]
    taken += [options.restored_column] if options.restored_column in COLUMNS.names else []
    texts = texts_of(batch, options.text_column)
    if taken:
        own = taken[0] == options.restored_column
        why = "choose another for the restored text" if own else "this batch was annotated before"
        raise OptionError(f"column {taken[0]!r}: there is one of that name already; {why}")
    return texts


def texts_of(batch: pa.RecordBatch, name: str) -> pa.Array:
    """The column of texts, as bytes: what is no UTF-8 must not end the batch.

    Raises:
        OptionError: there is no such column, or it holds no text.
    """
    if batch.schema.get_field_index(name) < 0:
        raise OptionError(f"no column {name!r} for the text, or several; there are: {', '.join(batch.schema.names)}")
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
    text = beginning(whole, options.longest)
    try:
        with in_time(options.time_limit) as ask:
            if options.spans:
                reading = reader.read(
                    text,
                    operating_point=settings.operating_point,
                    deep=settings.deep,
                    dictionary=settings.dictionary,
                    fill_all=settings.fill_all,
                    tortured=settings.tortured,
                    fast=settings.fast,
                    watch=ask,
                )
            else:
                reading = reader.assess(text, operating_point=settings.operating_point, fast=settings.fast, watch=ask)
        return _row(reading, options, whole[len(text) :])
    except TooLong:
        return _Row(spun=None, error=f"time limit of {options.time_limit:g} s")
    except Exception as error:  # noqa: BLE001 - one document must not stop a crawl, whatever is wrong with it
        return _Row(spun=None, error=in_a_line(error))


def beginning(text: str, words: int) -> str:
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
