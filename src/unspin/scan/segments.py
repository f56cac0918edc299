"""Checkpoints: what came of a chunk, as one file that is there whole or not at all.

A run keeps its state in a folder of its own inside the output. Every split has a folder there, every chunk of it a
*segment*, a file written under a temporary name, synced and renamed. Nothing else says how far a run has come: to go
on is to read on after the last segment without a gap. Layout of a segment::

    annotations | kept rows | position, last and counts as JSON | lengths of the three (3 x uint64) | magic

Beside the segments lies ``skips.json``: what is not to be read again, since reading it ended a worker. Documents stand
there by chunk and row, records that could not even be taken apart by their offset.
"""

from __future__ import annotations

import contextlib
import os
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final, NamedTuple

import orjson

from unspin.corpus.formats.output import atomic
from unspin.errors import OutputError
from unspin.scan.summary import Counts

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Progress", "Segment", "Segments", "remove", "write_json"]

_FOOTER: Final = struct.Struct("<QQQ8s")
_MAGIC: Final = b"unspin-1"
_SUFFIX: Final = ".seg"
_SKIPS: Final = "skips.json"


class Segment(NamedTuple):
    """What came of one chunk.

    Attributes:
        annotations: their bytes.
        kept: bytes of the kept rows.
        position: where the next chunk begins, as the reader of the format gave it.
        last: whether the split ends here.
        counts: what was found in the chunk.
    """

    annotations: bytes
    kept: bytes
    position: dict[str, Any] | None
    last: bool
    counts: Counts


class Progress(NamedTuple):
    """How far a split has come: the number of its next chunk, where that begins, and whether there is none."""

    number: int
    position: dict[str, Any] | None
    ended: bool


class _End(NamedTuple):
    """What stands at the end of a segment, and how long the two parts before it are."""

    position: dict[str, Any] | None
    last: bool
    counts: Counts
    annotations: int
    kept: int


@dataclass(frozen=True, slots=True)
class Segments:
    """The segments of one split, in their folder."""

    folder: Path

    def progress(self) -> Progress:
        """How far the split has come; what lies behind a gap and what was half written is removed.

        Raises:
            OutputError: the folder cannot be read or made.
        """
        with _writing(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            names = set(os.listdir(self.folder))
            count = 0
            while _name(count) in names:
                count += 1
            for name in names - {_name(number) for number in range(count)} - {_SKIPS, _partial(count)}:
                (self.folder / name).unlink(missing_ok=True)
        if count == 0:
            return Progress(0, None, False)
        with (self.folder / _name(count - 1)).open("rb") as file:
            end = self._end(file)
        return Progress(count, end.position, end.last)

    def write(self, number: int, segment: Segment) -> None:
        """Set the checkpoint of chunk ``number``.

        Raises:
            OutputError: there is no room, or no permission.
        """
        annotations, kept, position, last, counts = segment
        end = orjson.dumps({"position": position, "last": last, "counts": counts.record()})
        footer = _FOOTER.pack(len(annotations), len(kept), len(end), _MAGIC)
        with atomic(self.folder / _name(number)) as file:
            for part in (annotations, kept, end, footer):
                file.write(part)
        (self.folder / _partial(number)).unlink(missing_ok=True)

    def counts(self) -> Iterator[Counts]:
        """What each segment counts, in order."""
        for _, end in self._walk(lambda file, end: b""):
            yield end.counts

    def annotations(self) -> Iterator[bytes]:
        """The annotations of each segment, in order, one at a time."""
        for data, _ in self._walk(lambda file, end: file.read(end.annotations)):
            yield data

    def kept(self) -> Iterator[bytes]:
        """The kept rows of each segment, in order, one at a time."""
        for data, _ in self._walk(lambda file, end: (file.seek(end.annotations), file.read(end.kept))[1]):
            yield data

    def _walk(self, pick: Callable[[BinaryIO, _End], bytes]) -> Iterator[tuple[bytes, _End]]:
        number = 0
        while (path := self.folder / _name(number)).exists():
            with path.open("rb") as file:
                end = self._end(file)
                file.seek(0)
                yield pick(file, end), end
            number += 1

    def _end(self, file: BinaryIO) -> _End:
        size = file.seek(0, os.SEEK_END) - _FOOTER.size
        file.seek(max(size, 0))
        footer = file.read(_FOOTER.size)
        annotated, kept, length, magic = _FOOTER.unpack(footer) if size >= 0 else (0, 0, 0, b"")
        if magic != _MAGIC or annotated + kept + length != size:
            raise OutputError(f"{self.folder}: a checkpoint is damaged; remove this folder, then run the command again")
        file.seek(size - length)
        found = orjson.loads(file.read(length))
        return _End(found["position"], found["last"], Counts.of_record(found["counts"]), annotated, kept)

    def partial(self, number: int) -> list[pa.RecordBatch]:
        """What is done of chunk ``number``, which has no segment yet."""
        import pyarrow as pa

        try:
            with (self.folder / _partial(number)).open("rb") as file, pa.ipc.open_stream(file) as stream:
                return list(stream)
        except FileNotFoundError:
            return []

    def write_partial(self, number: int, batches: Sequence[pa.RecordBatch]) -> None:
        """Set down what is done of chunk ``number``.

        Raises:
            OutputError: there is no room, or no permission.
        """
        import pyarrow as pa

        with atomic(self.folder / _partial(number)) as file, pa.ipc.new_stream(file, batches[0].schema) as stream:
            for batch in batches:
                stream.write_batch(batch)

    def skipped_rows(self, number: int) -> dict[int, str]:
        """Rows of chunk ``number`` that are not to be read, with the reason."""
        return {int(row): reason for row, reason in self._skips()["rows"].get(str(number), {}).items()}

    def skipped_records(self) -> dict[int, str]:
        """Offsets of records that are not to be taken apart, with the reason."""
        return {int(offset): reason for offset, reason in self._skips()["records"].items()}

    def skip_row(self, number: int, row: int, reason: str) -> None:
        """Remember a row that is not to be read again, over the end of this process.

        Raises:
            OutputError: there is no room, or no permission.
        """
        skips = self._skips()
        skips["rows"].setdefault(str(number), {})[str(row)] = reason
        write_json(self.folder / _SKIPS, skips)

    def skip_record(self, offset: int, reason: str) -> None:
        """Remember a record that is not to be taken apart again, over the end of this process.

        Raises:
            OutputError: there is no room, or no permission.
        """
        skips = self._skips()
        skips["records"][str(offset)] = reason
        write_json(self.folder / _SKIPS, skips)

    def _skips(self) -> dict[str, dict[str, Any]]:
        try:
            found: dict[str, dict[str, Any]] = orjson.loads((self.folder / _SKIPS).read_bytes())
        except FileNotFoundError:
            return {"rows": {}, "records": {}}
        return found


def _name(number: int) -> str:
    return f"{number:06}{_SUFFIX}"


def _partial(number: int) -> str:
    return f"{number:06}.part"


def write_json(path: Path, value: Mapping[str, Any], *, pretty: bool = False) -> None:
    """A JSON file, whole or not at all.

    Raises:
        OutputError: there is no room, or no permission.
    """
    option = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE if pretty else 0
    with atomic(path) as file:
        file.write(orjson.dumps(value, option=option))


def remove(folder: Path) -> None:
    """Remove a folder of plain files, as far as it is there.

    Raises:
        OutputError: something in it cannot be removed.
    """
    import shutil

    with _writing(folder), contextlib.suppress(FileNotFoundError):
        shutil.rmtree(folder)


@contextlib.contextmanager
def _writing(path: Path) -> Iterator[None]:
    """Turn what the system says on ``path`` into one line that says what to do."""
    try:
        yield
    except OSError as error:
        raise OutputError(f"{path}: {_reason(error)}; see to it, then run the same command to go on") from None


def _reason(error: OSError) -> str:
    return "cannot be written (" + (error.strerror or str(error)).lower() + ")"
