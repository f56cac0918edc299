"""Fit how reader and language model are weighed, on real pages together with simulated ones.

    python -m training.closely --pages FOLDER... --corpora CORPORA --out src/unspin/data/reader.json

FOLDER holds passages of real pages read by hand (:mod:`training.marked`); the model is the shipped one, or one as ``--deep``
takes it. Weights and what is printed are as in :mod:`training.machines`: two of the options of words, four of their swaps
(:mod:`unspin.reader.rescoring`), three of the readings of spans (:mod:`unspin.reader.span_rescoring`).
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from training.machines import Answers, Part, choices, pages, report, simulated, without
from training.marked import Passage
from unspin.arrays import ragged
from unspin.model import causal, deep
from unspin.model import posterior as posteriors
from unspin.model.trees import CausalModel
from unspin.reader import rescoring, span_rescoring, spans
from unspin.reader.passes import SUSPICION, Models, decide, first_evidence, load, suspicion
from unspin.reader.rescoring import Heard
from unspin.text import Words, prose, split

NAMES: Final = rescoring.NAMES | {"readings": span_rescoring.READINGS}
"""What each part of the weights is of."""


@dataclass(frozen=True, eq=False)
class Page:
    """What reader and model say of the words of a page, and what is right.

    Attributes:
        there: what they say.
        known: the words of which it is known whether they were swapped, ``bool[m]``.
        swapped: whether they were, ``bool[m]``.
        right: whether an option is what was written, ``bool[k]``.
        regions: what they say of the regions of its spans.
        written: whether a reading of these is what was written, ``bool[r]``; none of a region where that cannot be said.
        real: whether it is a real page.
    """

    there: Heard
    known: NDArray[np.bool_]
    swapped: NDArray[np.bool_]
    right: NDArray[np.bool_]
    regions: span_rescoring.Heard
    written: NDArray[np.bool_]
    real: bool


def read(passage: Passage, real: bool, models: Models, model: CausalModel) -> Page:
    """Read a page as the reader does, its phrases restored first, and ask the model about its words."""
    view, known = prose(passage.page), spans.load()
    words, answers = split(view.text), Answers(passage, view)
    visible = models.encoder.visible(words, SUSPICION)
    gathered = spans.gather(words, visible, models, known)
    before = known.posterior(gathered, words)
    first, evidence = decide(words, first_evidence(words, visible, models), models, posteriors.load())
    guesses = rescoring.guessed(words, evidence, first, models.lexicon)
    regions = span_rescoring.heard(words, guesses, gathered, before, model)
    restored, back = without(words, [edit for edit in spans.edits(words, gathered, before) if not edit.open])
    visible = models.encoder.visible(restored, suspicion(restored))
    posterior, evidence = decide(restored, first_evidence(restored, visible, models), models, posteriors.load())
    there = rescoring.heard(restored, evidence, posterior, models.lexicon, model)
    places = [back(token) for token in evidence.place[there.word].tolist()]
    said = [None if place is None else answers.at(*place) for place in places]
    forms = (models.lexicon.forms[k] for k in evidence.original[there.option].tolist())
    owners = ragged.owners(there.ptr).tolist()
    return Page(
        there,
        np.array([answer is not None for answer in said], bool),
        np.array([bool(answer) for answer in said], bool),
        np.array([form in (said[row] or ()) for row, form in zip(owners, forms, strict=True)], bool),
        regions,
        _written(words, gathered, regions, answers),
        real,
    )


def _written(words: Words, gathered: spans.Spans, regions: span_rescoring.Heard, answers: Answers) -> NDArray[np.bool_]:
    """Whether a reading of a region is what was written.

    That no span was put in is so where no swap touches a span of the region, or where a single word stands for another word.
    """
    owner = ragged.owners(gathered.ptr)
    right = np.zeros(len(regions.option), bool)
    for first, last in zip(regions.ptr[:-1].tolist(), regions.ptr[1:].tolist(), strict=True):
        left = True
        for reading in range(first + 1, last):
            k = int(regions.option[reading])
            begin, end = int(gathered.begin[owner[k]]), int(gathered.end[owner[k]])
            said = answers.at(int(words.start[begin]), int(words.end[end - 1]))
            right[reading] = gathered.originals[k] in (said or ())
            word_for_word = end - begin == 1 and said is not None and not any(" " in word for word in said)
            left &= said == () or word_for_word
        right[first] = left and not right[first + 1 : last].any()
    return right


def of_options(page: Page) -> Part:
    """The words of a page that were swapped for one of their options."""
    values = rescoring.option_features(page.there)
    return choices(values[:, 0], values, page.right, page.there.ptr, page.real)


def of_readings(page: Page) -> Part:
    """The regions of a page of which one reading is what was written."""
    values = span_rescoring.features(page.regions)
    return choices(values[:, 0], values, page.written, page.regions.ptr, page.real)


def of_swaps(page: Page, options: NDArray[np.float64]) -> Part:
    """The words of a page; ``options`` are the weights of their options."""
    values = rescoring.swap_features(page.there, options)[page.known]
    return Part(values[:, 0], values, page.swapped[page.known], np.arange(len(values) + 1), page.real)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--deep", type=Path, help="another model than the shipped one")
    parser.add_argument("--pages", type=Path, nargs="+", required=True)
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--documents", type=int, default=27, help="simulated documents")
    parser.add_argument("--parts", nargs="+", choices=NAMES, default=list(NAMES), help="the weights to write")
    options = parser.parse_args()
    models = load(fast=True)
    model = causal.load() if options.deep is None else deep.load(options.deep)
    given = chain(pages(options.pages), simulated(options.corpora, options.documents))
    opinions = [read(passage, real, models, model) for passage, real in given]
    # What the reader says is part of the features too: a regression around its word becomes one without.
    alone = {part: np.eye(len(some))[0] for part, some in NAMES.items()}
    weights = {}
    weights["options"] = alone["options"] + report("options", list(map(of_options, opinions)), rescoring.OPTIONS)
    swaps = [of_swaps(page, weights["options"]) for page in opinions]
    weights["swaps"] = alone["swaps"] + report("swaps", swaps, rescoring.SWAPS)
    readings = list(map(of_readings, opinions))
    weights["readings"] = alone["readings"] + report("readings", readings, span_rescoring.READINGS)
    document = json.loads(options.out.read_text(encoding="utf-8"))
    for part in options.parts:
        document["causal"][part] = dict(zip(NAMES[part], weights[part].round(4).tolist(), strict=True))
    options.out.write_text(json.dumps(document) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
