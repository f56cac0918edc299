"""How much of what machines and people swap can be given back at all: is what was written among the candidates?

    python -m benchmarks.coverage --list tortured_phrases.json --swords swords_dev.tsv [--links LINKS] [--out benchmarks/runs]

Two open lists of (written, found) pairs, see :mod:`training.aligned`. The tortured phrases taught the lexicon some of
its pairs; so each original is looked for in a lexicon that was made without what the list says of it and of its stem
(:data:`~training.aligned.FOLDS` parts). SWORDS taught it nothing. ``--links`` is the file of :mod:`training.links` whose
pairs are held out in the same way; without it the channel ``span`` is of the tables alone.

For each kind of pair: the share whose original is among the candidates, how many candidates there are (mean, 95th
percentile), where the channel alone ranks the original (all channels alike, mean probability), and why it is missing where
it is. Intervals are Wilson's, 95%.
"""

from __future__ import annotations

import argparse
import datetime
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

import unspin
from training.aligned import FOLDS, Pair, fold, substitutes, tortured
from training.inflated import span_table, table
from training.span_channel import LINKED_SHARE, Links, spanned
from unspin import lexicon as lexicons
from unspin.evaluate.intervals import wilson
from unspin.lexicon import Lexicon
from unspin.lexicon.phrases import load as load_phrases
from unspin.lexicon.spans import SpanTable
from unspin.lexicon.spans import load as load_tables
from unspin.spinners.rewriter import RULES
from unspin.spinners.spans import GLOSS, NOUN_SWAPS

MOST: Final = (20, 40, 80, 150)
"""Originals of a form by their links alone, beside those of the lexicon."""


@dataclass(frozen=True)
class Looked:
    """What came of a pair.

    Attributes:
        rank: place of the original among the candidates, 0 the first; -1 where it is none.
        candidates: how many there are.
        missing: why it is none, "" where it is one.
    """

    rank: int
    candidates: int
    missing: str


class Candidates:
    """The originals of words and phrases, as the reader would have them, with some originals held out of the list."""

    def __init__(self, arrays: dict[str, NDArray[Any]], tables: dict[str, SpanTable], phrases: frozenset[str]) -> None:
        self.lexicon = Lexicon(spanned(arrays, tables))
        originals: dict[str, list[str]] = defaultdict(list)
        for rules in (RULES, GLOSS.rules, NOUN_SWAPS.rules):
            for term, heads in table(rules).items():
                originals[term] += heads
        for term, heads in span_table(tables).items():
            originals[term] += heads
        self._originals = {term: list(dict.fromkeys(heads)) for term, heads in originals.items() if term in phrases}

    def look(self, pair: Pair, links: Links | None, most: int) -> Looked:
        """Where an original stands among the candidates of what was found, ``most`` of them by their links alone."""
        if " " in pair.found:
            here = self._originals.get(pair.found, [])
            missing = "" if pair.written in here else "no entry" if here else "phrase unknown"
            return Looked(here.index(pair.written) if not missing else -1, len(here), missing)
        form, written = self.lexicon.ids([pair.found, pair.written]).tolist()
        if form < 0:
            return Looked(-1, 0, "form unknown")
        row = self.lexicon.candidates(np.array([form], np.int32))
        share = dict(zip(row.original.tolist(), np.logaddexp.reduce(row.channel, axis=1).tolist(), strict=True))
        if links is not None:
            for original, log_share in links.of(form, most):
                share[original] = float(np.logaddexp(share.get(original, -np.inf), log_share + np.log(LINKED_SHARE)))
        if written in share:
            return Looked(sum(value > share[written] for value in share.values()), len(share), "")
        known = 0 <= written < self.lexicon.vocabulary
        kind = "a phrase was written" if " " in pair.written else "no link" if known else "original unknown"
        return Looked(-1, len(share), kind)


def without(table: SpanTable, part: int, lexicon: Lexicon) -> SpanTable:
    """A table that says nothing of the originals of a part."""
    kept = np.array([fold(head, lexicon) != part for head in table.heads])
    sizes = np.diff(table.ptr)
    rows = np.repeat(kept, sizes)
    return replace(
        table,
        heads=tuple(head for head, keep in zip(table.heads, kept, strict=True) if keep),
        ptr=np.append(0, np.cumsum(sizes[kept])),
        terms=tuple(term for term, keep in zip(table.terms, rows, strict=True) if keep),
        weight=table.weight[rows],
    )


def figures(looked: Sequence[tuple[Looked, int]]) -> dict[str, Any]:
    """The figures of some pairs, each given with how often the list has it."""
    pairs, found = len(looked), sum(one.rank >= 0 for one, _ in looked)
    sizes = np.array([one.candidates for one, _ in looked])
    ranks = np.array([one.rank for one, _ in looked])
    return {
        "pairs": pairs,
        "among the candidates": [round(x, 4) for x in wilson(found, pairs)],
        "counted as often as they occur": round(
            sum(n for one, n in looked if one.rank >= 0) / sum(n for _, n in looked), 4
        ),
        "candidates": {"mean": round(float(sizes.mean()), 1), "p95": int(np.percentile(sizes, 95))},
        "by the channel alone": {
            str(top): round(float(((ranks >= 0) & (ranks < top)).mean()), 4) for top in (1, 5, 25)
        },
        "missing": dict(Counter(one.missing for one, _ in looked if one.missing).most_common()),
    }


def kinds(pairs: Iterable[Pair]) -> dict[str, Counter[Pair]]:
    """Pairs by whether a word or a phrase stands on each side."""
    found: dict[str, Counter[Pair]] = {
        "word for word": Counter(),
        "phrase for word": Counter(),
        "word for phrase": Counter(),
    }
    for pair in pairs:
        kind = "phrase for word" if " " in pair.found else "word for phrase" if " " in pair.written else "word for word"
        found[kind][pair] += 1
    return found


def measured(
    pairs: Iterable[Pair], folds: Sequence[Candidates], links: Links | None = None, most: int = 0
) -> dict[str, Any]:
    """The figures of a list by kind of pair, each pair looked for where its original is held out."""
    return {
        kind: figures(
            [(folds[fold(p.written, folds[0].lexicon)].look(p, links, most), n) for p, n in sorted(counted.items())]
        )
        for kind, counted in kinds(pairs).items()
        if counted
    }


def load() -> tuple[dict[str, NDArray[Any]], frozenset[str]]:
    """The shipped lexicon's arrays, and the phrases that the reader looks for."""
    folder = resources.files("unspin.data")
    arrays: dict[str, NDArray[Any]] = {}
    for name in ("lexicon.npz", "stems.npz"):
        with (folder / name).open("rb") as file, np.load(file) as archive:
            arrays |= {key: archive[key] for key in archive.files}
    with resources.as_file(folder / "inflated.tsv") as path:
        return arrays, frozenset(phrase for phrase, _ in load_phrases(path).pairs)


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--list", type=Path, required=True)
    parser.add_argument("--swords", type=Path, required=True)
    parser.add_argument("--links", type=Path)
    parser.add_argument("--out", type=Path, help="a folder for the raw figures")
    options = parser.parse_args(arguments)
    arrays, phrases = load()
    tables, lexicon = load_tables(), lexicons.load()
    held_out = [tables | {"pivot": without(tables["pivot"], part, lexicon)} for part in range(FOLDS)]
    folds = [Candidates(arrays, here, phrases) for here in held_out]
    lists = {
        "tortured phrases, held out by original": list(tortured(options.list)),
        "SWORDS": list(substitutes(options.swords)),
    }
    result: dict[str, Any] = {"date": datetime.date.today().isoformat(), "version": unspin.__version__}
    result["without links"] = {name: measured(pairs, folds) for name, pairs in lists.items()}
    if options.links:
        links = Links.load(options.links)
        for most in MOST:
            result[f"{most} by their links"] = {
                name: {"word for word": measured(pairs, folds, links, most)["word for word"]}
                for name, pairs in lists.items()
            }
    print(json.dumps(result, indent=1))
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
        (options.out / f"{result['date']}-coverage.json").write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
