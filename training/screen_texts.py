"""Texts to train the two gates on: pieces of every corpus, each once as written and once spun, with every swapped place.

    python -m training.screen_texts --corpora CORPORA --out scratch/screen --pieces 60000

The odd corpora (poetry, statutes, OCR …) are spun too: a gate that saw them as written only would learn that their
vocabulary is honest. The large corpora are drawn by the square root of their size, so that none outweighs all kinds of other
honest text. Some pieces are made rough first (:mod:`training.roughening`), some spun ones go through a second spinner. Pieces
have log-uniform lengths, since a gate meets thirty words and ten thousand. Each file of the output is a Parquet table:

===========  =============  =====================================================================
``text``     string         the piece
``begin``    list of int32  where each swapped place begins, in bytes of UTF-8; none as written
``end``      list of int32  where it ends
``share``    float32        words swapped / words; 0 as written
``family``   string         the spinner, "" as written
``corpus``   string         file stem of the corpus
``part``     string         "train" or "dev" (see :mod:`training.corpora`); "test" is never written
===========  =============  =====================================================================
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
from numpy.typing import NDArray

from training.corpora import Document, Part, all_files, documents
from training.examples import FAMILIES, ROUGH_SHARE, TWICE, _spinners
from training.roughening import roughen
from unspin.lexicon import Lexicon, load
from unspin.spinners import Specimen
from unspin.spinners.simulate import render
from unspin.text import split

LENGTHS: Final = (30, 600)
"""Words of a piece, drawn log-uniformly."""
RATES: Final = (0.05, 0.6)
"""Share of the tokens that the spinner is asked to replace; half of the draws lie in the lowest quarter."""
ROUGH_AND_SPUN: Final = 0.1
"""Share of the spun pieces that were rough before."""
CHARACTERS: Final = 8_000
ROWS: Final = 20_000


class Piece(NamedTuple):
    """A row of the output, see the module."""

    text: str
    begin: list[int]
    end: list[int]
    share: float
    family: str
    corpus: str
    part: str


class Places(NamedTuple):
    """A spun text and its swapped places, in code points."""

    text: str
    spans: list[tuple[int, int]]


def spun(text: str, number: int, rate: float, lexicon: Lexicon, random: np.random.Generator) -> Places:
    """A text after the family ``number``, now and then after another one too."""
    first = _once(text, number, rate, lexicon, random)
    found = Places(first.text, [(swap.start, swap.end) for swap in first.swaps])
    if random.random() >= TWICE:
        return found
    weights = np.array(list(FAMILIES.values()))
    again = int(random.choice(len(weights), p=weights / weights.sum()))
    return over(found, _once(first.text, again, rate / 2, lexicon, random))


def over(first: Places, second: Specimen) -> Places:
    """The swapped places of both, in the text that the second spinner made of the first one's."""
    moved = [(swap.start, swap.end) for swap in second.swaps]
    later = 0  # what the second spinner put in before this place, less what it took out
    swaps = iter([*second.swaps, None])
    swap = next(swaps)
    for begin, end in first.spans:
        while swap is not None and swap.start - later + len(swap.original) <= begin:
            later += len(swap.found) - len(swap.original)
            swap = next(swaps)
        if swap is None or swap.start - later >= end:  # it left this place alone
            moved.append((begin + later, end + later))
    return Places(second.text, sorted(moved))


def _once(text: str, number: int, rate: float, lexicon: Lexicon, random: np.random.Generator) -> Specimen:
    words = split(text)
    return render(words, _spinners()[number].spin(words, lexicon, rate, random))


def pieces(document: Document, lexicon: Lexicon, random: np.random.Generator) -> Iterator[Piece]:
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
        honest = roughen(text, lexicon, random) if random.random() < ROUGH_SHARE else text
        yield Piece(honest, [], [], 0.0, "", document.corpus, document.part)
        number = int(random.choice(len(names), p=weights / weights.sum()))
        lowest, highest = RATES
        middle = lowest + (highest - lowest) / 4
        rate = random.uniform(lowest, middle if random.random() < 0.5 else highest)
        before = roughen(text, lexicon, random) if random.random() < ROUGH_AND_SPUN else text
        found = spun(before, number, rate, lexicon, random)
        if found.spans:
            yield _labelled(found, names[number], document)


def _labelled(found: Places, family: str, document: Document) -> Piece:
    bounds = _in_bytes(found)
    swapped = sum(max(1, len(found.text[begin:end].split())) for begin, end in found.spans)
    share = swapped / max(1, len(found.text.split()))
    return Piece(found.text, *bounds, share, family, document.corpus, document.part)


def _in_bytes(found: Places) -> tuple[list[int], list[int]]:
    """Where the places begin and end in the UTF-8 of the text."""
    spans = np.array(found.spans, np.int64)
    if not found.text.isascii():
        code = np.frombuffer(found.text.encode("utf-32-le"), np.uint32)
        size = 1 + (code >= 0x80) + (code >= 0x800) + (code >= 0x10000)
        spans = np.append(0, np.cumsum(size))[spans]
    return spans[:, 0].tolist(), spans[:, 1].tolist()


def order(pool: list[Document], count: int, random: np.random.Generator) -> NDArray[np.int64]:
    """``count`` documents, the corpora by the square root of their sizes."""
    kinds, corpus, sizes = np.unique([d.corpus for d in pool], return_inverse=True, return_counts=True)
    weights = np.array([len(d.text) for d in pool], float)
    chances = np.bincount(corpus, weights) ** 0.5 / np.maximum(sizes, 1)
    chosen = chances[corpus] / chances[corpus].sum()
    return random.choice(len(pool), min(count, len(pool)), replace=False, p=chosen)


def read_pool(corpora: Path, parts: tuple[Part, ...]) -> list[Document]:
    """All documents of some parts, long ones cut."""
    return [d for file in all_files(corpora) for d in documents(file, CHARACTERS) if d.part in parts]


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("corpora", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--documents", type=int, default=30_000, help="of about 8,000 characters at most")
    parser.add_argument("--seed", type=int, default=40)
    parser.add_argument("--parts", nargs="+", default=["train", "dev"])
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    pool, lexicon = read_pool(options.corpora, tuple(options.parts)), load()
    drawn = order(pool, options.documents, np.random.default_rng(options.seed)).tolist()
    number = 0
    rows: list[Piece] = []
    for place, index in enumerate(drawn):
        rows += pieces(pool[index], lexicon, np.random.default_rng([options.seed, index]))
        if len(rows) >= ROWS or place == len(drawn) - 1:
            target = options.out / f"{number:05d}.parquet"
            columns = dict(zip(Piece._fields, map(list, zip(*rows, strict=True)), strict=True))
            pq.write_table(pa.table(columns), target.with_suffix(".part"), compression="zstd")
            target.with_suffix(".part").rename(target)
            number, rows = number + 1, []
            print(f"{target.name}: {place + 1:,} of {len(drawn):,} documents", flush=True)


if __name__ == "__main__":
    main()
