"""Put the evidence of both gates together, set their thresholds, and write their data.

    python -m training.gates --texts scratch/screen --screen scratch/screen.npz --sieve scratch/sieve.npz --out src/unspin/data

1. A logistic model of what the sieve adds up of a document and what the screen said of it, fitted on pieces of part "dev", each
   kind of honest text counting the same.
2. Thresholds by length: of the spun pieces of part "dev" of which a fifth of the words or more is swapped and which the reader
   flags, only a share may fall under each (:data:`LOST`). So the gates follow what the reader can do, and documents that it
   does not flag anyway don't hold them open.

Which pieces the reader flags is told by reading :data:`READ` of each length, drawn at random.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from training.screen import SHARE
from unspin import reader
from unspin.screen.screen import FEWEST_WORDS, Screen
from unspin.screen.sieve import Sieve, features, ratios, session_of
from unspin.screen.tokens import table_of

LOST: Final = (0.01, 0.05)
"""Share of the flagged pieces that may fall under the screen's threshold, and under the sieve's.

With less, honest text of kinds that training never had comes through in numbers: the network was trained for some minutes only,
and what it is worth is in the dated runs of :mod:`benchmarks.screen`."""
LENGTHS: Final = (45, 90, 200, 400)
"""Words; each document is counted at the nearest of these lengths."""
READ: Final = 60
PRIOR: Final = -1.5
"""Log-odds of a swap, as the network gives them, at which a word says nothing."""


def read_screen(file: Path) -> Screen:
    """What :mod:`training.screen` wrote, its threshold 0 everywhere."""
    with np.load(file) as saved:
        scale, intercept, slope = (float(saved[name]) for name in ("scale", "intercept", "slope"))
        edges = np.array([30.0, 1000.0])
        return Screen(saved["words"], saved["pairs"], scale, intercept, slope, edges, np.zeros(2))


def read_sieve(file: Path) -> tuple[Sieve, dict[str, Any]]:
    """What :mod:`training.sieve` wrote, without weights, its threshold 0 everywhere; and its arrays."""
    with np.load(file) as saved:
        arrays = {name: saved[name] for name in ("hashes", "model")}
    table, session = table_of(arrays["hashes"]), session_of(arrays["model"].tobytes())
    return Sieve(*table, session, ratios(PRIOR), np.zeros(6), 0.0, np.array([30.0, 1000.0]), np.zeros(2)), arrays


def logistic(
    values: NDArray[np.float64], spun: NDArray[np.bool_], counts: NDArray[np.float64], steps: int = 100
) -> tuple[NDArray[np.float64], float]:
    """Weights and bias of a logistic model, by Newton's method, with a small penalty on scaled weights.

    Args:
        values: ``float64[n, f]``.
        spun: what is to be told, ``bool[n]``.
        counts: how much each row counts.
        steps: at most.
    """
    mean, scale = values.mean(axis=0), values.std(axis=0) + 1e-9
    rows = np.column_stack([(values - mean) / scale, np.ones(len(values))])
    penalty = np.diag([1.0] * values.shape[1] + [1e-9])
    weights = np.zeros(rows.shape[1])
    for _ in range(steps):
        chance = 1 / (1 + np.exp(-(rows @ weights)))
        slope = rows.T @ (counts * (chance - spun)) + penalty @ weights
        curve = (rows * (counts * chance * (1 - chance))[:, None]).T @ rows + penalty
        step = np.linalg.solve(curve, slope)
        weights -= step
        if np.abs(step).max() < 1e-9:
            break
    return weights[:-1] / scale, float(weights[-1] - weights[:-1] @ (mean / scale))


def thresholds(
    words: NDArray[np.int64], odds: NDArray[np.float64], flagged: NDArray[np.bool_], lost: float
) -> NDArray[np.float64]:
    """For each of :data:`LENGTHS` the odds under which so large a share of the flagged pieces of about that length lies."""
    nearest = _nearest(words)
    return np.array([np.quantile(odds[flagged & (nearest == number)], lost) for number in range(len(LENGTHS))])


def flags(texts: Sequence[str], words: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which of some pieces the reader calls spun; of each length a sample is read, and all others count as not flagged."""
    random = np.random.default_rng(1)
    nearest = _nearest(words)
    found = np.zeros(len(texts), np.bool_)
    for number, length in enumerate(LENGTHS):
        here = random.permutation(np.flatnonzero((nearest == number) & (words >= FEWEST_WORDS)))[:READ]
        found[here] = [reader.assess(texts[i]).spun for i in here.tolist()]
        print(f"about {length} words: {found[here].mean():.3f} of {len(here)} flagged", flush=True)
    return found


def _nearest(words: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.abs(np.log(np.maximum(words, 1))[:, None] - np.log(np.array(LENGTHS))).argmin(axis=1)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=Path, required=True, nargs="+", help="folders of training.screen_texts")
    parser.add_argument("--screen", type=Path, required=True, help="of training.screen")
    parser.add_argument("--sieve", type=Path, required=True, help="of training.sieve")
    parser.add_argument("--out", type=Path, required=True, help="folder of screen.npz and sieve.npz")
    options = parser.parse_args()
    files = [file for folder in options.texts for file in sorted(folder.glob("*.parquet"))]
    names = ["text", "share", "family", "corpus"]
    rows = pa.concat_tables([pq.read_table(file, filters=[("part", "==", "dev")]).select(names) for file in files])
    share, family, corpus = (rows[name].to_numpy(zero_copy_only=False) for name in names[1:])
    column = pa.concat_arrays(rows["text"].cast(pa.large_string()).chunks)
    screen, (sieve, arrays) = read_screen(options.screen), read_sieve(options.sieve)
    total, count, _ = screen.weigh(column)
    first, sums = screen.odds(total, count), sieve.sums(column, np.arange(len(column)))
    promised = share >= SHARE
    used = (count >= FEWEST_WORDS) & (promised | (family == ""))
    _, kind, sizes = np.unique(np.where(promised, "", corpus)[used], return_inverse=True, return_counts=True)
    counts = np.minimum(1.0, 60 / sizes)[kind]
    counts[promised[used]] = 1.0
    weights, bias = logistic(features(sums, first)[used], promised[used], counts)
    sieve = replace(sieve, weights=weights, bias=bias)
    chosen = np.flatnonzero(used & promised)
    flagged = flags([column[i].as_py() for i in chosen.tolist()], count[chosen])
    lengths = np.array(LENGTHS, float)
    screen = replace(screen, lengths=lengths, thresholds=thresholds(count[chosen], first[chosen], flagged, LOST[0]))
    odds = sieve.odds(sums, first)[chosen]
    sieve = replace(sieve, lengths=lengths, thresholds=thresholds(count[chosen], odds, flagged, LOST[1]))
    print(f"screen {screen.thresholds.round(2)}, sieve {sieve.thresholds.round(2)}, weights {weights.round(2)}")
    with (options.out / "screen.npz").open("wb") as file:
        np.savez_compressed(
            file, words=screen.words, pairs=screen.pairs, scale=screen.scale, intercept=screen.intercept,
            slope=screen.slope, lengths=screen.lengths, thresholds=screen.thresholds,
        )  # fmt: skip
    with (options.out / "sieve.npz").open("wb") as file:
        np.savez_compressed(
            file, **arrays, ratios=sieve.ratios, weights=sieve.weights, bias=sieve.bias,
            lengths=sieve.lengths, thresholds=sieve.thresholds,
        )  # fmt: skip


if __name__ == "__main__":
    main()
