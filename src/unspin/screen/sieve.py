"""The second gate: it reads what the screen sends on, word by word and in context.

A small convolutional network (``python -m training.sieve``) gives every word of its vocabulary the odds that it was put there
by a spinner, from four tokens to each side (:mod:`unspin.screen.tokens`). It reckons in integers, so that a document has the
same odds alone and among thousands, and the stream of all documents goes through it in pieces of one size, so that memory is
bounded, however long one of them is.

The odds of a document are added up as the reader's verdict does it (:mod:`unspin.model.verdict`): a likelihood ratio of "a
share of the words was swapped" to "as written", with as much for a single word at most, of one form two occurrences. Beside
that of the whole stands that of its best passage, which no honest rest outvotes, and what the screen said,
whose errors are others. A logistic model puts them together.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from unspin.errors import DamagedData
from unspin.screen.buffers import buffers
from unspin.screen.tokens import FIRST_WORD, REACH, fill, states, table_of

if TYPE_CHECKING:
    import onnxruntime
    import pyarrow as pa

__all__ = [
    "LOGIT",
    "MOST_OF_A_FORM",
    "SHARES",
    "Sieve",
    "Sums",
    "add",
    "features",
    "load",
    "rarities",
    "ratios",
    "session_of",
    "ZERO",
]

SHARES: Final = (0.08, 0.2, 0.4)
"""Shares of swapped words that are tried; the middle one in passages."""
MOST_OF_A_FORM: Final = 2
"""Occurrences of one form that count."""
_MOST: Final = 4.0
"""Nats that one word may add."""
_FINE: Final = 1024
"""Parts of a nat in which odds are added up: whole numbers give the same sum in any order."""
_PIECE: Final = 8_192
"""Tokens that go through the network at a time."""
_COMMONEST: Final = 100
"""Words that count as about equally common: those of grammar, and a few more."""
LOGIT: Final = 1 / 16
"""Nats to a step of the odds that the network gives."""
ZERO: Final = 160
"""The step that stands for odds of 1 to 1."""


@dataclass(frozen=True, eq=False)
class Sums:
    """What the sieve adds up of each document.

    Attributes:
        words: that are evidence, ``int64[n]``.
        whole: log-likelihood ratio of the whole for each of :data:`SHARES`, ``float64[n, 3]``.
        passage: that of the best passage, ``float64[n]``.
        rarity: mean of :func:`rarities` over the words, ``float64[n]``; 0 where there are none.
    """

    words: NDArray[np.int64]
    whole: NDArray[np.float64]
    passage: NDArray[np.float64]
    rarity: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Sieve:
    """The trained sieve.

    Attributes:
        keys: hashes of the vocabulary, see :func:`unspin.screen.tokens.table_of`.
        values: the numbers of its words.
        session: the network.
        ratios: what a word adds for each of :data:`SHARES`, by its odds, ``int64[3, 256]``.
        weights: of what :func:`features` says of a document, ``float64[7]``.
        bias: the score of a document of which it says nothing.
        lengths: numbers of words, rising.
        thresholds: scores from which on a document of each of these lengths is sent on; between them interpolated by the
            logarithm of the length.
    """

    keys: NDArray[np.uint64]
    values: NDArray[np.int32]
    session: onnxruntime.InferenceSession
    ratios: NDArray[np.int64]
    weights: NDArray[np.float64]
    bias: float
    lengths: NDArray[np.float64]
    thresholds: NDArray[np.float64]

    def scores(self, texts: pa.Array, wanted: NDArray[np.int64], screened: NDArray[np.float64]) -> NDArray[np.float32]:
        """How far some documents are above the gate: from 0 on they are sent to the reader.

        Args:
            texts: strings, large strings or UTF-8 bytes; any bytes will do.
            wanted: rows that are looked at.
            screened: the screen's log-odds of each of them.

        Returns:
            ``float32[len(wanted)]``.
        """
        sums = self.sums(texts, wanted)
        thresholds = np.interp(np.log(np.maximum(sums.words, 1)), np.log(self.lengths), self.thresholds)
        return (self.odds(sums, screened) - thresholds).astype(np.float32)

    def odds(self, sums: Sums, screened: NDArray[np.float64]) -> NDArray[np.float64]:
        """The score of each document before the threshold."""
        # Column by column: the product of a matrix may round a row otherwise among many than alone.
        columns = features(sums, screened).T
        return np.asarray(
            sum((w * x for w, x in zip(self.weights.tolist(), columns, strict=True)), self.bias), np.float64
        )

    def sums(self, texts: pa.Array, wanted: NDArray[np.int64]) -> Sums:
        """What is added up of some documents; arguments as for :meth:`scores`."""
        data, offsets = buffers(texts)
        wanted = np.ascontiguousarray(wanted, np.int64)
        words = np.zeros(len(wanted), np.int64)
        whole, passage = np.zeros((len(wanted), 3), np.int64), np.zeros((len(wanted), 2), np.int64)
        rare, rarity = np.zeros(len(wanted), np.int64), rarities(max(int(self.values.max(initial=0)) + 1, FIRST_WORD))
        seen = np.full((len(rarity), 2), -1, np.int64)
        around = 2 * REACH
        tokens, owner = np.zeros(around + _PIECE, np.int32), np.full(around + _PIECE, -1, np.int64)
        state = states()
        while found := fill(data, offsets, wanted, self.keys, self.values, state, tokens[around:], owner[around:]):
            (odds,) = self.session.run(None, {"tokens": tokens[None, : around + found]})
            add(odds[0, 0], tokens[REACH:], owner[REACH:], self.ratios, rarity, seen, words, whole, passage, rare)
            tokens[:around], owner[:around] = tokens[found : found + around], owner[found : found + around]
        return Sums(words, whole / _FINE, passage[:, 1] / _FINE, rare / _FINE / np.maximum(words, 1))


@njit(nogil=True, cache=True)
def add(
    odds: Any,
    tokens: Any,
    owner: Any,
    ratios: Any,
    rarity: Any,
    seen: Any,
    words: Any,
    whole: Any,
    passage: Any,
    rare: Any,
) -> None:
    """Add the odds of a piece of the stream to the sums of its documents.

    Args:
        odds: of each token, ``uint8``.
        tokens: at least as many.
        owner: the document of each token that is evidence, else -1.
        ratios: see :class:`Sieve`.
        rarity: of each token, see :func:`rarities`.
        seen: for each token the document that it was seen in last, and how often; ``int64[tokens, 2]``.
        words: ``int64[n]``.
        whole: ``int64[n, 3]``.
        passage: the best passage that ends here, and the best so far, ``int64[n, 2]``.
        rare: the rarities of all words, ``int64[n]``.
    """
    for i in range(len(odds)):
        document = owner[i]
        if document < 0:
            continue
        token = tokens[i]
        if seen[token, 0] != document:
            seen[token, 0] = document
            seen[token, 1] = 0
        seen[token, 1] += 1
        words[document] += 1
        rare[document] += rarity[token]
        if seen[token, 1] > MOST_OF_A_FORM:
            continue
        for share in range(3):
            whole[document, share] += ratios[share, odds[i]]
        here = max(0, passage[document, 0] + ratios[1, odds[i]])
        passage[document, 0] = here
        passage[document, 1] = max(passage[document, 1], here)


def features(sums: Sums, screened: NDArray[np.float64]) -> NDArray[np.float64]:
    """What the score of a document rests on, ``float64[n, 7]``: sums of many terms are divided by how much they spread."""
    spread, length = np.sqrt(np.maximum(sums.words, 1)), np.log(np.maximum(sums.words, 1))
    return np.stack([screened, *(sums.whole.T / spread), np.sqrt(sums.passage), length, sums.rarity], axis=1)


@lru_cache(maxsize=2)
def rarities(tokens: int) -> NDArray[np.int64]:
    """How rare the word of each token is: the logarithm of its place among the words by how common they are, in whole numbers.

    Args:
        tokens: of the vocabulary, which has its commonest words first.
    """
    place = np.maximum(np.arange(tokens) - FIRST_WORD, 0)
    found = np.asarray(np.round(_FINE * np.log(place + _COMMONEST)), np.int64)
    found.flags.writeable = False
    return found


def ratios(prior: float) -> NDArray[np.int64]:
    """What a word adds to the log-likelihood ratio for each of :data:`SHARES`, by the 256 values that the network gives.

    Args:
        prior: the log-odds of a swap at which a word says nothing.
    """
    odds = LOGIT * (np.arange(256) - ZERO)
    shares = np.array(SHARES)[:, None]
    whole = np.log(1 - shares + shares * np.exp(odds - prior))
    return np.asarray(np.round(_FINE * np.minimum(whole, _MOST)), np.int64)


@lru_cache(maxsize=1)
def load() -> Sieve:
    """The shipped sieve.

    Raises:
        DamagedData: its data file is broken.
    """
    try:
        with (resources.files("unspin.data") / "sieve.npz").open("rb") as file, np.load(file) as saved:
            return Sieve(
                *table_of(saved["hashes"]), session_of(saved["model"].tobytes()), saved["ratios"],
                saved["weights"], float(saved["bias"]), saved["lengths"], saved["thresholds"],
            )  # fmt: skip
    except (OSError, KeyError, ValueError, RuntimeError) as error:
        raise DamagedData(f"the data of the sieve cannot be used ({error}); install unspin again") from error


def session_of(model: bytes) -> onnxruntime.InferenceSession:
    """The network of a model, on one core: a scan gives each core a worker of its own."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
