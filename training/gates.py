"""Put the evidence of both gates together, set their thresholds, and write their data.

    python -m training.gates --texts scratch/screen --screen scratch/screen.npz --sieve scratch/sieve.npz --out src/unspin/data

1. A logistic model of what the sieve adds up of a document and what the screen said of it, fitted on pieces of part "dev", each
   kind of honest text counting the same.
2. The screen's threshold: of the spun pieces of part "dev" of which a fifth of the words or more is swapped and which the
   reader flags, only a share may fall under it (:data:`LOST`). So the gate follows what the reader can do, and documents that
   it does not flag anyway don't hold it open.
3. The sieve's thresholds, by length: of honest pieces only a share may reach the reader (:data:`SENT_ON`), each kind counting
   the same and judged by a model that was fitted without it. As much comes through as may, so that as little is lost as can be.

Which pieces the reader flags is told by reading :data:`READ` of each length, drawn at random. What both gates lose of them is
said by length and by family.
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
from unspin.screen import Gates
from unspin.screen.screen import FEWEST_WORDS, Screen
from unspin.screen.sieve import Sieve, features, ratios, session_of
from unspin.screen.tokens import table_of

LOST: Final = 0.015
"""Share of the flagged pieces that may fall under the screen's threshold. The sieve turns away most of what the screen holds in
doubt, so that with less only the cost rises."""
LENGTHS: Final = (60, 170, 480)
"""Words; each document is counted at the nearest of these lengths, so that 100 and 290 words divide them."""
SENT_ON: Final = (0.02, 0.0075, 0.002)
"""Share of the honest pieces of each of :data:`LENGTHS` that may reach the reader. What is lost is short, and what takes time
is long. Of kinds of text that no training had, such as manuals full of code, ten times as much comes through, so that more
would make a scan of them slow."""
READ: Final = 600
LEAST: Final = -4.0
"""Lowest threshold of the sieve, where the screen alone lets through less than may."""
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
    return Sieve(*table, session, ratios(PRIOR), np.zeros(7), 0.0, np.array([30.0, 1000.0]), np.zeros(2)), arrays


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


def unseen_odds(
    values: NDArray[np.float64], spun: NDArray[np.bool_], counts: NDArray[np.float64], kinds: NDArray[Any]
) -> NDArray[np.float64]:
    """The score of each piece by a model that was fitted without its kind.

    Args:
        values: as for :func:`logistic`.
        spun: likewise.
        counts: likewise.
        kinds: of each row, the corpus that it is from.
    """
    odds = np.empty(len(values))
    for kind in np.unique(kinds):
        here = kinds == kind
        weights, bias = logistic(values[~here], spun[~here], counts[~here])
        odds[here] = values[here] @ weights + bias
    return odds


def thresholds(words: NDArray[np.int64], odds: NDArray[np.float64], counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """For each of :data:`LENGTHS` the odds over which only so large a share of honest pieces lies, see :data:`SENT_ON`.

    Args:
        words: of each piece.
        odds: of each piece; minus infinity where the screen turned it away.
        counts: how much each piece counts.
    """
    nearest = _nearest(words)
    found = []
    for number, share in enumerate(SENT_ON):
        here = np.flatnonzero(nearest == number)
        falling = here[np.argsort(-odds[here])]
        over = np.cumsum(counts[falling]) <= share * counts[falling].sum()
        first = min(int(over.sum()), len(falling) - 1)  # the highest that is not sent on
        found.append(np.nextafter(np.float32(max(odds[falling[first]], LEAST)), np.float32(np.inf)))
    return np.array(found, float)


def flags(texts: Sequence[str], words: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which of some pieces the reader calls spun; of each length a sample is read, and all others count as not flagged."""
    random = np.random.default_rng(1)
    nearest = _nearest(words)
    found = np.zeros(len(texts), np.bool_)
    for number, length in enumerate(LENGTHS):
        here = random.permutation(np.flatnonzero((nearest == number) & (words >= FEWEST_WORDS)))[:READ]
        found[here] = [reader.assess(texts[i], fast=True).spun for i in here.tolist()]
        print(f"about {length} words: {found[here].mean():.3f} of {len(here)} flagged", flush=True)
    return found


def told(what: str, yes: NDArray[np.bool_], words: NDArray[np.int64], names: NDArray[Any]) -> None:
    """Say how many pieces are so, by length and by name."""
    nearest = _nearest(words)
    for number, length in enumerate(LENGTHS):
        here = nearest == number
        print(f"{what}, about {length} words: {yes[here].sum()} of {here.sum()} ({yes[here].mean():.4f})")
    kinds = [(name, int(yes[names == name].sum()), int((names == name).sum())) for name in np.unique(names)]
    print("  " + ", ".join(f"{name} {some} of {every}" for name, some, every in kinds if some), flush=True)


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
    values = features(sums, first)[used]
    weights, bias = logistic(values, promised[used], counts)
    sieve = replace(sieve, weights=weights, bias=bias)
    chosen = np.flatnonzero(used & promised)
    flagged = chosen[flags([column[i].as_py() for i in chosen.tolist()], count[chosen])]
    lengths = np.array(LENGTHS, float)
    lowest = np.full(len(LENGTHS), np.quantile(first[flagged], LOST))
    screen = replace(screen, lengths=lengths, thresholds=lowest)
    odds = unseen_odds(values, promised[used], counts, corpus[used])
    odds[first[used] < lowest[0]] = -np.inf
    honest = ~promised[used]
    highest = thresholds(count[used][honest], odds[honest], counts[honest])
    sieve = replace(sieve, lengths=lengths, thresholds=highest)
    print(f"screen {screen.thresholds.round(2)}, sieve {sieve.thresholds.round(2)}, weights {weights.round(2)}")
    sent = Gates(screen, sieve).scores(column).sent_on
    told("sent on, honest", sent[used][honest], count[used][honest], corpus[used][honest])
    told("lost", ~sent[flagged], count[flagged], family[flagged])
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
