"""Fit what a document's score means in false positives.

    python -m training.verdict --corpora CORPORA --out src/unspin/data/reader.json --documents 1200

Honest documents of part "dev" of at least 100 words, evenly from every corpus (the odd ones too), are scored as the reader
scores them. The tail of the score is taken as exponential (the simplest of the generalised Pareto family; Pickands 1975):
above a threshold that one in twenty-five passes, the excess has one parameter, its mean, taken at the upper end of its
interval. Below it the quantiles of the scores are kept as they are.
"""

from __future__ import annotations

import argparse
import json
import math
from pathlib import Path

import numpy as np

from training.corpora import all_files
from training.specimens import held_out
from unspin.model import encoder as encoders
from unspin.model import verdict
from unspin.text import Kind, split

_TAIL = 0.04
_TABLE = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.15, 0.1, 0.07, 0.05, _TAIL)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("corpora", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--documents", type=int, default=300, help="documents of each corpus")
    parser.add_argument("--model", type=Path, help="a folder with another encoder than the shipped one")
    options = parser.parse_args()
    encoder = encoders.load(options.model)
    names = [file.name.split(".")[0] for file in all_files(options.corpora)]
    scores: list[float] = []
    for name in names:
        here = []
        for document in held_out(options.corpora, [name], "dev", options.documents, (100, 300), seed=8):
            words = split(document.text)
            swap = encoder.visible(words, 0.0).swap
            here.append(verdict.score(swap, words.kind != Kind.MARK))
        if here:
            print(
                f"{name:22} {len(here):5} documents, highest {max(here):7.2f}, 99th percentile {np.quantile(here, 0.99):7.2f}"
            )
        scores += here
    sample = np.array(scores)
    threshold = float(np.quantile(sample, 1 - _TAIL))
    above = sample[sample > threshold] - threshold
    # The upper end of a 97.5% interval of the mean: a false positive is worse than a miss, and far tails run heavy.
    excess = float(above.mean() * (1 + 1.96 / math.sqrt(len(above))))
    slope = -1 / (excess * math.log(10))
    tail = math.log10(_TAIL) - slope * threshold
    fitted = {
        "scores": [round(float(np.quantile(sample, 1 - rate)), 3) for rate in _TABLE],
        "rates": list(_TABLE),
        "intercept": tail,
        "slope": slope,
        "documents": len(sample),
    }
    saved = json.loads(options.out.read_text()) if options.out.exists() else {}
    options.out.write_text(json.dumps(saved | {"calibration": fitted}) + "\n")
    for rate in (1e-2, 1e-3, 1e-4, 1e-5):
        at = (math.log10(rate) - tail) / slope
        print(f"expected rate {rate:g} at score {at:.2f}; seen here {(sample >= at).mean():.5f}")


if __name__ == "__main__":
    main()
