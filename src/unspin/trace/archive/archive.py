"""An archive, opened for reading: it shows the last state that was committed, whoever writes meanwhile."""

from __future__ import annotations

import hashlib
import os
import struct
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import orjson
from numpy.typing import NDArray

from unspin.errors import DamagedData, InputError, MissingInput
from unspin.trace.archive import texts
from unspin.trace.archive.folder import POSTINGS, TEXTS, check, need_libraries, schema, understood
from unspin.trace.archive.numbers import Numbers

if TYPE_CHECKING:
    import tantivy

__all__ = ["Archive", "Hit", "Stored", "Term", "Where"]

_LISTED: Final = 10_000
_MOST_WORDS: Final = 300_000
"""Words whose frequency is remembered; then all are forgotten, and asked for anew."""
_CHECKED: Final = (".idx", ".pos", ".term", ".store", ".fast", ".fieldnorm")
"""Files of postings that end with a checksum."""
_AT_OPENING: Final = (".term", ".store", ".fast", ".fieldnorm")
"""Those that are looked at whenever an archive is opened: small (50 MB of a million documents), and what is damaged in them
may end the process, or be taken for what it is not."""
_FOOTER: Final = struct.Struct("<II")
_AT_ONCE: Final = 1 << 20


class Term(NamedTuple):
    """A word of a query with its weight."""

    word: str
    weight: float


class Hit(NamedTuple):
    """A document that a query found: where it is, and its score."""

    score: float
    address: Any


class Stored(NamedTuple):
    """What is stored of a document.

    Attributes:
        id: its identifier.
        date: as it was given, or None.
        url: as it was given, or None.
        words: how many words it has.
        place: where its text lies.
        numbers: where the numbers of its words begin.
    """

    id: str
    date: str | None
    url: str | None
    words: int
    place: int
    numbers: int


class Where(NamedTuple):
    """Where the words of a document lie; it is known without reading what is stored of it.

    Attributes:
        place: where its text lies.
        words: how many words it has.
        numbers: where the numbers of its words begin.
    """

    place: int
    words: int
    numbers: int


class Archive:
    """An archive on disk, opened for reading."""

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        """Open it.

        Raises:
            MissingInput: there is none.
            DamagedData: it is of another version, or damaged.
            MissingExtra: ``unspin[trace]`` is not installed.
        """
        need_libraries()
        self.folder: Final = Path(folder)
        check(self.folder)
        self._temporary: tempfile.TemporaryDirectory[str] | None = None
        self._numbers: dict[int, NDArray[np.uint16]] = {}
        self._frequency: dict[str, int] = {}
        self._schema = schema()
        self._index = self._opened()
        self._searcher = self._index.searcher()

    def _opened(self) -> tantivy.Index:
        import tantivy

        postings = self.folder / POSTINGS
        if not (postings / "meta.json").exists():
            raise DamagedData(
                f"{self.folder}: nothing was ever put into it; add texts with: unspin index TEXTS -o {self.folder}"
            )
        for path in self._postings(_AT_OPENING):
            if not _as_written(path):
                raise DamagedData(f"{path}: damaged; make the archive anew")
        with understood(self.folder):
            if os.access(postings, os.W_OK):
                return tantivy.Index.open(str(postings))
            # tantivy makes a lock file for a moment, even to read: in a folder that may not be written to, it gets links.
            self._temporary = tempfile.TemporaryDirectory(prefix="unspin-")
            for path in postings.iterdir():
                if not path.name.endswith(".lock"):
                    os.symlink(path.absolute(), Path(self._temporary.name) / path.name)
            return tantivy.Index.open(self._temporary.name)

    def _postings(self, kinds: Sequence[str]) -> Iterator[Path]:
        """The files of some kinds that belong to the last commit: others may be just being written, or about to go."""
        folder = self.folder / POSTINGS
        try:
            segments = orjson.loads((folder / "meta.json").read_bytes())["segments"]
            names = sorted(segment["segment_id"].replace("-", "") for segment in segments)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            raise DamagedData(f"{folder / 'meta.json'}: damaged; make the archive anew") from None
        for name in names:
            yield from (path for kind in kinds if (path := folder / f"{name}{kind}").exists())

    def __len__(self) -> int:
        return int(self._searcher.num_docs)

    def state(self) -> str:
        """What tells one commit from another, as it lies on the disk now: a digest of what tantivy says of its postings.

        Raises:
            DamagedData: it cannot be read.
        """
        try:
            data = (self.folder / POSTINGS / "meta.json").read_bytes()
        except OSError as error:
            said = (error.strerror or str(error)).lower()
            raise DamagedData(f"{self.folder}: cannot be read ({said}); check the path and its permissions") from None
        return f"sha256:{hashlib.sha256(data).hexdigest()}"

    def reload(self) -> None:
        """See what was committed since."""
        self._index.reload()
        self._searcher = self._index.searcher()
        self._frequency = {}

    def frequency(self, word: str) -> int:
        """Documents that have a word, about: those that were removed lately may still count."""
        known = self._frequency
        frequency = known.get(word)
        if frequency is None:
            if len(known) >= _MOST_WORDS:
                known.clear()
            with understood(self.folder):
                known[word] = frequency = int(self._searcher.doc_freq("text", word))
        return frequency

    def search(self, terms: Sequence[Term], most: int) -> list[Hit]:
        """The documents that score highest for weighted words, the best first."""
        import tantivy

        if not terms or not len(self):
            return []
        query = tantivy.Query.boolean_query([
            (
                tantivy.Occur.Should,
                tantivy.Query.boost_query(
                    tantivy.Query.term_query(self._schema, "text", term.word, index_option="freq"), term.weight
                ),
            )
            for term in terms
        ])  # fmt: skip
        with understood(self.folder):
            found = self._searcher.search(query, most, count=False)
        return [Hit(float(score), address) for score, address in found.hits]

    def where(self, hits: Sequence[Hit]) -> list[Where]:
        """Where the words of documents lie that were found, in their order.

        Raises:
            DamagedData: it is not known.
        """
        addresses = [hit.address for hit in hits]
        with understood(self.folder):
            columns = [self._searcher.fast_field_values(name, addresses) for name in Where._fields]
        try:
            return [Where(*map(int, row)) for row in zip(*columns, strict=True)]
        except (ValueError, TypeError):
            raise DamagedData(f"{self.folder}: damaged; make the archive anew") from None

    def stored(self, hit: Hit) -> Stored:
        """What is stored of a document that was found.

        Raises:
            DamagedData: it cannot be read.
        """
        return self._stored(hit.address)

    def _stored(self, address: Any) -> Stored:
        with understood(self.folder):
            first = self._searcher.doc(address).get_first
            numbers = (int(first(name) or 0) for name in ("words", "place", "numbers"))
            return Stored(first("id"), first("date"), first("url"), *numbers)

    def text(self, stored: Stored | Where) -> str:
        """The text of a document.

        Raises:
            DamagedData: it cannot be read.
        """
        return texts.read(self.folder / TEXTS, stored.place)

    def numbers(self, stored: Stored | Where) -> NDArray[np.uint16]:
        """The words of a document as numbers, ``uint16[n]``.

        Raises:
            DamagedData: they cannot be read.
        """
        file = stored.place >> 40
        if file not in self._numbers:
            self._numbers[file] = texts.numbers_of(self.folder / TEXTS, stored.place)
        numbers = self._numbers[file][stored.numbers : stored.numbers + stored.words]
        if len(numbers) < stored.words:
            raise DamagedData(f"{self.folder}: its words as numbers are cut off; make the archive anew")
        return numbers

    def get(self, id: str) -> Stored:
        """The document of that identifier.

        Raises:
            InputError: there is none.
            DamagedData: it cannot be read.
        """
        import tantivy

        with understood(self.folder):
            found = self._searcher.search(tantivy.Query.term_query(self._schema, "id", id, index_option="basic"), 1)
        if not found.hits:
            raise InputError(f"{id}: no such document in {self.folder}; see: unspin index -o {self.folder} --list")
        return self._stored(found.hits[0][1])

    def __contains__(self, id: str) -> bool:
        try:
            self.get(id)
        except InputError:
            return False
        return True

    def __iter__(self) -> Iterator[Stored]:
        import tantivy

        for offset in range(0, len(self), _LISTED):
            with understood(self.folder):
                page = self._searcher.search(tantivy.Query.all_query(), _LISTED, count=False, offset=offset)
            for _, address in page.hits:
                yield self._stored(address)

    def size(self) -> dict[str, int]:
        """Bytes of postings and texts."""
        return {
            name: sum(path.stat().st_size for path in (self.folder / name).iterdir() if path.is_file())
            for name in (POSTINGS, TEXTS)
        }

    def problems(self) -> Iterator[str]:
        """Read all of it; a line for each text that is missing or damaged, or has an identifier twice.

        A text must pass the checksum of its frame, and have the words that stand beside it as numbers.

        Raises:
            DamagedData: what is stored of a document cannot be read.
        """
        for path in self._postings(_CHECKED):
            if not _as_written(path):
                yield f"{path}: damaged; make the archive anew"
        seen: set[str] = set()
        numbers = Numbers()
        for stored in self:
            if stored.id in seen:
                yield f"{stored.id}: twice in the archive"
            seen.add(stored.id)
            try:
                if not np.array_equal(self.numbers(stored), numbers.of(self.text(stored))):
                    yield f"{stored.id}: its text and its words as numbers don't agree; put it in anew"
            except (DamagedData, MissingInput) as error:
                yield f"{stored.id}: {error}"


def _as_written(path: Path) -> bool:
    """Whether a file of postings has the checksum that tantivy put at its end: JSON, its length, and a magic number."""
    try:
        with open(path, "rb") as file:
            file.seek(-_FOOTER.size, os.SEEK_END)
            end = file.tell()
            length, _ = _FOOTER.unpack(file.read(_FOOTER.size))
            file.seek(end - length)
            checksum = orjson.loads(file.read(length))["crc"]
            file.seek(0)
            left, found = end - length, 0
            while left:
                part = file.read(min(left, _AT_ONCE))
                left, found = left - len(part), zlib.crc32(part, found)
            return bool(found == checksum)
    except (OSError, ValueError, KeyError, TypeError):
        return False
