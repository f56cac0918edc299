"""The n-gram language evidence: how well a word reads between its nearest neighbours.

A 4-gram model of lower-cased tokens, small enough to ship and fast enough to weigh tens of candidates for every
suspicious word. Everything is looked up in whole arrays; the same questions get the same bits as answers, on any
machine and however they are cut into batches. A call costs some 0.3 ms before the first question, so ask in batches.

The data file (:data:`DATA`, written by ``python -m training.ngram``) is an uncompressed ``npz``:

========================= ==================================================================================
``words``                 the vocabulary, UTF-8, one word a line, in the order of the ids; the first three are
                          ``<unk>``, ``<s>`` (document start) and ``<num>`` (any number)
``frequency``             natural log of the share of each word among the tokens counted, ``float16[v]``; for training only
``unigram``               natural log probability of each word when no context is known, ``float16[v]``
``backoff``               natural log back-off weight of each word as a context, ``float16[v]``
``shape2`` … ``shape4``   seed, segment length and segment count of the table of an order, ``int64[3]``
``step2`` … ``step4``     nats for one step of the probability and of the back-off codes, ``float32[2]``
``mark2`` … ``mark4``     16-bit fingerprints of the n-grams, ``uint16[slots]``
``probability2`` …        codes of the log probabilities, ``uint8[slots]``
``weight2``, ``weight3``  codes of the log back-off weights, ``uint8[slots]``
========================= ==================================================================================

A table is a binary fuse filter (:mod:`unspin.arrays.fuse`) that holds codes beside the fingerprints. An n-gram that is
not in the table is taken for one that is once in 65,536 look-ups. Codes are uniform in the logarithm: a value is
``-code * step``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from unspin.arrays import fuse

UNKNOWN = 0
START = 1
NUMBER = 2
SPECIAL = ("<unk>", "<s>", "<num>")
ORDER = 4
DATA = Path(__file__).resolve().parent.parent / "data" / "ngram.npz"

# Evaluations done at once: the temporary arrays of a block then stay in the second-level cache.
_BLOCK = 1 << 12
_MARK_BITS = 16


@dataclass(frozen=True, eq=False)
class Table:
    """The n-grams of one order. See the module's text for the arrays."""

    shape: fuse.Shape
    mark: NDArray[np.uint16]
    probability: NDArray[np.uint8]
    weight: NDArray[np.uint8]
    step: NDArray[np.float32]

    def find(self, keys: NDArray[np.uint64]) -> Found:
        """Look packed n-grams up.

        Args:
            keys: n-grams, 16 bits a word, the last word lowest, ``uint64`` of any shape.
        """
        flat = keys.ravel()
        hashes = fuse.mix(flat, self.shape.seed)
        a, b, c = fuse.slots(hashes, self.shape)
        present = fuse.look_up(self.mark, (a, b, c)) == fuse.fingerprint(hashes, _MARK_BITS)
        hit = np.flatnonzero(present)
        there = a[hit], b[hit], c[hit]
        logp = np.zeros(len(flat), np.float32)
        logp[hit] = fuse.look_up(self.probability, there) * -self.step[0]
        weight = np.zeros(len(flat), np.float32)
        if len(self.weight):
            weight[hit] = fuse.look_up(self.weight, there) * -self.step[1]
        return Found(present.reshape(keys.shape), logp.reshape(keys.shape), weight.reshape(keys.shape))


class Found(NamedTuple):
    """The answer of a :class:`Table`, in the shape of the question.

    Attributes:
        present: is the n-gram in the table?
        logp: natural log probability of the n-gram's last word; 0 where it is not present.
        weight: natural log of the back-off weight of the n-gram as a context; 0 where it is not present.
    """

    present: NDArray[np.bool_]
    logp: NDArray[np.float32]
    weight: NDArray[np.float32]

    def or_else(self, shorter: NDArray[np.float32]) -> NDArray[np.float32]:
        """The log probabilities, and ``shorter`` where there are none."""
        return np.where(self.present, self.logp, shorter)


class NGram:
    """A 4-gram model of lower-cased tokens.

    An unknown word shares the probability of ``<unk>`` with all words that the vocabulary leaves out, so it is as
    improbable as a rare word ought to be; all numbers are one word, ``<num>``.

    Attributes:
        words: the vocabulary in the order of the ids.
    """

    def __init__(
        self,
        words: Sequence[str],
        unigram: NDArray[np.float32],
        backoff: NDArray[np.float32],
        tables: Sequence[Table],
    ) -> None:
        """Make a model of its parts.

        Args:
            words: the vocabulary, first :data:`SPECIAL`; at most 65,536.
            unigram: log probability of each word without context, ``float32[v]``.
            backoff: log back-off weight of each word, ``float32[v]``.
            tables: the tables of orders 2, 3 and 4.
        """
        self.words = tuple(words)
        self._id = {word: i for i, word in enumerate(self.words)}
        self._unigram = unigram
        self._backoff = backoff
        self._two, self._three, self._four = tables

    @classmethod
    def load(cls, path: Path | str | None = None) -> NGram:
        """Load a model.

        Args:
            path: the file; by default :data:`DATA`, the one in the package.

        Raises:
            FileNotFoundError: there is no such file.
            ValueError, KeyError: it is not a model.
        """
        with np.load(DATA if path is None else path, allow_pickle=False) as data:
            words = data["words"].tobytes().decode().split("\n")
            tables = []
            for order in range(2, ORDER + 1):
                seed, length, segments = (int(x) for x in data[f"shape{order}"])
                weight = data[f"weight{order}"] if order < ORDER else np.zeros(0, np.uint8)
                table = Table(
                    fuse.Shape(seed, length, segments),
                    data[f"mark{order}"],
                    data[f"probability{order}"],
                    weight,
                    data[f"step{order}"],
                )
                tables.append(table)
            unigram, backoff = (data[name].astype(np.float32) for name in ("unigram", "backoff"))
        return cls(words, unigram, backoff, tables)

    def __len__(self) -> int:
        """The number of words in the vocabulary."""
        return len(self.words)

    def ids(self, tokens: Sequence[str]) -> NDArray[np.int32]:
        """The ids of lower-cased tokens as :func:`unspin.text.split` gives them, ``int32[n]``."""
        known = self._id.get
        found = [known(token, UNKNOWN) for token in tokens]
        # No word of the vocabulary begins with a digit.
        for i in [i for i, number in enumerate(found) if number == UNKNOWN and tokens[i][:1].isdecimal()]:
            found[i] = NUMBER
        return np.array(found, np.int32)

    def log_share(self, ids: NDArray[np.int32]) -> NDArray[np.float32]:
        """Natural log probability of each token when no context is known, ``float32[n]``."""
        return self._unigram[ids]

    def log_probability(self, ids: NDArray[np.int32]) -> NDArray[np.float32]:
        """Natural log probability of each token of a document after the three before it, ``float32[n]``."""
        if not len(ids):
            return np.zeros(0, np.float32)
        pad = np.full(ORDER - 1, START, np.uint64)
        tokens = np.concatenate([pad, ids.astype(np.uint64)])
        known = self._known(tokens)
        four = self._four.find(_pack(tokens[:-3], tokens[1:-2], tokens[2:-1], tokens[3:]))
        return four.or_else(known.weight3[2:-1] + known.logp3[3:])

    def score(
        self, ids: NDArray[np.int32], position: NDArray[np.int32], candidate: NDArray[np.int32]
    ) -> NDArray[np.float32]:
        """How well a document reads around ``position`` with ``candidate`` standing there.

        All of the model's probability of the document that depends on the word at ``position``, so the difference
        between two candidates for one position is the exact log-likelihood ratio of the two documents under the model.
        Each question is answered for itself: the other tokens are as in ``ids``.

        Args:
            ids: the document, as from :meth:`ids`, ``int32[n]``.
            position: where in the document, ``int32[m]``, in ``[0, n)``.
            candidate: the id of the word to put there, ``int32[m]``.

        Returns:
            Sum over ``j`` from ``position`` to ``position + 3`` (within the document) of the natural log of
            P(token j | the three tokens before it), ``float32[m]``.

        Raises:
            IndexError: a position is not in the document.
            ValueError: ``position`` and ``candidate`` differ in length.
        """
        if len(position) != len(candidate):
            raise ValueError(f"{len(position)} positions but {len(candidate)} candidates")
        result = np.zeros(len(position), np.float32)
        if not len(position):
            return result
        first, last = int(position.min()), int(position.max())
        if first < 0 or last >= len(ids):
            raise IndexError(f"positions {first} to {last} in a document of {len(ids)} tokens")
        # Three tokens on either side of all positions; beyond the document stands <s>.
        around = np.full(last - first + 7, START, np.uint64)
        begin, end = max(first - 3, 0), min(last + 4, len(ids))
        around[begin - first + 3 : end - first + 3] = ids[begin:end]
        known = self._known(around)
        for at in range(0, len(position), _BLOCK):
            block = slice(at, at + _BLOCK)
            index = position[block].astype(np.int64) - (first - 3)
            after = len(ids) - 1 - position[block]
            result[block] = self._block(around, known, index, candidate[block], after)
        return result

    def _known(self, tokens: NDArray[np.uint64]) -> _Known:
        """What shorter n-grams say of ``tokens`` as they are; the first two answers lack context, not for use."""
        before = np.concatenate([tokens[:1], tokens[:-1]])
        before2 = np.concatenate([before[:1], before[:-1]])
        two = self._two.find(_pack(before, tokens))
        three = self._three.find(_pack(before2, before, tokens))
        logp2 = two.or_else(self._backoff[before.view(np.int64)] + self._unigram[tokens.view(np.int64)])
        weight2 = np.concatenate([two.weight[:1], two.weight[:-1]])
        return _Known(logp2, two.weight, three.or_else(weight2 + logp2), three.weight)

    def _block(
        self,
        around: NDArray[np.uint64],
        known: _Known,
        index: NDArray[np.int64],
        candidate: NDArray[np.int32],
        after: NDArray[np.int32],
    ) -> NDArray[np.float32]:
        """The scores of some questions: ``index`` into ``around``, ``after`` the number of tokens that follow."""
        word = candidate.astype(np.int64)
        x = word.view(np.uint64)
        a, b, c, d, e, f = (around[index + i] for i in (-3, -2, -1, 1, 2, 3))
        # All n-grams of one order together, since small questions cost as much as their number of array operations.
        two = self._two.find(_stack((c, x), (x, d)))
        three = self._three.find(_stack((b, c, x), (c, x, d), (x, d, e)))
        four = self._four.find(_stack((a, b, c, x), (b, c, x, d), (c, x, d, e), (x, d, e, f)))
        # Each of the four tokens: by the longer n-gram where there is one, else by context weight and the shorter one.
        shorter = np.stack([self._backoff[c.view(np.int64)], self._backoff[word]])
        shorter += np.stack([self._unigram[word], self._unigram[d.view(np.int64)]])
        logp2 = two.or_else(shorter)
        shorter = np.stack([known.weight2[index - 1], two.weight[0], two.weight[1]])
        shorter += np.stack([logp2[0], logp2[1], known.logp2[index + 2]])
        logp3 = three.or_else(shorter)
        shorter = np.stack([known.weight3[index - 1], *three.weight])
        shorter += np.stack([*logp3, known.logp3[index + 3]])
        logp4 = four.or_else(shorter)
        logp4[1:] *= after >= np.arange(1, ORDER)[:, None]
        # Added up one after the other, so that the rounding is the same everywhere.
        total: NDArray[np.float32] = logp4[0] + logp4[1] + logp4[2] + logp4[3]
        return total


class _Known(NamedTuple):
    """Of the bigram and the trigram that end at each token, ``float32[n]``.

    Attributes:
        logp2: log probability of the token after one other, back-off done.
        weight2: log back-off weight of the bigram as a context.
        logp3: log probability of the token after two others, back-off done.
        weight3: log back-off weight of the trigram as a context.
    """

    logp2: NDArray[np.float32]
    weight2: NDArray[np.float32]
    logp3: NDArray[np.float32]
    weight3: NDArray[np.float32]


def _pack(*tokens: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """n-grams as one integer each, 16 bits a word, the last word lowest."""
    keys = tokens[0]
    for token in tokens[1:]:
        keys = (keys << np.uint64(16)) | token
    return keys


def _stack(*grams: tuple[NDArray[np.uint64], ...]) -> NDArray[np.uint64]:
    """Packed n-grams, a row for each of ``grams``."""
    return np.stack([_pack(*gram) for gram in grams])
