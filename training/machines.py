"""Fit how much what machines were seen to do weighs (:mod:`unspin.model.machines`), on real pages together with simulated ones.

    python -m training.machines --pages FOLDER... --corpora CORPORA --out src/unspin/data/reader.json

FOLDER holds passages of real pages read by hand (:mod:`training.marked`). They are few, and so are the
weights: six of phrases, four of words, two of the originals of either, each a logistic regression with a Gaussian prior around
"as the reader says". Simulated documents of part "dev" take part with less weight, so that pages that no such machine made come
to no harm. What is printed is of pages held out, a part at a time.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from training.marked import Passage, passages
from training.reader import MIXTURE
from training.specimens import PROSE, held_out, turns
from unspin.arrays import ragged
from unspin.lexicon import Lexicon, seen
from unspin.lexicon.seen import Seen
from unspin.model import machines
from unspin.model import posterior as posteriors
from unspin.model.evidence import Evidence, Posterior
from unspin.reader import spans
from unspin.reader.passes import SUSPICION, Models, first_evidence, load, suspicion, through_passes
from unspin.reading import Substitution
from unspin.spinners import simulate
from unspin.text import View, Words, apply, prose, split

SIMULATED: Final = 0.3
"""Weight of all simulated documents together, of that of all real pages."""
FOLDS: Final = 8
_PRIOR: Final = 0.5

Floats = NDArray[np.float64]
Back = Callable[[int], tuple[int, int] | None]
"""Where a token of a restored text stood in the text as found; None inside a phrase that was restored."""


@dataclass(frozen=True, eq=False)
class Part:
    """What one page adds to a regression.

    Attributes:
        before: what the reader says without them, ``float64[n]``.
        values: features, ``float64[n, f]``.
        answer: for each row whether it is so, ``bool[n]``; of originals, one of each word's rows is.
        ptr: where the rows of each choice begin, ``int64[c + 1]``; each row is one of its own where the answer is yes or no.
        real: whether it is of a real page.
    """

    before: Floats
    values: Floats
    answer: NDArray[np.bool_]
    ptr: NDArray[np.int64]
    real: bool


def pages(folders: Sequence[Path]) -> Iterator[tuple[Passage, bool]]:
    """The passages read by hand."""
    for folder in folders:
        yield from ((passage, True) for passage in passages(folder))


def simulated(corpora: Path, count: int) -> Iterator[tuple[Passage, bool]]:
    """Simulated documents as such passages."""
    plan = turns(MIXTURE)
    for number, document in enumerate(held_out(corpora, PROSE, "dev", count, (150, 350), seed=31)):
        family, rate = plan[number % len(plan)]
        specimen = simulate(document.text, family, seed=number, rate=rate)
        swaps = tuple((swap.start, swap.end, (swap.original,)) for swap in specimen.swaps)
        yield Passage(specimen.text, 0, len(specimen.text), swaps), False


class Answers:
    """What became of places of a page, by its passage read by hand."""

    def __init__(self, passage: Passage, view: View) -> None:
        self._passage, self._view = passage, view
        self._swaps = {(start, end): tuple(o.lower() for o in originals) for start, end, originals in passage.swaps}

    def at(self, start: int, end: int) -> tuple[str, ...] | None:
        """What may have been written there, in lower case: nothing if it is as found; None where that cannot be said.

        Args:
            start: where the place begins in the view of the page.
            end: where it ends.
        """
        begin, end = self._view.span(start, end)
        if begin < self._passage.start or end > self._passage.end:
            return None
        over = [swap for swap in self._swaps if swap[0] < end and swap[1] > begin]
        if over and over != [(begin, end)]:
            return None
        return self._swaps.get((begin, end), ())


def of_spans(words: Words, gathered: spans.Spans, answers: Answers, model: spans.SpanModel, real: bool) -> Part:
    """The phrases of a page."""
    (before, values), places = model.judged(gathered, words)
    said = [
        answers.at(int(words.start[gathered.begin[i]]), int(words.end[gathered.end[i] - 1])) for i in places.tolist()
    ]
    kept = np.array([answer is not None for answer in said], bool)
    answer = np.array([bool(answer) for answer in said], bool)[kept]
    return Part(before[kept], values[kept], answer, np.arange(len(answer) + 1), real)


def of_originals(words: Words, gathered: spans.Spans, answers: Answers, model: spans.SpanModel, real: bool) -> Part:
    """The originals of the phrases of a page that were put in for one of them."""
    before, values = model.judged_originals(gathered, words)
    begin, end = words.start[gathered.begin].tolist(), words.end[gathered.end - 1].tolist()
    said = [answers.at(*place) or () for place in zip(begin, end, strict=True)]
    pairs = zip(ragged.owners(gathered.ptr).tolist(), gathered.originals, strict=True)
    right = np.array([original in said[row] for row, original in pairs], bool)
    return choices(before, values, right, gathered.ptr, real)


def choices(before: Floats, values: Floats, right: NDArray[np.bool_], ptr: NDArray[np.int64], real: bool) -> Part:
    """Of the places whose rows begin at ``ptr``, those where one of them is right."""
    taken = ragged.take(ptr, np.flatnonzero(ragged.sums(right, ptr) > 0))
    return Part(before[taken.items], values[taken.items], right[taken.items], taken.ptr, real)


@dataclass(frozen=True, eq=False)
class Decided:
    """What the passes make of a page, its phrases restored.

    Attributes:
        words: the page.
        evidence: on its suspicious words.
        posterior: what the passes decided on them.
        alike: what was seen on pages like it.
        pages: how many of these show each option, ``float64[k]``.
        like: its likeness.
        said: what may have been written there for each, in lower case: nothing if it is as found; None where that cannot be
            said.
        real: whether it is a real page.
    """

    words: Words
    evidence: Evidence
    posterior: Posterior
    alike: Seen
    pages: Floats
    like: float
    said: tuple[tuple[str, ...] | None, ...]
    real: bool


def decided(words: Words, back: Back, answers: Answers, models: Models, real: bool) -> Decided:
    """The words of a page, its phrases restored; ``back`` says where a token stood on the page."""
    visible = models.encoder.visible(words, suspicion(words))
    posterior, evidence = through_passes(words, first_evidence(words, visible, models), models, posteriors.load())
    places = [back(token) for token in evidence.place.tolist()]
    said = tuple(None if place is None else answers.at(*place) for place in places)
    alike = machines.on_such_pages(words, evidence, posterior, seen.load())
    pages = machines.pair_pages(words, evidence, models.lexicon, alike)
    like = machines.likeness(evidence, posterior, pages)
    return Decided(words, evidence, posterior, alike, pages, like, said, real)


def of_options(page: Decided, lexicon: Lexicon) -> Part:
    """The words of a page that were swapped for one of their options."""
    option, options = machines.option_features(page.posterior.option, page.pages, page.like)
    pairs = zip(page.evidence.owner.tolist(), page.evidence.original.tolist(), strict=True)
    right = np.array([lexicon.forms[original] in (page.said[row] or ()) for row, original in pairs], bool)
    return choices(option, options, right, page.evidence.ptr, page.real)


def of_words(page: Decided, options: Floats) -> Part:
    """The words of a page; ``options`` are the weights of their options."""
    ptr = page.evidence.ptr
    share = machines.option_shares(page.posterior.option, page.pages, page.like, options, ptr)
    odds, judged = machines.features(page.words, page.evidence, page.posterior, share, page.like, page.alike)
    some = np.array([answer is not None for answer in page.said], bool) & (np.diff(ptr) > 0)
    swapped = np.array([bool(answer) for answer in page.said], bool)
    return Part(odds[some], judged[some], swapped[some], np.arange(some.sum() + 1), page.real)


def without(words: Words, settled: Sequence[Substitution]) -> tuple[Words, Back]:
    """The text with its phrases restored, and where its tokens stood before."""
    restored = split(apply(words.text, settled))
    starts = np.array([s.start for s in settled], np.int64)
    shift = np.array([len(s.original) - (s.end - s.start) for s in settled], np.int64)
    begins = starts + np.concatenate([[0], np.cumsum(shift)[:-1]]) if len(settled) else starts
    ends = begins + np.array([len(s.original) for s in settled], np.int64)

    def back(token: int) -> tuple[int, int] | None:
        start, end = int(restored.start[token]), int(restored.end[token])
        if ((begins < end) & (start < ends)).any():
            return None
        moved = int(shift[ends <= start].sum())
        return start - moved, end - moved

    return restored, back


def fit(parts: Sequence[Part]) -> Floats:
    """The weights that make the answers likeliest."""
    number = {real: sum(len(part.ptr) - 1 for part in parts if part.real == real) for real in (True, False)}
    share = {True: 1.0, False: SIMULATED * number[True] / max(number[False], 1)}
    scale = np.sqrt(np.mean(np.concatenate([part.values for part in parts]) ** 2, axis=0)) + 1e-6

    def loss(weight: Floats) -> float:
        total = sum(share[part.real] * _loss(part, weight) for part in parts)
        return float(total + 0.5 * _PRIOR * ((weight * scale) ** 2).sum())

    return np.asarray(minimize(loss, np.zeros(len(scale)), method="L-BFGS-B").x)


def _loss(part: Part, weight: Floats) -> float:
    """Minus the log-likelihood of the answers of a page."""
    if not len(part.answer):
        return 0.0
    score = part.before + part.values @ weight
    if len(part.ptr) == len(part.answer) + 1:
        return float(np.logaddexp(0, np.where(part.answer, -score, score)).sum())
    right = ragged.log_sum_exp(np.where(part.answer, score, -1e9), part.ptr)
    return float((ragged.log_sum_exp(score, part.ptr) - right).sum())


def report(name: str, parts: Sequence[Part], names: Sequence[str]) -> Floats:
    """Fit, print what the weights are worth on pages held out, and return them."""
    real = [part for part in parts if part.real]
    rest = [part for part in parts if not part.real]
    held = 0.0
    for fold in range(FOLDS):
        weight = fit([part for i, part in enumerate(real) if i % FOLDS != fold] + rest)
        held += sum(_loss(part, weight) for part in real[fold::FOLDS])
    weight, before = fit(parts), np.zeros(len(names))
    counted = {kind: max(sum(len(part.ptr) - 1 for part in some), 1) for kind, some in (("r", real), ("s", rest))}
    print(f"{name}: {dict(zip(names, weight.round(3).tolist(), strict=True))}")
    print(f"  loss a choice, real pages held out: {sum(_loss(p, before) for p in real) / counted['r']:.4f} before,",
          f"{held / counted['r']:.4f}; simulated: {sum(_loss(p, before) for p in rest) / counted['s']:.4f} before,",
          f"{sum(_loss(p, weight) for p in rest) / counted['s']:.4f}; {counted['r']} and {counted['s']} choices",
          flush=True)  # fmt: skip
    return weight


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=Path, nargs="+", required=True)
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--documents", type=int, default=115, help="simulated documents")
    options = parser.parse_args()
    models, model = load(fast=True), spans.load()
    document = json.loads(options.out.read_text(encoding="utf-8"))
    read = []
    for passage, real in chain(pages(options.pages), simulated(options.corpora, options.documents)):
        view = prose(passage.page)
        words, answers = split(view.text), Answers(passage, view)
        gathered = spans.gather(words, models.encoder.visible(words, SUSPICION), models, model)
        read.append((words, gathered, answers, real))
    weights = {}
    readings = [of_originals(words, gathered, answers, model, real) for words, gathered, answers, real in read]
    weights["originals"] = report("originals of phrases", readings, machines.OPTIONS)
    model = model.with_weights(readings=weights["originals"])
    phrases = [of_spans(words, gathered, answers, model, real) for words, gathered, answers, real in read]
    weights["spans"] = report("phrases", phrases, machines.SPANS)
    model = model.with_weights(habits=weights["spans"])
    restored = []
    for words, gathered, answers, real in read:
        edits = spans.edits(words, gathered, model.posterior(gathered, words))
        restored.append(decided(*without(words, [edit for edit in edits if not edit.open]), answers, models, real))
    options_of = [of_options(page, models.lexicon) for page in restored]
    weights["options"] = report("originals of words", options_of, machines.OPTIONS)
    swaps = [of_words(page, weights["options"]) for page in restored]
    weights["words"] = report("words", swaps, machines.WORDS)
    names = machines.NAMES
    saved = {part: dict(zip(names[part], weights[part].round(4).tolist(), strict=True)) for part in names}
    options.out.write_text(json.dumps(document | {"machines": saved}) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
