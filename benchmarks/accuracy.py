"""How good unspin is, on documents that were never trained on.

    python -m benchmarks.accuracy --corpora CORPORA [--seed-text FILE --seed-key FILE] [--quick] [--out benchmarks/runs]

Measures, on part "test" (split by document hash, see ``training.corpora``):

* each family of spinners at 30% of the words: words right before and after, swapped words found (precision, recall) and
  restored, untouched words changed. A specimen that does not read as spun is read as if it did, so that these figures speak
  of the words and not of the verdict;
* the verdict: honest documents flagged on every corpus, and recall at the default operating point by family and rate;
* the calibration of ``confidence``: for each tenth, how often the original was right;
* the specimen, where a file with its answers is given (found and original by offset; it is nobody's to publish).

Every figure has a 95% interval: bootstrap over documents, or Wilson's for a rate.
"""

from __future__ import annotations

import argparse
import datetime
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

import unspin
from training.corpora import all_files
from training.specimens import PROSE, held_out, spin
from unspin.evaluate.answers import Answers
from unspin.evaluate.intervals import wilson
from unspin.evaluate.measure import read_as_spun
from unspin.evaluate.plan import families as families_by_share
from unspin.evaluate.tally import Count, count, figures, of_specimen
from unspin.reading import UNJUDGED, Reading
from unspin.text import split

_EVERY = 1_000_000
"""Honest documents of a corpus to read: more than there are."""


def families(corpora: Path, documents: int, fast: bool) -> dict[str, Any]:
    """Each family at 30% of the words, the verdict taken for granted."""
    found: dict[str, Any] = {}
    reliability: dict[str, list[list[float]]] = {}
    for name in families_by_share():
        counts: list[Count] = []
        pairs: list[tuple[float, bool]] = []
        for i, document in enumerate(held_out(corpora, PROSE, "test", documents, (150, 700), seed=21)):
            answers = spin(document, name, 0.3, seed=5_000 + i)
            reading = read_as_spun(answers.words.text, fast=fast)
            counts.append(of_specimen(answers, reading))
            pairs += confidence(answers, reading)
        found[name] = figures(counts)
        reliability[name] = reliable(pairs)
        print(name, json.dumps(found[name]), flush=True)
    return {"families": found, "reliability": reliability}


def confidence(answers: Answers, reading: Reading) -> list[tuple[float, bool]]:
    """(confidence, was it right) of every substitution of a single word; an open one says that the word is as written."""
    place = {int(start): i for i, start in enumerate(answers.words.start)}
    return [
        (s.confidence, answers.original[place[s.start]] == (None if s.open else s.original.lower()))
        for s in reading.substitutions
        if s.start in place and s.found.lower() not in ("a", "an")
    ]


def reliable(pairs: Sequence[tuple[float, bool]]) -> list[list[float]]:
    """For each tenth of confidence: mean confidence, share right, number."""
    table = np.array(pairs, float).reshape(-1, 2)
    tenth = np.minimum((table[:, 0] * 10).astype(int), 9)
    return [
        [
            round(float(table[tenth == k, 0].mean()), 3),
            round(float(table[tenth == k, 1].mean()), 3),
            int((tenth == k).sum()),
        ]
        for k in range(10)
        if (tenth == k).any()
    ]


def verdicts(corpora: Path, honest: int, spun: int) -> dict[str, Any]:
    """Honest documents flagged, corpus by corpus, and recall by family and rate."""
    flagged: dict[str, Any] = {}
    total = hits = unjudged = 0
    for file in all_files(corpora):
        name = file.name.split(".")[0]
        readings = [
            unspin.read(d.text)
            for d in held_out(corpora, [name], "test", honest, (100, 250), seed=33, characters=1_500)
        ]
        judged = [r for r in readings if not UNJUDGED & set(r.notes)]
        bad = sum(r.spun for r in judged)
        flagged[name] = {"documents": len(judged), "unjudged": len(readings) - len(judged), "flagged": bad,
                         "highest": max((r.score for r in judged), default=None),
                         "rates": sorted(r.false_positive_rate for r in judged)}  # fmt: skip
        total, hits, unjudged = total + len(judged), hits + bad, unjudged + len(readings) - len(judged)
        print(name, len(judged), bad, flagged[name]["highest"], flush=True)
    recall: dict[str, Any] = {}
    for name in families_by_share():
        for rate in (0.1, 0.2, 0.3):
            specimens = [
                spin(d, name, rate, seed=7_000 + i)
                for i, d in enumerate(held_out(corpora, PROSE, "test", spun, (220, 500), seed=41))
            ]
            # The rate asked for is not always reached: a family's dictionary covers so much of a text and no more.
            reached = [
                s
                for s in specimens
                if sum(o is not None for o in s.original) >= 0.75 * rate * int(s.words.is_word.sum())
            ]
            found = sum(unspin.read(s.words.text, fast=True).spun for s in reached)
            recall[f"{name} {rate:.0%}"] = list(wilson(found, len(reached)))
            print(name, rate, recall[f"{name} {rate:.0%}"], flush=True)
    return {"honest": flagged, "false_positives": list(wilson(hits, total)), "unjudged": unjudged, "recall": recall}


def specimen(text: Path, key: Path, deep: Path | None) -> dict[str, Any]:
    """The specimen against its answers: a JSON list of [start, end, found, [originals], [words that read as well]].

    The last may be left out. The figures count originals alone; ``as_good`` counts words that read as well too.
    """
    whole = text.read_text(encoding="utf-8")
    words = split(whole)
    entries = json.loads(key.read_text(encoding="utf-8"))
    began = time.perf_counter()
    reading = unspin.read(whole, deep=deep)
    seconds = time.perf_counter() - began
    result: dict[str, Any] = {"spun": reading.spun, "score": reading.score, "spinner": reading.spinner,
                              "false_positive_rate": reading.false_positive_rate, "seconds": round(seconds, 2)}  # fmt: skip
    for name, upto in (("", 4), ("as_good", 5)):
        answers = {entry[0]: tuple(word for words in entry[3:upto] for word in words) for entry in entries}
        counted = count(words, [answers.get(int(start)) for start in words.start], [True] * len(words), reading)
        found = figures([counted], 1)
        result |= {name: found} if name else found
    return result


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--seed-text", type=Path)
    parser.add_argument("--seed-key", type=Path)
    parser.add_argument("--deep", type=Path)
    parser.add_argument("--only", choices=("specimen", "words", "verdicts"), help="one part of the measurement")
    parser.add_argument("--closely", action="store_true", help="read the words with the language model too")
    parser.add_argument("--quick", action="store_true", help="a tenth of the documents")
    parser.add_argument("--out", type=Path, default=Path("benchmarks/runs"))
    options = parser.parse_args()
    size = 0.1 if options.quick else 1.0
    result: dict[str, Any] = {
        "date": datetime.date.today().isoformat(),
        "version": unspin.__version__,
        "quick": options.quick,
        "closely": options.closely,
    }
    if options.seed_text and options.seed_key:
        result["specimen"] = specimen(options.seed_text, options.seed_key, None)
        print("specimen", json.dumps(result["specimen"]), flush=True)
        if options.deep:
            result["specimen_deep"] = specimen(options.seed_text, options.seed_key, options.deep)
            print("specimen --deep", json.dumps(result["specimen_deep"]), flush=True)
    if options.only in (None, "words"):
        result |= families(options.corpora, int(40 * size), not options.closely)
    if options.only in (None, "verdicts"):
        result |= verdicts(options.corpora, 150 if options.quick else _EVERY, int(40 * size))
    options.out.mkdir(parents=True, exist_ok=True)
    part = (f"-{options.only}" if options.only else "") + ("-closely" if options.closely else "")
    name = f"{result['date']}-accuracy{part}{'-quick' if options.quick else ''}.json"
    (options.out / name).write_text(json.dumps(result, indent=1) + "\n")
    print("false positives", result.get("false_positives"), "written to", options.out / name)


if __name__ == "__main__":
    main()
