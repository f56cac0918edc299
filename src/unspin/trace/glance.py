"""A glance at a page: whether an archive has anything that runs with it, told by the page's words alone.

Most pages of a crawl come from nowhere in the archive, and to find nothing costs a search more than most of what it finds: it
asks for each part of the page, and aligns the best of what came of that, to see that it is no source. A glance asks for the
rarest words of each part, takes the few documents that score highest, and looks where they run with the page
(:mod:`unspin.trace.sketch`). What a word says, and what it may stand for, is worked out once for all pages. Where nothing runs
with the page, a search would claim nothing.
"""

from __future__ import annotations

import math
import re
from array import array
from collections.abc import Iterable, Iterator, Sequence
from threading import Lock
from typing import Any, Final, NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from unspin import lexicon as lexicons
from unspin.arrays import ragged
from unspin.text.view import as_read
from unspin.trace.archive import Archive, Term
from unspin.trace.archive.numbers import NUMBERS, WORD
from unspin.trace.query import KEPT, UNTOUCHED, chosen, likely, rarity
from unspin.trace.repeats import said_first
from unspin.trace.sides import swaps
from unspin.trace.sketch import PROMISING, Sketch, by_chance

__all__ = ["Glance"]

_TOKEN: Final = re.compile(r"[^\W_]++|[.!?]")
_ENDS: Final = frozenset(".!?")
_PART: Final = 48
"""Words of a part of the page that is asked for by itself."""
_MOST_PARTS: Final = 48
"""Parts at most; those of a longer page are longer."""
_TERMS: Final = 24
"""Terms of a query."""
_DOCUMENTS: Final = 64
"""Documents that are looked at for a part."""
_MOST_WORDS: Final = 300_000
"""Words that are remembered; then all are forgotten, and learned anew."""
_SPECIAL: Final = "^"
"""Before a name or a figure, which no spinner touches; no word has this sign."""


class Glance:
    """Looks at pages, whether an archive may have a source of them; several threads may share one."""

    def __init__(self, archive: Archive) -> None:
        """Begin with nothing known of any word.

        Args:
            archive: it must stay at one commit as long as this is used.
        """
        self._archive = archive
        self._words = _Words(archive)
        self._learning = Lock()

    def sees(self, page: str) -> bool:
        """Whether a search for a page may claim something.

        Raises:
            DamagedData: the archive cannot be read.
        """
        return any(promise >= PROMISING for promise in self.promises(page))

    def promises(self, page: str) -> Iterator[float]:
        """What each document that is looked at promises, see :meth:`unspin.trace.sketch.Sketch.promise`."""
        with self._learning:
            if len(self._words) > _MOST_WORDS:
                self._words = _Words(self._archive)
            words = self._words
            try:
                asked = words.of(_spelled(as_read(page)))
            except BaseException:  # broken off in the middle of a word: what is known is worth nothing any more
                self._words = _Words(self._archive)
                raise
        size = len(asked.ptr) - 1
        sketch = Sketch(asked.hashed % NUMBERS, ragged.owners(asked.ptr), asked.nats, size)
        free = np.ones(size, np.bool_)
        seen: set[int] = set()
        parts = min(_MOST_PARTS, -(-size // _PART))
        for k in range(parts):
            part = slice(asked.ptr[size * k // parts], asked.ptr[size * (k + 1) // parts])
            hits = self._archive.search(words.query(asked, part), _DOCUMENTS)
            new = {where.place: where for where in self._archive.where(hits) if where.place not in seen}
            seen.update(new)
            runs = sketch.runs([self._archive.numbers(where) for where in new.values()], free)
            yield from sketch.promises(runs, np.array([where.words for where in new.values()], np.int64)).tolist()


def _spelled(page: str) -> Iterator[str]:
    """The words of a page in lower case, the special ones marked."""
    begins = True
    for token in _TOKEN.findall(page):
        if token in _ENDS:
            begins = True
            continue
        special = token[0].isdigit() or (token[0].isupper() and not begins)
        yield _SPECIAL + token.lower() if special else token.lower()
        begins = False


class _Asked(NamedTuple):
    """The words that may have been written on a page, those of each place together.

    Attributes:
        ptr: where those of each place begin, ``int64[n + 1]``.
        term: the number of each, by the order in which they were met, ``int64[k]``.
        hashed: a number of 32 bits, which does not depend on that, ``int64[k]``.
        unwritten: logarithm of the probability that it was not written there, ``float64[k]``.
        rarity: what it says of a document, in nats, ``float64[k]``.
        nats: what it says of a document at that place, ``float64[k]``.
    """

    ptr: NDArray[np.int64]
    term: NDArray[np.int64]
    hashed: NDArray[np.int64]
    unwritten: NDArray[np.float64]
    rarity: NDArray[np.float64]
    nats: NDArray[np.float64]


class _Term(NamedTuple):
    """What is known of a word of the archive."""

    number: int
    hashed: int
    rarity: float
    by_chance: float


class _Words:
    """What is known of words; each is learned where it is first met."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._documents = len(archive)
        self._row: dict[str, int] = {}  # of a word as _spelled gives it, which row of what may have been written
        self._ptr = array("q", [0])
        self._columns: tuple[array[Any], ...] = array("q"), array("q"), array("d"), array("d"), array("d")
        self._terms: dict[str, _Term] = {}
        self._spelling: list[str] = []

    def __len__(self) -> int:
        return len(self._row)

    def of(self, spelled: Iterable[str]) -> _Asked:
        """What may have been written where these words stand, those left out that say again what was said."""
        words = list(spelled)
        if new := [word for word in dict.fromkeys(words) if word not in self._row]:
            self._learn(new)
        rows = np.fromiter(map(self._row.__getitem__, words), np.int64, len(words))
        rows = rows[said_first(rows)]
        taken = ragged.take(np.frombuffer(self._ptr, np.int64), rows)
        # What grows must not be looked at when it does: what is taken is a copy.
        columns = (np.frombuffer(column, column.typecode)[taken.items] for column in self._columns)
        return _Asked(taken.ptr, *columns)

    def query(self, asked: _Asked, part: slice) -> list[Term]:
        """The words of a part of a page that say most, with their weights: the same ones whatever was met before."""
        term, first, which = np.unique(asked.term[part], return_index=True, return_inverse=True)
        unwritten = np.bincount(which, asked.unwritten[part], minlength=len(term)).astype(np.float64)
        order = np.argsort(asked.hashed[part][first], kind="stable")
        term, unwritten, rare = term[order], unwritten[order], asked.rarity[part][first][order]
        best, weight = chosen(unwritten, rare, self._documents, _TERMS)
        return [
            Term(self._spelling[number], times)
            for number, times in zip(term[best].tolist(), weight[best].tolist(), strict=True)
        ]

    def _learn(self, words: Sequence[str]) -> None:
        plain = [word for word in words if word[0] != _SPECIAL]
        form = lexicons.load().ids(plain)
        guesses = likely(plain, form, swaps(form))
        for word in words:
            others = guesses.get(word, ())
            kept = max(0.0, 1.0 - sum(probability for _, probability in others))
            special = word[0] == _SPECIAL
            self._option(word.removeprefix(_SPECIAL), (UNTOUCHED if special else KEPT) * kept)
            for text, probability in others:
                for other in WORD.findall(text):
                    self._option(other, probability)
            self._row[word] = len(self._ptr) - 1
            self._ptr.append(len(self._columns[0]))

    def _option(self, word: str, probability: float) -> None:
        term = self._terms.get(word) or self._met(word)
        nats = math.log(probability) - term.by_chance if probability > 0 else 0.0
        unwritten = math.log1p(-min(probability, UNTOUCHED))
        for column, value in zip(self._columns, (term.number, term.hashed, unwritten, term.rarity, nats), strict=True):
            column.append(value)

    def _met(self, word: str) -> _Term:
        says = rarity(self._archive.frequency(word), self._documents)
        form = int(lexicons.load().ids([word])[0])
        term = _Term(len(self._terms), crc32(word.encode("utf-8", "replace")), says, by_chance(form, says))
        self._terms[word] = term
        self._spelling.append(word)
        return term
