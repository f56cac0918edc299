"""The fast gate for whole corpora: which documents are worth the reader's time.

The screen is a linear model over hashed words and pairs of neighbouring words, trained to tell spun text from honest text
(``python -m training.screen``), as fastText is for languages (Joulin and others 2017), over Arrow buffers in one compiled pass
(:mod:`unspin.screen.kernel`). It is set to pass too much rather than too little, and its opinion alone says nothing about a
document: a score from 0 on means "ask the reader".
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from unspin.errors import DamagedData, MissingExtra

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["FEWEST_WORDS", "Screen", "compiled", "load"]

FEWEST_WORDS: Final = 30
"""Documents of fewer words cannot be judged (see :mod:`unspin.reader.eligibility`), so that they are not sent on."""
_TYPICAL: Final = 100
"""Words of a document at which the threshold has no correction for length."""


@dataclass(frozen=True, eq=False)
class Screen:
    """The trained screen.

    Attributes:
        words: weight of a word by the highest bits of its hash, ``int8[2**k]``.
        pairs: weight of a word and what stands before it likewise, ``int8[2**k]``.
        scale: what a weight of 1 is worth, in nats.
        intercept: log-odds of "spun" for a document of 100 words without weight.
        slope: what is added to it for every natural logarithm of the length.
        lengths: numbers of words, rising.
        thresholds: log-odds from which on a document of each of these lengths is sent on; between them interpolated by the
            logarithm of the length.
    """

    words: NDArray[np.int8]
    pairs: NDArray[np.int8]
    scale: float
    intercept: float
    slope: float
    lengths: NDArray[np.float64]
    thresholds: NDArray[np.float64]

    def scores(self, texts: pa.Array | pa.ChunkedArray) -> NDArray[np.float32]:
        """How far each document is above the gate: from 0 on it is sent to the reader.

        Args:
            texts: strings, large strings or UTF-8 bytes (any bytes will do); nothing is copied but views and dictionaries.

        Returns:
            ``float32[n]``; minus infinity for nulls and for documents of fewer than :data:`FEWEST_WORDS` words.
        """
        import pyarrow as pa

        if isinstance(texts, pa.ChunkedArray):
            parts = [self.scores(chunk) for chunk in texts.chunks]
            return np.concatenate(parts) if parts else np.empty(0, np.float32)
        total, count = self.sums(texts)
        scores = self.odds(total, count) - np.interp(
            np.log(np.maximum(count, 1)), np.log(self.lengths), self.thresholds
        )
        scores[count < FEWEST_WORDS] = -np.inf
        if texts.null_count:
            scores[np.asarray(texts.is_null())] = -np.inf
        return scores.astype(np.float32)

    def odds(self, total: NDArray[np.int64], count: NDArray[np.int64]) -> NDArray[np.float64]:
        """Log-odds of "spun" from sums of weights and numbers of words, before the threshold.

        A sum of n independent terms spreads with the square root of n, so that is what it is divided by.
        """
        words = np.maximum(count, 1)
        return np.asarray(
            self.scale * total / np.sqrt(words) + self.intercept + self.slope * np.log(words / _TYPICAL), np.float64
        )

    def sums(self, texts: pa.Array) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Sum of weights and number of words of each document."""
        from unspin.screen import kernel

        data, offsets = _buffers(texts)
        total, count = np.zeros(len(texts), np.int64), np.zeros(len(texts), np.int64)
        words, pairs = _read_only(self.words), _read_only(self.pairs)
        kernel.sums(data, offsets, words, pairs, _shift(words), _shift(pairs), total, count)
        return total, count


def compiled() -> bool:
    """Whether the kernel has been compiled before on this machine; if not, the first use takes some seconds."""
    try:
        from unspin.screen import kernel
    except ImportError as error:
        raise MissingExtra("scan", "screening a corpus") from error
    folder = Path(kernel.sums.stats.cache_path)
    return any(folder.glob("kernel.sums-*.nbc"))


@lru_cache(maxsize=1)
def load() -> Screen:
    """The shipped screen.

    Raises:
        MissingExtra: ``unspin[scan]`` is not installed.
        DamagedData: its data file is broken.
    """
    try:
        from unspin.screen import kernel  # noqa: F401 - that it can be imported is what matters
    except ImportError as error:
        raise MissingExtra("scan", "screening a corpus") from error
    try:
        with (resources.files("unspin.data") / "screen.npz").open("rb") as file, np.load(file) as saved:
            return Screen(
                saved["words"], saved["pairs"], float(saved["scale"]), float(saved["intercept"]), float(saved["slope"]),
                saved["lengths"], saved["thresholds"],
            )  # fmt: skip
    except (OSError, KeyError, ValueError) as error:
        raise DamagedData(f"the data of the screen cannot be used ({error}); install unspin again") from error


def _shift(table: NDArray[np.int8]) -> np.uint64:
    """How far a hash is shifted to become a place in a table."""
    return np.uint64(64 - int(math.log2(len(table))))


def _read_only(table: NDArray[np.int8]) -> NDArray[np.int8]:
    view = table.view()
    view.flags.writeable = False
    return view


def _buffers(texts: pa.Array) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """The bytes of a column as Arrow has them, and where its rows begin in them.

    Always of the same types, read-only, since the kernel is compiled for each combination of types anew.
    """
    import pyarrow as pa

    wide = pa.types.is_large_string(texts.type) or pa.types.is_large_binary(texts.type)
    if not (wide or pa.types.is_string(texts.type) or pa.types.is_binary(texts.type)):
        texts, wide = texts.cast(pa.large_string()), True
    _, offsets, data = texts.buffers()
    begins, content = np.zeros(len(texts) + 1, np.int64), np.empty(0, np.uint8)
    if offsets is not None and len(texts):
        found = np.frombuffer(offsets, np.int64 if wide else np.int32)
        begins = found[texts.offset : texts.offset + len(texts) + 1].astype(np.int64)
    if data is not None:
        content = np.frombuffer(data, np.uint8)
    begins.flags.writeable = content.flags.writeable = False
    return content, begins
