"""Train the screen: a linear model over hashed words and pairs.

    python -m training.screen_texts --corpora CORPORA --out scratch/screen
    python -m training.screen --texts scratch/screen --out scratch/screen.npz

1. Words and pairs that few pieces have are left out: what training knows by a handful of places only is the vocabulary of a few
   documents, and a vocabulary is no evidence. Of one form the occurrences count that the kernel counts.
2. Fit: stochastic gradient descent on the logistic loss of pieces of part "train", the rate of learning falling to zero. A
   document's sum is divided by the square root of its length, so that one step moves every document's odds alike.
3. Weights become one byte each.

The threshold is set by :mod:`training.gates`, together with the sieve's.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numba import njit
from numpy.typing import NDArray

from unspin.screen import kernel
from unspin.screen.buffers import buffers
from unspin.screen.screen import FEWEST_WORDS, Screen

WORD_BITS: Final = 18
PAIR_BITS: Final = 22
NOTHING: Final = (1 << WORD_BITS) + (1 << PAIR_BITS)
"""The place of what does not count; its weight stays 0."""
LEARNING_RATE: Final = 3.0
DROPPED: Final = 0.6
"""Share of a piece's words that a step leaves out. Without, the fit knows its pieces by heart: of spun pieces of 30 to 100
words .092 were missed where 1 in 100 honest ones passes, with .082 (part "dev", 31 files of pieces)."""
SEEN: Final = 6
"""Places at least that a word or pair must have in the texts of training."""
SHARE: Final = 0.2
"""Share of swapped words from which on the screen promises to find a document."""
TRAINED_SHARE: Final = 0.05
"""Spun pieces with fewer swapped words are left out of the fit."""


class Pieces(NamedTuple):
    """Pieces as the kernel sees them.

    Attributes:
        table: the columns of :mod:`training.screen_texts` without text and places.
        places: the two places that each word looks up in one table of all weights, ``uint32[n, 2]``.
        begin: where each piece begins in them, ``int64[pieces + 1]``.
    """

    table: pa.Table
    places: NDArray[np.uint32]
    begin: NDArray[np.int64]


def read_pieces(files: Sequence[Path]) -> Pieces:
    """Read the pieces of files and hash them."""
    tables, places, begins = [], [], [np.zeros(1, np.int64)]
    for file in files:
        table = pq.read_table(file)
        data, offsets = buffers(pa.concat_arrays(table["text"].cast(pa.large_string()).chunks))
        found = np.empty((2, len(data) // 2 + 1), np.uint32)
        begin = np.empty(len(offsets), np.int64)
        count = kernel.features(
            data, offsets, np.uint64(64 - WORD_BITS), np.uint64(64 - PAIR_BITS), found[0], found[1], begin
        )
        here = found[:, :count]
        silent = here == kernel.NOTHING
        here[1] += np.uint32(1 << WORD_BITS)
        here[silent] = NOTHING
        tables.append(table.drop_columns(["text", "begin", "end"]))
        places.append(np.ascontiguousarray(here.T))
        begins.append(begin[1:] + begins[-1][-1])
    return Pieces(
        pa.concat_tables(tables, promote_options="permissive"), np.concatenate(places), np.concatenate(begins)
    )


def without_rare(pieces: Pieces) -> Pieces:
    """The pieces without words and pairs that are seen in fewer than :data:`SEEN` places."""
    counts = np.bincount(pieces.places.ravel(), minlength=NOTHING + 1)
    counts[NOTHING] = 0
    table = np.arange(NOTHING + 1, dtype=np.uint32)
    table[counts < SEEN] = NOTHING
    return pieces._replace(places=table[pieces.places])


@njit(cache=True, fastmath=True)
def _epoch(
    places: Any,
    begin: Any,
    order: Any,
    spun: Any,
    weights: Any,
    bias: Any,
    first_rate: float,
    last_rate: float,
    seed: int,
) -> float:
    """One pass of gradient descent over the pieces in ``order``; the mean loss before each step."""
    np.random.seed(seed)  # numba's own generator
    kept = np.empty(np.max(np.diff(begin)), np.int64)
    nothing = len(weights) - 1
    loss = 0.0
    for number in range(len(order)):
        piece = order[number]
        rate = first_rate + (last_rate - first_rate) * number / len(order)
        words = 0
        total = 0.0
        for i in range(begin[piece], begin[piece + 1]):
            if np.random.random() >= DROPPED:
                kept[words] = i
                words += 1
                total += weights[places[i, 0]] + weights[places[i, 1]]
        if words == 0:
            continue
        length = np.log(words / 100.0)
        odds = total / np.sqrt(words) + bias[0] + bias[1] * length
        wrong = 1 / (1 + np.exp(-odds)) - spun[piece]
        loss += np.log1p(np.exp(-odds if spun[piece] else odds))
        bias[0] -= 0.02 * rate * wrong
        bias[1] -= 0.02 * rate * wrong * length
        step = rate * wrong / np.sqrt(words)
        for i in kept[:words]:
            for place in places[i]:
                if place != nothing:
                    weights[place] -= step
    return loss / len(order)


@njit(cache=True)
def _totals(places: Any, begin: Any, weights: Any, totals: Any) -> None:
    """Sum of weights of each piece."""
    for piece in range(len(begin) - 1):
        total = 0.0
        for i in range(begin[piece], begin[piece + 1]):
            total += weights[places[i, 0]] + weights[places[i, 1]]
        totals[piece] = total


class Weights(NamedTuple):
    """What is fitted.

    Attributes:
        places: weights of all words, pairs, and of what does not count, ``float32[NOTHING + 1]``.
        bias: the log-odds of a document of 100 words without weight, and what a natural logarithm of the length adds.
    """

    places: NDArray[np.float32]
    bias: NDArray[np.float64]


def begun(file: Path | None) -> Weights:
    """The weights of a screen that was fitted before, or zeros."""
    if file is None:
        return Weights(np.zeros(NOTHING + 1, np.float32), np.zeros(2))
    with np.load(file) as saved:
        places = np.concatenate([saved["words"], saved["pairs"], [0]]).astype(np.float32) * np.float32(saved["scale"])
        return Weights(places, np.array([float(saved["intercept"]), float(saved["slope"])]))


def fit(pieces: Pieces, start: Weights, epochs: int, without: Sequence[str] = (), seed: int = 0) -> Weights:
    """Fit the weights to pieces of other corpora than ``without``; where they are begun already, at half the rate."""
    part, corpus, family = (pieces.table[name].to_numpy(zero_copy_only=False) for name in ("part", "corpus", "family"))
    share = pieces.table["share"].to_numpy(zero_copy_only=False)
    words = np.diff(pieces.begin)
    spun = share > 0
    weights, bias = start.places.copy(), start.bias.copy()
    fastest = LEARNING_RATE / 2 if bias.any() else LEARNING_RATE
    trained = (words >= FEWEST_WORDS) & ((family == "") | (share > TRAINED_SHARE)) & ~np.isin(corpus, without)
    used = np.flatnonzero((part == "train") & trained)
    held = np.flatnonzero((part == "dev") & trained)
    random = np.random.default_rng(seed)
    totals = np.empty(len(words))
    for epoch in range(epochs):
        rates = (fastest * (1 - epoch / epochs), fastest * (1 - (epoch + 1) / epochs))
        loss = _epoch(pieces.places, pieces.begin, random.permutation(used), spun, weights, bias, *rates, epoch)
        if epoch == epochs - 1:
            _totals(pieces.places, pieces.begin, weights, totals)
            odds = (totals / np.sqrt(np.maximum(words, 1)) + bias[0] + bias[1] * np.log(np.maximum(words, 1) / 100))[
                held
            ]
            gate = np.quantile(odds[~spun[held]], 0.95)
            missed = (odds[share[held] >= SHARE] < gate).mean()
            print(f"loss {loss:.4f}; missed at 5 in 100: {missed:.4f}", flush=True)
    return Weights(weights, bias)


def in_bytes(weights: Weights) -> Screen:
    """The fitted screen with weights of one byte; its threshold is 0 everywhere."""
    scale = float(np.abs(weights.places).max()) / 127  # the largest are the best evidence: clipping them costs dearly
    small = np.clip(np.round(weights.places / scale), -127, 127).astype(np.int8)
    split = 1 << WORD_BITS
    return Screen(
        small[:split],
        small[split:NOTHING],
        scale,
        float(weights.bias[0]),
        float(weights.bias[1]),
        np.array([30.0, 1000.0]),
        np.zeros((2, 2)),
    )


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=Path, required=True, nargs="+", help="folders of training.screen_texts")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--start", type=Path, help="a screen to go on from")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--without", nargs="*", default=[], help="corpora that are left out")
    options = parser.parse_args()
    files = [file for folder in options.texts for file in sorted(folder.glob("*.parquet"))]
    start = begun(options.start)
    screen = in_bytes(fit(without_rare(read_pieces(files)), start, options.epochs, options.without))
    with options.out.open("wb") as file:
        np.savez_compressed(
            file, words=screen.words, pairs=screen.pairs, scale=screen.scale, intercept=screen.intercept, slope=screen.slope,
        )  # fmt: skip


if __name__ == "__main__":
    main()
