"""Three fast gates for whole corpora: which documents are worth the reader's time.

The screen (:mod:`unspin.screen.screen`) looks at every document, at the speed of reading it; the sieve
(:mod:`unspin.screen.sieve`) at those that the screen lets through, word by word in context, at several megabytes a second; the
look (:mod:`unspin.screen.look`) at the densest passage of what the sieve lets through, with the reader's own encoder. All are
set to let through too much rather than too little, and what they say is no verdict: the reader reads what passes them.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from unspin.errors import MissingExtra
from unspin.screen.seen import as_seen

if TYPE_CHECKING:
    import pyarrow as pa

    from unspin.screen.look import Look, Passage
    from unspin.screen.screen import Screen, Weighed
    from unspin.screen.sieve import Sieve, Sums

__all__ = ["Gates", "Scores", "Sifted", "compiled", "load"]


class Scores(NamedTuple):
    """How far documents are above each gate; from 0 on they pass it.

    Attributes:
        screen: of the first gate, ``float32[n]``; minus infinity for nulls and for too few words.
        sieve: of the second, ``float32[n]``; NaN for what did not pass the first.
        look: of the third, ``float32[n]``; NaN for what did not pass the second.
    """

    screen: NDArray[np.float32]
    sieve: NDArray[np.float32]
    look: NDArray[np.float32]

    @property
    def sent_on(self) -> NDArray[np.bool_]:
        """Which documents the reader is asked about, ``bool[n]``."""
        return np.asarray(self.look >= 0, np.bool_)


class Sifted(NamedTuple):
    """What the first two gates say of documents.

    Attributes:
        screen: as in :class:`Scores`.
        sieve: likewise.
        passages: what the third is to look at, for each row that passes both.
    """

    screen: NDArray[np.float32]
    sieve: NDArray[np.float32]
    passages: dict[int, Passage]


@dataclass(frozen=True, eq=False)
class Gates:
    """The three gates, one after the other.

    Attributes:
        screen: the first.
        sifting: gives the second; called when a document first comes to it, since many files have none that does.
        looking: gives the third, likewise.
    """

    screen: Screen
    sifting: Callable[[], Sieve]
    looking: Callable[[], Look]

    @property
    def sieve(self) -> Sieve:
        """The second gate."""
        return self.sifting()

    @property
    def look(self) -> Look:
        """The third gate."""
        return self.looking()

    def scores(self, texts: pa.Array | pa.ChunkedArray) -> Scores:
        """What the gates say of documents; of each the same in any column.

        Args:
            texts: strings, large strings or UTF-8 bytes; any bytes will do.
        """
        import pyarrow as pa

        if isinstance(texts, pa.ChunkedArray):
            parts = [self.scores(chunk) for chunk in texts.chunks]
            none = [np.empty(0, np.float32)]
            return Scores(*(np.concatenate([*none, *(part[i] for part in parts)]) for i in range(3)))
        return self.looked(self.sifted(texts))

    def sifted(self, texts: pa.Array) -> Sifted:
        """What the first two gates say, and what the third is to look at; ``texts`` as for :meth:`scores`."""
        import pyarrow as pa

        weighed = self.screen.weigh(texts)
        found = self._passed(texts, weighed)
        hidden = weighed.hidden.nonzero()[0].tolist()
        if hidden:
            plain = pa.array([as_seen(_bytes(texts[i])) for i in hidden], pa.large_binary())
            seen = self._passed(plain, self.screen.weigh(plain))
            found.screen[hidden], found.sieve[hidden] = seen.screen, seen.sieve
            others = {row: passage for row, passage in found.passages.items() if row not in set(hidden)}
            found = found._replace(passages=others | {hidden[k]: passage for k, passage in seen.passages.items()})
        return found

    def looked(
        self, sifted: Sifted, *, watch: Callable[[int], None] = lambda _: None, skip: Container[int] = ()
    ) -> Scores:
        """What all three say.

        Args:
            sifted: what the first two say.
            watch: called with the row of each document before the third looks at it.
            skip: rows that it is not to look at.
        """
        look = np.full(len(sifted.screen), np.nan, np.float32)
        for row, passage in sifted.passages.items():
            if row not in skip:
                watch(row)
                look[row] = _score(self.look, passage)
        return Scores(sifted.screen, sifted.sieve, look)

    def warm(self) -> None:
        """Compile whatever was not compiled before, and have the first gate ready."""
        import pyarrow as pa

        nothing = pa.array([""], pa.large_string())
        self.screen.weigh(nothing)
        if compiled():
            return
        self.sieve.densest(np.zeros(0, np.uint8), self.sieve.sums(nothing, np.zeros(1, np.int64)), 0)

    def _passed(self, texts: pa.Array, weighed: Weighed) -> Sifted:
        """What the first two say of documents that were weighed."""
        first = self.screen.scores(weighed)
        if texts.null_count:
            first[np.asarray(texts.is_null())] = -np.inf
        second = np.full(len(first), np.nan, np.float32)
        passages: dict[int, Passage] = {}
        wanted = (first >= 0).nonzero()[0]
        if len(wanted):
            passed = weighed.only(wanted)
            screened = np.stack([self.screen.odds(passed), self.screen.densest(passed)], axis=1)
            sums = self.sieve.sums(texts, wanted)
            second[wanted] = above = self.sieve.above(sums, screened)
            for k in (above >= 0).nonzero()[0].tolist():
                row = int(wanted[k])
                passages[row] = _passage(_bytes(texts[row]), self.sieve, sums, k)
        return Sifted(first, second, passages)


def _passage(document: bytes, sieve: Sieve, sums: Sums, row: int) -> Passage:
    from unspin.screen.look import Passage

    return Passage.of(document, sieve, sums, row)


def _score(look: Look, passage: Passage) -> float:
    """The score of a passage; one that cannot be looked at passes, since the reader says what is wrong with its document."""
    try:
        return look.score(passage)
    except Exception:  # noqa: BLE001 - one document must not stop a crawl, whatever is wrong with it
        return 0.0


def _bytes(value: pa.Scalar) -> bytes:
    found = value.as_py() or b""
    return found.encode("utf-8", "replace") if isinstance(found, str) else found


def compiled() -> bool:
    """Whether the kernels have been compiled before on this machine; if not, the first use takes some seconds."""
    try:
        from unspin.screen import kernel, sieve, tokens
    except ImportError as error:
        raise MissingExtra("scan", "screening a corpus") from error
    made = (kernel.sums, tokens.fill, tokens.span_of, sieve.add)
    return all(any(Path(each.stats.cache_path).glob(f"*.{each.__name__}-*.nbc")) for each in made)


@lru_cache(maxsize=1)
def load() -> Gates:
    """The shipped gates; the second and the third are loaded when a document comes to them.

    Raises:
        MissingExtra: ``unspin[scan]`` is not installed.
        DamagedData: a data file is broken; those of the second and the third are found so when they are used.
    """
    try:
        from unspin.screen import screen
    except ImportError as error:
        raise MissingExtra("scan", "screening a corpus") from error
    return Gates(screen.load(), _sieve, _look)


def _sieve() -> Sieve:
    from unspin.screen import sieve

    return sieve.load()


def _look() -> Look:
    from unspin.screen import look

    return look.load()
