"""Lines of JSON to documents.

Whole blocks of flat objects go through a compiled pass (:mod:`unspin.corpus.formats.flat_objects`), others through Arrow's
reader; neither builds a Python object. Where that fails (a line that is no JSON, an identifier of another type, ...) the lines
of that block are parsed one by one, so that a bad line costs nothing but itself.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import orjson

from unspin.corpus.formats.chunks import (
    ALWAYS,
    FAILED,
    Columns,
    Failure,
    Rows,
    batch_of,
    is_utf8,
    too_long,
)
from unspin.corpus.formats.lines import Block
from unspin.errors import InputError

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

__all__ = ["SPACE", "Parser", "get", "has", "line_spans", "load"]

SPACE: Final = b" \t\r\n"
"""What JSON allows between its parts."""

_OPEN, _CLOSE, _CR = ord("{"), ord("}"), ord("\r")
_MANY: Final = 1024**2
"""Bytes of a block from which on the compiled parser is worth loading."""
_HALF: Final = re.compile("[\ud800-\udfff]")


def line_spans(block: Block) -> NDArray[np.int64]:
    """(start, end) of each line that is not blank, its end left out, nor the byte order mark."""
    ends = block.ends
    starts = np.concatenate((ends[:1] * 0, ends[:-1]))
    if block.offset == 0 and len(starts) and block.data.startswith(codecs.BOM_UTF8):
        starts[0] = len(codecs.BOM_UTF8)
    bytes_ = np.frombuffer(block.data, np.uint8)
    # Lines that begin with a brace are no blank ones; only the others are looked at closely.
    odd = np.flatnonzero((starts >= ends) | (bytes_[np.minimum(starts, len(bytes_) - 1)] != _OPEN))
    blank = [i for i in odd.tolist() if not block.data[starts[i] : ends[i]].strip(SPACE)]
    return np.delete(np.stack((starts, ends), axis=1), blank, axis=0)


class Parser:
    """Blocks of lines to batches."""

    def __init__(self, columns: Columns, name: str) -> None:
        self._columns, self._name = columns, name
        self._types = ["string", "int64"]  # of identifiers; the one that fitted last is tried first
        self._flat = True  # as long as no block has shown that there is more than flat objects

    def parse(self, block: Block) -> tuple[pa.RecordBatch, Rows, tuple[Failure, ...]]:
        """The documents of a block, its rows as stored, and the lines that hold no document."""
        if not block.data:
            nothing = np.zeros(0, np.int64)
            failure = Failure(block.offset, too_long(), line=0)
            return batch_of([], [], nothing, self._name), Rows(b"", np.zeros(1, np.int64), nothing), (failure,)
        spans = line_spans(block)
        found = self._at_once(block, spans)
        if found is not None:
            batch = batch_of(*found, spans[:, 0] + block.offset, self._name)
            return batch, _rows(block, spans, np.arange(len(spans))), ()
        return self._one_by_one(block, spans)

    def _at_once(self, block: Block, spans: NDArray[np.int64]) -> tuple[pa.Array, pa.Array] | None:
        """Identifiers and texts of all lines at once; None where not every line is as expected.

        Arrow's reader does not care where lines end. That each begins with a brace and ends with one, and that there are as
        many objects as lines, makes sure that each object is a line: ``}`` and ``{`` cannot meet inside of a value.
        """
        import pyarrow as pa

        bytes_ = np.frombuffer(block.data, np.uint8)
        if not len(spans) or not is_utf8(block.data):
            return None
        if self._flat and len(block.data) >= _MANY:
            from unspin.corpus.formats import flat_objects

            found = flat_objects.parsed(block.data, spans, self._columns.id, self._columns.text)
            if found is not None:
                return found
            self._flat = False
        last = spans[:, 1] - 1
        for _ in range(2):  # LF and CR
            last -= (bytes_[last] == ord("\n")) | (bytes_[last] == _CR)
        if (bytes_[spans[:, 0]] != _OPEN).any() or (bytes_[last] != _CLOSE).any():
            return None
        data = pa.py_buffer(block.data)[int(spans[0, 0]) :]
        for type in tuple(self._types):
            try:
                table = _parse(data, self._columns, type)
            except pa.ArrowException:
                continue
            if len(table) != len(spans):
                return None
            self._types.sort(key=lambda other: other != type)
            return table["id"].combine_chunks(), table["text"].combine_chunks()
        return None

    def _one_by_one(self, block: Block, spans: NDArray[np.int64]) -> tuple[pa.RecordBatch, Rows, tuple[Failure, ...]]:
        ids: list[str | None] = []
        texts: list[str | None] = []
        failures: list[Failure] = []
        good = np.full(len(spans), FAILED, np.int64)
        for i, (start, end) in enumerate(spans.tolist()):
            found = self._document(block.data[start:end])
            if isinstance(found, Failure):
                line = int(np.searchsorted(block.ends, start, side="right"))
                failures.append(found._replace(offset=block.offset + start, line=line))
                continue
            good[i] = len(ids)
            ids.append(found[0])
            texts.append(found[1])
        offsets = spans[good >= 0, 0] + block.offset
        return batch_of(ids, texts, offsets, self._name), _rows(block, spans, good), tuple(failures)

    def _document(self, line: bytes) -> tuple[str | None, str | None] | Failure:
        """Identifier and text, or why there are none."""
        row = load(line)
        if isinstance(row, InputError):
            return Failure(0, str(row))
        if not isinstance(row, dict):
            return Failure(0, f"not an object but {_kind(row)}")
        id = get(row, self._columns.id)
        if isinstance(id, float):  # as written, since 1e400 and 20 digits are no floats
            id = get(json.loads(line, parse_float=str, parse_int=str), self._columns.id)
        text = get(row, self._columns.text)
        if text is not None and not isinstance(text, str):
            return Failure(0, f"{self._columns.text} is not a string but {_kind(text)}", _string(id))
        return _string(id), None if text is None else _whole(text)


def _parse(data: pa.Buffer, columns: Columns, id_type: str) -> pa.Table:
    """A table of ``id`` and ``text``."""
    import pyarrow as pa
    from pyarrow import json as arrow_json

    text, id = columns.text, columns.id
    kinds = {id: pa.type_for_alias(id_type)} | {text: pa.large_string()}
    if text == id:
        kinds = {text: pa.large_string()}
    tree: dict[str, Any] = dict(kinds)
    for name, kind in kinds.items():
        _plant(tree, name.split("."), kind)
    table = arrow_json.read_json(
        pa.BufferReader(data),
        arrow_json.ReadOptions(use_threads=False, block_size=data.size + 1),
        arrow_json.ParseOptions(explicit_schema=pa.schema(_fields(tree)), unexpected_field_behavior="ignore"),
    )
    return pa.table({"id": _pick(table, id).cast(pa.string()), "text": _pick(table, text).cast(pa.large_string())})


def _plant(tree: dict[str, Any], path: list[str], kind: pa.DataType) -> None:
    for part in path[:-1]:
        tree = tree.setdefault(part, {})
        if not isinstance(tree, dict):
            return
    tree.setdefault(path[-1], kind)


def _fields(tree: dict[str, Any]) -> list[pa.Field]:
    import pyarrow as pa

    return [pa.field(name, pa.struct(_fields(kind)) if isinstance(kind, dict) else kind) for name, kind in tree.items()]


def _pick(table: pa.Table, name: str) -> pa.ChunkedArray:
    """A column by its name; where that is null, by its path."""
    from pyarrow import compute

    whole = table[name]
    path = name.split(".")
    if len(path) == 1:
        return whole
    inside = table[path[0]]
    for part in path[1:]:
        inside = compute.struct_field(inside, part)
    return compute.coalesce(whole, inside)


def _rows(block: Block, spans: NDArray[np.int64], owners: NDArray[np.int64]) -> Rows:
    """Each line with the blank ones after it; what stands before the first is kept always."""
    starts = spans[:, 0]
    if not len(starts) or starts[0]:
        starts, owners = np.concatenate(([0], starts)), np.concatenate(([ALWAYS], owners))
    return Rows(block.data, np.append(starts, len(block.data)), owners)


def load(line: bytes) -> Any:
    """The value of a line, or an :class:`InputError` that says what is wrong with it."""
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError as error:
        said = f"no JSON: {error.msg} at byte {error.pos}" if line.isascii() else f"no JSON: {error.msg}"
    # What Python's own module writes and others refuse: NaN, half a surrogate pair.
    try:
        return json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        return InputError(f"no UTF-8 at byte {error.start} of the line")
    except (ValueError, RecursionError):
        return InputError(said)


def has(row: dict[str, Any], name: str) -> bool:
    """Whether an object has a column, by its name or its path."""
    if name in row:
        return True
    path, _, last = name.rpartition(".")
    inside = _walk(row, path) if path else None
    return isinstance(inside, dict) and last in inside


def get(row: Mapping[str, Any], name: str) -> Any:
    """What stands in a column, by its name or its path; None where it is missing."""
    value = row.get(name)
    return _walk(row, name) if value is None and "." in name else value


def _walk(row: Any, path: str) -> Any:
    for part in path.split("."):
        if not isinstance(row, dict):
            return None
        row = row.get(part)
    return row


def _kind(value: Any) -> str:
    kinds = {dict: "an object", list: "an array", str: "a string", bool: "true or false", type(None): "null"}
    return kinds.get(type(value), "a number")


def _string(id: Any) -> str | None:
    if id is None:
        return None
    return _whole(id if isinstance(id, str) else json.dumps(id, ensure_ascii=False, separators=(",", ":")))


def _whole(text: str) -> str:
    """Without halves of surrogate pairs, which no encoding can hold; as many code points as before."""
    return text if text.isascii() else _HALF.sub("\ufffd", text)
