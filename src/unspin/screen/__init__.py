"""Two fast gates for whole corpora: which documents are worth the reader's time.

The screen (:mod:`unspin.screen.screen`) looks at every document, at the speed of reading it; the sieve
(:mod:`unspin.screen.sieve`) at those that the screen lets through, word by word in context, at several megabytes a second. Both
are set to let through too much rather than too little, and what they say is no verdict: the reader reads what passes both.
"""

from __future__ import annotations

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

    from unspin.screen.screen import Screen, Weighed
    from unspin.screen.sieve import Sieve

__all__ = ["Gates", "Scores", "compiled", "load"]


class Scores(NamedTuple):
    """How far documents are above each gate; from 0 on they pass it.

    Attributes:
        screen: of the first gate, ``float32[n]``; minus infinity for nulls and for too few words.
        sieve: of the second, ``float32[n]``; NaN for what did not pass the first.
    """

    screen: NDArray[np.float32]
    sieve: NDArray[np.float32]

    @property
    def sent_on(self) -> NDArray[np.bool_]:
        """Which documents the reader is asked about, ``bool[n]``."""
        return np.asarray(self.sieve >= 0, np.bool_)


@dataclass(frozen=True, eq=False)
class Gates:
    """The two gates, one after the other."""

    screen: Screen
    sieve: Sieve

    def scores(self, texts: pa.Array | pa.ChunkedArray) -> Scores:
        """What the gates say of documents; of each the same in any column.

        Args:
            texts: strings, large strings or UTF-8 bytes; any bytes will do.
        """
        import pyarrow as pa

        if isinstance(texts, pa.ChunkedArray):
            parts = [self.scores(chunk) for chunk in texts.chunks]
            none = [np.empty(0, np.float32)]
            return Scores(*(np.concatenate([*none, *(part[i] for part in parts)]) for i in (0, 1)))
        weighed = self.screen.weigh(texts)
        first, second = self._passed(texts, weighed)
        hidden = weighed.hidden.nonzero()[0]
        if len(hidden):
            plain = pa.array([as_seen(_bytes(texts[i])) for i in hidden.tolist()], pa.large_binary())
            first[hidden], second[hidden] = self._passed(plain, self.screen.weigh(plain))
        return Scores(first, second)

    def warm(self) -> None:
        """Compile whatever was not compiled before."""
        import pyarrow as pa

        nothing = pa.array([""], pa.large_string())
        self.screen.weigh(nothing)
        self.sieve.scores(nothing, np.zeros(1, np.int64), np.zeros((1, 2)))

    def _passed(self, texts: pa.Array, weighed: Weighed) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The scores of both gates for documents that were weighed."""
        first = self.screen.scores(weighed)
        if texts.null_count:
            first[np.asarray(texts.is_null())] = -np.inf
        second = np.full(len(first), np.nan, np.float32)
        wanted = (first >= 0).nonzero()[0]
        if len(wanted):
            passed = weighed.only(wanted)
            screened = np.stack([self.screen.odds(passed), self.screen.densest(passed)], axis=1)
            second[wanted] = self.sieve.scores(texts, wanted, screened)
        return first, second


def _bytes(value: pa.Scalar) -> bytes:
    found = value.as_py() or b""
    return found.encode("utf-8", "replace") if isinstance(found, str) else found


def compiled() -> bool:
    """Whether the kernels have been compiled before on this machine; if not, the first use takes some seconds."""
    try:
        from unspin.screen import kernel, sieve, tokens
    except ImportError as error:
        raise MissingExtra("scan", "screening a corpus") from error
    made = (kernel.sums, tokens.fill, sieve.add)
    return all(any(Path(each.stats.cache_path).glob(f"*.{each.__name__}-*.nbc")) for each in made)


@lru_cache(maxsize=1)
def load() -> Gates:
    """The shipped gates.

    Raises:
        MissingExtra: ``unspin[scan]`` is not installed.
        DamagedData: a data file is broken.
    """
    try:
        from unspin.screen import screen, sieve
    except ImportError as error:
        raise MissingExtra("scan", "screening a corpus") from error
    return Gates(screen.load(), sieve.load())
