"""Several spins of one lost article: words right when the first is restored alone, and with 1, 2, 4 and 9 siblings.

``python -m benchmarks.siblings``: the texts of ``prose/`` are spun ten times each, by one family a text; every page is read
once. Words right are those of the article that stand in their order in what came out, as a share of the longer of the two.
``--fit --corpora CORPORA`` prints the weights of ``unspin/trace/voting.py``, from documents of the part ``dev``.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import records
from training.corpora import all_files, documents
from unspin import read, spinners
from unspin.reading import Reading
from unspin.settings import fast_by_default
from unspin.text import Kind, split
from unspin.trace.siblings import ballots_of, consensus
from unspin.trace.voting import FEATURES, WEIGHTS, key

HERE = Path(__file__).resolve().parent
COUNTS = (2, 3, 5, 10)
RATES = (0.3, 0.5)
_STEPS, _STEP, _PENALTY = 3000, 0.05, 1e-3

Specimens = tuple[str, list[spinners.Specimen], list[Reading]]


def families() -> list[str]:
    """Those that swap enough words for a page to read as spun."""
    return [name for name in spinners.names() if name not in ("tortured", "noun-swaps")]


def specimens(texts: Sequence[str], count: int, seed: int) -> Iterator[tuple[str, Specimens]]:
    """Each text spun ``count`` times by one family, and read: ``family at rate``, and what came of it."""
    names = families()
    for number, text in enumerate(texts):
        family, rate = names[number % len(names)], RATES[number // len(names) % len(RATES)]
        spun = [spinners.simulate(text, family, seed=seed + 100 * number + k, rate=rate) for k in range(count)]
        yield f"{family} {rate:.0%}", (text, spun, [read(one.text) for one in spun])


def right(text: str, article: str) -> float:
    """Share of the words that are right."""
    from rapidfuzz.distance import LCSseq

    ours, theirs = (
        [word for word, kind in zip(words.lower, words.kind.tolist(), strict=True) if kind != Kind.MARK]
        for words in (split(text), split(article))
    )
    return float(LCSseq.similarity(ours, theirs)) / max(len(ours), len(theirs), 1)


def measured(specimens: Specimens, counts: Sequence[int]) -> dict[str, float]:
    """Words right of the first page: as found, restored alone, and with siblings."""
    article, spun, readings = specimens
    row = {"found": right(spun[0].text, article), "alone": right(readings[0].restored, article)}
    return row | {str(n): right(consensus(readings[:n]).reading.restored, article) for n in counts}


def fit(made: Sequence[Specimens], counts: Sequence[int]) -> NDArray[np.float64]:
    """Weights under which the written word is most likely, over all columns where it is a candidate."""
    from unspin.text import apply_within

    rows: list[NDArray[np.float64]] = []
    truth: list[int] = []
    for _, spun, readings in made:
        for n in counts:
            aligned, decided, features = ballots_of(readings[:n])
            for ballot, values in zip(decided, features, strict=True):
                place = aligned.columns[ballot.column].places[0]
                assert place is not None
                written = key(apply_within(spun[0].text, spun[0].swaps, place.start, place.end))
                options = [option.key for option in ballot.options]
                if written in options:
                    rows.append(values)
                    truth.append(options.index(written))
    weights = WEIGHTS.copy()
    mean, square = np.zeros_like(weights), np.zeros_like(weights)
    owner = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
    begin = np.concatenate([[0], np.cumsum([len(row) for row in rows])[:-1]])
    flat = np.concatenate(rows)
    chosen = begin + np.array(truth)
    for step in range(1, _STEPS + 1):
        score = flat @ weights
        score = np.exp(score - np.maximum.reduceat(score, begin)[owner])
        share = score / np.add.reduceat(score, begin)[owner]
        slope = (share[:, None] * flat).sum(0) / len(rows) - flat[chosen].mean(0) + _PENALTY * weights
        mean, square = 0.9 * mean + 0.1 * slope, 0.999 * square + 0.001 * slope**2
        weights = weights - _STEP * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
    print(f"{len(rows):,} columns, nats a column {-np.log(share[chosen]).mean():.4f}")
    return weights


def development(root: Path, count: int) -> list[str]:
    """Short documents of the part ``dev``, evenly from the corpora."""
    found: list[str] = []
    for file in all_files(root):
        here = (d.text for d in documents(file, 1_300) if d.part == "dev" and 900 < len(d.text) < 2_000)
        found += [text for text, _ in zip(here, range(2), strict=False)]
    return [found[k] for k in np.random.default_rng(1).permutation(len(found))[:count].tolist()]


def main(arguments: list[str] | None = None) -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=int, default=10, help="texts of the prose")
    parser.add_argument("--fit", action="store_true", help="print the weights instead")
    parser.add_argument("--corpora", type=Path, help="for --fit")
    parser.add_argument("--output", type=Path, help="where the raw run goes")
    chosen = parser.parse_args(arguments)
    if chosen.fit:
        made = [one for _, one in specimens(development(chosen.corpora, 30), 4, 5_000)]
        print(dict(zip(FEATURES, fit(made, (2, 3, 4)).round(3).tolist(), strict=True)))
        return
    texts = [path.read_text(encoding="utf-8") for path in sorted((HERE / "prose").glob("*.txt"))[: chosen.texts]]
    rows: dict[str, dict[str, Any]] = {}
    for name, one in specimens(texts, max(COUNTS), 1):
        rows[name] = measured(one, COUNTS)
        print(name, json.dumps({k: round(v, 4) for k, v in rows[name].items()}), flush=True)
    mean = {k: round(float(np.mean([row[k] for row in rows.values()])), 4) for k in rows[name]}
    print("mean", json.dumps(mean))
    if chosen.output:
        records.write(
            chosen.output,
            f"python -m benchmarks.siblings --texts {chosen.texts}",
            fast=fast_by_default(),
            articles=len(rows),
            words_right={"mean": mean, **rows},
        )


if __name__ == "__main__":
    main()
