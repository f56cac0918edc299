"""Fit how reader and language model are weighed (:mod:`unspin.reader.rescoring`), on real pages together with simulated ones.

    python -m training.closely --pages FOLDER... --corpora CORPORA --out src/unspin/data/reader.json

FOLDER holds passages of real pages read by hand (:mod:`training.marked`); the model is the shipped one, or one as ``--deep``
takes it. Weights and what is printed are as in :mod:`training.machines`: two of options, four of swaps.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.machines import Answers, Part, choices, pages, report, simulated, without
from training.marked import Passage
from unspin.arrays import ragged
from unspin.model import causal, deep
from unspin.model import posterior as posteriors
from unspin.model.trees import CausalModel
from unspin.reader import rescoring, spans
from unspin.reader.passes import SUSPICION, Models, decide, first_evidence, load, suspicion
from unspin.reader.rescoring import Heard
from unspin.reading import BELIEVED
from unspin.text import prose, split


@dataclass(frozen=True, eq=False)
class Page:
    """What reader and model say of the words of a page, and what is right.

    Attributes:
        there: what they say.
        known: the words of which it is known whether they were swapped, ``bool[m]``.
        swapped: whether they were, ``bool[m]``.
        right: whether an option is what was written, ``bool[k]``.
        real: whether it is a real page.
    """

    there: Heard
    known: NDArray[np.bool_]
    swapped: NDArray[np.bool_]
    right: NDArray[np.bool_]
    real: bool


def read(passage: Passage, real: bool, models: Models, model: CausalModel) -> Page:
    """Read a page as the reader does, its phrases restored first, and ask the model about its words."""
    view, known = prose(passage.page), spans.load()
    words, answers = split(view.text), Answers(passage, view)
    gathered = spans.gather(words, models.encoder.visible(words, SUSPICION), models, known)
    edits = spans.edits(words, gathered, known.posterior(gathered, words), BELIEVED)
    restored, back = without(words, [edit for edit in edits if not edit.open])
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
        real,
    )


def of_options(page: Page) -> Part:
    """The words of a page that were swapped for one of their options."""
    values = rescoring.option_features(page.there)
    return choices(values[:, 0], values, page.right, page.there.ptr, page.real)


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
    options = parser.parse_args()
    models = load(fast=True)
    model = causal.load() if options.deep is None else deep.load(options.deep)
    given = chain(pages(options.pages), simulated(options.corpora, options.documents))
    opinions = [read(passage, real, models, model) for passage, real in given]
    # What the reader says is part of the features too: a regression around its word becomes one without.
    alone = {part: np.eye(len(names))[0] for part, names in rescoring.NAMES.items()}
    weights = {}
    weights["options"] = alone["options"] + report("options", list(map(of_options, opinions)), rescoring.OPTIONS)
    swaps = [of_swaps(page, weights["options"]) for page in opinions]
    weights["swaps"] = alone["swaps"] + report("swaps", swaps, rescoring.SWAPS)
    names = rescoring.NAMES
    saved = {part: dict(zip(names[part], weights[part].round(4).tolist(), strict=True)) for part in names}
    document = json.loads(options.out.read_text(encoding="utf-8"))
    options.out.write_text(json.dumps(document | {"causal": saved}) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
