"""Train the screen: a linear model over hashed words and pairs, and the gate.

    python -m training.screen_texts --corpora CORPORA --out scratch/screen --passes 2
    python -m training.screen --texts scratch/screen --out src/unspin/data/screen.npz

1. Fit: stochastic gradient descent on the logistic loss of pieces of part "train", the rate of learning falling to zero. A
   document's sum is divided by the square root of its length, so that one step moves every document's odds alike.
2. Weights become one byte each.
3. The gate: of the pieces of part "dev" of which a fifth of the words or more is swapped and which the reader flags, only a
   small share may fall under the threshold (:data:`LOST`). So the gate follows what the reader can do, and short
   documents that it does not flag anyway don't hold the gate open.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numba import njit
from numpy.typing import NDArray

from unspin import reader
from unspin.screen import FEWEST_WORDS, Screen, kernel

WORD_BITS: Final = 18
PAIR_BITS: Final = 22
LEARNING_RATE: Final = 3.0
DROPPED: Final = 0.6
"""Share of a piece's words that a step leaves out. Without, the fit knows its pieces by heart: of spun pieces of 30 to 100
words .092 were missed where 1 in 100 honest ones passes, with .082 (part "dev", 31 files of pieces)."""
SHARE: Final = 0.2
"""Share of swapped words from which on the screen promises to find a document."""
TRAINED_SHARE: Final = 0.12
"""Spun pieces with fewer swapped words are left out of the fit: one in eight is what a pair model can tell."""
LOST: Final = {30: 5e-3, 45: 5e-3, 70: 4e-3, 110: 2.4e-3, 180: 1.6e-3, 300: 1e-3, 500: 5e-4, 900: 5e-4}
"""For lengths in words around which thresholds are set: share of the flagged documents that the gate may lose.

One in 500 in all is promised. Long documents are told apart so well that losing none costs nothing; short ones are hardly told
apart, and each honest one that passes costs the reader as much as screening a megabyte."""
LENGTHS: Final = tuple(LOST)
SAMPLE: Final = 300
"""Texts read to tell how many of a length the reader flags."""


class Pieces(NamedTuple):
    """Pieces as the kernel sees them.

    Attributes:
        table: the columns of :mod:`training.screen_texts` without the text.
        places: the two places that each word looks up in one table of all weights, ``uint32[n, 2]``.
        begin: where each piece begins in them, ``int64[pieces + 1]``.
    """

    table: pa.Table
    places: NDArray[np.uint32]
    begin: NDArray[np.int64]


def read_pieces(files: list[Path]) -> Pieces:
    """Read the pieces of files and hash them."""
    tables, places, begins = [], [], [np.zeros(1, np.int64)]
    for file in files:
        table = pq.read_table(file)
        texts = pa.concat_arrays(table["text"].cast(pa.large_string()).chunks)
        _, offsets, data = texts.buffers()
        found = np.empty((2, len(data) // 2 + 1), np.uint32)
        begin = np.empty(len(texts) + 1, np.int64)
        count = kernel.features(
            np.frombuffer(data, np.uint8), np.frombuffer(offsets, np.int64)[: len(texts) + 1],
            np.uint64(64 - WORD_BITS), np.uint64(64 - PAIR_BITS), found[0], found[1], begin,
        )  # fmt: skip
        found[1] += np.uint32(1 << WORD_BITS)
        tables.append(table.drop_columns(["text"]))
        places.append(np.ascontiguousarray(found[:, :count].T))
        begins.append(begin[1:] + begins[-1][-1])
    return Pieces(pa.concat_tables(tables), np.concatenate(places), np.concatenate(begins))


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
            weights[places[i, 0]] -= step
            weights[places[i, 1]] -= step
    return loss / len(order)


@njit(cache=True)
def _totals(places: Any, begin: Any, weights: Any, totals: Any) -> None:
    """Sum of weights of each piece."""
    for piece in range(len(begin) - 1):
        total = 0.0
        for i in range(begin[piece], begin[piece + 1]):
            total += weights[places[i, 0]] + weights[places[i, 1]]
        totals[piece] = total


def fit(pieces: Pieces, epochs: int, seed: int = 0) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Weights of all places, and intercept and slope."""
    share = np.asarray(pieces.table["share"])
    words = np.diff(pieces.begin)
    part = np.asarray(pieces.table["part"])
    used = np.flatnonzero((part == "train") & (words >= 20) & ((share == 0) | (share > TRAINED_SHARE)))
    weights, bias = np.zeros((1 << WORD_BITS) + (1 << PAIR_BITS)), np.zeros(2)
    spun = share > 0
    held = np.flatnonzero((part == "dev") & (words >= FEWEST_WORDS) & ((share == 0) | (share > TRAINED_SHARE)))
    random = np.random.default_rng(seed)
    totals = np.empty(len(words))
    for epoch in range(epochs):
        rates = (LEARNING_RATE * (1 - epoch / epochs), LEARNING_RATE * (1 - (epoch + 1) / epochs))
        loss = _epoch(pieces.places, pieces.begin, random.permutation(used), spun, weights, bias, *rates, epoch)
        _totals(pieces.places, pieces.begin, weights, totals)
        odds = (totals / np.sqrt(np.maximum(words, 1)) + bias[0] + bias[1] * np.log(np.maximum(words, 1) / 100))[held]
        unseen = np.log1p(np.exp(np.where(spun[held], -odds, odds))).mean()
        gate = np.quantile(odds[~spun[held]], 0.99)
        missed = (odds[share[held] >= SHARE] < gate).mean()
        print(
            f"epoch {epoch + 1}: loss {loss:.4f}, unseen {unseen:.4f}; missed at 1 in 100: {missed:.4f}",
            flush=True,
        )
    return weights, bias


def in_bytes(weights: NDArray[np.float64], bias: NDArray[np.float64]) -> Screen:
    """The fitted screen with weights of one byte; its threshold is 0 everywhere."""
    scale = float(np.abs(weights).max()) / 127  # the largest weights are the best evidence: clipping them costs dearly
    small = np.clip(np.round(weights / scale), -127, 127).astype(np.int8)
    split = 1 << WORD_BITS
    return Screen(
        small[:split],
        small[split:],
        scale,
        float(bias[0]),
        float(bias[1]),
        np.array(LENGTHS, float),
        np.zeros(len(LENGTHS)),
    )


def held_out(files: list[Path]) -> list[str]:
    """The spun pieces of part "dev" that the screen promises to find, if the reader does."""
    columns = (pq.read_table(file, filters=[("part", "==", "dev"), ("share", ">=", SHARE)])["text"] for file in files)
    return [text for column in columns for text in column.to_pylist()]


def gate(screen: Screen, texts: list[str], seed: int = 1) -> NDArray[np.float64]:
    """The odds for each length of :data:`LOST` under which its share of the flagged texts of about that length lies.

    How many the reader flags is told from a sample; the lost ones are found by reading from the lowest odds upwards.
    """
    total, count = screen.sums(pa.array(texts, pa.large_string()))
    odds = screen.odds(total, count)
    random = np.random.default_rng(seed)
    thresholds = []
    bounds = (FEWEST_WORDS, *LENGTHS[1:-1], np.inf, np.inf)
    for number, length in enumerate(LENGTHS):
        here = np.flatnonzero((count >= bounds[max(number - 1, 0)]) & (count <= bounds[number + 1]))
        sample = random.permutation(here)[:SAMPLE]
        share = np.mean([reader.assess(texts[i]).spun for i in sample])
        may_lose = int(LOST[length] * share * len(here))
        for read, i in enumerate(here[np.argsort(odds[here])].tolist()):  # noqa: B007 - printed below
            may_lose -= reader.assess(texts[i]).spun
            if may_lose < 0:
                break
        thresholds.append(float(odds[i]))
        print(
            f"{length} words: {share:.3f} of {len(here):,} flagged, {read:,} read, threshold {odds[i]:.2f}",
            flush=True,
        )
    return np.array(thresholds)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=Path, required=True, nargs="+", help="folders of training.screen_texts")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=16)
    options = parser.parse_args()
    files = [file for folder in options.texts for file in sorted(folder.glob("*.parquet"))]
    screen = in_bytes(*fit(read_pieces(files), options.epochs))
    thresholds = gate(screen, held_out(files))
    with options.out.open("wb") as file:
        np.savez_compressed(
            file, words=screen.words, pairs=screen.pairs, scale=screen.scale, intercept=screen.intercept,
            slope=screen.slope, lengths=screen.lengths, thresholds=thresholds,
        )  # fmt: skip


if __name__ == "__main__":
    main()
