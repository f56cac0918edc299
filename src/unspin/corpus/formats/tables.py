"""What Parquet and Arrow files have in common: documents of a batch of columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson

from unspin.corpus.formats.chunks import (
    FAILED,
    LONGEST,
    ROWS,
    SIZE,
    Columns,
    Failure,
    TableRows,
    batch_of,
    no_column,
    selected,
    taken,
    too_long,
)  # fmt: skip
from unspin.corpus.formats.output import to_bytes
from unspin.corpus.sources import Source, shown
from unspin.errors import InputError

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

__all__ = [
    "add_feature",
    "check",
    "cuts",
    "described",
    "documents",
    "encode",
    "filled",
    "mend",
    "needed",
    "schema",
    "values",
]


def check(schema: pa.Schema, columns: Columns, source: Source) -> None:
    """Raise :class:`InputError` if there is no column of a name that was given, or no text in the one of the text."""
    name = shown(source.url)
    for column, option in columns.needed().items():
        if _field(schema, column) is None:
            raise InputError(f"{name}: {no_column(column, schema.names, option)}")
    field = _field(schema, columns.text)
    assert field is not None
    if not _is_text(field.type):
        raise InputError(f"{name}: column {shown(columns.text)!r} is {field.type}, not text; choose with --text-column")
    if columns.restored in schema.names:
        raise InputError(f"{name}: {taken(columns)}")


def needed(schema: pa.Schema, columns: Columns) -> list[str]:
    """The columns, or their fields, that documents are made of."""
    return [name for name in dict.fromkeys((columns.text, columns.id)) if _field(schema, name) is not None]


def values(table: pa.Table, name: str) -> list[Any]:
    """What stands in a column, by its name or its path; None in every row where there is no such column."""
    if _field(table.schema, name) is None:
        return [None] * table.num_rows
    return [value for batch in table.to_batches() for value in _column(batch, name).to_pylist()]


def cuts(batch: pa.RecordBatch, columns: Columns) -> Iterator[tuple[int, int]]:
    """Rows of a batch in ranges of at most :data:`ROWS` rows and :data:`SIZE` bytes of text, or one longer document."""
    from pyarrow import compute

    lengths = compute.fill_null(compute.binary_length(_plain(_column(batch, columns.text))), 0)
    ends = np.cumsum(lengths.to_numpy(zero_copy_only=False), dtype=np.int64)
    first = before = 0
    while first < len(ends):
        after = min(first + ROWS, max(first + 1, int(np.searchsorted(ends, before + SIZE, side="right"))))
        yield first, after
        first, before = after, int(ends[after - 1])


def documents(
    batch: pa.RecordBatch, columns: Columns, offset: int, source: Source, keep: bool
) -> tuple[pa.RecordBatch, TableRows | None, tuple[Failure, ...]]:
    """The documents of a few rows; ``offset`` is how many rows of the file stand before them."""
    import pyarrow as pa

    texts, bad = _texts(_column(batch, columns.text))
    owners = np.full(batch.num_rows, FAILED, np.int64)
    good = np.ones(batch.num_rows, np.bool_)
    good[list(bad)] = False
    owners[good] = np.arange(good.sum())
    ids = _ids(_column(batch, columns.id)) if _field(batch.schema, columns.id) is not None else pa.nulls(
        batch.num_rows, pa.string()
    )  # fmt: skip
    failures = tuple(Failure(offset + row, reason, ids[row].as_py()) for row, reason in sorted(bad.items()))
    if bad:
        texts, ids = texts.filter(pa.array(good)), ids.filter(pa.array(good))
    made = batch_of(ids, texts, np.flatnonzero(good) + offset, source.name)
    return made, TableRows(pa.Table.from_batches([batch]), owners) if keep else None, failures


def encode(raw: TableRows, keep: NDArray[np.bool_]) -> bytes:
    """As :func:`unspin.corpus.formats.encode`."""
    return to_bytes(_rows(raw.table, selected(raw.owners, keep, False)))


def mend(raw: TableRows, restored: pa.Array, columns: Columns) -> bytes:
    """As :func:`unspin.corpus.formats.mend`."""
    import pyarrow as pa

    rows = np.where(raw.owners < 0, len(restored), raw.owners)
    texts = pa.concat_arrays([restored, pa.nulls(1, restored.type)]).take(pa.array(rows))
    if columns.restored is not None:
        table = raw.table.append_column(_field_beside(columns), pa.chunked_array([texts]))
        table = table.replace_schema_metadata(schema(raw.table.schema, columns).metadata)
    else:
        table = _with_text(raw.table, columns.text, texts)
    return to_bytes(_rows(table, selected(raw.owners, np.ones(len(restored), np.bool_), False)))


def schema(found: pa.Schema, columns: Columns) -> pa.Schema:
    """The columns of a file that is written again."""
    return found if columns.restored is None else described(found.append(_field_beside(columns)), columns.restored)


def _field_beside(columns: Columns) -> pa.Field:
    import pyarrow as pa

    return pa.field(columns.restored, pa.string())


def described(found: pa.Schema, name: str) -> pa.Schema:
    """The schema with a column of text in what the ``datasets`` library keeps in it of the columns, if it was here."""
    metadata = found.metadata or {}
    if b"huggingface" not in metadata:
        return found
    said = orjson.loads(metadata[b"huggingface"])
    add_feature(said.get("info", {}), name)
    return found.with_metadata({**metadata, b"huggingface": orjson.dumps(said)})


def add_feature(info: dict[str, Any], name: str) -> None:
    """Name a column of text in a description of the ``datasets`` library."""
    if isinstance(info.get("features"), dict):
        info["features"][name] = {"dtype": "string", "_type": "Value"}


def _with_text(table: pa.Table, name: str, texts: pa.Array) -> pa.Table:
    """The table with texts put in where they are not null."""
    path = [name] if name in table.schema.names else name.split(".")
    place = table.schema.get_field_index(path[0])
    column = table.column(place).combine_chunks()
    return table.set_column(place, table.schema.field(place), _within(column, path[1:], texts))


def _within(column: pa.Array, path: Sequence[str], texts: pa.Array) -> pa.Array:
    import pyarrow as pa

    if not path:
        return filled(column, texts)
    fields = list(column.type)
    parts = [column.field(i) for i in range(len(fields))]
    place = column.type.get_field_index(path[0])
    parts[place] = _within(parts[place], path[1:], texts)
    return pa.StructArray.from_arrays(parts, fields=fields, mask=column.is_null())


def filled(column: pa.Array, texts: pa.Array) -> pa.Array:
    """A column of text with ``texts`` put in where they are not null, in its own type. Nothing is checked on the way."""
    import pyarrow as pa
    from pyarrow import compute

    if texts.null_count == len(texts):
        return column
    made = compute.coalesce(texts.cast(pa.large_binary()), _plain(column))
    return _typed(made, column.type)


def _typed(made: pa.Array, type: pa.DataType) -> pa.Array:
    """Text in large_binary as another type of text, whether it is UTF-8 or not."""
    import pyarrow as pa

    if pa.types.is_dictionary(type):
        coded = made.dictionary_encode()
        return pa.DictionaryArray.from_arrays(
            coded.indices.cast(type.index_type), _typed(coded.dictionary, type.value_type), ordered=type.ordered
        )
    bare = {
        pa.string(): pa.binary(), pa.large_string(): pa.large_binary(), pa.string_view(): pa.binary_view()
    }.get(type, type)  # fmt: skip
    return made.cast(bare).view(type)


def _rows(table: pa.Table, chosen: NDArray[np.bool_]) -> pa.Table:
    """Some rows of a table. Arrow cannot yet choose rows of every type of column."""
    import pyarrow as pa

    try:
        return table.filter(pa.array(chosen))
    except pa.ArrowNotImplementedError:
        edges = np.flatnonzero(np.diff(np.concatenate(([False], chosen, [False])).astype(np.int8))).tolist()
        # A slice of a view holds all bytes of the column, so that many of them would take many times the memory.
        plain = _cast(table, [_without_views(type) for type in table.schema.types])
        runs = [plain.slice(a, b - a) for a, b in zip(edges[::2], edges[1::2], strict=True)]
        return _cast(pa.concat_tables([plain.slice(0, 0), *runs]), table.schema.types)


def _cast(table: pa.Table, types: Sequence[pa.DataType]) -> pa.Table:
    """A table with columns of these types. Arrow changes the rows of some types that it casts to themselves."""
    for i, (field, type) in enumerate(zip(table.schema, types, strict=True)):
        if field.type != type:
            table = table.set_column(i, field.with_type(type), table.column(i).cast(type))
    return table


def _without_views(type: pa.DataType) -> pa.DataType:
    """The same type with views of text and bytes as text and bytes."""
    import pyarrow as pa

    if pa.types.is_string_view(type) or pa.types.is_binary_view(type):
        return pa.large_string() if pa.types.is_string_view(type) else pa.large_binary()
    if pa.types.is_struct(type):
        return pa.struct([field.with_type(_without_views(field.type)) for field in type])
    if pa.types.is_list(type) or pa.types.is_large_list(type):
        made = pa.list_ if pa.types.is_list(type) else pa.large_list
        return made(type.value_field.with_type(_without_views(type.value_type)))
    return type


def _field(schema: pa.Schema, name: str) -> pa.Field | None:
    """A column by its name, or by its path; None where there is none, or several."""
    import pyarrow as pa

    for path in ([name], name.split(".")):
        if schema.names.count(path[0]) != 1:
            continue
        field: pa.Field = schema.field(path[0])
        for part in path[1:]:
            if not pa.types.is_struct(field.type) or field.type.get_field_index(part) < 0:
                break
            field = field.type.field(part)
        else:
            return field
    return None


def _column(batch: pa.RecordBatch, name: str) -> pa.Array:
    from pyarrow import compute

    if name in batch.schema.names:
        return batch.column(name)
    path = name.split(".")
    column = batch.column(path[0])
    for part in path[1:]:
        column = compute.struct_field(column, part)
    return column


def _is_text(type: pa.DataType) -> bool:
    import pyarrow as pa

    if pa.types.is_dictionary(type):
        return _is_text(type.value_type)
    kinds = (
        pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view, pa.types.is_null,
        pa.types.is_binary, pa.types.is_large_binary, pa.types.is_binary_view,
    )  # fmt: skip
    return any(kind(type) for kind in kinds)


def _plain(column: pa.Array) -> pa.Array:
    """Text as large_binary, so that nothing is checked on the way."""
    import pyarrow as pa

    if isinstance(column, pa.DictionaryArray):  # views cannot be decoded
        return pa.DictionaryArray.from_arrays(column.indices, _plain(column.dictionary)).dictionary_decode()
    if pa.types.is_null(column.type):
        return pa.nulls(len(column), pa.large_binary())
    return column.cast(pa.large_binary())


def _texts(column: pa.Array) -> tuple[pa.Array, dict[int, str]]:
    """Text as large_string, and the rows in which it is none, with the reason."""
    import pyarrow as pa
    from pyarrow import compute

    plain = _plain(column)
    lengths = compute.fill_null(compute.binary_length(plain), 0).to_numpy(zero_copy_only=False)
    bad = {row: too_long() for row in np.flatnonzero(lengths > LONGEST).tolist()}
    try:
        return plain.cast(pa.large_string()), bad
    except pa.ArrowInvalid:  # one by one
        values: list[str | None] = []
        for row, value in enumerate(plain):
            try:
                values.append(None if row in bad or not value.is_valid else value.as_py().decode("utf-8"))
            except UnicodeDecodeError as error:
                values.append(None)
                bad[row] = f"no UTF-8 at byte {error.start} of the text"
        return pa.array(values, pa.large_string()), bad


def _ids(column: pa.Array) -> pa.Array:
    """Identifiers of any type as strings; one that is no UTF-8 counts as missing."""
    import pyarrow as pa

    try:
        made = column.cast(pa.string())
        made.validate(full=True)
        return made
    except pa.ArrowException:
        return pa.array(map(_id, column), pa.string())


def _id(scalar: pa.Scalar) -> str | None:
    try:
        id = scalar.as_py()
    except UnicodeDecodeError:
        return None
    return None if id is None else _string(id)


def _string(id: Any) -> str:
    if isinstance(id, bytes):
        return id.hex()
    if isinstance(id, str):
        return id
    return orjson.dumps(id, default=str, option=orjson.OPT_NON_STR_KEYS).decode("utf-8")
