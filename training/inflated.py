r"""Compile the phrases that rewriters put in, and fit what tells them from honest ones.

    python -m training.inflated --corpora CORPORA --text scratch/text.npz --before BEFORE.tsv --out src/unspin/data

Writes ``inflated.tsv``: the rules of :mod:`unspin.spinners.rewriter` turned round, for phrases of two tokens and more,
each with its count in the training part of the corpora; and the weights of :data:`unspin.reader.spans.EVIDENCE` into
``reader.json``: maximum likelihood over the places in ``dev`` documents spun by rewriters and by every other family, so
that phrases in pages of other spinners, and honest ones in a rewriter's page, are examples of what to leave alone.

``--before`` is the table that the verdict was last calibrated with. A phrase that it does not have counts as written once at
least: that 45 million words of offices, books and encyclopedias have no "going for walks" does not say that nobody writes it,
and the calibration has not seen how often honest text has such phrases.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from training.phrases import encoded, honest_counts
from training.reader import Block, fit
from training.specimens import PROSE, Answers, held_out, spin_by_turns, turns
from unspin import lexicon as lexicons
from unspin.lexicon.phrases import load as load_table
from unspin.lexicon.spans import SpanTable
from unspin.lexicon.spans import load as load_spans
from unspin.model import encoder as encoders
from unspin.model.ngram import NGram
from unspin.reader.passes import SUSPICION, Models
from unspin.reader.spans import EVIDENCE, SpanModel, Spans, gather, load
from unspin.spinners.rewriter import RULES
from unspin.spinners.spans import GLOSS, NOUN_SWAPS
from unspin.text import split

MIXTURE = (("rewriter", 0.3, 4), ("rewriter", 0.15, 2), ("wordnet-walk", 0.3, 1), ("fluent-synonyms", 0.3, 1),
           ("thesaurus", 0.3, 1), ("spinbot", 0.3, 1), ("phrase-thesaurus", 0.3, 3), ("phrase-thesaurus", 0.15, 2),
           ("phrase-thesaurus", 0.05, 2), ("rewriter", 0.05, 2),
           ("gloss", 0.3, 1), ("pivot", 0.3, 1), ("noun-swaps", 0.35, 1), ("pages", 0.35, 3))  # fmt: skip

CAPITALISED: Final = {"world health organization": ["who"]}
"""What a lexical database has under capitals alone, and machines that take its first synonyms put for the word in small ones:
in honest text a name."""
MOST_ORIGINALS: Final = 8
MOST_HONEST: Final = 4_000
"""Occurrences of a phrase of the tables in some 45 million words of honest text, from which it is left out."""


def table(rules: Mapping[str, tuple[str, ...]]) -> dict[str, list[str]]:
    """What each phrase of at least two tokens may stand for, by rules turned round."""
    originals: dict[str, list[str]] = {}
    for original, terms in rules.items():
        for term in terms:
            if len(split(term)) > 1 and term != original:
                originals.setdefault(term, []).append(original)
    return originals


def span_table(tables: Mapping[str, SpanTable]) -> dict[str, list[str]]:
    """The same for the tables of words and phrases: the :data:`MOST_ORIGINALS` likeliest originals of each phrase."""
    ranked: dict[str, dict[str, float]] = {}
    for span in tables.values():
        for number, head in enumerate(span.heads):
            for term, share in zip(*span.row(number), strict=True):
                if " " in term and term not in head:
                    known = ranked.setdefault(term, {})
                    known[head] = max(known.get(head, 0.0), float(share))
    return {
        term: sorted(heads, key=lambda head: (-heads[head], head))[:MOST_ORIGINALS] for term, heads in ranked.items()
    }


def merged(options: argparse.Namespace) -> list[tuple[str, str, int]]:
    """(phrase put in, what it may stand for, its count in honest text), sorted.

    A phrase of the tables that honest text has often says too little, and would be looked at on every page: it is left out.
    """
    ruled = table(RULES)
    for more in (table(GLOSS.rules), table(NOUN_SWAPS.rules), CAPITALISED):
        for term, heads in more.items():
            ruled.setdefault(term, []).extend(heads)
    spans = span_table(load_spans())
    phrases = sorted({*ruled, *spans})
    counts = honest_counts([(phrase, "") for phrase in phrases], *encoded(options.corpora, options.text))
    counted = [counts[i] for i in range(len(phrases))]
    known = calibrated(options.before) if options.before else set(phrases)
    return [
        (phrase, " | ".join(dict.fromkeys([*ruled.get(phrase, []), *spans.get(phrase, [])])), count)
        for phrase, count in zip(phrases, at_least_once(phrases, counted, known), strict=True)
        if phrase in ruled or count <= MOST_HONEST
    ]


def calibrated(before: Path) -> set[str]:
    """The phrases of the table that the verdict was calibrated with."""
    return {line.split("\t")[0] for line in before.read_text(encoding="utf-8").splitlines()}


def at_least_once(phrases: Sequence[str], counts: Sequence[int], known: Collection[str]) -> list[int]:
    """The counts of phrases in honest text, at least 1 for those that are not ``known``."""
    return [count if phrase in known else max(count, 1) for phrase, count in zip(phrases, counts, strict=True)]


def blocks(specimens: list[Answers], models: Models, known: SpanModel) -> Iterator[Block]:
    """For every specimen with such phrases the evidence on their places, and what stood at each."""
    for answers in specimens:
        visible = models.encoder.visible(answers.words, SUSPICION)
        every = gather(answers.words, visible, models, known, least=-np.inf)
        places = every.only(every.end - every.begin > 1)
        if len(places):
            truth = [_truth(answers, places, i) for i in range(len(places))]
            yield places.evidence, places.ptr, np.array(truth, np.int64)


def _truth(answers: Answers, places: Spans, i: int) -> int:
    """The number of the original that the answer key has for just the tokens of a place.

    It has an original at the first of them and nothing at the others. -1 if the phrase is as written, -2 if it was put in
    for something else.
    """
    first, *others = answers.original[places.begin[i] : places.end[i]]
    after = answers.original[places.end[i]] if places.end[i] < len(answers.original) else None
    if not first or any(original != "" for original in others) or after == "":
        return -1
    originals = places.originals[places.ptr[i] : places.ptr[i + 1]]
    return int(places.ptr[i]) + originals.index(first) if first in originals else -2


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("corpora", "text", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--before", type=Path, help="the table that the verdict was calibrated with")
    parser.add_argument("--documents", type=int, default=600)
    options = parser.parse_args()
    pairs = merged(options)
    lines = [f"{found}\t{meant}\t{count}\n" for found, meant, count in pairs]
    (options.out / "inflated.tsv").write_text("".join(lines), encoding="utf-8")
    models = Models(lexicons.load(), encoders.load(), NGram.load())
    originals = held_out(options.corpora, PROSE, "dev", options.documents, (150, 500), seed=7, characters=4_000)
    specimens = spin_by_turns(originals, turns(MIXTURE), seed=30_000)
    known = replace(load(), table=load_table(options.out / "inflated.tsv"))
    found = list(blocks(specimens, models, known))
    weights = dict(zip(EVIDENCE, fit(found).round(5).tolist(), strict=True))
    reader = options.out / "reader.json"
    saved = json.loads(reader.read_text()) | {"inflated": weights}
    reader.write_text(json.dumps(saved) + "\n")
    answers = np.concatenate([truth for _, _, truth in found])
    print(f"{len(pairs):,} phrases, {len(answers):,} places, {(answers != -1).sum():,} put in; {weights}")


if __name__ == "__main__":
    main()
