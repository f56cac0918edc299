"""Fit what a document's score means in false positives.

    python -m training.verdict --corpora CORPORA --out src/unspin/data/reader.json --documents 1200

Honest documents of part "dev", evenly from every corpus (the odd ones too) and by several lengths, some of them made rough
(:mod:`training.roughening`), are scored as the reader scores them. Below 0, where nearly all lie, each length has a table of
their quantiles. Above 0 the tail is that of a likelihood ratio: by Markov's inequality, at most exp(-s) of honest documents
have one of s nats or more. It is anchored at the share of all documents that score above 0, at the upper end of the 95%
interval (Wilson 1927), since they are few.
"""

from __future__ import annotations

import argparse
import json
import math
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from training.corpora import all_files
from training.roughening import roughen
from training.specimens import held_out
from unspin import lexicon as lexicons
from unspin.evaluate.intervals import wilson
from unspin.model import encoder as encoders
from unspin.model import verdict
from unspin.reader.eligibility import unjudged
from unspin.text import prose, split

_ROUGH = 0.1
LENGTHS: Final = {0: (30, 60), 60: (60, 120), 120: (120, 240), 240: (240, 500)}
"""From how many words on a curve holds, and the lengths of the documents that it is fitted on."""
_TABLE = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.15, 0.1, 0.07, 0.05, 0.04)


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
    samples = {least: scores(names, encoder, options, size) for least, size in LENGTHS.items()}
    everything = np.concatenate(list(samples.values()))
    above = wilson(int((everything > 0).sum()), len(everything)).high
    curves = [curve(sample, above) for sample in samples.values()]
    saved = json.loads(options.out.read_text()) if options.out.exists() else {}
    calibration = {"words": list(LENGTHS), "curves": curves}
    options.out.write_text(json.dumps(saved | {"calibration": calibration}) + "\n")
    points = ", ".join(f"{rate:g} at {math.log(above / rate):.2f}" for rate in (1e-3, 1e-4, 1e-5))
    print(f"{len(everything):,} documents, {(everything > 0).sum()} above 0; {points}")


def scores(
    names: list[str], encoder: encoders.Encoder, options: argparse.Namespace, size: tuple[int, int]
) -> NDArray[np.float64]:
    """The scores of honest documents of every corpus, and of some of them made rough."""
    lexicon, random = lexicons.load(), np.random.default_rng(11)
    found: list[float] = []
    for name in names:
        here = []
        for document in held_out(options.corpora, [name], "dev", options.documents, size, seed=8):
            rough = random.random() < _ROUGH
            words = split(prose(roughen(document.text, lexicon, random) if rough else document.text).text)
            if unjudged(words) is None:
                swap = encoder.visible(words, 0.0).swap
                here.append(verdict.score(swap, verdict.judged(words), words.lower))
        if here:
            print(
                f"{name:22} {len(here):5}, highest {max(here):7.2f}, 99th percentile {np.quantile(here, 0.99):7.2f}",
                flush=True,
            )
        found += here
    return np.array(found)


def curve(sample: NDArray[np.float64], above: float) -> dict[str, Any]:
    """The curve of one length, see :class:`unspin.model.verdict.Curve`; ``above`` is the share of scores above 0."""
    quantiles = [(round(float(np.quantile(sample, 1 - rate)), 3), rate) for rate in _TABLE]
    table = [(score, rate) for score, rate in quantiles if score < 0 and rate > above]
    return {
        "scores": [*(score for score, _ in table), 0.0],
        "rates": [*(rate for _, rate in table), above],
        "intercept": math.log10(above),
        "slope": -1 / math.log(10),
        "documents": len(sample),
    }


if __name__ == "__main__":
    main()
