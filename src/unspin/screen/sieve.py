"""The second gate: it reads what the screen sends on, word by word and in context.

A small convolutional network (``python -m training.sieve``) gives every word of its vocabulary the odds that it was put there
by a spinner, from four tokens to each side (:mod:`unspin.screen.tokens`). It reckons in integers, so that a document has the
same odds alone and among thousands, and the stream of all documents goes through it in pieces of one size, so that memory is
bounded, however long one of them is.

The odds of a document are added up as the reader's verdict does it (:mod:`unspin.model.verdict`): a likelihood ratio of "a
share of the words was swapped" to "as written", with as much for a single word at most, of one form two occurrences. The same
is added up of its densest passage, which no honest rest outvotes. Beside them stand the phrases that nobody writes, what the
screen said, whose errors are others, and what tells a text with a vocabulary of its own: how rare its words are, how often it
says them again, and how many of them are unknown. Two logistic models put this together: one knows documents that were spun
throughout, the other such as have a spun passage. A document is sent on where either of them says so.
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
from unspin.screen.buffers import buffers, read_only
from unspin.screen.screen import at_length
from unspin.screen.tokens import FIRST_WORD, REACH, Told, fill, phrases_of, span_of, states, table_of

if TYPE_CHECKING:
    import onnxruntime
    import pyarrow as pa

__all__ = [
    "EVIDENCE",
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
"""Shares of swapped words that are tried; the middle one tells which passage is the densest."""
EVIDENCE: Final = (
    "screened", "few", "some", "many", "length", "rarity", "rarity_in_all", "screened_rarity", "forms", "unknown", "phrases",
    "screened_passage", "few_there", "some_there", "many_there", "rarity_there",
)  # fmt: skip
"""What the models weigh: the screen's log-odds; the ratios for each of :data:`SHARES`, divided by how much such sums spread;
the logarithm of the number of words; how rare they are; this by the root of their number, since what rare words add wrongly
grows so; this by the screen's log-odds, which count less in a text of rare words; the logarithm of forms to words; the share of
unknown words; the phrases that nobody writes, three at most; and of the densest passage what the screen says, the ratios, and
how rare its words are."""
_USUAL: Final = 6.3
"""How rare the words of ordinary prose are."""
_LONGEST: Final = 4_000
"""Words from which on a text is no longer, for what goes by rarity and length: no text of training was much longer."""
HALF_A_PASSAGE: Final = 48
"""Words of evidence of half a passage; see :data:`unspin.screen.kernel.HALF_A_PASSAGE`."""
MOST_OF_A_FORM: Final = 2
"""Occurrences of one form that count."""
_MOST: Final = 4.0
"""Nats that one word may add."""
_FINE: Final = 1024
"""Parts of a nat in which odds are added up: whole numbers give the same sum in any order."""
_PIECE: Final = 8_192
"""Tokens that go through the network at a time."""
_MOST_PHRASES: Final = 3
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
        rarity: mean of :func:`rarities` over the words, ``float64[n]``; 0 where there are none.
        forms: different words, ``int64[n]``.
        unknown: unknown words / all words, ``float64[n]``; 0 where there are none.
        phrases: different phrases that nobody writes, ``int64[n]``.
        passage_words: words of the densest passage that are evidence, ``int64[n]``.
        passage: its log-likelihood ratios, ``float64[n, 3]``.
        passage_rarity: mean of :func:`rarities` there, ``float64[n]``.
        passage_begin: words of evidence that stand before it, ``int64[n]``.
    """

    words: NDArray[np.int64]
    whole: NDArray[np.float64]
    rarity: NDArray[np.float64]
    forms: NDArray[np.int64]
    unknown: NDArray[np.float64]
    phrases: NDArray[np.int64]
    passage_words: NDArray[np.int64]
    passage: NDArray[np.float64]
    passage_rarity: NDArray[np.float64]
    passage_begin: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Sieve:
    """The trained sieve.

    Attributes:
        keys: hashes of the vocabulary, see :func:`unspin.screen.tokens.table_of`.
        values: the numbers of its words.
        session: the network.
        ratios: what a word adds for each of :data:`SHARES`, by its odds, ``int64[3, 256]``.
        phrases: keys of phrases that nobody writes, see :func:`unspin.screen.tokens.phrases_of`.
        weights: of :data:`EVIDENCE` in both models, ``float64[2, 16]``: of spun documents, and of spun passages.
        bias: the scores of a document of which they say nothing, ``float64[2]``.
        lengths: numbers of words, rising.
        thresholds: scores from which on a document of each of these lengths is sent on, ``float64[2, lengths]``; between them
            interpolated by the logarithm of the length.
    """

    keys: NDArray[np.uint64]
    values: NDArray[np.int32]
    session: onnxruntime.InferenceSession
    ratios: NDArray[np.int64]
    phrases: NDArray[np.uint64]
    weights: NDArray[np.float64]
    bias: NDArray[np.float64]
    lengths: NDArray[np.float64]
    thresholds: NDArray[np.float64]

    def scores(self, texts: pa.Array, wanted: NDArray[np.int64], screened: NDArray[np.float64]) -> NDArray[np.float32]:
        """How far some documents are above the gate: from 0 on they are sent to the reader.

        Args:
            texts: strings, large strings or UTF-8 bytes; any bytes will do.
            wanted: rows that are looked at.
            screened: the screen's log-odds of each of them and of its densest passage, ``float64[len(wanted), 2]``.

        Returns:
            ``float32[len(wanted)]``.
        """
        return self.above(self.sums(texts, wanted), screened)

    def above(self, sums: Sums, screened: NDArray[np.float64]) -> NDArray[np.float32]:
        """The same of documents of which the sums are known."""
        above = [
            odds - at_length(sums.words, self.lengths, thresholds)
            for odds, thresholds in zip(self.odds(sums, screened), self.thresholds, strict=True)
        ]
        return np.maximum(*above).astype(np.float32)

    def odds(self, sums: Sums, screened: NDArray[np.float64]) -> NDArray[np.float64]:
        """The scores of both models before the thresholds, ``float64[2, n]``."""
        # Column by column: the product of a matrix may round a row otherwise among many than alone.
        columns = features(sums, screened).T
        return np.stack([
            sum((w * x for w, x in zip(weights.tolist(), columns, strict=True)), bias)
            for weights, bias in zip(self.weights, self.bias.tolist(), strict=True)
        ])  # fmt: skip

    def sums(self, texts: pa.Array, wanted: NDArray[np.int64]) -> Sums:
        """What is added up of some documents; arguments as for :meth:`scores`."""
        data, offsets = buffers(texts)
        wanted = np.ascontiguousarray(wanted, np.int64)
        told, forms = Told.of(len(wanted), self.phrases), np.zeros(len(wanted), np.int64)
        tallies = np.zeros((len(wanted), *_TALLY), np.int64)
        rarity = rarities(max(int(self.values.max(initial=0)) + 1, FIRST_WORD))
        seen = np.full((len(rarity), 2), -1, np.int64)
        around = 2 * REACH
        tokens, owner = np.zeros(around + _PIECE, np.int32), np.full(around + _PIECE, -1, np.int64)
        state = states()
        while found := fill(
            data, offsets, wanted, self.keys, self.values, self.phrases, state, tokens[around:], owner[around:], *told
        ):
            (odds,) = self.session.run(None, {"tokens": tokens[None, : around + found]})
            add(odds[0, 0], tokens[REACH:], owner[REACH:], self.ratios, rarity, seen, tallies, forms)
            tokens[:around], owner[:around] = tokens[found : found + around], owner[found : found + around]
        ended(tallies)
        whole, passage = tallies[:, _WHOLE], tallies[:, _DENSEST]
        return Sums(
            whole[:, _WORDS], *_ratios_and_rarity(whole), forms, told.unknown / np.maximum(told.words, 1), told.phrases,
            passage[:, _WORDS], *_ratios_and_rarity(passage), passage[:, _BEGIN],
        )  # fmt: skip

    def densest(self, document: NDArray[np.uint8], sums: Sums, row: int) -> tuple[int, int]:
        """Where the densest passage of a document stands: its first byte, and the one after its last.

        Args:
            document: its bytes.
            sums: what was added up of some documents.
            row: which of them it is.
        """
        first = int(sums.passage_begin[row])
        last = first + int(sums.passage_words[row])
        begin, end = span_of(read_only(document), 0, len(document), self.keys, self.values, first, last)
        return int(begin), int(end)


def _ratios_and_rarity(tally: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The ratios of a column of tallies in nats, and the mean rarity."""
    return tally[:, :_RARITY] / _FINE, tally[:, _RARITY] / _FINE / np.maximum(tally[:, _WORDS], 1)


# A document has four tallies: of the whole, of its densest passage, of the last half of a passage, of the one being filled.
# Each holds the ratios for each share, the rarities, the number of words, and that of the words before it.
_WHOLE, _DENSEST, _LAST, _FILLED = range(4)
_RARITY, _WORDS, _BEGIN = 3, 4, 5
_TALLY: Final = (4, 6)


@njit(nogil=True, cache=True)
def add(odds: Any, tokens: Any, owner: Any, ratios: Any, rarity: Any, seen: Any, tallies: Any, forms: Any) -> None:
    """Add the odds of a piece of the stream to the sums of its documents.

    Args:
        odds: of each token, ``uint8``.
        tokens: at least as many.
        owner: the document of each token that is evidence, else -1.
        ratios: see :class:`Sieve`.
        rarity: of each token, see :func:`rarities`.
        seen: for each token the document that it was seen in last, and how often; ``int64[tokens, 2]``.
        tallies: of each document, ``int64[n, 4, 6]``; complete after :func:`ended`.
        forms: different tokens of each document, ``int64[n]``.
    """
    for i in range(len(odds)):
        document = owner[i]
        if document < 0:
            continue
        token = tokens[i]
        tally = tallies[document]
        if seen[token, 0] != document:
            seen[token, 0] = document
            seen[token, 1] = 0
            forms[document] += 1
        seen[token, 1] += 1
        tally[_FILLED, _WORDS] += 1
        tally[_FILLED, _RARITY] += rarity[token]
        if seen[token, 1] <= MOST_OF_A_FORM:
            for share in range(3):
                tally[_FILLED, share] += ratios[share, odds[i]]
        if tally[_FILLED, _WORDS] == HALF_A_PASSAGE:
            _filled(tally)


@njit(nogil=True, cache=True)
def ended(tallies: Any) -> None:
    """Complete the tallies of documents of which all is added up; one that is no longer than half a passage is its densest."""
    for document in range(len(tallies)):
        tally = tallies[document]
        if tally[_FILLED, _WORDS] > 0:
            _filled(tally)
        if tally[_DENSEST, _WORDS] == 0:
            tally[_DENSEST] = tally[_WHOLE]


@njit(inline="always")
def _filled(tally: Any) -> None:
    """Half a passage is full: it makes a passage with the one before it, and becomes that."""
    middle = 1  # of the shares
    if tally[_LAST, _WORDS] > 0:
        here = tally[_LAST, middle] + tally[_FILLED, middle]
        if tally[_DENSEST, _WORDS] == 0 or here > tally[_DENSEST, middle]:
            for i in range(_BEGIN):
                tally[_DENSEST, i] = tally[_LAST, i] + tally[_FILLED, i]
            tally[_DENSEST, _BEGIN] = tally[_WHOLE, _WORDS] - tally[_LAST, _WORDS]
    for i in range(_BEGIN):
        tally[_WHOLE, i] += tally[_FILLED, i]
        tally[_LAST, i] = tally[_FILLED, i]
        tally[_FILLED, i] = 0


def features(sums: Sums, screened: NDArray[np.float64]) -> NDArray[np.float64]:
    """What the scores of a document rest on, ``float64[n, 16]``, see :data:`EVIDENCE`; arguments as for :meth:`Sieve.odds`."""
    words, there = (np.maximum(count, 1)[:, None] for count in (sums.words, sums.passage_words))
    spread, in_all, rarer = np.sqrt(words), np.sqrt(np.minimum(words[:, 0], _LONGEST)), sums.rarity - _USUAL
    forms = np.log(np.maximum(sums.forms, 1)) - np.log(words[:, 0])
    phrases = np.minimum(sums.phrases, _MOST_PHRASES)
    return np.column_stack([
        screened[:, 0], sums.whole / spread, np.log(words), sums.rarity, in_all * rarer, screened[:, 0] * rarer, forms,
        sums.unknown, phrases, screened[:, 1], sums.passage / np.sqrt(there), sums.passage_rarity,
    ])  # fmt: skip


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
                phrases_of(saved["phrases"]), saved["weights"], saved["bias"], saved["lengths"], saved["thresholds"],
            )  # fmt: skip
    except (OSError, KeyError, ValueError, RuntimeError) as error:
        raise DamagedData(f"the data of the sieve cannot be used ({error}); install unspin again") from error


def session_of(model: bytes) -> onnxruntime.InferenceSession:
    """The network of a model, on one core: a scan gives each core a worker of its own."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
