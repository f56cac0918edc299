"""The first gate: a linear model over hashed words and pairs of neighbouring words, at the speed of reading.

It is trained to tell spun text from honest text (``python -m training.screen``), as fastText is for languages (Joulin and
others 2017), over Arrow buffers in one compiled pass (:mod:`unspin.screen.kernel`). Words and pairs that training did not see
often weigh nothing, so that a vocabulary that it does not know is no evidence.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from unspin.errors import DamagedData
from unspin.screen import kernel
from unspin.screen.buffers import buffers, read_only

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["FEWEST_WORDS", "Screen", "Weighed", "at_length", "load"]

FEWEST_WORDS: Final = 30
"""Documents of fewer words cannot be judged (see :mod:`unspin.reader.eligibility`), so that they are not sent on."""
_TYPICAL: Final = 100
"""Words of a document at which the threshold has no correction for length."""


class Weighed(NamedTuple):
    """What the kernel says of documents.

    Attributes:
        total: sums of weights, ``int64[n]``.
        words: numbers of words, ``int64[n]``.
        hidden: whether a document has signs inside words that are not seen there, ``bool[n]``.
        densest: sums of weights of the densest passages, ``int64[n]``.
    """

    total: NDArray[np.int64]
    words: NDArray[np.int64]
    hidden: NDArray[np.bool_]
    densest: NDArray[np.int64]

    def only(self, rows: NDArray[np.int64]) -> Weighed:
        """Some of the documents."""
        return Weighed(self.total[rows], self.words[rows], self.hidden[rows], self.densest[rows])


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
        thresholds: from which on a document of each of these lengths is sent on, ``float64[2, lengths]``: first of its
            log-odds, then of its densest passage's; between lengths interpolated by the logarithm.
    """

    words: NDArray[np.int8]
    pairs: NDArray[np.int8]
    scale: float
    intercept: float
    slope: float
    lengths: NDArray[np.float64]
    thresholds: NDArray[np.float64]

    def scores(self, weighed: Weighed) -> NDArray[np.float32]:
        """How far each document, or its densest passage, is above the gate.

        Minus infinity for fewer than :data:`FEWEST_WORDS` words.
        """
        above = [
            values - at_length(weighed.words, self.lengths, thresholds)
            for values, thresholds in zip((self.odds(weighed), self.densest(weighed)), self.thresholds, strict=True)
        ]
        scores = np.maximum(*above)
        scores[weighed.words < FEWEST_WORDS] = -np.inf
        return scores.astype(np.float32)

    def odds(self, weighed: Weighed) -> NDArray[np.float64]:
        """Log-odds of "spun" of each document, before the threshold.

        A sum of n independent terms spreads with the square root of n, so that is what it is divided by.
        """
        words = np.maximum(weighed.words, 1)
        return np.asarray(
            self.scale * weighed.total / np.sqrt(words) + self.intercept + self.slope * np.log(words / _TYPICAL),
            np.float64,
        )

    def densest(self, weighed: Weighed) -> NDArray[np.float64]:
        """What the densest passage of each document says likewise, but for what goes by the length."""
        return np.asarray(self.scale * weighed.densest / math.sqrt(2 * kernel.HALF_A_PASSAGE), np.float64)

    def weigh(self, texts: pa.Array) -> Weighed:
        """Weigh each document of a column; nothing is copied but views and dictionaries."""
        data, offsets = buffers(texts)
        total, count, densest = (np.zeros(len(texts), np.int64) for _ in range(3))
        found = Weighed(total, count, np.zeros(len(texts), np.bool_), densest)
        words, pairs = read_only(self.words), read_only(self.pairs)
        kernel.sums(data, offsets, words, pairs, _shift(words), _shift(pairs), *found)
        return found


@lru_cache(maxsize=1)
def load() -> Screen:
    """The shipped screen.

    Raises:
        DamagedData: its data file is broken.
    """
    try:
        with (resources.files("unspin.data") / "screen.npz").open("rb") as file, np.load(file) as saved:
            return Screen(
                saved["words"], saved["pairs"], float(saved["scale"]), float(saved["intercept"]), float(saved["slope"]),
                saved["lengths"], saved["thresholds"],
            )  # fmt: skip
    except (OSError, KeyError, ValueError) as error:
        raise DamagedData(f"the data of the screen cannot be used ({error}); install unspin again") from error


def at_length(
    words: NDArray[np.int64], lengths: NDArray[np.float64], thresholds: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The threshold of documents of so many words, interpolated by the logarithm of the length."""
    return np.asarray(np.interp(np.log(np.maximum(words, 1)), np.log(lengths), thresholds), np.float64)


def _shift(table: NDArray[np.int8]) -> np.uint64:
    """How far a hash is shifted to become a place in a table."""
    return np.uint64(64 - int(math.log2(len(table))))
