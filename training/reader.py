"""Fit the weights of the document decision on held-out simulated documents.

    python -m training.reader --corpora CORPORA --out src/unspin/data/reader.json --documents 240

Documents of part "dev", spun by every family at several rates, are read as the reader reads them; the weights of both looks
are the maximum of the conditional likelihood of what was written, with a Gaussian prior (L-BFGS).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from benchmarks.specimens import PROSE, Answers, held_out, spin
from unspin import lexicon as lexicons
from unspin.model import encoder as encoders
from unspin.model import posterior as posteriors
from unspin.model.evidence import Evidence
from unspin.model.ngram import NGram
from unspin.model.posterior import FEATURES, FIRST_LOOK, Posterior, Weights
from unspin.reader import Models, look_first, read_again

# (family, rate, share of the documents). The specimen's family leads; every family is there.
MIXTURE = (
    ("wordnet-walk", 0.3, 6), ("wordnet-walk", 0.15, 2), ("wordnet-step", 0.3, 2), ("fluent-synonyms", 0.3, 2),
    ("thesaurus", 0.3, 1), ("neighbours", 0.3, 1),
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One specimen: its answers, the evidence, and the index of the true option for each suspicious word.

    ``truth`` is the option's index, -1 where the word is as written, -2 where it was swapped for something not among them.
    """

    answers: Answers
    evidence: Evidence
    truth: NDArray[np.int64]


def truth(answers: Answers, evidence: Evidence, forms: Sequence[str]) -> NDArray[np.int64]:
    """The index of the true option of each suspicious word, see :class:`Case`."""
    out = np.full(len(evidence.place), -1, np.int64)
    for i, place in enumerate(evidence.place.tolist()):
        original = answers.original[place]
        if original is not None:
            out[i] = -2
            for option in range(evidence.ptr[i], evidence.ptr[i + 1]):
                if forms[evidence.original[option]] == original:
                    out[i] = option
    return out


def fit(
    blocks: list[tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]], prior: float = 1.0
) -> NDArray[np.float64]:
    """Weights that make the truth likeliest; blocks are (features [k, f], ptr [m + 1], truth [m])."""
    size = blocks[0][0].shape[1]
    values = np.concatenate([block[0] for block in blocks])
    scale = values.std(0) + 1e-6
    scale[scale < 1e-4] = 1.0
    values = values / scale
    lengths = np.concatenate([np.diff(block[1]) for block in blocks])
    ptr = np.concatenate([[0], np.cumsum(lengths)])
    begin = np.concatenate([[0], np.cumsum([len(block[0]) for block in blocks])])
    answer = np.concatenate([np.where(t >= 0, t + at, t) for (_, _, t), at in zip(blocks, begin, strict=False)])
    owner = np.repeat(np.arange(len(lengths)), lengths)

    def loss(weight: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        option, written = posteriors.softmax_with_rest(values @ weight, ptr)
        known, kept, other = answer >= 0, answer == -1, answer == -2
        value = -np.log(option[answer[known]] + 1e-30).sum() - np.log(written[kept] + 1e-30).sum()
        any_swap = 1 - written
        value -= np.log(any_swap[other] + 1e-12).sum()
        slope = option.copy()
        slope[answer[known]] -= 1
        # Swapped for something else: all that can be said is that one of the options' mass is right.
        lost = other[owner]
        slope[lost] -= option[lost] / (any_swap[owner[lost]] + 1e-12)
        value += 0.5 * prior * float(weight @ weight)
        return value, values.T @ slope + prior * weight

    found = minimize(loss, np.zeros(size), jac=True, method="L-BFGS-B", options={"maxiter": 300})
    return np.asarray(found.x / scale)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("corpora", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--documents", type=int, default=240)
    parser.add_argument("--model", type=Path, help="a folder with another encoder than the shipped one")
    options = parser.parse_args()
    models = Models(lexicons.load(), encoders.load(options.model), NGram.load())
    plan = [(name, rate) for name, rate, share in MIXTURE for _ in range(share)]
    originals = held_out(options.corpora, PROSE, "dev", options.documents, (150, 700), seed=5)
    specimens = [spin(d, *plan[i % len(plan)], seed=900 + i) for i, d in enumerate(originals)]

    looks = [look_first(answers.words, models) for answers in specimens]
    cases = [
        Case(answers, evidence, truth(answers, evidence, models.lexicon.forms))
        for answers, (_, evidence) in zip(specimens, looks, strict=True)
    ]
    weights = Weights(_fit(cases, [None] * len(cases), models), np.zeros(len(FEATURES)))
    first = [posteriors.decide(c.evidence, c.answers.words, models.lexicon, weights, None) for c in cases]
    again = [read_again(c.answers.words, c.evidence, look, models) for c, look in zip(cases, first, strict=True)]
    cases = [Case(c.answers, evidence, c.truth) for c, evidence in zip(cases, again, strict=True)]
    weights = Weights(weights.first, _fit(cases, first, models))
    named = {
        "first": dict(zip(FEATURES[:FIRST_LOOK], weights.first.round(5).tolist(), strict=True)),
        "second": dict(zip(FEATURES, weights.second.round(5).tolist(), strict=True)),
    }
    saved = json.loads(options.out.read_text()) if options.out.exists() else {}
    options.out.write_text(json.dumps(saved | {"weights": named}, indent=1) + "\n")
    print(json.dumps(named, indent=1))


def _fit(cases: list[Case], before: Sequence[Posterior | None], models: Models) -> NDArray[np.float64]:
    blocks = [
        (posteriors.features(case.evidence, case.answers.words, models.lexicon, look), case.evidence.ptr, case.truth)
        for case, look in zip(cases, before, strict=True)
    ]
    return fit(blocks)


if __name__ == "__main__":
    main()
