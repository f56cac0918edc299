"""Fit the look, the third gate: it knows documents about which the first two are in doubt.

    python -m training.look --corpora CORPORA --out src/unspin/data

1. Documents of part "dev" are drawn: honest ones, whole and cut at random places (:data:`CUTS`); such as were spun throughout;
   and honest ones with one spun paragraph (:data:`PASSAGE`). Of the spun ones the reader is asked which it flags; the others
   don't count. Kinds that are kept to measure with (:data:`UNSEEN`) are left out. Those that pass the screen and come near the
   threshold of the sieve (:data:`BELOW`) are looked at.
2. A logistic model of the odds of the densest passage and of what is weighed beside them, honest kinds counting by the root of
   their number.
3. Its bias follows from the share of the flagged documents that it may lose (:data:`LOST`) of those that pass the sieve.

How many of the honest documents go on is told by models that were fitted without their tenth, and decides nothing.
"""

from __future__ import annotations

import argparse
import json
import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from training.corpora import Document, all_files, documents
from training.gates import LENGTHS, logistic
from unspin import reader, screen
from unspin.screen import look
from unspin.screen.look import Look, Passage
from unspin.spinners import Specimen, names, simulate

LOST: Final = 0.002
"""Share of the flagged documents that the look may lose."""
BELOW: Final = -2.5
"""How far below the threshold of the sieve a document may lie that the model is fitted on."""
UNSEEN: Final = ("recipes", "speech_scotus", "stories_african")
"""As in :mod:`training.examples`, which needs more libraries."""
CUTS: Final = 12
"""Parts of each honest document, besides the whole."""
SPUN: Final = 4_400
HALF_SPUN: Final = 950
PASSAGE: Final = 110
"""Words of the one spun paragraph of a document."""
AROUND: Final = (100, 300, 750)
"""Honest words around it."""
SHARE: Final = 0.08
"""Share of the words that is swapped in a spun document, at least."""
CUT: Final = (30, 1_200)
"""Words of a cut, drawn log-uniformly."""
HONEST: Final = 0.5
"""What all honest documents count beside all spun ones."""
FOLDS: Final = 10
FAMILIES: Final = tuple(name for name in names() if name != "tortured")


class Found(NamedTuple):
    """What the gates find in documents.

    Attributes:
        words: that are evidence, of each.
        above: how far each is above the threshold of the sieve.
        seen: the odds of its densest passage and what is weighed beside them, ``float64[n, 4]``.
        spun: whether the reader flags it; the others are honest.
        corpus: that it is from.
    """

    words: NDArray[np.int64]
    above: NDArray[np.float64]
    seen: NDArray[np.float64]
    spun: NDArray[np.bool_]
    corpus: NDArray[Any]


class Drawn(NamedTuple):
    """A document, and the corpus that it is from."""

    text: str
    corpus: str


def honest(pool: Sequence[Document], random: np.random.Generator) -> Iterator[Drawn]:
    """Documents as they are, and parts of them."""
    low, high = (math.log(words) for words in CUT)
    for document in pool:
        yield Drawn(document.text, document.corpus)
        words = document.text.split(" ")
        for _ in range(CUTS):
            length = round(math.exp(random.uniform(low, high)))
            begin = int(random.integers(max(1, len(words) - length)))
            yield Drawn(" ".join(words[begin : begin + length]), document.corpus)


def spun(pool: Sequence[Document], random: np.random.Generator) -> Iterator[Drawn]:
    """Documents spun by each family in turn, without end."""
    number = 0
    while True:
        document = pool[int(random.integers(len(pool)))]
        length = round(math.exp(random.uniform(math.log(CUT[0]), math.log(CUT[1]))))
        rate, seed = float(random.uniform(0.12, 0.5)), int(random.integers(2**31))
        text = " ".join(document.text.split(" ")[:length])
        specimen = simulate(text, FAMILIES[number % len(FAMILIES)], seed=seed, rate=rate)
        if swapped(specimen) >= SHARE:
            number += 1
            yield Drawn(specimen.text, document.corpus)


def half_spun(pool: Sequence[Document], random: np.random.Generator) -> Iterator[Drawn]:
    """Documents of one kind each with a spun paragraph, without end."""
    kinds: dict[str, list[str]] = defaultdict(list)
    for document in pool:
        kinds[document.corpus].append(document.text)
    rich = sorted(kind for kind, texts in kinds.items() if sum(map(len, texts)) > 12 * max(AROUND))
    number = 0
    while True:
        kind, around = rich[int(random.integers(len(rich)))], AROUND[number % len(AROUND)]
        order = random.permutation(len(kinds[kind])).tolist()
        words = "\n".join(kinds[kind][i] for i in order[:40]).split(" ")[: around + PASSAGE]
        begin = int(random.integers(around + 1))
        rate, seed = float(random.uniform(0.25, 0.5)), int(random.integers(2**31))
        paragraph = " ".join(words[begin : begin + PASSAGE])
        specimen = simulate(paragraph, FAMILIES[number % len(FAMILIES)], seed=seed, rate=rate)
        if swapped(specimen) >= SHARE:
            number += 1
            parts = (" ".join(words[:begin]), specimen.text, " ".join(words[begin + PASSAGE :]))
            yield Drawn("\n".join(parts), kind)


def swapped(specimen: Specimen) -> float:
    """Words of a specimen that are swapped / all its words."""
    return sum(max(1, len(swap.found.split())) for swap in specimen.swaps) / max(1, len(specimen.text.split()))


def found(gates: screen.Gates, drawn: Sequence[Drawn], are_spun: bool) -> Found:
    """What the gates find in documents that can be looked at; of spun ones in those that the reader flags."""
    rows: list[tuple[int, float, tuple[float, ...], bool, str]] = []
    for text, corpus in drawn:
        column = pa.array([text], pa.large_string())
        weighed = gates.screen.weigh(column)
        if gates.screen.scores(weighed)[0] < 0:
            continue
        sums = gates.sieve.sums(column, np.arange(1))
        screened = np.stack([gates.screen.odds(weighed), gates.screen.densest(weighed)], axis=1)
        above = float(gates.sieve.above(sums, screened)[0])
        if above < BELOW or (are_spun and not reader.assess(text, fast=True).spun):
            continue
        passage = Passage.of(text.encode(), gates.sieve, sums, 0)
        odds = look.odds(passage)
        if odds is not None:
            rows.append((int(sums.words[0]), above, (odds, *look.beside(passage)), are_spun, corpus))
    words, aboves, seen, spun_ones, corpora = zip(*rows, strict=True)
    return Found(np.array(words), np.array(aboves), np.array(seen), np.array(spun_ones), np.array(corpora))


def counts(every: Found) -> NDArray[np.float64]:
    """How much each counts: flagged ones 1, honest kinds by the root of their number, in all :data:`HONEST` of that."""
    kinds, kind, number = np.unique(every.corpus[~every.spun], return_inverse=True, return_counts=True)
    each = 1 / np.sqrt(number)[kind]
    found = np.ones(len(every.spun))
    found[~every.spun] = each * HONEST * every.spun.sum() / each.sum()
    return found


def unseen(every: Found) -> NDArray[np.float64]:
    """The scores of documents by models that were fitted without their tenth."""
    fold = np.random.default_rng(6).integers(FOLDS, size=len(every.spun))
    count = counts(every)
    scores = np.empty(len(every.spun))
    for number in range(FOLDS):
        here = fold == number
        weights, bias = logistic(every.seen[~here], every.spun[~here], count[~here])
        scores[here] = every.seen[here] @ weights + bias
    return scores


def fitted(every: Found) -> Look:
    """The look; see the module."""
    weights, bias = logistic(every.seen, every.spun, counts(every))
    scores, passed = unseen(every), every.above >= 0
    flagged = np.sort(scores[passed & every.spun])
    limit = float(flagged[int(LOST * len(flagged))])
    told("looked at", every, passed)
    told("sent on", every, passed & (scores >= limit))
    return Look(weights, bias - limit)


def told(what: str, every: Found, yes: NDArray[np.bool_]) -> None:
    """Say how many documents of each length are so."""
    nearest = np.abs(np.log(np.maximum(every.words, 1))[:, None] - np.log(np.array(LENGTHS))).argmin(axis=1)
    for name, kind in (("flagged", every.spun), ("honest", ~every.spun)):
        parts = [
            f"about {length}: {yes[kind & (nearest == k)].sum()} of {(kind & (nearest == k)).sum()}"
            for k, length in enumerate(LENGTHS)
        ]
        print(f"{what}, {name}: {yes[kind].sum()} of {kind.sum()}; " + ", ".join(parts), flush=True)


def saved(made: Look, folder: Path) -> None:
    """Write it."""
    values = {"weights": [round(weight, 6) for weight in made.weights.tolist()], "bias": round(made.bias, 6)}
    (folder / "look.json").write_text(json.dumps(values) + "\n", encoding="utf-8")


def drawn(corpora: Path, gates: screen.Gates) -> Found:
    """What the gates find in the documents of part "dev"."""
    random = np.random.default_rng(41)
    files = (file for file in all_files(corpora) if file.name.split(".")[0] not in UNSEEN)
    pool = [document for file in files for document in documents(file, 8_000) if document.part == "dev"]
    parts = [found(gates, list(honest(pool, random)), False)]
    for kind, number in ((spun, SPUN), (half_spun, HALF_SPUN)):
        made = kind(pool, random)
        parts.append(found(gates, [next(made) for _ in range(number)], True))
    return Found(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help="folder of look.json")
    options = parser.parse_args(arguments)
    saved(fitted(drawn(options.corpora, screen.load())), options.out)


if __name__ == "__main__":
    main()
