"""Texts to train the screen on: pieces of every corpus, each once as written and once spun.

    python -m training.screen_texts --corpora CORPORA --out scratch/screen --passes 1

The odd corpora (poetry, statutes, OCR …) are spun too: a screen that saw them as written only would learn that their
vocabulary is honest. Pieces have log-uniform lengths, since a screen meets ten words and ten thousand. Each file of the output
is a Parquet table of some 20,000 pieces:

===========  ========  ==========================================================================
``text``     string    the piece
``share``    float32   words swapped / words; 0 as written
``family``   string    the spinner, "" as written
``corpus``   string    file stem of the corpus
``part``     string    "train" or "dev" (see :mod:`training.corpora`); "test" is never written
===========  ========  ==========================================================================
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from training.corpora import Document, all_files, documents
from unspin.spinners import Specimen, simulate

LENGTHS: Final = (25, 800)
"""Words of a piece, drawn log-uniformly."""
RATES: Final = (0.12, 0.6)
"""Share of the tokens that the spinner is asked to replace; half of the draws lie in the lowest quarter."""
FAMILIES: Final = {
    "wordnet-walk": 0.24, "wordnet-step": 0.12, "fluent-synonyms": 0.22, "thesaurus": 0.12, "neighbours": 0.12,
    "rewriter": 0.09, "spinbot": 0.09,
}  # fmt: skip
ROWS: Final = 20_000


class Piece(NamedTuple):
    """A row of the output, see the module."""

    text: str
    share: float
    family: str
    corpus: str
    part: str


def share_of(specimen: Specimen) -> float:
    """Words of a specimen that are swapped / all its words; a word put in or taken out counts as one."""
    return sum(max(1, len(swap.found.split())) for swap in specimen.swaps) / max(1, len(specimen.text.split()))


def pieces(document: Document, random: np.random.Generator) -> Iterator[Piece]:
    """A document in pieces of random lengths, each as written and spun."""
    low, high = (math.log(words) for words in LENGTHS)
    names, weights = list(FAMILIES), np.array(list(FAMILIES.values()))
    words = document.text.split(" ")
    begin = 0
    while begin < len(words):
        length = round(math.exp(random.uniform(low, high)))
        text = " ".join(words[begin : begin + length])
        begin += length
        if text.count(" ") < LENGTHS[0] // 2:
            continue
        yield Piece(text, 0.0, "", document.corpus, document.part)
        family = names[int(random.choice(len(names), p=weights / weights.sum()))]
        lowest, highest = RATES
        middle = lowest + (highest - lowest) / 4
        rate = random.uniform(lowest, middle if random.random() < 0.5 else highest)
        specimen = simulate(text, family, seed=int(random.integers(2**31)), rate=rate)
        if specimen.swaps:
            yield Piece(specimen.text, share_of(specimen), family, document.corpus, document.part)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("corpora", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--passes", type=int, default=1, help="times that every document is spun")
    parser.add_argument("--seed", type=int, default=40)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    pool = [
        document
        for file in all_files(options.corpora)
        for document in documents(file, 8_000)
        if document.part != "test"
    ]
    number = 0
    for turn in range(options.passes):
        order = np.random.default_rng(options.seed + turn).permutation(len(pool))
        rows: list[Piece] = []
        for place, index in enumerate(order.tolist()):
            rows += pieces(pool[index], np.random.default_rng([options.seed, turn, index]))
            if len(rows) >= ROWS or place == len(order) - 1:
                target = options.out / f"{number:05d}.parquet"
                columns = dict(zip(Piece._fields, map(list, zip(*rows, strict=True)), strict=True))
                pq.write_table(pa.table(columns), target.with_suffix(".part"), compression="zstd")
                target.with_suffix(".part").rename(target)
                number, rows = number + 1, []
                print(f"{target.name}: {place + 1:,} of {len(order):,} documents", flush=True)


if __name__ == "__main__":
    main()
