r"""Measures how well tortured phrases are found.

    python -m benchmarks.tortured --corpora CORPORA --list tortured_phrases.json --base scratch/terms_base.npz \\
        --out benchmarks/runs/DATE-tortured.json

Unseen (part ``test``) scientific documents that hold an expected phrase of two or more content words get one of its
tortured forms in its place, one phrase a document. *Held out*: all entries for one term are taken from the list, from
the swaps and from what the judge learned, together with a fifth of all terms; each term is held out once. *Single
entries held out*: the phrase itself is unknown, but other phrases for its term may be known (the judge, which sees
neither words nor terms, has learned from all). *As shipped*: the data files of the package.

*Whole documents*: as the papers are that such phrases come from, every expected phrase of the document is replaced
wherever it stands (one tortured form for each), and the phrases of held-out terms count; what the finder knows of the
others helps it. ``--part dev`` measures the same on the documents that the operating point is set on.

Recall is the share of planted phrases that a finding overlaps; *restored* the share whose exact term comes out.
Precision is for a mixture with one planted phrase in every fifth document. Intervals (95%) are from 1,000 bootstrap
samples: terms are drawn for recall, documents for false hits.
"""

from __future__ import annotations

import argparse
import itertools
import json
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from training.corpora import Document, all_files, documents
from training.phrases import read_list
from training.terms.assembly import taught
from training.terms.base import Base
from training.terms.entries import FOLDS, group, tokens_of
from training.terms.filters import filtered
from training.terms.judge import PLANTED_SHARE, teach_judge, with_judge
from training.terms.lessons import PLANTED_IN, lessons_of
from training.terms.planting import Planted, Planter
from unspin import tortured
from unspin.lexicon import phrases
from unspin.lexicon.phrases import PhraseTable
from unspin.text import Words, split
from unspin.tortured import Finding, Terms

THRESHOLDS: Final = tuple(sorted({0.2, 0.3, 0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, tortured.THRESHOLD}))
_LOWEST: Final = 0.1
_WORDS_A_CORPUS: Final = 30_000
_SAMPLES: Final = 1_000

Finder = Callable[[Words, float], tuple[Finding, ...]]


@dataclass(frozen=True)
class Trial:
    """One planted phrase: the term, the phrase, the best finding that overlaps it, and whether it gives the term."""

    term: str
    phrase: str
    probability: float
    restored: bool


@dataclass(frozen=True)
class Honest:
    """One honest document: its corpus, its words, and the probability of each finding."""

    corpus: str
    words: int
    probability: tuple[float, ...]
    found: tuple[tuple[str, str], ...]


def test_documents(
    corpora: Path, names: Sequence[str] | None, most_words: int | None, part: str = "test"
) -> Iterable[Document]:
    """The documents of a part of some corpora (all by default), from the beginning of each, up to a number of words."""
    for file in all_files(corpora):
        if names is None or file.name.split(".")[0] in names:
            size = 0
            for document in (d for d in documents(file, 4_000) if d.part == part):
                if most_words is not None and size >= most_words:
                    break
                size += document.text.count(" ") + 1
                yield document


def plant(texts: Iterable[Document], planter: Planter, seed: int) -> list[Planted]:
    """One planted phrase in each document that holds a term."""
    random = np.random.default_rng(seed)
    return list(itertools.chain.from_iterable(planter.plant(split(d.text), random, 1, 1) for d in texts))


def trial(planted: Planted, finder: Finder) -> Trial:
    """Look for one planted phrase."""
    words = split(planted.text)
    hits = [
        hit
        for hit in finder(words, _LOWEST)
        if words.start[hit.begin] < planted.end and words.end[hit.end - 1] > planted.start
    ]
    if not hits:
        return Trial(planted.term, planted.phrase, 0.0, False)
    text, at = "", planted.start
    for hit in hits:
        text += planted.text[at : max(int(words.start[hit.begin]), at)] + hit.original
        at = int(words.end[hit.end - 1])
    text += planted.text[at : planted.end]
    return Trial(
        planted.term, planted.phrase, max(h.probability for h in hits), tokens_of(text) == tokens_of(planted.term)
    )


@dataclass(frozen=True)
class Tortured:
    """A document with all its terms replaced: its text and each phrase as (start, end, phrase, term)."""

    text: str
    phrases: tuple[tuple[int, int, str, str], ...]


def torture(texts: Iterable[Document], planter: Planter, seed: int) -> list[Tortured]:
    """Every document that holds a term, with all of them replaced."""
    random = np.random.default_rng(seed)
    return [Tortured(text, found) for d in texts for text, found in [planter.replace(split(d.text), random)] if found]


def trials_of(document: Tortured, finders: Sequence[Finder]) -> tuple[list[Trial], tuple[float, ...]]:
    """A trial for each term of the document, and the false hits (in text that was not touched), through one finder."""
    words = split(document.text)
    seen = {k: finders[k](words, _LOWEST) for k in sorted({group(term) for _, _, _, term in document.phrases})}
    trials: dict[str, Trial] = {}
    for start, end, phrase, term in document.phrases:
        hits = [h for h in seen[group(term)] if words.start[h.begin] < end and words.end[h.end - 1] > start]
        best = max((hit.probability for hit in hits), default=0.0)
        restored = any(tokens_of(hit.original) == tokens_of(term) for hit in hits)
        if term not in trials or trials[term].probability < best:
            trials[term] = Trial(term, phrase, best, restored)
    first = next(iter(seen.values()))
    outside = [
        h for h in first
        if not any(words.start[h.begin] < end and words.end[h.end - 1] > start for start, end, _, _ in document.phrases)
    ]  # fmt: skip
    return list(trials.values()), tuple(round(h.probability, 4) for h in outside)


def honest(document: Document, finder: Finder) -> Honest:
    """Look for what isn't there."""
    words = split(document.text)
    found = finder(words, _LOWEST)
    return Honest(
        document.corpus,
        int(words.is_word.sum()),
        tuple(round(hit.probability, 4) for hit in found),
        tuple((hit.found.lower(), hit.original) for hit in found),
    )


def figures(
    trials: Sequence[Trial], clean: Sequence[Honest], threshold: float, touched: Sequence[tuple[float, ...]] = ()
) -> dict[str, Any]:
    """Recall, restored, precision and false hits at one threshold, each with its interval.

    Args:
        trials: what became of the planted phrases.
        clean: honest documents.
        threshold: least probability of a finding.
        touched: false hits in the planted documents, where these hold more than one phrase; they make up a share
            :data:`PLANTED_SHARE` of the mixture then.
    """
    random = np.random.default_rng(0)
    terms = sorted({t.term for t in trials})
    number = {term: i for i, term in enumerate(terms)}
    table = np.zeros((len(terms), 3))
    for t in trials:
        hit = t.probability >= threshold
        table[number[t.term]] += (1, hit, hit and t.restored)
    false = np.array([[sum(p >= threshold for p in c.probability), c.words, 1] for c in clean], float)
    a_document = len(trials) / len(touched) if touched else 1.0
    beside = sum(p >= threshold for some in touched for p in some) / len(touched) if touched else 0.0

    def of(planted: NDArray[np.float64], wrong: NDArray[np.float64]) -> NDArray[np.float64]:
        recall, restored = planted[1] / planted[0], planted[2] / planted[0]
        untrue = wrong[0] / wrong[2]
        if touched:
            untrue = (1 - PLANTED_SHARE) * untrue + PLANTED_SHARE * beside
        true = PLANTED_SHARE * a_document * recall
        return np.array([true / max(true + untrue, 1e-12), recall, restored, wrong[0] / wrong[1] * 1e4])

    drawn = np.array(
        [
            of(
                table[random.integers(len(terms), size=len(terms))].sum(0),
                false[random.integers(len(false), size=len(false))].sum(0),
            )
            for _ in range(_SAMPLES)
        ]
    )
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    names = ("precision", "recall", "restored", "false_hits_per_10000_words")
    value = of(table.sum(0), false.sum(0))
    result: dict[str, Any] = {
        name: [round(float(x), 4) for x in (value[i], low[i], high[i])] for i, name in enumerate(names)
    }
    result["recall_by_term"] = round(float((table[:, 1] / table[:, 0]).mean()), 4)
    return {"threshold": threshold, **result}


def finder_of(table: PhraseTable, terms: Terms) -> Finder:
    """A way to look for phrases."""
    return lambda words, threshold: tortured.find(words, threshold=threshold, table=table, terms=terms)


def measured(
    name: str, trials: Sequence[Trial], clean: Sequence[Honest], touched: Sequence[tuple[float, ...]] = ()
) -> dict[str, Any]:
    """All thresholds, printed and returned."""
    rows = [figures(trials, clean, threshold, touched) for threshold in THRESHOLDS]
    print(
        f"\n{name}: {len(trials):,} planted, {len({t.term for t in trials}):,} terms, {len(clean):,} honest documents"
    )
    print("threshold  precision            recall               restored             false hits / 10,000 words")
    for row in rows:
        cells = (row[key] for key in ("precision", "recall", "restored", "false_hits_per_10000_words"))
        print(f"{row['threshold']:9.2f}  " + "  ".join(f"{v:.3f} ({low:.3f}–{high:.3f})" for v, low, high in cells))
    return {
        "planted": len(trials),
        "planted_documents": len(touched) or len(trials),
        "documents": len(clean),
        "words": sum(c.words for c in clean),
        "figures": rows,
        "by_kind": by_kind(trials, tortured.THRESHOLD),
    }


def by_kind(trials: Sequence[Trial], threshold: float) -> dict[str, list[float]]:
    """Number and recall of phrases with as many words as their term, and of the others."""
    kinds: dict[str, list[bool]] = {"same length": [], "other length": []}
    for t in trials:
        same = len(tokens_of(t.phrase)) == len(tokens_of(t.term))
        kinds["same length" if same else "other length"].append(t.probability >= threshold)
    result = {kind: [len(hits), round(float(np.mean(hits)), 4)] for kind, hits in kinds.items() if hits}
    print("at the operating point: " + ", ".join(f"{kind} {n:g}, recall {r:.3f}" for kind, (n, r) in result.items()))
    return result


def by_corpus(clean: Sequence[Honest], threshold: float) -> dict[str, list[float]]:
    """Words read and false hits per 10,000 of them on each corpus."""
    result = {}
    for name in sorted({c.corpus for c in clean}):
        mine = [c for c in clean if c.corpus == name]
        words = sum(c.words for c in mine)
        hits = sum(p >= threshold for c in mine for p in c.probability)
        result[name] = [words, hits, round(hits / words * 1e4, 3)]
        print(f"{name:24} {words:8,} words {hits:4} hits  {result[name][2]:.2f} per 10,000")
    return result


def held_out_finders(base: Base, pairs: list[tuple[str, str]], corpora: Path, table: PhraseTable) -> list[list[Finder]]:
    """For each group of terms a finder that knows nothing of it; then the same for groups of single entries."""
    filters = filtered(base.joint, base.joint_count), filtered(base.triple, base.triple_count)
    lessons = lessons_of(base, filters, pairs, corpora)
    everything = teach_judge(lessons)
    by_term, by_entry = [], []
    for k in range(FOLDS):
        judge = teach_judge([lesson for lesson in lessons if lesson.group != k])
        terms = with_judge(taught(base, filters, [pair for pair in pairs if group(pair[1]) != k]), judge)
        by_term.append(finder_of(table.without(lambda phrase, term, k=k: group(term) == k), terms))  # type: ignore[misc]
        terms = with_judge(taught(base, filters, [pair for pair in pairs if group(pair[0]) != k]), everything)
        by_entry.append(finder_of(table.without(lambda phrase, term, k=k: group(phrase) == k), terms))  # type: ignore[misc]
    return [by_term, by_entry]


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("corpora", "list", "base", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--part", choices=("dev", "test"), default="test")
    parser.add_argument("--only", choices=("terms_held_out",), help="leave the rest out")
    options = parser.parse_args()
    pairs = read_list(options.list)
    science = list(test_documents(options.corpora, PLANTED_IN, None, options.part))
    planter = Planter(pairs)
    planted, replaced = plant(science, planter, seed=2), torture(science, planter, seed=3)
    by_term, by_entry = held_out_finders(Base.read(options.base), pairs, options.corpora, phrases.load())

    trials = {"terms_held_out": [trial(one, by_term[group(one.term)]) for one in planted]}
    clean = [honest(document, by_term[i % FOLDS]) for i, document in enumerate(science)]
    whole = [trials_of(document, by_term) for document in replaced]
    trials["whole_documents"] = [one for some, _ in whole for one in some]
    touched = [false for _, false in whole]
    record: dict[str, Any] = {
        "command": f"python -m benchmarks.tortured --part {options.part}",
        "threshold": tortured.THRESHOLD,
        "terms_held_out": measured("terms held out", trials["terms_held_out"], clean),
        "whole_documents": measured("terms held out, whole documents", trials["whole_documents"], clean, touched),
    }
    if options.only is None:
        shipped = finder_of(phrases.load(), tortured.load())
        begun = time.process_time()
        clean = [honest(document, shipped) for document in science]
        record["words_per_second"] = round(sum(c.words for c in clean) / (time.process_time() - begun))
        trials["shipped"] = [trial(one, shipped) for one in planted]
        record["shipped"] = measured("as shipped", trials["shipped"], clean)
        trials["entries_held_out"] = [trial(one, by_entry[group(one.phrase)]) for one in planted]
        clean = [honest(document, by_entry[i % FOLDS]) for i, document in enumerate(science)]
        record["entries_held_out"] = measured("single entries held out", trials["entries_held_out"], clean)
        everywhere = [honest(d, shipped) for d in test_documents(options.corpora, None, _WORDS_A_CORPUS, options.part)]
        record["false_hits"] = by_corpus(everywhere, tortured.THRESHOLD)
        print(f"\n{record['words_per_second']:,.0f} words/s of processor time")
    record["trials"] = {name: [asdict(t) for t in some] for name, some in trials.items()}
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
