"""Arrow files, above all those of folders that the ``datasets`` library saved; read without that library."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final

import orjson

from unspin.corpus.formats import tables
from unspin.corpus.formats.chunks import Chunk, Columns, Guard, Position, Split, in_a_line
from unspin.corpus.formats.files import check_whole, open_file, open_native
from unspin.corpus.formats.output import Layout
from unspin.corpus.sources import Source, shown
from unspin.errors import CorruptInput, MissingInput, UnknownFormat

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["companions", "layout", "read", "splits"]

_FILE_MAGIC: Final = b"ARROW1"


def splits(source: Source, columns: Columns) -> list[Split]:
    """One.

    Raises:
        UnknownFormat: it is no Arrow file, or its folder chooses rows of it by an index.
        InputError: it has no such column of text.
        CorruptInput: its beginning is damaged.
        MissingInput: it cannot be read.
    """
    if source.size:
        with _Opened(source) as opened:
            tables.check(opened.schema, columns, source)
        if _json(source, "state.json").get("_indices_data_files"):
            raise UnknownFormat(
                f"{shown(source.url)}: its rows are chosen by an index; save it again: flatten_indices()"
            )
    return [Split(0, 0, source.size, source.size)]


def layout(source: Source) -> Layout:
    """The same columns, as a stream or as a file with an index."""
    if not source.size:
        return Layout("plain")
    with _Opened(source) as opened:
        return Layout("arrow-file" if opened.indexed else "arrow", opened.schema)


def read(
    source: Source, split: Split, columns: Columns, position: Position | None, keep: bool, guard: Guard
) -> Iterator[Chunk]:
    """As :func:`unspin.corpus.formats.read`. A chunk never reaches over a record batch of the file."""
    if not source.size:
        return
    at = position or {"batch": 0, "row": 0}
    before = spent = 0
    with _Opened(source) as opened:
        for number, batch in enumerate(opened.batches()):
            for start, end in tables.cuts(batch, columns) if number >= at["batch"] else ():
                if number == at["batch"] and start < at["row"]:
                    continue
                made = tables.documents(batch.slice(start, end - start), columns, before + start, source, keep)
                last = end == batch.num_rows
                after = {"batch": number + 1, "row": 0} if last else {"batch": number, "row": end}
                told = opened.told() if last else spent
                spent, consumed = told, told - spent
                yield Chunk(made[0], made[1], after, made[2], consumed)
            before += batch.num_rows
            if number < at["batch"]:
                spent = opened.told()
        check_whole(source, opened.size())  # a stream may end between any two batches


def companions(source: Source, columns: Columns) -> dict[str, bytes]:
    """The descriptions in a folder of the ``datasets`` library, true of the rows that are kept as well.

    Counts are taken out, and a new column is named. The fingerprint, by which the library tells data sets apart, is made
    another.
    """
    name = PurePosixPath(source.name)
    found: dict[str, bytes] = {}
    if state := _json(source, "state.json"):
        state["_fingerprint"] = hashlib.sha256(f"unspin {state.get('_fingerprint')}".encode()).hexdigest()[:16]
        found[(name.parent / "state.json").as_posix()] = orjson.dumps(state, option=orjson.OPT_INDENT_2)
    if found and (info := _json(source, "dataset_info.json")):
        for counted in ("splits", "download_size", "dataset_size", "size_in_bytes", "download_checksums"):
            info.pop(counted, None)
        if columns.restored is not None:
            tables.add_feature(info, columns.restored)
        found[(name.parent / "dataset_info.json").as_posix()] = orjson.dumps(info, option=orjson.OPT_INDENT_2)
    if found and len(name.parts) > 1 and (parts := _json(source, "../dataset_dict.json")):
        found[(name.parent.parent / "dataset_dict.json").as_posix()] = orjson.dumps(parts)
    return found


def _json(source: Source, name: str) -> dict[str, Any]:
    """A description beside a file; empty where there is none."""
    folder = source.url.rpartition("/")[0]
    if name.startswith("../"):
        folder, name = folder.rpartition("/")[0], name[3:]
    try:
        with open_file(f"{folder}/{name}" if folder else name) as file:
            value = orjson.loads(file.read())
    except (MissingInput, orjson.JSONDecodeError):
        return {}
    return value if isinstance(value, dict) else {}


class _Opened:
    """An Arrow stream or file that is closed after use; what is wrong with it is said in a line."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def __enter__(self) -> _Opened:
        import pyarrow as pa

        name = shown(self._source.url)
        self._file = open_native(self._source.url)
        try:
            self.indexed = self._file.read(len(_FILE_MAGIC)) == _FILE_MAGIC
            self._file.seek(0)
            self._reader = (pa.ipc.open_file if self.indexed else pa.ipc.open_stream)(self._file)
        except (pa.ArrowException, OSError) as error:
            self._file.close()
            if self.indexed:
                raise self._corrupt(error) from error
            raise UnknownFormat(f"{name}: not Arrow, whatever its name; check how it was written") from error
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    @property
    def schema(self) -> pa.Schema:
        return self._reader.schema

    def told(self) -> int:
        """Bytes of the file that were read."""
        return int(self._file.tell())

    def size(self) -> int:
        """Bytes of the file by now."""
        return int(self._file.size())

    def batches(self) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        try:
            if self.indexed:
                yield from map(self._reader.get_batch, range(self._reader.num_record_batches))
            else:
                yield from self._reader
        except (pa.ArrowException, OSError) as error:
            raise self._corrupt(error) from error

    def _corrupt(self, error: BaseException) -> CorruptInput:
        return CorruptInput(f"{shown(self._source.url)}: damaged ({in_a_line(error)}); fetch the file again")
